//! The platforms of messages, and a Page on one of them.

use crate::ids::PageId;
use crate::word::words;

words! {
    /// A platform of messages.
    Platform {
        /// Messenger, as the Page itself.
        Messenger = "messenger",
        /// Instagram, as the professional account that is linked to the Page.
        Instagram = "instagram",
    }
}

#[expect(clippy::derivable_impls, reason = "the list of words takes no attribute on one of them")]
impl Default for Platform {
    fn default() -> Self {
        Self::Messenger
    }
}

/// A Page on one platform: whose line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId {
    /// The Page.
    pub page: PageId,
    /// The platform.
    pub platform: Platform,
}

impl PageId {
    /// The Page on a platform.
    pub const fn on(self, platform: Platform) -> LineId {
        LineId { page: self, platform }
    }

    /// The Page on Messenger.
    pub const fn messenger(self) -> LineId {
        self.on(Platform::Messenger)
    }
}
