//! `xtask bench`: the numbers to reach, each measured beside what it is compared with in the same run.
//!
//! Servers under test are processes of their own; this process only makes the load. A bench whose needs the binary
//! does not meet is skipped with the reason, so that benches can be written before what they measure.

mod against;
mod clock;
mod emulator;
mod histogram;
mod itself;
mod load;
pub(crate) mod part;
pub(crate) mod process;
mod scenarios;
mod secure;
mod sends;
mod slow;
mod start;
mod table;
mod turns;

use std::fmt;
use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use clap::ValueEnum;
use serde_json::Value;

use self::against::Comparison;
use self::emulator::Binary;
use self::load::{Load, Round};
use self::part::RuntimeKind;
use self::table::{Ending, Row, Table};
use xtask::cargo::{self, Profile};

/// How many connections the load has.
const CONNECTIONS: usize = 16;

/// The command line of `bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which benches to run, all of them if none is named
    #[arg(value_name = "NAME")]
    names: Vec<Name>,
    /// Measure for a shorter time
    #[arg(long)]
    quick: bool,
    /// Take the release binary as it is
    #[arg(long)]
    no_build: bool,
    /// Measure this binary
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,
    /// Compare with this binary: both are measured in turn, and what is slower than it is named
    #[arg(long, value_name = "BINARY", conflicts_with = "runtime")]
    against: Option<PathBuf>,
    /// Pairs of measurements of a comparison
    #[arg(long, value_name = "N", default_value_t = 9, requires = "against", value_parser = clap::value_parser!(u16).range(9..=500))]
    pairs: u16,
    /// Write the figures to a file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Threads of the bare servers that figures are compared with
    #[arg(long, value_enum, default_value_t = RuntimeKind::Several)]
    runtime: RuntimeKind,
}

/// The benches, in the order of the table.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    Send,
    SendEcho,
    SendJournal,
    SendTls,
    Turns,
    Clock,
    Start,
    Scenarios,
    Slow,
    /// The load generator and the bare server against each other.
    #[value(name = "self", hide = true)]
    Itself,
}

impl Name {
    const PUBLIC: [Self; 9] = [
        Self::Send,
        Self::SendEcho,
        Self::SendJournal,
        Self::SendTls,
        Self::Turns,
        Self::Clock,
        Self::Start,
        Self::Scenarios,
        Self::Slow,
    ];

    fn shown(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::SendEcho => "send-echo",
            Self::SendJournal => "send-journal",
            Self::SendTls => "send-tls",
            Self::Turns => "turns",
            Self::Clock => "clock",
            Self::Start => "start",
            Self::Scenarios => "scenarios",
            Self::Slow => "slow",
            Self::Itself => "self",
        }
    }
}

/// How much time a measurement gets.
#[derive(Clone, Copy)]
struct Pace {
    rounds: usize,
    round: Duration,
    long_run: Duration,
    starts: usize,
    repeats: usize,
}

const FULL: Pace = Pace {
    rounds: 10,
    round: Duration::from_secs(1),
    long_run: Duration::from_secs(20),
    starts: 20,
    repeats: 3,
};

const QUICK: Pace = Pace {
    rounds: 4,
    round: Duration::from_millis(400),
    long_run: Duration::from_secs(4),
    starts: 8,
    repeats: 1,
};

/// What every bench is given.
struct Setting {
    binary: Binary,
    pace: Pace,
    runtime: RuntimeKind,
}

/// Why a bench cannot be carried out with this binary.
#[derive(Debug)]
struct Skip(String);

impl fmt::Display for Skip {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Skip {}

fn skip(reason: impl Into<String>) -> anyhow::Error {
    Skip(reason.into()).into()
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    ensure!(
        cfg!(not(debug_assertions)),
        "a load from a debug build measures itself\nhelp: run `cargo xtask bench`, which builds this program optimized"
    );
    let names = if arguments.names.is_empty() { &Name::PUBLIC[..] } else { &arguments.names };
    let path = match &arguments.bin {
        Some(path) => path.clone(),
        None if names == [Name::Itself] => PathBuf::new(),
        None if arguments.no_build => cargo::built("messenger-emulator")?,
        None => cargo::build("messenger-emulator", Profile::Release)?,
    };
    let pace = if arguments.quick { QUICK } else { FULL };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("failed to start a runtime")?;
    if let Some(base) = &arguments.against {
        let comparison =
            Comparison { names, this: path, base: base.clone(), pairs: arguments.pairs.into(), pace };
        return compare(&runtime, comparison, arguments.json.as_deref());
    }
    let setting = Setting { binary: Binary::new(path), pace, runtime: arguments.runtime };
    let table = runtime.block_on(async {
        tokio::select! {
            table = run_all(names, &setting) => Some(table),
            () = interrupted() => None,
        }
    });
    let Some(table) = table else {
        eprintln!("interrupted");
        return Ok(ExitCode::from(130));
    };
    print!("\n{table}");
    if let Some(path) = &arguments.json {
        write_json(path, &table.json())?;
    }
    Ok(if table.has_failures() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Compares two binaries.
fn compare(
    runtime: &tokio::runtime::Runtime,
    comparison: Comparison<'_>,
    json: Option<&Path>,
) -> Result<ExitCode> {
    let results = runtime.block_on(async {
        tokio::select! {
            results = against::run(comparison) => Some(results),
            () = interrupted() => None,
        }
    });
    match results {
        None => {
            eprintln!("interrupted");
            Ok(ExitCode::from(130))
        }
        Some(Err(error)) => {
            eprintln!("error: {error:#}");
            Ok(against::exit_of_error())
        }
        Some(Ok(results)) => {
            print!("\n{results}");
            if let Some(path) = json {
                write_json(path, &results.json())?;
            }
            Ok(against::exit_code(&results))
        }
    }
}

fn write_json(path: &Path, value: &Value) -> Result<()> {
    let text = format!("{value:#}\n");
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

/// Returns when somebody wants this program to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

type Measuring<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>>> + 'a>>;

async fn run_all(names: &[Name], setting: &Setting) -> Table {
    let mut table = Table::new();
    for name in names {
        eprintln!("── {}", name.shown());
        let measuring: Measuring<'_> = match name {
            Name::Send => Box::pin(sends::send(setting)),
            Name::SendEcho => Box::pin(sends::send_echo(setting)),
            Name::SendJournal => Box::pin(sends::send_journal(setting)),
            Name::SendTls => Box::pin(secure::send_tls(setting)),
            Name::Turns => Box::pin(turns::turns(setting)),
            Name::Clock => Box::pin(clock::clock(setting)),
            Name::Start => Box::pin(start::start(setting)),
            Name::Scenarios => Box::pin(scenarios::scenarios(setting)),
            Name::Slow => Box::pin(slow::slow(setting)),
            Name::Itself => Box::pin(itself::itself(setting)),
        };
        let ending = match measuring.await {
            Ok(rows) => Ending::Measured(rows),
            Err(error) => match error.downcast_ref::<Skip>() {
                Some(Skip(reason)) => Ending::Skipped(reason.clone()),
                None => Ending::Failed(format!("{error:#}")),
            },
        };
        match &ending {
            Ending::Measured(_) => {}
            Ending::Skipped(reason) => eprintln!("   skipped: {reason}"),
            Ending::Failed(reason) => eprintln!("   FAILED: {reason}"),
        }
        table.add(name.shown(), ending);
    }
    table
}

/// Rounds of one side of a comparison.
struct Side {
    rounds: Vec<Round>,
}

impl Side {
    fn new() -> Self {
        Self { rounds: Vec::new() }
    }

    fn rates(&self) -> Vec<f64> {
        self.rounds.iter().map(Round::per_second).collect()
    }

    /// Of all rounds together.
    fn rate(&self) -> f64 {
        let count: u64 = self.rounds.iter().map(Round::count).sum();
        let elapsed: Duration = self.rounds.iter().map(|round| round.elapsed).sum();
        count as f64 / elapsed.as_secs_f64()
    }

    fn percentile(&self, percent: u64) -> Duration {
        let mut all = histogram::Histogram::new();
        self.rounds.iter().for_each(|round| all.merge(&round.latencies));
        all.percentile(percent)
    }
}

/// Loads two servers in turn, so that whatever else the machine does meets both.
async fn alternate(pace: Pace, one: &mut Load, other: &mut Load) -> Result<(Side, Side)> {
    one.round(pace.round / 4).await?;
    other.round(pace.round / 4).await?;
    let (mut of_one, mut of_other) = (Side::new(), Side::new());
    for number in 0..pace.rounds {
        // Each comes first every other time, so that a load that grows or ends favours neither.
        if number % 2 == 0 {
            of_one.rounds.push(one.round(pace.round).await?);
            of_other.rounds.push(other.round(pace.round).await?);
        } else {
            of_other.rounds.push(other.round(pace.round).await?);
            of_one.rounds.push(one.round(pace.round).await?);
        }
    }
    Ok((of_one, of_other))
}

/// Waits for so long.
#[expect(clippy::disallowed_methods, reason = "another process can only be asked again after a while")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Asks again and again until there is an answer or the patience ends.
async fn until_some<T>(
    patience: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = std::time::Instant::now();
    loop {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        if begun.elapsed() > patience {
            bail!("{what} did not happen within {} s", patience.as_secs());
        }
        pause(Duration::from_millis(2)).await;
    }
}
