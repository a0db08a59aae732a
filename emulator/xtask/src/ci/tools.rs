//! The programs that a machine must have for the stage `sdk`: looked for, and installed from Debian's packages where
//! that is allowed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::Without;

/// A program, and how to come by it.
struct Tool {
    /// What it is called in sentences.
    name: &'static str,
    /// A command that succeeds where it is there.
    probe: &'static [&'static str],
    /// The package of Debian and its relatives.
    package: &'static str,
    /// With what it is not needed.
    not_needed: Option<Without>,
}

const TOOLS: &[Tool] = &[
    Tool { name: "Node", probe: &["node", "--version"], package: "nodejs", not_needed: None },
    Tool { name: "npm", probe: &["npm", "--version"], package: "npm", not_needed: None },
    Tool { name: "Python", probe: &["python3", "--version"], package: "python3", not_needed: None },
    Tool {
        name: "Python's venv",
        probe: &["python3", "-c", "import ensurepip, venv"],
        package: "python3-venv",
        not_needed: None,
    },
    Tool { name: "OpenSSL", probe: &["openssl", "version"], package: "openssl", not_needed: None },
    Tool {
        name: "a JDK",
        probe: &["javac", "-version"],
        package: "default-jdk-headless",
        not_needed: Some(Without::Java),
    },
];

/// Where apt keeps the lists of what can be installed.
const LISTS: &str = "/var/lib/apt/lists";

/// Installs what is not there.
///
/// # Errors
///
/// When something is missing that may not be installed here; the message ends with the command to type.
pub(super) fn install_missing(without: &[Without]) -> Result<()> {
    let needed = |tool: &&Tool| tool.not_needed.is_none_or(|tool| !without.contains(&tool));
    let missing: Vec<_> = TOOLS.iter().filter(needed).filter(|tool| !is_there(tool)).collect();
    if missing.is_empty() {
        println!("all tools are there");
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|tool| tool.name).collect();
    let names = names.join(", ");
    let packages: Vec<_> = missing.iter().map(|tool| tool.package).collect();
    let install = [&["install", "-y", "--no-install-recommends"][..], &packages].concat();
    let help = format!("help: sudo apt-get {}", install.join(" "));
    if !runs("apt-get", &["--version"]) {
        bail!(
            "missing: {names}\nhelp: there is no apt-get; install what your system calls {}",
            packages.join(" ")
        );
    }
    if !rustix::process::geteuid().is_root() {
        bail!("missing: {names}; only root may install packages\n{help}");
    }
    println!("missing: {names}; installing {}", packages.join(" "));
    let listed = has_lists();
    if !listed {
        apt_get(&["update"])?;
    }
    // A list that is too old names packages that are gone.
    if !apt_get(&install)? && listed {
        apt_get(&["update"])?;
        apt_get(&install)?;
    }
    if let Some(tool) = missing.iter().find(|tool| !is_there(tool)) {
        let probe = tool.probe.join(" ");
        bail!("{} is installed, but `{probe}` fails\nhelp: put it first in PATH", tool.package);
    }
    Ok(())
}

fn is_there(tool: &Tool) -> bool {
    runs(tool.probe[0], &tool.probe[1..])
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Tells whether apt has ever read what there is.
fn has_lists() -> bool {
    fs::read_dir(Path::new(LISTS)).is_ok_and(|mut entries| {
        entries
            .any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().contains("_Packages")))
    })
}

fn apt_get(arguments: &[&str]) -> Result<bool> {
    let mut command = Command::new("apt-get");
    command.args(["-q"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    Ok(command.status().context("failed to start apt-get")?.success())
}
