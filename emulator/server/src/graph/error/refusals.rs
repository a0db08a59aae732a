//! What core refuses, in the words of the platform: a table from the kind of refusal to status, code, subcode and text.

use std::borrow::Cow;

use emulator_core::{AppId, ControlEdge, Platform, Refusal, RefusalKind, Saw, Span, Timestamp};

use super::GraphError;

/// How a refusal is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wording {
    status: u16,
    code: i32,
    subcode: Option<u32>,
    text: Text,
}

/// A text; `{}` stands for what depends on the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Fixed(&'static str),
    /// With that moment, and the moment of the call.
    Times(&'static str, Timestamp),
    /// With the edge that there is not.
    Edge(&'static str, ControlEdge),
    /// With the app that calls.
    App(&'static str),
    /// With the permissions that are missing.
    Permissions(&'static str),
}

/// A wording with status 400 and no subcode.
const fn says(code: i32, text: &'static str) -> Wording {
    Wording { status: 400, code, subcode: None, text: Text::Fixed(text) }
}

impl Wording {
    const fn subcode(self, subcode: u32) -> Self {
        Self { subcode: Some(subcode), ..self }
    }

    const fn text(self, text: Text) -> Self {
        Self { text, ..self }
    }

    const fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

const INVALID: &str = "(#100) Invalid parameter";
const NO_PERMISSION: &str = "(#10) Application does not have permission for this action";
const CONTROLLED: &str = "(#10) Message failed to send because another app is controlling this thread now.";

const NOT_OWNER: &str = "(#100) The action is invalid since it's not the thread owner.";

/// The table: what Instagram says in its own way, and what Messenger says of everything.
const fn wording(platform: Platform, kind: RefusalKind) -> Wording {
    match (platform, kind) {
        (
            Platform::Instagram,
            RefusalKind::NotThreadOwner
            | RefusalKind::CallerNotOwner
            | RefusalKind::OnlyOwnerReleases
            | RefusalKind::OnlyOwnerExtends
            | RefusalKind::TakeNotAllowed
            | RefusalKind::SignalNotAllowed,
        ) => says(100, NOT_OWNER).subcode(2_534_037),
        (Platform::Instagram, RefusalKind::RoutingNotEnabled) => says(
            100,
            "(#100) Take thread control is not supported when Conversation Routing is not enabled.",
        )
        .subcode(2_534_123),
        (Platform::Instagram, RefusalKind::OutsideWindow) => {
            says(10, "This message is sent outside of allowed window.").subcode(2_534_022).status(403)
        }
        (Platform::Instagram, RefusalKind::UnknownPerson) => {
            says(100, "(#100) The requested user cannot be found.").subcode(2_534_014)
        }
        (Platform::Instagram, RefusalKind::NoRoleOnApp { .. }) => says(
            200,
            "(#200) App does not have Advanced Access to instagram_manage_messages permission, and recipient user does \
             not have role on app",
        )
        .subcode(2_534_048)
        .status(403),
        (Platform::Messenger | Platform::Instagram, _) => on_messenger(kind),
    }
}

const fn on_messenger(kind: RefusalKind) -> Wording {
    match kind {
        RefusalKind::AppNotConnected => says(190, "Invalid OAuth access token data."),
        RefusalKind::TokenExpired(at) => says(190, "")
            .text(Text::Times(
                "Error validating access token: Session has expired on {}. The current time is {}.",
                at,
            ))
            .subcode(463),
        RefusalKind::SessionEnded => says(
            190,
            "Error validating access token: The session has been invalidated because the user changed their password \
             or Facebook has changed the session for security reasons.",
        )
        .subcode(460),
        RefusalKind::TokenDeauthorized => says(190, "")
            .text(Text::App("Error validating access token: The user has not authorized application {}."))
            .subcode(458),
        RefusalKind::PermissionMissing => {
            says(230, "(#230) Requires pages_messaging permission to manage the object").status(403)
        }
        RefusalKind::FieldPermission => says(200, "").text(Text::Permissions("(#200) {}")).status(403),
        RefusalKind::ProfileField => {
            says(100, "(#100) Insufficient permission to access user profile.").subcode(2_018_247)
        }
        RefusalKind::UnknownPerson => says(100, "(#100) No matching user found").subcode(2_018_001),
        RefusalKind::PersonUnavailable => {
            says(551, "(#551) This person isn't available right now.").subcode(1_545_041)
        }
        RefusalKind::NoRoleOnApp { documented: false } => says(
            10,
            "(#10) Cannot message users who are not admins, developers or testers of the app until pages_messaging \
             permission is reviewed and the app is live.",
        ),
        RefusalKind::NoRoleOnApp { documented: true } => says(
            200,
            "(#200) Cannot message users who are not admins, developers or testers of the app until pages_messaging \
             permission is reviewed and the app is live.",
        )
        .subcode(2_018_028)
        .status(403),
        RefusalKind::UnknownMessage
        | RefusalKind::DurationOutOfRange
        | RefusalKind::NoThreadControl
        | RefusalKind::PassToItself
        | RefusalKind::RequestByOwner
        | RefusalKind::RequestByPrimary => says(100, INVALID),
        RefusalKind::TakeByOwner => {
            says(100, NOT_OWNER).subcode(2_534_037)
        }
        RefusalKind::NothingToTap => says(100, "there is nothing of that title or payload to tap"),
        RefusalKind::TagRetired => says(100, "Invalid parameter").subcode(1_893_061),
        RefusalKind::HumanAgentNotApproved => {
            says(100, "(#100) Cannot tag messages with 'HUMAN_AGENT' without prior approval.").subcode(2_018_276)
        }
        RefusalKind::NotANewsPage => says(
            10,
            "(#10) This message is sent outside of allowed window. You need page_messaging_subscriptions permission to \
             be able to do it. Learn more about the new policy here: \
             https://developers.facebook.com/docs/messenger-platform/policy-overview",
        )
        .subcode(2_018_065),
        RefusalKind::OutsideWindow => says(
            10,
            "(#10) This message is sent outside of allowed window. Learn more about the new policy here: \
             https://developers.facebook.com/docs/messenger-platform/policy-overview",
        )
        .subcode(2_018_278),
        RefusalKind::SignalNotAllowed | RefusalKind::AnotherAppInControl | RefusalKind::NotThreadOwner => {
            says(10, CONTROLLED).subcode(2_018_300)
        }
        RefusalKind::NoSuchEdge(edge) => says(2500, "").text(Text::Edge("Unknown path components: /{}", edge)),
        RefusalKind::ApisDisabled => says(100, "(#100) Handover Protocol APIs disabled for this page."),
        RefusalKind::RoutingNotEnabled => says(
            27,
            "(#27) Take thread control is not supported when Conversation Routing is not enabled.",
        )
        .subcode(2_018_464),
        RefusalKind::NotInProtocol => says(100, "the protocol of the Page has no such role or setting"),
        RefusalKind::OwnerNotTold => says(10, NO_PERMISSION).status(403),
        RefusalKind::TakeNotAllowed => says(10, NO_PERMISSION),
        RefusalKind::OnlyReceivers => {
            says(100, "(#100) Only available to Primary and Secondary Receivers.").subcode(2_018_171)
        }
        RefusalKind::ReceiversHidden => says(
            100,
            "(#100) Denying visibility of any secondary receiver to another secondary receiver other than itself.",
        )
        .subcode(2_018_234),
        RefusalKind::InboxCannotBePrimary => says(100, "the Page Inbox cannot be the primary receiver"),
        RefusalKind::UnknownApp => says(100, "the app is not connected to the Page"),
        RefusalKind::CallerNotOwner => says(100, "(#100) calling app is not the thread owner").subcode(2_018_151),
        RefusalKind::TargetRequired => says(100, "(#100) The parameter target_app_id is required"),
        RefusalKind::IncorrectAppId => says(100, "(#100) Incorrect App ID.").subcode(2_018_164),
        RefusalKind::OnlyOwnerReleases => says(100, "(#100) Only the current thread owner can release"),
        RefusalKind::OnlyOwnerExtends => says(100, "(#100) Only the current thread owner can extend"),
    }
}

impl GraphError {
    /// The words of the platform for a refusal of that app's call at that moment.
    pub(crate) fn refused_to(app: Option<AppId>, refusal: Refusal, now: Timestamp) -> Self {
        Self::refused_on(Platform::Messenger, app, refusal, now)
    }

    /// The same about a conversation on a platform.
    pub(crate) fn refused_on(
        platform: Platform,
        app: Option<AppId>,
        refusal: Refusal,
        now: Timestamp,
    ) -> Self {
        let Refusal { rule, saw, kind } = refusal;
        let Wording { status, code, subcode, text } = wording(platform, kind);
        let message = match text {
            Text::Fixed(text) => Cow::Borrowed(text),
            Text::Edge(text, edge) => filled(text, &[edge.name()]),
            Text::Times(text, at) => filled(text, &[&pacific(at), &pacific(now)]),
            Text::App(text) => filled(text, &[&app.map(|app| app.to_string()).unwrap_or_default()]),
            Text::Permissions(text) => filled(text, &[&missing_permission(&saw)]),
        };
        Self { saw, subcode, ..Self::new(rule, code, message).status(status) }
    }
}

/// How a kind of refusal is worded: its code and subcode, and its text with `{}` for what depends on the call.
pub(super) const fn form(kind: RefusalKind) -> (i32, Option<u32>, &'static str) {
    let Wording { code, subcode, text, .. } = wording(Platform::Messenger, kind);
    let (Text::Fixed(text)
    | Text::Times(text, _)
    | Text::Edge(text, _)
    | Text::App(text)
    | Text::Permissions(text)) = text;
    (code, subcode, text)
}

/// A text with something in the place of each `{}`.
fn filled(text: &'static str, values: &[&str]) -> Cow<'static, str> {
    let filled = values.iter().fold(text.to_owned(), |text, value| text.replacen("{}", value, 1));
    filled.into()
}

/// One sentence for each field (M-68).
fn missing_permission(saw: &Saw) -> String {
    let Some(fields) = saw.fields() else {
        return "Requires pages_manage_metadata permission to manage the object".to_owned();
    };
    let lines = fields.iter().map(|field| {
        let name = field.name();
        format!("To subscribe to the {name} field, one of these permissions is needed: pages_messaging")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A moment as token errors spell it (M-49): `Tuesday, 01-Dec-25 06:00:00 PST`, without summer time.
fn pacific(at: Timestamp) -> String {
    const PACIFIC: Span = Span(-8 * Span::HOUR.0);
    let shifted = jiff::Timestamp::from_millisecond((at + PACIFIC).0).unwrap_or_default();
    shifted.strftime("%A, %d-%b-%y %H:%M:%S PST").to_string()
}

#[cfg(test)]
mod tests {
    use emulator_core::{RuleId, subcodes_of};

    use super::*;

    #[test]
    fn every_wording_has_a_code_and_a_subcode_that_the_platform_has_together() {
        let kinds = [
            RefusalKind::AppNotConnected,
            RefusalKind::TokenExpired(Timestamp(0)),
            RefusalKind::SessionEnded,
            RefusalKind::TokenDeauthorized,
            RefusalKind::ProfileField,
            RefusalKind::UnknownPerson,
            RefusalKind::PersonUnavailable,
            RefusalKind::NoRoleOnApp { documented: true },
            RefusalKind::TagRetired,
            RefusalKind::HumanAgentNotApproved,
            RefusalKind::NotANewsPage,
            RefusalKind::OutsideWindow,
            RefusalKind::SignalNotAllowed,
            RefusalKind::NotThreadOwner,
            RefusalKind::RoutingNotEnabled,
            RefusalKind::OnlyReceivers,
            RefusalKind::ReceiversHidden,
            RefusalKind::CallerNotOwner,
            RefusalKind::IncorrectAppId,
        ];
        for (kind, platform) in
            kinds.into_iter().flat_map(|kind| Platform::ALL.iter().map(move |it| (kind, *it)))
        {
            let Wording { code, subcode, .. } = wording(platform, kind);
            let known =
                subcodes_of(code.into()).is_some_and(|known| subcode.is_none_or(|it| known.contains(&it)));
            assert!(known, "{kind:?}: {code}/{subcode:?}");
        }
    }

    #[test]
    fn what_depends_on_the_call_stands_in_the_text() {
        let at = Timestamp(1_764_597_600_000);
        let refusal = |kind| Refusal { rule: RuleId::TokenEnded, saw: Saw::default(), kind };
        let text = |kind| GraphError::refused_to(Some(AppId(7)), refusal(kind), at).message.into_owned();
        assert_eq!(
            text(RefusalKind::TokenExpired(at)),
            "Error validating access token: Session has expired on Monday, 01-Dec-25 06:00:00 PST. The current time is \
             Monday, 01-Dec-25 06:00:00 PST."
        );
        assert_eq!(
            text(RefusalKind::TokenDeauthorized),
            "Error validating access token: The user has not authorized application 7."
        );
    }
}
