//! Everything of a lane that changes, changed in one synchronous piece at a time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use emulator_core::{
    Accepted, Answer, AppId, Context, Decided, Delivery, Digest, Effect, Ids, Input, Psid, Refusal, Span,
    Timer, Timestamp, World, step,
};
use hyper::header::HeaderValue;

use super::given_up::{CROWDED_OUT, SWITCHED_OFF};
use super::turns::Turn;
use crate::clock::{Clock, ClockMode, Stopwatch, Wall, rfc3339};
use crate::graph::GraphError;
use crate::journal::{AttemptResult, Call, Cause, Entry, Journal, Names, Record, entry_to_json};
use crate::shared::Shared;
use crate::webhooks::{Outgoing, QueueKey};

/// How many deliveries may wait for one app.
const WAITING_LIMIT: usize = 10_000;
/// From how many waiting deliveries on senders are slowed down.
const CROWDED: usize = 5_000;

/// The newest delivery that an app may be answering to.
struct Heard {
    seq: u64,
    /// How many times the clock had been moved by then.
    moves: u64,
    acknowledged: Option<Stopwatch>,
}

/// A call that a real app has open.
#[derive(Debug)]
pub(crate) struct OpenCall {
    writes_to: Option<Psid>,
    pub(super) echoes: Vec<Outgoing>,
    /// Queues with echoes that leave before the answer does.
    pub(super) ahead: Vec<QueueKey>,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "delivery {}", self.seq)
    }
}

impl OpenCall {
    /// True when it matters whether another call is open at the same time.
    pub(crate) const fn can_race(&self) -> bool {
        self.writes_to.is_some()
    }

    /// The queues that the answer waits for.
    pub(crate) fn ahead(&self) -> &[QueueKey] {
        &self.ahead
    }
}

/// What applying an input led to.
pub(crate) struct Applied {
    pub(crate) seq: u64,
    /// What the caller is told, or why it was refused.
    pub(crate) result: Result<Answer, Refusal>,
    /// Queues that someone must start to work off.
    pub(crate) start: Vec<QueueKey>,
    /// Echoes, which leave once the call has been answered.
    pub(crate) echoes: Vec<Outgoing>,
}

pub(crate) struct LaneState {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) names: Names,
    pub(crate) raced: bool,
    /// The real time between the last delivery and a call that came after the clock had moved on.
    pub(crate) late: Option<Duration>,
    pub(crate) last_contact: Option<Stopwatch>,
    /// True when a real app got something since the lane was last quiet.
    pub(crate) touched: bool,
    shared: Arc<Shared>,
    file_prefix: String,
    file_position: u64,
    ids: Ids,
    pub(super) queues: BTreeMap<QueueKey, VecDeque<Outgoing>>,
    /// How many deliveries wait in the queues of an app.
    waiting: BTreeMap<AppId, usize>,
    pub(super) retries: BTreeMap<(Timestamp, u64), Outgoing>,
    heard: BTreeMap<QueueKey, Heard>,
    /// What apps are handling, echoes aside.
    pub(super) turns: BTreeMap<QueueKey, Turn>,
    /// Queues in which echoes come next that wait for the end of a turn. Nobody works them off.
    pub(super) paused: BTreeSet<QueueKey>,
    writing: BTreeMap<Psid, u32>,
    /// The virtual time as it stands in headers, and when that was written.
    now_header: (Timestamp, HeaderValue),
    traces: BTreeMap<(Option<AppId>, Option<Psid>), u64>,
    open_calls: usize,
    moves: u64,
}

impl LaneState {
    pub(crate) fn new(shared: Arc<Shared>, lane: &str, world: World, mode: ClockMode) -> Self {
        let people = world.people.iter().map(|(psid, person)| (*psid, Arc::clone(&person.name))).collect();
        Self {
            names: Names { apps: Arc::clone(&shared.app_names), people: Arc::new(people) },
            ids: Ids::new(shared.seed, lane),
            file_prefix: format!("{{\"lane\":{},", serde_json::Value::from(lane)),
            shared,
            world,
            clock: Clock::new(mode),
            journal: Journal::default(),
            raced: false,
            late: None,
            last_contact: None,
            touched: false,
            file_position: 0,
            queues: BTreeMap::new(),
            waiting: BTreeMap::new(),
            retries: BTreeMap::new(),
            heard: BTreeMap::new(),
            turns: BTreeMap::new(),
            paused: BTreeSet::new(),
            writing: BTreeMap::new(),
            now_header: (Timestamp(i64::MIN), HeaderValue::from_static("")),
            traces: BTreeMap::new(),
            open_calls: 0,
            moves: 0,
        }
    }

    /// Appends an entry and says its number.
    pub(crate) fn append(&mut self, entry: Entry) -> u64 {
        let seq = entry.seq;
        if let Some(file) = self.shared.file() {
            let line = entry_to_json(&entry, &self.names);
            self.file_position = file.append(&format!("{}{}", self.file_prefix, &line[1..]));
        }
        self.journal.push(entry);
        seq
    }

    /// An entry without rule or facts, as of now.
    pub(crate) fn entry(&self, at: Timestamp, cause: Option<Cause>, record: Record) -> Entry {
        let seq = self.journal.next_seq();
        Entry { seq, at, cause, rule: None, saw: emulator_core::Saw::default(), record, wall: Wall::now() }
    }

    /// The virtual time for the header `X-Emulator-Now`.
    pub(crate) fn now_header(&mut self) -> HeaderValue {
        let now = self.clock.read();
        if self.now_header.0 != now {
            let text = HeaderValue::from_str(&rfc3339(now));
            self.now_header = (now, text.unwrap_or_else(|_| HeaderValue::from_static("")));
        }
        self.now_header.1.clone()
    }

    pub(crate) const fn file_position(&self) -> u64 {
        self.file_position
    }

    /// Lets an input happen and writes down what it led to.
    pub(crate) fn apply(&mut self, root: Record, cause: Option<Cause>, input: Input) -> Applied {
        let now = self.clock.read();
        let context = Context { now, ids: &self.ids };
        let outcome = step(&mut self.world, input, &context);
        let is_call = matches!(root, Record::Call(_));
        let mut entry = self.entry(now, cause, root);
        if let Ok(accepted) = &outcome {
            entry.rule = Some(accepted.rule);
            entry.saw = accepted.saw;
        }
        let seq = self.append(entry);
        let mut applied = Applied { seq, result: Ok(Answer::Done), start: Vec::new(), echoes: Vec::new() };
        match outcome {
            Ok(Accepted { answer, effects, .. }) => {
                applied.result = Ok(answer);
                for decided in effects {
                    self.takes_effect(decided, seq, &mut applied);
                }
            }
            Err(refusal) => {
                // A refused call gets its entry once it is known what the caller is told.
                if !is_call {
                    let record = Record::Declined(refusal.kind);
                    let mut entry = self.entry(now, Some(Cause::certain(seq)), record);
                    entry.rule = Some(refusal.rule);
                    entry.saw = refusal.saw;
                    self.append(entry);
                }
                applied.result = Err(refusal);
            }
        }
        applied
    }

    /// Writes down what happened and lets it out.
    fn takes_effect(&mut self, decided: Decided, cause: u64, applied: &mut Applied) {
        let Decided { rule, saw, effect } = decided;
        let outgoing = self.outgoing(&effect);
        let disabled =
            if let Effect::WebhooksDisabled { page, app } = effect { Some((page, app)) } else { None };
        let now = self.clock.read();
        let entry = self.entry(now, Some(Cause::certain(cause)), Record::Effect(effect));
        self.append(Entry { rule: Some(rule), saw, ..entry });
        if let Some((page, app)) = disabled {
            self.give_up(page, app);
        }
        match outgoing {
            Some(outgoing) if outgoing.follows_answer() => applied.echoes.push(outgoing),
            Some(outgoing) => applied.start.extend(self.queue(outgoing)),
            None => {}
        }
    }

    /// The delivery to a real app of which the next entry tells.
    pub(super) fn outgoing(&self, effect: &Effect) -> Option<Outgoing> {
        let Effect::Deliver(delivery) = effect else { return None };
        self.shared.endpoint(delivery.app)?;
        Some(Outgoing::new(self.journal.next_seq(), delivery.clone()))
    }

    /// Puts deliveries into their queues; says which queues to start.
    pub(crate) fn queue_all(&mut self, outgoing: Vec<Outgoing>) -> Vec<QueueKey> {
        outgoing.into_iter().filter_map(|outgoing| self.queue(outgoing)).collect()
    }

    /// Puts a delivery into its queue; says the queue's key when nobody works it off yet.
    pub(crate) fn queue(&mut self, outgoing: Outgoing) -> Option<QueueKey> {
        if self.is_switched_off(&outgoing) {
            self.dropped(&outgoing, SWITCHED_OFF);
            return None;
        }
        let key = outgoing.key();
        let waiting = self.waiting.entry(key.0).or_default();
        if *waiting >= WAITING_LIMIT {
            self.dropped(&outgoing, CROWDED_OUT);
            return None;
        }
        *waiting += 1;
        let idle = !self.queues.contains_key(&key);
        self.queues.entry(key).or_default().push_back(outgoing);
        idle.then_some(key)
    }

    /// True when so many deliveries wait for an app that senders should be slower.
    pub(crate) fn is_crowded(&self) -> bool {
        self.waiting.values().any(|waiting| *waiting >= CROWDED)
    }

    /// The next delivery of a queue, or the end of the work on it.
    pub(crate) fn next_delivery(&mut self, key: QueueKey) -> Option<Outgoing> {
        let waits = |queue: &VecDeque<Outgoing>| queue.front().is_some_and(|next| next.within.is_some());
        if self.queues.get(&key).is_some_and(waits) {
            self.paused.insert(key);
            return None;
        }
        let next = self.queues.get_mut(&key).and_then(VecDeque::pop_front);
        match &next {
            None => {
                self.queues.remove(&key);
            }
            Some(outgoing) => {
                self.waits_no_longer(key.0, 1);
                self.touched = true;
                self.last_contact = Some(Stopwatch::start());
                if !outgoing.follows_answer() {
                    self.turn_begins(outgoing, None);
                    let heard = Heard { seq: outgoing.seq, moves: self.moves, acknowledged: None };
                    self.heard.insert(key, heard);
                }
            }
        }
        next
    }

    pub(super) fn waits_no_longer(&mut self, app: AppId, how_many: usize) {
        if let Some(waiting) = self.waiting.get_mut(&app) {
            *waiting = waiting.saturating_sub(how_many);
        }
    }

    /// Notes how a try went; says which queues to start.
    pub(crate) fn delivery_tried(
        &mut self,
        outgoing: &Outgoing,
        result: AttemptResult,
        took: Duration,
    ) -> Vec<QueueKey> {
        self.last_contact = Some(Stopwatch::start());
        if let Some(heard) = self.heard.get_mut(&outgoing.key())
            && heard.seq == outgoing.seq
        {
            heard.acknowledged = result.is_acknowledged().then(Stopwatch::start);
        }
        let Delivery { page, app, .. } = outgoing.delivery;
        let input = Input::DeliveryTried { page, app, acknowledged: result.is_acknowledged() };
        self.apply(outgoing.attempt(result, took), Some(Cause::certain(outgoing.seq)), input);
        if outgoing.follows_answer() { Vec::new() } else { self.turn_ends(outgoing.key()) }
    }

    pub(crate) fn retry_later(&mut self, outgoing: Outgoing, wait: Span) {
        if self.is_switched_off(&outgoing) {
            return self.dropped(&outgoing, SWITCHED_OFF);
        }
        let at = self.clock.read() + wait;
        self.retries.insert((at, outgoing.seq), outgoing);
    }

    /// Notes that a real app has a call open, and finds what it is likely answering to.
    pub(crate) fn call_opened(&mut self, call: &Call) -> (OpenCall, Option<Cause>) {
        self.open_calls += 1;
        self.touched = true;
        let writes = !call.kind.reads_only();
        let frozen = matches!(self.clock.mode(), ClockMode::Frozen { .. });
        let heard = call.app.and_then(|app| self.heard.get(&(app, Some(call.person?))));
        if let Some(heard) = heard {
            if let Some(acknowledged) = heard.acknowledged {
                self.shared.saw_gap(acknowledged.elapsed());
            }
            if writes && frozen && heard.moves < self.moves && self.late.is_none() {
                self.late = Some(heard.acknowledged.map_or(Duration::ZERO, Stopwatch::elapsed));
            }
        }
        let cause = heard.map(|heard| Cause { seq: heard.seq, assumed: true });
        // On a real clock nobody is promised the same bytes twice.
        let writes_to = call.person.filter(|_| writes && frozen);
        if let Some(person) = writes_to {
            let open = self.writing.entry(person).or_default();
            *open += 1;
            self.raced |= *open > 1;
        }
        (OpenCall { writes_to, echoes: Vec::new(), ahead: Vec::new() }, cause)
    }

    /// Notes that a call waits for something else before it can be decided.
    pub(crate) const fn call_waits(&mut self) {
        self.open_calls += 1;
    }

    /// Notes that it waits no longer.
    pub(crate) const fn call_waits_no_longer(&mut self) {
        self.open_calls -= 1;
    }

    /// Notes that the answer is on its way. Where the echoes go is decided before it leaves, unless the
    /// app is still in its handler, so that what it does next cannot change it by being fast.
    pub(crate) fn call_answered(&mut self, open: &mut OpenCall) {
        let echoes = std::mem::take(&mut open.echoes).into_iter();
        let decided = echoes.filter_map(|echo| match echo.within {
            Some((app, seq)) if self.handles(app, echo.delivery.person) != Some(seq) => self.leaving(echo),
            Some(_) | None => Some(echo),
        });
        open.echoes = decided.collect();
        if let Some(person) = open.writes_to.take()
            && let Some(open) = self.writing.get_mut(&person)
        {
            *open -= 1;
            if *open == 0 {
                self.writing.remove(&person);
            }
        }
    }

    /// Notes that the answer has left; says which queues to start.
    pub(crate) fn call_closed(&mut self, mut open: OpenCall) -> Vec<QueueKey> {
        self.call_answered(&mut open);
        self.open_calls -= 1;
        self.last_contact = Some(Stopwatch::start());
        self.queue_all(open.echoes)
    }

    /// A refused call, with the trace id of its answer.
    pub(crate) fn refused(&mut self, call: &Call, seq: u64, error: &Arc<GraphError>) -> Arc<str> {
        let count = self.traces.entry((call.app, call.person)).or_default();
        *count += 1;
        let named = Digest::new()
            .number(call.app.map_or(0, |app| app.0))
            .number(call.person.map_or(0, |person| person.0))
            .bytes(call.kind.verb().as_bytes());
        let trace: Arc<str> = self.ids.trace(named, *count).into();
        let now = self.clock.read();
        let record = Record::Refused { app: call.app, error: Arc::clone(error), trace: Arc::clone(&trace) };
        let mut entry = self.entry(now, Some(Cause::certain(seq)), record);
        entry.rule = Some(error.rule);
        entry.saw = error.saw;
        self.append(entry);
        trace
    }

    /// The next moment at which something is due by itself.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let timer = self.world.timers.next().map(|timer| timer.at);
        let retry = self.retries.first_key_value().map(|((at, _), _)| *at);
        timer.into_iter().chain(retry).min()
    }

    /// Fires the next deadline if it has come by `until`. Says which queues to start; nothing when
    /// nothing was due.
    pub(crate) fn fire_next(&mut self, until: Timestamp, cause: Option<Cause>) -> Option<Vec<QueueKey>> {
        let deadline = self.next_deadline().filter(|deadline| *deadline <= until)?;
        self.clock.reach(deadline);
        match self.world.timers.next() {
            Some(timer) if timer.at == deadline => Some(self.fire(timer, cause)),
            Some(_) | None => {
                let ((_, _), outgoing) = self.retries.pop_first()?;
                Some(self.queue(outgoing).into_iter().collect())
            }
        }
    }

    fn fire(&mut self, timer: Timer, cause: Option<Cause>) -> Vec<QueueKey> {
        let mut applied = self.apply(Record::Fired(timer), cause, Input::TimerFired(timer));
        applied.start.extend(self.queue_all(applied.echoes));
        applied.start
    }

    pub(crate) fn clock_moved(&mut self, to: Timestamp) -> u64 {
        self.moves += 1;
        let now = self.clock.read();
        let entry = self.entry(now, None, Record::Clock { to });
        self.append(entry)
    }

    /// True when somebody works on a queue.
    pub(crate) fn is_busy(&self, key: QueueKey) -> bool {
        self.queues.contains_key(&key)
    }

    /// True when no delivery is in flight or due and no call is open.
    pub(crate) fn is_settled(&self) -> bool {
        self.queues.is_empty() && self.open_calls == 0
    }

    /// Who keeps the lane from being quiet, in words.
    pub(crate) fn restless(&self) -> String {
        let mut calls = self.journal.newest().filter_map(|entry| Some((entry.seq, entry.call()?)));
        let Some((seq, call)) = calls.find(|(_, call)| !call.played) else {
            return "it to be left alone".to_owned();
        };
        let who =
            call.app.map_or_else(|| "an unknown app".to_owned(), |app| format!("`{}`", self.names.app(app)));
        format!("{who} to be quiet: it calls again and again, last {} (entry {seq})", call.kind.verb())
    }

    /// What the lane is waiting for, in words.
    pub(crate) fn unsettled(&self) -> Vec<String> {
        let app = |key: &QueueKey| self.names.app(key.0);
        let mut waits: Vec<String> =
            self.queues.keys().map(|key| format!("a delivery to `{}`", app(key))).collect();
        if self.open_calls > 0 {
            waits.push(format!("{} open Graph calls", self.open_calls));
        }
        waits.dedup();
        waits
    }
}
