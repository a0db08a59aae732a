//! Bots that work behind their answer.

use std::fs;

use crate::support::{Folder, golden};

fn folder(name: &str, timeouts: &str, steps: &str) -> Folder {
    let text = format!(
        "scenario: {name}\nworld: {{apps: {{bot: {{start: \"${{env.TINY_BOT}} slow 700\"}}}}}}\n{timeouts}steps:\n  \
         - user: user\n    says: hello\n{steps}"
    );
    Folder::with("play.yaml", &text)
}

/// The text without the length of real time that it names.
pub(crate) fn without_gap(text: &str) -> String {
    text.lines()
        .filter(|line| !line.contains("gap ") && !line.contains("quiet: "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn an_expectation_waits_for_a_bot_that_answers_first_and_sends_later() {
    let steps = "  - expect: {app: bot, sends: At last!}\n  - clock: +1h\n  - user: user\n    says: and?\n  \
                 - expect: {app: bot, sends: At last!}\n";
    let ended = folder("patient", "", steps).run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn a_bot_that_is_overtaken_by_the_clock_is_late() {
    let steps = "  - clock: +1h\n  - note: the bot is still busy\n  - expect: {app: bot, sends: At last!}\n";
    let ended = folder("overtaken", "timeouts: {quiet: 20ms}\n", steps).run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    // Whether the bot still got to say what it was answered depends on who is faster.
    let told: Vec<_> =
        ended.told().lines().filter(|line| !line.contains("tiny-bot sent")).map(str::to_owned).collect();
    golden("late", &told.join("\n"));
}

#[test]
fn a_longer_quiet_waits_before_the_clock_moves() {
    let steps = "  - clock: +1h\n  - expect: {app: bot, sends: At last!}\n";
    let folder = folder("in time", "timeouts: {quiet: 5s}\n", steps);
    let ended = folder.run(&["run", "play.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let journal = fs::read_to_string(folder.path("journals/play/in-time.jsonl")).expect("a journal");
    let at = |what: &str| journal.find(what).unwrap_or_else(|| panic!("no {what} in {journal}"));
    assert!(at("At last!") < at("\"kind\":\"clock\""), "{journal}");
}
