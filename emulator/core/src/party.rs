//! Who can own a conversation or write in it for the Page.

use crate::ids::AppId;
use crate::platform::Platform;

/// One who can be in control of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// An app of a developer.
    App(AppId),
    /// The Page Inbox, where agents answer.
    Inbox,
    /// The flow of questions that a lead ad starts.
    LeadFlow,
    /// The platform's own business agent.
    MetaAi,
}

impl Party {
    /// The parties that are not apps of developers.
    pub const OF_THE_PLATFORM: &'static [Self] = &[Self::Inbox, Self::LeadFlow, Self::MetaAi];

    /// The app id under which it stands in webhooks and Graph answers of a platform: the inbox has one of its own on each.
    pub const fn number_on(self, platform: Platform) -> AppId {
        match (self, platform) {
            (Self::Inbox, Platform::Instagram) => AppId(1_217_981_644_879_628),
            _ => self.number(),
        }
    }

    /// The app id from which ids are derived, which is that of Messenger.
    pub const fn number(self) -> AppId {
        match self {
            Self::App(app) => app,
            Self::Inbox => AppId(263_902_037_430_900),
            Self::LeadFlow => AppId(413_038_776_280_800),
            Self::MetaAi => AppId(622_851_382_610_562),
        }
    }

    /// The party of that app id, on whichever platform.
    pub fn of(number: AppId) -> Self {
        let is_its = |party: &Self| Platform::ALL.iter().any(|platform| party.number_on(*platform) == number);
        let known = Self::OF_THE_PLATFORM.iter().copied().find(is_its);
        known.unwrap_or(Self::App(number))
    }

    /// The app, unless it is a party of the platform.
    pub const fn app(self) -> Option<AppId> {
        match self {
            Self::App(app) => Some(app),
            Self::Inbox | Self::LeadFlow | Self::MetaAi => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_platform() {
        let numbers = Party::OF_THE_PLATFORM.iter().map(|party| party.number().0);
        assert!(numbers.eq([263_902_037_430_900, 413_038_776_280_800, 622_851_382_610_562]));
        assert_eq!(Party::Inbox.number_on(Platform::Messenger), Party::Inbox.number());
        assert_eq!(Party::Inbox.number_on(Platform::Instagram), AppId(1_217_981_644_879_628));
    }

    #[test]
    fn a_number_leads_back_to_its_party() {
        for party in Party::OF_THE_PLATFORM.iter().copied().chain([Party::App(AppId(7))]) {
            for platform in Platform::ALL {
                assert_eq!(Party::of(party.number_on(*platform)), party);
            }
        }
        assert_eq!((Party::App(AppId(7)).app(), Party::Inbox.app()), (Some(AppId(7)), None));
    }
}
