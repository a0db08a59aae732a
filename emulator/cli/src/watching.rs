//! `--watch`: hears that files change.
//!
//! The system only tells that something has happened somewhere. What it was is found out by who looks then: so no event
//! that is lost, doubled or out of order makes a difference.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
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
    stirred: mpsc::UnboundedReceiver<()>,
    folders: BTreeSet<PathBuf>,
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
            if !matches!(event, Ok(Event { kind, .. }) if is_looking(kind)) {
                // Whoever listened may have gone.
                let _ = stir.send(());
            }
        };
        let notify = notify::recommended_watcher(heard).map_err(|error| reason(&error))?;
        Ok(Self { notify, stirred, folders: BTreeSet::new() })
    }

    /// Watches these folders and no others, each without those in it. Gives whether there are new ones among them, in
    /// which something may have happened before they were watched.
    ///
    /// # Errors
    ///
    /// When one that is there cannot be watched, in words.
    pub(crate) fn follow(&mut self, folders: BTreeSet<PathBuf>) -> Result<bool, String> {
        for gone in self.folders.difference(&folders) {
            // It may not be there any more.
            let _ = self.notify.unwatch(gone);
        }
        for folder in &folders {
            // One that was removed and made again under its name has to be watched anew, so all of them are.
            if let Err(error) = self.notify.watch(folder, RecursiveMode::NonRecursive)
                && folder.is_dir()
            {
                return Err(format!("cannot watch {}: {}", folder.display(), reason(&error)));
            }
        }
        let new = folders.difference(&self.folders).next().is_some();
        self.folders = folders;
        Ok(new)
    }

    /// Whether something has happened that nobody has waited for yet.
    pub(crate) fn has_stirred(&self) -> bool {
        !self.stirred.is_empty()
    }

    /// Waits until something has happened, and then until nothing more does.
    pub(crate) async fn stirs(&mut self) {
        if self.stirred.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        let last = Instant::now() + LOOK_AT_LAST;
        let calms = async { while let Ok(Some(())) = timeout(DEBOUNCE, self.stirred.recv()).await {} };
        let _ = timeout_at(last, calms).await;
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
