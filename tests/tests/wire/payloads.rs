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

/// In what a body may differ from its record.
#[derive(Debug, Clone)]
pub(crate) struct But<'a> {
    pub(crate) keys: Keys,
    /// Keys that are no longer sent.
    pub(crate) gone: Vec<&'a str>,
    /// Keys that came after the record.
    pub(crate) new: Vec<&'a str>,
}

/// Keys whose texts are words of the platform, so that they are compared themselves and not only their kind.
const WORDS: &[&str] =
    &["action", "content_type", "object", "reaction", "source", "status", "template_type", "type"];

/// Holds a webhook, or a part of one, against a recorded one, as [`shape_differences`] compares them.
pub(crate) fn hold_shape_against(
    id: &str,
    ours: &Value,
    recorded: &Value,
    keys: Keys,
    gone: &[&str],
    new: &[&str],
) {
    let wrong = shape_differences(ours, recorded, &But { keys, gone: gone.to_vec(), new: new.to_vec() });
    assert!(wrong.is_empty(), "{id}\n{}\nours:     {ours}\nrecorded: {recorded}", wrong.join("\n"));
}

/// What differs between a body, or a part of one, and a recorded one, each with its path: the keys, how they are nested
/// and in which order, the kinds of values, and the words of the platform. Texts and numbers are different every time.
/// A key of `but` is named alone, or with the key that holds it, as in `attachments.title`.
pub(crate) fn shape_differences(ours: &Value, recorded: &Value, but: &But<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    compare(&Place { path: String::new(), key: "" }, ours, recorded, but, &mut wrong);
    wrong
}

/// Where a value stands: its path, and the nearest key above it.
struct Place<'a> {
    path: String,
    key: &'a str,
}

fn compare(at: &Place<'_>, ours: &Value, recorded: &Value, but: &But<'_>, wrong: &mut Vec<String>) {
    let path = if at.path.is_empty() { "the body" } else { &at.path };
    match (ours, recorded) {
        (Value::Object(ours), Value::Object(recorded)) => {
            let ours = members_but(ours, at.key, &but.new);
            let recorded = members_but(recorded, at.key, &but.gone);
            for (key, _) in ours.iter().filter(|(key, _)| recorded.iter().all(|(other, _)| other != key)) {
                wrong.push(format!("{path}: `{key}` is there, and was not recorded"));
            }
            let mut both = Vec::new();
            for (key, recorded) in &recorded {
                let Some((_, ours)) = ours.iter().find(|(other, _)| other == key) else {
                    wrong.push(format!("{path}: `{key}` was recorded, and is not there"));
                    continue;
                };
                both.push(*key);
                let dot = if at.path.is_empty() { "" } else { "." };
                let at = Place { path: format!("{}{dot}{key}", at.path), key };
                compare(&at, ours, recorded, but, wrong);
            }
            let order: Vec<&str> =
                ours.iter().map(|(key, _)| *key).filter(|key| both.contains(key)).collect();
            if but.keys == Keys::InOrder && order != both {
                wrong.push(format!("{path}: the order is {}, and was {}", order.join(", "), both.join(", ")));
            }
        }
        (Value::Array(ours), Value::Array(recorded)) => {
            if ours.len() != recorded.len() {
                wrong.push(format!("{path}: there are {} items, and were {}", ours.len(), recorded.len()));
            }
            for (index, (ours, recorded)) in ours.iter().zip(recorded).enumerate() {
                let at = Place { path: format!("{}[{index}]", at.path), key: at.key };
                compare(&at, ours, recorded, but, wrong);
            }
        }
        _ if kind(ours) != kind(recorded) => {
            wrong.push(format!(
                "{path}: it is {}, and was {}: {ours}, {recorded}",
                kind(ours),
                kind(recorded)
            ));
        }
        (Value::Bool(_), _) if ours != recorded => {
            wrong.push(format!("{path}: it is {ours}, and was {recorded}"));
        }
        (Value::String(_), _) if WORDS.contains(&at.key) && ours != recorded => {
            wrong.push(format!("{path}: the word is {ours}, and was {recorded}"));
        }
        _ => {}
    }
}

fn members_but<'a>(members: &'a Map<String, Value>, holder: &str, but: &[&str]) -> Vec<(&'a str, &'a Value)> {
    let left_out = |key: &str| {
        let whole = format!("{holder}.{key}");
        but.iter().any(|name| *name == key || *name == whole)
    };
    members.iter().map(|(key, value)| (key.as_str(), value)).filter(|(key, _)| !left_out(key)).collect()
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
