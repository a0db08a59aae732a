//! The options of `run`: what is played, how often, how long things may take, and what a failure means.

use crate::support::{Folder, PATIENCE, Process, golden, until};
use std::time::Instant;

/// A scenario without a real bot that does nothing wrong.
fn passes(name: &str, more: &str) -> String {
    format!("scenario: {name}\n{more}steps:\n  - user: user\n    says: hello\n")
}

/// A scenario without a real bot that fails at once.
fn fails(name: &str) -> String {
    format!(
        "scenario: {name}\nsteps:\n  - user: user\n    says: hello\n  - expect: {{folder: spam, within: 10ms}}\n"
    )
}

/// A scenario in which the bot says the right thing from its second start on.
fn learns() -> String {
    "scenario: learns\nworld: {apps: {bot: {start: \"${env.TINY_BOT} learns 0 learnt\"}}}\nsteps:\n  \
     - user: user\n    says: hello\n  - expect: {app: bot, sends: At last!}\n"
        .to_owned()
}

#[test]
fn tags_select_and_leave_out() {
    let folder = Folder::with("a.yaml", &passes("one", "tags: [smoke, slow]\n"));
    folder.write("b.yaml", passes("two", "tags: [smoke]\n"));
    folder.write("c.yaml", passes("three", ""));
    for (tags, expected) in [
        (&["smoke"][..], &["a/one", "b/two"][..]),
        (&["!slow"], &["b/two", "c/three"]),
        (&["smoke", "!slow"], &["b/two"]),
        (&["slow", "smoke"], &["a/one", "b/two"]),
    ] {
        let mut arguments = vec!["run", "."];
        arguments.extend(tags.iter().flat_map(|tag| ["--tag", tag]));
        let ended = folder.run(&arguments);
        assert_eq!(ended.code, Some(0), "{}", ended.told());
        let mut played: Vec<&str> =
            ended.stdout.lines().filter_map(|line| line.strip_prefix("ok    ")).collect();
        played.sort_unstable();
        let names: Vec<&str> = played.iter().filter_map(|line| line.split(" (").next()).collect();
        assert_eq!(names, expected, "{tags:?}");
    }
    let none = folder.run(&["run", ".", "--tag", "smkoe"]);
    assert_eq!(none.code, Some(2));
    assert_eq!(
        none.stderr,
        "error: there is no scenario tagged `smkoe` in .; did you mean `smoke`?; --allow-empty lets that pass\n"
    );
}

#[test]
fn every_scenario_is_in_one_shard_wherever_the_shard_is_named() {
    let folder = Folder::new();
    let all: Vec<String> = (0..20).map(|number| format!("{number}/greets")).collect();
    for number in 0..20 {
        folder.write(&format!("{number}.yaml"), passes("greets", ""));
    }
    let played = |arguments: &[&str], env: &[(&str, &str)]| {
        let mut command = folder.command(&["run", "."]);
        command.args(arguments).envs(env.iter().copied());
        let ended = crate::support::finish(&mut command);
        assert_eq!(ended.code, Some(0), "{}", ended.told());
        let names = ended.stdout.lines().filter_map(|line| line.strip_prefix("ok    ")?.split(" (").next());
        (names.map(str::to_owned).collect::<Vec<String>>(), ended)
    };
    let mut found = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        let (names, ended) = played(&["--shard", part], &[]);
        assert!(ended.stdout.contains(&format!("(seed 1, shard {part})")), "{}", ended.stdout);
        found.extend(names);
    }
    found.sort_by_key(|name| all.iter().position(|known| known == name));
    assert_eq!(found, all);
    let circle = [("CIRCLE_NODE_INDEX", "1"), ("CIRCLE_NODE_TOTAL", "3")];
    let (mut of_server, ended) = played(&[], &circle);
    assert_eq!(
        ended.stderr,
        "running shard 2/3, which CircleCI gives to this machine; --shard none runs all\n"
    );
    let (mut second, _) = played(&["--shard", "2/3"], &[]);
    of_server.sort();
    second.sort();
    assert_eq!(of_server, second);
    let (names, ended) = played(&["--shard", "none"], &circle);
    assert_eq!((names.len(), ended.stderr.as_str()), (20, ""));
    let wrong = folder.run(&["run", ".", "--shard", "4/3"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("write `2/5` for the second of five parts"), "{}", wrong.stderr);
}

#[test]
fn a_shard_that_gets_nothing_passes() {
    let folder = Folder::with("play.yaml", &passes("greets", ""));
    let ended: Vec<_> =
        (1..=3).map(|part| folder.run(&["run", ".", "--shard", &format!("{part}/3")])).collect();
    assert!(ended.iter().all(|ended| ended.code == Some(0)));
    let without = |ended: &&crate::support::Ended| ended.stdout.contains("so nothing was run");
    assert_eq!(ended.iter().filter(without).count(), 2, "{ended:?}");
}

#[test]
fn a_repeated_scenario_has_numbered_runs_side_by_side() {
    let folder = Folder::with("play.yaml", &passes("greets", "world: {people: {user: {id: 40001}}}\n"));
    let ended = folder.run(&["run", ".", "--repeat", "3", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    for name in ["greets", "greets#2", "greets#3"] {
        assert!(ended.stdout.contains(&format!("ok    play/{name} (")), "{}", ended.told());
        assert!(folder.path(&format!("journals/play/{name}.jsonl")).exists(), "{name}");
    }
    let both = folder.run(&["run", ".", "--repeat", "3", "--retry", "1"]);
    assert_eq!(both.code, Some(2), "{}", both.told());
}

#[test]
fn a_scenario_that_passes_when_tried_again_is_flaky() {
    let folder = Folder::with("play.yaml", &learns());
    let ended = folder.run(&["run", ".", "--retry", "2"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let certain = |line: &&str| !line.contains("tiny-bot sent");
    golden("retry-flaky", &ended.stdout.lines().filter(certain).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_scenario_that_never_passes_is_told_each_time_and_counted_once() {
    let folder = Folder::with("play.yaml", &fails("never"));
    let ended = folder.run(&["run", ".", "--retry", "2"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    for (name, number) in [("never", 1), ("never#2", 2), ("never#3", 3)] {
        let line = format!(" [attempt {number} of 3]");
        assert!(
            ended
                .stdout
                .lines()
                .any(|told| told.contains(&format!("play/{name} (")) && told.ends_with(&line))
        );
    }
    assert!(ended.stdout.contains("1 scenario: 0 passed, 1 failed in"), "{}", ended.told());
    assert_eq!(ended.stdout.matches("--filter play/never --seed 1\n").count(), 3, "{}", ended.told());
}

#[test]
fn nothing_begins_once_a_scenario_has_failed_fast() {
    let folder = Folder::with("1.yaml", &fails("fails"));
    for number in 2..6 {
        folder.write(&format!("{number}.yaml"), passes("greets", ""));
    }
    let ended = folder.run(&["run", ".", "--fail-fast", "--serial"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(ended.stdout.contains("5 scenarios: 0 passed, 1 failed, 4 not run in"), "{}", ended.told());
}

#[test]
fn real_times_are_multiplied() {
    let text = "scenario: waits\nworld: {apps: {bot: {start: \"${env.TINY_BOT} slow 1500\"}}}\n\
                timeouts: {quiet: 50ms}\nsteps:\n  - user: user\n    says: hello\n  \
                - expect: {app: bot, sends: At last!, within: 500ms}\n";
    let folder = Folder::with("play.yaml", text);
    let ended = folder.run(&["run", "."]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    let ended = folder.run(&["run", ".", "--timeouts", "40"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let ended = folder.run(&["run", ".", "--timeouts", "0.5"]);
    assert!(ended.stdout.contains("it did not come within 0.25 s"), "{}", ended.told());
    assert!(ended.stdout.contains("--seed 1 --timeouts 0.5\n"), "{}", ended.told());
    assert_eq!(folder.run(&["run", ".", "--timeouts", "soon"]).code, Some(2));
}

#[test]
fn every_scenario_can_have_bots_of_its_own() {
    let count = "echo started >> starts\nexec \"$TINY_BOT\" slow 0\n";
    let folder = Folder::with("bot.sh", count);
    for number in 0..3 {
        folder.write(
            &format!("{number}.yaml"),
            "scenario: greets\nworld: {apps: {bot: {start: sh bot.sh}}}\nsteps:\n  - user: user\n    says: hi\n  \
             - expect: {app: bot, sends: At last!}\n",
        );
    }
    let starts = || std::fs::read_to_string(folder.path("starts")).expect("it was started").lines().count();
    assert_eq!(folder.run(&["run", "."]).code, Some(0));
    assert_eq!(starts(), 1);
    assert_eq!(folder.run(&["run", ".", "--restart", "each"]).code, Some(0));
    assert_eq!(starts(), 4);
}

/// The bot answers nobody before all have written, so that this passes only if all wait for it at once.
#[test]
fn sixty_four_scenarios_wait_for_a_slow_bot_at_once() {
    let folder = Folder::new();
    for number in 0..64 {
        folder.write(
            &format!("{number}.yaml"),
            "scenario: greets\nworld: {apps: {bot: {start: \"${env.TINY_BOT} together 0 64\"}}}\n\
             timeouts: {reply: 60s}\nsteps:\n  - user: user\n    says: hi\n  - expect: {app: bot, sends: At last!}\n",
        );
    }
    // What a machine with two cores has by default.
    let ended = folder.run(&["run", ".", "--jobs", "8"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn who_waits_for_a_bot_holds_no_job() {
    let greets = "scenario: greets\nworld: {apps: {bot: {start: \"${env.TINY_BOT} together 0 16\"}}}\n\
                  timeouts: {reply: 60s}\nsteps:\n  - user: user\n    says: hi\n  - expect: {app: bot, sends: At last!}\n";
    let folder = Folder::new();
    for number in 0..16 {
        folder.write(&format!("{number}.yaml"), greets);
    }
    let ended = folder.run(&["run", ".", "--jobs", "1"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn serial_scenarios_end_before_the_next_one_begins() {
    let folder = Folder::new();
    for number in 1..=8 {
        folder.write(&format!("{number}.yaml"), passes("greets", ""));
    }
    let ended = folder.run(&["run", ".", "--serial", "--report", "json=out.jsonl"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let text = std::fs::read_to_string(folder.path("out.jsonl")).expect("a report");
    let events = text.lines().filter_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let event = line["event"].as_str()?.strip_prefix("scenario_")?.to_owned();
        Some(format!("{} {event}", line["name"].as_str()?))
    });
    let expected =
        (1..=8).flat_map(|number| ["started", "finished"].map(|event| format!("{number}/greets {event}")));
    assert_eq!(events.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn a_failure_can_be_kept_and_looked_into() {
    let folder = Folder::with(
        "play.yaml",
        "scenario: stays\nworld: {apps: {bot: {start: \"${env.TINY_BOT} slow 0\"}}}\ntimeouts: {reply: 400ms}\n\
         steps:\n  - user: user\n    says: hello\n  - expect: {app: bot, sends: Good morning}\n",
    );
    let mut process =
        Process::start(&mut folder.command(&["run", ".", "--keep", "--report", "junit=out.xml"]));
    process.prints("Ctrl-C ends it.");
    process.prints("1 scenario: 0 passed, 1 failed");
    let told = process.stderr();
    let url = told.lines().find_map(|line| line.strip_prefix("  emulator  ")).expect("a URL");
    let bot = told.lines().find(|line| line.starts_with("  bot  http://127.0.0.1:")).expect("the bot");
    let id: u32 =
        bot.split("(process ").nth(1).and_then(|id| id.trim_end_matches(')').parse().ok()).expect("an id");
    let name = std::fs::read_to_string(format!("/proc/{id}/cmdline")).expect("the process lives");
    assert!(name.contains("tiny-bot"), "{name}");
    assert!(folder.path("out.xml").exists(), "the report is there already");
    let said = folder.run(&["say", "--url", url, "still there?"]);
    assert_eq!(said.code, Some(0), "{}", said.told());
    assert!(said.stdout.contains("At last!"), "{}", said.told());
    let why = folder.run(&["explain", "--url", url, "1"]);
    assert_eq!(why.code, Some(0), "{}", why.told());
    golden("kept", &told.replace(&id.to_string(), "ID"));
    process.signal("INT");
    assert_eq!(process.wait(PATIENCE).code(), Some(1));
    until(Instant::now() + PATIENCE, "the bot ends", || {
        !std::path::Path::new(&format!("/proc/{id}")).exists()
    });
}

#[test]
fn a_run_that_passes_keeps_nothing() {
    let folder = Folder::with("play.yaml", &passes("greets", ""));
    assert_eq!(folder.run(&["run", ".", "--keep"]).code, Some(0));
}

/// What stands on a terminal in the end: a line that is cleared or begun again shows only what comes behind.
fn on_screen(text: &str) -> Vec<String> {
    let behind = |line: &str| {
        let line = line.trim_end_matches('\r');
        let line = line.rsplit("\u{1b}[2K").next().unwrap_or_default();
        line.rsplit('\r').next().unwrap_or_default().to_owned()
    };
    text.split('\n').map(behind).collect()
}

#[test]
fn a_terminal_shows_what_runs_and_keeps_only_the_report() {
    if std::process::Command::new("script").arg("--version").output().is_err() {
        return;
    }
    let folder = Folder::with(
        "play.yaml",
        &format!(
            "{}---\nscenario: long\nsteps:\n  - expect: {{nothing: true, for: 2s}}\n",
            passes("short", "")
        ),
    );
    let run = format!("{} run play.yaml", crate::support::binary().display());
    let mut script = std::process::Command::new("script");
    script
        .args(["-qec", &run, "/dev/null"])
        .current_dir(folder.path("."))
        .env("NO_COLOR", "1")
        .env("TERM", "xterm");
    let mut process = Process::start(script.stdin(std::process::Stdio::null()));
    process.prints("1/2 done, ");
    process.prints(": play/long");
    assert_eq!(process.wait(PATIENCE).code(), Some(0));
    until(Instant::now() + PATIENCE, "the summary", || process.stdout().contains("2 passed in"));
    let screen = on_screen(&process.stdout());
    assert!(screen.iter().any(|line| line.starts_with("ok    play/long (")), "{screen:?}");
    assert!(screen.iter().any(|line| line.starts_with("2 scenarios: 2 passed in")), "{screen:?}");
    assert!(!screen.iter().any(|line| line.contains("done, ")), "{screen:?}");
    assert!(!process.stdout().contains("\u{1b}[1;32m"), "NO_COLOR is respected");
}

#[test]
fn a_bot_that_is_started_by_hand_is_waited_for() {
    let folder = Folder::with(
        "play.yaml",
        "scenario: greets\nworld: {apps: {bot: {start: no-such-program, env: {GREETING: \"it's me\"}}}}\n\
         timeouts: {boot: 100ms}\nsteps:\n  - user: user\n    says: hello\n  - expect: {app: bot, sends: At last!}\n",
    );
    let port = crate::support::free_port().to_string();
    let mut process =
        Process::start(&mut folder.command(&["run", ".", "--bot", "none:bot", "--port", &port]));
    process.prints("so that its webhook answers at ");
    let told = process.stderr();
    let exports: Vec<&str> = told.lines().filter(|line| line.starts_with("export ")).collect();
    let of = |name: &str| {
        let mut lines = exports.iter().rev().filter_map(|line| line.strip_prefix(&format!("export {name}=")));
        lines.next().unwrap_or_else(|| panic!("no {name} in {told}")).to_owned()
    };
    assert_eq!(of("GRAPH_API_URL"), format!("'http://127.0.0.1:{port}'"));
    assert_eq!(of("GREETING"), r"'it'\''s me'");
    assert!(told.contains(&format!("http://127.0.0.1:{}/webhook", of("PORT").trim_matches('\''))), "{told}");
    let script = format!("{}\nexec \"$TINY_BOT\" slow 0", exports.join("\n"));
    let mut bot = std::process::Command::new("sh");
    let bot = Process::start(bot.args(["-c", &script]).env("TINY_BOT", crate::support::TINY_BOT));
    bot.prints("tiny-bot is there");
    assert_eq!(process.wait(PATIENCE).code(), Some(0), "{}", process.stdout());
}
