//! Which scenarios share a stage.

use std::time::Duration;

use super::{BotLife, Shared, Verdict};
use crate::cast;
use crate::check::handles_bots;
use crate::select::Selected;

/// Puts scenarios with the same identities together. One that stops a bot's process is by itself. Skipped ones are told
/// of right away.
pub(super) fn grouped(scenarios: Vec<Selected>, shared: &Shared) -> Vec<Vec<Selected>> {
    let mut groups: Vec<(Option<String>, Vec<Selected>)> = Vec::new();
    for selected in scenarios {
        if let Some(reason) = &selected.scenario.skip {
            shared.tell(&selected, Verdict::Skipped(reason.clone()), Duration::ZERO);
            continue;
        }
        let key = shares(&selected, shared.options.bots).then(|| {
            let seed = selected.scenario.seed.unwrap_or(shared.options.seed);
            format!("seed {seed}\n{}", cast::identity(&selected.scenario.world))
        });
        let shared = key.is_some().then(|| groups.iter_mut().find(|(known, _)| *known == key)).flatten();
        match shared {
            Some((_, group)) => group.push(selected),
            None => groups.push((key, vec![selected])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn shares(selected: &Selected, bots: BotLife) -> bool {
    match bots {
        BotLife::Scenario => false,
        BotLife::Run => !handles_bots(&selected.scenario.steps),
    }
}
