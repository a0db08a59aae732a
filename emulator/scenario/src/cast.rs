//! Who plays: the world of a file with every default filled in, ready for a stage.

mod ids;
mod scope;
mod settings;
mod start;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use emulator_core::{AppId, PAGE_INBOX, PageId, Settings};
use emulator_server::{AppSpec as Identity, PersonSpec as Member, real_token};

use crate::diagnostics::Diagnostic;
use crate::node::Node;
use crate::scenario::{PersonSpec, WorldSpec};
use crate::value;

pub(crate) use scope::{emulator, environment};
pub(crate) use start::split;

use ids::{check_tokens, ids};
use scope::scope_of_world;
use settings::{profile, settings};
use start::{folder_of, needs_port, start, webhook};

/// The Page's id unless the world says otherwise.
pub const DEFAULT_PAGE: PageId = PageId(100_000_000_000_001);

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
    /// Who starts it, and how.
    pub launch: Launch,
    /// What is added to its environment.
    pub env: BTreeMap<String, String>,
}

/// How a bot process comes to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launch {
    /// It is started here.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
        /// Where it runs.
        folder: PathBuf,
    },
    /// Somebody else starts it, and is told its environment.
    ByHand,
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
            parts.push(format!("in {}", folder_of(world, app).display()));
        }
    }
    parts.join("\n")
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
        match start(world, app, &scope) {
            Err(problem) => problems.push(problem.in_file(&world.file)),
            Ok(None) => {}
            Ok(Some((launch, extra))) => {
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
                cast.starts.push(Start { app: *id, name: name.clone(), launch, env });
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

fn env_name(app: &str) -> String {
    let upper =
        app.chars().map(
            |character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' },
        );
    format!("APP_ID_{}", upper.collect::<String>())
}

#[cfg(test)]
mod tests;
