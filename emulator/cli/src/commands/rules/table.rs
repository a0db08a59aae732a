//! `rules table`: who does what in which state, and what comes of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use emulator_core::decisions::{
    Action, Actor, Cell, Control, Decision, Heard, Outcome, Reason, Standing, Verdict, deciding_row,
    decision_table,
};
use emulator_core::{Protocol, RefusalKind};
use emulator_server::graph::ErrorForm;
use serde_json::{Value, json};

/// The cells that were played, if that was looked at.
type Played<'a> = Option<&'a BTreeSet<Cell>>;

/// Goes before a cell that was played.
const MARK: &str = "x";
/// Goes behind the rule of a cell that rests on a choice of our own.
const INFERRED: &str = "?";

/// The table for people: a block for each state, in it one for each actor.
pub(super) fn text(protocol: Protocol, played: Played<'_>) -> String {
    let table = of(protocol);
    let mut out = String::new();
    for &standing in Standing::ALL {
        let cells: Vec<&Decision> =
            table.iter().filter(|decision| decision.cell.standing == standing).collect();
        let _ = writeln!(out, "{}: {}", protocol.name(), standing.name());
        for &actor in Actor::ALL {
            let of_actor: Vec<&Decision> =
                cells.iter().copied().filter(|decision| decision.cell.actor == actor).collect();
            block(actor, &of_actor, played, &mut out);
        }
        out.push('\n');
    }
    if let Some(played) = played {
        let can_be = table.iter().filter(|decision| decision.outcome.is_ok());
        let (marked, all): (Vec<_>, Vec<_>) =
            can_be.map(|decision| decision.cell).partition(|cell| played.contains(cell));
        let _ = writeln!(out, "{MARK}: played, {} of {} cells", marked.len(), marked.len() + all.len());
    }
    let can_be = table.iter().filter(|decision| decision.outcome.is_ok()).count();
    let inferred = table.iter().filter(|decision| decision.is_inferred()).count();
    let _ = writeln!(
        out,
        "{INFERRED}: rests on a rule that no source states, {inferred} of {can_be} cells; {} more cannot be",
        table.len() - can_be
    );
    out
}

fn block(actor: Actor, decisions: &[&Decision], played: Played<'_>, out: &mut String) {
    let _ = writeln!(out, "\n  {}", actor.name());
    let reasons: Option<Vec<Reason>> =
        decisions.iter().map(|decision| decision.outcome.as_ref().err().copied()).collect();
    if let Some([reason, rest @ ..]) = reasons.as_deref()
        && rest.iter().all(|other| other == reason)
    {
        let _ = writeln!(out, "    cannot be: {}", reason.name());
        return;
    }
    let width = Action::ALL.iter().map(|action| action.name().len()).max().unwrap_or_default();
    for decision in decisions {
        let told = match &decision.outcome {
            Err(reason) => format!("-        cannot be: {}", reason.name()),
            Ok(outcome) => in_words(decision, outcome),
        };
        let mark = if played.is_some_and(|played| played.contains(&decision.cell)) { MARK } else { " " };
        let _ = writeln!(out, "  {mark} {:<width$}  {told}", decision.cell.action.name());
    }
}

fn in_words(decision: &Decision, outcome: &Outcome) -> String {
    let (rule, done) = match outcome.verdict {
        Verdict::Accepted(rule) => (rule.rule().code, None),
        Verdict::Refused(rule, kind) => (rule.rule().code, Some(refused(kind))),
        Verdict::Nothing => ("-", Some("nothing happens".to_owned())),
    };
    let control = match outcome.control {
        Control::Stays => None,
        Control::Ends => Some("control ends".to_owned()),
        control @ (Control::ToInbox
        | Control::ToActor
        | Control::ToTarget
        | Control::ToPrimary
        | Control::ToAnother) => Some(format!("control {}", control.name())),
    };
    let told: Vec<String> = done.into_iter().chain(control).chain(heard(&decision.heard)).collect();
    let mark = if decision.is_inferred() { INFERRED } else { " " };
    let row = deciding_row(decision.cell).map(|row| format!("  [{row}]")).unwrap_or_default();
    format!("{rule:<6} {mark} {}{row}", told.join("; "))
}

/// A refusal with the error that a bot gets. What people do is refused without one.
fn refused(kind: RefusalKind) -> String {
    let error = ErrorForm::of_refusal(kind).map(|error| format!(": {error}"));
    format!("refused{}", error.unwrap_or_default())
}

/// A sentence for each event.
fn heard(heard: &[Heard]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut before = None;
    for Heard { event, channel, by } in heard {
        let whom = format!("to {} on {}", by.names().join(" and "), channel.name());
        match told.last_mut() {
            Some(last) if before == Some(*event) => {
                let _ = write!(last, " and {whom}");
            }
            _ => told.push(format!("{} {whom}", event.name())),
        }
        before = Some(*event);
    }
    told
}

/// The table for programs: a list of cells.
pub(super) fn json(protocol: Protocol, played: Played<'_>) -> Value {
    of(protocol).iter().map(|decision| cell(decision, played)).collect()
}

/// The cells of a protocol.
fn of(protocol: Protocol) -> Vec<Decision> {
    decision_table().into_iter().filter(|decision| decision.cell.protocol == protocol).collect()
}

fn cell(decision: &Decision, played: Played<'_>) -> Value {
    let cell = decision.cell;
    let mut value = json!({
        "protocol": cell.protocol.name(),
        "state": cell.standing.name(),
        "actor": cell.actor.name(),
        "action": cell.action.name(),
    });
    let more = match &decision.outcome {
        Err(reason) => json!({"outcome": "cannot be", "reason": reason.name()}),
        Ok(outcome) => {
            let word = match outcome.verdict {
                Verdict::Accepted(_) => "accepted",
                Verdict::Refused(..) => "refused",
                Verdict::Nothing => "nothing happens",
            };
            let rule = outcome.verdict.rule().map(|rule| rule.rule().code);
            let error = match outcome.verdict {
                Verdict::Refused(_, kind) => ErrorForm::of_refusal(kind).map(ToString::to_string),
                Verdict::Accepted(_) | Verdict::Nothing => None,
            };
            let told = decision.heard.iter().map(|Heard { event, channel, by }| {
                json!({"event": event.name(), "channel": channel.name(), "to": by.names()})
            });
            json!({
                "outcome": word,
                "rule": rule,
                "error": error,
                "control": outcome.control.name(),
                "told": Value::from_iter(told),
                "rests_on": decision.rests_on.iter().map(|rule| rule.rule().code).collect::<Vec<_>>(),
                "inferred": decision.is_inferred(),
                "row": deciding_row(cell),
            })
        }
    };
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
        if let (Some(played), Ok(_)) = (played, &decision.outcome) {
            value.insert("covered".to_owned(), played.contains(&cell).into());
        }
    }
    value
}
