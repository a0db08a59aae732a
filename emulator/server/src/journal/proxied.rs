//! What became of calls for other hosts that came to the proxy.

use std::sync::Arc;

/// How a call for another host goes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passage {
    /// Through CONNECT: its bytes are not read.
    Tunnel,
    /// In absolute form: the emulator makes the request.
    Forward,
}

impl Passage {
    const ALL: [Self; 2] = [Self::Tunnel, Self::Forward];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tunnel => "tunnel",
            Self::Forward => "forward",
        }
    }

    /// The way of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|passage| passage.name() == name)
    }
}

/// What became of a call for another host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passed {
    /// The tunnel was opened.
    Opened,
    /// The host answered.
    Answered {
        /// The HTTP status.
        status: u16,
    },
    /// It may not be called.
    Refused {
        /// Why.
        why: Arc<str>,
    },
    /// It could not be called.
    Failed {
        /// What is wrong.
        why: Arc<str>,
    },
}

impl Passed {
    /// The word for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Answered { .. } => "answered",
            Self::Refused { .. } => "refused",
            Self::Failed { .. } => "failed",
        }
    }
}
