//! Files, folders and filters: what is wrong with them is said before anything starts. `check`.

use crate::support::{Folder, golden};

const GOOD: &str = "scenario: good\nsteps:\n  - user: user\n    says: hello\n";

#[track_caller]
fn refused(folder: &Folder, arguments: &[&str], name: &str) {
    let ended = folder.run(arguments);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert_eq!(ended.stdout, "", "nothing is run");
    golden(name, &ended.told());
}

#[test]
fn a_misspelt_key_ends_the_run_before_anything_starts() {
    let folder = Folder::with("a/good.yaml", GOOD);
    folder.write(
        "b/bad.yaml",
        "scenario: bad\nsteps:\n  - user: user\n    say: hello\n  - expct: {owner: bot}\n",
    );
    refused(&folder, &["run", "a", "b"], "file-misspelt-step");
    // The filter does not hide it.
    refused(&folder, &["run", ".", "--filter", "good"], "file-misspelt-step-filtered");
    folder.write("b/bad.yaml", "scenario: bad\nstepz:\n  - user: user\n    says: hello\n");
    refused(&folder, &["check", "b"], "file-misspelt-top");
    folder.write("b/bad.yaml", "scenari: bad\nsteps:\n  - user: user\n    says: hello\n");
    refused(&folder, &["check", "b"], "file-misspelt-scenario");
}

#[test]
fn what_never_ends_is_no_file() {
    let sends = |path: &str| {
        format!("scenario: s\nsteps:\n  - user: user\n    sends: {{image: {path}}}\n  - use: {path}\n")
    };
    let folder = Folder::with("a.yaml", &sends("/dev/zero"));
    folder.write("b.yaml", sends("."));
    refused(&folder, &["check", "."], "file-without-end");
}

#[test]
fn every_problem_of_every_file_is_shown() {
    let folder = Folder::with("a.yaml", "scenario: a\nsteps:\n  - user: usr\n    says: \"hi\n");
    folder.write("b.yaml", "");
    folder.write("c.yaml", b"scenario: \xff\nsteps: []\n");
    folder.write("d.yaml", "steps: []\n");
    folder.write(
        "e.yaml",
        "scenario: e\ntimeouts: {reply: soon}\nsteps:\n  - user: user\n    says: hi\n  - clock: -1h\n  \
         - expect: {owner: bott}\n  - expect: {app: bot, sends: {text: \"${mesage.text}\"}}\n",
    );
    refused(&folder, &["check", "."], "file-many-problems");
}

#[test]
fn a_world_that_cannot_be_set_up_ends_the_run_before_anything_starts() {
    let folder = Folder::with("good.yaml", GOOD);
    let world = |app: &str| {
        format!("scenario: bad\nworld: {{apps: {{bot: {app}}}}}\nsteps:\n  - user: user\n    says: hello\n")
    };
    folder.write("a.yaml", world("{webhook: wss://127.0.0.1:3000/webhook}"));
    folder.write("b.yaml", world("{webhook: http://shop.example/webhook}"));
    folder.write("c.yaml", world("{webhook: my webhook}"));
    folder.write("d.yaml", world("{start: \"node bot.js\", env: {OTHER: \"${livechat.id}\"}}"));
    folder.write("e.yaml", world("{start: \"node 'bot.js\"}"));
    folder.write("f.yaml", "scenario: f\nvars: {greeting: \"${nobody.name}\"}\nsteps:\n  - note: hi\n");
    refused(&folder, &["run", "."], "file-world-problems");
}

#[test]
fn a_problem_of_a_shared_world_is_shown_once() {
    let folder = Folder::with("a.yaml", &format!("{GOOD}world: w.yaml\n"));
    folder.write("b.yaml", format!("{GOOD}world: w.yaml\n"));
    folder.write("w.yaml", "apps: {bot: {webhook: nope}}\n");
    let ended = folder.run(&["check", "."]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(ended.stderr.matches("cannot be used").count(), 1, "{}", ended.stderr);
}

#[test]
fn paths_that_give_nothing() {
    let folder = Folder::with("here/good.yaml", GOOD);
    folder.write("empty/notes.txt", "no scenario");
    folder.write("worlds/w.yaml", "people: {ana: {}}\n");
    refused(&folder, &["run", "nowhere"], "path-unreadable");
    refused(&folder, &["check", "nowhere"], "path-unreadable");
    refused(&folder, &["run", "empty"], "path-empty");
    refused(&folder, &["check", "empty"], "path-empty-check");
    refused(&folder, &["run", "worlds"], "path-worlds");
    refused(&folder, &["run", "here", "empty", "--filter", "goodbye"], "filter-nothing");
    refused(&folder, &["run"], "no-path");
    refused(&folder, &["run", "here", "--jobs", "0"], "no-jobs");
    refused(&folder, &["run", "here", "--seed", "one"], "no-seed");
    for arguments in [
        ["run", "empty", "--allow-empty"].as_slice(),
        &["run", "here", "--filter", "goodbye", "--allow-empty"],
    ] {
        let ended = folder.run(arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        assert!(ended.stdout.ends_with("so nothing was run\n"), "{}", ended.stdout);
    }
}

#[test]
fn a_filter_takes_what_holds_it_or_the_one_that_is_it() {
    let scenario = |name: &str| GOOD.replace("good", name);
    let all = [scenario("tea"), scenario("tea and milk"), scenario("coffee")].join("---\n");
    let folder = Folder::with("menu.yaml", &all);
    for (filter, count) in [("tea", "2 scenarios"), ("menu/tea", "1 scenario"), ("menu", "3 scenarios")] {
        let ended = folder.run(&["run", ".", "--filter", filter]);
        assert!(ended.stdout.contains(&format!("{count}: ")), "{filter}: {}", ended.stdout);
    }
    let nested = folder.run(&["run", "menu.yaml", "--filter", "tea and"]);
    assert!(nested.stdout.starts_with("ok    menu/tea and milk ("), "{}", nested.stdout);
}

#[test]
fn hidden_folders_and_files_and_other_files_are_not_read() {
    let folder = Folder::with("a/good.yaml", GOOD);
    for path in [".git/bad.yaml", ".gitlab-ci.yml", "node_modules/x/bad.yaml", "a/readme.md"] {
        folder.write(path, "nonsense: [");
    }
    let ended = folder.run(&["check", "."]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "1 scenario in 1 file is in order\n"));
    folder.write("b/good.yml", GOOD);
    let ended = folder.run(&["check", "."]);
    assert_eq!(ended.stdout, "2 scenarios in 2 files are in order\n");
}

#[test]
fn a_skipped_scenario_is_told_with_its_reason() {
    let folder = Folder::with("good.yaml", &format!("{GOOD}skip: the bot cannot do that yet\n"));
    let ended = folder.run(&["run", "."]);
    assert_eq!(ended.code, Some(0));
    golden("skipped", &ended.told());
}
