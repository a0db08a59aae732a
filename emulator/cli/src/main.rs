//! The binary `messenger-emulator`: reads the arguments, runs one subcommand, gives its exit code.
//!
//! It holds no logic of the platform. This crate is the only one that prints or exits, and a panic anywhere in
//! the process ends it with [`exit::Exit::Bug`] instead of leaving it half alive.

#![expect(clippy::print_stderr, reason = "the command line is the one place that talks to a terminal")]

mod args;
mod certificates;
mod client;
mod commands;
mod entrance;
mod exit;
mod files;
mod output;
mod signals;
mod watching;
mod worlds;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::commands::exec;
use crate::exit::Exit;

fn main() -> ExitCode {
    let command = match Arguments::try_parse() {
        Ok(arguments) => arguments.command,
        Err(error) => {
            let _ = error.print();
            let code = if error.use_stderr() { commands::code_of_bad_usage() } else { Exit::Passed.code() };
            return code.into();
        }
    };
    end_on_panic(if let Command::Exec(_) = command { exec::FAILED } else { Exit::Bug.code() });
    match command {
        Command::Run(run) => commands::run::run(&run),
        Command::Serve(serve) => commands::serve::run(&serve, None),
        Command::Exec(exec) => exec::run(&exec),
        Command::Env(env) => commands::env::run(&env),
        Command::Say(say) => commands::speak::say(&say),
        Command::Tap(tap) => commands::speak::tap(&tap),
        Command::Step(step) => commands::speak::step(&step),
        Command::Check(check) => commands::check::run(&check),
        Command::Explain(explain) => commands::explain::run(&explain),
        Command::Record(record) => commands::record::run(&record),
        Command::Export(export) => commands::export::run(&export),
        Command::Rules(rules) => commands::rules::run(&rules),
        Command::Routes(routes) => commands::routes::run(&routes),
        Command::Doctor(doctor) => commands::doctor::run(&doctor),
        Command::Init(init) => commands::init::run(&init),
        Command::Schema(schema) => commands::schema::run(&schema),
        Command::DemoBot(bot) => commands::demo_bot::run(&bot),
        Command::Keep(keep) => commands::keep::run(&keep),
    }
}

/// A panic in a task or a thread would otherwise be swallowed by the runtime.
fn end_on_panic(code: u8) {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        std::process::exit(i32::from(code));
    }));
}
