//! What a row says beside what came of it.

use std::fmt::Display;

use emulator_core::RuleId;
use emulator_language::matcher::{Mismatch, Pattern};
use emulator_language::vocabulary::OwnerWord;
use serde_json::{Map, Value};

use crate::ANY;
use crate::play::{Played, State, Verdict};
use crate::table::Row;
use crate::table::length::Length;

/// Where a row stands.
pub(crate) fn place(family: &str, row: &Row) -> String {
    format!("fixtures/rules/{family}.yaml:{} {}", row.line, row.name)
}

fn code(rule: RuleId) -> &'static str {
    rule.rule().code
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// The differences between what the row says and what came of it, one line each.
pub(crate) fn differences(row: &Row, played: &Played) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    verdict(row, played, &mut found)?;
    state(row, played, &mut found)?;
    let then = &row.then;
    let mut surplus = played.heard.clone();
    for expected in &then.deliveries {
        match surplus.iter().position(|(heard, _)| expected.pattern.matches(heard)) {
            Some(index) => {
                let (_, facts) = surplus.remove(index);
                saw(&mut found, &format!("deliveries: {}: saw", expected.app), expected.saw.as_ref(), &facts);
            }
            None => found.push(format!("deliveries: missing {}", expected.shown)),
        }
    }
    found.extend(surplus.iter().map(|(heard, _)| format!("deliveries: surplus {heard}")));
    saw(&mut found, "saw", then.saw.as_ref(), &played.saw);
    if let Some(effects) = then.effects.as_ref().filter(|effects| **effects != played.effects) {
        let shown = |effects: &Map<String, Value>| Value::Object(effects.clone()).to_string();
        compare(&mut found, "effects", (shown(effects), shown(&played.effects)));
    }
    if let Some(unheard) = then.says.unheard.as_ref().filter(|unheard| **unheard != played.unheard) {
        found.push(format!("unheard: expected {unheard:?}, got {:?}", played.unheard));
    }
    for (what, expected, got) in [
        ("failing", &then.says.failing, &played.failing),
        ("disabled", &then.says.disabled, &played.disabled),
    ] {
        compare(&mut found, what, (format!("{expected:?}"), format!("{got:?}")));
    }
    Ok(found)
}

/// The facts that differ from those that a row states.
fn saw(found: &mut Vec<String>, what: &str, expected: Option<&Pattern>, facts: &Value) {
    let mismatches = expected.map(|expected| expected.compare(Some(facts)).mismatches).unwrap_or_default();
    let line = |it: &Mismatch| format!("{what}: {}: expected {}, got {}", it.path, it.expected, it.actual);
    found.extend(mismatches.iter().map(line));
}

fn compare<T: PartialEq + Display>(found: &mut Vec<String>, what: &str, (expected, got): (T, T)) {
    if expected != got {
        found.push(format!("{what}: expected {expected}, got {got}"));
    }
}

fn verdict(row: &Row, played: &Played, found: &mut Vec<String>) -> Result<(), String> {
    let then = &row.then.says;
    let refused = |kind: &str, rule: &str| format!("refused as {kind} by {rule}");
    let expected = match (&then.accepted, &then.refused) {
        (Some(_), Some(_)) => return Err("a step is accepted or refused, not both".to_owned()),
        (Some(rule), None) => format!("accepted by {rule}"),
        (None, Some(told)) => refused(&told.kind, told.rule.as_ref().unwrap_or(&row.rule)),
        (None, None) => "nothing due".to_owned(),
    };
    let got = match &played.verdict {
        Verdict::Accepted(_) if then.accepted.as_deref() == Some(ANY) => expected.clone(),
        Verdict::Accepted(rule) => format!("accepted by {}", code(*rule)),
        Verdict::Refused(kind, rule) => refused(kind, code(*rule)),
        Verdict::NothingDue => "nothing due".to_owned(),
    };
    compare(found, "verdict", (expected, got));
    // What a tap tells is a matter of the few rows that ask.
    let expected = row.then.answer.as_ref();
    let tapped = |answer: &&Value| expected.is_some() || answer.get("payload").is_none();
    let got = played.answer.as_ref().filter(tapped);
    if expected.is_none_or(|expected| !got.is_some_and(|got| expected.pattern.matches(got))) {
        compare(found, "answer", (shown(expected.map(|answer| &answer.shown)), shown(got)));
    }
    Ok(())
}

fn state(row: &Row, played: &Played, found: &mut Vec<String>) -> Result<(), String> {
    let (then, before, after) = (&row.then.says, &played.before, &played.after);
    let owner = then.owner.as_ref().unwrap_or(&before.owner);
    compare(found, "owner", (owner, &after.owner));
    let expires = match then.expires {
        Some(length) => Some(length),
        None if *owner == before.owner => before.until.map(|until| Length(until - after.now)),
        None if [OwnerWord::Idle.name(), OwnerWord::None.name()].contains(&owner.as_str()) => None,
        None if !played.control_ends => None,
        None => return Err("control moved, so say when it `expires`".to_owned()),
    };
    compare(found, "expires", (shown(expires), shown(after.expires())));
    let folder = then.folder.as_deref().unwrap_or(before.folder.name());
    compare(found, "folder", (folder, after.folder.name()));
    let marked = then.marked_done.unwrap_or(before.marked_done);
    compare(found, "marked_done", (marked, after.marked_done));
    let unchanged = State { now: after.now, ..before.clone() };
    let window = then.window.unwrap_or_else(|| unchanged.window());
    compare(found, "window", (window, after.window()));
    let primary = then.primary.as_ref().unwrap_or(&before.primary);
    compare(found, "primary", (primary, &after.primary));
    Ok(())
}
