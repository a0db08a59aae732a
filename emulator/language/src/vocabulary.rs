//! The one table of the language: who can do what, with which values and which keys beside it.
//!
//! The parser, its suggestions and the file schema follow this table, so a verb is added here first. A word that the
//! language has but this version cannot carry out yet stands in a `NOT_YET` list: it gets an error that says so, since
//! a suggestion of another word would mislead.

mod expectations;
mod files;
mod members;
mod steps;
mod words;

pub use expectations::{COMBINATIONS, EXPECTATIONS, EXPECTATIONS_NOT_YET, MATCHERS};
pub use files::{
    APP_KEYS, APP_NOT_YET, PAGE_KEYS, PAGE_NOT_YET, PART_KEYS, PERSON_KEYS, SCENARIO_KEYS, SCENARIO_NOT_YET,
    TIMEOUT_KEYS, WORLD_KEYS, names,
};
pub use members::{AppMember, EmulatorMember, PageMember, PersonMember, Root};
pub use steps::{
    APP_VERBS, HEADS, HEADS_NOT_YET, INBOX_VERBS, PAGE_CHANGES, REFUSAL, USER_VERBS, not_yet_within,
};
pub(crate) use steps::{ATTACHED, SENT};
pub use words::*;

/// The kind of value that stands behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A text; every scalar is taken as it is written.
    Text,
    /// A pattern that a value is compared with: a value, or a mapping of [`MATCHERS`].
    Pattern,
    /// A regular expression.
    Regex,
    /// A number.
    Number,
    /// A list of two numbers.
    Range,
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
    /// The name of a Page of the world.
    Page,
    /// The owner of a conversation: an app, `inbox`, `idle` or `none`.
    Owner,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A name for what the step gives, to be used in later steps.
    Capture,
    /// A value that is passed on, whatever it is.
    Any,
    /// An expectation, with the keys of [`EXPECTATIONS`].
    Expectation,
    /// An expectation of what must not come, which neither waits nor matches anything.
    Prohibition,
    /// `on` or `off`.
    OnOff,
    /// A message: the name under which an earlier step captured it, or its id.
    Earlier,
    /// An http(s) URL.
    Url,
    /// The HTTP status of an error, or a pattern for it.
    Status,
    /// The code of an error, or a pattern for it.
    Code,
    /// The subcode of an error, or a pattern for it.
    Subcode,
    /// The https address of a domain, without a path.
    Domain,
    /// A path, relative to the file that it stands in.
    Path,
    /// A picture or the like: its http(s) URL, or its path, relative to the file that it stands in.
    Media,
    /// Who may have the role of primary receiver: an app, `inbox` or `none`.
    Primary,
    /// A list of such values.
    ListOf(&'static Self),
    /// A mapping from names of apps of the world to such values.
    PerApp(&'static Self),
    /// One such value for the first Page, or a mapping from names of Pages of the world to such values.
    OrPerPage(&'static Self),
    /// Such a value, which cannot be left out.
    Needed(&'static Self),
    /// One such value, or a list of them.
    OneOrMore(&'static Self),
    /// A mapping with free keys and such values.
    Free(&'static Self),
    /// A text that is needed before anything can be evaluated, so that it takes no expression.
    Literal,
    /// Such a text that is a glob as in `.gitignore`; `true` and numbers are none unless they stand in quotes.
    Glob,
    /// Such a text that says why; `true` and `false` do not.
    Reason,
    /// An id: digits, below two to this power.
    Id(u32),
    /// A whole number, from the least to the greatest.
    Whole(i64, u64),
    /// A length of real time, or `auto`.
    RealTimeOrAuto,
    /// A command: one text, or a list of arguments.
    Command,
    /// A protocol.
    Protocol,
    /// A protocol, or a list of protocols.
    Protocols,
    /// A list of variable sets: mappings with free keys, of which `case` is the name of the set.
    Cases,
    /// When the clock of a scenario starts.
    Beginning,
    /// A mapping of a file with these keys.
    Section(&'static [Field]),
    /// A mapping from names that the file chooses to mappings with these keys.
    Named(&'static [Field]),
    /// A world, with the keys of [`WORLD_KEYS`], or the path of a file that holds one.
    World,
    /// A list of steps, with the keys of [`HEADS`].
    Steps,
    /// A version of the Graph API.
    Version,
    /// The path of a call of the Graph API.
    GraphPath,
    /// The switches of a Page, which core lists: [`emulator_core::Options::ALL`].
    Switches,
}

/// A key that may stand beside a verb or in its mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What stands behind it.
    pub kind: ValueKind,
    /// What it means, as a fragment.
    pub meaning: &'static str,
}

/// Something an actor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verb {
    /// The key.
    pub name: &'static str,
    /// What stands behind it when the step does it.
    pub value: ValueKind,
    /// What stands behind it when an expectation waits for it.
    pub expected: ValueKind,
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
    pub value: ValueKind,
    /// What this actor can do; empty for a step that is complete with its own value.
    pub verbs: &'static [Verb],
    /// The keys that may stand beside the head itself, whatever the verb.
    pub beside: &'static [Field],
    /// Verbs and keys of the language that this version lacks.
    pub not_yet: &'static [&'static str],
    /// What the step does, as a fragment.
    pub meaning: &'static str,
}

const fn field(name: &'static str, kind: ValueKind, meaning: &'static str) -> Field {
    Field { name, kind, meaning }
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

/// Finds a matcher of patterns.
#[must_use]
pub fn matcher(name: &str) -> Option<&'static Field> {
    MATCHERS.iter().find(|field| field.name == name)
}

/// Writes the sentence for a word that the language has and this version lacks.
#[must_use]
pub fn not_yet(word: &str) -> String {
    format!("`{word}` is not supported by this version yet")
}

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
        for (known, lacking) in
            [(SCENARIO_KEYS, SCENARIO_NOT_YET), (PAGE_KEYS, PAGE_NOT_YET), (APP_KEYS, APP_NOT_YET)]
        {
            assert!(lacking.iter().all(|word| !names(known).contains(word)));
        }
        assert!(PROTOCOLS_NOT_YET.iter().all(|word| !PROTOCOLS.contains(word)));
        assert!(HEADS_NOT_YET.iter().all(|word| head(word).is_none()));
        assert!(EXPECTATIONS_NOT_YET.iter().all(|word| expectation(word).is_none()));
    }

    #[test]
    fn every_state_word_is_a_reserved_name() {
        let roots = Root::ALL.iter().map(|root| root.name());
        for word in OWNERS.iter().chain(FOLDERS).copied().chain(roots) {
            assert!(RESERVED_NAMES.contains(&word), "{word}");
        }
    }
}
