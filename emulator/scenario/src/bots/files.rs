//! The files of a bot: which of them count, and what has changed since somebody last looked.
//!
//! Each look compares all files with what was there before, whatever the system has told of them. So it does not
//! matter how an editor saves: written in place, renamed over, by way of a temporary file.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use self::names::{is_scenery, is_temporary, is_tool_folder};
use crate::cast::folder_of;
use crate::globs::Globs;
use crate::paths::{lexical, seen_from, shown};
use crate::scenario::{AppSpec, WorldSpec};

/// The files that belong to the bot of an app.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BotFiles {
    /// The app.
    pub app: String,
    /// The folder that its command runs in, with all links followed.
    folder: PathBuf,
    /// What the world names instead of everything in that folder.
    globs: Option<Globs>,
}

/// Files that the emulator writes itself, so that they are nobody's change.
#[derive(Debug, Clone, Default)]
pub struct OwnFiles {
    paths: BTreeSet<PathBuf>,
    /// Device and number of files that are written without being known by a name.
    open: BTreeSet<(u64, u64)>,
}

/// How a file stood when somebody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: (i64, i64),
    length: u64,
    /// Another file under the same name has another number.
    number: u64,
    counts: bool,
}

/// The files of a bot, as they stood when somebody looked.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    files: BTreeMap<PathBuf, Stamp>,
    folders: BTreeSet<PathBuf>,
}

/// A file that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Its path, with all links followed.
    pub path: PathBuf,
    /// Its path as it is shown: seen from the current folder.
    pub shown: String,
    /// What happened to it.
    pub how: How,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It holds something else.
    Changed,
    /// It was not there before.
    New,
    /// It is not there any more.
    Removed,
}

impl OwnFiles {
    /// Takes in a file, or a folder with all that is in it, which need not be there yet.
    pub fn add(&mut self, path: &Path) {
        let here = std::env::current_dir().unwrap_or_default();
        let path = lexical(&here.join(path));
        let real = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        let Some((above, real)) = real else { return };
        let below = path.strip_prefix(above).unwrap_or(Path::new(""));
        self.paths.insert(if below.as_os_str().is_empty() { real } else { real.join(below) });
    }

    /// Takes in what standard output and standard error go to.
    pub fn add_output(&mut self) {
        let streams =
            [std::io::stdout().as_fd().try_clone_to_owned(), std::io::stderr().as_fd().try_clone_to_owned()];
        for stream in streams.into_iter().flatten() {
            let metadata = fs::File::from(stream).metadata();
            self.open.extend(metadata.map(|metadata| (metadata.dev(), metadata.ino())));
        }
    }

    fn holds(&self, path: &Path, metadata: &Metadata) -> bool {
        self.open.contains(&(metadata.dev(), metadata.ino()))
            || path.ancestors().any(|path| self.paths.contains(path))
    }
}

impl BotFiles {
    /// The files of each bot that a world starts, but for those with an empty list of globs.
    pub fn of(world: &WorldSpec) -> Vec<Self> {
        let nothing = |app: &&AppSpec| app.watch.as_ref().is_some_and(Vec::is_empty);
        let started = world.apps.iter().filter(|app| app.start.is_some() && !nothing(app));
        let files = started.map(|app| {
            let folder = folder_of(world, app);
            let folder = folder.canonicalize().unwrap_or(folder);
            let globs = app.watch.as_ref().map(|globs| globs.iter().map(|glob| glob.value.clone()).collect());
            Self {
                app: app.name.value.clone(),
                globs: globs.map(|globs| Globs::below(&folder, globs)),
                folder,
            }
        });
        files.collect()
    }

    /// The folder that its command runs in, as it is shown.
    pub fn folder(&self) -> String {
        show(&self.folder)
    }

    /// The globs that are watched instead of that folder.
    pub fn globs(&self) -> Option<&[String]> {
        self.globs.as_ref().map(|globs| globs.written.as_slice())
    }

    /// Looks at all files that count. `before` saves reading those again that have not changed.
    pub fn look(&self, own: &OwnFiles, before: &Seen) -> Seen {
        let root = self.globs.as_ref().map_or(&self.folder, |globs| &globs.root);
        // Globs that cannot be read were refused when the world was read.
        let matcher = self.globs.as_ref().and_then(|globs| globs.matcher().ok());
        let mut walk = WalkBuilder::new(root);
        walk.standard_filters(false);
        if matcher.is_none() {
            walk.git_ignore(true).git_exclude(true).parents(true).require_git(false);
        }
        let named: Vec<String> = self.globs.iter().flat_map(|globs| globs.written.clone()).collect();
        walk.filter_entry(move |entry| {
            let name = entry.file_name().to_string_lossy();
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let skipped = is_folder && entry.depth() > 0 && is_tool_folder(&name);
            !skipped || named.iter().any(|glob| glob.contains(&*name))
        });
        let mut seen = Seen::default();
        // What cannot be read is no file of a bot that runs.
        for entry in walk.build().flatten() {
            let path = entry.path();
            if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                seen.folders.insert(path.to_owned());
                continue;
            }
            let counts = match &matcher {
                // As `.gitignore` would leave it out, so it is watched.
                Some(matcher) => matcher.matched_path_or_any_parents(path, false).is_ignore(),
                None => !is_temporary(&entry.file_name().to_string_lossy()),
            };
            if !counts {
                continue;
            }
            let Ok(metadata) = fs::metadata(path) else { continue };
            if metadata.is_file() && !own.holds(path, &metadata) {
                let stamp = Stamp::of(path, &metadata, before.files.get(path), matcher.is_none());
                seen.files.insert(path.to_owned(), stamp);
            }
        }
        seen
    }
}

impl Stamp {
    fn of(path: &Path, metadata: &Metadata, before: Option<&Self>, reads: bool) -> Self {
        let modified = (metadata.mtime(), metadata.mtime_nsec());
        let stamp = Self { modified, length: metadata.len(), number: metadata.ino(), counts: true };
        match before {
            Some(before) if (Self { counts: before.counts, ..stamp }) == *before => *before,
            // Scenarios stand beside bots, and are read by the emulator alone.
            Some(_) | None => Self { counts: !reads || !is_scenery(path), ..stamp },
        }
    }
}

impl Seen {
    /// The folders in which files can appear.
    pub fn folders(&self) -> &BTreeSet<PathBuf> {
        &self.folders
    }

    /// What is not as it was before, in the order of paths.
    pub fn changes(&self, before: &Self) -> Vec<Change> {
        let counts = |stamp: Option<&Stamp>| stamp.is_some_and(|stamp| stamp.counts);
        let paths: BTreeSet<&PathBuf> = self.files.keys().chain(before.files.keys()).collect();
        let changes = paths.into_iter().filter_map(|path| {
            let (old, new) = (before.files.get(path), self.files.get(path));
            let how = match (counts(old), counts(new)) {
                _ if old == new => return None,
                (_, true) if old.is_some() => How::Changed,
                (_, true) => How::New,
                (true, false) => How::Removed,
                (false, false) => return None,
            };
            Some(Change::new(path, how))
        });
        changes.collect()
    }
}

impl Change {
    /// Something that happened to the file of that path.
    pub fn new(path: &Path, how: How) -> Self {
        Self { path: path.to_owned(), shown: show(path), how }
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.how {
            How::Changed => "changed",
            How::New => "is new",
            How::Removed => "was removed",
        };
        write!(out, "{} {what}", self.shown)
    }
}

fn show(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    shown(&seen_from(&here, path)).to_string()
}

#[cfg(test)]
mod tests;
