//! The committed list of differences that are wanted, `differences.txt`: what was wrong before and is right now.
//!
//! An entry excuses changed lines of scenarios, and says which row of "Wrong today" it belongs to. One that excuses
//! nothing is an error, so the list never holds more than what differs.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Result, bail, ensure};

use super::streams::Hunk;

const LIST: &str = include_str!("differences.txt");

/// One wanted difference.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its line in the file.
    line: usize,
    /// The full name of the scenarios; `*` is any text.
    scenario: String,
    /// A part of the name of the stream; `*` is any text.
    stream: String,
    /// A part of the changed line; `*` is any text.
    text: String,
    /// The row of "Wrong today".
    row: String,
}

/// The list, and which of its entries have excused something.
#[derive(Debug)]
pub(super) struct Differences {
    entries: Vec<Entry>,
    used: BTreeSet<usize>,
}

impl fmt::Display for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, scenario, stream, text, row: _ } = self;
        write!(out, "differences.txt:{line}: {scenario} | {stream} | {text}")
    }
}

impl Differences {
    /// The committed list.
    pub(super) fn committed() -> Result<Self> {
        Self::read(LIST)
    }

    fn read(list: &str) -> Result<Self> {
        let mut entries = Vec::new();
        for (number, line) in (1..).zip(list.lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let members: Vec<_> = line.split(" | ").map(str::trim).collect();
            let [scenario, stream, text, row] = members[..] else {
                bail!(
                    "differences.txt:{number}: an entry has four members and this line has {}\n\
                     help: write SCENARIO | STREAM | TEXT | ROW of \"Wrong today\"",
                    members.len()
                );
            };
            ensure!(
                members.iter().all(|member| !member.is_empty()),
                "differences.txt:{number}: a member of this entry is empty\nhelp: `*` stands for any text"
            );
            let [scenario, stream, text, row] = [scenario, stream, text, row].map(str::to_owned);
            entries.push(Entry { line: number, scenario, stream, text, row });
        }
        Ok(Self { entries, used: BTreeSet::new() })
    }

    /// Whether every changed line of a hunk is wanted; gives the rows that want it.
    pub(super) fn excuse(&mut self, scenario: &str, hunk: &Hunk) -> Option<BTreeSet<String>> {
        let mut used = BTreeSet::new();
        for changed in &hunk.changed {
            let excuses: Vec<usize> = (0..self.entries.len())
                .filter(|index| self.entries[*index].excuses(scenario, &hunk.stream, &changed.line))
                .collect();
            if excuses.is_empty() {
                return None;
            }
            used.extend(excuses);
        }
        let rows = used.iter().map(|index| self.entries[*index].row.clone()).collect();
        self.used.extend(used);
        Some(rows)
    }

    /// The entries that have excused nothing.
    pub(super) fn unused(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.used.contains(index))
            .map(|(_, entry)| entry)
    }

    /// How many entries excused something.
    pub(super) fn used(&self) -> usize {
        self.used.len()
    }
}

impl Entry {
    fn excuses(&self, scenario: &str, stream: &str, line: &str) -> bool {
        is_like(scenario, &self.scenario)
            && is_like(stream, &format!("*{}*", self.stream))
            && is_like(line, &format!("*{}*", self.text))
    }
}

/// Whether a text is a pattern in which `*` stands for any text.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<_> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::super::streams::{Streams, differences};
    use super::*;

    const LISTED: &str = "# what is wanted\n\nscenarios/idle/* | happened | owner livechat | a row\n";

    fn hunk(before: &str, after: &str) -> Hunk {
        let streams = |line: &str| Streams::from([("what happened".to_owned(), vec![line.to_owned()])]);
        differences(&streams(before), &streams(after)).remove(0)
    }

    #[test]
    fn the_committed_list_can_be_read() {
        Differences::committed().unwrap();
    }

    #[test]
    fn an_entry_excuses_lines_that_it_names_and_no_others() {
        let mut list = Differences::read(LISTED).unwrap();
        let wanted = hunk("the owner livechat", "another owner livechat");
        assert_eq!(list.excuse("scenarios/idle/a/b", &wanted), Some(BTreeSet::from(["a row".to_owned()])));
        assert_eq!(list.excuse("scenarios/page/a/b", &wanted), None);
        assert_eq!(list.excuse("scenarios/idle/a/b", &hunk("the owner livechat", "the owner bot")), None);
    }

    #[test]
    fn an_entry_that_excuses_nothing_is_unused() {
        let mut list = Differences::read(LISTED).unwrap();
        assert_eq!(
            list.unused().next().unwrap().to_string(),
            "differences.txt:3: scenarios/idle/* | happened | owner livechat"
        );
        list.excuse("scenarios/idle/a/b", &hunk("x owner livechat", "y owner livechat")).unwrap();
        assert_eq!((list.unused().count(), list.used()), (0, 1));
    }

    #[test]
    fn an_entry_with_a_missing_member_is_an_error_that_says_where() {
        let error = Differences::read("# one\nscenarios/* | calls | x\n").unwrap_err().to_string();
        assert!(error.starts_with("differences.txt:2: an entry has four members"), "{error}");
        assert!(Differences::read("a |  | c | d\n").is_err());
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (text, pattern, like) in [
            ("abc", "abc", true),
            ("abc", "a*", true),
            ("abc", "*c", true),
            ("abc", "a*b*c", true),
            ("abc", "ab", false),
            ("abc", "*b", false),
            ("ab", "ab*b", false),
            ("", "*", true),
        ] {
            assert_eq!(is_like(text, pattern), like, "{text} {pattern}");
        }
    }
}
