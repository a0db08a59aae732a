//! The settings of the world in which a row is played.

use std::collections::BTreeMap;

use emulator_core::{
    App, AppId, Connection, FieldSet, Options, Page, PageId, Protocol, Settings, Span, TokenState,
};

use super::names::Names;
use super::{BEGIN, Nonsense, ORCHID, ROASTERY};
use crate::table::length::midnight;
use crate::table::{self, Given, TokenName};

/// The settings of a row, which come into force once its state is reached.
pub(super) fn settings(
    given: &Given,
    apps: &BTreeMap<String, table::App>,
    names: &Names,
    primary_receiver: Option<AppId>,
) -> Result<Settings, Nonsense> {
    let mut connections = BTreeMap::new();
    let mut known = BTreeMap::new();
    for (name, app) in apps {
        let id = names.id(name)?;
        connections.insert(id, connection(app));
        known.insert(id, App { mode: app.mode.into(), ..App::named(name.as_str()) });
    }
    // A stranger exists, but is not on the Page.
    known.insert(super::STRANGER.1, App::named(super::STRANGER.0));
    let options = options(given)?;
    let page = |id: PageId, name: &str| Page {
        primary_receiver,
        apps: connections.clone(),
        options: if id == ORCHID { options } else { Options::default() },
        news: given.news,
        ..Page::named(name)
    };
    let pages = [(ORCHID, page(ORCHID, "Orchid Coffee")), (ROASTERY, page(ROASTERY, "Roastery"))];
    Ok(Settings { protocol: Protocol::Handover, pages: pages.into(), apps: known })
}

/// The settings under which a row comes into its state: everybody may do everything.
pub(super) fn before(
    given: &Given,
    apps: &BTreeMap<String, table::App>,
    names: &Names,
) -> Result<Settings, Nonsense> {
    let plain = |app: &table::App| table::App { mode: table::Mode::Live, ..app.clone() };
    let apps = apps.iter().map(|(name, app)| (name.clone(), plain(app))).collect();
    settings(given, &apps, names, None)
}

fn connection(app: &table::App) -> Connection {
    let fields: FieldSet = app.fields.0;
    let default = Connection::default();
    let permissions = app.permissions.as_ref().map(|names| names.iter().map(|name| name.0).collect());
    Connection {
        fields,
        features: app.features.iter().copied().map(Into::into).collect(),
        permissions: permissions.unwrap_or_else(|| default.permissions.clone()),
        token: token(app.token),
        disabled: app.disabled,
        ..default
    }
}

/// Whether a token holds, as tables say it.
pub(super) fn token(name: TokenName) -> TokenState {
    match name {
        TokenName::Valid => TokenState::Valid,
        TokenName::ExpiresInAnHour => TokenState::Expires(BEGIN + Span::HOUR),
        TokenName::SessionEnded => TokenState::SessionEnded,
        TokenName::Deauthorized => TokenState::Deauthorized,
    }
}

fn options(given: &Given) -> Result<Options, Nonsense> {
    let mut options = Options::default();
    for (name, word) in &given.options {
        if name == "rules_as_of" {
            let moment =
                midnight(word).ok_or_else(|| format!("`{word}` is not a date such as 2026-04-26"))?;
            options.rules_as_of = moment;
        } else {
            options.set(name, word).map_err(|error| error.to_string())?;
        }
    }
    Ok(options)
}
