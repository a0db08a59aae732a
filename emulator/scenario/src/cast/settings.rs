//! What a world says of its Pages, apps and people, in the terms of core.

use std::collections::HashMap;
use std::sync::Arc;

use emulator_core::{
    AccountId, AdRoute, App, AppId, AppMode, Connection, Feature, Field, FieldSet, InstagramAccount, Line,
    Page, PageId, Party, Permission, Platform, Profile, Routes, Settings, Span,
};

use super::CastPage;
use super::ids::DEFAULT_PAGE;
use crate::node::Spanned;
use crate::scenario::{AccountSpec, AppSpec, PageSpec, PersonSpec, WorldSpec};
use crate::step::RouteNames;

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
    let page = |(page, id): (&PageSpec, PageId)| {
        let name = page.name.as_ref().or(page.called.as_ref());
        let own = line(world, page, &id_of);
        let account = |line| InstagramAccount { id: page_account(page, id), line };
        let (messenger, instagram) = match (page.platform, &page.instagram) {
            (Platform::Instagram, _) => (Line::default(), Some(account(own))),
            (Platform::Messenger, linked) => {
                (own, linked.as_ref().map(|linked| account(account_line(world, linked, &id_of))))
            }
        };
        Page {
            platform: page.platform,
            messenger,
            instagram,
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
        pages: {
            let ids = pages.iter().map(|page| page.id);
            ids.clone().zip(world.pages.iter().zip(ids).map(page)).collect()
        },
        apps: ids.iter().copied().zip(world.apps.iter().map(known)).collect(),
    })
}

/// The id of the account of the first Page unless the world says otherwise; those of other Pages follow theirs.
const FIRST_ACCOUNT: u64 = 17_841_400_000_000_001;

/// The id of the account that is linked to a Page.
fn page_account(page: &PageSpec, id: PageId) -> AccountId {
    let written = page.instagram.as_ref().and_then(|account| account.id.as_ref()?.value.parse().ok());
    written.unwrap_or(AccountId(FIRST_ACCOUNT + id.0.abs_diff(DEFAULT_PAGE.0) % 1_000_000))
}

/// What an admin decided about conversation control on a linked account.
fn account_line(world: &WorldSpec, account: &AccountSpec, id_of: &dyn Fn(&str) -> Option<AppId>) -> Line {
    let protocol = account.protocol.clone().or_else(|| world.protocol.clone());
    let world = WorldSpec { protocol, ..WorldSpec::clone(world) };
    let AccountSpec { primary_receiver, default_app, handover_off, routes, overrides, .. } = account.clone();
    let page =
        PageSpec { primary_receiver, default_app, handover_off, routes, overrides, ..PageSpec::default() };
    line(&world, &page, id_of)
}

/// What an admin decided about conversation control on the Page.
fn line(world: &WorldSpec, page: &PageSpec, id_of: &dyn Fn(&str) -> Option<AppId>) -> Line {
    let protocol = world.protocol.as_ref().map(|protocol| protocol.value).unwrap_or_default();
    let apps = |chosen: fn(&AppSpec) -> bool| {
        let chosen = world.apps.iter().filter(|app| chosen(app));
        chosen.filter_map(|app| id_of(&app.name.value)).collect()
    };
    let party = |name: &Spanned<String>| match name.value.as_str() {
        "inbox" => Some(Party::Inbox),
        app => id_of(app).map(Party::App),
    };
    let mut line = Line::new(protocol, page.overrides);
    line.primary_receiver = page.primary_receiver.as_ref().and_then(|name| id_of(&name.value));
    line.default_app = page.default_app.as_ref().and_then(party);
    line.without_role = apps(|app| app.without_role);
    line.inbox_without_role = page.inbox_without_role;
    line.handover_off = page.handover_off;
    line.may_not_take = apps(|app| app.may_not_take);
    line.routes = routes(&page.routes, id_of);
    line
}

/// Where conversations go that begin in a certain way; apps that the world does not have were reported.
pub(crate) fn routes(names: &RouteNames, id_of: &dyn Fn(&str) -> Option<AppId>) -> Routes {
    let links = names.links.iter().filter_map(|(link, app)| Some((link.as_str().into(), id_of(&app.value)?)));
    let ads = names.ads.iter().filter_map(|(id, route)| {
        let control = route.control.map_or(Span::DAY, Span);
        Some((id.as_str().into(), AdRoute::new(id_of(&route.app.value)?, control)))
    });
    let organic = names.organic.as_ref().and_then(|app| id_of(&app.value));
    Routes { links: links.collect(), ads: ads.collect(), organic }
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
