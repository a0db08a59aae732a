//! `run --watch`: rounds of what is affected by a change.

use std::fs;
use std::process::Command;
use std::time::Instant;

use crate::support::{Folder, PATIENCE, Process, TINY_BOT, free_port, until};

/// A scenario with one message that is answered.
fn scenario(name: &str, says: &str) -> String {
    format!(
        "scenario: {name}\nsteps:\n  - {{user: ana, says: {says}}}\n  - expect: {{app: shopbot, sends: At last!}}\n"
    )
}

/// Two scenarios, a third that uses a part, a fourth with a world of its own, and their bots.
fn shop() -> Folder {
    let folder = Folder::with("emulator.yaml", "apps: {shopbot: {start: sh bot.sh}}\npeople: {ana: {}}\n");
    folder.write("bot.sh", format!("exec {TINY_BOT} slow 0\n"));
    folder.write("tests/a.yaml", scenario("a", "hi"));
    folder.write("tests/b.yaml", scenario("b", "hi") + "---\n" + &scenario("b2", "hi"));
    folder.write("tests/c.yaml", "scenario: c\nsteps:\n  - use: parts/greets.yaml\n");
    folder.write("tests/parts/greets.yaml", scenario("", "part").replace("scenario: ", "part: greets"));
    folder.write(
        "other/world.yaml",
        format!("apps: {{shopbot: {{start: {TINY_BOT} slow 0}}}}\npeople: {{ana: {{}}}}\n"),
    );
    folder.write("tests/d.yaml", "world: ../other/world.yaml\n".to_owned() + &scenario("d", "hi"));
    folder
}

/// A run that watches, with what it prints.
struct Rounds {
    process: Process,
    /// How often it has said that it waits.
    waits: usize,
    /// How much of standard output was looked at.
    seen: usize,
}

impl Rounds {
    fn start(folder: &Folder, more: &[&str]) -> Self {
        let mut arguments = vec!["run", "--watch", "tests"];
        arguments.extend(more);
        Self { process: Process::start(&mut folder.command(&arguments)), waits: 0, seen: 0 }
    }

    /// Waits until it waits; gives what it has printed on standard output since.
    #[track_caller]
    fn next(&mut self) -> String {
        self.waits += 1;
        let (process, waits) = (&self.process, self.waits);
        until(Instant::now() + PATIENCE, "it waits for changes", || {
            process.stderr().matches("waiting for changes; Ctrl-C ends the run").count() >= waits
        });
        assert_eq!(process.stderr().matches("waiting for changes").count(), waits, "{}", process.stderr());
        let all = process.stdout();
        let new = all[self.seen..].to_owned();
        self.seen = all.len();
        new
    }

    /// Waits for a round with this header; gives the names of what passed in it.
    #[track_caller]
    fn round(&mut self, header: &str) -> Vec<String> {
        let told = self.next();
        assert_eq!(told.trim_start().lines().next(), Some(header), "{told}{}", self.process.stderr());
        let names = told.lines().filter_map(|line| line.strip_prefix("ok    ")?.split(" (").next());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        names
    }

    fn end(mut self) -> Option<i32> {
        self.process.signal("INT");
        self.process.wait(PATIENCE).code()
    }
}

#[test]
fn each_round_plays_what_a_change_affects() {
    let folder = shop();
    let mut rounds = Rounds::start(&folder, &[]);
    let all = ["tests/a/a", "tests/b/b", "tests/b/b2", "tests/c/c", "tests/d/d"];
    assert_eq!(rounds.round("=== round 1: all 5 scenarios"), all);
    folder.write("tests/b.yaml", scenario("b", "ho") + "---\n" + &scenario("b2", "hi"));
    assert_eq!(
        rounds.round("=== round 2: tests/b.yaml changed: 2 of 5 scenarios"),
        ["tests/b/b", "tests/b/b2"]
    );
    folder.write("tests/parts/greets.yaml", scenario("", "other").replace("scenario: ", "part: greets"));
    assert_eq!(rounds.round("=== round 3: tests/parts/greets.yaml changed: 1 of 5 scenarios"), ["tests/c/c"]);
    folder.write(
        "other/world.yaml",
        format!("apps: {{shopbot: {{start: {TINY_BOT} slow 1}}}}\npeople: {{ana: {{}}}}\n"),
    );
    assert_eq!(rounds.round("=== round 4: other/world.yaml changed: 1 of 5 scenarios"), ["tests/d/d"]);
    folder.write("bot.sh", format!("exec {TINY_BOT} slow 1\n"));
    assert_eq!(rounds.round("=== round 5: bot.sh changed; `shopbot` restarted: 4 of 5 scenarios"), all[..4]);
    folder.write("tests/e.yaml", scenario("e", "hi"));
    assert_eq!(rounds.round("=== round 6: tests/e.yaml is new: 1 of 6 scenarios"), ["tests/e/e"]);
    fs::create_dir(folder.path("tests/deep")).expect("a folder");
    fs::rename(folder.path("tests/e.yaml"), folder.path("tests/deep/e.yaml")).expect("it can be renamed");
    let header = "=== round 7: tests/deep/e.yaml is new, tests/e.yaml was removed: 1 of 6 scenarios";
    assert_eq!(rounds.round(header), ["tests/deep/e/e"]);
    fs::remove_dir_all(folder.path("tests/deep")).expect("it can be removed");
    assert_eq!(rounds.next(), "\ntests/deep/e.yaml was removed; this affects no scenario\n");
    fs::create_dir(folder.path("tests/deep")).expect("a folder");
    folder.write("tests/deep/e.yaml", scenario("e", "ho"));
    assert_eq!(rounds.round("=== round 8: tests/deep/e.yaml is new: 1 of 6 scenarios"), ["tests/deep/e/e"]);
    fs::remove_file(folder.path("tests/deep/e.yaml")).expect("it can be removed");
    assert_eq!(rounds.next(), "\ntests/deep/e.yaml was removed; this affects no scenario\n");
    // A world that is nearer than the one that was used.
    folder.write(
        "tests/emulator.yaml",
        format!("apps: {{shopbot: {{start: {TINY_BOT} slow 0}}}}\npeople: {{ana: {{}}}}\n"),
    );
    assert_eq!(rounds.round("=== round 9: tests/emulator.yaml is new: 4 of 5 scenarios"), all[..4]);
    fs::remove_file(folder.path("tests/emulator.yaml")).expect("it can be removed");
    assert_eq!(rounds.round("=== round 10: tests/emulator.yaml was removed: 4 of 5 scenarios"), all[..4]);
    assert_eq!(rounds.end(), Some(0));
}

#[test]
fn a_broken_file_is_shown_and_waited_for() {
    let folder = shop();
    folder.write("tests/a.yaml", "scenario: a\nstepps: []\n");
    let mut rounds = Rounds::start(&folder, &[]);
    assert_eq!(rounds.next(), "");
    assert!(rounds.process.stderr().contains("1 error; nothing was run"), "{}", rounds.process.stderr());
    folder.write("tests/a.yaml", scenario("a", "hi"));
    assert_eq!(rounds.round("=== round 1: all 5 scenarios").len(), 5);
    // What else is saved meanwhile is made up for.
    folder.write("tests/a.yaml", "scenario: a\nsteps: [\n");
    assert_eq!(rounds.next(), "");
    folder.write("tests/b.yaml", scenario("b", "hi"));
    folder.write("tests/a.yaml", scenario("a", "ho"));
    let header = "=== round 2: tests/a.yaml changed, tests/b.yaml changed: 2 of 4 scenarios";
    assert_eq!(rounds.round(header), ["tests/a/a", "tests/b/b"]);
    let whole = fs::read(folder.path("tests/c.yaml")).expect("a file");
    folder.write("tests/c.yaml", "scenario: [\n");
    rounds.next();
    folder.write("tests/c.yaml", whole);
    assert_eq!(rounds.next(), "\nall files are in order again; nothing else has changed\n");
    folder.write("tests/c.yaml", "scenario: [\n");
    rounds.next();
    assert_eq!(rounds.end(), Some(2), "nothing could be played at the end");
}

#[test]
fn the_exit_code_and_the_reports_are_those_of_the_last_round() {
    let folder = shop();
    let reports = "junit=out/all.xml,json=out/all.json";
    let mut rounds = Rounds::start(&folder, &["--report", reports, "--journal", "out/journals"]);
    rounds.round("=== round 1: all 5 scenarios");
    let junit = || fs::read_to_string(folder.path("out/all.xml")).expect("a report");
    assert_eq!(junit().matches("<testcase").count(), 5, "{}", junit());
    folder.write("tests/a.yaml", scenario("a", "hi").replace("At last!", "Never!"));
    let told = rounds.next();
    assert!(
        told.starts_with("\n=== round 2: tests/a.yaml changed: 1 of 5 scenarios\nFAIL  tests/a/a"),
        "{told}"
    );
    assert_eq!((junit().matches("<testcase").count(), junit().matches("<failure").count()), (1, 1));
    let lines = fs::read_to_string(folder.path("out/all.json")).expect("a report");
    assert!(lines.lines().last().expect("a line").contains("\"exit_code\":1"), "{lines}");
    folder.write("tests/b.yaml", scenario("b", "ho"));
    let told = rounds.next();
    assert!(told.contains("1 scenario: 1 passed"), "{told}");
    assert!(told.ends_with("not played again, and failed before: tests/a/a\n"), "{told}");
    folder.write("tests/a.yaml", scenario("a", "hi").replace("At last!", "Never ever!"));
    rounds.next();
    assert_eq!(rounds.end(), Some(1));
}

#[test]
fn a_round_that_is_interrupted_ends_with_130() {
    let folder = shop();
    folder.write("tests/a.yaml", "scenario: a\nsteps:\n  - expect: {nothing: true, for: 300s}\n");
    let mut rounds = Rounds::start(&folder, &["--filter", "tests/a/a"]);
    rounds.process.prints("=== round 1: 1 scenario");
    rounds.process.signal("INT");
    assert_eq!(rounds.process.wait(PATIENCE).code(), Some(130));
    assert!(rounds.process.stdout().contains("interrupted: "), "{}", rounds.process.stdout());
}

#[test]
fn a_bot_that_writes_into_its_folder_does_not_lead_from_round_to_round() {
    let folder = shop();
    folder.write("bot.sh", format!("echo $$ >>people.db\nexec {TINY_BOT} slow 0\n"));
    let mut rounds = Rounds::start(&folder, &[]);
    until(Instant::now() + PATIENCE, "it is told", || {
        rounds.process.stderr().contains(
            "warning: people.db has changed in 3 rounds in a row; it looks like a file that `shopbot` writes",
        )
    });
    rounds.waits = rounds.process.stderr().matches("waiting for changes").count().saturating_sub(1);
    rounds.next();
    let played = rounds.process.stdout().matches("=== round").count();
    folder.write("tests/a.yaml", scenario("a", "ho"));
    assert_eq!(
        rounds.round(&format!("=== round {}: tests/a.yaml changed: 1 of 5 scenarios", played + 1)),
        ["tests/a/a"]
    );
    assert_eq!(rounds.end(), Some(0));
}

#[test]
fn a_bot_that_is_started_by_hand_stays_for_all_rounds() {
    let folder = shop();
    let port = free_port().to_string();
    let mut rounds = Rounds::start(
        &folder,
        &["--bot", "none:shopbot", "--filter", "tests/b", "--port", &port, "--timeouts", "10"],
    );
    rounds.process.prints("so that its webhook answers at http://127.0.0.1:");
    let told = rounds.process.stderr();
    let variables = told.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    let mut bot = Command::new(TINY_BOT);
    bot.args(["slow", "0"]).envs(variables.map(|(name, value)| (name, value.trim_matches('\''))));
    let _bot = Process::start(&mut bot);
    assert_eq!(rounds.round("=== round 1: all 2 scenarios"), ["tests/b/b", "tests/b/b2"]);
    folder.write("tests/b.yaml", scenario("b", "ho") + "---\n" + &scenario("b2", "hi"));
    assert_eq!(
        rounds.round("=== round 2: tests/b.yaml changed: all 2 scenarios"),
        ["tests/b/b", "tests/b/b2"]
    );
    assert_eq!(rounds.process.stderr().matches("waiting for the bot `shopbot`").count(), 1);
    assert_eq!(rounds.end(), Some(0));
}

#[test]
fn what_is_asked_for_must_be_there_when_it_begins() {
    let folder = shop();
    let ended = folder.run(&["run", "--watch", "tests", "nowhere.yaml"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.stderr.starts_with("error: cannot read nowhere.yaml: "), "{}", ended.told());
}
