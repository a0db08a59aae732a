//! Opening a journal file, and going on with one that an earlier run has left.
//!
//! The lines are read one by one and let happen again; each line that comes of it is compared with
//! the one in the file. Nothing is written before all of it has turned out to be the same.

mod error;
mod lines;

use std::collections::VecDeque;
use std::fs::{OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use serde_json::Value;

pub use error::JournalError;
use lines::{Lines, Piece, apart, filled, shown, tail};

use super::file::{Durability, JournalFile};
use super::header::{Header, HeaderError, differences};
use super::line::{ReadLine, read, wall, without_wall};
use super::names::Known;
use crate::lane::{Lane, LaneState, Replay};

/// What was found in a journal file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// How many entries; none in a new file.
    pub entries: u64,
    /// How many lines were missing and have been written now.
    pub completed: u64,
    /// The end that was cut off because it was not a whole line, if there was any.
    pub cut: Option<Cut>,
}

/// The end of a file that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// How long it was, in bytes.
    pub bytes: u64,
    /// What it said, as far as it can be shown.
    pub text: String,
}

/// Opens a journal for a lane in which nothing has happened yet. What an existing one tells happens
/// again in the lane; a new one begins with the header.
///
/// # Errors
///
/// Why it cannot be used; the file is as it was.
pub fn open(
    path: &Path,
    lane: &Lane,
    header: &str,
    durability: Durability,
) -> Result<(JournalFile, Found), JournalError> {
    let failed = |error| JournalError::Open(path.to_owned(), error);
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(JournalError::Folder(path.to_owned())),
        // Opening one would wait for a reader.
        Ok(found) if found.file_type().is_fifo() || found.file_type().is_socket() => {
            return Err(JournalError::Pipe(path.to_owned()));
        }
        Ok(found) if !found.is_file() => {
            // A device takes lines and has none to read.
            let file = OpenOptions::new().append(true).open(path).map_err(failed)?;
            let before = format!("{header}\n").into_bytes();
            return Ok((JournalFile::new(path, file, durability, before), Found::default()));
        }
        Ok(_) | Err(_) => {}
    }
    let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(path.to_owned())),
        // Some file systems have no locks.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    let length = file.metadata().map_err(failed)?.len();
    let filled = filled(&file, length).map_err(failed)?;
    let reading = Reading { path, lines: Lines::new(&file, filled).map_err(failed)?, header };
    let End { keep, before, entries, completed } = reading.read_all(lane)?;
    let cut = (keep < length).then(|| tail(&file, keep, filled, length)).transpose().map_err(failed)?;
    if keep < length {
        file.set_len(keep).map_err(failed)?;
    }
    Ok((JournalFile::new(path, file, durability, before), Found { entries, completed, cut }))
}

/// A file that is being read.
struct Reading<'a> {
    path: &'a Path,
    lines: Lines<'a>,
    header: &'a str,
}

/// How a file ended.
struct End {
    /// How much of it stays.
    keep: u64,
    /// What is written behind that first.
    before: Vec<u8>,
    entries: u64,
    completed: u64,
}

impl Reading<'_> {
    fn next(&mut self) -> Result<Option<Piece>, JournalError> {
        self.lines.next().map_err(|error| JournalError::Open(self.path.to_owned(), error))
    }

    fn line(&self, why: impl Into<String>) -> JournalError {
        let text = shown(&String::from_utf8_lossy(&self.lines.line));
        JournalError::Line { path: self.path.to_owned(), line: self.lines.number, why: why.into(), text }
    }

    fn read_all(mut self, lane: &Lane) -> Result<End, JournalError> {
        let before = format!("{}\n", self.header).into_bytes();
        let begins = End { keep: 0, before, entries: 0, completed: 0 };
        match self.next()? {
            None => return Ok(begins),
            Some(Piece::Whole) => self.compare_header()?,
            Some(Piece::Torn | Piece::WithoutEnd) if self.header.as_bytes().starts_with(&self.lines.line) => {
                return Ok(begins);
            }
            Some(Piece::Torn | Piece::WithoutEnd) => {
                let why = "its only line is not a header that this run would write".to_owned();
                return Err(JournalError::NoJournal { path: self.path.to_owned(), why });
            }
        }
        let mut state = lane.lock();
        let mut again = Again {
            replay: Replay::begin(&mut state),
            known: Known::new(&state.names, state.world.settings.pages.keys().copied()),
            lane: lane.name(),
            due: VecDeque::new(),
        };
        let (mut keep, mut before) = (self.lines.line.len() as u64, Vec::new());
        while let Some(piece) = self.next()? {
            match piece {
                Piece::Whole => {}
                Piece::WithoutEnd => before.push(b'\n'),
                Piece::Torn => break,
            }
            self.check(&mut again, &mut state)?;
            keep = self.lines.begin + self.lines.line.len() as u64;
        }
        let Again { replay, due, .. } = again;
        replay.end(&mut state);
        for (_, line) in &due {
            before.extend_from_slice(line.as_bytes());
            before.push(b'\n');
        }
        Ok(End { keep, before, entries: state.journal.next_seq() - 1, completed: due.len() as u64 })
    }

    fn compare_header(&self) -> Result<(), JournalError> {
        let path = || self.path.to_owned();
        let no_journal = |why: String| JournalError::NoJournal { path: path(), why };
        let line = self.lines.text().map_err(|why| no_journal(why.to_owned()))?;
        Header::read(line).map_err(|error| match error {
            HeaderError::NotAJournal => no_journal("its first line is not a header".to_owned()),
            HeaderError::Broken(why) => no_journal(format!("its header is broken: {why}")),
            why @ HeaderError::OtherFormat { .. } => JournalError::OtherFormat { path: path(), why },
        })?;
        let value = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_default();
        let differences = differences(&value(line), &value(self.header));
        if differences.is_empty() { Ok(()) } else { Err(JournalError::Differs { path: path(), differences }) }
    }

    /// Lets the line that was read last happen again, unless an earlier one has led to it already.
    fn check(&self, again: &mut Again<'_>, state: &mut LaneState) -> Result<(), JournalError> {
        let line = self.lines.text().map_err(|why| self.line(why))?;
        if again.due.is_empty() {
            let next = state.journal.next_seq();
            let ReadLine { lane, entry, foreign_rule } =
                read(line, &again.known).map_err(|why| self.line(why))?;
            if let Some(lane) = lane.filter(|lane| lane != again.lane) {
                let why = format!("it belongs to the lane `{lane}`, and here there is only `{}`", again.lane);
                return Err(self.line(why));
            }
            if let Some(rule) = foreign_rule {
                return Err(self.line(format!("there is no rule `{rule}`")));
            }
            if entry.seq != next {
                return Err(self.line(format!("its number is {}, and the next one is {next}", entry.seq)));
            }
            again.replay.play(state, entry).map_err(|why| self.line(why))?;
            let made = state.journal.after(next - 1).map(|entry| (entry.seq, state.line(entry)));
            again.due.extend(made);
        }
        let Some((seq, expected)) = again.due.pop_front() else {
            return Err(self.line("nothing above it leads to it"));
        };
        let (found, expected) = (without_wall(line), without_wall(&expected));
        if found != expected {
            let path = self.path.to_owned();
            let (found, expected) = apart(found, expected);
            return Err(JournalError::NotSame { path, line: self.lines.number, found, expected });
        }
        if let Some(wall) = wall(line) {
            state.journal.date(seq, wall);
        }
        Ok(())
    }
}

/// A journal that happens again.
struct Again<'a> {
    replay: Replay,
    known: Known,
    lane: &'a str,
    /// What the lines so far have led to and what has not been read yet, by number.
    due: VecDeque<(u64, String)>,
}
