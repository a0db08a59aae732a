//! Calls that no verb is for, written out: method, path and what was asked for.

use emulator_core::PageId;
use emulator_server::graph::{CallLine, RouteAct, call_line, route};
use emulator_server::journal::{Call, CallContent};
use serde_json::{Map, Value, json};

use super::acts::{Untold, Words};
use super::tree::Tree;

impl Words<'_> {
    /// A call by its method and path, as an expectation waits for it.
    pub(crate) fn request_line(&self, call: &Call) -> Tree {
        let (method, path) = line(call);
        Tree::map([Some(("method", Tree::word(method))), Some(("path", self.names.text(&path)))])
    }

    /// A call as a step makes it again.
    pub(crate) fn request(&self, call: &Call) -> Result<Tree, Untold> {
        let (method, path) = line(call);
        let parts = match &call.content {
            CallContent::Request { asked: Some(asked), .. } => {
                serde_json::from_str(asked).unwrap_or_default()
            }
            CallContent::Request { asked: None, .. } => {
                return Err(format!(
                    "it calls {method} {path} with a secret or with files, which are not written down"
                ));
            }
            CallContent::Act(act) => {
                let (mut parameters, reads) = (act.parameters(), method == "GET");
                let recipient = self.stranger_of(call).filter(|_| takes_recipient(act));
                if let Some(id) = recipient.map(|id| Value::from(id.to_string())) {
                    let id = if reads { id } else { json!({"id": id}) };
                    parameters.insert("recipient".to_owned(), id);
                }
                let place = match recipient {
                    _ if reads => "query",
                    Some(_) => "body",
                    None => "form",
                };
                part(place, parameters)
            }
            CallContent::Subscribes { fields, webhook, .. } => {
                let other = webhook.iter().flat_map(|webhook| &webhook.other_fields);
                let list = |known: &emulator_core::FieldSet| {
                    let known = known.iter().map(|field| Value::from(field.name()));
                    known.chain(other.map(|name| Value::from(&**name))).collect()
                };
                let fields = fields.as_ref().map(|fields| Value::Array(list(fields)));
                part("form", fields.map(|list| ("subscribed_fields".to_owned(), list)).into_iter().collect())
            }
        };
        let part = |key: &'static str| parts.get(key).map(|given| (key, self.names.value(given)));
        Ok(Tree::map([
            Some(("method", Tree::word(method))),
            Some(("path", self.names.text(&path))),
            part("query"),
            part("body"),
            part("form"),
            parts.get("token").and_then(Value::as_str).map(|word| ("token", Tree::word(word))),
        ]))
    }
}

/// Whether a call names its person by a parameter, and not by its path.
fn takes_recipient(act: &RouteAct) -> bool {
    route(act.route()).params.iter().any(|param| param.name == "recipient")
}

/// Method and path of a call; a request that was not understood as it came.
fn line(call: &Call) -> (String, String) {
    if let CallContent::Request { method, path, asked: _ } = &call.content {
        return (method.to_string(), path.to_string());
    }
    let CallLine { method, path } = call_line(call, call.page.unwrap_or(PageId(0)));
    (method.to_owned(), path.into_owned())
}

/// One part of a request, with lists as a form has them; none at all where nothing was given.
fn part(place: &str, parameters: Map<String, Value>) -> Map<String, Value> {
    let joined = |value: Value| match value.as_array() {
        Some(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",").into(),
        None => value,
    };
    let parameters: Map<String, Value> =
        parameters.into_iter().map(|(name, value)| (name, joined(value))).collect();
    if parameters.is_empty() {
        return Map::new();
    }
    Map::from_iter([(place.to_owned(), Value::Object(parameters))])
}
