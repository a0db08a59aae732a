//! The cells of the decision table that journals have played.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use emulator_core::decisions::Cell;
use emulator_scenario::input::read_input;
use emulator_scenario::record::Journal;

use crate::commands::export::shown;

/// How the names of journals in a folder end.
const ENDING: &str = "jsonl";

/// The cells that the journals have played, and those in the folders.
///
/// # Errors
///
/// What cannot be read.
pub(super) fn cells(paths: &[PathBuf]) -> Result<BTreeSet<Cell>, String> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        find(path, &mut files).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        if files.len() == before {
            let path = path.display();
            return Err(format!(
                "there is no journal in {path}: no file in it ends with .{ENDING}\nhelp: `run --journal {path}` writes some"
            ));
        }
    }
    let mut cells = BTreeSet::new();
    for file in &files {
        cells.extend(read(file)?);
    }
    Ok(cells)
}

fn read(path: &Path) -> Result<BTreeSet<Cell>, String> {
    let name = shown(path);
    let bytes = read_input(path, u64::MAX).map_err(|error| format!("cannot read {name}: {error}"))?;
    let journal =
        Journal::read(&String::from_utf8_lossy(&bytes)).map_err(|error| format!("{name}: {error}"))?;
    for oddity in journal.oddities() {
        eprintln!("warning: {name}: {oddity}");
    }
    Ok(journal.touched().cells().clone())
}

/// The journals in a folder and in those below it, by name.
fn find(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link may lead back up.
        if entry.file_type()?.is_dir() {
            find(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == ENDING) {
            into.push(path);
        }
    }
    Ok(())
}
