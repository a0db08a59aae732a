//! What an answer differs in from what a row expects.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::http::Message;
use crate::request::{Names, filled, filled_value};
use crate::table::{Answers, Refused, Row, Text};

/// What stands in an expected text for any text of a kind, and how long one is at least and at most, after its beginning.
const KINDS: &[(&str, &str, usize, usize)] = &[
    ("${any}", "", 1, usize::MAX),
    ("${mid}", "m_", 64, 64),
    ("${instagram_mid}", "aWdfZAG1f", 68, 68),
    ("${trace}", "A", 22, 22),
];

/// Whether a text is the expected one, or one of the expected kind.
fn fits(expected: &str, got: &str) -> bool {
    let Some((_, begin, least, most)) = KINDS.iter().find(|(kind, ..)| *kind == expected) else {
        return expected == got;
    };
    let rest = got.strip_prefix(begin);
    let safe =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    rest.is_some_and(|rest| (*least..=*most).contains(&rest.len()) && (begin.is_empty() || safe(rest)))
}

/// Everything in which the answer differs from the row.
pub(crate) fn differences(row: &Row, answer: &Message, names: &Names) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(expected) = &row.refused {
        wrong.extend(not_refused_so(expected, answer, names));
    }
    if let Some(expected) = &row.answers {
        wrong.extend(not_answered_so(expected, answer, names));
    }
    wrong.extend(headers(&row.headers, answer, names));
    wrong
}

/// The headers that are not those that are expected.
pub(crate) fn headers(
    expected: &BTreeMap<String, Option<String>>,
    message: &Message,
    names: &Names,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, expected) in expected {
        let expected = expected.as_deref().map(|text| filled(text, names));
        let got = message.header(name);
        let fits = match (got, expected.as_deref()) {
            (Some(got), Some(expected)) => fits(expected, got),
            (got, expected) => got == expected,
        };
        if !fits {
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
    let trace = error.get("fbtrace_id").and_then(Value::as_str).unwrap_or_default();
    if !fits("${trace}", trace) {
        wrong.push(format!("the trace id is {trace:?}"));
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
        match serde_json::from_slice(&answer.body) {
            Ok(body) => wrong.extend(json_differs(expected, &body, names)),
            Err(error) => wrong.push(format!("the body is not JSON: {error}")),
        }
    }
    wrong
}

/// Says so if a value is not the expected one.
pub(crate) fn json_differs(expected: &Value, got: &Value, names: &Names) -> Option<String> {
    let expected = filled_value(expected, names);
    (!is(&expected, got)).then(|| format!("the JSON is\n    {got}\n  and not\n    {expected}"))
}

/// Whether a body is the expected one. The order of members counts.
fn is(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::String(expected), Value::String(got)) => fits(expected, got),
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
