//! What a row of the vocabulary says: who acts, with which values and keys, and how the typed step is built.

use std::fmt;

use emulator_core::RouteId;

use super::{Field, ValueKind};
use crate::node::Node;
use crate::step::{Act, Awaited, BotVerb, Builder, InboxVerb, Position, UserVerb};

/// Something an actor does: one row holds all that the language knows of it.
#[derive(Clone, Copy)]
pub struct Verb {
    /// The key.
    pub name: &'static str,
    /// What stands after it when the step does it.
    pub value: ValueKind,
    /// What stands after it when an expectation waits for it.
    pub expected: ValueKind,
    /// The keys that may stand beside it when the step does it.
    pub beside: &'static [Field],
    /// The keys that may stand beside it when an expectation waits for it.
    pub expected_beside: &'static [Field],
    /// What it does, as a fragment.
    pub meaning: &'static str,
    /// Who does it, and how the step is built.
    pub(crate) does: Does,
}

/// Builds what an actor does from a step whose keys and values were checked.
pub(crate) type BuildVerb<V> = fn(&mut Builder<'_>, &VerbNodes<'_>) -> Option<V>;

/// The nodes of a step with a verb.
pub(crate) struct VerbNodes<'n> {
    /// The whole step.
    pub(crate) step: &'n Node,
    /// What stands after the verb.
    pub(crate) value: &'n Node,
}

impl VerbNodes<'_> {
    /// A key beside the verb.
    pub(crate) fn beside(&self, key: &str) -> Option<Node> {
        self.step.get(key).cloned()
    }
}

/// Who does what a verb says, and how the step is built.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    /// A person.
    Person(BuildVerb<UserVerb>),
    /// An agent in the Page Inbox.
    Inbox(BuildVerb<InboxVerb>),
    /// The run, to the process of a bot.
    Bot(BotVerb),
    /// An app.
    App(AppDoes),
}

/// What call of Graph an app makes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AppDoes {
    /// That of a route, with these parameters.
    Call(RouteId, &'static [Parameter]),
    /// Whatever the step writes out.
    Written,
}

/// A parameter of a call, and where its value stands in a step.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// Where its value stands.
    pub source: Source,
}

/// Where the value of a parameter stands in a step.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// After the verb.
    Value,
    /// At this key of the mapping after the verb.
    Key(&'static str),
    /// At this key beside the verb.
    Beside(&'static str),
    /// Nowhere: it is always this word.
    Word(&'static str),
    /// After the verb, `on` or `off`, for these words on the wire.
    Switch {
        /// The word for `on`.
        on: &'static str,
        /// The word for `off`.
        off: &'static str,
    },
}

impl Verb {
    /// The route of Graph that an app calls with it; none for what is not done by an app, and for a call that is
    /// written out.
    #[must_use]
    pub const fn route(&self) -> Option<RouteId> {
        match self.does {
            Does::App(AppDoes::Call(route, _)) => Some(route),
            Does::Person(_) | Does::Inbox(_) | Does::Bot(_) | Does::App(AppDoes::Written) => None,
        }
    }

    /// The parameters of the call that an app makes with it.
    #[must_use]
    pub const fn parameters(&self) -> &'static [Parameter] {
        match self.does {
            Does::App(AppDoes::Call(_, parameters)) => parameters,
            Does::Person(_) | Does::Inbox(_) | Does::Bot(_) | Does::App(AppDoes::Written) => &[],
        }
    }

    /// True for the call of any path, which an expectation matches by its path.
    #[must_use]
    pub const fn is_written_call(&self) -> bool {
        matches!(self.does, Does::App(AppDoes::Written))
    }

    /// True for what sends a message, which reaches a person.
    #[must_use]
    pub fn sends_message(&self) -> bool {
        self.parameters().iter().any(|parameter| self.kind_of(parameter) == Some(ValueKind::Message))
    }

    /// True for what is done in the conversation of one person.
    #[must_use]
    pub fn is_about_a_person(&self) -> bool {
        self.beside.iter().any(|field| field.name == "of")
    }

    /// The kind of value that a parameter has in a step; none where it has a word of its own.
    #[must_use]
    pub fn kind_of(&self, parameter: &Parameter) -> Option<ValueKind> {
        let of = |fields: &[Field], key: &str| {
            fields.iter().find(|field| field.name == key).map(|field| field.kind)
        };
        match parameter.source {
            Source::Value | Source::Switch { .. } => Some(self.value),
            Source::Key(key) => of(self.value.fields(), key),
            Source::Beside(key) => of(self.beside, key),
            Source::Word(_) => None,
        }
    }
}

// Functions have no identity to compare; a row is known by its name and meaning.
impl PartialEq for Verb {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.meaning) == (other.name, other.meaning)
    }
}

impl Eq for Verb {}

impl fmt::Debug for Verb {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// The first key of a step or an expectation: who acts, or what kind of step it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The key.
    pub name: &'static str,
    /// What stands after it.
    pub value: ValueKind,
    /// Who acts, with an article; empty for a step that is complete with its own value.
    pub actor: &'static str,
    /// What this actor can do; empty for a step that is complete with its own value.
    pub verbs: &'static [Verb],
    /// The keys that may stand beside the head itself, whatever the verb.
    pub beside: &'static [Field],
    /// Verbs and keys of the language that this version lacks.
    pub not_yet: &'static [&'static str],
    /// What the step does, as a fragment.
    pub meaning: &'static str,
}

impl Head {
    /// Who acts, without an article.
    pub(crate) fn noun(&self) -> &'static str {
        self.actor.split_once(' ').map_or(self.actor, |(_, noun)| noun)
    }
}

/// The head of a step.
#[derive(Clone, Copy, Debug)]
pub struct StepHead {
    /// Its row.
    pub head: Head,
    /// How the step is built.
    pub(crate) build: BuildStep,
}

/// How a step is built.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BuildStep {
    /// By its verb, which says who acts.
    ByVerb,
    /// From the whole step and the value of its head, whose keys were checked.
    Alone(fn(&mut Builder<'_>, &Node, &Node) -> Option<Act>),
}

/// The head of an expectation.
#[derive(Clone, Copy, Debug)]
pub struct ExpectationHead {
    /// Its row.
    pub head: Head,
    /// Whose it is.
    pub(crate) subject: Subject,
    /// How it is built from the whole expectation and the value of its head.
    pub(crate) build: fn(&mut Builder<'_>, &'static Self, &Node, &Node, Position<'_>) -> Option<Awaited>,
}

/// Whose an expectation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A person's, named or understood.
    Conversation,
    /// A person's if its verb is about one.
    Call,
    /// A person's only if one is named.
    Delivery,
    /// Everybody's: quiet.
    Quiet,
    /// That of all of these.
    AllOf,
    /// That of one of these.
    OneOf,
}

impl Subject {
    /// True for what is made of other expectations.
    pub(crate) const fn is_combination(self) -> bool {
        matches!(self, Self::AllOf | Self::OneOf)
    }
}
