//! The routes as a description in OpenAPI 3.1.
//!
//! Paths that differ only in the kind of their node are one path to OpenAPI: their routes share an operation.

use std::collections::BTreeMap;

use emulator_server::graph::{NodeKind, Param, ParamType, Route, RouteMethod, RouteState, routes};
use serde_json::{Map, Value, json};

/// The description of all routes.
pub(super) fn description() -> Value {
    let mut shapes: BTreeMap<String, BTreeMap<RouteMethod, Vec<&'static Route>>> = BTreeMap::new();
    for row in routes() {
        shapes.entry(shape(row)).or_default().entry(row.method).or_default().push(row);
    }
    let paths = shapes.iter().map(|(path, methods)| (path.clone(), self::path(path, methods)));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Graph API of messenger-emulator",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The routes of the Messenger platform that messenger-emulator models, and those that it refuses \
                            with code 3 because it does not model them yet (`x-state`).",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:7380/v25.0"}],
        "security": [{"query": []}, {"header": []}],
        "paths": paths.collect::<Map<String, Value>>(),
        "components": components(),
    })
}

/// The path with one name for nodes of every kind.
fn shape(row: &Route) -> String {
    let node = if row.node == NodeKind::Root { "" } else { "/{node}" };
    let edge = if row.edge.is_empty() { String::new() } else { format!("/{}", row.edge) };
    let shape = format!("{node}{edge}");
    if shape.is_empty() { "/".to_owned() } else { shape }
}

fn path(path: &str, methods: &BTreeMap<RouteMethod, Vec<&'static Route>>) -> Value {
    let mut out: Map<String, Value> = methods
        .iter()
        .map(|(method, rows)| (method.name().to_ascii_lowercase(), operation(*method, rows)))
        .collect();
    if path.contains("{node}") {
        let node = json!({
            "name": "node", "in": "path", "required": true, "schema": {"type": "string"},
            "description": "The id of the node; `me` is the Page of the token.",
        });
        out.insert("parameters".into(), json!([node]));
    }
    Value::Object(out)
}

/// The one operation of routes that differ only in the kind of their node.
fn operation(method: RouteMethod, rows: &[&'static Route]) -> Value {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.name()).collect();
    let nodes: Vec<&str> = rows.iter().map(|row| row.node.name()).collect();
    let modelled = rows.iter().any(|row| row.state() == RouteState::Modelled);
    let why: Vec<String> = rows.iter().filter_map(|row| why(row)).collect();
    let statuses = if modelled { &[200_u16, 400, 403, 500][..] } else { &[400][..] };
    let mut params: Vec<(&'static Param, RouteState)> = Vec::new();
    for (param, state) in rows.iter().flat_map(|row| row.params.iter().map(|it| (it, row.state_of(it)))) {
        if !params.iter().any(|(known, _)| known.name == param.name) {
            params.push((param, state));
        }
    }
    let alone = rows.len() == 1;
    let mut out = json!({
        "operationId": ids.join("_or_"),
        "tags": nodes,
        "x-state": if modelled { "modelled" } else { "not yet" },
        "externalDocs": {"url": format!("https://{}", rows.first().map_or("", |row| address(row.source)))},
        "responses": statuses.iter().map(|status| (status.to_string(), response(*status))).collect::<Map<_, _>>(),
    });
    if !why.is_empty() {
        out["description"] = format!("Not modelled yet: {}.", why.join("; ")).into();
    }
    let required = |param: &Param| alone && param.required;
    match method {
        RouteMethod::Get | RouteMethod::Delete => {
            let params = params.iter().map(|(param, state)| {
                json!({
                    "name": param.name, "in": "query", "required": required(param), "x-state": state.name(),
                    "schema": schema(param),
                })
            });
            out["parameters"] = params.collect();
        }
        RouteMethod::Post if params.is_empty() => {}
        RouteMethod::Post => {
            let schema = json!({
                "type": "object",
                "properties": properties(params.iter().map(|(param, state)| (*param, *state))),
                "required": params.iter().map(|(param, _)| *param).filter(|param| required(param))
                    .map(|param| param.name).collect::<Vec<_>>(),
            });
            out["requestBody"] = json!({
                "content": {
                    "application/json": {"schema": &schema},
                    "application/x-www-form-urlencoded": {"schema": schema},
                },
            });
        }
    }
    out
}

/// The address of a source, which may be followed by the place in it.
fn address(source: &str) -> &str {
    source.split(',').next().unwrap_or(source)
}

/// Why a route is not modelled yet; with several in one operation, of which node.
fn why(row: &Route) -> Option<String> {
    row.state().why().map(|why| format!("{} ({why})", row.id.name()))
}

fn properties(params: impl Iterator<Item = (&'static Param, RouteState)>) -> Value {
    let property = |(param, state): (&'static Param, RouteState)| {
        let mut schema = schema(param);
        schema["x-state"] = state.name().into();
        if let Some(why) = state.why() {
            schema["description"] = why.into();
        }
        (param.name.to_owned(), schema)
    };
    Value::Object(params.map(property).collect())
}

fn schema(param: &'static Param) -> Value {
    let list = |items: Value| json!({"type": "array", "items": items});
    let mut schema = match param.kind {
        ParamType::Text => json!({"type": "string"}),
        ParamType::Number => json!({"type": "integer"}),
        ParamType::Flag => json!({"type": "boolean"}),
        ParamType::Object if param.members.is_empty() => json!({"type": "object"}),
        ParamType::Object => {
            let members = param.members.iter().map(|member| (member, member.state));
            json!({"type": "object", "properties": properties(members)})
        }
        ParamType::List => list(json!({"type": "string"})),
        ParamType::Objects => list(json!({"type": "object"})),
        ParamType::Word(words) => json!({"type": "string", "enum": words}),
        ParamType::Words(words) => list(json!({"type": "string", "enum": words})),
    };
    if let Some(limit) = param.limit {
        let name = if schema["type"] == "array" { "maxItems" } else { "maxLength" };
        schema[name] = limit.into();
    }
    schema
}

fn response(status: u16) -> Value {
    if status == 200 {
        return json!({
            "description": "The call was accepted.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        });
    }
    json!({"$ref": "#/components/responses/Refused"})
}

fn components() -> Value {
    json!({
        "securitySchemes": {
            "query": {"type": "apiKey", "in": "query", "name": "access_token"},
            "header": {"type": "http", "scheme": "bearer"},
        },
        "responses": {
            "Refused": {
                "description": "The call was refused.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
            },
        },
        "schemas": {
            "Refusal": {
                "type": "object",
                "required": ["error"],
                "properties": {
                    "error": {
                        "type": "object",
                        "required": ["message", "type", "code", "fbtrace_id"],
                        "properties": {
                            "message": {"type": "string"},
                            "type": {"type": "string"},
                            "is_transient": {"type": "boolean"},
                            "code": {"type": "integer"},
                            "error_subcode": {"type": "integer"},
                            "error_user_title": {"type": "string"},
                            "error_user_msg": {"type": "string"},
                            "fbtrace_id": {"type": "string"},
                        },
                    },
                },
            },
        },
    })
}
