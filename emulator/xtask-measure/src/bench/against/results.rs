//! What a comparison found: the table, the JSON, and what is slower.

use std::fmt;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};

use super::super::table::{Figure, median};
use super::{Better, Interval, Measure, SLOWER};

/// One measure of a bench, compared.
#[derive(Clone)]
pub(super) struct Compared {
    pub(super) measure: Measure,
    this: f64,
    base: f64,
    /// Of the paired ratios. Above 1 this binary is the better one, whichever way the measure is good.
    pub(super) interval: Interval,
    pairs: usize,
    /// Whether the upper end lay below the bound in the series and in the one that repeated it.
    pub(super) slower: bool,
}

impl Compared {
    pub(super) fn new(measure: Measure, this: &[f64], base: &[f64]) -> Result<Self> {
        let ratios: Vec<f64> = this
            .iter()
            .zip(base)
            .map(|(this, base)| match measure.better {
                Better::More => this / base,
                Better::Less => base / this,
            })
            .collect();
        let interval = Interval::of(&ratios)?;
        Ok(Self {
            measure,
            this: median(this),
            base: median(base),
            interval,
            pairs: ratios.len(),
            slower: false,
        })
    }

    fn cells(&self) -> [String; 6] {
        let shown = |value| Figure { value, unit: self.measure.unit }.shown();
        [
            self.measure.what.to_owned(),
            shown(self.this),
            shown(self.base),
            format!("{:.3}", self.interval.median),
            self.interval.to_string(),
            if self.slower { "SLOWER".to_owned() } else { String::new() },
        ]
    }

    fn json(&self) -> Value {
        json!({
            "what": self.measure.what,
            "unit": self.measure.unit.name(),
            "this": self.this,
            "base": self.base,
            "ratio": self.interval.median,
            "interval": [self.interval.low, self.interval.high],
            "pairs": self.pairs,
            "slower": self.slower,
        })
    }
}

/// How the comparison of one bench ended.
pub(super) enum Outcome {
    Compared(Vec<Compared>),
    NotCompared(String),
}

/// What all benches came to.
pub(in super::super) struct Results {
    pairs: usize,
    binaries: [(PathBuf, String); 2],
    benches: Vec<(&'static str, Outcome)>,
}

impl Results {
    pub(super) fn new(pairs: usize, binaries: [(PathBuf, String); 2]) -> Self {
        Self { pairs, binaries, benches: Vec::new() }
    }

    pub(super) fn add(&mut self, bench: &'static str, outcome: Outcome) {
        self.benches.push((bench, outcome));
    }

    /// Whether a bench could not be compared.
    pub(super) fn is_incomplete(&self) -> bool {
        self.benches.iter().any(|(_, outcome)| matches!(outcome, Outcome::NotCompared(_)))
    }

    /// What is slower, with its bench.
    pub(super) fn slower(&self) -> impl Iterator<Item = (&'static str, &Compared)> {
        self.rows().filter(|(_, compared)| compared.slower)
    }

    fn rows(&self) -> impl Iterator<Item = (&'static str, &Compared)> {
        self.benches.iter().flat_map(|(name, outcome)| {
            let rows = match outcome {
                Outcome::Compared(rows) => rows.as_slice(),
                Outcome::NotCompared(_) => &[],
            };
            rows.iter().map(|row| (*name, row))
        })
    }

    pub(in super::super) fn json(&self) -> Value {
        let benches = self.benches.iter().map(|(name, outcome)| match outcome {
            Outcome::Compared(rows) => {
                json!({"bench": name, "rows": rows.iter().map(Compared::json).collect::<Vec<_>>()})
            }
            Outcome::NotCompared(reason) => json!({"bench": name, "not_compared": reason}),
        });
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let [this, base] = self.binaries.each_ref().map(|(path, _)| path.display().to_string());
        json!({
            "cores": cores,
            "this": this,
            "base": base,
            "pairs": self.pairs,
            "slower_below": SLOWER,
            "benches": benches.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Results {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, (path, version)) in ["this", "base"].iter().zip(&self.binaries) {
            writeln!(out, "{name}  {} ({version})", path.display())?;
        }
        let titles = ["", "this", "base", "ratio", "95 % interval", ""].map(str::to_owned);
        let lines: Vec<_> = self.rows().map(|(_, row)| row.cells()).chain([titles.clone()]).collect();
        let width =
            |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 6] = std::array::from_fn(width);
        writeln!(out, "\n{}", aligned(&titles, widths))?;
        for (name, outcome) in &self.benches {
            writeln!(out, "{name}")?;
            match outcome {
                Outcome::Compared(rows) => {
                    for row in rows {
                        writeln!(out, "{}", aligned(&row.cells(), widths))?;
                    }
                }
                Outcome::NotCompared(reason) => writeln!(out, "  not compared: {reason}")?,
            }
        }
        writeln!(
            out,
            "\nEach ratio is the median of {} pairs or more; above 1, this binary is the better one. The interval is that of\n\
             the sign test for a median, which takes nothing for granted about the noise. Slower: it ends below {SLOWER}, twice.",
            self.pairs
        )?;
        let mut any = false;
        for (bench, row) in self.slower() {
            any = true;
            writeln!(
                out,
                "SLOWER than base: {bench}, {}: {:.3} ({})",
                row.measure.what, row.interval.median, row.interval
            )?;
        }
        if self.is_incomplete() {
            writeln!(out, "Not everything could be compared.")?;
        } else if !any {
            writeln!(out, "Nothing is slower than base.")?;
        }
        Ok(())
    }
}

fn aligned(cells: &[String; 6], widths: [usize; 6]) -> String {
    let mut line = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let gap = " ".repeat(width - cell.chars().count());
        line.push_str("  ");
        // Words stand left, numbers right.
        if matches!(column, 0 | 5) {
            line.extend([cell.as_str(), &gap]);
        } else {
            line.extend([gap.as_str(), cell]);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::super::super::table::Unit;
    use super::super::exit_code;
    use super::*;
    use std::process::ExitCode;

    const RATE: Measure = Measure { what: "messages sent", unit: Unit::PerSecond, better: Better::More };
    const TIME: Measure = Measure { what: "p50", unit: Unit::Seconds, better: Better::Less };

    fn results(outcome: Outcome) -> Results {
        let binary = || (PathBuf::from("/x"), "messenger-emulator 0.1.0".to_owned());
        let mut results = Results::new(9, [binary(), binary()]);
        results.add("send", outcome);
        results
    }

    fn code(results: &Results) -> String {
        format!("{:?}", exit_code(results))
    }

    #[test]
    fn a_ratio_above_one_is_good_for_rates_and_for_times() {
        let rate = Compared::new(RATE, &[110.0; 9], &[100.0; 9]).unwrap();
        let time = Compared::new(TIME, &[0.1; 9], &[0.11; 9]).unwrap();
        for compared in [rate, time] {
            assert!((compared.interval.median - 1.1).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_slower_is_named_and_ends_with_a_code_of_its_own() {
        let mut row = Compared::new(RATE, &[90.0; 9], &[100.0; 9]).unwrap();
        row.slower = row.interval.is_below(SLOWER);
        let found = results(Outcome::Compared(vec![row]));
        let text = found.to_string();
        assert!(text.contains("SLOWER than base: send, messages sent: 0.900 (0.900 to 0.900)\n"), "{text}");
        assert_eq!(code(&found), format!("{:?}", ExitCode::from(1)));
        assert_eq!(found.json()["benches"][0]["rows"][0]["slower"], true);
    }

    #[test]
    fn noise_around_one_is_not_slower() {
        let this = [80.0, 101.0, 97.0, 99.0, 130.0, 96.0, 100.0, 94.0, 103.0];
        let row = Compared::new(RATE, &this, &[100.0; 9]).unwrap();
        assert!(!row.interval.is_below(SLOWER));
        let found = results(Outcome::Compared(vec![row]));
        assert!(found.to_string().ends_with("Nothing is slower than base.\n"), "{found}");
        assert_eq!(code(&found), format!("{:?}", ExitCode::SUCCESS));
    }

    #[test]
    fn what_could_not_be_compared_is_told_and_is_no_success() {
        let found = results(Outcome::NotCompared("the base: `serve` has no option --journal yet".to_owned()));
        let text = found.to_string();
        assert!(
            text.contains("send\n  not compared: the base: `serve` has no option --journal yet\n"),
            "{text}"
        );
        assert!(text.ends_with("Not everything could be compared.\n"), "{text}");
        assert_eq!(code(&found), format!("{:?}", ExitCode::from(2)));
    }
}
