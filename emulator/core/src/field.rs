//! Subscription fields and the two channels on which an event can reach an app.

use std::fmt;

use crate::word::words;

words! {
    /// A webhook field of a Page subscription, in the order of the platform's list.
    Field {
        /// A person's messages.
        Messages = "messages",
        /// What the Page itself sends, from whichever app.
        MessageEchoes = "message_echoes",
        /// Receipts of delivery.
        MessageDeliveries = "message_deliveries",
        /// Receipts of reading.
        MessageReads = "message_reads",
        /// Reactions to messages.
        MessageReactions = "message_reactions",
        /// Edits of messages.
        MessageEdits = "message_edits",
        /// Taps on buttons, menus and Get Started.
        MessagingPostbacks = "messaging_postbacks",
        /// Opt-ins.
        MessagingOptins = "messaging_optins",
        /// Links and ads that lead into a conversation.
        MessagingReferrals = "messaging_referrals",
        /// Pass, take and request of thread control, and role changes.
        MessagingHandovers = "messaging_handovers",
        /// A copy of what the owner of a conversation gets.
        Standby = "standby",
        /// Linking and unlinking of accounts.
        MessagingAccountLinking = "messaging_account_linking",
        /// Answers to a customer feedback template.
        MessagingFeedback = "messaging_feedback",
        /// Warnings and blocks of the Page.
        MessagingPolicyEnforcement = "messaging_policy_enforcement",
    }
}

impl Field {
    /// True when who only listens gets the field's events too (C-80).
    pub const fn travels_on_standby(self) -> bool {
        match self {
            Self::Messages
            | Self::MessageEchoes
            | Self::MessageDeliveries
            | Self::MessageReads
            | Self::MessagingPostbacks => true,
            Self::MessageReactions
            | Self::MessageEdits
            | Self::MessagingOptins
            | Self::MessagingReferrals
            | Self::MessagingHandovers
            | Self::Standby
            | Self::MessagingAccountLinking
            | Self::MessagingFeedback
            | Self::MessagingPolicyEnforcement => false,
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldSet(u32);

impl FieldSet {
    /// True when the field is in the set.
    pub const fn contains(self, field: Field) -> bool {
        self.0 & field.bit() != 0
    }

    /// The set with the field added.
    #[must_use]
    pub const fn with(self, field: Field) -> Self {
        Self(self.0 | field.bit())
    }

    /// The fields that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The fields of the set, in the order of [`Field::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.iter().copied().filter(move |field| self.contains(*field))
    }
}

impl FromIterator<Field> for FieldSet {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        fields.into_iter().fold(Self::default(), Self::with)
    }
}

impl fmt::Debug for FieldSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter().map(Field::name)).finish()
    }
}

words! {
    /// The array of a webhook entry in which an event travels.
    Channel {
        /// `entry[].messaging[]`: the app may act on it.
        Messaging = "messaging",
        /// `entry[].standby[]`: the app only listens.
        Standby = "standby",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_each_field_once_in_the_order_of_the_platform() {
        let some: FieldSet = [Field::Standby, Field::Messages, Field::Standby].into_iter().collect();
        assert_eq!(some.iter().collect::<Vec<_>>(), [Field::Messages, Field::Standby]);
        assert!(some.contains(Field::Standby) && !some.contains(Field::MessageEchoes));
        let others: FieldSet = [Field::Standby, Field::MessageEchoes].into_iter().collect();
        assert_eq!(some.and(others).iter().collect::<Vec<_>>(), [Field::Standby]);
        assert_eq!(format!("{some:?}"), r#"{"messages", "standby"}"#);
        let all: FieldSet = Field::ALL.iter().copied().collect();
        assert!(all.iter().eq(Field::ALL.iter().copied()));
    }
}
