//! The schema that editors get, held against files: it accepts what the parser accepts, and rejects what it can.

mod table;

use emulator_tests::ROOT;
use std::fs;
use std::path::{Path, PathBuf};

use emulator_scenario::diagnostics::SourceText;
use emulator_scenario::schema::schema;
use emulator_scenario::yaml;
use jsonschema::Validator;

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).expect("the schema is a schema")
}

/// Every YAML file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// What the schema says of the documents of a text; none where the text is no YAML.
fn said(validator: &Validator, name: &str, text: &str) -> Option<Vec<String>> {
    let (documents, problems) = yaml::read(&SourceText::new(name, text));
    let documents = Some(documents).filter(|_| problems.is_empty())?;
    let said = documents.iter().flat_map(|document| {
        let value = document.literal();
        let errors =
            validator.iter_errors(&value).map(|error| format!("{} at {}", error, error.instance_path()));
        errors.collect::<Vec<_>>()
    });
    Some(said.collect())
}

/// The blocks of YAML in a Markdown document that are whole scenarios or worlds.
fn blocks(markdown: &str) -> Vec<String> {
    let blocks = markdown.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    blocks.map(str::to_owned).collect()
}

#[test]
fn the_committed_schema_is_what_the_program_prints() {
    let committed = fs::read_to_string(format!("{ROOT}/docs/scenario.schema.json")).unwrap_or_default();
    assert!(
        committed == format!("{:#}\n", schema()),
        "docs/scenario.schema.json is old: cargo run -- schema > docs/scenario.schema.json"
    );
}

#[test]
fn every_shipped_file_and_every_example_of_the_documents_is_accepted() {
    let validator = validator();
    let mut texts: Vec<(String, String)> = Vec::new();
    for folder in ["scenarios", "docs/examples"] {
        for path in files(&Path::new(ROOT).join(folder)) {
            texts.push((path.display().to_string(), fs::read_to_string(&path).expect("it can be read")));
        }
    }
    for name in ["README.md", "docs/scenarios.md"] {
        let markdown = fs::read_to_string(Path::new(ROOT).join(name)).expect("the document is there");
        let blocks = blocks(&markdown);
        assert!(!blocks.is_empty(), "{name} has examples");
        texts.extend(blocks.into_iter().enumerate().map(|(number, text)| (format!("{name} {number}"), text)));
    }
    assert!(texts.len() > 30, "only {} texts", texts.len());
    for (name, text) in texts {
        assert_eq!(said(&validator, &name, &text), Some(Vec::new()), "{name}");
    }
}

/// The wrong files that a schema has nothing to say of, and why.
const BEYOND_A_SCHEMA: &str = include_str!("beyond.txt");

#[test]
fn every_wrong_file_is_rejected_unless_no_schema_could() {
    let validator = validator();
    let mut beyond = Vec::new();
    for path in files(&Path::new(ROOT).join("emulator/language/tests/wrong")) {
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        // What is not YAML, no schema gets to see.
        let text = fs::read(&path).expect("it can be read");
        let Some(said) = String::from_utf8(text).ok().and_then(|text| said(&validator, &name, &text)) else {
            continue;
        };
        if said.is_empty() {
            beyond.push(name);
        }
    }
    beyond.sort_unstable();
    let listed = BEYOND_A_SCHEMA.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut sorted: Vec<&str> = listed.collect();
    sorted.sort_unstable();
    assert_eq!(beyond, sorted, "beyond.txt says which wrong files the schema accepts");
}
