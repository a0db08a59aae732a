//! A Page on one platform: what an admin decided there about conversation control.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ids::AppId;
use crate::party::Party;
use crate::protocol::Protocol;
use crate::protocols::{Fixed, Leader, Options, Overrides, Unowned};
use crate::time::Span;

/// A Page on one platform, with the protocol of conversation control that it follows. What its protocol has no use for
/// stays there and does nothing, so that one world serves several protocols.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Line {
    /// The app that gets idle conversations when a person writes; none is allowed (C-08).
    pub primary_receiver: Option<AppId>,
    /// The app, or the inbox, that gets idle conversations under routing (C-10).
    pub default_app: Option<Party>,
    /// The apps without a role: neither primary nor secondary receivers (C-05).
    pub without_role: BTreeSet<AppId>,
    /// Whether the inbox has no role either.
    pub inbox_without_role: bool,
    /// Whether an admin has switched handover off.
    pub handover_off: bool,
    /// The apps that an admin does not permit to take control (C-11).
    pub may_not_take: BTreeSet<AppId>,
    /// Where conversations go that begin in a certain way (C-137).
    pub routes: Routes,
    protocol: Protocol,
    overrides: Overrides,
    /// What follows from the two above, since every decision reads it.
    options: Options,
}

/// Where conversations go that begin in a certain way (C-137).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Routes {
    /// The app of each link, by its `ref`.
    pub links: BTreeMap<Arc<str>, AppId>,
    /// The app of each ad, by the ad's id.
    pub ads: BTreeMap<Arc<str>, AdRoute>,
    /// The app for people who come otherwise.
    pub organic: Option<AppId>,
}

/// Where the conversations of an ad go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdRoute {
    /// The app.
    pub app: AppId,
    /// For how long each message keeps it in control (C-28).
    pub control: Span,
}

impl AdRoute {
    /// The route of an ad whose app is to keep control for that long after each message: 1 to 30 days, and one day where
    /// the ad asks for something else (C-28).
    pub const fn new(app: AppId, control: Span) -> Self {
        let is_valid = Span::DAY.0 <= control.0 && control.0 <= 30 * Span::DAY.0;
        Self { app, control: if is_valid { control } else { Span::DAY } }
    }
}

impl Line {
    /// A line that follows a protocol but for single words, and of which nothing else is set.
    pub fn new(protocol: Protocol, overrides: Overrides) -> Self {
        let options = Options::of(protocol).with(&overrides);
        Self { protocol, overrides, options, ..Self::default() }
    }

    /// The same with this primary receiver.
    #[must_use]
    pub fn with_primary(self, primary_receiver: Option<AppId>) -> Self {
        Self { primary_receiver, ..self }
    }

    /// The same under another protocol.
    #[must_use]
    pub fn under(self, protocol: Protocol) -> Self {
        let options = Options::of(protocol).with(&self.overrides);
        Self { protocol, options, ..self }
    }

    /// The protocol that it follows.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The words that hold here whatever the protocol says.
    pub const fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// The word in force for each decision.
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// What its protocol decides that no Page overrides.
    pub const fn fixed(&self) -> Fixed {
        Fixed::of(self.protocol)
    }

    /// The primary receiver or the default app, whichever the protocol has.
    pub fn leader(&self) -> Option<Party> {
        match self.fixed().leader {
            Leader::PrimaryReceiver => self.primary_receiver.map(Party::App),
            Leader::DefaultApp => self.default_app,
            Leader::Nobody => None,
        }
    }

    /// The primary receiver, where the protocol has one.
    pub fn primary(&self) -> Option<AppId> {
        match self.fixed().leader {
            Leader::PrimaryReceiver => self.primary_receiver,
            Leader::DefaultApp | Leader::Nobody => None,
        }
    }

    /// The default app, where the protocol has one.
    pub fn default_app(&self) -> Option<Party> {
        match self.fixed().leader {
            Leader::DefaultApp => self.default_app,
            Leader::PrimaryReceiver | Leader::Nobody => None,
        }
    }

    /// True where apps have roles by which they take part, or not.
    pub const fn has_roles(&self) -> bool {
        matches!(self.fixed().unowned, Unowned::Primary)
    }

    /// True for a party that has a part in conversation control: everywhere but where it would need to be primary or
    /// secondary receiver and is neither (C-05).
    pub fn takes_part(&self, party: Party) -> bool {
        let has_role = match party {
            Party::App(app) => !self.without_role.contains(&app),
            Party::Inbox => !self.inbox_without_role,
            Party::LeadFlow | Party::MetaAi => true,
        };
        has_role || !self.has_roles()
    }
}
