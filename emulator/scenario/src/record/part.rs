//! A part of a journal: from one step to another, and what must be as it is at the begin of any scenario.

use std::collections::{BTreeMap, BTreeSet};

use emulator_server::journal::Kind;
use serde_json::Value;

use super::RecordError;
use super::journal::{Entry, name_of};
use super::story::{Index, is_root};

/// Which part of a journal is told.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// The entry at which it begins, or that before the step at which it does.
    pub from: Option<u64>,
    /// The entry at which it ends, with what follows from that.
    pub to: Option<u64>,
    /// The only person whose conversation is told.
    pub person: Option<String>,
}

/// The entries of a part, and what is to be said of it.
pub(crate) struct Chosen {
    pub(crate) entries: Vec<Entry>,
    pub(crate) warnings: Vec<String>,
}

/// Takes a part out of a journal. What admins changed before it comes along, since steps can say that again.
///
/// # Errors
///
/// When it begins in the middle of something that no step can bring about.
pub(crate) fn choose(entries: &[Entry], part: &Part) -> Result<Chosen, RecordError> {
    let after = |seq: u64| move |entry: &&Entry| is_root(entry) && entry.seq > seq;
    let end = part.to.and_then(|to| entries.iter().find(after(to))).map_or(u64::MAX, |next| next.seq);
    let Some(from) = part.from else {
        let entries = entries.iter().filter(|entry| entry.seq < end).cloned().collect();
        return Ok(Chosen { entries, warnings: Vec::new() });
    };
    let first = entries.iter().find(after(from.saturating_sub(1)));
    let first = first.filter(|first| first.seq < end).ok_or(RecordError::NothingThere { from })?;
    let (before, rest) = entries.split_at(entries.partition_point(|entry| entry.seq < first.seq));
    let within: Vec<&Entry> = rest.iter().filter(|entry| entry.seq < end).collect();
    let people: BTreeSet<&str> = within.iter().filter_map(|entry| entry.person()).collect();
    let people: BTreeSet<&str> = people
        .into_iter()
        .filter(|person| part.person.as_deref().is_none_or(|only| only == name_of(person)))
        .collect();
    if let Some(why) = Standing::after(before).unlike_new(&people, first.at) {
        let earlier = last_new(before, &people);
        return Err(RecordError::InTheMiddle { seq: first.seq, why, earlier });
    }
    let mut warnings = Vec::new();
    if let Some(person) = before.iter().filter_map(Entry::person).find(|person| people.contains(person)) {
        warnings.push(format!(
            "a bot that remembers what {person} did before entry {} may answer otherwise to somebody new",
            first.seq
        ));
    }
    let index = Index::of(entries);
    let set = |entry: &&Entry| entry.kind == Kind::Page && index.child(entry.seq, Kind::Declined).is_none();
    let stage = before.iter().filter(set).map(|entry| Entry { at: first.at, ..entry.clone() });
    let entries = stage.chain(within.into_iter().cloned()).collect();
    Ok(Chosen { entries, warnings })
}

/// What of conversations is other than at their begin.
#[derive(Default)]
struct Standing<'a> {
    owners: BTreeMap<&'a str, &'a str>,
    windows: BTreeMap<&'a str, i64>,
    marked: BTreeSet<&'a str>,
    blocked: BTreeSet<&'a str>,
}

impl<'a> Standing<'a> {
    fn after(entries: &'a [Entry]) -> Self {
        let mut standing = Self::default();
        for entry in entries {
            let Some(person) = entry.person() else { continue };
            if entry.kind == Kind::Control {
                standing.owners.insert(person, entry.text("to").unwrap_or_default());
            } else if entry.kind == Kind::Window {
                standing.windows.insert(person, entry.time("until").unwrap_or(i64::MAX));
            } else if entry.kind == Kind::MarkedDone && entry.data.get("marked") == Some(&Value::Bool(true)) {
                standing.marked.insert(person);
            } else if entry.kind == Kind::MarkedDone {
                standing.marked.remove(person);
            } else if entry.kind == Kind::Blocks {
                standing.blocked.insert(person);
            } else if entry.kind == Kind::Unblocks {
                standing.blocked.remove(person);
            }
        }
        standing
    }

    /// What a new conversation would lack, in words.
    fn unlike_new(&self, people: &BTreeSet<&str>, at: i64) -> Option<String> {
        people.iter().find_map(|person| {
            let owner = self.owners.get(person).filter(|owner| !["idle", "none"].contains(owner));
            if let Some(owner) = owner {
                return Some(format!("{owner} is in control of {person}'s conversation"));
            }
            if self.windows.get(person).is_some_and(|until| *until > at) {
                return Some(format!("{person}'s messaging window is open"));
            }
            if self.blocked.contains(person) {
                return Some(format!("{person} has blocked the Page"));
            }
            self.marked.contains(person).then(|| format!("{person}'s conversation is marked as done"))
        })
    }
}

/// The last step before which all was as it is at the begin of a scenario.
fn last_new(entries: &[Entry], people: &BTreeSet<&str>) -> u64 {
    let mut found = 1;
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| is_root(entry)) {
        if Standing::after(&entries[..index]).unlike_new(people, entry.at).is_none() {
            found = entry.seq;
        }
    }
    found
}
