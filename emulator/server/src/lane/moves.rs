//! Moving the clock, from one instant at which something is due to the next.

use std::sync::Arc;
use std::time::Duration;

use emulator_core::{Span, Timestamp};

use super::{Lane, Quiet, Unsettled};
use crate::clock::Stopwatch;
use crate::journal::Cause;
use crate::webhooks;

/// How many deadlines fire under one lock as long as nothing is sent because of them.
const BATCH: usize = 4_096;

impl Lane {
    /// Moves the clock to a later moment. Everything due up to and including it happens on the way. The clock stops at
    /// each instant at which something is sent to a real app: all that is due then goes out together, and the clock
    /// goes on once the apps have come to rest.
    ///
    /// # Errors
    ///
    /// When the lane does not settle in between.
    pub async fn advance(
        self: &Arc<Self>,
        to: Timestamp,
        quiet: Quiet,
        settle: Duration,
    ) -> Result<(), Unsettled> {
        let cause = {
            let mut state = self.lock_on_time();
            if to <= state.clock.read() {
                return Ok(());
            }
            Cause::certain(state.clock_moved(to))
        };
        self.move_on(to, cause, quiet, settle).await
    }

    /// Moves the clock by a duration, counted from the moment that the entry of the move has.
    ///
    /// # Errors
    ///
    /// As [`Lane::advance`].
    pub async fn advance_by(
        self: &Arc<Self>,
        span: Span,
        quiet: Quiet,
        settle: Duration,
    ) -> Result<(), Unsettled> {
        let (to, cause) = {
            let mut state = self.lock_on_time();
            let now = state.clock.read();
            let to = now + span;
            if to <= now {
                return Ok(());
            }
            (to, Cause::certain(state.clock_moved_from(now, to)))
        };
        self.move_on(to, cause, quiet, settle).await
    }

    /// Moves the clock as an entry says that it is moved.
    pub(super) async fn move_on(
        self: &Arc<Self>,
        to: Timestamp,
        cause: Cause,
        quiet: Quiet,
        settle: Duration,
    ) -> Result<(), Unsettled> {
        // The instant at which it stopped for the apps.
        let mut stopped = None;
        loop {
            let mut started = Vec::new();
            let arrived = {
                let mut state = self.lock();
                let next = state.next_deadline().unwrap_or(to).min(to);
                if stopped.take_if(|at| next > *at).is_some() {
                    state.moves += 1;
                }
                let mut fired = 0;
                loop {
                    let until = stopped.unwrap_or(to);
                    let due = state.next_deadline().filter(|due| *due <= until);
                    let Some(due) = due.filter(|_| fired < BATCH || !started.is_empty()) else {
                        break due.is_none() && started.is_empty();
                    };
                    started.extend(state.fire_next(due, Some(cause)).into_iter().flatten());
                    if !started.is_empty() {
                        stopped = Some(due);
                    }
                    fired += 1;
                }
            };
            if arrived {
                let mut state = self.lock();
                state.clock.move_to(to);
                state.moved = Some(Stopwatch::start());
            }
            self.notify();
            let sent = !started.is_empty();
            webhooks::start(self, started);
            if arrived {
                return Ok(());
            }
            if sent {
                self.at_rest(quiet, settle).await?;
            } else {
                tokio::task::yield_now().await;
            }
        }
    }
}
