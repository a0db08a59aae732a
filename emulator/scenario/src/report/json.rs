//! The report for programs: a JSON object on each line, written as things happen.
//!
//! Each has `format`, 1 as long as members are only added, and `event`, by which a reader knows the others. A reader
//! skips events and members that it does not know.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Outcome, Summary, details, headline};
use crate::diagnostics::Colour;
use crate::failure::Failure;
use crate::runner::{BotOutput, Report, RunEvent, Verdict};

/// The version of the format.
const FORMAT: u64 = 1;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// How it came out.
    pub summary: Summary,
    /// How long it took.
    pub took: Duration,
    /// Whether it was interrupted.
    pub interrupted: bool,
    /// The exit code.
    pub exit_code: u8,
}

/// The line for the begin of a run.
pub fn begun(version: &str, seed: u64, scenarios: usize, shard: Option<&str>) -> String {
    line(&json!({
        "format": FORMAT, "event": "run_started", "version": version, "seed": seed, "scenarios": scenarios,
        "shard": shard,
    }))
}

/// The line for something that happens, if it is told.
pub fn event(event: &RunEvent) -> Option<String> {
    match event {
        RunEvent::Began(name) => {
            Some(line(&json!({"format": FORMAT, "event": "scenario_started", "name": name})))
        }
        RunEvent::Finished(report) => Some(line(&finished(report))),
        RunEvent::GivenUp { name, outcome } => {
            let verdict = Outcome::of_failure(*outcome).name();
            Some(line(
                &json!({"format": FORMAT, "event": "scenario_given_up", "name": name, "verdict": verdict}),
            ))
        }
        RunEvent::Stray(text) => Some(line(&json!({"format": FORMAT, "event": "stray_call", "text": text}))),
        RunEvent::BotEnded(output) => {
            Some(line(&json!({"format": FORMAT, "event": "bot_ended", "bot": bot(output)})))
        }
        RunEvent::Unsupported(calls) => {
            Some(line(&json!({"format": FORMAT, "event": "unsupported_calls", "calls": calls.json()})))
        }
        RunEvent::RealToken => Some(line(&json!({"format": FORMAT, "event": "real_token"}))),
        RunEvent::Waiting { .. } | RunEvent::NotReady(_) | RunEvent::Kept(_) => None,
    }
}

fn finished(report: &Report) -> Value {
    let verdict = &report.verdict;
    let failure = verdict.is_failure().then(|| {
        json!({
            "message": headline(verdict),
            "text": details(verdict, Colour::Never),
            "failures": failures(report),
            "transcript": report.transcript,
            "bots": report.output.iter().map(bot).collect::<Vec<_>>(),
        })
    });
    let reason = (!verdict.is_failure()).then(|| headline(verdict)).filter(|reason| !reason.is_empty());
    json!({
        "format": FORMAT,
        "event": "scenario_finished",
        "name": report.name,
        "filter": report.filter,
        "file": report.path.display().to_string(),
        "line": report.begins.0.position(report.begins.1).0,
        "tags": report.tags,
        "attempt": report.attempt.number,
        "attempts": report.attempt.of,
        "final": report.attempt.last,
        "verdict": Outcome::of(verdict).name(),
        "flaky": report.is_flaky(),
        "raced": report.raced,
        "duration_ms": millis(report.took),
        "reason": reason,
        "failure": failure,
        "journal": report.journal.as_ref().map(|path| path.display().to_string()),
    })
}

/// Each failure of a scenario: the line of its file, one line of text, and the whole text.
fn failures(report: &Report) -> Vec<Value> {
    let Verdict::Failed(failures) = &report.verdict else { return Vec::new() };
    let one = |failure: &Failure| {
        let problem = &failure.problem;
        let line = problem.file.as_ref().map(|file| file.position(problem.span.start).0);
        json!({"line": line, "message": failure.headline(), "text": failure.render_problem(Colour::Never)})
    };
    failures.iter().map(one).collect()
}

fn bot(output: &BotOutput) -> Value {
    json!({"title": output.title, "lines": output.lines})
}

/// The line for the end of a run.
pub fn ended(end: &End) -> String {
    let End { summary, took, interrupted, exit_code } = end;
    line(&json!({
        "format": FORMAT,
        "event": "run_finished",
        "scenarios": summary.total(),
        "passed": summary.passed,
        "flaky": summary.flaky,
        "failed": summary.failed,
        "errors": summary.errors,
        "unreachable": summary.unreachable,
        "skipped": summary.skipped,
        "not_run": summary.not_run,
        "stray_calls": summary.strays,
        "bots_ended": summary.ended,
        "raced": summary.raced,
        "duration_ms": millis(*took),
        "interrupted": interrupted,
        "exit_code": exit_code,
    }))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}
