//! What a run says on a terminal.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Outcome, Standing, Summary, details, last_words};
use crate::calls::Unsupported;
use crate::diagnostics::Colour;
use crate::input::again;
use crate::runner::{Report, RunEvent, Verdict};
use crate::transcript::printable;

/// How many of the scenarios are named that were open when a run was interrupted.
const OPEN_NAMED: usize = 5;

/// Turns the events of a run into text.
#[derive(Debug)]
pub struct Terminal {
    colour: Colour,
    seed: u64,
    /// The part of all scenarios that this run is, such as `2/5`.
    shard: Option<String>,
    /// More flags with which a scenario is run again.
    again: String,
    summary: Summary,
    unsupported: Unsupported,
    /// Whether the text so far ends with an empty line.
    apart: bool,
}

impl Terminal {
    /// A report that names the seed, and the other flags with which a scenario is run again.
    pub fn new(colour: Colour, seed: u64, shard: Option<String>, again: &[String]) -> Self {
        let again = again.iter().fold(String::new(), |line, word| line + " " + &quoted(word));
        Self {
            colour,
            seed,
            shard,
            again,
            summary: Summary::default(),
            unsupported: Unsupported::default(),
            apart: false,
        }
    }

    /// How the run came out so far.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// The text for an event.
    pub fn event(&mut self, event: &RunEvent) -> String {
        self.summary.count(event);
        match event {
            RunEvent::Finished(report) => self.finished(report),
            // Those are no part of the report; whoever prints tells them beside.
            RunEvent::Began(_)
            | RunEvent::GivenUp { .. }
            | RunEvent::RealToken
            | RunEvent::Waiting { .. }
            | RunEvent::NotReady(_)
            | RunEvent::Kept(_) => String::new(),
            RunEvent::Unsupported(calls) => {
                self.unsupported.extend(calls.clone());
                String::new()
            }
            RunEvent::Stray(text) => {
                self.apart = false;
                format!(
                    "{}  {text}\n       this call belongs to no scenario. If the bot still worked when its scenario had ended, set `timeouts: {{quiet: …}}`;\n       if it makes the call at any time, mark the scenario `alone: true`;\n       if it sets itself up with it as it starts, it came later than 400 ms after the verification had passed\n",
                    self.paint("STRAY", Paint::Red)
                )
            }
            RunEvent::BotEnded(output) => {
                self.apart = false;
                let words = last_words(std::slice::from_ref(output));
                format!("{}  {}\n{words}", self.paint("ENDED", Paint::Red), output.title)
            }
        }
    }

    fn finished(&mut self, report: &Report) -> String {
        let Report { name, verdict, took, attempt, .. } = report;
        let name = &printable(name);
        let ms = took.as_millis();
        let (word, paint) = match Outcome::of(verdict) {
            Outcome::Passed => ("ok  ", Paint::Green),
            Outcome::Skipped => ("skip", Paint::Yellow),
            Outcome::Failed => ("FAIL", Paint::Red),
            Outcome::Error | Outcome::Unreachable => ("ERR ", Paint::Red),
            // Those are only counted.
            Outcome::NotRun => return String::new(),
        };
        self.apart = false;
        let mut out = format!("{}  {name} ({ms} ms)", self.paint(word, paint));
        if let Verdict::Skipped(reason) = verdict {
            let _ = write!(out, ": {reason}");
        }
        if report.is_flaky() {
            let _ = write!(out, " [flaky: it passed at attempt {} of {}]", attempt.number, attempt.of);
        } else if attempt.of > 1 && verdict.is_failure() {
            let _ = write!(out, " [attempt {} of {}]", attempt.number, attempt.of);
        }
        if report.raced {
            out += " [raced: two sends into one conversation were open at once]";
        }
        out.push('\n');
        if !verdict.is_failure() {
            return out;
        }
        out.push('\n');
        out += &details(verdict, self.colour);
        out += &last_words(&report.output);
        let (path, filter) = again(&report.path, &report.filter);
        let _ = writeln!(
            out,
            "run it again: messenger-emulator run {} --filter {} --seed {}{}\n",
            quoted(&path),
            quoted(&printable(&filter)),
            self.seed,
            self.again,
        );
        self.apart = true;
        out
    }

    /// The last lines of a run that was interrupted before all of its scenarios were done, which count from now on.
    pub fn interrupted(&mut self, standing: &Standing, took: Duration) -> String {
        standing.outcomes().for_each(|outcome| self.summary.add(outcome));
        let mut names: Vec<String> = standing.open().map(printable).collect();
        let open = names.len();
        if open > OPEN_NAMED {
            names.truncate(OPEN_NAMED);
            names.push(format!("and {} more", open - OPEN_NAMED));
        }
        let open = match open {
            0 => "no scenario was open".to_owned(),
            1 => format!("{} was still open", names.join("")),
            _ => format!("{} were still open", names.join(", ")),
        };
        format!("{}interrupted: {open}\n{}{}", self.gap(), self.unsupported(), self.totals(took))
    }

    /// The last lines of a run.
    pub fn closing(&self, took: Duration) -> String {
        format!("{}{}{}", self.gap(), self.unsupported(), self.totals(took))
    }

    /// The calls of the whole run that are not supported yet, as a paragraph.
    fn unsupported(&self) -> String {
        if self.unsupported.is_empty() { String::new() } else { self.unsupported.text() + "\n" }
    }

    const fn gap(&self) -> &'static str {
        if self.apart { "" } else { "\n" }
    }

    fn totals(&self, took: Duration) -> String {
        let Summary { passed, flaky, failed, errors, unreachable, skipped, not_run, strays, ended, raced } =
            self.summary;
        let total = self.summary.total();
        let mut parts = vec![format!("{passed} passed")];
        let stray = if strays == 1 { "stray refusal" } else { "stray refusals" };
        let bots = if ended == 1 { "bot ended by itself" } else { "bots ended by themselves" };
        for (count, word) in [
            (failed, "failed"),
            (errors + unreachable, "could not be played"),
            (skipped, "skipped"),
            (not_run, "not run"),
            (flaky, "flaky"),
            (strays, stray),
            (ended, bots),
            (raced, "raced"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {word}"));
            }
        }
        let noun = if total == 1 { "scenario" } else { "scenarios" };
        let seconds = took.as_secs_f64();
        let shard = self.shard.as_ref().map_or_else(String::new, |shard| format!(", shard {shard}"));
        format!("{total} {noun}: {} in {seconds:.2} s (seed {}{shard})\n", parts.join(", "), self.seed)
    }

    fn paint(&self, text: &str, paint: Paint) -> String {
        let code = match paint {
            Paint::Green => 32,
            Paint::Yellow => 33,
            Paint::Red => 31,
        };
        match self.colour {
            Colour::Always => format!("\x1b[1;{code}m{text}\x1b[0m"),
            Colour::Never => text.to_owned(),
        }
    }
}

#[derive(Clone, Copy)]
enum Paint {
    Green,
    Yellow,
    Red,
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-:".contains(character);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
