//! The order in which a call is checked: the first check that fails answers.

/// A check of a call. The order of the variants is the order of the checks (M-150, C-97): a call with several
/// faults is refused for the first of them.
///
/// The server makes the checks up to [`Check::Parameters`], which depend on the request and the settings;
/// [`step`](crate::step) makes the others, which depend on the state of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The token is known, has not ended, and comes with a proof of the app secret where one is required.
    Token,
    /// The version, the node and the edge exist.
    Route,
    /// The token carries the permission that the route needs.
    RoutePermission,
    /// The recipient is there and has a shape that a recipient can have.
    RecipientShape,
    /// A send carries either a message or a sender action.
    MessageOrAction,
    /// The other parameters are there, have the right types, and keep within their limits.
    Parameters,
    /// The token carries the permission that a parameter needs, such as that of a profile field.
    ParameterPermission,
    /// The person is known to the Page.
    RecipientKnown,
    /// The app may reach the person, who has not blocked the Page.
    Reachable,
    /// The message tag has not been retired.
    TagAlive,
    /// The app has the feature that the message tag needs.
    TagApproved,
    /// The message that is answered, or reacted to, is in the conversation.
    ReplyTo,
    /// The app is in control of the conversation, or need not be.
    Control,
    /// The messaging window is open, or a message tag lets the message out.
    Window,
    /// The app has made fewer calls than its rate limits allow.
    Rates,
}

impl Check {
    /// All of them, in their order.
    pub const ALL: &'static [Self] = &[
        Self::Token,
        Self::Route,
        Self::RoutePermission,
        Self::RecipientShape,
        Self::MessageOrAction,
        Self::Parameters,
        Self::ParameterPermission,
        Self::RecipientKnown,
        Self::Reachable,
        Self::TagAlive,
        Self::TagApproved,
        Self::ReplyTo,
        Self::Control,
        Self::Window,
        Self::Rates,
    ];

    /// What is checked, in a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Route => "route",
            Self::RoutePermission => "permission of the route",
            Self::RecipientShape => "shape of the recipient",
            Self::MessageOrAction => "message or sender action",
            Self::Parameters => "types, presence and limits of parameters",
            Self::ParameterPermission => "permission that a parameter needs",
            Self::RecipientKnown => "recipient known",
            Self::Reachable => "recipient reachable",
            Self::TagAlive => "tag not retired",
            Self::TagApproved => "tag approved",
            Self::ReplyTo => "message that is answered",
            Self::Control => "thread control",
            Self::Window => "messaging window",
            Self::Rates => "rate limits",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_the_order_of_the_checks() {
        assert!(Check::ALL.is_sorted_by(|one, next| one < next));
        assert_eq!(Check::ALL.first(), Some(&Check::Token));
        assert_eq!(Check::ALL.last(), Some(&Check::Rates));
        assert_eq!((Check::Token.name(), Check::Window.name()), ("token", "messaging window"));
    }
}
