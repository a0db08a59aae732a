//! Standard input, standard output and pipes in the place of files, and pipes that nobody uses.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Ended, Folder, PATIENCE, Process, finish};

const SCENARIO: &str = "\
scenario: hi
world: {apps: {bot: {start: \"${emulator.bin} demo-bot\", fields: [messages]}}}
steps:
  - user: user
    says: hello
  - expect: {app: bot, sends: {text: {starts_with: Hello}}}
";

/// Makes a pipe with a name.
fn pipe(folder: &Folder, name: &str) {
    let path = folder.path(name);
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo starts").success());
}

/// Runs the binary with this text at its standard input.
fn fed(folder: &Folder, arguments: &[&str], text: &str) -> Ended {
    folder.write("fed.txt", text);
    let file = fs::File::open(folder.path("fed.txt")).expect("it was written");
    finish(folder.command(arguments).stdin(Stdio::from(file)))
}

/// Runs a line of a shell that knows `<(…)`, with the binary as `$ME`.
fn in_bash(folder: &Folder, line: &str) -> Ended {
    let mut command = Command::new("bash");
    let of = folder.command(&[]);
    command.args(["-c", line]).env("ME", of.get_program()).current_dir(folder.path("")).stdin(Stdio::null());
    finish(&mut command)
}

#[track_caller]
fn ends_soon(folder: &Folder, arguments: &[&str], says: &str) {
    let begun = Instant::now();
    let ended = folder.run(arguments);
    assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.told());
    assert!(ended.stderr.contains(says), "{arguments:?}: {}", ended.told());
    assert!(begun.elapsed() < Duration::from_secs(20), "{arguments:?} took {:?}", begun.elapsed());
}

#[test]
fn a_dash_is_standard_input_for_check_and_run() {
    let folder = Folder::new();
    let ended = fed(&folder, &["check", "-"], SCENARIO);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "1 scenario in 1 file is in order\n"));
    let ended = fed(&folder, &["run", "-"], SCENARIO);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains("ok    stdin/hi"), "{}", ended.told());
    let ended = fed(&folder, &["check", "/dev/stdin"], &SCENARIO.replace("says", "sayz"));
    assert!(ended.stderr.contains(" --> stdin:5:5"), "{}", ended.told());
    let ended = fed(&folder, &["check", "-", "--format", "json"], "scenario: x\n");
    let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(told["errors"][0]["file"], "stdin", "{}", ended.told());
}

#[test]
fn paths_in_standard_input_begin_in_the_current_folder() {
    let folder = Folder::with(
        "worlds/desk.yaml",
        "apps: {bot: {start: \"${emulator.bin} demo-bot\", fields: [messages]}}\n",
    );
    let text = SCENARIO.lines().filter(|line| !line.starts_with("world")).collect::<Vec<_>>().join("\n");
    let text = text.replace("steps:", "world: worlds/desk.yaml\nsteps:");
    let ended = fed(&folder, &["run", "-"], &text);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn standard_input_is_read_once() {
    let folder = Folder::new();
    for arguments in [["run", "-", "-"], ["check", "-", "/dev/stdin"]] {
        let ended = fed(&folder, &arguments, SCENARIO);
        assert_eq!(ended.code, Some(2), "{}", ended.told());
        assert!(ended.stderr.contains("it is named twice and can be read once"), "{}", ended.told());
    }
}

#[test]
fn what_can_be_read_once_cannot_be_watched() {
    let folder = Folder::new();
    let ended = fed(&folder, &["run", "--watch", "-"], SCENARIO);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    let told = "error: --watch reads everything again after a change, and standard input can be read once; name a file\n";
    assert_eq!(ended.stderr, told);
    let ended = in_bash(&folder, "\"$ME\" run --watch <(cat fed.txt)");
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(
        ended.stderr.contains("/dev/fd/") && ended.stderr.contains("can be read once"),
        "{}",
        ended.told()
    );
}

#[test]
fn a_failure_from_standard_input_says_how_it_is_run_again() {
    let folder = Folder::new();
    let wrong = SCENARIO.replace("starts_with: Hello", "starts_with: Bye");
    let ended = fed(&folder, &["run", "-"], &wrong);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(
        ended.stdout.contains("run it again: messenger-emulator run - --filter stdin/hi "),
        "{}",
        ended.told()
    );
    let ended = fed(&folder, &["run", "-", "--filter", "stdin/hi"], &wrong);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
}

#[test]
fn what_a_shell_substitutes_is_read_like_a_file() {
    let folder = Folder::with("hi.yaml", SCENARIO);
    let ended = in_bash(&folder, "\"$ME\" run <(sleep 0.2; sed s/hi/substituted/ hi.yaml) hi.yaml");
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains("/substituted (") && ended.stdout.contains("2 passed"), "{}", ended.told());
    let ended = in_bash(&folder, "\"$ME\" run hi.yaml --report json=>(cat > lines; touch done)");
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    crate::support::until(Instant::now() + PATIENCE, "the lines arrive", || folder.path("done").exists());
    let lines = fs::read_to_string(folder.path("lines")).expect("they were written");
    assert!(lines.lines().last().is_some_and(|line| line.contains("run_finished")), "{lines}");
}

#[test]
fn a_dash_is_standard_input_and_output_of_recordings() {
    let folder = Folder::with("hi.yaml", SCENARIO);
    assert_eq!(folder.run(&["run", "hi.yaml", "--journal", "journals"]).code, Some(0));
    let journal = fs::read_to_string(folder.path("journals/hi/hi.jsonl")).expect("a journal");
    let ended = fed(&folder, &["export", "-", "-o", "-"], &journal);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains("scenario: hi\n") && !folder.path("-").exists(), "{}", ended.told());
    let again = fed(&folder, &["run", "-"], &ended.stdout);
    assert_eq!(again.code, Some(0), "{}", again.told());
    let ended = fed(&folder, &["explain", "1", "--journal", "-"], &journal);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.starts_with("1 2026-07-06T09:00:00Z says: "), "{}", ended.told());
    let ended = fed(&folder, &["export", "-"], "no journal\n");
    assert!(ended.stderr.starts_with("error: standard input: "), "{}", ended.told());
}

#[test]
fn a_step_can_come_from_standard_input() {
    let folder = Folder::new();
    let serve = crate::support::Serve::start(&folder, &["--clock", "frozen"]);
    let ended = fed(
        &folder,
        &["step", "-", "--url", &serve.url],
        "- user: user\n  says: from a file\n- note: done\n",
    );
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains("user says “from a file”"), "{}", ended.told());
}

#[test]
fn a_report_to_standard_output_has_it_to_itself() {
    let folder = Folder::with("hi.yaml", SCENARIO);
    let ended = folder.run(&["run", "hi.yaml", "--report", "json=-"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let lines: Vec<Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert_eq!(lines.last().expect("a line")["event"], "run_finished");
    assert!(ended.stderr.contains("ok    hi/hi") && ended.stderr.contains("1 passed"), "{}", ended.told());
    assert!(!folder.path("-").exists());
    let ended = folder.run(&["run", "hi.yaml", "--report", "junit=/dev/stdout"]);
    assert!(
        ended.stdout.starts_with("<?xml") && ended.stdout.ends_with("</testsuites>\n"),
        "{}",
        ended.told()
    );
    let ended = folder.run(&["run", "hi.yaml", "--report", "junit=-,json=-"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.stderr.contains("two reports go to standard output"), "{}", ended.told());
}

#[test]
fn a_pipe_that_nobody_writes_to_is_an_error_of_every_command() {
    let folder = Folder::with("hi.yaml", SCENARIO);
    pipe(&folder, "pipe.yaml");
    let nobody = "this is a pipe, and nobody has written to it for 2 s";
    ends_soon(&folder, &["check", "pipe.yaml"], nobody);
    ends_soon(&folder, &["run", "pipe.yaml"], nobody);
    ends_soon(&folder, &["export", "pipe.yaml"], nobody);
    ends_soon(&folder, &["explain", "3", "--journal", "pipe.yaml"], nobody);
    ends_soon(&folder, &["serve", "--port", "0", "--config", "pipe.yaml"], nobody);
    ends_soon(&folder, &["serve", "--port", "0", "--journal", "pipe.yaml"], "keeps nothing");
    ends_soon(&folder, &["run", "hi.yaml", "--report", "junit=pipe.yaml"], "it is a pipe that nobody reads");
    ends_soon(&folder, &["run", "hi.yaml", "--report", "json=pipe.yaml"], "it is a pipe that nobody reads");
    ends_soon(
        &folder,
        &["serve", "--port", "0", "--ready-file", "pipe.yaml"],
        "it is a pipe that nobody reads",
    );
}

#[test]
fn a_pipe_in_a_folder_is_not_read_unasked() {
    let folder = Folder::with("a/hi.yaml", SCENARIO);
    pipe(&folder, "a/pipe.yaml");
    ends_soon(&folder, &["check", "a"], "cannot read a/pipe.yaml: this is no file, but a device or a pipe");
}

#[test]
fn a_pipe_with_a_writer_is_read_to_its_end() {
    let folder = Folder::new();
    pipe(&folder, "pipe.yaml");
    let reader = Process::start(&mut folder.command(&["check", "pipe.yaml"]));
    let mut reader = reader;
    let mut writer = fs::OpenOptions::new().write(true).open(folder.path("pipe.yaml")).expect("it is read");
    // Longer than anybody who has not come may take.
    std::thread::sleep(Duration::from_millis(2_300));
    let (one, other) = SCENARIO.split_at(40);
    writer.write_all(one.as_bytes()).expect("it is read");
    std::thread::sleep(Duration::from_millis(50));
    writer.write_all(other.as_bytes()).expect("it is read");
    drop(writer);
    assert_eq!(reader.wait(PATIENCE).code(), Some(0), "{}", reader.stderr());
}

#[test]
fn terminate_ends_serve_while_it_reads_its_world() {
    let folder = Folder::new();
    pipe(&folder, "emulator.yaml");
    let mut serve = Process::start(&mut folder.command(&["serve", "--port", "0"]));
    // A writer who says nothing keeps it waiting.
    let writer = fs::OpenOptions::new().write(true).open(folder.path("emulator.yaml")).expect("it is read");
    serve.signal("TERM");
    let status = serve.wait(Duration::from_secs(20));
    assert!(!status.success(), "{status}");
    drop(writer);
    assert!(Path::new(&folder.path("emulator.yaml")).exists());
}
