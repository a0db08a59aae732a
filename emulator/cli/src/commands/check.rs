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
        eprintln!("{}", render_all(&selection.problems, output::colour_of_stderr()));
        let (errors, files) = (counted(selection.problems.len(), "error"), counted(selection.files, "file"));
        eprintln!("{errors} in {files}");
        return Exit::Usage.into();
    }
    if selection.files == 0 {
        eprintln!("error: there is no file ending in .yaml or .yml here, so nothing was checked");
        return Exit::Usage.into();
    }
    let counts =
        [(selection.scenarios.len(), "scenario"), (selection.parts, "part"), (selection.worlds, "world")];
    let there: Vec<_> = counts.into_iter().filter(|(count, _)| *count > 0).collect();
    let verb = if there.iter().map(|(count, _)| count).sum::<usize>() == 1 { "is" } else { "are" };
    let there: Vec<String> = there.into_iter().map(|(count, noun)| counted(count, noun)).collect();
    let there = match there.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => "nothing".to_owned(),
    };
    output::data(&format!("{there} in {} {verb} in order\n", counted(selection.files, "file")));
    Exit::Passed.into()
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
