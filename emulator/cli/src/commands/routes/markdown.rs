//! The routes as a document, which `docs/graph.md` is.

use std::fmt::Write as _;

use emulator_core::Check;
use emulator_server::graph::{Param, ParamType, Route, RouteState, edges_outside, routes};

use super::path_of;

const HEAD: &str = "\
# Graph API

The routes of Graph that the emulator models, and those that it knows and refuses. This file is written by
`messenger-emulator routes --format markdown > docs/graph.md` from the table that the server answers by; do not change it
by hand. `--format json` prints the same for programs, `--format openapi` an OpenAPI 3.1 description.

Paths may begin with any version of Graph that there ever was, such as `/v25.0`. `{page}` is the id of a Page, or `me` with
a Page token.

## Order of checks

A call with several faults is refused for the first of these that fails (M-150, C-97):

";

const MODELLED: &str = "
## Modelled

`recipient` and `message` have members of their own, which stand below them. Parameters that no row names are ignored,
as the platform does.
";

const NOT_YET: &str = "
## Not modelled yet

These are refused with code 3, in words of the emulator (M-61a): `… is not supported by this version of the emulator`.

| method | path | id | why |
|---|---|---|---|
";

/// The whole document.
pub(super) fn document() -> String {
    let mut out = HEAD.to_owned();
    for (index, check) in Check::ALL.iter().enumerate() {
        let _ = writeln!(out, "{}. {}", index + 1, check.name());
    }
    out.push_str(MODELLED);
    for row in routes().filter(|row| row.state() == RouteState::Modelled) {
        modelled(&mut out, row);
    }
    out.push_str(NOT_YET);
    for row in routes().filter(|row| row.state() != RouteState::Modelled) {
        let (method, path, id) = (row.method.name(), path_of(row.node, row.edge), row.id.name());
        let _ = writeln!(out, "| {method} | `{path}` | `{id}` | {} |", row.state().why().unwrap_or_default());
    }
    let _ = writeln!(
        out,
        "\nSo are {} edges of Pages, people, apps, posts and comments that are not about messaging;\n`messenger-emulator \
         routes --format json` lists them.",
        edges_outside().count()
    );
    out
}

fn modelled(out: &mut String, row: &'static Route) {
    let permissions: Vec<String> =
        row.permissions.iter().map(|permission| format!("`{}`", permission.name())).collect();
    let needs =
        if permissions.is_empty() { String::new() } else { format!(" with {}", permissions.join(", ")) };
    let _ = writeln!(out, "\n### {} {}\n", row.method.name(), path_of(row.node, row.edge));
    let _ = writeln!(out, "`{}`: {} token{needs}. Source: {}.", row.id.name(), row.token.name(), row.source);
    if row.params.is_empty() {
        return;
    }
    out.push_str("\n| parameter | holds | state | rules |\n|---|---|---|---|\n");
    for param in row.params {
        line(out, param.name, param, row.state_of(param));
        for member in param.members {
            line(out, &format!("{}.{}", param.name, member.name), member, member.state);
        }
    }
}

fn line(out: &mut String, name: &str, param: &Param, state: RouteState) {
    let rules: Vec<&str> = param.rules.iter().map(|rule| rule.rule().code).collect();
    let required = if param.required { ", required" } else { "" };
    let why = state.why().map_or_else(String::new, |why| format!(": {why}"));
    let holds = holds(param);
    let _ = writeln!(out, "| `{name}` | {holds}{required} | {}{why} | {} |", state.name(), rules.join(", "));
}

/// The most words that a cell lists.
const MOST_WORDS: usize = 6;

fn holds(param: &Param) -> String {
    let limit =
        |unit: &str| param.limit.map_or_else(String::new, |limit| format!(", at most {limit} {unit}"));
    match param.kind {
        ParamType::Text => format!("text{}", limit("characters")),
        ParamType::Number => "number".to_owned(),
        ParamType::Flag => "boolean".to_owned(),
        ParamType::Object => "object".to_owned(),
        ParamType::List => format!("list{}", limit("items")),
        ParamType::Objects => format!("list of objects{}", limit("items")),
        ParamType::Word(words) if words.len() <= MOST_WORDS => one_of(words),
        ParamType::Words(words) if words.len() <= MOST_WORDS => format!("list of {}", one_of(words)),
        ParamType::Word(words) => format!("one of {} words", words.len()),
        ParamType::Words(words) => format!("list, each one of {} words", words.len()),
    }
}

fn one_of(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
