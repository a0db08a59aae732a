//! `schema`: the JSON Schema of scenario files, for editors.

use std::process::ExitCode;

use clap::Args;
use emulator_language::schema::schema;

use crate::exit::Exit;
use crate::output;

/// Prints the JSON Schema of scenario files and worlds, for editors
#[derive(Debug, Args)]
#[command(after_help = "\
To have an editor with the YAML language server check what you write (VS Code: the extension YAML of Red Hat):
  messenger-emulator schema > scenario.schema.json
and, as the first line of a file:
  # yaml-language-server: $schema=scenario.schema.json")]
pub(crate) struct SchemaArguments {}

pub(crate) fn run(SchemaArguments {}: &SchemaArguments) -> ExitCode {
    output::result(&format!("{:#}\n", schema()), Exit::Passed).into()
}
