//! Calls of cargo, and where it keeps things.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// The profile a program is built with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// That of `cargo build`.
    Debug,
    /// That of `cargo build --release`.
    Release,
}

/// A call of the cargo that started this program, at the root of the workspace.
pub fn command() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The root of the workspace.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

/// Builds the program of a package and tells where it is.
///
/// # Errors
///
/// When it does not compile.
pub fn build(package: &str, profile: Profile) -> Result<PathBuf> {
    let mut command = command();
    command.args(["build", "--locked", "--package", package, "--bin", package]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    command.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    let output = command.output().context("failed to start cargo")?;
    ensure!(output.status.success(), "failed to build {package}");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .with_context(|| format!("cargo named no program for {package}"))
}

/// What cargo knows of the workspace.
///
/// # Errors
///
/// When cargo cannot read the manifests.
pub fn metadata() -> Result<Value> {
    let output = command()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::inherit())
        .output()
        .context("failed to start cargo")?;
    ensure!(output.status.success(), "failed to read the workspace");
    serde_json::from_slice(&output.stdout).context("failed to read the workspace")
}

/// The folder of what is built.
///
/// # Errors
///
/// As [`metadata`].
pub fn target() -> Result<PathBuf> {
    let metadata = metadata()?;
    metadata["target_directory"].as_str().map(PathBuf::from).context("cargo named no target folder")
}

/// Where the release program of a package lies if it was built before.
///
/// # Errors
///
/// When it was not.
pub fn built(package: &str) -> Result<PathBuf> {
    let name = format!("{package}{}", env::consts::EXE_SUFFIX);
    let path = target()?.join("release").join(name);
    ensure!(path.exists(), "there is no {}; leave out --no-build", path.display());
    Ok(path)
}
