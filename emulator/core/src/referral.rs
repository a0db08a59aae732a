//! Where people come from.

use std::sync::Arc;

use crate::ids::AppId;

/// Where a person came from (C-165, C-136).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Referral {
    /// The text behind `ref=` in the link, or that of the ad; an ad may have none.
    pub reference: Option<Arc<str>>,
    /// The ad, where it was one.
    pub ad: Option<Ad>,
}

/// An ad that opens a conversation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ad {
    /// Its id.
    pub id: Arc<str>,
    /// The app that the ad itself names; the route of the ad names one otherwise.
    pub app: Option<AppId>,
}

impl Referral {
    /// A link with that `ref`.
    pub fn link(reference: impl Into<Arc<str>>) -> Self {
        Self { reference: Some(reference.into()), ad: None }
    }
}
