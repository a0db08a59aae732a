//! What scenarios touch of all that the rules can do: printed, reported, asked for, and marked in the decision table.

use serde_json::Value;

use crate::support::{Ended, Folder};

/// A Page with two apps that steps play.
const WORLD: &str = "\
world:
  protocol: handover
  page: {primary_receiver: shopbot}
  apps:
    shopbot: {fields: [messages, messaging_handovers, standby]}
    livechat: {fields: [messages, messaging_handovers, standby]}
  people:
    ana: {first_name: Ana}
";

/// Touches three cells: a person writes while the conversation is idle, and two apps answer.
const ANSWERED: &str = "\
- {user: ana, says: hello}
- {app: livechat, sends: Me first!, refused: {code: 10}}
- {app: shopbot, sends: Hi!}
";

/// Asks for control, and says something wrong about it.
const FAILS: &str = "\
- {user: ana, says: hello}
- {app: livechat, requests_control: true}
- expect: {owner: livechat}
";

fn folder(scenarios: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    for (name, steps) in scenarios {
        folder.write(&format!("{name}.yaml"), format!("scenario: {name}\n{WORLD}steps:\n{steps}"));
    }
    folder
}

fn report(folder: &Folder, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.path(name)).expect("a report");
    serde_json::from_str(&text).expect("JSON")
}

fn missing<'a>(report: &'a Value, kind: &str) -> Vec<&'a str> {
    let missing = report[kind]["missing"].as_array().expect("a list");
    missing.iter().map(|name| name.as_str().expect("a name")).collect()
}

/// The last lines that were printed, each as its word with both of its numbers.
fn counted(ended: &Ended) -> Vec<(String, u64, u64)> {
    let lines = ended.stdout.lines().rev().take(4);
    let parsed = lines.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [what, touched, "of", all, percent, "%)"] = words.as_slice() else { panic!("{}", ended.told()) };
        assert!(percent.starts_with('('), "{line}");
        let number = |word: &str| word.parse().expect("a number");
        ((*what).to_owned(), number(touched), number(all))
    });
    let mut parsed: Vec<_> = parsed.collect();
    parsed.reverse();
    parsed
}

#[test]
fn four_lines_and_a_report_say_what_was_touched_of_all_that_there_is() {
    let folder = folder(&[("answered", ANSWERED)]);
    let ended = folder.run(&["run", "answered.yaml", "--coverage", "--report", "coverage=out/report.json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let report = report(&folder, "out/report.json");
    let members: Vec<&String> = report.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["format", "protocols", "rules", "events", "errors", "cells"]);
    assert_eq!((&report["format"], &report["protocols"]), (&1.into(), &serde_json::json!(["handover"])));
    let printed = counted(&ended);
    for ((what, touched, all), kind) in printed.iter().zip(["rules", "events", "errors", "cells"]) {
        let part = &report[kind];
        assert_eq!(what, kind);
        assert_eq!((&part["touched"], &part["reachable"]), (&(*touched).into(), &(*all).into()), "{kind}");
        assert_eq!(part["percent"], 100 * touched / all, "{kind}");
        assert_eq!(missing(&report, kind).len() as u64, all - touched, "{kind}");
    }
    assert_eq!(report["cells"]["touched"], 3, "{report}");
    let rules = missing(&report, "rules");
    for touched in ["M-203", "M-178", "C-17", "C-84", "C-21"] {
        assert!(!rules.contains(&touched), "{touched} decided something");
    }
    assert!(rules.contains(&"C-34"), "nobody passed control");
    for never in ["C-05", "C-15", "M-24", "C-30"] {
        assert!(!rules.contains(&never), "{never} does not hold there, or no step reaches it");
    }
    assert!(!missing(&report, "events").contains(&"message"));
    assert!(missing(&report, "events").contains(&"pass_thread_control"));
    assert_eq!(report["errors"]["touched"], 1, "{report}");
    let errors = missing(&report, "errors");
    assert!(!errors.iter().any(|error| error.starts_with("10/2018300 ")), "{errors:?}");
    let cells = missing(&report, "cells");
    assert!(!cells.contains(&"handover, idle, with a primary receiver: the person writes"));
    assert!(!cells.contains(&"handover, owned by an app, with a primary receiver: another app sends"));
    assert!(cells.contains(&"handover, owned by an app, with a primary receiver: another app takes"));
}

#[test]
fn a_report_on_standard_output_is_alone_there() {
    let folder = folder(&[("answered", ANSWERED)]);
    let ended = folder.run(&["run", ".", "--coverage", "--report", "coverage=-"]);
    let report: Value = serde_json::from_str(&ended.stdout).expect("nothing but JSON");
    assert_eq!(report["cells"]["touched"], 3);
    assert!(ended.stderr.contains("\ncells 3 of "), "{}", ended.told());
}

#[test]
fn nothing_is_counted_that_nobody_asks_for() {
    let folder = folder(&[("answered", ANSWERED)]);
    let ended = folder.run(&["run", "."]);
    assert!(!ended.stdout.contains("cells"), "{}", ended.told());
}

#[test]
fn what_a_failing_scenario_touches_counts_for_nothing() {
    let folder = folder(&[("answered", ANSWERED), ("fails", FAILS)]);
    let arguments = ["run", ".", "--report", "coverage=report.json", "--min-coverage", "events=100"];
    let ended = folder.run(&arguments);
    assert_eq!(ended.code, Some(1), "a failure comes before the gate: {}", ended.told());
    let report = report(&folder, "report.json");
    assert_eq!(report["cells"]["touched"], 3, "{report}");
    assert!(missing(&report, "rules").contains(&"C-51"), "it touched a request");
    assert!(missing(&report, "events").contains(&"request_thread_control"));
}

#[test]
fn protocols_of_all_scenarios_count_played_or_not() {
    let folder = folder(&[("answered", ANSWERED)]);
    let skipped = "scenario: skipped\nskip: later\nworld: {protocol: default-behavior}\nsteps: [{note: x}]\n";
    folder.write("skipped.yaml", skipped);
    let ended = folder.run(&["run", ".", "--report", "coverage=report.json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let report = report(&folder, "report.json");
    assert_eq!(report["protocols"], serde_json::json!(["handover", "default-behavior"]));
    assert!(missing(&report, "rules").contains(&"C-45"), "nobody takes where there is no routing");
}

#[test]
fn too_little_is_an_exit_code_of_its_own_and_names_what_is_missing() {
    let folder = folder(&[("answered", ANSWERED)]);
    let enough = folder.run(&["run", ".", "--min-coverage", "1", "--min-coverage", "events=5"]);
    assert_eq!(enough.code, Some(0), "{}", enough.told());
    assert_eq!(enough.stderr, "");
    assert_eq!(counted(&enough).len(), 4);
    let little = folder.run(&["run", ".", "--min-coverage", "1", "--min-coverage", "events=100"]);
    assert_eq!(little.code, Some(4), "{}", little.told());
    let lines: Vec<&str> = little.stderr.lines().collect();
    let [error, help] = lines.as_slice() else { panic!("{}", little.told()) };
    assert!(error.starts_with("error: "), "{error}");
    assert!(error.contains(" of 12 events were touched, "), "{error}");
    assert!(error.contains("--min-coverage asks for 100 %; not touched: "), "{error}");
    assert!(error.contains("pass_thread_control, take_thread_control"), "{error}");
    assert!(help.starts_with("help: "), "{help}");
    let json = folder.run(&["run", ".", "--min-coverage", "99", "--report", "json=events.jsonl"]);
    assert_eq!(json.code, Some(4), "{}", json.told());
    let events = std::fs::read_to_string(folder.path("events.jsonl")).expect("a report");
    assert!(events.lines().last().is_some_and(|line| line.contains("\"exit_code\":4")), "{events}");
}

#[test]
fn what_cannot_be_asked_for_is_said() {
    let folder = folder(&[("answered", ANSWERED)]);
    for (arguments, said) in [
        (["--min-coverage", "101"], "write a whole number from 0 to 100, alone or as in cells=50"),
        (["--min-coverage", "half"], "write a whole number from 0 to 100"),
        (
            ["--min-coverage", "lines=5"],
            "`lines` is not counted; what is counted is rules, events, errors, cells",
        ),
        (["--report", "cover=x"], "there are junit=FILE, json=FILE and coverage=FILE"),
        (["--watch", "--coverage"], "cannot be used with"),
    ] {
        let ended = folder.run(&[&["run", "."], arguments.as_slice()].concat());
        assert_eq!(ended.code, Some(2), "{}", ended.told());
        assert!(ended.stderr.contains(said), "{}", ended.told());
    }
    let ended = folder.run(&["run", ".", "--watch", "--report", "coverage=x.json"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.stderr.contains("--watch plays what is affected"), "{}", ended.told());
}

#[test]
fn the_decision_table_marks_what_journals_have_played() {
    let folder = folder(&[("answered", ANSWERED)]);
    folder.run(&["run", ".", "--journal", "journals"]);
    let text = folder.run(&["rules", "table", "--covered-by", "journals"]);
    assert_eq!(text.code, Some(0), "{}", text.told());
    let marked: Vec<&str> = text.stdout.lines().filter(|line| line.starts_with("  x ")).collect();
    let begins = |line: &str, with: &str| line.trim_start_matches("  x ").starts_with(with);
    assert_eq!(marked.len(), 3, "{marked:?}");
    assert!(begins(marked[0], "writes ") && begins(marked[1], "sends ") && begins(marked[2], "sends "));
    assert!(text.stdout.contains("\nx: played, 3 of "), "{}", text.stdout);
    let plain = folder.run(&["rules", "table"]).stdout;
    assert!(!plain.lines().any(|line| line.starts_with("  x ") || line.starts_with("x:")));
    let file = "journals/answered/answered.jsonl";
    let json = folder.run(&["rules", "table", "--covered-by", file, file, "--format", "json"]);
    let cells: Vec<Value> = serde_json::from_str(&json.stdout).expect("JSON");
    let (can_be, cannot): (Vec<&Value>, Vec<&Value>) =
        cells.iter().partition(|cell| cell["outcome"] != "cannot be");
    assert!(can_be.iter().all(|cell| cell["covered"].is_boolean()));
    assert!(cannot.iter().all(|cell| cell.get("covered").is_none()));
    assert_eq!(can_be.iter().filter(|cell| cell["covered"] == true).count(), 3);
}

#[test]
fn what_is_no_journal_is_said() {
    let folder = folder(&[("answered", ANSWERED)]);
    std::fs::create_dir(folder.path("empty")).expect("a folder");
    for (path, said) in [
        ("empty", "there is no journal in empty"),
        ("answered.yaml", "answered.yaml: it is not a journal"),
        ("nothing", "cannot read nothing"),
    ] {
        let ended = folder.run(&["rules", "table", "--covered-by", path]);
        assert_eq!(ended.code, Some(2), "{}", ended.told());
        assert!(ended.stderr.starts_with("error: ") && ended.stderr.contains(said), "{}", ended.told());
    }
}

/// Scenarios whose apps are alike share a stage, whatever protocols their Pages follow.
#[test]
fn each_journal_begins_with_the_settings_of_its_own_scenario() {
    let folder = folder(&[("answered", ANSWERED)]);
    let other = WORLD.replace("protocol: handover", "protocol: conversation-routing");
    let other = other.replace("primary_receiver: shopbot", "default_app: livechat");
    folder.write("zero.yaml", format!("scenario: zero\n{other}steps:\n- {{user: ana, says: hello}}\n"));
    let ended = folder.run(&["run", ".", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let page = |journal: &str| -> Value {
        let text = std::fs::read_to_string(folder.path(journal)).expect("a journal");
        let header: Value = serde_json::from_str(text.lines().next().expect("a header")).expect("JSON");
        header["world"]["pages"][0].clone()
    };
    let (answered, zero) = (page("journals/answered/answered.jsonl"), page("journals/zero/zero.jsonl"));
    assert_eq!(answered["protocol"], "handover", "{answered}");
    assert_eq!(answered["primary_receiver"], "shopbot", "{answered}");
    assert_eq!(zero["protocol"], "conversation-routing", "{zero}");
    assert_eq!(zero["default_app"], "livechat", "{zero}");
    let marked =
        folder.run(&["rules", "table", "--protocol", "conversation-routing", "--covered-by", "journals"]);
    assert!(marked.stdout.contains("\nx: played, 1 of "), "{}", marked.told());
}
