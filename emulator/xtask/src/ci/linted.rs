//! Cargo with clippy in place of the compiler, so that everything is compiled once: `cargo clippy` only checks, and
//! nothing that it leaves can be linked, so that a build after it begins anew.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use xtask::cargo;

use super::{Outcome, passes};

/// Clippy as a compiler; beside the compiler, where that is rustup's.
const DRIVER: &str = "clippy-driver";

/// How `cargo clippy -- -D warnings` hands its argument on.
const DENY_WARNINGS: (&str, &str) = ("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__");

/// Names the program to the tests, which otherwise ask cargo for it, each test on its own.
const PROGRAM: &str = "MESSENGER_EMULATOR_BINARY";

/// A call of cargo in which warnings of the workspace are errors.
///
/// # Errors
///
/// When there is no clippy.
pub(super) fn command() -> Result<Command> {
    let mut probe = Command::new(DRIVER);
    probe.args(["--version"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let is_there = probe.status().is_ok_and(|status| status.success());
    ensure!(is_there, "there is no {DRIVER}\nhelp: rustup component add clippy");
    let mut command = cargo::command();
    command.env("RUSTC_WORKSPACE_WRAPPER", DRIVER).env(DENY_WARNINGS.0, DENY_WARNINGS.1);
    // These builds are apart from those of developers, who run the program in a debugger and compile again and again.
    command.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0");
    Ok(command)
}

/// Builds every target of the workspace: the program with the features that tests have, so that nothing is built twice.
///
/// # Errors
///
/// When cargo cannot be started.
pub(super) fn build() -> Result<Outcome> {
    passes(command()?.args(["build", "--workspace", "--all-targets", "--locked"]))
}

/// A call of cargo for tests of the program that [`build`] made.
///
/// # Errors
///
/// When there is no such program.
pub(super) fn testing() -> Result<Command> {
    let name = format!("messenger-emulator{}", env::consts::EXE_SUFFIX);
    let program = cargo::target()?.join("debug").join(name);
    ensure!(Path::exists(&program), "there is no {}", program.display());
    let mut command = command()?;
    command.env(PROGRAM, program);
    Ok(command)
}
