//! What may stand after a key, for each kind of value.

use emulator_core::{OptionRule, Options, Protocol};
use serde_json::{Map, Value, json};

use super::section;
use super::texts::described;
use crate::check::Mode;
use crate::vocabulary::{self as words, Field, MATCHERS, PROTOCOLS, RESERVED_NAMES, ValueKind};

/// The mode of a value beside a verb: words and names are never matched.
pub(super) fn mode_beside(mode: Mode, kind: ValueKind) -> Mode {
    let fixed = matches!(
        kind,
        ValueKind::Word(_) | ValueKind::Bool | ValueKind::Person | ValueKind::Page | ValueKind::Capture
    );
    if fixed { Mode::Given } else { mode }
}

const EXPRESSION: &str = r"\$\{";
const DURATION: &str = r"^\s*[+-]?([0-9]+(ms|s|m|h|d|w)\s*)+$";
const REAL_TIME: &str = r"^\s*\+?([0-9]+(ms|s|m|h|d|w)\s*)+$";
const MOMENT: &str = r"^[0-9]{4}-?[0-9]{2}-?[0-9]{2}[Tt ].*([Zz]|[+-][0-9]{2}(:?[0-9]{2})*)(\[.*\])?$";
const NAME: &str = "^[A-Za-z_][A-Za-z0-9_]*$";
const LITERAL: &str = r"^((?!\$\{)[\s\S]|\$\$\{)*$";

/// Gives the schema of a kind of value.
pub(super) fn kind(kind: ValueKind, mode: Mode) -> Value {
    if let ValueKind::Needed(inner) = kind {
        return self::kind(*inner, mode);
    }
    let schema = plain(kind, mode);
    if mode == Mode::Given
        || [ValueKind::Pattern, ValueKind::Expectation, ValueKind::Prohibition].contains(&kind)
    {
        return schema;
    }
    json!({"if": reference("any_matcher"), "then": reference("matcher"), "else": schema})
}

/// A number of an error, an expression, null, or a matcher.
fn error_number(bounds: Value) -> Value {
    let mut number = written(EXPRESSION, "a number is needed, without quotes");
    number["type"] = json!(["integer", "string", "null"]);
    if let (Value::Object(number), Value::Object(bounds)) = (&mut number, bounds) {
        number.extend(bounds);
    }
    json!({"if": reference("any_matcher"), "then": reference("matcher"), "else": number})
}

fn plain(kind: ValueKind, mode: Mode) -> Value {
    match kind {
        ValueKind::Text => json!({"type": ["string", "number", "boolean"]}),
        ValueKind::Message => message(mode),
        ValueKind::Flag => json!({"enum": [true, null]}),
        ValueKind::FlagOr(fields) | ValueKind::Mapping(fields) => or_yes(mapping(fields, mode)),
        ValueKind::Duration => {
            let message = "a duration is needed, such as 90s, 24h or 1d 6h, or true";
            let mut duration = written(&or_expression(DURATION), message);
            duration["type"] = json!(["string", "boolean"]);
            duration["not"] = json!({"const": false});
            duration
        }
        ValueKind::RealTime => real_time(),
        ValueKind::RealTimeOrAuto => {
            written(&format!("^auto$|{REAL_TIME}"), "write auto, or a length such as 300ms")
        }
        ValueKind::ClockMove => clock(),
        ValueKind::Bool => json!({"enum": [true, false, "on", "off"]}),
        ValueKind::App | ValueKind::Person | ValueKind::Page | ValueKind::Capture => {
            written(NAME, "a name is needed: letters, digits and _")
        }
        ValueKind::Receiver => json!({"type": ["string", "integer"]}),
        ValueKind::Owner | ValueKind::Primary => json!({"type": ["string", "null"]}),
        ValueKind::Word(choice) => json!({"enum": choice.iter().map(|word| spelt(word)).collect::<Vec<_>>()}),
        ValueKind::Any => json!({}),
        ValueKind::Expectation => reference("expectation"),
        ValueKind::Prohibition => reference("never"),
        ValueKind::OnOff => json!({"enum": ["on", "off", true, false, null]}),
        ValueKind::Earlier => json!({"type": "string"}),
        ValueKind::Media => json!({"type": "string"}),
        ValueKind::Url => written(&or_expression("^https?://"), "an http(s) URL is needed"),
        ValueKind::Domain => {
            let message = "the https address of a domain is needed, such as https://www.example.com";
            written(r"^https://[^/?#]+\.[^/?#]+/?$", message)
        }
        ValueKind::Needed(inner) => plain(*inner, mode),
        ValueKind::ListOf(inner) => json!({"type": "array", "items": self::kind(*inner, mode)}),
        ValueKind::PerApp(inner) | ValueKind::PerReceiver(inner) => {
            json!({"type": "object", "additionalProperties": self::kind(*inner, Mode::Given)})
        }
        ValueKind::OrPerPage(inner) => {
            let one = self::kind(*inner, Mode::Given);
            json!({"if": {"type": "object"}, "then": {"additionalProperties": one}, "else": one})
        }
        ValueKind::OneOrMore(inner) => {
            let one = self::kind(*inner, mode);
            json!({"if": {"type": "array"}, "then": {"items": one}, "else": one})
        }
        ValueKind::Free(inner) => json!({"type": "object", "additionalProperties": self::kind(*inner, mode)}),
        ValueKind::Literal => literal(&["string", "number", "boolean"]),
        ValueKind::Glob => literal(&["string"]),
        ValueKind::Reason => literal(&["string", "number"]),
        ValueKind::Id(bits) => json!({
            "type": ["integer", "string"],
            "minimum": 1,
            "maximum": (1_u64 << bits) - 1,
            "pattern": "^[1-9][0-9]*$",
            "patternErrorMessage": "an id is made of digits and does not begin with a zero",
        }),
        ValueKind::Whole(least, u64::MAX) => json!({"type": "integer", "minimum": least}),
        ValueKind::Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        ValueKind::Command => json!({
            "type": ["string", "number", "boolean", "array"],
            "minItems": 1,
            "items": {"type": ["string", "number", "boolean", "null"]},
        }),
        ValueKind::Path => literal(&["string", "number", "boolean"]),
        ValueKind::Version => {
            written(r"^v[0-9]+\.[0-9]+$", "a version of the Graph API is needed, such as v25.0")
        }
        ValueKind::GraphPath => {
            let message = "a path has no slash before it, no host and no query, such as me/messages";
            written(r"^[^/?:][^?:]*$|\$\{", message)
        }
        ValueKind::Cases => json!({"type": "array", "minItems": 1, "items": {"type": "object"}}),
        ValueKind::Protocol => json!({"enum": PROTOCOLS}),
        ValueKind::Protocols => {
            let one = json!({"enum": PROTOCOLS});
            json!({"if": {"type": "array"}, "then": {"items": one}, "else": one})
        }
        ValueKind::Beginning => written(
            &format!("^now$|{MOMENT}"),
            "a moment with a zone is needed, such as 2026-03-02T08:00:00Z, or now",
        ),
        ValueKind::Section(fields) => section(fields),
        ValueKind::Named(fields) => json!({
            "type": "object",
            "additionalProperties": or_nothing(section(fields)),
            "propertyNames": {
                "pattern": NAME,
                "patternErrorMessage": "a name is made of letters, digits and _, and begins with a letter",
                "not": {"enum": RESERVED_NAMES},
            },
        }),
        ValueKind::World => {
            let world = section(words::WORLD_KEYS);
            or_text(world)
        }
        ValueKind::Steps => json!({"type": "array", "minItems": 1, "items": reference("step")}),
        ValueKind::Switches => switches(),
        ValueKind::Pattern => reference("pattern"),
        ValueKind::Status => error_number(json!({"minimum": 100, "maximum": 599})),
        ValueKind::Code | ValueKind::Subcode => error_number(json!({})),
        ValueKind::Regex => json!({"type": ["string", "number", "boolean"]}),
        ValueKind::Number => number(),
        ValueKind::Range => json!({
            "if": {"type": "array"},
            "then": {"minItems": 2, "maxItems": 2, "items": number()},
            "else": written(EXPRESSION, "a list of two numbers is needed, such as [1, 5]"),
        }),
    }
}

/// The keys that a mapping can have.
pub(super) fn keys(names: &[&str]) -> Value {
    json!({"enum": names, "errorMessage": format!("no such key here; possible are: {}", names.join(", "))})
}

pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// A text of this form.
fn written(pattern: &str, message: &str) -> Value {
    json!({"type": "string", "pattern": pattern, "patternErrorMessage": message, "errorMessage": message})
}

fn or_expression(pattern: &str) -> String {
    format!("{pattern}|{EXPRESSION}")
}

fn real_time() -> Value {
    written(REAL_TIME, "a length of real time is needed, such as 300ms or 5s; it takes no expression")
}

fn literal(types: &[&str]) -> Value {
    json!({
        "type": types,
        "pattern": LITERAL,
        "patternErrorMessage": "this takes no expression; write the value itself",
    })
}

fn number() -> Value {
    json!({"type": ["number", "string"], "pattern": EXPRESSION, "patternErrorMessage": "a number is needed"})
}

fn clock() -> Value {
    let moved = format!(r"^next$|{}", or_expression(REAL_TIME));
    let mut clock = written(&moved, "write a duration such as +24h, {to: TIME}, or next");
    clock["type"] = json!(["string", "object"]);
    let moment =
        written(&or_expression(MOMENT), "a moment with a zone is needed, such as 2026-03-02T08:00:00Z");
    clock["properties"] = json!({"to": moment});
    clock["required"] = json!(["to"]);
    clock["propertyNames"] = keys(&["to"]);
    clock
}

/// A word; the version of the format looks like a number.
fn spelt(word: &str) -> Value {
    serde_json::from_str::<serde_json::Number>(word).map_or_else(|_| word.into(), Value::Number)
}

/// A message; where it is given, a matcher has no use.
fn message(mode: Mode) -> Value {
    match mode {
        Mode::Given => json!({
            "type": ["string", "number", "boolean", "object"],
            "not": reference("any_matcher"),
        }),
        Mode::Awaited => json!({
            "type": ["string", "number", "boolean", "object"],
            "additionalProperties": reference("pattern"),
        }),
    }
}

fn mapping(fields: &[Field], mode: Mode) -> Value {
    let mut properties: Map<String, Value> = fields
        .iter()
        .map(|field| (field.name.to_owned(), described(kind(field.kind, mode), field.meaning)))
        .collect();
    let mut names = words::names(fields);
    if mode == Mode::Awaited {
        names.push("exact");
        properties.insert("exact".to_owned(), described(json!({"const": true}), "it has no other keys"));
    }
    let names = keys(&names);
    with_needed(json!({"type": "object", "properties": properties, "propertyNames": names}), fields)
}

/// Adds the keys that cannot be left out.
pub(super) fn with_needed(mut schema: Value, fields: &[Field]) -> Value {
    let needed: Vec<&str> = fields
        .iter()
        .filter(|field| matches!(field.kind, ValueKind::Needed(_)))
        .map(|field| field.name)
        .collect();
    if !needed.is_empty() {
        schema["required"] = needed.into();
    }
    schema
}

/// The same, or nothing at all.
pub(super) fn or_nothing(schema: Value) -> Value {
    or(schema, &Value::Null, "null")
}

/// The same, or `true`, or nothing at all.
pub(super) fn or_yes(schema: Value) -> Value {
    let had = ["enum", "else"].iter().any(|word| schema.get(word).is_some());
    let fits_booleans =
        had || schema["type"].as_array().is_some_and(|types| types.contains(&"boolean".into()));
    let mut schema = or(or_nothing(schema), &Value::Bool(true), "boolean");
    if !fits_booleans && schema.get("type").is_some() {
        schema["not"] = json!({"const": false});
    }
    schema
}

/// Adds a value, or its type, to what a schema takes. Editors offer the values of a list only if it holds this one.
fn or(mut schema: Value, value: &Value, kind: &str) -> Value {
    if let Some(Value::Array(choice)) = schema.get_mut("enum") {
        if !choice.contains(value) {
            choice.push(value.clone());
        }
    } else if let Some(other) = schema.get_mut("else") {
        *other = or(other.take(), value, kind);
    } else if let Some(types) = schema.get_mut("type") {
        let mut all =
            if let Value::Array(types) = types { std::mem::take(types) } else { vec![types.take()] };
        if !all.contains(&kind.into()) {
            all.push(kind.into());
        }
        *types = all.into();
    }
    schema
}

/// The same, or a text.
fn or_text(mut schema: Value) -> Value {
    schema["type"] = json!(["object", "string"]);
    schema
}

/// The switches of a Page: YAML has words of its own for three of ours.
fn switches() -> Value {
    let properties: Map<String, Value> =
        Options::ALL.iter().map(|option| (option.name.to_owned(), switch(option))).collect();
    let names: Vec<&str> = Options::ALL.iter().map(|option| option.name).collect();
    json!({"type": "object", "properties": properties, "propertyNames": keys(&names)})
}

fn switch(option: &OptionRule) -> Value {
    let values = if option.words.is_empty() {
        written("^[0-9]{4}-?[0-9]{2}-?[0-9]{2}$", "a day is needed, such as 2026-07-01")
    } else {
        let mut choice: Vec<Value> = option.words.iter().map(|word| (*word).into()).collect();
        for (word, instead) in [("on", Value::Bool(true)), ("off", Value::Bool(false)), ("none", Value::Null)]
        {
            if option.words.contains(&word) {
                choice.push(instead);
            }
        }
        json!({"enum": choice})
    };
    let rule = option.rule.rule();
    let meaning = format!(
        "{}; `{}` unless given ({}, {})",
        option.meaning,
        option.default(Protocol::Handover),
        rule.code,
        rule.title
    );
    let mut switch = described(values, &meaning);
    switch["default"] = option.default(Protocol::Handover).into();
    switch
}

/// A pattern: a matcher, or a value whose members are patterns.
pub(super) fn pattern() -> Value {
    json!({
        "if": reference("any_matcher"),
        "then": reference("matcher"),
        "else": {"additionalProperties": reference("pattern"), "items": reference("pattern")},
    })
}

/// A mapping whose keys are all matchers.
pub(super) fn any_matcher() -> Value {
    json!({"type": "object", "minProperties": 1, "propertyNames": {"enum": words::names(MATCHERS)}})
}

/// What the matchers take.
pub(super) fn matcher() -> Value {
    let properties: Map<String, Value> = MATCHERS
        .iter()
        .map(|field| (field.name.to_owned(), described(kind(field.kind, Mode::Given), field.meaning)))
        .collect();
    json!({"properties": properties})
}
