//! The stage `sdk`: real SDKs and runtimes against the emulator. It installs what it lacks.

use anyhow::Result;

use super::{Arguments, Outcome, Step, packages, suites, tools};

/// Its steps.
pub(super) fn steps() -> Vec<Step> {
    vec![("tools", tools), ("packages", packages), ("tests", tests)]
}

fn tools(arguments: &Arguments) -> Result<Outcome> {
    tools::install_missing(&arguments.without)?;
    Ok(Outcome::Passed)
}

fn packages(_: &Arguments) -> Result<Outcome> {
    packages::install()?;
    Ok(Outcome::Passed)
}

fn tests(arguments: &Arguments) -> Result<Outcome> {
    suites::run_those_of_sdk(&arguments.without)
}
