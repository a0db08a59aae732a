//! Who plays: the world of a file with every default filled in, ready for a stage.

mod ids;
mod scope;
mod settings;
mod start;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use emulator_core::{AppId, PageId, Platform, Psid, Settings, real_token};
use emulator_server::{AppSpec as Identity, PersonSpec as Member, WebhookUrl};

use crate::diagnostics::Diagnostic;
use crate::node::Node;
use crate::redirect::Redirect;
use crate::scenario::{PageSpec, PersonSpec, WorldSpec};
use crate::value;

pub(crate) use scope::{app, emulator, environment, inbox, members, of_page};
pub(crate) use start::split;
pub use start::{of_others, of_pages};

use ids::{DEFAULT_PAGE, check_tokens, ids, page_tokens, pages, psids};
use scope::WorldScope;
pub(crate) use settings::routes;
use settings::{profile, settings};
pub(crate) use start::folder_of;

use start::{environment_of, launch, needs_port, own_environment, webhook};

/// What a world needs to know about the place in which it is played.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The emulator's base URL, without a slash at the end.
    pub url: String,
    /// Where TLS is spoken for clients that are brought here by name, as `127.0.0.1:7380`.
    pub tls: String,
    /// The path of the emulator's binary.
    pub bin: PathBuf,
    /// What brings bots here whose host is fixed; none where no bot is started.
    pub redirect: Option<Arc<Redirect>>,
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

/// A Page of a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CastPage {
    /// Its id.
    pub id: PageId,
    /// The name that steps use; none for the only Page of a world that gives it no name.
    pub name: Option<String>,
}

/// A world with every default filled in.
#[derive(Debug, Clone)]
pub struct Cast {
    /// The first Page, which is meant where none is named.
    pub page: PageId,
    /// The Pages, in the order of the world.
    pub pages: Vec<CastPage>,
    /// What admins decided.
    pub settings: Arc<Settings>,
    /// The apps' identities.
    pub apps: Vec<Identity>,
    /// The people, each of them once for every Page.
    pub people: Vec<Member>,
    /// The processes to start.
    pub starts: Vec<Start>,
    /// What each app's bot has in its environment beside what all have: its port, and what the world adds. In the order
    /// of the apps.
    own: Vec<Environment>,
}

/// The variables of a bot, or why they cannot be told.
pub type Environment = Result<BTreeMap<String, String>, Diagnostic>;

impl Cast {
    /// The environment of the bot of an app, by the app's place in the world and whoever starts it. It is put together when
    /// it is asked for, since it names every app.
    ///
    /// # Errors
    ///
    /// What is wrong with the `env:` of the app, such as a port that nobody knows.
    pub fn environment(&self, index: usize, surroundings: &Surroundings) -> Environment {
        let own = self.own[index].clone()?;
        let mut env = environment_of(&self.apps[index], &self.pages, &self.apps, &surroundings.url);
        env.extend(surroundings.redirect.iter().flat_map(|redirect| redirect.environment(&surroundings.url)));
        env.extend(own);
        Ok(env)
    }

    /// The Page of that name.
    pub fn page_named(&self, name: &str) -> Option<PageId> {
        self.pages.iter().find(|page| page.name.as_deref() == Some(name)).map(|page| page.id)
    }

    /// What the Pages are called, where there are several.
    pub fn page_names(&self) -> BTreeMap<PageId, Arc<str>> {
        let named = self.pages.iter().filter_map(|page| Some((page.id, page.name.as_deref()?.into())));
        if self.pages.len() > 1 { named.collect() } else { BTreeMap::new() }
    }

    /// The names of the people, in the order of the world.
    pub fn names_of_people(&self) -> impl Iterator<Item = &str> {
        // Almost everybody lives on every Page.
        let mut told = std::collections::BTreeSet::new();
        self.people.iter().map(|person| person.name.as_str()).filter(move |name| told.insert(*name))
    }
}

/// Everything about a world that a bot can tell apart, as text: scenarios for which it is equal can
/// share a stage.
pub fn identity(world: &WorldSpec) -> String {
    let page = |page: &PageSpec| {
        let name = page.called.as_ref().map_or_else(String::new, |name| format!("{} ", name.value));
        let account = page.instagram.as_ref().and_then(|account| account.id.as_ref());
        let account = account.map_or_else(String::new, |id| format!(" account {}", id.value));
        let there = page.is_on(Platform::Instagram);
        format!("page {name}{}{account} instagram {there}", page.id.as_ref().map_or("", |id| &id.value))
    };
    let mut parts: Vec<String> = world.pages.iter().map(page).collect();
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
        let tokens = app.page_tokens.iter();
        parts.extend(tokens.map(|(page, node)| format!("token {} {}", page.value, node.literal())));
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
    let pages = pages(world);
    let ids = ids(world, &mut problems);
    let names = world.apps.iter().map(|app| app.name.value.as_str());
    let by_name: HashMap<&str, AppId> = names.clone().zip(ids.iter().copied()).collect();
    let mut cast = Cast {
        page: pages.first().map_or(DEFAULT_PAGE, |page| page.id),
        settings: settings(world, &pages, &ids),
        pages: pages.clone(),
        apps: Vec::new(),
        people: Vec::new(),
        starts: Vec::new(),
        own: Vec::new(),
    };
    let mut scope = WorldScope::of_ids(surroundings, &pages, &cast.settings, names.zip(ids.iter().copied()));
    let ports: Vec<Option<u16>> =
        world.apps.iter().map(|app| needs_port(app).then(|| port(&app.name.value))).collect();
    for ((app, id), port) in world.apps.iter().zip(&ids).zip(&ports) {
        let scope = scope.of_app(*port);
        let mut text = |node: Option<&Node>, default: String| match node {
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
        let secret = text(app.secret.as_ref(), format!("{name}-app-secret"));
        let verify_token = text(app.verify_token.as_ref(), format!("{name}-verify-token"));
        let page_tokens = page_tokens(app, &pages).map(|(page, written, usual)| (page, text(written, usual)));
        let page_tokens = page_tokens.collect();
        let api_version = app.api_version;
        cast.apps.push(Identity {
            id: *id,
            name,
            secret,
            verify_token,
            page_tokens,
            webhook: None,
            api_version,
        });
    }
    scope.know(&cast.apps, &pages);
    for (index, (app, port)) in world.apps.iter().zip(ports).enumerate() {
        let scope_of = |port| scope.of_app(port);
        cast.apps[index].webhook = webhook(app, port, &scope_of(port)).unwrap_or_else(|problem| {
            problems.push(problem.in_file(&world.file));
            None
        });
        // A bot that somebody else starts listens where its webhook is.
        let port = port.or_else(|| cast.apps[index].webhook.as_ref().map(WebhookUrl::port));
        let own = own_environment(app, &scope_of(port)).map_err(|problem| problem.in_file(&world.file));
        cast.own.push(own.map(|own| {
            let port = port.map(|port| ("PORT".to_owned(), port.to_string()));
            port.into_iter().chain(own).collect()
        }));
        match launch(world, app, &scope_of(port)) {
            Err(problem) => problems.push(problem.in_file(&world.file)),
            Ok(None) => {}
            Ok(Some(launch)) => match cast.environment(index, surroundings) {
                // A bot that is not started here may have an environment that makes no sense here.
                Err(problem) => problems.push(problem),
                Ok(env) => {
                    let (app, name) = (cast.apps[index].id, cast.apps[index].name.clone());
                    cast.starts.push(Start { app, name, launch, env });
                }
            },
        }
    }
    check_tokens(world, &cast.apps, &mut problems);
    let platform = |person: &PersonSpec, page: &PageSpec| {
        person.platform.as_ref().map_or(page.platform, |platform| platform.value)
    };
    let member = |person: &PersonSpec, platform: Platform, (page, id): (&CastPage, Option<Psid>)| Member {
        id,
        platform,
        profile: profile(person),
        tests: person.tester_of.iter().filter_map(|app| by_name.get(app.value.as_str()).copied()).collect(),
        ..Member::named(person.name.value.as_str(), page.id)
    };
    // Who names a platform lives on the Pages that are there.
    let everywhere = |person| {
        let places = psids(person, &pages).zip(&world.pages).filter_map(move |(place, page)| {
            let platform = platform(person, page);
            page.is_on(platform).then(|| member(person, platform, place))
        });
        places.collect::<Vec<_>>()
    };
    cast.people = world.people.iter().flat_map(everywhere).collect();
    if problems.is_empty() { Ok(cast) } else { Err(problems) }
}

#[cfg(test)]
mod tests;
