//! Calls of steps that were not in order, as the verbs that they were meant to be: their entries say what the step
//! asked for, and not what the platform made of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::acts::Untold;
use super::journal::{Entry, Header};
use super::names::Names;
use super::tree::Tree;

/// The verb for calls that no other verb is for.
pub(crate) const VERB: &str = "calls";

/// The entry as if its call had been in order, if there is a verb for it.
pub(crate) fn as_verb(entry: &Entry, people: &BTreeMap<String, String>) -> Option<Entry> {
    let asked = entry.data.get("asked")?.as_object()?;
    let (method, path) = (entry.text("method")?, entry.text("path")?);
    let mut data = Map::new();
    let whole = |key: &str| asked.len() == 1 && asked.contains_key(key);
    match (method, path) {
        ("POST", _) if whole("body") => from_body(path, asked.get("body")?.as_object()?, &mut data)?,
        ("GET", "me/thread_owner") if whole("query") => {
            let recipient = asked["query"].as_object().filter(|query| query.len() == 1)?.get("recipient")?;
            data.insert("recipient".to_owned(), recipient.clone());
            data.insert("verb".to_owned(), "asks_owner".into());
        }
        ("GET", "me/secondary_receivers") if asked.is_empty() => {
            data.insert("verb".to_owned(), "asks_receivers".into());
        }
        _ => return None,
    }
    // The step names a person, whose id it was.
    match (data.remove("recipient"), entry.person()) {
        (None, None) => {}
        (Some(id), Some(person)) if people.get(person).is_some_and(|known| id == **known) => {}
        (None | Some(_), _) => return None,
    }
    for key in ["app", "page", "person", "played"] {
        data.extend(entry.data.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    Some(Entry { data, ..entry.clone() })
}

/// What a body says, under the names that entries have for it.
fn from_body(path: &str, body: &Map<String, Value>, data: &mut Map<String, Value>) -> Option<()> {
    let verb = match path {
        "me/messages" if body.contains_key("sender_action") => "signals",
        "me/messages" => "sends",
        "me/pass_thread_control" => "passes_control",
        "me/pass_thread_metadata" => "passes_metadata",
        "me/take_thread_control" => "takes_control",
        "me/request_thread_control" => "requests_control",
        "me/release_thread_control" => "releases_control",
        "me/extend_thread_control" => "extends_control",
        _ => return None,
    };
    data.insert("verb".to_owned(), verb.into());
    for (key, value) in body {
        let (name, value) = match (verb, key.as_str()) {
            (_, "recipient") => {
                let members = value.as_object().filter(|members| members.len() == 1)?;
                ("recipient", members.get("id")?.clone())
            }
            ("sends", "message") => match value.as_object() {
                Some(message) if message.len() == 1 && message.get("text").is_some_and(Value::is_string) => {
                    ("text", message.get("text")?.clone())
                }
                Some(_) | None => ("message", value.clone()),
            },
            ("sends", "messaging_type" | "tag") => (key.as_str(), value.clone()),
            ("sends", "reply_to") => ("reply_to", value.get("mid")?.clone()),
            ("signals", "sender_action") => ("action", value.clone()),
            ("passes_control" | "passes_metadata", "target_app_id") => ("to", value.clone()),
            ("passes_control" | "passes_metadata" | "takes_control" | "requests_control", "metadata") => {
                ("metadata", value.clone())
            }
            ("extends_control", "duration") => ("seconds", value.clone()),
            _ => return None,
        };
        data.insert(name.to_owned(), value);
    }
    Some(())
}

/// A call that no other verb is for, as a step makes it again.
pub(crate) fn written_out(entry: &Entry, header: &Header, names: &Names) -> Result<Tree, Untold> {
    let (method, path) = spelt(entry, header)?;
    let mut parts = Map::new();
    if entry.text("verb") == Some("calls") {
        let asked = entry.data.get("asked").and_then(Value::as_object);
        let hidden =
            || format!("it calls {method} {path} with a secret or with files, which are not written down");
        parts = asked.ok_or_else(hidden)?.clone();
    } else if let Some(fields) = entry.text("fields") {
        let other = entry.text("other_fields").map(|other| format!(",{other}")).unwrap_or_default();
        let list = format!("{}{other}", fields.replace(' ', ","));
        let (place, key) = if method == "GET" { ("query", "fields") } else { ("form", "subscribed_fields") };
        parts.insert(place.to_owned(), Value::Object(Map::from_iter([(key.to_owned(), list.into())])));
    }
    let part = |key: &'static str| parts.get(key).map(|given| (key, names.value(given)));
    Ok(Tree::map([
        Some(("method", Tree::word(method))),
        Some(("path", names.text(&path))),
        part("query"),
        part("body"),
        part("form"),
        parts.get("token").and_then(Value::as_str).map(|word| ("token", Tree::word(word))),
    ]))
}

/// A call that no other verb is for, as an expectation knows it again.
pub(crate) fn seen(entry: &Entry, header: &Header, names: &Names) -> Result<Tree, Untold> {
    let (method, path) = spelt(entry, header)?;
    Ok(Tree::map([Some(("method", Tree::word(method))), Some(("path", names.text(&path)))]))
}

/// Method and path of a call.
fn spelt<'e>(entry: &'e Entry, header: &Header) -> Result<(&'e str, String), Untold> {
    let of = |key: &str| entry.text(key);
    let takes_off =
        entry.data.get("fields").is_some_and(Value::is_null) || entry.data.contains_key("gives_up");
    let changes = if takes_off { "DELETE" } else { "POST" };
    match (of("verb").unwrap_or_default(), of("person"), of("app")) {
        ("calls", _, _) => Ok((of("method").unwrap_or_default(), of("path").unwrap_or_default().to_owned())),
        ("asks_profile", Some(person), _) => {
            Ok(("GET", header.people.get(person).cloned().unwrap_or_default()))
        }
        ("installs", _, _) => Ok((changes, "me/subscribed_apps".to_owned())),
        ("subscribes", _, Some(app)) => {
            let id = header.world["pages"][0]["apps"][app]["id"].as_str().unwrap_or_default();
            Ok((changes, format!("{id}/subscriptions")))
        }
        (other, _, _) => Err(format!("it {}", other.replace('_', " "))),
    }
}
