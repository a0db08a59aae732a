//! What bots call as they start belongs to their stage: it is there for every scenario, and a refusal is told with each.

use std::fs;

use crate::support::{Folder, golden};

/// Scenarios of a bot that installs itself for reads, some time after it listens.
fn folder(edge: &str, parameters: &str, more: &str) -> Folder {
    let folder = Folder::new();
    for name in ["one", "two", "three"] {
        let text = format!(
            "scenario: {name}\nworld: {{apps: {{bot: {{start: \"${{env.TINY_BOT}} sets-up 0-300 {edge} {parameters}\", \
             fields: [messages]}}}}}}\n{more}steps:\n  - {{user: user, says: hello}}\n  \
             - expect: {{app: bot, sends: At last!}}\n"
        );
        folder.write(&format!("{name}.yaml"), text);
    }
    folder
}

/// A journal without what is different in each run.
fn journal(folder: &Folder, path: &str) -> String {
    let text = fs::read_to_string(folder.path(path)).expect("a journal");
    let without_wall = |line: &str| line.split(",\"wall\":").next().unwrap_or_default().to_owned();
    text.lines().skip(1).map(without_wall).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_a_bot_sets_up_after_it_listens_is_there_for_each_scenario_with_any_number_of_jobs() {
    let folder = folder("subscribed_apps", "subscribed_fields=messages,message_reads", "");
    for name in ["one", "two", "three"] {
        let path = folder.path(&format!("{name}.yaml"));
        let text = fs::read_to_string(&path).expect("the scenario");
        let reads = "  - {user: user, reads: true}\n  - expect: {webhook: bot, event: {read: {any: true}}}\n";
        fs::write(path, format!("{text}{reads}")).expect("it can be written");
    }
    let mut journals = Vec::new();
    for (run, jobs) in ["1", "8", "1", "8"].into_iter().enumerate() {
        let into = format!("journals-{run}");
        let ended = folder.run(&["run", ".", "--jobs", jobs, "--journal", &into]);
        assert_eq!(ended.code, Some(0), "{}", ended.told());
        journals.push(
            ["one", "two", "three"].map(|name| journal(&folder, &format!("{into}/{name}/{name}.jsonl"))),
        );
    }
    assert!(journals.windows(2).all(|pair| pair[0] == pair[1]), "{journals:#?}");
}

#[test]
fn a_refusal_fails_each_scenario_of_that_bot_and_no_other() {
    let folder = folder("no_such_edge", "x=1", "");
    folder.write("other.yaml", "scenario: other\nsteps:\n  - {user: user, says: hello}\n");
    let ended = folder.run(&["run", "."]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("4 scenarios: 1 passed, 3 failed"), "{}", ended.told());
    let one = folder.run(&["run", "one.yaml"]);
    // Whether the bot still got to say what it was answered depends on who is faster.
    let certain = |line: &&str| !line.contains("tiny-bot sent");
    golden("set-up-refused", &one.told().lines().filter(certain).collect::<Vec<_>>().join("\n"));
}

#[test]
fn who_allows_unexpected_refusals_allows_those_as_well() {
    let ended = folder("no_such_edge", "x=1", "unread: allow\n").run(&["run", "."]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn a_failure_for_another_reason_says_what_was_refused_as_the_bot_started() {
    let folder = folder("no_such_edge", "x=1", "");
    let text = fs::read_to_string(folder.path("one.yaml")).expect("the scenario");
    folder.write("one.yaml", text.replace("At last!", "Never"));
    let ended = folder.run(&["run", "one.yaml"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.told().contains("refused as the bot started: bot calls POST /me/no_such_edge"),
        "{}",
        ended.told()
    );
}

#[test]
fn a_call_that_names_nobody_belongs_to_a_scenario_that_plays_alone() {
    let steps = "steps:\n  - {user: user, says: hello}\n  - expect: {app: bot, calls: {method: POST, path: me/no_such_edge}, \
                 refused: true}\n";
    let world = "world: {apps: {bot: {start: \"${env.TINY_BOT} unnamed 0\"}}}\n";
    let alone = Folder::with("play.yaml", &format!("scenario: play\nalone: true\n{world}{steps}"));
    let ended = alone.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let beside =
        Folder::with("play.yaml", &format!("scenario: play\ntimeouts: {{reply: 500ms}}\n{world}{steps}"));
    let ended = beside.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(ended.told().contains("alone: true"), "{}", ended.told());
}
