//! What comes out of a step: effects with their reasons, or a refusal with its reason.

use std::sync::Arc;

use crate::catalogue::RuleId;
use crate::conversation::{Folder, Sender};
use crate::field::{Channel, Field, FieldSet};
use crate::ids::{AppId, Mid, PageId, Psid};
use crate::message::Message;
use crate::time::Timestamp;

/// Accepted with effects, or refused with the world left as it was.
pub type Outcome = Result<Accepted, Refusal>;

/// An input that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The rule that allowed it.
    pub rule: RuleId,
    /// What that rule read.
    pub saw: Saw,
    /// What the caller is told.
    pub answer: Answer,
    /// What happened, in order.
    pub effects: Vec<Decided>,
}

/// What the caller of an accepted input is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// A message was accepted.
    Message {
        /// Its id.
        mid: Mid,
        /// Its timestamp.
        at: Timestamp,
    },
    /// Who owns the conversation and until when, or nobody.
    Owner(Option<(AppId, Timestamp)>),
}

/// An effect with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The rule that decided it.
    pub rule: RuleId,
    /// What that rule read.
    pub saw: Saw,
    /// What happens.
    pub effect: Effect,
}

/// Something that happened in the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A message now stands in the conversation.
    Message {
        /// Whose conversation.
        person: Psid,
        /// Who wrote it.
        from: Sender,
        /// Its id.
        mid: Mid,
        /// Its timestamp.
        at: Timestamp,
        /// What it says.
        message: Arc<Message>,
    },
    /// The messaging window is open until then.
    WindowOpened {
        /// Whose conversation.
        person: Psid,
        /// The moment at which it is closed.
        until: Timestamp,
    },
    /// Control moved.
    ControlMoved {
        /// Whose conversation.
        person: Psid,
        /// The owner before; nobody when it was idle.
        from: Option<AppId>,
        /// The owner now; nobody when it is idle.
        to: Option<AppId>,
        /// When it ends, if somebody has it.
        until: Option<Timestamp>,
    },
    /// The owner keeps control for longer.
    ControlProlonged {
        /// Whose conversation.
        person: Psid,
        /// Who has it.
        owner: AppId,
        /// When it ends now.
        until: Timestamp,
    },
    /// The conversation lies in another inbox folder.
    FolderMoved {
        /// Whose conversation.
        person: Psid,
        /// The folder before.
        from: Folder,
        /// The folder now.
        to: Folder,
    },
    /// An app is to hear of an event.
    Deliver(Delivery),
    /// An app does not hear of an event, for want of a subscription that it is easy to forget.
    Unheard {
        /// Who would have heard it.
        app: AppId,
        /// Whose conversation.
        person: Psid,
        /// The field of the event.
        field: Field,
        /// The field that the app has not subscribed.
        missing: Field,
    },
}

/// One event for one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who hears it.
    pub app: AppId,
    /// The Page.
    pub page: PageId,
    /// Whose conversation.
    pub person: Psid,
    /// The array in which it travels.
    pub channel: Channel,
    /// The subscription field that lets it through.
    pub field: Field,
    /// The event's timestamp.
    pub at: Timestamp,
    /// What it says.
    pub event: Event,
}

/// The content of a webhook event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A person wrote.
    Message {
        /// The message's id.
        mid: Mid,
        /// What it says.
        message: Arc<Message>,
    },
    /// The Page wrote.
    Echo {
        /// The message's id.
        mid: Mid,
        /// Which app sent it.
        app: AppId,
        /// What it says.
        message: Arc<Message>,
    },
    /// Control was passed to the app that hears this.
    PassThreadControl {
        /// The owner before; nobody when the conversation was idle.
        previous_owner: Option<AppId>,
        /// The owner now.
        new_owner: AppId,
        /// The caller's text.
        metadata: Option<Arc<str>>,
    },
    /// Control was taken from the app that hears this.
    TakeThreadControl {
        /// The owner before.
        previous_owner: Option<AppId>,
        /// The owner now.
        new_owner: AppId,
        /// The caller's text.
        metadata: Option<Arc<str>>,
    },
    /// Another app asks for control.
    RequestThreadControl {
        /// Who asks.
        requested_owner: AppId,
        /// The caller's text.
        metadata: Option<Arc<str>>,
    },
}

/// An input that was refused: an ordinary answer. The world is as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule that decided it.
    pub rule: RuleId,
    /// What that rule read.
    pub saw: Saw,
    /// Why, in the terms of the platform.
    pub kind: RefusalKind,
}

/// Every way in which the state of the world can refuse an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalKind {
    /// The app is not connected to the Page.
    AppNotConnected,
    /// The token lacks `pages_messaging`.
    PermissionMissing,
    /// No such person on this Page.
    UnknownPerson,
    /// Another app owns the conversation, so the message does not go out.
    AnotherAppInControl,
    /// The messaging window is closed.
    OutsideWindow,
    /// The human-agent tag without the feature.
    HumanAgentNotApproved,
    /// A pass by an app that does not own the conversation.
    CallerNotOwner,
    /// A pass without a target.
    TargetRequired,
    /// A pass to an app that is not on the Page.
    IncorrectAppId,
    /// A take by an app that may not take.
    TakeNotAllowed,
    /// A release by an app that does not own the conversation.
    OnlyOwnerReleases,
    /// An extension by an app that does not own the conversation.
    OnlyOwnerExtends,
    /// An extension of no or too much time.
    DurationOutOfRange,
    /// A request by the app that owns the conversation.
    RequestByOwner,
}

/// The facts that a rule read; those it did not read are absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Saw {
    /// The owner of the conversation, or nobody.
    pub owner: Option<Option<AppId>>,
    /// When the owner's control ends.
    pub expires: Option<Timestamp>,
    /// The Page's primary receiver, or none.
    pub primary: Option<Option<AppId>>,
    /// The inbox folder.
    pub folder: Option<Folder>,
    /// When the messaging window closes or closed; never opened when none.
    pub window: Option<Option<Timestamp>>,
    /// The fields that the app has subscribed.
    pub fields: Option<FieldSet>,
    /// True when the app has the human-agent feature.
    pub human_agent: Option<bool>,
}
