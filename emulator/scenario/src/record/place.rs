//! The world of a recording: a path to the file that describes it, or written out.

use std::path::{Path, PathBuf};

use emulator_server::journal::Kind;
use serde_json::{Map, Value, json};

use super::RecordError;
use super::journal::Journal;
use super::tree::{Tree, is_taken};
use crate::paths::{lexical, seen_from};

/// Where the recording will lie, and what can be seen from there.
pub struct Place<'a> {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// The file with the world to be used instead, absolute.
    pub world: Option<PathBuf>,
    /// Tells whether there is such a file.
    pub exists: &'a dyn Fn(&Path) -> bool,
}

/// The value of `world:`, and what is to be said of it.
pub(crate) fn world(journal: &Journal, place: &Place<'_>) -> Result<(Tree, Vec<String>), RecordError> {
    if let Some(path) = &place.world {
        return Ok((refers(place, path), Vec::new()));
    }
    let about = &journal.header.about["world"];
    let Some(written) = about["written"].as_object() else {
        return Ok((old(&journal.header.world, &journal.header.names())?, Vec::new()));
    };
    let file =
        journal.header.folder.clone().unwrap_or_default().join(about["file"].as_str().unwrap_or_default());
    let file = lexical(&file);
    let spared = spared(journal, written);
    if about["own_file"] == true && !spared && (place.exists)(&file) {
        return Ok((refers(place, &file), Vec::new()));
    }
    let mut written = written.clone();
    if spared {
        let page = written.entry("page").or_insert_with(|| json!({}));
        page["options"]["webhook_disabling"] = json!("off");
    }
    starts_anywhere(&written, file.parent().unwrap_or(Path::new("")), place)?;
    let warnings = without_secrets(&mut written, about);
    let name_people = !written.contains_key("people");
    if name_people {
        let people = journal.header.names().into_iter().map(|name| (name.to_owned(), json!({})));
        written.insert("people".to_owned(), Value::Object(people.collect()));
    }
    if !written.contains_key("apps") {
        written.insert("apps".to_owned(), json!({"bot": {}}));
    }
    Ok((raw(&Value::Object(written)), warnings))
}

fn refers(place: &Place<'_>, path: &Path) -> Tree {
    Tree::Word(seen_from(&place.folder, path).display().to_string())
}

/// In `serve` webhooks that fail stay switched on unless the world says otherwise, and in a run they do not.
fn spared(journal: &Journal, written: &Map<String, Value>) -> bool {
    let off = journal.header.world["pages"][0]["options"]["webhook_disabling"] == "off";
    let said = written.get("page").is_some_and(|page| page["options"].get("webhook_disabling").is_some());
    let failed = || {
        journal
            .entries
            .iter()
            .any(|entry| entry.kind == Kind::Attempt && entry.text("result") != Some("acknowledged"))
    };
    off && !said && failed()
}

/// Makes sure that a bot can be started from another folder than it was.
fn starts_anywhere(written: &Map<String, Value>, from: &Path, place: &Place<'_>) -> Result<(), RecordError> {
    if from == lexical(&place.folder) {
        return Ok(());
    }
    for (app, spec) in written.get("apps").and_then(Value::as_object).into_iter().flatten() {
        let command: Vec<&str> = match &spec["start"] {
            Value::String(line) => line.split_whitespace().collect(),
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
        };
        let is_path = |(index, word): &(usize, &str)| {
            let word = word.trim_matches(['"', '\'']);
            let relative = !word.contains("${") && !Path::new(word).is_absolute();
            relative && (*index > 0 || word.contains('/')) && (place.exists)(&from.join(word))
        };
        if let Some((_, word)) = command.into_iter().enumerate().find(is_path) {
            let (app, word, folder) = (app.clone(), word.to_owned(), from.to_owned());
            return Err(RecordError::StartsElsewhere { app, word, folder });
        }
    }
    Ok(())
}

/// Leaves secrets to their defaults where the run starts the bot itself; says which variables are needed otherwise.
fn without_secrets(written: &mut Map<String, Value>, about: &Value) -> Vec<String> {
    let hidden: Vec<String> = about["hidden"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let used = |text: &str, name: &str| text.matches(&format!("env.{name}}}")).count();
    let text = Value::Object(written.clone()).to_string();
    for (name, app) in written.get_mut("apps").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(app) = app.as_object_mut().filter(|app| app.contains_key("start")) else { continue };
        for key in ["secret", "verify_token", "page_token"] {
            let variable = format!("{}_{}", name.to_ascii_uppercase(), key.to_ascii_uppercase());
            // A bot that is told it once more must be told the same.
            if hidden.contains(&variable) && used(&text, &variable) == 1 {
                app.remove(key);
            }
        }
    }
    let text = Value::Object(written.clone()).to_string();
    let needed: Vec<String> = hidden.into_iter().filter(|name| used(&text, name) > 0).collect();
    if needed.is_empty() {
        return Vec::new();
    }
    vec![format!("secrets are not written down: set {} before you run the file", needed.join(", "))]
}

/// The world of a journal that does not say how it was written.
fn old(world: &Value, people: &std::collections::BTreeSet<&str>) -> Result<Tree, RecordError> {
    let page = &world["pages"][0];
    let mut settings = Map::new();
    if page["name"] != "Emulated Page" {
        settings.insert("name".into(), page["name"].clone());
    }
    for key in ["primary_receiver", "news", "options"] {
        settings.extend(
            page.get(key).filter(|value| !value.is_null()).map(|value| (key.to_owned(), value.clone())),
        );
    }
    let mut apps = Map::new();
    for (name, app) in page["apps"].as_object().into_iter().flatten() {
        if app["played"] == false {
            return Err(RecordError::NoWorld { app: name.clone() });
        }
        let mut spec = Map::new();
        for key in ["fields", "features", "permissions"] {
            let list = app.get(key).filter(|list| list.as_array().is_some_and(|list| !list.is_empty()));
            spec.extend(list.map(|list| (key.to_owned(), list.clone())));
        }
        apps.insert(name.clone(), Value::Object(spec));
    }
    let person = |name: &&str| {
        let known = world["people"].get(*name).and_then(Value::as_object).cloned().unwrap_or_default();
        let usual = |key: &str, value: &Value| {
            ["page", "tests"].contains(&key) || *value == "Emulated" || *value == "en_US" || *value == 0
        };
        ((*name).to_owned(), known.into_iter().filter(|(key, value)| !usual(key, value)).collect())
    };
    let people: Map<String, Value> = people.iter().map(person).collect();
    let parts = [("page", settings), ("apps", apps), ("people", people)];
    let parts = parts.into_iter().filter(|(_, members)| !members.is_empty());
    Ok(Tree::map(parts.map(|(key, members)| Some((key, raw(&Value::Object(members)))))))
}

/// A value as it was written: its expressions are expressions.
fn raw(value: &Value) -> Tree {
    match value {
        Value::Null => Tree::Null,
        Value::Bool(value) => Tree::Bool(*value),
        Value::Number(number) => Tree::Number(number.clone()),
        Value::String(text) => {
            let word = text.starts_with(|first: char| first.is_ascii_alphabetic())
                && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-'))
                && (!is_taken(text) || ["on", "off"].contains(&text.as_str()));
            if word { Tree::Word(text.clone()) } else { Tree::Text(text.clone()) }
        }
        Value::Array(items) => Tree::List(items.iter().map(raw).collect()),
        Value::Object(members) => {
            Tree::Map(members.iter().map(|(key, value)| (key.clone(), raw(value))).collect())
        }
    }
}
