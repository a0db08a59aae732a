//! The rules that no step reaches, with the reason: what they say is never why an entry of a journal came about, so no
//! journal can show that somebody tried them. All others are the whole of which coverage tells the part.

use super::RuleId::{self, *};
use crate::word::words;

words! {
    /// Why no step reaches a rule.
    Unreached {
        /// Every answer and every webhook follows it, whatever a step does.
        Written = "it says how something is written, which decides nothing",
        /// Calls that are spelt otherwise ask for the same.
        Read = "it says how a request is read, which leaves nothing behind",
        /// What comes first is decided by the rules that it puts in order.
        Order = "it says what comes first, and what comes is decided by other rules",
        /// The entry names the rule to which it adds a detail.
        Detail = "it is a detail of what another rule decides",
        /// Nothing can be seen of what does not happen.
        Absence = "it says what does not happen",
        /// Steps make calls that are in order as far as HTTP goes.
        BelowCalls = "it is about what comes before a call: hosts, connections, limits",
        /// It takes a token that no file may hold.
        Secret = "it takes a secret, which no file may hold",
        /// No scenario passes that tries it.
        Fails = "a step that tries it fails, and what fails counts for nothing",
        /// A step cannot bring it about.
        Failure = "it takes a failure of the emulator itself",
    }
}

const UNREACHED: &[(Unreached, &[RuleId])] = &[
    (
        Unreached::Written,
        &[
            OneIdInEvents,
            EventOrder,
            AppIdsInEvents,
            StandbyPostback,
            Attachments,
            LanguageProcessing,
            TagRetiredText,
            SendAnswers,
            Ids,
            MessageIds,
            TraceIds,
            ErrorBody,
            ErrorHeader,
            AnswerHeaders,
            AnswerEscapes,
            Presentation,
            FeatureStatus,
            NodesShown,
            Permissions,
            Deliveries,
            Signatures,
            BodyEscapes,
            OneEvent,
            WebhookFrame,
            InstagramFrame,
            InstagramEchoes,
        ],
    ),
    (
        Unreached::Read,
        &[
            MessagingType,
            MessageMembers,
            InspectionProof,
            Versions,
            MethodOverride,
            PathSpelling,
            RelaxedJson,
            Lists,
            Booleans,
            TokenPlace,
            Etags,
        ],
    ),
    (Unreached::Order, &[OrderOfSendChecks, OrderOfChecks, ClaimOrder, EchoAfterAnswer, DeliveryOrder]),
    (
        Unreached::Detail,
        &[
            AlwaysOwned,
            AdWindow,
            ImplicitMoves,
            InboxEchoes,
            StandbyEvents,
            Echoes,
            PageReacts,
            ButtonTemplate,
            InstagramFields,
        ],
    ),
    (Unreached::Absence, &[WindowsApart, PagesApart]),
    (Unreached::BelowCalls, &[Hosts, ForeignCaller, HttpLimits]),
    (Unreached::Secret, &[RealToken]),
    (Unreached::Fails, &[TapsWhatIsThere]),
    (Unreached::Failure, &[ServiceUnavailable]),
];

impl RuleId {
    /// Why no step reaches the rule, if none does.
    pub fn unreached(self) -> Option<Unreached> {
        UNREACHED.iter().find(|(_, rules)| rules.contains(&self)).map(|(reason, _)| *reason)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_few_reasons_each_is_given_and_a_rule_has_one_at_most() {
        assert!(Unreached::ALL.len() <= 10);
        let given: BTreeSet<Unreached> = UNREACHED.iter().map(|(reason, _)| *reason).collect();
        assert_eq!(given.len(), Unreached::ALL.len());
        let rules: Vec<RuleId> = UNREACHED.iter().flat_map(|(_, rules)| *rules).copied().collect();
        assert_eq!(rules.iter().collect::<BTreeSet<_>>().len(), rules.len());
        assert_eq!(WindowsApart.unreached(), Some(Unreached::Absence));
        assert_eq!(OnlyOwnerSends.unreached(), None);
    }
}
