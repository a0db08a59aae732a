//! The files of an authority: where they are, and how they are written.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The files of an authority, all in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaFiles {
    folder: PathBuf,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Everybody: mode 0644.
    All,
    /// The user alone: mode 0600.
    User,
}

impl CaFiles {
    /// Those of this folder, whether they are there or not.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `ca.pem`, our root alone, for clients that add it to the roots they know. After a renewal the root before it
    /// follows, as long as it is valid.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// `bundle.pem`, the system's roots and ours, for clients that take a file in place of the roots they know.
    pub fn bundle(&self) -> PathBuf {
        self.folder.join("bundle.pem")
    }

    /// `truststore.p12`, the same for Java, with the password [`TRUSTSTORE_PASSWORD`](super::TRUSTSTORE_PASSWORD).
    pub fn truststore(&self) -> PathBuf {
        self.folder.join("truststore.p12")
    }

    /// `issuer.pem`, the certificate that signs the leaves.
    pub fn issuer(&self) -> PathBuf {
        self.folder.join("issuer.pem")
    }

    /// `issuer.key`, its key, which only the user may read.
    pub fn issuer_key(&self) -> PathBuf {
        self.folder.join("issuer.key")
    }

    /// Makes the folder, for the user alone, if it is not there.
    pub(super) fn make_folder(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)
    }

    /// True when the folder is the user's and nobody else may write in it.
    pub(super) fn is_private(&self) -> io::Result<bool> {
        let folder = fs::symlink_metadata(&self.folder)?;
        let ours = folder.is_dir() && folder.uid() == rustix::process::getuid().as_raw();
        Ok(ours && folder.mode() & 0o022 == 0)
    }

    /// Keeps every other process out until the file is dropped.
    pub(super) fn lock(&self) -> io::Result<File> {
        let path = self.folder.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
        file.lock()?;
        Ok(file)
    }
}

/// Replaces a file as a whole, so that nobody reads half of it.
pub(super) fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mode = match readers {
        Readers::All => 0o644,
        Readers::User => 0o600,
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    // What a process of the same number left behind when it was killed would have its own rights.
    let _ = fs::remove_file(&new);
    let mut file = OpenOptions::new().create_new(true).write(true).mode(mode).open(&new)?;
    let written = file.write_all(bytes).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// Writes a file that everybody may read, as a whole; its folder is made if it is not there. A file that holds the same
/// already stays as it is.
///
/// # Errors
///
/// When it cannot be written.
pub fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    replace(path, bytes, Readers::All)
}

/// Reads a file; nothing when it is not there.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
