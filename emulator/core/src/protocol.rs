//! The protocols of conversation control, by name.

/// A generation of conversation control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Protocol {
    /// Exclusive control, idle conversations, an optional primary receiver.
    #[default]
    Handover,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: &'static [Self] = &[Self::Handover];

    /// The protocol of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|protocol| protocol.name() == name)
    }

    /// The value of `protocol:`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Handover => "handover",
        }
    }
}
