//! `export`: a journal, or a part of it, becomes a scenario file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use emulator_language::diagnostics::render_all;
use emulator_language::scenario::load;
use emulator_scenario::input::{is_stdin, read_input};
use emulator_scenario::record::{Destination, Detail, Excerpt, Journal, Telling};
use emulator_scenario::select::read_file;

use crate::exit::Exit;
use crate::files::{is_stdout, refuse_existing, write_new};
use crate::output;

/// Turns a journal into a scenario file that passes at once
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// A journal that `run --journal DIR` or `serve --journal FILE` wrote; `-` reads one from standard input
    #[arg(value_name = "JOURNAL")]
    journal: PathBuf,
    /// Writes into this new file (default, and with `-`: to standard output, for a file in the current folder)
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Begins at this entry, or at the first step behind it
    #[arg(long, value_name = "SEQ")]
    from: Option<u64>,
    /// Ends with this entry and what follows from it
    #[arg(long, value_name = "SEQ")]
    to: Option<u64>,
    /// Takes only the conversation of this person
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// Uses the world of this file, in place of the recorded one
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// Gives the scenario this name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Also expects what bots show and ask beside messages: typing, seen marks, who is in control
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &ExportArguments) -> ExitCode {
    match export(arguments) {
        Ok(exit) => exit.into(),
        Err(text) => {
            eprintln!("error: {text}");
            Exit::Usage.into()
        }
    }
}

fn export(arguments: &ExportArguments) -> Result<Exit, String> {
    let ExportArguments { journal: path, output, from, to, person, world, name, all } = arguments;
    named(name.as_deref())?;
    let output = output.as_deref().filter(|file| !is_stdout(file));
    if let Some(file) = output {
        refuse_existing(file).map_err(|why| why.to_string())?;
    }
    let shown = shown(path);
    let bytes = read_input(path, u64::MAX).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let journal =
        Journal::read(&String::from_utf8_lossy(&bytes)).map_err(|error| format!("{shown}: {error}"))?;
    let folder = output.and_then(Path::parent).unwrap_or(Path::new(""));
    let destination = Destination {
        folder: absolute(folder)?,
        world: world.as_deref().map(absolute).transpose()?,
        exists: &Path::exists,
    };
    let excerpt = Excerpt { from: *from, to: *to, person: person.clone() };
    let detail = if *all { Detail::Everything } else { Detail::Needed };
    let telling = Telling { name: name.clone(), excerpt, detail };
    let recording = journal.told(&telling, &destination).map_err(|error| format!("{shown}: {error}"))?;
    if recording.steps == 0 {
        return Err(format!("{shown}: nobody did anything in it that a scenario could say"));
    }
    for warning in &recording.warnings {
        eprintln!("warning: {warning}");
    }
    let exit = match output {
        None => output::result(&recording.text, Exit::Passed),
        Some(file) => {
            write_new(file, &recording.text).map_err(|why| why.to_string())?;
            Exit::Passed
        }
    };
    let shown = output.unwrap_or(Path::new("standard output"));
    if let Some(problems) = problems_of(&recording.text, shown) {
        return Err(format!("what was written cannot be run as it is\n{problems}"));
    }
    if let Some(file) = output {
        let steps = recording.steps;
        eprintln!("{}: {steps} steps; messenger-emulator run {}", file.display(), file.display());
    }
    Ok(exit)
}

/// An input as messages name it.
pub(crate) fn shown(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Makes sure that a scenario can have this name.
pub(crate) fn named(name: Option<&str>) -> Result<(), String> {
    match name {
        Some(name) if name.trim().is_empty() => Err("--name is empty; a scenario needs a name".to_owned()),
        Some(name) if name.contains("${") => {
            Err("--name holds ${…}, which the name of a scenario cannot; write it without".to_owned())
        }
        Some(_) | None => Ok(()),
    }
}

/// The path from the root on; the current folder for an empty one.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, String> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    std::path::absolute(path).map_err(|error| format!("cannot find out where {} is: {error}", path.display()))
}

/// Reads what was made as `check` would, and says what is wrong with it.
pub(crate) fn problems_of(text: &str, path: &Path) -> Option<String> {
    let (_, problems) = load(path, text.to_owned(), &|path| read_file(path).map(Into::into));
    (!problems.is_empty()).then(|| render_all(&problems, output::colour_of_stderr()))
}
