//! Errors as the Graph API words them: one table from the reason to code, subcode and text.

use std::borrow::Cow;
use std::fmt::Display;

use emulator_core::{
    Account, AppId, EmptyField, Options, Refusal, RefusalKind, RuleId, Saw, Span, TITLE_SHOWN, Timestamp,
    subcodes_of,
};
use serde::Serialize;

use crate::entrance::Stranger;

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// The rule behind it.
    pub rule: RuleId,
    /// What the rule read of the world.
    pub saw: Saw,
    /// The HTTP status.
    pub status: u16,
    /// `error.type`.
    pub kind: &'static str,
    /// `error.code`.
    pub code: i32,
    /// `error.error_subcode`.
    pub subcode: Option<u32>,
    /// `error.message` as on the wire, with its prefix.
    pub message: Cow<'static, str>,
    /// The parameter that is at fault, where the message does not name it; for people, not for bots.
    pub param: Option<Box<str>>,
    /// What may help beside; for people, not for bots.
    pub hint: Option<Box<str>>,
}

/// The body of an error answer, in the platform's order of keys (M-24).
#[derive(Serialize)]
struct Envelope<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
    r#type: &'a str,
    /// Between type and code, where it was seen for codes like 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_transient: Option<bool>,
    code: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_subcode: Option<u32>,
    fbtrace_id: &'a str,
}

/// How much of a wrong answer to a challenge is repeated, in characters (M-134).
const RECEIVED_SHOWN: usize = 20;
const O_AUTH: &str = "OAuthException";
const GRAPH_METHOD: &str = "GraphMethodException";

impl GraphError {
    /// An error of the family `OAuthException` with status 400.
    pub(crate) fn new(rule: RuleId, code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self {
            rule,
            saw: Saw::default(),
            status: 400,
            kind: O_AUTH,
            code,
            subcode: None,
            message,
            param: None,
            hint: None,
        }
    }

    /// The type of that name.
    pub(crate) fn kind_of(name: &str) -> Option<&'static str> {
        [O_AUTH, GRAPH_METHOD].into_iter().find(|known| *known == name)
    }

    #[must_use]
    pub(crate) fn subcode(mut self, subcode: u32) -> Self {
        debug_assert!(
            subcodes_of(self.code.into()).is_some_and(|known| known.contains(&subcode)),
            "{}/{subcode} is not among the codes",
            self.code
        );
        self.subcode = Some(subcode);
        self
    }

    /// Names the parameter that the message is about.
    #[must_use]
    pub(crate) fn param(mut self, parameter: impl Display) -> Self {
        self.param = Some(parameter.to_string().into());
        self
    }

    /// Adds what may help.
    #[must_use]
    pub(crate) fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }

    #[must_use]
    pub(crate) const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    #[must_use]
    const fn graph_method(mut self) -> Self {
        self.kind = GRAPH_METHOD;
        self
    }

    /// `error.error_subcode` and everything else as the platform prints it.
    pub fn body(&self, trace: &str) -> serde_json::Value {
        let body = Body {
            message: &self.message,
            r#type: self.kind,
            is_transient: (self.code == 2).then_some(true),
            code: self.code,
            error_subcode: self.subcode,
            fbtrace_id: trace,
        };
        serde_json::to_value(Envelope { error: body }).unwrap_or_default()
    }

    /// The kind in the header `WWW-Authenticate` (M-27).
    pub(crate) const fn challenge(&self) -> &'static str {
        match (self.code, self.status) {
            (190, _) => "invalid_token",
            (_, 403) => "insufficient_scope",
            (_, 500) => "unknown_error",
            _ => "invalid_request",
        }
    }

    /// A required parameter is missing (M-73).
    pub(crate) fn required(parameter: impl Display) -> Self {
        Self::new(RuleId::ParameterRequired, 100, format!("(#100) The parameter {parameter} is required"))
    }

    /// A parameter that holds nothing (M-75).
    pub(crate) fn empty(parameter: &str) -> Self {
        Self::new(RuleId::ParameterEmpty, 100, format!("(#100) param {parameter} must be non-empty"))
    }

    /// A parameter of the wrong kind (M-106).
    pub(crate) fn invalid() -> Self {
        Self::new(RuleId::InvalidParameter, 100, "(#100) Invalid parameter")
    }

    /// Parameters in no encoding that there is, or too many of them (M-13).
    pub(crate) fn unreadable() -> Self {
        Self::new(RuleId::Encodings, 100, "(#100) Invalid parameter")
    }

    /// A text that is too long (M-77).
    pub(crate) fn too_long(parameter: impl Display, limit: usize) -> Self {
        let text = format!("(#100) Length of param {parameter} must be less than or equal to {limit}");
        Self::new(RuleId::TextLength, 100, text)
    }

    /// Keys that do not exist (M-80).
    pub(crate) fn unknown_keys(keys: &str, parameter: impl Display) -> Self {
        let text = format!("(#100) Invalid keys \"{keys}\" were found in param \"{parameter}\".");
        Self::new(RuleId::UnknownKeys, 100, text)
    }

    /// A path that leads nowhere (M-55).
    pub(crate) fn unknown_path(rest: &str) -> Self {
        Self::new(RuleId::UnknownPath, 2500, format!("Unknown path components: /{rest}"))
    }

    /// A node that does not exist (M-57).
    pub(crate) fn unknown_node(method: &str, node: &str) -> Self {
        let text = format!(
            "Unsupported {method} request. Object with ID '{node}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api"
        );
        Self::new(RuleId::UnknownNode, 100, text).subcode(33).graph_method()
    }

    /// Messages cannot be read from the edge that sends them (M-74).
    pub(crate) fn whose_messages() -> Self {
        let text = "(#100) For field 'messages': The parameter user_id is required";
        Self::new(RuleId::ParameterRequired, 100, text)
    }

    /// A path of nothing (M-31).
    pub(crate) fn no_node() -> Self {
        Self::new(RuleId::UnknownNode, 100, "No node specified").graph_method()
    }

    /// `me` without a Page token (M-54).
    pub(crate) fn no_active_token() -> Self {
        let text = "An active access token must be used to query information about the current user.";
        Self::new(RuleId::TokenRequired, 2500, text)
    }

    /// Another node without a token (M-56).
    pub(crate) fn no_token() -> Self {
        Self::new(RuleId::TokenRequired, 104, "An access token is required to request this resource.")
    }

    /// A token that was never given out (M-48).
    pub(crate) fn unknown_token() -> Self {
        Self::new(RuleId::TokenUnknown, 190, "Invalid OAuth access token - Cannot parse access token")
    }

    /// An app token where a Page token is needed (M-67).
    pub(crate) fn page_token_needed() -> Self {
        Self::new(RuleId::TokenRequired, 210, "(#210) This call requires a Page access token.")
    }

    /// An app token whose secret is not that of its app (M-66).
    pub(crate) fn wrong_secret() -> Self {
        Self::new(RuleId::ClientSecret, 1, "Error validating client secret.")
    }

    /// An app token of no app (M-65).
    pub(crate) fn unknown_app() -> Self {
        let text = "Error validating application. Invalid application ID.";
        Self::new(RuleId::ClientSecret, 101, text)
    }

    /// What looks like a token of the real platform (M-48).
    pub(crate) fn real_token() -> Self {
        Self { rule: RuleId::RealToken, ..Self::unknown_token() }
    }

    /// A Page token where an app token is needed (M-63).
    pub(crate) fn app_token_needed() -> Self {
        let text = "(#15) This method must be called with an app access_token.";
        Self::new(RuleId::AppTokenRequired, 15, text)
    }

    /// A proof that is none (M-58).
    pub(crate) fn wrong_proof() -> Self {
        let text = "Invalid appsecret_proof provided in the API argument";
        Self::new(RuleId::ProofChecked, 100, text).graph_method()
    }

    /// A proof that is missing (M-22).
    pub(crate) fn proof_required() -> Self {
        let text = "API calls from the server require an appsecret_proof argument";
        Self::new(RuleId::ProofChecked, 100, text).graph_method()
    }

    /// A list without which an app cannot be installed; with a full stop, unlike its kind (M-73).
    pub(crate) fn fields_required() -> Self {
        let text = "(#100) The parameter subscribed_fields is required.";
        Self::new(RuleId::ParameterRequired, 100, text)
    }

    /// A word that is not among those that a parameter takes (M-81).
    pub(crate) fn not_one_of(parameter: &str, names: &str, given: &str) -> Self {
        let text = format!("(#100) Param {parameter} must be one of {{{names}}} - got \"{given}\".");
        Self::new(RuleId::WebhookFields, 100, text)
    }

    /// Webhooks of something else than Pages.
    pub(crate) fn no_such_object() -> Self {
        Self::new(RuleId::WebhookObject, 200, "(#200) Permissions error").status(403)
    }

    /// A callback that is no address.
    pub(crate) fn callback_unreadable() -> Self {
        Self::new(RuleId::CallbackVerified, 100, "(#100) callback_url URL is not properly formatted")
    }

    /// A callback that the platform would call and the emulator cannot.
    pub(crate) fn callback_unreachable(why: impl Display) -> Self {
        Self::new(RuleId::CallbackElsewhere, 3, format!("(#3) callback_url: {why}"))
    }

    /// A callback that does not answer as it should (M-133).
    pub(crate) fn not_verified(why: &str) -> Self {
        let text = format!("(#2200) Callback verification failed with the following errors: {why}");
        Self::new(RuleId::CallbackVerified, 2_200, text)
    }

    /// A callback that gives something else back than the challenge (M-134).
    pub(crate) fn wrong_challenge(expected: &str, received: &str) -> Self {
        let received = match received.char_indices().nth(RECEIVED_SHOWN) {
            Some((end, _)) => format!("{}...", &received[..end]),
            None => received.to_owned(),
        };
        let text = format!(
            "(#2201) response does not match challenge, expected value=\"{expected}\", received=\"{received}\""
        );
        Self::new(RuleId::CallbackVerified, 2_201, text)
    }

    /// A look into a token by somebody who may not (M-249).
    pub(crate) fn cannot_inspect() -> Self {
        let text = "(#100) You must provide an app access token, or a user access token that is an owner or \
                    developer of the app";
        Self::new(RuleId::TokenInspected, 100, text)
    }

    /// A look into the token of another app (M-249).
    pub(crate) fn inspects_another_app() -> Self {
        let text = "(#100) The App_id in the input_token did not match the Viewing App";
        Self::new(RuleId::TokenInspected, 100, text)
    }

    /// A profile that the app may not see (M-125).
    pub(crate) fn profile_denied(rule: RuleId, saw: Saw) -> Self {
        let text = "(#100) Insufficient permission to access user profile.";
        Self { saw, ..Self::new(rule, 100, text).subcode(2_018_247) }
    }

    /// A field that the node does not have (M-36).
    pub(crate) fn unknown_field(field: &str, node: &str) -> Self {
        let text = format!("(#100) Tried accessing nonexisting field ({field}) on node type ({node})");
        Self::new(RuleId::UnknownField, 100, text)
    }

    /// The emulator itself cannot go on (code 2).
    pub(crate) fn unavailable() -> Self {
        let text = "(#2) Service temporarily unavailable";
        Self::new(RuleId::InvalidParameter, 2, text).status(500)
    }

    /// A body above the limit.
    pub(crate) fn body_too_large() -> Self {
        Self::new(RuleId::InvalidParameter, 1, "The request body is larger than 26 MiB").status(413)
    }

    /// A header above the limit.
    pub(crate) fn header_too_large() -> Self {
        Self::new(RuleId::InvalidParameter, 1, "The request header is larger than 16 KiB").status(431)
    }

    /// A header that does not end.
    pub(crate) fn header_too_slow() -> Self {
        Self::new(RuleId::InvalidParameter, 1, "The request header did not end within 30 seconds").status(408)
    }

    /// Bytes that are no request.
    pub(crate) fn no_http() -> Self {
        let text = "The request cannot be read as HTTP/1.1: its first line, a header or a length is wrong";
        Self::new(RuleId::InvalidParameter, 1, text)
    }

    /// A caller that names the emulator otherwise, or a page of another host.
    pub(crate) fn stranger(stranger: &Stranger) -> Self {
        Self::new(RuleId::ForeignCaller, 1, stranger.to_string()).status(403)
    }

    /// A body that ends before its length, or whose parts are no parts.
    pub(crate) fn body_broken() -> Self {
        let text = "The request body ended early, or its chunks cannot be read";
        Self::new(RuleId::InvalidParameter, 1, text)
    }

    /// A body that takes too long.
    pub(crate) fn body_too_slow() -> Self {
        Self::new(RuleId::InvalidParameter, 1, "The request body did not end within 60 seconds").status(408)
    }

    /// More connections than there can be at a time.
    pub(crate) fn too_many_connections() -> Self {
        let text = "1,024 connections are open, which is as many as there can be; close some";
        Self::new(RuleId::InvalidParameter, 2, text).status(503)
    }

    /// What the platform has and this version lacks (M-61a).
    pub(crate) fn not_there_yet(what: impl Display) -> Self {
        let text = format!("(#3) {what} is not supported by this version of the emulator");
        Self::new(RuleId::NotThereYet, 3, text)
    }

    /// An object or a list in the place of a text (M-82a).
    pub(crate) fn not_a_text(parameter: impl Display) -> Self {
        Self::new(RuleId::TextShape, 100, format!("(#100) Param {parameter} must be a UTF-8 encoded string"))
    }

    /// A title of a button or a quick reply that is too long where such titles are refused (M-77a).
    pub(crate) fn long_title(parameter: impl Display) -> Self {
        Self { rule: RuleId::LongTitles, ..Self::too_long(parameter, TITLE_SHOWN) }
    }

    /// A recipient given by phone number, by either account of the error (M-116).
    pub(crate) fn phone_recipient(account: Account) -> Self {
        match account {
            Account::Observed => {
                let text = "(#230) Requires pages_messaging_phone_number permission to manage the object";
                Self::new(RuleId::PhoneRecipient, 230, text).status(403)
            }
            Account::Documented => {
                let text = "(#200) Cannot message users who are not admins, developers or testers of the app until \
                            pages_messaging_phone_number permission is reviewed and the app is live.";
                Self::new(RuleId::PhoneRecipient, 200, text).subcode(2_018_027).status(403)
            }
        }
    }

    /// An empty name in a list of webhook fields (M-59).
    pub(crate) fn empty_field_name(parameter: impl Display) -> Self {
        let text = "An unknown error has occurred.";
        Self::new(RuleId::EmptyFieldName, 1, text).status(500).param(parameter)
    }

    /// The error as the switches of the Page have it, where sources disagree.
    pub(crate) fn switched(self, options: &Options) -> Self {
        match (self.rule, options.empty_field_name, &self.param) {
            (RuleId::PhoneRecipient, ..) => Self::phone_recipient(options.phone_recipient_error),
            (RuleId::EmptyFieldName, EmptyField::Refuse, Some(place)) => {
                super::webhook_fields::unknown(place, "")
            }
            _ => self,
        }
    }

    /// What of a call this version of the emulator lacks, if it was refused for that.
    pub fn unsupported(&self) -> Option<&str> {
        let lacking = self.message.strip_suffix(" is not supported by this version of the emulator");
        let lacking = lacking.map(|what| what.split_once(") ").map_or(what, |(_, what)| what));
        lacking.or((self.rule == RuleId::UnknownPath).then_some("unknown path"))
    }
}

const NOT_LIVE_OBSERVED: &str = "(#10) Cannot message users who are not admins, developers or testers of the app \
    until pages_messaging permission is reviewed and the app is live.";
const NOT_LIVE_DOCUMENTED: &str = "(#200) Cannot message users who are not admins, developers or testers of the app \
    until pages_messaging permission is reviewed and the app is live.";

/// One sentence for each field (M-68).
fn field_permission(rule: RuleId, saw: &Saw) -> GraphError {
    let Some(fields) = saw.fields() else {
        let text = "(#200) Requires pages_manage_metadata permission to manage the object";
        return GraphError::new(rule, 200, text).status(403);
    };
    let lines = fields.iter().map(|field| {
        let name = field.name();
        format!("To subscribe to the {name} field, one of these permissions is needed: pages_messaging")
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    GraphError::new(rule, 200, format!("(#200) {text}")).status(403)
}

/// A moment as token errors spell it (M-49): `Tuesday, 01-Dec-25 06:00:00 PST`, without summer time.
fn pacific(at: Timestamp) -> String {
    const PACIFIC: Span = Span(-8 * Span::HOUR.0);
    let shifted = jiff::Timestamp::from_millisecond((at + PACIFIC).0).unwrap_or_default();
    shifted.strftime("%A, %d-%b-%y %H:%M:%S PST").to_string()
}

impl GraphError {
    /// The words of the platform for a refusal of an app's call at that moment.
    pub(crate) fn refused_to(app: Option<AppId>, refusal: Refusal, now: Timestamp) -> Self {
        let kind = refusal.kind;
        let error = Self::refused(refusal, now);
        match (kind, app) {
            (RefusalKind::TokenDeauthorized, Some(app)) => {
                let text =
                    format!("Error validating access token: The user has not authorized application {app}.");
                Self { message: text.into(), ..error }
            }
            _ => error,
        }
    }

    /// The words of the platform for a refusal at that moment.
    pub(crate) fn refused(refusal: Refusal, now: Timestamp) -> Self {
        let Refusal { rule, saw, kind } = refusal;
        let error = |code, message: &'static str| Self::new(rule, code, message);
        let error = match kind {
            RefusalKind::AppNotConnected => error(190, "Invalid OAuth access token data."),
            RefusalKind::PermissionMissing => {
                error(230, "(#230) Requires pages_messaging permission to manage the object").status(403)
            }
            RefusalKind::TokenExpired(at) => {
                let text = format!(
                    "Error validating access token: Session has expired on {}. The current time is {}.",
                    pacific(at),
                    pacific(now)
                );
                Self::new(rule, 190, text).subcode(463)
            }
            RefusalKind::SessionEnded => error(
                190,
                "Error validating access token: The session has been invalidated because the user changed their \
                 password or Facebook has changed the session for security reasons.",
            )
            .subcode(460),
            RefusalKind::TokenDeauthorized => {
                let text = "Error validating access token: The user has not authorized application.";
                error(190, text).subcode(458)
            }
            RefusalKind::FieldPermission => field_permission(rule, &saw),
            RefusalKind::ProfileField => Self::profile_denied(rule, saw.clone()),
            RefusalKind::UnknownPerson => error(100, "(#100) No matching user found").subcode(2_018_001),
            RefusalKind::PersonUnavailable => {
                error(551, "(#551) This person isn't available right now.").subcode(1_545_041)
            }
            RefusalKind::NoRoleOnApp { documented: false } => error(10, NOT_LIVE_OBSERVED),
            RefusalKind::NoRoleOnApp { documented: true } => {
                error(200, NOT_LIVE_DOCUMENTED).subcode(2_018_028).status(403)
            }
            RefusalKind::UnknownMessage => error(100, "(#100) Invalid parameter"),
            RefusalKind::NothingToTap => error(100, "there is nothing of that title or payload to tap"),
            RefusalKind::TagRetired => error(100, "Invalid parameter").subcode(1_893_061),
            RefusalKind::NotANewsPage => error(
                10,
                "(#10) This message is sent outside of allowed window. You need page_messaging_subscriptions \
                 permission to be able to do it. Learn more about the new policy here: \
                 https://developers.facebook.com/docs/messenger-platform/policy-overview",
            )
            .subcode(2_018_065),
            RefusalKind::SignalNotAllowed => {
                let text = "(#10) Message failed to send because another app is controlling this thread now.";
                error(10, text).subcode(2_018_300)
            }
            RefusalKind::OwnerNotTold => {
                error(10, "(#10) Application does not have permission for this action").status(403)
            }
            RefusalKind::TakeByOwner => error(100, "(#100) Invalid parameter"),
            RefusalKind::OnlyReceivers => {
                error(100, "(#100) Only available to Primary and Secondary Receivers.").subcode(2_018_171)
            }
            RefusalKind::ReceiversHidden => error(
                100,
                "(#100) Denying visibility of any secondary receiver to another secondary receiver other than itself.",
            )
            .subcode(2_018_234),
            RefusalKind::InboxCannotBePrimary => error(100, "the Page Inbox cannot be the primary receiver"),
            RefusalKind::UnknownApp => error(100, "the app is not connected to the Page"),
            RefusalKind::AnotherAppInControl => {
                let text = "(#10) Message failed to send because another app is controlling this thread now.";
                error(10, text).subcode(2_018_300)
            }
            RefusalKind::OutsideWindow => error(
                10,
                "(#10) This message is sent outside of allowed window. Learn more about the new policy here: \
                 https://developers.facebook.com/docs/messenger-platform/policy-overview",
            )
            .subcode(2_018_278),
            RefusalKind::HumanAgentNotApproved => {
                error(100, "(#100) Cannot tag messages with 'HUMAN_AGENT' without prior approval.")
                    .subcode(2_018_276)
            }
            RefusalKind::CallerNotOwner => {
                error(100, "(#100) calling app is not the thread owner").subcode(2_018_151)
            }
            RefusalKind::TargetRequired => error(100, "(#100) The parameter target_app_id is required"),
            RefusalKind::IncorrectAppId => error(100, "(#100) Incorrect App ID.").subcode(2_018_164),
            RefusalKind::TakeNotAllowed => {
                error(10, "(#10) Application does not have permission for this action")
            }
            RefusalKind::OnlyOwnerReleases | RefusalKind::OnlyOwnerExtends => {
                let verb = if kind == RefusalKind::OnlyOwnerReleases { "release" } else { "extend" };
                Self::new(rule, 100, format!("(#100) Only the current thread owner can {verb}"))
            }
            RefusalKind::DurationOutOfRange | RefusalKind::RequestByOwner => {
                error(100, "(#100) Invalid parameter")
            }
        };
        Self { saw, ..error }
    }
}
