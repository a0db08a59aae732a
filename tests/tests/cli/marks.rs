//! Messages that differ from what is expected: all of them are told at once.

use serde_json::Value;

use crate::support::{Folder, golden};

fn folder(expected: &[&str], end: &str) -> Folder {
    let talk: String = expected
        .iter()
        .enumerate()
        .map(|(turn, text)| {
            format!("  - {{user: user, says: turn {turn}}}\n  - expect: {{app: bot, sends: {text}}}\n    as: answer{turn}\n")
        })
        .collect();
    let text = format!(
        "scenario: play\nworld: {{apps: {{bot: {{start: \"${{env.TINY_BOT}} slow 0\"}}}}}}\nsteps:\n{talk}{end}"
    );
    Folder::with("play.yaml", &text)
}

/// What does not depend on who is faster.
fn certain(text: &str) -> String {
    text.lines().filter(|line| !line.contains("tiny-bot sent")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn two_changed_texts_are_told_at_once_over_one_transcript() {
    let folder = folder(&["Never", "At last!", "Not at all"], "");
    let ended = folder.run(&["run", "play.yaml", "--report", "json=out.json,junit=out.xml"]);
    assert_eq!(ended.code, Some(1));
    golden("marks", &certain(&ended.told()));
    let text = std::fs::read_to_string(folder.path("out.json")).expect("a report");
    let finished = text.lines().find(|line| line.contains("scenario_finished")).expect("it is told");
    let report: Value = serde_json::from_str(finished).expect("it is JSON");
    let failures = report["failure"]["failures"].as_array().expect("a list");
    let lines: Vec<_> = failures.iter().map(|failure| failure["line"].as_u64()).collect();
    assert_eq!(lines, [Some(5), Some(11)]);
    assert!(
        failures.iter().all(|failure| failure["text"].as_str().is_some_and(|text| text.contains("At last!")))
    );
    let xml = std::fs::read_to_string(folder.path("out.xml")).expect("a report");
    assert_eq!(xml.matches("<failure ").count(), 1, "{xml}");
    assert!(xml.contains("Never") && xml.contains("Not at all"), "{xml}");
}

#[test]
fn what_came_in_place_of_the_expected_message_is_captured() {
    let end = "  - {user: user, says: again}\n  - expect: {app: bot, sends: '${answer0.message.text}, and again'}\n";
    let told = folder(&["Never"], end).run(&["run", "play.yaml"]).told();
    assert!(told.contains("expected \"At last!, and again\", got \"At last!\""), "{told}");
}

#[test]
fn anything_but_a_message_that_differs_stops() {
    let end = "  - expect: {folder: spam, within: 10ms}\n  - {user: user, says: never played}\n";
    let told = folder(&["Never"], end).run(&["run", "play.yaml"]).told();
    assert!(told.contains("Never") && told.contains("folder"), "{told}");
    assert!(!told.contains("says “never played”"), "{told}");
}

#[test]
fn fail_fast_stops_at_the_first() {
    let told = folder(&["Never", "Not at all"], "").run(&["run", "play.yaml", "--fail-fast"]).told();
    assert_eq!(told.matches("error: ").count(), 1, "{told}");
    assert!(!told.contains("turn 1"), "{told}");
}

#[test]
fn twenty_marks_are_enough() {
    let told = folder(&["Never"; 25], "").run(&["run", "play.yaml"]).told();
    assert_eq!(told.matches("error: expected a message").count(), 20, "{told}");
    assert!(told.contains("the scenario stops after 20 differences"), "{told}");
    assert!(!told.contains("turn 20"), "{told}");
}

#[test]
fn control_that_was_passed_in_another_way_is_not_waited_for_any_longer() {
    let text = "scenario: play\nworld: {apps: {bot: {start: \"${env.TINY_BOT} calls 0 pass_thread_control \
                target_app_id=263902037430900&metadata=old\"}}}\ntimeouts: {reply: 60s}\nsteps:\n  \
                - {user: user, says: help}\n  - expect: {app: bot, passes_control: {metadata: new}}\n";
    let ended = Folder::with("play.yaml", text).run(&["run", "play.yaml"]);
    let told = ended.told();
    assert!(told.contains("it was done in another way, and nothing more is under way"), "{told}");
    assert!(told.contains("expected \"new\", got \"old\""), "{told}");
}
