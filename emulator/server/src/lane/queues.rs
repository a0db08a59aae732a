//! Deliveries that wait for their app, in order for each conversation (M-194).

use std::collections::VecDeque;
use std::time::Duration;

use emulator_core::{AppId, Delivery, Effect, Input, Span};

use super::given_up::{CROWDED_OUT, SWITCHED_OFF};
use super::state::{Heard, LaneState};
use crate::clock::Stopwatch;
use crate::journal::{AttemptResult, Cause};
use crate::webhooks::{Outgoing, QueueKey};

/// How many deliveries may wait for one app.
const WAITING_LIMIT: usize = 10_000;
/// From how many waiting deliveries on senders are slowed down.
const CROWDED: usize = 5_000;

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "delivery {}", self.seq)
    }
}
impl LaneState {
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
            let (seq, moves) = (outgoing.seq, self.moves);
            let owed = self.still_owed(outgoing.key());
            let heard = Heard { seq, moves, acknowledged: None, answered: false, owed };
            self.heard.insert(outgoing.key(), heard);
            self.owing.remove(&outgoing.key());
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
        self.stirred |= result.has_connected();
        let newest = self.heard.get(&outgoing.key()).is_some_and(|heard| heard.seq == outgoing.seq);
        if newest && result.is_acknowledged() {
            self.acknowledged(outgoing.key());
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
}
