//! Writes all files or none.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::files::Planned;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritten {
    /// Files that would be overwritten.
    #[error("{} there already; move {} away, or name another folder", listed(.0), if .0.len() == 1 { "it" } else { "them" })]
    There(Vec<PathBuf>),
    /// A file or a folder that cannot be made.
    #[error("cannot make {}: {error}", .path.display())]
    Failed {
        /// The path.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    format!("{} {}", paths.join(", "), if paths.len() == 1 { "is" } else { "are" })
}

/// Where a file below a folder is, as it is shown.
pub(super) fn below(folder: &Path, path: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) }
}

/// Writes the files below a folder, which is made if it is not there.
pub(super) fn write(folder: &Path, planned: &[Planned]) -> Result<Made, Unwritten> {
    let paths: Vec<PathBuf> = planned.iter().map(|file| below(folder, file.path)).collect();
    // A link that leads nowhere is there as well.
    let there: Vec<PathBuf> = paths.iter().filter(|path| path.symlink_metadata().is_ok()).cloned().collect();
    if !there.is_empty() {
        return Err(Unwritten::There(there));
    }
    let mut made = Made::default();
    for (path, file) in paths.iter().zip(planned) {
        if let Err((path, error)) = made.file(path, &file.text) {
            made.undo();
            return Err(Unwritten::Failed { path, error });
        }
    }
    Ok(made)
}

/// What was made so far, in order.
#[derive(Default)]
pub(super) struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    fn file(&mut self, path: &Path, text: &str) -> Result<(), (PathBuf, io::Error)> {
        if let Some(folder) = path.parent() {
            self.folder(folder)?;
        }
        let failed = |error| (path.to_owned(), error);
        // Somebody else may have made it meanwhile.
        let mut file = fs::File::create_new(path).map_err(failed)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }

    fn folder(&mut self, folder: &Path) -> Result<(), (PathBuf, io::Error)> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.folder(above)?;
        }
        if folder.exists() {
            return Err((
                folder.to_owned(),
                io::Error::new(io::ErrorKind::NotADirectory, "it is not a folder"),
            ));
        }
        fs::create_dir(folder).map_err(|error| (folder.to_owned(), error))?;
        self.folders.push(folder.to_owned());
        Ok(())
    }

    /// Takes away what was made; what cannot be taken away stays.
    pub(super) fn undo(self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}
