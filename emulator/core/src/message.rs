//! A message as core sees it: what rules and taps read is typed, its JSON is kept and handed back
//! unread.

use std::sync::Arc;

use crate::ids::Mid;

/// One message, from a person or from the Page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Message {
    /// The text of the bubble; that of a button template too.
    pub text: Option<Arc<str>>,
    /// What the sending app wants to find in the echo.
    pub metadata: Option<Arc<str>>,
    /// The quick replies below it.
    pub quick_replies: Vec<QuickReply>,
    /// The postback buttons in it, in the order of the screen.
    pub buttons: Vec<Button>,
    /// The payload of the quick reply that the person tapped to send this.
    pub quick_reply: Option<Arc<str>>,
    /// The message that this one answers.
    pub reply_to: Option<Mid>,
    /// The template it is made of, if a rule asks.
    pub template: Option<Template>,
    /// The whole message as JSON in the platform's order of keys, when it is more than a text and
    /// its metadata.
    pub body: Option<Arc<str>>,
}

impl Message {
    /// A message of text alone.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }
}

/// A quick reply: gone after a tap or another message (M-160).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuickReply {
    /// What the person sees and, by tapping, says.
    pub title: Arc<str>,
    /// What the app gets with it.
    pub payload: Arc<str>,
}

/// A postback button: stays as long as its message is remembered (M-162).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Button {
    /// What the person sees.
    pub title: Arc<str>,
    /// What the app that made it gets.
    pub payload: Arc<str>,
}

/// A template that a rule treats in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Template {
    /// Asks the person for feedback.
    CustomerFeedback,
    /// Buttons, generic elements and whatever else no rule tells apart.
    Other,
}
