//! Where people come from.

use std::sync::Arc;

/// Where a person came from (C-165).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Referral {
    /// The text behind `ref=` in the link.
    pub reference: Arc<str>,
}
