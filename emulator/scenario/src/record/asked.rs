//! Calls of steps that were not in order, as the verbs that they were meant to be: their entries say what the step
//! asked for, and not what the platform made of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::acts::Untold;
use super::journal::Entry;
use super::tree::Tree;
use crate::vocabulary::APP_VERBS;

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

/// A call that no other verb is for.
pub(crate) fn written_out(
    entry: &Entry,
    value: &dyn Fn(&Value) -> Tree,
) -> Result<(&'static str, Tree), Untold> {
    const VERB: &str = "calls";
    let (method, path) = (entry.text("method").unwrap_or_default(), entry.text("path").unwrap_or_default());
    if !APP_VERBS.iter().any(|verb| verb.name == VERB) {
        return Err(format!("it calls {method} {path}"));
    }
    let asked = entry.data.get("asked").and_then(Value::as_object);
    if entry.is_played() && asked.is_none() {
        return Err(format!(
            "it calls {method} {path} with a secret or with files, which are not written down"
        ));
    }
    let part = |key: &'static str| asked.and_then(|asked| asked.get(key)).map(|given| (key, value(given)));
    let path = value(&Value::from(path));
    Ok((
        VERB,
        Tree::map([
            Some(("method", Tree::word(method))),
            Some(("path", path)),
            part("query"),
            part("body"),
            part("form"),
            part("token"),
        ]),
    ))
}
