//! `serve` with a journal: killed in the middle of load, on a full disk, with what others have left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Answer, Folder, PATIENCE, Process, Serve, binary, finish, golden, until};

const JOURNAL: &str = "all.jsonl";

/// A bot that writes down what it hears and takes its time for some of it.
struct Recorder {
    url: String,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Recorder {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/webhook", listener.local_addr().expect("an address"));
        let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
        let into = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let into = Arc::clone(&into);
                thread::spawn(move || converse(stream, &into));
            }
        });
        Self { url, heard }
    }

    /// The messages whose echo has come.
    fn echoes(&self) -> BTreeSet<String> {
        let heard = self.heard.lock().expect("the bot lives");
        let messages = heard.iter().map(|event| &event["message"]).filter(|it| it["is_echo"] == true);
        messages.filter_map(|message| Some(message["mid"].as_str()?.to_owned())).collect()
    }
}

fn converse(stream: TcpStream, heard: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut stream = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let lower = head.to_lowercase();
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let challenge = head.split_once("hub.challenge=").map_or("", |(_, rest)| rest);
        let challenge = challenge.split(['&', ' ']).next().unwrap_or_default();
        if let Ok(body) = serde_json::from_slice::<Value>(&body) {
            let event = body["entry"][0]["messaging"][0].clone();
            let slow = event["message"]["text"].as_str().is_some_and(|text| text.ends_with('7'));
            if slow {
                // Its answer is still out when the emulator is killed.
                thread::sleep(Duration::from_millis(50));
            }
            heard.lock().expect("the test lives").push(event);
        }
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{challenge}", challenge.len());
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Asks on a connection of its own; nothing when no whole answer comes.
fn ask(base: &str, path: &str, body: &Value) -> Option<Answer> {
    let authority = base.trim_start_matches("http://");
    let body = body.to_string();
    let mut stream = TcpStream::connect(authority).ok()?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}

fn send(base: &str, person: &str, text: &str) -> Option<Answer> {
    let body = json!({"recipient": {"id": person}, "message": {"text": text}});
    ask(base, "/me/messages?access_token=bot-page-token", &body)
}

/// The people by name.
fn people(serve: &Serve) -> BTreeMap<String, String> {
    let world = serve.get("/_emulator/world").json();
    let people = world["people"].as_array().expect("people").iter();
    people
        .map(|person| {
            let text = |key: &str| person[key].as_str().expect("a text").to_owned();
            (text("name"), text("id"))
        })
        .collect()
}

/// The lines behind the header, whole and numbered without gaps.
#[track_caller]
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("a journal");
    assert!(text.ends_with('\n'), "only whole lines");
    let lines = text.lines().skip(1).map(|line| serde_json::from_str(line).expect("a line is JSON"));
    let lines: Vec<Value> = lines.collect();
    for (line, number) in lines.iter().zip(1_u64..) {
        assert_eq!(line["seq"], number, "each entry stands there once");
    }
    lines
}

fn of_kind<'a>(lines: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |line| line["kind"] == kind)
}

/// Everything that the restarted emulator remembers of messages.
fn remembered(serve: &Serve) -> BTreeSet<String> {
    let mut after = 0;
    let mut mids = BTreeSet::new();
    loop {
        let page = serve.get(&format!("/_emulator/journal?after={after}")).json();
        let entries = page.as_array().expect("a list");
        let messages = of_kind(entries, "message");
        mids.extend(messages.filter_map(|entry| Some(entry["data"]["mid"].as_str()?.to_owned())));
        match entries.last() {
            Some(last) => after = last["seq"].as_u64().expect("a number"),
            None => return mids,
        }
    }
}

#[test]
fn whatever_a_client_was_told_before_a_kill_is_there_afterwards() {
    let folder = Folder::new();
    let bot = Recorder::start();
    let arguments =
        ["--webhook", &bot.url, "--fields", "messages,message_echoes", "--people", "8", "--journal", JOURNAL];
    let told: Mutex<BTreeSet<String>> = Mutex::default();
    // How many answers have come when it is killed.
    for (round, enough) in [1, 17, 120, 333, 60].into_iter().enumerate() {
        let mut serve = Serve::start(&folder, &[&arguments[..], &["--quiet"]].concat());
        let people = people(&serve);
        assert_eq!(people.len(), 8);
        for name in people.keys() {
            assert_eq!(serve.post("/_emulator/steps", format!("{{user: {name}, says: hi}}")).status, 200);
        }
        let answers = AtomicUsize::new(0);
        thread::scope(|scope| {
            for (client, person) in people.values().cycle().take(16).enumerate() {
                let (serve, told, answers) = (&serve, &told, &answers);
                scope.spawn(move || {
                    for number in 0.. {
                        let text = format!("round {round}, client {client}, message {number}");
                        let Some(answer) = send(&serve.url, person, &text) else { return };
                        assert_eq!(answer.status, 200, "{}", answer.body);
                        let mid = answer.json()["message_id"].as_str().expect("an id").to_owned();
                        assert!(told.lock().expect("no panic").insert(mid), "an id was given twice");
                        if answers.fetch_add(1, Ordering::Relaxed) + 1 == enough {
                            serve.process.signal("KILL");
                        }
                    }
                });
            }
        });
        serve.process.wait(PATIENCE);

        let serve = Serve::start(&folder, &[&arguments[..], &["--quiet"]].concat());
        serve.process.prints(&format!("went on with `{JOURNAL}`: "));
        let told = told.lock().expect("no panic");
        let missing: Vec<_> = told.difference(&remembered(&serve)).cloned().collect();
        assert_eq!(missing, Vec::<String>::new(), "round {round}: the world has forgotten what it told");
        assert_eq!(serve.post("/_emulator/steps?wait=settled", "{note: still here}").status, 200);
        // What follows from the echoes of the earlier run may take its time.
        until(Instant::now() + PATIENCE, "each echo arrives", || told.is_subset(&bot.echoes()));
        drop(serve);
        let lines = lines(&folder.path(JOURNAL));
        let tried: BTreeSet<u64> =
            of_kind(&lines, "attempt").filter_map(|line| line["data"]["delivery"].as_u64()).collect();
        for line in of_kind(&lines, "delivery") {
            let message = &line["data"]["event"]["message"];
            let was_told = message["mid"].as_str().is_some_and(|mid| told.contains(mid));
            let seq = line["seq"].as_u64().expect("a number");
            assert!(!was_told || tried.contains(&seq), "round {round}: no try of {line}");
        }
    }
}

#[test]
fn a_full_disk_stops_it_and_nothing_that_was_told_is_lost() {
    let folder = Folder::new();
    let full = folder.run(&["serve", "--port", "0", "--journal", "/dev/full"]);
    assert_eq!((full.code, full.stdout.as_str()), (Some(2), ""));
    assert!(
        full.stderr.starts_with("error: cannot write the journal `/dev/full`: No space left"),
        "{}",
        full.stderr
    );

    // A file that may not grow above some 30 KiB, here in place of a disk.
    let mut limited = Command::new("sh");
    let command =
        format!("ulimit -f 60; exec {} serve --port 0 --journal {JOURNAL} --quiet", binary().display());
    limited.args(["-c", &command]).current_dir(folder.path("."));
    let mut process = Process::start(&mut limited);
    until(Instant::now() + PATIENCE, "the URL is printed", || process.stdout().contains('\n'));
    let url = process.first_line();
    assert_eq!(
        ask(&url, "/_emulator/steps", &json!({"user": "user", "says": "hi"})).expect("it runs").status,
        200
    );
    let journal = fs::read_to_string(folder.path(JOURNAL)).expect("a journal");
    let header: Value = serde_json::from_str(journal.lines().next().expect("a header")).expect("it is JSON");
    let person = header["people"]["user"].as_str().expect("the id").to_owned();
    let told: Mutex<BTreeSet<String>> = Mutex::default();
    let refused = AtomicUsize::new(0);
    thread::scope(|scope| {
        for client in 0..4 {
            let (url, person, told, refused) = (&url, &person, &told, &refused);
            scope.spawn(move || {
                for number in 0.. {
                    let Some(answer) = send(url, person, &format!("client {client}, message {number}"))
                    else {
                        return;
                    };
                    if answer.status == 200 {
                        let mid = answer.json()["message_id"].as_str().expect("an id").to_owned();
                        told.lock().expect("no panic").insert(mid);
                        continue;
                    }
                    let error = &answer.json()["error"];
                    assert_eq!((answer.status, &error["code"]), (500, &json!(2)), "{}", answer.body);
                    refused.fetch_add(1, Ordering::Relaxed);
                    return;
                }
            });
        }
    });
    assert!(refused.load(Ordering::Relaxed) > 0, "the open calls are told");
    assert_eq!(process.wait(PATIENCE).code(), Some(70));
    process.prints(&format!("error: cannot write the journal `{JOURNAL}`: File too large"));
    process.prints("what was told to anybody is in it. Make room and start again with it");

    let serve = Serve::start(&folder, &["--journal", JOURNAL, "--quiet"]);
    let told = told.lock().expect("no panic");
    assert!(told.len() > 10, "{}", told.len());
    assert!(told.is_subset(&remembered(&serve)));
    assert_eq!(send(&serve.url, &person, "there is room again").expect("it runs").status, 200);
    drop(serve);
    lines(&folder.path(JOURNAL));
}

#[test]
fn a_journal_is_gone_on_with_and_says_so() {
    let folder = Folder::new();
    let arguments = ["--clock", "frozen", "--journal", JOURNAL, "--journal-sync"];
    let mut serve = Serve::start(&folder, &arguments);
    for step in [
        "{user: user, says: hello}",
        "{app: bot, takes_control: true}",
        "{clock: +25h}",
        "{user: user, says: again}",
    ] {
        assert_eq!(serve.post("/_emulator/steps", step).status, 200, "{step}");
    }
    let before = serve.get("/_emulator/world").json();
    serve.process.signal("TERM");
    assert_eq!(serve.process.wait(PATIENCE).code(), Some(0));
    // Half a line, as after a crash.
    let whole = fs::read_to_string(folder.path(JOURNAL)).expect("a journal");
    folder.write(JOURNAL, format!("{whole}{{\"lane\":\"serve\",\"se"));

    let serve = Serve::start(&folder, &arguments);
    assert_eq!(serve.get("/_emulator/world").json(), before);
    // What was expected before is read, and what comes now is new.
    let steps = "[{app: bot, sends: hi}, {user: user, says: more}]";
    assert_eq!(serve.post("/_emulator/steps?wait=quiet", steps).status, 200);
    serve.process.prints("user says “more”");
    let stderr = serve.process.stderr();
    let said: String = stderr.lines().take(2).map(|line| format!("{line}\n")).collect();
    let answer = format!("{said}{}", serve.process.stdout().lines().skip(1).collect::<Vec<_>>().join("\n"));
    golden("serve-went-on", &answer);
    drop(serve);
    lines(&folder.path(JOURNAL));
}

#[test]
fn a_real_clock_makes_up_for_the_time_between() {
    let folder = Folder::new();
    let arguments = ["--journal", JOURNAL];
    let serve = Serve::start(&folder, &arguments);
    for step in ["{user: user, says: hello}", "{app: bot, takes_control: true}", "{clock: +23h}"] {
        assert_eq!(serve.post("/_emulator/steps", step).status, 200, "{step}");
    }
    drop(serve);
    let serve = Serve::start(&folder, &arguments);
    serve.process.prints("the clock made up for the time since then: ");
    let now =
        |serve: &Serve| serve.get("/_emulator/world").json()["now"].as_str().expect("a time").to_owned();
    let first = now(&serve);
    until(Instant::now() + PATIENCE, "it runs on", || now(&serve) > first);
    let moves = lines(&folder.path(JOURNAL));
    assert_eq!(of_kind(&moves, "clock").count(), 2, "the gap is one move");
}

#[test]
fn journals_that_cannot_be_gone_on_with() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--journal", JOURNAL, "--clock", "frozen", "--person", "ana"]);
    assert_eq!(serve.post("/_emulator/steps", "{user: ana, says: hello}").status, 200);
    drop(serve);
    let whole = fs::read_to_string(folder.path(JOURNAL)).expect("a journal");
    folder.write("edited.jsonl", whole.replace("\"text\":\"hello\"},\"wall\"", "\"text\":\"bye\"},\"wall\""));
    folder.write(
        "cut.jsonl",
        whole
            .lines()
            .filter(|line| !line.contains("\"kind\":\"window\""))
            .map(|line| format!("{line}\n"))
            .collect::<String>(),
    );
    folder.write("notes.txt", "milk\neggs\n");
    folder.write("folder/file", "");
    let mut told = String::new();
    for arguments in [
        ["--journal", JOURNAL, "--person", "ben"].as_slice(),
        &["--journal", JOURNAL, "--person", "ana", "--seed", "2"],
        &["--journal", JOURNAL, "--person", "ana", "--fields", "messages"],
        &["--journal", JOURNAL, "--person", "ana", "--webhook", "http://127.0.0.1:9/"],
        &["--journal", "edited.jsonl", "--person", "ana"],
        &["--journal", "cut.jsonl", "--person", "ana"],
        &["--journal", "notes.txt"],
        &["--journal", "folder"],
        &["--journal-sync"],
        &["--clock", "slow"],
        &["--clock", "scaled:0"],
        &["--begin-at", "2026-01-01T00:00:00Z"],
        &["--begin-at", "tomorrow"],
    ] {
        let all = [&["serve", "--port", "0"], arguments].concat();
        let ended = finish(&mut folder.command(&all));
        assert_eq!(ended.code, Some(2), "{arguments:?} {}", ended.told());
        told.extend([format!("$ messenger-emulator {}\n{}\n", all.join(" "), ended.told())]);
    }
    assert_eq!(fs::read_to_string(folder.path(JOURNAL)).expect("a journal"), whole, "nothing was changed");
    golden("serve-journal-refused", &told);
}

#[test]
fn a_scaled_clock_lets_deadlines_come_by_themselves() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--clock", "scaled:600", "--begin-at", "2026-01-01T00:00:00Z"]);
    for step in
        ["{user: user, says: hello}", "{app: bot, takes_control: true}", "{app: bot, extends_control: 30s}"]
    {
        assert_eq!(serve.post("/_emulator/steps", step).status, 200, "{step}");
    }
    // Half a minute of virtual time is over in a twentieth of a second.
    serve.process.prints("time is up: control of user ends");
    let now = serve.get("/_emulator/world").json()["now"].as_str().expect("a time").to_owned();
    assert!(now.starts_with("2026-01-01T"), "{now}");
}

#[test]
fn a_frozen_clock_begins_where_it_is_told_to() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--clock", "frozen", "--begin-at", "2027-02-03T04:05:06+01:00"]);
    assert_eq!(serve.get("/_emulator/world").json()["now"], "2027-02-03T03:05:06Z");
}

#[test]
fn a_journal_of_another_version_of_the_rules_is_read_and_does_not_happen_again() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--journal", JOURNAL, "--clock", "frozen", "--person", "ana"]);
    assert_eq!(serve.post("/_emulator/steps", "{user: ana, says: hello}").status, 200);
    drop(serve);
    let whole = fs::read_to_string(folder.path(JOURNAL)).expect("a journal");
    // The header names the version, and nothing of it depends on a sentence.
    let header: Value = serde_json::from_str(whole.lines().next().expect("a header")).expect("JSON");
    assert_eq!(header["rules"], json!(emulator_core::RULES_VERSION));
    let later = whole.replacen("\"rules\":1,", "\"rules\":99,", 1).replacen(
        "\"rule\":\"C-18\"",
        "\"rule\":\"C-999\"",
        1,
    );
    folder.write("later.jsonl", &later);
    let apart = "it came about by version 99 of the rules, and this emulator has version 1";

    let ended = folder.run(&["export", "later.jsonl"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stderr.contains(apart) && ended.stdout.contains("says: \"hello\""), "{}", ended.told());
    let line = later.lines().find(|line| line.contains("C-999")).expect("an entry by that rule");
    let seq = serde_json::from_str::<Value>(line).expect("JSON")["seq"].to_string();
    let ended = folder.run(&["explain", &seq, "--journal", "later.jsonl"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stderr.contains(apart), "{}", ended.told());
    assert!(ended.stdout.contains("rule       C-999, which this version does not have"), "{}", ended.told());

    let ended = folder.run(&["serve", "--port", "0", "--journal", "later.jsonl", "--person", "ana"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.stderr.contains("it follows version 99 of the rules"), "{}", ended.told());

    // A journal of the format before this one cannot be read at all.
    folder.write("before.jsonl", whole.replacen("\"format\":2", "\"format\":1", 1));
    for arguments in [
        &["export", "before.jsonl"][..],
        &["explain", "1", "--journal", "before.jsonl"],
        &["serve", "--port", "0", "--journal", "before.jsonl", "--person", "ana"],
    ] {
        let ended = folder.run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.told());
        let why =
            "it has format 1, and this emulator reads format 2\nhelp: messenger-emulator 0.1.0 wrote it";
        assert!(ended.stderr.contains(why), "{arguments:?}: {}", ended.told());
    }
}
