//! The developer commands that run the emulator: `bench` has the numbers to reach, `behaviour` the proof that nothing a
//! bot can see has changed, `rules-version` writes down what the rules decide.
//!
//! They are called as `cargo xtask bench` and so on. Nothing here is shipped.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer command talks to a terminal")]

mod behaviour;
mod bench;
mod binary;
mod rules_version;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// What was asked for on the command line.
#[derive(Parser)]
#[command(name = "xtask-measure", bin_name = "cargo xtask", about = "Developer commands of the emulator")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure the release binary beside what it could reach at best
    Bench(bench::Arguments),
    /// Compare what every shipped scenario does with this code and with an earlier binary
    Behaviour(behaviour::Arguments),
    /// Write down what the current version of the rules decides
    RulesVersion(rules_version::Arguments),
    /// Stand between the emulator and a bot, and record what they exchange
    #[command(hide = true)]
    Relay(behaviour::relay::Arguments),
    /// Run a server or driver that a bench starts as a process of its own
    #[command(hide = true)]
    Part(bench::part::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Behaviour(arguments) => behaviour::run(&arguments),
        Command::RulesVersion(arguments) => rules_version::run(&arguments),
        Command::Relay(arguments) => behaviour::relay::run(&arguments),
        Command::Part(arguments) => bench::part::run(&arguments),
    }
}
