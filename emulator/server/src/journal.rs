//! The journal: one entry for every input, effect, refusal and delivery of a lane.
//!
//! Entries are kept typed and turned into JSON when somebody reads them. Each names the entry that
//! caused it. Everything that depends on this run stands in [`Entry::wall`], so that two runs with
//! the same inputs write the same bytes but for that.

mod admin;
mod attempt;
mod call;
mod causal;
mod entry;
mod file;
mod header;
mod hearing;
mod kind;
mod line;
mod message;
mod names;
mod party;
mod proxied;
mod reader;
mod record;
mod refusal;
mod resume;
mod routes;
mod row;
mod saw;
mod schema;
#[cfg(test)]
mod tests;
mod value;
mod whom;
mod word;

use std::collections::VecDeque;

use crate::clock::Wall;

pub use attempt::AttemptResult;
pub use call::{Call, CallContent, RegisteredWebhook, SentMessage, Subscribing};
pub use causal::causal_order;
pub use entry::{Cause, Entry};
pub use file::{Durability, JournalFile, WriteError};
pub use header::{
    DeclaredAccount, DeclaredAd, DeclaredApp, DeclaredConnection, DeclaredPage, DeclaredPerson,
    DeclaredRoutes, DeclaredWorld, FORMAT, Header, HeaderError, Origin,
};
pub(crate) use kind::Replay;
pub use kind::{Class, Kind};
pub use line::{ReadLine, entry_to_json, event_to_json};
pub(crate) use message::Sent;
pub use names::{Names, PersonName};
pub use proxied::{Passage, Passed};
pub use reader::Reader;
pub use record::{BotOrder, Heard, Record};
pub use resume::{Found, JournalError, open};
pub(crate) use routes::ThreadControl;
pub(crate) use row::{Codec, Members, name_of, not_one_of, one_of};
pub(crate) use schema::Form;
pub use schema::schema;
pub(crate) use value::{Seconds, Texts};
pub(crate) use word::FieldsOrNull;

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
