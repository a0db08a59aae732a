//! What a stage keeps of its calls to other hosts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::journal::Passage;

/// The most connections to other hosts at a time.
pub(super) const TUNNELS: usize = 256;

/// What is counted: a host, how it is called, and how that ends.
type Counted = (Arc<str>, Passage, Ending);

/// How a call for another host ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// It is passed on; a word for how.
    Passed(&'static str),
    /// It may not be made; why, in a few words.
    Refused(&'static str),
    /// It could not be made; why, in a few words.
    Failed(&'static str),
}

/// Calls for another host that were not passed on for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotPassedOn {
    /// The host and its port, such as `api.example.com:443`.
    pub host: Arc<str>,
    /// Why, in a few words, such as `--hermetic`.
    pub why: &'static str,
    /// How many there were.
    pub count: u64,
}

/// All calls for other hosts that were not passed on, by host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllNotPassedOn {
    /// Those that may not be made.
    pub refused: Vec<NotPassedOn>,
    /// Those that could not be made.
    pub failed: Vec<NotPassedOn>,
}

/// What a stage keeps of its calls to other hosts.
#[derive(Debug)]
pub(crate) struct Outward {
    places: Arc<Semaphore>,
    /// How often each of them ended in each way.
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

    /// Counts a call; the how manieth it is to that host, in that way, with that end.
    pub(super) fn count(&self, host: &Arc<str>, passage: Passage, ending: Ending) -> u64 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((Arc::clone(host), passage, ending)).or_default();
        *count += 1;
        *count
    }

    /// The calls so far that were not passed on.
    pub(crate) fn not_passed_on(&self) -> AllNotPassedOn {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut by_reason: BTreeMap<(&Arc<str>, Ending), u64> = BTreeMap::new();
        for ((host, _, ending), count) in &*counts {
            *by_reason.entry((host, *ending)).or_default() += count;
        }
        let mut all = AllNotPassedOn::default();
        for ((host, ending), count) in by_reason {
            let (list, why) = match ending {
                Ending::Passed(_) => continue,
                Ending::Refused(why) => (&mut all.refused, why),
                Ending::Failed(why) => (&mut all.failed, why),
            };
            list.push(NotPassedOn { host: Arc::clone(host), why, count });
        }
        drop(counts);
        all
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
