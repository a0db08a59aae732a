//! The list `attachments` of a message in a webhook, made from the message as it was sent (M-206,
//! M-214).

use serde_json::{Map, Value, json};

/// The list as JSON; none where the message has no attachment.
pub(super) fn attachments(message: &str) -> Option<String> {
    let Ok(Value::Object(message)) = serde_json::from_str(message) else { return None };
    if let Some(list) = message.get("attachments") {
        return Some(list.to_string());
    }
    let attachment = message.get("attachment")?;
    let payload = attachment.get("payload").and_then(Value::as_object)?;
    let kind = attachment.get("type")?;
    Some(json!([{"type": kind, "payload": echoed(kind, payload)}]).to_string())
}

/// What an echo repeats of a payload: a template without its text, which stands in `text`, and of
/// media the address.
fn echoed(kind: &Value, payload: &Map<String, Value>) -> Value {
    let left_out: &[&str] = if kind == "template" { &["text"] } else { &["is_reusable", "attachment_id"] };
    let kept = payload.iter().filter(|(key, value)| !left_out.contains(&key.as_str()) && !value.is_null());
    Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}
