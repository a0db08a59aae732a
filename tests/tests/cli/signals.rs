//! However the runner ends, nothing of a bot lives on.

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Folder, PATIENCE, Process, TINY_BOT, binary, golden, until};

/// What the bots of these tests have in their environment.
pub(crate) const MARK: &str = "CLI_TEST_MARK";

/// The keeper gives a group two seconds between TERM and KILL; the rest is for a busy machine.
pub(crate) const GONE_WITHIN: Duration = Duration::from_secs(5);

/// Ends what a test that fails has left behind.
pub(crate) struct Mark(pub(crate) String);

impl Drop for Mark {
    fn drop(&mut self) {
        for (id, _) in marked(&self.0) {
            let _ = Command::new("kill").args(["-s", "KILL", &id]).status();
        }
    }
}

/// A bot that ignores TERM and has a child of its own, and the world that starts it.
fn stubborn_bot(test: &str) -> (Folder, String, Mark) {
    let value = format!("{test}-{}", std::process::id());
    let folder = Folder::with(
        "bot.sh",
        "trap '' TERM INT HUP\nsh -c 'while :; do sleep 1; done' grandchild &\n\"$TINY_BOT\" slow 0\n\
         while :; do sleep 1; done\n",
    );
    let world = format!("{{apps: {{bot: {{start: sh bot.sh, env: {{{MARK}: {value}}}}}}}}}");
    (folder, world, Mark(format!("{MARK}={value}")))
}

/// A run of one scenario that ends at once and one that lasts, with the stubborn bot.
fn stubborn(test: &str, environment: &[(&str, &str)]) -> (Folder, Process, Mark) {
    let (folder, world, mark) = stubborn_bot(test);
    let world = format!("world: {world}\ntimeouts: {{boot: 60s}}\n");
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
    (folder, process, mark)
}

/// The processes that have the mark, each with its id: the keeper, the bot, its children.
pub(crate) fn marked(mark: &str) -> Vec<(String, String)> {
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
pub(crate) fn all_are_gone(Mark(mark): &Mark) {
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

/// The bot is in another session than the terminal, which therefore tells the emulator alone.
#[test]
fn ctrl_c_on_a_terminal_ends_a_run_with_its_bots() {
    if Command::new("script").arg("--version").output().is_err() {
        return;
    }
    let (folder, world, mark) = stubborn_bot("typed");
    let steps = "steps:\n  - expect: {nothing: true, for: 300s}\n";
    folder.write("play.yaml", format!("scenario: long\nworld: {world}\ntimeouts: {{boot: 60s}}\n{steps}"));
    let run = format!("{} run play.yaml", binary().display());
    let mut script = Command::new("script");
    script.args(["-qec", &run, "/dev/null"]).current_dir(folder.path(".")).env("TINY_BOT", TINY_BOT);
    let mut process = Process::start(script.stdin(Stdio::piped()));
    all_are_there(&mark);
    process.input().write_all(b"\x03").expect("it reads");
    assert_eq!(process.wait(GONE_WITHIN).code(), Some(130));
    all_are_gone(&mark);
}

/// However `serve` ends, and whether or not it watches files.
#[test]
fn nothing_of_a_bot_outlives_serve() {
    for watch in [&[][..], &["--watch"]] {
        for signal in ["TERM", "INT", "KILL", "KILL of the group"] {
            let (folder, world, mark) = stubborn_bot(&format!("serve-{}-{}", signal.len(), watch.len()));
            folder.write("emulator.yaml", world);
            let mut arguments = vec!["serve", "--port", "0"];
            arguments.extend(watch);
            let mut process = Process::start(folder.command(&arguments).process_group(0));
            process.prints("bot is ready");
            all_are_there(&mark);
            if signal == "KILL of the group" {
                process.kill_group();
            } else {
                process.signal(signal);
            }
            process.wait(GONE_WITHIN);
            all_are_gone(&mark);
        }
    }
}

/// A bot that was restarted is no less watched over than one that was started.
#[test]
fn nothing_of_a_bot_that_a_change_has_restarted_outlives_the_group() {
    let (folder, world, mark) = stubborn_bot("restarted");
    folder.write("emulator.yaml", world);
    let mut process = Process::start(folder.command(&["serve", "--port", "0", "--watch"]).process_group(0));
    process.prints("bot is ready");
    folder.write("setting.txt", "1");
    process.prints("restarting `bot`: setting.txt is new");
    until(Instant::now() + PATIENCE, "it is ready again", || {
        process.stderr().matches("bot is ready").count() == 2
    });
    all_are_there(&mark);
    process.kill_group();
    process.wait(GONE_WITHIN);
    all_are_gone(&mark);
}

#[test]
fn nothing_of_a_bot_outlives_a_run_that_watches() {
    for signal in ["INT", "KILL of the group"] {
        let (folder, world, mark) = stubborn_bot(&format!("run-{}", signal.len()));
        let steps = "steps:\n  - expect: {nothing: true, for: 300s}\n";
        folder
            .write("play.yaml", format!("scenario: long\nworld: {world}\ntimeouts: {{boot: 60s}}\n{steps}"));
        let mut process = Process::start(folder.command(&["run", "--watch", "play.yaml"]).process_group(0));
        process.prints("=== round 1: 1 scenario");
        all_are_there(&mark);
        if signal == "INT" {
            process.signal(signal);
        } else {
            process.kill_group();
        }
        process.wait(GONE_WITHIN);
        all_are_gone(&mark);
    }
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
