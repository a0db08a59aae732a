//! Two recordings of the same run, held against each other line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What was recorded of a run: lists of lines, by name.
pub(super) type Streams = BTreeMap<String, Vec<String>>;

/// How many equal lines stand before a change.
const CONTEXT: usize = 2;
/// How many lines of each side of a change are shown.
const LINES: usize = 12;
/// How much of a line is shown.
const SHOWN: usize = 320;
/// How much of a long line is shown before the place where it differs.
const BEFORE: usize = 120;

/// Which recording a line is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Only the earlier binary says it.
    Before,
    /// Only the present one says it.
    After,
}

/// A line that is in one recording alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) side: Side,
    pub(super) line: String,
}

/// Neighbouring lines that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) stream: String,
    /// The line of the present recording at which it begins, from 1.
    at: usize,
    /// Equal lines before it.
    context: Vec<String>,
    pub(super) changed: Vec<Changed>,
}

/// The differences of all streams.
pub(super) fn differences(before: &Streams, after: &Streams) -> Vec<Hunk> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let none = Vec::new();
    let of = |streams: &'_ Streams, name: &String| streams.get(name).unwrap_or(&none).clone();
    names.into_iter().flat_map(|name| hunks(name, &of(before, name), &of(after, name))).collect()
}

fn hunks(stream: &str, before: &[String], after: &[String]) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut old, mut new) = (0, 0);
    let mut open = false;
    let common = longest_common(before, after);
    for (next_old, next_new) in common.into_iter().chain([(before.len(), after.len())]) {
        let removed = before[old..next_old].iter().map(|line| (Side::Before, line));
        let added = after[new..next_new].iter().map(|line| (Side::After, line));
        for (side, line) in removed.chain(added) {
            if !open {
                let context = after[new.saturating_sub(CONTEXT)..new].to_vec();
                hunks.push(Hunk { stream: stream.to_owned(), at: new + 1, context, changed: Vec::new() });
                open = true;
            }
            if let Some(hunk) = hunks.last_mut() {
                hunk.changed.push(Changed { side, line: line.clone() });
            }
        }
        open = false;
        (old, new) = (next_old + 1, next_new + 1);
    }
    hunks
}

/// The pairs of positions of a longest common subsequence. Streams have some dozens of lines, so a table is cheap.
fn longest_common(before: &[String], after: &[String]) -> Vec<(usize, usize)> {
    let width = after.len() + 1;
    let mut lengths = vec![0_usize; (before.len() + 1) * width];
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            lengths[old * width + new] = if before[old] == after[new] {
                lengths[(old + 1) * width + new + 1] + 1
            } else {
                lengths[(old + 1) * width + new].max(lengths[old * width + new + 1])
            };
        }
    }
    let (mut old, mut new) = (0, 0);
    let mut pairs = Vec::new();
    while old < before.len() && new < after.len() {
        if before[old] == after[new] {
            pairs.push((old, new));
            old += 1;
            new += 1;
        } else if lengths[(old + 1) * width + new] >= lengths[old * width + new + 1] {
            old += 1;
        } else {
            new += 1;
        }
    }
    pairs
}

impl fmt::Display for Hunk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "  {}, line {}:", self.stream, self.at)?;
        for line in &self.context {
            writeln!(out, "      {}", excerpt(line, 0))?;
        }
        let of = |side| self.changed.iter().filter(move |changed| changed.side == side);
        // A line and what it has become stand in the same place of both lists, as far as there are as many.
        let paired = of(Side::Before).count() == of(Side::After).count();
        let differs = |index: usize| match (of(Side::Before).nth(index), of(Side::After).nth(index)) {
            (Some(before), Some(after)) if paired => first_difference(&before.line, &after.line),
            _ => 0,
        };
        for (side, sign) in [(Side::Before, '-'), (Side::After, '+')] {
            for (index, changed) in of(side).enumerate().take(LINES) {
                writeln!(out, "    {sign} {}", excerpt(&changed.line, differs(index)))?;
            }
            let more = of(side).count().saturating_sub(LINES);
            if more > 0 {
                writeln!(out, "    {sign} … and {more} more lines")?;
            }
        }
        Ok(())
    }
}

fn first_difference(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// The part of a line around a place, so that what differs is in it.
fn excerpt(line: &str, around: usize) -> String {
    if line.len() <= SHOWN {
        return line.to_owned();
    }
    let begin = line.floor_char_boundary(around.saturating_sub(BEFORE).min(line.len() - SHOWN));
    let end = line.floor_char_boundary(begin + SHOWN);
    let (head, tail) = (if begin > 0 { "…" } else { "" }, if end < line.len() { "…" } else { "" });
    format!("{head}{}{tail}", &line[begin..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams(lines: &[&str]) -> Streams {
        [("what happened".to_owned(), lines.iter().map(|line| (*line).to_owned()).collect())].into()
    }

    fn shown(before: &[&str], after: &[&str]) -> String {
        differences(&streams(before), &streams(after)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn equal_streams_have_no_differences() {
        assert_eq!(shown(&["a", "b"], &["a", "b"]), "");
    }

    #[test]
    fn a_changed_line_stands_below_the_lines_before_it() {
        assert_eq!(
            shown(&["a", "b", "c", "d"], &["a", "b", "C", "d"]),
            "  what happened, line 3:\n      a\n      b\n    - c\n    + C\n"
        );
    }

    #[test]
    fn a_changed_order_is_a_line_that_goes_and_one_that_comes() {
        assert_eq!(
            shown(&["a", "b"], &["b", "a"]),
            "  what happened, line 1:\n    - a\n  what happened, line 2:\n      b\n    + a\n"
        );
    }

    #[test]
    fn a_stream_that_only_one_side_has_differs_in_all_its_lines() {
        let hunks = differences(&Streams::new(), &streams(&["a", "b"]));
        assert_eq!(hunks.len(), 1);
        assert_eq!(hunks[0].changed.len(), 2);
    }

    #[test]
    fn of_a_long_line_the_place_is_shown_where_it_differs() {
        let long = |middle: &str| format!("{}{middle}{}", "é".repeat(400), "z".repeat(400));
        let (before, after) = (long("old"), long("new"));
        let shown = shown(&[&before], &[&after]);
        assert!(shown.contains("old") && shown.contains("new"), "{shown}");
        assert!(shown.lines().all(|line| line.len() < SHOWN + 20), "{shown}");
    }
}
