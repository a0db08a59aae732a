//! The gate: what has to pass before a change is merged, the same here and on a build machine.
//!
//! Stages run in a fixed order, cheap ones first, and the first failure ends the run.

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::cargo::{self, Profile};
use crate::tidy;

/// How a stage ended.
enum Outcome {
    Passed,
    Failed,
    Skipped(&'static str),
}

/// A stage's name and what it does.
type Stage = (&'static str, fn() -> Result<Outcome>);

/// Runs all stages.
pub(crate) fn run() -> Result<ExitCode> {
    let begun = Instant::now();
    let mut stages: Vec<Stage> = vec![("format", format), ("clippy", clippy)];
    if has_nextest() {
        stages.extend([("tests", nextest as fn() -> _), ("doctests", doctests)]);
    } else {
        stages.push(("tests", tests));
    }
    stages.extend([("scenarios", scenarios as fn() -> _), ("tidy", tidied)]);

    for (name, stage) in stages {
        println!("── {name}");
        let stage_begun = Instant::now();
        let outcome = stage().with_context(|| format!("stage {name}"))?;
        let time = in_seconds(stage_begun.elapsed());
        match outcome {
            Outcome::Passed => println!("ok      {name:<10} {time}"),
            Outcome::Skipped(reason) => println!("skipped {name:<10} {reason}"),
            Outcome::Failed => {
                println!("FAILED  {name:<10} {time}");
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    println!("passed in {}", in_seconds(begun.elapsed()));
    Ok(ExitCode::SUCCESS)
}

fn format() -> Result<Outcome> {
    run_cargo("fmt --all --check")
}

fn clippy() -> Result<Outcome> {
    run_cargo("clippy --workspace --all-targets --locked -- -D warnings")
}

fn nextest() -> Result<Outcome> {
    run_cargo("nextest run --workspace --locked")
}

fn doctests() -> Result<Outcome> {
    run_cargo("test --doc --workspace --locked")
}

fn tests() -> Result<Outcome> {
    run_cargo("test --workspace --locked")
}

fn scenarios() -> Result<Outcome> {
    let binary = cargo::build("messenger-emulator", Profile::Debug)?;
    if !cargo::root().join("scenarios").is_dir() {
        return Ok(Outcome::Skipped("there is no folder scenarios/"));
    }
    passes(Command::new(binary).args(["run", "scenarios/"]).current_dir(cargo::root()))
}

fn tidied() -> Result<Outcome> {
    Ok(if tidy::report()? == 0 { Outcome::Passed } else { Outcome::Failed })
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

fn run_cargo(arguments: &str) -> Result<Outcome> {
    passes(cargo::command().args(arguments.split(' ')))
}

fn passes(command: &mut Command) -> Result<Outcome> {
    let status = command.status().with_context(|| format!("failed to start {command:?}"))?;
    Ok(if status.success() { Outcome::Passed } else { Outcome::Failed })
}

fn in_seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
