//! How each conversation stands, as `/world` tells it on the terminal.

use std::fmt::Write as _;

use emulator_scenario::transcript::printable;
use serde_json::Value;

/// How many people are named who have not written yet.
const SILENT_NAMED: usize = 5;

/// The text, from what the control API says of the world.
pub(super) fn text(world: &Value) -> String {
    let mut out = format!("{}\n", word(&world["now"]));
    let people = world["people"].as_array().map(Vec::as_slice).unwrap_or_default();
    let pages: Vec<(Option<&str>, &Value)> = match world["pages"].as_object() {
        Some(pages) => pages.iter().map(|(name, page)| (Some(name.as_str()), page)).collect(),
        None => vec![(None, &world["page"])],
    };
    for (called, page) in pages {
        let seen = printable(word(&page["name"]));
        let called = called.map(|name| format!("{name} ")).unwrap_or_default();
        let primary = page["primary_receiver"].as_str();
        let primary =
            primary.map_or_else(|| "no primary receiver".to_owned(), |app| format!("primary receiver {app}"));
        let _ = writeln!(out, "Page {called}{} “{seen}”, {primary}", word(&page["id"]));
        let stands = |person: &'_ Value| {
            if called.is_empty() { person.clone() } else { person["on"][called.trim()].clone() }
        };
        let mut silent = Vec::new();
        let width =
            people.iter().map(|person| word(&person["name"]).chars().count()).max().unwrap_or_default();
        for person in people {
            let name = word(&person["name"]);
            let stands = stands(person);
            if stands["owner"].is_string() {
                out += &line(name, width, &stands);
            } else {
                silent.push(name);
            }
        }
        out += &not_yet(&silent);
    }
    out
}

/// One conversation: who is in control, the folder, the messaging window.
fn line(name: &str, width: usize, stands: &Value) -> String {
    let mut out = format!("  {name:<width$}  owner {}", word(&stands["owner"]));
    if let Some(until) = stands["control_until"].as_str() {
        let _ = write!(out, ", in control until {until}");
    }
    let _ = write!(out, "; folder {}; window ", word(&stands["folder"]));
    let window = match (stands["window"].as_str(), stands["window_until"].as_str()) {
        (Some("open"), Some(until)) => format!("open until {until}"),
        (_, Some(since)) => format!("closed since {since}"),
        (_, None) => "not open yet".to_owned(),
    };
    out.push_str(&window);
    if let (Some(rule), Some(entry)) =
        (stands["control_by"]["rule"].as_str(), stands["control_by"]["entry"].as_u64())
    {
        let _ = write!(out, "  [{rule}, entry {entry}]");
    }
    out.push('\n');
    out
}

fn not_yet(silent: &[&str]) -> String {
    let more = silent.len().saturating_sub(SILENT_NAMED);
    let named = silent.iter().take(SILENT_NAMED).copied().collect::<Vec<_>>().join(", ");
    match (silent, more) {
        ([], _) => String::new(),
        ([one], _) => format!("  {one} has no conversation yet\n"),
        (_, 0) => format!("  {named} have no conversation yet\n"),
        (_, more) => format!("  {named} and {more} more have no conversation yet\n"),
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}
