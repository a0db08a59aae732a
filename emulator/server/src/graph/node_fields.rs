//! Nodes that are read: a person, a Page, an app, and what an app has installed and subscribed
//! (M-36, M-243 to M-246, M-265). Members come in the order of `fields`, and the id last.

use std::collections::BTreeSet;

use bytes::Bytes;
use emulator_core::{AppId, Field, FieldSet, PageId, Permission, Profile, Psid, World};

use super::beyond::Kind;
use super::error::GraphError;
use super::params::Params;
use super::webhook_fields;
use crate::escape::Dialect;
use crate::object::Object;
use crate::shared::{Registration, Shared};

/// What a node is made of.
#[derive(Debug)]
pub(super) struct NodeType {
    kind: Kind,
    fields: &'static [&'static str],
    default: &'static [&'static str],
}

pub(super) const PERSON: NodeType = NodeType {
    kind: Kind::Person,
    fields: &["id", "first_name", "last_name", "name", "profile_pic", "locale", "timezone", "gender"],
    default: &["first_name", "last_name", "profile_pic"],
};

pub(super) const PAGE: NodeType = NodeType {
    kind: Kind::Page,
    fields: &["id", "name", "category", "link", "picture", "access_token", "is_published"],
    default: &["name"],
};

pub(super) const APP: NodeType = NodeType {
    kind: Kind::App,
    fields: &["id", "name", "category", "link"],
    default: &["category", "link", "name"],
};

/// What every Page and app is said to be.
const CATEGORY: &str = "Business";

impl NodeType {
    /// The fields that a call asks for, each once; none when it does not say.
    ///
    /// # Errors
    ///
    /// When the node does not have one of them, here or at all.
    pub(super) fn asked(&self, params: &Params<'_>) -> Result<Option<Vec<&'static str>>, GraphError> {
        let Some(names) = params.list("fields")? else { return Ok(None) };
        let mut asked = Vec::with_capacity(names.len());
        for name in &names {
            let known = self.fields.iter().find(|known| *known == name);
            let known = *known.ok_or_else(|| self.lacks(name))?;
            if !asked.contains(&known) {
                asked.push(known);
            }
        }
        Ok(Some(asked))
    }

    /// Why a field cannot be read.
    fn lacks(&self, written: &str) -> GraphError {
        // Braces, brackets and dots ask for a part of the field or for so many of it.
        let (name, expanded) = match written.split_once(['{', '(', '.']) {
            Some((name, _)) => (name.trim(), true),
            None => (written, false),
        };
        let of = self.kind.noun();
        if expanded && self.fields.contains(&name) {
            return GraphError::not_there_yet(format_args!("the expansion of the field {name} of {of}"));
        }
        if self.kind.has_field(name) {
            return GraphError::not_there_yet(format_args!("the field {name} of {of}"));
        }
        GraphError::unknown_field(name, self.kind.name())
    }

    /// The fields of a list with commas that this node has.
    pub(super) fn named(&self, list: &str) -> Vec<&'static str> {
        let known = |name| self.fields.iter().copied().find(|known| *known == name);
        list.split(',').filter_map(known).collect()
    }

    fn or_default(&self, asked: Option<&[&'static str]>) -> Vec<&'static str> {
        let fields = asked.unwrap_or(self.default).iter();
        fields.copied().filter(|field| *field != "id").collect()
    }
}

/// What is read of a world without changing it.
#[derive(Debug)]
pub(super) enum Reading {
    /// A Page; the token is the one that asks.
    Page { page: PageId, token: String, fields: Option<Vec<&'static str>> },
    /// An app.
    App { app: AppId, fields: Option<Vec<&'static str>> },
    /// What an app has installed on a Page.
    Installed { app: AppId, page: PageId },
    /// What an app has subscribed.
    Subscriptions { app: AppId },
}

impl Reading {
    /// The answer.
    pub(super) fn of(&self, world: &World, shared: &Shared) -> Bytes {
        let mut out = String::new();
        match self {
            Self::Page { page, token, fields } => {
                write_page(&mut out, world, *page, token, &PAGE.or_default(fields.as_deref()));
            }
            Self::App { app, fields } => {
                let mut object = Object::open(&mut out, Dialect::Graph);
                write_app(&mut object, world, *app, &APP.or_default(fields.as_deref()));
                object.close();
            }
            Self::Installed { app, page } => write_installed(&mut out, world, *app, *page),
            Self::Subscriptions { app } => write_subscriptions(&mut out, world, shared, *app),
        }
        Bytes::from(out)
    }
}

fn write_page(out: &mut String, world: &World, page: PageId, token: &str, fields: &[&str]) {
    let name = world.settings.pages.get(&page).map(|page| &*page.name).unwrap_or_default();
    let mut object = Object::open(out, Dialect::Graph);
    for field in fields {
        match *field {
            "name" => object.text("name", name),
            "category" => object.text("category", CATEGORY),
            "link" => object.text("link", &format!("https://www.facebook.com/{page}")),
            "access_token" => object.text("access_token", token),
            "is_published" => object.bare("is_published", true),
            "picture" => object.object("picture", |picture| {
                picture.object("data", |data| {
                    data.bare("height", 50).bare("is_silhouette", false);
                    data.text("url", &picture_of(page.0, 50)).bare("width", 50);
                });
            }),
            _ => &mut object,
        };
    }
    object.quoted("id", page);
    object.close();
}

fn write_app(object: &mut Object<'_>, world: &World, app: AppId, fields: &[&str]) {
    let name = world.settings.apps.get(&app).map(|app| &*app.name).unwrap_or_default();
    for field in fields {
        match *field {
            "name" => object.text("name", name),
            "category" => object.text("category", CATEGORY),
            "link" => object.text("link", &format!("https://www.facebook.com/games/?app_id={app}")),
            _ => &mut *object,
        };
    }
    object.quoted("id", app);
}

fn write_names(out: &mut String, names: &[&str]) {
    out.push_str(&Dialect::Graph.json(&names));
}

fn write_installed(out: &mut String, world: &World, app: AppId, page: PageId) {
    out.push_str(r#"{"data":["#);
    if let Some(connection) = world.settings.connection(page, app).filter(|connection| connection.installed) {
        let names = webhook_fields::names(connection.fields, connection.other_fields.iter());
        let mut object = Object::open(out, Dialect::Graph);
        write_app(&mut object, world, app, APP.default);
        if !names.is_empty() {
            object.json("subscribed_fields", |out| write_names(out, &names));
        }
        object.close();
    }
    out.push_str("]}");
}

fn write_subscriptions(out: &mut String, world: &World, shared: &Shared, app: AppId) {
    let Some(Registration { endpoint, public, other_fields, version }) = shared.registration(app) else {
        return out.push_str(r#"{"data":[]}"#);
    };
    let names = webhook_fields::names(subscribed(world, app), other_fields.iter());
    out.push_str(r#"{"data":["#);
    if !names.is_empty() {
        let connections = world.settings.pages.values().filter_map(|page| page.apps.get(&app));
        let active = !connections.into_iter().any(|connection| connection.disabled);
        let mut object = Object::open(out, Dialect::Graph);
        let callback = public.as_deref().map_or_else(|| endpoint.url.to_string(), str::to_owned);
        object.text("object", "page").text("callback_url", &callback).bare("active", active);
        object.json("fields", |out| {
            out.push('[');
            for (index, name) in names.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                let mut field = Object::open(out, Dialect::Graph);
                field.text("name", name).text("version", &version);
                field.close();
            }
            out.push(']');
        });
        object.close();
    }
    out.push_str("]}");
}

/// The fields that the app subscribed itself; those of its Pages until it says which.
pub(super) fn subscribed(world: &World, app: AppId) -> FieldSet {
    let installed = |field: &Field| {
        world
            .settings
            .pages
            .values()
            .filter_map(|page| page.apps.get(&app))
            .any(|it| it.fields.contains(*field))
    };
    let said = world.settings.apps.get(&app).and_then(|app| app.subscription);
    said.unwrap_or_else(|| Field::ALL.iter().copied().filter(installed).collect())
}

/// What the fields of a list with commas need beside `pages_messaging` (M-265a).
pub(crate) fn permissions_of(fields: &str) -> BTreeSet<Permission> {
    PERSON.named(fields).into_iter().filter_map(permission_of).collect()
}

/// What a field of a profile needs beside `pages_messaging`.
fn permission_of(field: &str) -> Option<Permission> {
    match field {
        "locale" => Some(Permission::PagesUserLocale),
        "gender" => Some(Permission::PagesUserGender),
        "timezone" => Some(Permission::PagesUserTimezone),
        _ => None,
    }
}

/// What a person shows: what was asked for and is permitted (M-265). A person who was never met shows
/// nothing, not even the id (Y-12).
pub(super) fn profile(
    shown: Option<&(std::sync::Arc<Profile>, BTreeSet<Permission>)>,
    person: Psid,
    asked: Option<&[&'static str]>,
) -> String {
    let mut out = String::new();
    let mut object = Object::open(&mut out, Dialect::Graph);
    if let Some((profile, permissions)) = shown {
        for field in PERSON.or_default(asked) {
            write_profile(&mut object, field, profile, permissions, person);
        }
        object.quoted("id", person);
    }
    object.close();
    out
}

fn write_profile(
    object: &mut Object<'_>,
    field: &str,
    profile: &Profile,
    permissions: &BTreeSet<Permission>,
    person: Psid,
) {
    let Profile { first_name, last_name, profile_pic, locale, timezone, gender } = profile;
    if permission_of(field).is_some_and(|permission| !permissions.contains(&permission)) {
        return;
    }
    let text = match field {
        "first_name" => first_name.as_deref().map(ToOwned::to_owned),
        "last_name" => last_name.as_deref().map(ToOwned::to_owned),
        "name" => {
            let names: Vec<&str> =
                [first_name, last_name].into_iter().flatten().map(|name| &**name).collect();
            Some(names.join(" "))
        }
        "profile_pic" => {
            Some(profile_pic.as_deref().map_or_else(|| picture_of(person.0, 1_024), ToOwned::to_owned))
        }
        "locale" => locale.as_deref().map(ToOwned::to_owned),
        "gender" => gender.as_deref().map(ToOwned::to_owned),
        "timezone" => {
            if let Some(hours) = timezone {
                object.bare("timezone", hours);
            }
            None
        }
        _ => None,
    };
    if let Some(text) = text {
        object.text(field, &text);
    }
}

/// An address that looks like one of a picture and leads nowhere.
fn picture_of(id: u64, width: u32) -> String {
    format!("https://platform-lookaside.invalid/platform/profilepic/?psid={id}&width={width}")
}
