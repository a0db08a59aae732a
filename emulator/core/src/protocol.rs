//! The protocols of conversation control, by name.

use crate::word::words;

words! {
    /// A generation of conversation control, oldest first.
    Protocol {
        /// 2017 to 2022: a primary and secondary receivers, always an owner, no expiry.
        HandoverV1 = "handover-v1",
        /// Exclusive control, idle conversations, an optional primary receiver.
        Handover = "handover",
        /// A default app, permissions to take control, routes.
        ConversationRouting = "conversation-routing",
        /// The platform of routing on a Page without a default app.
        DefaultBehavior = "default-behavior",
    }
}

#[expect(clippy::derivable_impls, reason = "the list of words takes no attribute on one of them")]
impl Default for Protocol {
    fn default() -> Self {
        Self::Handover
    }
}
