//! The one table of the language: who can do what, with which values and which keys beside it.
//!
//! The parser, its suggestions and the file schema follow this table, so a verb is added here first. A word that the
//! language has but this version cannot carry out yet stands in a `NOT_YET` list: it gets an error that says so, since
//! a suggestion of another word would mislead.

/// The kind of value that stands behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text; every scalar is taken as it is written.
    Text,
    /// A message: its text, or a mapping that goes out as it is.
    Message,
    /// `true`, or nothing.
    Flag,
    /// `true`, or nothing, or a mapping with these keys.
    FlagOr(&'static [Field]),
    /// A mapping with these keys.
    Mapping(&'static [Field]),
    /// A length of virtual time, such as `3d`.
    Duration,
    /// A length of real time, such as `300ms`, written out.
    RealTime,
    /// A move of the clock: a duration, `next` or `{to: time}`.
    ClockMove,
    /// `true` or `false`.
    Bool,
    /// The name of an app of the world.
    App,
    /// The name of an app of the world, or `inbox`.
    Receiver,
    /// The name of a person of the world.
    Person,
    /// The owner of a conversation: an app, `inbox`, `idle` or `none`.
    Owner,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A name for what the step gives, to be used in later steps.
    Capture,
    /// A value that is compared or passed on, whatever it is.
    Any,
    /// An expectation, with the keys of [`EXPECTATIONS`].
    Expectation,
    /// `on` or `off`.
    OnOff,
    /// A message: the name under which an earlier step captured it, or its id.
    Earlier,
    /// An http(s) URL.
    Url,
    /// Who may have the role of primary receiver: an app, `inbox` or `none`.
    Primary,
    /// A list of such values.
    ListOf(&'static Self),
    /// A mapping from names of apps of the world to such values.
    PerApp(&'static Self),
}

/// A key that may stand beside a verb or in its mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What stands behind it.
    pub kind: Kind,
    /// What it means, as a fragment.
    pub meaning: &'static str,
}

/// Something an actor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verb {
    /// The key.
    pub name: &'static str,
    /// What stands behind it.
    pub value: Kind,
    /// The keys that may stand beside it when the step does it.
    pub beside: &'static [Field],
    /// The keys that may stand beside it when an expectation waits for it.
    pub expected_beside: &'static [Field],
    /// What it does, as a fragment.
    pub meaning: &'static str,
}

/// The first key of a step: who acts, or what kind of step it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The key.
    pub name: &'static str,
    /// What stands behind it.
    pub value: Kind,
    /// What this actor can do; empty for a step that is complete with its own value.
    pub verbs: &'static [Verb],
    /// The keys that may stand beside the head itself.
    pub beside: &'static [Field],
    /// Verbs and keys of the language that this version lacks.
    pub not_yet: &'static [&'static str],
    /// What the step does, as a fragment.
    pub meaning: &'static str,
}

const fn field(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    Field { name, kind, meaning }
}

const AS: Field = field("as", Kind::Capture, "a name for the result, for use in later steps");
const OF: Field = field("of", Kind::Person, "the person meant, where the scenario has more than one");
const TO: Field = field("to", Kind::Person, "the person meant, where the scenario has more than one");
const METADATA: Field = field("metadata", Kind::Text, "a text that the webhook carries");
const REFUSED: Field = field("refused", Kind::FlagOr(REFUSAL), "the call must fail, in this way");
const ANSWERS: Field = field("answers", Kind::Any, "what the answer must hold");
const MESSAGING_TYPE: Field = field("messaging_type", Kind::Text, "the parameter of the Send API");
const TAG: Field = field("tag", Kind::Text, "the message tag of the Send API");
const WITHIN: Field = field("within", Kind::RealTime, "how long to wait for it at most, in real time");

/// The keys of `refused:`.
pub const REFUSAL: &[Field] = &[
    field("status", Kind::Any, "the HTTP status"),
    field("code", Kind::Any, "the error code"),
    field("subcode", Kind::Any, "the error subcode"),
    field("type", Kind::Text, "the type of the error"),
    field("message", Kind::Text, "the message on the wire, with its `(#…)` prefix"),
    field("user_title", Kind::Text, "the title for people"),
    field("user_msg", Kind::Text, "the explanation for people"),
];

const HANDS_OVER: &[Field] = &[field("to", Kind::Receiver, "who gets control: an app or `inbox`"), METADATA];
const TELLS: &[Field] = &[field("to", Kind::Receiver, "who is told: an app or `inbox`"), METADATA];
const WITH_METADATA: &[Field] = &[METADATA];

const APP_BESIDE: &[Field] = &[OF, TO, REFUSED, ANSWERS, AS];
const ABOUT_NOBODY: &[Field] = &[REFUSED, ANSWERS, AS];
const SEND_BESIDE: &[Field] = &[OF, TO, MESSAGING_TYPE, TAG, REPLY_TO, REFUSED, ANSWERS, AS];
const CALL_EXPECTED: &[Field] = &[OF, REFUSED, WITHIN, AS];
const SEND_EXPECTED: &[Field] = &[OF, MESSAGING_TYPE, TAG, REFUSED, WITHIN, AS];

const fn app_verb(name: &'static str, value: Kind, meaning: &'static str) -> Verb {
    Verb { name, value, beside: APP_BESIDE, expected_beside: CALL_EXPECTED, meaning }
}

const fn verb(name: &'static str, value: Kind, beside: &'static [Field], meaning: &'static str) -> Verb {
    Verb { name, value, beside, expected_beside: &[], meaning }
}

const IMAGE: Field = field("image", Kind::Url, "a picture");
const VIDEO: Field = field("video", Kind::Url, "a video");
const AUDIO: Field = field("audio", Kind::Url, "a recording");
const FILE: Field = field("file", Kind::Url, "a file");
const STICKER: Field = field("sticker", Kind::Any, "a sticker, by its id");
const LOCATION: Field = field("location", Kind::Mapping(PLACE), "a place");
const FALLBACK: Field = field("fallback", Kind::Mapping(SHARED), "a page that the person shares");
/// What a person sends.
const SENT: &[Field] = &[
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
const ATTACHED: &[Field] = &[
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
const PLACE: &[Field] = &[
    field("lat", Kind::Any, "the latitude"),
    field("long", Kind::Any, "the longitude"),
    field("title", Kind::Text, "what the place is called"),
    field("url", Kind::Url, "a map of it"),
];
const SHARED: &[Field] =
    &[field("url", Kind::Url, "where it is"), field("title", Kind::Text, "what it is called")];

const REPLY_TO: Field = field("reply_to", Kind::Earlier, "the message that this one answers");
const LINK: &[Field] = &[field("link", Kind::Text, "the `ref` of an m.me link")];

/// What a person does.
pub const USER_VERBS: &[Verb] = &[
    verb("says", Kind::Text, &[REPLY_TO, AS], "sends a text message to the Page"),
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
const DECLINED: &[Field] = &[field("message", Kind::Text, "why it is not done")];

/// What an app does.
pub const APP_VERBS: &[Verb] = &[
    Verb {
        name: "sends",
        value: Kind::Message,
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
        beside: ABOUT_NOBODY,
        expected_beside: &[REFUSED, WITHIN, AS],
        meaning: "asks which apps are secondary receivers",
    },
];

/// The steps of the language.
pub const HEADS: &[Head] = &[
    Head {
        name: "user",
        value: Kind::Person,
        verbs: USER_VERBS,
        beside: &[],
        not_yet: &[
            "edits",
            "deletes_conversation",
            "opts_in",
            "links_account",
            "answers_survey",
            "comments",
            "nlp",
            "on",
        ],
        meaning: "a person does something",
    },
    Head {
        name: "app",
        value: Kind::App,
        verbs: APP_VERBS,
        beside: &[],
        not_yet: &["calls", "persona", "thread_control", "on"],
        meaning: "a played app does something",
    },
    Head {
        name: "inbox",
        value: Kind::Person,
        verbs: INBOX_VERBS,
        beside: &[],
        not_yet: &["reads", "sends", "on"],
        meaning: "an agent does something in the Page Inbox, on this person's conversation",
    },
    Head {
        name: "page",
        value: Kind::Mapping(PAGE_CHANGES),
        verbs: &[],
        beside: &[field("refused", Kind::FlagOr(DECLINED), "the change must fail, in this way")],
        not_yet: &["on"],
        meaning: "an admin changes settings",
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
        beside: &[AS],
        not_yet: &["on"],
        meaning: "waits for what someone else must do, or for a state",
    },
    Head {
        name: "never",
        value: Kind::Expectation,
        verbs: &[],
        beside: &[],
        not_yet: &["until", "on"],
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
];

/// First keys of steps that this version lacks.
pub const HEADS_NOT_YET: &[&str] = &["fault", "clear_faults", "bot", "use"];

/// What `expect:` and `never:` can be about; the verbs of an app are listed in [`APP_VERBS`].
pub const EXPECTATIONS: &[Head] = &[
    Head {
        name: "app",
        value: Kind::App,
        verbs: APP_VERBS,
        beside: &[],
        not_yet: &["calls", "persona", "thread_control", "optional", "on"],
        meaning: "a message that reaches the person, or another call of that app",
    },
    Head {
        name: "webhook",
        value: Kind::App,
        verbs: &[],
        beside: &[
            OF,
            field("channel", Kind::Word(CHANNELS), "the list of the entry that the event stands in"),
            field("event", Kind::Any, "what the event must hold"),
            field("field", Kind::Word(WEBHOOK_FIELDS), "the subscription field it belongs to"),
            field("acknowledged", Kind::Bool, "`false` for a delivery that the app did not acknowledge"),
            WITHIN,
            AS,
        ],
        not_yet: &["attempts", "optional", "on"],
        meaning: "a delivery to that app",
    },
    state("owner", Kind::Owner, "who controls the conversation"),
    state("folder", Kind::Word(FOLDERS), "the folder the conversation lies in"),
    state("window", Kind::Word(WINDOWS), "whether the messaging window is open"),
    Head {
        name: "nothing",
        value: Kind::Flag,
        verbs: &[],
        beside: &[field("for", Kind::RealTime, "how long it must stay quiet, in real time")],
        not_yet: &["optional", "on"],
        meaning: "quiet: no message reaches the person and no real app calls anything",
    },
];

const fn state(name: &'static str, value: Kind, meaning: &'static str) -> Head {
    Head { name, value, verbs: &[], beside: &[OF, WITHIN, AS], not_yet: &["optional", "on"], meaning }
}

/// Keys of expectations that this version lacks.
pub const EXPECTATIONS_NOT_YET: &[&str] =
    &["inbox", "menu", "profile", "any_order", "one_of", "optional", "user"];

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

/// The lists of an entry that an event can stand in.
pub const CHANNELS: &[&str] = &["messaging", "standby"];
/// The folders of the inbox.
pub const FOLDERS: &[&str] = &["main", "done", "spam"];
/// The states of the messaging window.
pub const WINDOWS: &[&str] = &["open", "closed"];
/// The owners that are no app.
pub const OWNERS: &[&str] = &["inbox", "idle", "none"];

/// The subscription fields an app can have.
pub const WEBHOOK_FIELDS: &[&str] = &[
    "messages",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "standby",
    "messaging_account_linking",
    "messaging_feedback",
    "messaging_policy_enforcement",
];

/// The modes of an app.
pub const MODES: &[&str] = &["live", "development"];

/// The features an app can be granted.
pub const FEATURES: &[&str] = &["human_agent"];

/// What a Page token can carry.
pub const PERMISSIONS: &[&str] = &[
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "pages_show_list",
    "pages_user_locale",
    "pages_user_timezone",
    "pages_user_gender",
    "page_utility_messaging",
];

/// Whether a Page token still holds, and why not.
pub const TOKENS: &[&str] = &["valid", "expired", "password_changed", "removed"];

/// The protocols of this version.
pub const PROTOCOLS: &[&str] = &["handover"];
/// The protocols that this version lacks.
pub const PROTOCOLS_NOT_YET: &[&str] = &["handover-v1", "conversation-routing", "default-behavior"];

/// Words that mean something in an expression or as a state, so that no app and no person can have them as a name.
pub const RESERVED_NAMES: &[&str] =
    &["inbox", "idle", "none", "page", "now", "vars", "env", "port", "emulator", "main", "done", "spam"];

/// The names an expression always knows beside those of the world.
pub const EXPRESSION_NAMES: &[&str] = &["page", "now", "vars", "env", "emulator", "inbox"];

/// The matchers of a pattern; a mapping with only these keys is a matcher.
pub const MATCHERS: &[&str] = &[
    "contains",
    "starts_with",
    "matches",
    "one_of",
    "not",
    "has",
    "any",
    "absent",
    "count",
    "gt",
    "lt",
    "between",
    "exactly",
];

/// Keys of a message that are text on the wire, so that a scalar behind one of them is taken as it is written.
pub const WIRE_TEXT: &[&str] =
    &["text", "title", "subtitle", "payload", "metadata", "id", "mid", "url", "ref"];

/// Tells whether the value of a key is text on the wire.
#[must_use]
pub fn is_wire_text(key: &str) -> bool {
    WIRE_TEXT.contains(&key)
}

/// Finds what stands behind the first key of a step.
#[must_use]
pub fn head(name: &str) -> Option<&'static Head> {
    HEADS.iter().find(|head| head.name == name)
}

/// Finds what an expectation can be about.
#[must_use]
pub fn expectation(name: &str) -> Option<&'static Head> {
    EXPECTATIONS.iter().find(|head| head.name == name)
}

/// Writes the sentence for a word that the language has and this version lacks.
#[must_use]
pub fn not_yet(word: &str) -> String {
    format!("`{word}` is not supported by this version yet")
}

/// The top-level keys of a scenario, and then those this version lacks.
pub const SCENARIO_KEYS: &[&str] = &[
    "scenario",
    "format",
    "description",
    "tags",
    "skip",
    "protocol",
    "world",
    "begin_at",
    "seed",
    "vars",
    "alone",
    "timeouts",
    "unread",
    "steps",
];
/// The top-level keys of a scenario that this version lacks.
pub const SCENARIO_NOT_YET: &[&str] = &["cases", "use", "behaviour", "part"];
/// The keys of a world.
pub const WORLD_KEYS: &[&str] = &["protocol", "page", "apps", "people"];
/// The keys of a world that this version lacks.
pub const WORLD_NOT_YET: &[&str] = &["pages"];
/// The keys of `page:`.
pub const PAGE_KEYS: &[&str] = &["id", "name", "primary_receiver", "options"];
/// The keys of `page:` that this version lacks.
pub const PAGE_NOT_YET: &[&str] = &["platform", "default_app", "inbox", "handover", "routes"];
/// The keys of an app.
pub const APP_KEYS: &[&str] = &[
    "id",
    "secret",
    "verify_token",
    "page_token",
    "webhook",
    "start",
    "env",
    "fields",
    "features",
    "permissions",
    "mode",
    "require_proof",
];
/// The keys of an app that this version lacks.
pub const APP_NOT_YET: &[&str] =
    &["role", "take_control", "api_version", "handshake", "behaviour", "options"];
/// The keys of a person.
pub const PERSON_KEYS: &[&str] =
    &["id", "first_name", "last_name", "locale", "timezone", "gender", "profile_pic", "tester_of"];
/// The keys of `timeouts:`.
pub const TIMEOUT_KEYS: &[&str] = &["reply", "quiet", "boot", "settle"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_both_there_and_not_yet_there() {
        for head in HEADS.iter().chain(EXPECTATIONS) {
            for word in head.not_yet {
                assert!(!head.verbs.iter().any(|verb| verb.name == *word), "{word}");
                assert!(!head.beside.iter().any(|field| field.name == *word), "{word}");
            }
        }
        for (known, lacking) in [
            (SCENARIO_KEYS, SCENARIO_NOT_YET),
            (WORLD_KEYS, WORLD_NOT_YET),
            (PAGE_KEYS, PAGE_NOT_YET),
            (APP_KEYS, APP_NOT_YET),
            (PROTOCOLS, PROTOCOLS_NOT_YET),
        ] {
            assert!(lacking.iter().all(|word| !known.contains(word)));
        }
        assert!(HEADS_NOT_YET.iter().all(|word| head(word).is_none()));
        assert!(EXPECTATIONS_NOT_YET.iter().all(|word| expectation(word).is_none()));
    }

    #[test]
    fn every_state_word_is_a_reserved_name() {
        for word in OWNERS.iter().chain(FOLDERS).chain(EXPRESSION_NAMES) {
            assert!(RESERVED_NAMES.contains(word), "{word}");
        }
    }
}
