//! Letting a journal happen again: the same inputs through the same step rebuild the same world.
//!
//! **Invariant:** what a journal tells goes through the functions that wrote it, so that an input
//! that is not read back correctly leads to another line than the one that was read.

use std::collections::BTreeMap;
use std::time::Duration;

use emulator_core::Timestamp;

use super::state::{Applied, LaneState};
use crate::clock::Wall;
use crate::journal::{
    AttemptResult, Call, CallContent, Cause, Entry, Record, RegisteredWebhook, Replay as How,
};
use crate::shared::Registration;
use crate::webhooks::Outgoing;

/// How many echoes for played apps are remembered: as many as may wait for an app.
const SHOWN_AT_MOST: usize = 10_000;

/// What is wrong with an entry that should follow from another one.
const ALONE: &str = "nothing above it leads to it";

/// A delivery of which it is not known yet what becomes of it.
struct Open {
    outgoing: Outgoing,
    /// When it is tried again; at once when none.
    due: Option<Timestamp>,
}

/// What must be remembered between the entries of a journal that happens again.
pub(crate) struct Replay {
    open: BTreeMap<u64, Open>,
    /// Echoes for apps that steps play, which go nowhere but may turn out to belong elsewhere.
    shown: BTreeMap<u64, Outgoing>,
    call: Option<(u64, Call)>,
    /// Where the clock was moved to, and by which entry.
    moved: Option<(Timestamp, u64)>,
    wall: Option<Wall>,
}

/// What a lane has to make up for before its clock runs on.
pub(crate) struct Arrears {
    /// What was to be sent.
    pub(crate) unsent: Vec<Outgoing>,
    /// A move of the clock that did not come to its end.
    pub(crate) moving: Option<(Timestamp, Cause)>,
    /// When the newest entry was made.
    pub(crate) wall: Wall,
}

impl Replay {
    /// Stops the clock of a lane in which nothing has happened yet.
    pub(crate) fn begin(state: &mut LaneState) -> Self {
        state.clock = state.clock.stopped(Timestamp(i64::MIN));
        Self { open: BTreeMap::new(), shown: BTreeMap::new(), call: None, moved: None, wall: None }
    }

    /// Lets an entry that no other one led to happen again, with everything that it leads to.
    ///
    /// # Errors
    ///
    /// Why it cannot have happened here, in words.
    pub(crate) fn play(&mut self, state: &mut LaneState, entry: Entry) -> Result<(), &'static str> {
        let replay = entry.kind().replay();
        let Entry { seq: _, at, cause, rule, saw: _, record, wall } = entry;
        if at < state.clock.read() {
            return Err("it lies before the entry above it, and time never goes back");
        }
        state.clock.move_to(at);
        self.wall = Some(wall);
        match replay {
            How::Applies => {
                let input = record.input().ok_or(ALONE)?;
                let (_, applied) = state.apply(record, cause, input);
                self.keep(state, applied);
            }
            How::Writes => state.write_down(record),
            How::Itself => self.happens(state, record, cause, rule.is_some())?,
            How::Leaves => self.leaves(state, cause)?,
            How::Follows => return Err(ALONE),
        }
        Ok(())
    }

    /// A call, its refusal, a move of the clock, a deadline, or a try of a delivery.
    fn happens(
        &mut self,
        state: &mut LaneState,
        record: Record,
        cause: Option<Cause>,
        has_rule: bool,
    ) -> Result<(), &'static str> {
        if let Record::Call(call) = record {
            // A rule let it happen.
            self.called(state, call, cause, has_rule);
        } else if let Record::Refused { error, .. } = record {
            let call = self.call.as_ref().filter(|(seq, _)| cause == Some(Cause::certain(*seq)));
            let (seq, call) = call.ok_or("the call above it is another one")?;
            state.refused(call, *seq, &error);
        } else if let Record::Clock { to } = record {
            let seq = state.clock_moved(to);
            self.moved = self.moved.max(Some((to, seq)));
        } else if let Record::Fired(timer) = record {
            let due = state.world.timers.next();
            let due = due.filter(|due| (due.kind, due.subject) == (timer.kind, timer.subject));
            let applied = state.fired(due.ok_or("no such deadline is due next")?, cause);
            self.keep(state, applied);
        } else if let Record::Attempt { delivery, result, took_ms, .. } = record {
            self.tried(state, delivery, result, took_ms)?;
        } else {
            return Err(ALONE);
        }
        Ok(())
    }

    /// A call that was accepted happens again. One that was refused has changed nothing, and why is told
    /// by the next entry, for it may have been for something that stands in no journal.
    fn called(&mut self, state: &mut LaneState, call: Call, cause: Option<Cause>, accepted: bool) {
        let input = call.input().filter(|_| accepted);
        let seq = match input {
            Some(input) => {
                let (_, applied) = state.apply(Record::Call(call.clone()), cause, input);
                self.keep(state, applied)
            }
            None => state.log(&call, cause),
        };
        if let (true, Some(app), CallContent::Subscribes { webhook: Some(webhook), .. }) =
            (accepted, call.app, &call.content)
        {
            let RegisteredWebhook { url, public, other_fields, version } = (**webhook).clone();
            let known = state.shared.endpoint(app).filter(|endpoint| endpoint.url == url);
            let endpoint = known.unwrap_or_else(|| state.shared.endpoint_at(app, url, None));
            state.shared.register(app, Registration { endpoint, public, other_fields, version });
        }
        self.call = Some((seq, call));
    }

    /// A delivery whose channel was decided anew when it left.
    fn leaves(&mut self, state: &mut LaneState, cause: Option<Cause>) -> Result<(), &'static str> {
        let seq = cause.map(|cause| cause.seq).unwrap_or_default();
        let open = self.open.remove(&seq).map(|open| open.outgoing).or_else(|| self.shown.remove(&seq));
        let leaves = state.leaving(open.ok_or(ALONE)?);
        self.open(state, leaves);
        Ok(())
    }

    fn open(&mut self, state: &LaneState, outgoing: impl IntoIterator<Item = Outgoing>) {
        for outgoing in outgoing {
            if state.is_real(outgoing.delivery.app) {
                self.open.insert(outgoing.seq, Open { outgoing, due: None });
            } else {
                self.shown.insert(outgoing.seq, outgoing);
            }
        }
        while self.shown.len() > SHOWN_AT_MOST {
            self.shown.pop_first();
        }
    }

    fn keep(&mut self, state: &LaneState, applied: Applied) -> u64 {
        let Applied { seq, outgoing, echoes } = applied;
        self.open(state, outgoing.into_iter().chain(echoes));
        seq
    }

    fn tried(
        &mut self,
        state: &mut LaneState,
        delivery: u64,
        result: AttemptResult,
        took_ms: u64,
    ) -> Result<(), &'static str> {
        let mut outgoing = self.open.remove(&delivery).ok_or("its delivery is not open")?.outgoing;
        if let AttemptResult::Dropped { why } = &result {
            state.dropped(&outgoing, why);
            return Ok(());
        }
        state.heard(&outgoing);
        let again = !result.is_acknowledged();
        state.delivery_tried(&outgoing, result, Duration::from_millis(took_ms));
        if again && let Some(wait) = outgoing.fail() {
            let due = (wait.0 > 0).then(|| state.clock.read() + wait);
            self.open.insert(delivery, Open { outgoing, due });
        }
        Ok(())
    }

    /// Leaves the lane as the end of the journal left it: what is to be tried again waits for its
    /// time, and what was to be sent at once for [`super::Lane::go_on`].
    pub(crate) fn end(self, state: &mut LaneState) {
        let Some(wall) = self.wall else {
            state.clock = crate::clock::Clock::new(state.clock.mode());
            return;
        };
        let mut unsent = Vec::new();
        for Open { outgoing, due } in self.open.into_values() {
            match due {
                Some(due) => {
                    state.retries.insert((due, outgoing.seq), outgoing);
                }
                None if state.is_real(outgoing.delivery.app) => unsent.push(outgoing),
                // What an app that steps play hears stands in the journal.
                None => {}
            }
        }
        let now = state.clock.read();
        let moving = self.moved.filter(|(to, _)| *to > now).map(|(to, seq)| (to, Cause::certain(seq)));
        state.arrears = Some(Arrears { unsent, moving, wall });
    }
}
