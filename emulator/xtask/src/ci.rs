//! The gate: what has to pass before a change is merged, the same here and on a build machine.
//!
//! It has stages, and each stage has steps. They run in a fixed order, cheap ones first, and the first failure ends the
//! run. The stage `core` needs no more than Rust and the interpreters of the sample bots; `sdk` installs what it needs.

mod core;
mod linted;
mod packages;
mod sdk;
mod suites;
mod tools;

use std::collections::BTreeSet;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

/// The command line of `ci`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run this stage only; can be given several times
    #[arg(long = "stage", value_name = "NAME")]
    stages: Vec<Stage>,
    /// Leave out the tests that need this
    #[arg(long, value_name = "TOOL")]
    without: Vec<Without>,
}

/// A part of the gate that can be run by itself. They run in the order in which they stand here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Stage {
    /// Format, lints, tests with the scenarios, tidy
    Core,
    /// Real SDKs, sample projects and the runtimes that check our certificates
    Sdk,
}

/// What a machine may go without.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Without {
    /// A JDK
    Java,
}

/// How a step ended.
enum Outcome {
    Passed,
    Failed,
}

/// A step's name and what it does.
type Step = (&'static str, fn(&Arguments) -> Result<Outcome>);

impl Without {
    fn name(self) -> &'static str {
        match self {
            Self::Java => "java",
        }
    }
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Sdk => "sdk",
        }
    }

    fn steps(self) -> Vec<Step> {
        match self {
            Self::Core => core::steps(),
            Self::Sdk => sdk::steps(),
        }
    }
}

/// Runs the stages that were asked for, or all.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let begun = Instant::now();
    let mut stages: BTreeSet<Stage> = arguments.stages.iter().copied().collect();
    if stages.is_empty() {
        stages.extend(Stage::value_variants());
    }
    let mut times = Vec::new();
    for stage in stages {
        let stage_begun = Instant::now();
        for (name, step) in stage.steps() {
            println!("── {} {name}", stage.name());
            let step_begun = Instant::now();
            let outcome = step(arguments).with_context(|| format!("stage {}, {name}", stage.name()))?;
            let time = in_seconds(step_begun.elapsed());
            match outcome {
                Outcome::Passed => println!("ok      {name:<10} {time}"),
                Outcome::Failed => {
                    println!("FAILED  {name:<10} {time}");
                    println!(
                        "stage   {:<10} failed after {}",
                        stage.name(),
                        in_seconds(stage_begun.elapsed())
                    );
                    return Ok(ExitCode::FAILURE);
                }
            }
        }
        let time = in_seconds(stage_begun.elapsed());
        println!("stage   {:<10} {time}", stage.name());
        times.push(format!("{} {time}", stage.name()));
    }
    println!("passed in {} ({})", in_seconds(begun.elapsed()), times.join(", "));
    Ok(ExitCode::SUCCESS)
}

fn passes(command: &mut Command) -> Result<Outcome> {
    let status = command.status().with_context(|| format!("failed to start {command:?}"))?;
    Ok(if status.success() { Outcome::Passed } else { Outcome::Failed })
}

fn in_seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
