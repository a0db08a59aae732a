//! The arguments: one variant for each subcommand, whose own arguments stand in its file.

use clap::{Parser, Subcommand};

use crate::commands::{
    check, demo_bot, doctor, env, exec, explain, export, init, keep, record, routes, rules, run, schema,
    serve, speak,
};

/// Where to begin.
const START: &str = "\
For a bot that listens on port 3000:
  messenger-emulator serve --webhook http://127.0.0.1:3000/webhook
  messenger-emulator say hello        (in another terminal)";

/// The Messenger platform on one machine, for testing bots.
#[derive(Debug, Parser)]
#[command(name = "messenger-emulator", version, about, after_help = START)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(Box<run::RunArguments>),
    Serve(Box<serve::ServeArguments>),
    Exec(Box<exec::ExecArguments>),
    Env(env::EnvArguments),
    Say(speak::SayArguments),
    Tap(speak::TapArguments),
    Step(speak::StepArguments),
    Check(check::CheckArguments),
    Explain(explain::ExplainArguments),
    Record(Box<record::RecordArguments>),
    Export(export::ExportArguments),
    Rules(rules::RulesArguments),
    Routes(routes::RoutesArguments),
    #[command(mut_args = |arg| doctor::hidden(arg))]
    Doctor(Box<doctor::DoctorArguments>),
    Init(init::InitArguments),
    Schema(schema::SchemaArguments),
    DemoBot(demo_bot::DemoBotArguments),
    #[command(hide = true)]
    Keep(keep::KeepArguments),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
