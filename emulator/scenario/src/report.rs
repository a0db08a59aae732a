//! What a run says: on a terminal, in a file for CI servers, and as lines for programs.

pub mod json;
pub mod junit;
mod standing;
mod terminal;
mod xml;

use std::fmt::Write as _;

use crate::diagnostics::Colour;
use crate::failure::FailureKind;
use crate::runner::{BotOutput, Report, RunEvent, Verdict};
use crate::transcript::printable;

pub use standing::Standing;
pub use terminal::Terminal;

/// How a run came out so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Scenarios that came out as they say.
    pub passed: usize,
    /// Those of them that had failed before.
    pub flaky: usize,
    /// Scenarios that did not come out as they say.
    pub failed: usize,
    /// Scenarios that could not be played.
    pub errors: usize,
    /// Scenarios whose bot could not be reached.
    pub unreachable: usize,
    /// Scenarios that were left out.
    pub skipped: usize,
    /// Scenarios that were not played because another one had failed.
    pub not_run: usize,
    /// Refused calls that belonged to no scenario.
    pub strays: usize,
    /// Bots that ended while no scenario was played with them.
    pub ended: usize,
    /// Scenarios whose order of events was chance.
    pub raced: usize,
}

/// What a verdict is, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It came out as it says.
    Passed,
    /// It did not.
    Failed,
    /// It could not be played.
    Error,
    /// Its bot could not be reached, or its port not be had.
    Unreachable,
    /// It was left out.
    Skipped,
    /// It was not played because another one had failed.
    NotRun,
}

impl Outcome {
    /// What a verdict is.
    pub fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Skipped(_) => Self::Skipped,
            Verdict::NotRun => Self::NotRun,
            Verdict::Failed(_)
            | Verdict::Broken(_)
            | Verdict::Interrupted
            | Verdict::Unreachable(_)
            | Verdict::NoPort(_) => verdict.failure_kind().map_or(Self::Error, Self::of_failure),
        }
    }

    /// What a failure is.
    pub(crate) const fn of_failure(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Failed => Self::Failed,
            FailureKind::Error => Self::Error,
            FailureKind::Unreachable => Self::Unreachable,
        }
    }

    /// The word for it in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Unreachable => "unreachable",
            Self::Skipped => "skipped",
            Self::NotRun => "not_run",
        }
    }
}

impl Summary {
    /// Counts what happened.
    pub fn count(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Finished(report) if report.attempt.last => {
                self.raced += usize::from(report.raced);
                self.flaky += usize::from(report.is_flaky());
                self.add(Outcome::of(&report.verdict));
            }
            RunEvent::GivenUp { outcome, .. } => self.add(Outcome::of_failure(*outcome)),
            RunEvent::Stray(_) => self.strays += 1,
            RunEvent::BotEnded(_) => self.ended += 1,
            RunEvent::Finished(_)
            | RunEvent::Began(_)
            | RunEvent::Unsupported(_)
            | RunEvent::RealToken
            | RunEvent::Waiting { .. }
            | RunEvent::NotReady(_)
            | RunEvent::Kept(_) => {}
        }
    }

    /// Counts a scenario.
    const fn add(&mut self, outcome: Outcome) {
        let counted = match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Failed => &mut self.failed,
            Outcome::Error => &mut self.errors,
            Outcome::Unreachable => &mut self.unreachable,
            Outcome::Skipped => &mut self.skipped,
            Outcome::NotRun => &mut self.not_run,
        };
        *counted += 1;
    }

    /// How many scenarios there were.
    pub const fn total(&self) -> usize {
        self.passed + self.failed + self.errors + self.unreachable + self.skipped + self.not_run
    }
}

/// What went wrong, in one line.
fn headline(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed => String::new(),
        Verdict::Skipped(reason) => reason.clone(),
        Verdict::NotRun => NOT_RUN.to_owned(),
        Verdict::Interrupted => INTERRUPTED.to_owned(),
        Verdict::Failed(failures) => failures.headline(),
        Verdict::Unreachable(error) => error.to_string(),
        Verdict::Broken(text) | Verdict::NoPort(text) => text.clone(),
    }
}

/// Why a scenario was not played that nothing is wrong with.
const NOT_RUN: &str = "the run ended before this scenario was done";

/// Why a scenario has no end.
const INTERRUPTED: &str = "interrupted: the run was ended while this scenario was played";

/// What went wrong, with everything that helps to understand it.
fn details(verdict: &Verdict, colour: Colour) -> String {
    match verdict {
        Verdict::Passed | Verdict::Skipped(_) | Verdict::NotRun => String::new(),
        Verdict::Failed(failures) => failures.render(colour),
        Verdict::Unreachable(_) | Verdict::Broken(_) | Verdict::NoPort(_) | Verdict::Interrupted => {
            format!("error: {}\n", headline(verdict))
        }
    }
}

/// The last words of bots.
fn last_words(output: &[BotOutput]) -> String {
    let mut out = String::new();
    for BotOutput { title, lines } in output {
        if lines.is_empty() {
            let _ = writeln!(out, "no output of {title}");
            continue;
        }
        let _ = writeln!(out, "last output of {title}:");
        for line in lines {
            let _ = writeln!(out, "    {}", printable(line));
        }
    }
    out
}

impl Report {
    /// What a case is called in reports: by its name alone where its attempts stand together, else with the number of
    /// its run.
    fn case(&self) -> String {
        let number = self.name.strip_prefix(&self.filter).filter(|_| self.attempt.of == 1);
        format!("{}{}", self.called, number.unwrap_or_default())
    }
}
