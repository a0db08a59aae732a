//! Nothing is lost by repeating a command: what is there is refused, or kept under another name.

use std::fs;
use std::path::Path;

use crate::support::{Folder, PATIENCE, Process, Serve, TINY_BOT, finish, until};

const SCENARIO: &str = "\
scenario: hi
world: {apps: {bot: {start: \"${emulator.bin} demo-bot\", fields: [messages]}}}
steps:
  - user: user
    says: hello
  - expect: {app: bot, sends: {text: {starts_with: Hello}}}
";

/// The names of the files in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn with_journal() -> Folder {
    let folder = Folder::with("hi.yaml", SCENARIO);
    let ended = folder.run(&["run", "hi.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    folder
}

#[test]
fn export_refuses_a_file_that_is_there() {
    let folder = with_journal();
    let export = ["export", "journals/hi/hi.jsonl", "-o", "whole.yaml"];
    assert_eq!(folder.run(&export).code, Some(0));
    folder.write("whole.yaml", "# my hand edits\n");
    let ended = folder.run(&export);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert_eq!(ended.stderr, "error: whole.yaml is there already; name another file, or remove it\n");
    assert_eq!(fs::read_to_string(folder.path("whole.yaml")).expect("it is there"), "# my hand edits\n");
    std::os::unix::fs::symlink("nowhere.yaml", folder.path("link.yaml")).expect("a link");
    let ended = folder.run(&["export", "journals/hi/hi.jsonl", "-o", "link.yaml"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(!folder.path("nowhere.yaml").exists());
}

#[test]
fn exports_at_the_same_time_write_a_file_once() {
    let folder = with_journal();
    let export = || {
        let mut command = folder.command(&["export", "journals/hi/hi.jsonl", "-o", "whole.yaml"]);
        Process::start(&mut command)
    };
    let mut all: Vec<Process> = (0..6).map(|_| export()).collect();
    let codes: Vec<Option<i32>> = all.iter_mut().map(|process| process.wait(PATIENCE).code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(2)).count(), 5, "{codes:?}");
    assert_eq!(names(&folder.path("")), ["hi.yaml", "journals", "whole.yaml"]);
}

#[test]
fn reports_and_journals_of_earlier_runs_are_kept() {
    let folder = Folder::with("hi.yaml", SCENARIO);
    let run =
        ["run", "hi.yaml", "--journal", "out/journals", "--report", "junit=out/junit.xml,json=out/run.jsonl"];
    let first = folder.run(&run);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{}", first.told());
    let read = |name: &str| fs::read_to_string(folder.path(name)).expect(name);
    let before = ["out/junit.xml", "out/run.jsonl", "out/journals/hi/hi.jsonl"].map(read);
    let second = folder.run(&run);
    assert_eq!(second.code, Some(0), "{}", second.told());
    assert_eq!(
        second.stderr,
        "kept the earlier out/run.jsonl as out/run.jsonl.1\n\
         kept the earlier out/journals/hi/hi.jsonl as out/journals/hi/hi.jsonl.1\n\
         kept the earlier out/junit.xml as out/junit.xml.1\n"
    );
    let kept = ["out/junit.xml.1", "out/run.jsonl.1", "out/journals/hi/hi.jsonl.1"].map(read);
    assert_eq!(kept, before);
    let third = folder.run(&run);
    assert!(third.stderr.contains("as out/junit.xml.2\n"), "{}", third.told());
    assert_eq!(["out/junit.xml.1", "out/run.jsonl.1", "out/journals/hi/hi.jsonl.1"].map(read), before);
    assert_eq!(
        names(&folder.path("out")),
        ["journals", "junit.xml", "junit.xml.1", "junit.xml.2", "run.jsonl", "run.jsonl.1", "run.jsonl.2"]
    );
}

#[test]
fn many_journals_that_are_kept_are_told_in_one_line() {
    let text: Vec<String> =
        (0..5).map(|number| SCENARIO.replace("scenario: hi", &format!("scenario: n{number}"))).collect();
    let folder = Folder::with("all.yaml", &text.join("---\n"));
    let run = ["run", "all.yaml", "--journal", "journals"];
    assert_eq!(folder.run(&run).stderr, "");
    let ended = folder.run(&run);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.told());
    assert!(
        ended.stderr.starts_with("kept 5 earlier journals under a number each, such as journals/all/n"),
        "{}",
        ended.told()
    );
    assert_eq!(names(&folder.path("journals/all")).len(), 10);
}

#[test]
fn runs_at_the_same_time_lose_no_report() {
    let folder = Folder::with("hi.yaml", SCENARIO);
    folder.write("junit.xml", "<earlier/>");
    let run = |seed: &str| {
        let mut command =
            folder.command(&["run", "hi.yaml", "--seed", seed, "--report", "junit=junit.xml,json=run.jsonl"]);
        Process::start(&mut command)
    };
    let mut all: Vec<Process> = ["11", "12", "13", "14"].into_iter().map(run).collect();
    for process in &mut all {
        assert_eq!(process.wait(PATIENCE).code(), Some(0), "{}", process.stderr());
    }
    let of = |stem: &str| {
        let names = names(&folder.path(""));
        let names = names.into_iter().filter(|name| name.starts_with(stem));
        names.map(|name| fs::read_to_string(folder.path(&name)).expect("a report")).collect::<Vec<_>>()
    };
    let (junit, lines) = (of("junit.xml"), of("run.jsonl"));
    assert_eq!((junit.len(), lines.len()), (5, 4));
    assert!(junit.contains(&"<earlier/>".to_owned()));
    for seed in ["11", "12", "13", "14"] {
        let wanted = format!("name=\"seed\" value=\"{seed}\"");
        assert_eq!(junit.iter().filter(|text| text.contains(&wanted)).count(), 1, "{seed}");
        let wanted = format!("\"seed\":{seed},");
        let whole = |text: &&String| {
            text.contains(&wanted) && text.lines().last().is_some_and(|line| line.contains("run_finished"))
        };
        assert_eq!(lines.iter().filter(whole).count(), 1, "{seed}");
    }
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_earlier_one() {
    let folder = Folder::with("hi.yaml", SCENARIO);
    folder.write("run.jsonl", "earlier\n");
    folder.write("junit.xml", "<earlier/>");
    // No file may grow beyond nothing, as on a full disk.
    let script = "ulimit -f 0; exec \"$@\"";
    let of = folder.command(&["run", "hi.yaml", "--report", "junit=junit.xml"]);
    let mut command = std::process::Command::new("bash");
    command.args(["-c", script, "bash"]).arg(of.get_program()).args(of.get_args());
    command.current_dir(folder.path("")).env("TINY_BOT", TINY_BOT).stdin(std::process::Stdio::null());
    let ended = finish(&mut command);
    assert_ne!(ended.code, Some(0), "{}", ended.told());
    assert_eq!(fs::read_to_string(folder.path("junit.xml")).expect("it is there"), "<earlier/>");
    assert_eq!(names(&folder.path("")), ["hi.yaml", "junit.xml", "run.jsonl"]);
}

#[test]
fn a_ready_file_replaces_a_ready_file_only() {
    let folder = Folder::with("url", "http://127.0.0.1:1\n");
    let serve = Serve::start(&folder, &["--ready-file", "url", "--quiet"]);
    until(std::time::Instant::now() + PATIENCE, "the file is written", || {
        fs::read_to_string(folder.path("url")).is_ok_and(|text| text == format!("{}\n", serve.url))
    });
    folder.write("notes.md", "# http://example.org is what I tried\n");
    let ended = folder.run(&["serve", "--port", "0", "--ready-file", "notes.md"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.stderr.contains("holds something else than a base URL"), "{}", ended.told());
    assert!(fs::read_to_string(folder.path("notes.md")).expect("it is there").starts_with("# http"));
}

#[test]
fn a_recording_that_somebody_edits_goes_on_in_another_file() {
    let folder = Folder::new();
    let start = ["record", "--port", "0", "-o", "talk.yaml"];
    let mut record = Process::start(&mut folder.command(&start));
    let url = record.first_line();
    let deadline = std::time::Instant::now() + PATIENCE;
    let say = |text: &str| assert_eq!(folder.run(&["say", text, "--url", &url]).code, Some(0));
    say("first");
    let holds =
        |name: &str, text: &str| fs::read_to_string(folder.path(name)).is_ok_and(|file| file.contains(text));
    until(deadline, "the first is written", || holds("talk.yaml", "first"));
    folder.write("talk.yaml", "# mine now\n");
    say("second");
    until(deadline, "the second is written", || holds("talk-2.yaml", "second"));
    record.signal("INT");
    record.wait(PATIENCE);
    assert!(
        record.stderr().contains(
            "talk.yaml was changed by somebody else and stays as it is; recording into talk-2.yaml"
        ),
        "{}",
        record.stderr()
    );
    assert_eq!(fs::read_to_string(folder.path("talk.yaml")).expect("it is there"), "# mine now\n");
    assert!(holds("talk-2.yaml", "first"));
    let ended = folder.run(&["record", "--port", "0", "-o", "-"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.stderr.contains("which standard output cannot be"), "{}", ended.told());
}
