//! The world of a recording: a path to the file that describes it, or written out.

use std::path::{Path, PathBuf};

use emulator_server::journal::{DeclaredAccount, DeclaredPerson, DeclaredWorld, Record};
use serde_json::{Map, Value, json};

use super::RecordError;
use super::journal::{Heading, Journal};
use super::tree::{Tree, is_taken};
use crate::paths::{lexical, seen_from};

/// Where the recording will lie, and what can be seen from there.
pub struct Destination<'a> {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// The file with the world to be used instead, absolute.
    pub world: Option<PathBuf>,
    /// Tells whether there is such a file.
    pub exists: &'a dyn Fn(&Path) -> bool,
}

/// The value of `world:`, and what is to be said of it.
pub(crate) fn world(journal: &Journal, place: &Destination<'_>) -> Result<(Tree, Vec<String>), RecordError> {
    if let Some(path) = &place.world {
        return Ok((refers(place, path), Vec::new()));
    }
    let Heading { header, .. } = &journal.heading;
    let about = &header.about["world"];
    let Some(written) = about["written"].as_object() else {
        return Ok((undescribed(&header.world, &journal.heading.people())?, Vec::new()));
    };
    let file =
        header.wall.folder.clone().unwrap_or_default().join(about["file"].as_str().unwrap_or_default());
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
        let people = journal.heading.people().into_iter().map(|name| (name.to_owned(), json!({})));
        written.insert("people".to_owned(), Value::Object(people.collect()));
    }
    if !written.contains_key("apps") {
        written.insert("apps".to_owned(), json!({"bot": {}}));
    }
    Ok((raw(&Value::Object(written)), warnings))
}

fn refers(place: &Destination<'_>, path: &Path) -> Tree {
    Tree::Word(seen_from(&place.folder, path).display().to_string())
}

/// In `serve` webhooks that fail stay switched on unless the world says otherwise, and in a run they do not.
fn spared(journal: &Journal, written: &Map<String, Value>) -> bool {
    let first = journal.heading.header.world.pages.first();
    let off = first.and_then(|page| page.options.get("webhook_disabling")).is_some_and(|word| word == "off");
    let said = written.get("page").is_some_and(|page| page["options"].get("webhook_disabling").is_some());
    let failed = || {
        journal
            .entries
            .iter()
            .any(|entry| matches!(&entry.record, Record::Attempt { result, .. } if !result.is_acknowledged()))
    };
    off && !said && failed()
}

/// Makes sure that a bot can be started from another folder than it was.
fn starts_anywhere(
    written: &Map<String, Value>,
    from: &Path,
    place: &Destination<'_>,
) -> Result<(), RecordError> {
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
fn undescribed(
    world: &DeclaredWorld,
    people: &std::collections::BTreeSet<&str>,
) -> Result<Tree, RecordError> {
    let mut settings = Map::new();
    let mut apps = Map::new();
    if let Some(page) = world.pages.first() {
        if page.name != "Emulated Page" {
            settings.insert("name".into(), json!(page.name));
        }
        settings
            .extend(page.primary_receiver.as_ref().map(|app| ("primary_receiver".to_owned(), json!(app))));
        if page.news {
            settings.insert("news".into(), json!(true));
        }
        let platform = page.platform.as_ref();
        settings.extend(platform.map(|platform| ("platform".to_owned(), json!(platform))));
        let account = page.instagram.as_ref().map(|account| account_of(account, platform.is_some()));
        settings.extend(account.map(|account| ("instagram".to_owned(), account)));
        if !page.options.is_empty() {
            settings.insert("options".into(), json!(page.options));
        }
        for (name, app) in &page.apps {
            if !app.played {
                return Err(RecordError::NoWorld { app: name.clone() });
            }
            let lists = [
                ("fields", Some(&app.fields)),
                ("features", Some(&app.features)),
                ("permissions", app.permissions.as_ref()),
            ];
            let lists = lists
                .into_iter()
                .filter_map(|(key, list)| Some((key, list.filter(|list| !list.is_empty())?)));
            let spec: Map<_, _> = lists.map(|(key, list)| (key.to_owned(), json!(list))).collect();
            apps.insert(name.clone(), Value::Object(spec));
        }
    }
    let person = |name: &&str| {
        let known = world.people.get(*name).and_then(|people| people.first());
        ((*name).to_owned(), known.map_or_else(|| json!({}), shown))
    };
    let people: Map<String, Value> = people.iter().map(person).collect();
    let parts = [("page", settings), ("apps", apps), ("people", people)];
    let parts = parts.into_iter().filter(|(_, members)| !members.is_empty());
    Ok(Tree::map(parts.map(|(key, members)| Some((key, raw(&Value::Object(members)))))))
}

/// What a world says of an account; of one that is all there is of its Page, the Page says the rest.
fn account_of(account: &DeclaredAccount, alone: bool) -> Value {
    let DeclaredAccount { id, protocol, primary_receiver, default_app, options, .. } = account;
    let mut out = Map::from_iter([("id".to_owned(), json!(id))]);
    if !alone {
        out.insert("protocol".into(), json!(protocol));
        let apps = [("primary_receiver", primary_receiver), ("default_app", default_app)];
        out.extend(apps.into_iter().filter_map(|(key, app)| Some((key.to_owned(), json!(app.as_ref()?)))));
        if !options.is_empty() {
            out.insert("options".into(), json!(options));
        }
    }
    Value::Object(out)
}

/// What a person shows that is not as usual.
fn shown(person: &DeclaredPerson) -> Value {
    let usual = |value: &Value| *value == "Emulated" || *value == "en_US" || *value == 0;
    let profile = serde_json::to_value(&person.profile).unwrap_or_default();
    let members = profile.as_object().into_iter().flatten();
    let members = members.filter(|(_, value)| !usual(value)).map(|(key, value)| (key.clone(), value.clone()));
    members.chain(person.platform.as_ref().map(|it| ("platform".to_owned(), json!(it)))).collect()
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
