//! What a stage keeps of its calls to other hosts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::journal::Passage;

/// The most connections to other hosts at a time.
pub(super) const TUNNELS: usize = 256;

/// What is counted: a host, how it is called, and a word for what becomes of it or why nothing does.
type Counted = (Arc<str>, Passage, &'static str);

/// What a stage keeps of its calls to other hosts.
#[derive(Debug)]
pub(crate) struct Outward {
    places: Arc<Semaphore>,
    /// How often each of them had each outcome.
    counts: Mutex<BTreeMap<Counted, u64>>,
    /// Where the stage itself listens.
    own: Mutex<Vec<SocketAddr>>,
}

impl Default for Outward {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(TUNNELS)), counts: Mutex::default(), own: Mutex::default() }
    }
}

impl Outward {
    /// A place among the connections that can be open, if one is free.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Counts a call; the how manieth it is to that host, in that way, with that outcome or for that reason.
    pub(super) fn count(&self, host: &Arc<str>, passage: Passage, outcome: &'static str) -> u64 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((Arc::clone(host), passage, outcome)).or_default();
        *count += 1;
        *count
    }

    /// The stage listens there too.
    pub(crate) fn listens_at(&self, address: SocketAddr) {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).push(address);
    }

    /// True for an address at which the stage listens itself.
    pub(super) fn is_own(&self, address: SocketAddr) -> bool {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).contains(&address)
    }
}
