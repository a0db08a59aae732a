//! Errors as the Graph API words them.
//!
//! What core refuses is worded by the table in `refusals`; what is wrong with a request by itself by that in `request`,
//! with its message by that in `message`, and below it by that in `http`.

mod fault;
mod form;
mod http;
mod message;
mod refusals;
mod request;

use std::borrow::Cow;
use std::fmt::Display;

use emulator_core::{RuleId, Saw, subcodes_of};
use serde::Serialize;

pub use form::ErrorForm;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    error_user_title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_user_msg: Option<&'a str>,
    fbtrace_id: &'a str,
}

/// What an error says to people, who see it in the apps of developers.
struct UserText {
    code: i32,
    subcode: u32,
    title: &'static str,
    text: &'static str,
}

/// The errors that say something to people (M-101a).
const USER_TEXTS: &[UserText] = &[UserText {
    code: 100,
    subcode: 1_893_061,
    title: "Message tag no longer available",
    text: "The message tags CONFIRMED_EVENT_UPDATE, ACCOUNT_UPDATE and POST_PURCHASE_UPDATE ended on April 27, 2026.",
}];

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

    /// Says why something is not there yet.
    #[must_use]
    pub(crate) fn because(self, why: &str) -> Self {
        Self { hint: Some(why.into()), ..self }
    }

    #[must_use]
    pub(crate) const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// `error.error_subcode` and everything else as the platform prints it.
    pub fn body(&self, trace: &str) -> serde_json::Value {
        let said =
            USER_TEXTS.iter().find(|said| (said.code, Some(said.subcode)) == (self.code, self.subcode));
        let body = Body {
            message: &self.message,
            r#type: self.kind,
            is_transient: (self.code == 2).then_some(true),
            code: self.code,
            error_subcode: self.subcode,
            error_user_title: said.map(|said| said.title),
            error_user_msg: said.map(|said| said.text),
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
}
