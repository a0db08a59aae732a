//! Why: the rule, the facts it read and the causes of one journal entry.

use emulator_core::{Effect, RuleId};
use emulator_server::graph::declined;
use emulator_server::journal::{Class, Entry, Kind, Names, Record, entry_to_json};
use serde_json::Value;

use crate::transcript::{self, Unheard};

/// How wide a line may be, as far as there are places to break it.
const WIDTH: usize = 100;
/// Where facts begin that stand behind a label.
const FACTS: usize = 13;
/// How far the members of a value stand to the right of its name.
const DEEPER: usize = 2;

/// What there is to know of an entry.
pub struct Explained<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// The id of its rule, where this version has no such rule.
    pub foreign_rule: Option<&'a str>,
    /// What apps, people and Pages are called.
    pub names: &'a Names,
    /// The entries by their numbers.
    pub find: &'a dyn Fn(u64) -> Option<&'a Entry>,
    /// What it is the cause of.
    pub effects: &'a [&'a Entry],
}

/// Explains an entry in plain text.
pub fn explain(explained: &Explained<'_>) -> String {
    let Explained { entry, foreign_rule, names, find, effects } = *explained;
    let mut out = Vec::new();
    let line = written(entry, names);
    told(entry, &line, "", &mut out);
    if let Some(rule) = entry.rule.map(RuleId::rule) {
        let named = format!("{} {} ({})", rule.code, rule.title, rule.confidence.name());
        wrap(("  rule       ", FACTS), named.split(' '), " ", &mut out);
        wrap((&" ".repeat(FACTS), FACTS), rule.statement.split(' '), " ", &mut out);
        out.push(format!("  source     {}", rule.source));
    }
    if let Some(code) = foreign_rule {
        out.push(format!("  rule       {code}, which this version does not have"));
    }
    if let Some(saw) = line["saw"].as_object() {
        let facts: Vec<String> =
            saw.iter().map(|(name, value)| format!("{} {}", name.replace('_', " "), plain(value))).collect();
        wrap(("  it saw     ", FACTS), facts.iter().map(String::as_str), ", ", &mut out);
    }
    out.extend(answered(entry, names));
    out.extend(heard(entry, effects, names));
    let mut after = entry;
    while let Some(cause) = after.cause {
        let label = if cause.assumed { "because, it seems, of" } else { "because of" };
        let Some(next) = find(cause.seq) else {
            out.push(format!("  {label} entry {}, which is no longer kept", cause.seq));
            break;
        };
        told(next, &written(next, names), &format!("  {label} "), &mut out);
        after = next;
    }
    out.join("\n")
}

/// The entry as a line has it.
fn written(entry: &Entry, names: &Names) -> Value {
    serde_json::from_str(&entry_to_json(entry, names)).unwrap_or_default()
}

/// What a bot said beside a status that is not 2xx, and what it may be about.
fn answered(entry: &Entry, names: &Names) -> Vec<String> {
    let Record::Attempt { app, result, .. } = &entry.record else { return Vec::new() };
    let mut out = Vec::new();
    if let Some(answer) = result.excerpt() {
        out.push(format!("  it said    {}", transcript::printable(answer)));
    }
    if result.is_distrust() {
        out.push(format!("             {}", transcript::ask_for_secret(&names.app(*app))));
    }
    out
}

/// Who hears of what a person did, and who does not hear of what an entry led to.
fn heard(entry: &Entry, effects: &[&Entry], names: &Names) -> Vec<String> {
    let mut out = Vec::new();
    let unheard: Vec<String> = effects.iter().filter_map(|effect| unheard(effect, names)).collect();
    let hears = |effect: &&Entry| {
        let (app, channel) = if let Record::Effect(Effect::Deliver(delivery)) = &effect.record {
            (delivery.app, delivery.channel)
        } else if let Record::Heard(heard) = &effect.record {
            (heard.app, heard.channel)
        } else {
            return None;
        };
        Some(format!("{} on {}", names.app(app), channel.name()))
    };
    let told: Vec<String> = effects.iter().filter_map(hears).collect();
    let is_of_person =
        entry.kind().class() == Class::Act && entry.person().is_some() && entry.kind() != Kind::Inbox;
    if is_of_person && (!told.is_empty() || !unheard.is_empty()) {
        let told = if told.is_empty() { "nobody".to_owned() } else { told.join(", ") };
        out.push(format!("  heard by   {told}"));
    }
    out.extend(unheard.into_iter().map(|unheard| format!("  not heard  {unheard}")));
    out
}

/// Who does not hear of it, why and by which rule.
fn unheard(effect: &Entry, names: &Names) -> Option<String> {
    let Unheard { name, lacks, .. } = Unheard::of(effect, names)?;
    let rule = effect.rule.map_or_else(String::new, |rule| format!("  [{}]", rule.rule().code));
    Some(format!("{name} {lacks}{rule}"))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Members of an entry that are of no use to people.
const NOT_SHOWN: &[&str] = &["mid", "timestamp", "fbtrace_id"];

/// An entry: number, time, kind and what it says, with what has members of its own below.
fn told(entry: &Entry, line: &Value, label: &str, out: &mut Vec<String>) {
    let members = line["data"].as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| !NOT_SHOWN.contains(&name.as_str()));
    let (nested, simple): (Vec<_>, Vec<_>) = members.partition(|(_, value)| has_members(value));
    let simple =
        simple.into_iter().map(|(name, value)| format!("{} {}", name.replace('_', " "), shown(value)));
    let why = if let Record::Declined(reason) = entry.record {
        Some(format!("why {}", declined(reason)))
    } else {
        None
    };
    let simple: Vec<String> = simple.chain(why).collect();
    let head = format!("{label}{} {} {}: ", entry.seq, plain(&line["at"]), entry.kind().name());
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
fn shown(value: &Value) -> String {
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
            wrap((&format!("{indent}{name} "), depth + 2 * DEEPER), shown(value).split(' '), " ", out);
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
    use emulator_server::journal::Reader;
    use serde_json::json;

    use super::*;

    const HEADER: &str = r#"{"format":2,"emulator":"0.1.0","rules":1,"seed":1,"lane":"l","world":{
        "pages":[{"id":"1","name":"Page","protocol":"handover","primary_receiver":null,"apps":{}}],
        "apps":{"bot":{"id":"7"},"livechat":{"id":"8"}}},"people":{"ana":"5"}}"#;

    /// These entries, a second apart.
    fn entries(entries: &[Value]) -> (Vec<Entry>, Names) {
        let (_, names, reader) = Reader::begin(HEADER).unwrap();
        let entry = |(seq, entry): (u64, &Value)| {
            let mut line = json!({"seq": seq, "at": format!("2026-07-06T09:00:0{seq}Z"), "wall": {"at": "2026-07-06T09:00:00Z"}});
            line.as_object_mut().unwrap().extend(entry.as_object().unwrap().clone());
            reader.entry(&line.to_string()).unwrap().unwrap().entry
        };
        ((1..).zip(entries).map(entry).collect(), names)
    }

    fn explained(entries: &[Entry], names: &Names, seq: u64) -> String {
        let find = |seq: u64| entries.iter().find(|entry| entry.seq == seq);
        let effects: Vec<&Entry> =
            entries.iter().filter(|entry| entry.cause.is_some_and(|cause| cause.seq == seq)).collect();
        let entry = find(seq).unwrap();
        explain(&Explained { entry, foreign_rule: None, names, find: &find, effects: &effects })
    }

    #[test]
    fn an_entry_is_explained_by_its_rule_its_facts_and_its_causes() {
        let (all, names) = entries(&[
            json!({"kind": "call", "data": {"app": "livechat", "verb": "sends", "person": "ana", "text": "hi"}}),
            json!({"cause": 1, "rule": "C-84", "saw": {"owner": "bot"}, "kind": "refused",
                   "data": {"app": "livechat", "status": 400, "type": "OAuthException", "code": 10, "message": "no",
                            "fbtrace_id": "A"}}),
            json!({"cause": 99, "assumed": true, "kind": "call",
                   "data": {"app": "bot", "verb": "asks_owner", "person": "ana"}}),
        ]);
        let text = explained(&all, &names, 2);
        let lines: Vec<&str> = text.lines().collect();
        let head = "2 2026-07-06T09:00:02Z refused: app livechat, status 400, type OAuthException, code 10, message no";
        assert_eq!(lines[0], head);
        assert_eq!(lines[1], "  rule       C-84 only the owner sends (observed)");
        assert!(lines.contains(&"  it saw     owner bot"), "{text}");
        let because =
            "  because of 1 2026-07-06T09:00:01Z call: app livechat, person ana, verb sends, text hi";
        assert_eq!(lines.last(), Some(&because));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{text}");
        let lost = explained(&all, &names, 3);
        assert!(lost.ends_with("because, it seems, of entry 99, which is no longer kept"), "{lost}");
    }

    #[test]
    fn who_hears_of_what_a_person_did_is_told_and_who_does_not() {
        let (all, names) = entries(&[
            json!({"kind": "says", "data": {"person": "ana", "text": "hi"}}),
            json!({"cause": 1, "kind": "delivery", "data": {"app": "bot", "person": "ana", "channel": "messaging",
                   "field": "messages", "event": {"timestamp": 1}}}),
            json!({"cause": 1, "rule": "C-84", "kind": "unheard", "saw": {"owner": "bot"},
                   "data": {"app": "livechat", "person": "ana", "field": "messages", "missing": "standby"}}),
        ]);
        let text = explained(&all, &names, 1);
        assert!(text.contains("\n  heard by   bot on messaging\n"), "{text}");
        let unheard = "  not heard  livechat is not subscribed to `standby`, and bot is in control  [C-84]";
        assert!(text.contains(unheard), "{text}");
    }

    #[test]
    fn a_rule_of_another_version_is_named() {
        let (all, names) = entries(&[json!({"kind": "note", "data": {"text": "hi"}})]);
        let explained = Explained {
            entry: &all[0],
            foreign_rule: Some("C-999"),
            names: &names,
            find: &|_| None,
            effects: &[],
        };
        let text = explain(&explained);
        assert!(text.ends_with("\n  rule       C-999, which this version does not have"), "{text}");
    }

    #[test]
    fn what_has_members_is_laid_out_below() {
        let long = "a word ".repeat(30);
        let (all, names) = entries(&[
            json!({"kind": "delivery", "data": {"app": "bot", "channel": "messaging", "field": "messages", "event": {
                "sender": {"id": "7000000000000001"},
                "message": {"mid": "m_1", "text": long.trim(), "quick_replies": [{"title": "Yes", "payload": ""}], "nlp": {}}
            }}}),
            json!({"cause": 1, "kind": "note", "data": {"text": "done"}}),
        ]);
        let expected = "\
1 2026-07-06T09:00:01Z delivery: app bot, channel messaging, field messages
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
        assert_eq!(explained(&all, &names, 1), expected);
        let because = explained(&all, &names, 2);
        let head = "  because of 1 2026-07-06T09:00:01Z delivery: app bot, channel messaging, field messages";
        assert!(because.contains(&format!("{head}\n    event:\n      sender:\n")), "{because}");
    }

    #[test]
    fn a_word_that_is_too_long_is_not_broken() {
        let url = format!("https://example.com/{}", "x".repeat(200));
        let mut out = Vec::new();
        let words = format!("a {url}, b {}, c {}", "y".repeat(60), "z".repeat(60));
        wrap(("1 T0 call: ", 6), words.split(' '), " ", &mut out);
        let expected = [
            "1 T0 call: a".to_owned(),
            format!("      {url},"),
            format!("      b {}, c", "y".repeat(60)),
            format!("      {}", "z".repeat(60)),
        ];
        assert_eq!(out, expected);
    }
}
