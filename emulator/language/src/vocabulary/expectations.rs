//! What `expect:` and `never:` can be about, and the matchers of their patterns.

use super::steps::{AS, OF, ON, OPTIONAL, WITHIN};
use super::{APP_VERBS, CHANNELS, FOLDERS, Field, Head, ValueKind, WEBHOOK_FIELDS, WINDOWS, field};

/// What `expect:` and `never:` can be about; the verbs of an app are listed in [`APP_VERBS`].
pub const EXPECTATIONS: &[Head] = &[
    Head {
        name: "app",
        value: ValueKind::App,
        verbs: APP_VERBS,
        beside: &[ON],
        not_yet: &["persona", "thread_control"],
        meaning: "a message that reaches the person, or another call of that app",
    },
    Head {
        name: "webhook",
        value: ValueKind::App,
        verbs: &[],
        beside: &[
            OF,
            ON,
            field("channel", ValueKind::Word(CHANNELS), "the list of the entry that the event stands in"),
            field("event", ValueKind::Pattern, "what the event must hold"),
            field("field", ValueKind::Word(WEBHOOK_FIELDS), "the subscription field it belongs to"),
            field("acknowledged", ValueKind::Bool, "`false` for a delivery that the app did not acknowledge"),
            field(
                "attempts",
                ValueKind::Pattern,
                "how many times it was tried: until it was acknowledged, or in vain so far",
            ),
            WITHIN,
            OPTIONAL,
            AS,
        ],
        not_yet: &[],
        meaning: "a delivery to that app",
    },
    state("owner", ValueKind::Owner, "who controls the conversation"),
    state("folder", ValueKind::Word(FOLDERS), "the folder the conversation lies in"),
    state("window", ValueKind::Word(WINDOWS), "whether the messaging window is open"),
    Head {
        name: "nothing",
        value: ValueKind::Flag,
        verbs: &[],
        beside: &[field(
            "for",
            ValueKind::Needed(&ValueKind::RealTime),
            "how long it must stay quiet, in real time",
        )],
        not_yet: &[],
        meaning: "quiet: no message reaches the person and no real app calls anything",
    },
    combination("any_order", "all of these, in any order; each is met by another call, delivery or message"),
    combination("one_of", "one of these: the first that is met"),
];

/// The expectations that are made of others.
pub const COMBINATIONS: &[&str] = &["any_order", "one_of"];

const fn state(name: &'static str, value: ValueKind, meaning: &'static str) -> Head {
    Head { name, value, verbs: &[], beside: &[OF, ON, WITHIN, OPTIONAL, AS], not_yet: &[], meaning }
}

const fn combination(name: &'static str, meaning: &'static str) -> Head {
    let value = ValueKind::ListOf(&ValueKind::Expectation);
    Head { name, value, verbs: &[], beside: &[ON, WITHIN, OPTIONAL, AS], not_yet: &[], meaning }
}

/// Keys of expectations that this version lacks.
pub const EXPECTATIONS_NOT_YET: &[&str] = &["inbox", "menu", "profile", "user"];

/// The matchers of a pattern; a mapping with only these keys is a matcher.
pub const MATCHERS: &[Field] = &[
    field("contains", ValueKind::Text, "a text that holds this one"),
    field("starts_with", ValueKind::Text, "a text that begins with this one"),
    field("matches", ValueKind::Regex, "a text in which this regular expression is found"),
    field("one_of", ValueKind::ListOf(&ValueKind::Pattern), "what matches one of these"),
    field("not", ValueKind::Pattern, "what does not match this"),
    field("has", ValueKind::Pattern, "a list with an item that matches this"),
    field("any", ValueKind::Flag, "a key that is there, whatever its value"),
    field("absent", ValueKind::Flag, "a key that is not there"),
    field("count", ValueKind::Pattern, "a list whose length matches this"),
    field("gt", ValueKind::Number, "a number greater than this one"),
    field("lt", ValueKind::Number, "a number less than this one"),
    field("between", ValueKind::Range, "a number from the first to the second, both included"),
    field("exactly", ValueKind::Any, "this value and no other keys; no mapping in it is a matcher"),
];
