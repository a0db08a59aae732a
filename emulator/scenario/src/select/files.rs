//! The files that were asked for, each once and under one path.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::Unreadable;
use crate::paths::{lexical, seen_from};

/// Finds the scenario files among files and folders, in the order of their paths.
pub(super) fn find(paths: &[PathBuf]) -> Result<BTreeSet<PathBuf>, Unreadable> {
    let here = std::env::current_dir().ok();
    let spelt = |path: &Path| here.as_deref().map_or_else(|| lexical(path), |here| seen_from(here, path));
    let mut files = BTreeSet::new();
    for given in paths {
        let unreadable = |error| Unreadable { path: given.clone(), error };
        let path = spelt(given);
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
        collect(path, &mut files).map_err(unreadable)?;
    }
    Ok(files.into_iter().map(|path| lexical(&path)).collect())
}

fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        // Opening it tells best what is wrong with it.
        std::fs::File::open(path)?;
        files.insert(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // What is hidden belongs to other tools: `.git`, `.github`, `.gitlab-ci.yml`.
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            if name != "node_modules" {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.insert(path);
        }
    }
    Ok(())
}
