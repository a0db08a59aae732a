//! Figures with what they are compared with, as a table and as JSON.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    PerSecond,
    Seconds,
    Bytes,
}

impl Unit {
    /// The name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "1/s",
            Self::Seconds => "s",
            Self::Bytes => "B",
        }
    }
}

/// A measured number.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) unit: Unit,
}

impl Figure {
    pub(crate) fn per_second(value: f64) -> Self {
        Self { value, unit: Unit::PerSecond }
    }

    pub(crate) fn time(time: Duration) -> Self {
        Self { value: time.as_secs_f64(), unit: Unit::Seconds }
    }

    pub(crate) fn bytes(bytes: u64) -> Self {
        Self { value: bytes as f64, unit: Unit::Bytes }
    }

    pub(crate) fn shown(self) -> String {
        let value = self.value;
        match self.unit {
            Unit::PerSecond => format!("{}/s", with_commas(value)),
            Unit::Seconds if value >= 1.0 => format!("{value:.2} s"),
            Unit::Seconds if value >= 0.000_999_5 => format!("{:.2} ms", value * 1e3),
            Unit::Seconds => format!("{:.2} µs", value * 1e6),
            Unit::Bytes if value < 10_240.0 => format!("{value:.0} B"),
            Unit::Bytes => format!("{:.1} MiB", value / 1_048_576.0),
        }
    }
}

/// What a figure, or its ratio to the one beside it, should be.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    RatioAtLeast(f64),
    RatioAtMost(f64),
    AtMost(f64),
}

/// One line of the table.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) figure: Figure,
    beside: Option<(Figure, &'static str)>,
    ratio: Option<f64>,
    aim: Option<Aim>,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, figure: Figure) -> Self {
        Self { what: what.into(), figure, beside: None, ratio: None, aim: None }
    }

    /// The median of some rates beside that of others measured in turn with them. The ratio is the median of the
    /// ratios of neighbours, which a disturbance of a few rounds does not move.
    pub(crate) fn rates(what: impl Into<String>, ours: &[f64], theirs: &[f64], name: &'static str) -> Self {
        let ratios: Vec<_> = ours.iter().zip(theirs).map(|(our, their)| our / their).collect();
        let row = Self::new(what, Figure::per_second(median(ours)));
        Self { ratio: Some(median(&ratios)), ..row.beside(Figure::per_second(median(theirs)), name) }
    }

    /// Compares the figure with another of the same run.
    pub(crate) fn beside(mut self, figure: Figure, name: &'static str) -> Self {
        self.beside = Some((figure, name));
        self
    }

    pub(crate) fn aim(mut self, aim: Aim) -> Self {
        self.aim = Some(aim);
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.ratio.or_else(|| self.beside.map(|(beside, _)| self.figure.value / beside.value))
    }

    /// Whether the aim was met, if there is one.
    fn verdict(&self) -> Option<Verdict> {
        let met = match self.aim? {
            Aim::RatioAtLeast(least) => self.ratio()? >= least,
            Aim::RatioAtMost(most) => self.ratio()? <= most,
            Aim::AtMost(most) => self.figure.value <= most,
        };
        Some(if met { Verdict::Met } else { Verdict::Missed })
    }

    fn shown_aim(&self) -> String {
        let of_unit = |value| Figure { value, unit: self.figure.unit }.shown();
        match self.aim {
            None => String::new(),
            Some(Aim::RatioAtLeast(least)) => format!("ratio ≥ {least}"),
            Some(Aim::RatioAtMost(most)) => format!("ratio ≤ {most}"),
            Some(Aim::AtMost(most)) => format!("≤ {}", of_unit(most)),
        }
    }

    fn cells(&self) -> [String; 6] {
        let (beside, ratio) = match self.beside {
            Some((beside, name)) => (
                format!("{} {name}", beside.shown()),
                self.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            ),
            None => (String::new(), String::new()),
        };
        let verdict = self.verdict().map(Verdict::shown).unwrap_or_default().to_owned();
        [self.what.clone(), self.figure.shown(), beside, ratio, self.shown_aim(), verdict]
    }

    fn json(&self) -> Value {
        json!({
            "what": self.what,
            "value": self.figure.value,
            "unit": self.figure.unit.name(),
            "beside": self.beside.map(|(figure, name)| json!({"value": figure.value, "what": name})),
            "ratio": self.ratio(),
            "aim": self.aim.map(|_| self.shown_aim()),
            "met": self.verdict().map(|verdict| verdict == Verdict::Met),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
}

impl Verdict {
    fn shown(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "MISSED",
        }
    }
}

/// How one bench ended.
pub(crate) enum Ending {
    Measured(Vec<Row>),
    Skipped(String),
    Failed(String),
}

/// What all benches measured.
pub(crate) struct Table {
    benches: Vec<(&'static str, Ending)>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self { benches: Vec::new() }
    }

    pub(crate) fn add(&mut self, bench: &'static str, ending: Ending) {
        self.benches.push((bench, ending));
    }

    /// Whether a bench could not be carried out although nothing was missing for it.
    pub(crate) fn has_failures(&self) -> bool {
        self.benches.iter().any(|(_, ending)| matches!(ending, Ending::Failed(_)))
    }

    pub(crate) fn json(&self) -> Value {
        let benches = self.benches.iter().map(|(name, ending)| match ending {
            Ending::Measured(rows) => {
                json!({"bench": name, "rows": rows.iter().map(Row::json).collect::<Vec<_>>()})
            }
            Ending::Skipped(reason) => json!({"bench": name, "skipped": reason}),
            Ending::Failed(reason) => json!({"bench": name, "failed": reason}),
        });
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        json!({"cores": cores, "benches": benches.collect::<Vec<_>>()})
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.benches.iter().flat_map(|(_, ending)| match ending {
            Ending::Measured(rows) => rows.as_slice(),
            Ending::Skipped(_) | Ending::Failed(_) => &[],
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles = ["", "figure", "beside", "ratio", "aim", ""].map(str::to_owned);
        let lines: Vec<_> = self.rows().map(Row::cells).collect();
        let mut widths = [0; 6];
        for cells in lines.iter().chain([&titles]) {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
        writeln!(out, "{}", aligned(&titles, widths))?;
        for (name, ending) in &self.benches {
            writeln!(out, "{name}")?;
            match ending {
                Ending::Measured(rows) => {
                    for row in rows {
                        writeln!(out, "{}", aligned(&row.cells(), widths))?;
                    }
                }
                Ending::Skipped(reason) => writeln!(out, "  skipped: {reason}")?,
                Ending::Failed(reason) => writeln!(out, "  FAILED: {reason}")?,
            }
        }
        let count = |wanted| self.rows().filter(|row| row.verdict() == Some(wanted)).count();
        writeln!(out, "{} met, {} missed", count(Verdict::Met), count(Verdict::Missed))
    }
}

fn aligned(cells: &[String; 6], widths: [usize; 6]) -> String {
    let mut line = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let gap = " ".repeat(width - cell.chars().count());
        line.push_str("  ");
        // Words stand left, numbers right.
        if matches!(column, 0 | 4 | 5) {
            line.extend([cell.as_str(), &gap]);
        } else {
            line.extend([gap.as_str(), cell]);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

fn with_commas(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The middle value; the mean of the two middle ones when their number is even.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.len() / 2, sorted.len().is_multiple_of(2)) {
        (0, _) => sorted.first().copied().unwrap_or(f64::NAN),
        (middle, true) => f64::midpoint(sorted[middle - 1], sorted[middle]),
        (middle, false) => sorted[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_in_fitting_units() {
        assert_eq!(Figure::per_second(1_234_567.8).shown(), "1,234,568/s");
        assert_eq!(Figure::per_second(155.0).shown(), "155/s");
        assert_eq!(Figure::time(Duration::from_micros(150)).shown(), "150.00 µs");
        assert_eq!(Figure::time(Duration::from_millis(50)).shown(), "50.00 ms");
        assert_eq!(Figure::bytes(20 << 20).shown(), "20.0 MiB");
    }

    #[test]
    fn an_aim_is_met_at_its_bound() {
        let row = Row::new("x", Figure::per_second(50.0)).beside(Figure::per_second(100.0), "bare");
        assert!(row.aim(Aim::RatioAtLeast(0.5)).verdict() == Some(Verdict::Met));
        let row = Row::new("x", Figure::time(Duration::from_millis(51)));
        assert!(row.aim(Aim::AtMost(0.05)).verdict() == Some(Verdict::Missed));
        assert!(Row::new("x", Figure::bytes(1)).verdict().is_none());
    }

    #[test]
    fn a_disturbed_round_does_not_move_the_ratio_of_rates() {
        let row = Row::rates("x", &[50.0, 5.0, 50.0], &[100.0, 10.0, 20.0], "bare");
        assert!((row.ratio().unwrap() - 0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn medians() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_table_tells_what_was_skipped() {
        let mut table = Table::new();
        table.add("send", Ending::Skipped("no such command".to_owned()));
        table.add("start", Ending::Measured(vec![Row::new("ready", Figure::bytes(1)).aim(Aim::AtMost(2.0))]));
        let text = table.to_string();
        assert!(text.contains("send\n  skipped: no such command\n"), "{text}");
        assert!(text.ends_with("1 met, 0 missed\n"), "{text}");
        assert!(!table.has_failures());
    }
}
