//! However the runner ends, nothing of a bot lives on.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{Folder, PATIENCE, Process, golden, until};

/// What the bots of these tests have in their environment.
const MARK: &str = "CLI_TEST_MARK";

/// The keeper gives a group two seconds between TERM and KILL; the rest is for a busy machine.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// Ends what a test that fails has left behind.
struct Mark(String);

impl Drop for Mark {
    fn drop(&mut self) {
        for (id, _) in marked(&self.0) {
            let _ = Command::new("kill").args(["-s", "KILL", &id]).status();
        }
    }
}

/// A run of one scenario that ends at once and one that lasts, with a bot that ignores TERM and has a child of its own.
fn stubborn(test: &str, environment: &[(&str, &str)]) -> (Folder, Process, Mark) {
    let mark = format!("{MARK}={test}-{}", std::process::id());
    let value = mark.split_once('=').expect("a name and a value").1;
    let folder = Folder::with(
        "bot.sh",
        "trap '' TERM INT HUP\nsh -c 'while :; do sleep 1; done' grandchild &\n\"$TINY_BOT\" slow 0\n\
         while :; do sleep 1; done\n",
    );
    let world = format!(
        "world: {{apps: {{bot: {{start: sh bot.sh, env: {{{MARK}: {value}}}}}}}}}\ntimeouts: {{boot: 60s}}\n"
    );
    folder.write(
        "play.yaml",
        format!(
            "scenario: short\n{world}steps:\n  - note: done\n---\nscenario: long\n{world}steps:\n  \
             - expect: {{nothing: true, for: 300s}}\n"
        ),
    );
    let mut command = folder.command(&["run", "play.yaml"]);
    command.envs(environment.iter().copied());
    let process = Process::start(command.process_group(0));
    process.prints("ok    play/short (");
    (folder, process, Mark(mark))
}

/// The processes that have the mark, each with its id: the keeper, the bot, its children.
fn marked(mark: &str) -> Vec<(String, String)> {
    let processes = fs::read_dir("/proc").expect("a list of processes").flatten();
    let with_mark = processes.filter_map(|process| {
        let environment = fs::read(process.path().join("environ")).ok()?;
        let has = environment.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes());
        let name = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let id = process.file_name().to_string_lossy().into_owned();
        has.then(|| (id, String::from_utf8_lossy(&name).replace('\0', " ")))
    });
    with_mark.collect()
}

#[track_caller]
fn all_are_gone(Mark(mark): &Mark) {
    let deadline = Instant::now() + GONE_WITHIN;
    while !marked(mark).is_empty() {
        assert!(Instant::now() < deadline, "these live on: {:?}", marked(mark));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until the whole group is there, so that its end means something.
fn all_are_there(Mark(mark): &Mark) {
    let is_there = |name: &str| marked(mark).iter().any(|(_, process)| process.contains(name));
    until(Instant::now() + PATIENCE, "the bot and its children run", || {
        is_there("bot.sh") && is_there("grandchild") && is_there("tiny-bot") && is_there("keep")
    });
}

#[test]
fn an_interrupted_run_tells_what_is_done_and_leaves_nothing_behind() {
    let (_folder, mut process, mark) = stubborn("int", &[]);
    all_are_there(&mark);
    process.signal("INT");
    assert_eq!(process.wait(GONE_WITHIN).code(), Some(130));
    all_are_gone(&mark);
    golden("interrupted", &process.stdout());
}

#[test]
fn a_terminated_run_leaves_nothing_behind() {
    let (_folder, mut process, mark) = stubborn("term", &[]);
    all_are_there(&mark);
    process.signal("TERM");
    assert_eq!(process.wait(GONE_WITHIN).code(), Some(130));
    all_are_gone(&mark);
    assert!(process.stdout().contains("interrupted: "), "{}", process.stdout());
}

#[test]
fn a_killed_run_leaves_nothing_behind() {
    let (_folder, mut process, mark) = stubborn("kill", &[]);
    all_are_there(&mark);
    process.signal("KILL");
    assert_eq!(process.wait(GONE_WITHIN).code(), None);
    all_are_gone(&mark);
}

/// `timeout -s KILL` and CI servers kill the process group that they started.
#[test]
fn a_run_whose_whole_process_group_is_killed_leaves_nothing_behind() {
    let (_folder, mut process, mark) = stubborn("group", &[]);
    all_are_there(&mark);
    process.kill_group();
    assert_eq!(process.wait(GONE_WITHIN).code(), None);
    all_are_gone(&mark);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds panic on request")]
fn a_run_that_panics_ends_with_70_and_leaves_nothing_behind() {
    let (_folder, mut process, mark) = stubborn("panic", &[("MESSENGER_EMULATOR_TEST_PANIC", "1")]);
    assert_eq!(process.wait(PATIENCE).code(), Some(70));
    all_are_gone(&mark);
    assert!(process.stderr().contains("asked for this panic"), "{}", process.stderr());
}

#[test]
fn a_run_that_passes_leaves_nothing_behind() {
    let folder = Folder::with("bot.sh", "trap '' TERM\n\"$TINY_BOT\" slow 0\nsleep 1000\n");
    let value = format!("passes-{}", std::process::id());
    folder.write(
        "play.yaml",
        format!(
            "scenario: short\nworld: {{apps: {{bot: {{start: sh bot.sh, env: {{{MARK}: {value}}}}}}}}}\nsteps:\n  \
             - note: done\n"
        ),
    );
    let mark = Mark(format!("{MARK}={value}"));
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert_eq!(marked(&mark.0), [], "it waits for the end of its bots");
}

#[test]
fn serve_ends_with_0_when_terminated_and_130_when_interrupted() {
    let folder = Folder::new();
    for (signal, code) in [("TERM", 0), ("INT", 130)] {
        let mut serve = crate::support::Serve::start(&folder, &[]);
        serve.process.signal(signal);
        assert_eq!(serve.process.wait(GONE_WITHIN).code(), Some(code), "{signal}");
    }
}
