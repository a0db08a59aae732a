//! `run`: the main job.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use emulator_scenario::diagnostics::render_all;
use emulator_scenario::report::{Summary, Terminal};
use emulator_scenario::runner::{self, Options};
use emulator_scenario::select::{Selection, select};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::exit::Exit;
use crate::output;

/// Runs scenario files against real bots
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Scenario files and folders
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Runs only scenarios whose full name holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Lets so many scenarios act at a time (default: 4 for each core)
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Derives ids from this number, or from a random one
    #[arg(long, value_name = "N|random", default_value = "1", value_parser = seed)]
    seed: Seed,
    /// Writes a journal of each scenario into this folder
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Listens on this port for bots that are not started by the scenario
    #[arg(long, value_name = "PORT", default_value_t = 7380)]
    port: u16,
    /// Passes when no scenario is selected
    #[arg(long)]
    allow_empty: bool,
}

#[derive(Debug, Clone, Copy)]
struct Seed(u64);

fn seed(text: &str) -> Result<Seed, String> {
    if text == "random" {
        use std::hash::{BuildHasher, RandomState};
        return Ok(Seed(RandomState::new().hash_one(0) >> 16));
    }
    text.parse().map(Seed).map_err(|_| "a seed is a whole number or `random`".to_owned())
}

pub(crate) fn run(arguments: RunArguments) -> ExitCode {
    let selection = match selection(&arguments) {
        Ok(selection) => selection,
        Err(text) => {
            eprintln!("{text}");
            return Exit::Usage.into();
        }
    };
    if selection.scenarios.is_empty() {
        if arguments.allow_empty {
            return Exit::Passed.into();
        }
        let filter =
            arguments.filter.map_or_else(String::new, |filter| format!(" whose name holds `{filter}`"));
        eprintln!(
            "error: there is no scenario{filter} in {} files; --allow-empty lets that pass",
            selection.files
        );
        return Exit::Usage.into();
    }
    let Ok(bin) = std::env::current_exe() else {
        eprintln!("error: cannot find out where this binary is");
        return Exit::Bug.into();
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let Seed(seed) = arguments.seed;
    let jobs = arguments.jobs.unwrap_or(4 * cores).max(1);
    let options = Options { jobs, seed, journal: arguments.journal, bin, port: arguments.port };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return Exit::Bug.into();
        }
    };
    let exit = runtime.block_on(play(selection, options));
    runtime.shutdown_background();
    exit.into()
}

fn selection(arguments: &RunArguments) -> Result<Selection, String> {
    let selection =
        select(&arguments.files, arguments.filter.as_deref()).map_err(|error| format!("error: {error}"))?;
    if selection.problems.is_empty() {
        return Ok(selection);
    }
    let count = selection.problems.len();
    let noun = if count == 1 { "error" } else { "errors" };
    Err(format!(
        "{}{count} {noun}; nothing was run",
        render_all(&selection.problems, output::colour_of_stderr())
    ))
}

async fn play(selection: Selection, options: Options) -> Exit {
    let watch = Instant::now();
    let mut report = Terminal::new(output::colour_of_stdout(), options.seed);
    let (sender, mut events) = mpsc::unbounded_channel();
    let run = tokio::spawn(runner::run(selection.scenarios, options, sender));
    let interrupted = loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => output::data(&report.event(&event)),
                None => break false,
            },
            () = stopped() => break true,
        }
    };
    output::data(&report.closing(watch.elapsed()));
    if interrupted {
        // The bots' keepers notice that this process is gone.
        return Exit::Interrupted;
    }
    if run.await.is_err() {
        return Exit::Bug;
    }
    exit(report.summary())
}

async fn stopped() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn exit(summary: Summary) -> Exit {
    if summary.unreachable > 0 {
        Exit::Unreachable
    } else if summary.failed + summary.errors + summary.strays > 0 {
        Exit::ScenarioFailed
    } else {
        Exit::Passed
    }
}
