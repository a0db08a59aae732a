//! Why an input is refused.

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
