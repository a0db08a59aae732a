//! The stage `core`: what needs no package of anybody else. The tests play every shipped scenario with each sample bot.

use anyhow::Result;

use super::{Arguments, Outcome, Step, linted, passes, suites};
use crate::tidy;
use xtask::cargo;

/// Its steps.
pub(super) fn steps() -> Vec<Step> {
    vec![("format", format), ("clippy", clippy), ("tests", tests), ("doctests", doctests), ("tidy", tidied)]
}

fn format(_: &Arguments) -> Result<Outcome> {
    passes(cargo::command().args(["fmt", "--all", "--check"]))
}

/// Lints what it builds: everything that the tests need.
fn clippy(_: &Arguments) -> Result<Outcome> {
    linted::build()
}

fn tests(_: &Arguments) -> Result<Outcome> {
    suites::run_all_but_those_of_sdk()
}

fn doctests(_: &Arguments) -> Result<Outcome> {
    passes(linted::command()?.args(["test", "--doc", "--workspace", "--locked"]))
}

fn tidied(_: &Arguments) -> Result<Outcome> {
    Ok(if tidy::report()? == 0 { Outcome::Passed } else { Outcome::Failed })
}
