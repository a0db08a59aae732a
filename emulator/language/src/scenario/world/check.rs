//! What no part of a world can tell alone: names that clash, ids that are there twice, names that mean nothing.

use std::collections::BTreeMap;

use emulator_core::{Fixed, Leader, Protocol};

use crate::diagnostics::{Diagnostic, suggestion};
use crate::globs;
use crate::node::Spanned;
use crate::scenario::{PageSpec, WorldSpec};
use crate::seen::Seen;
use crate::step::Names;
use crate::vocabulary::{AppMember, PersonMember};

/// Checks a world whose parts were read.
pub(super) fn check(world: &WorldSpec, problems: &mut Vec<Diagnostic>) {
    let names = world.names();
    names_clash(world, &names, problems);
    same_ids(world, problems);
    for person in &world.people {
        for app in person.tester_of.iter().filter(|app| !names.apps.contains(&app.value)) {
            let what = format!(
                "`{}` has a role on `{}`, which is not an app of this world",
                person.name.value, app.value
            );
            problems.push(unknown_app(app, what, &names));
        }
    }
    for page in &world.pages {
        if let Some(primary) = page.primary_receiver.as_ref().filter(|app| !names.apps.contains(&app.value)) {
            let what =
                format!("the primary receiver `{}` is not among the apps of this world", primary.value);
            problems.push(unknown_app(primary, what, &names));
        }
    }
    for page in &world.pages {
        let default = page.default_app.as_ref().filter(|name| name.value != "inbox");
        let what = |app: &Spanned<String>, role: &str| {
            format!("{role} `{}` is not among the apps of this world", app.value)
        };
        for (app, role) in default
            .map(|app| (app, "the default app"))
            .into_iter()
            .chain(page.routes.apps().map(|app| (app, "the app of a route")))
            .filter(|(app, _)| !names.apps.contains(&app.value))
        {
            problems.push(unknown_app(app, what(app, role), &names));
        }
    }
    problems.extend(world.protocol.as_ref().and_then(|protocol| lacks_default_app(world, protocol)));
    watched(world, problems);
    let of_apps = world.apps.iter().flat_map(|app| app.page_tokens.iter().map(|(page, _)| page));
    let of_people = world.people.iter().flat_map(|person| person.ids.iter().map(|(page, _)| page));
    for page in of_apps.chain(of_people).filter(|page| !names.pages.contains(&page.value)) {
        problems.push(unknown_page(page, &names));
    }
}

/// What is wrong with a world whose Pages follow a protocol that is nothing without a default app (C-10).
pub(in crate::scenario) fn lacks_default_app(
    world: &WorldSpec,
    protocol: &Spanned<Protocol>,
) -> Option<Diagnostic> {
    let fixed = Fixed::of(protocol.value);
    let page = world.pages.iter().find(|page| page.default_app.is_none())?;
    if fixed.leader != Leader::DefaultApp {
        return None;
    }
    let page = page.called.as_ref().map_or_else(|| "the Page".to_owned(), |name| format!("`{}`", name.value));
    let (name, app) = (protocol.value.name(), world.apps.first().map_or("inbox", |app| &app.name.value));
    let instead = fixed.default_app_moves_to.map_or(name, Protocol::name);
    let problem = format!("under `{name}` a Page has a default app, and {page} has none");
    Some(Diagnostic::new(protocol.span, problem).help(format!(
        "write `page: {{default_app: {app}}}` or `default_app: inbox`, or use `{instead}`, which is the same platform \
         without a default app"
    )))
}

/// Checks the globs of files whose changes restart bots.
fn watched(world: &WorldSpec, problems: &mut Vec<Diagnostic>) {
    for app in &world.apps {
        let Some(globs) = &app.watch else { continue };
        for glob in globs {
            if let Err(why) = globs::check(&glob.value) {
                let problem = Diagnostic::new(glob.span, format!("`{}` is not a glob: {why}", glob.value));
                problems.push(problem.help(
                    "write it as in .gitignore, for example `src/**/*.js`, `*.py` or `!src/generated/`",
                ));
            }
        }
        if let (None, Some(first)) = (&app.start, globs.first()) {
            let name = &app.name.value;
            let problem =
                Diagnostic::new(first.span, format!("`{name}` has files to watch, but no bot to restart"));
            problems.push(problem.help(format!(
                "add the command that starts it, for example `start: node {name}.js`, or remove `watch`"
            )));
        }
    }
}

fn unknown_app(app: &Spanned<String>, what: String, names: &Names) -> Diagnostic {
    let apps: Vec<&str> = names.apps.iter().map(String::as_str).collect();
    let help = suggestion(&app.value, &apps, "declare it under `apps:`");
    Diagnostic::new(app.span, what).label("unknown app").help(help)
}

/// Says that the world has no Page of that name.
pub(crate) fn unknown_page(page: &Spanned<String>, names: &Names) -> Diagnostic {
    let pages: Vec<&str> = names.pages.iter().map(String::as_str).collect();
    let problem = Diagnostic::new(page.span, format!("the world has no Page `{}`", page.value));
    if pages.is_empty() {
        let help = "a Page has a name if it is declared as in `pages: {shop: {}, store: {}}`";
        return problem.label("its only Page has no name").help(help);
    }
    problem.label("unknown Page").help(suggestion(&page.value, &pages, "declare it under `pages:`"))
}

/// Finds names that could mean two things.
fn names_clash(world: &WorldSpec, names: &Names, problems: &mut Vec<Diagnostic>) {
    let mut clash = |name: &Spanned<String>, what: &str| {
        let message = format!("`{}` is both {what}", name.value);
        problems.push(Diagnostic::new(name.span, message).help("give one of them another name"));
    };
    for person in world.people.iter().filter(|person| names.apps.contains(&person.name.value)) {
        clash(&person.name, "an app and a person");
    }
    let called = |page: &PageSpec| page.called.clone();
    for page in world.pages.iter().filter_map(called) {
        if names.apps.contains(&page.value) {
            clash(&page, "an app and a Page");
        } else if names.people.contains(&page.value) {
            clash(&page, "a person and a Page");
        }
    }
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    for page in world.pages.iter().filter_map(called) {
        if AppMember::parse(&page.value).is_some() || PersonMember::parse(&page.value).is_some() {
            let message = format!("a Page cannot be called `{}`", page.value);
            problems.push(
                Diagnostic::new(page.span, message)
                    .label(format!("`${{NAME.{}}}` means something else", page.value))
                    .help("choose another name"),
            );
        }
        if let Some(other) = variables.insert(page.value.to_ascii_uppercase(), page.value.clone()) {
            let message = format!("`{}` and `{other}` differ in large and small letters only", page.value);
            let help = "the variables of a bot, such as `PAGE_ID_SHOP`, could not tell them apart";
            problems.push(Diagnostic::new(page.span, message).help(help));
        }
    }
}

/// Finds ids that are there twice.
fn same_ids(world: &WorldSpec, problems: &mut Vec<Diagnostic>) {
    let mut check = |ids: Vec<&Spanned<String>>, what: &str| {
        let mut seen = Seen::default();
        for id in ids {
            if seen.before(&id.value, ()).is_some() {
                let message = format!("two {what} have the id {}", id.value);
                problems.push(Diagnostic::new(id.span, message).help("give each an id of its own"));
            }
        }
    };
    check(world.apps.iter().filter_map(|app| app.id.as_ref()).collect(), "apps");
    let pages = world.pages.iter().filter_map(|page| page.id.as_ref());
    let people =
        world.people.iter().flat_map(|person| person.id.iter().chain(person.ids.iter().map(|(_, id)| id)));
    let what = if world.pages.len() > 1 { "people or Pages" } else { "people, or a person and the Page," };
    check(pages.chain(people).collect(), what);
}
