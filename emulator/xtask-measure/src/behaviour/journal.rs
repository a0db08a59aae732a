//! What happened in a scenario, read from its journal: kind, who, owner and folder, and what went to and came from apps
//! that have no process.
//!
//! Two binaries may write two formats. Lines say only what both have, under one name: whom an input is about and not what
//! it says, which stands in the scenario and comes back in messages and events; and of reasons that are words of the
//! emulator, not of the platform, nothing.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// The kinds of entries whose line says more than whom they are about, each with the members that it says. What an entry
/// does not have is left out.
const KINDS: &[(&str, &[&str])] = &[
    ("attempt", &["app", "person", "number", "result", "status"]),
    ("bot", &["app", "verb"]),
    ("call", &["app", "verb", "person", "played"]),
    ("clock", &["to"]),
    ("control", &["person", "from", "to", "until"]),
    ("control_prolonged", &["person", "owner", "until"]),
    ("delivery", &["app", "person", "channel", "field", "event"]),
    ("folder", &["person", "from", "to"]),
    ("inbox", &["person", "verb", "folder"]),
    ("marked_done", &["person", "marked"]),
    ("message", &["person", "from", "mid", "timestamp"]),
    ("note", &["text"]),
    ("proxied", &["host", "passage", "outcome"]),
    ("refused", &["app", "status", "type", "code", "subcode", "message", "fbtrace_id"]),
    ("timer", &["timer", "person", "app"]),
    ("unheard", &["app", "person", "field"]),
    ("webhooks_disabled", &["app"]),
    ("webhooks_failing", &["app", "since"]),
    ("window", &["person", "until"]),
];

/// The version of a journal's format.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    /// A person on one of several Pages is `ana on store`, and who wrote a message is always said.
    One,
    /// A person and the Page are two members, and who wrote a message is said of apps alone.
    Two,
}

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
        let entry = entry?;
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

fn format(header: &Value) -> Result<Format> {
    match header["format"].as_u64().context("a journal does not say its format")? {
        1 => Ok(Format::One),
        2 => Ok(Format::Two),
        other => bail!(
            "journals of format {other} cannot be compared\n\
             help: add it to `Format` in emulator/xtask-measure/src/behaviour/journal.rs"
        ),
    }
}

fn line(format: Format, entry: &Value) -> Result<String> {
    let kind = entry["kind"].as_str().context("an entry has no kind")?;
    let says = KINDS.iter().find(|(known, _)| *known == kind);
    let members: &[&str] = says.map_or(&["person"], |(_, members)| members);
    let data = &entry["data"];
    let person = data["person"].as_str().map(|person| match (format, data["page"].as_str()) {
        (Format::Two, Some(page)) => format!("{person} on {page}"),
        (Format::One, _) | (Format::Two, None) => person.to_owned(),
    });
    let mut line = kind.to_owned();
    for name in members {
        let value = match (data[*name].as_str(), &data[*name]) {
            (_, Value::Null) => continue,
            (Some(_), _) if *name == "person" => person.clone().unwrap_or_default(),
            (Some(from), _) if kind == "message" && person.as_deref() == Some(from) => continue,
            (Some(text), _) => text.to_owned(),
            (None, value) => value.to_string(),
        };
        line.extend([" ", name, "=", &value]);
    }
    Ok(line)
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
        let expected = ["at A", "says person=ana", "  control person=ana from=idle to=bot", "at B"];
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
    fn an_unknown_format_is_an_error_that_says_where_to_add_it() {
        let error = lines(r#"{"format":9}"#).unwrap_err().to_string();
        assert!(error.contains("format 9 cannot be compared\nhelp: add it to `Format`"), "{error}");
    }

    #[test]
    fn of_other_kinds_a_line_says_whom_they_are_about() {
        let entry = r#"{"seq":1,"at":"A","kind":"dances","data":{"person":"ana","tune":"waltz"}}"#;
        let lines = lines(&format!("{HEADER}\n{entry}")).unwrap();
        assert_eq!(lines, ["at A", "dances person=ana"]);
    }

    #[test]
    fn both_formats_come_to_the_same_lines() {
        let one = r#"{"seq":1,"at":"A","kind":"message","data":{"person":"ana on store","from":"ana on store","mid":"m_1"}}"#;
        let two = r#"{"seq":1,"at":"A","kind":"message","data":{"person":"ana","page":"store","mid":"m_1"}}"#;
        let lines = |format: u32, entry: &str| lines(&format!("{{\"format\":{format}}}\n{entry}")).unwrap();
        assert_eq!(lines(1, one), ["at A", "message person=ana on store mid=m_1"]);
        assert_eq!(lines(1, one), lines(2, two));
        assert_ne!(lines(1, one), lines(2, &two.replace("store", "shop")));
    }

    #[test]
    fn kinds_stand_once_and_in_order() {
        assert!(KINDS.is_sorted_by(|one, next| one.0 < next.0));
    }
}
