//! The files that were asked for, each once and under one path.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::Unreadable;
use crate::paths::{lexical, seen_from};

/// What was found so far.
#[derive(Default)]
struct Found {
    files: BTreeSet<PathBuf>,
    /// The folders that were searched, and those of files that were asked for.
    folders: BTreeSet<PathBuf>,
    /// What was looked at already, with all links followed: a link may lead to a folder that it lies in.
    seen: BTreeSet<PathBuf>,
    /// Links below folders. They are followed last, so that what they lead to keeps the name that it has without them.
    links: Vec<PathBuf>,
}

/// Finds the scenario files among files and folders, in the order of their paths. What several links lead to is found
/// once. The folders in which more could appear come with them.
pub(super) fn find(paths: &[PathBuf]) -> Result<(BTreeSet<PathBuf>, BTreeSet<PathBuf>), Unreadable> {
    let here = std::env::current_dir().ok();
    let spelt = |path: &Path| here.as_deref().map_or_else(|| lexical(path), |here| seen_from(here, path));
    let mut found = Found::default();
    for given in paths {
        let path = spelt(given);
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
        found.collect(path).map_err(|(of, error)| {
            let path = if of == path { given.clone() } else { lexical(&of) };
            Unreadable { path, error }
        })?;
    }
    while !found.links.is_empty() {
        let mut links = std::mem::take(&mut found.links);
        links.sort();
        for link in links {
            found.entry(&link).map_err(|(path, error)| Unreadable { path: lexical(&path), error })?;
        }
    }
    Ok((found.files.into_iter().map(|path| lexical(&path)).collect(), found.folders))
}

impl Found {
    /// Takes in a file, or what lies in a folder; fails with the path that cannot be read.
    fn collect(&mut self, path: &Path) -> Result<(), (PathBuf, io::Error)> {
        let unreadable = |error| (path.to_owned(), error);
        if !path.is_dir() {
            // Opening a file tells best what is wrong with it; whatever else it is, opening it might not end.
            let known = std::fs::metadata(path).map_err(unreadable)?;
            if known.is_file() {
                std::fs::File::open(path).map_err(unreadable)?;
            }
            self.take(path);
            self.folders.extend(path.parent().map(Path::to_owned));
            return Ok(());
        }
        if !self.is_new(path) {
            return Ok(());
        }
        self.folders.insert(path.to_owned());
        for entry in std::fs::read_dir(path).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_symlink() {
                self.links.push(path);
            } else {
                self.entry(&path)?;
            }
        }
        Ok(())
    }

    /// Takes in what lies in a folder, if it is looked at at all.
    fn entry(&mut self, path: &Path) -> Result<(), (PathBuf, io::Error)> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // What is hidden belongs to other tools: `.git`, `.github`, `.gitlab-ci.yml`.
        if name.starts_with('.') {
            return Ok(());
        }
        if path.is_dir() {
            if name != "node_modules" {
                self.collect(path)?;
            }
        } else if is_scenario_file(path) {
            self.take(path);
        }
        Ok(())
    }

    fn take(&mut self, file: &Path) {
        if self.is_new(file) {
            self.files.insert(file.to_owned());
        }
    }

    /// Whether this was not looked at before, under whatever path. What cannot be followed is told by who opens it.
    fn is_new(&mut self, path: &Path) -> bool {
        path.canonicalize().map_or(true, |real| self.seen.insert(real))
    }
}

/// By its ending, in whatever case.
fn is_scenario_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ["yaml", "yml"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
