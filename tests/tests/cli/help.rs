//! `--help` of every command, and the catalogue of rules.

use serde_json::Value;

use crate::support::{Folder, golden};

#[test]
fn the_help_of_every_command() {
    let folder = Folder::new();
    let mut all = String::new();
    for command in [
        "", "run", "serve", "exec", "env", "record", "export", "say", "tap", "step", "check", "schema",
        "init", "explain", "rules", "routes", "doctor", "demo-bot",
    ] {
        let arguments: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let ended = folder.run(&arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        all.extend([format!("===== messenger-emulator {}\n{}\n", arguments.join(" "), ended.stdout)]);
    }
    golden("help", &all);
}

#[test]
fn a_misspelt_command_or_flag_is_bad_usage() {
    let folder = Folder::new();
    for (arguments, near) in [(["rum", "."], "run"), (["run", "--fliter"], "--filter")] {
        let ended = folder.run(&arguments);
        assert_eq!(ended.code, Some(2));
        assert!(ended.stderr.contains(&format!("'{near}'")), "{}", ended.stderr);
    }
    assert_eq!(folder.run(&[]).code, Some(2));
    let version = folder.run(&["--version"]);
    assert_eq!(version.stdout, format!("messenger-emulator {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn rules_are_listed_filtered_and_given_as_json() {
    let folder = Folder::new();
    let all = folder.run(&["rules"]);
    assert_eq!(all.code, Some(0));
    let one = folder.run(&["rules", "c-84"]);
    golden("rules-one", &one.told());
    assert!(all.stdout.contains(one.stdout.lines().next().expect("a rule")), "the filter ignores case");
    let json = folder.run(&["rules", "--format", "json"]);
    let list: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let list = list.as_array().expect("a list");
    assert_eq!(list.len(), all.stdout.lines().filter(|line| line.starts_with(['C', 'M'])).count());
    for rule in list {
        for key in ["id", "title", "protocol", "statement", "source", "confidence"] {
            assert!(rule[key].as_str().is_some_and(|text| !text.is_empty()), "{key} of {rule}");
        }
    }
    let none = folder.run(&["rules", "no such rule"]);
    assert_eq!(none.code, Some(2));
    golden("rules-none", &none.told());
}

#[test]
fn every_switch_is_listed_for_people_and_for_programs() {
    let folder = Folder::new();
    let text = folder.run(&["rules", "options"]);
    assert_eq!((text.code, text.stderr.as_str()), (Some(0), ""));
    golden("rules-options", &text.stdout);
    let json = folder.run(&["rules", "options", "--format", "json"]);
    let list: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let names = list.as_array().expect("a list").iter().map(|option| option["name"].as_str());
    let known = emulator_core::Options::ALL.iter().map(|option| Some(option.name));
    assert!(names.eq(known));
    assert_eq!(list[0]["values"], serde_json::json!(["messaging", "standby", "leader"]));
}

#[test]
fn the_decision_table_is_printed_for_people_and_for_programs() {
    let folder = Folder::new();
    let text = folder.run(&["rules", "table"]);
    assert_eq!((text.code, text.stderr.as_str()), (Some(0), ""));
    golden("rules-table", &text.stdout);
    let json = folder.run(&["rules", "table", "--format", "json"]);
    let cells: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let mut table = emulator_core::decisions::decision_table();
    table.retain(|decision| decision.cell.protocol == emulator_core::Protocol::Handover);
    assert_eq!(cells.as_array().expect("a list").len(), table.len());
    let can_be = table.iter().filter(|decision| decision.outcome.is_ok()).count();
    let named = cells.as_array().expect("a list").iter().filter(|cell| cell["row"].is_string()).count();
    assert_eq!(named, can_be, "each cell that can be names its row");
    let is_marked = |line: &&str| line.split_whitespace().any(|word| word == "?");
    let marked = text.stdout.lines().filter(is_marked).count();
    let counted = table.iter().filter(|decision| decision.is_inferred()).count();
    assert_eq!(marked, counted);
    let last = text.stdout.lines().last().expect("a line");
    assert!(last.starts_with("?: ") && last.contains(&format!(" {counted} of {can_be} cells")), "{last}");
    let writes = cells.as_array().expect("a list").iter().find(|cell| {
        (&cell["state"], &cell["actor"], &cell["action"])
            == (&"idle, with a primary receiver".into(), &"the person".into(), &"writes".into())
    });
    assert_eq!(
        writes.expect("the cell"),
        &serde_json::json!({
            "protocol": "handover",
            "state": "idle, with a primary receiver",
            "actor": "the person",
            "action": "writes",
            "outcome": "accepted",
            "rule": "M-203",
            "error": null,
            "control": "to the primary receiver",
            "told": [
                {"event": "message", "channel": "messaging", "to": ["the primary receiver"]},
                {"event": "message", "channel": "standby", "to": ["the others"]},
            ],
            "rests_on": ["C-17", "C-21", "M-203"],
            "inferred": false,
            "row": writes.expect("the cell")["row"],
        })
    );
}
