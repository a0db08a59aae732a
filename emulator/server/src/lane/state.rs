//! Everything of a lane that changes, changed in one synchronous piece at a time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use emulator_core::{
    Accepted, Answer, AppId, Context, Decided, Effect, Ids, Input, Psid, Refusal, Timestamp, World, step,
};
use hyper::header::HeaderValue;

use super::replay::Arrears;
use super::rest::{Doubt, Late};
use super::turns::Turn;
use crate::clock::{Clock, ClockMode, Stopwatch, Wall, rfc3339};
use crate::journal::{Cause, Entry, Journal, Names, Record, entry_to_json};
use crate::shared::Shared;
use crate::webhooks::{Outgoing, QueueKey};

/// The newest delivery that an app may be answering to.
pub(super) struct Heard {
    pub(super) seq: u64,
    /// How many times the clock had been moved by then.
    pub(super) moves: u64,
    pub(super) acknowledged: Option<Stopwatch>,
    /// Whether the app made a message or a control call since.
    pub(super) answered: bool,
    /// What the app owed an answer to, in this conversation, when the clock moved.
    pub(super) owed: Option<Owed>,
}

/// An event from before the clock was moved that an app has acknowledged and not answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owed {
    pub(super) delivery: u64,
    pub(super) acknowledged: Stopwatch,
    /// How many events the app has heard in the conversation since.
    pub(super) events: u32,
    /// How many messages or control calls it has made since.
    pub(super) answers: u32,
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
    /// The calls that came for an event from before the clock was moved.
    pub(super) late: Vec<Late>,
    /// The same where the app has also heard something since, so that it may have called because of that.
    pub(super) doubtful: Vec<Doubt>,
    /// When the clock was last moved by a step, in real time.
    pub(super) moved: Option<Stopwatch>,
    pub(crate) last_contact: Option<Stopwatch>,
    /// True when a real app got something since the lane was last quiet.
    pub(crate) touched: bool,
    /// True when something reached a real app, or one called, since the apps last came to rest.
    pub(super) stirred: bool,
    /// Who acknowledged an event and has not answered it yet.
    pub(super) owing: BTreeSet<QueueKey>,
    /// What an earlier run has left to be made up for.
    pub(crate) arrears: Option<Arrears>,
    pub(super) shared: Arc<Shared>,
    file_prefix: String,
    file_position: u64,
    pub(super) ids: Ids,
    pub(super) queues: BTreeMap<QueueKey, VecDeque<Outgoing>>,
    /// How many deliveries wait in the queues of an app.
    pub(super) waiting: BTreeMap<AppId, usize>,
    pub(super) retries: BTreeMap<(Timestamp, u64), Outgoing>,
    pub(super) heard: BTreeMap<QueueKey, Heard>,
    /// What apps are handling, echoes aside.
    pub(super) turns: BTreeMap<QueueKey, Turn>,
    /// Queues in which echoes come next that wait for the end of a turn. Nobody works them off.
    pub(super) paused: BTreeSet<QueueKey>,
    pub(super) writing: BTreeMap<Psid, u32>,
    /// The virtual time as it stands in headers, and when that was written.
    now_header: (Timestamp, HeaderValue),
    pub(super) traces: BTreeMap<(Option<AppId>, Option<Psid>), u64>,
    pub(super) open_calls: usize,
    pub(super) moves: u64,
}

impl LaneState {
    pub(crate) fn new(shared: Arc<Shared>, lane: &str, world: World, mode: ClockMode) -> Self {
        let pages = Arc::clone(&shared.page_names);
        Self {
            names: Names::of(Arc::clone(&shared.app_names), pages, &world),
            ids: Ids::new(shared.seed, lane),
            file_prefix: format!("{{\"lane\":{},", serde_json::Value::from(lane)),
            shared,
            world,
            clock: Clock::new(mode),
            journal: Journal::default(),
            raced: false,
            late: Vec::new(),
            doubtful: Vec::new(),
            moved: None,
            last_contact: None,
            touched: false,
            stirred: false,
            owing: BTreeSet::new(),
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
        self.entry_made(Wall::now(), at, cause, record)
    }

    /// The same for entries that are made together.
    fn entry_made(&self, wall: Wall, at: Timestamp, cause: Option<Cause>, record: Record) -> Entry {
        let seq = self.journal.next_seq();
        Entry { seq, at, cause, rule: None, saw: emulator_core::Saw::default(), record, wall }
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
        let wall = Wall::now();
        let mut entry = self.entry_made(wall, now, cause, root);
        if let Ok(accepted) = &outcome {
            entry.rule = Some(accepted.rule);
            entry.saw = accepted.saw.clone();
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
                    self.takes_effect(decided, (seq, now, wall), &mut applied);
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
                    let mut entry = self.entry_made(wall, now, Some(Cause::certain(seq)), record);
                    entry.rule = Some(refusal.rule);
                    entry.saw = refusal.saw.clone();
                    self.append(entry);
                }
                (Err(refusal), applied)
            }
        }
    }

    /// Writes down what happened, at the time of what led to it.
    fn takes_effect(
        &mut self,
        decided: Decided,
        (cause, at, wall): (u64, Timestamp, Wall),
        applied: &mut Applied,
    ) {
        let Decided { rule, saw, effect } = decided;
        let outgoing = self.outgoing(&effect);
        let entry = self.entry_made(wall, at, Some(Cause::certain(cause)), Record::Effect(effect));
        self.append(Entry { rule: Some(rule), saw, ..entry });
        match outgoing {
            Some(outgoing) if outgoing.follows_answer() => applied.echoes.push(outgoing),
            Some(outgoing) => applied.outgoing.push(outgoing),
            None => {}
        }
    }

    /// Writes down what the world does not hear of, such as a remark.
    pub(crate) fn write_down(&mut self, record: Record) {
        let now = self.clock.read();
        let entry = self.entry(now, None, record);
        self.append(entry);
    }

    pub(crate) fn clock_moved(&mut self, to: Timestamp) -> u64 {
        let now = self.clock.read();
        self.clock_moved_from(now, to)
    }

    /// The same from a moment that was read just now: a clock that runs may show a later one already.
    pub(crate) fn clock_moved_from(&mut self, now: Timestamp, to: Timestamp) -> u64 {
        self.moves += 1;
        self.moved = Some(Stopwatch::start());
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
        format!("{who} to be quiet: it calls again and again, last {} (entry {seq})", call.verb())
    }

    /// The names of the apps that a delivery is on its way to.
    pub(crate) fn delivers_to(&self) -> Vec<String> {
        let mut apps: Vec<String> = self.queues.keys().map(|key| self.names.app(key.0)).collect();
        apps.dedup();
        apps
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
