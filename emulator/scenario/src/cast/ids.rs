//! The ids and tokens by which the platform tells apps apart.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{AppId, INSTAGRAM_INBOX, LEAD_ADS, PAGE_INBOX};
use emulator_server::AppSpec as Identity;

use crate::diagnostics::Diagnostic;
use crate::scenario::WorldSpec;

const FIRST_APP: u64 = 200_000_000_000_001;

/// The apps' ids: those that are given, and for the others the next of the default ones.
pub(super) fn ids(world: &WorldSpec, problems: &mut Vec<Diagnostic>) -> Vec<AppId> {
    let mut taken = BTreeSet::from([PAGE_INBOX, INSTAGRAM_INBOX, LEAD_ADS]);
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

/// Says when two apps would be taken for each other.
pub(super) fn check_tokens(world: &WorldSpec, apps: &[Identity], problems: &mut Vec<Diagnostic>) {
    let mut seen = BTreeMap::new();
    for (spec, app) in world.apps.iter().zip(apps) {
        let span = spec.page_token.as_ref().map_or(spec.span, |token| token.span);
        for (_, token) in &app.page_tokens {
            let message = if token.is_empty() {
                format!("the Page token of `{}` is empty", app.name)
            } else if let Some(other) = seen.insert(token.clone(), app.name.clone()) {
                format!(
                    "`{}` has the same Page token as `{other}`, so nobody could tell their calls apart",
                    app.name
                )
            } else {
                continue;
            };
            problems.push(Diagnostic::new(span, message).in_file(&world.file));
        }
    }
}
