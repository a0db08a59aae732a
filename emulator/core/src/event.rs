//! The webhook events: one row for each.

use std::sync::Arc;

use crate::field::Field;
use crate::ids::{AppId, Mid};
use crate::message::Message;
use crate::party::Party;
use crate::platform::Platform;
use crate::reaction::Reaction;
use crate::referral::Referral;
use crate::role::Role;
use crate::time::Timestamp;
use crate::word::words;

/// What brings an event about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// What a person does.
    PersonActs,
    /// A message of the Page itself: an event to which bots do not answer.
    FollowsSend,
    /// A control act, or a role that changes.
    MovesControl,
}

macro_rules! events {
    ($($(#[doc = $doc:literal])+ $event:ident $shape:tt = $word:literal, $field:ident, $origin:ident;)+) => {
        /// The content of a webhook event.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $($(#[doc = $doc])+ $event $shape,)+
        }

        words! {
            /// The kinds of webhook events: the member that an event carries, and for what the Page itself wrote `echo`.
            EventKind { $($(#[doc = $doc])+ $event = $word,)+ }
        }

        impl Event {
            /// Its kind.
            pub const fn kind(&self) -> EventKind {
                match self {
                    $(Self::$event { .. } => EventKind::$event,)+
                }
            }
        }

        impl EventKind {
            /// The subscription field that lets such events of a Page through.
            const fn field(self) -> Field {
                match self {
                    $(Self::$event => Field::$field,)+
                }
            }

            const fn origin(self) -> Origin {
                match self {
                    $(Self::$event => Origin::$origin,)+
                }
            }
        }
    };
}

// A row: what happened, the event with what it says, its word, its field, and what brings it about.
events! {
    /// A person wrote.
    Message {
        /// The message's id.
        mid: Mid,
        /// What it says.
        message: Arc<Message>,
        /// True when it answers a message of the person herself.
        self_reply: bool,
        /// The link that the person had followed before anything was said (M-271).
        referral: Option<Referral>,
    } = "message", Messages, PersonActs;
    /// The Page wrote.
    Echo {
        /// The message's id.
        mid: Mid,
        /// Who sent it; none for an agent, when that is not told.
        app: Option<Party>,
        /// What it says.
        message: Arc<Message>,
    } = "echo", MessageEchoes, FollowsSend;
    /// A person tapped a button.
    Postback {
        /// The event's id; not told to everybody.
        mid: Option<Mid>,
        /// What the button says; not told to everybody.
        title: Option<Arc<str>>,
        /// What the button was given to say to its app; for that app alone.
        payload: Option<Arc<str>>,
        /// The app that made the button.
        made_by: AppId,
    } = "postback", MessagingPostbacks, PersonActs;
    /// A person reacted to a message, or took the reaction back.
    Reaction {
        /// The message.
        mid: Mid,
        /// The reaction; none when it is taken back.
        reaction: Option<Reaction>,
    } = "reaction", MessageReactions, PersonActs;
    /// A person followed a link.
    Referral(Referral) = "referral", MessagingReferrals, PersonActs;
    /// Messages have reached the person.
    Delivered {
        /// Which.
        mids: Vec<Mid>,
        /// Everything up to then has.
        watermark: Timestamp,
    } = "delivery", MessageDeliveries, FollowsSend;
    /// The person has read everything up to then.
    Read {
        /// The newest message that she has read, which is what Instagram tells.
        mid: Mid,
        /// Up to when, which is what Messenger tells.
        watermark: Timestamp,
    } = "read", MessageReads, PersonActs;
    /// Control was passed to the app that hears this.
    PassThreadControl {
        /// The owner before; nobody when the conversation was idle.
        previous_owner: Option<Party>,
        /// The owner now.
        new_owner: Party,
        /// The caller's text.
        metadata: Option<Arc<str>>,
    } = "pass_thread_control", MessagingHandovers, MovesControl;
    /// Control was taken from the app that hears this.
    TakeThreadControl {
        /// The owner before.
        previous_owner: Option<Party>,
        /// The owner now.
        new_owner: Party,
        /// The caller's text.
        metadata: Option<Arc<str>>,
    } = "take_thread_control", MessagingHandovers, MovesControl;
    /// Another app asks for control.
    RequestThreadControl {
        /// Who asks.
        requested_owner: Party,
        /// The caller's text.
        metadata: Option<Arc<str>>,
    } = "request_thread_control", MessagingHandovers, MovesControl;
    /// Another app tells something about the conversation.
    PassThreadMetadata {
        /// What.
        metadata: Arc<str>,
    } = "pass_thread_metadata", MessagingHandovers, MovesControl;
    /// The role of an app has changed.
    AppRoles {
        /// The app.
        app: AppId,
        /// Its role now, if it has one.
        role: Option<Role>,
    } = "app_roles", MessagingHandovers, MovesControl;
}

impl Event {
    /// The subscription field that lets the event through on a platform.
    pub fn field_on(&self, platform: Platform) -> Field {
        match (self.kind(), platform) {
            // Echoes have no field of their own there (M-286).
            (EventKind::Echo, Platform::Instagram) => Field::Messages,
            (kind, _) => kind.field().on(platform).unwrap_or_else(|| kind.field()),
        }
    }

    /// True for what follows from the Page's own messages, to which bots do not answer: echoes and
    /// receipts of delivery.
    pub const fn follows_send(&self) -> bool {
        matches!(self.kind().origin(), Origin::FollowsSend)
    }
}

impl EventKind {
    /// True for the events that tell of thread control or of roles, which not every protocol has.
    pub const fn is_of_control(self) -> bool {
        matches!(self.origin(), Origin::MovesControl)
    }
}
