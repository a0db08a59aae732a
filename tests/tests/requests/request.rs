//! From a row's call to the bytes of a request.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::table::Call;

/// What `${NAME}` stands for.
pub(crate) type Names = BTreeMap<String, String>;

const BOUNDARY: &str = "the-boundary-between-parts";

/// The text with its names filled in. A name that does not exist stays, so that it is seen.
pub(crate) fn filled(text: &str, names: &Names) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        match names.get(name) {
            Some(value) => out.push_str(value),
            None => {
                let _ = write!(out, "${{{name}}}");
            }
        }
        rest = after;
    }
    out + rest
}

/// A value with its names filled in, and with `{repeat: TEXT, times: N}` written out.
pub(crate) fn filled_value(value: &Value, names: &Names) -> Value {
    match value {
        Value::String(text) => filled(text, names).into(),
        Value::Array(items) => items.iter().flat_map(|item| repeated(item, names)).collect(),
        Value::Object(members) => match repetition(members) {
            Some((Value::String(text), times)) => filled(text, names).repeat(times).into(),
            Some(_) | None => {
                let members = members.iter();
                members.map(|(name, value)| (filled(name, names), filled_value(value, names))).collect()
            }
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The items that an item of a list stands for: `{repeat: ITEM, times: N}` for N of them where ITEM is not a text.
fn repeated(item: &Value, names: &Names) -> Vec<Value> {
    match item.as_object().and_then(repetition) {
        Some((repeated, times)) if !repeated.is_string() => vec![filled_value(repeated, names); times],
        Some(_) | None => vec![filled_value(item, names)],
    }
}

fn repetition(members: &Map<String, Value>) -> Option<(&Value, usize)> {
    let times = members.get("times")?.as_u64()?;
    (members.len() == 2).then_some((members.get("repeat")?, usize::try_from(times).ok()?))
}

/// The request as bytes; `token` stands in the query.
pub(crate) fn bytes(call: &Call, token: Option<&str>, names: &Names) -> Vec<u8> {
    let mut query = pairs(call.query.as_ref(), names);
    query.extend(token.map(|token| ("access_token".to_owned(), token.to_owned())));
    let query = encoded(&query);
    let (kind, body) = body(call, names);
    let method = match &call.method {
        Some(method) => method.clone(),
        None if kind.is_some() || !body.is_empty() => "POST".to_owned(),
        None => "GET".to_owned(),
    };
    let mut target = format!("/{}", filled(&call.path, names));
    if !query.is_empty() {
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(&query);
    }
    let mut headers: Vec<(String, String)> = vec![("Host".to_owned(), "localhost".to_owned())];
    headers.extend(kind.map(|kind| ("Content-Type".to_owned(), kind)));
    if !body.is_empty() || method == "POST" {
        headers.push(("Content-Length".to_owned(), body.len().to_string()));
    }
    for (name, value) in &call.headers {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push((name.clone(), filled(value, names)));
    }
    let mut head = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    [head.as_bytes(), b"\r\n", body.as_bytes()].concat()
}

/// The body, with its content type where it has one.
fn body(call: &Call, names: &Names) -> (Option<String>, String) {
    if let Some(json) = &call.json {
        return (Some("application/json".to_owned()), filled_value(json, names).to_string());
    }
    if call.form.is_some() {
        let kind = "application/x-www-form-urlencoded".to_owned();
        return (Some(kind), encoded(&pairs(call.form.as_ref(), names)));
    }
    if call.parts.is_some() {
        let mut body = String::new();
        for (name, value) in pairs(call.parts.as_ref(), names) {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            let _ = write!(body, "{head}{value}\r\n");
        }
        let _ = write!(body, "--{BOUNDARY}--\r\n");
        return (Some(format!("multipart/form-data; boundary={BOUNDARY}")), body);
    }
    (None, call.body.as_deref().map_or_else(String::new, |body| filled(body, names)))
}

/// Parameters as texts: a text as it is, anything else as JSON.
fn pairs(members: Option<&Map<String, Value>>, names: &Names) -> Vec<(String, String)> {
    let text = |value: &Value| {
        let value = filled_value(value, names);
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    };
    members.into_iter().flatten().map(|(name, value)| (filled(name, names), text(value))).collect()
}

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
