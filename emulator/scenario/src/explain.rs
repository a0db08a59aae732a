//! Why: the rule, the facts it read and the causes behind one journal entry.

use emulator_core::{Field, Saw};
use emulator_server::journal::{Entry, Names};
use emulator_server::rfc3339;

use crate::transcript;

/// Explains an entry in plain text. `find` gives the entries behind it.
pub fn explain(entry: &Entry, names: &Names, find: &dyn Fn(u64) -> Option<Entry>) -> String {
    let mut out = vec![headline(entry, names)];
    if let Some(rule) = entry.rule {
        let rule = rule.rule();
        out.push(format!("  rule       {} {} ({})", rule.code, rule.title, rule.confidence.name()));
        out.push(format!("             {}", rule.statement));
        out.push(format!("  source     {}", rule.source));
    }
    let facts = facts(&entry.saw, names);
    if !facts.is_empty() {
        out.push(format!("  it saw     {}", facts.join(", ")));
    }
    let mut next = entry.cause;
    while let Some(cause) = next {
        let label = if cause.assumed { "because, it seems, of" } else { "because of" };
        let Some(behind) = find(cause.seq) else {
            out.push(format!("  {label} entry {}, which is no longer kept", cause.seq));
            break;
        };
        out.push(format!("  {label} {}", headline(&behind, names)));
        next = behind.cause;
    }
    out.join("\n")
}

fn headline(entry: &Entry, names: &Names) -> String {
    let text = transcript::line(entry, names).unwrap_or_else(|| {
        let line = emulator_server::journal::entry_to_json(entry, names);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        format!("{} {}", value["kind"].as_str().unwrap_or_default(), value["data"])
    });
    format!("{} {} {}", entry.seq, rfc3339(entry.at), text.trim())
}

/// The facts that a rule read, in words.
pub(crate) fn facts(saw: &Saw, names: &Names) -> Vec<String> {
    let Saw { owner, expires, primary, folder, window, fields, human_agent } = saw;
    let mut out = Vec::new();
    out.extend(owner.map(|owner| format!("owner {}", names.owner(owner))));
    out.extend(expires.map(|expires| format!("control until {}", rfc3339(expires))));
    let primary = primary.map(|primary| primary.map_or_else(|| "none".to_owned(), |app| names.app(app)));
    out.extend(primary.map(|primary| format!("primary receiver {primary}")));
    out.extend(folder.map(|folder| format!("folder {}", folder.name())));
    let window = window.map(|until| {
        until.map_or_else(|| "never opened".to_owned(), |until| format!("until {}", rfc3339(until)))
    });
    out.extend(window.map(|window| format!("messaging window {window}")));
    let fields = fields.map(|fields| fields.iter().map(Field::name).collect::<Vec<_>>().join(" "));
    out.extend(fields.map(|fields| format!("subscribed fields {fields}")));
    out.extend(
        human_agent
            .map(|granted| format!("human_agent feature {}", if granted { "granted" } else { "missing" })),
    );
    out
}
