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
use super::replay::Arrears;
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
    /// What is to be sent, in order.
    pub(crate) outgoing: Vec<Outgoing>,
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
    /// What an earlier run has left to be made up for.
    pub(crate) arrears: Option<Arrears>,
    pub(super) shared: Arc<Shared>,
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
            arrears: None,
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
            self.file_position = file.append(&self.line(&entry));
        }
        self.journal.push(entry);
        seq
    }

    /// The entry as it stands in a file, where every line names its lane.
    pub(crate) fn line(&self, entry: &Entry) -> String {
        format!("{}{}", self.file_prefix, &entry_to_json(entry, &self.names)[1..])
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

    /// Lets an input happen and writes down what it led to. The caller is told the answer, or why it
    /// was refused.
    pub(crate) fn apply(
        &mut self,
        root: Record,
        cause: Option<Cause>,
        input: Input,
    ) -> (Result<Answer, Refusal>, Applied) {
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
        let mut applied = Applied { seq, outgoing: Vec::new(), echoes: Vec::new() };
        match outcome {
            Ok(Accepted { answer, effects, .. }) => {
                let off = effects.iter().find_map(|decided| {
                    let Effect::WebhooksDisabled { page, app } = decided.effect else { return None };
                    Some((page, app))
                });
                for decided in effects {
                    self.takes_effect(decided, (seq, now), &mut applied);
                }
                if let Some((page, app)) = off {
                    self.give_up(page, app);
                }
                (Ok(answer), applied)
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
                (Err(refusal), applied)
            }
        }
    }

    /// Writes down what happened, at the time of what led to it.
    fn takes_effect(&mut self, decided: Decided, (cause, at): (u64, Timestamp), applied: &mut Applied) {
        let Decided { rule, saw, effect } = decided;
        let outgoing = self.outgoing(&effect);
        let entry = self.entry(at, Some(Cause::certain(cause)), Record::Effect(effect));
        self.append(Entry { rule: Some(rule), saw, ..entry });
        match outgoing {
            Some(outgoing) if outgoing.follows_answer() => applied.echoes.push(outgoing),
            Some(outgoing) => applied.outgoing.push(outgoing),
            None => {}
        }
    }

    /// The delivery of which the next entry tells: to a real app, or of an echo that may yet go elsewhere.
    pub(super) fn outgoing(&self, effect: &Effect) -> Option<Outgoing> {
        let Effect::Deliver(delivery) = effect else { return None };
        let outgoing = || Outgoing::new(self.journal.next_seq(), delivery.clone());
        (self.is_real(delivery.app) || delivery.event.follows_send()).then(outgoing)
    }

    pub(super) fn is_real(&self, app: AppId) -> bool {
        self.shared.endpoint(app).is_some()
    }

    /// Puts deliveries into their queues; says which of these somebody must start to work off.
    pub(crate) fn queue_all(&mut self, outgoing: impl IntoIterator<Item = Outgoing>) -> Vec<QueueKey> {
        outgoing.into_iter().filter_map(|outgoing| self.queue(outgoing)).collect()
    }

    /// Puts a delivery into its queue; says the queue's key when nobody works it off yet.
    fn queue(&mut self, outgoing: Outgoing) -> Option<QueueKey> {
        // What an app that steps play hears stands in the journal.
        if !self.is_real(outgoing.delivery.app) && outgoing.within.is_none() {
            return None;
        }
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
        let Some(outgoing) = &next else {
            self.queues.remove(&key);
            return None;
        };
        self.waits_no_longer(key.0, 1);
        self.touched = true;
        self.last_contact = Some(Stopwatch::start());
        if !outgoing.follows_answer() {
            self.turn_begins(outgoing, None);
        }
        self.heard(outgoing);
        next
    }

    /// Notes that a delivery is begun, which its app may answer to.
    pub(crate) fn heard(&mut self, outgoing: &Outgoing) {
        if !outgoing.follows_answer() {
            let heard = Heard { seq: outgoing.seq, moves: self.moves, acknowledged: None };
            self.heard.insert(outgoing.key(), heard);
        }
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
        // How deliveries go is told to nobody, so there is nothing to send.
        let _ = self.apply(outgoing.attempt(result, took), Some(Cause::certain(outgoing.seq)), input);
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

    /// Notes a call by which nothing happens in the world.
    pub(crate) fn log(&mut self, call: &Call, cause: Option<Cause>) -> u64 {
        let now = self.clock.read();
        let entry = self.entry(now, cause, Record::Call(call.clone()));
        self.append(entry)
    }

    /// A call that is refused at the time at which it was made, with the trace id of its answer.
    pub(crate) fn refused(&mut self, call: &Call, seq: u64, error: &Arc<GraphError>) -> Arc<str> {
        let count = self.traces.entry((call.app, call.person)).or_default();
        *count += 1;
        let named = Digest::new()
            .number(call.app.map_or(0, |app| app.0))
            .number(call.person.map_or(0, |person| person.0))
            .bytes(call.kind.verb().as_bytes());
        let trace: Arc<str> = self.ids.trace(named, *count).into();
        let at = self.journal.get(seq).map(|call| call.at);
        let at = at.unwrap_or_else(|| self.clock.read());
        let record = Record::Refused { app: call.app, error: Arc::clone(error), trace: Arc::clone(&trace) };
        let mut entry = self.entry(at, Some(Cause::certain(seq)), record);
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
        self.clock.move_to(deadline);
        match self.world.timers.next() {
            Some(timer) if timer.at == deadline => Some(self.fire(timer, cause)),
            Some(_) | None => {
                let ((_, _), outgoing) = self.retries.pop_first()?;
                Some(self.queue_all([outgoing]))
            }
        }
    }

    /// Lets a deadline come.
    pub(crate) fn fired(&mut self, timer: Timer, cause: Option<Cause>) -> Applied {
        self.apply(Record::Fired(timer), cause, Input::TimerFired(timer)).1
    }

    fn fire(&mut self, timer: Timer, cause: Option<Cause>) -> Vec<QueueKey> {
        let applied = self.fired(timer, cause);
        self.queue_all(applied.outgoing.into_iter().chain(applied.echoes))
    }

    /// Writes a remark down.
    pub(crate) fn note(&mut self, text: Arc<str>) {
        let now = self.clock.read();
        let entry = self.entry(now, None, Record::Note { text });
        self.append(entry);
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
        self.queues.is_empty() && self.is_answered()
    }

    /// True when no call is open.
    pub(crate) const fn is_answered(&self) -> bool {
        self.open_calls == 0
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
