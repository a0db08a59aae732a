//! The line on a terminal that says what a run is doing.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::time::Duration;

use emulator_scenario::runner::RunEvent;
use emulator_scenario::transcript::printable;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the line is drawn anew.
const DRAWN: Duration = Duration::from_millis(100);
/// How many scenarios it names.
const NAMED: usize = 3;

/// The line, if somebody sees it.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    running: BTreeSet<String>,
}

impl Progress {
    /// A line at the bottom of the terminal; none when standard error is no terminal.
    pub(super) fn new(scenarios: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let total = u64::try_from(scenarios).unwrap_or(u64::MAX);
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            // Without colours, so that NO_COLOR has nothing to forbid.
            if let Ok(style) = ProgressStyle::with_template("{pos}/{len} done, {elapsed}{wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(DRAWN);
            bar
        });
        Self { bar, running: BTreeSet::new() }
    }

    /// Takes in what happens.
    pub(super) fn event(&mut self, event: &RunEvent) {
        let Some(bar) = &self.bar else { return };
        match event {
            RunEvent::Began(name) => {
                self.running.insert(name.clone());
            }
            RunEvent::Finished(report) => {
                self.running.remove(&report.name);
                bar.inc(u64::from(report.attempt.last));
            }
            RunEvent::GivenUp { .. } => bar.inc(1),
            RunEvent::Stray(_)
            | RunEvent::BotEnded(_)
            | RunEvent::RealToken
            | RunEvent::Unsupported(_)
            | RunEvent::Waiting { .. }
            | RunEvent::NotReady(_)
            | RunEvent::Kept(_) => return,
        }
        bar.set_message(named(&self.running));
    }

    /// Prints while the line is away.
    pub(super) fn aside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes the line away for good.
    pub(super) fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// The first of those that run, and how many others there are.
fn named(running: &BTreeSet<String>) -> String {
    let names: Vec<String> = running.iter().take(NAMED).map(|name| printable(name)).collect();
    let more = running.len().saturating_sub(NAMED);
    match (names.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(": {}", names.join(", ")),
        (false, more) => format!(": {} and {more} more", names.join(", ")),
    }
}
