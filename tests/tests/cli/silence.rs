//! Whatever would leave somebody wondering is said: what a bot answered, who did not hear something and why.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::{Ended, Folder, Serve, TINY_BOT, finish, free_port};

/// A `serve` with the tiny bot in this mood.
fn serve_tiny(bot: &str, more: &str) -> (Folder, Serve) {
    let folder = Folder::with(
        "emulator.yaml",
        &format!("apps:\n  bot: {{start: [{TINY_BOT:?}, {bot}]{more}}}\npeople: {{ana: {{}}}}\n"),
    );
    let serve = Serve::start(&folder, &["--clock", "frozen", "--journal", "all.jsonl"]);
    serve.process.prints("bot is ready");
    (folder, serve)
}

/// Runs a command that talks to the emulator.
fn talk(folder: &Folder, serve: &Serve, arguments: &[&str]) -> Ended {
    let mut command = folder.command(arguments);
    finish(command.env("MESSENGER_EMULATOR_URL", &serve.url))
}

/// The number of the first line of a transcript that holds the text.
#[track_caller]
fn number_of(lines: &str, text: &str) -> String {
    let line = lines.lines().find(|line| line.contains(text));
    let line = line.unwrap_or_else(|| panic!("no `{text}` in\n{lines}"));
    line.split_whitespace().next().unwrap_or_default().to_owned()
}

#[test]
fn what_a_bot_answers_beside_a_status_that_is_not_2xx_is_shown_without_secrets() {
    let (folder, serve) = serve_tiny("refuses, '403', \"bad\\nsignature for bot-app-secret \\e[31m\"", "");
    let said = talk(&folder, &serve, &["say", "hello"]);
    let failed = "delivery of message “hello” to bot failed (try 1): answered with 403: bad signature for ${bot.secret} \\u{1b}[31m";
    let asked = "is the bot's app secret `bot-app-secret`, or what `secret:` of the app or --app-secret says instead?";
    assert!(said.stdout.contains(&format!("{failed}; {asked}\n")), "{}", said.told());
    assert_eq!(said.stdout.matches(asked).count(), 1, "once is enough: {}", said.told());
    assert!(!said.stdout.contains("of bot-app-secret"), "{}", said.told());
    let number = number_of(&said.stdout, "(try 1)");
    let live = talk(&folder, &serve, &["explain", &number]).stdout;
    assert!(live.contains("  it said    bad signature for ${bot.secret} \\u{1b}[31m\n"), "{live}");
    assert!(live.contains(asked), "{live}");
    let file = talk(&folder, &serve, &["explain", &number, "--journal", "all.jsonl"]).stdout;
    assert_eq!(live, file);
    // It may differ in each run, so it is no part of what is compared.
    let journal = fs::read_to_string(folder.path("all.jsonl")).expect("a journal");
    let attempt = journal.lines().find(|line| line.contains("\"attempt\"")).expect("an attempt");
    let attempt: serde_json::Value = serde_json::from_str(attempt).expect("JSON");
    assert_eq!(attempt["wall"]["answer"], "bad signature for ${bot.secret} \u{1b}[31m");
    assert!(!attempt["data"].to_string().contains("signature"), "{attempt}");
}

#[test]
fn any_other_status_shows_the_answer_and_asks_for_no_secret() {
    for (status, body, shown) in [
        (
            "500",
            "Traceback (most recent call last)",
            "answered with 500: Traceback (most recent call last)\n",
        ),
        ("404", "", "answered with 404\n"),
        ("401", "who are you?", "answered with 401: who are you?; is the bot's app secret"),
    ] {
        let (folder, serve) = serve_tiny(&format!("refuses, '{status}', {body:?}"), "");
        let said = talk(&folder, &serve, &["say", "hello"]);
        assert!(said.stdout.contains(shown), "{status}: {}", said.told());
        assert_eq!(said.stdout.contains("app secret"), status == "401", "{}", said.told());
    }
}

/// Steps of a world in which nobody is subscribed to much, played by `serve`.
fn unheard(steps: &str) -> (Folder, Serve, String) {
    let folder = Folder::with(
        "emulator.yaml",
        "page: {primary_receiver: bot}
apps:
  bot: {fields: [messaging_optins]}
  desk: {fields: [messages, message_reads, standby]}
  tests: {fields: [messages, standby], mode: development}
people: {ana: {}}
",
    );
    let serve = Serve::start(&folder, &["--clock", "frozen", "--journal", "all.jsonl"]);
    let ended = talk(&folder, &serve, &["step", steps]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    (folder, serve, ended.stdout)
}

#[test]
fn who_does_not_hear_a_message_is_told_with_the_reason_and_by_explain() {
    let (folder, serve, lines) = unheard("{user: ana, says: hello}");
    for line in [
        "  bot does not hear of it: it is not subscribed to `messages`  [C-03 ",
        "  tests does not hear of it: it is in development mode, and the person has no role on it  [M-184 ",
    ] {
        assert!(lines.contains(line), "{lines}");
    }
    let live = talk(&folder, &serve, &["explain", "1"]).stdout;
    for line in [
        "  heard by   desk on standby\n",
        "  not heard  bot is not subscribed to `messages`  [C-03]\n",
        "  not heard  tests is in development mode, and the person has no role on it  [M-184]\n",
    ] {
        assert!(live.contains(line), "{live}");
    }
    assert_eq!(talk(&folder, &serve, &["explain", "1", "--journal", "all.jsonl"]).stdout, live);
}

#[test]
fn postbacks_links_reactions_and_reading_that_nobody_hears_say_so_once() {
    let sends = "{app: bot, sends: {attachment: {type: template, payload: {template_type: button, text: Shop, \
                 buttons: [{type: postback, title: Buy, payload: BUY}]}}}}";
    let hello = "{user: ana, says: hello}";
    for (act, nobody) in [
        (
            "taps: Buy",
            "bot is not subscribed to `messaging_postbacks`; desk is not subscribed to `messaging_postbacks`",
        ),
        (
            "opens: {link: summer}",
            "bot is not subscribed to `messaging_referrals`; desk is not in control, and only the owner, bot, hears of `messaging_referrals`",
        ),
        (
            "reacts: ❤",
            "bot is not subscribed to `message_reactions`; desk is not in control, and only the owner, bot, ",
        ),
    ] {
        let (_folder, _serve, lines) = unheard(&format!("[{hello}, {sends}, {{user: ana, {act}}}]"));
        assert!(lines.contains(&format!("nobody hears this: {nobody}")), "{act}\n{lines}");
        assert_eq!(lines.matches("nobody hears this").count(), 1, "{act}\n{lines}");
    }
    let (_folder, _serve, lines) = unheard(&format!("[{hello}, {sends}, {{user: ana, reads: true}}]"));
    assert!(lines.contains("bot does not hear of it: it is not subscribed to `message_reads`"), "{lines}");
    assert!(lines.contains("desk hears read receipt on standby"), "{lines}");
}

#[test]
fn nobody_at_all_hears_and_the_default_fields_leave_out_nothing_that_is_told() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--clock", "frozen", "--fields", "messaging_postbacks"]);
    let said = talk(&folder, &serve, &["say", "hello"]);
    let line =
        "  nobody hears this: bot is not subscribed to `messages`  [C-03 strictly by subscribed field]\n";
    assert!(said.stdout.contains(line), "{}", said.told());
    assert!(serve.process.stdout().contains(line), "{}", serve.process.stdout());

    // With the fields that apps have by default, an ordinary talk says nothing about receipts and echoes.
    let folder = Folder::with("emulator.yaml", "apps: {bot: {}, desk: {}}\npeople: {ana: {}}\n");
    let serve = Serve::start(&folder, &["--clock", "frozen"]);
    let talked = talk(&folder, &serve, &["step", "[{user: ana, says: hello}, {app: bot, sends: hi}]"]);
    assert!(!talked.stdout.contains("hear of"), "{}", talked.told());
    let read = talk(&folder, &serve, &["step", "{user: ana, reads: true}"]);
    assert!(
        read.stdout.contains("nobody hears this: bot is not subscribed to `message_reads`"),
        "{}",
        read.told()
    );
}

/// What a scenario of a bot with these fields says when it fails.
#[track_caller]
fn failure(fields: &str, steps: &str) -> String {
    let world = format!(
        "page: {{primary_receiver: shopbot}}\napps:\n  shopbot: {{start: '${{emulator.bin}} demo-bot', fields: [{fields}]}}\n  livechat: {{}}\npeople: {{ana: {{}}}}\n"
    );
    let text =
        format!("scenario: unheard\nworld: unheard.world.yaml\ntimeouts: {{reply: 300ms}}\nsteps:\n{steps}");
    let folder = Folder::with("play.yaml", &text);
    folder.write("unheard.world.yaml", world);
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    ended.stdout
}

#[test]
fn an_expectation_that_waits_for_what_is_not_heard_says_so() {
    let hello = "  - {user: ana, says: hello}\n";
    for (fields, steps, note) in [
        // An answer of the bot.
        (
            "messaging_postbacks",
            "  - expect: {app: shopbot, sends: {text: {contains: Hello}}}\n",
            "shopbot did not hear of this: ana says “hello”; it is not subscribed to `messages` (entry ",
        ),
        // A call of the bot.
        (
            "messaging_postbacks",
            "  - expect: {app: shopbot, passes_control: true}\n",
            "shopbot did not hear of this: ana says “hello”; it is not subscribed to `messages` (entry ",
        ),
        // The delivery itself.
        (
            "standby",
            "  - expect: {webhook: shopbot, event: {message: {text: hello}}}\n",
            "shopbot did not hear of this: ana says “hello”; it is not subscribed to `messages` (entry ",
        ),
        // Where another app owns the conversation.
        (
            "messages",
            "  - {app: shopbot, passes_control: {to: livechat}}\n  - {user: ana, says: again}\n  - expect: {webhook: shopbot, event: {message: {text: again}}}\n",
            "shopbot did not hear of this: ana says “again”; it is not subscribed to `standby`, and livechat is in control (entry ",
        ),
        // Receipts and echoes, of which no line tells.
        (
            "messages",
            "  - expect: {webhook: shopbot, event: {delivery: {any: true}}}\n",
            "shopbot is not subscribed to `message_deliveries`",
        ),
        (
            "messages",
            "  - expect: {webhook: shopbot, event: {message: {is_echo: true}}}\n",
            "shopbot is not subscribed to `message_echoes`",
        ),
        (
            "messages",
            "  - expect: {webhook: shopbot, field: message_reads}\n",
            "shopbot is not subscribed to `message_reads`",
        ),
    ] {
        let told = failure(fields, &format!("{hello}{steps}"));
        assert!(told.contains(&format!("note: {note}")), "{steps}\n{told}");
    }
    // Who is subscribed is not suspected.
    let told = failure("messages", &format!("{hello}  - expect: {{app: shopbot, sends: Goodbye}}\n"));
    assert!(!told.contains("subscribed") && !told.contains("did not hear"), "{told}");
}

/// A bot at that port that answers the verification with what it is told to at the time: a status and a text, or the
/// challenge.
fn moody_bot(port: u16, mood: &Arc<Mutex<Option<(u16, &'static str)>>>) {
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    let mood = Arc::clone(mood);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let challenge = head.split_once("hub.challenge=").map_or("", |(_, rest)| rest);
            let challenge = challenge.split(['&', ' ']).next().unwrap_or_default();
            let (status, text) = mood.lock().expect("nobody panics").unwrap_or((200, challenge));
            let head =
                format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", text.len());
            let _ = stream.write_all(format!("{head}{text}").as_bytes());
        }
    });
}

#[test]
fn each_new_reason_why_a_bot_is_not_ready_is_told_once() {
    let folder = Folder::new();
    let port = free_port();
    let serve = Serve::start(&folder, &["--webhook", &format!("http://127.0.0.1:{port}/messenger/hook")]);
    serve.process.prints("waiting for bot: nobody answers at ");
    let mood = Arc::new(Mutex::new(Some((403, "Forbidden"))));
    moody_bot(port, &mood);
    serve.process.prints("is the bot's verify token `bot-verify-token`?");
    let say = |status, text| *mood.lock().expect("nobody panics") = Some((status, text));
    say(200, "<html>Welcome</html>");
    serve.process.prints("with an HTML page, `<html>Welcome</html>`, expected the challenge");
    say(404, "Cannot GET /messenger/hook");
    serve.process.prints(
        "with status 404 (`Cannot GET /messenger/hook`), expected 200; is `/messenger/hook` the path",
    );
    *mood.lock().expect("nobody panics") = None;
    serve.process.prints("bot is ready: its webhook passed the verification");
    let told = serve.process.stderr();
    let waiting = told.split_once("\nwaiting for bot").map_or("", |(_, rest)| rest);
    let text = waiting.replace(&port.to_string(), "PORT");
    crate::support::golden("serve-reasons", &format!("waiting for bot{text}"));
}

#[test]
fn a_bot_that_talks_to_another_address_is_said_never_to_have_called() {
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let world = |env: &str| {
        format!("apps: {{bot: {{start: '${{emulator.bin}} demo-bot'{env}}}}}\npeople: {{ana: {{}}}}\n")
    };
    let elsewhere = world(&format!(", env: {{GRAPH_API_URL: \"{nowhere}\"}}"));
    let text =
        "bot has made no call to this emulator since it started; its Graph address must be http://127.0.0.1:";
    let steps = "timeouts: {reply: 300ms}\nsteps:\n  - {user: ana, says: hello}\n  - expect: {app: bot, sends: true}\n";
    let folder = Folder::with("play.yaml", &format!("scenario: elsewhere\nworld: emulator.yaml\n{steps}"));
    folder.write("emulator.yaml", &elsewhere);
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(ended.stdout.contains(&format!("note: {text}")), "{}", ended.told());

    let at_end = |serve: &mut Serve| {
        serve.process.prints("bot is ready");
        let said = talk(&folder, serve, &["say", "hello"]);
        assert_eq!(said.code, Some(0), "{}", said.told());
        serve.process.signal("INT");
        serve.process.ends();
        serve.process.stderr()
    };
    let mut serve = Serve::start(&folder, &[]);
    let told = at_end(&mut serve);
    assert!(told.contains(&format!("note: {}", text.replace("http://127.0.0.1:", &serve.url))), "{told}");
    // One that calls is not suspected, nor one whose token is wrong: that is told already.
    for env in ["", ", env: {PAGE_ACCESS_TOKEN: mine}"] {
        folder.write("emulator.yaml", world(env));
        let told = at_end(&mut Serve::start(&folder, &[]));
        assert!(!told.contains("has made no call"), "{env}: {told}");
    }
}

#[test]
fn a_call_that_belonged_to_no_scenario_is_named_by_the_failure_that_waits_for_it() {
    let world = "apps: {bot: {start: '${env.TINY_BOT} astray 0 2'}}\npeople: {ana: {}}\n";
    let other = "scenario: other\nworld: emulator.yaml\nsteps:\n  - {user: ana, says: hello}\n  \
                 - expect: {nothing: true, for: 3s}\n";
    for (wanted, named) in [
        ("{app: bot, sends: At last!}", true),
        ("{app: bot, calls: {method: POST, path: me/messages}, refused: {subcode: 2018001}}", true),
        ("{app: bot, takes_control: true}", false),
    ] {
        let folder = Folder::with("emulator.yaml", world);
        folder.write("1.yaml", other);
        folder.write(
            "2.yaml",
            format!(
                "scenario: waits\nworld: emulator.yaml\ntimeouts: {{reply: 1s}}\nsteps:\n  - {{user: ana, says: hello}}\n  - expect: {wanted}\n"
            ),
        );
        let ended = folder.run(&["run", "1.yaml", "2.yaml"]);
        assert_eq!(ended.code, Some(1), "{}", ended.told());
        let failure = ended.stdout.split("run it again").next().unwrap_or_default();
        let text = "note: a call belonged to no scenario and may be the one: bot sends “At last!” to 4242: refused: bot gets 400 100/2018001";
        assert_eq!(failure.contains(text), named, "{wanted}\n{}", ended.told());
        assert_eq!(failure.contains("`alone: true`"), named, "{}", ended.told());
    }
}

#[test]
fn lines_come_as_they_happen_and_a_bot_that_hangs_ends_the_wait_with_3() {
    let (folder, serve) = serve_tiny("deaf", "");
    let mut command = folder.command(&["say", "please hang"]);
    let mut process = crate::support::Process::start(command.env("MESSENGER_EMULATOR_URL", &serve.url));
    process.prints("ana says “please hang”\n");
    process.prints("bot has not answered yet; Ctrl-C stops waiting\n");
    assert!(!process.stderr().contains("error"), "the lines were there before the end: {}", process.stderr());
    assert_eq!(process.ends().code(), Some(3), "{}", process.stderr());
    let end =
        "error: bot has not answered within 30 s\nhelp: the webhook was called and must answer with 200";
    assert!(process.stderr().contains(end), "{}", process.stderr());
    assert!(!process.stderr().contains("lane"), "{}", process.stderr());
    for once in ["2026-07-06", "ana says “please hang”", "bot hears message"] {
        assert_eq!(process.stdout().matches(once).count(), 1, "{}", process.stdout());
    }
}

#[test]
fn a_step_that_takes_long_says_that_it_is_not_done_yet() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--clock", "frozen"]);
    let step = "[{user: user, says: hello}, {expect: {nothing: true, for: 2500ms}}]";
    let ended = talk(&folder, &serve, &["step", step]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert_eq!(ended.stderr, "not done yet; Ctrl-C stops waiting\n");
    assert!(ended.stdout.contains("user says “hello”"), "{}", ended.told());
    // What is quick says nothing, and JSON stays one list.
    let ended = talk(&folder, &serve, &["say", "again", "--format", "json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.told());
    let entries: serde_json::Value = serde_json::from_str(&ended.stdout).expect("a list");
    assert_eq!(entries[0]["kind"], "says");
}

/// The body of a call without a client library.
fn call(serve: &Serve, method: &str, path: &str) -> u16 {
    crate::support::request(&serve.url, method, path, &[], b"").status
}

#[test]
fn serve_sums_up_the_calls_that_are_not_supported() {
    let folder = Folder::with("emulator.yaml", "apps: {bot: {}, desk: {}}\npeople: {ana: {}}\n");
    let mut serve = Serve::start(&folder, &["--clock", "frozen"]);
    let bot = "access_token=bot-page-token";
    for (method, path) in [
        ("POST", format!("/v21.0/me/messenger_profile?{bot}&x=1")),
        ("POST", format!("/v20.0/me/messenger_profile?{bot}")),
        ("GET", format!("/100000000000001/conversations?{bot}")),
        ("GET", "/me/conversations?access_token=desk-page-token".to_owned()),
        ("GET", format!("/v21.0/me/custom_thing?{bot}")),
        ("GET", format!("/v21.0/?ids=1,2&{bot}")),
        // What is refused for another reason is not among them.
        ("GET", "/me".to_owned()),
        ("GET", "/".to_owned()),
        ("GET", "/me?access_token=made-up".to_owned()),
        ("POST", format!("/me/messages?{bot}")),
    ] {
        assert_eq!(call(&serve, method, &path), 400, "{path}");
    }
    serve.process.prints("someone without a token calls GET /me\n");
    serve.process.prints("someone without a token calls GET /\n");
    serve.process.prints("someone with an unknown token calls GET /me\n");
    serve.process.signal("INT");
    serve.process.ends();
    let told = serve.process.stderr();
    let sum = told.split_once("calls that this version").map_or("", |(_, rest)| rest);
    crate::support::golden("serve-calls", &format!("calls that this version{sum}"));
    // Each rule by which something was refused is worth one hint.
    assert_eq!(told.matches("why: ").count(), 6, "{told}");
}

#[test]
fn a_run_sums_up_the_calls_that_are_not_supported() {
    let text = "scenario: sums up\nworld: {apps: {bot: {start: '${env.TINY_BOT} calls 0 messenger_profile a=1'}}, \
                people: {ana: {}}}\nunread: allow\nsteps:\n  - {user: ana, says: hello}\n  \
                - expect: {app: bot, calls: {method: POST, path: me/messenger_profile}, refused: true}\n";
    let folder = Folder::with("play.yaml", text);
    let ended = folder.run(&["run", "play.yaml", "--repeat", "3", "--report", "json=report.jsonl"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let sum = "calls that this version of the emulator does not support:\n  POST me/messenger_profile  by bot, 3 times: the Messenger profile is not modelled yet\n\n3 scenarios";
    assert!(ended.stdout.contains(sum), "{}", ended.told());
    let report = fs::read_to_string(folder.path("report.jsonl")).expect("a report");
    let told = report.lines().filter(|line| line.contains("unsupported_calls")).count();
    assert_eq!(told, 3, "{report}");
}

#[test]
fn typed_calls_are_listed() {
    if std::process::Command::new("script").arg("--version").output().is_err() {
        return;
    }
    let folder = Folder::with("emulator.yaml", "apps: {bot: {}}\npeople: {ana: {}}\n");
    let mut script = std::process::Command::new("script");
    let serve = format!("{} serve --port 0 --clock frozen", crate::support::binary().display());
    script.args(["-qec", &serve, "/dev/null"]).current_dir(folder.path(".")).env("NO_COLOR", "1");
    let mut process = crate::support::Process::start(script.stdin(std::process::Stdio::piped()));
    process.prints("/help tells");
    let mut keyboard = process.input();
    for (line, answer) in [
        ("/calls", "no call so far that is not supported"),
        (
            "/step {app: bot, calls: {method: GET, path: me/conversations}, refused: true}",
            "(#3) conversations",
        ),
        ("/calls", "  GET me/conversations  by bot, once"),
    ] {
        writeln!(keyboard, "{line}").expect("it reads");
        process.prints(answer);
    }
}

#[test]
fn what_a_bot_printed_is_that_of_the_scenario() {
    let world = "apps: {bot: {start: '${env.TINY_BOT} mortal'}}\npeople: {ana: {}}\n";
    let play = |name: &str, says: &str, expected: &str| {
        format!(
            "scenario: {name}\nworld: emulator.yaml\ntimeouts: {{reply: 300ms}}\nsteps:\n  - {{user: ana, says: {says}}}\n  - expect: {{app: bot, sends: {expected}}}\n"
        )
    };
    let folder = Folder::with("emulator.yaml", world);
    folder.write("1.yaml", play("greets", "hello", "At last!"));
    folder.write("2.yaml", play("fails", "hello", "Never"));
    let ended = folder.run(&["run", "1.yaml", "2.yaml", "--serial"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    let (_, output) = ended.stdout.split_once("last output of the bot `bot`:\n").expect("an output");
    assert!(output.starts_with("    tiny-bot sent, and got 200\nrun it again"), "{}", ended.told());

    // The first one on a bot has what it printed as it started.
    let ended = folder.run(&["run", "2.yaml"]);
    let (_, output) = ended.stdout.split_once("last output of the bot `bot`:\n").expect("an output");
    assert!(output.starts_with("    tiny-bot is there\n"), "{}", ended.told());

    // Who had company is told so.
    folder.write("emulator.yaml", world.replace("mortal", "together 0 2"));
    let ended = folder.run(&["run", "1.yaml", "2.yaml"]);
    let text = "last output of the bot `bot`, with which other scenarios were played meanwhile:\n";
    assert!(ended.stdout.contains(text), "{}", ended.told());

    // A bot that says nothing is said to.
    folder.write("emulator.yaml", world.replace("mortal", "deaf"));
    folder.write("2.yaml", play("fails", "please hang", "Never"));
    let ended = folder.run(&["run", "1.yaml", "2.yaml", "--serial"]);
    assert!(
        ended.stdout.contains("no output of the bot `bot` since the scenario began\n"),
        "{}",
        ended.told()
    );
}

#[test]
fn a_template_is_told_by_what_stands_in_it() {
    let folder = Folder::with("emulator.yaml", "apps: {bot: {}, desk: {}}\npeople: {ana: {}}\n");
    let serve = Serve::start(&folder, &["--clock", "frozen"]);
    let hello = talk(&folder, &serve, &["say", "hello"]);
    assert_eq!(hello.code, Some(0), "{}", hello.told());
    let element = |title: &str| {
        format!(
            "{{title: {title}, subtitle: b, buttons: [{{type: web_url, title: Visit, url: \"https://example.com\"}}, {{type: postback, title: Buy, payload: BUY}}]}}"
        )
    };
    let generic = |elements: &[&str]| {
        let elements: Vec<String> = elements.iter().map(|title| element(title)).collect();
        format!(
            "{{attachment: {{type: template, payload: {{template_type: generic, elements: [{}]}}}}, quick_replies: [{{content_type: text, title: Thanks, payload: T}}]}}",
            elements.join(", ")
        )
    };
    for (message, told) in [
        (generic(&["Our shop"]), "ana gets [template] Our shop: Visit, Buy (Thanks) from bot\n"),
        (
            generic(&["One", "Two", "Three", "Four", "Five"]),
            "[template] One: Visit, Buy; Two: Visit, Buy; Three: Visit, Buy; and 2 more (Thanks) from bot\n",
        ),
        (
            "{attachment: {type: template, payload: {template_type: button, text: Our shop, buttons: [{type: postback, title: Buy, payload: BUY}]}}}".to_owned(),
            "ana gets “Our shop” [Buy] from bot\n",
        ),
        (
            "{attachment: {type: image, payload: {url: \"https://example.com/a.png\"}}}".to_owned(),
            "ana gets [image] from bot\n",
        ),
    ] {
        let sent = talk(&folder, &serve, &["step", &format!("{{app: bot, sends: {message}}}")]);
        assert!(sent.stdout.contains(told), "{}", sent.told());
    }
}

#[test]
fn why_a_bot_that_is_started_by_hand_is_not_ready_is_told() {
    let folder = Folder::with(
        "play.yaml",
        "scenario: by hand\nworld: {apps: {bot: {start: ./never-started}}, people: {ana: {}}}\nsteps: [{note: hi}]\n",
    );
    let mut command = folder.command(&["run", "play.yaml", "--bot", "none:bot"]);
    let mut process = crate::support::Process::start(&mut command);
    process.prints("so that its webhook answers at http://127.0.0.1:");
    let told = process.stderr();
    let port = told.rsplit("http://127.0.0.1:").next().and_then(|rest| rest.split('/').next());
    let port: u16 = port.and_then(|port| port.parse().ok()).expect("a port");
    let mood = Arc::new(Mutex::new(Some((403, "Forbidden"))));
    moody_bot(port, &mood);
    process.prints("waiting for bot: ");
    process.prints("status 403 (`Forbidden`), expected 200; is the bot's verify token `bot-verify-token`?");
    *mood.lock().expect("nobody panics") = Some((404, ""));
    process.prints("still waiting for bot: ");
    process.prints("is `/webhook` the path of the bot's webhook?");
    *mood.lock().expect("nobody panics") = None;
    assert_eq!(process.ends().code(), Some(0), "{}", process.stderr());
    assert!(!process.stderr().contains("nobody answers"), "{}", process.stderr());
}

#[test]
fn lines_have_the_date_where_the_day_changes_and_tries_name_what_they_deliver() {
    let webhook = format!("http://127.0.0.1:{}/webhook", free_port());
    let world = format!(
        "page: {{primary_receiver: bot}}\napps: {{bot: {{webhook: \"{webhook}\"}}}}\npeople: {{user: {{}}}}\n"
    );
    let folder = Folder::with("emulator.yaml", &world);
    let serve = Serve::start(&folder, &["--clock", "frozen"]);
    let steps = "[{user: user, says: one}, {user: user, says: two}, {clock: +5s}, {clock: +23h 59m 55s}, {clock: +1h}]";
    let ended = talk(&folder, &serve, &["step", steps]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    for (text, number) in [("one", 1), ("two", 1), ("one", 3), ("two", 3), ("one", 4), ("two", 4)] {
        let line = format!("  delivery of message “{text}” to bot failed (try {number}): unreachable: ");
        assert!(ended.stdout.contains(&line), "{line}\n{}", ended.told());
    }
    let is_dated = |line: &&str| line.split_whitespace().nth(1).is_some_and(|word| word.starts_with("2026-"));
    let dated: Vec<&str> = ended.stdout.lines().filter(is_dated).collect();
    let [first, next] = dated.as_slice() else { panic!("{dated:#?}\n{}", ended.told()) };
    assert!(first.contains("2026-07-06 09:00:00 user says “one”"), "{first}");
    assert!(next.contains("2026-07-07 09:00:00   time is up: control of user ends"), "{next}");
}
