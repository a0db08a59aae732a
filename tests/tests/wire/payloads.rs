//! Recorded payloads of the platform, and how what the emulator says is held against them.
//!
//! What an item may be held against depends on its `evidence`; `fixtures/payloads/README.md` says how.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use crate::http::Message;

/// The ids of a category.
pub(crate) fn items(category: &str) -> Vec<String> {
    let id = |item: &Value| item["id"].as_str().expect("an item has an id").to_owned();
    all(category).iter().map(id).collect()
}

/// The item of that id.
pub(crate) fn item(id: &str) -> Value {
    let category = id.split('.').nth(1).expect("an id is origin.category.number");
    let items = all(category);
    items.into_iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("no item {id}"))
}

fn all(category: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/payloads");
    let text = fs::read_to_string(folder.join(format!("{category}.json"))).expect("the file is there");
    serde_json::from_str(&text).expect("it is a list")
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// Holds an error answer against a recorded one: its status, its keys in their order, and what they
/// say apart from `but`, where the record is older or in another language.
pub(crate) fn hold_error_against(answer: &Message, id: &str, but: &[&str]) {
    let item = item(id);
    let recorded = &item["body"]["error"];
    let body = answer.json();
    let ours = &body["error"];
    assert_eq!(keys(&body), ["error"], "{id}");
    if let Some(status) = item["status"].as_u64() {
        assert_eq!(u64::from(answer.status()), status, "{id}");
    }
    match item["evidence"].as_str().unwrap_or_default() {
        "captured" | "captured-in-fixture" => {
            let mut ours = keys(ours);
            // Every answer has one; whoever leaves it out has cut the record.
            if recorded.get("fbtrace_id").is_none() {
                ours.retain(|key| *key != "fbtrace_id");
            }
            assert_eq!(ours, keys(recorded), "{id}");
        }
        "captured-redacted" => {
            let sorted = |value| {
                let mut keys = keys(value);
                keys.sort_unstable();
                keys
            };
            assert_eq!(sorted(ours), sorted(recorded), "{id}");
        }
        "captured-message-only" => {}
        weak => panic!("{id} is {weak}, which proves nothing"),
    }
    let said = |value: &Value| {
        let mut said = value.as_object().cloned().unwrap_or_default();
        said.retain(|key, _| key != "fbtrace_id" && !but.contains(&key.as_str()));
        said
    };
    for (key, value) in said(recorded) {
        assert_eq!(ours[&key], value, "{id}: {key}");
    }
}

/// How strictly the order of keys is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// As recorded.
    InOrder,
    /// Bodies before 2020: the same keys, in whatever order.
    AsSets,
}

/// Holds a webhook, or a part of one, against a recorded one: the keys and the kinds of their values.
/// Keys in `gone` are no longer sent, or are for kinds of messages that are none of the matter; those
/// in `new` came after the record.
pub(crate) fn hold_shape_against(
    id: &str,
    ours: &Value,
    recorded: &Value,
    keys: Keys,
    gone: &[&str],
    new: &[&str],
) {
    let (ours, recorded) = (shape(ours, keys, new), shape(recorded, keys, gone));
    assert_eq!(ours.to_string(), recorded.to_string(), "{id}");
}

/// The value with kinds in place of texts and numbers. What is left out is named by its key, or by the
/// key that holds it and its own, as in `attachments.title`.
fn shape(value: &Value, keys: Keys, without: &[&str]) -> Value {
    shape_below("", value, keys, without)
}

fn shape_below(holder: &str, value: &Value, keys: Keys, without: &[&str]) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "boolean".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(items) => items.iter().map(|item| shape_below(holder, item, keys, without)).collect(),
        Value::Object(members) => {
            let left_out = |key: &str| {
                let whole = format!("{holder}.{key}");
                without.iter().any(|name| *name == key || *name == whole)
            };
            let mut members: Vec<_> = members.iter().filter(|(key, _)| !left_out(key)).collect();
            if keys == Keys::AsSets {
                members.sort_by_key(|(key, _)| *key);
            }
            let shape =
                |(key, value): (&String, &Value)| (key.clone(), shape_below(key, value, keys, without));
            Value::Object(members.into_iter().map(shape).collect::<Map<_, _>>())
        }
    }
}
