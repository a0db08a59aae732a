//! A lane: a whole world on a stage, with its own people, settings, clock, ids and journal.
//!
//! **Invariant:** the lock is held for one synchronous step and the append of its entries, never
//! across an await.

mod calls;
mod deadlines;
mod given_up;
mod go_on;
mod habits;
mod moves;
mod queues;
mod replay;
mod rest;
mod state;
mod turns;
mod waiting;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use emulator_core::{
    AdminChange, Answer, AppId, Control, Conversation, InboxAct, Input, LineId, PageId, PersonAct, Psid,
    Refusal, Settings, Span, Timestamp, World,
};
use hyper::header::HeaderValue;
use tokio::sync::Notify;

use crate::graph::GraphError;
use crate::journal::{AttemptResult, BotOrder, Cause, Entry, Names, Passage, Passed, Record};
use crate::shared::Shared;
use crate::webhooks::{self, Ear, Outgoing, QueueKey};

pub(crate) use calls::OpenCall;
pub(crate) use given_up::CROWDED_OUT;
pub use go_on::Gap;
pub(crate) use habits::Habits;
pub(crate) use replay::Replay;
pub use rest::{Doubt, Late, Owing, Quiet};
pub(crate) use state::LaneState;
pub use waiting::Unsettled;

/// What became of something that a person, an agent or an admin did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// The journal entry.
    pub seq: u64,
    /// What it gave, or why it did not happen.
    pub result: Result<Answer, Refusal>,
}

/// A call that waits for something before it can be decided.
pub(crate) struct Pending(Arc<Lane>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.lock().call_waits_no_longer();
        self.0.notify();
    }
}

/// The ids of people: by the name of the person, one for each Page that knows her.
pub type People = BTreeMap<Arc<str>, BTreeMap<PageId, Psid>>;

/// A handle to one lane.
pub struct Lane {
    name: Arc<str>,
    shared: Arc<Shared>,
    people: People,
    state: Mutex<LaneState>,
    changed: Notify,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "lane {}", self.name)
    }
}

impl Lane {
    pub(crate) fn new(name: Arc<str>, shared: Arc<Shared>, state: LaneState) -> Arc<Self> {
        let mut people = People::new();
        for (psid, person) in &state.world.people {
            people.entry(Arc::clone(&person.name)).or_default().insert(person.page, *psid);
        }
        Arc::new(Self { name, shared, people, state: Mutex::new(state), changed: Notify::new() })
    }

    /// The lane's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, LaneState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock, with everything done that a real clock has made due meanwhile.
    pub(crate) fn lock_on_time(self: &Arc<Self>) -> MutexGuard<'_, LaneState> {
        let mut state = self.lock();
        let now = state.clock.read();
        let mut fired = false;
        while let Some(keys) = state.fire_next(now, None) {
            webhooks::start(self, keys);
            fired = true;
        }
        if fired {
            self.notify();
        }
        state
    }

    pub(crate) fn notify(&self) {
        self.changed.notify_waiters();
    }

    /// A person does something.
    pub fn person_acts(self: &Arc<Self>, person: Psid, act: PersonAct) -> Acted {
        self.happens(Record::Person { person, act: act.clone() }, Input::Person { person, act })
    }

    /// An agent does something in the Page Inbox.
    pub fn inbox_acts(self: &Arc<Self>, person: Psid, act: InboxAct) -> Acted {
        self.happens(Record::Inbox { person, act: act.clone() }, Input::Inbox { person, act })
    }

    /// An admin changes something.
    pub fn admin_changes(self: &Arc<Self>, line: LineId, change: AdminChange) -> Acted {
        self.happens(Record::Admin { line, change: change.clone() }, Input::Admin { line, change })
    }

    fn happens(self: &Arc<Self>, record: Record, input: Input) -> Acted {
        let mut state = self.lock_on_time();
        let (result, applied) = state.apply(record, None, input);
        // Nobody waits for an answer to it, so nothing waits for the answer.
        let start = state.queue_all(applied.outgoing.into_iter().chain(applied.echoes));
        drop(state);
        webhooks::start(self, start);
        self.notify();
        Acted { seq: applied.seq, result }
    }

    /// Writes into the journal what a step is about to do with a bot's process.
    pub fn bot(&self, app: AppId, order: BotOrder) {
        self.lock().write_down(Record::Bot { app, order });
        self.notify();
    }

    /// Writes a remark into the journal.
    pub fn note(&self, text: &str) {
        self.lock().write_down(Record::Note { text: text.into() });
        self.notify();
    }

    /// Writes into the journal what became of a call for another host.
    pub(crate) fn proxied(&self, host: Arc<str>, passage: Passage, passed: Passed, count: u64) {
        self.lock().write_down(Record::Proxied { host, passage, passed, count });
        self.notify();
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.lock().clock.read()
    }

    /// The virtual time for the header `X-Emulator-Now`.
    pub(crate) fn now_header(&self) -> HeaderValue {
        self.lock().now_header()
    }

    /// The next moment at which something is due by itself.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.lock().next_deadline()
    }

    /// The time by which a duration from now has passed.
    pub fn after(&self, span: Span) -> Timestamp {
        self.now() + span
    }

    /// The number of the newest entry.
    pub fn last_seq(&self) -> u64 {
        self.lock().journal.next_seq() - 1
    }

    /// The entries behind a number; the oldest number that is still kept, when some of them are gone.
    ///
    /// # Errors
    ///
    /// When entries behind the number are no longer kept.
    pub fn entries_after(&self, seq: u64) -> Result<Vec<Entry>, u64> {
        let state = self.lock();
        let oldest = state.journal.oldest();
        if seq.saturating_add(1) < oldest {
            return Err(oldest);
        }
        Ok(state.journal.after(seq).cloned().collect())
    }

    /// One entry.
    pub fn entry(&self, seq: u64) -> Option<Entry> {
        self.lock().journal.get(seq).cloned()
    }

    /// What an input led to at once: the effects of the entry of that number.
    pub fn effects_of(&self, seq: u64) -> Vec<Entry> {
        let state = self.lock();
        // Whatever an input leads to is written behind it while the lane is locked.
        let effects = state
            .journal
            .after(seq)
            .take_while(|entry| entry.effect().is_some() && entry.cause == Some(Cause::certain(seq)));
        effects.cloned().collect()
    }

    /// The names of the apps that a delivery is on its way to.
    pub fn delivers_to(&self) -> Vec<String> {
        self.lock().delivers_to()
    }

    /// The calls that were refused and why, as far as the journal is kept.
    pub fn refused_calls(&self) -> Vec<(Entry, Arc<GraphError>)> {
        let state = self.lock();
        let refused = state.journal.after(0).filter_map(|entry| {
            let Record::Refused { error, .. } = &entry.record else { return None };
            Some((state.journal.get(entry.cause?.seq)?.clone(), Arc::clone(error)))
        });
        refused.collect()
    }

    /// What apps and people are called.
    pub fn names(&self) -> Names {
        self.lock().names.clone()
    }

    /// The people by name.
    pub const fn people(&self) -> &People {
        &self.people
    }

    /// The id that the Page has for the person of that name.
    pub fn person(&self, name: &str, page: PageId) -> Option<Psid> {
        self.people.get(name)?.get(&page).copied()
    }

    /// The state of a person's conversation.
    pub fn conversation(&self, person: Psid) -> Option<Conversation> {
        self.lock().world.conversations.get(&person).cloned()
    }

    /// Who may answer the person, whether anything was said or not.
    pub fn control(&self, person: Psid) -> Control {
        self.lock().world.control(person)
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.lock().world.settings)
    }

    /// True when the app is real: deliveries go to a webhook, not to the steps.
    pub fn is_real(&self, app: AppId) -> bool {
        self.shared.endpoint(app).is_some()
    }

    /// True when two sends into one conversation were open at once, so that their order is chance.
    pub fn is_raced(&self) -> bool {
        self.lock().raced
    }

    pub(crate) fn next_delivery(&self, key: QueueKey) -> Option<Outgoing> {
        let next = self.lock().next_delivery(key);
        if next.is_none() {
            self.notify();
        }
        next
    }

    /// A delivery that an app may answer to is on its way; the ear tells when it has answered.
    pub(crate) fn delivery_leaves(&self, outgoing: &Outgoing, ear: &Arc<Ear>) {
        self.lock().turn_begins(outgoing, Some(Arc::clone(ear)));
    }

    pub(crate) fn delivery_tried(
        self: &Arc<Self>,
        outgoing: &Outgoing,
        result: AttemptResult,
        took: Duration,
    ) {
        if result.is_acknowledged() {
            self.shared.acknowledged(outgoing.delivery.app);
        }
        let start = self.lock().delivery_tried(outgoing, result, took);
        webhooks::start(self, start);
        self.notify();
    }

    pub(crate) fn retry_later(&self, outgoing: Outgoing, wait: Span) {
        self.lock().retry_later(outgoing, wait);
        self.notify();
    }

    pub(crate) fn call_answered(&self, open: &mut OpenCall) {
        self.lock().call_answered(open);
    }

    /// The call was answered: its echoes may leave.
    pub(crate) fn call_closed(self: &Arc<Self>, open: OpenCall) {
        let keys = self.lock().call_closed(open);
        webhooks::start(self, keys);
        self.notify();
    }

    /// Keeps the lane from being settled until it is dropped: a call cannot be decided yet.
    pub(crate) fn pending(self: &Arc<Self>) -> Pending {
        self.lock().call_waits();
        Pending(Arc::clone(self))
    }

    /// The whole state, to be compared.
    pub fn world(&self) -> World {
        self.lock().world.clone()
    }

    /// Waits until everything so far is in the journal file, if there is one. False when it cannot be
    /// written.
    pub async fn file_written(&self) -> bool {
        let Some(file) = self.shared.file() else { return true };
        let position = self.lock().file_position();
        file.written(position).await.is_ok()
    }
}
