//! What a selection was read from, to tell what a change of a file means.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

use super::Selected;
use crate::bots::{Change, How};

/// The files that scenarios were read from, with what they held, and the files that those name.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// What each file held, as a digest; none where there was no such file.
    held: BTreeMap<PathBuf, Option<u64>>,
    /// The files that were asked for, by their names or with their folders.
    asked: BTreeSet<PathBuf>,
    /// The files that a file of scenarios names or looks for: worlds, parts, pictures.
    used: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Sources {
    pub(super) fn asked_for(&mut self, path: &Path, bytes: &[u8]) {
        self.held.insert(path.to_owned(), Some(digest(bytes)));
        self.asked.insert(path.to_owned());
    }

    pub(super) fn used(&mut self, user: &Path, path: &Path, bytes: Option<&[u8]>) {
        self.held.entry(path.to_owned()).or_insert_with(|| bytes.map(digest));
        self.used.entry(user.to_owned()).or_default().insert(path.to_owned());
    }

    /// The files, those included that are not there.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.held.keys().map(PathBuf::as_path)
    }

    /// What is not as it was before, in the order of paths.
    pub fn changes(&self, before: &Self) -> Vec<Change> {
        let paths: BTreeSet<&PathBuf> = self.held.keys().chain(before.held.keys()).collect();
        let changes = paths.into_iter().filter_map(|path| {
            // A file that nobody reads any more, or did not read before, need not have changed.
            let was_read = before.held.contains_key(path) || self.asked.contains(path);
            let is_read = self.held.contains_key(path) || before.asked.contains(path);
            let (old, new) = (before.digest_of(path), self.digest_of(path));
            let how = match (old, new) {
                _ if old == new || !was_read || !is_read => return None,
                (None, _) => How::New,
                (Some(_), None) => How::Removed,
                (Some(_), Some(_)) => How::Changed,
            };
            Some(Change::new(path, how))
        });
        changes.collect()
    }

    fn digest_of(&self, path: &Path) -> Option<u64> {
        self.held.get(path).copied().flatten()
    }

    /// Which scenarios read a file: those that are in it, use it or play in it. `path` may be new or gone.
    pub fn readers<'a>(&self, path: &Path, scenarios: &'a [Selected]) -> Vec<&'a Selected> {
        let is = |name: &str| Path::new(name) == path;
        let names = |selected: &&Selected| {
            let Selected { path: file, scenario, .. } = selected;
            file == path
                || is(&scenario.world.file.name)
                || scenario.steps.iter().any(|step| is(&step.file.name))
        };
        let direct: Vec<&Selected> = scenarios.iter().filter(names).collect();
        if !direct.is_empty() {
            return direct;
        }
        // Of a picture, a part without steps of its own, or a file that is looked for in vain, only the file is known
        // that wants it.
        let wants =
            |selected: &&Selected| self.used.get(&selected.path).is_some_and(|used| used.contains(path));
        scenarios.iter().filter(wants).collect()
    }
}

fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}
