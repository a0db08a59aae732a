//! A journal on disk: JSON Lines behind a header, appended in groups.
//!
//! An answer leaves, and a webhook is sent, only after its lines went to `write(2)`. Many callers
//! that wait at the same time share one write.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// Why a journal cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file is there already.
    #[error("journal `{}` exists already; name another file, or remove it first", .0.display())]
    Exists(PathBuf),
    /// The file cannot be made.
    #[error("cannot create the journal `{}`: {}", .0.display(), .1)]
    Create(PathBuf, #[source] io::Error),
    /// The file cannot be written any more.
    #[error("cannot write the journal `{}`: {}", .0.display(), .1)]
    Write(PathBuf, String),
}

/// A journal file that is open for appending.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    state: Mutex<State>,
    progress: Notify,
    broken: Notify,
}

#[derive(Debug)]
struct State {
    file: Option<File>,
    pending: Vec<u8>,
    appended: u64,
    written: u64,
    failure: Option<String>,
}

impl JournalFile {
    /// Makes the file and writes its header line.
    ///
    /// # Errors
    ///
    /// When the file exists or cannot be made.
    pub fn create(path: &Path, header: &str) -> Result<Self, JournalError> {
        let file = OpenOptions::new().append(true).create_new(true).open(path);
        let mut file = file.map_err(|error| {
            let path = path.to_owned();
            if error.kind() == io::ErrorKind::AlreadyExists {
                JournalError::Exists(path)
            } else {
                JournalError::Create(path, error)
            }
        })?;
        let header = format!("{header}\n");
        file.write_all(header.as_bytes()).map_err(|error| JournalError::Create(path.to_owned(), error))?;
        Ok(Self::continued(path, file))
    }

    /// A journal whose header is written already, in a file that is open for appending.
    pub fn continued(path: &Path, file: File) -> Self {
        let state = State { file: Some(file), pending: Vec::new(), appended: 0, written: 0, failure: None };
        Self {
            path: path.to_owned(),
            state: Mutex::new(state),
            progress: Notify::new(),
            broken: Notify::new(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a line and says which position must be written before anybody may see it.
    pub(crate) fn append(&self, line: &str) -> u64 {
        let mut state = self.lock();
        state.pending.extend_from_slice(line.as_bytes());
        state.pending.push(b'\n');
        state.appended += 1;
        state.appended
    }

    /// Waits until everything up to the position was handed to the system.
    pub(crate) async fn written(&self, position: u64) -> Result<(), JournalError> {
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

    /// Writes what is pending unless another caller is at it.
    fn try_write(&self, position: u64) -> Option<Result<(), JournalError>> {
        let (mut file, lines, appended) = {
            let mut state = self.lock();
            if let Some(failure) = &state.failure {
                return Some(Err(JournalError::Write(self.path.clone(), failure.clone())));
            }
            if state.written >= position {
                return Some(Ok(()));
            }
            (state.file.take()?, std::mem::take(&mut state.pending), state.appended)
        };
        let result = file.write_all(&lines);
        let mut state = self.lock();
        state.file = Some(file);
        match result {
            Ok(()) => state.written = appended,
            Err(error) => state.failure = Some(error.to_string()),
        }
        drop(state);
        self.progress.notify_waiters();
        if self.failure().is_some() {
            self.broken.notify_one();
        }
        self.try_write(position)
    }

    fn failure(&self) -> Option<String> {
        self.lock().failure.clone()
    }

    /// Resolves when the file can no longer be written: then the emulator has to stop.
    pub async fn failed(&self) -> JournalError {
        loop {
            if let Some(failure) = self.failure() {
                return JournalError::Write(self.path.clone(), failure);
            }
            self.broken.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_in_the_file_once_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let file = JournalFile::create(&path, "{\"format\":1}").unwrap();
        let first = file.append("{\"seq\":1}");
        let second = file.append("{\"seq\":2}");
        let (one, two) = tokio::join!(file.written(first), file.written(second));
        one.unwrap();
        two.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"format\":1}\n{\"seq\":1}\n{\"seq\":2}\n");
        assert!(matches!(JournalFile::create(&path, ""), Err(JournalError::Exists(_))));
    }

    #[tokio::test]
    async fn a_full_disk_is_told_to_everybody_who_waits() {
        let full = Path::new("/dev/full");
        let file = OpenOptions::new().append(true).open(full).unwrap();
        let journal = JournalFile::continued(full, file);
        let position = journal.append("x");
        assert!(matches!(journal.written(position).await, Err(JournalError::Write(..))));
        assert!(matches!(journal.failed().await, JournalError::Write(..)));
    }
}
