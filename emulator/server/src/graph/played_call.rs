//! Calls of apps that steps play: written as a real app would write them, and served alike.

use std::sync::Arc;

use emulator_core::{Psid, RouteId};
use hyper::Method;
use serde_json::{Map, Value, json};

use super::{Origin, Reply, Request, serve};
use crate::lane::Lane;
use crate::stage::Stage;

/// The edges of the routes that steps call by a verb, and whether they are read.
const EDGES: &[(RouteId, Access, &str)] = &[
    (RouteId::SendMessage, Access::Write, "messages"),
    (RouteId::PassThreadControl, Access::Write, "pass_thread_control"),
    (RouteId::PassThreadMetadata, Access::Write, "pass_thread_metadata"),
    (RouteId::TakeThreadControl, Access::Write, "take_thread_control"),
    (RouteId::ReleaseThreadControl, Access::Write, "release_thread_control"),
    (RouteId::RequestThreadControl, Access::Write, "request_thread_control"),
    (RouteId::ExtendThreadControl, Access::Write, "extend_thread_control"),
    (RouteId::ReadThreadOwner, Access::Read, "thread_owner"),
    (RouteId::ListSecondaryReceivers, Access::Read, "secondary_receivers"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// True for a route that [`play`] can call.
#[must_use]
pub fn can_be_played(route: RouteId) -> bool {
    EDGES.iter().any(|(known, ..)| *known == route)
}

/// Makes the call of a route with an app's Page token, in a lane; about a person unless it is about nobody. Parameters
/// are as the step gives them, right or wrong.
///
/// # Panics
///
/// When the route is one that no step calls by a verb.
pub fn play(
    stage: &Stage,
    lane: &Arc<Lane>,
    token: Option<&str>,
    person: Option<Psid>,
    (route, mut parameters): (RouteId, Map<String, Value>),
) -> Reply {
    let edge = EDGES.iter().find(|(known, ..)| *known == route);
    let (_, access, edge) = edge.expect("a test plays every verb of apps");
    let reads = *access == Access::Read;
    let query = person.filter(|_| reads).map(|person| format!("recipient={person}"));
    parameters.extend(person.map(|person| ("recipient".to_owned(), json!({"id": person.to_string()}))));
    let body = if reads { String::new() } else { Value::Object(parameters).to_string() };
    let request = Request {
        method: if reads { &Method::GET } else { &Method::POST },
        path: &format!("me/{edge}"),
        query: query.as_deref(),
        body: body.as_bytes(),
        content_type: None,
        bearer: token,
        if_none_match: None,
        origin: Origin::Step(lane),
    };
    serve(stage, request)
}

/// What the body of a refusal says, in the words of `refused:`.
pub fn refusal(status: u16, body: &Value) -> Value {
    const MEMBERS: &[(&str, &str)] = &[
        ("code", "code"),
        ("subcode", "error_subcode"),
        ("type", "type"),
        ("message", "message"),
        ("user_title", "error_user_title"),
        ("user_msg", "error_user_msg"),
    ];
    let given = |(name, wire): &(&str, &str)| Some(((*name).to_owned(), body["error"].get(*wire)?.clone()));
    let status = [("status".to_owned(), json!(status))];
    Value::Object(status.into_iter().chain(MEMBERS.iter().filter_map(given)).collect())
}
