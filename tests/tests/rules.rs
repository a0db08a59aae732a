//! The tables of rules in `fixtures/rules`, one named test for each row.
//!
//! A table is documentation and test at once; `fixtures/rules/README.md` says how to read one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use emulator_core::catalogue;
use libtest_mimic::{Arguments, Failed, Trial};

#[path = "rules/cells.rs"]
mod cells;
#[path = "rules/differences.rs"]
mod differences;
#[path = "rules/options.rs"]
mod options;
#[path = "rules/play.rs"]
mod play;
#[path = "rules/table.rs"]
mod table;

use differences::differences;
use table::{Protocol, Table};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/rules");

/// Accepted by whatever rule, where a row is not about the reason.
const ANY: &str = "any";

/// Rules of the request itself, which core never sees; their tables are those of the Graph API.
const DECIDED_ELSEWHERE: &[&str] = &[
    "M-05a", "M-05b", "M-08", "M-11", "M-13", "M-14", "M-15", "M-22", "M-33", "M-34", "M-36", "M-48",
    "M-48a", "M-54", "M-55", "M-57", "M-60", "M-63", "M-66", "M-73", "M-75", "M-76", "M-77", "M-78", "M-79",
    "M-80", "M-81", "M-82", "M-83", "M-84", "M-85", "M-86", "M-87", "M-88", "M-89", "M-90", "M-99", "M-100",
    "M-106", "M-107", "M-116", "M-142", "M-150", "C-97", "M-151", "M-154", "M-159", "M-162", "M-163",
    "M-169", "M-186", "M-59", "M-61a", "M-82a", "M-186a", "M-197", "M-244a", "M-246", "M-249",
    "M-249a", // Of the writing and the sending of webhooks.
    "M-190", "M-194a",
];

fn main() -> ExitCode {
    let mut trials = Vec::new();
    let mut tables = BTreeMap::new();
    let arguments = Arguments::from_args();
    for (family, text) in files(wanted(&arguments)) {
        match serde_saphyr::from_str::<Table>(&text) {
            Ok(table) => {
                tables.insert(family, Arc::new((table, text)));
            }
            Err(error) => {
                let message = format!("fixtures/rules/{family}.yaml cannot be read:\n{error}");
                trials.push(Trial::test(format!("{family}::can_be_read"), || Err(Failed::from(message))));
            }
        }
    }
    for (family, file) in &tables {
        for (index, row) in file.0.rows.iter().enumerate() {
            let name = format!("{family}::{}", row.name.value);
            let (family, file) = (family.clone(), Arc::clone(file));
            trials.push(Trial::test(name, move || check(&family, &file.0, index, &file.1)));
        }
        let (family, file) = (family.clone(), Arc::clone(file));
        trials.push(Trial::test(format!("{family}::is_well_kept"), move || well_kept(&family, &file.0)));
    }
    let rows: BTreeSet<String> =
        tables.values().flat_map(|file| &file.0.rows).map(|row| row.rule.clone()).collect();
    trials.push(Trial::test("every_rule_has_a_row", move || every_rule_has_a_row(&rows)));
    let files = tables.clone();
    trials.push(Trial::test("every_option_has_a_row", move || {
        options::every_option_has_a_row(files.values().map(|file| &file.0))
    }));
    trials.push(Trial::test("every_cell_is_decided", move || {
        cells::every_cell_is_decided(tables.iter().map(|(family, file)| (family, &file.0)))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The only table that is asked for, when a row is: a runner that plays each row in a process of its
/// own need not read all of them each time.
fn wanted(arguments: &Arguments) -> Option<&str> {
    let row = arguments.filter.as_deref().filter(|_| arguments.exact)?;
    row.split_once("::").map(|(family, _)| family)
}

/// The tables by family, or the one of them.
fn files(only: Option<&str>) -> Vec<(String, String)> {
    let entries = fs::read_dir(FOLDER).expect("the folder of the tables can be listed");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry of the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .filter(|path| only.is_none_or(|only| family(path) == only))
        .map(|path| (family(&path), fs::read_to_string(&path).expect("a table can be read")))
        .collect();
    files.sort();
    files
}

fn family(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn check(family: &str, table: &Table, index: usize, text: &str) -> Result<(), Failed> {
    let row = &table.rows[index];
    let line = row.name.referenced.line();
    let place = format!("fixtures/rules/{family}.yaml:{line}");
    let title =
        catalogue().iter().find(|rule| rule.code == row.rule).map_or("no such rule", |rule| rule.title);
    let head = format!("{place}  {}\n  {}: {title}", row.name.value, row.rule);
    let played = play::play(table, row, &row.given).map_err(|nonsense| format!("{head}\n  {nonsense}"))?;
    let differences = differences(row, &played).map_err(|nonsense| format!("{head}\n  {nonsense}"))?;
    match (&row.differs, differences.is_empty()) {
        (None, true) => options::matter(table, row).map_err(|what| format!("{head}\n  {what}").into()),
        (Some(_), false) => Ok(()),
        (Some(_), true) => Err(format!("{head}\n  this row holds now: take `differs` away").into()),
        (None, false) => {
            let before = usize::try_from(line).unwrap_or(1).saturating_sub(1);
            let shown: Vec<_> = text.lines().skip(before).take_while(|line| !line.is_empty()).collect();
            Err(format!("{head}\n\n{}\n\n  {}", shown.join("\n"), differences.join("\n  ")).into())
        }
    }
}

/// Names are unique and speak, rules exist, sources are listed and used.
fn well_kept(family: &str, table: &Table) -> Result<(), Failed> {
    let codes: BTreeSet<_> = catalogue().iter().map(|rule| rule.code).collect();
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    let mut cited = BTreeSet::new();
    if table.about.trim().is_empty() {
        wrong.push("`about` is empty".to_owned());
    }
    // Only one protocol so far; a second one makes this a match.
    let Protocol::Handover = table.protocol;
    for row in &table.rows {
        let name = &row.name.value;
        let line = row.name.referenced.line();
        let mut say = |what: String| wrong.push(format!("line {line}, {name}: {what}"));
        if !names.insert(name) {
            say("this name stands twice".to_owned());
        }
        if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
            say("a name is made of small letters, digits and `_`".to_owned());
        }
        let refused = row.then.refused.as_ref().and_then(|refused| refused.rule.as_ref());
        let accepted = row.then.accepted.as_ref().filter(|rule| *rule != ANY);
        for rule in [Some(&row.rule), accepted, refused].into_iter().flatten() {
            if !codes.contains(rule.as_str()) {
                say(format!("there is no rule {rule}"));
            }
        }
        if !table.sources.contains_key(&row.source) {
            say(format!("the source `{}` is not listed", row.source));
        }
        cited.insert(&row.source);
    }
    for source in table.sources.keys().filter(|source| !cited.contains(source)) {
        wrong.push(format!("no row cites the source `{source}`"));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("fixtures/rules/{family}.yaml\n  {}", wrong.join("\n  ")).into())
}

/// Every rule that core decides has a row; the list of the others is true and complete.
fn every_rule_has_a_row(rows: &BTreeSet<String>) -> Result<(), Failed> {
    let elsewhere: BTreeSet<_> = DECIDED_ELSEWHERE.iter().copied().collect();
    let codes: BTreeSet<_> = catalogue().iter().map(|rule| rule.code).collect();
    let mut wrong = Vec::new();
    for rule in catalogue() {
        if !elsewhere.contains(rule.code) && !rows.contains(rule.code) {
            wrong.push(format!("{} has no row: {}", rule.code, rule.title));
        }
    }
    for rule in DECIDED_ELSEWHERE {
        if !codes.contains(rule) {
            wrong.push(format!("{rule} is listed as decided elsewhere, but there is no such rule"));
        } else if rows.contains(*rule) {
            wrong.push(format!("{rule} is listed as decided elsewhere, but it has a row here"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
