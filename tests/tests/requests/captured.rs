//! Captured payloads: each is brought about again from what triggered it and held against the record, or the list in
//! `fixtures/payloads/captured.yaml` says why it cannot be. `fixtures/payloads/README.md` says how to read the list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::slice;

use libtest_mimic::{Failed, Trial};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::Message;
use crate::payloads::{But, Keys, item, items, shape_differences};
use crate::table::{Call, is_rule};
use crate::world::{self, Stand, World};

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/payloads/captured.yaml");

/// How the emulator says of a word of the language, and of a call, that this version lacks it.
const LACKING: &str = "is not supported by this version";

/// The list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// What the list is about, for readers.
    about: String,
    /// The files whose captured items stand in it, all of them.
    files: Vec<String>,
    /// What the platform has changed since some items were captured, by a name.
    changes: BTreeMap<String, Change>,
    /// The world of every row, as in a scenario file.
    world: Map<String, Value>,
    rows: Vec<Row>,
}

/// A change of the platform, so that older items show what is no longer so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The day, month or year from which on no item is known that shows the old state.
    since: String,
    /// How that is known, for readers.
    because: String,
    /// Keys that are no longer sent.
    #[serde(default)]
    gone: Vec<String>,
    /// Keys that came.
    #[serde(default)]
    new: Vec<String>,
    /// True where keys are in another order since.
    #[serde(default)]
    order: bool,
}

/// Some items, and what becomes of them: exactly one of the three.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    items: Vec<String>,
    shown_by: Option<ShownBy>,
    missing: Option<Missing>,
    contradicts: Option<Contradicts>,
}

/// How the items are brought about.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShownBy {
    /// What is different in the world of this row.
    world: Option<Map<String, Value>>,
    /// The steps of a scenario, the trigger last.
    steps: Value,
    /// The app whose newest webhook is the item.
    hears: Option<String>,
    /// Calls after the steps, whose answers are the item.
    #[serde(default)]
    answers: Vec<Answered>,
    /// Where in the webhook the item stands, as a JSON pointer, if it is only a part of one.
    #[serde(default)]
    part: String,
    /// What the platform has changed since: names of changes.
    #[serde(default)]
    before: Vec<String>,
}

/// A call and its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    /// Steps before it.
    after: Option<Value>,
    call: Call,
    /// Where in the item the answer stands, as a JSON pointer, if it is only a part of it.
    #[serde(default)]
    part: String,
}

/// Why items cannot be brought about yet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Missing {
    world: Option<Map<String, Value>>,
    /// The steps before the one that is missing.
    #[serde(default)]
    steps: Vec<Value>,
    /// The step of the trigger, which this version must not know.
    step: Value,
    /// What brings it.
    brought_by: String,
}

/// The rule because of which items are never brought about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contradicts {
    rule: String,
    how: String,
}

fn list() -> Result<List, String> {
    let text = fs::read_to_string(Path::new(LIST)).expect("the list is there");
    serde_saphyr::from_str(&text).map_err(|error| format!("it cannot be read:\n{error}"))
}

/// A test for each item that has to be shown or to be missing, and one of the list itself.
pub(crate) fn trials() -> Vec<Trial> {
    let finish =
        |wrong: Vec<String>| if wrong.is_empty() { Ok(()) } else { Err(Failed::from(wrong.join("\n"))) };
    let list = match list() {
        Ok(list) => list,
        Err(why) => return vec![Trial::test("captured::list", || Err(why.into()))],
    };
    let wrong = badly_kept(&list);
    let mut trials = vec![Trial::test("captured::list", move || finish(wrong))];
    for row in &list.rows {
        for id in &row.items {
            let (id, name) = (id.clone(), format!("captured::{id}"));
            if let Some(shown) = row.shown_by.clone() {
                let world = World::merged(&list.world, shown.world.as_ref()).heard_by(shown.hears.as_deref());
                let changes = changes(&list, &shown);
                trials.push(Trial::test(name, move || finish(not_shown(&id, &world, &shown, &changes))));
            } else if let Some(missing) = row.missing.clone() {
                let world = World::merged(&list.world, missing.world.as_ref());
                trials.push(Trial::test(name, move || finish(not_missing(&world, &missing))));
            }
        }
    }
    trials
}

fn text_of<'a>(item: &'a Value, key: &str) -> &'a str {
    item[key].as_str().unwrap_or_default()
}

/// What is wrong with the list: captured items that are in no row or in several, rows without a reason or with more
/// than one, items, rules and changes that do not exist.
fn badly_kept(list: &List) -> Vec<String> {
    let mut wrong = Vec::new();
    if list.about.is_empty() {
        wrong.push("`about` is empty".to_owned());
    }
    let known: BTreeSet<String> = list.files.iter().flat_map(|file| items(file)).collect();
    let mut listed = BTreeSet::new();
    for row in &list.rows {
        let name = row.items.join(", ");
        let fates = [row.shown_by.is_some(), row.missing.is_some(), row.contradicts.is_some()];
        if fates.iter().filter(|is_there| **is_there).count() != 1 || row.items.is_empty() {
            wrong
                .push(format!("{name}: a row has items, and one of `shown_by`, `missing` and `contradicts`"));
        }
        for id in &row.items {
            if !known.contains(id) {
                wrong.push(format!("{id} is in none of the files"));
            } else if !listed.insert(id.clone()) {
                wrong.push(format!("{id} stands twice"));
            }
        }
        if let Some(Contradicts { rule, how }) = &row.contradicts
            && (!is_rule(rule) || how.is_empty())
        {
            wrong.push(format!("{name}: {rule} is not in the catalogue, or `how` is empty"));
        }
        if row.missing.as_ref().is_some_and(|missing| missing.brought_by.is_empty()) {
            wrong.push(format!("{name}: `brought_by` is empty"));
        }
        wrong.extend(row.shown_by.iter().flat_map(|shown| badly_shown(&name, list, row, shown)));
    }
    for id in &known {
        let item = item(id);
        let captured = text_of(&item, "evidence").starts_with("captured");
        if captured && !listed.contains(id) {
            wrong.push(format!("{id} was captured and is in no row"));
        }
        if text_of(&item, "source").is_empty() {
            wrong.push(format!("{id} has no source"));
        }
    }
    let used: BTreeSet<&String> =
        list.rows.iter().filter_map(|row| row.shown_by.as_ref()).flat_map(|shown| &shown.before).collect();
    for (name, change) in &list.changes {
        if !used.contains(name) || change.because.is_empty() {
            wrong.push(format!("the change {name} is named by no row, or `because` is empty"));
        }
    }
    wrong
}

fn badly_shown(name: &str, list: &List, row: &Row, shown: &ShownBy) -> Vec<String> {
    let mut wrong = Vec::new();
    if shown.hears.is_some() != shown.answers.is_empty() || (shown.hears.is_none() && !shown.part.is_empty())
    {
        wrong.push(format!("{name}: an item is what an app `hears`, perhaps a `part` of it, or `answers`"));
    }
    for change in &shown.before {
        let Some(change) = list.changes.get(change) else {
            wrong.push(format!("{name}: there is no change {change}"));
            continue;
        };
        for id in &row.items {
            let item = item(id);
            let date = text_of(&item, "date");
            // A date that is only a year or a month is compared as far as it goes.
            let length = date.len().min(change.since.len());
            if date.is_empty() || date[..length] >= change.since[..length] {
                wrong.push(format!("{id} is of {date:?}, not before the change of {}", change.since));
            }
        }
    }
    wrong
}

/// The changes that a row names, with their names.
fn changes(list: &List, shown: &ShownBy) -> Vec<(String, But<'static>)> {
    let leak = |keys: &[String]| keys.iter().map(|key| &*key.clone().leak()).collect();
    let known = shown.before.iter().filter_map(|name| Some((name, list.changes.get(name)?)));
    known
        .map(|(name, change)| {
            let keys = if change.order { Keys::AsSets } else { Keys::InOrder };
            (name.clone(), But { keys, gone: leak(&change.gone), new: leak(&change.new) })
        })
        .collect()
}

/// All changes but the one of that name.
fn together(changes: &[(String, But<'static>)], without: Option<&str>) -> But<'static> {
    let mut all = But { keys: Keys::InOrder, gone: Vec::new(), new: Vec::new() };
    for (_, change) in changes.iter().filter(|(name, _)| Some(name.as_str()) != without) {
        if change.keys == Keys::AsSets {
            all.keys = Keys::AsSets;
        }
        all.gone.extend(&change.gone);
        all.new.extend(&change.new);
    }
    all
}

/// In what the item that is brought about differs from the record, and changes that do not matter to it.
fn not_shown(id: &str, world: &World, shown: &ShownBy, changes: &[(String, But<'static>)]) -> Vec<String> {
    let item = item(id);
    let pairs =
        match world::with(world, Some(&shown.steps), async |stand| bring_about(stand, shown, &item).await) {
            Ok(pairs) => pairs,
            Err(why) => return vec![why],
        };
    let differences = |but: &But<'_>| {
        let of_pair = |(ours, recorded): &(Value, Value)| {
            let wrong = match text_of(&item, "evidence") {
                "captured-message-only" => said_otherwise("", ours, recorded),
                "doc-derived" | "described-in-report" => {
                    vec!["the item is too weak to be held against".to_owned()]
                }
                _ => shape_differences(ours, recorded, but),
            };
            let both = format!("  ours:     {ours}\n  recorded: {recorded}");
            (!wrong.is_empty())
                .then(|| wrong.into_iter().chain([both]))
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
        };
        pairs.iter().flat_map(of_pair).collect::<Vec<_>>()
    };
    let mut wrong = differences(&together(changes, None));
    if wrong.is_empty() {
        for (name, _) in changes {
            if differences(&together(changes, Some(name))).is_empty() {
                wrong.push(format!("the change {name} does not matter here"));
            }
        }
    }
    wrong
}

/// What comes of the steps and calls, each beside its record.
async fn bring_about(stand: &Stand, shown: &ShownBy, item: &Value) -> Result<Vec<(Value, Value)>, String> {
    let body = &item["body"];
    if shown.hears.is_some() {
        let heard = stand.newest_heard().await?;
        let part = heard.pointer(&shown.part).cloned();
        let part = part.ok_or_else(|| format!("there is no {} in {heard}", shown.part))?;
        return Ok(vec![(part, body.clone())]);
    }
    let mut pairs = Vec::new();
    for Answered { after, call, part } in &shown.answers {
        if let Some(steps) = after {
            stand.go_on(steps).await?;
        }
        let answer: Message = stand.call(call, None).await?;
        if item["status"].as_u64().is_some_and(|status| u64::from(answer.status()) != status) {
            return Err(format!("the status is {}, and was {}", answer.status(), item["status"]));
        }
        let recorded = body.pointer(part).ok_or_else(|| format!("the item has no {part}"))?;
        pairs.push((answer.json(), recorded.clone()));
    }
    Ok(pairs)
}

/// What of a record that is only a text, a code or a status was said otherwise.
fn said_otherwise(path: &str, ours: &Value, recorded: &Value) -> Vec<String> {
    let Some(members) = recorded.as_object() else {
        let same = ours == recorded;
        return if same { Vec::new() } else { vec![format!("{path}: it is {ours}, and was {recorded}")] };
    };
    members
        .iter()
        .flat_map(|(key, recorded)| said_otherwise(&format!("{path}/{key}"), &ours[key], recorded))
        .collect()
}

/// Why the step cannot be called missing: it can be played, or nothing is known of it. What the language lacks cannot be
/// read, and a call that the server lacks is refused; both say so.
fn not_missing(world: &World, missing: &Missing) -> Vec<String> {
    let play = |steps: &[Value]| {
        let steps = (!steps.is_empty()).then(|| json!(steps));
        world::with(world, steps.as_ref(), async |_| Ok(()))
    };
    if let Err(why) = play(&missing.steps) {
        return vec![format!("the steps before it cannot be played: {why}")];
    }
    match play(&[missing.steps.as_slice(), slice::from_ref(&missing.step)].concat()) {
        Err(why) if why.contains(LACKING) => Vec::new(),
        Err(why) => vec![format!("the step is none that this version lacks: {why}")],
        Ok(()) => {
            vec![format!("the step can be played now, so the item has to be shown: {}", missing.step)]
        }
    }
}
