//! Failures of a step, with all that there is to say of how it came to them.

use std::collections::BTreeMap;

use emulator_server::journal::Entry;
use emulator_server::{Lane, Unsettled};

use super::Scene;
use crate::diagnostics::Diagnostic;
use crate::failure::{Failure, FailureKind};
use crate::node::Span;
use crate::transcript::{self, Lines};

/// How many lines of the transcript a failure shows.
const TRANSCRIPT_LINES: usize = 12;

impl Scene {
    pub(super) fn unsettled(&self, span: Span, unsettled: &Unsettled) -> Box<Failure> {
        let help =
            "give the bot more time with `timeouts: {settle: 60s}`, or see what it waits for in its output";
        self.failed(Diagnostic::new(span, unsettled.to_string()).help(help))
    }

    /// A failure about something else than what was expected.
    pub(super) fn failed(&self, problem: Diagnostic) -> Box<Failure> {
        self.failure(FailureKind::Failed, problem)
    }

    /// A failure to play the step at all.
    pub(super) fn error(&self, problem: Diagnostic) -> Box<Failure> {
        self.failure(FailureKind::Error, problem)
    }

    pub(super) fn failure(&self, kind: FailureKind, problem: Diagnostic) -> Box<Failure> {
        let mut problem = problem.in_file(&self.file);
        if let (Some(used), Some(file)) = (&self.used, &problem.file)
            && *file == self.file
        {
            problem = problem.note(format!("this part is used at {used}"));
        }
        let mut failure = Failure::new(kind, problem);
        self.explain(&mut failure, TRANSCRIPT_LINES);
        failure
    }

    /// Says who is in control by now, and what happened last.
    pub(super) fn explain(&self, failure: &mut Failure, lines: usize) {
        let entries =
            self.lane.entries_after(0).or_else(|oldest| self.lane.entries_after(oldest.saturating_sub(1)));
        let entries = entries.unwrap_or_default();
        failure.transcript = Lines::of(&self.lane, 3).newest(&entries, lines);
        failure.because = control_lines(&self.lane, &entries);
    }
}

/// Who is in control of each conversation, since when and by which rule.
fn control_lines(lane: &Lane, entries: &[Entry]) -> Vec<String> {
    let names = lane.names();
    let mut lines = Vec::new();
    for &psid in lane.people().values().flat_map(BTreeMap::values) {
        let Some(conversation) = lane.conversation(psid) else { continue };
        let owner = names.holder(conversation.control.holder());
        let moved = entries.iter().rev().find(|entry| {
            matches!(entry.effect(), Some(emulator_core::Effect::ControlMoved { person, .. }) if *person == psid)
        });
        let why = moved
            .and_then(|entry| Some(format!(", {} (entry {})", transcript::cite(entry.rule?), entry.seq)));
        let name = names.person(psid);
        lines.push(format!("owner of {name}'s conversation: {owner}{}", why.unwrap_or_default()));
    }
    lines
}
