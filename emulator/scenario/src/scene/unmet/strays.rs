//! Refused calls that belong to no scenario, where one of them may be what is waited for.

use emulator_core::AppId;
use emulator_server::journal::CallContent;

use super::super::Scene;
use super::super::compare::{Asked, Seen};
use super::super::prepared::Wanted;
use crate::call_verb::verb_of;
use crate::feed::Feed;
use crate::transcript;

/// How many of them are named.
const NAMED: usize = 2;

impl Scene {
    /// The strays of the app that fit best, those that came last at first. None outside of a run, where every call
    /// has a lane.
    pub(super) fn strays(&self, wanted: &Wanted) -> Vec<String> {
        let (Wanted::Message { app, .. } | Wanted::Call { app, .. }) = wanted else { return Vec::new() };
        let (Some(_), Some(first)) = (&self.bots, self.feed.entries.first()) else { return Vec::new() };
        let own = self.stage.own_lane();
        let mut feed = Feed::default();
        let entries = own.entries_after(0).unwrap_or_default();
        // What was called before this scenario began is not what it waits for.
        entries.into_iter().filter(|entry| entry.wall.0 >= first.wall.0).for_each(|entry| feed.add(entry));
        let (names, page, base_url) = (own.names(), self.cast.page, self.stage.base_url());
        let seen = Seen { feed: &feed, names, page, base_url, is_real: &|_| true };
        let mut found: Vec<(usize, String)> = differing(&seen, wanted, *app);
        found.reverse();
        found.sort_by_key(|(differences, _)| *differences);
        let least = found.first().map(|(differences, _)| *differences);
        let best = found.into_iter().filter(|(differences, _)| Some(*differences) == least).take(NAMED);
        best.map(|(_, line)| {
            format!(
                "a call belonged to no scenario and may be the one: {line}; a scenario that expects a call about \
                 nobody of its own needs `alone: true`"
            )
        })
        .collect()
    }
}

/// The refused calls of the app that are of the kind that is waited for, each with how many places differ.
fn differing(seen: &Seen<'_>, wanted: &Wanted, app: AppId) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (_, entry, call) in seen.feed.calls_of(app, 0) {
        let Some(refusal) = seen.feed.refusal(entry) else { continue };
        let differences = match wanted {
            Wanted::Call { verb, pattern, refused, .. } => {
                let asked = Asked::of(verb);
                if asked == Asked::Parameters && verb_of(call) != Some(verb) {
                    continue;
                }
                let compared = seen.compare_call(entry, call, asked, pattern.as_ref(), refused.as_ref());
                compared.0.mismatches.len()
            }
            // Whatever is wrong with a call that should send, it goes there.
            Wanted::Message { .. } => {
                let sends = match &call.content {
                    CallContent::Act(_) => call.sends().is_some(),
                    CallContent::Request { path, .. } => path.ends_with("messages"),
                    CallContent::Subscribes { .. } => false,
                };
                if !sends {
                    continue;
                }
                0
            }
            Wanted::Webhook { .. } | Wanted::State { .. } => continue,
        };
        let call = transcript::line(entry, &seen.names).unwrap_or_default();
        let refusal = transcript::line(refusal, &seen.names).unwrap_or_default();
        found.push((differences, format!("{call}: {}", refusal.trim())));
    }
    found
}
