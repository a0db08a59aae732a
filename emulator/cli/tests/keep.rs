//! `keep` with real processes: whatever ends it or the runner, no member of the bot's group stays behind.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

const BINARY: &str = env!("CARGO_BIN_EXE_messenger-emulator");

/// A bot that tells its process id and that of its child, and ends at TERM.
const POLITE: &str = "sleep 1000 & echo $$ $!; wait";
/// The same, but both ignore TERM.
const STUBBORN: &str = "trap '' TERM; sleep 1000 & echo $$ $!; wait";

fn keep(command: &[&str]) -> Child {
    let mut keep = Command::new(BINARY);
    keep.arg("keep").arg("--").args(command);
    keep.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn keep_shell(script: &str) -> Child {
    keep(&["sh", "-c", script])
}

/// Reads the process ids that a bot prints on one line, which also tells that it is up.
fn announced(stdout: &mut Option<ChildStdout>) -> Vec<Pid> {
    let mut line = String::new();
    BufReader::new(stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.split_whitespace().map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap()).collect()
}

/// Looks until `look` finds something.
fn within<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within {limit:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn exited(child: &mut Child) -> ExitStatus {
    within(Duration::from_secs(5), "the end of keep", || child.try_wait().unwrap())
}

fn assert_gone(pids: &[Pid]) {
    assert!(!pids.is_empty());
    for pid in pids {
        assert!(test_kill_process(*pid).is_err(), "{pid:?} is still there");
    }
}

#[test]
fn a_runner_killed_by_sigkill_takes_a_stubborn_group_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("runner");
    // The shell is the runner: the parent of keep, and the only one that holds the writing end of its input.
    let script = r#"mkfifo "$1" && { "$0" keep -- sh -c "$2" <"$1" & exec 3>"$1"; wait; }"#;
    let mut runner = Command::new("sh")
        .args(["-c", script, BINARY])
        .args([fifo.as_path(), Path::new(STUBBORN)])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pids = announced(&mut runner.stdout);
    assert_eq!(pids.len(), 2);
    runner.kill().unwrap();
    runner.wait().unwrap();
    within(Duration::from_secs(3), "the end of the group", || {
        pids.iter().all(|pid| test_kill_process(*pid).is_err()).then_some(())
    });
}

#[test]
fn closed_input_ends_a_stubborn_group() {
    let mut keep = keep_shell(STUBBORN);
    let pids = announced(&mut keep.stdout);
    drop(keep.stdin.take());
    assert_eq!(exited(&mut keep).code(), Some(128 + 9));
    assert_gone(&pids);
}

#[test]
fn a_polite_group_is_not_kept_waiting() {
    let mut keep = keep_shell(POLITE);
    let pids = announced(&mut keep.stdout);
    let closed = Instant::now();
    drop(keep.stdin.take());
    assert_eq!(exited(&mut keep).code(), Some(128 + 15));
    assert!(closed.elapsed() < Duration::from_millis(1_500), "the grace was waited out");
    assert_gone(&pids);
}

#[test]
fn input_is_read_and_thrown_away_while_it_is_open() {
    use std::io::Write;
    let mut keep = keep_shell(POLITE);
    let pids = announced(&mut keep.stdout);
    let mut stdin = keep.stdin.take().unwrap();
    // More than a pipe holds, so this blocks unless it is read.
    stdin.write_all(&[b'x'; 200_000]).unwrap();
    assert!(keep.try_wait().unwrap().is_none());
    drop(stdin);
    exited(&mut keep);
    assert_gone(&pids);
}

#[test]
fn term_int_and_hup_end_the_group() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut keep = keep_shell(POLITE);
        let pids = announced(&mut keep.stdout);
        kill_process(Pid::from_child(&keep), signal).unwrap();
        assert_eq!(exited(&mut keep).code(), Some(128 + 15), "{signal:?}");
        assert_gone(&pids);
    }
}

#[test]
fn a_bot_may_end_itself_in_the_grace_and_choose_its_code() {
    let mut keep = keep_shell("trap 'exit 7' TERM; sleep 1000 & echo $$ $!; wait");
    let pids = announced(&mut keep.stdout);
    drop(keep.stdin.take());
    assert_eq!(exited(&mut keep).code(), Some(7));
    assert_gone(&pids);
}

#[test]
fn what_an_exited_bot_leaves_behind_is_ended() {
    for script in ["sleep 1000 & echo $!; exit 5", "trap '' TERM; sleep 1000 & echo $!; exit 5"] {
        let mut keep = keep_shell(script);
        let pids = announced(&mut keep.stdout);
        assert_eq!(exited(&mut keep).code(), Some(5), "{script}");
        assert_gone(&pids);
    }
}

#[test]
fn the_exit_code_is_passed_on() {
    for (script, code) in [("exit 0", 0), ("exit 42", 42), ("kill -KILL $$", 137), ("kill -TERM $$", 143)] {
        assert_eq!(exited(&mut keep_shell(script)).code(), Some(code), "{script}");
    }
}

#[test]
fn output_is_copied_and_input_is_empty() {
    let mut keep = keep_shell("cat; echo out; echo err >&2");
    let (mut out, mut err) = (String::new(), String::new());
    keep.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    keep.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((out.as_str(), err.as_str()), ("out\n", "err\n"));
    assert_eq!(exited(&mut keep).code(), Some(0));
}

#[test]
fn a_command_that_cannot_be_started_is_named() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let here = std::env::current_dir().unwrap().display().to_string();
    let missing = "no-such-bot-anywhere";
    for (command, reason, code) in
        [(missing, "No such file or directory", 127), (folder, "Permission denied", 126)]
    {
        let keep = keep(&[command, "argument"]).wait_with_output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&keep.stderr),
            format!("messenger-emulator: cannot start `{command}` in {here}: {reason}\n")
        );
        assert_eq!(keep.status.code(), Some(code));
    }
}
