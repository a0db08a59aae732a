//! `run`: the main job.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use emulator_scenario::diagnostics::render_all;
use emulator_scenario::given::{GivenBot, give};
use emulator_scenario::report::{Summary, Terminal};
use emulator_scenario::runner::{self, Options, RunEvent};
use emulator_scenario::select::{Selection, select};
use emulator_server::REAL_TOKEN;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::exit::Exit;
use crate::output;

/// The port that bots know which run already.
const DEFAULT_PORT: u16 = 7380;

/// The exit codes, for whoever writes a script.
const CODES: &str = "\
Exit codes:
  0    every scenario passed
  1    a scenario failed
  2    bad usage or an invalid file; nothing was run
  3    a bot or a port could not be reached
  70   a bug in the emulator
  130  interrupted";

/// Runs scenario files against real bots
#[derive(Debug, Args)]
#[command(after_help = CODES)]
pub(crate) struct RunArguments {
    /// Scenario files and folders
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Runs only scenarios whose full name holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Lets so many scenarios act at a time (default: 4 for each core)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Derives ids from this number, or from a random one
    #[arg(long, value_name = "N|random", default_value = "1", value_parser = seed)]
    seed: Seed,
    /// Writes a journal of each scenario into this folder
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Takes this bot for an app instead of what the files start: a command, the URL of one that runs already, or
    /// `none:APP` for one that you start yourself
    #[arg(long, value_name = "APP=CMD|URL")]
    bot: Vec<GivenBot>,
    /// Listens on this port for bots that are not started by the scenario
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT)]
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
    let mut selection = match selection(&arguments) {
        Ok(selection) => selection,
        Err(text) => {
            eprintln!("{text}");
            return Exit::Usage.into();
        }
    };
    if selection.scenarios.is_empty() {
        let found = nothing_selected(&arguments, selection.files);
        if arguments.allow_empty {
            output::data(&format!("{found}, so nothing was run\n"));
            return Exit::Passed.into();
        }
        eprintln!("error: {found}; --allow-empty lets that pass");
        return Exit::Usage.into();
    }
    if let Err(why) = give(&arguments.bot, &mut selection.scenarios) {
        eprintln!("error: --bot: {why}");
        return Exit::Usage.into();
    }
    let Ok(bin) = std::env::current_exe() else {
        eprintln!("error: cannot find out where this binary is");
        return Exit::Bug.into();
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let Seed(seed) = arguments.seed;
    let jobs = arguments.jobs.map_or(4 * cores, usize::from);
    if let Some(folder) = &arguments.journal
        && let Err(error) = writable(folder)
    {
        eprintln!(
            "error: journals cannot be written into {}: {error}; name another folder with --journal",
            folder.display()
        );
        return Exit::Usage.into();
    }
    let again = arguments.again();
    let options = Options { jobs, seed, journal: arguments.journal, bin, port: arguments.port };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return Exit::Bug.into();
        }
    };
    let exit = runtime.block_on(play(selection, options, &again));
    runtime.shutdown_background();
    exit.into()
}

impl RunArguments {
    /// The flags that a scenario needs to be run again in the same way.
    fn again(&self) -> Vec<String> {
        let mut flags = Vec::new();
        let mut flag = |name: &str, value: &str| flags.extend([name.to_owned(), value.to_owned()]);
        if self.port != DEFAULT_PORT {
            flag("--port", &self.port.to_string());
        }
        for bot in &self.bot {
            flag("--bot", bot.as_given());
        }
        flags
    }
}

fn nothing_selected(arguments: &RunArguments, files: usize) -> String {
    let paths: Vec<String> = arguments.files.iter().map(|path| path.display().to_string()).collect();
    match (files, &arguments.filter) {
        (0, _) => format!("there is no file ending in .yaml or .yml in {}", paths.join(", ")),
        (_, Some(filter)) => {
            format!("there is no scenario whose full name holds `{filter}` in {}", paths.join(", "))
        }
        (_, None) => format!("there is no scenario in {}, only worlds", paths.join(", ")),
    }
}

/// Makes the folder if need be, and tries whether a file can be written there.
fn writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::NamedTempFile::new_in(folder)?;
    Ok(())
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
        "{}\n{count} {noun}; nothing was run",
        render_all(&selection.problems, output::colour_of_stderr())
    ))
}

async fn play(selection: Selection, options: Options, again: &[String]) -> Exit {
    let watch = Instant::now();
    let mut report = Terminal::new(output::colour_of_stdout(), options.seed, again);
    let selected = selection.scenarios.len();
    let mut warned = None;
    let (sender, mut events) = mpsc::unbounded_channel();
    let run = tokio::spawn(runner::run(selection.scenarios, options, sender));
    let interrupted = loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(RunEvent::RealToken) => {
                    warned.get_or_insert_with(|| eprintln!("warning: {REAL_TOKEN}"));
                }
                Some(event) => {
                    output::data(&report.event(&event));
                    panic_for_tests();
                }
                None => break false,
            },
            () = stopped() => break true,
        }
    };
    if interrupted {
        output::data(&report.interrupted(selected, watch.elapsed()));
        // The bots' keepers notice that this process is gone.
        return Exit::Interrupted;
    }
    output::data(&report.closing(watch.elapsed()));
    if run.await.is_err() {
        return Exit::Bug;
    }
    exit(report.summary())
}

/// Panics when the tests ask for it, because no input makes a sound runner panic and the bots must not outlive one
/// that does. Builds without debug assertions do not have it.
fn panic_for_tests() {
    #[cfg(debug_assertions)]
    assert!(
        std::env::var_os("MESSENGER_EMULATOR_TEST_PANIC").is_none(),
        "MESSENGER_EMULATOR_TEST_PANIC asked for this panic"
    );
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
