//! What expressions in a world can say: the same of its apps, Pages and inbox as expressions in steps can.
//!
//! A world is filled in twice. Its ids do not depend on anything, so they are there for secrets and tokens; with those,
//! apps have all of their members for what is left: `webhook`, `start` and `env`.

use std::collections::HashMap;

use emulator_core::{AppId, Line, PageId, Party, Protocol, Settings};
use emulator_server::AppSpec as Identity;
use serde_json::{Map, Value, json};

use super::{CastPage, Surroundings};
use crate::value::Scope;
use crate::vocabulary::{AppMember, EmulatorMember, PageMember, Root};

/// The word for the port of the app at hand.
const PORT: &str = "port";

/// The names that there are for a whole world.
pub(super) struct WorldScope {
    names: Map<String, Value>,
}

impl WorldScope {
    /// The names while only ids are known.
    pub(super) fn of_ids<'a>(
        surroundings: &Surroundings,
        pages: &[CastPage],
        settings: &Settings,
        apps: impl Iterator<Item = (&'a str, AppId)>,
    ) -> Self {
        let mut names = Map::new();
        names.extend(apps.map(|(name, id)| (name.to_owned(), json!({"id": id.to_string(), "name": name}))));
        for (index, CastPage { id, name }) in pages.iter().enumerate() {
            let seen = settings.pages.get(id).map_or("", |page| &page.name);
            let page = of_page(id, seen);
            names.extend(name.clone().map(|name| (name, page.clone())));
            if index == 0 {
                names.insert(Root::Page.name().to_owned(), page);
            }
        }
        names.insert(Root::Inbox.name().to_owned(), inbox());
        names.insert(Root::Emulator.name().to_owned(), emulator(surroundings, protocol_of(settings, pages)));
        names.insert(Root::Env.name().to_owned(), environment());
        Self { names }
    }

    /// Gives the apps all of their members.
    pub(super) fn know(&mut self, apps: &[Identity], pages: &[CastPage]) {
        self.names.extend(apps.iter().map(|identity| (identity.name.clone(), app(identity, pages))));
    }

    /// The names for what is said of one app, which may have a port.
    pub(super) fn of_app(&self, port: Option<u16>) -> AppScope<'_> {
        AppScope { world: self, port }
    }
}

/// The names for what is said of one app.
pub(super) struct AppScope<'a> {
    world: &'a WorldScope,
    port: Option<u16>,
}

impl Scope for AppScope<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let port = self.port.filter(|_| name == PORT).map(|port| json!(port));
        port.or_else(|| self.world.names.get(name).cloned())
    }

    fn names(&self) -> Vec<String> {
        let port = self.port.map(|_| PORT.to_owned());
        self.world.names.keys().cloned().chain(port).collect()
    }
}

/// The members of something: all of them for the first Page, and some behind the name of each Page.
pub(crate) fn members<M: Copy>(
    pages: &[CastPage],
    (all, of_page): (&[M], &[M]),
    name: fn(M) -> &'static str,
    value: impl Fn(M, PageId) -> Value,
) -> Value {
    let on = |members: &[M], page: PageId| -> Map<String, Value> {
        members.iter().map(|member| (name(*member).to_owned(), value(*member, page))).collect()
    };
    let Some(first) = pages.first() else { return Value::Null };
    let mut out = on(all, first.id);
    let named = pages.iter().filter_map(|page| Some((page.name.clone()?, page.id)));
    out.extend(named.map(|(name, page)| (name, Value::Object(on(of_page, page)))));
    Value::Object(out)
}

/// What there is to say of an app.
pub(crate) fn app(app: &Identity, pages: &[CastPage]) -> Value {
    let tokens: HashMap<PageId, &String> =
        app.page_tokens.iter().map(|(page, token)| (*page, token)).collect();
    let token = |page| tokens.get(&page);
    let value = |member, page| match member {
        AppMember::Id => json!(app.id.to_string()),
        AppMember::Name => json!(app.name),
        AppMember::Secret => json!(app.secret),
        AppMember::VerifyToken => json!(app.verify_token),
        AppMember::PageToken => json!(token(page)),
    };
    members(pages, (AppMember::ALL, AppMember::OF_PAGE), AppMember::name, value)
}

/// What there is to say of the Page Inbox.
pub(crate) fn inbox() -> Value {
    of_page(Party::Inbox.number(), "inbox")
}

/// What there is to say of a Page, or of the Page Inbox.
pub(crate) fn of_page(id: impl std::fmt::Display, name: &str) -> Value {
    let value = |member: &PageMember| {
        let value = match member {
            PageMember::Id => json!(id.to_string()),
            PageMember::Name => json!(name),
        };
        (member.name().to_owned(), value)
    };
    PageMember::ALL.iter().map(value).collect::<Map<_, _>>().into()
}

/// The protocol that the first Page follows.
fn protocol_of(settings: &Settings, pages: &[CastPage]) -> Protocol {
    let line = pages.first().and_then(|page| settings.line(settings.main(page.id)));
    line.map(Line::protocol).unwrap_or_default()
}

/// The value of `${emulator…}`.
pub(crate) fn emulator(surroundings: &Surroundings, protocol: Protocol) -> Value {
    let value = |member: &EmulatorMember| {
        let value = match member {
            EmulatorMember::Url => json!(surroundings.url),
            EmulatorMember::Tls => json!(surroundings.tls),
            EmulatorMember::Bin => json!(surroundings.bin.display().to_string()),
            EmulatorMember::Protocol => json!(protocol.name()),
        };
        (member.name().to_owned(), value)
    };
    EmulatorMember::ALL.iter().map(value).collect::<Map<_, _>>().into()
}

/// The value of `${env…}`.
pub(crate) fn environment() -> Value {
    std::env::vars().map(|(name, value)| (name, Value::String(value))).collect::<Map<_, _>>().into()
}
