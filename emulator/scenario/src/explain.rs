//! Why: the rule, the facts it read and the causes behind one journal entry.
//!
//! It works on entries as they stand in a journal file, so a file and a running emulator are
//! explained alike.

use emulator_core::{Field, Missing, catalogue};
use emulator_server::journal::Kind;
use serde_json::Value;

use crate::transcript;

/// Explains an entry in plain text. `find` gives the entries behind it by their numbers, `effects` are those that it is
/// the cause of.
pub fn explain<'a>(
    entry: &'a Value,
    find: &dyn Fn(u64) -> Option<&'a Value>,
    effects: &[&'a Value],
) -> String {
    let mut out = vec![headline(entry)];
    if let Some(rule) = catalogue().iter().find(|rule| entry["rule"] == rule.code) {
        out.push(format!("  rule       {} {} ({})", rule.code, rule.title, rule.confidence.name()));
        out.push(format!("             {}", rule.statement));
        out.push(format!("  source     {}", rule.source));
    }
    if let Some(saw) = entry["saw"].as_object() {
        let facts = saw.iter().map(|(name, value)| format!("{} {}", name.replace('_', " "), plain(value)));
        out.push(format!("  it saw     {}", facts.collect::<Vec<_>>().join(", ")));
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
        out.push(format!("  {label} {}", headline(next)));
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

/// An entry in one line: number, time, kind and what it says.
fn headline(entry: &Value) -> String {
    let members = entry["data"].as_object().into_iter().flatten();
    let told =
        members.filter(|(name, _)| !["psid", "mid", "timestamp", "fbtrace_id"].contains(&name.as_str()));
    let told: Vec<String> =
        told.map(|(name, value)| format!("{} {}", name.replace('_', " "), plain(value))).collect();
    format!("{} {} {}: {}", entry["seq"], plain(&entry["at"]), plain(&entry["kind"]), told.join(", "))
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
        assert_eq!(lines[4], "  it saw     owner bot");
        assert_eq!(lines[5], "  because of 1 T0 call: app livechat, verb sends, text hi");
        let lost = explain(&entries[2], &find, &[]);
        assert!(lost.ends_with("because, it seems, of entry 99, which is no longer kept"), "{lost}");
    }
}
