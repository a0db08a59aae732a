//! The certificates of a running `serve`, as its control API tells of them, and whether the files still hold them. `serve`
//! shows those that it read when it started; clients trust what is in the files now.

use std::io;
use std::path::{Path, PathBuf};

use emulator_server::{CaFiles, CaState};
use serde_json::Value;

/// What a running `serve` tells of its certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServedCertificates {
    /// Their folder.
    pub(crate) folder: PathBuf,
    /// The fingerprint of the root that it was started with.
    root: String,
    /// The files and folders that bots are told to use.
    pub(crate) files: Vec<String>,
    /// Whether they were made anew in the last days.
    pub(crate) renewed: bool,
}

/// Why no client can trust a running `serve`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lost {
    /// A file that bots are told to use.
    #[error("{0} is gone, but serve tells bots to use it")]
    Gone(String),
    /// One that cannot be read, or a file of the folder.
    #[error("the certificates of serve cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// Somebody has made new ones.
    #[error("the certificates of serve are not those in {} any more, so every client says “unknown CA”", .0.display())]
    Others(PathBuf),
}

impl Lost {
    /// What to do about it.
    pub(crate) const HELP: &str = "restart serve, which makes what is missing when it starts, and then bots that run; \
                                   where serve runs in a container, run this in it";
}

impl ServedCertificates {
    /// Reads the part of an answer that is about them.
    pub(crate) fn read(told: &Value) -> Option<Self> {
        let files = told["files"].as_array()?.iter().filter_map(|file| file.as_str().map(str::to_owned));
        Some(Self {
            folder: told["folder"].as_str()?.into(),
            root: told["root_sha256"].as_str()?.to_owned(),
            files: files.collect(),
            renewed: told["renewed"].as_bool()?,
        })
    }

    /// Looks whether the files are there and hold the root of that `serve`. Nothing is written.
    ///
    /// # Errors
    ///
    /// When they do not.
    pub(crate) fn state(&self) -> Result<CaState, Lost> {
        for file in &self.files {
            match Path::new(file).try_exists() {
                Ok(true) => {}
                Ok(false) => return Err(Lost::Gone(file.clone())),
                Err(error) => return Err(io::Error::new(error.kind(), format!("{file}: {error}")).into()),
            }
        }
        let state = CaFiles::in_folder(&self.folder).state()?;
        // After a renewal the root from before is still among them.
        if state.roots.contains(&self.root) { Ok(state) } else { Err(Lost::Others(self.folder.clone())) }
    }
}
