//! Everything of a lane that changes, changed in one synchronous piece at a time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use emulator_core::{
    AppId, Context, Digest, Effect, Event, Ids, Input, Outcome, Psid, Span, Timer, Timestamp, World, step,
};

use crate::clock::{Clock, ClockMode, Stopwatch, Wall};
use crate::graph::GraphError;
use crate::journal::{Call, Cause, Entry, Journal, Names, Record, entry_to_json};
use crate::shared::Shared;
use crate::webhooks::{Outgoing, QueueKey};

/// How many deliveries may wait for one app in one conversation.
const QUEUE_LIMIT: usize = 10_000;

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
    echoes: Vec<Outgoing>,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "delivery {}", self.seq)
    }
}

/// What applying an input led to.
pub(crate) struct Applied {
    pub(crate) seq: u64,
    pub(crate) outcome: Outcome,
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
    queues: BTreeMap<QueueKey, VecDeque<Outgoing>>,
    retries: BTreeMap<(Timestamp, u64), Outgoing>,
    heard: BTreeMap<QueueKey, Heard>,
    writing: BTreeMap<Psid, u32>,
    traces: BTreeMap<(Option<AppId>, Option<Psid>), u64>,
    open_calls: usize,
    moves: u64,
}

impl LaneState {
    pub(crate) fn new(shared: Arc<Shared>, lane: &str, world: World, mode: ClockMode) -> Self {
        let people = world.people.iter().map(|(psid, person)| (*psid, Arc::clone(&person.name))).collect();
        Self {
            names: Names { apps: Arc::clone(&shared.app_names), people },
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
            retries: BTreeMap::new(),
            heard: BTreeMap::new(),
            writing: BTreeMap::new(),
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

    pub(crate) const fn file_position(&self) -> u64 {
        self.file_position
    }

    /// Lets an input happen and writes down what it led to.
    pub(crate) fn apply(&mut self, root: Record, cause: Option<Cause>, input: Input) -> Applied {
        let now = self.clock.read();
        let context = Context { now, ids: &self.ids };
        let outcome = step(&mut self.world, input, &context);
        let mut entry = self.entry(now, cause, root);
        if let Ok(accepted) = &outcome {
            entry.rule = Some(accepted.rule);
            entry.saw = accepted.saw;
        }
        let wall = entry.wall;
        let seq = self.append(entry);
        let mut start = Vec::new();
        let mut echoes = Vec::new();
        if let Ok(accepted) = &outcome {
            for decided in &accepted.effects {
                let record = Record::Effect(decided.effect.clone());
                let next = self.journal.next_seq();
                let cause = Some(Cause::certain(seq));
                let (rule, saw) = (Some(decided.rule), decided.saw);
                let number = self.append(Entry { seq: next, at: now, cause, rule, saw, record, wall });
                if let Effect::Deliver(delivery) = &decided.effect
                    && self.shared.endpoint(delivery.app).is_some()
                {
                    let outgoing = Outgoing::new(number, delivery.clone());
                    match delivery.event {
                        Event::Echo { .. } => echoes.push(outgoing),
                        Event::Message { .. }
                        | Event::PassThreadControl { .. }
                        | Event::TakeThreadControl { .. }
                        | Event::RequestThreadControl { .. } => start.extend(self.queue(outgoing)),
                    }
                }
            }
        }
        Applied { seq, outcome, start, echoes }
    }

    /// Puts a delivery into its queue; says the queue's key when nobody works it off yet.
    pub(crate) fn queue(&mut self, outgoing: Outgoing) -> Option<QueueKey> {
        let key = outgoing.key();
        let idle = !self.queues.contains_key(&key);
        let queue = self.queues.entry(key).or_default();
        if queue.len() < QUEUE_LIMIT {
            queue.push_back(outgoing);
        }
        idle.then_some(key)
    }

    /// The next delivery of a queue, or the end of the work on it.
    pub(crate) fn next_delivery(&mut self, key: QueueKey) -> Option<Outgoing> {
        let next = self.queues.get_mut(&key).and_then(VecDeque::pop_front);
        match &next {
            None => {
                self.queues.remove(&key);
            }
            Some(outgoing) => {
                self.touched = true;
                self.last_contact = Some(Stopwatch::start());
                if outgoing.is_cause() {
                    let heard = Heard { seq: outgoing.seq, moves: self.moves, acknowledged: None };
                    self.heard.insert(key, heard);
                }
            }
        }
        next
    }

    /// Notes how a try went.
    pub(crate) fn delivery_tried(
        &mut self,
        outgoing: &Outgoing,
        result: crate::journal::AttemptResult,
        took: Duration,
    ) {
        let now = self.clock.read();
        self.last_contact = Some(Stopwatch::start());
        if let Some(heard) = self.heard.get_mut(&outgoing.key())
            && heard.seq == outgoing.seq
        {
            heard.acknowledged = result.is_acknowledged().then(Stopwatch::start);
        }
        let record = Record::Attempt {
            app: outgoing.delivery.app,
            person: outgoing.delivery.person,
            delivery: outgoing.seq,
            number: outgoing.failed + 1,
            result,
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        let mut entry = self.entry(now, Some(Cause::certain(outgoing.seq)), record);
        entry.rule = Some(emulator_core::RuleId::RetriesForAnHour);
        self.append(entry);
    }

    pub(crate) fn retry_later(&mut self, outgoing: Outgoing, wait: Span) {
        let at = self.clock.read() + wait;
        self.retries.insert((at, outgoing.seq), outgoing);
    }

    /// Notes that a real app has a call open, and finds what it is likely answering to.
    pub(crate) fn call_opened(&mut self, call: &Call) -> (OpenCall, Option<Cause>) {
        self.open_calls += 1;
        self.touched = true;
        let writes = !call.kind.reads_only();
        let heard = call.app.zip(call.person).and_then(|key| self.heard.get(&key));
        if let Some(heard) = heard {
            if let Some(acknowledged) = heard.acknowledged {
                self.shared.saw_gap(acknowledged.elapsed());
            }
            let frozen = matches!(self.clock.mode(), ClockMode::Frozen { .. });
            if writes && frozen && heard.moves < self.moves && self.late.is_none() {
                self.late = Some(heard.acknowledged.map_or(Duration::ZERO, Stopwatch::elapsed));
            }
        }
        let cause = heard.map(|heard| Cause { seq: heard.seq, assumed: true });
        let writes_to = call.person.filter(|_| writes);
        if let Some(person) = writes_to {
            let open = self.writing.entry(person).or_default();
            *open += 1;
            self.raced |= *open > 1;
        }
        (OpenCall { writes_to, echoes: Vec::new() }, cause)
    }

    /// Lets the call's echoes wait until it has been answered.
    pub(crate) fn hold(&mut self, open: &mut OpenCall, echoes: Vec<Outgoing>) {
        open.echoes = echoes;
    }

    /// Notes that the answer is on its way.
    pub(crate) fn call_answered(&mut self, open: &mut OpenCall) {
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
        open.echoes.into_iter().filter_map(|echo| self.queue(echo)).collect()
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
        applied.start.extend(applied.echoes.into_iter().filter_map(|echo| self.queue(echo)));
        applied.start
    }

    pub(crate) fn clock_moved(&mut self, to: Timestamp) -> u64 {
        self.moves += 1;
        let now = self.clock.read();
        let entry = self.entry(now, None, Record::Clock { to });
        self.append(entry)
    }

    /// True when no delivery is in flight or due and no call is open.
    pub(crate) fn is_settled(&self) -> bool {
        self.queues.is_empty() && self.open_calls == 0
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
