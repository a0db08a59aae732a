//! Who can own a conversation or write in it for the Page.

use crate::ids::AppId;

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

    /// The app id under which it stands in webhooks and Graph answers, and from which ids are derived.
    pub const fn number(self) -> AppId {
        match self {
            Self::App(app) => app,
            Self::Inbox => AppId(263_902_037_430_900),
            Self::LeadFlow => AppId(413_038_776_280_800),
            Self::MetaAi => AppId(622_851_382_610_562),
        }
    }

    /// The party of that app id.
    pub fn of(number: AppId) -> Self {
        let known = Self::OF_THE_PLATFORM.iter().copied().find(|party| party.number() == number);
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
    }

    #[test]
    fn a_number_leads_back_to_its_party() {
        for party in Party::OF_THE_PLATFORM.iter().copied().chain([Party::App(AppId(7))]) {
            assert_eq!(Party::of(party.number()), party);
        }
        assert_eq!((Party::App(AppId(7)).app(), Party::Inbox.app()), (Some(AppId(7)), None));
    }
}
