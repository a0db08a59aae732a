//! A message as core sees it: what rules read is typed, its JSON is kept and handed back unread.

use std::sync::Arc;

/// One message, from a person or from the Page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    /// The text of the bubble.
    pub text: Option<Arc<str>>,
    /// What the sending app wants to find in the echo.
    pub metadata: Option<Arc<str>>,
}

impl Message {
    /// A message of text alone.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self { text: Some(text.into()), metadata: None }
    }
}
