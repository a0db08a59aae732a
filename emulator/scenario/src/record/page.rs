//! What admins changed, as steps. A journal tells each grant alone, and a step the whole list.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{
    AdminChange, AppId, Feature, LineId, PageId, Permission, Platform, Role, Routes, TokenState,
};

use super::acts::Words;
use super::journal::Heading;
use super::times::duration;
use super::tree::{Line, Tree};

/// What a list says, on which Page, and of which app.
pub(crate) type List = (&'static str, PageId, String);

/// What apps have been granted so far.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    lists: BTreeMap<List, BTreeSet<String>>,
}

/// A change, and whether it goes on with the one before it.
pub(crate) struct Changed {
    pub(crate) line: Line,
    /// The list that it is about: a further change of the same list says all of it again.
    pub(crate) list: Option<List>,
}

impl Grants {
    /// What the apps of a world begin with.
    pub(crate) fn of(heading: &Heading) -> Self {
        let mut lists = BTreeMap::new();
        for page in &heading.header.world.pages {
            let Ok(id) = page.id.parse() else { continue };
            for (name, app) in &page.apps {
                let given = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
                let all = || Permission::ALL.iter().map(|permission| permission.name().to_owned()).collect();
                let list = |key| (key, id, name.clone());
                lists.insert(list("features"), given(&app.features));
                lists.insert(list("permissions"), app.permissions.as_deref().map_or_else(all, given));
            }
        }
        Self { lists }
    }

    /// A change as a step. One that was declined changes nothing.
    pub(crate) fn change(
        &mut self,
        (line, change): (LineId, &AdminChange),
        declined: bool,
        words: &Words<'_>,
    ) -> Changed {
        let before = declined.then(|| self.lists.clone());
        let changed = self.changed(line, change, declined, words);
        if let Some(before) = before {
            self.lists = before;
        }
        changed
    }

    fn changed(&mut self, line: LineId, change: &AdminChange, declined: bool, words: &Words<'_>) -> Changed {
        let LineId { page, platform } = line;
        let name = |app: AppId| words.heading.names.app(app);
        let per_app = |key: &'static str, app: AppId, value| (key, Tree::Map(vec![(name(app), value)]));
        let mut list = None;
        let (key, value) = match change {
            AdminChange::PrimaryReceiver(to) => (
                "primary_receiver",
                Tree::word(to.map_or_else(|| "none".to_owned(), |to| words.heading.names.party(to))),
            ),
            AdminChange::DefaultApp(to) => (
                "default_app",
                Tree::word(to.map_or_else(|| "none".to_owned(), |to| words.heading.names.party(to))),
            ),
            AdminChange::Role { party, role } => {
                let word = Tree::word(role.map_or("none", Role::name));
                ("roles", Tree::Map(vec![(words.heading.names.party(*party), word)]))
            }
            AdminChange::Handover(on) => ("handover", Tree::word(if *on { "on" } else { "off" })),
            AdminChange::TakeControl { app, permitted } => {
                per_app("take_control", *app, Tree::Bool(*permitted))
            }
            AdminChange::Routes(routes) => ("routes", route_tree(routes, &name)),
            AdminChange::Protocol(protocol) => ("protocol", Tree::word(protocol.name())),
            AdminChange::Connects(app) => {
                // It comes back without what it had been granted.
                self.connects(page, &name(*app));
                ("connects", words.app(*app))
            }
            AdminChange::Removes(app) => ("removes", words.app(*app)),
            AdminChange::Fields { app, fields } => {
                let fields = fields.iter().map(|field| Tree::word(field.name())).collect();
                per_app("subscriptions", *app, Tree::List(fields))
            }
            AdminChange::Mode { app, mode } => per_app("mode", *app, Tree::word(mode.name())),
            AdminChange::Token { app, state } => {
                let word = match state {
                    TokenState::Valid => "valid",
                    TokenState::SessionEnded => "password_changed",
                    TokenState::Deauthorized => "removed",
                    TokenState::Expires(_) => "expired",
                };
                per_app("token", *app, Tree::word(word))
            }
            AdminChange::Feature { app, feature, granted } => {
                let of = ("features", page, name(*app));
                list = Some(of.clone());
                per_app("features", *app, self.granted(of, feature.name(), *granted))
            }
            AdminChange::Permission { app, permission, granted } => {
                let of = ("permissions", page, name(*app));
                list = Some(of.clone());
                per_app("permissions", *app, self.granted(of, permission.name(), *granted))
            }
        };
        let refused = declined.then_some(("refused", Tree::Bool(true)));
        let on = words.on_page_named(page);
        let platform = (platform != Platform::Messenger).then(|| ("platform", Tree::word(platform.name())));
        let line = Line::step([Some(("page", Tree::map([Some((key, value))]))), platform, on, refused]);
        Changed { line, list: list.filter(|_| !declined) }
    }

    fn granted(&mut self, list: List, item: &str, granted: bool) -> Tree {
        let list = self.lists.entry(list).or_default();
        if granted {
            list.insert(item.to_owned());
        } else {
            list.remove(item);
        }
        // In the order in which the platform lists them.
        let features = Feature::ALL.iter().map(|feature| feature.name());
        let known = features.chain(Permission::ALL.iter().map(|permission| permission.name()));
        Tree::List(known.filter(|name| list.contains(*name)).map(Tree::word).collect())
    }

    fn connects(&mut self, page: PageId, app: &str) {
        let usual = emulator_core::Connection::default();
        let features = usual.features.iter().map(|feature| feature.name().to_owned()).collect();
        let permissions = usual.permissions.iter().map(|permission| permission.name().to_owned()).collect();
        let list = |key| (key, page, app.to_owned());
        self.lists.insert(list("features"), features);
        self.lists.insert(list("permissions"), permissions);
    }
}

/// Routes as the step says them.
fn route_tree(routes: &Routes, name: &dyn Fn(AppId) -> String) -> Tree {
    let Routes { links, ads, organic } = routes;
    let app = |app: AppId| Tree::name(&name(app));
    let links = links.iter().map(|(link, to)| (link.to_string(), app(*to))).collect::<Vec<_>>();
    let ads = ads.iter().map(|(id, route)| {
        let control = Tree::word(duration(route.control.0));
        (id.to_string(), Tree::map([Some(("app", app(route.app))), Some(("control", control))]))
    });
    let ads = ads.collect::<Vec<_>>();
    Tree::map([
        (!links.is_empty()).then_some(("links", Tree::Map(links))),
        (!ads.is_empty()).then_some(("ads", Tree::Map(ads))),
        organic.map(|organic| ("organic", app(organic))),
    ])
}
