//! `run`: the main job.

mod arguments;
mod coverage;
mod progress;
mod reports;
mod selecting;
mod told;
mod until;
mod watch;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use emulator_console::Console;
use emulator_core::REAL_TOKEN;
use emulator_scenario::coverage::Coverage;
use emulator_scenario::kept::Ours;
use emulator_scenario::report::json::End;
use emulator_scenario::report::{Standing, Summary, Terminal};
use emulator_scenario::runner::{self, AfterFailure, BotLife, Concurrency, HandPorts, Options, RunEvent};
use emulator_scenario::select::Selected;
use emulator_scenario::shard::Shard;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use crate::exit::Exit;
use crate::output::Stream;
pub(crate) use arguments::RunArguments;
use arguments::{Restart, Seed};
use coverage::{AtLeast, Collected};
use progress::Progress;
use reports::{About, Reports};
use selecting::{Choice, choose, read};
use told::KeptJournals;

pub(crate) fn run(arguments: &RunArguments) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return Exit::Bug.into();
        }
    };
    let exit = runtime.block_on(go(arguments));
    runtime.shutdown_background();
    exit.into()
}

async fn go(arguments: &RunArguments) -> Exit {
    let prepared = if arguments.watch { None } else { Some(once(arguments)) };
    let mut interrupts = match Interrupts::heed() {
        Ok(interrupts) => interrupts,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return Exit::Bug;
        }
    };
    match prepared {
        Some(Ok(run)) => run.play(&mut interrupts).await.exit,
        Some(Err((Exit::Passed, text))) => {
            stream(arguments).data(&format!("{text}\n"));
            Exit::Passed
        }
        Some(Err((exit, text))) => {
            eprintln!("{text}");
            exit
        }
        None => watch::rounds(arguments, &mut interrupts).await,
    }
}

/// Where the terminal's report goes: beside a report that has standard output to itself.
fn stream(arguments: &RunArguments) -> Stream {
    if Reports::have_stdout(&arguments.report) { Stream::Stderr } else { Stream::Stdout }
}

/// Everything for a run of what is asked for.
fn once(arguments: &RunArguments) -> Result<Run, (Exit, String)> {
    let usage = |text: String| (Exit::Usage, text);
    let selection = read(arguments).map_err(usage)?;
    match choose(arguments, selection).map_err(usage)? {
        Choice::Run { scenarios, shard } => prepared(arguments, scenarios, shard, Default::default()),
        Choice::Nothing(why) => Err((Exit::Passed, format!("{why}, so nothing was run"))),
    }
}

/// Everything that a run needs, checked before anything starts.
struct Run {
    scenarios: Vec<Selected>,
    options: Options,
    terminal: Terminal,
    told: Stream,
    reports: Reports,
    coverage: Option<Wanted>,
}

/// What is wanted of coverage.
struct Wanted {
    collected: Collected,
    /// Whether it is printed.
    told: bool,
    least: Vec<AtLeast>,
}

fn prepared(
    arguments: &RunArguments,
    scenarios: Vec<Selected>,
    shard: Option<Shard>,
    (by_hand, ours): (HandPorts, Ours),
) -> Result<Run, (Exit, String)> {
    let usage = |text: String| (Exit::Usage, text);
    let shard = shard.map(|shard| shard.to_string());
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
    let reports = Reports::open(&arguments.report, &scenarios, about, &ours);
    let reports = reports.map_err(|why| usage(format!("error: {why}; name another file with --report")))?;
    let told = stream(arguments);
    let terminal = Terminal::new(told.colour(), seed, shard, &arguments.again());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let entrance = arguments.entrance.entrance().map_err(|error| usage(format!("error: {error}")))?;
    let redirect = arguments.entrance.redirect(&entrance);
    let redirect = redirect.map_err(|error| usage(format!("error: {error}")))?;
    let options = Options {
        concurrency: if arguments.serial {
            Concurrency::Serial
        } else {
            Concurrency::Jobs(arguments.jobs.map_or(4 * cores, usize::from))
        },
        seed,
        bin,
        port: arguments.port,
        entrance,
        redirect,
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
        by_hand,
        ours,
        keeps_at_end: arguments.keep && arguments.until.is_some(),
        control: |place| Console::new(place).routes(),
        journal: arguments.journal.clone(),
        coverage: arguments.wants_coverage(),
    };
    let coverage = options.coverage.then(|| Wanted {
        collected: Collected::of(&scenarios),
        told: arguments.coverage || !arguments.min_coverage.is_empty(),
        least: arguments.min_coverage.clone(),
    });
    Ok(Run { scenarios, options, terminal, told, reports, coverage })
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

/// What a run came to.
struct Outcome {
    exit: Exit,
    /// Whether somebody ended it.
    interrupted: bool,
    /// The full names of the scenarios that did not pass, without the numbers of attempts.
    failed: BTreeSet<String>,
}

impl Run {
    async fn play(self, interrupts: &mut Interrupts) -> Outcome {
        let Self { scenarios, options, mut terminal, told, mut reports, mut coverage } = self;
        let watch = Instant::now();
        let mut standing = Standing::of(&scenarios);
        let mut progress = Progress::new(scenarios.len());
        let (sender, mut events) = mpsc::unbounded_channel();
        let mut failed = BTreeSet::new();
        let run = tokio::spawn(runner::run(scenarios, options, sender));
        let mut warned = false;
        let mut journals = KeptJournals::default();
        let played = loop {
            let event = tokio::select! {
                event = events.recv() => event,
                () = interrupts.next() => break Played::Interrupted,
            };
            let Some(mut event) = event else { break Played::Done };
            if let Some(wanted) = &mut coverage {
                wanted.collected.event(&mut event);
            }
            progress.event(&event);
            standing.event(&event);
            journals.event(&event);
            if let RunEvent::Finished(report) = &event
                && report.attempt.last
                && report.verdict.is_failure()
            {
                failed.insert(report.filter.clone());
            }
            match &event {
                RunEvent::RealToken if warned => {}
                RunEvent::RealToken => {
                    warned = true;
                    progress.aside(|| eprintln!("warning: {REAL_TOKEN}"));
                }
                RunEvent::Waiting { app, webhook, env } => {
                    progress.aside(|| eprintln!("{}", told::waiting(app, webhook, env)));
                }
                RunEvent::NotReady(why) => progress.aside(|| eprintln!("{why}")),
                RunEvent::Kept(kept) => break Played::Kept(told::kept(kept)),
                RunEvent::Began(_)
                | RunEvent::Finished(_)
                | RunEvent::GivenUp { .. }
                | RunEvent::Stray(_)
                | RunEvent::Unsupported(_)
                | RunEvent::BotEnded(_) => {
                    let text = terminal.event(&event);
                    if !text.is_empty() {
                        progress.aside(|| told.data(&text));
                    }
                    panic_for_tests(&event);
                }
            }
            reports.event(event);
        };
        progress.end();
        let took = watch.elapsed();
        let (text, exit) = match played {
            Played::Interrupted => (terminal.interrupted(&standing, took), Exit::Interrupted),
            Played::Done | Played::Kept(_) => (terminal.closing(took), exit(terminal.summary())),
        };
        let summary = terminal.summary();
        told.data(&text);
        let (coverage, exit) = match coverage {
            Some(wanted) => wanted.close(told, exit),
            None => (None, exit),
        };
        if let Some(text) = journals.told() {
            eprintln!("{text}");
        }
        let interrupted = matches!(played, Played::Interrupted);
        let end = End { summary, took, interrupted, exit_code: exit.code() };
        let written = tokio::task::spawn_blocking(move || reports.close(&end, &standing, coverage.as_ref()));
        let written = tokio::select! {
            written = written => written.unwrap_or_else(|_| Err("a report cannot be written any more".to_owned())),
            // Whoever does not want to wait for it need not.
            () = interrupts.next() => {
                return Outcome { exit: Exit::Interrupted, interrupted: true, failed };
            }
        };
        let exit = match (written, exit) {
            (Ok(()), exit) => exit,
            (Err(why), exit) => {
                eprintln!(
                    "error: {why}; everything else was done: run it again with --report for another file"
                );
                if matches!(exit, Exit::Passed | Exit::Gate) { Exit::Bug } else { exit }
            }
        };
        let exit = match played {
            // The bots' keepers notice that this process is gone.
            Played::Interrupted => exit,
            Played::Done if run.await.is_err() => Exit::Bug,
            Played::Done => exit,
            Played::Kept(text) => {
                eprint!("{text}");
                interrupts.next().await;
                exit
            }
        };
        Outcome { exit, interrupted, failed }
    }
}

impl Wanted {
    /// Tells what was touched, and makes a run that has passed end otherwise when that is less than is asked for.
    fn close(self, told: Stream, exit: Exit) -> (Option<Coverage>, Exit) {
        let coverage = self.collected.coverage();
        if self.told {
            told.data(&coverage.text());
        }
        match coverage::too_little(&coverage, &self.least) {
            Some(text) if exit == Exit::Passed => {
                eprintln!("{text}");
                (Some(coverage), Exit::Gate)
            }
            Some(_) | None => (Some(coverage), exit),
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
    /// A report that may not grow any more is an error of `write` like any other, no reason to die.
    _too_large: Signal,
}

impl Interrupts {
    fn heed() -> std::io::Result<Self> {
        let too_large = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            _too_large: signal(too_large)?,
        })
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
