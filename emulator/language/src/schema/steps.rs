//! Steps and expectations: what may stand beside what hangs on the key that says who acts.

use serde_json::{Map, Value, json};

use super::kinds::{keys, kind, mode_beside, with_needed};
use super::texts::{described, example, snippets};
use crate::check::Mode;
use crate::vocabulary::{EXPECTATIONS, Field, HEADS, Head, UNDER, Verb};

/// The definitions of a step, of an expectation, and of each of their heads.
pub(super) fn definitions() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let steps: Vec<Head> = HEADS.iter().map(|row| row.head).collect();
    let expectations: Vec<Head> = EXPECTATIONS.iter().map(|row| row.head).collect();
    for (prefix, heads, mode) in [("step", steps, Mode::Given), ("expectation", expectations, Mode::Awaited)]
    {
        let mut whole = one_of_heads(prefix, &heads, mode);
        whole["defaultSnippets"] = snippets(&heads).into();
        all.push((prefix.to_owned(), whole));
        all.extend(heads.iter().map(|head| (definition(prefix, head), with_verbs(head, mode))));
    }
    // It is broken at once and matches nothing that could be named.
    let never = json!({
        "allOf": [{"$ref": "#/definitions/expectation"}],
        "properties": {
            "within": false,
            "as": false,
            "optional": false,
            "nothing": false,
            "any_order": false,
            "one_of": {"items": {"$ref": "#/definitions/never"}},
        },
    });
    all.push(("never".to_owned(), never));
    all
}

fn definition(prefix: &str, head: &Head) -> String {
    format!("{prefix}_{}", head.name)
}

/// A mapping whose head says its shape.
fn one_of_heads(prefix: &str, heads: &[Head], mode: Mode) -> Value {
    let names: Vec<&str> = heads.iter().map(|head| head.name).collect();
    let mut properties = Map::new();
    for head in heads {
        properties.insert(head.name.to_owned(), described(kind(head.value, mode), head.meaning));
    }
    let mut shapes: Vec<Value> = heads
        .iter()
        .map(|head| {
            let name = format!("#/definitions/{}", definition(prefix, head));
            json!({"if": {"required": [head.name]}, "then": {"$ref": name}})
        })
        .collect();
    shapes.push(otherwise(&names, &json!({"propertyNames": keys(&names)})));
    json!({"type": "object", "minProperties": 1, "properties": properties, "allOf": shapes})
}

/// What holds of a mapping with this head.
fn with_verbs(head: &Head, mode: Mode) -> Value {
    if head.verbs.is_empty() {
        return beside(&[head.name], head.beside, mode);
    }
    let names: Vec<&str> = head.verbs.iter().map(|verb| verb.name).collect();
    let mut properties = Map::new();
    for verb in head.verbs {
        properties.insert(verb.name.to_owned(), value(verb, mode));
    }
    let mut shapes: Vec<Value> = head
        .verbs
        .iter()
        .map(|verb| {
            let fields = match mode {
                Mode::Given => verb.beside,
                Mode::Awaited => verb.expected_beside,
            };
            let fields = [fields, head.beside].concat();
            json!({"if": {"required": [verb.name]}, "then": beside(&[head.name, verb.name], &fields, mode)})
        })
        .collect();
    let lacking = json!({
        "required": names.first().into_iter().collect::<Vec<_>>(),
        "errorMessage": format!("say what it does: {}", names.join(", ")),
    });
    let possible: Vec<&str> = std::iter::once(head.name).chain(names.iter().copied()).collect();
    let without = json!({"propertyNames": keys(&possible), "if": {"maxProperties": 1}, "then": lacking});
    shapes.push(otherwise(&names, &without));
    json!({"properties": properties, "allOf": shapes})
}

/// What holds if none of these keys is there.
fn otherwise(names: &[&str], then: &Value) -> Value {
    let any: Vec<Value> = names.iter().map(|name| json!({"required": [name]})).collect();
    json!({"if": {"anyOf": any}, "else": then})
}

/// The keys that may stand beside these.
fn beside(taken: &[&str], fields: &[Field], mode: Mode) -> Value {
    let fields = &match mode {
        Mode::Given => [fields, &[UNDER]].concat(),
        Mode::Awaited => fields.to_vec(),
    };
    let mut properties = Map::new();
    for field in fields {
        properties.insert(
            field.name.to_owned(),
            described(kind(field.kind, mode_beside(mode, field.kind)), field.meaning),
        );
    }
    let names: Vec<&str> = taken.iter().copied().chain(fields.iter().map(|field| field.name)).collect();
    with_needed(json!({"properties": properties, "propertyNames": keys(&names)}), fields)
}

/// What stands after a verb, with an example.
fn value(verb: &Verb, mode: Mode) -> Value {
    let takes = match mode {
        Mode::Given => verb.value,
        Mode::Awaited => verb.expected,
    };
    let mut schema = kind(takes, mode);
    if mode == Mode::Awaited {
        schema = super::kinds::or_yes(schema);
    }
    let mut schema = described(schema, verb.meaning);
    if let Some(example) = example(takes) {
        schema["examples"] = json!([example]);
    }
    schema
}
