//! What a world says of its Pages, apps and people, in the terms of core.

use std::collections::HashMap;
use std::sync::Arc;

use emulator_core::{
    App, AppId, AppMode, Connection, Feature, Field, FieldSet, Line, Page, Permission, Profile, Settings,
};

use super::CastPage;
use crate::scenario::{AppSpec, PageSpec, PersonSpec, WorldSpec};

/// What people see of a Page that has no name at all.
const DEFAULT_PAGE_NAME: &str = "Emulated Page";
/// The last name of people who have none in the world.
const DEFAULT_LAST_NAME: &str = "Emulated";
/// The language of people who have none in the world.
const DEFAULT_LOCALE: &str = "en_US";
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

/// What admins decided: every app is on every Page, in the same way.
pub(super) fn settings(world: &WorldSpec, pages: &[CastPage], ids: &[AppId]) -> Arc<Settings> {
    let by_name: HashMap<&str, AppId> =
        world.apps.iter().map(|app| app.name.value.as_str()).zip(ids.iter().copied()).collect();
    let id_of = |name: &str| by_name.get(name).copied();
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
    let protocol = world.protocol.as_ref().map(|protocol| protocol.value).unwrap_or_default();
    let page = |page: &PageSpec| {
        let name = page.name.as_ref().or(page.called.as_ref());
        Page {
            messenger: Line::new(protocol, page.overrides)
                .with_primary(page.primary_receiver.as_ref().and_then(|name| id_of(&name.value))),
            news: page.news,
            whitelisted_domains: page.whitelisted_domains.iter().map(|host| host.as_str().into()).collect(),
            apps: ids.iter().copied().zip(world.apps.iter().map(connection)).collect(),
            ..Page::named(name.map_or(DEFAULT_PAGE_NAME, |name| &name.value))
        }
    };
    let known = |app: &AppSpec| App {
        mode: app.mode.and_then(AppMode::parse).unwrap_or(AppMode::Live),
        requires_proof: app.require_proof,
        ..App::named(app.name.value.as_str())
    };
    Arc::new(Settings {
        pages: pages.iter().map(|page| page.id).zip(world.pages.iter().map(page)).collect(),
        apps: ids.iter().copied().zip(world.apps.iter().map(known)).collect(),
    })
}

/// What a person shows; everybody has a name, a language and a time zone.
pub(super) fn profile(person: &PersonSpec) -> Profile {
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
