//! What a scenario has seen of its lane: every entry so far, and how far each expectation has read.

mod failed;
mod reading;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{AppId, Delivery, Effect, Psid, RuleId, Sender};
use emulator_server::Lane;
use emulator_server::journal::{AttemptResult, Call, Entry, Record};

use failed::Failed;
use reading::Position;
pub(crate) use reading::{Earlier, Reader};

/// The entries of a lane in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    /// The number of the entry behind which it begins.
    behind: u64,
    pub(crate) entries: Vec<Entry>,
    /// The refusal of a call, by the call's number.
    refusals: BTreeMap<u64, usize>,
    /// How the tries of deliveries went, by the number of the delivery.
    tries: BTreeMap<u64, Vec<Try>>,
    /// Deliveries in whose place another one was sent, or none.
    superseded: BTreeSet<u64>,
    /// Messages to people that were read, and by which step if not by the one that sent them.
    read: BTreeMap<u64, Option<Reader>>,
    failed: Failed,
    /// Refusals that an expectation has asked for.
    expected_refusals: BTreeSet<u64>,
    /// How far expectations have read an app's calls, and its deliveries.
    calls: BTreeMap<AppId, Position>,
    deliveries: BTreeMap<AppId, Position>,
}

/// One try of a delivery.
#[derive(Debug, Clone)]
struct Try {
    /// The number of its entry.
    seq: u64,
    /// Its number, from 1.
    number: u32,
    result: AttemptResult,
}

/// A moment at which a delivery was what an expectation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reached {
    /// The number of the entry that made it so.
    pub(crate) at: u64,
    /// How many times it had been tried by then.
    pub(crate) attempts: u32,
}

/// A message that reached a person.
#[derive(Clone, Copy)]
pub(crate) struct Arrived<'a> {
    pub(crate) index: usize,
    pub(crate) entry: &'a Entry,
    pub(crate) app: AppId,
    pub(crate) person: Psid,
}

impl Feed {
    /// What happens behind the entry of that number.
    pub(crate) fn behind(seq: u64) -> Self {
        Self { behind: seq, ..Self::default() }
    }

    /// Forgets what happened so far, since nothing is judged by it. Bots that steps stopped stay stopped.
    pub(crate) fn begin_anew(&mut self) {
        let (behind, mut failed) = (self.last(), std::mem::take(&mut self.failed));
        failed.forget(u64::MAX);
        *self = Self { behind, failed, ..Self::default() };
    }

    /// The number of the newest entry it has.
    pub(crate) fn last(&self) -> u64 {
        self.entries.last().map_or(self.behind, |entry| entry.seq)
    }

    /// Takes in what is new.
    pub(crate) fn take_in(&mut self, lane: &Lane) {
        let new = lane.entries_after(self.last());
        let new = new.or_else(|oldest| lane.entries_after(oldest.saturating_sub(1))).unwrap_or_default();
        new.into_iter().for_each(|entry| self.add(entry));
    }

    /// Takes in one entry.
    pub(crate) fn add(&mut self, entry: Entry) {
        if entry.rule == Some(RuleId::ChannelAtDelivery) {
            self.superseded.extend(entry.cause.map(|cause| cause.seq));
        }
        if let Record::Refused { .. } = &entry.record {
            self.refusals.extend(entry.cause.map(|cause| (cause.seq, self.entries.len())));
        } else if let Record::Attempt { app, delivery, number, result, .. } = &entry.record {
            self.failed.tried(*app, (*delivery, entry.seq), result);
            let tried = Try { seq: entry.seq, number: *number, result: result.clone() };
            self.tries.entry(*delivery).or_default().push(tried);
        } else if let Record::Bot { app, order } = &entry.record {
            self.failed.ordered(*app, *order);
        }
        self.entries.push(entry);
    }

    /// Drops all but the newest entries; says how many are gone.
    pub(crate) fn forget(&mut self, keep: usize) -> usize {
        let gone = self.entries.len().saturating_sub(keep);
        self.entries.drain(..gone);
        let first = self.entries.first().map_or(u64::MAX, |entry| entry.seq);
        self.refusals.retain(|_, index| {
            *index = index.checked_sub(gone).unwrap_or(usize::MAX);
            *index != usize::MAX
        });
        self.tries = self.tries.split_off(&first);
        self.read = self.read.split_off(&first);
        self.failed.forget(first);
        for seqs in [&mut self.superseded, &mut self.expected_refusals] {
            *seqs = seqs.split_off(&first);
        }
        for position in self.calls.values_mut().chain(self.deliveries.values_mut()) {
            position.forget(gone, first);
        }
        gone
    }

    /// The refusal of a call, if it was refused.
    pub(crate) fn refusal(&self, call: &Entry) -> Option<&Entry> {
        self.refusals.get(&call.seq).map(|index| &self.entries[*index])
    }

    /// When the delivery got as far as asked: acknowledged, or tried in vain, which may be several times. Steps
    /// that play an app acknowledge at once, since there is nothing to try.
    pub(crate) fn reached(
        &self,
        entry: &Entry,
        delivery: &Delivery,
        acknowledged: bool,
        is_real: bool,
    ) -> Vec<Reached> {
        let tries = self.tries.get(&entry.seq).map(Vec::as_slice).unwrap_or_default();
        let as_asked = tries.iter().filter(|tried| tried.result.is_acknowledged() == acknowledged);
        let mut reached: Vec<Reached> =
            as_asked.map(|tried| Reached { at: tried.seq, attempts: tried.number }).collect();
        if acknowledged && !is_real && reached.is_empty() && !self.is_undecided(entry, delivery) {
            reached.push(Reached { at: entry.seq, attempts: 1 });
        }
        reached
    }

    /// How the delivery went so far: how many times it was tried, and how the last try ended.
    pub(crate) fn last_try(&self, delivery: u64) -> Option<(u32, &AttemptResult)> {
        self.tries.get(&delivery)?.last().map(|tried| (tried.number, &tried.result))
    }

    /// True while it is open where the echo goes: the bot that sent the message has not answered the webhook that
    /// it handles (C-22). Bots that acknowledge at once are known to have done so once that is read.
    fn is_undecided(&self, entry: &Entry, delivery: &Delivery) -> bool {
        if !delivery.event.follows_send() {
            return false;
        }
        let sent = entry.cause.and_then(|cause| self.by_seq(cause.seq));
        let handled = sent.filter(|sent| sent.call().is_some_and(|call| !call.played));
        let handled = handled.and_then(|sent| sent.cause).filter(|cause| cause.assumed);
        handled.is_some_and(|it| !self.tries.contains_key(&it.seq))
    }

    /// The entry of that number.
    pub(crate) fn by_seq(&self, seq: u64) -> Option<&Entry> {
        let index = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.entries.get(index)
    }

    /// Behind which index an expectation searches an app's calls.
    pub(crate) fn calls_from(&self, app: AppId) -> usize {
        self.calls.get(&app).map_or(0, |position| position.next)
    }

    /// Behind which index an expectation searches the deliveries to an app.
    pub(crate) fn deliveries_from(&self, app: AppId) -> usize {
        self.deliveries.get(&app).map_or(0, |position| position.next)
    }

    /// The calls of real apps from an index on.
    pub(crate) fn calls_of(&self, app: AppId, from: usize) -> impl Iterator<Item = (usize, &Entry, &Call)> {
        self.entries.iter().enumerate().skip(from).filter_map(move |(index, entry)| {
            let call = entry.call().filter(|call| call.app == Some(app) && !call.played)?;
            Some((index, entry, call))
        })
    }

    /// The deliveries to an app from an index on, as they were really sent: one whose channel was decided anew when
    /// it left (C-22) counts as what it became.
    pub(crate) fn deliveries_to(
        &self,
        app: AppId,
        from: usize,
    ) -> impl Iterator<Item = (usize, &Entry, &Delivery)> {
        self.entries.iter().enumerate().skip(from).filter_map(move |(index, entry)| match entry.effect() {
            Some(Effect::Deliver(delivery))
                if delivery.app == app && !self.superseded.contains(&entry.seq) =>
            {
                Some((index, entry, delivery))
            }
            _ => None,
        })
    }

    /// The oldest delivery to a real app that has neither been acknowledged nor failed.
    pub(crate) fn unanswered(&self, lane: &Lane) -> Option<&Delivery> {
        self.entries.iter().find_map(|entry| match entry.effect() {
            Some(Effect::Deliver(delivery)) if lane.is_real(delivery.app) => {
                let decided = self.tries.contains_key(&entry.seq) || self.superseded.contains(&entry.seq);
                (!decided).then_some(delivery)
            }
            _ => None,
        })
    }

    /// The messages that reached people, from an index on.
    pub(crate) fn arrivals(&self, from: usize) -> impl Iterator<Item = Arrived<'_>> {
        self.entries.iter().enumerate().skip(from).filter_map(|(index, entry)| match entry.effect() {
            Some(Effect::Message { person, from: Sender::Party(party), .. }) => {
                Some(Arrived { index, entry, app: party.number(), person: *person })
            }
            _ => None,
        })
    }

    /// The messages to people that nobody has read, the oldest first.
    pub(crate) fn unread(&self) -> impl Iterator<Item = Arrived<'_>> {
        self.arrivals(0).filter(|arrived| !self.read.contains_key(&arrived.entry.seq))
    }

    /// Marks what a step's own call brought to a person as read.
    pub(crate) fn mark_effects_read(&mut self, call: u64) {
        let of_call = |arrived: &Arrived<'_>| arrived.entry.cause.is_some_and(|cause| cause.seq == call);
        let read: Vec<u64> = self.arrivals(0).filter(of_call).map(|arrived| arrived.entry.seq).collect();
        self.read.extend(read.into_iter().map(|seq| (seq, None)));
    }

    pub(crate) fn expect_refusal_of(&mut self, call: u64) {
        self.expected_refusals.insert(call);
    }

    /// An expectation speaks of a delivery that failed.
    pub(crate) fn speak_of_failed(&mut self, delivery: u64) {
        self.failed.speak_of(delivery);
    }

    /// The deliveries that failed and that nothing in the scenario speaks of, the oldest first: each with the first
    /// try that went wrong.
    pub(crate) fn failed_deliveries(&self) -> impl Iterator<Item = (&Entry, &Entry)> {
        self.failed
            .unspoken()
            .filter_map(|(delivery, tried)| Some((self.by_seq(delivery)?, self.by_seq(tried)?)))
    }

    /// The entry that led to another one in the end, such as what a step did.
    pub(crate) fn root_of<'a>(&'a self, entry: &'a Entry) -> &'a Entry {
        let mut root = entry;
        while let Some(cause) = root.cause.and_then(|cause| self.by_seq(cause.seq)) {
            root = cause;
        }
        root
    }

    /// The first refused call of a real app that no expectation asked for.
    pub(crate) fn unexpected_refusal(&self) -> Option<(&Entry, &Entry)> {
        let unexpected = self.refusals.iter().filter(|(call, _)| !self.expected_refusals.contains(call));
        unexpected
            .filter_map(|(call, refusal)| Some((self.by_seq(*call)?, &self.entries[*refusal])))
            .find(|(call, _)| call.call().is_some_and(|call| !call.played))
    }
}
