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
    pub parts: Vec<Part>,
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
pub struct Part {
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
        let mut out = self.problem.render(colour);
        while out.ends_with('\n') {
            out.pop();
        }
        out.push('\n');
        if let Some(nearest) = &self.nearest {
            nearest.render(&mut out, "");
        }
        self.parts.iter().for_each(|part| part.render(&mut out));
        for line in &self.because {
            let _ = writeln!(out, "{line}");
        }
        if !self.transcript.is_empty() {
            let _ = writeln!(out, "what happened last:");
            for line in &self.transcript {
                let _ = writeln!(out, "    {line}");
            }
        }
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

impl Part {
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
