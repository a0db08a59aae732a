//! What `expect:` and `never:` can be about, and the matchers of their patterns.

use super::steps::{AS, OF, ON, OPTIONAL, WITHIN};
use super::{APP_VERBS, CHANNELS, FOLDERS, Field, Head, Kind, WEBHOOK_FIELDS, WINDOWS, field};

/// What `expect:` and `never:` can be about; the verbs of an app are listed in [`APP_VERBS`].
pub const EXPECTATIONS: &[Head] = &[
    Head {
        name: "app",
        value: Kind::App,
        verbs: APP_VERBS,
        beside: &[ON],
        not_yet: &["persona", "thread_control"],
        meaning: "a message that reaches the person, or another call of that app",
    },
    Head {
        name: "webhook",
        value: Kind::App,
        verbs: &[],
        beside: &[
            OF,
            ON,
            field("channel", Kind::Word(CHANNELS), "the list of the entry that the event stands in"),
            field("event", Kind::Pattern, "what the event must hold"),
            field("field", Kind::Word(WEBHOOK_FIELDS), "the subscription field it belongs to"),
            field("acknowledged", Kind::Bool, "`false` for a delivery that the app did not acknowledge"),
            field(
                "attempts",
                Kind::Pattern,
                "how many times it was tried: until it was acknowledged, or in vain so far",
            ),
            WITHIN,
            OPTIONAL,
            AS,
        ],
        not_yet: &[],
        meaning: "a delivery to that app",
    },
    state("owner", Kind::Owner, "who controls the conversation"),
    state("folder", Kind::Word(FOLDERS), "the folder the conversation lies in"),
    state("window", Kind::Word(WINDOWS), "whether the messaging window is open"),
    Head {
        name: "nothing",
        value: Kind::Flag,
        verbs: &[],
        beside: &[field("for", Kind::Needed(&Kind::RealTime), "how long it must stay quiet, in real time")],
        not_yet: &[],
        meaning: "quiet: no message reaches the person and no real app calls anything",
    },
    combination("any_order", "all of these, in any order; each is met by another call, delivery or message"),
    combination("one_of", "one of these: the first that is met"),
];

/// The expectations that are made of others.
pub const COMBINATIONS: &[&str] = &["any_order", "one_of"];

const fn state(name: &'static str, value: Kind, meaning: &'static str) -> Head {
    Head { name, value, verbs: &[], beside: &[OF, ON, WITHIN, OPTIONAL, AS], not_yet: &[], meaning }
}

const fn combination(name: &'static str, meaning: &'static str) -> Head {
    let value = Kind::ListOf(&Kind::Expectation);
    Head { name, value, verbs: &[], beside: &[ON, WITHIN, OPTIONAL, AS], not_yet: &[], meaning }
}

/// Keys of expectations that this version lacks.
pub const EXPECTATIONS_NOT_YET: &[&str] = &["inbox", "menu", "profile", "user"];

/// The matchers of a pattern; a mapping with only these keys is a matcher.
pub const MATCHERS: &[Field] = &[
    field("contains", Kind::Text, "a text that holds this one"),
    field("starts_with", Kind::Text, "a text that begins with this one"),
    field("matches", Kind::Regex, "a text in which this regular expression is found"),
    field("one_of", Kind::ListOf(&Kind::Pattern), "what matches one of these"),
    field("not", Kind::Pattern, "what does not match this"),
    field("has", Kind::Pattern, "a list with an item that matches this"),
    field("any", Kind::Flag, "a key that is there, whatever its value"),
    field("absent", Kind::Flag, "a key that is not there"),
    field("count", Kind::Pattern, "a list whose length matches this"),
    field("gt", Kind::Number, "a number greater than this one"),
    field("lt", Kind::Number, "a number less than this one"),
    field("between", Kind::Range, "a number from the first to the second, both included"),
    field("exactly", Kind::Any, "this value and no other keys; no mapping in it is a matcher"),
];
