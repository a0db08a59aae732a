//! Who has read what: the positions of expectations, and what lies before them.

use std::sync::Arc;

use emulator_server::journal::Entry;

use super::Feed;
use crate::diagnostics::SourceText;
use crate::node::Span;

/// A step that read something.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    /// Its text.
    pub(crate) file: Arc<SourceText>,
    /// Its place in there.
    pub(crate) span: Span,
}

impl Reader {
    /// The place in words, for somebody who looks at that text.
    pub(crate) fn place(&self, seen_from: &SourceText) -> String {
        let (line, _) = self.file.position(self.span.start);
        if self.file.name == seen_from.name {
            format!("line {line}")
        } else {
            format!("{}:{line}", self.file.name)
        }
    }
}

/// How far expectations have read, and which did.
#[derive(Debug, Default)]
pub(super) struct Position {
    /// The index at which the search begins.
    pub(super) next: usize,
    /// What was read, by its number in the journal.
    read: Vec<(u64, Reader)>,
}

impl Position {
    pub(super) fn forget(&mut self, gone: usize, first: u64) {
        self.next = self.next.saturating_sub(gone);
        self.read.retain(|(seq, _)| *seq >= first);
    }

    fn take(&mut self, index: usize, seq: u64, reader: &Reader) {
        self.next = self.next.max(index + 1);
        self.read.push((seq, reader.clone()));
    }

    /// What became of an entry that lies before the position.
    fn earlier(&self, seq: u64) -> Option<Earlier<'_>> {
        if let Some((_, reader)) = self.read.iter().find(|(read, _)| *read == seq) {
            return Some(Earlier::ReadBy(reader));
        }
        let beyond = self.read.iter().filter(|(read, _)| *read > seq);
        beyond.min_by_key(|(read, _)| *read).map(|(_, reader)| Earlier::PassedBy(reader))
    }
}

/// Why an entry is not looked at any more.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Earlier<'a> {
    /// An expectation was met by it.
    ReadBy(&'a Reader),
    /// An expectation was met by a later one.
    PassedBy(&'a Reader),
    /// The step that led to it has read it.
    ReadAtOnce,
}

impl Feed {
    /// Notes that a step's expectation was met by the entry of that index.
    pub(crate) fn take(&mut self, index: usize, reader: &Reader) {
        let Some(entry) = self.entries.get(index) else { return };
        let seq = entry.seq;
        let position = match (entry.call(), entry.delivered_to()) {
            (Some(call), _) => call.app.map(|app| self.calls.entry(app).or_default()),
            (None, Some(app)) => Some(self.deliveries.entry(app).or_default()),
            (None, None) => {
                if entry.effect().is_some() {
                    self.read.insert(seq, Some(reader.clone()));
                }
                None
            }
        };
        if let Some(position) = position {
            position.take(index, seq, reader);
        }
    }

    /// Why an entry is not looked at any more; none while it is.
    pub(crate) fn earlier(&self, entry: &Entry) -> Option<Earlier<'_>> {
        match (entry.call(), entry.delivered_to()) {
            (Some(call), _) => self.calls.get(&call.app?)?.earlier(entry.seq),
            (None, Some(app)) => self.deliveries.get(&app)?.earlier(entry.seq),
            (None, None) => {
                let reader = self.read.get(&entry.seq)?.as_ref();
                Some(reader.map_or(Earlier::ReadAtOnce, Earlier::ReadBy))
            }
        }
    }
}
