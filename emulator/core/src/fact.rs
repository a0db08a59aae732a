//! The facts that rules read. Each decision keeps those it rests on, and `explain` shows them beside it.

use std::sync::Arc;

use crate::field::FieldSet;
use crate::folder::Folder;
use crate::ids::AppId;
use crate::party::Party;
use crate::time::Timestamp;

macro_rules! forms {
    ($($(#[$doc:meta])* $form:ident($type:ty),)+) => {
        /// How the value of a fact is written.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FactForm {
            $($(#[$doc])* $form,)+
        }

        /// The value of a fact.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FactValue {
            $($(#[$doc])* $form($type),)+
        }
    };
}

forms! {
    /// An owner; nobody when the conversation is idle.
    Owner(Option<Party>),
    /// An app with a role; none when no app has it.
    Receiver(Option<AppId>),
    /// An app.
    App(AppId),
    /// A moment.
    Time(Timestamp),
    /// The end of a messaging window; none when it was never opened.
    Window(Option<Timestamp>),
    /// A folder of the Page Inbox.
    Folder(Folder),
    /// Webhook fields.
    Fields(FieldSet),
    /// Whether something holds.
    Flag(bool),
}

macro_rules! facts {
    ($($name:ident: $variant:ident, $form:ident($type:ty), $meaning:literal;)+) => {
        /// The place of a fact among all.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        enum Position {
            $($variant,)+
        }

        /// One fact.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fact {
            $(#[doc = $meaning] $variant($type),)+
        }

        impl Fact {
            /// The name and the meaning of every fact, in the order in which decisions list them.
            pub const ALL: &'static [(&'static str, &'static str)] = &[$((stringify!($name), $meaning),)+];

            /// Its name in journals, in rows of rules and in what `explain` prints.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($name),)+
                }
            }

            const fn position(self) -> Position {
                match self {
                    $(Self::$variant(_) => Position::$variant,)+
                }
            }

            /// Its value.
            pub const fn value(self) -> FactValue {
                match self {
                    $(Self::$variant(value) => FactValue::$form(value),)+
                }
            }

            /// How the value of the fact of that name is written, if there is such a fact.
            pub fn form(name: &str) -> Option<FactForm> {
                match name {
                    $(stringify!($name) => Some(FactForm::$form),)+
                    _ => None,
                }
            }

            /// The fact of that name and value; none when there is no such fact, or its value has another form.
            pub fn new(name: &str, value: FactValue) -> Option<Self> {
                $(if name == stringify!($name) && let FactValue::$form(value) = value {
                    return Some(Self::$variant(value));
                })+
                None
            }
        }

        impl Saw {
            $(#[doc = concat!("Reads ", $meaning, ", if the decision rests on it.")]
            pub fn $name(&self) -> Option<$type> {
                self.facts().iter().find_map(|fact| {
                    if let Fact::$variant(value) = fact { Some(*value) } else { None }
                })
            })+
        }
    };
}

facts! {
    owner: Owner, Owner(Option<Party>), "the owner of the conversation";
    expires: Expires, Time(Timestamp), "when the owner's control ends";
    primary_receiver: PrimaryReceiver, Receiver(Option<AppId>), "the Page's primary receiver";
    default_app: DefaultApp, Owner(Option<Party>), "the Page's default app";
    folder: InFolder, Folder(Folder), "the inbox folder of the conversation";
    window_until: WindowUntil, Window(Option<Timestamp>), "when the messaging window closes or closed";
    fields: SubscribedFields, Fields(FieldSet), "the fields that the app has subscribed";
    human_agent: HumanAgent, Flag(bool), "whether the app has the human-agent feature";
    marked_done: MarkedDone, Flag(bool), "whether an agent marked the conversation as done";
    made_by: MadeBy, App(AppId), "the app that made the button";
    route: Route, App(AppId), "the app of the route by which the person came";
    may_take: MayTake, Flag(bool), "whether the app may take control";
}

/// The facts that a decision rests on, in the order of [`Fact::ALL`] and each at most once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Saw(Option<Arc<[Fact]>>);

impl Saw {
    /// These facts, each of which has another name.
    pub fn of<const N: usize>(mut facts: [Fact; N]) -> Self {
        facts.sort_unstable_by_key(|fact| fact.position());
        Self((N > 0).then(|| Arc::new(facts) as Arc<[Fact]>))
    }

    /// These facts and one more, in place of one with the same name.
    #[must_use]
    pub fn with(&self, fact: Fact) -> Self {
        let mut facts = self.facts().to_vec();
        match facts.binary_search_by_key(&fact.position(), |known| known.position()) {
            Ok(at) => facts[at] = fact,
            Err(at) => facts.insert(at, fact),
        }
        Self(Some(facts.into()))
    }

    /// All of them.
    pub fn facts(&self) -> &[Fact] {
        self.0.as_deref().unwrap_or_default()
    }

    /// True when the decision rests on nothing in the world.
    pub fn is_empty(&self) -> bool {
        self.facts().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_in_the_order_of_the_table_and_each_stands_there_once() {
        let saw = Saw::of([Fact::HumanAgent(true), Fact::Owner(None)]).with(Fact::HumanAgent(false));
        assert_eq!(saw.facts(), [Fact::Owner(None), Fact::HumanAgent(false)]);
        assert_eq!((saw.owner(), saw.human_agent(), saw.expires()), (Some(None), Some(false), None));
        assert!(Saw::of([]).is_empty() && Saw::of([]) == Saw::default() && !saw.is_empty());
    }

    #[test]
    fn a_fact_comes_back_from_its_name_and_value() {
        for fact in [Fact::Owner(Some(Party::Inbox)), Fact::InFolder(Folder::Done), Fact::MadeBy(AppId(1))] {
            assert_eq!(Fact::new(fact.name(), fact.value()), Some(fact));
        }
        assert_eq!(Fact::new("folder", FactValue::Flag(true)), None);
        assert_eq!((Fact::form("made_by"), Fact::form("nothing")), (Some(FactForm::App), None));
    }
}
