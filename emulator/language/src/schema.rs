//! The JSON Schema of files, for editors: generated from the tables of [`crate::vocabulary`].
//!
//! It is draft-07, which every version of the YAML language server understands. What may stand beside a key hangs on
//! that key (`if` it is there, `then`), never on a choice between whole shapes, since editors then point at the very
//! key that is wrong. It is an aid while writing: it accepts whatever the parser accepts, and leaves to `check` what
//! depends on other places, such as names.

mod kinds;
mod shared;
mod steps;
mod texts;

use serde_json::{Map, Value, json};

use crate::check::Mode;
use crate::vocabulary::{self as words, Field, ValueKind};
use kinds::{keys, kind, or_nothing};
use texts::described;

/// Gives the schema of one document: a scenario, a part or a world.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for (name, definition) in [
        ("scenario", with_steps("scenario", words::SCENARIO_KEYS)),
        ("part", with_steps("part", words::PART_KEYS)),
        ("world", section(words::WORLD_KEYS)),
        ("pattern", kinds::pattern()),
        ("any_matcher", kinds::any_matcher()),
        ("matcher", kinds::matcher()),
    ] {
        definitions.insert(name.to_owned(), definition);
    }
    definitions.extend(steps::definitions());
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "messenger-emulator",
        "description": "A scenario; a part, whose steps others use; or a world: the Page, the apps and the people.",
        "type": "object",
        "minProperties": 1,
        "properties": {
            "scenario": described(Value::Bool(true), words::SCENARIO_KEYS[0].meaning),
            "part": described(Value::Bool(true), words::PART_KEYS[0].meaning),
        },
        "defaultSnippets": [texts::first_scenario()],
        "if": {"required": ["scenario"]},
        "then": {"$ref": "#/definitions/scenario"},
        "else": {
            "if": {"required": ["part"]},
            "then": {"$ref": "#/definitions/part"},
            "else": {"$ref": "#/definitions/world"},
        },
        "definitions": definitions,
    });
    shared::share(&mut schema);
    schema
}

/// A document that is named and has steps.
fn with_steps(name: &str, fields: &[Field]) -> Value {
    let mut document = section(fields);
    document["required"] = json!([name, "steps"]);
    document
}

/// A mapping of a file. A key with nothing behind it counts as left out.
fn section(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let value = kind(field.kind, Mode::Given);
            let value = if field.kind == ValueKind::Steps { value } else { or_nothing(value) };
            (field.name.to_owned(), described(value, field.meaning))
        })
        .collect();
    json!({"type": "object", "properties": properties, "propertyNames": keys(&words::names(fields))})
}
