//! How clients get in: the flags of every command that listens.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use emulator_scenario::redirect::{Preload, Redirect, RedirectError};
use emulator_server::{Authority, AuthorityError, Entrance};

/// The variable that names the folder of the certificates where no flag does.
const CA_DIR: &str = "MESSENGER_EMULATOR_CA_DIR";

/// The variables that may name the folder for state, and what is put behind each.
const STATE_FOLDERS: [(&str, &str); 2] =
    [("XDG_STATE_HOME", "messenger-emulator"), ("HOME", ".local/state/messenger-emulator")];

/// What is let in, and how.
#[derive(Debug, Args)]
pub(crate) struct EntranceArguments {
    /// Keeps the certificates in this folder, which is made if it is not there (default: what MESSENGER_EMULATOR_CA_DIR
    /// names, or messenger-emulator in the user's folder for state)
    #[arg(long, value_name = "DIR")]
    ca_dir: Option<PathBuf>,
    /// Passes nothing on to other hosts when used as a proxy
    #[arg(long)]
    hermetic: bool,
    /// Lets Graph be called by this name too
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Gives bots no preload for Node and Python, so that clients that know no proxy call the real platform
    #[arg(long)]
    no_preload: bool,
}

impl EntranceArguments {
    /// What listeners need to know. Where no folder was named and that of the user cannot be written, as in many
    /// containers, certificates are kept among the temporary files, with a warning.
    ///
    /// # Errors
    ///
    /// When there can be no certificates.
    pub(crate) fn entrance(&self) -> Result<Arc<Entrance>, AuthorityError> {
        let entrance = self.entrance_to_judge()?;
        if let Some(authority) = entrance.authority.as_ref().filter(|authority| authority.is_exposed()) {
            let folder = authority.files().folder().display();
            eprintln!(
                "warning: others may read the key in {folder} or write there, and make certificates that your programs \
                 trust\nhelp: rm -r {folder} (new certificates are made at the next start), and restart bots that run"
            );
        }
        Ok(entrance)
    }

    /// The same for `doctor`, which has findings of its own where others may use the key.
    ///
    /// # Errors
    ///
    /// When there can be no certificates.
    pub(crate) fn entrance_to_judge(&self) -> Result<Arc<Entrance>, AuthorityError> {
        let named = std::env::var_os(CA_DIR).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let authority = match (self.ca_dir.clone().or(named), folder_for_state()) {
            (Some(named), _) => Authority::open(&named)?,
            (None, Some(folder)) => Authority::open(&folder).or_else(|error| match error {
                AuthorityError::Io { ref path, ref source } => {
                    eprintln!("warning: cannot use {} for certificates: {source}", path.display());
                    temporary()
                }
                AuthorityError::Foreign { .. }
                | AuthorityError::Shared { .. }
                | AuthorityError::Unmade(_) => Err(error),
            })?,
            (None, None) => temporary()?,
        };
        Ok(self.with(authority))
    }

    /// The same with the certificates of this folder.
    ///
    /// # Errors
    ///
    /// When there can be no certificates.
    pub(crate) fn entrance_in(&self, folder: &Path) -> Result<Arc<Entrance>, AuthorityError> {
        Ok(self.with(Authority::open(folder)?))
    }

    fn with(&self, authority: Arc<Authority>) -> Arc<Entrance> {
        Arc::new(Entrance {
            authority: Some(authority),
            hermetic: self.hermetic,
            allowed_hosts: self.allow_host.iter().map(|name| name.to_ascii_lowercase()).collect(),
            addresses: BTreeMap::new(),
        })
    }

    /// The flags that were given, to be given again.
    pub(crate) fn again(&self) -> Vec<String> {
        let folder =
            self.ca_dir.iter().flat_map(|folder| ["--ca-dir".to_owned(), folder.display().to_string()]);
        let hosts = self.allow_host.iter().flat_map(|host| ["--allow-host".to_owned(), host.clone()]);
        let switches = [("--hermetic", self.hermetic), ("--no-preload", self.no_preload)];
        let switches = switches.into_iter().filter(|(_, on)| *on).map(|(name, _)| name.to_owned());
        folder.chain(hosts).chain(switches).collect()
    }

    /// What brings bots to these listeners that are started with our environment.
    ///
    /// # Errors
    ///
    /// When its files cannot be written.
    pub(crate) fn redirect(&self, entrance: &Entrance) -> Result<Option<Arc<Redirect>>, RedirectError> {
        let Some(authority) = &entrance.authority else { return Ok(None) };
        let preload = if self.no_preload { Preload::Off } else { Preload::On };
        let (redirect, remarks) = Redirect::prepare(authority, preload, &|name| std::env::var(name).ok())?;
        remarks.iter().for_each(|remark| eprintln!("warning: {remark}"));
        Ok(Some(Arc::new(redirect)))
    }
}

/// The folder of the emulator among those in which the user's programs keep their state.
fn folder_for_state() -> Option<PathBuf> {
    let mut named = STATE_FOLDERS.iter().filter_map(|(variable, below)| {
        let folder = PathBuf::from(std::env::var_os(variable)?);
        folder.is_absolute().then(|| folder.join(below))
    });
    named.next()
}

/// An authority among the temporary files, in a folder that nobody else can have made.
fn temporary() -> Result<Arc<Authority>, AuthorityError> {
    let user = rustix::process::getuid().as_raw();
    let folder = std::env::temp_dir().join(format!("messenger-emulator-{user}"));
    eprintln!(
        "warning: certificates are kept in {}; name a folder that lasts with --ca-dir",
        folder.display()
    );
    Authority::open_private(&folder)
}
