//! Reads worlds.

use std::sync::Arc;

use super::section::Section;
use super::{AppSpec, PageSpec, PersonSpec, WorldSpec};
use crate::diagnostics::{Diagnostic, SourceText, did_you_mean, suggestion};
use crate::node::{Key, Node, Spanned};
use crate::vocabulary as words;

/// Reads a world from its mapping.
pub(super) fn world(node: &Node, file: &Arc<SourceText>, problems: &mut Vec<Diagnostic>) -> WorldSpec {
    let mut section = Section::open(node, "a world", words::WORLD_KEYS, words::WORLD_NOT_YET, problems);
    let protocol = section.protocol();
    let apps = section.mapping("apps", "shopbot: {webhook: \"http://127.0.0.1:3000/webhook\"}");
    let people = section.mapping("people", "ana: {first_name: Ana}");
    let page = section.get("page").map(|node| page(node, section.problems)).unwrap_or_default();
    let apps: Vec<AppSpec> = apps.iter().map(|entry| app(entry, section.problems)).collect();
    let people: Vec<PersonSpec> = people.iter().map(|entry| person(entry, section.problems)).collect();

    let world = WorldSpec { protocol, page, apps, people, file: Arc::clone(file), span: section.span() };
    check(&world, section.problems);
    world
}

/// Checks what no part of a world can tell alone.
fn check(world: &WorldSpec, problems: &mut Vec<Diagnostic>) {
    let names = world.names();
    for person in &world.people {
        if names.apps.contains(&person.name.value) {
            let message = format!("`{}` is both an app and a person", person.name.value);
            problems.push(Diagnostic::new(person.name.span, message).help("give one of them another name"));
        }
    }
    let ids = |ids: Vec<&Option<Spanned<String>>>, what: &str, problems: &mut Vec<Diagnostic>| {
        let ids: Vec<&Spanned<String>> = ids.into_iter().flatten().collect();
        for (index, id) in ids.iter().enumerate() {
            if ids[..index].iter().any(|other| other.value == id.value) {
                let message = format!("two {what} have the id {}", id.value);
                problems.push(Diagnostic::new(id.span, message).help("give each an id of its own"));
            }
        }
    };
    ids(world.apps.iter().map(|app| &app.id).collect(), "apps", problems);
    let persons = std::iter::once(&world.page.id).chain(world.people.iter().map(|person| &person.id));
    ids(persons.collect(), "people, or a person and the Page,", problems);
    if let Some(primary) = &world.page.primary_receiver
        && !names.apps.contains(&primary.value)
    {
        let apps: Vec<&str> = names.apps.iter().map(String::as_str).collect();
        let help = suggestion(&primary.value, &apps, "declare it under `apps:`");
        let message = format!("the primary receiver `{}` is not among the apps of this world", primary.value);
        problems.push(Diagnostic::new(primary.span, message).label("unknown app").help(help));
    }
}

fn page(node: &Node, problems: &mut Vec<Diagnostic>) -> PageSpec {
    let mut section = Section::open(node, "`page`", words::PAGE_KEYS, words::PAGE_NOT_YET, problems);
    PageSpec {
        span: section.span(),
        id: section.id("id", 63),
        name: section.text("name"),
        primary_receiver: section.text("primary_receiver").filter(|name| name.value != "none"),
    }
}

fn app((key, node): &(Key, Node), problems: &mut Vec<Diagnostic>) -> AppSpec {
    let mut section = Section::open(node, "an app", words::APP_KEYS, words::APP_NOT_YET, problems);
    let name = section.name("an app", key);
    let fields = section.texts("fields");
    for field in fields.iter().flatten() {
        if !words::WEBHOOK_FIELDS.contains(&field.value.as_str()) {
            let help = match did_you_mean(&field.value, words::WEBHOOK_FIELDS.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the fields are {}", words::WEBHOOK_FIELDS.join(", ")),
            };
            let message = format!("there is no subscription field `{}`", field.value);
            section.report(Diagnostic::new(field.span, message).label("unknown field").help(help));
        }
    }
    let features = section.texts("features").unwrap_or_default();
    for feature in &features {
        if !words::FEATURES.contains(&feature.value.as_str()) {
            let help = suggestion(&feature.value, words::FEATURES, "");
            section.report(
                Diagnostic::new(feature.span, format!("there is no feature `{}`", feature.value)).help(help),
            );
        }
    }
    let env = section.mapping("env", "NAME: value").to_vec();
    for (key, value) in &env {
        if !value.is_scalar() {
            section.report(Diagnostic::new(value.span, format!("`{}` takes a text", key.name)));
        }
    }
    AppSpec {
        name,
        id: section.id("id", 53),
        secret: section.template("secret"),
        verify_token: section.template("verify_token"),
        page_token: section.template("page_token"),
        webhook: section.template("webhook"),
        start: start(&mut section),
        env,
        fields: fields.map(values),
        features: values(features),
        span: key.span.to(node.span),
    }
}

/// Takes the command of a bot: a text or a list of texts.
fn start(section: &mut Section<'_, '_>) -> Option<Node> {
    let node = section.get("start")?;
    let parts = node.items().unwrap_or(std::slice::from_ref(node));
    if parts.is_empty() || parts.iter().any(|part| !part.is_scalar()) {
        section.report(
            Diagnostic::new(node.span, "`start` takes a command")
                .help("write `start: node bots/shopbot.js` or `start: [node, bots/shopbot.js]`"),
        );
    }
    Some(node.clone())
}

fn person((key, node): &(Key, Node), problems: &mut Vec<Diagnostic>) -> PersonSpec {
    let mut section = Section::open(node, "a person", words::PERSON_KEYS, &[], problems);
    let text = |section: &mut Section<'_, '_>, key: &str| section.text(key).map(|text| text.value);
    PersonSpec {
        name: section.name("a person", key),
        id: section.id("id", 63),
        first_name: text(&mut section, "first_name"),
        last_name: text(&mut section, "last_name"),
        locale: text(&mut section, "locale"),
        timezone: section.number("timezone"),
        gender: text(&mut section, "gender"),
        profile_pic: text(&mut section, "profile_pic"),
        span: key.span.to(node.span),
    }
}

fn values(texts: Vec<Spanned<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
