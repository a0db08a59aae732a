//! The routes as a table for people.

use std::fmt::Write as _;

use emulator_server::graph::{Route, edges_outside, routes};

use super::path_of;

/// The rows whose path, id or node holds the filter; empty when there are none.
pub(super) fn table(filter: &str) -> String {
    let rows: Vec<[String; 4]> = routes().filter(|row| holds(row, filter)).map(cells).collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = ["METHOD", "PATH", "STATE", "ID"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let [a, b, c]: [usize; 3] = std::array::from_fn(width);
    let mut out = String::new();
    for [method, path, state, id] in std::iter::once(&head).chain(&rows) {
        let _ = writeln!(out, "{method:a$}  {path:b$}  {state:c$}  {id}");
    }
    if filter.is_empty() {
        let _ = writeln!(
            out,
            "\n{} more edges are not about messaging and are refused in the same way as those that are not modelled yet; \
             `--format json` lists them.",
            edges_outside().count()
        );
    }
    out
}

/// True for a row that the filter is about.
pub(super) fn holds(row: &Route, filter: &str) -> bool {
    let texts = [path_of(row.node, row.edge), row.id.name().to_owned(), row.node.name().to_owned()];
    texts.iter().any(|text| text.contains(filter))
}

fn cells(row: &'static Route) -> [String; 4] {
    let state = row.state();
    let state = state.why().map_or_else(|| state.name().to_owned(), |why| format!("{}: {why}", state.name()));
    [row.method.name().to_owned(), path_of(row.node, row.edge), state, row.id.name().to_owned()]
}
