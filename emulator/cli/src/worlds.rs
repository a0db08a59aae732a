//! The world of `serve`: a file, changed by flags.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use emulator_core::{MEDIA_LIMIT, Switch, real_token};
use emulator_language::diagnostics::{Colour, SourceText, did_you_mean, render_all};
use emulator_language::node::{Node, NodeKind, Span, Spanned};
use emulator_language::scenario::{AppSpec, Document, PersonSpec, WorldSpec, load};
use emulator_scenario::input::{called, read_input};
use emulator_scenario::select::read_file;
use emulator_server::WebhookUrl;

/// The file that is taken when none is named.
const DEFAULT_FILE: &str = "emulator.yaml";

/// What to do about a real token among the flags.
const REAL_TOKEN_HELP: &str = "make one up, or leave it out to get one";

/// What describes the world.
#[derive(Debug, Args)]
pub(crate) struct WorldArguments {
    /// Reads the world from a file (default: emulator.yaml, if it is there)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sends webhooks to this address; with several apps APP=URL
    #[arg(long, value_name = "[APP=]URL")]
    webhook: Vec<String>,
    /// Signs webhooks with this app secret; with several apps APP=SECRET
    #[arg(long, value_name = "[APP=]SECRET")]
    app_secret: Vec<String>,
    /// Verifies webhooks with this token; with several apps APP=TOKEN
    #[arg(long, value_name = "[APP=]TOKEN")]
    verify_token: Vec<String>,
    /// Accepts this Page token; with several apps APP=TOKEN
    #[arg(long, value_name = "[APP=]TOKEN")]
    page_token: Vec<String>,
    /// Subscribes to these webhook fields, with commas between them; with several apps APP=FIELDS
    #[arg(long, value_name = "[APP=]FIELDS")]
    fields: Vec<String>,
    /// Makes this app the primary receiver
    #[arg(long, value_name = "APP")]
    primary_receiver: Option<String>,
    /// Adds a person of this name
    #[arg(long, value_name = "NAME")]
    person: Vec<String>,
    /// Adds people until there are so many: user, user2, user3 …
    #[arg(long, value_name = "N")]
    people: Option<usize>,
}

/// The world that the arguments describe; what is wrong with it, as it is printed.
pub(crate) fn world(arguments: &WorldArguments, colour: Colour) -> Result<WorldSpec, String> {
    let mut world = match file(arguments) {
        Some(path) => read(&path, colour)?,
        None => WorldSpec::empty(SourceText::new("the command line", "")),
    };
    if world.apps.is_empty() {
        world = declared_by_flags(world, arguments);
    }
    let mut names: BTreeSet<String> = world.people.iter().map(|person| person.name.value.clone()).collect();
    let mut add = |world: &mut WorldSpec, name: String| {
        if !names.insert(name.clone()) {
            return Err(format!("error: there are two people called `{name}`"));
        }
        world.people.push(PersonSpec { name: Spanned::new(name, Span::default()), ..PersonSpec::default() });
        Ok(())
    };
    for name in &arguments.person {
        add(&mut world, name.clone())?;
    }
    let mut world = world.with_defaults();
    spare_webhooks(&mut world);
    for number in world.people.len() + 1..=arguments.people.unwrap_or_default() {
        add(&mut world, format!("user{number}"))?;
    }
    let first = world.pages.first().and_then(|page| page.called.clone());
    for (flag, values) in [
        ("--webhook", &arguments.webhook),
        ("--app-secret", &arguments.app_secret),
        ("--verify-token", &arguments.verify_token),
        ("--page-token", &arguments.page_token),
        ("--fields", &arguments.fields),
    ] {
        for value in values {
            if real_token(value.as_bytes()).is_some() {
                return Err(format!(
                    "error: {flag}: this looks like an access token of the real platform; {REAL_TOKEN_HELP}"
                ));
            }
            let (app, value) = target(&mut world, flag, value)?;
            match flag {
                "--webhook" => {
                    value.parse::<WebhookUrl>().map_err(|error| format!("error: --webhook: {error}"))?;
                    app.webhook = Some(node(value));
                    // Whoever says where the bot is has started it.
                    app.start = None;
                }
                "--app-secret" => app.secret = Some(node(value)),
                "--verify-token" => app.verify_token = Some(node(value)),
                "--page-token" => app.set_page_token(first.as_ref(), node(value)),
                _ => app.fields = Some(field_names(value)?),
            }
        }
    }
    if let Some(name) = &arguments.primary_receiver {
        let known: Vec<&str> = world.apps.iter().map(|app| app.name.value.as_str()).collect();
        if !known.contains(&name.as_str()) {
            return Err(format!(
                "--primary-receiver: there is no app `{name}`; there is {}",
                known.join(", ")
            ));
        }
        if let Some(page) = world.pages.first_mut() {
            page.primary_receiver = Some(Spanned::new(name.clone(), Span::default()));
        }
    }
    Ok(world)
}

/// A bot that a developer has stopped for an hour is no bot that fails: its webhooks stay switched on,
/// with a warning, unless the world chose otherwise.
fn spare_webhooks(world: &mut WorldSpec) {
    for page in &mut world.pages {
        page.overrides.webhook_disabling.get_or_insert(Switch::Off);
    }
}

fn file(arguments: &WorldArguments) -> Option<PathBuf> {
    let default = Path::new(DEFAULT_FILE);
    arguments.config.clone().or_else(|| default.exists().then(|| default.to_owned()))
}

fn read(path: &Path, colour: Colour) -> Result<WorldSpec, String> {
    let cannot_read = |why: &dyn std::fmt::Display| format!("error: cannot read {}: {why}", path.display());
    let bytes = read_input(path, MEDIA_LIMIT as u64).map_err(|error| cannot_read(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot_read(&"it is not UTF-8 text"))?;
    let path = &called(path);
    let (documents, problems) = load(path, text, &|path| read_file(path).map(Into::into));
    if !problems.is_empty() {
        return Err(render_all(&problems, colour));
    }
    match documents.into_iter().next() {
        Some(Document::World(world)) => Ok(*world),
        Some(Document::Scenario(_)) => {
            Err(format!("error: {} is a scenario; serve takes a world (page, apps, people)", path.display()))
        }
        Some(Document::Part(_)) => {
            Err(format!("error: {} is a part; serve takes a world (page, apps, people)", path.display()))
        }
        None => Err(format!("error: {} describes no world", path.display())),
    }
}

/// Flags of the form `APP=…` declare the apps when no file does.
fn declared_by_flags(mut world: WorldSpec, arguments: &WorldArguments) -> WorldSpec {
    for value in &arguments.webhook {
        if let Some((name, _)) = named(value)
            && !world.apps.iter().any(|app| app.name.value == name)
        {
            let name = Spanned::new(name.to_owned(), Span::default());
            world.apps.push(AppSpec { name, ..AppSpec::default() });
        }
    }
    world
}

/// The app's name in front of a value, if there is one. URLs hold `=` too, but not in front.
fn named(value: &str) -> Option<(&str, &str)> {
    let (name, rest) = value.split_once('=')?;
    let is_name = !name.is_empty()
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    is_name.then_some((name, rest))
}

fn target<'w, 'v>(
    world: &'w mut WorldSpec,
    flag: &str,
    value: &'v str,
) -> Result<(&'w mut AppSpec, &'v str), String> {
    let names: Vec<String> = world.apps.iter().map(|app| app.name.value.clone()).collect();
    let list = names.join(", ");
    if let Some((name, rest)) = named(value)
        && let Some(index) = names.iter().position(|known| known == name)
    {
        return Ok((&mut world.apps[index], rest));
    }
    match (names.len(), named(value)) {
        (1, _) => Ok((&mut world.apps[0], value)),
        (_, Some((name, _))) => Err(format!("error: {flag}: there is no app `{name}`; there are {list}")),
        (_, None) => {
            Err(format!("error: {flag}: there are several apps ({list}), so write {flag} APP={value}"))
        }
    }
}

fn field_names(list: &str) -> Result<Vec<String>, String> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| match emulator_core::Field::parse(name) {
            Some(_) => Ok(name.to_owned()),
            None => {
                let all =
                    emulator_core::Field::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ");
                let known = emulator_core::Field::ALL.iter().map(|field| field.name());
                let help = match did_you_mean(name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {all}"),
                };
                Err(format!("error: --fields: there is no webhook field `{name}`; {help}"))
            }
        })
        .collect()
}

fn node(text: &str) -> Node {
    // What stands on the command line is taken as it is: `${` is not looked for.
    let source = text.replace("${", "$${");
    Node { kind: NodeKind::Text, span: Span::default(), source, quoted: true }
}
