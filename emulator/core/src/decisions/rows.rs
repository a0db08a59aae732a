//! Which row of `fixtures/rules` decides a cell. The file is written by the test that holds the rows against the table.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Action, Actor, Cell, Standing};
use crate::protocol::Protocol;

static ROWS: LazyLock<BTreeMap<Cell, &'static str>> =
    LazyLock::new(|| include_str!("rows.txt").lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<(Cell, &'static str)> {
    let mut parts = line.split(" | ");
    let protocol = Protocol::parse(parts.next()?)?;
    let standing = Standing::parse(parts.next()?)?;
    let actor = Actor::parse(parts.next()?)?;
    let action = Action::parse(parts.next()?)?;
    Some((Cell { protocol, standing, actor, action }, parts.next()?))
}

/// The row that decides a cell, as `table.yaml: name`; none for a cell that cannot be. A cell in which no word differs that
/// matters for it may be decided by a row of another protocol.
pub fn deciding_row(cell: Cell) -> Option<&'static str> {
    ROWS.get(&cell).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::decision_table;

    #[test]
    fn each_cell_is_decided_by_a_row_or_cannot_be() {
        let mut decided = 0;
        for decision in decision_table() {
            assert_eq!(
                deciding_row(decision.cell).is_some(),
                decision.outcome.is_ok(),
                "{:?}",
                decision.cell
            );
            decided += usize::from(decision.outcome.is_ok());
        }
        assert_eq!(include_str!("rows.txt").lines().count(), decided, "a line names no cell");
    }
}
