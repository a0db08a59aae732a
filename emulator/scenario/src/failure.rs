//! A step that did not come out as it says.

use std::fmt::Write as _;

use crate::diagnostics::{Colour, Diagnostic};
use crate::matcher::Mismatch;

/// Whether a scenario was wrong about the bot, or could not be played at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Something else happened than the scenario says.
    Failed,
    /// The scenario could not go on: the bot cannot be reached, or an expression cannot be evaluated.
    Error,
    /// A bot that the scenario stopped does not come up again.
    Unreachable,
}

/// Everything that there is to say about it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// How bad it is.
    pub kind: FailureKind,
    /// Where, and what was expected.
    pub problem: Diagnostic,
    /// The closest thing that did happen.
    pub nearest: Option<Nearest>,
    /// What became of each part of what was expected, where it has parts.
    pub parts: Vec<ExpectedPart>,
    /// What explains it: who is in control and why.
    pub because: Vec<String>,
    /// The last lines of what happened.
    pub transcript: Vec<String>,
}

/// Something that happened and nearly matched.
#[derive(Debug, Clone)]
pub struct Nearest {
    /// In words.
    pub what: String,
    /// Where it differs.
    pub differences: Vec<Mismatch>,
}

/// A part of what was expected.
#[derive(Debug, Clone)]
pub struct ExpectedPart {
    /// The part, in words.
    pub wanted: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a part of what was expected.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It came: this.
    Met(String),
    /// It did not.
    Missing {
        /// The closest thing that did happen to each thing that it could have been.
        nearest: Vec<Nearest>,
        /// What else there is to say, in sentences.
        notes: Vec<String>,
    },
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, problem: Diagnostic) -> Box<Self> {
        Box::new(Self {
            kind,
            problem,
            nearest: None,
            parts: Vec::new(),
            because: Vec::new(),
            transcript: Vec::new(),
        })
    }

    /// One line: what was expected.
    pub fn headline(&self) -> &str {
        &self.problem.message
    }

    /// The whole text, as the terminal shows it.
    pub fn render(&self, colour: Colour) -> String {
        let mut out = self.render_problem(colour);
        self.render_context(&mut out);
        out
    }

    /// What differs, and where.
    pub fn render_problem(&self, colour: Colour) -> String {
        let mut out = self.problem.render(colour);
        while out.ends_with('\n') {
            out.pop();
        }
        out.push('\n');
        if let Some(nearest) = &self.nearest {
            nearest.render(&mut out, "");
        }
        self.parts.iter().for_each(|part| part.render(&mut out));
        out
    }

    fn render_context(&self, out: &mut String) {
        for line in &self.because {
            let _ = writeln!(out, "{line}");
        }
        if !self.transcript.is_empty() {
            let _ = writeln!(out, "what happened last:");
            for line in &self.transcript {
                let _ = writeln!(out, "    {line}");
            }
        }
    }
}

/// All that went wrong in one scenario: messages that differ, and what it stopped at in the end, if it did.
#[derive(Debug, Clone)]
pub struct Failures {
    marks: Vec<Failure>,
    last: Box<Failure>,
}

impl From<Box<Failure>> for Failures {
    fn from(last: Box<Failure>) -> Self {
        Self { marks: Vec::new(), last }
    }
}

impl Failures {
    /// The messages that differed, and what came last.
    pub(crate) const fn of(marks: Vec<Failure>, last: Box<Failure>) -> Self {
        Self { marks, last }
    }

    /// Each, in the order in which it happened.
    pub fn iter(&self) -> impl Iterator<Item = &Failure> {
        self.marks.iter().chain(std::iter::once(&*self.last))
    }

    /// How bad it is: that the scenario could not go on is worse than what differed before.
    pub const fn kind(&self) -> FailureKind {
        self.last.kind
    }

    /// One line: what was expected first, and how much more there is.
    pub fn headline(&self) -> String {
        let first = self.iter().next().map_or("", Failure::headline);
        match self.marks.len() {
            0 => first.to_owned(),
            1 => format!("{first} (and 1 more failure)"),
            more => format!("{first} (and {more} more failures)"),
        }
    }

    /// The whole text, as the terminal shows it: each failure, and what happened once, for all of them.
    pub fn render(&self, colour: Colour) -> String {
        let mut out = String::new();
        for failure in self.iter() {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&failure.render_problem(colour));
        }
        self.last.render_context(&mut out);
        out
    }
}

impl Nearest {
    fn render(&self, out: &mut String, indent: &str) {
        let _ = writeln!(out, "{indent}nearest: {}", self.what);
        for Mismatch { path, expected, actual } in &self.differences {
            let path = if path.is_empty() { "it" } else { path };
            let _ = writeln!(out, "{indent}    {path}: expected {expected}, got {actual}");
        }
    }
}

impl ExpectedPart {
    fn render(&self, out: &mut String) {
        match &self.fate {
            Fate::Met(what) => {
                let _ = writeln!(out, "met: {}\n    by: {what}", self.wanted);
            }
            Fate::Missing { nearest, notes } => {
                let _ = writeln!(out, "missing: {}", self.wanted);
                nearest.iter().for_each(|nearest| nearest.render(out, "    "));
                for note in notes {
                    let _ = writeln!(out, "    {note}");
                }
            }
        }
    }
}
