//! The ids and tokens by which the platform tells apps, Pages and people apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use emulator_core::{AppId, PageId, Party, Platform, Psid};
use emulator_server::AppSpec as Identity;

use super::CastPage;
use crate::diagnostics::Diagnostic;
use crate::node::{Node, Spanned};
use crate::scenario::{AppSpec, PageSpec, PersonSpec, WorldSpec};

/// The id of the first Page unless the world says otherwise; the next ones follow.
pub(super) const DEFAULT_PAGE: PageId = PageId(100_000_000_000_001);
const FIRST_APP: u64 = 200_000_000_000_001;

/// The apps' ids: those that are given, and for the others the next of the default ones.
pub(super) fn ids(world: &WorldSpec, problems: &mut Vec<Diagnostic>) -> Vec<AppId> {
    let parties = Party::OF_THE_PLATFORM.iter();
    let numbers = |party: &Party| {
        let party = *party;
        Platform::ALL.iter().map(move |platform| party.number_on(*platform))
    };
    let mut taken: BTreeSet<AppId> = parties.flat_map(numbers).collect();
    let mut given = BTreeMap::new();
    for (index, app) in world.apps.iter().enumerate() {
        let Some(id) = &app.id else { continue };
        let Ok(parsed) = id.value.parse() else { continue };
        if !taken.insert(parsed) {
            // That two apps of the world share an id was found when the file was read.
            let message = format!("the id {parsed} belongs to an inbox or app of the platform itself");
            let problem = Diagnostic::new(id.span, message).help("give the app another id, or none");
            problems.push(problem.in_file(&world.file));
        }
        given.insert(index, parsed);
    }
    let defaults = (FIRST_APP..).map(AppId);
    let mut free = defaults.filter(|id| !taken.contains(id));
    let id = |index| given.get(&index).copied().or_else(|| free.next()).unwrap_or(AppId(FIRST_APP));
    (0..world.apps.len()).map(id).collect()
}

/// The Pages with their ids: those that are given, and for the others the next of the default ones.
pub(super) fn pages(world: &WorldSpec) -> Vec<CastPage> {
    // Ids were checked when the file was read.
    let given = |id: &Option<Spanned<String>>| id.as_ref().and_then(|id| id.value.parse().ok());
    let taken: BTreeSet<PageId> = world.pages.iter().filter_map(|page| given(&page.id)).collect();
    let mut free = (DEFAULT_PAGE.0..).map(PageId).filter(|id| !taken.contains(id));
    let page = |page: &PageSpec| CastPage {
        id: given(&page.id).or_else(|| free.next()).unwrap_or(DEFAULT_PAGE),
        name: page.called.as_ref().map(|name| name.value.clone()),
    };
    world.pages.iter().map(page).collect()
}

/// The tokens of an app, one for each Page: what is written, and what it is otherwise.
pub(super) fn page_tokens<'w>(
    app: &'w AppSpec,
    pages: &[CastPage],
) -> impl Iterator<Item = (PageId, Option<&'w Node>, String)> {
    let app_name = &app.name.value;
    let named = by_name(&app.page_tokens);
    pages.iter().enumerate().map(move |(index, page)| {
        let named = page.name.as_ref().and_then(|name| named.get(name.as_str()).copied());
        let written = app.page_token.as_ref().filter(|_| index == 0).or(named);
        let usual = match &page.name {
            Some(page) if index > 0 => format!("{app_name}-{page}-page-token"),
            Some(_) | None => format!("{app_name}-page-token"),
        };
        (page.id, written, usual)
    })
}

/// The Pages, each with the id that a person has there if the world says so.
pub(super) fn psids<'p>(
    person: &PersonSpec,
    pages: &'p [CastPage],
) -> impl Iterator<Item = (&'p CastPage, Option<Psid>)> {
    let named = by_name(&person.ids);
    pages.iter().enumerate().map(move |(index, page)| {
        let named = page.name.as_ref().and_then(|name| named.get(name.as_str()).copied());
        let written = person.id.as_ref().filter(|_| index == 0).or(named);
        (page, written.and_then(|id| id.value.parse().ok()))
    })
}

fn by_name<T>(entries: &[(Spanned<String>, T)]) -> HashMap<&str, &T> {
    entries.iter().map(|(name, value)| (name.value.as_str(), value)).collect()
}

/// Says when two apps, or two Pages of an app, would be taken for each other.
pub(super) fn check_tokens(world: &WorldSpec, apps: &[Identity], problems: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (spec, app) in world.apps.iter().zip(apps) {
        for (_, token) in &app.page_tokens {
            let message = if token.is_empty() {
                format!("the Page token of `{}` is empty", app.name)
            } else {
                match seen.insert(token, &app.name) {
                    Some(other) if other == app.name => {
                        let name = &app.name;
                        format!(
                            "`{name}` has the same Page token twice, so nobody could tell what Page is meant"
                        )
                    }
                    Some(other) => format!(
                        "`{}` has the same Page token as `{other}`, so nobody could tell their calls apart",
                        app.name
                    ),
                    None => continue,
                }
            };
            let written = spec.page_token.as_ref().or(spec.page_tokens.first().map(|(_, token)| token));
            let span = written.map_or(spec.span, |token| token.span);
            problems.push(Diagnostic::new(span, message).in_file(&world.file));
        }
    }
}
