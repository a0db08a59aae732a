//! What follows from a row, as tables write it.

use std::collections::BTreeMap;
use std::fmt;

use emulator_core::RefusalKind;
use serde::Deserialize;

use super::event::Heard;
use super::length::{Length, Window};
use super::{FolderName, Owner, Primary};

/// What follows from the last step. What is left out stays as it was; no deliveries means none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Then {
    /// The rule that let it through.
    #[serde(default)]
    pub(crate) accepted: Option<String>,
    #[serde(default)]
    pub(crate) refused: Option<Refused>,
    #[serde(default)]
    pub(crate) answer: Option<Answer>,
    #[serde(default)]
    pub(crate) owner: Option<Owner>,
    /// In what time control ends.
    #[serde(default)]
    pub(crate) expires: Option<Length>,
    #[serde(default)]
    pub(crate) folder: Option<FolderName>,
    #[serde(default)]
    pub(crate) marked_done: Option<bool>,
    #[serde(default)]
    pub(crate) window: Option<Window>,
    #[serde(default)]
    pub(crate) primary: Option<Primary>,
    #[serde(default)]
    pub(crate) deliveries: Vec<Heard>,
    /// Who does not hear of it for want of what; looked at only where a row is about that.
    #[serde(default)]
    pub(crate) unheard: Option<BTreeMap<String, String>>,
    /// Apps whose developers are told that their webhooks fail.
    #[serde(default)]
    pub(crate) failing: Vec<String>,
    /// Apps whose webhooks are switched off.
    #[serde(default)]
    pub(crate) disabled: Vec<String>,
    /// True in a row that shows how far a switch does not reach.
    #[serde(default)]
    pub(crate) same_as_default: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refused {
    pub(crate) kind: Kind,
    /// The rule that refused it; the row's own when left out.
    #[serde(default)]
    pub(crate) rule: Option<String>,
}

macro_rules! kinds {
    ($($kind:ident = $pattern:pat,)*) => {
        /// The refusals, as tables spell them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum Kind {
            $($kind,)*
        }

        impl From<RefusalKind> for Kind {
            fn from(kind: RefusalKind) -> Self {
                match kind {
                    $($pattern => Self::$kind,)*
                }
            }
        }
    };
}

kinds! {
    AppNotConnected = RefusalKind::AppNotConnected,
    PermissionMissing = RefusalKind::PermissionMissing,
    TokenExpired = RefusalKind::TokenExpired(_),
    SessionEnded = RefusalKind::SessionEnded,
    TokenDeauthorized = RefusalKind::TokenDeauthorized,
    FieldPermission = RefusalKind::FieldPermission,
    UnknownPerson = RefusalKind::UnknownPerson,
    PersonUnavailable = RefusalKind::PersonUnavailable,
    NoRoleOnApp = RefusalKind::NoRoleOnApp { documented: false },
    NoRoleOnAppAsDocumented = RefusalKind::NoRoleOnApp { documented: true },
    UnknownMessage = RefusalKind::UnknownMessage,
    ProfileField = RefusalKind::ProfileField,
    NothingToTap = RefusalKind::NothingToTap,
    TagRetired = RefusalKind::TagRetired,
    NotANewsPage = RefusalKind::NotANewsPage,
    SignalNotAllowed = RefusalKind::SignalNotAllowed,
    OwnerNotTold = RefusalKind::OwnerNotTold,
    TakeByOwner = RefusalKind::TakeByOwner,
    OnlyReceivers = RefusalKind::OnlyReceivers,
    ReceiversHidden = RefusalKind::ReceiversHidden,
    InboxCannotBePrimary = RefusalKind::InboxCannotBePrimary,
    UnknownApp = RefusalKind::UnknownApp,
    AnotherAppInControl = RefusalKind::AnotherAppInControl,
    OutsideWindow = RefusalKind::OutsideWindow,
    HumanAgentNotApproved = RefusalKind::HumanAgentNotApproved,
    CallerNotOwner = RefusalKind::CallerNotOwner,
    TargetRequired = RefusalKind::TargetRequired,
    IncorrectAppId = RefusalKind::IncorrectAppId,
    TakeNotAllowed = RefusalKind::TakeNotAllowed,
    OnlyOwnerReleases = RefusalKind::OnlyOwnerReleases,
    OnlyOwnerExtends = RefusalKind::OnlyOwnerExtends,
    DurationOutOfRange = RefusalKind::DurationOutOfRange,
    RequestByOwner = RefusalKind::RequestByOwner,
}

/// What whoever asks is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    /// By `thread_owner`.
    #[serde(default)]
    pub(crate) owner: Option<Owner>,
    /// By `thread_owner`.
    #[serde(default)]
    pub(crate) expires: Option<Length>,
    /// By `secondary_receivers`.
    #[serde(default)]
    pub(crate) receivers: Vec<String>,
    /// Whether there is a profile to see.
    #[serde(default)]
    pub(crate) profile: Option<Shown>,
    /// What the button that was tapped says to its app.
    #[serde(default)]
    pub(crate) payload: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shown {
    Shown,
    Hidden,
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { owner, expires, receivers, profile, payload } = self;
        let mut parts = Vec::new();
        parts.extend(owner.as_ref().map(|owner| format!("owner: {owner}")));
        parts.extend(expires.map(|length| format!("expires: {length}")));
        if !receivers.is_empty() {
            parts.push(format!("receivers: [{}]", receivers.join(", ")));
        }
        parts.extend(profile.map(|profile| format!("profile: {profile:?}")));
        parts.extend(payload.as_ref().map(|payload| format!("payload: {payload}")));
        out.write_str(&parts.join(", "))
    }
}
