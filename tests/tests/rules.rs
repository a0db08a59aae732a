//! The tables of rules in `fixtures/rules`, one test for each table: it plays all rows and names those that fail.
//!
//! A table is documentation and test at once; `fixtures/rules/README.md` says how to read one. With a filter each row is
//! a test of its own, so `cargo test -p emulator-tests --test rules -- control::` lists the rows of one table, and the
//! name of a row in place of `control::` runs that row alone.

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
use table::Table;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/rules");

/// Accepted by whatever rule, where a row is not about the reason.
const ANY: &str = "any";

fn main() -> ExitCode {
    let mut trials = Vec::new();
    let mut tables = BTreeMap::new();
    let arguments = Arguments::from_args();
    for (family, text) in files(wanted(&arguments)) {
        match Table::read(&format!("fixtures/rules/{family}.yaml"), &text) {
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
        if are_rows_wanted(&arguments) {
            trials.extend((0..file.0.rows.len()).map(|index| {
                let name = format!("{family}::{}", file.0.rows[index].name);
                let (family, file) = (family.clone(), Arc::clone(file));
                Trial::test(name, move || check(&family, &file.0, index, &file.1))
            }));
            let (family, file) = (family.clone(), Arc::clone(file));
            trials.push(Trial::test(format!("{family}::is_well_kept"), move || well_kept(&family, &file.0)));
        } else {
            let file = Arc::clone(file);
            let name = family.clone();
            trials.push(Trial::test(family, move || check_all(&name, &file.0, &file.1)));
        }
    }
    let files = tables.clone();
    trials.push(Trial::test("every_option_has_a_row", move || {
        options::every_option_has_a_row(files.values().map(|file| &file.0))
    }));
    trials.push(Trial::test("every_cell_is_decided", move || {
        cells::every_cell_is_decided(tables.iter().map(|(family, file)| (family, &file.0)))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Whether each row is a test of its own: when a part of a name is asked for, or exactly one row. A runner that plays each
/// test in a process of its own, such as nextest, asks for a whole table; a process for each row would take longer to
/// start than the row to play.
fn are_rows_wanted(arguments: &Arguments) -> bool {
    arguments.filter.as_deref().is_some_and(|filter| !arguments.exact || filter.contains("::"))
}

/// The only table that is asked for, when one of its rows is or all of them are: a process that plays one table need not
/// read the others.
fn wanted(arguments: &Arguments) -> Option<&str> {
    let name = arguments.filter.as_deref().filter(|_| arguments.exact)?;
    let family = name.split_once("::").map_or(name, |(family, _)| family);
    Path::new(FOLDER).join(format!("{family}.yaml")).exists().then_some(family)
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

/// Plays every row of a table; gives all that is wrong with any of them, and with the table itself.
fn check_all(family: &str, table: &Table, text: &str) -> Result<(), Failed> {
    let rows = (0..table.rows.len()).map(|index| check(family, table, index, text));
    let wrong: Vec<String> = rows
        .chain([well_kept(family, table)])
        .filter_map(Result::err)
        .map(|failed| failed.message().unwrap_or("it fails and does not say why").to_owned())
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong.join("\n\n").into())
}

fn check(family: &str, table: &Table, index: usize, text: &str) -> Result<(), Failed> {
    let row = &table.rows[index];
    let line = row.line;
    let place = format!("fixtures/rules/{family}.yaml:{line}");
    let title =
        catalogue().iter().find(|rule| rule.code == row.rule).map_or("no such rule", |rule| rule.title);
    let head = format!("{place}  {}\n  {}: {title}", row.name, row.rule);
    let played = play::play(table, row, &row.given).map_err(|nonsense| format!("{head}\n  {nonsense}"))?;
    let differences = differences(row, &played).map_err(|nonsense| format!("{head}\n  {nonsense}"))?;
    match (&row.differs, differences.is_empty()) {
        (None, true) => options::matter(table, row).map_err(|what| format!("{head}\n  {what}").into()),
        (Some(_), false) => Ok(()),
        (Some(_), true) => Err(format!("{head}\n  this row holds now: take `differs` away").into()),
        (None, false) => {
            let before = line.saturating_sub(1);
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
    for row in &table.rows {
        let name = &row.name;
        let line = row.line;
        let mut say = |what: String| wrong.push(format!("line {line}, {name}: {what}"));
        if !names.insert(name) {
            say("this name stands twice".to_owned());
        }
        if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
            say("a name is made of small letters, digits and `_`".to_owned());
        }
        let refused = row.then.says.refused.as_ref().and_then(|refused| refused.rule.as_ref());
        let accepted = row.then.says.accepted.as_ref().filter(|rule| *rule != ANY);
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
