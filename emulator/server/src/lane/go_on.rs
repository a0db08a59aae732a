//! Going on where an earlier run was ended: what was not delivered is sent again, and the time that
//! has passed meanwhile is played.

use std::sync::Arc;
use std::time::Duration;

use emulator_core::Timestamp;

use super::replay::Arrears;
use super::{Lane, Quiet};
use crate::journal::Cause;
use crate::webhooks;

/// The time that a clock had to make up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Where it stood.
    pub from: Timestamp,
    /// Where it stands now.
    pub to: Timestamp,
}

impl Lane {
    /// Sends what an earlier run has not delivered, says how much that is, and makes up for the time
    /// that has passed since: as one move of the clock, with everything due on the way. Then the clock
    /// runs on, if it is one that runs.
    ///
    /// A bot that does not settle within the time is not waited for any longer.
    pub fn go_on(
        self: &Arc<Self>,
        settle: Duration,
    ) -> Option<(usize, impl Future<Output = Option<Gap>> + Send + use<>)> {
        let mut state = self.lock();
        let Arrears { unsent, moving, wall } = state.arrears.take()?;
        let count = unsent.len();
        let start = state.queue_all(unsent);
        drop(state);
        webhooks::start(self, start);
        let lane = Arc::clone(self);
        let catch_up = async move {
            let _ = lane.settled(settle).await;
            let from = lane.now();
            let mut stood = from;
            if let Some((to, cause)) = moving {
                lane.move_through(to, cause, settle).await;
                stood = to;
            }
            let gap = {
                let mut state = lane.lock();
                let to = state.clock.would_stand(stood, wall);
                (to > state.clock.read()).then(|| (to, Cause::certain(state.clock_moved(to))))
            };
            if let Some((to, cause)) = gap {
                lane.move_through(to, cause, settle).await;
            }
            lane.lock().clock.run_on();
            lane.notify();
            let to = lane.now();
            (to > from).then_some(Gap { from, to })
        };
        Some((count, catch_up))
    }

    async fn move_through(self: &Arc<Self>, to: Timestamp, cause: Cause, settle: Duration) {
        while self.move_on(to, cause, Quiet::Auto, settle).await.is_err() {}
    }
}
