//! `run`: the main job.

mod progress;
mod reports;
mod selecting;
mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, ValueEnum};
use emulator_console::Console;
use emulator_scenario::given::GivenBot;
use emulator_scenario::report::json::End;
use emulator_scenario::report::{Summary, Terminal};
use emulator_scenario::runner::{self, AfterFailure, BotLife, Options, RunEvent};
use emulator_scenario::scene::Pace;
use emulator_scenario::select::Selected;
use emulator_scenario::shard::Shard;
use emulator_server::REAL_TOKEN;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use crate::exit::Exit;
use crate::output;
use progress::Progress;
use reports::{About, Reports, Wanted};
use selecting::{Choice, Tag, choose};

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
    /// Runs only scenarios with one of these tags, and none with a tag behind `!`
    #[arg(long, value_name = "[!]TAG")]
    tag: Vec<Tag>,
    /// Runs one part of all scenarios, such as the second of five, or all of them although a CI server gives this machine
    /// a part
    #[arg(long, value_name = "2/5|none", value_parser = shard_choice)]
    shard: Option<ShardChoice>,
    /// Runs every scenario so many times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "retry")]
    repeat: Option<u32>,
    /// Runs a scenario that fails up to so many times more; it passes as flaky
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    retry: u32,
    /// Begins nothing any more once a scenario has failed
    #[arg(long)]
    fail_fast: bool,
    /// Leaves emulator and bots running after a failure, and begins nothing any more
    #[arg(long)]
    keep: bool,
    /// Lets so many scenarios act at a time (default: 4 for each core)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Derives ids from this number, or from a random one
    #[arg(long, value_name = "N|random", default_value = "1", value_parser = seed)]
    seed: Seed,
    /// Multiplies all real times: those of the files and those that hold without
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = pace, hide_default_value = true)]
    timeouts: Pace,
    /// Writes a journal of each scenario into this folder
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Writes reports: junit=FILE for CI servers, json=FILE as lines for programs
    #[arg(long, value_name = "KIND=FILE", value_delimiter = ',')]
    report: Vec<Wanted>,
    /// Takes this bot for an app instead of what the files start: a command, the URL of one that runs already, or
    /// `none:APP` for one that you start yourself
    #[arg(long, value_name = "APP=CMD|URL")]
    bot: Vec<GivenBot>,
    /// Gives each scenario bots of its own, started for it
    #[arg(long, value_name = "each", hide_possible_values = true)]
    restart: Option<Restart>,
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

/// When bots are started again.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Restart {
    Each,
}

/// What `--shard` names.
#[derive(Debug, Clone, Copy)]
enum ShardChoice {
    All,
    Part(Shard),
}

fn shard_choice(text: &str) -> Result<ShardChoice, String> {
    if text == "none" {
        return Ok(ShardChoice::All);
    }
    text.parse().map(ShardChoice::Part).map_err(|error| format!("{error}, or `none` for all"))
}

fn pace(text: &str) -> Result<Pace, String> {
    let factor = text.parse().ok().filter(|factor: &f64| (0.001..=1_000_000.0).contains(factor));
    factor.map(Pace).ok_or_else(|| "write a number such as 10 or 0.5".to_owned())
}

pub(crate) fn run(arguments: RunArguments) -> ExitCode {
    match prepared(arguments) {
        Ok(run) => run.go().into(),
        Err((exit, text)) => {
            if exit == Exit::Passed {
                output::data(&format!("{text}\n"));
            } else {
                eprintln!("{text}");
            }
            exit.into()
        }
    }
}

/// Everything that a run needs, checked before anything starts.
struct Run {
    scenarios: Vec<Selected>,
    options: Options,
    terminal: Terminal,
    reports: Reports,
}

fn prepared(arguments: RunArguments) -> Result<Run, (Exit, String)> {
    let usage = |text: String| (Exit::Usage, text);
    let (scenarios, shard) = match choose(&arguments).map_err(usage)? {
        Choice::Run { scenarios, shard } => (scenarios, shard.map(|shard| shard.to_string())),
        Choice::Nothing(why) => return Err((Exit::Passed, format!("{why}, so nothing was run"))),
    };
    let bin = std::env::current_exe();
    let bin = bin.map_err(|_| (Exit::Bug, "error: cannot find out where this binary is".to_owned()))?;
    if let Some(folder) = &arguments.journal {
        writable(folder).map_err(|error| {
            usage(format!(
                "error: journals cannot be written into {}: {error}; name another folder with --journal",
                folder.display()
            ))
        })?;
    }
    let Seed(seed) = arguments.seed;
    let about = About { seed, shard: shard.clone() };
    let reports = Reports::open(&arguments.report, &scenarios, about);
    let reports = reports.map_err(|why| usage(format!("error: {why}; name another file with --report")))?;
    let terminal = Terminal::new(output::colour_of_stdout(), seed, shard, &arguments.again());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let options = Options {
        jobs: arguments.jobs.map_or(4 * cores, usize::from),
        seed,
        bin,
        port: arguments.port,
        pace: arguments.timeouts,
        bots: match arguments.restart {
            Some(Restart::Each) => BotLife::Scenario,
            None => BotLife::Run,
        },
        retries: arguments.retry,
        failure: match (arguments.keep, arguments.fail_fast) {
            (true, _) => AfterFailure::Keep,
            (false, true) => AfterFailure::Stop,
            (false, false) => AfterFailure::GoOn,
        },
        control: |place| Console::new(place).routes(),
        journal: arguments.journal,
    };
    Ok(Run { scenarios, options, terminal, reports })
}

impl RunArguments {
    /// The flags that a scenario needs to be run again in the same way.
    fn again(&self) -> Vec<String> {
        let mut flags = Vec::new();
        let mut flag = |name: &str, value: &str| flags.extend([name.to_owned(), value.to_owned()]);
        if self.port != DEFAULT_PORT {
            flag("--port", &self.port.to_string());
        }
        if self.timeouts != Pace(1.0) {
            flag("--timeouts", &self.timeouts.0.to_string());
        }
        for bot in &self.bot {
            flag("--bot", bot.as_given());
        }
        flags
    }
}

/// Makes the folder if need be, and tries whether a file can be written there.
fn writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::NamedTempFile::new_in(folder)?;
    Ok(())
}

/// How the part of a run came to its end that plays scenarios.
enum Played {
    /// All are done.
    Done,
    /// All are done, and something is kept.
    Kept(String),
    /// Somebody ended it.
    Interrupted,
}

impl Run {
    fn go(self) -> Exit {
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                eprintln!("error: cannot start: {error}");
                return Exit::Bug;
            }
        };
        let exit = runtime.block_on(self.play());
        runtime.shutdown_background();
        exit
    }

    async fn play(self) -> Exit {
        let Self { scenarios, options, mut terminal, mut reports } = self;
        let watch = Instant::now();
        let selected = scenarios.len();
        let mut progress = Progress::new(selected);
        let (sender, mut events) = mpsc::unbounded_channel();
        let mut interrupts = match Interrupts::heed() {
            Ok(interrupts) => interrupts,
            Err(error) => {
                eprintln!("error: cannot start: {error}");
                return Exit::Bug;
            }
        };
        let run = tokio::spawn(runner::run(scenarios, options, sender));
        let mut warned = false;
        let played = loop {
            let event = tokio::select! {
                event = events.recv() => event,
                () = interrupts.next() => break Played::Interrupted,
            };
            let Some(event) = event else { break Played::Done };
            progress.event(&event);
            match &event {
                RunEvent::RealToken if warned => {}
                RunEvent::RealToken => {
                    warned = true;
                    progress.aside(|| eprintln!("warning: {REAL_TOKEN}"));
                }
                RunEvent::Waiting { app, webhook, env } => {
                    progress.aside(|| eprintln!("{}", told::waiting(app, webhook, env)));
                }
                RunEvent::Kept(kept) => break Played::Kept(told::kept(kept)),
                RunEvent::Began(_) | RunEvent::Finished(_) | RunEvent::Stray(_) | RunEvent::BotEnded(_) => {
                    let text = terminal.event(&event);
                    if !text.is_empty() {
                        progress.aside(|| output::data(&text));
                    }
                    panic_for_tests(&event);
                }
            }
            reports.event(event);
        };
        progress.end();
        let took = watch.elapsed();
        let summary = terminal.summary();
        let (text, exit) = match played {
            Played::Interrupted => (terminal.interrupted(selected, took), Exit::Interrupted),
            Played::Done | Played::Kept(_) => (terminal.closing(took), exit(summary)),
        };
        output::data(&text);
        let interrupted = matches!(played, Played::Interrupted);
        let end = End { summary, took, interrupted, exit_code: exit.code() };
        let written = tokio::task::spawn_blocking(move || reports.close(&end));
        let written = tokio::select! {
            written = written => written.unwrap_or_else(|_| Err("a report cannot be written".to_owned())),
            // Whoever does not want to wait for it need not.
            () = interrupts.next() => return Exit::Interrupted,
        };
        let exit = match (written, exit) {
            (Ok(()), exit) => exit,
            (Err(why), exit) => {
                eprintln!("error: {why}");
                if exit == Exit::Passed { Exit::Usage } else { exit }
            }
        };
        match played {
            // The bots' keepers notice that this process is gone.
            Played::Interrupted => exit,
            Played::Done if run.await.is_err() => Exit::Bug,
            Played::Done => exit,
            Played::Kept(text) => {
                eprint!("{text}");
                interrupts.next().await;
                exit
            }
        }
    }
}

/// Panics when the tests ask for it, because no input makes a sound runner panic and the bots must not outlive one
/// that does. Builds without debug assertions do not have it.
fn panic_for_tests(event: &RunEvent) {
    #[cfg(debug_assertions)]
    assert!(
        !matches!(event, RunEvent::Finished(_))
            || std::env::var_os("MESSENGER_EMULATOR_TEST_PANIC").is_none(),
        "MESSENGER_EMULATOR_TEST_PANIC asked for this panic"
    );
    #[cfg(not(debug_assertions))]
    let _ = event;
}

/// The signals with which somebody ends a run.
struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    fn heed() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn exit(summary: Summary) -> Exit {
    let Summary { failed, errors, unreachable, strays, ended, .. } = summary;
    if unreachable > 0 {
        Exit::Unreachable
    } else if failed + errors + strays + ended > 0 {
        Exit::ScenarioFailed
    } else {
        Exit::Passed
    }
}
