//! Calls that real apps have open, and what they may be answering to.

use std::sync::Arc;

use emulator_core::{Digest, Psid};

use super::rest::Late;
use super::state::LaneState;
use crate::clock::{ClockMode, Stopwatch};
use crate::graph::GraphError;
use crate::journal::{Call, Cause, Record};
use crate::webhooks::{Outgoing, QueueKey};

/// A call that a real app has open.
#[derive(Debug)]
pub(crate) struct OpenCall {
    writes_to: Option<Psid>,
    pub(super) echoes: Vec<Outgoing>,
    /// Queues with echoes that leave before the answer does.
    pub(super) ahead: Vec<QueueKey>,
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
impl LaneState {
    /// Notes that a real app has a call open, and finds what it is likely answering to.
    pub(crate) fn call_opened(&mut self, call: &Call) -> (OpenCall, Option<Cause>) {
        self.open_calls += 1;
        self.touched = true;
        self.stirred = true;
        let writes = !call.reads_only();
        let frozen = matches!(self.clock.mode(), ClockMode::Frozen { .. });
        let key = call.app.and_then(|app| Some((app, Some(call.person?))));
        let heard = key.and_then(|key| self.heard.get(&key));
        let cause = heard.map(|heard| Cause { seq: heard.seq, assumed: true });
        if let (Some(key), Some(heard)) = (key, heard) {
            let gap = heard.acknowledged.map(Stopwatch::elapsed);
            if let Some(gap) = gap {
                self.shared.habits.called_after(gap);
            }
            // The call's own entry is the next one.
            let number = self.journal.next_seq();
            if writes && heard.moves < self.moves {
                let gap = gap.unwrap_or_default();
                self.called_late(Late { app: key.0, call: number, delivery: heard.seq, gap }, key);
            }
            if call.answers() {
                self.answered(key, number);
            }
        }
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
            .bytes(call.verb().as_bytes());
        let trace: Arc<str> = self.ids.trace(named, *count).into();
        let at = self.journal.get(seq).map(|call| call.at);
        let at = at.unwrap_or_else(|| self.clock.read());
        let record = Record::Refused { app: call.app, error: Arc::clone(error), trace: Arc::clone(&trace) };
        let mut entry = self.entry(at, Some(Cause::certain(seq)), record);
        entry.rule = Some(error.rule);
        entry.saw = error.saw.clone();
        self.append(entry);
        trace
    }
}
