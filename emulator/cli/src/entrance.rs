//! How clients get in: the flags of every command that listens.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
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
    /// Lets Graph be called by this name or address too
    #[arg(long, value_name = "NAME", value_parser = allowed_host)]
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
            allowed_hosts: self.allow_host.iter().cloned().collect(),
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

/// A name or an address by which Graph may be called, in lower case and as it is compared: an address of IPv6 without its
/// brackets, a full name without the dot at its end.
fn allowed_host(text: &str) -> Result<String, String> {
    if let Some(host) = host(text) {
        return Ok(host);
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let without_port = match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => rest,
    };
    let meant = host(without_port);
    let help = meant.map_or_else(
        || "each name needs an --allow-host of its own, such as --allow-host bot.test".to_owned(),
        |host| format!("write --allow-host {host}"),
    );
    Err(format!("it takes one host name or address, without scheme, port, path or `*`\nhelp: {help}"))
}

/// A host name or an address, if the text is one.
fn host(text: &str) -> Option<String> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(address) = bracketed {
        return address.parse::<Ipv6Addr>().is_ok().then(|| address.to_ascii_lowercase());
    }
    if text.parse::<IpAddr>().is_ok() {
        return Some(text.to_ascii_lowercase());
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    // Names whose last part is a number are mistyped addresses.
    let is_address =
        name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    (!is_address && name.split('.').all(is_label)).then(|| name.to_ascii_lowercase())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_is_allowed_by_its_name_or_address_alone() {
        for (text, host) in [
            ("Bot.Test", "bot.test"),
            ("emulator", "emulator"),
            ("my_bot-1.test.", "my_bot-1.test"),
            ("192.168.1.7", "192.168.1.7"),
            ("FD00::1", "fd00::1"),
            ("[fd00::1]", "fd00::1"),
        ] {
            assert_eq!(allowed_host(text).as_deref(), Ok(host), "{text}");
        }
        for (text, meant) in [
            ("http://bot.test", Some("bot.test")),
            ("https://u:p@bot.test:8080/path?x", Some("bot.test")),
            ("bot.test:7380", Some("bot.test")),
            ("bot.test/", Some("bot.test")),
            ("[fd00::1]:7380", Some("fd00::1")),
            ("*.bot.test", None),
            ("*", None),
            ("", None),
            ("a.test,b.test", None),
            ("bot..test", None),
            ("1.2.3", None),
        ] {
            let why = allowed_host(text).expect_err(text);
            let help =
                meant.map_or("each name needs".to_owned(), |host| format!("write --allow-host {host}"));
            assert!(why.contains(&format!("\nhelp: {help}")), "{text}: {why}");
        }
    }
}
