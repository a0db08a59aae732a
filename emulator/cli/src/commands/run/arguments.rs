//! The arguments of `run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use emulator_scenario::given::GivenBot;
use emulator_scenario::scene::Pace;
use emulator_scenario::shard::Shard;

use super::coverage::AtLeast;
use super::reports::Wanted;
use super::selecting::Tag;
use super::until::Until;
use crate::entrance::EntranceArguments;

/// The port that bots know which run already.
const DEFAULT_PORT: u16 = 7380;

/// The exit codes, for whoever writes a script.
const CODES: &str = "\
Exit codes:
  0    every scenario passed
  1    a scenario failed
  2    bad usage or an invalid file; nothing was run
  3    a bot or a port could not be reached
  4    every scenario passed, and less was touched than --min-coverage asks for
  70   a bug in the emulator, or a report that can no longer be written
  130  interrupted";

/// Runs scenario files against real bots
#[derive(Debug, Args)]
#[command(after_help = CODES)]
pub(crate) struct RunArguments {
    /// Scenario files and folders; `-` reads standard input
    #[arg(required = true, value_name = "FILES")]
    pub(super) files: Vec<PathBuf>,
    /// Runs only scenarios whose full name holds this text
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<String>,
    /// Runs only scenarios with one of these tags, and none with a tag behind `!`
    #[arg(long, value_name = "[!]TAG")]
    pub(super) tag: Vec<Tag>,
    /// Runs one part of all scenarios, such as the second of five, or all of them although a CI server gives this machine
    /// a part
    #[arg(long, value_name = "2/5|none", value_parser = shard_choice)]
    pub(super) shard: Option<ShardChoice>,
    /// Runs every scenario so many times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "retry")]
    pub(super) repeat: Option<u32>,
    /// Runs a scenario that fails up to so many times more; it passes as flaky
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(super) retry: u32,
    /// Begins nothing any more once a scenario has failed
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Plays one scenario up to and with this step: the NAME of its `as:`, or its line; with --keep everything stays
    #[arg(long, value_name = "NAME|[FILE:]LINE", conflicts_with_all = ["watch", "repeat", "retry"])]
    pub(super) until: Option<Until>,
    /// Leaves emulator and bots running after a failure or after --until, and begins nothing any more
    #[arg(long)]
    pub(super) keep: bool,
    /// Plays again what is affected whenever a file changes; Ctrl-C ends it with the exit code of the last round
    #[arg(long, conflicts_with = "keep")]
    pub(super) watch: bool,
    /// Lets so many scenarios act at a time (default: 4 for each core)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
    /// Plays one scenario after the other, so that all a bot prints meanwhile is about one of them
    #[arg(long, conflicts_with = "jobs")]
    pub(super) serial: bool,
    /// Derives ids from this number, or from a random one
    #[arg(long, value_name = "N|random", default_value = "1", value_parser = seed)]
    pub(super) seed: Seed,
    /// Multiplies all real times: those of the files and those that hold without
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = pace, hide_default_value = true)]
    pub(super) timeouts: Pace,
    /// Writes a journal of each scenario into this folder; earlier ones are kept under a number
    #[arg(long, value_name = "DIR")]
    pub(super) journal: Option<PathBuf>,
    /// Prints how many of the rules, webhook events, errors and cells of the decision table the scenarios have touched that
    /// there are under their protocols
    #[arg(long, conflicts_with = "watch")]
    pub(super) coverage: bool,
    /// Ends with exit code 4 when the scenarios have touched a smaller part than this, in percent: of the rules, or of the
    /// events, errors or cells
    #[arg(long, value_name = "[KIND=]N", conflicts_with = "watch")]
    pub(super) min_coverage: Vec<AtLeast>,
    /// Writes reports: junit=FILE for CI servers, json=FILE as lines for programs, coverage=FILE what was touched and what
    /// was not. An earlier file is kept under a number;
    /// `-` is standard output, and what a terminal shows goes to standard error then
    #[arg(long, value_name = "KIND=FILE", value_delimiter = ',')]
    pub(super) report: Vec<Wanted>,
    /// Takes this bot for an app instead of what the files start: a command, the URL of one that runs already, or
    /// `none:APP` for one that you start yourself
    #[arg(long, value_name = "APP=CMD|URL")]
    pub(super) bot: Vec<GivenBot>,
    /// Gives each scenario bots of its own, started for it
    #[arg(long, value_name = "each", hide_possible_values = true)]
    pub(super) restart: Option<Restart>,
    /// Listens on this port for bots that are not started by the scenario
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT)]
    pub(super) port: u16,
    /// Passes when no scenario is selected
    #[arg(long)]
    pub(super) allow_empty: bool,
    #[command(flatten)]
    pub(super) entrance: EntranceArguments,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Seed(pub(super) u64);

fn seed(text: &str) -> Result<Seed, String> {
    if text == "random" {
        use std::hash::{BuildHasher, RandomState};
        return Ok(Seed(RandomState::new().hash_one(0) >> 16));
    }
    text.parse().map(Seed).map_err(|_| "a seed is a whole number or `random`".to_owned())
}

/// When bots are started again.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Restart {
    Each,
}

/// What `--shard` names.
#[derive(Debug, Clone, Copy)]
pub(super) enum ShardChoice {
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

impl RunArguments {
    /// Whether anything wants to know what scenarios touch.
    pub(super) fn wants_coverage(&self) -> bool {
        self.coverage || !self.min_coverage.is_empty() || self.report.iter().any(Wanted::is_coverage)
    }

    /// The flags that a scenario needs to be run again in the same way.
    pub(super) fn again(&self) -> Vec<String> {
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
        flags.extend(self.entrance.again());
        flags
    }
}
