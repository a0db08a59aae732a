//! `schema`: the JSON Schema of scenario files, for editors, and that of journals.

use std::process::ExitCode;

use clap::Args;
use emulator_language::schema::schema;
use emulator_server::journal;

use crate::exit::Exit;
use crate::output;

/// Prints the JSON Schema of scenario files and worlds, for editors, or that of journals
#[derive(Debug, Args)]
#[command(after_help = "\
To have an editor with the YAML language server check what you write (VS Code: the extension YAML of Red Hat):
  messenger-emulator schema > scenario.schema.json
and, as the first line of a file:
  # yaml-language-server: $schema=scenario.schema.json
A journal holds one JSON value on each line, and --journal describes each of them: the header first, then the entries.")]
pub(crate) struct SchemaArguments {
    /// Prints the schema of the lines of a journal instead
    #[arg(long)]
    journal: bool,
}

pub(crate) fn run(SchemaArguments { journal }: &SchemaArguments) -> ExitCode {
    let schema = if *journal { journal::schema() } else { schema() };
    output::result(&format!("{schema:#}\n"), Exit::Passed).into()
}
