//! What bots set up before anything else happens: it holds for every world that begins afterwards, whatever else is
//! different in its settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::field::FieldSet;
use crate::ids::{AppId, PageId};
use crate::settings::{App, Connection, Page, Settings};

/// What apps changed of the settings by calls of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetUp {
    /// The fields that each app subscribed for itself (M-244).
    subscriptions: BTreeMap<AppId, Option<FieldSet>>,
    /// How each Page is connected to an app that installed itself there, or took itself away (M-243).
    connections: BTreeMap<(PageId, AppId), Option<Connection>>,
}

impl SetUp {
    /// What is different after the bots have set themselves up.
    pub fn between(before: &Arc<Settings>, after: &Arc<Settings>) -> Self {
        let mut set_up = Self::default();
        if Arc::ptr_eq(before, after) {
            return set_up;
        }
        // Taken apart, so that who adds what an app can set up decides here whether it is carried.
        let Settings { apps, pages } = after.as_ref();
        for (id, app) in apps {
            let App { subscription, name, mode, requires_proof } = app;
            let _decided_by_developers = (name, mode, requires_proof);
            let known = before.apps.get(id).map(|app| app.subscription);
            if known != Some(*subscription) {
                set_up.subscriptions.insert(*id, *subscription);
            }
        }
        for (id, page) in pages {
            let Page { apps: connected, name, platform, messenger, instagram, news, whitelisted_domains } =
                page;
            let _decided_by_admins = (name, platform, messenger, instagram, news, whitelisted_domains);
            for app in apps.keys() {
                let now = connected.get(app);
                if now != before.connection(*id, *app) {
                    set_up.connections.insert((*id, *app), now.cloned());
                }
            }
        }
        set_up
    }

    /// Carries it into the settings of another world. Of a connection that is there only what an app sets up itself
    /// changes; features, permissions and the like stay as that world has them.
    pub fn carry_into(&self, settings: &mut Arc<Settings>) {
        if self == &Self::default() {
            return;
        }
        let settings = Arc::make_mut(settings);
        for (app, subscription) in &self.subscriptions {
            if let Some(app) = settings.apps.get_mut(app) {
                app.subscription = *subscription;
            }
        }
        for ((page, app), connection) in &self.connections {
            let Some(page) = settings.pages.get_mut(page) else { continue };
            match (connection, page.apps.get_mut(app)) {
                (Some(connection), Some(known)) => {
                    let Connection {
                        fields,
                        other_fields,
                        installed,
                        disabled,
                        features,
                        permissions,
                        token,
                    } = connection;
                    let _not_by_apps = (disabled, features, permissions, token);
                    (known.fields, known.installed) = (*fields, *installed);
                    known.other_fields.clone_from(other_fields);
                }
                (Some(connection), None) => drop(page.apps.insert(*app, connection.clone())),
                (None, _) => drop(page.apps.remove(app)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;
    use crate::settings::{App, Page};

    const PAGE: PageId = PageId(1);
    const BOT: AppId = AppId(2);
    const DESK: AppId = AppId(3);

    fn connected(fields: FieldSet) -> Connection {
        Connection { fields, ..Connection::default() }
    }

    fn settings() -> Arc<Settings> {
        let mut page = Page::named("Shop");
        page.apps.insert(BOT, connected([Field::Messages].into_iter().collect()));
        let apps = [(BOT, App::named("bot")), (DESK, App::named("desk"))].into();
        Arc::new(Settings { pages: [(PAGE, page)].into(), apps })
    }

    #[test]
    fn what_bots_set_up_is_there_in_another_world_and_nothing_else_changes() {
        let before = settings();
        let mut after = Arc::clone(&before);
        let fields: FieldSet = [Field::Messages, Field::Standby].into_iter().collect();
        let changed = Arc::make_mut(&mut after);
        changed.pages.get_mut(&PAGE).unwrap().apps.get_mut(&BOT).unwrap().fields = fields;
        changed.pages.get_mut(&PAGE).unwrap().apps.insert(DESK, connected(fields));
        changed.apps.get_mut(&DESK).unwrap().subscription = Some(fields);
        let mut other = settings();
        Arc::make_mut(&mut other).pages.get_mut(&PAGE).unwrap().messenger.primary_receiver = Some(DESK);
        SetUp::between(&before, &after).carry_into(&mut other);
        assert_eq!(other.connection(PAGE, BOT).unwrap().fields, fields);
        assert_eq!(other.connection(PAGE, DESK), after.connection(PAGE, DESK));
        assert_eq!(other.apps[&DESK].subscription, Some(fields));
        assert_eq!(other.primary(PAGE.messenger()), Some(DESK), "roles are those of the world");
    }

    #[test]
    fn an_app_that_takes_itself_away_is_away_everywhere() {
        let before = settings();
        let mut after = Arc::clone(&before);
        Arc::make_mut(&mut after).pages.get_mut(&PAGE).unwrap().apps.remove(&BOT);
        let mut other = settings();
        SetUp::between(&before, &after).carry_into(&mut other);
        assert_eq!(other.connection(PAGE, BOT), None);
    }

    #[test]
    fn an_app_that_is_not_installed_any_longer_is_listed_nowhere() {
        let before = settings();
        let mut after = Arc::clone(&before);
        let page = Arc::make_mut(&mut after).pages.get_mut(&PAGE).unwrap();
        page.apps.insert(BOT, Connection { installed: false, ..Connection::default() });
        let mut other = settings();
        SetUp::between(&before, &after).carry_into(&mut other);
        assert!(!other.connection(PAGE, BOT).unwrap().installed);
    }

    #[test]
    fn settings_stay_shared_where_nothing_was_set_up() {
        let before = settings();
        let mut other = settings();
        let shared = Arc::clone(&other);
        SetUp::between(&before, &Arc::clone(&before)).carry_into(&mut other);
        assert!(Arc::ptr_eq(&shared, &other));
    }
}
