//! A Page on one platform: what an admin decided there about conversation control.

use crate::ids::AppId;
use crate::protocol::Protocol;
use crate::protocols::Refusals;
use crate::protocols::{Options, Overrides};

/// A Page on one platform, with the protocol of conversation control that it follows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Line {
    /// The app that gets idle conversations when a person writes; none is allowed.
    pub primary_receiver: Option<AppId>,
    protocol: Protocol,
    overrides: Overrides,
    /// What follows from the two above, since every decision reads it.
    options: Options,
}

impl Line {
    /// A line that follows a protocol but for single words, without a primary receiver.
    pub fn new(protocol: Protocol, overrides: Overrides) -> Self {
        let options = Options::of(protocol).with(&overrides);
        Self { primary_receiver: None, protocol, overrides, options }
    }

    /// The same with this primary receiver.
    #[must_use]
    pub const fn with_primary(self, primary_receiver: Option<AppId>) -> Self {
        Self { primary_receiver, ..self }
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

    /// How it words refusals.
    pub const fn refusals(&self) -> Refusals {
        Refusals::of(self.protocol)
    }
}
