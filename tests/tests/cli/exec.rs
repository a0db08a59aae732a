//! `exec`: what the command gets, what is passed on of it, and that nothing of it lives on.

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::signals::{GONE_WITHIN, MARK, Mark, all_are_gone, marked};
use crate::support::{Ended, Folder, PATIENCE, Process, TINY_BOT, binary, finish, golden, until};

fn exec(folder: &Folder, arguments: &[&str], command: &[&str]) -> Command {
    let mut all = vec!["exec"];
    all.extend(arguments);
    all.push("--");
    all.extend(command);
    folder.command(&all)
}

fn run(arguments: &[&str], command: &[&str]) -> Ended {
    finish(&mut exec(&Folder::new(), arguments, command))
}

/// The variables that `env -0` has printed, by their names.
fn variable(printed: &str, name: &str) -> Option<String> {
    printed.split('\0').find_map(|line| line.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

#[test]
fn input_output_and_code_are_those_of_the_command() {
    let folder = Folder::with("input", "one\ntwo\n");
    let mut command = exec(&folder, &[], &["sh", "-c", "tac; echo oops >&2; exit 41"]);
    let ended = finish(command.stdin(fs::File::open(folder.path("input")).expect("it is there")));
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(41), "two\none\n", "oops\n"));
}

#[test]
fn what_becomes_of_a_command_that_does_not_end_by_itself_is_told_by_the_code() {
    let folder = Folder::with("no-program", "");
    for (arguments, command, code) in [
        (&[][..], &["sh", "-c", "kill -s KILL $$"][..], 128 + 9),
        (&[], &["no-such-program"], 127),
        (&[], &["./no-program"], 126),
        (&["--no-such-flag"], &["true"], 125),
        (&["--app", "nobody"], &["true"], 125),
        (&["--ca-dir", "/proc/no"], &["true"], 125),
        (&["--journal", "/proc/no"], &["true"], 125),
        (&[], &["true"], 0),
    ] {
        let ended = finish(&mut exec(&folder, arguments, command));
        assert_eq!(ended.code, Some(code), "{arguments:?} {command:?} {}", ended.told());
        assert_eq!(ended.stdout, "");
        assert_eq!(ended.stderr.is_empty(), code == 0 || code == 137, "{}", ended.told());
    }
    let unknown = run(&["--app", "bto"], &["true"]);
    golden("exec-unknown-app", &unknown.told());
}

#[test]
fn the_command_gets_the_environment_of_its_app() {
    let folder = Folder::with(
        "emulator.yaml",
        "apps:\n  desk: {webhook: 'http://127.0.0.1:3999/desk'}\n  shop: {env: {OWN: 'at ${port}', NO_PROXY: mine}}\n  \
         other: {}\n",
    );
    let env = |arguments: &[&str]| finish(&mut exec(&folder, arguments, &["env", "-0"])).stdout;
    let printed = env(&[]);
    let value = |name| variable(&printed, name).unwrap_or_else(|| panic!("{name} in {printed}"));
    let port: u16 = value("PORT").parse().expect("a port");
    assert!(port > 1024);
    let url = value("MESSENGER_EMULATOR_URL");
    for (name, expected) in [
        ("GRAPH_API_URL", &*url),
        ("HTTPS_PROXY", &url),
        ("https_proxy", &url),
        ("HTTP_PROXY", &url),
        ("http_proxy", &url),
        ("APP_SECRET", "shop-app-secret"),
        ("APP_ID_OTHER", "200000000000003"),
        ("OWN", &format!("at {port}")),
        ("NO_PROXY", "mine"),
    ] {
        assert_eq!(value(name), expected, "{name}");
    }
    assert!(value("no_proxy").ends_with("localhost,127.0.0.1,::1"), "{}", value("no_proxy"));
    for (name, file) in
        [("NODE_EXTRA_CA_CERTS", ".pem"), ("REQUESTS_CA_BUNDLE", ".pem"), ("PYTHONPATH", "/python")]
    {
        assert!(value(name).split(':').next().is_some_and(|value| value.ends_with(file)), "{}", value(name));
    }
    assert!(value("NODE_OPTIONS").contains("--require \""), "{}", value("NODE_OPTIONS"));

    let named = env(&["--app", "other", "--no-preload"]);
    assert_eq!(variable(&named, "APP_SECRET").as_deref(), Some("other-app-secret"));
    assert_eq!(variable(&named, "NODE_OPTIONS"), variable(&env_of_this_test(), "NODE_OPTIONS"));
    let beside = env(&["--app", "desk"]);
    assert_eq!(variable(&beside, "PORT").as_deref(), Some("3999"));
    let told =
        env(&["--webhook", "shop=http://127.0.0.1:3998/x", "--webhook", "other=http://127.0.0.1:3997/x"]);
    let of_first = ["APP_SECRET", "PORT"].map(|name| variable(&told, name));
    assert_eq!(
        of_first.map(Option::unwrap_or_default),
        ["desk-app-secret", "3999"],
        "a test runner beside all bots"
    );
}

fn env_of_this_test() -> String {
    let printed = Command::new("env").arg("-0").output().expect("env starts").stdout;
    String::from_utf8_lossy(&printed).into_owned()
}

#[test]
fn a_bot_and_its_webhook_find_each_other_and_a_journal_is_written() {
    let folder = Folder::new();
    let script = "\"$TINY_BOT\" slow 0 >/dev/null 2>&1 & \
                  until curl -s -o /dev/null \"http://127.0.0.1:$PORT/webhook\"; do sleep 0.05; done; \
                  \"$EMULATOR\" say hi";
    let mut command = exec(&folder, &["--journal", "j.jsonl"], &["sh", "-c", script]);
    let ended = finish(command.env("EMULATOR", binary()));
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains("At last!"), "{}", ended.told());
    let journal = fs::read_to_string(folder.path("j.jsonl")).expect("the journal is there");
    assert!(journal.contains("At last!"), "{journal}");
}

#[test]
fn what_was_asked_for_in_vain_is_summed_up_and_a_runner_that_never_listens_is_left_in_peace() {
    let quiet = run(&[], &["sh", "-c", "sleep 0.3"]);
    assert_eq!(quiet.stderr, "");
    let script = "curl -s \"$GRAPH_API_URL/v19.0/me/personas?access_token=$PAGE_ACCESS_TOKEN\" >/dev/null; \
                  curl -s -X POST \"$MESSENGER_EMULATOR_URL/_emulator/steps\" -d '{user: user, says: hi}' >/dev/null";
    let ended = run(&[], &["sh", "-c", script]);
    golden("exec-in-vain", &ended.told());
}

#[test]
fn calls_for_other_hosts_that_were_not_passed_on_are_summed_up() {
    let script = "for target in http://nosuch.invalid/x http://nosuch.invalid/y https://nosuch.invalid \
                  http://www.facebook.com http://127.0.0.1:9 http://169.254.169.254/latest; do \
                  curl -s --noproxy '' -x \"$HTTP_PROXY\" \"$target\" >/dev/null; done; true";
    let hermetic = run(&["--hermetic"], &["sh", "-c", script]);
    golden("exec-not-passed-on", &hermetic.told());
}

#[test]
fn what_happens_is_told_on_standard_error_when_that_is_wanted() {
    let script = "curl -s -X POST \"$MESSENGER_EMULATOR_URL/_emulator/steps\" -d '{user: user, says: hi}' >/dev/null; sleep 0.3";
    let ended = run(&["--verbose"], &["sh", "-c", script]);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("user says “hi”"), "{}", ended.stderr);
}

/// A command that tells of signals, and ends a while after the last of these.
const TELLS: &str = "import signal, sys, time\n\
    heard = []\n\
    def hear(number, _):\n    heard.append(number)\n    print(signal.Signals(number).name, flush=True)\n\
    for name in sys.argv[1:]: signal.signal(getattr(signal, name), hear)\n\
    print('ready', flush=True)\n\
    while len(heard) < len(sys.argv) - 1: time.sleep(0.01)\n\
    time.sleep(0.3)\n\
    sys.exit(len(heard))\n";

#[test]
fn signals_are_passed_on_once() {
    let folder = Folder::with("tells.py", TELLS);
    let names = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"];
    let mut command = vec!["python3", "tells.py"];
    command.extend(names);
    let mut process = Process::start(exec(&folder, &[], &command).process_group(0));
    process.prints("ready");
    for name in names {
        process.signal(&name[3..]);
        process.prints(name);
    }
    assert_eq!(process.wait(PATIENCE).code(), Some(6), "{}", process.stdout());
}

#[test]
fn a_signal_that_is_ignored_from_the_beginning_stays_ignored() {
    let tells = "import signal; print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)";
    let folder = Folder::with("tells.py", tells);
    let run = format!("trap '' HUP; exec {} exec -- python3 tells.py", binary().display());
    let ended =
        finish(Command::new("sh").args(["-c", &run]).current_dir(folder.path(".")).stdin(Stdio::null()));
    assert_eq!(ended.stdout, "True\n", "{}", ended.told());
}

#[test]
fn on_a_terminal_the_command_reads_and_hears_ctrl_c_once() {
    if Command::new("script").arg("--version").output().is_err() {
        return;
    }
    let tells = TELLS.replace(
        "print('ready', flush=True)",
        "print('ready', sys.stdin.isatty(), flush=True)\nprint('read', input(), flush=True)",
    );
    let folder = Folder::with("tells.py", &tells);
    // A shell that stays in between would hear ctrl-c as well, and some then answer for themselves.
    let run = format!("exec {} exec -- python3 tells.py SIGINT", binary().display());
    let mut script = Command::new("script");
    script.args(["-qec", &run, "/dev/null"]).current_dir(folder.path("."));
    let mut process = Process::start(script.stdin(Stdio::piped()));
    process.prints("ready True");
    let mut input = process.input();
    input.write_all(b"typed\n").expect("it reads");
    process.prints("read typed");
    input.write_all(b"\x03").expect("it reads");
    assert_eq!(process.wait(PATIENCE).code(), Some(1), "{}", process.stdout());
    assert_eq!(process.stdout().matches("SIGINT").count(), 1, "{}", process.stdout());
}

/// A command that ignores TERM, with a child in its group, one in a session of its own, and an orphan.
fn stubborn(test: &str) -> (Folder, Mark) {
    let value = format!("exec-{test}-{}", std::process::id());
    let lasts = "trap '' TERM INT HUP; while :; do sleep 1; done";
    let script = format!(
        "trap '' TERM INT HUP\nsh -c \"{lasts}\" child &\nsetsid sh -c \"{lasts}\" stranger &\n\
         (setsid sh -c \"{lasts}\" orphan &)\n\"$TINY_BOT\" slow 0\nwhile :; do sleep 1; done\n"
    );
    (Folder::with("all.sh", &script), Mark(format!("{MARK}={value}")))
}

#[test]
fn nothing_of_a_command_outlives_exec() {
    for end in ["KILL", "KILL of the group", "TERM", "its own end"] {
        let (folder, mark) = stubborn(&end.replace(' ', "-"));
        let (name, value) = mark.0.split_once('=').expect("a variable");
        if end == "its own end" {
            let script = fs::read_to_string(folder.path("all.sh")).expect("it is there");
            let ends =
                script.replace("while :; do sleep 1; done\n", "").replace("\"$TINY_BOT\" slow 0", "sleep 1");
            assert!(ends.ends_with("sleep 1\n"));
            folder.write("all.sh", ends);
        }
        let mut command = exec(&folder, &[], &["sh", "all.sh"]);
        let mut process = Process::start(command.env(name, value).env("TINY_BOT", TINY_BOT).process_group(0));
        until(Instant::now() + PATIENCE, "all are there", || {
            let there = marked(&mark.0);
            ["all.sh", "child", "stranger", "orphan"]
                .iter()
                .all(|name| there.iter().any(|(_, process)| process.contains(name)))
        });
        match end {
            "KILL of the group" => process.kill_group(),
            // It is passed on, and this command ignores it.
            "TERM" => {
                process.signal("TERM");
                std::thread::sleep(std::time::Duration::from_millis(300));
                assert!(!marked(&mark.0).is_empty());
                process.signal("KILL");
            }
            "its own end" => {}
            signal => process.signal(signal),
        }
        let code = process.wait(GONE_WITHIN).code();
        assert_eq!(code, (end == "its own end").then_some(0), "{end}");
        all_are_gone(&mark);
    }
}

#[test]
fn a_command_that_a_signal_ends_leaves_nothing_behind() {
    let (folder, mark) = stubborn("signal");
    let (name, value) = mark.0.split_once('=').expect("a variable");
    let script = fs::read_to_string(folder.path("all.sh")).expect("it is there");
    folder.write("all.sh", script.trim_start_matches("trap '' TERM INT HUP\n"));
    let mut command = exec(&folder, &[], &["sh", "all.sh"]);
    let mut process = Process::start(command.env(name, value).env("TINY_BOT", TINY_BOT));
    until(Instant::now() + PATIENCE, "all are there", || {
        marked(&mark.0).iter().any(|(_, process)| process.contains("orphan"))
    });
    process.signal("TERM");
    assert_eq!(process.wait(GONE_WITHIN).code(), Some(128 + 15));
    all_are_gone(&mark);
}

#[test]
fn several_at_once_do_not_disturb_each_other() {
    let folder = Folder::new();
    let script = "echo \"$MESSENGER_EMULATOR_URL $PORT\"; read -r line; \
                  curl -s -o /dev/null -w '%{http_code}' \"$GRAPH_API_URL/v19.0/me?access_token=$PAGE_ACCESS_TOKEN\"";
    let start = |_| Process::start(exec(&folder, &[], &["sh", "-c", script]).stdin(Stdio::piped()));
    let mut all: Vec<Process> = (0..4).map(start).collect();
    for process in &all {
        process.prints("http://");
    }
    let mut addresses: Vec<String> = all.iter().map(Process::stdout).collect();
    for process in &mut all {
        process.input().write_all(b"go on\n").expect("it reads");
        assert_eq!(process.wait(PATIENCE).code(), Some(0));
        assert!(process.stdout().ends_with("\n200"), "{}", process.stdout());
    }
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 4);
}
