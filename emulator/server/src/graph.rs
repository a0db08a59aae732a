//! The Graph API: the only place that knows its paths, encodings, answers and error texts.
//!
//! A call is read without the world, then given to the lane it belongs to, which is locked for one step. What it is
//! checked for, and in which order, is [`emulator_core::Check`]; what routes there are is the table of [`routes`].

mod act;
mod act_form;
mod call_line;
mod core_step;
mod edges;
mod error;
mod find;
pub mod fuzz;
mod hint;
mod message;
mod node;
mod node_fields;
mod outside;
mod params;
mod path;
mod permission;
mod played_call;
mod presentation;
mod raw_call;
mod recipient;
mod record;
mod reply;
mod request_json;
mod route;
mod serve;
mod table;
mod token;
mod webhook_fields;

use std::sync::Arc;

use emulator_core::{KEPT_MESSAGES, Refusal, RefusalKind, RuleId, Saw, Timestamp};
use hyper::Method;

pub use act::Beside;
pub use act_form::RouteAct;
pub use call_line::{CallLine, call_line};
pub use error::{ErrorForm, GraphError};
pub(crate) use node::Minted;
pub use outside::{WHY as WHY_OUTSIDE, edges as edges_outside};
pub use played_call::{can_be_played, play, refusal};
pub use presentation::Content;
pub use raw_call::{RawCall, RawContent, RawFile, RawToken, call};
pub use reply::Reply;
pub(crate) use reply::{challenge, error_body};
pub use route::{
    LaneOf, NodeKind, Param, ParamType, Platform, Route, RouteMethod, RouteState, SPECIFICATION, TokenKind,
};
pub use serve::serve;
pub(crate) use serve::{answer, refuse};
pub use table::{route, routes};

use crate::lane::Lane;

/// A call, wherever it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, with or without version.
    pub path: &'a str,
    /// The query, encoded.
    pub query: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// The header `Content-Type`, right or wrong.
    pub content_type: Option<&'a str>,
    /// The token of the header `Authorization`.
    pub bearer: Option<&'a str>,
    /// The header `If-None-Match`.
    pub if_none_match: Option<&'a str>,
    /// Who makes it.
    pub origin: Origin<'a>,
}

/// Who makes a call.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// A bot, over HTTP.
    Bot,
    /// A step that plays an app in this lane.
    Step(&'a Arc<Lane>),
    /// The same, with a Page token that is taken for one that has just expired.
    ExpiredStep(&'a Arc<Lane>),
}

impl<'a> Origin<'a> {
    /// The lane of the step.
    const fn lane(self) -> Option<&'a Arc<Lane>> {
        match self {
            Self::Bot => None,
            Self::Step(lane) | Self::ExpiredStep(lane) => Some(lane),
        }
    }
}

/// Why something that is not a call did not happen, in words.
pub fn declined(kind: RefusalKind) -> String {
    // For apps it is a parameter of theirs that is wrong, which says nothing to anybody else.
    if kind == RefusalKind::UnknownMessage {
        return format!("there is no such message among the last {KEPT_MESSAGES} of the conversation");
    }
    refused(kind).message.into_owned()
}

/// A refusal with its code and its subcode, for people.
pub fn wording(kind: RefusalKind) -> String {
    let GraphError { code, subcode, message, .. } = refused(kind);
    let subcode = subcode.map_or_else(String::new, |subcode| format!(", subcode {subcode}"));
    format!("{message} (code {code}{subcode})")
}

fn refused(kind: RefusalKind) -> GraphError {
    let refusal = Refusal { rule: RuleId::PersonOfPage, saw: Saw::default(), kind };
    GraphError::refused_to(None, refusal, Timestamp(0))
}
