//! Every row of the tables with every kind of value: what the parser says of it, and that the schema agrees.
//!
//! The texts are golden. Read a change to one as somebody who has just made that mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use emulator_language::diagnostics::Diagnostic;
use emulator_language::scenario;
use emulator_language::schema::schema;
use emulator_language::vocabulary::{
    ACCOUNT_KEYS, APP_KEYS, EXPECTATIONS, Field, HEADS, Head, PAGE_KEYS, PART_KEYS, PERSON_KEYS,
    SCENARIO_KEYS, TIMEOUT_KEYS, WORLD_KEYS,
};
use jsonschema::Validator;
use serde_json::{Value, json};

/// What is tried behind every key.
fn candidates() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(42),
        json!("nonsense"),
        json!("${now}"),
        json!([{"nonsense": 1}]),
        json!({"nonsense": 1}),
    ]
}

/// What every file is that a document names, save one that is not there.
const PART: &str = "part: greets\nsteps:\n  - note: hello\n";

/// What the parser says of a document, in one line for each problem.
fn of_document(document: &Value) -> Vec<String> {
    let loader = |path: &Path| match path.file_name() {
        Some(name) if name != "emulator.yaml" && name != "nonsense" => Ok(PART.into()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let (_, problems) = scenario::load(Path::new("wrong.yaml"), document.to_string(), &loader);
    problems.iter().map(line).collect()
}

/// A step in a scenario with apps, a person and a captured message.
fn document(step: &Value) -> Value {
    json!({
        "scenario": "wrong",
        "world": {"apps": {"shopbot": {"start": "node bot.js"}, "livechat": {}}, "people": {"ana": {}}},
        "steps": [{"user": "ana", "says": "hello", "as": "greeting"}, step],
    })
}

fn line(problem: &Diagnostic) -> String {
    let parts = [Some(&problem.message), problem.label.as_ref(), problem.help.as_ref()];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" | ")
}

/// The golden texts of one group, and where parser and schema do not agree.
#[derive(Default)]
struct Table {
    /// What is said, of which place, and which values it is said of.
    said: Vec<(String, String, Vec<String>)>,
    /// What the parser refuses and the schema accepts.
    beyond: BTreeSet<String>,
}

impl Table {
    /// Tries a value; `told` is what the parser says.
    fn try_one(&mut self, validator: &Validator, place: &str, value: &Value, whole: &Value, told: &[String]) {
        let errors: Vec<String> = validator.iter_errors(whole).map(|error| error.to_string()).collect();
        assert!(
            !told.is_empty() || errors.is_empty(),
            "{place}: the parser takes {whole} and the schema does not: {errors:?}"
        );
        if !told.is_empty() && errors.is_empty() {
            self.beyond.insert(format!("{place}: {value}"));
        }
        for told in told {
            match self.said.iter_mut().find(|(other, said, _)| other == place && said == told) {
                Some((_, _, values)) => values.push(value.to_string()),
                None => self.said.push((place.to_owned(), told.clone(), vec![value.to_string()])),
            }
        }
    }

    /// The texts, each once: many verbs share the keys beside them.
    fn text(&self) -> String {
        let mut shown = BTreeSet::new();
        let mut out = String::new();
        for (place, said, values) in &self.said {
            let key = place.rsplit(" + ").next().unwrap_or_default();
            if shown.insert((key, said, values)) {
                let said = said.replace(" | ", "\n    ");
                out.extend([format!("{place}: {}\n    {said}\n", values.join(" or "))]);
            }
        }
        out
    }
}

/// The samples of the schema, by what editors call them.
fn samples(definition: &str) -> BTreeMap<String, Value> {
    let schema = schema();
    let snippets =
        schema["definitions"][definition]["defaultSnippets"].as_array().cloned().unwrap_or_default();
    let named = |snippet: &Value| Some((snippet["label"].as_str()?.to_owned(), snippet["body"].clone()));
    snippets.iter().filter_map(named).collect()
}

fn with(base: &Value, key: &str, value: &Value) -> Value {
    let mut base = base.as_object().cloned().unwrap_or_default();
    base.insert(key.to_owned(), value.clone());
    Value::Object(base)
}

/// A step as it stands in a scenario, for the schema; an expectation is put into one.
struct Shape {
    definition: &'static str,
    step: fn(&Value) -> Value,
}

const STEP: Shape = Shape { definition: "step", step: Value::clone };
const EXPECTATION: Shape =
    Shape { definition: "expectation", step: |expectation| json!({"expect": expectation}) };

fn try_head(validator: &Validator, head: &Head, shape: &Shape) -> Table {
    let samples = samples(shape.definition);
    let mut table = Table::default();
    let mut try_fields = |base: &Value, place: &str, fields: &[Field], unknown: Option<&str>| {
        for field in fields.iter().map(|field| field.name).chain(unknown) {
            for value in candidates().into_iter().take(if field == "nonsense" { 1 } else { usize::MAX }) {
                let step = (shape.step)(&with(base, field, &value));
                let place = format!("{place} + {field}");
                let whole = document(&step);
                table.try_one(validator, &place, &value, &whole, &of_document(&whole));
            }
        }
    };
    let empty = json!({});
    if head.verbs.is_empty() {
        let sample = samples.get(head.name).unwrap_or(&empty);
        try_fields(&empty, "", &[Field { name: head.name, kind: head.value, meaning: "" }], None);
        try_fields(sample, head.name, head.beside, Some("nonsense"));
    }
    if !head.verbs.is_empty() {
        let sample = samples.iter().find(|(name, _)| name.starts_with(&format!("{} ", head.name)));
        let sample = sample.map_or(&empty, |(_, sample)| sample);
        try_fields(sample, "", &[Field { name: head.name, kind: head.value, meaning: "" }], None);
        try_fields(&json!({head.name: sample[head.name]}), head.name, &[], Some("nonsense"));
    }
    for verb in head.verbs {
        let sample = samples.get(&format!("{} {}", head.name, verb.name)).unwrap_or(&empty);
        let who = json!({head.name: sample[head.name]});
        try_fields(&who, head.name, &[Field { name: verb.name, kind: verb.value, meaning: "" }], None);
        let beside = if shape.definition == "step" { verb.beside } else { verb.expected_beside };
        try_fields(sample, verb.name, &[beside, head.beside].concat(), Some("nonsense"));
    }
    table
}

fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The texts of each group, and for all groups together what no schema can refuse.
fn goldens(prefix: &str, tables: &[(&str, Table)]) {
    let mut beyond = String::new();
    for (name, table) in tables {
        golden(&format!("{prefix}-{name}"), &table.text());
        beyond.extend(table.beyond.iter().map(|line| format!("{line}\n")));
    }
    golden(&format!("{prefix}-beyond-a-schema"), &beyond);
}

#[test]
fn every_sample_that_editors_offer_is_a_step() {
    let validator = super::validator();
    for shape in [STEP, EXPECTATION] {
        let samples = samples(shape.definition);
        assert!(!samples.is_empty());
        for (name, sample) in samples {
            let whole = document(&(shape.step)(&sample));
            assert_eq!(of_document(&whole), Vec::<String>::new(), "{name}");
            assert!(validator.is_valid(&whole), "{name}");
        }
    }
}

#[test]
fn steps() {
    let validator = super::validator();
    let tables: Vec<_> = HEADS
        .iter()
        .map(|row| row.head)
        .map(|head| (head.name, try_head(&validator, &head, &STEP)))
        .collect();
    goldens("step", &tables);
}

#[test]
fn expectations() {
    let validator = super::validator();
    let tables = EXPECTATIONS
        .iter()
        .map(|row| row.head)
        .map(|head| (head.name, try_head(&validator, &head, &EXPECTATION)));
    goldens("expectation", &tables.collect::<Vec<_>>());
}

/// Puts the keys of a mapping where they belong in a document.
type Inside = fn(Value) -> Value;

fn with_keys(keys: Value) -> Value {
    let mut whole = json!({"scenario": "wrong", "steps": [{"note": "hello"}]});
    if let (Value::Object(whole), Value::Object(keys)) = (&mut whole, keys) {
        whole.extend(keys);
    }
    whole
}

fn in_world(world: &Value) -> Value {
    with_keys(json!({"world": world}))
}

#[test]
fn files() {
    let sections: [(&str, &[Field], Inside); 8] = [
        ("scenario", SCENARIO_KEYS, with_keys),
        ("part", PART_KEYS, |mut keys| {
            let given = keys.as_object_mut().expect("a mapping");
            given.entry("part").or_insert_with(|| "wrong".into());
            given.entry("steps").or_insert_with(|| json!([{"note": "hello"}]));
            keys
        }),
        ("timeouts", TIMEOUT_KEYS, |keys| with_keys(json!({"timeouts": keys}))),
        ("world", WORLD_KEYS, |keys| in_world(&keys)),
        ("page", PAGE_KEYS, |keys| in_world(&json!({"page": keys}))),
        ("instagram", ACCOUNT_KEYS, |keys| in_world(&json!({"page": {"instagram": keys}}))),
        ("app", APP_KEYS, |keys| in_world(&json!({"apps": {"shopbot": keys}}))),
        ("person", PERSON_KEYS, |keys| in_world(&json!({"people": {"ana": keys}}))),
    ];
    let validator = super::validator();
    let mut tables = Vec::new();
    for (name, fields, inside) in &sections {
        let mut table = Table::default();
        for key in fields.iter().map(|field| field.name).chain(["nonsense"]) {
            for value in candidates().into_iter().take(if key == "nonsense" { 1 } else { usize::MAX }) {
                let whole = inside(json!({key: value}));
                table.try_one(&validator, &format!("{name} + {key}"), &value, &whole, &of_document(&whole));
            }
        }
        tables.push((*name, table));
    }
    goldens("file", &tables);
}
