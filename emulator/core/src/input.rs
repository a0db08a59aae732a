//! Everything that can happen to a world.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::field::FieldSet;
use crate::folder::Folder;
use crate::ids::{AppId, Mid, PageId, Psid};
use crate::line::Routes;
use crate::message::Message;
use crate::party::Party;
use crate::platform::{LineId, Platform};
use crate::protocol::Protocol;
use crate::reaction::Reaction;
use crate::referral::Referral;
use crate::role::Role;
use crate::settings::{AppMode, Feature, Permission, TokenState};
use crate::time::Span;
use crate::timers::Timer;
use crate::word::words;

/// One thing that happens. Calls of apps come in after the request itself was found to be in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// A person does something.
    Person {
        /// Who.
        person: Psid,
        /// What.
        act: PersonAct,
    },
    /// An agent does something in the Page Inbox.
    Inbox {
        /// On whose conversation.
        person: Psid,
        /// What.
        act: InboxAct,
    },
    /// An admin changes settings.
    Admin {
        /// Of which Page, and on which platform where it matters.
        line: LineId,
        /// What.
        change: AdminChange,
    },
    /// An app does something with its Page token.
    App {
        /// The token's Page.
        page: PageId,
        /// The token's app.
        app: AppId,
        /// What.
        act: AppAct,
    },
    /// An app subscribes to webhooks of Pages as a whole, with its own token (M-244).
    AppSubscribes {
        /// Which app.
        app: AppId,
        /// To which fields; to none any more when none.
        fields: Option<FieldSet>,
    },
    /// A webhook delivery was tried.
    DeliveryTried {
        /// For which Page.
        page: PageId,
        /// To which app.
        app: AppId,
        /// Whether the app took it.
        acknowledged: bool,
    },
    /// A deadline has come.
    TimerFired(Timer),
}

/// What a person can do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PersonAct {
    /// Writes to the Page.
    Says(Arc<Message>),
    /// Taps a quick reply or a button.
    Taps {
        /// Its title or its payload.
        what: Arc<str>,
        /// The message that holds it, when several fit.
        within: Option<Mid>,
    },
    /// Reacts to a message, or takes the reaction back.
    Reacts {
        /// To which; to the newest of the Page when none.
        to: Option<Mid>,
        /// How; takes it back when none.
        reaction: Option<Reaction>,
    },
    /// Reads everything that the Page has written.
    Reads,
    /// Follows a link into the conversation.
    Opens(Referral),
    /// Blocks the Page, or no longer.
    Blocks(bool),
}

/// What an agent can do in the Page Inbox.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum InboxAct {
    /// Answers the person.
    Replies(Arc<Message>),
    /// Moves the conversation to a folder; to Done marks it as done.
    Moves(Folder),
}

/// What an admin can change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AdminChange {
    /// The primary receiver; none takes the role away.
    PrimaryReceiver(Option<Party>),
    /// The default app, which may be the inbox; none leaves the Page without one (C-10).
    DefaultApp(Option<Party>),
    /// The role of an app or of the inbox under the first handover protocol; none takes every role away (C-05).
    Role {
        /// Who.
        party: Party,
        /// The role.
        role: Option<Role>,
    },
    /// Handover is switched on or off (C-05).
    Handover(bool),
    /// Whether an app may take control (C-11).
    TakeControl {
        /// Which app.
        app: AppId,
        /// Whether it may.
        permitted: bool,
    },
    /// Where conversations go that begin in a certain way (C-137).
    Routes(Routes),
    /// The Page moves to another protocol (C-31a).
    Protocol(Protocol),
    /// Connects an app to the Page.
    Connects(AppId),
    /// Removes an app from the Page.
    Removes(AppId),
    /// The webhook fields that the Page installed for an app.
    Fields {
        /// Which app.
        app: AppId,
        /// Which fields.
        fields: FieldSet,
    },
    /// Whether an app has a feature.
    Feature {
        /// Which app.
        app: AppId,
        /// Which feature.
        feature: Feature,
        /// Granted or taken away.
        granted: bool,
    },
    /// Whether an app's Page token carries a permission.
    Permission {
        /// Which app.
        app: AppId,
        /// Which permission.
        permission: Permission,
        /// Granted or taken away.
        granted: bool,
    },
    /// Whether an app may reach everybody.
    Mode {
        /// Which app.
        app: AppId,
        /// How.
        mode: AppMode,
    },
    /// Whether an app's Page token holds.
    Token {
        /// Which app.
        app: AppId,
        /// How.
        state: TokenState,
    },
}

/// What an app can do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AppAct {
    /// Sends a message.
    Sends {
        /// The recipient.
        person: Psid,
        /// What it sends.
        message: Arc<Message>,
        /// The message tag, if any.
        tag: Option<Tag>,
        /// What becomes of control once it is sent, if the call says so (C-68).
        then: Option<SendControl>,
    },
    /// Shows that it is typing, or that it has seen the messages.
    Signals {
        /// The recipient.
        person: Psid,
    },
    /// Reacts to a message, or takes the reaction back (M-146).
    Reacts {
        /// The recipient.
        person: Psid,
        /// The message.
        to: Mid,
    },
    /// Calls a control edge.
    Controls {
        /// Whose conversation.
        person: Psid,
        /// What it asks for.
        act: ControlAct,
    },
    /// Asks who owns a conversation.
    AsksOwner {
        /// Whose conversation.
        person: Psid,
    },
    /// Asks which apps are secondary receivers.
    AsksReceivers {
        /// On which platform; on the main one of the Page when none.
        platform: Option<Platform>,
    },
    /// Asks what a person shows of herself.
    AsksProfile {
        /// Which person.
        person: Psid,
        /// What the fields that it names need beside `pages_messaging`.
        needs: BTreeSet<Permission>,
    },
    /// Installs itself on the Page with webhook fields, or takes itself off.
    Installs {
        /// The fields; off when none.
        fields: Option<FieldSet>,
        /// Fields that no event here belongs to.
        other_fields: Vec<Arc<str>>,
    },
}

/// What a message does to control once it is sent (C-68).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SendControl {
    /// Gives it to another app; to the default app when none.
    Pass(Option<Party>),
    /// Gives it up.
    Release,
}

impl SendControl {
    /// The words of `control_type` for both.
    pub const WORDS: &'static [&'static str] = &["pass", "release"];

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Release => "release",
        }
    }
}

/// What an app can ask of a control edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ControlAct {
    /// Give control to another app.
    Pass {
        /// To whom.
        to: Option<Party>,
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
    /// Tell somebody else something without moving control.
    PassMetadata {
        /// Whom.
        to: Party,
        /// What.
        metadata: Arc<str>,
    },
    /// Give control up.
    Release,
    /// Keep control for longer.
    Extend {
        /// For how long from now; 24 hours when not given.
        by: Option<Span>,
    },
}

words! {
    /// A message tag that there is or was until 2026 (M-183), as the platform spells it.
    Tag {
        /// A person answers, up to seven days after the last message.
        HumanAgent = "HUMAN_AGENT",
        /// A feedback template, up to seven days after the last message.
        CustomerFeedback = "CUSTOMER_FEEDBACK",
        /// News of a registered news Page.
        NonPromotionalSubscription = "NON_PROMOTIONAL_SUBSCRIPTION",
        /// Until April 2026.
        ConfirmedEventUpdate = "CONFIRMED_EVENT_UPDATE",
        /// Until April 2026.
        AccountUpdate = "ACCOUNT_UPDATE",
        /// Until April 2026.
        PostPurchaseUpdate = "POST_PURCHASE_UPDATE",
    }
}

impl Tag {
    /// The tag of that name, however it is spelt in large and small letters (M-81).
    pub fn spelt(name: &str) -> Option<Self> {
        Self::parse(&name.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_sends_are_those_of_the_platform() {
        assert_eq!(
            [SendControl::Pass(None), SendControl::Release].map(SendControl::name),
            ["pass", "release"]
        );
        assert_eq!(Tag::spelt("human_Agent"), Some(Tag::HumanAgent));
        assert_eq!(Tag::spelt("HUMAN AGENT"), None);
    }
}
