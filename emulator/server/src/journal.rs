//! The journal: one entry for every input, effect, refusal and delivery of a lane.
//!
//! Entries are kept typed and turned into JSON when somebody reads them. Each names the entry that
//! caused it. Everything that depends on this run stands in [`Entry::wall`], so that two runs with
//! the same inputs write the same bytes but for that.

mod admin;
mod causal;
mod file;
mod header;
mod json;
mod proxied;
mod read;
mod record;
mod resume;

use std::collections::VecDeque;

use crate::clock::Wall;

pub use causal::causal_order;
pub use file::{Durability, JournalFile, WriteError};
pub use header::{Origin, header};
pub use json::{Kind, Names, entry_to_json, event_to_json};
pub use proxied::{Passage, Passed};
pub(crate) use read::{Told, What};
pub use record::{
    AttemptResult, BotOrder, Call, CallKind, Cause, Entry, Record, RegisteredWebhook, Subscribing,
};
pub use resume::{Found, JournalError, open};

/// How much of a journal is kept in memory, in bytes.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// The newest entries of a lane.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    bytes: usize,
    next: u64,
}

impl Journal {
    /// The sequence number of the entry that comes next; the first is 1.
    pub(crate) const fn next_seq(&self) -> u64 {
        self.next + 1
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.next = entry.seq;
        self.bytes += entry.size();
        self.entries.push_back(entry);
        while self.bytes > KEPT_BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.size();
        }
    }

    /// The oldest entry that is still kept, by its number.
    pub(crate) fn oldest(&self) -> u64 {
        self.entries.front().map_or(self.next + 1, |entry| entry.seq)
    }

    /// The entries behind a number.
    pub(crate) fn after(&self, seq: u64) -> impl Iterator<Item = &Entry> {
        let skipped =
            usize::try_from(seq.saturating_add(1).saturating_sub(self.oldest())).unwrap_or(usize::MAX);
        self.entries.range(skipped.min(self.entries.len())..)
    }

    /// The entries, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().rev()
    }

    /// Says when an entry was made, if it was in an earlier run.
    pub(crate) fn date(&mut self, seq: u64, wall: Wall) {
        let index = seq.checked_sub(self.oldest()).and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            entry.wall = wall;
        }
    }

    pub(crate) fn get(&self, seq: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(seq.checked_sub(self.oldest())?).ok()?)
    }
}
