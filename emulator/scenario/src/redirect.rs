//! What brings clients to the emulator whose host is fixed: variables for proxies and certificates, and preloads.
//!
//! `table` has every variable once: `start:`, `exec`, `env` and the documents take them from there. `joining` puts ours
//! beside what a variable holds already, `preload` writes the files for clients that know no proxy, `flags` says the same
//! for PHP and Java, which read it from their command lines.
//!
//! **Invariant:** only connections to the platform's hosts are changed, and none of a client's checks is switched off.

mod flags;
mod joining;
mod preload;
mod table;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use emulator_server::Authority;

pub use flags::Runtime;
pub use joining::{Join, Joined};
pub use preload::Preload;
pub use table::{VARIABLES, Variable};

use preload::Preloads;

/// Why clients cannot be brought here.
#[derive(Debug, thiserror::Error)]
pub enum RedirectError {
    /// A file cannot be written.
    #[error("cannot write {}: {source}\nhelp: name a folder that can be written with --ca-dir, or switch the preloads off with --no-preload", .path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder has a name that does not fit into variables.
    #[error("{} has a name that variables cannot hold: {why}\nhelp: name another folder with --ca-dir", .folder.display())]
    Name {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// A variable for a bot, as it is where nothing else has set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Our value.
    pub value: String,
    /// What becomes of a value that it has already.
    pub join: Join,
    /// Whether it is about a preload.
    pub preload: bool,
}

/// The files that bring clients here, and what the emulator's own environment says of the same things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    ca: String,
    bundle: String,
    truststore: String,
    preloads: Option<Preloads>,
    /// The values of variables that were set before, joined with ours.
    joined: BTreeMap<String, String>,
    /// The folder of the certificates.
    folder: String,
    /// The fingerprint of the root that the files hold.
    root: String,
    renewed: bool,
}

/// What to say when the certificates were made anew in the last days.
pub const RENEWED: &str = "the certificates were made anew, as the old ones were about to end: restart bots that were started before";

impl Redirect {
    /// Writes the preloads and everything that has to be joined. `inherited` is the environment that bots have anyway.
    /// Gives also what could not be joined, in words.
    ///
    /// # Errors
    ///
    /// When a file cannot be written, or the folder has a name that does not fit into variables.
    pub fn prepare(
        authority: &Authority,
        preload: Preload,
        inherited: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(Self, Vec<String>), RedirectError> {
        let files = authority.files();
        let mut redirect = Self {
            ca: text(&files.ca())?,
            bundle: text(&files.bundle())?,
            truststore: text(&files.truststore())?,
            preloads: preload::write(files.folder(), preload)?,
            joined: BTreeMap::new(),
            folder: text(files.folder())?,
            root: authority.root().to_owned(),
            renewed: authority.was_renewed(),
        };
        let mut remarks = Vec::new();
        // What is joined does not depend on where the emulator listens.
        for Setting { name, value, join, .. } in redirect.settings("") {
            if let Some(theirs) = join.inherited(&name, inherited) {
                let Joined { value, remark } = join.with(&name, &value, &theirs)?;
                redirect.joined.insert(name, value);
                remarks.extend(remark);
            }
        }
        Ok((redirect, remarks))
    }

    /// The variables, for an emulator at this base URL.
    pub fn settings(&self, url: &str) -> Vec<Setting> {
        let setting = |variable: &Variable| {
            let value = variable.holds.value(self, url)?;
            let (name, preload) = (variable.name.to_owned(), variable.is_preload());
            Some(Setting { name, value, join: variable.join, preload })
        };
        VARIABLES.iter().filter_map(setting).collect()
    }

    /// The variables for a process that inherits the emulator's environment.
    pub fn environment(&self, url: &str) -> impl Iterator<Item = (String, String)> {
        self.settings(url).into_iter().map(|Setting { name, value, .. }| {
            let value = self.joined.get(&name).cloned().unwrap_or(value);
            (name, value)
        })
    }

    /// The environment of a bot as a process has it that does not inherit ours: what was joined is ours alone again.
    pub fn elsewhere(&self, environment: &BTreeMap<String, String>, url: &str) -> Vec<Setting> {
        let ours: BTreeMap<String, Setting> =
            self.settings(url).into_iter().map(|setting| (setting.name.clone(), setting)).collect();
        let here: BTreeMap<String, String> = self.environment(url).collect();
        let setting = |(name, value): (&String, &String)| match ours.get(name) {
            Some(setting) if here.get(name) == Some(value) => setting.clone(),
            // The world says something else.
            Some(_) | None => {
                Setting { name: name.clone(), value: value.clone(), join: Join::Replace, preload: false }
            }
        };
        environment.iter().map(setting).collect()
    }

    /// True when the certificates were made anew in the last days, so that bots from before do not trust them.
    pub const fn was_renewed(&self) -> bool {
        self.renewed
    }

    /// The folder of the certificates.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The fingerprint of the root that clients have to trust: SHA-256 in lower-case hexadecimal digits.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The files and folders that variables and arguments name.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let preloads = self.preloads.iter().flat_map(Preloads::files);
        [&self.ca, &self.bundle, &self.truststore].into_iter().map(String::as_str).chain(preloads)
    }

    /// The arguments that bring a runtime here which reads no variables.
    pub fn flags(&self, runtime: Runtime, url: &str) -> Vec<String> {
        flags::of(runtime, url, &self.bundle, &self.truststore)
    }
}

/// A path as text.
fn text(path: &Path) -> Result<String, RedirectError> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = || path.parent().unwrap_or(&path).to_owned();
    match path.to_str() {
        Some(text) if text.contains(['\n', '\r']) => {
            Err(RedirectError::Name { folder: folder(), why: "a line break" })
        }
        Some(text) => Ok(text.to_owned()),
        None => Err(RedirectError::Name { folder: folder(), why: "bytes that are not UTF-8" }),
    }
}
