//! Waiting for a lane: for its next entry, until it is settled, until it is quiet.

use std::sync::Arc;
use std::time::Duration;

use super::Lane;
use super::rest::LOOK_FOR_ENDLESS;
use crate::clock::{Stopwatch, pause};
use crate::webhooks::QueueKey;

/// A lane that did not settle in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bots did not come to rest within {} s; still waiting for {}", .after.as_secs(), .waits_for.join(", "))]
pub struct Unsettled {
    /// How long it had.
    pub after: Duration,
    /// What it waits for.
    pub waits_for: Vec<String>,
}

impl Lane {
    /// Waits until something happens in the lane after the entry of that number, or for that long.
    /// True when something did.
    pub async fn changed_since(&self, seq: u64, patience: Duration) -> bool {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if self.last_seq() > seq {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(patience, wait).await.is_ok()
    }

    /// Waits for the next change of any kind, or for that long.
    pub async fn changed(&self, patience: Duration) {
        let _ = tokio::time::timeout(patience, self.changed.notified()).await;
    }

    /// Waits until no delivery is in flight or due and no call is open.
    ///
    /// # Errors
    ///
    /// When that takes longer than allowed.
    pub async fn settled(&self, within: Duration) -> Result<(), Unsettled> {
        let (watch, begun) = (Stopwatch::start(), self.last_seq());
        let mut look_at = begun + LOOK_FOR_ENDLESS;
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if self.lock().is_settled() {
                    return Ok(());
                }
                self.no_endless_talk(begun, &mut look_at, watch)?;
                changed.await;
            }
        };
        let unsettled = |_| Unsettled { after: within, waits_for: self.lock().unsettled() };
        tokio::time::timeout(within, wait).await.map_err(unsettled)?
    }

    /// Waits until no call is open, or for that long.
    pub async fn calls_answered(&self, within: Duration) {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if self.lock().is_answered() {
                    return;
                }
                changed.await;
            }
        };
        let _ = tokio::time::timeout(within, wait).await;
    }

    /// Waits a little while very many deliveries wait for an app: who sends faster than an app can
    /// listen is slowed down, but never stopped, since that app may be waiting for this very answer.
    pub(crate) async fn uncrowded(&self) {
        const LOOKS: u32 = 50;
        for _ in 0..LOOKS {
            if !self.lock().is_crowded() {
                return;
            }
            pause(Duration::from_millis(1)).await;
        }
    }

    /// Waits until echoes that come before their answer have been taken or refused, but no longer than a
    /// second: their app may be waiting for this very answer before it listens.
    pub(crate) async fn echoed(&self, ahead: &[QueueKey]) {
        const PATIENCE: Duration = Duration::from_secs(1);
        let wait = async {
            loop {
                let changed = self.changed.notified();
                let busy = {
                    let state = self.lock();
                    ahead.iter().any(|key| state.is_busy(*key))
                };
                if !busy {
                    return;
                }
                changed.await;
            }
        };
        if !ahead.is_empty() {
            let _ = tokio::time::timeout(PATIENCE, wait).await;
        }
    }

    /// Keeps the deadlines of a clock that runs: fires each when its time has come. Never ends.
    pub async fn keep_time(self: Arc<Self>) {
        const LOOK_AGAIN: Duration = Duration::from_secs(3_600);
        loop {
            let changed = self.changed.notified();
            let wait = {
                let mut state = self.lock_on_time();
                let next = state.next_deadline();
                next.and_then(|next| state.clock.reaches(next)).unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN)
            };
            let _ = tokio::time::timeout(wait, changed).await;
        }
    }
}
