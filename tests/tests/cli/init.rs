//! `init`, `schema` and what a program reads of `check`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Folder, binary, finish, golden};

/// Every file below a folder, by its path.
fn files(folder: &Folder) -> Vec<String> {
    fn collect(path: &Path, below: &Path, all: &mut Vec<String>) {
        for entry in fs::read_dir(path).expect("a folder").flatten() {
            if entry.path().is_dir() {
                collect(&entry.path(), below, all);
            } else {
                all.push(entry.path().strip_prefix(below).expect("it is below").display().to_string());
            }
        }
    }
    let mut all = Vec::new();
    collect(&folder.path(""), &folder.path(""), &mut all);
    all.sort();
    all
}

#[test]
fn what_init_writes_passes_at_once_and_is_not_written_twice() {
    let folder = Folder::new();
    let first = folder.run(&["init"]);
    golden("init", &first.told());
    assert_eq!(first.code, Some(0));
    let written = files(&folder);
    assert_eq!(
        written,
        [
            ".github/workflows/messenger-emulator.yml",
            "emulator.yaml",
            "scenario.schema.json",
            "scenarios/first.yaml"
        ]
    );
    for name in [&written[0], &written[1], &written[3]] {
        let text = fs::read_to_string(folder.path(name)).expect("it can be read");
        golden(&format!("init-{}", name.rsplit('/').next().expect("a name")), &text);
    }
    assert_eq!(folder.run(&["check", "."]).code, Some(0));
    let run = folder.run(&["run", "scenarios"]);
    assert_eq!(run.code, Some(0), "{}", run.told());

    folder.write("emulator.yaml", "page: {name: Mine}\n");
    fs::remove_file(folder.path("scenario.schema.json")).expect("it is there");
    let again = folder.run(&["init"]);
    assert_eq!(again.code, Some(2));
    golden("init-again", &again.told());
    assert_eq!(
        fs::read_to_string(folder.path("emulator.yaml")).expect("it is there"),
        "page: {name: Mine}\n"
    );
    assert_eq!(files(&folder).len(), 3, "nothing was written");
}

#[test]
fn the_machines_of_the_workflow_share_all_scenarios() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["init"]).code, Some(0));
    let job =
        fs::read_to_string(folder.path(".github/workflows/messenger-emulator.yml")).expect("it is there");
    let list = |line: &str| -> Vec<String> {
        let list = line.split_once('[').and_then(|(_, rest)| rest.split_once(']')).expect("a list").0;
        list.split(", ").map(str::to_owned).collect()
    };
    let matrix = list(job.lines().find(|line| line.trim().starts_with("shard: [")).expect("a matrix"));
    assert_eq!(matrix, ["1/1"]);
    let shared = list(
        job.lines().find(|line| line.contains("share the scenarios among three")).expect("how to share"),
    );
    // The command of the job, as each machine of a matrix runs it.
    let command = job.lines().find(|line| line.contains("messenger-emulator run")).expect("a command");
    let command = command.split_once("messenger-emulator ").expect("a command").1;
    let text = fs::read_to_string(folder.path("scenarios/first.yaml")).expect("it is there");
    let name = text.lines().find(|line| line.starts_with("scenario:")).expect("a name").to_owned();
    for number in 0..8 {
        folder.write(
            &format!("scenarios/more{number}.yaml"),
            text.replace(&name, &format!("scenario: more {number}")),
        );
    }
    for (matrix, machines) in [(matrix, 1), (shared, 3)] {
        assert_eq!(matrix.len(), machines);
        let mut passed = 0;
        for shard in matrix {
            let command = command.replace("${{ matrix.shard }}", &shard);
            let ended = folder.run(&command.split(' ').collect::<Vec<_>>());
            assert_eq!(ended.code, Some(0), "{}", ended.told());
            passed += ended.stdout.lines().filter(|line| line.starts_with("ok ")).count();
        }
        assert_eq!(passed, 9);
    }
}

#[test]
fn a_bot_of_ones_own_is_started_by_its_command() {
    let folder = Folder::new();
    let ended = folder.run(&["init", "shop", "--bot", "${emulator.bin} demo-bot", "--ci", "gitlab"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    golden("init-bot", &ended.told());
    let world = fs::read_to_string(folder.path("shop/emulator.yaml")).expect("it is there");
    golden("init-bot-emulator.yaml", &world);
    let job = fs::read_to_string(folder.path("shop/.gitlab-ci.yml")).expect("it is there");
    golden("init-bot-gitlab-ci.yml", &job);
    assert_eq!(folder.run(&["check", "shop"]).code, Some(0), "a job is no scenario");
    let run = folder.run(&["run", "shop/scenarios"]);
    assert_eq!(run.code, Some(0), "{}", run.told());
}

#[test]
fn a_bot_that_runs_already_is_told_its_settings() {
    let folder = Folder::new();
    let ended = folder.run(&["init", "--webhook", "http://127.0.0.1:3000/webhook"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    golden("init-webhook", &ended.told());
    let world = fs::read_to_string(folder.path("emulator.yaml")).expect("it is there");
    golden("init-webhook-emulator.yaml", &world);
    let job =
        fs::read_to_string(folder.path(".github/workflows/messenger-emulator.yml")).expect("it is there");
    assert!(job.contains("write here how your bot is started"), "{job}");
    assert!(!job.contains("# BOT"), "{job}");
    assert_eq!(folder.run(&["check", "."]).code, Some(0));
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let folder = Folder::with("file", "no folder");
    // The folder of the scenarios cannot be made, when the world is written already.
    folder.write("half/scenarios", "no folder");
    let mut told = String::new();
    for arguments in [
        ["init", "file"].as_slice(),
        &["init", "half"],
        &["init", "quote", "--bot", "node 'bot.js"],
        &["init", "token", "--bot", "TOKEN=EAAabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJK node bot.js"],
        &["init", "bad", "--webhook", "https://shop.example/webhook"],
        &["init", "bad", "--webhook", "http://127.0.0.1:1/", "--bot", "node bot.js"],
    ] {
        let ended = folder.run(arguments);
        assert_eq!(ended.code, Some(2), "{}", ended.told());
        told.extend([ended.told()]);
    }
    // As on a disk that is full: the schema does not fit any more.
    let full = format!("trap '' XFSZ; ulimit -f 20; exec '{}' init full", binary().display());
    let mut shell = Command::new("sh");
    let ended = finish(shell.args(["-c", &full]).current_dir(folder.path("")));
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    told.extend([ended.told()]);
    golden("init-unwritten", &told);
    assert_eq!(files(&folder), ["file", "half/scenarios"]);
    for path in ["quote", "token", "bad", "full", "half/.github"] {
        assert!(!folder.path(path).exists(), "{path} is left");
    }
}

#[test]
fn the_schema_is_printed() {
    let folder = Folder::new();
    let ended = folder.run(&["schema"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let schema: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(schema, emulator_language::schema::schema());
}

#[test]
fn a_program_reads_what_check_says() {
    let folder = Folder::with("good.yaml", "scenario: good\nsteps:\n  - user: user\n    says: hello\n");
    folder.write("bad.yaml", "scenario: bad\nsteps:\n  - user: user\n    say: hello\n");
    let ended = folder.run(&["check", ".", "--format", "json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), ""));
    let said: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(
        said,
        json!({
            "files": 2,
            "scenarios": ["good/good"],
            "errors": [{
                "file": "bad.yaml",
                "start": {"line": 4, "column": 5},
                "end": {"line": 4, "column": 8},
                "message": "`say` is nothing that a person does",
                "label": "unknown key",
                "help": "did you mean `says`?",
                "notes": [],
            }],
        })
    );
    let ended = folder.run(&["check", "good.yaml", "--format", "json"]);
    assert_eq!(ended.code, Some(0));
    let said: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(said["errors"], json!([]));
}
