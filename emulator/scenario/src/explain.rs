//! Why: the rule, the facts it read and the causes behind one journal entry.
//!
//! It works on entries as they stand in a journal file, so a file and a running emulator are
//! explained alike.

use emulator_core::{Field, Missing, catalogue};
use emulator_server::journal::Kind;
use serde_json::Value;

use crate::transcript;

/// How wide a line may be, as far as there are places to break it.
const WIDTH: usize = 100;
/// Where facts begin that stand behind a label.
const FACTS: usize = 13;
/// How far the members of a value stand to the right of its name.
const DEEPER: usize = 2;

/// Explains an entry in plain text. `find` gives the entries behind it by their numbers, `effects` are those that it is
/// the cause of.
pub fn explain<'a>(
    entry: &'a Value,
    find: &dyn Fn(u64) -> Option<&'a Value>,
    effects: &[&'a Value],
) -> String {
    let mut out = Vec::new();
    told(entry, "", &mut out);
    if let Some(rule) = catalogue().iter().find(|rule| entry["rule"] == rule.code) {
        let named = format!("{} {} ({})", rule.code, rule.title, rule.confidence.name());
        wrap(("  rule       ", FACTS), named.split(' '), " ", &mut out);
        wrap((&" ".repeat(FACTS), FACTS), rule.statement.split(' '), " ", &mut out);
        out.push(format!("  source     {}", rule.source));
    }
    if let Some(saw) = entry["saw"].as_object() {
        let facts: Vec<String> =
            saw.iter().map(|(name, value)| format!("{} {}", name.replace('_', " "), plain(value))).collect();
        wrap(("  it saw     ", FACTS), facts.iter().map(String::as_str), ", ", &mut out);
    }
    out.extend(answered(entry));
    out.extend(heard(entry, effects));
    let mut behind = entry;
    while let Some(cause) = behind["cause"].as_u64() {
        let label = if behind["assumed"] == true { "because, it seems, of" } else { "because of" };
        let Some(next) = find(cause) else {
            out.push(format!("  {label} entry {cause}, which is no longer kept"));
            break;
        };
        told(next, &format!("  {label} "), &mut out);
        behind = next;
    }
    out.join("\n")
}

/// What a bot said beside a status that is not 2xx, and what it may be about.
fn answered(entry: &Value) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(answer) = entry["wall"]["answer"].as_str() {
        out.push(format!("  it said    {}", transcript::printable(answer)));
    }
    if entry["kind"] == "attempt" && matches!(entry["data"]["status"].as_u64(), Some(401 | 403)) {
        out.push(format!("             {}", transcript::ask_for_secret(&plain(&entry["data"]["app"]))));
    }
    out
}

/// Who hears of what a person did, and who does not hear of what an entry led to.
fn heard(entry: &Value, effects: &[&Value]) -> Vec<String> {
    let mut out = Vec::new();
    let of_kind = |kind: Kind| effects.iter().filter(move |effect| effect["kind"] == kind.name());
    let unheard: Vec<String> = of_kind(Kind::Unheard).filter_map(|effect| unheard(effect)).collect();
    let told = |effect: &&&Value| {
        let data = &effect["data"];
        format!("{} on {}", plain(&data["app"]), plain(&data["channel"]))
    };
    let told: Vec<String> = of_kind(Kind::Delivery).map(|effect| told(&effect)).collect();
    let is_act = entry["kind"].as_str().and_then(Kind::parse).is_some_and(Kind::is_of_person);
    if is_act && (!told.is_empty() || !unheard.is_empty()) {
        let told = if told.is_empty() { "nobody".to_owned() } else { told.join(", ") };
        out.push(format!("  heard by   {told}"));
    }
    out.extend(unheard.into_iter().map(|unheard| format!("  not heard  {unheard}")));
    out
}

/// Who does not hear of it, why and by which rule.
fn unheard(effect: &Value) -> Option<String> {
    let data = &effect["data"];
    let field = Field::parse(data["field"].as_str()?)?;
    let missing = Missing::parse(data["missing"].as_str()?)?;
    let owner = effect["saw"]["owner"].as_str().filter(|owner| *owner != "idle");
    let rule = effect["rule"].as_str().map_or_else(String::new, |rule| format!("  [{rule}]"));
    Some(format!("{} {}{rule}", plain(&data["app"]), transcript::lacks(field, missing, owner)))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An entry: number, time, kind and what it says, with what has members of its own below.
fn told(entry: &Value, label: &str, out: &mut Vec<String>) {
    let members = entry["data"].as_object().into_iter().flatten();
    let members =
        members.filter(|(name, _)| !["psid", "mid", "timestamp", "fbtrace_id"].contains(&name.as_str()));
    let (nested, simple): (Vec<_>, Vec<_>) = members.partition(|(_, value)| has_members(value));
    let simple =
        simple.into_iter().map(|(name, value)| format!("{} {}", name.replace('_', " "), line(value)));
    let simple: Vec<String> = simple.collect();
    let head = format!("{label}{} {} {}: ", entry["seq"], plain(&entry["at"]), plain(&entry["kind"]));
    let depth = if label.is_empty() { DEEPER } else { 2 * DEEPER };
    wrap((&head, depth + 2 * DEEPER), simple.join(", ").split(' '), " ", out);
    for (name, value) in nested {
        out.push(format!("{}{}:", " ".repeat(depth), name.replace('_', " ")));
        block(value, depth + DEEPER, out);
    }
}

fn has_members(value: &Value) -> bool {
    value.as_object().is_some_and(|object| !object.is_empty())
        || value.as_array().is_some_and(|list| !list.is_empty())
}

/// A value without members on one line; a text that is not plain to see stands in quotes.
fn line(value: &Value) -> String {
    match value.as_str() {
        Some(text) if text.is_empty() || text != text.trim() || text.contains(char::is_control) => {
            value.to_string()
        }
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

/// What has members, one on each line, as YAML would have them.
fn block(value: &Value, depth: usize, out: &mut Vec<String>) {
    let indent = " ".repeat(depth);
    let members = value.as_object().into_iter().flatten().map(|(name, value)| (format!("{name}:"), value));
    let items = value.as_array().into_iter().flatten().map(|value| ("-".to_owned(), value));
    for (name, value) in members.chain(items) {
        if has_members(value) {
            if name != "-" {
                out.push(format!("{indent}{name}"));
            }
            let begin = out.len();
            block(value, depth + DEEPER, out);
            // The first member of an item stands beside its dash.
            if let ("-", Some(first)) = (name.as_str(), out.get_mut(begin)) {
                *first = format!("{indent}- {}", first.trim_start());
            }
        } else {
            wrap((&format!("{indent}{name} "), depth + 2 * DEEPER), line(value).split(' '), " ", out);
        }
    }
}

/// Lines no wider than [`WIDTH`] where words allow it; those after the first are indented.
fn wrap<'a>(
    (first, indent): (&str, usize),
    words: impl IntoIterator<Item = &'a str>,
    between: &str,
    out: &mut Vec<String>,
) {
    let length = |text: &str| text.chars().count();
    let mut current = first.to_owned();
    let mut is_begun = false;
    for word in words {
        if is_begun && length(&current) + length(between) + length(word) > WIDTH {
            let end = between.trim_end();
            out.push(format!("{current}{end}"));
            current = " ".repeat(indent);
        } else if is_begun {
            current.push_str(between);
        }
        current.push_str(word);
        is_begun = true;
    }
    out.push(current.trim_end().to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_entry_is_explained_by_its_rule_its_facts_and_its_causes() {
        let entries = [
            json!({"seq": 1, "at": "T0", "kind": "call", "data": {"app": "livechat", "verb": "sends", "text": "hi"}}),
            json!({"seq": 2, "at": "T0", "cause": 1, "rule": "C-84", "saw": {"owner": "bot"}, "kind": "refused",
                   "data": {"app": "livechat", "code": 10, "fbtrace_id": "A"}}),
            json!({"seq": 3, "at": "T1", "cause": 99, "assumed": true, "kind": "call", "data": {}}),
        ];
        let find = |seq: u64| entries.iter().find(|entry| entry["seq"] == seq);
        let text = explain(&entries[1], &find, &[]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "2 T0 refused: app livechat, code 10");
        assert_eq!(lines[1], "  rule       C-84 only the owner sends (observed)");
        assert!(lines.contains(&"  it saw     owner bot"), "{text}");
        assert_eq!(lines.last(), Some(&"  because of 1 T0 call: app livechat, verb sends, text hi"));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{text}");
        let lost = explain(&entries[2], &find, &[]);
        assert!(lost.ends_with("because, it seems, of entry 99, which is no longer kept"), "{lost}");
    }

    #[test]
    fn what_has_members_is_laid_out_below() {
        let long = "a word ".repeat(30);
        let entries = [
            json!({"seq": 1, "at": "T0", "kind": "delivery", "data": {"app": "bot", "field": "messages", "event": {
                "sender": {"id": "7000000000000001"},
                "message": {"mid": "m_1", "text": long.trim(), "quick_replies": [{"title": "Yes", "payload": ""}], "nlp": {}}
            }}}),
            json!({"seq": 2, "at": "T0", "cause": 1, "kind": "note", "data": {"text": "done"}}),
        ];
        let find = |seq: u64| entries.iter().find(|entry| entry["seq"] == seq);
        let expected = "\
1 T0 delivery: app bot, field messages
  event:
    sender:
      id: 7000000000000001
    message:
      mid: m_1
      text: a word a word a word a word a word a word a word a word a word a word a word a word a
          word a word a word a word a word a word a word a word a word a word a word a word a word a
          word a word a word a word a word
      quick_replies:
        - title: Yes
          payload: \"\"
      nlp: {}";
        assert_eq!(explain(&entries[0], &find, &[]), expected);
        let because = explain(&entries[1], &find, &[]);
        assert!(
            because
                .contains("  because of 1 T0 delivery: app bot, field messages\n    event:\n      sender:\n"),
            "{because}"
        );
    }

    #[test]
    fn a_word_that_is_too_long_is_not_broken() {
        let url = format!("https://example.com/{}", "x".repeat(200));
        let entry = json!({"seq": 1, "at": "T0", "kind": "call", "data": {"a": url, "b": "y".repeat(60), "c": "z".repeat(60)}});
        let text = explain(&entry, &|_| None, &[]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "1 T0 call: a");
        assert_eq!(lines[1], format!("      {url},"));
        assert_eq!(lines[2], format!("      b {}, c", "y".repeat(60)));
        assert_eq!(lines[3], format!("      {}", "z".repeat(60)));
    }
}
