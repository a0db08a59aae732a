//! Whether the files of core import each other in one direction: of files in a circle nobody can say which to read first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use super::{Complaint, complaint};

/// The files that import each other in one direction. A folder counts as the file that it belongs to.
const CORE: &str = "emulator/core/src";

/// Who imports whom, and where.
#[derive(Debug, Default)]
pub(super) struct Imports {
    by_file: BTreeMap<String, BTreeMap<String, (PathBuf, usize)>>,
}

impl Imports {
    /// Takes note of what a file of core imports; tests may import what they like.
    pub(super) fn read(&mut self, path: &Path, text: &str) {
        let is_read = path.extension().is_some_and(|ending| ending == "rs")
            && path.file_name().is_some_and(|name| name != "lib.rs" && name != "tests.rs");
        let Some(file) = path.strip_prefix(CORE).ok().filter(|_| is_read).and_then(name_of) else { return };
        let imports = self.by_file.entry(file.clone()).or_default();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (index, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default();
            for import in line.split("crate::").skip(1).map(first_word).filter(|import| *import != file) {
                imports.entry(import.to_owned()).or_insert_with(|| (path.to_owned(), index + 1));
            }
        }
    }

    /// A complaint for each circle, at the import of the file that comes first by name.
    pub(super) fn circles(&self) -> Vec<Complaint> {
        let circle = |file: &String| {
            let circle = self.way_back(file)?;
            let (path, line) = self.by_file.get(file)?.get(circle.get(1)?)?;
            let is_first = circle.iter().all(|other| file <= other);
            let message = format!("imports in a circle: {}", circle.join(" → "));
            is_first.then(|| complaint(path, *line, message))
        };
        self.by_file.keys().filter_map(circle).collect()
    }

    /// The shortest way along imports from a file to itself, if there is one.
    fn way_back(&self, file: &str) -> Option<Vec<String>> {
        let mut ways = VecDeque::from([vec![file.to_owned()]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            let imports = way.last().and_then(|last| self.by_file.get(last));
            for import in imports.into_iter().flat_map(BTreeMap::keys) {
                let mut further = way.clone();
                further.push(import.clone());
                if import == file {
                    return Some(further);
                }
                if seen.insert(import.clone()) {
                    ways.push_back(further);
                }
            }
        }
        None
    }
}

/// What a file is called by those who import it.
fn name_of(path: &Path) -> Option<String> {
    let first = path.components().next()?;
    Some(Path::new(first.as_os_str()).file_stem()?.to_str()?.to_owned())
}

fn first_word(text: &str) -> &str {
    text.split(|other: char| !other.is_alphanumeric() && other != '_').next().unwrap_or_default()
}
