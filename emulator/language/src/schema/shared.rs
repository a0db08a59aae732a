//! Says once what the same key means in many places.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Below this many characters a reference is hardly shorter than what it stands for.
const WORTH_SHARING: usize = 160;

/// Replaces what stands behind a key of that name more than once by a reference to a definition.
pub(super) fn share(schema: &mut Value) {
    let mut found = BTreeMap::new();
    count(schema, &mut found);
    let mut named: BTreeMap<(String, String), String> = BTreeMap::new();
    for (name, text) in found.into_iter().filter(|(_, times)| *times > 1).map(|(found, _)| found) {
        let of_this_name = named.keys().filter(|(other, _)| *other == name).count();
        let number = if of_this_name == 0 { String::new() } else { format!("_{}", of_this_name + 1) };
        let definition = format!("key_{name}{number}");
        named.insert((name, text), definition);
    }
    replace(schema, &named);
    let mut definitions = Map::new();
    for ((_, text), name) in &named {
        if let Ok(mut definition) = serde_json::from_str(text) {
            replace(&mut definition, &named);
            definitions.insert(name.clone(), definition);
        }
    }
    if let Some(Value::Object(all)) = schema.get_mut("definitions") {
        all.extend(definitions);
    }
}

fn count(schema: &Value, found: &mut BTreeMap<(String, String), usize>) {
    for (name, value) in properties(schema) {
        let text = value.to_string();
        if text.len() > WORTH_SHARING {
            *found.entry((name.clone(), text)).or_default() += 1;
        }
    }
    match schema {
        Value::Array(items) => items.iter().for_each(|item| count(item, found)),
        Value::Object(object) => object.values().for_each(|value| count(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn replace(schema: &mut Value, named: &BTreeMap<(String, String), String>) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, value) in properties {
            if let Some(definition) = named.get(&(name.clone(), value.to_string())) {
                *value = json!({"$ref": format!("#/definitions/{definition}")});
            }
        }
    }
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, named)),
        Value::Object(object) => object.values_mut().for_each(|value| replace(value, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
