//! The steps that act: who can do what, with which values and which keys beside it.

use super::{
    FEATURES, FOLDERS, Field, Head, METHODS, MODES, PERMISSIONS, TOKENS, ValueKind, Verb, WEBHOOK_FIELDS,
    field,
};

pub(super) const AS: Field = field("as", ValueKind::Capture, "a name for the result, for use in later steps");
pub(super) const OF: Field =
    field("of", ValueKind::Person, "the person meant, where the scenario has more than one");
pub(super) const TO: Field =
    field("to", ValueKind::Person, "the person meant, where the scenario has more than one");
pub(super) const ON: Field = field("on", ValueKind::Page, "the Page meant, where it is not the first one");
pub(super) const METADATA: Field = field("metadata", ValueKind::Text, "a text that the webhook carries");
pub(super) const REFUSED: Field =
    field("refused", ValueKind::FlagOr(REFUSAL), "the call must fail, in this way");
pub(super) const ANSWERS: Field = field("answers", ValueKind::Pattern, "what the answer must hold");
pub(super) const MESSAGING_TYPE: Field =
    field("messaging_type", ValueKind::Text, "the parameter of the Send API");
pub(super) const TAG: Field = field("tag", ValueKind::Text, "the message tag of the Send API");
pub(super) const WITHIN: Field =
    field("within", ValueKind::RealTime, "how long to wait for it at most, in real time");

pub(super) const OPTIONAL: Field = field("optional", ValueKind::Bool, "`true` when it need not come");

/// The keys of `refused:`.
pub const REFUSAL: &[Field] = &[
    field("status", ValueKind::Status, "the HTTP status"),
    field("code", ValueKind::Code, "the error code"),
    field("subcode", ValueKind::Subcode, "the error subcode"),
    field("type", ValueKind::Pattern, "the type of the error"),
    field("message", ValueKind::Pattern, "the message on the wire, with its `(#…)` prefix"),
    field("user_title", ValueKind::Pattern, "the title for people"),
    field("user_msg", ValueKind::Pattern, "the explanation for people"),
];

pub(super) const HANDS_OVER: &[Field] =
    &[field("to", ValueKind::Receiver, "who gets control: an app or `inbox`"), METADATA];
pub(super) const TELLS: &[Field] =
    &[field("to", ValueKind::Receiver, "who is told: an app or `inbox`"), METADATA];
pub(super) const WITH_METADATA: &[Field] = &[METADATA];

pub(super) const APP_BESIDE: &[Field] = &[OF, TO, REFUSED, ANSWERS, AS];
pub(super) const ABOUT_NOBODY: &[Field] = &[REFUSED, ANSWERS, AS];
pub(super) const SEND_BESIDE: &[Field] = &[OF, TO, MESSAGING_TYPE, TAG, REPLY_TO, REFUSED, ANSWERS, AS];
pub(super) const CALL_EXPECTED: &[Field] = &[OF, REFUSED, WITHIN, OPTIONAL, AS];
pub(super) const SEND_EXPECTED: &[Field] = &[OF, MESSAGING_TYPE, TAG, REFUSED, WITHIN, OPTIONAL, AS];

const METHOD: Field = field("method", ValueKind::Word(METHODS), "the HTTP method");
/// A call of the Graph API that a step makes.
pub(super) const CALLED: &[Field] = &[
    field(
        "path",
        ValueKind::Needed(&ValueKind::GraphPath),
        "the path, without a slash before it and with or without a version",
    ),
    field(
        "method",
        ValueKind::Word(METHODS),
        "the HTTP method; GET unless the call carries something, else POST",
    ),
    field("query", ValueKind::Free(&ValueKind::Any), "parameters in the query"),
    field("body", ValueKind::Any, "a body of JSON; a text goes out as it is"),
    field("form", ValueKind::Free(&ValueKind::Any), "a body that is a form"),
    field(
        "files",
        ValueKind::Free(&ValueKind::Path),
        "files to upload, by their paths relative to this file",
    ),
    field("token", ValueKind::Any, "`none`, `app`, `expired` or a text, in place of the app's Page token"),
];
/// A call of the Graph API that an expectation waits for.
pub(super) const CALL_SEEN: &[Field] =
    &[field("path", ValueKind::GraphPath, "the path, without version and query; the Page is `me`"), METHOD];

pub(super) const fn app_verb(name: &'static str, value: ValueKind, meaning: &'static str) -> Verb {
    Verb { name, value, expected: value, beside: APP_BESIDE, expected_beside: CALL_EXPECTED, meaning }
}

pub(super) const fn verb(
    name: &'static str,
    value: ValueKind,
    beside: &'static [Field],
    meaning: &'static str,
) -> Verb {
    Verb { name, value, expected: value, beside, expected_beside: &[], meaning }
}

pub(super) const IMAGE: Field = field("image", ValueKind::Media, "a picture");
pub(super) const VIDEO: Field = field("video", ValueKind::Media, "a video");
pub(super) const AUDIO: Field = field("audio", ValueKind::Media, "a recording");
pub(super) const FILE: Field = field("file", ValueKind::Media, "a file");
pub(super) const STICKER: Field = field("sticker", ValueKind::Any, "a sticker, by its id");
pub(super) const LOCATION: Field = field("location", ValueKind::Mapping(PLACE), "a place");
pub(super) const FALLBACK: Field =
    field("fallback", ValueKind::Mapping(SHARED), "a page that the person shares");
/// What a person sends.
pub(crate) const SENT: &[Field] = &[
    IMAGE,
    VIDEO,
    AUDIO,
    FILE,
    STICKER,
    LOCATION,
    FALLBACK,
    field("text", ValueKind::Text, "a text beside it"),
    field(
        "attachments",
        ValueKind::ListOf(&ValueKind::Mapping(ATTACHED)),
        "several attachments in one message",
    ),
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
    field("type", ValueKind::Text, "a kind of attachment, to be written as the webhook shows it"),
    field("payload", ValueKind::Any, "what the webhook shows of it"),
    field("title", ValueKind::Text, "its title in the webhook"),
    field("url", ValueKind::Text, "its address in the webhook"),
];
pub(super) const PLACE: &[Field] = &[
    field("lat", ValueKind::Any, "the latitude"),
    field("long", ValueKind::Any, "the longitude"),
    field("title", ValueKind::Text, "what the place is called"),
    field("url", ValueKind::Url, "a map of it"),
];
pub(super) const SHARED: &[Field] =
    &[field("url", ValueKind::Url, "where it is"), field("title", ValueKind::Text, "what it is called")];

pub(super) const NLP: Field =
    field("nlp", ValueKind::Any, "what the platform found in the text, as the webhook shows it");
pub(super) const REPLY_TO: Field = field("reply_to", ValueKind::Earlier, "the message that this one answers");
pub(super) const LINK: &[Field] = &[field("link", ValueKind::Text, "the `ref` of an m.me link")];

/// What a person does.
pub const USER_VERBS: &[Verb] = &[
    verb("says", ValueKind::Text, &[NLP, REPLY_TO, AS], "sends a text message to the Page"),
    verb(
        "taps",
        ValueKind::Text,
        &[field("in", ValueKind::Earlier, "the message that holds it, where several fit"), AS],
        "taps a quick reply or a button, by its title or payload",
    ),
    verb("sends", ValueKind::Mapping(SENT), &[REPLY_TO, AS], "sends attachments to the Page"),
    verb("opens", ValueKind::Mapping(LINK), &[], "follows a link into the conversation"),
    verb(
        "reacts",
        ValueKind::Text,
        &[field("to", ValueKind::Earlier, "the message; the newest of the Page unless given")],
        "reacts to a message with an emoji, or takes the reaction back with `none`",
    ),
    verb("reads", ValueKind::Flag, &[], "reads everything that the Page has written"),
    verb("blocks", ValueKind::Flag, &[], "blocks the Page"),
    verb("unblocks", ValueKind::Flag, &[], "blocks the Page no longer"),
];

/// What an agent does in the Page Inbox.
pub const INBOX_VERBS: &[Verb] = &[
    verb("replies", ValueKind::Text, &[AS], "answers the person"),
    verb("moves_to", ValueKind::Word(FOLDERS), &[], "moves the conversation; to `done` marks it as done"),
];

/// What an admin changes.
pub const PAGE_CHANGES: &[Field] = &[
    field(
        "primary_receiver",
        ValueKind::Primary,
        "which app is primary receiver; `none` takes the role away",
    ),
    field("connects", ValueKind::App, "connects the app to the Page"),
    field("removes", ValueKind::App, "takes the app off the Page"),
    field(
        "subscriptions",
        ValueKind::PerApp(&ValueKind::ListOf(&ValueKind::Word(WEBHOOK_FIELDS))),
        "the webhook fields that the Page installs for an app, in place of those before",
    ),
    field(
        "features",
        ValueKind::PerApp(&ValueKind::ListOf(&ValueKind::Word(FEATURES))),
        "the features of an app, in place of those before",
    ),
    field(
        "permissions",
        ValueKind::PerApp(&ValueKind::ListOf(&ValueKind::Word(PERMISSIONS))),
        "what the Page token of an app carries, in place of what it carried before",
    ),
    field("mode", ValueKind::PerApp(&ValueKind::Word(MODES)), "whether an app is live or in development"),
    field(
        "token",
        ValueKind::PerApp(&ValueKind::Word(TOKENS)),
        "whether the Page token of an app still holds",
    ),
];
/// How a change by an admin must fail.
pub(super) const DECLINED: &[Field] = &[field("message", ValueKind::Pattern, "why it is not done")];

/// What an app does.
pub const APP_VERBS: &[Verb] = &[
    Verb {
        name: "sends",
        value: ValueKind::Message,
        expected: ValueKind::Message,
        beside: SEND_BESIDE,
        expected_beside: SEND_EXPECTED,
        meaning: "sends a message to the person",
    },
    app_verb("passes_control", ValueKind::Mapping(HANDS_OVER), "passes thread control on"),
    app_verb("takes_control", ValueKind::FlagOr(WITH_METADATA), "takes thread control"),
    app_verb("requests_control", ValueKind::FlagOr(WITH_METADATA), "requests thread control"),
    app_verb("releases_control", ValueKind::FlagOr(WITH_METADATA), "releases thread control"),
    app_verb("extends_control", ValueKind::Duration, "extends its thread control"),
    app_verb(
        "passes_metadata",
        ValueKind::Mapping(TELLS),
        "tells another app something; control stays where it is",
    ),
    app_verb("types", ValueKind::OnOff, "shows that it is typing, or no longer"),
    app_verb("marks_seen", ValueKind::Flag, "shows that it has seen the messages"),
    app_verb("asks_owner", ValueKind::Flag, "asks who owns the conversation"),
    Verb {
        name: "asks_receivers",
        value: ValueKind::Flag,
        expected: ValueKind::Flag,
        beside: ABOUT_NOBODY,
        expected_beside: &[REFUSED, WITHIN, OPTIONAL, AS],
        meaning: "asks which apps are secondary receivers",
    },
    Verb {
        name: "calls",
        value: ValueKind::Mapping(CALLED),
        expected: ValueKind::Mapping(CALL_SEEN),
        beside: ABOUT_NOBODY,
        expected_beside: CALL_EXPECTED,
        meaning: "calls the Graph API, whatever path it is",
    },
];

/// What becomes of a bot's process.
pub(super) const BOT_VERBS: &[Verb] = &[
    verb("stops", ValueKind::Flag, &[], "ends the process; its port stays closed until it is started again"),
    verb("starts", ValueKind::Flag, &[], "starts the process again and waits until its webhook is ready"),
    verb("restarts", ValueKind::Flag, &[], "ends the process, if it runs, and starts it again"),
];

/// The steps of the language.
pub const HEADS: &[Head] = &[
    Head {
        name: "user",
        value: ValueKind::Person,
        verbs: USER_VERBS,
        beside: &[ON],
        not_yet: &["edits", "deletes_conversation", "opts_in", "links_account", "answers_survey", "comments"],
        meaning: "a person does something",
    },
    Head {
        name: "app",
        value: ValueKind::App,
        verbs: APP_VERBS,
        beside: &[ON],
        not_yet: &["persona", "thread_control"],
        meaning: "a played app does something",
    },
    Head {
        name: "inbox",
        value: ValueKind::Person,
        verbs: INBOX_VERBS,
        beside: &[ON],
        not_yet: &["reads", "sends"],
        meaning: "an agent does something in the Page Inbox, on this person's conversation",
    },
    Head {
        name: "page",
        value: ValueKind::Mapping(PAGE_CHANGES),
        verbs: &[],
        beside: &[ON, field("refused", ValueKind::FlagOr(DECLINED), "the change must fail, in this way")],
        not_yet: &[],
        meaning: "an admin changes settings",
    },
    Head {
        name: "bot",
        value: ValueKind::App,
        verbs: BOT_VERBS,
        beside: &[],
        not_yet: &[],
        meaning: "stops or starts the process of an app's bot, which this run has started",
    },
    Head {
        name: "clock",
        value: ValueKind::ClockMove,
        verbs: &[],
        beside: &[AS],
        not_yet: &[],
        meaning: "moves the clock of the scenario",
    },
    Head {
        name: "expect",
        value: ValueKind::Expectation,
        verbs: &[],
        beside: &[ON, AS],
        not_yet: &[],
        meaning: "waits for what someone else must do, or for a state",
    },
    Head {
        name: "never",
        value: ValueKind::Prohibition,
        verbs: &[],
        beside: &[
            field("until", ValueKind::Capture, "the name of a later step (its `as:`) to which it holds"),
            ON,
        ],
        not_yet: &[],
        meaning: "says what must not happen from here on",
    },
    Head {
        name: "note",
        value: ValueKind::Text,
        verbs: &[],
        beside: &[],
        not_yet: &[],
        meaning: "puts a text into the report",
    },
    Head {
        name: "use",
        value: ValueKind::Path,
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
