//! Finding the scenarios that were asked for.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostics::Diagnostic;
use crate::scenario::{Document, Scenario, load};

/// What was found.
#[derive(Debug, Default)]
pub struct Selection {
    /// The scenarios, in the order of their files.
    pub scenarios: Vec<Selected>,
    /// Everything that is wrong with the files.
    pub problems: Vec<Diagnostic>,
    /// How many files were read.
    pub files: usize,
}

/// A scenario and where it comes from.
#[derive(Debug, Clone)]
pub struct Selected {
    /// Its full name: the path without ending, and the name.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub scenario: Scenario,
}

/// A path that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {error}", .path.display())]
pub struct Unreadable {
    /// The path.
    pub path: PathBuf,
    /// What the system says.
    #[source]
    pub error: io::Error,
}

/// Reads every scenario of the given files and folders whose full name holds the filter.
///
/// # Errors
///
/// When a path cannot be read at all.
pub fn select(paths: &[PathBuf], filter: Option<&str>) -> Result<Selection, Unreadable> {
    let mut files = BTreeSet::new();
    for path in paths {
        collect(path, &mut files).map_err(|error| Unreadable { path: path.clone(), error })?;
    }
    let mut selection = Selection { files: files.len(), ..Selection::default() };
    for path in files {
        let text = std::fs::read(&path).map_err(|error| Unreadable { path: path.clone(), error })?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let (documents, problems) = load(&path, text, &|path| std::fs::read_to_string(path));
        selection.problems.extend(problems);
        for document in documents {
            if let Document::Scenario(scenario) = document {
                let name = full_name(&path, &scenario.name.value);
                if filter.is_none_or(|filter| name.contains(filter)) {
                    selection.scenarios.push(Selected { name, path: path.clone(), scenario: *scenario });
                }
            }
        }
    }
    Ok(selection)
}

/// The name of a scenario in reports, of its lane and of its journal.
fn full_name(path: &Path, name: &str) -> String {
    let path = path.with_extension("");
    let path = path.strip_prefix("./").unwrap_or(&path);
    format!("{}/{name}", path.display())
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
        if path.is_dir() {
            if !name.starts_with('.') && name != "node_modules" {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.insert(path);
        }
    }
    Ok(())
}
