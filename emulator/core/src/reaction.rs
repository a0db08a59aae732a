//! Reactions to messages.

use std::sync::Arc;

/// A reaction to a message (M-230).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reaction {
    /// The character that people see.
    pub emoji: Arc<str>,
    /// The platform's word for it.
    pub name: &'static str,
}

impl Reaction {
    /// The platform's words for reactions.
    pub const NAMES: &'static [&'static str] =
        &["smile", "angry", "sad", "wow", "love", "like", "dislike", "other"];

    /// The reaction of that name.
    pub fn named(emoji: impl Into<Arc<str>>, name: &str) -> Option<Self> {
        let name = Self::NAMES.iter().find(|known| **known == name)?;
        Some(Self { emoji: emoji.into(), name })
    }

    /// The reaction of that emoji, with the name that the platform has for it. The names are documented, which
    /// emoji belongs to which is not: those of the reactions that Messenger offers have theirs, and every other
    /// is `other`.
    pub fn of(emoji: &str) -> Self {
        let name = match emoji.trim_end_matches('\u{fe0f}') {
            "❤" | "😍" => "love",
            "😆" | "😀" | "😄" | "😂" => "smile",
            "😮" => "wow",
            "😢" => "sad",
            "😠" | "😡" => "angry",
            "👍" => "like",
            "👎" => "dislike",
            _ => "other",
        };
        Self { emoji: emoji.into(), name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_has_the_platforms_name_with_and_without_the_selector_of_colour() {
        for (emoji, name) in [
            ("❤", "love"),
            ("❤\u{fe0f}", "love"),
            ("😆", "smile"),
            ("😮", "wow"),
            ("😢", "sad"),
            ("😠", "angry"),
            ("👍", "like"),
            ("👎", "dislike"),
            ("🌮", "other"),
        ] {
            assert_eq!(Reaction::of(emoji), Reaction { emoji: emoji.into(), name });
        }
        let named = Reaction { emoji: "🌮".into(), name: "love" };
        assert_eq!(Reaction::named("🌮", "love"), Some(named), "whoever names it need not know its emoji");
        assert_eq!(Reaction::named("🌮", "taco"), None);
    }
}
