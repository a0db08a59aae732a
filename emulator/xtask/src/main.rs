//! Developer commands: `ci` is the gate, `tidy` the rules that no other tool checks. The others run the emulator, so they
//! are in a package of their own, which is built when they are called.
//!
//! Nothing here is shipped. A command needs no other tool than cargo; what is installed besides is used.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer command talks to a terminal")]

mod ci;
mod tidy;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use xtask::cargo::{self, Profile};

/// The package of the commands that run the emulator.
const MEASURE: &str = "xtask-measure";

/// What was asked for on the command line.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", about = "Developer commands of the emulator")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gate: format, lints, tests with the scenarios, tidy, real SDKs
    Ci(ci::Arguments),
    /// Check the rules about files that no other tool checks
    Tidy,
    /// Measure the release binary beside what it could reach at best
    Bench(Forwarded),
    /// Compare what every shipped scenario does with this code and with an earlier binary
    Behaviour(Forwarded),
    /// Write down what the current version of the rules decides
    RulesVersion(Forwarded),
}

/// What another program reads.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
struct Forwarded {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
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
        Command::Ci(arguments) => ci::run(&arguments),
        Command::Tidy => tidy::run(),
        // A load from a debug build would measure itself.
        Command::Bench(forwarded) => forwarded.to("bench", Profile::Release),
        Command::Behaviour(forwarded) => forwarded.to("behaviour", Profile::Debug),
        Command::RulesVersion(forwarded) => forwarded.to("rules-version", Profile::Debug),
    }
}

impl Forwarded {
    /// Builds the program that has the command, and becomes it.
    fn to(self, command: &str, profile: Profile) -> Result<ExitCode> {
        let path = cargo::build(MEASURE, profile)?;
        let mut program = std::process::Command::new(path);
        program.arg(command).args(self.arguments);
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            Err(program.exec()).context("failed to start the command")
        }
        #[cfg(not(unix))]
        {
            let status = program.status().context("failed to start the command")?;
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
        }
    }
}
