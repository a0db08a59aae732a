//! Calls of apps that steps play: written as a real app would write them, and served alike.

use std::sync::Arc;

use emulator_core::{Psid, RouteId};
use serde_json::{Map, Value, json};

use super::raw_call::encoded;
use super::route::{LaneOf, NodeKind, RouteMethod, RouteState};
use super::{Origin, Reply, Request, serve, table};
use crate::lane::Lane;
use crate::stage::Stage;

/// True for a route that [`play`] can call: one that is here, of the Page of the token or of a person.
#[must_use]
pub fn can_be_played(route: RouteId) -> bool {
    let row = table::route(route);
    matches!(row.node, NodeKind::Page | NodeKind::Person) && row.state() == RouteState::Modelled
}

/// Makes the call of a route with an app's Page token, in a lane; about a person unless it is about nobody. Parameters
/// are as the step gives them, right or wrong.
pub fn play(
    stage: &Stage,
    lane: &Arc<Lane>,
    token: Option<&str>,
    person: Option<Psid>,
    (route, mut parameters): (RouteId, Map<String, Value>),
) -> Reply {
    let row = table::route(route);
    let of_person = person.filter(|_| row.node == NodeKind::Person);
    let node = of_person.map_or_else(|| "me".to_owned(), |person| person.to_string());
    let has_body = row.method == RouteMethod::Post;
    if let Some(person) = person.filter(|_| row.lane == LaneOf::Recipient) {
        let id = person.to_string();
        let recipient = if has_body { json!({"id": id}) } else { id.into() };
        parameters.insert("recipient".to_owned(), recipient);
    }
    let query = if has_body { String::new() } else { encoded(&parameters) };
    let body = if has_body { Value::Object(parameters).to_string() } else { String::new() };
    let request = Request {
        method: &row.method.http(),
        path: &[node.as_str(), row.edge].join("/"),
        query: Some(query.as_str()).filter(|query| !query.is_empty()),
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
