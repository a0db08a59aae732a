//! A transcript as it is printed: numbered lines with their time, and the date where it is a new one.

use emulator_core::{Effect, Timestamp};
use emulator_server::journal::{Entry, Names, Record};
use emulator_server::{Lane, Late, rfc3339};

use super::{describe_delivery, refused_line, told, unheard};

/// Lines of a lane that follow each other.
///
/// The first line has the date in front of its time, and so has each line on another day than the one before: what
/// happens an hour later can be yesterday's time of day.
#[derive(Debug)]
pub struct Lines<'a> {
    lane: &'a Lane,
    names: Names,
    /// How many characters the number of an entry has at least.
    width: usize,
    date: String,
    /// The moment of the line before, with its time of day: many lines have the same.
    at: Option<Timestamp>,
    time: String,
}

impl<'a> Lines<'a> {
    /// Lines in which numbers have so many characters at least.
    pub fn of(lane: &'a Lane, width: usize) -> Self {
        Self { lane, names: lane.names(), width, date: String::new(), at: None, time: String::new() }
    }

    /// Lines that are printed behind those up to the entry of that number.
    #[must_use]
    pub fn behind(mut self, seq: u64) -> Self {
        self.at = None;
        self.date = self.lane.entry(seq).map_or_else(String::new, |entry| date_and_time(&entry).0);
        self
    }

    /// The line of an entry, without an end; entries that say nothing new to people have none.
    pub fn line(&mut self, entry: &Entry) -> Option<String> {
        let text = self.words(entry)?;
        let width = self.width;
        if self.at == Some(entry.at) {
            return Some(format!("{:>width$} {} {text}", entry.seq, self.time));
        }
        let (date, time) = date_and_time(entry);
        let line = if self.date == date {
            format!("{:>width$} {time} {text}", entry.seq)
        } else {
            format!("{:>width$} {date} {time} {text}", entry.seq)
        };
        (self.at, self.date, self.time) = (Some(entry.at), date, time);
        Some(line)
    }

    /// The last lines of these entries, so many at most.
    pub fn newest(mut self, entries: &[Entry], count: usize) -> Vec<String> {
        let told = entries.iter().rev().filter(|entry| self.words(entry).is_some());
        let newest: Vec<&Entry> = told.take(count).collect();
        newest.into_iter().rev().filter_map(|entry| self.line(entry)).collect()
    }

    /// What the line of an entry says, without number and time.
    pub fn words(&self, entry: &Entry) -> Option<String> {
        if let Some(Effect::Unheard { .. }) = entry.effect()
            && let Some(told) = unheard::by_anybody(entry, self.lane, &self.names)
        {
            return told;
        }
        // A refusal is written right behind its call.
        if entry.call().is_some_and(|call| call.app.is_none())
            && let Some(refusal) = self.lane.entry(entry.seq + 1)
        {
            return refused_line(entry, &refusal, &self.names);
        }
        let text = told(entry, &self.names, self.tried(entry).as_deref())?;
        Some(match self.lane.late_call(entry.seq).filter(|_| entry.call().is_some()) {
            Some(Late { delivery, .. }) => {
                format!("{text}  [late: an answer to {delivery}, from before the clock moved]")
            }
            None => text,
        })
    }

    /// What a try delivers.
    fn tried(&self, entry: &Entry) -> Option<String> {
        let Record::Attempt { delivery, .. } = entry.record else { return None };
        let entry = self.lane.entry(delivery)?;
        let Effect::Deliver(delivery) = entry.effect()? else { return None };
        Some(describe_delivery(delivery, &self.names))
    }
}

/// The virtual date and time of day of an entry.
fn date_and_time(entry: &Entry) -> (String, String) {
    let text = rfc3339(entry.at);
    let (date, time) = text.split_once('T').unwrap_or(("", &text));
    (date.to_owned(), time.trim_end_matches('Z').to_owned())
}
