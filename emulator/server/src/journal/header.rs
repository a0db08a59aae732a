//! The first line of a journal file: what is needed to read the rest, and whether this run may go on
//! with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use emulator_core::{
    App, AppId, AppMode, Connection, Digest, FieldSet, Options, Page, PageId, Permission, Person, Profile,
    Psid, Settings, TokenState, catalogue,
};
use serde_json::{Map, Value, json};

use super::json::Names;
use crate::clock::rfc3339;
use crate::lane::Lane;

/// The version of the format.
const FORMAT: u32 = 1;

/// The digest of the rules.
static RULES: LazyLock<String> = LazyLock::new(|| {
    let rules = catalogue().iter();
    rules.fold(Digest::new(), |digest, rule| digest.bytes(rule.statement.as_bytes())).to_string()
});

/// Where a journal comes from, for whoever makes a scenario of it. It says nothing about whether a run may go on with it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// What the scenario and its world say beside what is in force, without secrets.
    pub about: Value,
    /// The folder in which the emulator runs, so that paths mean something.
    pub folder: Option<PathBuf>,
}

/// The header line of a lane's journal, without the line's end. It holds no secrets.
pub fn header(lane: &Lane, seed: u64, settings: &Arc<Settings>, origin: &Origin) -> String {
    let Origin { about, folder } = origin;
    let names = lane.names();
    let people = lane.people().iter().map(|(name, ids)| (name.to_string(), ids_of_person(ids, &names)));
    json!({
        "format": FORMAT,
        "emulator": env!("CARGO_PKG_VERSION"),
        "rules": *RULES,
        "seed": seed,
        "lane": lane.name(),
        "about": about,
        "world": world(lane, settings),
        "people": people.collect::<Map<_, _>>(),
        "wall": {"folder": folder},
    })
    .to_string()
}

/// The id of a person; one for each Page, by its name, where there are several.
fn ids_of_person(ids: &BTreeMap<PageId, Psid>, names: &Names) -> Value {
    let named = ids.iter().filter_map(|(page, psid)| Some((names.page(*page)?, psid)));
    let named: Map<_, _> = named.map(|(page, psid)| (page.to_owned(), json!(psid.to_string()))).collect();
    match ids.first_key_value() {
        Some((_, psid)) if named.is_empty() => json!(psid.to_string()),
        Some(_) | None => Value::Object(named),
    }
}

/// The world as it was declared. What is as usual is left out, where there is much of it.
fn world(lane: &Lane, settings: &Settings) -> Value {
    let Settings { protocol, pages, apps } = settings;
    let name = |app: &AppId| apps.get(app).map_or_else(|| app.to_string(), |app| app.name.to_string());
    let unusual = apps.iter().filter_map(|(app, settings)| {
        let App { name: _, mode, subscription, requires_proof } = settings;
        let mut out = Map::new();
        if *mode != AppMode::Live {
            out.insert("mode".into(), json!(mode.name()));
        }
        if *requires_proof {
            out.insert("requires_proof".into(), json!(true));
        }
        if let Some(fields) = subscription {
            out.insert("subscription".into(), names(*fields));
        }
        (!out.is_empty()).then(|| (name(app), Value::Object(out)))
    });
    let unusual: Map<_, _> = unusual.collect();
    let pages: Vec<Value> = pages.iter().map(|(id, settings)| page(lane, *id, settings, &name)).collect();
    let mut out =
        Map::from_iter([("protocol".into(), json!(protocol.name())), ("pages".into(), json!(pages))]);
    if !unusual.is_empty() {
        out.insert("apps".into(), Value::Object(unusual));
    }
    let names = lane.names();
    let people = lane.world().people;
    let people: Map<_, _> =
        people.iter().filter_map(|(id, known)| person(names.person(*id), known)).collect();
    if !people.is_empty() {
        out.insert("people".into(), Value::Object(people));
    }
    Value::Object(out)
}

fn page(lane: &Lane, id: PageId, page: &Page, named: &dyn Fn(&AppId) -> String) -> Value {
    let Page { name, primary_receiver, news, whitelisted_domains, apps, options } = page;
    let apps = apps.iter().map(|(app, settings)| (named(app), connection(lane, *app, settings)));
    let mut out = json!({
        "id": id.to_string(),
        "name": &**name,
        "primary_receiver": primary_receiver.as_ref().map(named),
        "apps": apps.collect::<Map<_, _>>(),
    });
    if let Some(called) = lane.names().page(id) {
        out["called"] = json!(called);
    }
    if *news {
        out["news"] = json!(true);
    }
    if !whitelisted_domains.is_empty() {
        out["whitelisted_domains"] = whitelisted_domains.iter().map(|host| json!(**host)).collect();
    }
    let usual = Options::default();
    let switches = Options::ALL.iter().map(|option| option.name);
    let switched = switches.filter(|name| options.word(name) != usual.word(name));
    let mut switched: Map<_, _> = switched.map(|name| (name.to_owned(), json!(options.word(name)))).collect();
    if options.rules_as_of != usual.rules_as_of {
        switched.insert("rules_as_of".into(), json!(rfc3339(options.rules_as_of)));
    }
    if !switched.is_empty() {
        out["options"] = Value::Object(switched);
    }
    out
}

fn connection(lane: &Lane, app: AppId, connection: &Connection) -> Value {
    let Connection { fields, other_fields, installed, disabled, features, permissions, token } = connection;
    let features: Vec<_> = features.iter().map(|feature| feature.name()).collect();
    let mut out = json!({
        "id": app.to_string(),
        "fields": names(*fields),
        "features": features,
        "played": !lane.is_real(app),
    });
    if !other_fields.is_empty() {
        out["other_fields"] = other_fields.iter().map(|field| json!(**field)).collect();
    }
    if !*installed {
        out["installed"] = json!(false);
    }
    if *disabled {
        out["disabled"] = json!(true);
    }
    if permissions.len() < Permission::ALL.len() {
        out["permissions"] = permissions.iter().map(|permission| json!(permission.name())).collect();
    }
    match token {
        TokenState::Valid => {}
        TokenState::Expires(at) => out["token"] = json!(rfc3339(*at)),
        TokenState::SessionEnded => out["token"] = json!("session_ended"),
        TokenState::Deauthorized => out["token"] = json!("deauthorized"),
    }
    out
}

/// What is known of a person beside the name.
fn person(called: String, person: &Person) -> Option<(String, Value)> {
    let Person { name: _, page, profile, blocked: _, tests } = person;
    let Profile { first_name, last_name, profile_pic, locale, timezone, gender } = &**profile;
    let texts = [
        ("first_name", first_name),
        ("last_name", last_name),
        ("profile_pic", profile_pic),
        ("locale", locale),
        ("gender", gender),
    ];
    let known = texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(**text.as_ref()?))));
    let mut out: Map<_, _> = known.collect();
    out.extend(timezone.map(|hours| ("timezone".to_owned(), json!(hours))));
    if !tests.is_empty() {
        out.insert("tests".into(), tests.iter().map(|app| json!(app.to_string())).collect());
    }
    if out.is_empty() {
        return None;
    }
    out.insert("page".into(), json!(page.to_string()));
    Some((called, Value::Object(out)))
}

fn names(fields: FieldSet) -> Value {
    fields.iter().map(|field| json!(field.name())).collect()
}

/// What a journal says of itself that this run does not: in words, one difference each.
///
/// Another version of the emulator alone is none: what matters of it stands in `format` and `rules`.
pub(crate) fn differences(journal: &Value, this_run: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for part in ["format", "rules", "seed", "lane", "world", "people"] {
        let (theirs, ours) = (&journal[part], &this_run[part]);
        if theirs == ours {
            continue;
        }
        match part {
            "format" => {
                return vec![format!(
                    "its format is {theirs}, and this emulator writes {ours}; {}",
                    version(journal)
                )];
            }
            "rules" => found.push(format!("it follows other rules than this emulator; {}", version(journal))),
            // Ids of people follow from it, so that more differences say nothing new.
            "seed" => {
                let text = format!("its seed is {theirs}, and here it is {ours}; start with --seed {theirs}");
                return vec![text];
            }
            _ => differ(part, theirs, ours, &mut found),
        }
    }
    found
}

fn version(journal: &Value) -> String {
    let version = journal["emulator"].as_str().unwrap_or("?");
    format!("go on with messenger-emulator {version}, which wrote it, or name another file")
}

/// The places at which two values differ.
fn differ(path: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let of_people = path == "world.people";
                let path = format!("{path}.{key}");
                match (left.get(key), right.get(key)) {
                    (Some(theirs), Some(ours)) => differ(&path, theirs, ours, found),
                    // Who there is stands in `people`.
                    (Some(_), None) | (None, Some(_)) if of_people => {}
                    (Some(theirs), None) => found.push(format!("{path} is {theirs} in it, and nothing here")),
                    (None, Some(ours)) => found.push(format!("{path} is {ours} here, and nothing in it")),
                    (None, None) => {}
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (theirs, ours)) in left.iter().zip(right).enumerate() {
                differ(&format!("{path}[{index}]"), theirs, ours, found);
            }
        }
        (theirs, ours) if theirs == ours => {}
        (theirs, ours) => found.push(format!("{path} is {theirs} in it, and {ours} here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Value {
        json!({
            "format": 1, "emulator": "0.1.0", "rules": "a", "seed": 1, "lane": "serve",
            "world": {"pages": [{"apps": {"bot": {"fields": ["messages"], "played": false}}}]},
            "people": {"user": "7"},
        })
    }

    #[test]
    fn a_difference_is_told_with_its_place_and_how_to_mend_it() {
        let another = "go on with messenger-emulator 0.1.0, which wrote it, or name another file";
        let rows: [(&str, Value, Vec<String>); 7] = [
            ("/emulator", json!("0.2.0"), vec![]),
            ("/format", json!(2), vec![format!("its format is 1, and this emulator writes 2; {another}")]),
            ("/rules", json!("b"), vec![format!("it follows other rules than this emulator; {another}")]),
            ("/seed", json!(7), vec!["its seed is 1, and here it is 7; start with --seed 1".into()]),
            (
                "/world/pages/0/apps/bot",
                json!({"fields": ["messages", "standby"], "played": true}),
                vec![
                    r#"world.pages[0].apps.bot.fields is ["messages"] in it, and ["messages","standby"] here"#.into(),
                    "world.pages[0].apps.bot.played is false in it, and true here".into(),
                ],
            ),
            (
                "/people",
                json!({"ana": "7"}),
                vec![r#"people.ana is "7" here, and nothing in it"#.into(), r#"people.user is "7" in it, and nothing here"#.into()],
            ),
            ("/lane", json!("other"), vec![r#"lane is "serve" in it, and "other" here"#.into()]),
        ];
        for (place, value, expected) in rows {
            let mut run = base();
            *run.pointer_mut(place).unwrap() = value;
            assert_eq!(differences(&base(), &run), expected, "{place}");
        }
    }
}
