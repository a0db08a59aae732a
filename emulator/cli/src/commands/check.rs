//! `check`: reads scenario files and says what is wrong with them, without running anything.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use emulator_scenario::diagnostics::render_all;
use emulator_scenario::select::select;

use crate::exit::Exit;
use crate::output;

/// Checks scenario files without running them
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Scenario files and folders
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &CheckArguments) -> ExitCode {
    let selection = match select(&arguments.files, None) {
        Ok(selection) => selection,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Usage.into();
        }
    };
    if !selection.problems.is_empty() {
        eprint!("{}", render_all(&selection.problems, output::colour_of_stderr()));
        let count = selection.problems.len();
        eprintln!("{count} {} in {} files", if count == 1 { "error" } else { "errors" }, selection.files);
        return Exit::Usage.into();
    }
    output::data(&format!(
        "{} scenarios in {} files are in order\n",
        selection.scenarios.len(),
        selection.files
    ));
    Exit::Passed.into()
}
