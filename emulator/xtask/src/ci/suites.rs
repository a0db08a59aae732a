//! Which tests belong to which stage, and how they are run: with nextest when it is installed, else with `cargo test`.

use std::num::NonZero;
use std::process::Stdio;
use std::thread;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use xtask::cargo;

use super::{Outcome, Without, linted, passes};

/// The test targets that need what the stage `sdk` installs.
const OF_SDK: &[&str] = &["sdk", "certificates", "projects"];

/// Names to the tests what the machine goes without; they pass then without looking.
const WITHOUT: &str = "MESSENGER_EMULATOR_WITHOUT";

/// How many tests run at a time for each core: most of them wait, for bots, processes and clocks.
const TESTS_PER_CORE: usize = 3;

/// Runs all tests of the workspace that need nothing installed.
pub(super) fn run_all_but_those_of_sdk() -> Result<Outcome> {
    let mut command = linted::testing()?;
    if has_nextest() {
        let those: Vec<_> = OF_SDK.iter().map(|target| format!("binary(={target})")).collect();
        let others = format!("not ({})", those.join(" | "));
        let threads = thread::available_parallelism().map_or(1, NonZero::get) * TESTS_PER_CORE;
        command.args(["nextest", "run", "--workspace", "--locked", "-E", &others]);
        command.args(["--test-threads", &threads.to_string()]);
    } else {
        // It can leave out no targets, so the others are named.
        command.args(["test", "--workspace", "--locked", "--lib", "--bins"]);
        for target in test_targets()?.iter().filter(|target| !OF_SDK.contains(&target.as_str())) {
            command.args(["--test", target]);
        }
    }
    passes(&mut command)
}

/// Runs the tests of the stage `sdk`.
pub(super) fn run_those_of_sdk(without: &[Without]) -> Result<Outcome> {
    // The whole workspace, so that what the stage `core` has built fits.
    if matches!(linted::build()?, Outcome::Failed) {
        return Ok(Outcome::Failed);
    }
    let mut command = linted::testing()?;
    command.args(if has_nextest() { &["nextest", "run"][..] } else { &["test"] });
    command.args(["--no-fail-fast", "--locked", "--workspace"]);
    for target in OF_SDK {
        command.args(["--test", target]);
    }
    let without: Vec<_> = without.iter().map(|tool| tool.name()).collect();
    if !without.is_empty() {
        command.env(WITHOUT, without.join(","));
    }
    passes(&mut command)
}

/// Tells whether the faster test runner is installed.
fn has_nextest() -> bool {
    cargo::command()
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The integration tests of the workspace, by name.
fn test_targets() -> Result<Vec<String>> {
    let metadata = cargo::metadata()?;
    let packages = metadata["packages"].as_array().context("cargo named no packages")?;
    let names: Vec<String> = packages
        .iter()
        .filter_map(|package| package["targets"].as_array())
        .flatten()
        .filter(|target| target["kind"] == Value::from(vec!["test"]))
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect();
    ensure!(OF_SDK.iter().all(|target| names.iter().any(|name| name == target)), "a test target is gone");
    Ok(names)
}
