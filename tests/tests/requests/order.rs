//! Pairs of faults in one call: of two neighbouring checks that both fail, the earlier one answers.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::Check;
use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use crate::answer::not_refused_so;
use crate::table::{Call, Refused, is_rule};
use crate::world::{self, World};

/// The file of these rows.
pub(crate) const FILE: &str = "order";
const TEXT: &str = include_str!("../../../fixtures/rules/requests/order.yaml");

/// Neighbours of which no call can fail both, with the reason.
const IMPOSSIBLE: &[(Check, Check, &str)] = &[
    (Check::TagAlive, Check::TagApproved, "a call has one tag, and those that were retired need no feature"),
    (Check::Window, Check::Rates, "calls are not counted, so that no rate limit is ever exceeded"),
];

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    about: String,
    sources: BTreeMap<String, String>,
    #[serde(default)]
    world: Map<String, Value>,
    rows: Vec<Row>,
}

/// A call that fails two checks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: Spanned<String>,
    rule: String,
    source: String,
    /// The checks that fail, the earlier one first.
    checks: [CheckName; 2],
    /// Why the emulator and the platform part; the row has to fail as long as it stands here.
    differs: Option<String>,
    world: Option<Map<String, Value>>,
    given: Option<Value>,
    call: Call,
    /// The refusal of the earlier check.
    refused: Refused,
    /// The same without the first fault, which shows that the second one is a fault.
    mended: Mended,
}

/// What is replaced so that the earlier check passes, and the refusal of the later one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mended {
    world: Option<Map<String, Value>>,
    given: Option<Value>,
    call: Option<Call>,
    refused: Refused,
}

/// A check by its name in small letters: `route_permission`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct CheckName(Check);

impl TryFrom<String> for CheckName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let found = Check::ALL.iter().find(|check| name(**check) == text);
        found.copied().map(Self).ok_or_else(|| {
            let names: Vec<String> = Check::ALL.iter().map(|check| name(*check)).collect();
            format!("there is no check `{text}`; there are {}", names.join(", "))
        })
    }
}

fn name(check: Check) -> String {
    let mut out = String::new();
    for letter in format!("{check:?}").chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// Plays every row; gives what does not hold.
pub(crate) fn check(text: &str) -> Vec<String> {
    let table: Table = match serde_saphyr::from_str(text) {
        Ok(table) => table,
        Err(error) => return vec![format!("it cannot be read:\n{error}")],
    };
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    if table.about.is_empty() {
        wrong.push("`about` is empty".to_owned());
    }
    for row in &table.rows {
        let mut found = Vec::new();
        if !names.insert(&row.name.value) {
            found.push("it stands twice".to_owned());
        }
        if !is_rule(&row.rule) {
            found.push(format!("{} is not in the catalogue", row.rule));
        }
        if !table.sources.contains_key(&row.source) {
            found.push(format!("there is no source {}", row.source));
        }
        let [earlier, later] = row.checks;
        if earlier.0 >= later.0 {
            found.push("the earlier check comes first".to_owned());
        }
        match (play(&table, row), &row.differs) {
            (differences, None) => found.extend(differences),
            (differences, Some(_)) if differences.is_empty() => {
                found.push("it holds: take `differs` away".to_owned());
            }
            (_, Some(_)) => {}
        }
        let line = row.name.referenced.line();
        wrong.extend(found.into_iter().map(|what| format!("line {line}, {}: {what}", row.name.value)));
    }
    wrong
}

fn play(table: &Table, row: &Row) -> Vec<String> {
    let faulty = World::merged(&table.world, row.world.as_ref());
    let mut wrong = refuses(&faulty, row.given.as_ref(), (&row.call, &row.refused), "with both faults");
    let mended = &row.mended;
    let mut changes = row.world.clone().unwrap_or_default();
    changes.extend(mended.world.clone().unwrap_or_default());
    let world = World::merged(&table.world, Some(&changes));
    let given = mended.given.as_ref().or(row.given.as_ref());
    let call = mended.call.as_ref().unwrap_or(&row.call);
    wrong.extend(refuses(&world, given, (call, &mended.refused), "with the later fault alone"));
    wrong
}

fn refuses(
    world: &World,
    given: Option<&Value>,
    (call, refused): (&Call, &Refused),
    when: &str,
) -> Vec<String> {
    let outcome = world::with(world, given, async |stand| {
        let answer = stand.call(call, None).await?;
        Ok(not_refused_so(refused, &answer, &stand.names(None)))
    });
    outcome.unwrap_or_else(|why| vec![why]).into_iter().map(|what| format!("{when}, {what}")).collect()
}

/// Every pair of neighbours in the order of checks has a row, or a reason why there can be none.
pub(crate) fn every_pair_has_a_row() -> Vec<String> {
    let table: Table = match serde_saphyr::from_str(TEXT) {
        Ok(table) => table,
        Err(error) => return vec![error.to_string()],
    };
    let shown = |one: Check, other: Check| {
        table.rows.iter().any(|row| row.checks == [CheckName(one), CheckName(other)])
    };
    let mut wrong = Vec::new();
    for pair in Check::ALL.windows(2) {
        let [one, other] = pair else { continue };
        let impossible = IMPOSSIBLE.iter().any(|(before, after, _)| (before, after) == (one, other));
        match (shown(*one, *other), impossible) {
            (false, false) => wrong.push(format!("no row shows {} before {}", name(*one), name(*other))),
            (true, true) => {
                wrong.push(format!("a row shows {} before {}, which cannot be", name(*one), name(*other)));
            }
            (true, false) | (false, true) => {}
        }
    }
    wrong
}
