//! Who plays: the world of a file with every default filled in, ready for a stage.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use emulator_core::{
    App, AppId, AppMode, Connection, Feature, Field, FieldSet, INSTAGRAM_INBOX, LEAD_ADS, PAGE_INBOX, Page,
    PageId, Permission, Profile, Protocol, Settings,
};
use emulator_server::{AppSpec as Identity, PersonSpec as Member, WebhookUrl, real_token};
use serde_json::{Map, Value, json};

use crate::diagnostics::Diagnostic;
use crate::node::{Node, NodeKind};
use crate::scenario::{AppSpec, PersonSpec, WorldSpec};
use crate::value;

/// The Page's id unless the world says otherwise.
pub const DEFAULT_PAGE: PageId = PageId(100_000_000_000_001);
/// The last name of people who have none in the world.
const DEFAULT_LAST_NAME: &str = "Emulated";
/// The language of people who have none in the world.
const DEFAULT_LOCALE: &str = "en_US";
const FIRST_APP: u64 = 200_000_000_000_001;
const DEFAULT_FIELDS: &[Field] = &[
    Field::Messages,
    Field::MessagingPostbacks,
    Field::MessagingOptins,
    Field::MessagingReferrals,
    Field::MessageReactions,
    Field::MessagingAccountLinking,
];
/// What apps subscribe to as well when there are several.
const SHARED_FIELDS: &[Field] = &[Field::MessagingHandovers, Field::Standby, Field::MessageEchoes];

/// What a world needs to know about the place in which it is played.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The emulator's base URL, without a slash at the end.
    pub url: String,
    /// The path of the emulator's binary.
    pub bin: PathBuf,
}

/// A bot process to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Whose it is.
    pub app: AppId,
    /// The app's name.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What is added to its environment.
    pub env: BTreeMap<String, String>,
    /// Where it runs.
    pub folder: PathBuf,
}

/// A world with every default filled in.
#[derive(Debug, Clone)]
pub struct Cast {
    /// The Page.
    pub page: PageId,
    /// What admins decided.
    pub settings: Arc<Settings>,
    /// The apps' identities.
    pub apps: Vec<Identity>,
    /// The people.
    pub people: Vec<Member>,
    /// The processes to start.
    pub starts: Vec<Start>,
}

/// Everything about a world that a bot can tell apart, as text: scenarios for which it is equal can
/// share a stage.
pub fn identity(world: &WorldSpec) -> String {
    let mut parts = vec![format!("page {}", world.page.id.as_ref().map_or("", |id| &id.value))];
    for app in &world.apps {
        let source = |node: &Option<Node>| {
            node.as_ref().map_or_else(|| "-".to_owned(), |node| node.literal().to_string())
        };
        parts.push(format!(
            "app {} id {} secret {} verify {} token {} webhook {} start {} version {:?}",
            app.name.value,
            app.id.as_ref().map_or("-", |id| &id.value),
            source(&app.secret),
            source(&app.verify_token),
            source(&app.page_token),
            source(&app.webhook),
            source(&app.start),
            app.api_version,
        ));
        parts.extend(app.env.iter().map(|(key, node)| format!("env {} {}", key.name, node.literal())));
        if app.start.is_some() {
            parts.push(format!("in {}", folder_of(world).display()));
        }
    }
    parts.join("\n")
}

fn folder_of(world: &WorldSpec) -> PathBuf {
    let folder = Path::new(&world.file.name).parent().unwrap_or(Path::new(""));
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

/// Fills in the defaults. `port` gives an app a free port, the same one each time it is asked.
///
/// # Errors
///
/// Everything in the world that cannot be evaluated.
pub fn cast(
    world: &WorldSpec,
    surroundings: &Surroundings,
    port: &mut dyn FnMut(&str) -> u16,
) -> Result<Cast, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    // Ids were checked when the file was read.
    let page_id = world.page.id.as_ref().and_then(|id| id.value.parse().ok()).unwrap_or(DEFAULT_PAGE);
    let ids = ids(world, &mut problems);
    let id_of = |name: &str| {
        let index = world.apps.iter().position(|app| app.name.value == name);
        index.map(|index| ids[index])
    };
    let mut cast = Cast {
        page: page_id,
        settings: settings(world, page_id, &ids),
        apps: Vec::new(),
        people: Vec::new(),
        starts: Vec::new(),
    };
    for (app, id) in world.apps.iter().zip(&ids) {
        let port = needs_port(app).then(|| port(&app.name.value));
        let scope = scope_of_world(surroundings, page_id, &id_of, world, port);
        let mut text = |node: &Option<Node>, default: String| match node {
            None => default,
            Some(node) => {
                let text = value::text(node, &scope);
                // A text that was written out was looked at before; this one came from elsewhere.
                let text = text.and_then(|text| match real_token(text.as_bytes()) {
                    Some(_) => Err(Diagnostic::real_token(node.span)),
                    None => Ok(text),
                });
                text.unwrap_or_else(|problem| {
                    problems.push(problem.in_file(&world.file));
                    default
                })
            }
        };
        let name = app.name.value.clone();
        let secret = text(&app.secret, format!("{name}-app-secret"));
        let verify_token = text(&app.verify_token, format!("{name}-verify-token"));
        let page_token = text(&app.page_token, format!("{name}-page-token"));
        let webhook = webhook(app, port, &scope).unwrap_or_else(|problem| {
            problems.push(problem.in_file(&world.file));
            None
        });
        match start(app, &scope) {
            Err(problem) => problems.push(problem.in_file(&world.file)),
            Ok(None) => {}
            Ok(Some((command, extra))) => {
                let mut env = BTreeMap::from([
                    ("GRAPH_API_URL".to_owned(), surroundings.url.clone()),
                    ("MESSENGER_EMULATOR_URL".to_owned(), surroundings.url.clone()),
                    ("PAGE_ID".to_owned(), page_id.to_string()),
                    ("PAGE_ACCESS_TOKEN".to_owned(), page_token.clone()),
                    ("APP_ID".to_owned(), id.to_string()),
                    ("APP_SECRET".to_owned(), secret.clone()),
                    ("VERIFY_TOKEN".to_owned(), verify_token.clone()),
                    ("PAGE_INBOX_APP_ID".to_owned(), PAGE_INBOX.to_string()),
                ]);
                env.extend(port.map(|port| ("PORT".to_owned(), port.to_string())));
                let others = world.apps.iter().zip(&ids);
                env.extend(others.map(|(app, id)| (env_name(&app.name.value), id.to_string())));
                env.extend(extra);
                let folder = folder_of(world);
                cast.starts.push(Start { app: *id, name: name.clone(), command, env, folder });
            }
        }
        let page_tokens = vec![(page_id, page_token)];
        let api_version = app.api_version;
        cast.apps.push(Identity { id: *id, name, secret, verify_token, page_tokens, webhook, api_version });
    }
    check_tokens(world, &cast.apps, &mut problems);
    let member = |person: &PersonSpec| Member {
        id: person.id.as_ref().and_then(|id| id.value.parse().ok()),
        profile: profile(person),
        tests: person.tester_of.iter().filter_map(|app| id_of(&app.value)).collect(),
        ..Member::named(person.name.value.as_str(), page_id)
    };
    cast.people = world.people.iter().map(member).collect();
    if problems.is_empty() { Ok(cast) } else { Err(problems) }
}

/// What a person shows; everybody has a name, a language and a time zone.
fn profile(person: &PersonSpec) -> Profile {
    let text = |text: &Option<String>| text.as_deref().map(Arc::from);
    let mut letters = person.name.value.chars();
    let called = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    Profile {
        first_name: text(&person.first_name.clone().or(called)),
        last_name: Some(text(&person.last_name).unwrap_or_else(|| DEFAULT_LAST_NAME.into())),
        profile_pic: text(&person.profile_pic),
        locale: Some(text(&person.locale).unwrap_or_else(|| DEFAULT_LOCALE.into())),
        timezone: Some(person.timezone.unwrap_or_default()),
        gender: text(&person.gender),
    }
}

/// The apps' ids: those that are given, and for the others the next of the default ones.
fn ids(world: &WorldSpec, problems: &mut Vec<Diagnostic>) -> Vec<AppId> {
    let mut taken = BTreeSet::from([PAGE_INBOX, INSTAGRAM_INBOX, LEAD_ADS]);
    let mut given = BTreeMap::new();
    for (index, app) in world.apps.iter().enumerate() {
        let Some(id) = &app.id else { continue };
        let Ok(parsed) = id.value.parse() else { continue };
        if !taken.insert(parsed) {
            // That two apps of the world share an id was found when the file was read.
            let message = format!("the id {parsed} belongs to an inbox or app of the platform itself");
            let problem = Diagnostic::new(id.span, message).help("give the app another id, or none");
            problems.push(problem.in_file(&world.file));
        }
        given.insert(index, parsed);
    }
    let defaults = (FIRST_APP..).map(AppId);
    let mut free = defaults.filter(|id| !taken.contains(id));
    let id = |index| given.get(&index).copied().or_else(|| free.next()).unwrap_or(AppId(FIRST_APP));
    (0..world.apps.len()).map(id).collect()
}

/// Says when two apps would be taken for each other.
fn check_tokens(world: &WorldSpec, apps: &[Identity], problems: &mut Vec<Diagnostic>) {
    let mut seen = BTreeMap::new();
    for (spec, app) in world.apps.iter().zip(apps) {
        let span = spec.page_token.as_ref().map_or(spec.span, |token| token.span);
        for (_, token) in &app.page_tokens {
            let message = if token.is_empty() {
                format!("the Page token of `{}` is empty", app.name)
            } else if let Some(other) = seen.insert(token.clone(), app.name.clone()) {
                format!(
                    "`{}` has the same Page token as `{other}`, so nobody could tell their calls apart",
                    app.name
                )
            } else {
                continue;
            };
            problems.push(Diagnostic::new(span, message).in_file(&world.file));
        }
    }
}

fn env_name(app: &str) -> String {
    let upper =
        app.chars().map(
            |character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' },
        );
    format!("APP_ID_{}", upper.collect::<String>())
}

fn settings(world: &WorldSpec, page: PageId, ids: &[AppId]) -> Arc<Settings> {
    let id_of = |name: &str| {
        let index = world.apps.iter().position(|app| app.name.value == name);
        index.map(|index| ids[index])
    };
    let mut default_fields: FieldSet = DEFAULT_FIELDS.iter().copied().collect();
    if world.apps.len() > 1 {
        default_fields = SHARED_FIELDS.iter().fold(default_fields, |fields, field| fields.with(*field));
    }
    let connection = |app: &AppSpec| Connection {
        fields: match &app.fields {
            Some(names) => names.iter().filter_map(|name| Field::parse(name)).collect(),
            None => default_fields,
        },
        features: app.features.iter().filter_map(|name| Feature::parse(name)).collect(),
        permissions: match &app.permissions {
            Some(names) => names.iter().filter_map(|name| Permission::parse(name)).collect(),
            None => Permission::ALL.iter().copied().collect(),
        },
        ..Connection::default()
    };
    let primary_receiver = world.page.primary_receiver.as_ref().and_then(|name| id_of(&name.value));
    let name = world.page.name.as_ref().map_or("Emulated Page", |name| &name.value);
    let page_settings = Page {
        primary_receiver,
        options: world.page.options,
        apps: ids.iter().copied().zip(world.apps.iter().map(connection)).collect(),
        ..Page::named(name)
    };
    let known = |app: &AppSpec| App {
        mode: app.mode.and_then(AppMode::parse).unwrap_or(AppMode::Live),
        requires_proof: app.require_proof,
        ..App::named(app.name.value.as_str())
    };
    Arc::new(Settings {
        protocol: Protocol::Handover,
        pages: BTreeMap::from([(page, page_settings)]),
        apps: ids.iter().copied().zip(world.apps.iter().map(known)).collect(),
    })
}

fn needs_port(app: &AppSpec) -> bool {
    let mentions =
        |node: &Option<Node>| node.as_ref().is_some_and(|node| node.literal().to_string().contains("${port"));
    app.start.is_some() || mentions(&app.webhook)
}

fn scope_of_world(
    surroundings: &Surroundings,
    page: PageId,
    id_of: &dyn Fn(&str) -> Option<AppId>,
    world: &WorldSpec,
    port: Option<u16>,
) -> Map<String, Value> {
    let mut scope = Map::new();
    for app in &world.apps {
        let name = &app.name.value;
        scope.insert(name.clone(), json!({"id": id_of(name).map(|id| id.to_string()), "name": name}));
    }
    scope.insert("page".into(), json!({"id": page.to_string()}));
    scope.insert("emulator".into(), emulator(surroundings));
    scope.insert("env".into(), environment());
    if let Some(port) = port {
        scope.insert("port".into(), json!(port));
    }
    scope
}

/// The value of `${emulator…}`.
pub(crate) fn emulator(surroundings: &Surroundings) -> Value {
    json!({"url": surroundings.url, "bin": surroundings.bin.display().to_string()})
}

/// The value of `${env…}`.
pub(crate) fn environment() -> Value {
    std::env::vars().map(|(name, value)| (name, Value::String(value))).collect::<Map<_, _>>().into()
}

fn webhook(
    app: &AppSpec,
    port: Option<u16>,
    scope: &Map<String, Value>,
) -> Result<Option<WebhookUrl>, Diagnostic> {
    let parse = |text: &str, node: Option<&Node>| {
        text.parse::<WebhookUrl>().map(Some).map_err(|error| {
            let span = node.map_or(app.span, |node| node.span);
            Diagnostic::new(span, format!("the webhook of `{}` cannot be used", app.name.value))
                .label(error.to_string())
        })
    };
    match (&app.webhook, port) {
        (Some(node), _) => parse(&value::text(node, scope)?, Some(node)),
        (None, Some(port)) => parse(&format!("http://127.0.0.1:{port}/webhook"), None),
        (None, None) => Ok(None),
    }
}

type Command = (Vec<String>, Vec<(String, String)>);

fn start(app: &AppSpec, scope: &Map<String, Value>) -> Result<Option<Command>, Diagnostic> {
    let Some(node) = &app.start else { return Ok(None) };
    let command = match &node.kind {
        NodeKind::List(items) => {
            items.iter().map(|item| value::text(item, scope)).collect::<Result<Vec<_>, _>>()?
        }
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Text | NodeKind::Map(_) => {
            // Split before expressions are put in, so that a path with blanks stays one argument.
            let words = split(&node.source).map_err(|why| Diagnostic::new(node.span, why))?;
            let words = words.into_iter().map(|source| Node { source, kind: NodeKind::Text, ..node.clone() });
            words.map(|word| value::text(&word, scope)).collect::<Result<Vec<_>, _>>()?
        }
    };
    if command.is_empty() {
        return Err(Diagnostic::new(node.span, "`start` names no program")
            .help("write for example `start: node bot.js`"));
    }
    let env = app.env.iter().map(|(key, node)| Ok((key.name.clone(), value::text(node, scope)?)));
    Ok(Some((command, env.collect::<Result<Vec<_>, Diagnostic>>()?)))
}

/// Splits a command as a shell would: quotes, no expansion. `${…}` stays together.
fn split(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut depth = 0_u32;
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        let started = word.is_some();
        let current = word.get_or_insert_with(String::new);
        match (character, quote) {
            (_, Some(open)) if character == open => quote = None,
            ('\'' | '"', None) if depth == 0 => quote = Some(character),
            ('$', _) if characters.peek() == Some(&'{') => {
                depth += 1;
                current.push('$');
            }
            ('}', _) if depth > 0 => {
                depth -= 1;
                current.push('}');
            }
            (blank, None) if blank.is_whitespace() && depth == 0 => {
                if started {
                    words.extend(word.take());
                } else {
                    word = None;
                }
            }
            (other, _) => current.push(other),
        }
    }
    if let Some(open) = quote {
        return Err(format!("the quote {open} in this command is never closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use emulator_core::{Release, Switch, Timestamp};

    use super::*;
    use crate::scenario::{Document, load};

    fn cast_of(world: &str) -> Result<Cast, Vec<String>> {
        let (documents, problems) =
            load(Path::new("world.yaml"), world.to_owned(), &|_| Err(std::io::ErrorKind::NotFound.into()));
        assert!(problems.is_empty(), "{problems:?}");
        let Some(Document::World(world)) = documents.into_iter().next() else { panic!("no world") };
        let surroundings = Surroundings { url: "http://127.0.0.1:1".to_owned(), bin: PathBuf::from("bin") };
        let cast = cast(&world, &surroundings, &mut |_| 1);
        cast.map_err(|problems| problems.into_iter().map(|problem| problem.message).collect())
    }

    fn check(world: &str) -> Result<Vec<u64>, Vec<String>> {
        cast_of(world).map(|cast| cast.apps.iter().map(|app| app.id.0).collect())
    }

    #[test]
    fn people_and_apps_are_as_the_world_says_and_have_the_rest_by_default() {
        let world = "page: {options: {release: primary, exclusive: false, rules_as_of: 2026-03-01}}\n\
                     apps: {a: {permissions: [pages_messaging], mode: development, require_proof: true}, b: {}}\n\
                     people: {ana: {last_name: Lee, timezone: -7, tester_of: [a]}, bo: {first_name: Bodo}}";
        let cast = cast_of(world).unwrap();
        let page = &cast.settings.pages[&cast.page];
        assert_eq!((page.options.release, page.options.exclusive), (Release::Primary, Switch::Off));
        assert_eq!(page.options.rules_as_of, Timestamp(1_772_323_200_000));
        let [a, b] = [cast.apps[0].id, cast.apps[1].id];
        assert_eq!(page.apps[&a].permissions, [Permission::PagesMessaging].into());
        assert_eq!(page.apps[&b].permissions.len(), Permission::ALL.len());
        let app = |id| (cast.settings.apps[id].mode, cast.settings.apps[id].requires_proof);
        assert_eq!([app(&a), app(&b)], [(AppMode::Development, true), (AppMode::Live, false)]);
        let [ana, bo] = [&cast.people[0], &cast.people[1]];
        let named = |person: &Member| {
            let Profile { first_name, last_name, locale, timezone, gender, .. } = &person.profile;
            format!("{first_name:?} {last_name:?} {locale:?} {timezone:?} {gender:?}")
        };
        assert_eq!(named(ana), r#"Some("Ana") Some("Lee") Some("en_US") Some(-7) None"#);
        assert_eq!(named(bo), r#"Some("Bodo") Some("Emulated") Some("en_US") Some(0) None"#);
        assert_eq!((&ana.tests, bo.tests.len()), (&[a].into(), 0));
    }

    #[test]
    fn default_ids_make_way_for_given_ones() {
        let ids = check("apps: {a: {}, b: {id: 200000000000001}, c: {}}").unwrap();
        assert_eq!(ids, [200_000_000_000_002, 200_000_000_000_001, 200_000_000_000_003]);
    }

    #[test]
    fn apps_that_could_be_taken_for_each_other_are_refused() {
        let cases = [
            (
                "apps: {a: {id: 263902037430900}}",
                "the id 263902037430900 belongs to an inbox or app of the platform itself",
            ),
            (
                "apps: {a: {page_token: x}, b: {page_token: x}}",
                "`b` has the same Page token as `a`, so nobody could tell their calls apart",
            ),
            ("apps: {a: {page_token: ''}}", "the Page token of `a` is empty"),
        ];
        for (world, expected) in cases {
            assert_eq!(check(world).unwrap_err(), [expected], "{world}");
        }
    }

    #[test]
    fn a_command_is_split_as_a_shell_would() {
        let cases = [
            ("node bot.js", vec!["node", "bot.js"]),
            ("  a   b ", vec!["a", "b"]),
            ("a 'b c' \"d e\"f ''", vec!["a", "b c", "d ef", ""]),
            (
                "${emulator.bin | replace('x', 'y')} demo-bot",
                vec!["${emulator.bin | replace('x', 'y')}", "demo-bot"],
            ),
        ];
        for (command, words) in cases {
            assert_eq!(split(command).unwrap(), words);
        }
        assert!(split("a 'b").is_err());
    }
}
