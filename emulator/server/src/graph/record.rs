//! A call as the journal keeps it: the act of its route where core decides it, or else the request.

use super::act::{AppCall, CallAct};
use super::act_form::RouteAct;
use super::request_json::request_json;
use super::serve::{Incoming, PreparedCall};
use crate::journal::CallContent;
use crate::shared::Shared;

/// What the journal says that a call asked for. The parameters that core does not need are taken from the call.
pub(super) fn content(read: &mut PreparedCall, incoming: &Incoming<'_>, shared: &Shared) -> CallContent {
    if let Ok(routed) = &mut read.routed
        && let Ok(CallAct::App(AppCall { act, beside, .. })) = &mut routed.act
        && let Some(act) = RouteAct::new(routed.found.row.id, act.clone(), std::mem::take(beside))
    {
        return CallContent::Act(act);
    }
    CallContent::Request {
        method: incoming.method.as_str().into(),
        path: incoming.path.rest.into(),
        asked: request_json(&incoming.request, shared),
    }
}
