//! Bots that `serve` has started come back: by steps, by `/restart`, and when their files change.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::{Ended, Folder, PATIENCE, Process, Serve, binary, finish, free_port, golden, until};

/// A bot that says which version of it runs, in a world with a help desk.
fn shop(version: &str) -> Folder {
    let folder = Folder::with(
        "emulator.yaml",
        "page: {primary_receiver: shopbot}\napps: {shopbot: {start: sh bot.sh}, desk: {}}\npeople: {ana: {}}\n",
    );
    folder.write("bot.sh", bot(version));
    folder
}

fn bot(version: &str) -> String {
    format!("echo version {version}\nexec \"$TINY_BOT\" mortal 0\n")
}

/// A step on a running emulator.
fn step(folder: &Folder, serve: &Serve, step: &str) -> Ended {
    finish(folder.command(&["step", step]).env("MESSENGER_EMULATOR_URL", &serve.url))
}

#[track_caller]
fn done(folder: &Folder, serve: &Serve, what: &str) -> String {
    let ended = step(folder, serve, what);
    assert_eq!(ended.code, Some(0), "{what} {}", ended.told());
    ended.stdout
}

/// Waits until a text was printed so many times on standard error.
#[track_caller]
fn prints_times(process: &Process, text: &str, count: usize) {
    until(Instant::now() + PATIENCE, &format!("{count} times: {text}\n{}", process.stderr()), || {
        process.stderr().matches(text).count() >= count
    });
}

/// A terminal with `serve` in it, and what types on it; none where there is no `script`.
fn typed(folder: &Folder, arguments: &str) -> Option<(Process, impl Write)> {
    Command::new("script").arg("--version").output().ok()?;
    let serve = format!("{} serve --port 0 {arguments}", binary().display());
    let plain = folder.command(&[]);
    let mut command = Command::new("script");
    command.args(["-qec", &serve, "/dev/null"]).current_dir(folder.path("."));
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("NO_COLOR", "1");
    let mut process = Process::start(command.stdin(Stdio::piped()));
    process.prints("/help tells what else there is");
    let keyboard = process.input();
    Some((process, keyboard))
}

#[test]
fn a_bot_is_stopped_and_started_and_the_conversation_goes_on() {
    let folder = shop("1");
    let serve = Serve::start(&folder, &["--clock", "frozen", "--journal", "all.jsonl"]);
    serve.process.prints("shopbot is ready");
    done(&folder, &serve, "[{user: ana, says: hello}, {expect: {app: shopbot, sends: At last!}}]");
    done(&folder, &serve, "{bot: shopbot, stops: true}");
    // What is said meanwhile is delivered again as always, once the bot is back.
    let down = done(&folder, &serve, "{user: ana, says: are you there?}");
    assert!(down.contains("to shopbot failed (try 1): unreachable: Connection refused"), "{down}");
    done(&folder, &serve, "{bot: shopbot, starts: true}");
    let up = done(&folder, &serve, "[{clock: +1m}, {expect: {app: shopbot, sends: At last!}}]");
    // The first was at once and the second right behind it.
    let again = "  delivery of message “are you there?” to shopbot acknowledged (try 3)\n";
    assert_eq!(up.matches("acknowledged").count(), 1, "{up}");
    assert!(up.contains(again), "{up}");
    serve.process.prints(again);
    done(&folder, &serve, "{bot: shopbot, restarts: true}");
    done(&folder, &serve, "[{user: ana, says: and now?}, {expect: {app: shopbot, sends: At last!}}]");
    done(&folder, &serve, "{expect: {owner: shopbot}}");
    assert!(!serve.process.stderr().contains("has ended"), "{}", serve.process.stderr());
    let world = serve.get("/_emulator/world").json();
    drop(serve);

    // The journal holds the steps, as that of a run does, and can be gone on with.
    let journal = fs::read_to_string(folder.path("all.jsonl")).expect("a journal");
    for verb in ["stops", "starts", "restarts"] {
        let entry = format!("\"kind\":\"bot\",\"data\":{{\"app\":\"shopbot\",\"verb\":\"{verb}\"}}");
        assert_eq!(journal.matches(&entry).count(), 1, "{verb} {journal}");
    }
    let again = Serve::start(&folder, &["--clock", "frozen", "--journal", "all.jsonl"]);
    let now = again.get("/_emulator/world").json();
    assert_eq!((&now["people"], &now["last"]), (&world["people"], &world["last"]));
    drop(again);
    let told = folder.run(&["export", "all.jsonl"]).stdout;
    assert!(told.contains("  - bot: shopbot\n    restarts: true\n"), "{told}");
}

#[test]
fn a_crash_says_how_to_go_on_and_that_works() {
    let folder = shop("1");
    let serve = Serve::start(&folder, &["--clock", "frozen"]);
    serve.process.prints("shopbot is ready");
    done(&folder, &serve, "{user: ana, says: die}");
    serve
        .process
        .prints("the bot `shopbot` has ended by itself (exit status: 9)\nhelp: start it again with `");
    let told = serve.process.stderr();
    let help = told.split("help: start it again with `").nth(1).and_then(|rest| rest.split("`\n").next());
    let help = help.expect("a command").to_owned();
    // Nobody types here.
    assert_eq!(
        help,
        format!("messenger-emulator step '{{bot: shopbot, restarts: true}}' --url {}", serve.url)
    );
    let help = help.replace("messenger-emulator", &binary().display().to_string());
    let ended = finish(Command::new("sh").args(["-c", &help]));
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    done(&folder, &serve, "[{user: ana, says: hello}, {expect: {app: shopbot, sends: At last!}}]");
}

#[test]
fn what_cannot_be_done_with_a_bot_of_serve_is_said_and_leaves_no_trace() {
    let folder = shop("1");
    let serve = Serve::start(&folder, &["--clock", "frozen"]);
    serve.process.prints("shopbot is ready");
    let before = serve.get("/_emulator/world").json()["last"].clone();
    let mut told = String::new();
    for (what, code) in [
        ("{bot: shopbot, starts: true}", 1),
        ("{bot: desk, restarts: true}", 2),
        ("{bot: shopbt, restarts: true}", 2),
    ] {
        let ended = step(&folder, &serve, what);
        assert_eq!(ended.code, Some(code), "{what} {}", ended.told());
        told.extend([format!("$ step '{what}'\n{}", ended.told())]);
    }
    assert_eq!(serve.get("/_emulator/world").json()["last"], before);
    done(&folder, &serve, "{bot: shopbot, stops: true}");
    assert_eq!(step(&folder, &serve, "{bot: shopbot, stops: true}").code, Some(1));
    drop(serve);
    let webhook = format!("http://127.0.0.1:{}/webhook", free_port());
    let serve = Serve::start(&folder, &["--webhook", &format!("shopbot={webhook}")]);
    let ended = step(&folder, &serve, "{bot: shopbot, restarts: true}");
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    told.extend([format!("===== one that somebody else has started\n{}", ended.told())]);
    golden("restart-errors", &told);
}

#[test]
fn a_bot_that_does_not_come_back_is_unreachable_and_may_come_back_later() {
    let folder = shop("1");
    let serve = Serve::start(&folder, &[]);
    serve.process.prints("shopbot is ready");
    folder.write("bot.sh", "echo out of tea >&2; exit 4\n");
    let ended = step(&folder, &serve, "{bot: shopbot, restarts: true}");
    assert_eq!(ended.code, Some(3), "{}", ended.told());
    assert!(
        ended.stderr.contains("the bot `shopbot` ended before it was ready (exit status: 4)"),
        "{}",
        ended.told()
    );
    serve.process.prints("shopbot | out of tea");
    folder.write("bot.sh", bot("2"));
    done(&folder, &serve, "{bot: shopbot, restarts: true}");
    serve.process.prints("shopbot | version 2");
}

#[test]
fn what_a_run_keeps_can_be_restarted() {
    let folder = shop("1");
    folder.write("play.yaml", "scenario: fails\nsteps:\n  - expect: {owner: shopbot, within: 10ms}\n");
    let process = Process::start(&mut folder.command(&["run", "--keep", "play.yaml"]));
    process.prints("Ctrl-C ends it.");
    let told = process.stderr();
    let url = told.split("emulator  ").nth(1).and_then(|rest| rest.lines().next()).expect("a URL");
    let serve = Serve { url: url.to_owned(), process };
    done(
        &folder,
        &serve,
        "[{bot: shopbot, restarts: true}, {user: ana, says: hello}, {expect: {app: shopbot, sends: At last!}}]",
    );
}

#[test]
fn restart_world_and_quit_are_typed() {
    let folder = shop("1");
    let Some((mut process, mut keyboard)) = typed(&folder, "--clock frozen") else { return };
    let mut types = |line: &str| writeln!(keyboard, "{line}").expect("it reads");
    process.prints("shopbot is ready");
    types("/world");
    process.prints("ana has no conversation yet");
    types("die");
    process.prints("the bot `shopbot` has ended by itself (exit status: 9)");
    process.prints("help: start it again with `/restart shopbot`, or `messenger-emulator step");
    types("/restart");
    process.prints("the bot shopbot restarts");
    until(Instant::now() + PATIENCE, "it is ready again", || {
        process.stdout().matches("shopbot is ready").count() == 2
    });
    types("/restart shopbot");
    until(Instant::now() + PATIENCE, "it is ready again", || {
        process.stdout().matches("shopbot is ready").count() == 3
    });
    types("/restart desk");
    process.prints("the bot `desk` was not started by the emulator, so no step can stop or start it");
    types("/step {app: shopbot, passes_control: {to: desk}}");
    types("/world");
    process.prints("Page 100000000000001 “Emulated Page”, primary receiver shopbot");
    process.prints(
        "ana  owner desk, in control until 2026-07-07T09:00:00Z; folder done; window open until 2026-07-07T09:00:00Z  [C-",
    );
    types("/quit");
    assert_eq!(process.wait(PATIENCE).code(), Some(0));
}

#[test]
fn which_bot_is_restarted_must_be_said_where_there_are_two() {
    let folder = Folder::with(
        "emulator.yaml",
        "apps: {shopbot: {start: sh bot.sh}, desk: {start: sh bot.sh}}\npeople: {ana: {}}\n",
    );
    folder.write("bot.sh", bot("1"));
    let Some((process, mut keyboard)) = typed(&folder, "") else { return };
    process.prints("shopbot is ready");
    writeln!(keyboard, "/restart").expect("it reads");
    process.prints("which one? Write for example /restart shopbot or /restart desk");
    let folder = Folder::with("emulator.yaml", "apps: {desk: {}}\n");
    let Some((process, mut keyboard)) = typed(&folder, "") else { return };
    writeln!(keyboard, "/restart").expect("it reads");
    process.prints("no bot was started here");
}

#[test]
fn a_saved_file_restarts_the_bot_and_the_conversation_goes_on() {
    let folder = shop("1");
    let serve = Serve::start(&folder, &["--watch", "--journal", "all.jsonl"]);
    serve.process.prints("watching .: `shopbot` is restarted when a file changes");
    serve.process.prints("shopbot is ready");
    done(&folder, &serve, "[{user: ana, says: hello}, {expect: {app: shopbot, sends: At last!}}]");
    folder.write("bot.sh", bot("2"));
    serve.process.prints("restarting `shopbot`: bot.sh changed\n");
    prints_times(&serve.process, "shopbot is ready", 2);
    serve.process.prints("shopbot | version 2");
    done(
        &folder,
        &serve,
        "[{user: ana, says: again}, {expect: {app: shopbot, sends: At last!}}, {expect: {owner: shopbot}}]",
    );
    assert!(!serve.process.stderr().contains("has ended"), "{}", serve.process.stderr());
    // A change is nobody's step: no recording would repeat it.
    assert!(!fs::read_to_string(folder.path("all.jsonl")).expect("a journal").contains("restarts"));
}

#[test]
fn only_files_of_the_bot_restart_it_however_they_are_saved() {
    let folder = shop("1");
    folder.write(".gitignore", "*.log\nbuild/\n");
    fs::create_dir(folder.path("lib")).expect("a folder");
    let serve = Serve::start(&folder, &["--watch", "--journal", "all.jsonl", "--ready-file", "ready"]);
    serve.process.prints("shopbot is ready");
    let mut restarts = 0;
    let mut restarted = |told: &str| {
        restarts += 1;
        serve.process.prints(&format!("restarting `shopbot`: {told}\n"));
        prints_times(&serve.process, "shopbot | version", restarts + 1);
        assert_eq!(
            serve.process.stderr().matches("restarting").count(),
            restarts,
            "{}",
            serve.process.stderr()
        );
    };
    // None of these counts; the one that comes last does.
    for name in
        ["node_modules/a/b.js", ".venv/bin/x", "__pycache__/bot.pyc", "all.log", "build/x.js", ".bot.sh.swp"]
    {
        folder.write(name, "1");
    }
    folder.write("test.yaml", "scenario: a\nsteps: [{note: hi}]\n");
    done(&folder, &serve, "{user: ana, says: hello}");
    folder.write("lib/new.js", "1");
    restarted("lib/new.js is new");
    // As an editor saves that writes another file and renames it.
    folder.write("bot.sh~", bot("2"));
    fs::rename(folder.path("bot.sh~"), folder.path("bot.sh")).expect("it can be renamed");
    restarted("bot.sh changed");
    // A folder that is new, with what is put into it later.
    folder.write("deep/er/a.js", "1");
    restarted("deep/er/a.js is new");
    folder.write("deep/er/a.js", "2");
    restarted("deep/er/a.js changed");
    fs::remove_dir_all(folder.path("deep")).expect("it can be removed");
    restarted("deep/er/a.js was removed");
}

#[test]
fn a_folder_that_is_made_again_is_watched_again() {
    let folder = shop("1");
    folder.write("lib/a.js", "1");
    let serve = Serve::start(&folder, &["--watch"]);
    serve.process.prints("shopbot is ready");
    // As another branch is checked out, and this one again: between two looks, and for longer.
    fs::rename(folder.path("lib"), folder.path("lib2")).expect("it can be renamed");
    folder.write("lib/a.js", "22");
    serve.process.prints("restarting `shopbot`: lib/a.js changed, and 1 more file");
    folder.write("lib/a.js", "333");
    serve.process.prints("restarting `shopbot`: lib/a.js changed\n");
    fs::remove_dir_all(folder.path("lib")).expect("it can be removed");
    serve.process.prints("restarting `shopbot`: lib/a.js was removed\n");
    folder.write("lib/a.js", "4444");
    serve.process.prints("restarting `shopbot`: lib/a.js is new\n");
    folder.write("lib/a.js", "55555");
    prints_times(&serve.process, "restarting `shopbot`: lib/a.js changed\n", 2);
}

#[test]
fn globs_of_the_world_replace_the_folder() {
    let folder = shop("1");
    folder.write("shop/bot.sh", bot("1"));
    folder.write("shop/src/a.js", "1");
    folder.write("shared/b.js", "1");
    folder.write(
        "shop/world.yaml",
        "apps: {shopbot: {start: sh bot.sh, watch: [src/, '!src/gen/', ../shared/*.js]}}\npeople: {ana: {}}\n",
    );
    let serve = Serve::start(&folder, &["--watch", "--config", "shop/world.yaml"]);
    serve.process.prints(
        "watching shop (src/, !src/gen/, ../shared/*.js): `shopbot` is restarted when a file changes",
    );
    serve.process.prints("shopbot is ready");
    folder.write("shop/bot.sh", bot("2"));
    folder.write("shop/src/gen/a.js", "1");
    folder.write("shop/src/a.js", "2");
    serve.process.prints("restarting `shopbot`: shop/src/a.js changed\n");
    prints_times(&serve.process, "shopbot is ready", 2);
    folder.write("shared/b.js", "2");
    serve.process.prints("restarting `shopbot`: shared/b.js changed\n");
}

#[test]
fn a_crashed_bot_comes_back_when_its_file_is_saved() {
    let folder = shop("1");
    let serve = Serve::start(&folder, &["--watch"]);
    serve.process.prints("shopbot is ready");
    folder.write("bot.sh", "exit 3\n");
    serve
        .process
        .prints("the bot `shopbot` has ended by itself (exit status: 3)\nhelp: start it again with ");
    serve.process.prints(", or save one of its files\n");
    folder.write("bot.sh", bot("2"));
    serve.process.prints("shopbot | version 2");
    prints_times(&serve.process, "shopbot is ready", 2);
}

#[test]
fn a_bot_that_writes_into_its_folder_is_not_restarted_for_ever() {
    let folder = shop("1");
    folder.write("bot.sh", "echo $$ >>people.db\nexec \"$TINY_BOT\" slow 0\n");
    let serve = Serve::start(&folder, &["--watch"]);
    serve.process.prints("shopbot is ready");
    folder.write("people.db", "");
    serve.process.prints("warning: people.db keeps changing: `shopbot` was restarted 5 times within 10 s");
    serve.process.prints(
        "help: name the file in .gitignore, or the files that count with `watch:` in the world; to go on: `",
    );
    assert_eq!(
        serve.process.stderr().matches("restarting `shopbot`").count(),
        5,
        "{}",
        serve.process.stderr()
    );
    folder.write("bot.sh", "echo version 2\nexec \"$TINY_BOT\" slow 0\n");
    done(&folder, &serve, "{bot: shopbot, restarts: true}");
    serve.process.prints("watching the files of `shopbot` again");
    folder.write("bot.sh", "echo version 3\nexec \"$TINY_BOT\" slow 0\n");
    serve.process.prints("restarting `shopbot`: bot.sh changed");
    serve.process.prints("shopbot | version 3");
}

#[test]
fn what_watching_cannot_do_is_said() {
    let folder = shop("1");
    let serve = Serve::start(&folder, &["--watch"]);
    serve.process.prints("shopbot is ready");
    let world = fs::read_to_string(folder.path("emulator.yaml")).expect("a world");
    folder.write("emulator.yaml", world.replace("desk", "help"));
    serve.process.prints("emulator.yaml changed: end `serve` and start it again to use it");
    assert!(!serve.process.stderr().contains("restarting"), "{}", serve.process.stderr());
    let ended =
        folder.run(&["serve", "--port", "0", "--watch", "--webhook", "shopbot=http://127.0.0.1:3000/"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    golden("watch-nothing", &ended.stderr);
}
