//! What happened in a scenario, read from its journal: kind, who, owner and folder, and what went to and came from apps
//! that have no process.
//!
//! A journal's format has a version, and two binaries may write two of them. The entries of a later version are first
//! put into the shape of the first one, whose table says where the members of a line stand, so that both come to the same
//! lines.

mod version_1;
mod version_2;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

/// How one kind of entry becomes a line.
pub(super) struct Row {
    /// The kind as the format calls it.
    kind: &'static str,
    /// The kind as lines call it.
    shown: &'static str,
    /// What a line says, each with the place in the entry as a JSON pointer. What is not there is left out.
    members: &'static [(&'static str, &'static str)],
}

/// A version of the format.
struct Format {
    number: u64,
    rows: &'static [Row],
    /// Puts an entry into the shape of format 1; the first argument is the header.
    reshape: fn(&Value, &mut Value),
}

const FORMATS: &[Format] = &[
    Format { number: 1, rows: version_1::ROWS, reshape: |_, _| {} },
    Format { number: 2, rows: version_1::ROWS, reshape: version_2::reshape },
];

/// The journal's entries as lines, in its causal order and indented below their causes. A line for the virtual time
/// comes before the first entry of each instant.
pub(super) fn lines(journal: &str) -> Result<Vec<String>> {
    let mut entries = journal.lines().zip(1..).map(|(line, number)| {
        serde_json::from_str::<Value>(line).with_context(|| format!("line {number} of a journal is not JSON"))
    });
    let header = entries.next().context("a journal is empty")??;
    let format = format(&header)?;
    let mut depths = BTreeMap::new();
    let mut now = String::new();
    let mut lines = Vec::new();
    for entry in entries {
        let mut entry = entry?;
        (format.reshape)(&header, &mut entry);
        let at = entry["at"].as_str().context("an entry has no time")?;
        if now != at {
            at.clone_into(&mut now);
            lines.push(format!("at {at}"));
        }
        let seq = entry["seq"].as_u64().context("an entry has no number")?;
        let depth = entry["cause"].as_u64().and_then(|cause| depths.get(&cause)).map_or(0, |depth| depth + 1);
        depths.insert(seq, depth);
        lines.push(format!("{}{}", "  ".repeat(depth), line(format, &entry)?));
    }
    Ok(lines)
}

fn format(header: &Value) -> Result<&'static Format> {
    let number = header["format"].as_u64().context("a journal does not say its format")?;
    FORMATS.iter().find(|format| format.number == number).with_context(|| {
        format!(
            "journals of format {number} cannot be compared\n\
             help: add a table for it to `FORMATS` in emulator/xtask/src/behaviour/journal.rs"
        )
    })
}

fn line(format: &Format, entry: &Value) -> Result<String> {
    let kind = entry["kind"].as_str().context("an entry has no kind")?;
    let Some(row) = format.rows.iter().find(|row| row.kind == kind) else {
        bail!(
            "entries of kind `{kind}` cannot be compared\n\
             help: add a row to the table of format {} below emulator/xtask/src/behaviour/journal",
            format.number
        );
    };
    ensure!(entry["data"].is_object(), "an entry of kind `{kind}` has no data");
    let members = row.members.iter().filter_map(|(name, place)| {
        let value = entry.pointer(place)?;
        Some(match value.as_str() {
            Some(text) => format!(" {name}={text}"),
            None => format!(" {name}={value}"),
        })
    });
    Ok(format!("{}{}", row.shown, members.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"format":1,"emulator":"0.1.0"}"#;

    #[test]
    fn entries_are_lines_below_their_causes() {
        let journal = [
            HEADER,
            r#"{"seq":1,"at":"A","kind":"says","data":{"person":"ana","psid":"7","text":"hi"},"wall":{"at":"x"}}"#,
            r#"{"seq":2,"at":"A","cause":1,"rule":"C-17","kind":"control","data":{"person":"ana","from":"idle","to":"bot"}}"#,
            r#"{"seq":3,"at":"B","kind":"note","data":{"text":"later"}}"#,
        ];
        let lines = lines(&journal.join("\n")).unwrap();
        let expected = ["at A", "says person=ana psid=7", "  control person=ana from=idle to=bot", "at B"];
        assert_eq!(lines[..4], expected);
    }

    #[test]
    fn what_differs_from_run_to_run_is_left_out() {
        let journal = |wall: &str, rule: &str| {
            let entry = format!(
                r#"{{"seq":1,"at":"A","rule":"{rule}","kind":"folder","data":{{"person":"ana","from":"main","to":"done"}},"wall":{{"at":"{wall}"}}}}"#
            );
            lines(&format!("{HEADER}\n{entry}")).unwrap()
        };
        assert_eq!(journal("x", "C-1"), journal("y", "C-2"));
    }

    #[test]
    fn an_unknown_format_or_kind_is_an_error_that_says_where_to_add_it() {
        let error = lines(r#"{"format":9}"#).unwrap_err().to_string();
        assert!(error.contains("format 9 cannot be compared\nhelp: add a table"), "{error}");
        let entry = r#"{"seq":1,"at":"A","kind":"dances","data":{}}"#;
        let error = lines(&format!("{HEADER}\n{entry}")).unwrap_err().to_string();
        assert!(error.contains("kind `dances` cannot be compared\nhelp: add a row"), "{error}");
    }

    #[test]
    fn every_kind_has_one_row_for_each_format() {
        for format in FORMATS {
            for (index, row) in format.rows.iter().enumerate() {
                assert!(format.rows[..index].iter().all(|other| other.kind != row.kind), "{}", row.kind);
            }
        }
    }
}
