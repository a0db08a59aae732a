//! Whether an expectation is met by what has happened. It reads and changes nothing.

mod assign;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{Effect, Psid};
use emulator_server::journal::{Call, Entry};
use serde_json::Value;

use super::compare::{Asked, Seen, delivery_value};
use super::plan::{Leaf, Way};
use super::prepared::Wanted;
use crate::call_verb::verb_of;
use crate::feed::Arrived;
use crate::matcher::{Comparison, Mismatch, Pattern};
use assign::{Assignment, Candidate, NextMessage, State, assign};

/// Whether an expectation is met by now.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is, by these.
    Met(Progress),
    /// Not yet; these have come.
    NotYet(Progress),
    /// It cannot be met any more: this message, by its index, came before one that must come.
    Broken(usize, Progress),
}

/// What has come of an expectation.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The entries that meet leaves, by the leaf.
    pub(super) entries: BTreeMap<usize, usize>,
    /// What each leaf gives that is met.
    pub(super) values: BTreeMap<usize, Value>,
}

/// An entry that meets a leaf.
#[derive(Debug)]
struct Fit {
    leaf: usize,
    entry: usize,
    /// The number of the entry since which it does.
    at: u64,
    value: Value,
}

impl Seen<'_> {
    /// Says how it stands with an expectation; `states` has what the states among its leaves give that hold now.
    pub(super) fn verdict(&self, leaves: &[Leaf], ways: &[Way], states: &BTreeMap<usize, Value>) -> Verdict {
        let fits: Vec<Fit> =
            leaves.iter().enumerate().flat_map(|(index, leaf)| self.fits(index, &leaf.what)).collect();
        let mut best: Option<(u64, Progress)> = None;
        let mut open: Option<Progress> = None;
        let mut broken = None;
        for way in ways {
            let assignment = self.assign(leaves, way, &fits);
            let (missing, progress) = progress(way, &assignment, &fits, states);
            let by = match assignment.state {
                State::Complete(by) => Some(by),
                // A state holds now; whatever else has come was earlier.
                State::Open | State::Broken(_) if missing == 0 => Some(u64::MAX),
                State::Open | State::Broken(_) => None,
            };
            match (by, assignment.state) {
                (Some(by), _) if best.as_ref().is_none_or(|(earliest, _)| by < *earliest) => {
                    best = Some((by, progress));
                }
                (Some(_), _) => {}
                (None, State::Broken(entry)) => drop(broken.get_or_insert((entry, progress))),
                (None, State::Open | State::Complete(_)) => {
                    if open.as_ref().is_none_or(|open| open.values.len() < progress.values.len()) {
                        open = Some(progress);
                    }
                }
            }
        }
        match (best, open, broken) {
            (Some((_, met)), _, _) => Verdict::Met(met),
            (None, None, Some((entry, progress))) => Verdict::Broken(entry, progress),
            (None, open, _) => Verdict::NotYet(open.unwrap_or_default()),
        }
    }

    /// Places what has come in the slots of one way.
    fn assign(&self, leaves: &[Leaf], way: &Way, fits: &[Fit]) -> Assignment {
        let slots_of = |entry: usize, at: u64| -> Vec<usize> {
            let fitting =
                |leaf: &usize| fits.iter().any(|fit| (fit.leaf, fit.entry, fit.at) == (*leaf, entry, at));
            (0..way.len()).filter(|slot| way[*slot].iter().any(fitting)).collect()
        };
        let of_way: BTreeSet<usize> = way.iter().flatten().copied().collect();
        let moments: BTreeSet<(u64, usize)> =
            fits.iter().filter(|fit| of_way.contains(&fit.leaf)).map(|fit| (fit.at, fit.entry)).collect();
        let unread = self.unread_for(leaves, way);
        let messages: BTreeMap<usize, Psid> =
            unread.iter().map(|arrived| (arrived.index, arrived.person)).collect();
        let all: BTreeSet<(u64, usize)> =
            unread.iter().map(|arrived| (arrived.entry.seq, arrived.index)).chain(moments).collect();
        let candidates: Vec<Candidate> = all
            .into_iter()
            .map(|(at, entry)| Candidate {
                at,
                entry,
                fits: slots_of(entry, at),
                message: messages.get(&entry).map(|person| NextMessage {
                    person: *person,
                    demanded_by: demanding(leaves, way, *person),
                }),
            })
            .collect();
        assign(way.len(), &candidates)
    }

    /// The unread messages to people to whom a leaf of the way waits for one.
    fn unread_for(&self, leaves: &[Leaf], way: &Way) -> Vec<Arrived<'_>> {
        let to: Vec<Option<Psid>> = way
            .iter()
            .flatten()
            .filter_map(|leaf| match leaves.get(*leaf).map(|leaf| &leaf.what) {
                Some(Wanted::Message { person, .. }) => Some(*person),
                Some(Wanted::Call { .. } | Wanted::Webhook { .. } | Wanted::State { .. }) | None => None,
            })
            .collect();
        let concerns = |arrived: &Arrived<'_>| {
            to.iter().any(|person| person.is_none_or(|person| person == arrived.person))
        };
        if to.is_empty() { Vec::new() } else { self.feed.unread().filter(concerns).collect() }
    }

    /// All entries that meet a leaf, taken by itself.
    fn fits(&self, leaf: usize, wanted: &Wanted) -> Vec<Fit> {
        match wanted {
            Wanted::Message { .. } => {
                let unread = self.feed.unread();
                let fit = |arrived: Arrived<'_>| {
                    let (comparison, value) = self.message(wanted, &arrived)?;
                    let (entry, at) = (arrived.index, arrived.entry.seq);
                    comparison.is_match().then_some(Fit { leaf, entry, at, value })
                };
                unread.filter_map(fit).collect()
            }
            Wanted::Call { app, .. } => {
                let calls = self.feed.calls_of(*app, self.feed.calls_from(*app));
                let fit = |(index, entry, call): (usize, &Entry, &Call)| {
                    let (comparison, value) = self.call(wanted, entry, call)?;
                    comparison.is_match().then_some(Fit { leaf, entry: index, at: entry.seq, value })
                };
                calls.filter_map(fit).collect()
            }
            Wanted::Webhook { app, .. } => {
                let deliveries = self.feed.deliveries_to(*app, self.feed.deliveries_from(*app));
                let fit = |(index, entry, _): (usize, &Entry, &_)| {
                    let (at, value) = self.delivered(wanted, entry)?;
                    Some(Fit { leaf, entry: index, at, value })
                };
                deliveries.filter_map(fit).collect()
            }
            Wanted::State { .. } => Vec::new(),
        }
    }

    /// How a message compares to what is wanted, which is none of another person's.
    pub(super) fn message(&self, wanted: &Wanted, arrived: &Arrived<'_>) -> Option<(Comparison, Value)> {
        let Wanted::Message { app, person, pattern } = wanted else { return None };
        if person.is_some_and(|person| person != arrived.person) {
            return None;
        }
        let (mut comparison, value) = self.compare_message(arrived.entry, pattern);
        if arrived.app != *app {
            comparison.mismatches.push(Mismatch {
                path: "from".to_owned(),
                expected: self.names.app(*app),
                actual: self.names.app(arrived.app),
            });
        }
        Some((comparison, value))
    }

    /// How a call compares to what is wanted, which is none about another person.
    pub(super) fn call(&self, wanted: &Wanted, entry: &Entry, call: &Call) -> Option<(Comparison, Value)> {
        let Wanted::Call { app, page, person, verb, pattern, refused } = wanted else { return None };
        let about_another = call.page.is_some_and(|called| called != *page)
            || person.is_some_and(|person| call.person.is_some_and(|about| about != person));
        if call.app != Some(*app) || about_another {
            return None;
        }
        let asked = Asked::of(verb);
        let (mut comparison, value) =
            self.compare_call(entry, call, asked, pattern.as_ref(), refused.as_ref());
        let found = verb_of(call);
        if asked == Asked::Parameters && found != Some(verb) {
            comparison = Comparison { agreed: 0, ..comparison };
            comparison.mismatches = vec![Mismatch {
                path: "the call".to_owned(),
                expected: verb.name.to_owned(),
                actual: found.map_or_else(|| call.verb(), |verb| verb.name).to_owned(),
            }];
        }
        Some((comparison, value))
    }

    /// Since when a delivery is what is wanted, if it is.
    pub(super) fn delivered(&self, wanted: &Wanted, entry: &Entry) -> Option<(u64, Value)> {
        let Wanted::Webhook { app, page, person, pattern, acknowledged, attempts } = wanted else {
            return None;
        };
        let Some(Effect::Deliver(delivery)) = entry.effect() else { return None };
        if (delivery.app, delivery.page) != (*app, *page)
            || person.is_some_and(|person| delivery.person != Some(person))
        {
            return None;
        }
        let mut value = delivery_value(delivery, self.base_url);
        if !pattern.matches(&value) {
            return None;
        }
        let reached = self.feed.reached(entry, delivery, *acknowledged, (self.is_real)(*app));
        let as_often = |count: u32| {
            attempts.as_ref().is_none_or(|pattern: &Pattern| pattern.matches(&Value::from(count)))
        };
        let reached = reached.into_iter().find(|reached| as_often(reached.attempts))?;
        value["attempts"] = Value::from(reached.attempts);
        Some((reached.at, value))
    }
}

/// The slots of a way that nothing but messages to this person can meet.
fn demanding(leaves: &[Leaf], way: &Way, person: Psid) -> Vec<usize> {
    let is_message_to = |leaf: &usize| match leaves.get(*leaf).map(|leaf| &leaf.what) {
        Some(Wanted::Message { person: to, .. }) => to.is_none_or(|to| to == person),
        Some(Wanted::Call { .. } | Wanted::Webhook { .. } | Wanted::State { .. }) | None => false,
    };
    (0..way.len()).filter(|slot| way[*slot].iter().all(is_message_to)).collect()
}

/// What the leaves of a way give, and how many of its slots are open.
fn progress(
    way: &Way,
    assignment: &Assignment,
    fits: &[Fit],
    states: &BTreeMap<usize, Value>,
) -> (usize, Progress) {
    let mut progress = Progress::default();
    let mut missing = 0;
    for (slot, placed) in way.iter().zip(&assignment.placed) {
        let fit =
            placed.and_then(|entry| fits.iter().find(|fit| fit.entry == entry && slot.contains(&fit.leaf)));
        if let Some(fit) = fit {
            progress.entries.insert(fit.leaf, fit.entry);
            progress.values.insert(fit.leaf, fit.value.clone());
        } else if let Some(state) = slot.iter().find_map(|leaf| states.get_key_value(leaf)) {
            progress.values.insert(*state.0, state.1.clone());
        } else {
            missing += 1;
        }
    }
    (missing, progress)
}
