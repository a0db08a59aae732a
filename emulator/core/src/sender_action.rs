//! What an app shows beside messages: that it is typing, or that it has seen them.

/// A sender action, by its name on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderAction {
    /// `typing_on`.
    TypingOn,
    /// `typing_off`.
    TypingOff,
    /// `mark_seen`.
    MarkSeen,
}

impl SenderAction {
    const ALL: &'static [Self] = &[Self::TypingOn, Self::TypingOff, Self::MarkSeen];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TypingOn => "typing_on",
            Self::TypingOff => "typing_off",
            Self::MarkSeen => "mark_seen",
        }
    }

    /// The action of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_have_the_names_of_the_platform() {
        let names = ["typing_on", "typing_off", "mark_seen"];
        for (action, name) in SenderAction::ALL.iter().zip(names) {
            assert_eq!((action.name(), SenderAction::parse(name)), (name, Some(*action)));
        }
        assert_eq!(SenderAction::parse("typing"), None);
    }
}
