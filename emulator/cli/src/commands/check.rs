//! `check`: reads scenario files and says what is wrong with them, without running anything.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use emulator_language::diagnostics::{Diagnostic, render_all};
use emulator_scenario::select::{Selection, Unreadable, select};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output;

/// Checks scenario files without running them
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Scenario files and folders; `-` reads standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Prints text or JSON
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

pub(crate) fn run(arguments: &CheckArguments) -> ExitCode {
    let selection = match select(&arguments.files, None) {
        Ok(selection) => selection,
        Err(error) => {
            if arguments.format == "json" {
                let text = as_json(&Selection::default(), &[unreadable(&error)]);
                return output::result(&text, Exit::Usage).into();
            }
            eprintln!("error: {error}");
            return Exit::Usage.into();
        }
    };
    let exit = if selection.problems.is_empty() && selection.files > 0 { Exit::Passed } else { Exit::Usage };
    let exit = if arguments.format == "json" {
        let problems: Vec<Value> = selection.problems.iter().map(problem).collect();
        output::result(&as_json(&selection, &problems), exit)
    } else {
        tell(&selection, exit)
    };
    exit.into()
}

fn tell(selection: &Selection, exit: Exit) -> Exit {
    if !selection.problems.is_empty() {
        eprintln!("{}", render_all(&selection.problems, output::colour_of_stderr()));
        let (errors, files) = (counted(selection.problems.len(), "error"), counted(selection.files, "file"));
        eprintln!("{errors} in {files}");
    } else if selection.files == 0 {
        eprintln!("error: there is no file ending in .yaml or .yml here, so nothing was checked");
    } else {
        return output::result(&in_order(selection), exit);
    }
    exit
}

/// What was found, when nothing is wrong with it.
fn in_order(selection: &Selection) -> String {
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
    format!("{there} in {} {verb} in order\n", counted(selection.files, "file"))
}

/// Everything for a program, such as an editor: lines and columns count from one, columns in characters.
fn as_json(selection: &Selection, problems: &[Value]) -> String {
    let all = json!({
        "files": selection.files,
        "scenarios": selection.scenarios.iter().map(|selected| &selected.name).collect::<Vec<_>>(),
        "errors": problems,
    });
    format!("{all:#}\n")
}

/// A path that cannot be read, in the shape of other errors.
fn unreadable(error: &Unreadable) -> Value {
    json!({
        "file": error.path.display().to_string(),
        "start": null,
        "end": null,
        "message": error.to_string(),
        "label": null,
        "help": null,
        "notes": [],
    })
}

fn problem(problem: &Diagnostic) -> Value {
    let position = |offset: usize| {
        let (line, column) = problem.file.as_ref()?.position(offset);
        Some(json!({"line": line, "column": column}))
    };
    json!({
        "file": problem.file.as_ref().map(|file| &file.name),
        "start": position(problem.span.start),
        "end": position(problem.span.end),
        "message": problem.message,
        "label": problem.label,
        "help": problem.help,
        "notes": problem.notes,
    })
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
