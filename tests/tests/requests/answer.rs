//! What an answer differs in from what a row expects.

use serde_json::{Map, Value};

use crate::http::Message;
use crate::request::{Names, filled, filled_value};
use crate::table::{Answers, Refused, Row, Text};

/// Stands in an expected body for any text that is not empty.
const ANY: &str = "${any}";

/// Everything in which the answer differs from the row.
pub(crate) fn differences(row: &Row, answer: &Message, names: &Names) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(expected) = &row.refused {
        wrong.extend(not_refused_so(expected, answer, names));
    }
    if let Some(expected) = &row.answers {
        wrong.extend(not_answered_so(expected, answer, names));
    }
    for (name, expected) in &row.headers {
        let expected = expected.as_deref().map(|text| filled(text, names));
        let got = answer.header(name);
        if expected.as_deref().is_some_and(|text| text == ANY && got.is_some_and(|got| !got.is_empty())) {
            continue;
        }
        if got != expected.as_deref() {
            wrong.push(format!("the header {name} is {got:?}, and not {expected:?}"));
        }
    }
    wrong
}

/// In what the answer is not the refusal that is expected.
pub(crate) fn not_refused_so(expected: &Refused, answer: &Message, names: &Names) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
        return vec![format!("the answer is not JSON: {answer:?}")];
    };
    let Some(error) = body["error"].as_object() else {
        return vec![format!("the call is not refused: {} {body}", answer.status())];
    };
    let mut wrong = Vec::new();
    if answer.status() != expected.status {
        wrong.push(format!("the status is {}, and not {}", answer.status(), expected.status));
    }
    let mut members = Map::new();
    members.insert("type".into(), expected.kind.clone().into());
    members.insert("code".into(), expected.code.into());
    members.extend(expected.subcode.map(|it| ("error_subcode".into(), it.into())));
    members.extend(expected.transient.map(|it| ("is_transient".into(), it.into())));
    members.extend(expected.user_title.clone().map(|it| ("error_user_title".into(), it.into())));
    members.extend(expected.user_msg.clone().map(|it| ("error_user_msg".into(), it.into())));
    for name in ["type", "code", "error_subcode", "is_transient", "error_user_title", "error_user_msg"] {
        let (got, expected) = (error.get(name), members.get(name));
        if got != expected {
            let shown = |value: Option<&Value>| value.map_or("absent".to_owned(), Value::to_string);
            wrong.push(format!("`{name}` is {}, and not {}", shown(got), shown(expected)));
        }
    }
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    let (fits, expected) = match &expected.message {
        Text::Whole(text) => {
            let text = filled(text, names);
            (message == text, text)
        }
        Text::Ends { starts_with, ends_with } => {
            let (start, end) = (filled(starts_with, names), filled(ends_with, names));
            (message.starts_with(&start) && message.ends_with(&end), format!("{start} … {end}"))
        }
    };
    if !fits {
        wrong.push(format!("the message is\n    {message}\n  and not\n    {expected}"));
    }
    wrong
}

fn not_answered_so(expected: &Answers, answer: &Message, names: &Names) -> Vec<String> {
    let mut wrong = Vec::new();
    if answer.status() != expected.status {
        wrong.push(format!("the answer is {answer:?}, and not one of status {}", expected.status));
        return wrong;
    }
    if let Some(expected) = &expected.text {
        let expected = filled(expected, names);
        if answer.text() != expected {
            wrong.push(format!("the body is\n    {}\n  and not\n    {expected}", answer.text()));
        }
    }
    if let Some(expected) = &expected.json {
        let expected = filled_value(expected, names);
        match serde_json::from_slice::<Value>(&answer.body) {
            Ok(body) if is(&expected, &body) => {}
            Ok(body) => wrong.push(format!("the body is\n    {body}\n  and not\n    {expected}")),
            Err(error) => wrong.push(format!("the body is not JSON: {error}")),
        }
    }
    wrong
}

/// Whether a body is the expected one. The order of members counts.
fn is(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::String(text), Value::String(got)) if text == ANY => !got.is_empty(),
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len() && expected.iter().zip(got).all(|(expected, got)| is(expected, got))
        }
        (Value::Object(expected), Value::Object(got)) => {
            expected.len() == got.len()
                && expected
                    .iter()
                    .zip(got)
                    .all(|((name, expected), (other, got))| name == other && is(expected, got))
        }
        (expected, got) => expected == got,
    }
}
