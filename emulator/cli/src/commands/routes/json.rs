//! The routes for programs: a row for each.

use emulator_server::graph::{
    Param, ParamType, Route, RouteState, SPECIFICATION, WHY_OUTSIDE, edges_outside, routes,
};
use serde_json::{Value, json};

use super::{path_of, text};

/// The rows whose path, id or node holds the filter, and after them the edges that are not about messaging.
pub(super) fn rows(filter: &str) -> Value {
    let rows = routes().filter(|row| text::holds(row, filter)).map(row);
    let outside = edges_outside().map(|(node, edge)| (node, edge, path_of(node, edge)));
    let outside = outside.filter(|(.., path)| path.contains(filter)).map(|(node, edge, path)| {
        json!({
            "node": node.name(),
            "method": "any",
            "edge": edge,
            "path": path,
            "state": "not yet",
            "why": WHY_OUTSIDE,
            "source": SPECIFICATION,
            "params": [],
        })
    });
    rows.chain(outside).collect()
}

fn row(row: &'static Route) -> Value {
    let params: Vec<Value> = row.params.iter().map(|param| self::param(param, row.state_of(param))).collect();
    let permissions: Vec<&str> = row.permissions.iter().map(|permission| permission.name()).collect();
    let platforms: Vec<&str> = row.platforms.iter().map(|platform| platform.name()).collect();
    let state = row.state();
    json!({
        "id": row.id.name(),
        "node": row.node.name(),
        "method": row.method.name(),
        "edge": row.edge,
        "path": path_of(row.node, row.edge),
        "state": state.name(),
        "why": state.why(),
        "source": row.source,
        "token": row.token.name(),
        "permissions": permissions,
        "lane": row.lane.name(),
        "platforms": platforms,
        "statuses": row.statuses,
        "returns": row.returns,
        "params": params,
    })
}

fn param(param: &'static Param, state: RouteState) -> Value {
    let rules: Vec<&str> = param.rules.iter().map(|rule| rule.rule().code).collect();
    let needs = param.needs.iter().map(|(value, permission)| ((*value).to_owned(), permission.name().into()));
    let members = param.members.iter().map(|member| self::param(member, within(state, member)));
    json!({
        "name": param.name,
        "state": state.name(),
        "why": state.why(),
        "type": type_name(param.kind),
        "words": words(param.kind),
        "required": param.required,
        "limit": param.limit,
        "needs": Value::Object(needs.collect()),
        "rules": rules,
        "members": members.collect::<Vec<Value>>(),
    })
}

/// The state of a member: its own, unless the whole is not modelled.
const fn within(whole: RouteState, member: &Param) -> RouteState {
    match whole {
        RouteState::Modelled => member.state,
        RouteState::Ignored(_) | RouteState::NotYet(_) => whole,
    }
}

const fn type_name(kind: ParamType) -> &'static str {
    match kind {
        ParamType::Text => "text",
        ParamType::Number => "number",
        ParamType::Flag => "flag",
        ParamType::Object => "object",
        ParamType::List => "list",
        ParamType::Objects => "list of objects",
        ParamType::Word(_) => "word",
        ParamType::Words(_) => "list of words",
    }
}

/// The words that a parameter takes, as the platform writes them.
fn words(kind: ParamType) -> Option<Vec<String>> {
    match kind {
        ParamType::Word(words) | ParamType::Words(words) => {
            Some(words.iter().map(|word| (*word).to_owned()).collect())
        }
        ParamType::Text
        | ParamType::Number
        | ParamType::Flag
        | ParamType::Object
        | ParamType::List
        | ParamType::Objects => None,
    }
}
