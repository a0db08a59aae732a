//! What falls due by itself: deadlines of the world, and further tries of deliveries.

use emulator_core::{Input, Timer, Timestamp};

use super::state::{Applied, LaneState};
use crate::journal::{Cause, Record};
use crate::webhooks::QueueKey;

impl LaneState {
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
}
