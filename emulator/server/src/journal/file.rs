//! A journal on disk: JSON Lines behind a header, appended in groups.
//!
//! An answer leaves, and a webhook is sent, only after its lines went to `write(2)`. Many callers
//! that wait at the same time share one write.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What a written line survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The end of the emulator, however sudden.
    Process,
    /// The end of the machine too: each write is followed by `fdatasync`.
    Machine,
}

/// A journal that cannot be written any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot write the journal `{}`: {why}; what was told to anybody is in it. Make room and start again with it",
    .path.display()
)]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub why: String,
}

/// A journal file that is open for appending.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    durability: Durability,
    state: Mutex<FileState>,
    progress: Notify,
    appended: Notify,
}

#[derive(Debug)]
struct FileState {
    file: Option<File>,
    pending: Vec<u8>,
    appended: u64,
    written: u64,
    failure: Option<String>,
}

impl JournalFile {
    /// A journal in a file that is open for appending. The bytes come before its first line.
    pub(crate) fn new(path: &Path, file: File, durability: Durability, before: Vec<u8>) -> Self {
        let state = FileState { file: Some(file), pending: before, appended: 1, written: 0, failure: None };
        Self {
            path: path.to_owned(),
            durability,
            state: Mutex::new(state),
            progress: Notify::new(),
            appended: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, FileState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a line and says which position must be written before anybody may see it.
    pub(crate) fn append(&self, line: &str) -> u64 {
        let mut state = self.lock();
        state.pending.extend_from_slice(line.as_bytes());
        state.pending.push(b'\n');
        state.appended += 1;
        let position = state.appended;
        drop(state);
        self.appended.notify_one();
        position
    }

    /// Waits until everything up to the position was handed to the system.
    pub(crate) async fn written(&self, position: u64) -> Result<(), WriteError> {
        // Whoever else is ready to append does so first, and shares the write.
        tokio::task::yield_now().await;
        loop {
            let progress = self.progress.notified();
            match self.try_write(position) {
                Some(result) => return result,
                None => progress.await,
            }
        }
    }

    /// Writes everything that was appended so far, at once.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn flush(&self) -> Result<(), WriteError> {
        let position = self.lock().appended;
        // Nothing means that another thread is writing; what it leaves has been told to nobody.
        self.try_write(position).unwrap_or(Ok(()))
    }

    /// Writes what nobody waits for, such as how deliveries went. Ends when the file cannot be
    /// written any more.
    pub async fn keep_written(self: Arc<Self>) -> WriteError {
        loop {
            let appended = self.appended.notified();
            let position = self.lock().appended;
            if let Err(error) = self.written(position).await {
                return error;
            }
            appended.await;
        }
    }

    /// Writes what is pending unless another caller is at it.
    fn try_write(&self, position: u64) -> Option<Result<(), WriteError>> {
        let (mut file, lines, appended) = {
            let mut state = self.lock();
            if let Some(why) = &state.failure {
                return Some(Err(WriteError { path: self.path.clone(), why: why.clone() }));
            }
            if state.written >= position {
                return Some(Ok(()));
            }
            (state.file.take()?, std::mem::take(&mut state.pending), state.appended)
        };
        let result = file.write_all(&lines).and_then(|()| match self.durability {
            Durability::Process => Ok(()),
            Durability::Machine => file.sync_data(),
        });
        let mut state = self.lock();
        state.file = Some(file);
        match result {
            Ok(()) => state.written = appended,
            Err(error) => state.failure = Some(error.to_string()),
        }
        drop(state);
        self.progress.notify_waiters();
        self.try_write(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{OpenOptions, read_to_string};

    fn journal(path: &Path, durability: Durability, before: &str) -> Arc<JournalFile> {
        let file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        Arc::new(JournalFile::new(path, file, durability, before.into()))
    }

    #[tokio::test]
    async fn lines_are_in_the_file_once_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        for durability in [Durability::Process, Durability::Machine] {
            let path = folder.path().join(format!("{durability:?}"));
            let file = journal(&path, durability, "{\"format\":1}\n");
            let first = file.append("{\"seq\":1}");
            let second = file.append("{\"seq\":2}");
            let (one, two) = tokio::join!(file.written(first), file.written(second));
            one.unwrap();
            two.unwrap();
            file.append("{\"seq\":3}");
            file.flush().unwrap();
            let expected = "{\"format\":1}\n{\"seq\":1}\n{\"seq\":2}\n{\"seq\":3}\n";
            assert_eq!(read_to_string(&path).unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_written_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let file = journal(&path, Durability::Process, "");
        let keeper = tokio::spawn(Arc::clone(&file).keep_written());
        for line in ["a", "b"] {
            file.append(line);
            while !read_to_string(&path).unwrap().ends_with(&format!("{line}\n")) {
                tokio::task::yield_now().await;
            }
        }
        keeper.abort();
    }

    #[tokio::test]
    async fn a_full_disk_is_told_to_everybody_who_waits() {
        let full = Path::new("/dev/full");
        let journal = journal(full, Durability::Process, "");
        let position = journal.append("x");
        let error = journal.written(position).await.unwrap_err();
        assert_eq!(error.path, full);
        assert_eq!((journal.flush(), Arc::clone(&journal).keep_written().await), (Err(error.clone()), error));
    }
}
