//! What must happen, be the case, or never happen.

use emulator_core::{Channel, Folder};

use super::Refusal;
use crate::node::{Node, Span, Spanned};
use crate::vocabulary::{OwnerWord, Verb, Window};

/// What must happen, be the case, or never happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The whole expectation in its file.
    pub span: Span,
    /// What it is about.
    pub what: Awaited,
    /// The person meant. Always there for a call and a state, understood or not; for a delivery, for quiet and for
    /// a call of any path only if the file names her.
    pub of: Option<Spanned<String>>,
    /// The Page it is about; the first one unless given.
    pub on: Option<Spanned<String>>,
    /// The name under which later steps find what met it, where it is a part of another one; that of the whole is
    /// the name of its step.
    pub capture: Option<Spanned<String>>,
}

/// Whether a scenario needs what it expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It fails without it.
    Required,
    /// It goes on without it.
    Optional,
}

/// The most ways in which a combination may be met.
pub(super) const MOST_WAYS: usize = 64;

impl Expectation {
    /// The names of its parts, each once, in their order.
    #[must_use]
    pub fn captures(&self) -> Vec<&Spanned<String>> {
        let inside = self.parts().iter().flat_map(Self::captures);
        let mut names: Vec<&Spanned<String>> = Vec::new();
        for name in self.capture.iter().chain(inside) {
            if !names.iter().any(|known| known.value == name.value) {
                names.push(name);
            }
        }
        names
    }

    /// The expectations that it is made of.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        match &self.what {
            Awaited::AnyOrder(parts) | Awaited::OneOf(parts) => parts,
            Awaited::App { .. }
            | Awaited::Webhook { .. }
            | Awaited::Owner(_)
            | Awaited::Folder(_)
            | Awaited::Window(_)
            | Awaited::Nothing { .. } => &[],
        }
    }

    /// True for a state of a conversation, which can be looked at whatever led to it.
    #[must_use]
    pub fn is_state(&self) -> bool {
        match &self.what {
            Awaited::Owner(_) | Awaited::Folder(_) | Awaited::Window(_) => true,
            Awaited::App { .. }
            | Awaited::Webhook { .. }
            | Awaited::Nothing { .. }
            | Awaited::AnyOrder(_)
            | Awaited::OneOf(_) => false,
        }
    }

    /// In how many ways it can be met: alternatives that each ask for one thing are one way.
    pub(super) fn ways(&self) -> usize {
        match &self.what {
            Awaited::AnyOrder(parts) => parts.iter().map(Self::ways).fold(1, usize::saturating_mul),
            Awaited::OneOf(parts) if parts.iter().any(Self::is_several) => {
                parts.iter().map(Self::ways).fold(0, usize::saturating_add)
            }
            Awaited::OneOf(_)
            | Awaited::App { .. }
            | Awaited::Webhook { .. }
            | Awaited::Owner(_)
            | Awaited::Folder(_)
            | Awaited::Window(_)
            | Awaited::Nothing { .. } => 1,
        }
    }

    /// True when several things may be asked for at once.
    fn is_several(&self) -> bool {
        matches!(self.what, Awaited::AnyOrder(_)) || self.parts().iter().any(Self::is_several)
    }
}

/// What an expectation is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Awaited {
    /// A call of an app; `sends` is the next message of that app that reaches the person.
    App {
        /// The app.
        who: Spanned<String>,
        /// Which call.
        verb: &'static Verb,
        /// What the call must hold: for `sends` a pattern of the message ([`crate::matcher::Pattern::of_message`]),
        /// for a control verb a mapping of its parameters, for `extends_control` a duration. Without it any will do.
        params: Option<Node>,
        /// Patterns of the parameters that stand beside the verb, by their names on the wire.
        beside: Vec<(&'static str, Node)>,
        /// The call must have been refused, and in this way.
        refused: Option<Box<Refusal>>,
    },
    /// A delivery to an app.
    Webhook {
        /// The app.
        app: Spanned<String>,
        /// The list of the entry that the event stands in.
        channel: Option<Channel>,
        /// The subscription field.
        field: Option<String>,
        /// A pattern of the event.
        event: Option<Node>,
        /// Whether the app acknowledged it.
        acknowledged: bool,
        /// A pattern of how many times it was tried.
        attempts: Option<Node>,
    },
    /// Who owns the conversation.
    Owner(Owner),
    /// Where the conversation lies.
    Folder(Folder),
    /// Whether the messaging window is open.
    Window(Window),
    /// Quiet for this many milliseconds of real time.
    Nothing {
        /// The milliseconds.
        for_ms: u64,
    },
    /// All of these, in any order, each met by something else.
    AnyOrder(Vec<Expectation>),
    /// One of these.
    OneOf(Vec<Expectation>),
}

/// Who owns a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The app of this name.
    App(Spanned<String>),
    /// The inbox, or nobody.
    Word(OwnerWord),
}
