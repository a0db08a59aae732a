//! What stays as it is after a failure, so that somebody can look.

use std::sync::Arc;

use super::stage::Up;
use crate::bots::Member;

/// A stage that stays as it is.
pub(super) struct Held {
    up: Arc<Up>,
    lane: String,
    failed: bool,
}

/// What stays as it is, for people.
#[derive(Debug)]
pub struct Kept {
    /// The full name of the scenario, which is that of its lane.
    pub scenario: String,
    /// Whether it failed; else it was played as far as it was to be.
    pub failed: bool,
    /// The base URL of the emulator.
    pub url: String,
    /// The bots.
    pub bots: Vec<KeptBot>,
}

/// A bot that stays.
#[derive(Debug)]
pub struct KeptBot {
    /// The app.
    pub app: String,
    /// Where its webhook is.
    pub webhook: String,
    /// Its process, if it was started here and still runs.
    pub process: Option<u32>,
}

impl Held {
    pub(super) fn new(up: Arc<Up>, lane: String, failed: bool) -> Self {
        Self { up, lane, failed }
    }

    pub(super) fn holds(&self, up: &Arc<Up>) -> bool {
        Arc::ptr_eq(&self.up, up)
    }

    pub(super) async fn describe(&self) -> Kept {
        let members = self.up.crew.members().await;
        let process = |app: &str| {
            let member = members.iter().find(|member| member.app == app);
            member.and_then(|Member { process, .. }| *process)
        };
        let bots = self.up.webhooks.iter().map(|(app, webhook)| KeptBot {
            app: app.clone(),
            webhook: webhook.clone(),
            process: process(app),
        });
        let (scenario, failed) = (self.lane.clone(), self.failed);
        Kept { scenario, failed, url: self.up.surroundings.url.clone(), bots: bots.collect() }
    }

    /// Holds everything until the process ends.
    pub(super) async fn stay(self) {
        std::future::pending::<()>().await;
        drop(self.up);
    }
}
