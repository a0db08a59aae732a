//! Every journal that a test writes is held against the schema that `schema --journal` prints, and read and written again.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use emulator_server::journal::{Reader, entry_to_json, schema};
use jsonschema::Validator;
use serde_json::Value;

fn validator() -> &'static Validator {
    static BUILT: OnceLock<Validator> = OnceLock::new();
    BUILT.get_or_init(|| jsonschema::validator_for(&schema()).expect("the schema is one"))
}

/// Holds a line against the schema.
///
/// # Panics
/// When it says something else.
#[track_caller]
pub fn hold_entry_against_schema(line: &Value) {
    let problems: Vec<String> = validator().iter_errors(line).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{}\n{line}", problems.join("\n"));
}

/// Holds a whole journal against the schema. Each entry is read, and written as it was. A last line without its end is
/// left out.
///
/// # Panics
/// When it says something else.
#[track_caller]
pub fn hold_journal_against_schema(text: &str) {
    let mut lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let Some(first) = lines.next() else { return };
    let (header, names, reader) = Reader::begin(first).expect("the header can be read");
    hold_entry_against_schema(&serde_json::from_str(first).expect("the header is JSON"));
    assert_eq!(header.line(), first, "the header is written as it was read");
    for line in lines {
        hold_entry_against_schema(&serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")));
        let read = reader.entry(line).unwrap_or_else(|why| panic!("{why}\n{line}"));
        // The id of a rule that this version does not have is kept beside the entry.
        let Some(read) = read.filter(|read| read.foreign_rule.is_none()) else { continue };
        let again = entry_to_json(&read.entry, &names);
        let lane = read.lane.map(|lane| format!("{{\"lane\":{},", Value::from(lane)));
        let again = lane.map_or_else(|| again.clone(), |lane| format!("{lane}{}", &again[1..]));
        // Events stand in a line with the escapes of webhooks, and are kept as what they say.
        let again: Value = serde_json::from_str(&again).expect("an entry is JSON");
        let line: Value = serde_json::from_str(line).expect("an entry is JSON");
        assert_eq!(again, line, "an entry is written as it was read");
    }
}

/// Holds every journal in a folder against the schema.
///
/// # Panics
/// When one says something else.
pub fn hold_journals_in(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            hold_journals_in(&path);
        } else if path.extension().is_some_and(|ending| ending == "jsonl")
            && let Ok(text) = fs::read_to_string(&path)
            && text.starts_with("{\"format\":2,")
        {
            hold_journal_against_schema(&text);
        }
    }
}
