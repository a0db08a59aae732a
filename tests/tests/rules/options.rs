//! Holds the rows against the switches: each has a row that shows what it does.

use std::collections::BTreeSet;

use emulator_core::{Options, Protocol};
use libtest_mimic::Failed;

use crate::differences::differences;
use crate::play;
use crate::table::{Given, Row, Table};

/// Switches that core does not read, with the place that does.
const READ_ELSEWHERE: &[(&str, &str)] = &[
    ("echo_order", "the lane, which sends echoes"),
    ("long_titles", "graph, which knows the parameter"),
    ("phone_recipient_error", "graph, which words the error"),
    ("empty_field_name", "graph, which reads the list"),
];

/// Fails unless the row needs every switch that it sets: with its default something else comes of it.
pub(crate) fn matter(table: &Table, row: &Row) -> Result<(), String> {
    for name in row.given.options.keys() {
        let mut options = row.given.options.clone();
        options.remove(name);
        let given = Given { options, ..row.given.clone() };
        // A state that cannot be reached without the switch is a difference too.
        let Ok(played) = play::play(table, row, &given) else { continue };
        let same = differences(row, &played).is_ok_and(|differences| differences.is_empty());
        if same && !row.then.says.same_as_default {
            return Err(format!(
                "the same comes of it without `{name}`, so this row does not show what it does"
            ));
        }
    }
    Ok(())
}

/// Every word of every switch that is not its default stands in a row.
pub(crate) fn every_option_has_a_row<'a>(tables: impl Iterator<Item = &'a Table>) -> Result<(), Failed> {
    let rows = tables.flat_map(|table| &table.rows);
    let shown: BTreeSet<(String, String)> =
        rows.filter(|row| !row.then.says.same_as_default).flat_map(|row| row.given.options.clone()).collect();
    let mut wrong = Vec::new();
    for option in Options::ALL {
        let elsewhere = READ_ELSEWHERE.iter().any(|(name, _)| *name == option.name);
        let set = |word: &str| shown.contains(&(option.name.to_owned(), word.to_owned()));
        if elsewhere {
            continue;
        }
        for word in
            option.words.iter().filter(|word| **word != option.default(Protocol::Handover) && !set(word))
        {
            wrong.push(format!("no row sets `{}: {word}`", option.name));
        }
        if option.words.is_empty() && !shown.iter().any(|(name, _)| name == option.name) {
            wrong.push(format!("no row sets `{}`", option.name));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
