//! Deliveries that will not be made: each is written down with the reason, so that nothing vanishes.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use emulator_core::{AppId, Delivery, PageId};

use super::state::LaneState;
use crate::journal::{AttemptResult, Cause};
use crate::webhooks::Outgoing;

/// Why an app whose webhooks have failed for an hour gets nothing more.
pub(super) const SWITCHED_OFF: &str = "its webhooks are switched off";
/// Why an app that listens too slowly misses something.
pub(crate) const CROWDED_OUT: &str = "too many deliveries wait for it already";

impl LaneState {
    /// Nothing more is sent to an app whose webhooks are switched off. What it was due is written down.
    pub(super) fn give_up(&mut self, page: PageId, app: AppId) {
        let goes = |outgoing: &Outgoing| outgoing.delivery.page == page && outgoing.delivery.app == app;
        let (late, kept): (BTreeMap<_, _>, _) =
            std::mem::take(&mut self.retries).into_iter().partition(|(_, outgoing)| goes(outgoing));
        self.retries = kept;
        let mut gone: Vec<Outgoing> = late.into_values().collect();
        let late = gone.len();
        for (_, queue) in self.queues.iter_mut().filter(|(key, _)| key.0 == app) {
            let (out, kept): (VecDeque<_>, _) = std::mem::take(queue).into_iter().partition(goes);
            *queue = kept;
            gone.extend(out);
        }
        self.waits_no_longer(app, gone.len() - late);
        gone.sort_by_key(|outgoing| outgoing.seq);
        for outgoing in gone {
            self.dropped(&outgoing, SWITCHED_OFF);
        }
    }

    /// Notes that a delivery will not be tried, or not be tried again.
    pub(super) fn dropped(&mut self, outgoing: &Outgoing, why: &str) {
        let record = outgoing.attempt(AttemptResult::Dropped { why: why.into() }, Duration::ZERO);
        let now = self.clock.read();
        let entry = self.entry(now, Some(Cause::certain(outgoing.seq)), record);
        self.append(entry);
    }

    pub(super) fn is_switched_off(&self, outgoing: &Outgoing) -> bool {
        let Delivery { page, app, .. } = outgoing.delivery;
        self.world.settings.connection(page, app).is_some_and(|connection| connection.disabled)
    }
}
