//! Everything that can happen to a world.

use std::sync::Arc;

use crate::ids::{AppId, PageId, Psid};
use crate::message::Message;
use crate::time::Span;
use crate::timers::Timer;

/// One thing that happens. Calls of apps come in after the request itself was found to be in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// A person writes to the Page.
    PersonSays {
        /// Who writes.
        person: Psid,
        /// What.
        message: Arc<Message>,
    },
    /// An app sends a message with its Page token.
    AppSends {
        /// The token's Page.
        page: PageId,
        /// The token's app.
        app: AppId,
        /// The recipient.
        person: Psid,
        /// What it sends.
        message: Arc<Message>,
        /// The message tag, if any.
        tag: Option<Tag>,
    },
    /// An app shows that it is typing, or that it has seen the messages.
    AppSignals {
        /// The token's Page.
        page: PageId,
        /// The token's app.
        app: AppId,
        /// The recipient.
        person: Psid,
    },
    /// An app calls a control edge.
    AppControls {
        /// The token's Page.
        page: PageId,
        /// The token's app.
        app: AppId,
        /// Whose conversation.
        person: Psid,
        /// What it asks for.
        act: ControlAct,
    },
    /// An app asks who owns a conversation.
    AppAsksOwner {
        /// The token's Page.
        page: PageId,
        /// The token's app.
        app: AppId,
        /// Whose conversation.
        person: Psid,
    },
    /// A deadline has come.
    TimerFired(Timer),
}

/// What an app can ask of a control edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ControlAct {
    /// Give control to another app.
    Pass {
        /// To whom.
        to: Option<AppId>,
        /// Text for the new owner.
        metadata: Option<Arc<str>>,
    },
    /// Take control.
    Take {
        /// Text for the app that loses it.
        metadata: Option<Arc<str>>,
    },
    /// Ask for control.
    Request {
        /// Text for the app that is asked.
        metadata: Option<Arc<str>>,
    },
    /// Give control up.
    Release,
    /// Keep control for longer.
    Extend {
        /// For how long from now; 24 hours when not given.
        by: Option<Span>,
    },
}

/// A message tag that lets a message out of the ordinary rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// A person answers, up to seven days after the last message.
    HumanAgent,
}
