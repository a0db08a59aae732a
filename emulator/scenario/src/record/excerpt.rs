//! A part of a journal: from one step to another, and what must be as it is at the begin of any scenario.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{Effect, Holder, PersonAct, Psid, Timestamp};
use emulator_server::journal::{Entry, Kind, Record};

use super::RecordError;
use super::journal::Heading;
use super::story::Index;

/// Which part of a journal is told.
#[derive(Debug, Clone, Default)]
pub struct Excerpt {
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
    /// The first entry of the part, where what comes before it leads there.
    pub(crate) begins: Option<u64>,
    pub(crate) warnings: Vec<String>,
}

/// Takes a part out of a journal. What admins changed before it comes along, since steps can say that again. Where it
/// begins inside a conversation, so does what led there.
///
/// # Errors
///
/// When there is no step in it.
pub(crate) fn choose(heading: &Heading, entries: &[Entry], part: &Excerpt) -> Result<Chosen, RecordError> {
    let after = |seq: u64| move |entry: &&Entry| entry.is_root() && entry.seq > seq;
    let end = part.to.and_then(|to| entries.iter().find(after(to))).map_or(u64::MAX, |next| next.seq);
    let Some(from) = part.from else {
        let entries = entries.iter().filter(|entry| entry.seq < end).cloned().collect();
        return Ok(Chosen { entries, begins: None, warnings: Vec::new() });
    };
    let first = entries.iter().find(after(from.saturating_sub(1)));
    let first = first.filter(|first| first.seq < end).ok_or(RecordError::NothingThere { from })?;
    let (before, rest) = entries.split_at(entries.partition_point(|entry| entry.seq < first.seq));
    let within: Vec<&Entry> = rest.iter().filter(|entry| entry.seq < end).collect();
    let is_told = |person: &Psid| part.person.as_deref().is_none_or(|only| only == heading.person(*person));
    let people: BTreeSet<Psid> = within.iter().filter_map(|entry| entry.person()).filter(is_told).collect();
    let leads = !Standing::after(before).is_new(&people, first.at);
    let start = if leads { last_new(before, &people) } else { first.seq };
    let (before, lead) = before.split_at(before.partition_point(|entry| entry.seq < start));
    let begins_at = lead.first().map_or(first.at, |entry| entry.at);
    let mut warnings = Vec::new();
    if let Some(person) = before.iter().filter_map(Entry::person).find(|person| people.contains(person)) {
        warnings.push(format!(
            "a bot that remembers what {} did before entry {start} may answer otherwise to somebody new",
            heading.names.person(person),
        ));
    }
    let index = Index::of(entries);
    let set = |entry: &&Entry| entry.kind() == Kind::Page && index.child(entry.seq, Kind::Declined).is_none();
    let stage = before.iter().filter(set).map(|entry| Entry { at: begins_at, ..entry.clone() });
    let entries = stage.chain(lead.iter().cloned()).chain(within.into_iter().cloned()).collect();
    Ok(Chosen { entries, begins: leads.then_some(first.seq), warnings })
}

/// What of conversations is other than at their begin.
#[derive(Default)]
struct Standing {
    owners: BTreeMap<Psid, Holder>,
    windows: BTreeMap<Psid, Timestamp>,
    marked: BTreeSet<Psid>,
    blocked: BTreeSet<Psid>,
}

fn set(people: &mut BTreeSet<Psid>, person: Psid, is: bool) {
    if is {
        people.insert(person);
    } else {
        people.remove(&person);
    }
}

impl Standing {
    fn after(entries: &[Entry]) -> Self {
        let mut standing = Self::default();
        for entry in entries {
            if let Record::Effect(Effect::ControlMoved { person, to, .. }) = &entry.record {
                standing.owners.insert(*person, *to);
            } else if let Record::Effect(Effect::WindowOpened { person, until }) = &entry.record {
                standing.windows.insert(*person, *until);
            } else if let Record::Effect(Effect::MarkedDone { person, marked }) = &entry.record {
                set(&mut standing.marked, *person, *marked);
            } else if let Record::Person { person, act: PersonAct::Blocks(blocks) } = &entry.record {
                set(&mut standing.blocked, *person, *blocks);
            }
        }
        standing
    }

    /// True where these conversations are as new ones.
    fn is_new(&self, people: &BTreeSet<Psid>, at: Timestamp) -> bool {
        !people.iter().any(|person| {
            matches!(self.owners.get(person), Some(Holder::Party(_)))
                || self.windows.get(person).is_some_and(|until| *until > at)
                || self.blocked.contains(person)
                || self.marked.contains(person)
        })
    }
}

/// The last step before which all was as it is at the begin of a scenario.
fn last_new(entries: &[Entry], people: &BTreeSet<Psid>) -> u64 {
    let mut found = 1;
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.is_root()) {
        if Standing::after(&entries[..index]).is_new(people, entry.at) {
            found = entry.seq;
        }
    }
    found
}
