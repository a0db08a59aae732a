//! `--watch`: hears that files change.
//!
//! The system only tells that something has happened somewhere. What it was is found out by who looks then: so no event
//! that is lost, doubled or out of order makes a difference.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

/// How long nothing more may happen before somebody looks: editors save, and tools write, in several steps.
const DEBOUNCE: Duration = Duration::from_millis(200);
/// After how long somebody looks although there is no end to it.
const LOOK_AT_LAST: Duration = Duration::from_secs(2);

/// What has been watched for a while.
pub(crate) struct Watcher {
    notify: RecommendedWatcher,
    /// What has gone from its place with each event, if anything has.
    stirred: mpsc::UnboundedReceiver<Vec<PathBuf>>,
    folders: BTreeSet<PathBuf>,
    /// Those that are there and cannot be watched.
    refused: BTreeSet<PathBuf>,
    /// Whether something has happened that was not told yet, for it has not calmed down.
    pending: bool,
    /// What has gone since the folders were last told. One that was made again under its name is watched no more.
    gone: BTreeSet<PathBuf>,
}

impl Watcher {
    /// Watches nothing yet.
    ///
    /// # Errors
    ///
    /// When the system does not let it, in words.
    pub(crate) fn new() -> Result<Self, String> {
        let (stir, stirred) = mpsc::unbounded_channel();
        let heard = move |event: notify::Result<Event>| {
            let gone = match event {
                Ok(Event { kind, .. }) if is_looking(kind) => return,
                Ok(Event {
                    kind: EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)),
                    paths,
                    ..
                }) => paths,
                Ok(_) | Err(_) => Vec::new(),
            };
            // Whoever listened may have gone.
            let _ = stir.send(gone);
        };
        let notify = notify::recommended_watcher(heard).map_err(|error| reason(&error))?;
        let (folders, refused, gone) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Ok(Self { notify, stirred, folders, refused, pending: false, gone })
    }

    /// Watches these folders and no others, as far as they are there, each without those in it. Gives whether there are new ones among them, in
    /// which something may have happened before they were watched.
    ///
    /// One that is there and cannot be watched is passed over. The first time it is named in a warning, which ends with
    /// what comes of it.
    pub(crate) fn follow(&mut self, folders: &BTreeSet<PathBuf>, comes_of_it: &str) -> bool {
        // Events have the paths that were given, so each folder has one.
        let folders: BTreeSet<PathBuf> =
            folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        for gone in self.folders.difference(&folders) {
            // It may not be there any more.
            let _ = self.notify.unwatch(gone);
        }
        let gone = std::mem::take(&mut self.gone);
        let is_gone =
            |folder: &Path| !gone.is_empty() && folder.ancestors().any(|above| gone.contains(above));
        let mut refused = Vec::new();
        for folder in folders.iter().filter(|folder| !self.folders.contains(*folder) || is_gone(folder)) {
            if let Err(error) = self.notify.watch(folder, RecursiveMode::NonRecursive)
                && folder.is_dir()
            {
                refused.push((folder.clone(), reason(&error)));
            }
        }
        refused.retain(|(folder, _)| self.refused.insert(folder.clone()));
        if let [(first, why), others @ ..] = refused.as_slice() {
            let others = match others.len() {
                0 => String::new(),
                1 => " and another folder".to_owned(),
                count => format!(" and {count} other folders"),
            };
            eprintln!(
                "warning: cannot watch {}{others}: {why}; what changes there {comes_of_it}\n\
                 help: name only the files of the bot with `watch:` in the world, or let its globs climb less with `../`",
                first.display()
            );
        }
        let new = folders.difference(&self.folders).next().is_some();
        self.folders = folders;
        new
    }

    /// Whether something has happened that nobody has waited for yet.
    pub(crate) fn has_stirred(&self) -> bool {
        self.pending || !self.stirred.is_empty()
    }

    /// Waits until something has happened, and then until nothing more does. Giving up the wait loses nothing: it is
    /// told the next time.
    pub(crate) async fn stirs(&mut self) {
        if !self.pending {
            match self.stirred.recv().await {
                Some(gone) => self.gone.extend(gone),
                None => std::future::pending().await,
            }
            self.pending = true;
        }
        let last = Instant::now() + LOOK_AT_LAST;
        while let Ok(Ok(Some(gone))) = timeout_at(last, timeout(DEBOUNCE, self.stirred.recv())).await {
            self.gone.extend(gone);
        }
        self.pending = false;
    }
}

/// Whether somebody has only looked, as we do ourselves.
const fn is_looking(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => false,
    }
}

/// The folder that a file lies in, as it can be watched.
pub(crate) fn folder_of(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.to_owned()
}

/// What went wrong, without the paths that `notify` adds.
fn reason(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the system watches no more files for this user (fs.inotify.max_user_watches); name fewer with `watch:` in the world"
                .to_owned()
        }
        notify::ErrorKind::Io(error) => error.to_string(),
        notify::ErrorKind::Generic(text) => text.clone(),
        notify::ErrorKind::PathNotFound => "there is no such folder".to_owned(),
        notify::ErrorKind::WatchNotFound | notify::ErrorKind::InvalidConfig(_) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_watched_is_passed_over_and_named_once() {
        // Its entries are those of another user's process, or of one that nobody may look into.
        let closed = Path::new("/proc/1/fdinfo");
        let open = std::env::temp_dir();
        let folders = BTreeSet::from([closed.to_owned(), open.clone()]);
        let mut watcher = Watcher::new().unwrap();
        assert!(watcher.follow(&folders, "is not noticed"), "both are new");
        assert!(!watcher.follow(&folders, "is not noticed"), "nothing is new any more");
        assert!(watcher.folders.contains(&open.canonicalize().unwrap()));
        let is_closed = std::fs::read_dir(closed).is_err() && closed.is_dir();
        assert_eq!(watcher.refused.contains(closed), is_closed);
    }
}
