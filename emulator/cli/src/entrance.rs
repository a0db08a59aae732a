//! How clients get in: the flags of every command that listens.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use emulator_server::{Authority, AuthorityError, Entrance};

/// The variables that may name the folder for state, and what is put behind each.
const STATE_FOLDERS: [(&str, &str); 2] =
    [("XDG_STATE_HOME", "messenger-emulator"), ("HOME", ".local/state/messenger-emulator")];

/// What is let in, and how.
#[derive(Debug, Args)]
pub(crate) struct EntranceArguments {
    /// Keeps the certificates in this folder, which is made if it is not there (default: messenger-emulator in the
    /// user's folder for state)
    #[arg(long, value_name = "DIR", env = "MESSENGER_EMULATOR_CA_DIR")]
    ca_dir: Option<PathBuf>,
    /// Passes nothing on to other hosts when used as a proxy
    #[arg(long)]
    hermetic: bool,
    /// Lets Graph be called by this name too
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

impl EntranceArguments {
    /// What listeners need to know.
    ///
    /// # Errors
    ///
    /// When there can be no certificates.
    pub(crate) fn entrance(&self) -> Result<Arc<Entrance>, AuthorityError> {
        let folder = self.folder();
        Ok(Arc::new(Entrance {
            authority: Some(Authority::open(&folder)?),
            hermetic: self.hermetic,
            allowed_hosts: self.allow_host.iter().map(|name| name.to_ascii_lowercase()).collect(),
        }))
    }

    /// The folder of the certificates.
    fn folder(&self) -> PathBuf {
        let of_state = || {
            let mut named = STATE_FOLDERS.iter().filter_map(|(variable, below)| {
                let folder = std::env::var_os(variable).filter(|folder| Path::new(folder).is_absolute())?;
                Some(Path::new(&folder).join(below))
            });
            named.next()
        };
        let of_this_run = || std::env::temp_dir().join(format!("messenger-emulator-{}", std::process::id()));
        self.ca_dir.clone().or_else(of_state).unwrap_or_else(of_this_run)
    }
}
