//! Every row of the tables with every kind of value: what the parser says of it, and that the schema agrees.
//!
//! The texts are golden. Read a change to one as somebody who has just made that mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use emulator_scenario::diagnostics::Diagnostic;
use emulator_scenario::scenario;
use emulator_scenario::schema::schema;
use emulator_scenario::step::{Names, parse_steps};
use emulator_scenario::vocabulary::{
    APP_KEYS, EXPECTATIONS, Field, HEADS, Head, PAGE_KEYS, PERSON_KEYS, SCENARIO_KEYS, TIMEOUT_KEYS,
    WORLD_KEYS,
};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// What is tried behind every key.
fn candidates() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(42),
        json!("nonsense"),
        json!("${now}"),
        json!([]),
        json!([{"nonsense": 1}]),
        json!({}),
        json!({"nonsense": 1}),
    ]
}

fn names() -> Names {
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    Names {
        apps: all(&["shopbot", "livechat"]),
        people: all(&["ana"]),
        captures: Some(all(&["greeting"])),
        ..Names::default()
    }
}

/// What the parser says of a document, in one line for each problem.
fn of_document(document: &Value) -> Vec<String> {
    let nowhere = |_: &Path| Err(io::ErrorKind::NotFound.into());
    let (_, problems) = scenario::load(Path::new("wrong.yaml"), document.to_string(), &nowhere);
    problems.iter().map(line).collect()
}

fn of_step(step: &Value) -> Vec<String> {
    parse_steps("step", &step.to_string(), &names()).err().unwrap_or_default().iter().map(line).collect()
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
                out.push_str(&format!(
                    "{place}: {}\n    {}\n",
                    values.join(" or "),
                    said.replace(" | ", "\n    ")
                ));
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

fn document(step: &Value) -> Value {
    json!({"scenario": "wrong", "steps": [step]})
}

fn try_head(validator: &Validator, head: &Head, shape: &Shape) -> Table {
    let samples = samples(shape.definition);
    let mut table = Table::default();
    let mut try_fields = |base: &Value, place: &str, fields: &[Field]| {
        for field in fields.iter().map(|field| field.name).chain(["nonsense"]) {
            for value in candidates().into_iter().take(if field == "nonsense" { 1 } else { usize::MAX }) {
                let step = (shape.step)(&with(base, field, &value));
                let place = format!("{place} + {field}");
                table.try_one(validator, &place, &value, &document(&step), &of_step(&step));
            }
        }
    };
    let empty = json!({});
    if head.verbs.is_empty() {
        let sample = samples.get(head.name).unwrap_or(&empty);
        try_fields(&empty, "", &[Field { name: head.name, kind: head.value, meaning: "" }]);
        try_fields(sample, head.name, head.beside);
    }
    for verb in head.verbs {
        let sample = samples.get(&format!("{} {}", head.name, verb.name)).unwrap_or(&empty);
        let who = json!({head.name: sample[head.name]});
        try_fields(&who, head.name, &[Field { name: verb.name, kind: verb.value, meaning: "" }]);
        let beside = if shape.definition == "step" { verb.beside } else { verb.expected_beside };
        try_fields(sample, verb.name, beside);
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
            let step = (shape.step)(&sample);
            assert_eq!(of_step(&step), Vec::<String>::new(), "{name}");
            assert!(validator.is_valid(&document(&step)), "{name}");
        }
    }
}

#[test]
fn steps() {
    let validator = super::validator();
    let tables: Vec<_> = HEADS.iter().map(|head| (head.name, try_head(&validator, head, &STEP))).collect();
    goldens("step", &tables);
}

#[test]
fn expectations() {
    let validator = super::validator();
    let tables = EXPECTATIONS.iter().map(|head| (head.name, try_head(&validator, head, &EXPECTATION)));
    goldens("expectation", &tables.collect::<Vec<_>>());
}

#[test]
fn files() {
    type Inside = fn(Map<String, Value>) -> Value;
    let good = json!({"scenario": "wrong", "steps": [{"note": "hello"}]});
    let in_world = |world: Value| json!({"scenario": "wrong", "steps": [{"note": "hello"}], "world": world});
    let scenario: Inside = |keys| {
        let mut whole = json!({"scenario": "wrong", "steps": [{"note": "hello"}]});
        whole.as_object_mut().expect("a mapping").extend(keys);
        whole
    };
    let sections: [(&str, &[Field], Box<dyn Fn(Map<String, Value>) -> Value>); 6] = [
        ("scenario", SCENARIO_KEYS, Box::new(scenario)),
        ("timeouts", TIMEOUT_KEYS, Box::new(|keys| with(&good, "timeouts", &keys.into()))),
        ("world", WORLD_KEYS, Box::new(move |keys| in_world(keys.into()))),
        ("page", PAGE_KEYS, Box::new(move |keys| in_world(json!({"page": keys})))),
        ("app", APP_KEYS, Box::new(move |keys| in_world(json!({"apps": {"shopbot": keys}})))),
        ("person", PERSON_KEYS, Box::new(move |keys| in_world(json!({"people": {"ana": keys}})))),
    ];
    let validator = super::validator();
    let mut tables = Vec::new();
    for (name, fields, inside) in &sections {
        let mut table = Table::default();
        for key in fields.iter().map(|field| field.name).chain(["nonsense"]) {
            for value in candidates().into_iter().take(if key == "nonsense" { 1 } else { usize::MAX }) {
                let whole = inside(Map::from_iter([(key.to_owned(), value.clone())]));
                table.try_one(&validator, &format!("{name} + {key}"), &value, &whole, &of_document(&whole));
            }
        }
        tables.push((*name, table));
    }
    goldens("file", &tables);
}
