//! What comes out of a step: effects with their reasons, or a refusal with its reason.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalogue::RuleId;
use crate::conversation::{Holder, Sender};
use crate::event::Event;
use crate::fact::Saw;
use crate::field::{Channel, Field};
use crate::folder::Folder;
use crate::ids::{AccountId, AppId, Mid, PageId, Psid};
use crate::message::Message;
use crate::options::{AppIdType, ControlFields, Escapes, MissingMetadata};
use crate::party::Party;
use crate::platform::{LineId, Platform};
use crate::protocols::Options;
use crate::refusal::RefusalKind;
use crate::settings::Permission;
use crate::time::Timestamp;
use crate::world::Profile;

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

impl Accepted {
    /// Accepted without effects.
    pub(crate) const fn quiet(rule: RuleId, saw: Saw) -> Self {
        Self { rule, saw, answer: Answer::Done, effects: Vec::new() }
    }
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
    /// A button was tapped.
    Tapped {
        /// The id of the event.
        mid: Mid,
        /// Its timestamp.
        at: Timestamp,
        /// What the app that made the button gets.
        payload: Arc<str>,
    },
    /// Who owns the conversation, unless the caller may not know, and until when where control ends by itself; or nobody.
    Owner(Option<(Option<Party>, Option<Timestamp>)>),
    /// The secondary receivers.
    Receivers(Vec<Party>),
    /// What the app may see of a person; nothing when the person never did anything with the Page.
    Profile(Option<(Arc<Profile>, BTreeSet<Permission>)>),
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
        /// Who had it.
        from: Holder,
        /// Who has it now.
        to: Holder,
        /// When it ends, if it ends by itself.
        until: Option<Timestamp>,
    },
    /// The owner keeps control for longer.
    ControlProlonged {
        /// Whose conversation.
        person: Psid,
        /// Who has it.
        owner: Party,
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
    /// An agent marked the conversation as done, or the mark is gone.
    MarkedDone {
        /// Whose conversation.
        person: Psid,
        /// Whether it is marked now.
        marked: bool,
    },
    /// An app is to hear of an event.
    Deliver(Delivery),
    /// An app does not hear of what somebody did. Echoes and receipts of delivery that an app has not subscribed to are
    /// not told, for they follow from every message of the Page.
    Unheard {
        /// Who does not hear it.
        app: AppId,
        /// Whose conversation, if it is about one.
        person: Option<Psid>,
        /// The field of the event.
        field: Field,
        /// What the app lacks.
        missing: Missing,
    },
    /// The webhooks of an app have failed for so long that its developers are told.
    WebhooksFailing {
        /// The Page.
        page: PageId,
        /// The app.
        app: AppId,
        /// Since when.
        since: Timestamp,
    },
    /// The webhooks of an app are switched off.
    WebhooksDisabled {
        /// The Page.
        page: PageId,
        /// The app.
        app: AppId,
    },
}

/// What an app lacks to hear of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// A subscription to this field.
    Subscription(Field),
    /// Webhooks that are switched on: they had failed for an hour.
    Webhooks,
    /// A role of the person on the app, which is in development mode.
    Role,
    /// Control of the conversation: the event is for its owner alone.
    Control,
}

impl Missing {
    /// What it is called in journals.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subscription(field) => field.name(),
            Self::Webhooks => "webhooks that are switched on",
            Self::Role => "a role of the person on the app",
            Self::Control => "control of the conversation",
        }
    }

    /// What is called so.
    pub fn parse(name: &str) -> Option<Self> {
        let others = [Self::Webhooks, Self::Role, Self::Control];
        let other = others.into_iter().find(|missing| missing.name() == name);
        other.or_else(|| Field::parse(name).map(Self::Subscription))
    }
}

/// One event for one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who hears it.
    pub app: AppId,
    /// The Page.
    pub page: PageId,
    /// The Instagram account, where it happened there.
    pub account: Option<AccountId>,
    /// Whose conversation, if it is about one.
    pub person: Option<Psid>,
    /// The array in which it travels.
    pub channel: Channel,
    /// The subscription field that lets it through.
    pub field: Field,
    /// The event's timestamp.
    pub at: Timestamp,
    /// How it is written.
    pub style: Style,
    /// What it says.
    pub event: Event,
}

impl Delivery {
    /// The platform on which it happened.
    pub const fn platform(&self) -> Platform {
        if self.account.is_some() { Platform::Instagram } else { Platform::Messenger }
    }

    /// The Page on the platform.
    pub const fn line(&self) -> LineId {
        self.page.on(self.platform())
    }
}

/// How an event is written where sources disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Style {
    /// The kind of value of app ids in control events.
    pub app_ids: AppIdType,
    /// Metadata that nobody gave.
    pub missing_metadata: MissingMetadata,
    /// Which owners a pass and a take name (C-39).
    pub control_fields: ControlFields,
    /// Which characters are escaped.
    pub escapes: Escapes,
}

impl Style {
    /// As a Page's options say.
    pub const fn of(options: &Options) -> Self {
        Self {
            app_ids: options.app_id_type,
            missing_metadata: options.missing_metadata,
            control_fields: options.control_fields,
            escapes: options.webhook_escapes,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_app_lacks_is_called_so_in_journals_and_read_back() {
        let all = [
            (Missing::Subscription(Field::Standby), "standby"),
            (Missing::Webhooks, "webhooks that are switched on"),
            (Missing::Role, "a role of the person on the app"),
            (Missing::Control, "control of the conversation"),
        ];
        for (missing, name) in all {
            assert_eq!((missing.name(), Missing::parse(name)), (name, Some(missing)));
        }
        assert_eq!(Missing::parse("patience"), None);
    }
}
