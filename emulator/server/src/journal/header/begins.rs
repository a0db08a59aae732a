//! The world with which a lane began, made again of its header. Tokens and secrets do not stand there, and core has no use
//! for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{
    AdRoute, App, AppId, AppMode, Connection, Feature, Field, FieldSet, Line, Overrides, Page, Party,
    Permission, Person, Protocol, Routes, Settings, Span, TokenState, World,
};

use super::{DeclaredApp, DeclaredConnection, DeclaredPage, DeclaredRoutes, Header};
use crate::clock::parse_rfc3339;

impl Header {
    /// The world with which the lane began. Words that this version does not know are left out.
    pub fn begins(&self) -> World {
        let apps = self.world.apps.iter();
        let apps: BTreeMap<&str, AppId> =
            apps.filter_map(|(name, app)| Some((name.as_str(), app.id.parse().ok()?))).collect();
        let app = |name: &str| apps.get(name).copied();
        let pages = self.world.pages.iter();
        let pages = pages.filter_map(|page| Some((page.id.parse().ok()?, page.begins(&app)))).collect();
        let declared = self.world.apps.iter();
        let declared = declared.filter_map(|(name, it)| Some((app(name)?, it.begins(name)))).collect();
        let mut world = World::new(Arc::new(Settings { pages, apps: declared }));
        for (name, ids) in &self.people {
            for (page, id) in self.ids(ids) {
                let shown = self.world.people.get(name).into_iter().flatten();
                let shown = shown.filter(|person| person.page == page.to_string());
                let tests = shown.flat_map(|person| &person.tests).filter_map(|app| app.parse().ok());
                let person = Person { tests: tests.collect(), ..Person::named(name.as_str(), page) };
                world.people.insert(id, person);
            }
        }
        world
    }
}

impl DeclaredPage {
    fn begins(&self, app: &dyn Fn(&str) -> Option<AppId>) -> Page {
        let mut overrides = Overrides::default();
        for (name, word) in &self.options {
            match (overrides.set(name, word), parse_rfc3339(word)) {
                (Ok(()), _) => {}
                (Err(_), Some(day)) => overrides.rules_as_of = Some(day),
                (Err(_), None) => {}
            }
        }
        let party = |name: &String| match app(name) {
            Some(app) => Some(Party::App(app)),
            None => (name == INBOX).then_some(Party::Inbox),
        };
        let with = |has: fn(&DeclaredConnection) -> bool| {
            let apps = self.apps.iter().filter(|(_, connection)| has(connection));
            apps.filter_map(|(name, _)| app(name)).collect()
        };
        let mut messenger = Line::new(Protocol::parse(&self.protocol).unwrap_or_default(), overrides);
        messenger.primary_receiver = self.primary_receiver.as_deref().and_then(app);
        messenger.default_app = self.default_app.as_ref().and_then(party);
        messenger.without_role = with(|connection| connection.without_role);
        messenger.inbox_without_role = self.inbox_without_role;
        messenger.handover_off = self.handover_off;
        messenger.may_not_take = with(|connection| connection.may_not_take);
        messenger.routes = self.routes.begins(app);
        let apps = self.apps.iter();
        Page {
            messenger,
            news: self.news,
            whitelisted_domains: self.whitelisted_domains.iter().map(|host| host.as_str().into()).collect(),
            apps: apps.filter_map(|(name, it)| Some((app(name)?, it.begins()))).collect(),
            ..Page::named(self.name.as_str())
        }
    }
}

/// What the Page Inbox is called.
const INBOX: &str = "inbox";

impl DeclaredRoutes {
    fn begins(&self, app: &dyn Fn(&str) -> Option<AppId>) -> Routes {
        let ads = self.ads.iter();
        Routes {
            links: self
                .links
                .iter()
                .filter_map(|(link, name)| Some((link.as_str().into(), app(name)?)))
                .collect(),
            ads: ads
                .filter_map(|(id, ad)| {
                    Some((id.as_str().into(), AdRoute::new(app(&ad.app)?, Span(ad.control))))
                })
                .collect(),
            organic: self.organic.as_deref().and_then(app),
        }
    }
}

impl DeclaredApp {
    fn begins(&self, name: &str) -> App {
        App {
            mode: self.mode.as_deref().and_then(AppMode::parse).unwrap_or(AppMode::Live),
            subscription: self.subscription.as_deref().map(fields),
            requires_proof: self.requires_proof,
            ..App::named(name)
        }
    }
}

impl DeclaredConnection {
    fn begins(&self) -> Connection {
        let usual = Connection::default();
        let permissions = self
            .permissions
            .as_ref()
            .map(|words| words.iter().filter_map(|word| Permission::parse(word)).collect());
        Connection {
            fields: fields(&self.fields),
            other_fields: self.other_fields.iter().map(|field| field.as_str().into()).collect(),
            installed: self.installed,
            disabled: self.disabled,
            features: self.features.iter().filter_map(|word| Feature::parse(word)).collect(),
            permissions: permissions.unwrap_or(usual.permissions),
            token: match self.token.as_deref() {
                None => TokenState::Valid,
                Some("session_ended") => TokenState::SessionEnded,
                Some("deauthorized") => TokenState::Deauthorized,
                Some(at) => parse_rfc3339(at).map_or(TokenState::Valid, TokenState::Expires),
            },
        }
    }
}

fn fields(words: &[String]) -> FieldSet {
    words.iter().filter_map(|word| Field::parse(word)).fold(FieldSet::default(), FieldSet::with)
}
