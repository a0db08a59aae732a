//! The JSON Schema of a journal, from the table of its entries.

use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::row::Codec;
use super::saw;

/// One form that an entry can have: its members, and which of them are always there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    data: Section,
    wall: Section,
}

#[derive(Debug, Clone, Default)]
struct Section {
    members: Map<String, Value>,
    required: Vec<&'static str>,
}

impl Section {
    fn schema(self) -> Value {
        json!({
            "type": "object",
            "properties": self.members,
            "required": self.required,
            "additionalProperties": false,
        })
    }
}

impl Form {
    /// A member that is always there.
    pub(crate) fn require(&mut self, name: &'static str, schema: Value) {
        self.data.members.insert(name.to_owned(), schema);
        self.data.required.push(name);
    }

    /// A member that may be absent.
    pub(crate) fn allow(&mut self, name: &'static str, schema: Value) {
        self.data.members.insert(name.to_owned(), schema);
    }

    /// A member of `wall`.
    pub(super) fn in_wall<T: Codec>(&mut self, name: &'static str) {
        let mut forms = vec![Self::default()];
        T::describe(name, &mut forms);
        for Self { data, wall: _ } in forms {
            self.wall.members.extend(data.members);
            self.wall.required.extend(data.required);
        }
    }
}

/// The schema of the lines of a journal: its header, and its entries.
pub fn schema() -> Value {
    let kinds = Kind::ALL.iter().map(|kind| kind.name());
    let entries: Vec<Value> = Kind::ALL.iter().flat_map(|kind| forms(*kind)).collect();
    let entry = json!({
        "description": "what happened",
        "type": "object",
        "properties": {"kind": {"enum": kinds.collect::<Vec<_>>()}},
        "required": ["kind"],
        "oneOf": entries,
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a journal of messenger-emulator",
        "if": {"required": ["format"]},
        "then": {"$ref": "#/$defs/header"},
        "else": {"$ref": "#/$defs/entry"},
        "$defs": {"header": super::header::schema(), "entry": entry},
    })
}

/// The forms of an entry of that kind.
fn forms(kind: Kind) -> impl Iterator<Item = Value> {
    let time = || json!({"type": "string", "format": "date-time"});
    let number = || json!({"type": "integer", "minimum": 1});
    kind.forms().into_iter().map(move |Form { data, mut wall }| {
        wall.members.insert("at".to_owned(), time());
        wall.required.push("at");
        json!({
            "title": kind.name(),
            "description": kind.meaning().trim(),
            "type": "object",
            "properties": {
                "lane": {"type": "string", "description": "in files: whose entry it is"},
                "seq": number(),
                "at": time(),
                "cause": number(),
                "assumed": {"const": true, "description": "the cause is only the likeliest one"},
                "rule": {"type": "string", "description": "the id of the rule that decided it"},
                "saw": saw::form().data.schema(),
                "kind": {"const": kind.name()},
                "data": data.schema(),
                "wall": wall.schema(),
            },
            "required": ["seq", "at", "kind", "data", "wall"],
            "additionalProperties": false,
        })
    })
}
