//! A clock that moves waits for the bots that something was sent to, at each instant of the move.

use std::fs;

use crate::support::{Folder, Serve, TINY_BOT, golden};

/// A message that the bot gets while the clock moves over a day, since it was down at first.
fn jump(how: &str, name: &str, expected: &str) -> String {
    format!(
        "scenario: {name}\nworld: {{apps: {{bot: {{start: \"{how}\"}}}}}}\nsteps:\n  \
         - {{bot: bot, stops: true}}\n  - {{user: user, says: hello}}\n  \
         - expect: {{webhook: bot, acknowledged: false}}\n  - {{bot: bot, starts: true}}\n  - clock: +24h\n  \
         - expect: {{app: bot, sends: {expected}, within: 1s}}\n"
    )
}

#[test]
fn a_bot_that_answers_first_and_works_afterwards_answers_before_the_clock_goes_on() {
    let bots = [
        ("works", "${env.TINY_BOT} slow 5-200", "At last!"),
        ("types", "${env.TINY_BOT} types 5-200", "At last!"),
        ("demo", "${emulator.bin} demo-bot", "{text: {contains: demo bot}}"),
    ];
    let folder = Folder::new();
    for (name, how, expected) in bots {
        folder.write(&format!("{name}.yaml"), jump(how, name, expected));
    }
    for jobs in ["1", "8"] {
        let ended = folder.run(&["run", ".", "--repeat", "3", "--jobs", jobs]);
        assert_eq!(ended.code, Some(0), "{}", ended.told());
    }
}

#[test]
fn a_bot_that_works_for_longer_than_anybody_waits_is_late_and_not_wrong() {
    let folder = Folder::with("play.yaml", &jump("${env.TINY_BOT} slow 1500", "play", "At last!"));
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    let told = ended.told();
    assert_eq!(told.matches("gap ").count(), 1, "the gap is said once: {told}");
    assert!(told.contains("error: late: the bot was still working when the clock moved (gap 1"), "{told}");
    assert!(!told.contains("expected a message"), "the expectation is not to blame: {told}");
}

#[test]
fn what_comes_too_late_is_late_whatever_other_expectation_it_would_break() {
    let steps = "  - {user: user, says: hello}\n  - clock: +1h\n  - {user: user, says: and?}\n  \
                 - expect: {app: bot, sends: Something else}\n";
    let text = format!(
        "scenario: play\nworld: {{apps: {{bot: {{start: \"${{env.TINY_BOT}} slow 700\"}}}}}}\nsteps:\n{steps}"
    );
    let ended = Folder::with("play.yaml", &text).run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    let told = ended.told();
    assert!(told.contains("error: late: the bot was still working"), "{told}");
    assert!(!told.contains("something else came first"), "{told}");
}

#[test]
fn a_bot_that_says_nothing_to_one_event_is_not_late_with_what_it_says_to_the_next() {
    let play = |people: &str, steps: &str| {
        let text = format!(
            "scenario: play\nworld: {{apps: {{bot: {{start: \"${{env.TINY_BOT}} relays 0\"}}}}, people: {{{people}}}}}\nsteps:\n  \
             - {{user: ana, says: thanks}}\n  - clock: +1h\n{steps}"
        );
        Folder::with("play.yaml", &text).run(&["run", "play.yaml"])
    };
    let same = play("ana: {}", "  - {user: ana, says: relay}\n  - expect: {app: bot, sends: At last!}\n");
    assert_eq!(same.code, Some(0), "{}", same.told());
    let because_of_another =
        "  - {user: bo, says: relay}\n  - expect: {app: bot, of: ana, sends: At last!}\n";
    let other = play("ana: {}, bo: {}", because_of_another);
    assert_eq!(other.code, Some(0), "{}", other.told());
    let wrong = play("ana: {}", "  - {user: ana, says: relay}\n  - expect: {app: bot, sends: Never}\n");
    assert!(wrong.told().contains("expected \"Never\", got \"At last!\""), "{}", wrong.told());
}

#[test]
fn all_that_is_due_at_one_instant_goes_out_together() {
    let people: Vec<String> = (0..40).map(|number| format!("p{number}")).collect();
    let said: String = people.iter().map(|name| format!("  - {{user: {name}, says: hello}}\n")).collect();
    let heard: String = people
        .iter()
        .map(|name| format!("  - expect: {{app: bot, of: {name}, sends: At last!, within: 1s}}\n"))
        .collect();
    let listed: Vec<String> = people.iter().map(|name| format!("{name}: {{}}")).collect();
    let text = format!(
        "scenario: play\nworld: {{apps: {{bot: {{start: \"${{env.TINY_BOT}} together 300 40\"}}}}, people: {{{}}}}}\nsteps:\n  \
         - {{bot: bot, stops: true}}\n{said}  - {{bot: bot, starts: true}}\n  - clock: +24h\n{heard}",
        listed.join(", ")
    );
    // The bot answers nobody before all forty have written, so it would hang if they came one after the other.
    let folder = Folder::with("play.yaml", &text);
    let ended = folder.run(&["run", "play.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let journal = fs::read_to_string(folder.path("journals/play/play.jsonl")).expect("a journal");
    let acknowledged = journal.lines().filter(|line| line.contains("\"result\":\"acknowledged\"")).count();
    assert_eq!(acknowledged, 40);
}

#[test]
fn two_bots_that_answer_each_other_without_end_are_named() {
    let text = "scenario: play\nworld:\n  apps:\n    one: {start: \"${env.TINY_BOT} echoes 0\", fields: [messages, message_echoes]}\n    \
                two: {start: \"${env.TINY_BOT} echoes 0\", fields: [messages, message_echoes]}\nunread: allow\nsteps:\n  \
                - {user: user, says: hello}\n  - clock: +1h\n";
    let ended = Folder::with("play.yaml", text).run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    let told = ended.told();
    assert!(told.contains("`one` and `two` to stop: 1"), "{told}");
    assert!(told.contains("deliveries in the conversation of user, each because of another"), "{told}");
}

#[test]
fn what_a_late_bot_did_is_shown_with_the_failure() {
    let ended = Folder::with("play.yaml", &jump("${env.TINY_BOT} slow 1500", "play", "At last!"))
        .run(&["run", "play.yaml"]);
    let gone = |line: &&str| {
        ["gap ", "quiet: ", "failed (try", "tiny-bot sent"].iter().all(|chance| !line.contains(chance))
    };
    let told: Vec<&str> = ended.stdout.lines().filter(gone).collect();
    golden("late-after-jump", &told.join("\n"));
}

#[test]
fn serve_says_of_a_call_that_it_is_late() {
    let folder = Folder::with("emulator.yaml", "apps: {bot: {start: \"${env.TINY_BOT} slow 1500\"}}\n");
    let serve = Serve::start(&folder, &[]);
    serve.process.prints("bot is ready");
    serve.post("/_emulator/steps", "{user: user, says: hello}");
    serve.post("/_emulator/steps", "{clock: +1h}");
    serve.process.prints("[late: an answer to ");
}

#[test]
fn say_prints_the_first_answer_of_a_bot_that_works_after_it_has_acknowledged() {
    let folder = Folder::new();
    folder.write("emulator.yaml", format!("apps: {{bot: {{start: [{TINY_BOT:?}, slow, '200']}}}}"));
    let serve = Serve::start(&folder, &[]);
    serve.process.prints("bot is ready: its webhook passed the verification");
    let said = folder.run(&["say", "hello", "--url", &serve.url]);
    assert!(said.stdout.contains("user gets “At last!”"), "{}", said.told());
}
