//! The binary `messenger-emulator`: reads the arguments, runs one subcommand, gives its exit code.
//!
//! It holds no logic of the platform. This crate is the only one that prints or exits, and a panic anywhere in
//! the process ends it with [`exit::Exit::Bug`] instead of leaving it half alive.

#![expect(clippy::print_stderr, reason = "the command line is the one place that talks to a terminal")]

mod args;
mod commands;
mod exit;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::exit::Exit;

fn main() -> ExitCode {
    end_on_panic();
    match Arguments::parse().command {
        Command::Keep(keep) => commands::keep::run(&keep),
        Command::DemoBot(bot) => commands::demo_bot::run(&bot),
    }
}

/// A panic in a task or a thread would otherwise be swallowed by the runtime.
fn end_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        std::process::exit(i32::from(Exit::Bug.code()));
    }));
}
