//! What an editor shows: descriptions, and samples of what can be written.

use serde_json::{Map, Value, json};

use crate::vocabulary::{Field, Head, ValueKind, Verb};

/// Adds what a key means, plainly and, where it names words of the language, as Markdown.
pub(super) fn described(schema: Value, meaning: &str) -> Value {
    let sentence = sentence(meaning);
    let mut described = match schema {
        Value::Object(object) if !object.contains_key("$ref") => object,
        Value::Bool(true) => Map::new(),
        // In draft-07 nothing counts beside a reference.
        other @ (Value::Object(_)
        | Value::Bool(_)
        | Value::Null
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)) => Map::from_iter([("allOf".to_owned(), json!([other]))]),
    };
    described.insert("description".to_owned(), sentence.replace('`', "").into());
    if sentence.contains('`') {
        described.insert("markdownDescription".to_owned(), sentence.into());
    }
    Value::Object(described)
}

/// Makes a fragment a sentence.
pub(super) fn sentence(fragment: &str) -> String {
    let mut characters = fragment.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

/// Gives what can stand after a key, to be shown beside it; none where there is nothing typical.
pub(super) fn example(kind: ValueKind) -> Option<Value> {
    Some(match kind {
        ValueKind::Text | ValueKind::Message | ValueKind::Pattern => json!("hello"),
        ValueKind::Flag | ValueKind::Bool | ValueKind::FlagOr(_) => json!(true),
        ValueKind::Mapping(fields) => fields_example(fields)?,
        ValueKind::Duration => json!("3d"),
        ValueKind::RealTime | ValueKind::RealTimeOrAuto => json!("300ms"),
        ValueKind::ClockMove => json!("+24h"),
        ValueKind::App | ValueKind::Owner | ValueKind::Primary => json!("shopbot"),
        ValueKind::Receiver => json!("livechat"),
        ValueKind::Person => json!("ana"),
        ValueKind::Page => json!("store"),
        ValueKind::Word(choice) => json!(choice.first()?),
        ValueKind::Capture | ValueKind::Earlier => json!("greeting"),
        ValueKind::OnOff => json!("on"),
        ValueKind::Url | ValueKind::Media => json!("https://example.com/cup.png"),
        ValueKind::Status => json!(400),
        ValueKind::Code => json!(100),
        ValueKind::Subcode => json!(2_018_278),
        ValueKind::Domain => json!("https://www.example.com"),
        ValueKind::Expectation | ValueKind::Prohibition => json!({"app": "shopbot", "sends": "hello"}),
        ValueKind::ListOf(inner) => json!([example(*inner)?]),
        ValueKind::PerApp(inner) | ValueKind::PerReceiver(inner) => json!({"shopbot": example(*inner)?}),
        ValueKind::OneOrMore(inner) | ValueKind::OrPerPage(inner) | ValueKind::Needed(inner) => {
            example(*inner)?
        }
        ValueKind::Regex => json!("^Hello"),
        ValueKind::Number => json!(5),
        ValueKind::Range => json!([1, 5]),
        ValueKind::Id(_) => json!("100200300400500"),
        ValueKind::Command => json!("node bots/shopbot.js"),
        ValueKind::Path => json!("parts/greeting.yaml"),
        ValueKind::Version => json!("v25.0"),
        ValueKind::GraphPath => json!("me/messages"),
        ValueKind::Beginning => json!("2026-03-02T08:00:00Z"),
        ValueKind::Any
        | ValueKind::Literal
        | ValueKind::Glob
        | ValueKind::Reason
        | ValueKind::Whole(..)
        | ValueKind::Protocol
        | ValueKind::Protocols
        | ValueKind::Cases
        | ValueKind::Free(_)
        | ValueKind::Section(_)
        | ValueKind::Named(_)
        | ValueKind::World
        | ValueKind::Steps
        | ValueKind::Switches => return None,
    })
}

fn fields_example(fields: &[Field]) -> Option<Value> {
    let first = fields.first()?;
    Some(json!({first.name: example(first.kind)?}))
}

/// The steps that an editor offers to write: one for each head without verbs, and for each verb.
pub(super) fn snippets(heads: &[Head]) -> Vec<Value> {
    let mut all = Vec::new();
    for head in heads {
        let Some(who) = example(head.value) else { continue };
        if head.verbs.is_empty() {
            let needed = head.beside.iter().filter(|field| matches!(field.kind, ValueKind::Needed(_)));
            let mut body = Map::from_iter([(head.name.to_owned(), who)]);
            body.extend(needed.filter_map(|field| Some((field.name.to_owned(), example(field.kind)?))));
            all.push(snippet(head.name, head.meaning, &body.into()));
            continue;
        }
        for Verb { name, value, meaning, .. } in head.verbs {
            let Some(value) = example(*value) else { continue };
            let body = json!({head.name: who, *name: value});
            all.push(snippet(&format!("{} {name}", head.name), meaning, &body));
        }
    }
    all
}

fn snippet(label: &str, meaning: &str, body: &Value) -> Value {
    json!({"label": label, "description": sentence(meaning).replace('`', ""), "body": body})
}

/// A scenario to begin with.
pub(super) fn first_scenario() -> Value {
    let body = json!({
        "scenario": "${1:The bot answers}",
        "steps": [{"user": "${2:user}", "says": "${3:hello}"}, {"expect": {"app": "${4:bot}", "sends": true}}],
    });
    snippet("scenario", "a scenario to begin with", &body)
}
