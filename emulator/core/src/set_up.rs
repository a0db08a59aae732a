//! What bots set up before anything else happens: it holds for every world that begins afterwards, whatever else is
//! different in its settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::field::FieldSet;
use crate::ids::{AppId, PageId};
use crate::settings::{Connection, Settings};

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
        for (id, app) in &after.apps {
            let known = before.apps.get(id).map(|app| app.subscription);
            if known != Some(app.subscription) {
                set_up.subscriptions.insert(*id, app.subscription);
            }
        }
        for (page, app) in after.pages.keys().flat_map(|page| after.apps.keys().map(move |app| (*page, *app)))
        {
            let now = after.connection(page, app);
            if now != before.connection(page, app) {
                set_up.connections.insert((page, app), now.cloned());
            }
        }
        set_up
    }

    /// Carries it into the settings of another world. Of a connection that is there only the fields change, so that
    /// features, permissions and the like stay as that world has them.
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
                    known.fields = connection.fields;
                    known.other_fields.clone_from(&connection.other_fields);
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
    fn settings_stay_shared_where_nothing_was_set_up() {
        let before = settings();
        let mut other = settings();
        let shared = Arc::clone(&other);
        SetUp::between(&before, &Arc::clone(&before)).carry_into(&mut other);
        assert!(Arc::ptr_eq(&shared, &other));
    }
}
