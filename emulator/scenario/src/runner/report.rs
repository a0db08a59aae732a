//! What a run tells.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::keep::Kept;
use crate::bots::BotError;
use crate::calls::Unsupported;
use crate::coverage::Touched;
use crate::diagnostics::SourceText;
use crate::failure::{FailureKind, Failures};
use crate::select::Selected;

/// How a scenario came out.
#[derive(Debug)]
pub enum Verdict {
    /// As it says.
    Passed,
    /// Otherwise.
    Failed(Failures),
    /// It was not played, for the reason it gives.
    Skipped(String),
    /// It was not played, because another one had failed.
    NotRun,
    /// Its bot could not be reached.
    Unreachable(BotError),
    /// Its stage cannot listen.
    NoPort(String),
    /// The emulator could not set it up.
    Broken(String),
    /// Somebody ended the run while it was played.
    Interrupted,
}

impl Verdict {
    /// True when it did not come out as it says, or could not be played.
    pub fn is_failure(&self) -> bool {
        self.failure_kind().is_some()
    }

    /// What kind of failure it is, if it is one.
    pub fn failure_kind(&self) -> Option<FailureKind> {
        match self {
            Self::Passed | Self::Skipped(_) | Self::NotRun => None,
            Self::Failed(failures) => Some(failures.kind()),
            Self::Broken(_) | Self::Interrupted => Some(FailureKind::Error),
            Self::Unreachable(_) | Self::NoPort(_) => Some(FailureKind::Unreachable),
        }
    }

    /// True when it might come out otherwise the next time.
    pub const fn is_worth_another_try(&self) -> bool {
        match self {
            Self::Passed | Self::Skipped(_) | Self::NotRun | Self::NoPort(_) | Self::Interrupted => false,
            Self::Failed(_) | Self::Unreachable(_) | Self::Broken(_) => true,
        }
    }
}

/// Which try of a scenario it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// How many there may be.
    pub of: u32,
    /// Whether it is the one that counts.
    pub last: bool,
}

/// A finished scenario.
#[derive(Debug)]
pub struct Report {
    /// Its full name.
    pub name: String,
    /// Its full name without the number of the attempt: what `--filter` finds.
    pub filter: String,
    /// What tells it from the others of its file, without the number of the attempt.
    pub called: String,
    /// Its file.
    pub path: PathBuf,
    /// Its text and where in it the scenario begins.
    pub begins: (Arc<SourceText>, usize),
    /// Its tags.
    pub tags: Vec<String>,
    /// Which try it was.
    pub attempt: Attempt,
    /// How it came out.
    pub verdict: Verdict,
    /// How long it took, in real time.
    pub took: Duration,
    /// True when two sends into one conversation were open at once.
    pub raced: bool,
    /// What happened, for one that did not pass.
    pub transcript: Vec<String>,
    /// What the bots printed last, for one that did not pass.
    pub output: Vec<BotOutput>,
    /// What it has touched, where that is asked for and it has passed.
    pub touched: Option<Box<Touched>>,
    /// Where its journal was written.
    pub journal: Option<PathBuf>,
    /// Where the journal of an earlier run is now that had its name.
    pub kept: Option<PathBuf>,
}

impl Report {
    /// A report in which nothing happened.
    pub(super) fn of(selected: &Selected, verdict: Verdict, took: Duration) -> Self {
        let Selected { name, path, scenario, .. } = selected;
        let first = selected.unnumbered();
        Self {
            name: name.clone(),
            filter: first.name,
            called: first.called,
            path: path.clone(),
            begins: (Arc::clone(&scenario.file), scenario.span.start),
            tags: scenario.tags.clone(),
            attempt: Attempt { number: 1, of: 1, last: true },
            verdict,
            took,
            raced: false,
            transcript: Vec::new(),
            output: Vec::new(),
            touched: None,
            journal: None,
            kept: None,
        }
    }

    /// The report of a scenario that was not played, because the run ended before.
    pub fn not_run(selected: &Selected) -> Self {
        Self::of(selected, Verdict::NotRun, Duration::ZERO)
    }

    /// The report of a scenario that was being played when somebody ended the run.
    pub fn interrupted(selected: &Selected) -> Self {
        Self::of(selected, Verdict::Interrupted, Duration::ZERO)
    }

    /// True when it passed after it had failed.
    pub const fn is_flaky(&self) -> bool {
        self.attempt.number > 1 && matches!(self.verdict, Verdict::Passed)
    }
}

/// A bot's last words.
#[derive(Debug, Clone)]
pub struct BotOutput {
    /// Which app, and whether its process has ended.
    pub title: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// What happens during a run.
#[derive(Debug)]
pub enum RunEvent {
    /// A scenario begins, by its full name.
    Began(String),
    /// A scenario is done.
    Finished(Box<Report>),
    /// A scenario that failed was to be tried again and is not, for the run is over: its last attempt counts.
    GivenUp {
        /// Its full name, with the number of the attempt that counts.
        name: String,
        /// How that one came out.
        outcome: FailureKind,
    },
    /// A call that belonged to no scenario was refused.
    Stray(String),
    /// A bot ended while no scenario was played with it.
    BotEnded(BotOutput),
    /// Calls that are not supported yet were made in a scenario, or outside of any.
    Unsupported(Unsupported),
    /// A call came with what looks like a token of the real platform.
    RealToken,
    /// Somebody has to start a bot.
    Waiting {
        /// The app.
        app: String,
        /// Where its webhook has to answer.
        webhook: String,
        /// The environment that it needs, by name.
        env: Vec<(String, String)>,
    },
    /// A bot that somebody has started is not ready, for this reason.
    NotReady(String),
    /// All is done, and this stays as it is until the process ends.
    Kept(Box<Kept>),
}
