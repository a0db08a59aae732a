//! The stage `core`: what needs no package of anybody else.

use std::process::Command;

use anyhow::Result;

use super::{Arguments, Outcome, Step, passes, suites};
use crate::cargo::{self, Profile};
use crate::tidy;

/// Its steps.
pub(super) fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = vec![("format", format), ("clippy", clippy), ("tests", tests)];
    if suites::has_nextest() {
        // `cargo test` runs them with the others.
        steps.push(("doctests", doctests));
    }
    steps.extend([("scenarios", scenarios as fn(&_) -> _), ("tidy", tidied)]);
    steps
}

fn format(_: &Arguments) -> Result<Outcome> {
    run_cargo("fmt --all --check")
}

fn clippy(_: &Arguments) -> Result<Outcome> {
    run_cargo("clippy --workspace --all-targets --locked -- -D warnings")
}

fn tests(_: &Arguments) -> Result<Outcome> {
    suites::run_all_but_those_of_sdk()
}

fn doctests(_: &Arguments) -> Result<Outcome> {
    run_cargo("test --doc --workspace --locked")
}

fn scenarios(_: &Arguments) -> Result<Outcome> {
    let binary = cargo::build("messenger-emulator", Profile::Debug)?;
    if !cargo::root().join("scenarios").is_dir() {
        return Ok(Outcome::Skipped("there is no folder scenarios/"));
    }
    passes(Command::new(binary).args(["run", "scenarios/"]).current_dir(cargo::root()))
}

fn tidied(_: &Arguments) -> Result<Outcome> {
    Ok(if tidy::report()? == 0 { Outcome::Passed } else { Outcome::Failed })
}

fn run_cargo(arguments: &str) -> Result<Outcome> {
    passes(cargo::command().args(arguments.split(' ')))
}
