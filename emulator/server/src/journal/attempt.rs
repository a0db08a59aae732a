//! How tries of deliveries went.

use std::sync::Arc;

use super::row::{Tagged as _, tagged};
use crate::lane::CROWDED_OUT;

/// How one try of a delivery went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptResult {
    /// The app answered with a 2xx.
    Acknowledged {
        /// Which.
        status: u16,
    },
    /// The app answered with something else.
    Refused {
        /// What.
        status: u16,
        /// The beginning of its body in one line of at most 200 characters, without secrets; none when it was empty.
        /// It may differ in each run, so that journals have it under `wall`.
        excerpt: Option<Arc<str>>,
    },
    /// No answer in time.
    TimedOut,
    /// Nobody listens there.
    Unreachable {
        /// What the system says.
        why: Arc<str>,
    },
    /// It was not tried, and will not be.
    Dropped {
        /// Why it was given up.
        why: Arc<str>,
    },
    /// The connection broke before an answer.
    Broken {
        /// What the system says.
        why: Arc<str>,
    },
}

impl AttemptResult {
    /// True when the delivery is done.
    pub const fn is_acknowledged(&self) -> bool {
        matches!(self, Self::Acknowledged { .. })
    }

    /// True when the app should have had it and has not. What an app does not get because its webhooks are switched off
    /// it was not to get.
    pub fn has_failed(&self) -> bool {
        match self {
            Self::Acknowledged { .. } => false,
            Self::Dropped { why } => **why == *CROWDED_OUT,
            Self::Refused { .. } | Self::TimedOut | Self::Unreachable { .. } | Self::Broken { .. } => true,
        }
    }

    /// True when the app answered something, whatever it was.
    pub const fn has_answered(&self) -> bool {
        matches!(self, Self::Acknowledged { .. } | Self::Refused { .. })
    }

    /// True when there was a connection to the app.
    pub const fn has_connected(&self) -> bool {
        match self {
            Self::Acknowledged { .. } | Self::Refused { .. } | Self::TimedOut | Self::Broken { .. } => true,
            Self::Dropped { .. } | Self::Unreachable { .. } => false,
        }
    }

    /// What the app said beside a status that is not 2xx, as far as that is kept.
    pub fn excerpt(&self) -> Option<&str> {
        match self {
            Self::Refused { excerpt, .. } => excerpt.as_deref(),
            Self::Acknowledged { .. }
            | Self::TimedOut
            | Self::Unreachable { .. }
            | Self::Dropped { .. }
            | Self::Broken { .. } => None,
        }
    }

    /// True when the app refused the caller (401 or 403), which usually means that it did not accept the signature.
    pub const fn is_distrust(&self) -> bool {
        matches!(self, Self::Refused { status: 401 | 403, .. })
    }
}

impl AttemptResult {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        self.word()
    }
}

tagged! {
    AttemptResult, by "result" {
        "acknowledged" => [AttemptResult::Acknowledged { status }] { status: u16 = "status" }
        "refused" => [AttemptResult::Refused { status, excerpt }] { status: u16 = "status" }
            wall { excerpt: Option<Arc<str>> = "answer" }
        "timed_out" => [AttemptResult::TimedOut] {}
        "dropped" => [AttemptResult::Dropped { why }] { why: Arc<str> = "why" }
        "unreachable" => [AttemptResult::Unreachable { why }] { why: Arc<str> = "why" }
        "broken" => [AttemptResult::Broken { why }] { why: Arc<str> = "why" }
    }
}
