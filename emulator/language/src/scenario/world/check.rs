//! What no part of a world can tell alone: names that clash, ids that are there twice, names that mean nothing.

use std::collections::BTreeMap;

use emulator_core::{Fixed, Leader, Platform, Protocol, Unowned};

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
    accounts(world, &names, problems);
    people_have_places(world, problems);
    problems.extend(world.protocol.as_ref().and_then(|protocol| unfit_protocol(world, protocol)));
    watched(world, problems);
    let of_apps = world.apps.iter().flat_map(|app| app.page_tokens.iter().map(|(page, _)| page));
    let of_people = world.people.iter().flat_map(|person| person.ids.iter().map(|(page, _)| page));
    for page in of_apps.chain(of_people).filter(|page| !names.pages.contains(&page.value)) {
        problems.push(unknown_page(page, &names));
    }
}

/// What is wrong with a world in which everything that has no protocol of its own follows this one.
pub(in crate::scenario) fn unfit_protocol(
    world: &WorldSpec,
    protocol: &Spanned<Protocol>,
) -> Option<Diagnostic> {
    let linked = || world.pages.iter().filter_map(|page| page.instagram.as_ref());
    let alone = world.pages.iter().any(|page| page.platform == Platform::Instagram);
    let follows = |page: &PageSpec| page.platform == Platform::Messenger;
    let of_accounts =
        world.pages.iter().filter(|page| follows(page)).filter_map(|page| page.instagram.as_ref());
    let mut accounts = of_accounts.filter(|account| account.protocol.is_none());
    if alone || linked().any(|account| account.protocol.is_none()) {
        let problem = not_on_instagram(protocol, alone);
        if problem.is_some() {
            return problem;
        }
    }
    let page = world.pages.iter().find(|page| page.default_app.is_none());
    let place = |page: &PageSpec| {
        page.called.as_ref().map_or_else(|| "the Page".to_owned(), |name| format!("`{}`", name.value))
    };
    match page {
        Some(page) => lacks_default_app(world, protocol, (&place(page), "page: {")),
        None => accounts.find(|account| account.default_app.is_none()).and_then(|_| {
            lacks_default_app(world, protocol, ("the Instagram account", "page: {instagram: {"))
        }),
    }
}

/// The first protocol is described for no conversation on Instagram.
fn not_on_instagram(protocol: &Spanned<Protocol>, alone: bool) -> Option<Diagnostic> {
    if Fixed::of(protocol.value).unowned != Unowned::Primary {
        return None;
    }
    let name = protocol.value.name();
    let problem = Diagnostic::new(protocol.span, format!("no source describes `{name}` on Instagram"));
    Some(problem.help(if alone {
        "use another protocol: the Page is used for Instagram alone"
    } else {
        "use another protocol, or give the account one of its own: `instagram: {protocol: handover}`"
    }))
}

/// A protocol is nothing without a default app (C-10).
fn lacks_default_app(
    world: &WorldSpec,
    protocol: &Spanned<Protocol>,
    (place, written): (&str, &str),
) -> Option<Diagnostic> {
    let fixed = Fixed::of(protocol.value);
    if fixed.leader != Leader::DefaultApp {
        return None;
    }
    let (name, app) = (protocol.value.name(), world.apps.first().map_or("inbox", |app| &app.name.value));
    let instead = fixed.default_app_moves_to.map_or(name, Protocol::name);
    let problem = format!("`{name}` needs a default app, and {place} has none");
    let closed = "}".repeat(written.matches('{').count());
    Some(Diagnostic::new(protocol.span, problem).help(format!(
        "write `{written}default_app: {app}{closed}` or `default_app: inbox`, or use `{instead}`, which is the same platform \
         without a default app"
    )))
}

/// Checks the names and the protocols of linked accounts.
fn accounts(world: &WorldSpec, names: &Names, problems: &mut Vec<Diagnostic>) {
    for account in world.pages.iter().filter_map(|page| page.instagram.as_ref()) {
        let default = account.default_app.iter().filter(|name| name.value != "inbox");
        let apps = account.primary_receiver.iter().chain(default).chain(account.routes.apps());
        for app in apps.filter(|app| !names.apps.contains(&app.value)) {
            let what =
                format!("`{}` of the Instagram account is not among the apps of this world", app.value);
            problems.push(unknown_app(app, what, names));
        }
        if let Some(protocol) = &account.protocol {
            problems.extend(not_on_instagram(protocol, false));
            if account.default_app.is_none() {
                let place = ("the Instagram account", "instagram: {");
                problems.extend(lacks_default_app(world, protocol, place));
            }
        }
    }
}

/// Checks that each person can write to a Page where she is.
fn people_have_places(world: &WorldSpec, problems: &mut Vec<Diagnostic>) {
    for platform in world.people.iter().filter_map(|person| person.platform.as_ref()) {
        let is_there = world.pages.iter().any(|page| page.is_on(platform.value));
        let (what, help) = match platform.value {
            Platform::Instagram => (
                "no Page of this world has an Instagram account",
                "link one with `page: {instagram: {}}`, or use the Page for Instagram alone with `page: {platform: instagram}`",
            ),
            Platform::Messenger => (
                "the Page is used for Instagram alone",
                "leave `platform` out here, or write `page: {instagram: {}}` in place of `platform: instagram` there",
            ),
        };
        if !is_there {
            problems.push(Diagnostic::new(platform.span, what).help(help));
        }
    }
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
