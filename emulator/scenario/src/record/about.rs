//! What the header of a journal says of its scenario and its world, so that a scenario can be made of it again.
//!
//! **Invariant:** no secret stands there. One that was written out is replaced by a variable of the environment.

use std::path::Path;

use emulator_core::Timestamp;
use emulator_server::rfc3339;
use serde_json::{Map, Value, json};

use crate::node::Node;
use crate::scenario::{AppSpec, BeginAt, Deliveries, Protocols, Scenario, Unread, WorldSpec};

/// Keys of an app whose values are secret.
const SECRET: &[&str] = &["secret", "verify_token", "page_token"];
/// Parts of names of variables whose values are likely secret.
const LIKELY_SECRET: &[&str] = &["SECRET", "TOKEN", "KEY", "PASS", "AUTH", "CREDENTIAL"];

/// What is to be known of a scenario: everything but its steps.
pub fn about_scenario(scenario: &Scenario, called: &str, path: &Path) -> Value {
    let mut out = Map::new();
    out.insert("name".into(), json!(called));
    out.insert("file".into(), json!(path.display().to_string()));
    out.extend(scenario.description.as_ref().map(|text| ("description".to_owned(), json!(text))));
    if !scenario.tags.is_empty() {
        out.insert("tags".into(), json!(scenario.tags));
    }
    let own = scenario.protocols != Protocols::OfWorld;
    let protocol = scenario.world.protocol.as_ref().filter(|_| own);
    out.extend(protocol.map(|protocol| ("protocol".to_owned(), json!(protocol.value.name()))));
    let begin = scenario.begin_at.map(|at| match at {
        BeginAt::Time(at) => rfc3339(Timestamp(at)),
        BeginAt::Now => "now".to_owned(),
    });
    out.extend(begin.map(|begin| ("begin_at".to_owned(), json!(begin))));
    out.extend(scenario.seed.map(|seed| ("seed".to_owned(), json!(seed))));
    if scenario.alone {
        out.insert("alone".into(), json!(true));
    }
    let limits = scenario.timeouts;
    let limits =
        [("reply", limits.reply), ("quiet", limits.quiet), ("boot", limits.boot), ("settle", limits.settle)];
    let limits: Map<_, _> =
        limits.into_iter().filter_map(|(name, limit)| Some((name.to_owned(), json!(limit?)))).collect();
    if !limits.is_empty() {
        out.insert("timeouts".into(), Value::Object(limits));
    }
    if scenario.unread == Unread::Allow {
        out.insert("unread".into(), json!("allow"));
    }
    if scenario.deliveries == Deliveries::Allow {
        out.insert("deliveries".into(), json!("allow"));
    }
    // Bots that were given to the run are no part of it.
    let own_file = scenario.world.file.name != scenario.file.name && !scenario.world.written.is_null();
    out.insert("world".into(), about(&scenario.world, written(&scenario.world), own_file));
    Value::Object(out)
}

/// What is to be known of a world that flags have changed.
pub fn about_world(world: &WorldSpec) -> Value {
    let written = written(world);
    let now = with_flags(world, written.clone());
    let own_file = !world.written.is_null() && now == written;
    json!({"world": about(world, now, own_file)})
}

fn written(world: &WorldSpec) -> Value {
    if world.written.is_null() { json!({}) } else { world.written.literal() }
}

fn about(world: &WorldSpec, mut written: Value, own_file: bool) -> Value {
    let hidden = hide(world, &mut written);
    let mut out = Map::new();
    out.insert("file".into(), json!(world.file.name));
    out.insert("own_file".into(), json!(own_file));
    out.insert("written".into(), written);
    if !hidden.is_empty() {
        out.insert("hidden".into(), json!(hidden));
    }
    Value::Object(out)
}

/// The world as it was written, with what flags have changed since.
fn with_flags(world: &WorldSpec, written: Value) -> Value {
    let mut out = match written {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    let only = |names: &mut dyn Iterator<Item = &str>, usual: &str| {
        names.next() == Some(usual) && names.next().is_none()
    };
    let plain_bot = only(&mut world.apps.iter().map(|app| app.name.value.as_str()), "bot")
        && world.apps.iter().all(|app| flagged(app).is_empty());
    if !plain_bot || out.contains_key("apps") {
        within(&mut out, "apps", |apps| {
            for app in &world.apps {
                within(apps, &app.name.value, |entry| {
                    entry.extend(flagged(app).into_iter().map(|(key, value)| (key.to_owned(), value)));
                    if app.start.is_none() {
                        entry.remove("start");
                    }
                });
            }
        });
    }
    let plain_user = only(&mut world.people.iter().map(|person| person.name.value.as_str()), "user");
    if !plain_user || out.contains_key("people") {
        within(&mut out, "people", |people| {
            for person in &world.people {
                people.entry(person.name.value.as_str()).or_insert_with(|| json!({}));
            }
        });
    }
    for page in &world.pages {
        let Some(primary) = &page.primary_receiver else { continue };
        let sets = |page: &mut Map<String, Value>| {
            page.insert("primary_receiver".to_owned(), json!(primary.value));
        };
        match &page.called {
            Some(name) => within(&mut out, "pages", |pages| within(pages, &name.value, sets)),
            None => within(&mut out, "page", sets),
        }
    }
    Value::Object(out)
}

/// What flags can say of an app.
fn flagged(app: &AppSpec) -> Vec<(&'static str, Value)> {
    let texts = [
        ("webhook", &app.webhook),
        ("secret", &app.secret),
        ("verify_token", &app.verify_token),
        ("page_token", &app.page_token),
    ];
    let texts = texts.into_iter().filter_map(|(key, node)| Some((key, node.as_ref()?.literal())));
    let tokens: Map<_, _> =
        app.page_tokens.iter().map(|(page, token)| (page.value.clone(), token.literal())).collect();
    let tokens = (!tokens.is_empty()).then_some(("page_token", Value::Object(tokens)));
    texts.chain(tokens).chain(app.fields.iter().map(|fields| ("fields", json!(fields)))).collect()
}

/// Changes the mapping behind a key, which is made if there is none.
fn within(members: &mut Map<String, Value>, key: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let value = members.entry(key).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    if let Value::Object(inner) = value {
        change(inner);
    }
}

/// Replaces secrets that are written out by variables of the environment; says by which ones.
fn hide(world: &WorldSpec, written: &mut Value) -> Vec<String> {
    let mut hidden = Vec::new();
    let Some(apps) = written.get_mut("apps").and_then(Value::as_object_mut) else { return hidden };
    for (name, app) in apps.iter_mut() {
        let Some(app) = app.as_object_mut() else { continue };
        for key in SECRET {
            let variable = format!("{}_{}", name.to_ascii_uppercase(), key.to_ascii_uppercase());
            let values: Vec<(String, &mut Value)> = match app.get_mut(*key) {
                Some(Value::Object(pages)) => {
                    let of_page = |page: &String| format!("{variable}_{}", page.to_ascii_uppercase());
                    pages.iter_mut().map(|(page, value)| (of_page(page), value)).collect()
                }
                value => value.map(|value| (variable, value)).into_iter().collect(),
            };
            for (variable, value) in values.into_iter().filter(|(_, value)| !is_variable(value)) {
                *value = json!(format!("${{env.{variable}}}"));
                hidden.push(variable);
            }
        }
        let env = app.get_mut("env").and_then(Value::as_object_mut);
        for (variable, value) in env.into_iter().flatten() {
            let upper = variable.to_ascii_uppercase();
            if LIKELY_SECRET.iter().any(|part| upper.contains(part)) && !is_expression(value) {
                *value = json!(format!("${{env.{variable}}}"));
                hidden.push(variable.clone());
            }
        }
    }
    // A secret may be handed to the bot once more, in its command or its environment.
    for spec in &world.apps {
        let upper = spec.name.value.to_ascii_uppercase();
        let one = SECRET.iter().zip([&spec.secret, &spec.verify_token, &spec.page_token]);
        let one = one.filter_map(|(key, node)| Some((key.to_ascii_uppercase(), node.as_ref()?)));
        let of_pages = spec.page_tokens.iter();
        let of_pages =
            of_pages.map(|(page, node)| (format!("PAGE_TOKEN_{}", page.value.to_ascii_uppercase()), node));
        for (key, node) in one.chain(of_pages).filter(|(_, node)| !node.is_expression()) {
            let (secret, variable) = (spelt(node), format!("${{env.{upper}_{key}}}"));
            if secret.len() >= 4 {
                replace(written, &secret, &variable);
            }
        }
    }
    hidden
}

fn spelt(node: &Node) -> String {
    node.source.replace("$${", "${")
}

fn replace(value: &mut Value, text: &str, with: &str) {
    match value {
        Value::String(whole) if whole.contains(text) => *whole = whole.replace(text, with),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, text, with)),
        Value::Object(members) => members.values_mut().for_each(|value| replace(value, text, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// True for a value that names a variable of the environment and nothing else.
fn is_variable(value: &Value) -> bool {
    let inside = value.as_str().and_then(|text| text.strip_prefix("${")?.strip_suffix('}'));
    let name = inside.and_then(|inside| inside.trim().strip_prefix("env."));
    name.is_some_and(|name| name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_'))
}

fn is_expression(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.replace("$${", "").contains("${"))
}
