//! Why something was refused: by its word, and calls of apps in the words of the platform.

use std::sync::Arc;

use emulator_core::{RefusalKind, RuleId};
use serde_json::{Value, json};

use super::Names;
use super::names::Known;
use super::row::{Codec, Members, Scalar, one_of};
use super::schema::Form;
use crate::clock::{parse_rfc3339, rfc3339};
use crate::graph::GraphError;
use crate::object::Object;

/// What Graph answered. Rule and facts are those of the entry.
pub(super) enum Refused {}

impl Codec for Refused {
    type Value = Arc<GraphError>;

    fn write(value: &Arc<GraphError>, _name: &'static str, out: &mut Object<'_>, _names: &Names) {
        let GraphError { rule: _, saw: _, status, kind, code, subcode, message, param, hint } = &**value;
        out.bare("status", status).text("type", kind).bare("code", code);
        if let Some(subcode) = subcode {
            out.bare("subcode", subcode);
        }
        out.text("message", message);
        if let Some(param) = param {
            out.text("param", param);
        }
        if let Some(hint) = hint {
            out.text("hint", hint);
        }
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Arc<GraphError>, String> {
        let kind = <Arc<str> as Codec>::read(from, "type")?;
        let code = from.get("code").and_then(Value::as_i64).and_then(|code| code.try_into().ok());
        let text = |name| <Option<Arc<str>> as Codec>::read(from, name);
        Ok(Arc::new(GraphError {
            // A rule that this version does not have is told of the line as a whole.
            rule: from.rule.unwrap_or(RuleId::InvalidParameter),
            saw: from.saw.clone(),
            status: <u16 as Codec>::read(from, "status")?,
            kind: GraphError::kind_of(&kind)
                .ok_or_else(|| format!("`type` is \"{kind}\", which no error has"))?,
            code: code.ok_or("`code` is missing")?,
            subcode: <Option<u32> as Codec>::read(from, "subcode")?,
            message: <Arc<str> as Codec>::read(from, "message")?.to_string().into(),
            param: text("param")?.map(|text| (*text).into()),
            hint: text("hint")?.map(|text| (*text).into()),
        }))
    }

    fn describe(_name: &'static str, forms: &mut Vec<Form>) {
        <u16 as Codec>::describe("status", forms);
        <Arc<str> as Codec>::describe("type", forms);
        forms.iter_mut().for_each(|form| form.require("code", json!({"type": "integer"})));
        <Option<u32> as Codec>::describe("subcode", forms);
        <Arc<str> as Codec>::describe("message", forms);
        <Option<Arc<str>> as Codec>::describe("param", forms);
        <Option<Arc<str>> as Codec>::describe("hint", forms);
    }
}

macro_rules! reasons {
    ($($kind:ident = $word:literal,)+) => {
        /// The word for it, where it has one.
        const fn word(kind: RefusalKind) -> &'static str {
            match kind {
                $(RefusalKind::$kind => $word,)+
                RefusalKind::TokenExpired(_) => EXPIRED,
                RefusalKind::NoSuchEdge(_) => NO_SUCH_EDGE,
                RefusalKind::NoRoleOnApp { documented: false } => NO_ROLE,
                RefusalKind::NoRoleOnApp { documented: true } => NO_ROLE_DOCUMENTED,
            }
        }

        const REASONS: &[RefusalKind] = &[
            $(RefusalKind::$kind,)+
            RefusalKind::NoRoleOnApp { documented: false },
            RefusalKind::NoRoleOnApp { documented: true },
        ];
    };
}

/// Goes before the time at which a token expired.
const EXPIRED: &str = "token_expired";
const NO_SUCH_EDGE: &str = "no_such_edge";
const NO_ROLE: &str = "no_role_on_app";
const NO_ROLE_DOCUMENTED: &str = "no_role_on_app_documented";

reasons! {
    AppNotConnected = "app_not_connected",
    PermissionMissing = "permission_missing",
    SessionEnded = "session_ended",
    TokenDeauthorized = "token_deauthorized",
    FieldPermission = "field_permission",
    UnknownPerson = "unknown_person",
    PersonUnavailable = "person_unavailable",
    UnknownMessage = "unknown_message",
    ProfileField = "profile_field",
    NothingToTap = "nothing_to_tap",
    TagRetired = "tag_retired",
    NotANewsPage = "not_a_news_page",
    SignalNotAllowed = "signal_not_allowed",
    OwnerNotTold = "owner_not_told",
    TakeByOwner = "take_by_owner",
    OnlyReceivers = "only_receivers",
    ReceiversHidden = "receivers_hidden",
    InboxCannotBePrimary = "inbox_cannot_be_primary",
    NotInProtocol = "not_in_protocol",
    ApisDisabled = "apis_disabled",
    RoutingNotEnabled = "routing_not_enabled",
    NoThreadControl = "no_thread_control",
    NotThreadOwner = "not_thread_owner",
    PassToItself = "pass_to_itself",
    UnknownApp = "unknown_app",
    AnotherAppInControl = "another_app_in_control",
    OutsideWindow = "outside_window",
    HumanAgentNotApproved = "human_agent_not_approved",
    CallerNotOwner = "caller_not_owner",
    TargetRequired = "target_required",
    IncorrectAppId = "incorrect_app_id",
    TakeNotAllowed = "take_not_allowed",
    OnlyOwnerReleases = "only_owner_releases",
    OnlyOwnerExtends = "only_owner_extends",
    DurationOutOfRange = "duration_out_of_range",
    RequestByOwner = "request_by_owner",
    RequestByPrimary = "request_by_primary",
}

/// By its word; a token that has run out with the time, behind a space.
impl Scalar for RefusalKind {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        if let Self::TokenExpired(at) = value {
            out.text(name, &format!("{EXPIRED} {}", rfc3339(*at)));
        } else {
            out.text(name, word(*value));
        }
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        let text = value.as_str()?;
        match text.strip_prefix(EXPIRED) {
            Some(at) => Some(Self::TokenExpired(parse_rfc3339(at.trim_start())?)),
            None => REASONS.iter().copied().find(|known| word(*known) == text),
        }
    }

    fn schema() -> Value {
        let words: Vec<&str> = REASONS.iter().map(|known| word(*known)).collect();
        json!({"anyOf": [one_of(&words), {"type": "string", "pattern": format!("^{EXPIRED} ")}]})
    }
}
