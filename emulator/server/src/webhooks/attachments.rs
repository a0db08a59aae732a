//! The list `attachments` of a message in a webhook, made from the message as it was sent (M-206,
//! C-161).

use serde_json::{Map, Value, json};

/// The list; none where the message has no attachment.
pub(super) fn attachments(message: &Map<String, Value>) -> Option<Value> {
    if let Some(Value::Array(list)) = message.get("attachments") {
        return Some(Value::Array(list.iter().map(item).collect()));
    }
    Some(json!([item(message.get("attachment")?)]))
}

/// One of the list, with its payload last and as an echo repeats it.
fn item(sent: &Value) -> Value {
    let Value::Object(sent) = sent else { return sent.clone() };
    let mut item = sent.clone();
    let (kind, payload) = (item.shift_remove("type"), item.shift_remove("payload"));
    item.extend(kind.clone().map(|kind| ("type".to_owned(), kind)));
    item.extend(payload.map(|mut payload| {
        if let Value::Object(members) = &mut payload {
            *members = echoed(kind.as_ref(), members);
        }
        ("payload".to_owned(), payload)
    }));
    Value::Object(item)
}

/// What an echo repeats of a payload: a template without its text, which stands in `text`, and of
/// media the address.
fn echoed(kind: Option<&Value>, payload: &Map<String, Value>) -> Map<String, Value> {
    let left_out: &[&str] = if kind.is_some_and(|kind| kind == "template") {
        &["text"]
    } else {
        &["is_reusable", "attachment_id"]
    };
    let kept = payload.iter().filter(|(key, value)| !left_out.contains(&key.as_str()) && !value.is_null());
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}
