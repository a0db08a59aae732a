//! A scenario that does not come out as it says: what is shown, and the command that shows it again.

use std::process::{Command, Stdio};

use crate::support::{Ended, Folder, binary, finish, golden};

/// Runs the scenario, which must fail, and the command that it prints, which must fail in the same way.
#[track_caller]
fn fails(name: &str, more: &str, steps: &str) -> Ended {
    let folder = Folder::scenario(name, more, steps);
    // One whose name goes on must not be run by the printed command.
    folder.write("play.yaml", {
        let text = std::fs::read_to_string(folder.path("play.yaml")).expect("it was written");
        format!("{text}---\nscenario: {name} and more\nworld: desk.world.yaml\nsteps:\n  - note: nothing\n")
    });
    let first = folder.run(&["run", "play.yaml"]);
    assert_eq!(first.code, Some(1), "{}", first.told());
    assert!(first.stdout.contains("2 scenarios: 1 passed, 1 failed"), "{}", first.told());
    let again = first.stdout.lines().find_map(|line| line.strip_prefix("run it again: "));
    let again = again.unwrap_or_else(|| panic!("no command in {}", first.stdout));
    let path = std::env::join_paths(
        std::iter::once(binary().parent().expect("a folder").to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", again]).current_dir(folder.path(".")).env("PATH", path.expect("a path"));
    let second = finish(shell.env("TINY_BOT", crate::support::TINY_BOT).stdin(Stdio::null()));
    assert_eq!(second.code, Some(1), "{again}\n{}", second.told());
    assert!(second.stdout.contains("1 scenario: 0 passed, 1 failed"), "{again}\n{}", second.told());
    let problem = |ended: &Ended| {
        let text = ended.stdout.split_once("error: ").map(|(_, text)| text.to_owned());
        let text = text.unwrap_or_else(|| panic!("no error in {}", ended.stdout));
        text.split("owner of").next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        crate::slow::without_gap(&problem(&first)),
        crate::slow::without_gap(&problem(&second)),
        "{again}"
    );
    second
}

#[track_caller]
pub(crate) fn shows(name: &str, steps: &str) {
    let ended = fails(name, "timeouts: {reply: 400ms}\n", steps);
    golden(&format!("failure-{}", name.replace(' ', "-")), &ended.told());
}

#[test]
fn wrong_text() {
    shows(
        "wrong text",
        "  - user: ana\n    says: I like tea\n  - expect: {app: shopbot, sends: {text: \"You said: I like coffee\"}}\n",
    );
}

#[test]
fn wrong_target_of_control() {
    shows(
        "wrong target",
        "  - user: ana\n    says: human\n  - expect: {app: shopbot, sends: {text: {contains: passing you on}}}\n  \
         - expect: {app: shopbot, passes_control: {to: inbox}}\n",
    );
}

#[test]
fn webhook_on_the_wrong_channel() {
    shows(
        "wrong channel",
        "  - expect: {webhook: livechat, channel: messaging, event: {message: {text: hello}}}\n",
    );
}

#[test]
fn webhook_that_never_comes() {
    shows("no such webhook", "  - expect: {webhook: shopbot, event: {pass_thread_control: {any: true}}}\n");
}

#[test]
fn call_that_never_comes() {
    shows("no such call", "  - expect: {app: livechat, takes_control: true}\n");
    shows("no other call", "  - expect: {app: shopbot, sends: true, refused: true}\n");
}

#[test]
fn message_that_never_comes() {
    shows("no such message", "  - expect: {app: shopbot, sends: {text: bye}}\n");
}

#[test]
fn message_of_another_app() {
    shows(
        "wrong sender",
        "  - user: ana\n    says: tea\n  - expect: {app: livechat, sends: \"You said: tea\"}\n",
    );
}

#[test]
fn wrong_owner() {
    shows("wrong owner", "  - expect: {owner: livechat}\n");
}

#[test]
fn wrong_folder() {
    shows("wrong folder", "  - expect: {folder: spam}\n");
}

#[test]
fn wrong_window() {
    shows("wrong window", "  - expect: {window: closed}\n");
}

#[test]
fn nothing_disturbed() {
    shows("nothing disturbed", "  - user: ana\n    says: tea\n  - expect: {nothing: true, for: 5s}\n");
}

#[test]
fn never_broken() {
    shows(
        "never broken",
        "  - never: {app: shopbot, passes_control: {to: livechat}}\n  - user: ana\n    says: human\n  \
         - expect: {app: shopbot, sends: {text: {contains: passing you on}}}\n  - expect: {owner: livechat}\n",
    );
}

#[test]
fn refused_expected_but_accepted() {
    shows("refused expected", "  - app: shopbot\n    sends: Me again\n    refused: {code: 10}\n");
}

#[test]
fn accepted_expected_but_refused() {
    shows("accepted expected", "  - app: livechat\n    sends: May I?\n");
}

#[test]
fn refused_with_another_subcode() {
    shows(
        "another subcode",
        "  - app: livechat\n    sends: May I?\n    refused: {code: 10, subcode: 2018278, message: {contains: window}}\n",
    );
}

#[test]
fn another_answer() {
    shows(
        "another answer",
        "  - app: livechat\n    asks_owner: true\n    answers: {data: [{thread_owner: {app_id: \"${livechat.id}\"}}]}\n",
    );
}

#[test]
fn unread_message_at_the_end() {
    // The call comes behind the message, so the message is there for sure when the scenario ends.
    shows(
        "unread message",
        "  - user: ana\n    says: human\n  - expect: {app: shopbot, passes_control: {to: livechat}}\n",
    );
}

#[test]
fn a_tap_on_what_is_not_there() {
    // A button stays; a quick reply is gone once the person has written something else.
    shows(
        "invisible tap",
        "  - user: ana\n    says: menu\n  - expect: {app: shopbot, sends: true}\n  - user: ana\n    taps: \
         Opening hour\n",
    );
    shows(
        "quick reply gone",
        "  - user: ana\n    says: size\n  - expect: {app: shopbot, sends: true}\n  - user: ana\n    says: \
         never mind\n  - expect: {app: shopbot, sends: true}\n  - user: ana\n    taps: Small\n",
    );
}

#[test]
fn unexpected_refusal_at_the_end() {
    let folder = Folder::with(
        "play.yaml",
        "scenario: unexpected refusal\nworld:\n  page: {primary_receiver: desk}\n  apps:\n    desk: {}\n    \
         rude: {start: \"${env.TINY_BOT} rude\", fields: [messages, standby]}\n  people: {ana: {}}\n\
         timeouts: {quiet: 2s}\nsteps:\n  - user: ana\n    says: hello\n  - expect: {owner: desk}\n",
    );
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1));
    golden("failure-unexpected-refusal", &ended.told());
    let text = std::fs::read_to_string(folder.path("play.yaml")).expect("it was written");
    folder.write("play.yaml", format!("unread: allow\n{text}"));
    assert_eq!(folder.run(&["run", "play.yaml"]).code, Some(0), "unread: allow lets it pass");
}

#[test]
fn clock_that_would_go_back() {
    let steps = "  - clock: {to: \"2020-01-01T00:00:00Z\"}\n";
    let folder = Folder::scenario("back in time", "", steps);
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1));
    golden("failure-clock-back", &ended.told());
}

#[test]
fn echo_whose_channel_was_decided_anew() {
    let folder = Folder::with(
        "play.yaml",
        "scenario: echo after passing\nworld:\n  page: {primary_receiver: shopbot}\n  apps:\n    shopbot:\n      \
         start: ${emulator.bin} demo-bot --acknowledge last\n      \
         fields: [messages, messaging_handovers, standby, message_echoes]\n    livechat: {}\n  people: {ana: {}}\n\
         timeouts: {reply: 400ms}\nsteps:\n  - user: ana\n    says: hello\n  \
         - expect: {app: shopbot, sends: {text: {starts_with: Hello!}}}\n  - user: ana\n    says: human\n  \
         - expect: {app: shopbot, sends: {text: {contains: passing you on}}}\n  \
         - expect: {webhook: shopbot, channel: messaging, event: {message: {text: {contains: passing you on}}}}\n",
    );
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1));
    golden("failure-echo-on-standby", &ended.told());
}
