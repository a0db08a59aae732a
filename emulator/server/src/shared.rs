//! What all lanes of a stage have in common: identities, webhooks, and what is measured of the bots.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use emulator_core::{AppId, PageId};

use crate::journal::JournalFile;
use crate::webhooks::Endpoint;

/// Who a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// An app on a Page.
    Page { app: AppId, page: PageId },
    /// An app itself.
    App { app: AppId },
}

/// The fixed part of a stage.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) seed: u64,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) endpoints: BTreeMap<AppId, Arc<Endpoint>>,
    pub(crate) app_names: Arc<BTreeMap<AppId, Arc<str>>>,
    file: OnceLock<Arc<JournalFile>>,
    longest_gap_us: AtomicU64,
}

impl Shared {
    pub(crate) const fn new(
        seed: u64,
        tokens: BTreeMap<String, Token>,
        endpoints: BTreeMap<AppId, Arc<Endpoint>>,
        app_names: Arc<BTreeMap<AppId, Arc<str>>>,
    ) -> Self {
        let file = OnceLock::new();
        Self { seed, tokens, endpoints, app_names, file, longest_gap_us: AtomicU64::new(0) }
    }

    pub(crate) fn endpoint(&self, app: AppId) -> Option<&Arc<Endpoint>> {
        self.endpoints.get(&app)
    }

    /// The file that everything is written to, if there is one.
    pub(crate) fn file(&self) -> Option<&JournalFile> {
        self.file.get().map(Arc::as_ref)
    }

    /// Writes everything to a file from now on. Only the first one counts.
    pub(crate) fn write_to(&self, file: Arc<JournalFile>) {
        let _ = self.file.set(file);
    }

    /// Notes how long after its 2xx an app made a call.
    pub(crate) fn saw_gap(&self, gap: Duration) {
        let us = u64::try_from(gap.as_micros()).unwrap_or(u64::MAX);
        self.longest_gap_us.fetch_max(us, Ordering::Relaxed);
    }

    /// The longest such time in this run.
    pub(crate) fn longest_gap(&self) -> Duration {
        Duration::from_micros(self.longest_gap_us.load(Ordering::Relaxed))
    }
}
