//! Beginning inside a conversation, and ending there.

use std::fs;

use crate::support::{Folder, PATIENCE, Process};

/// A conversation that a person takes over from the bot.
fn desk() -> Folder {
    Folder::scenario(
        "takes over",
        "",
        "  - user: ana\n    says: human\n    as: asks\n  \
         - expect: {app: shopbot, sends: {text: {starts_with: One moment}}}\n  - expect: {owner: livechat}\n  \
         - app: livechat\n    sends: I am here\n  - user: ana\n    says: thanks\n  \
         - app: livechat\n    passes_control: {to: shopbot}\n  \
         - expect: {app: shopbot, sends: {text: {starts_with: Welcome back}}}\n  \
         - user: ana\n    says: again\n  - expect: {app: shopbot, sends: \"You said: again\"}\n",
    )
}

/// The number of the entry that says this.
fn entry_of(journal: &str, text: &str) -> String {
    let line = journal.lines().find(|line| line.contains(text)).expect(text);
    let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
    line["seq"].to_string()
}

#[test]
fn what_leads_into_a_conversation_is_given() {
    let folder = desk();
    let ended = folder.run(&["run", "play.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let path = "journals/play/takes-over.jsonl";
    let journal = fs::read_to_string(folder.path(path)).expect("a journal");
    let from = entry_of(&journal, r#""verb":"sends","text":"I am here""#);
    let ended = folder.run(&["export", path, "--from", &from, "-o", "part.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let part = fs::read_to_string(folder.path("part.yaml")).expect("the part");
    let (head, steps) = part.split_once("steps:\n").expect("steps");
    let given = head.split_once("given:\n").expect("what is given").1;
    let expected = "  - user: ana\n    says: \"hello\"\n  - user: ana\n    says: \"human\"\n  \
                    - expect: {owner: livechat}\n  - expect: {folder: done}\n  - expect: {window: open}\n";
    assert_eq!(given, expected, "{part}");
    assert!(steps.starts_with("  - app: livechat\n    sends: \"I am here\"\n  - user: ana\n"), "{part}");
    let ended = folder.run(&["run", "part.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());

    // Where the bot does something else, it is the beginning that is wrong.
    folder.write("other.yaml", part.replace("says: \"human\"", "says: \"robot\""));
    let ended = folder.run(&["run", "other.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(ended.stdout.contains("the beginning came out otherwise: "), "{}", ended.told());

    // At a moment at which nothing goes on nothing is given, and behind the end there is nothing.
    let ended = folder.run(&["export", path, "--from", "1", "-o", "-"]);
    assert!(!ended.stdout.contains("given:"), "{}", ended.told());
    let ended = folder.run(&["export", path, "--from", "9999"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.stderr.contains("there is no step at entry 9999 or after it"), "{}", ended.told());
}

#[test]
fn what_comes_of_given_steps_is_not_judged_and_cannot_be_awaited() {
    let given = "given:\n  - user: ana\n    says: hello\n  - app: livechat\n    sends: I am not in control\n    \
                 refused: true\n  - expect: {owner: shopbot}\n";
    let text = format!(
        "scenario: begins later\nworld: desk.world.yaml\n{given}steps:\n  - user: ana\n    says: more\n  \
         - expect: {{app: shopbot, sends: \"You said: more\"}}\n"
    );
    let folder = Folder::with("play.yaml", &text);
    folder.write("desk.world.yaml", crate::support::DESK);
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(0), "the greeting was not missed: {}", ended.told());

    folder.write(
        "wrong.yaml",
        text.replace("  - expect: {owner: shopbot}\n", "  - expect: {app: shopbot, sends: Hello}\n"),
    );
    let ended = folder.run(&["check", "wrong.yaml"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.told().contains("what comes of the steps of `given` is not judged"), "{}", ended.told());

    let early = text.replace("given:\n", "given:\n  - expect: {owner: idle}\n");
    folder.write("early.yaml", early);
    let ended = folder.run(&["check", "early.yaml"]);
    assert!(ended.told().contains("a state stands at the end of `given`"), "{}", ended.told());
}

#[test]
fn a_run_stops_at_a_step_and_leaves_everything_as_it_is() {
    let folder = desk();
    let mut process = Process::start(&mut folder.command(&["run", "play.yaml", "--until", "asks", "--keep"]));
    process.prints("Ctrl-C ends it.");
    process.prints("1 scenario: 1 passed");
    let told = process.stderr();
    assert!(told.contains("kept as it was after that step of play/takes over"), "{told}");
    let url = told.lines().find_map(|line| line.strip_prefix("  emulator  ")).expect("a URL");
    let ended = folder.run(&["step", "--url", url, "expect: {owner: livechat}"]);
    assert_eq!(ended.code, Some(0), "the bot has answered, and nothing more was played: {}", ended.told());
    let ended = folder.run(&["step", "--url", url, "{user: ana, says: by hand}"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    process.signal("INT");
    assert_eq!(process.wait(PATIENCE).code(), Some(0));
}

#[test]
fn a_step_is_named_by_a_line_too() {
    let folder = desk();
    let text = fs::read_to_string(folder.path("play.yaml")).expect("the file");
    let line =
        |text_of_step: &str| 1 + text.lines().position(|line| line.contains(text_of_step)).expect("a line");
    let sends = line("sends: I am here");
    for until in [sends.to_string(), format!("play.yaml:{sends}"), "asks".to_owned()] {
        let ended = folder.run(&["run", ".", "--until", &until, "--journal", "journals"]);
        assert_eq!(ended.code, Some(0), "{until}: {}", ended.told());
        let journal = fs::read_to_string(folder.path("journals/play/takes-over.jsonl")).expect("a journal");
        assert_eq!(journal.contains("I am here"), until != "asks", "{until}");
        assert!(!journal.contains("thanks"), "{until}");
    }
    folder.write("twice.yaml", text.replace("takes over", "takes over again"));
    for (until, why) in [
        ("ask", "no step is called `ask` with `as:`\nhelp: did you mean `asks`?"),
        ("999", "no step stands on line 999\nhelp: steps begin on the lines 4, 6, "),
        ("none.yaml:4", "no step stands on line 4 of none.yaml\nhelp: name a file"),
        (
            "asks",
            "a step with `as: asks` stands in 2 scenarios:\n  play/takes over\n  twice/takes over again\nhelp: ",
        ),
    ] {
        let ended = folder.run(&["run", ".", "--until", until]);
        assert_eq!(ended.code, Some(2), "{until}: {}", ended.told());
        assert!(ended.stderr.contains(why), "{until}: {}", ended.told());
    }
}
