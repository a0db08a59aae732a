//! Every id of a rule that code, documents, scenarios and tables cite is in the catalogue, and every rule of the
//! catalogue is decided somewhere in core or in the server, and shown by a row of a table.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use emulator_core::{RuleId, catalogue};
use emulator_tests::ROOT;
use serde::Deserialize;

/// Where ids are cited, from the folder of the repository.
const PLACES: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "docs",
    "emulator",
    "fixtures",
    "fuzz",
    "scenarios",
    "tests",
];
/// The endings of files that people write.
const ENDINGS: &[&str] = &["js", "json", "md", "py", "rs", "sh", "toml", "yaml", "yml"];
/// Folders of what is built or installed.
const BUILT: &[&str] = &["target", "node_modules", "corpus"];
/// Where rules are decided.
const DECIDED_IN: &[&str] = &["emulator/core/src", "emulator/server/src"];
/// Where the rules themselves stand.
const CATALOGUE: &str = "core/src/catalogue";

/// Rules that no row can show, with the reason.
const WITHOUT_A_ROW: &[(&str, &str)] =
    &[("M-60", "it takes a journal that cannot be written; `wire/journal_file.rs` has the test")];

/// A file and its text.
struct Source {
    /// Its path from the folder of the repository.
    path: String,
    text: String,
}

/// What every kind of table has.
#[derive(Deserialize)]
struct Table {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    rule: String,
}

fn sources(places: &[&str]) -> Vec<Source> {
    let mut all = Vec::new();
    for place in places {
        let mut found = Vec::new();
        files(&Path::new(ROOT).join(place), &mut found);
        found.sort();
        for path in found {
            let text = fs::read_to_string(&path).expect("the file is text");
            let path = path.strip_prefix(ROOT).expect("it lies in the repository");
            all.push(Source { path: path.display().to_string(), text });
        }
    }
    all
}

fn files(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_dir() {
        if path.file_name().is_some_and(|name| BUILT.iter().any(|built| name == *built)) {
            return;
        }
        for entry in fs::read_dir(path).expect("the folder can be read").flatten() {
            files(&entry.path(), out);
        }
    } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)) {
        out.push(path.to_owned());
    }
}

/// The ids of rules in a line: `C-` or `M-`, two digits or more, and perhaps a small letter.
fn ids(line: &str) -> Vec<&str> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    for (at, _) in line.match_indices("-") {
        let Some(begin) = at.checked_sub(1).filter(|begin| matches!(bytes[*begin], b'C' | b'M')) else {
            continue;
        };
        let apart = |at: Option<&u8>| at.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = at + 1 + digits;
        if bytes.get(end).is_some_and(u8::is_ascii_lowercase) {
            end += 1;
        }
        if digits > 1
            && apart(begin.checked_sub(1).and_then(|before| bytes.get(before)))
            && apart(bytes.get(end))
        {
            found.push(&line[begin..end]);
        }
    }
    found
}

/// What tests call a rule that this version does not have.
const NO_RULE: &str = "C-999";

fn known(id: &str) -> bool {
    catalogue().iter().any(|rule| rule.code == id)
}

#[test]
fn every_cited_rule_is_in_the_catalogue() {
    let mut wrong = Vec::new();
    let mut cited = 0;
    for Source { path, text } in sources(PLACES) {
        for (index, line) in text.lines().enumerate() {
            for id in ids(line) {
                cited += 1;
                if !known(id) && id != NO_RULE {
                    wrong.push(format!("{id}, cited at {path}:{}", index + 1));
                }
            }
        }
    }
    assert!(cited > catalogue().len(), "the sources are read");
    assert!(wrong.is_empty(), "{} citations lead nowhere:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_a_statement_and_a_source() {
    for rule in catalogue() {
        assert!(
            rule.statement.len() > 20 && rule.statement.ends_with('.'),
            "{}: {}",
            rule.code,
            rule.statement
        );
        assert!(!rule.source.is_empty() && !rule.title.is_empty(), "{}", rule.code);
    }
}

#[test]
fn every_rule_is_decided_in_core_or_in_the_server() {
    let sources: Vec<Source> =
        sources(DECIDED_IN).into_iter().filter(|source| !source.path.contains(CATALOGUE)).collect();
    let decided = |id: RuleId, code: &str| {
        let name = format!("RuleId::{id:?}");
        sources.iter().any(|source| {
            let named = source.text.match_indices(&name).any(|(at, _)| {
                !source.text[at + name.len()..].starts_with(|next: char| next.is_ascii_alphanumeric())
            });
            named || source.text.lines().any(|line| ids(line).contains(&code))
        })
    };
    let nowhere: Vec<String> = catalogue()
        .iter()
        .filter(|rule| !decided(rule.id, rule.code))
        .map(|rule| format!("{} {}", rule.code, rule.title))
        .collect();
    assert!(nowhere.is_empty(), "nothing in core or in the server decides\n{}", nowhere.join("\n"));
}

#[test]
fn every_rule_has_a_row() {
    let rows: BTreeSet<String> = sources(&["fixtures/rules"])
        .iter()
        .filter(|source| source.path.ends_with(".yaml"))
        .flat_map(|source| {
            let table: Table = serde_saphyr::from_str(&source.text).expect("it is a table");
            table.rows.into_iter().map(|row| row.rule)
        })
        .collect();
    let mut wrong = Vec::new();
    for rule in catalogue() {
        let excused = WITHOUT_A_ROW.iter().any(|(code, _)| *code == rule.code);
        match (rows.contains(rule.code), excused) {
            (false, false) => wrong.push(format!("{} has no row: {}", rule.code, rule.title)),
            (true, true) => wrong.push(format!("{} has a row, although it is said to have none", rule.code)),
            (true, false) | (false, true) => {}
        }
    }
    wrong.extend(
        rows.iter().filter(|code| !known(code)).map(|code| format!("a row shows {code}, which is no rule")),
    );
    let stale = WITHOUT_A_ROW.iter().filter(|(code, _)| !known(code));
    wrong.extend(stale.map(|(code, _)| format!("{code} needs no row, but there is no such rule")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ids_are_found_wherever_they_stand() {
    assert_eq!(ids("//! (C-08, M-181a to C-18a): see M-54."), ["C-08", "M-181a", "C-18a", "M-54"]);
    assert_eq!(ids("UTC-05, C-, M-x, C-4, ABC-12, a-C-44, M-55th, C-11-2"), [""; 0]);
}
