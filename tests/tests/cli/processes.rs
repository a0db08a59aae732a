//! Bots that steps stop and start, and bots that end or hang by themselves.

use crate::support::{Ended, Folder, golden};

/// A scenario with the tiny bot, played by these steps behind a first message that is answered.
fn scenario(how: &str, name: &str, more: &str, steps: &str) -> String {
    format!(
        "scenario: {name}\nworld:\n  apps: {{shopbot: {{start: \"${{env.TINY_BOT}} {how} 0\"}}}}\n  \
         people: {{ana: {{}}}}\n{more}steps:\n  - user: ana\n    says: hello\n  \
         - expect: {{app: shopbot, sends: At last!}}\n{steps}"
    )
}

fn run(how: &str, more: &str, steps: &str) -> Ended {
    Folder::with("play.yaml", &scenario(how, "play", more, steps)).run(&["run", "play.yaml"])
}

/// What does not depend on who was faster: the bot with its words or its end with its deliveries.
fn certain(ended: &Ended) -> String {
    let chance = |line: &&str| !line.contains("tiny-bot sent") && !line.contains(" to shopbot failed (try ");
    ended.told().lines().filter(chance).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_webhook_is_tried_again_when_its_bot_is_back() {
    let steps = "  - bot: shopbot\n    stops: true\n  - user: ana\n    says: are you there?\n  \
                 - expect: {webhook: shopbot, event: {message: {text: are you there?}}, acknowledged: false}\n  \
                 - clock: +5s\n  - bot: shopbot\n    starts: true\n  - clock: +1h\n  \
                 - expect: {app: shopbot, sends: At last!}\n  - bot: shopbot\n    restarts: true\n  \
                 - user: ana\n    says: and now?\n  - expect: {app: shopbot, sends: At last!}\n";
    let ended = run("slow", "", steps);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn the_port_of_a_stopped_bot_is_closed_and_taken() {
    let steps = "  - bot: shopbot\n    stops: true\n  - user: ana\n    says: hello?\n  \
                 - expect: {app: shopbot, sends: true, within: 300ms}\n";
    let ended = run("slow", "", steps);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("Connection refused"), "{}", ended.told());
    assert!(
        ended.stdout.contains("last output of the bot `shopbot`, which a step has stopped:"),
        "{}",
        ended.told()
    );
}

#[test]
fn what_a_step_cannot_do_with_a_bot_is_said() {
    let mut all = String::new();
    for (name, steps) in [
        ("starts one that runs", "  - bot: shopbot\n    starts: true\n"),
        ("stops one twice", "  - bot: shopbot\n    stops: true\n  - bot: shopbot\n    stops: true\n"),
    ] {
        let ended = run("slow", "", steps);
        assert_eq!(ended.code, Some(1), "{name} {}", ended.told());
        all.extend([format!("===== {name}\n{}", certain(&ended))]);
    }
    golden("process-orders", &all);
}

#[test]
fn a_bot_that_does_not_come_back_is_unreachable() {
    let folder = Folder::with(
        "bot.sh",
        "test -e gone && { echo I am tired >&2; exit 4; }\ntouch gone\nexec \"$TINY_BOT\" slow 0\n",
    );
    let text = scenario("slow", "play", "", "  - bot: shopbot\n    restarts: true\n");
    folder.write("play.yaml", text.replace("\"${env.TINY_BOT} slow 0\"", "sh bot.sh"));
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(3), "{}", ended.told());
    golden("process-gone", &certain(&ended));
}

#[test]
fn a_scenario_that_stops_its_bot_disturbs_nobody() {
    let steps = "  - bot: shopbot\n    stops: true\n  - expect: {nothing: true, for: 400ms}\n  \
                 - bot: shopbot\n    starts: true\n";
    let folder = Folder::with("stops.yaml", &scenario("slow", "stops", "", steps));
    let greets =
        "  - user: ana\n    says: hello again\n  - expect: {app: shopbot, sends: At last!}\n".repeat(20);
    for number in 0..4 {
        folder.write(&format!("{number}.yaml"), scenario("slow", "greets", "", &greets));
    }
    let ended = folder.run(&["run", "."]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn a_bot_that_ends_is_told_at_once_and_there_again_for_the_next_scenario() {
    let dies = "  - user: ana\n    says: die\n  - expect: {app: shopbot, sends: At last!, within: 300s}\n";
    let folder = Folder::with("1.yaml", &scenario("mortal", "dies", "", dies));
    folder.write("2.yaml", scenario("mortal", "lives", "", ""));
    let ended = folder.run(&["run", ".", "--serial"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(ended.stdout.contains("2 scenarios: 1 passed, 1 failed"), "{}", ended.told());
    golden("process-dies", &certain(&ended));
}

#[test]
fn every_scenario_that_runs_when_a_bot_ends_is_told() {
    // Nothing but the end of the bot ends the first one, and it has begun when the bot answers it.
    let waits = "  - expect: {app: shopbot, sends: true, within: 300s}\n";
    let folder = Folder::with("waits.yaml", &scenario("mortal", "waits", "", waits));
    let dies = "  - expect: {nothing: true, for: 2s}\n  - user: ana\n    says: die\n  \
                - expect: {app: shopbot, sends: true, within: 300s}\n";
    folder.write("dies.yaml", scenario("mortal", "dies", "", dies));
    let ended = folder.run(&["run", "."]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(ended.stdout.contains("2 scenarios: 0 passed, 2 failed"), "{}", ended.told());
    let told = "error: the bot `shopbot` has ended by itself (exit status: 9)";
    assert_eq!(ended.stdout.matches(told).count(), 2, "{}", ended.told());
    assert_eq!(ended.stdout.matches("tiny-bot dies of die").count(), 2, "{}", ended.told());
}

#[test]
fn a_bot_may_end_where_a_step_starts_it_again() {
    for verb in ["starts", "restarts"] {
        let steps = format!(
            "  - user: ana\n    says: die\n  - bot: shopbot\n    {verb}: true\n  - user: ana\n    \
             says: hello again\n  - expect: {{app: shopbot, sends: At last!}}\n"
        );
        let ended = run("mortal", "unread: allow\ndeliveries: allow\n", &steps);
        assert_eq!(ended.code, Some(0), "{verb} {}", ended.told());
    }
}

#[test]
fn a_bot_that_hangs_is_named_in_the_failure() {
    let steps =
        "  - user: ana\n    says: please hang\n  - expect: {app: shopbot, sends: true, within: 300ms}\n";
    let ended = run("deaf", "", steps);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    golden("process-hangs", &certain(&ended));
}
