//! The settings of the world in which a row is played.

use std::collections::BTreeMap;

use emulator_core::{
    AccountId, AdRoute, App, AppId, AppMode, Connection, Feature, Field, InstagramAccount, Line, Overrides,
    Page, PageId, Permission, Platform, Protocol, Routes, Settings, Span, Timestamp, TokenState,
};
use emulator_language::step::{RouteNames, TokenWord};
use emulator_language::value::parse_moment;
use emulator_language::vocabulary::RoleWord;

use super::names::Names;
use super::{BEGIN, Nonsense, ORCHID, ROASTERY};
use crate::table::{self, Given};

/// The account of the Page on Instagram.
const ACCOUNT: AccountId = AccountId(1_784);

/// The word of a token that holds for an hour from the beginning of the row.
const EXPIRES_IN_AN_HOUR: &str = "expires_in_an_hour";

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
        connections.insert(id, connection(app)?);
        let mode = app.mode.as_deref().map(|word| read(word, AppMode::parse)).transpose()?;
        known.insert(id, App { mode: mode.unwrap_or(AppMode::Live), ..App::named(name.as_str()) });
    }
    // A stranger exists, but is not on the Page.
    known.insert(super::STRANGER_ID, App::named(table::STRANGER));
    let overrides = overrides(given)?;
    let line = |overrides| -> Result<Line, Nonsense> {
        let mut line = Line::new(Protocol::Handover, overrides).with_primary(primary_receiver);
        let ids = |list: &[String]| list.iter().map(|name| names.id(name)).collect::<Result<_, _>>();
        line.default_app = given.default_app.as_ref().map(|name| names.party(name)).transpose()?;
        line.without_role = ids(&given.without_role)?;
        line.inbox_without_role = given.inbox.as_deref() == Some(RoleWord::None.name());
        line.handover_off = given.handover_off;
        line.may_not_take = ids(&given.may_not_take)?;
        line.routes = routes(&given.routes(), names)?;
        Ok(line)
    };
    let of_row = line(overrides)?;
    let platform = platform(given)?;
    let page = |id: PageId, name: &str| Page {
        platform: if id == ORCHID { platform } else { Platform::Messenger },
        messenger: if id == ORCHID { of_row.clone() } else { Line::default() },
        instagram: (id == ORCHID && platform == Platform::Instagram)
            .then(|| InstagramAccount { id: ACCOUNT, line: of_row.clone() }),
        apps: connections.clone(),
        news: given.news,
        ..Page::named(name)
    };
    let pages = [(ORCHID, page(ORCHID, "Orchid Coffee")), (ROASTERY, page(ROASTERY, "Roastery"))];
    Ok(Settings { pages: pages.into(), apps: known })
}

/// Where Ana writes.
pub(super) fn platform(given: &Given) -> Result<Platform, Nonsense> {
    Ok(given.platform.as_deref().map(|word| read(word, Platform::parse)).transpose()?.unwrap_or_default())
}

/// What an admin decided where Ana writes.
pub(super) fn line_mut(page: &mut Page) -> &mut Line {
    match &mut page.instagram {
        Some(account) => &mut account.line,
        None => &mut page.messenger,
    }
}

/// Switches that may bar the way into the state of a row.
const BARRIERS: &[&str] = &["cr_2023", "takes"];

/// The settings under which a row comes into its state: everybody may do everything, and nothing goes by a route.
pub(super) fn before(
    given: &Given,
    apps: &BTreeMap<String, table::App>,
    names: &Names,
) -> Result<Settings, Nonsense> {
    let plain = |app: &table::App| table::App { mode: None, ..app.clone() };
    let apps = apps.iter().map(|(name, app)| (name.clone(), plain(app))).collect();
    let mut given = Given { organic: None, handover_off: false, ..given.clone() };
    given.options.retain(|name, _| !BARRIERS.contains(&name.as_str()));
    settings(&given, &apps, names, None)
}

/// Where conversations go that begin in a certain way.
pub(super) fn routes(routes: &RouteNames, names: &Names) -> Result<Routes, Nonsense> {
    let links = routes.links.iter().map(|(link, app)| Ok((link.as_str().into(), names.id(&app.value)?)));
    let ads = routes.ads.iter().map(|(id, route)| {
        let control = route.control.map_or(Span::DAY, Span);
        Ok((id.as_str().into(), AdRoute::new(names.id(&route.app.value)?, control)))
    });
    let organic = routes.organic.as_ref().map(|app| names.id(&app.value)).transpose()?;
    Ok(Routes {
        links: links.collect::<Result<_, Nonsense>>()?,
        ads: ads.collect::<Result<_, Nonsense>>()?,
        organic,
    })
}

fn connection(app: &table::App) -> Result<Connection, Nonsense> {
    let default = Connection::default();
    let permissions = app.permissions.as_ref().map(|words| all(words, Permission::parse)).transpose()?;
    Ok(Connection {
        fields: all(&app.fields, Field::parse)?,
        features: all(&app.features, Feature::parse)?,
        permissions: permissions.unwrap_or_else(|| default.permissions.clone()),
        token: match app.token.as_deref() {
            None => TokenState::Valid,
            Some(EXPIRES_IN_AN_HOUR) => TokenState::Expires(BEGIN + Span::HOUR),
            Some(word) => token(read(word, TokenWord::parse)?, BEGIN),
        },
        disabled: app.disabled,
        ..default
    })
}

/// The state of a token for its word.
pub(super) const fn token(word: TokenWord, now: Timestamp) -> TokenState {
    match word {
        TokenWord::Valid => TokenState::Valid,
        TokenWord::Expired => TokenState::Expires(now),
        TokenWord::PasswordChanged => TokenState::SessionEnded,
        TokenWord::Removed => TokenState::Deauthorized,
    }
}

/// Reads a word of a closed list.
pub(super) fn read<T>(word: &str, parse: fn(&str) -> Option<T>) -> Result<T, Nonsense> {
    parse(word).ok_or_else(|| format!("`{word}` means nothing here"))
}

fn all<T, C: FromIterator<T>>(words: &[String], parse: fn(&str) -> Option<T>) -> Result<C, Nonsense> {
    words.iter().map(|word| read(word, parse)).collect()
}

/// The words that the Page of a row sets.
pub(crate) fn overrides(given: &Given) -> Result<Overrides, Nonsense> {
    let mut overrides = Overrides::default();
    for (name, word) in &given.options {
        if name == "rules_as_of" {
            let midnight = parse_moment(&format!("{word}T00:00:00Z"));
            let midnight = midnight.map_err(|_| format!("`{word}` is not a date such as 2026-04-26"))?;
            overrides.rules_as_of = Some(midnight);
        } else {
            overrides.set(name, word).map_err(|error| error.to_string())?;
        }
    }
    Ok(overrides)
}
