//! What admins changed, as steps. A journal tells each grant alone, and a step the whole list.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{Feature, Permission};
use serde_json::Value;

use super::journal::Entry;
use super::tree::{Line, Tree};

/// What a list says, on which Page, and of which app.
pub(crate) type List = (&'static str, String, String);

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
    pub(crate) fn of(world: &Value) -> Self {
        let mut lists = BTreeMap::new();
        let pages = world["pages"].as_array().into_iter().flatten();
        let apps =
            pages.flat_map(|page| page["apps"].as_object().into_iter().flatten().map(move |app| (page, app)));
        for (page, (name, app)) in apps {
            let page = page["id"].as_str().unwrap_or_default().to_owned();
            let given = |key: &str| {
                let list = app[key].as_array()?;
                Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect::<BTreeSet<_>>())
            };
            let all = || Permission::ALL.iter().map(|permission| permission.name().to_owned()).collect();
            let list = |key| (key, page.clone(), name.clone());
            lists.insert(list("features"), given("features").unwrap_or_default());
            lists.insert(list("permissions"), given("permissions").unwrap_or_else(all));
        }
        Self { lists }
    }

    /// A change as a step. One that was declined changes nothing.
    pub(crate) fn change(
        &mut self,
        entry: &Entry,
        declined: bool,
        on: Option<(&'static str, Tree)>,
    ) -> Result<Changed, String> {
        let before = declined.then(|| self.lists.clone());
        let changed = self.changed(entry, declined, on);
        if let Some(before) = before {
            self.lists = before;
        }
        changed
    }

    fn changed(
        &mut self,
        entry: &Entry,
        declined: bool,
        on: Option<(&'static str, Tree)>,
    ) -> Result<Changed, String> {
        let of = |key: &str| entry.text(key);
        let page = of("id").unwrap_or_default();
        let app = of("app").unwrap_or_default().to_owned();
        let per_app = |key: &'static str, app: &str, value| (key, Tree::Map(vec![(app.to_owned(), value)]));
        let mut list = None;
        let (key, value) = if let Some(to) = of("primary_receiver") {
            ("primary_receiver", Tree::word(to))
        } else if let Some(app) = of("connects") {
            // It comes back without what it had been granted.
            self.connects(page, app);
            ("connects", Tree::name(app))
        } else if let Some(app) = of("removes") {
            ("removes", Tree::name(app))
        } else if let Some(app) = of("subscriptions") {
            let fields = of("fields").unwrap_or_default().split_whitespace().map(Tree::word).collect();
            per_app("subscriptions", app, Tree::List(fields))
        } else if let Some(mode) = of("mode") {
            per_app("mode", &app, Tree::word(mode))
        } else if let Some(state) = of("token") {
            let word = match state {
                "valid" => "valid",
                "session_ended" => "password_changed",
                "deauthorized" => "removed",
                _ => "expired",
            };
            per_app("token", &app, Tree::word(word))
        } else {
            let (key, item) = match (of("feature"), of("permission")) {
                (Some(feature), _) => ("features", feature),
                (None, Some(permission)) => ("permissions", permission),
                (None, None) => return Err("an admin changes what no step can change".to_owned()),
            };
            list = Some((key, page.to_owned(), app.clone()));
            per_app(
                key,
                &app,
                self.granted(
                    (key, page.to_owned(), app.clone()),
                    item,
                    entry.data.get("granted") == Some(&Value::Bool(true)),
                ),
            )
        };
        let refused = declined.then_some(("refused", Tree::Bool(true)));
        let line = Line::step([Some(("page", Tree::map([Some((key, value))]))), on, refused]);
        Ok(Changed { line, list: list.filter(|_| !declined) })
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

    fn connects(&mut self, page: &str, app: &str) {
        let usual = emulator_core::Connection::default();
        let features = usual.features.iter().map(|feature| feature.name().to_owned()).collect();
        let permissions = usual.permissions.iter().map(|permission| permission.name().to_owned()).collect();
        let list = |key| (key, page.to_owned(), app.to_owned());
        self.lists.insert(list("features"), features);
        self.lists.insert(list("permissions"), permissions);
    }
}
