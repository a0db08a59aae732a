//! Rules about the files of the repository that neither the compiler nor clippy checks.
//!
//! Each rule is a function from a path and a text to its complaints; only [`report`] touches the disk.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use xtask::cargo;

mod crates;
mod imports;
#[cfg(test)]
mod tests;

/// A line of code longer than this is not read to its end; Rust's are folded by its formatter.
const LONGEST_LINE: usize = 120;

/// A source file longer than this has to be divided.
const LONGEST_SOURCE: usize = 800;

/// Endings of files that people write and read.
const TEXTS: &[&str] =
    &["css", "html", "js", "json", "md", "mjs", "py", "rs", "sh", "toml", "ts", "txt", "yaml", "yml"];

/// Endings of files that hold code.
const SOURCES: &[&str] = &["css", "html", "js", "mjs", "py", "rs", "ts"];

/// The folder of files that are wrong on purpose, white space among them.
const WRONG: &str = "tests/wrong";

/// Macros that must not be left behind, in two parts so that this file passes too.
const LEFT_BEHIND: &[(&str, &str)] = &[("todo", "!("), ("dbg", "!(")];

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Complaint {
    path: PathBuf,
    line: usize,
    message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path.display(), self.line, self.message)
    }
}

/// Runs the command.
pub(crate) fn run() -> Result<ExitCode> {
    Ok(if report()? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks every file of the repository, prints the complaints and counts them.
pub(crate) fn report() -> Result<usize> {
    let root = cargo::root();
    let mut paths = Vec::new();
    collect(root, &mut paths)?;
    paths.sort();
    let mut complaints = Vec::new();
    let mut imports = imports::Imports::default();
    for path in &paths {
        let bytes = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
        let shown = path.strip_prefix(root).unwrap_or(path);
        match str::from_utf8(&bytes) {
            Ok(text) => {
                imports.read(shown, text);
                complaints.extend(check(shown, text));
            }
            Err(error) => complaints.push(complaint(
                shown,
                count_lines(&bytes[..error.valid_up_to()]),
                "is not UTF-8".to_owned(),
            )),
        }
    }
    complaints.extend(imports.circles());
    for complaint in &complaints {
        println!("{complaint}");
    }
    println!("tidy: {} files, {} complaints", paths.len(), complaints.len());
    Ok(complaints.len())
}

/// Finds the files that people write, without what is built, installed or hidden.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("failed to read {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("failed to read {}", folder.display()))?;
        let kind = entry.file_type().with_context(|| format!("failed to read {}", folder.display()))?;
        let path = entry.path();
        if kind.is_dir() {
            if is_entered(&entry.file_name()) {
                collect(&path, paths)?;
            }
        } else if kind.is_file() && has_ending(&path, TEXTS) {
            paths.push(path);
        }
    }
    Ok(())
}

fn is_entered(folder: &OsStr) -> bool {
    let hidden = folder.as_encoded_bytes().starts_with(b".");
    !hidden && folder != "target" && folder != "node_modules"
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|ending| endings.contains(&ending))
}

/// Holds one file against every rule.
fn check(path: &Path, text: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if has_ending(path, &["rs"]) {
        complaints.extend(begins_with_doc(path, text));
        complaints.extend(leaves_nothing_behind(path, text));
        complaints.extend(crates::matches_no_text(path, text));
    }
    if has_ending(path, &["toml"]) {
        complaints.extend(crates::depends_on_what_it_may(path, text));
    }
    if has_ending(path, &["js", "mjs", "py"]) {
        complaints.extend(begins_with_purpose(path, text));
        complaints.extend(has_short_lines(path, text));
    }
    if has_ending(path, SOURCES) {
        complaints.extend(is_short_enough(path, text));
    }
    if !path.parent().is_some_and(|folder| folder.ends_with(WRONG)) {
        complaints.extend(has_no_trailing_space(path, text));
    }
    complaints
}

/// A Rust file says first what it is responsible for.
fn begins_with_doc(path: &Path, text: &str) -> Option<Complaint> {
    let is_build_script = path.file_name().is_some_and(|name| name == "build.rs");
    let begins = text.strip_prefix("//!").is_some_and(|rest| {
        let first = rest.lines().next().unwrap_or_default();
        !first.trim().is_empty()
    });
    (!is_build_script && !begins).then(|| complaint(path, 1, "does not begin with a `//!` doc".to_owned()))
}

/// A script says first what it is for, in the way of its language.
fn begins_with_purpose(path: &Path, text: &str) -> Option<Complaint> {
    let first = text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
    let (begin, says) = if has_ending(path, &["py"]) {
        ("a doc", first.strip_prefix("\"\"\""))
    } else {
        ("a comment", first.strip_prefix("//").or_else(|| first.strip_prefix("/**")))
    };
    let says = says.is_some_and(|says| says.contains(char::is_alphabetic));
    (!says).then(|| complaint(path, 1, format!("does not begin with {begin} that says what it is for")))
}

/// No line of a script is longer than a screen is wide, and none is indented with tabs.
fn has_short_lines(path: &Path, text: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let length = line.chars().count();
        if length > LONGEST_LINE {
            let message = format!("has {length} characters; {LONGEST_LINE} are the most");
            complaints.push(complaint(path, index + 1, message));
        }
        if line.trim_start_matches(' ').starts_with('\t') {
            complaints.push(complaint(path, index + 1, "is indented with tabs".to_owned()));
        }
    }
    complaints
}

/// No source file is so long that nobody reads it whole.
fn is_short_enough(path: &Path, text: &str) -> Option<Complaint> {
    let lines = text.lines().count();
    (lines > LONGEST_SOURCE)
        .then(|| complaint(path, lines, format!("has {lines} lines; {LONGEST_SOURCE} are the most")))
}

/// No line ends in blanks; a carriage return counts as one.
fn has_no_trailing_space(path: &Path, text: &str) -> Vec<Complaint> {
    text.split('\n')
        .enumerate()
        .filter(|(_, line)| line.ends_with([' ', '\t', '\r']))
        .map(|(index, _)| complaint(path, index + 1, "ends in white space".to_owned()))
        .collect()
}

/// No macro of an unfinished piece of work stays.
fn leaves_nothing_behind(path: &Path, text: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for (name, call) in LEFT_BEHIND {
            if calls(line, &format!("{name}{call}")) {
                complaints.push(complaint(path, index + 1, format!("holds `{name}{call}`")));
            }
        }
    }
    complaints
}

/// Tells whether a line holds the call itself and not a longer name that ends like it.
fn calls(line: &str, call: &str) -> bool {
    line.match_indices(call).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count()
}

fn complaint(path: &Path, line: usize, message: String) -> Complaint {
    Complaint { path: path.to_owned(), line, message }
}
