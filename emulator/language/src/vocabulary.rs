//! The one table of the language: who can do what, with which values and which keys beside it.
//!
//! The parser, its suggestions and the file schema follow this table, so a verb is added here first. A word that the
//! language has but this version cannot carry out yet stands in a `NOT_YET` list: it gets an error that says so, since
//! a suggestion of another word would mislead.

mod app;
mod bot;
mod expectations;
mod files;
mod heads;
mod inbox;
mod keys;
mod members;
mod page;
mod person;
mod verb;
mod words;

pub use crate::matcher::MATCHERS;
pub use app::APP_VERBS;
pub use bot::BOT_VERBS;
pub use expectations::{EXPECTATIONS, EXPECTATIONS_NOT_YET};
pub use files::{
    ACCOUNT_KEYS, APP_KEYS, APP_NOT_YET, PAGE_KEYS, PAGE_NOT_YET, PART_KEYS, PERSON_KEYS, SCENARIO_KEYS,
    SCENARIO_NOT_YET, TIMEOUT_KEYS, WORLD_KEYS, names,
};
pub use heads::{HEADS, HEADS_NOT_YET, not_yet_within};
pub use inbox::INBOX_VERBS;
pub(crate) use keys::UNDER;
pub use keys::{REFUSAL, SEND_CONTROL};
pub use members::{AppMember, EmulatorMember, PageMember, PersonMember, Root};
pub use page::PAGE_CHANGES;
pub(crate) use page::page_changes;
pub use person::USER_VERBS;
pub(crate) use person::{ATTACHED, SENT};
pub(crate) use verb::{AppDoes, BuildStep, Does, Subject, VerbNodes};
pub use verb::{ExpectationHead, Head, Parameter, Source, StepHead, Verb};
pub use words::*;

use emulator_core::RouteId;

/// The kind of value that stands after a key.
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
    /// A length of virtual time, such as `3d`; `true` for that of the platform.
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
    /// A mapping from names of apps of the world, and `inbox`, to such values.
    PerReceiver(&'static Self),
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
    /// What stands after it.
    pub kind: ValueKind,
    /// What it means, as a fragment.
    pub meaning: &'static str,
}

impl ValueKind {
    /// The keys of the mapping that such a value is.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        if let Self::Mapping(fields) | Self::FlagOr(fields) = self { fields } else { &[] }
    }
}

pub(crate) const fn field(name: &'static str, kind: ValueKind, meaning: &'static str) -> Field {
    Field { name, kind, meaning }
}

/// Finds the head of a step.
#[must_use]
pub fn head(name: &str) -> Option<&'static StepHead> {
    HEADS.iter().find(|row| row.head.name == name)
}

/// Finds what an expectation can be about.
#[must_use]
pub fn expectation(name: &str) -> Option<&'static ExpectationHead> {
    EXPECTATIONS.iter().find(|row| row.head.name == name)
}

/// The expectations that are made of others.
pub(crate) fn combinations() -> impl Iterator<Item = &'static str> {
    EXPECTATIONS.iter().filter(|row| row.subject.is_combination()).map(|row| row.head.name)
}

/// Finds a verb of apps.
#[must_use]
pub fn app_verb(name: &str) -> Option<&'static Verb> {
    APP_VERBS.iter().find(|verb| verb.name == name)
}

/// The verb with which an app makes a call of a route. Verbs that share one are told apart by the words that they alone
/// have in a parameter: `has` tells whether the call has a word there.
#[must_use]
pub fn verb_of_route(route: RouteId, has: &dyn Fn(&str, &str) -> bool) -> Option<&'static Verb> {
    let verbs = || APP_VERBS.iter().filter(|verb| verb.route() == Some(route));
    let by_word = |verb: &&Verb| {
        verb.parameters().iter().any(|parameter| match parameter.source {
            Source::Word(word) => has(parameter.name, word),
            Source::Switch { on, off } => has(parameter.name, on) || has(parameter.name, off),
            Source::Value | Source::Key(_) | Source::Beside(_) => false,
        })
    };
    let plain = |verb: &&Verb| {
        !verb.parameters().iter().any(|it| matches!(it.source, Source::Word(_) | Source::Switch { .. }))
    };
    verbs().find(by_word).or_else(|| verbs().find(plain))
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
    use emulator_core::Folder;

    use super::*;

    #[test]
    fn no_word_is_both_there_and_not_yet_there() {
        let heads = HEADS.iter().map(|row| row.head).chain(EXPECTATIONS.iter().map(|row| row.head));
        for head in heads {
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
        assert!(HEADS_NOT_YET.iter().all(|word| head(word).is_none()));
        assert!(EXPECTATIONS_NOT_YET.iter().all(|word| expectation(word).is_none()));
    }

    #[test]
    fn every_state_word_is_a_reserved_name() {
        let roots = Root::ALL.iter().map(|root| root.name());
        for word in OwnerWord::WORDS.iter().chain(Folder::WORDS).copied().chain(roots) {
            assert!(RESERVED_NAMES.contains(&word), "{word}");
        }
    }

    #[test]
    fn every_verb_is_done_by_the_actor_that_it_is_listed_for() {
        for StepHead { head, build } in HEADS {
            assert_eq!(head.verbs.is_empty(), matches!(build, BuildStep::Alone(_)), "{}", head.name);
            for verb in head.verbs {
                let actor = match verb.does {
                    Does::Person(_) => "a person",
                    Does::Inbox(_) => "the inbox",
                    Does::Bot(_) => "a bot",
                    Does::App(_) => "an app",
                };
                assert_eq!(head.actor, actor, "{}", verb.name);
                assert_eq!(head.verbs.iter().filter(|other| other.name == verb.name).count(), 1);
            }
        }
    }

    /// A key that no parameter takes would be lost on the way to the wire.
    #[test]
    fn every_key_of_a_call_is_a_parameter_of_it() {
        // What a step says of a call rather than in it.
        let of_the_step = ["of", "to", "refused", "answers", "as"];
        for verb in APP_VERBS.iter().filter(|verb| !verb.is_written_call()) {
            let mut taken = Vec::new();
            for parameter in verb.parameters() {
                let has_word = matches!(parameter.source, Source::Word(_));
                assert_eq!(verb.kind_of(parameter).is_none(), has_word, "{}: {}", verb.name, parameter.name);
                if let Source::Key(key) | Source::Beside(key) = parameter.source {
                    taken.push(key);
                }
            }
            let mapping = names(verb.value.fields());
            let beside = names(verb.beside).into_iter().filter(|key| !of_the_step.contains(key));
            for key in mapping.into_iter().chain(beside) {
                assert!(taken.contains(&key), "{}: {key} goes nowhere", verb.name);
            }
        }
    }

    #[test]
    fn a_call_is_the_verb_of_its_route_and_word() {
        let verb = |route, word: &str| {
            verb_of_route(route, &|name, known| name == "sender_action" && known == word)
                .map(|verb| verb.name)
        };
        assert_eq!(verb(RouteId::SendMessage, ""), Some("sends"));
        assert_eq!(verb(RouteId::SendMessage, "typing_off"), Some("types"));
        assert_eq!(verb(RouteId::SendMessage, "mark_seen"), Some("marks_seen"));
        assert_eq!(verb(RouteId::TakeThreadControl, ""), Some("takes_control"));
        assert_eq!(verb(RouteId::Batch, ""), None);
    }
}
