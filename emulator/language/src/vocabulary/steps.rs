//! The steps that act: who can do what, with which values and which keys beside it.

use super::{
    FEATURES, FOLDERS, Field, Head, Kind, METHODS, MODES, PERMISSIONS, TOKENS, Verb, WEBHOOK_FIELDS, field,
};

pub(super) const AS: Field = field("as", Kind::Capture, "a name for the result, for use in later steps");
pub(super) const OF: Field =
    field("of", Kind::Person, "the person meant, where the scenario has more than one");
pub(super) const TO: Field =
    field("to", Kind::Person, "the person meant, where the scenario has more than one");
pub(super) const ON: Field = field("on", Kind::Page, "the Page meant, where it is not the first one");
pub(super) const METADATA: Field = field("metadata", Kind::Text, "a text that the webhook carries");
pub(super) const REFUSED: Field = field("refused", Kind::FlagOr(REFUSAL), "the call must fail, in this way");
pub(super) const ANSWERS: Field = field("answers", Kind::Pattern, "what the answer must hold");
pub(super) const MESSAGING_TYPE: Field = field("messaging_type", Kind::Text, "the parameter of the Send API");
pub(super) const TAG: Field = field("tag", Kind::Text, "the message tag of the Send API");
pub(super) const WITHIN: Field =
    field("within", Kind::RealTime, "how long to wait for it at most, in real time");

pub(super) const OPTIONAL: Field = field("optional", Kind::Bool, "`true` when it need not come");

/// The keys of `refused:`.
pub const REFUSAL: &[Field] = &[
    field("status", Kind::Status, "the HTTP status"),
    field("code", Kind::Code, "the error code"),
    field("subcode", Kind::Subcode, "the error subcode"),
    field("type", Kind::Pattern, "the type of the error"),
    field("message", Kind::Pattern, "the message on the wire, with its `(#…)` prefix"),
    field("user_title", Kind::Pattern, "the title for people"),
    field("user_msg", Kind::Pattern, "the explanation for people"),
];

pub(super) const HANDS_OVER: &[Field] =
    &[field("to", Kind::Receiver, "who gets control: an app or `inbox`"), METADATA];
pub(super) const TELLS: &[Field] = &[field("to", Kind::Receiver, "who is told: an app or `inbox`"), METADATA];
pub(super) const WITH_METADATA: &[Field] = &[METADATA];

pub(super) const APP_BESIDE: &[Field] = &[OF, TO, REFUSED, ANSWERS, AS];
pub(super) const ABOUT_NOBODY: &[Field] = &[REFUSED, ANSWERS, AS];
pub(super) const SEND_BESIDE: &[Field] = &[OF, TO, MESSAGING_TYPE, TAG, REPLY_TO, REFUSED, ANSWERS, AS];
pub(super) const CALL_EXPECTED: &[Field] = &[OF, REFUSED, WITHIN, OPTIONAL, AS];
pub(super) const SEND_EXPECTED: &[Field] = &[OF, MESSAGING_TYPE, TAG, REFUSED, WITHIN, OPTIONAL, AS];

const METHOD: Field = field("method", Kind::Word(METHODS), "the HTTP method");
/// A call of the Graph API that a step makes.
pub(super) const CALLED: &[Field] = &[
    field(
        "path",
        Kind::Needed(&Kind::GraphPath),
        "the path, without a slash before it and with or without a version",
    ),
    field("method", Kind::Word(METHODS), "the HTTP method; GET unless the call carries something, else POST"),
    field("query", Kind::Free(&Kind::Any), "parameters in the query"),
    field("body", Kind::Any, "a body of JSON; a text goes out as it is"),
    field("form", Kind::Free(&Kind::Any), "a body that is a form"),
    field("files", Kind::Free(&Kind::Path), "files to upload, by their paths relative to this file"),
    field("token", Kind::Any, "`none`, `app`, `expired` or a text, in place of the app's Page token"),
];
/// A call of the Graph API that an expectation waits for.
pub(super) const CALL_SEEN: &[Field] =
    &[field("path", Kind::GraphPath, "the path, without version and query; the Page is `me`"), METHOD];

pub(super) const fn app_verb(name: &'static str, value: Kind, meaning: &'static str) -> Verb {
    Verb { name, value, expected: value, beside: APP_BESIDE, expected_beside: CALL_EXPECTED, meaning }
}

pub(super) const fn verb(
    name: &'static str,
    value: Kind,
    beside: &'static [Field],
    meaning: &'static str,
) -> Verb {
    Verb { name, value, expected: value, beside, expected_beside: &[], meaning }
}

pub(super) const IMAGE: Field = field("image", Kind::Media, "a picture");
pub(super) const VIDEO: Field = field("video", Kind::Media, "a video");
pub(super) const AUDIO: Field = field("audio", Kind::Media, "a recording");
pub(super) const FILE: Field = field("file", Kind::Media, "a file");
pub(super) const STICKER: Field = field("sticker", Kind::Any, "a sticker, by its id");
pub(super) const LOCATION: Field = field("location", Kind::Mapping(PLACE), "a place");
pub(super) const FALLBACK: Field = field("fallback", Kind::Mapping(SHARED), "a page that the person shares");
/// What a person sends.
pub(crate) const SENT: &[Field] = &[
    IMAGE,
    VIDEO,
    AUDIO,
    FILE,
    STICKER,
    LOCATION,
    FALLBACK,
    field("text", Kind::Text, "a text beside it"),
    field("attachments", Kind::ListOf(&Kind::Mapping(ATTACHED)), "several attachments in one message"),
];
/// One of several attachments.
pub(crate) const ATTACHED: &[Field] = &[
    IMAGE,
    VIDEO,
    AUDIO,
    FILE,
    STICKER,
    LOCATION,
    FALLBACK,
    field("type", Kind::Text, "a kind of attachment, to be written as the webhook shows it"),
    field("payload", Kind::Any, "what the webhook shows of it"),
    field("title", Kind::Text, "its title in the webhook"),
    field("url", Kind::Text, "its address in the webhook"),
];
pub(super) const PLACE: &[Field] = &[
    field("lat", Kind::Any, "the latitude"),
    field("long", Kind::Any, "the longitude"),
    field("title", Kind::Text, "what the place is called"),
    field("url", Kind::Url, "a map of it"),
];
pub(super) const SHARED: &[Field] =
    &[field("url", Kind::Url, "where it is"), field("title", Kind::Text, "what it is called")];

pub(super) const NLP: Field =
    field("nlp", Kind::Any, "what the platform found in the text, as the webhook shows it");
pub(super) const REPLY_TO: Field = field("reply_to", Kind::Earlier, "the message that this one answers");
pub(super) const LINK: &[Field] = &[field("link", Kind::Text, "the `ref` of an m.me link")];

/// What a person does.
pub const USER_VERBS: &[Verb] = &[
    verb("says", Kind::Text, &[NLP, REPLY_TO, AS], "sends a text message to the Page"),
    verb(
        "taps",
        Kind::Text,
        &[field("in", Kind::Earlier, "the message that holds it, where several fit"), AS],
        "taps a quick reply or a button, by its title or payload",
    ),
    verb("sends", Kind::Mapping(SENT), &[REPLY_TO, AS], "sends attachments to the Page"),
    verb("opens", Kind::Mapping(LINK), &[], "follows a link into the conversation"),
    verb(
        "reacts",
        Kind::Text,
        &[field("to", Kind::Earlier, "the message; the newest of the Page unless given")],
        "reacts to a message with an emoji, or takes the reaction back with `none`",
    ),
    verb("reads", Kind::Flag, &[], "reads everything that the Page has written"),
    verb("blocks", Kind::Flag, &[], "blocks the Page"),
    verb("unblocks", Kind::Flag, &[], "blocks the Page no longer"),
];

/// What an agent does in the Page Inbox.
pub const INBOX_VERBS: &[Verb] = &[
    verb("replies", Kind::Text, &[AS], "answers the person"),
    verb("moves_to", Kind::Word(FOLDERS), &[], "moves the conversation; to `done` marks it as done"),
];

/// What an admin changes.
pub const PAGE_CHANGES: &[Field] = &[
    field("primary_receiver", Kind::Primary, "which app is primary receiver; `none` takes the role away"),
    field("connects", Kind::App, "connects the app to the Page"),
    field("removes", Kind::App, "takes the app off the Page"),
    field(
        "subscriptions",
        Kind::PerApp(&Kind::ListOf(&Kind::Word(WEBHOOK_FIELDS))),
        "the webhook fields that the Page installs for an app, in place of those before",
    ),
    field(
        "features",
        Kind::PerApp(&Kind::ListOf(&Kind::Word(FEATURES))),
        "the features of an app, in place of those before",
    ),
    field(
        "permissions",
        Kind::PerApp(&Kind::ListOf(&Kind::Word(PERMISSIONS))),
        "what the Page token of an app carries, in place of what it carried before",
    ),
    field("mode", Kind::PerApp(&Kind::Word(MODES)), "whether an app is live or in development"),
    field("token", Kind::PerApp(&Kind::Word(TOKENS)), "whether the Page token of an app still holds"),
];
/// How a change by an admin must fail.
pub(super) const DECLINED: &[Field] = &[field("message", Kind::Pattern, "why it is not done")];

/// What an app does.
pub const APP_VERBS: &[Verb] = &[
    Verb {
        name: "sends",
        value: Kind::Message,
        expected: Kind::Message,
        beside: SEND_BESIDE,
        expected_beside: SEND_EXPECTED,
        meaning: "sends a message to the person",
    },
    app_verb("passes_control", Kind::Mapping(HANDS_OVER), "passes thread control on"),
    app_verb("takes_control", Kind::FlagOr(WITH_METADATA), "takes thread control"),
    app_verb("requests_control", Kind::FlagOr(WITH_METADATA), "requests thread control"),
    app_verb("releases_control", Kind::FlagOr(WITH_METADATA), "releases thread control"),
    app_verb("extends_control", Kind::Duration, "extends its thread control"),
    app_verb(
        "passes_metadata",
        Kind::Mapping(TELLS),
        "tells another app something; control stays where it is",
    ),
    app_verb("types", Kind::OnOff, "shows that it is typing, or no longer"),
    app_verb("marks_seen", Kind::Flag, "shows that it has seen the messages"),
    app_verb("asks_owner", Kind::Flag, "asks who owns the conversation"),
    Verb {
        name: "asks_receivers",
        value: Kind::Flag,
        expected: Kind::Flag,
        beside: ABOUT_NOBODY,
        expected_beside: &[REFUSED, WITHIN, OPTIONAL, AS],
        meaning: "asks which apps are secondary receivers",
    },
    Verb {
        name: "calls",
        value: Kind::Mapping(CALLED),
        expected: Kind::Mapping(CALL_SEEN),
        beside: ABOUT_NOBODY,
        expected_beside: CALL_EXPECTED,
        meaning: "calls the Graph API, whatever path it is",
    },
];

/// What becomes of a bot's process.
pub(super) const BOT_VERBS: &[Verb] = &[
    verb("stops", Kind::Flag, &[], "ends the process; its port stays closed until it is started again"),
    verb("starts", Kind::Flag, &[], "starts the process again and waits until its webhook is ready"),
    verb("restarts", Kind::Flag, &[], "ends the process, if it runs, and starts it again"),
];

/// The steps of the language.
pub const HEADS: &[Head] = &[
    Head {
        name: "user",
        value: Kind::Person,
        verbs: USER_VERBS,
        beside: &[ON],
        not_yet: &["edits", "deletes_conversation", "opts_in", "links_account", "answers_survey", "comments"],
        meaning: "a person does something",
    },
    Head {
        name: "app",
        value: Kind::App,
        verbs: APP_VERBS,
        beside: &[ON],
        not_yet: &["persona", "thread_control"],
        meaning: "a played app does something",
    },
    Head {
        name: "inbox",
        value: Kind::Person,
        verbs: INBOX_VERBS,
        beside: &[ON],
        not_yet: &["reads", "sends"],
        meaning: "an agent does something in the Page Inbox, on this person's conversation",
    },
    Head {
        name: "page",
        value: Kind::Mapping(PAGE_CHANGES),
        verbs: &[],
        beside: &[ON, field("refused", Kind::FlagOr(DECLINED), "the change must fail, in this way")],
        not_yet: &[],
        meaning: "an admin changes settings",
    },
    Head {
        name: "bot",
        value: Kind::App,
        verbs: BOT_VERBS,
        beside: &[],
        not_yet: &[],
        meaning: "stops or starts the process of an app's bot, which this run has started",
    },
    Head {
        name: "clock",
        value: Kind::ClockMove,
        verbs: &[],
        beside: &[AS],
        not_yet: &[],
        meaning: "moves the clock of the scenario",
    },
    Head {
        name: "expect",
        value: Kind::Expectation,
        verbs: &[],
        beside: &[ON, AS],
        not_yet: &[],
        meaning: "waits for what someone else must do, or for a state",
    },
    Head {
        name: "never",
        value: Kind::Prohibition,
        verbs: &[],
        beside: &[
            field("until", Kind::Capture, "the name of a later step (its `as:`) to which it holds"),
            ON,
        ],
        not_yet: &[],
        meaning: "says what must not happen from here on",
    },
    Head {
        name: "note",
        value: Kind::Text,
        verbs: &[],
        beside: &[],
        not_yet: &[],
        meaning: "puts a text into the report",
    },
    Head {
        name: "use",
        value: Kind::Path,
        verbs: &[],
        beside: &[],
        not_yet: &[],
        meaning: "puts the steps of a part in its place",
    },
];

/// First keys of steps that this version lacks.
pub const HEADS_NOT_YET: &[&str] = &["fault", "clear_faults"];

/// Keys of inner mappings that this version lacks, under the key of the mapping.
const NOT_YET_WITHIN: &[(&str, &[&str])] = &[
    ("opens", &["ad", "get_started"]),
    ("page", &["default_app", "roles", "handover", "take_control", "routes", "protocol", "options"]),
];

/// The keys of a mapping that this version lacks.
#[must_use]
pub fn not_yet_within(mapping: &str) -> &'static [&'static str] {
    NOT_YET_WITHIN.iter().find(|(name, _)| *name == mapping).map_or(&[], |(_, keys)| keys)
}
