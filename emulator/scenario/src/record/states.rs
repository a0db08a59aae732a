//! Who is in control and where conversations lie after each step, and what has changed.

use std::collections::BTreeMap;

use emulator_core::{Folder, Holder, Psid};

use super::acts::Words;
use super::teller::Subject;
use super::tree::{Line, Tree};

/// What is the case of each conversation, and what was said to be.
pub(super) struct Tracked<T> {
    pub(super) now: BTreeMap<Psid, T>,
    said: BTreeMap<Psid, T>,
}

impl<T: Copy + PartialEq> Tracked<T> {
    const fn new() -> Self {
        Self { now: BTreeMap::new(), said: BTreeMap::new() }
    }

    /// What is not as it was said to be, or as a conversation begins.
    fn changed(&mut self, new: T) -> Vec<(Psid, T)> {
        let said = |person: &Psid| self.said.get(person).copied().unwrap_or(new);
        let changed = self.now.iter().filter(|(person, now)| said(person) != **now);
        let changed = changed.map(|(person, now)| (*person, *now)).collect();
        self.said.clone_from(&self.now);
        changed
    }
}

/// Who is in control of each conversation, and where it lies.
pub(crate) struct States {
    pub(super) owners: Tracked<Holder>,
    pub(super) folders: Tracked<Folder>,
    /// Until when messaging windows are open.
    pub(super) windows: BTreeMap<Psid, Option<i64>>,
}

impl Default for States {
    fn default() -> Self {
        Self { owners: Tracked::new(), folders: Tracked::new(), windows: BTreeMap::new() }
    }
}

impl States {
    /// The states in which what leads to the beginning leaves each conversation. They are said therewith.
    pub(super) fn left(&mut self, words: &Words<'_>, subject: &Subject<'_>) -> Vec<Line> {
        let at = subject.begins.and_then(|begins| subject.entries.iter().find(|entry| entry.seq == begins));
        let at = at.map_or(i64::MAX, |entry| entry.at.0);
        let mut lines = Vec::new();
        for (person, until) in &self.windows {
            let mut state = |key: &str, value: &str| {
                let (of, on) = (words.of(Some(*person)), words.on_page_of(*person));
                lines.push(Line::only("expect", Tree::map([Some((key, Tree::name(value))), of, on])));
            };
            let owner = self.owners.now.get(person).copied().unwrap_or_default();
            state("owner", &words.heading.names.holder(owner));
            if let Some(folder) = self.folders.now.get(person).filter(|folder| **folder != Folder::Main) {
                state("folder", folder.name());
            }
            state("window", if until.is_none_or(|until| until > at) { "open" } else { "closed" });
        }
        self.owners.changed(Holder::Idle);
        self.folders.changed(Folder::Main);
        lines
    }

    pub(super) fn changed(&mut self, words: &Words<'_>) -> Vec<Line> {
        let line = |key: &str, value: Tree, person: Psid| {
            let expected = Tree::map([Some((key, value)), words.of(Some(person)), words.on_page_of(person)]);
            Line::only("expect", expected)
        };
        let owners = by_name(self.owners.changed(Holder::Idle), words).into_iter();
        let owners = owners.map(|(person, owner)| {
            let owner = words.heading.names.holder(owner);
            line("owner", Tree::name(&owner), person)
        });
        let folders = by_name(self.folders.changed(Folder::Main), words).into_iter();
        let folders = folders.map(|(person, folder)| line("folder", Tree::name(folder.name()), person));
        owners.chain(folders).collect()
    }
}

/// In the order of the people's names: ids are others in another run.
fn by_name<T>(mut changed: Vec<(Psid, T)>, words: &Words<'_>) -> Vec<(Psid, T)> {
    changed.sort_by_cached_key(|(person, _)| words.heading.person(*person));
    changed
}
