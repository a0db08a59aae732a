//! `serve` and what talks to it: `say`, `step`, `explain`, a terminal.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::support::{Folder, Process, Serve, binary, free_port, golden};

#[test]
fn the_url_comes_first_and_alone_and_the_ready_file_is_whole() {
    let folder = Folder::new();
    let mut serve = Serve::start(&folder, &["--ready-file", "ready"]);
    assert_eq!(serve.process.stdout(), format!("{}\n", serve.url));
    assert_eq!(fs::read_to_string(folder.path("ready")).expect("it is there"), format!("{}\n", serve.url));
    assert_eq!(serve.get("/_emulator/health").status, 200);
    let left: Vec<_> = fs::read_dir(folder.path(".")).expect("the folder").flatten().collect();
    assert_eq!(left.len(), 1, "nothing is left beside it: {left:?}");
    serve.process.prints("Another terminal");
    serve.process.signal("TERM");
    serve.process.wait(crate::support::PATIENCE);
    golden("serve-banner", &serve.process.stderr());
}

#[test]
fn the_bots_of_the_world_are_started_heard_and_ended() {
    let folder = Folder::new();
    let tiny = crate::support::TINY_BOT;
    folder.write("emulator.yaml", "apps: {bot: {start: '${emulator.bin} demo-bot'}}");
    let mut serve = Serve::start(&folder, &[]);
    serve.process.prints("bot | demo-bot listening on http://127.0.0.1:");
    serve.process.prints("bot is ready: its webhook passed the verification");
    let mut say = folder.command(&["say", "hello"]);
    let said = crate::support::finish(say.env("MESSENGER_EMULATOR_URL", &serve.url));
    assert!(said.stdout.contains("user gets “Hello!"), "{}", said.told());
    let mut say = folder.command(&["say", "--", "-", "${vars.x} costs $${5}"]);
    let said = crate::support::finish(say.env("MESSENGER_EMULATOR_URL", &serve.url));
    assert!(said.stdout.contains("user gets “You said: - ${vars.x} costs $${5}”"), "{}", said.told());
    let listening = serve.process.stderr();
    let port =
        listening.split("listening on http://127.0.0.1:").nth(1).and_then(|rest| rest.split('/').next());
    let port: u16 = port.and_then(|port| port.parse().ok()).expect("a port");
    serve.process.signal("INT");
    assert_eq!(serve.process.wait(crate::support::PATIENCE).code(), Some(130));
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok(), "the bot has ended");
    assert!(!serve.process.stderr().contains("has ended"), "{}", serve.process.stderr());

    folder.write("emulator.yaml", format!("apps: {{bot: {{start: [{tiny:?}, ends]}}}}"));
    let serve = Serve::start(&folder, &[]);
    serve.process.prints("the bot `bot` has ended by itself (exit status: ");

    folder.write("emulator.yaml", "apps: {bot: {start: ./no-such-program}}");
    let serve = Serve::start(&folder, &[]);
    serve.process.prints("bot | ");
    serve.process.prints("./no-such-program");
    serve.process.prints("the bot `bot` has ended by itself (exit status: ");

    // Whoever names a webhook has started the bot.
    let serve = Serve::start(&folder, &["--webhook", &format!("http://127.0.0.1:{}/webhook", free_port())]);
    serve.process.prints("waiting for bot: nobody answers at ");
}

#[test]
fn a_bot_that_starts_later_is_waited_for_and_talked_to() {
    let folder = Folder::new();
    let port = free_port();
    let webhook = format!("http://127.0.0.1:{port}/webhook");
    let journal = folder.path("all.jsonl");
    let serve = Serve::start(
        &folder,
        &["--webhook", &webhook, "--journal", "all.jsonl", "--clock", "frozen", "--person", "user"],
    );
    serve.process.prints("waiting for bot: nobody answers at ");
    let mut bot = folder.command(&["demo-bot", "--port", &port.to_string()]);
    let _bot = Process::start(bot.env("GRAPH_API_URL", &serve.url));
    serve.process.prints("bot is ready: its webhook passed the verification");
    assert_eq!(serve.process.stderr().matches("waiting for").count(), 1, "it says so once");

    let mut told = String::new();
    let mut act = |arguments: &[&str], code| {
        let mut command = folder.command(arguments);
        let ended = crate::support::finish(command.env("MESSENGER_EMULATOR_URL", &serve.url));
        assert_eq!(ended.code, Some(code), "{arguments:?} {}", ended.told());
        told.extend([format!("$ messenger-emulator {}\n{}\n", arguments.join(" "), ended.told())]);
        ended
    };
    act(&["say", "hello", "there"], 0);
    act(&["step", "{expect: {app: bot, sends: {text: {starts_with: Hello!}}}}"], 0);
    act(&["step", "{app: bot, takes_control: {metadata: mine}}"], 0);
    act(&["step", "{app: bot, sends: again, refused: true}"], 1);
    act(&["step", "{app: bott, sends: hi}"], 2);
    act(&["say", "hello", "--as", "usr"], 2);
    act(&["step", "[{clock: +25h}, {app: bot, sends: Still there?, refused: {code: 10}}]"], 0);
    let json = act(&["say", "you", "--format", "json"], 0);
    let entries: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(entries[0]["kind"], "says");
    let refusal = serve.get("/_emulator/journal").json();
    let refusal = refusal.as_array().expect("a list").iter().find(|entry| entry["kind"] == "refused");
    let number = refusal.expect("a refusal")["seq"].to_string();
    let live = act(&["explain", &number], 0);
    act(&["explain", "9999"], 2);
    act(&["explain", "first"], 2);
    // The same entry from the file, although the variable names a running emulator too.
    let file = act(&["explain", &number, "--journal", "all.jsonl"], 0);
    assert_eq!(live.stdout, file.stdout);
    let lane = act(&["explain", &format!("serve:{number}"), "--journal", "all.jsonl"], 0);
    assert_eq!(live.stdout, lane.stdout);
    act(&["explain", "9999", "--journal", "all.jsonl"], 2);
    act(&["explain", "1", "--journal", "none.jsonl"], 2);
    let without_json = told
        .replace(&json.stdout, "[…]\n")
        .replace(&format!("explain {number}"), "explain N")
        .replace(&format!("serve:{number}"), "serve:N")
        .replace(&format!("\n{number} 2026"), "\nN 2026");
    golden("serve-talk", &without_json);

    serve.process.prints("user gets “You said: you” from bot");
    serve.process.prints(&format!("why: messenger-emulator explain --url {} {number}", serve.url));
    golden("serve-live", &serve.process.stdout());

    let text = fs::read_to_string(&journal).expect("a journal");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert_eq!((&lines[0]["format"], &lines[0]["lane"]), (&Value::from(2), &Value::from("serve")));
    assert_eq!(lines[1]["seq"], 1);
    assert!(lines[1..].iter().all(|line| line["kind"].is_string() && line["at"].is_string()));
    let again = folder.run(&["serve", "--port", "0", "--journal", "all.jsonl"]);
    assert_eq!(again.code, Some(2));
    golden("serve-journal-in-use", &again.told());
    assert_eq!(fs::read_to_string(&journal).expect("it is still there"), text, "it is not touched");
}

#[test]
fn the_verification_is_tried_again_and_the_waiting_told_once() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let webhook = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let bot = thread::spawn(move || {
        for attempt in 1..=3 {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            assert!(
                head.contains("hub.mode=subscribe") && head.contains("hub.verify_token=bot-verify-token")
            );
            let challenge = head.split_once("hub.challenge=").map_or("", |(_, rest)| rest);
            let challenge = challenge.split(['&', ' ']).next().unwrap_or_default();
            let (status, body) = if attempt < 3 { (503, "") } else { (200, challenge) };
            let length = body.len();
            let answer =
                format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).expect("it listens");
        }
    });
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--webhook", &webhook]);
    serve.process.prints("bot is ready: its webhook passed the verification");
    bot.join().expect("three tries");
    let told = serve.process.stderr();
    assert_eq!(told.matches("waiting for bot: ").count(), 1, "{told}");
    assert!(told.contains("answered the verification with status 503, expected 200"), "{told}");
}

#[test]
fn nobody_there_to_talk_to() {
    let folder = Folder::new();
    let nobody = format!("http://127.0.0.1:{}", free_port());
    for arguments in [["say", "hi"], ["step", "{note: hi}"], ["explain", "1"]] {
        let ended = folder.run(&[arguments[0], arguments[1], "--url", &nobody]);
        assert_eq!(ended.code, Some(3));
        golden("nobody-there", &ended.told());
    }
    for url in ["https://127.0.0.1:7380", "emulator", "::", ""] {
        let ended = folder.run(&["say", "hi", "--url", url]);
        assert_eq!(ended.code, Some(3), "{}", ended.told());
        assert!(ended.stderr.contains("write it as http://127.0.0.1:7380"), "{url}: {}", ended.stderr);
    }
}

#[test]
fn arguments_that_cannot_be_used() {
    let folder = Folder::with("bad.yaml", "page: {primary: bot}\napps: {bot: {webhok: nowhere}}\n");
    folder.write("play.yaml", "scenario: a\nsteps:\n  - note: hi\n");
    folder.write("url.yaml", "apps: {bot: {webhook: \"ftp://127.0.0.1/\"}}\n");
    let two = ["--webhook", "shop=http://127.0.0.1:1/", "--webhook", "desk=http://127.0.0.1:2/"];
    let mut told = String::new();
    for arguments in [
        ["--webhook", "wss://127.0.0.1:3000/webhook"].as_slice(),
        &["--webhook", "http://shop.example/webhook"],
        &["--webhook", "my webhook"],
        &[two[0], two[1], two[2], two[3], "--app-secret", "abc"],
        &[two[0], two[1], two[2], two[3], "--page-token", "dsk=abc"],
        &["--fields", "mesages"],
        &["--person", "user", "--person", "user"],
        &["--config", "bad.yaml"],
        &["--config", "url.yaml"],
        &["--config", "play.yaml"],
        &["--config", "none.yaml"],
        &["--port", "70000"],
        &["--allow-host", "http://bot.test:80"],
        &["--allow-host", "*.bot.test"],
        &["--port", "0", "--ready-file", "none/ready"],
        &["--port", "0", "--journal", "none/all.jsonl"],
    ] {
        let mut all = vec!["serve"];
        all.extend(arguments);
        let ended = folder.run(&all);
        assert_eq!(ended.code, Some(2), "{arguments:?} {}", ended.told());
        assert!(!ended.stderr.contains("error: error"), "{}", ended.stderr);
        told.extend([format!("$ messenger-emulator {}\n{}\n", all.join(" "), ended.told())]);
    }
    golden("serve-arguments", &told);
}

#[test]
fn a_time_after_the_last_one_says_which_is_the_last() {
    let folder = Folder::with(
        "late.yaml",
        "scenario: late\nbegin_at: 9999-12-30T00:00:01Z\nsteps:\n  - clock: {to: 9999-12-31T23:59:59Z}\n  - clock: {to: 12026-01-01T00:00:00Z}\n",
    );
    let ended = folder.run(&["check", "late.yaml"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert_eq!(ended.stderr.matches("is too late for the clock").count(), 3, "{}", ended.told());
    assert_eq!(
        ended.stderr.matches("help: the latest moment is `9999-12-30T00:00:00Z`").count(),
        3,
        "{}",
        ended.told()
    );
    let ended = folder.run(&["serve", "--clock", "frozen", "--begin-at", "9999-12-31T23:59:59Z"]);
    assert!(ended.stderr.contains("the latest moment is 9999-12-30T00:00:00Z"), "{}", ended.told());
}

#[test]
fn several_apps_are_named_in_front_of_values() {
    let folder = Folder::new();
    let shop = format!("shop=http://127.0.0.1:{}/hook", free_port());
    let desk = format!("desk=http://127.0.0.1:{}/hook", free_port());
    let serve = Serve::start(
        &folder,
        &[
            "--webhook",
            &shop,
            "--webhook",
            &desk,
            "--app-secret",
            "desk=hush",
            "--page-token",
            "shop=mine",
            "--verify-token",
            "desk=check=",
            "--fields",
            "shop=messages,standby",
            "--people",
            "3",
        ],
    );
    serve.process.prints("waiting for shop");
    serve.process.prints("waiting for desk");
    let text = serve.process.stderr();
    let banner = text.split("waiting for").next().expect("a banner");
    golden("serve-several-apps", banner);
}

#[test]
fn every_app_is_named_in_the_environment_of_several() {
    let folder =
        Folder::with("emulator.yaml", "page: {primary_receiver: shopBot}\napps: {shopBot: {}, desk: {}}\n");
    let serve = Serve::start(&folder, &[]);
    serve.process.prints("Another terminal");
    let text = serve.process.stderr();
    for line in ["    APP_ID_SHOPBOT=200000000000001\n", "    APP_ID_DESK=200000000000002\n"] {
        assert_eq!(text.matches(line).count(), 2, "{text}");
    }
    assert!(!text.contains("note:"), "{text}");
}

#[test]
fn apps_that_share_a_webhook_and_a_page_without_primary_receiver_are_remarked_upon() {
    let folder = Folder::with(
        "emulator.yaml",
        "apps:\n  shop: {webhook: \"http://127.0.0.1:9/hook\"}\n  desk: {webhook: \"http://127.0.0.1:9/hook\"}\n  third: {}\n",
    );
    let serve = Serve::start(&folder, &[]);
    serve.process.prints("Another terminal");
    let text = serve.process.stderr();
    let notes: Vec<&str> = text.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!(
        notes,
        [
            "note: shop and desk have the same webhook, http://127.0.0.1:9/hook: each event arrives there once for each of \
             them, and only its signature tells for which",
            "note: the Page has no primary receiver: when somebody writes, no app is given control, all of them hear it on \
             `messaging` and may answer; --primary-receiver shop names one"
        ]
    );
    // One app has nobody to share control with, and one webhook is nobody else's.
    folder.write("emulator.yaml", "apps:\n  shop: {webhook: \"http://127.0.0.1:9/hook\"}\n");
    let serve = Serve::start(&folder, &[]);
    serve.process.prints("Another terminal");
    assert!(!serve.process.stderr().contains("note:"), "{}", serve.process.stderr());
}

#[test]
fn what_the_remark_without_primary_receiver_says_is_so() {
    let folder = Folder::with("emulator.yaml", "apps: {shop: {}, desk: {}}\npeople: {ana: {}}\n");
    let serve = Serve::start(&folder, &["--clock", "frozen"]);
    let steps = "[{user: ana, says: hello}, {expect: {owner: idle}}, {app: desk, sends: hi}, {app: shop, sends: hi}, \
                 {expect: {webhook: shop, channel: messaging, event: {message: {text: hello}}}}]";
    let answer = serve.post("/_emulator/steps", steps);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn a_config_file_is_found_by_itself() {
    let folder = Folder::with("emulator.yaml", "apps: {tea: {}, milk: {}}\npeople: {ana: {}}\n");
    let serve = Serve::start(&folder, &[]);
    let world = serve.get("/_emulator/world").json();
    assert_eq!((&world["apps"][1]["name"], &world["people"][0]["name"]), (&"milk".into(), &"ana".into()));
}

#[test]
fn quiet_prints_no_lines() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--quiet"]);
    assert_eq!(serve.post("/_emulator/steps", "{user: user, says: hello}").status, 200);
    assert_eq!(serve.post("/_emulator/steps?wait=quiet", "{app: bot, sends: hi}").status, 200);
    assert_eq!(serve.process.stdout(), format!("{}\n", serve.url));
}

#[test]
fn lines_typed_on_a_terminal_are_said() {
    // A terminal of its own is what `script` gives to a command.
    if Command::new("script").arg("--version").output().is_err() {
        return;
    }
    let folder = Folder::with("emulator.yaml", "apps: {bot: {}}\npeople: {ana: {}, ben: {}}\n");
    let serve = format!("{} serve --port 0 --clock frozen", binary().display());
    let mut script = Command::new("script");
    script.args(["-qec", &serve, "/dev/null"]).current_dir(folder.path(".")).env("NO_COLOR", "1");
    let mut process = Process::start(script.stdin(Stdio::piped()));
    process.prints("Type a line to say it as `ana`; /help tells what else there is.");
    let mut keyboard = process.input();
    for (line, answer) in [
        ("/help", "ends the emulator, as Ctrl-C does"),
        ("good morning", "ana says “good morning”"),
        ("/as nobody", "there is no person `nobody`; there are ana, ben"),
        ("still me", "ana says “still me”"),
        ("/as ben", "ben speaks now"),
        ("me too", "ben says “me too”"),
        ("/clock +2h", "clock moves to 2026-07-06T11:00:00Z"),
        ("/step {app: bot, of: ben, sends: hi Ben}", "ben gets “hi Ben” from bot"),
        ("/step {app: bot}", "error: "),
        ("/explain 1", "M-203 a person writes"),
        ("/explain 999", "there is no entry 999"),
        ("//start now", "ben says “/start now”"),
        ("/dance", "there is no command /dance; /help tells which there are"),
        ("   ", ""),
    ] {
        writeln!(keyboard, "{line}").expect("it reads");
        process.prints(answer);
    }
    // Ctrl-C on the terminal.
    keyboard.write_all(b"\x03").expect("it reads");
    assert_eq!(process.wait(crate::support::PATIENCE).code(), Some(130));
}

#[test]
fn a_bot_that_is_down_for_an_hour_is_warned_about_and_keeps_its_webhooks() {
    let off = "webhooks of bot are switched off until it subscribes again";
    for (page, switched_off) in [("{}", false), ("{options: {webhook_disabling: on}}", true)] {
        let webhook = format!("http://127.0.0.1:{}/webhook", free_port());
        let world =
            format!("page: {page}\napps: {{bot: {{webhook: \"{webhook}\"}}}}\npeople: {{user: {{}}}}\n");
        let folder = Folder::with("emulator.yaml", &world);
        let serve = Serve::start(&folder, &["--clock", "frozen"]);
        let steps = "[{user: user, says: hello}, {clock: +2h}]";
        let mut command = folder.command(&["step", steps]);
        let ended = crate::support::finish(command.env("MESSENGER_EMULATOR_URL", &serve.url));
        assert_eq!(ended.code, Some(0), "{}", ended.told());
        let told = |what: &str| serve.process.stdout().matches(what).count();
        let all = || told("webhooks of bot have failed since") + told(off) == 2;
        crate::support::until(std::time::Instant::now() + crate::support::PATIENCE, "it is told twice", all);
        assert_eq!(told(off), usize::from(switched_off), "{}", serve.process.stdout());
    }
}
