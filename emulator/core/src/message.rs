//! A message as core sees it: what rules and taps read is typed, its JSON is kept and handed back
//! unread.

use std::borrow::Cow;
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

impl Template {
    /// Every template.
    pub const ALL: &'static [Self] = &[Self::CustomerFeedback, Self::Other];

    /// The template's name in journals.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CustomerFeedback => "customer_feedback",
            Self::Other => "other",
        }
    }
}

impl Message {
    /// A message of text alone.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }
}

/// The most characters of the title of a button or a quick reply that people see (M-77a).
pub const TITLE_SHOWN: usize = 20;

/// A title of a button or a quick reply as the person sees it: one that is too long ends in dots after
/// [`TITLE_SHOWN`] characters (M-77a).
pub fn shown_title(title: &str) -> Cow<'_, str> {
    match title.char_indices().nth(TITLE_SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &title[..end])),
        None => Cow::Borrowed(title),
    }
}

/// True for what the person says to tap a title: all of it, or what she sees of it.
fn is_title(title: &str, what: &str) -> bool {
    title == what || shown_title(title) == what
}

/// A quick reply: gone after a tap or another message (M-160).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuickReply {
    /// What the person sees and, by tapping, says; empty when she sees a picture alone. Of one that
    /// asks for something, the word for what it asks.
    pub title: Arc<str>,
    /// What the app gets with it.
    pub payload: Arc<str>,
    /// What of her own the person gives by tapping, in place of title and payload.
    pub asks: Option<Asks>,
}

impl QuickReply {
    /// One that says its title and gives its payload.
    pub fn new(title: impl Into<Arc<str>>, payload: impl Into<Arc<str>>) -> Self {
        Self { title: title.into(), payload: payload.into(), asks: None }
    }

    /// One that asks for something. The person sees what she would give, not a title.
    pub fn asking(asks: Asks) -> Self {
        Self { title: asks.name().into(), payload: "".into(), asks: Some(asks) }
    }

    /// The text and the payload that tapping it gives, if a tap on `what` can mean it: its title or
    /// payload, or the number or address that the person gives (M-160).
    pub fn tapped(&self, what: &str) -> Option<(Arc<str>, Arc<str>)> {
        match self.asks {
            Some(asks) if asks.is_answered_by(what) => Some((what.into(), what.into())),
            None if is_title(&self.title, what) || *self.payload == *what => {
                Some((Arc::clone(&self.title), Arc::clone(&self.payload)))
            }
            Some(_) | None => None,
        }
    }
}

/// What a quick reply can ask a person for (M-159).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asks {
    /// Her phone number.
    PhoneNumber,
    /// Her email address.
    Email,
}

impl Asks {
    /// The platform's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PhoneNumber => "user_phone_number",
            Self::Email => "user_email",
        }
    }

    /// What has that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::PhoneNumber, Self::Email].into_iter().find(|asks| asks.name() == name)
    }

    /// True for a text that could be hers: `+` and digits, or something around an `@`.
    fn is_answered_by(self, text: &str) -> bool {
        match self {
            Self::PhoneNumber => text.strip_prefix('+').is_some_and(|rest| {
                let digits = rest.bytes().filter(u8::is_ascii_digit).count();
                digits >= 5 && rest.bytes().all(|byte| byte.is_ascii_digit() || b" -()".contains(&byte))
            }),
            Self::Email => text.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)
            }),
        }
    }
}

/// A postback button: stays as long as its message is remembered (M-162).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Button {
    /// What the person sees.
    pub title: Arc<str>,
    /// What the app that made it gets.
    pub payload: Arc<str>,
}

impl Button {
    /// True if a tap on `what` can mean the button: its title, what is seen of it, or its payload.
    pub fn is_tapped(&self, what: &str) -> bool {
        is_title(&self.title, what) || *self.payload == *what
    }
}

/// A template that a rule treats in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Template {
    /// Asks the person for feedback.
    CustomerFeedback,
    /// Buttons, generic elements and whatever else no rule tells apart.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_reply_that_asks_takes_what_could_be_a_persons_own() {
        for (asks, name, hers, others) in [
            (
                Asks::PhoneNumber,
                "user_phone_number",
                ["+49 30 (123) 45-67", "+12345"],
                ["+1234", "12345", "+12345x", "user_phone_number", ""],
            ),
            (
                Asks::Email,
                "user_email",
                ["ana@example.com", "a@b"],
                ["@example.com", "ana@", "an a@example.com", "ana", "@"],
            ),
        ] {
            assert_eq!((asks.name(), Asks::parse(name)), (name, Some(asks)));
            let reply = QuickReply::asking(asks);
            assert_eq!((&*reply.title, &*reply.payload, reply.asks), (name, "", Some(asks)));
            for text in hers {
                assert_eq!(
                    reply.tapped(text),
                    Some((text.into(), text.into())),
                    "what she gives is text and payload"
                );
            }
            for text in others {
                assert_eq!(reply.tapped(text), None, "{text}");
            }
        }
        assert_eq!(Asks::parse("user_name"), None);
    }

    #[test]
    fn a_quick_reply_is_tapped_by_its_title_or_payload_alone() {
        let reply = QuickReply::new("Yes", "YES");
        let tapped = Some(("Yes".into(), "YES".into()));
        assert_eq!(
            (reply.tapped("Yes"), reply.tapped("YES"), reply.tapped("yes")),
            (tapped.clone(), tapped, None)
        );
        assert_eq!(Message::text("hello"), Message { text: Some("hello".into()), ..Message::default() });
        let names: Vec<_> = Template::ALL.iter().map(|template| template.name()).collect();
        assert_eq!(names, ["customer_feedback", "other"]);
    }

    #[test]
    fn a_title_of_more_than_twenty_characters_is_seen_cut_and_tapped_either_way() {
        for (title, shown) in [
            ("twenty characters ab", "twenty characters ab"),
            ("twenty characters abc", "twenty characters ab…"),
            ("☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕", "☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕…"),
            ("", ""),
        ] {
            assert_eq!(shown_title(title), shown);
            let button = Button { title: title.into(), payload: "P".into() };
            assert!(button.is_tapped(title) && button.is_tapped(shown) && button.is_tapped("P"), "{title}");
            assert!(!button.is_tapped("twenty characters"), "{title}");
            let (text, payload) = QuickReply::new(title, "P").tapped(shown).unwrap();
            assert_eq!((&*text, &*payload), (title, "P"), "the whole title is what is said");
        }
    }
}
