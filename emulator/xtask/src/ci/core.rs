//! The stage `core`: what needs no package of anybody else. The tests play every shipped scenario with each sample bot.

use anyhow::Result;

use super::{Arguments, Outcome, Step, passes, suites};
use crate::cargo;
use crate::tidy;

/// Its steps.
pub(super) fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = vec![("format", format), ("clippy", clippy), ("tests", tests)];
    if suites::has_nextest() {
        // `cargo test` runs them with the others.
        steps.push(("doctests", doctests));
    }
    steps.push(("tidy", tidied));
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

fn tidied(_: &Arguments) -> Result<Outcome> {
    Ok(if tidy::report()? == 0 { Outcome::Passed } else { Outcome::Failed })
}

fn run_cargo(arguments: &str) -> Result<Outcome> {
    passes(cargo::command().args(arguments.split(' ')))
}
