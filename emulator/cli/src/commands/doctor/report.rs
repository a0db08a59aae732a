//! The report: sections of lines for people, or JSON for programs.

use std::fmt::Write as _;

use emulator_language::diagnostics::Colour;
use emulator_scenario::transcript::printable;
use serde_json::{Value, json};

use super::finding::{Finding, Section, Verdict};

/// How many findings of each kind there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) failures: usize,
    pub(super) warnings: usize,
    pub(super) passed: usize,
}

impl Count {
    pub(super) fn of(sections: &[Section]) -> Self {
        let findings = || sections.iter().flat_map(|section| &section.findings);
        let count = |verdict| findings().filter(|finding| finding.verdict == verdict).count();
        Self { failures: count(Verdict::Fail), warnings: count(Verdict::Warn), passed: count(Verdict::Ok) }
    }

    /// The last line of the report.
    pub(super) fn text(self) -> String {
        let warnings = match self.warnings {
            0 => String::new(),
            1 => ", 1 warning".to_owned(),
            count => format!(", {count} warnings"),
        };
        match self.failures {
            0 => format!("No check failed{warnings}\n"),
            1 => format!("1 check failed{warnings}\n"),
            count => format!("{count} checks failed{warnings}\n"),
        }
    }
}

/// One section with its lines, and an empty line after it.
pub(super) fn section(section: &Section, colour: Colour) -> String {
    let mut out = format!("{}\n", painted(&printable(&section.title), "1", colour));
    for finding in &section.findings {
        let Finding { verdict, text, help, took, .. } = finding;
        let took = took.map_or_else(String::new, |took| format!(" ({} ms)", took.as_millis()));
        let word = painted(&format!("{:<4}", verdict.word()), code(*verdict), colour);
        let _ = writeln!(out, "  {word}  {}{took}", printable(text));
        for line in help.iter().flat_map(|help| help.lines().enumerate()) {
            let _ = match line {
                (0, line) => writeln!(out, "        help: {}", printable(line)),
                (_, line) => writeln!(out, "              {}", printable(line)),
            };
        }
    }
    out.push('\n');
    out
}

const fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "32",
        Verdict::Warn => "1;33",
        Verdict::Fail => "1;31",
        Verdict::Skipped => "2",
    }
}

fn painted(text: &str, code: &str, colour: Colour) -> String {
    match colour {
        Colour::Always => format!("\x1b[{code}m{text}\x1b[0m"),
        Colour::Never => text.to_owned(),
    }
}

/// Everything, for programs.
pub(super) fn json(sections: &[Section]) -> String {
    let checks = sections.iter().flat_map(|section| {
        section.findings.iter().map(|finding| {
            json!({
                "group": section.group.name(),
                "app": section.app,
                "check": finding.check.name(),
                "result": finding.verdict.name(),
                "text": finding.text,
                "help": finding.help,
                "took_ms": finding.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
            })
        })
    });
    let Count { failures, warnings, passed } = Count::of(sections);
    let body = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "checks": checks.collect::<Vec<Value>>(),
        "passed": passed,
        "warnings": warnings,
        "failures": failures,
    });
    format!("{body:#}\n")
}
