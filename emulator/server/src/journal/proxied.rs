//! What became of calls for other hosts that came to the proxy.

use std::sync::Arc;

use super::row::{Tagged as _, tagged};

/// How a call for another host goes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passage {
    /// Through CONNECT: its bytes are not read.
    Tunnel,
    /// In absolute form: the emulator makes the request.
    Forward,
}

impl Passage {
    pub(super) const ALL: [Self; 2] = [Self::Tunnel, Self::Forward];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tunnel => "tunnel",
            Self::Forward => "forward",
        }
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
    pub fn name(&self) -> &'static str {
        self.word()
    }
}

tagged! {
    Passed, by "outcome" {
        "opened" => [Passed::Opened] {}
        "answered" => [Passed::Answered { status }] { status: u16 = "status" }
        "refused" => [Passed::Refused { why }] { why: Arc<str> = "why" }
        "failed" => [Passed::Failed { why }] { why: Arc<str> = "why" }
    }
}
