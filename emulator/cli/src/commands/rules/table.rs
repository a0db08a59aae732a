//! `rules table`: who does what in which state, and what comes of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use emulator_core::Protocol;
use emulator_core::decisions::{
    Action, Actor, Cell, Control, Decision, Outcome, Standing, Verdict, decision_table,
};
use serde_json::{Value, json};

/// The cells that were played, if that was looked at.
type Played<'a> = Option<&'a BTreeSet<Cell>>;

/// Goes before a cell that was played.
const MARK: &str = "x";

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
    out
}

fn block(actor: Actor, decisions: &[&Decision], played: Played<'_>, out: &mut String) {
    let _ = writeln!(out, "\n  {}", actor.name());
    let reasons: Option<Vec<&str>> =
        decisions.iter().map(|decision| decision.outcome.as_ref().err().copied()).collect();
    if let Some([reason, ..]) = reasons.as_deref() {
        let _ = writeln!(out, "    cannot be: {reason}");
        return;
    }
    let width = Action::ALL.iter().map(|action| action.name().len()).max().unwrap_or_default();
    for decision in decisions {
        let told = match &decision.outcome {
            Err(reason) => format!("-        cannot be: {reason}"),
            Ok(outcome) => in_words(outcome),
        };
        let mark = if played.is_some_and(|played| played.contains(&decision.cell)) { MARK } else { " " };
        let _ = writeln!(out, "  {mark} {:<width$}  {told}", decision.cell.action.name());
    }
}

fn in_words(outcome: &Outcome) -> String {
    let (rule, done) = match outcome.verdict {
        Verdict::Accepted(rule) => (rule.rule().code, None),
        Verdict::Refused(rule, _) => (rule.rule().code, Some("refused".to_owned())),
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
    let told = outcome.told.iter().map(|(event, whom)| format!("{} to {}", event.name(), whom.name()));
    let told: Vec<String> = done.into_iter().chain(control).chain(told).collect();
    format!("{rule:<7}  {}", told.join("; ")).trim_end().to_owned()
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
        Err(reason) => json!({"outcome": "cannot be", "reason": reason}),
        Ok(outcome) => {
            let (word, rule) = match outcome.verdict {
                Verdict::Accepted(rule) => ("accepted", Some(rule.rule().code)),
                Verdict::Refused(rule, _) => ("refused", Some(rule.rule().code)),
                Verdict::Nothing => ("nothing happens", None),
            };
            let event = |(event, whom): &(
                emulator_core::decisions::ControlEvent,
                emulator_core::decisions::Whom,
            )| { json!({"event": event.name(), "to": whom.name()}) };
            let told: Vec<Value> = outcome.told.iter().map(event).collect();
            json!({"outcome": word, "rule": rule, "control": outcome.control.name(), "told": told})
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
