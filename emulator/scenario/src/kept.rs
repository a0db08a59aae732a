//! Files that come in the place of earlier ones, which are kept under another name.
//!
//! Reports and journals are written again by every run, and the earlier one may be the only trace of what went wrong. So
//! it moves to the next free number after its name: `junit.xml.1`, `junit.xml.2`, … The number comes last, so that what
//! collects `*.xml` finds the newest alone. Nothing is ever deleted.
//!
//! **Invariant:** no step replaces a file that holds something. A number is taken by creating an empty file, which only
//! one of several processes can do, and only that file is replaced by the earlier one; a new file is created where there
//! is none. So several runs at once, and a full disk, lose nothing.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Numbers that are tried; somebody with so many earlier files has another problem.
const MOST: u32 = 1_000_000;

/// A new file, and where an earlier one of its name is kept.
#[derive(Debug)]
pub struct Created {
    /// The new file, which is empty.
    pub file: File,
    /// The name that the earlier file has now, if there was one.
    pub kept: Option<PathBuf>,
}

/// The files that a command has written so far. It may write them once more, as `run --watch` does in each round; what
/// was there before is kept.
#[derive(Debug, Clone, Default)]
pub struct Ours(Arc<Mutex<BTreeSet<PathBuf>>>);

impl Ours {
    /// Creates a file; an earlier one is kept unless this command wrote it.
    ///
    /// # Errors
    ///
    /// As [`create`].
    pub fn create(&self, path: &Path) -> io::Result<Created> {
        if self.wrote(path) {
            return Ok(Created { file: File::create(path)?, kept: None });
        }
        let created = create(path)?;
        self.writes(path);
        Ok(created)
    }

    /// Whether the command has written the file before.
    pub fn wrote(&self, path: &Path) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    /// Notes that it has.
    pub fn writes(&self, path: &Path) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }
}

/// Creates a file; an earlier one is kept.
///
/// # Errors
///
/// When the file cannot be created or the earlier one cannot be kept; then it is where it was.
pub fn create(path: &Path) -> io::Result<Created> {
    let (file, kept) = place(path, || File::create_new(path))?;
    Ok(Created { file, kept })
}

/// Puts something at a path in one step; what is there is kept before. `put` must fail with
/// [`io::ErrorKind::AlreadyExists`] when something is there, and is called again then.
///
/// # Errors
///
/// What `put` fails with, or why the earlier file cannot be kept; then it is where it was.
pub fn place<T>(path: &Path, mut put: impl FnMut() -> io::Result<T>) -> io::Result<(T, Option<PathBuf>)> {
    let mut kept = None;
    loop {
        match put() {
            Ok(put) => return Ok((put, kept)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                match fs::symlink_metadata(path) {
                    // Another process may put its own there meanwhile, which is kept as well.
                    Ok(known) if known.is_file() || known.is_symlink() => kept = keep(path)?.or(kept),
                    // A folder, for instance, is nothing that a file could take the place of.
                    Ok(_) => return Err(error),
                    // Another process has just moved it away.
                    Err(gone) if gone.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Moves a file to the next free number after its name, and gives the new name; none when the file is gone.
fn keep(path: &Path) -> io::Result<Option<PathBuf>> {
    for number in 1..=MOST {
        let mut name = OsString::from(path);
        name.push(format!(".{number}"));
        let name = PathBuf::from(name);
        match File::create_new(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(_) => {
                return match fs::rename(path, &name) {
                    Ok(()) => Ok(Some(name)),
                    Err(error) => {
                        // It is empty and our own.
                        let _ = fs::remove_file(&name);
                        if error.kind() == io::ErrorKind::NotFound { Ok(None) } else { Err(error) }
                    }
                };
            }
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is no free number for the earlier file"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::thread;

    use tempfile::TempDir;

    use super::*;

    fn write(path: &Path, text: &str) -> Option<PathBuf> {
        let Created { mut file, kept } = create(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        kept
    }

    #[test]
    fn earlier_files_move_to_the_next_free_number() {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert_eq!(write(&at("junit.xml"), "first"), None);
        fs::write(at("junit.xml.2"), "somebody else's").unwrap();
        assert_eq!(write(&at("junit.xml"), "second"), Some(at("junit.xml.1")));
        assert_eq!(write(&at("junit.xml"), "third"), Some(at("junit.xml.3")));
        let read = |name: &str| fs::read_to_string(at(name)).unwrap();
        let all = ["junit.xml", "junit.xml.1", "junit.xml.2", "junit.xml.3"].map(read);
        assert_eq!(all, ["third", "first", "somebody else's", "second"]);
    }

    #[test]
    fn what_one_command_wrote_it_may_write_again() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("junit.xml");
        fs::write(&path, "earlier").unwrap();
        let ours = Ours::default();
        let write = |text: &str| {
            let Created { mut file, kept } = ours.create(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            kept
        };
        assert_eq!(write("the first round"), Some(folder.path().join("junit.xml.1")));
        assert_eq!(write("second"), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_is_not_moved_out_of_the_way() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("report");
        fs::create_dir(&path).unwrap();
        assert!(create(&path).is_err());
        assert!(path.is_dir() && fs::read_dir(folder.path()).unwrap().count() == 1);
    }

    #[test]
    fn of_many_writers_at_once_none_loses_what_it_wrote() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out.jsonl");
        thread::scope(|scope| {
            for writer in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    for turn in 0..20 {
                        write(path, &format!("{writer}/{turn}"));
                    }
                });
            }
        });
        let read = |entry: io::Result<fs::DirEntry>| fs::read_to_string(entry.unwrap().path()).unwrap();
        let texts: Vec<String> = fs::read_dir(folder.path()).unwrap().map(read).collect();
        let different: BTreeSet<&String> = texts.iter().collect();
        assert_eq!((texts.len(), different.len()), (160, 160));
    }

    #[test]
    fn what_cannot_be_kept_stays_where_it_is() {
        let folder = TempDir::new().unwrap();
        // No longer name fits, so that there is none with a number.
        let path = folder.path().join("x".repeat(255));
        fs::write(&path, "earlier").unwrap();
        assert!(create(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "earlier");
    }
}
