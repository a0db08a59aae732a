//! Why an input is refused.

use crate::catalogue::RuleId;
use crate::edge::ControlEdge;
use crate::time::Timestamp;

/// Every way in which the state of the world can refuse an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalKind {
    /// The app is not connected to the Page.
    AppNotConnected,
    /// The token lacks `pages_messaging`.
    PermissionMissing,
    /// The app's Page token has run out.
    TokenExpired(Timestamp),
    /// The person behind the token changed the password.
    SessionEnded,
    /// The person behind the token removed the app.
    TokenDeauthorized,
    /// A field needs a permission that the token lacks.
    FieldPermission,
    /// No such person on this Page.
    UnknownPerson,
    /// The person has blocked the Page.
    PersonUnavailable,
    /// The app is in development mode and the person has no role on it.
    NoRoleOnApp {
        /// Whether the documented code is used in place of the one that was seen.
        documented: bool,
    },
    /// A message to answer or to react to that does not exist.
    UnknownMessage,
    /// A field of a profile that the token has no permission for.
    ProfileField,
    /// Nothing of that title or payload is there to be tapped.
    NothingToTap,
    /// A tag that has ended.
    TagRetired,
    /// News by a Page that is not registered for it.
    NotANewsPage,
    /// A sender action by an app that does not own the conversation.
    SignalNotAllowed,
    /// Somebody asks for the owner who may not know.
    OwnerNotTold,
    /// A take by the app that owns the conversation already.
    TakeByOwner,
    /// The roles are known to receivers alone.
    OnlyReceivers,
    /// The secondary receivers are shown to the primary receiver alone.
    ReceiversHidden,
    /// The Page Inbox cannot have the role.
    InboxCannotBePrimary,
    /// The protocol has no such role or setting.
    NotInProtocol,
    /// An app that the world does not have, or that is not connected.
    UnknownApp,
    /// The protocol has no such edge.
    NoSuchEdge(ControlEdge),
    /// The edge is switched off for Pages with routing.
    ApisDisabled,
    /// A take on a Page without a default app.
    RoutingNotEnabled,
    /// A message that moves control, where messages cannot.
    NoThreadControl,
    /// Another app owns the conversation, so the message does not go out.
    AnotherAppInControl,
    /// The same in the words of the platform since routing.
    NotThreadOwner,
    /// The messaging window is closed.
    OutsideWindow,
    /// The human-agent tag without the feature.
    HumanAgentNotApproved,
    /// A pass by an app that does not own the conversation.
    CallerNotOwner,
    /// A pass without a target.
    TargetRequired,
    /// A pass to an app that is not on the Page.
    IncorrectAppId,
    /// A pass by the owner to itself, to stay in control for longer.
    PassToItself,
    /// A take by an app that may not take.
    TakeNotAllowed,
    /// A release by an app that does not own the conversation.
    OnlyOwnerReleases,
    /// An extension by an app that does not own the conversation.
    OnlyOwnerExtends,
    /// An extension of no or too much time.
    DurationOutOfRange,
    /// A request by the app that owns the conversation.
    RequestByOwner,
    /// A request by the primary receiver, which takes.
    RequestByPrimary,
}

/// Each kind, an example of it, and the rules that refuse so; without rules what is refused so under any protocol.
macro_rules! refusals {
    ($($kind:pat = $example:expr => [$($rule:ident),*],)+) => {
        impl RefusalKind {
            /// All of them; those with details with one of them.
            pub const ALL: &'static [Self] = &[$($example,)+];

            /// The rules that refuse so; none when it does not depend on the protocol whether something is refused so.
            pub const fn rules(self) -> &'static [RuleId] {
                match self {
                    $($kind => &[$(RuleId::$rule),*],)+
                }
            }
        }
    };
}

refusals! {
    Self::AppNotConnected = Self::AppNotConnected => [TokenNamesCaller],
    Self::PermissionMissing = Self::PermissionMissing => [MessagingPermission, ProfileShown],
    Self::TokenExpired(_) = Self::TokenExpired(Timestamp(0)) => [TokenEnded],
    Self::SessionEnded = Self::SessionEnded => [TokenEnded],
    Self::TokenDeauthorized = Self::TokenDeauthorized => [TokenEnded],
    Self::FieldPermission = Self::FieldPermission => [FieldPermission],
    Self::UnknownPerson = Self::UnknownPerson => [PersonOfPage],
    Self::PersonUnavailable = Self::PersonUnavailable => [BlockedPage],
    Self::NoRoleOnApp { documented: false } = Self::NoRoleOnApp { documented: false } => [DevelopmentMode],
    Self::NoRoleOnApp { documented: true } = Self::NoRoleOnApp { documented: true } => [DevelopmentMode],
    Self::UnknownMessage = Self::UnknownMessage => [ReplyTo, Reactions],
    Self::ProfileField = Self::ProfileField => [ProfileFields],
    Self::NothingToTap = Self::NothingToTap => [TapsWhatIsThere],
    Self::TagRetired = Self::TagRetired => [TagRetired],
    Self::NotANewsPage = Self::NotANewsPage => [WindowNews],
    Self::SignalNotAllowed = Self::SignalNotAllowed => [SignalsAreFree],
    Self::OwnerNotTold = Self::OwnerNotTold => [OwnerToldToAll, OwnerToldToPrimary],
    Self::TakeByOwner = Self::TakeByOwner => [TakeByOwner],
    Self::OnlyReceivers = Self::OnlyReceivers => [RolesAssigned, ReceiversForPrimary],
    Self::ReceiversHidden = Self::ReceiversHidden => [ReceiversForPrimary],
    Self::InboxCannotBePrimary = Self::InboxCannotBePrimary => [InboxNeverPrimary],
    Self::NotInProtocol = Self::NotInProtocol => [],
    Self::UnknownApp = Self::UnknownApp => [],
    Self::NoSuchEdge(_) = Self::NoSuchEdge(ControlEdge::Release) => [EdgesByTime],
    Self::ApisDisabled = Self::ApisDisabled => [RoutingOf2023, NoRequests],
    Self::RoutingNotEnabled = Self::RoutingNotEnabled => [NobodyTakes],
    Self::NoThreadControl = Self::NoThreadControl => [],
    Self::AnotherAppInControl = Self::AnotherAppInControl => [OnlyOwnerSends],
    Self::NotThreadOwner = Self::NotThreadOwner => [OnlyOwnerSends, DefaultSendsIdle, HumanAgentTakes],
    Self::OutsideWindow = Self::OutsideWindow => [WindowStandard, WindowHumanAgent, WindowFeedback, SignalsInWindow],
    Self::HumanAgentNotApproved = Self::HumanAgentNotApproved => [HumanAgentApproval],
    Self::CallerNotOwner = Self::CallerNotOwner => [OnlyOwnerPasses],
    Self::TargetRequired = Self::TargetRequired => [PassNamesTarget],
    Self::IncorrectAppId = Self::IncorrectAppId => [TargetOnPage],
    Self::PassToItself = Self::PassToItself => [PassToItself],
    Self::TakeNotAllowed = Self::TakeNotAllowed => [WhoMayTake, PrimaryTakes, PermittedTakes],
    Self::OnlyOwnerReleases = Self::OnlyOwnerReleases => [OnlyOwnerReleases],
    Self::OnlyOwnerExtends = Self::OnlyOwnerExtends => [ExtendControl],
    Self::DurationOutOfRange = Self::DurationOutOfRange => [ExtendControl],
    Self::RequestByOwner = Self::RequestByOwner => [RequestByOwner],
    Self::RequestByPrimary = Self::RequestByPrimary => [RequestAsksPrimary],
}

#[cfg(test)]
mod tests {
    use crate::decisions::{Verdict, decision_table};

    #[test]
    fn whatever_the_decision_table_refuses_is_refused_by_a_rule_of_its_kind() {
        let mut refused = 0;
        for decision in decision_table() {
            let Ok(Verdict::Refused(rule, kind)) = decision.outcome.map(|outcome| outcome.verdict) else {
                continue;
            };
            assert!(kind.rules().contains(&rule), "{kind:?} by {rule}: {:?}", decision.cell);
            refused += 1;
        }
        assert!(refused > 100, "{refused}");
    }
}
