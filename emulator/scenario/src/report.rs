//! What a run says on a terminal.

use std::fmt::Write as _;
use std::time::Duration;

use crate::diagnostics::Colour;
use crate::failure::FailureKind;
use crate::runner::{Report, RunEvent, Verdict};
use crate::transcript::printable;

/// How a run came out so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Scenarios that came out as they say.
    pub passed: usize,
    /// Scenarios that did not.
    pub failed: usize,
    /// Scenarios that could not be played.
    pub errors: usize,
    /// Scenarios whose bot could not be reached.
    pub unreachable: usize,
    /// Scenarios that were left out.
    pub skipped: usize,
    /// Refused calls that belonged to no scenario.
    pub strays: usize,
    /// Scenarios whose order of events was chance.
    pub raced: usize,
}

/// Turns the events of a run into text.
#[derive(Debug)]
pub struct Terminal {
    colour: Colour,
    seed: u64,
    /// More flags with which a scenario is run again.
    again: String,
    summary: Summary,
    /// Whether the text so far ends with an empty line.
    apart: bool,
}

impl Terminal {
    /// A report that names the seed, and the other flags with which a scenario is run again.
    pub fn new(colour: Colour, seed: u64, again: &[String]) -> Self {
        let again = again.iter().fold(String::new(), |line, word| line + " " + &quoted(word));
        let summary =
            Summary { passed: 0, failed: 0, errors: 0, unreachable: 0, skipped: 0, strays: 0, raced: 0 };
        Self { colour, seed, again, summary, apart: false }
    }

    /// How the run came out so far.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// The text for an event.
    pub fn event(&mut self, event: &RunEvent) -> String {
        match event {
            RunEvent::Finished(report) => self.finished(report),
            // That is no part of the report; whoever prints tells it beside.
            RunEvent::RealToken => String::new(),
            RunEvent::Stray(text) => {
                self.summary.strays += 1;
                self.apart = false;
                format!(
                    "{}  {text}\n       this call belongs to no scenario. If the bot still worked when its scenario had ended, set `timeouts: {{quiet: …}}`;\n       if it makes the call at any time, mark the scenario `alone: true`\n",
                    self.paint("STRAY", Paint::Red)
                )
            }
        }
    }

    fn finished(&mut self, report: &Report) -> String {
        let Report { name, verdict, took, raced, .. } = report;
        let name = &printable(name);
        self.summary.raced += usize::from(*raced);
        self.apart = false;
        let ms = took.as_millis();
        let (word, paint, count) = match verdict {
            Verdict::Passed => ("ok  ", Paint::Green, &mut self.summary.passed),
            Verdict::Skipped(_) => ("skip", Paint::Yellow, &mut self.summary.skipped),
            Verdict::Failed(failure) if failure.kind == FailureKind::Failed => {
                ("FAIL", Paint::Red, &mut self.summary.failed)
            }
            Verdict::Failed(_) | Verdict::Broken(_) => ("ERR ", Paint::Red, &mut self.summary.errors),
            Verdict::Unreachable(_) | Verdict::NoPort(_) => {
                ("ERR ", Paint::Red, &mut self.summary.unreachable)
            }
        };
        *count += 1;
        let mut out = format!("{}  {name} ({ms} ms)", self.paint(word, paint));
        if let Verdict::Skipped(reason) = verdict {
            let _ = write!(out, ": {reason}");
        }
        if *raced {
            out.push_str(" [raced: two sends into one conversation were open at once]");
        }
        out.push('\n');
        let details = match verdict {
            Verdict::Passed | Verdict::Skipped(_) => return out,
            Verdict::Failed(failure) => failure.render(self.colour),
            Verdict::Unreachable(error) => format!("error: {error}\n"),
            Verdict::Broken(text) | Verdict::NoPort(text) => format!("error: {text}\n"),
        };
        out.push('\n');
        out.push_str(&details);
        for output in &report.output {
            let _ = writeln!(out, "last output of {}:", output.title);
            for line in &output.lines {
                let _ = writeln!(out, "    {}", printable(line));
            }
        }
        let _ = writeln!(
            out,
            "run it again: messenger-emulator run {} --filter {} --seed {}{}",
            quoted(&report.path.display().to_string()),
            quoted(name),
            self.seed,
            self.again,
        );
        out.push('\n');
        self.apart = true;
        out
    }

    /// The last lines of a run that was interrupted before all of its scenarios were done.
    pub fn interrupted(&self, selected: usize, took: Duration) -> String {
        let noun = if selected == 1 { "scenario" } else { "scenarios" };
        let done = self.totals(took);
        format!("{}interrupted: of {selected} {noun} these are done\n{done}", self.gap())
    }

    /// The last lines of a run.
    pub fn closing(&self, took: Duration) -> String {
        format!("{}{}", self.gap(), self.totals(took))
    }

    const fn gap(&self) -> &'static str {
        if self.apart { "" } else { "\n" }
    }

    fn totals(&self, took: Duration) -> String {
        let Summary { passed, failed, errors, unreachable, skipped, strays, raced } = self.summary;
        let total = passed + failed + errors + unreachable + skipped;
        let mut parts = vec![format!("{passed} passed")];
        let stray = if strays == 1 { "stray refusal" } else { "stray refusals" };
        for (count, word) in [
            (failed, "failed"),
            (errors + unreachable, "could not be played"),
            (skipped, "skipped"),
            (strays, stray),
            (raced, "raced"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {word}"));
            }
        }
        let noun = if total == 1 { "scenario" } else { "scenarios" };
        let seconds = took.as_secs_f64();
        format!("{total} {noun}: {} in {seconds:.2} s (seed {})\n", parts.join(", "), self.seed)
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
