//! What came closest to what is waited for, and what came too early.

use emulator_core::Effect;
use emulator_server::journal::Entry;
use serde_json::Value;

use super::super::compare::{Seen, delivery_value};
use super::super::prepared::Wanted;
use crate::failure::Nearest;
use crate::matcher::{Comparison, Mismatch};
use crate::transcript;

/// The best of the candidates so far.
#[derive(Default)]
struct Closest {
    best: Option<(f64, Nearest)>,
}

impl Closest {
    fn offer(&mut self, comparison: Comparison, what: String) {
        let score = comparison.score();
        if self.best.as_ref().is_none_or(|(best, _)| score >= *best) {
            self.best = Some((score, Nearest { what, differences: comparison.mismatches }));
        }
    }

    fn nearest(self) -> Option<Nearest> {
        self.best.map(|(_, nearest)| nearest)
    }
}

/// What came closest of what may still be read.
pub(super) fn nearest(seen: &Seen<'_>, wanted: &Wanted, taken: &[usize]) -> Option<Nearest> {
    let mut closest = Closest::default();
    match wanted {
        Wanted::Message { .. } => {
            // Only the next one counts.
            let mut open = seen.feed.unread().filter(|arrived| !taken.contains(&arrived.index));
            let next = open.find_map(|arrived| Some((seen.message(wanted, &arrived)?, arrived)));
            if let Some(((comparison, _), arrived)) =
                next.filter(|((comparison, _), _)| !comparison.is_match())
            {
                closest.offer(comparison, transcript::line(arrived.entry, &seen.names).unwrap_or_default());
            }
        }
        Wanted::Call { app, .. } => {
            for (index, entry, call) in seen.feed.calls_of(*app, seen.feed.calls_from(*app)) {
                if taken.contains(&index) {
                    continue;
                }
                if let Some((comparison, _)) = seen.call(wanted, entry, call) {
                    closest.offer(comparison, transcript::describe_call(call, &seen.names));
                }
            }
        }
        Wanted::Webhook { app, .. } => {
            for (index, entry, delivery) in seen.feed.deliveries_to(*app, seen.feed.deliveries_from(*app)) {
                if taken.contains(&index) {
                    continue;
                }
                let Some(comparison) = compare_delivery(seen, wanted, entry) else { continue };
                let what = transcript::describe_delivery(delivery, &seen.names);
                closest.offer(comparison, format!("{} hears {what}", seen.names.app(*app)));
            }
        }
        Wanted::State { .. } => {}
    }
    closest.nearest()
}

/// How a delivery compares, with how it went.
fn compare_delivery(seen: &Seen<'_>, wanted: &Wanted, entry: &Entry) -> Option<Comparison> {
    let Wanted::Webhook { app, page, person, pattern, acknowledged, attempts } = wanted else { return None };
    let Some(Effect::Deliver(delivery)) = entry.effect() else { return None };
    if delivery.page != *page || person.is_some_and(|person| delivery.person != Some(person)) {
        return None;
    }
    let mut comparison = pattern.compare(Some(&delivery_value(delivery, seen.base_url)));
    if !comparison.is_match() {
        return Some(comparison);
    }
    let reached = seen.feed.reached(entry, delivery, *acknowledged, (seen.is_real)(*app));
    let last = seen.feed.last_try(entry.seq);
    if let (Some(reached), Some(attempts)) = (reached.last(), attempts) {
        let counted = attempts.compare(Some(&Value::from(reached.attempts)));
        comparison.mismatches.extend(
            counted
                .mismatches
                .into_iter()
                .map(|mismatch| Mismatch { path: "attempts".to_owned(), ..mismatch }),
        );
    } else if reached.is_empty() {
        let actual = match last {
            None => "not so far".to_owned(),
            Some((number, result)) => format!("not so far; try {number}: {}", result.describe()),
        };
        let expected = (if *acknowledged { "acknowledged" } else { "failed" }).to_owned();
        comparison.mismatches.push(Mismatch { path: "the delivery".to_owned(), expected, actual });
    }
    Some(comparison)
}

/// The newest entry before the position that is what is wanted, and its line.
pub(super) fn earlier(seen: &Seen<'_>, wanted: &Wanted) -> Option<(usize, String)> {
    match wanted {
        Wanted::Message { .. } => {
            let read = seen.feed.arrivals(0).filter(|arrived| seen.feed.earlier(arrived.entry).is_some());
            let matching = read.filter(|arrived| {
                seen.message(wanted, arrived).is_some_and(|(comparison, _)| comparison.is_match())
            });
            let arrived = matching.last()?;
            Some((arrived.index, transcript::line(arrived.entry, &seen.names)?))
        }
        Wanted::Call { app, .. } => {
            let before =
                seen.feed.calls_of(*app, 0).take_while(|(index, ..)| *index < seen.feed.calls_from(*app));
            let matching = before.filter(|(_, entry, call)| {
                seen.call(wanted, entry, call).is_some_and(|(comparison, _)| comparison.is_match())
            });
            let (index, _, call) = matching.last()?;
            Some((index, transcript::describe_call(call, &seen.names)))
        }
        Wanted::Webhook { app, .. } => {
            let from = seen.feed.deliveries_from(*app);
            let before = seen.feed.deliveries_to(*app, 0).take_while(|(index, ..)| *index < from);
            let matching = before.filter(|(_, entry, _)| seen.delivered(wanted, entry).is_some());
            let (index, _, delivery) = matching.last()?;
            let what = transcript::describe_delivery(delivery, &seen.names);
            Some((index, format!("{} hears {what}", seen.names.app(*app))))
        }
        Wanted::State { .. } => None,
    }
}
