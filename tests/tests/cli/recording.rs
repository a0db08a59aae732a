//! `export` and `record`: what happened becomes a scenario that passes at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::support::{Ended, Folder, PATIENCE, Process, ROOT, Serve, finish, free_port, golden, until};

/// Every journal below a folder.
fn journals(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("journals were written") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(journals(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Scenarios of raw calls that are wrong in ways which no step says again: tokens of others, bodies in no encoding, ids of
/// messages that nobody wrote. Their exports warn of it.
const RAW: &[&str] = &["scenarios-calls-", "scenarios-messages-malformed-"];

/// Exports every journal of a folder into another one; gives the files by their names.
#[track_caller]
fn export_all(folder: &Folder, from: &str, into: &str) -> BTreeMap<String, String> {
    fs::create_dir_all(folder.path(into)).expect("a folder");
    let mut files = BTreeMap::new();
    for journal in journals(&folder.path(from)) {
        let name = journal.strip_prefix(folder.path(from)).expect("below").with_extension("");
        // The folders of the second journals begin with those of the files.
        let name = plain(&name).replace('/', "-").trim_start_matches("first-").to_owned();
        if RAW.iter().any(|raw| name.starts_with(raw)) {
            continue;
        }
        let file = folder.path(&format!("{into}/{name}.yaml"));
        let ended = folder.run(&["export", plain(&journal), "-o", plain(&file)]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.told());
        assert!(!ended.stderr.contains("warning"), "{}", ended.told());
        files.insert(name, fs::read_to_string(&file).expect("the file was written"));
    }
    files
}

/// Runs the shipped scenarios, what was made of them, and what was made of that.
#[test]
fn every_shipped_scenario_comes_back_from_its_journal_and_passes() {
    let folder = Folder::new();
    let into = folder.path("shipped");
    let run = ["run", "scenarios/", "--journal", plain(&into)];
    let ended = finish(folder.command(&run).current_dir(ROOT));
    assert_eq!(ended.code, Some(0), "{}", ended.told());

    let first = export_all(&folder, "shipped", "first");
    assert!(first.len() >= 25);
    for (name, text) in &first {
        for secret in ["-app-secret", "-verify-token", "-page-token", "EAA"] {
            assert!(!text.contains(secret), "{name}: {text}");
        }
    }
    let ended = folder.run(&["run", "first", "--journal", "again"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains(&format!("{0} scenarios: {0} passed", first.len())), "{}", ended.stdout);

    let mut second = BTreeMap::new();
    fs::create_dir_all(folder.path("second")).expect("a folder");
    for journal in journals(&folder.path("again")) {
        let name = journal.parent().and_then(Path::file_name).expect("the name of the file");
        let name = name.to_str().expect("a plain name").to_owned();
        let file = folder.path(&format!("second/{name}.yaml"));
        let ended = folder.run(&["export", plain(&journal), "-o", plain(&file)]);
        assert_eq!(ended.code, Some(0), "{}", ended.told());
        second.insert(name, fs::read_to_string(&file).expect("the file was written"));
    }
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, text) in &first {
        assert_eq!(text, &second[name], "{name}");
    }
}

/// Scenarios of one Page share a stage whatever their protocols are, and each journal is about its own.
#[test]
fn a_journal_is_about_the_protocol_of_its_scenario() {
    let folder = Folder::new();
    let world = "world:\n  page: {primary_receiver: bot}\n  apps: {bot: {}, desk: {}}\n  people: {ana: {}}\n";
    let steps = "steps:\n  - user: ana\n    says: hello\n";
    for (file, protocol) in
        [("a", "protocol: handover-v1\n"), ("b", ""), ("c", "protocol: default-behavior\n")]
    {
        folder.write(&format!("play/{file}.yaml"), format!("scenario: Hello\n{protocol}{world}{steps}"));
    }
    let ended = folder.run(&["run", "play", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    for (name, text) in export_all(&folder, "journals", "recorded") {
        let protocol = text.lines().find(|line| line.starts_with("protocol:"));
        let expected = match name.rsplit('-').nth(1) {
            Some("a") => Some("protocol: handover-v1"),
            Some("c") => Some("protocol: default-behavior"),
            _ => None,
        };
        assert_eq!(protocol, expected, "{name}: {text}");
    }
}

/// Runs a scenario behind a greeting, and exports it.
#[track_caller]
fn told(steps: &str) -> String {
    let folder = Folder::scenario("Recorded", "tags: [one, two]\nunread: allow\n", steps);
    let ended = folder.run(&["run", "play.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let journal = journals(&folder.path("journals")).remove(0);
    let told = folder.run(&["export", plain(&journal)]);
    assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""), "{}", told.told());
    folder.write("told.yaml", &told.stdout);
    let again = folder.run(&["run", "told.yaml"]);
    assert_eq!(again.code, Some(0), "{}\n{}", again.told(), told.stdout);
    told.stdout
}

#[test]
fn an_edited_attempt_is_reported() {
    let folder = Folder::scenario("Edited", "", "  - clock: +1h\n");
    assert_eq!(folder.run(&["run", "play.yaml", "--journal", "journals"]).code, Some(0));
    let journal = journals(&folder.path("journals")).remove(0);
    let text = fs::read_to_string(&journal).expect("a journal");
    let line = text.lines().position(|line| line.contains(r#""kind":"attempt""#)).expect("an attempt") + 1;
    let whole = r#""number":1,"result":"acknowledged","status":200"#;
    assert!(text.contains(whole));
    for (edited, why) in [
        (
            r#""number":1,"result":"acknowledged","status":500"#,
            "the result `acknowledged` does not go with status 500",
        ),
        (
            r#""number":1,"result":"refused","status":500"#,
            "was to be tried again at 2026-07-06T09:00:00Z, and was not",
        ),
        (r#""number":2,"result":"acknowledged","status":200"#, "it is attempt 1 of the delivery "),
    ] {
        folder.write("edited.jsonl", text.replacen(whole, edited, 1));
        let ended = folder.run(&["export", "edited.jsonl"]);
        let warning = format!("warning: line {line} cannot have happened: ");
        let found = ended.stderr.lines().any(|told| told.starts_with(&warning) && told.contains(why));
        assert!(found && ended.stderr.contains("was it edited?"), "{why}: {}", ended.told());
    }
    let ended = folder.run(&["export", plain(&journal)]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.told());
}

#[test]
fn a_conversation_about_everything() {
    let steps = r#"  - user: ana
    says: "no: # $${x} ${page.id}"
  - expect: {app: shopbot, sends: true}
  - user: ana
    says: menu
  - expect: {app: shopbot, sends: true}
  - user: ana
    taps: Opening hours
  - user: ana
    sends: {attachments: [{image: https://example.com/a.png}, {location: {lat: 1.5, long: 2}}], text: here}
  - expect: {app: shopbot, sends: true}
  - app: livechat
    sends: {text: "ticket for ${ana.id}", quick_replies: [{content_type: text, title: "Yes?", payload: "${page.id}"}]}
    refused: {subcode: 2018300}
  - inbox: ana
    replies: "Hi\nAna: I am Tom"
    as: reply
  - user: ana
    reacts: 👍
    to: reply
  - user: ana
    says: thanks
    reply_to: reply
  - app: shopbot
    takes_control: {metadata: "for ${shopbot.id}"}
  - expect: {owner: shopbot}
  - page: {features: {livechat: [human_agent]}, primary_receiver: livechat}
  - app: shopbot
    takes_control: true
  - app: shopbot
    passes_control: {to: "999"}
    refused: true
  - user: ana
    says: human
  - expect: {app: shopbot, sends: true}
  - clock: +24h
  - clock: +90s
"#;
    golden("export-everything", &told(steps));
}

#[test]
fn what_export_cannot_do_it_says() {
    let folder = Folder::scenario("Recorded", "", "");
    let ended = folder.run(&["run", "play.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let journal = journals(&folder.path("journals")).remove(0);
    folder.write("journal.jsonl", fs::read_to_string(&journal).expect("a journal"));
    folder.write(
        "empty.jsonl",
        fs::read_to_string(&journal).expect("a journal").lines().next().expect("a header"),
    );
    let mut all = String::new();
    for arguments in [
        &["export", "none.jsonl"][..],
        &["export", "play.yaml"],
        &["export", "empty.jsonl"],
        &["export", "journal.jsonl", "--person", "bo"],
        &["export", "journal.jsonl", "--from", "99"],
        &["export", "journal.jsonl", "--name", " "],
        &["export", "journal.jsonl", "--name", "for ${ana.id}"],
        &["record", "-o", "/proc/told.yaml"],
        &["record", "--name", ""],
        &["record", "--name", "for ${ana.id}"],
        &["export", "journal.jsonl", "-o", "nowhere/told.yaml"],
        &["export", "journal.jsonl", "--world", "nowhere.yaml", "-o", "told.yaml"],
    ] {
        let ended = folder.run(arguments);
        all.extend([format!("===== {}\n{}", arguments.join(" "), ended.told())]);
    }
    golden("export-errors", &all);
}

#[test]
fn a_part_of_a_journal_is_exported() {
    let more = "  - user: ana\n    says: one\n  - expect: {app: shopbot, sends: true}\n  - user: ana\n    says: two\n  \
                - expect: {app: shopbot, sends: true}\n";
    let folder = Folder::scenario("Recorded", "", more);
    let ended = folder.run(&["run", "play.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let journal = journals(&folder.path("journals")).remove(0);
    let path = plain(&journal);
    let text = fs::read_to_string(&journal).expect("a journal");
    let one = 1 + text
        .lines()
        .skip(1)
        .position(|line| line.contains(r#""kind":"says""#) && line.contains("one"))
        .expect("she said it");
    let to = folder.run(&["export", path, "--to", &one.to_string(), "--name", "A part", "-o", "part.yaml"]);
    assert_eq!(to.code, Some(0), "{}", to.told());
    let part = fs::read_to_string(folder.path("part.yaml")).expect("the file was written");
    assert!(
        part.contains("scenario: A part\n") && part.contains("You said: one") && !part.contains("two"),
        "{part}"
    );
    let again = folder.run(&["run", "part.yaml"]);
    assert_eq!(again.code, Some(0), "{}", again.told());

    let from = folder.run(&["export", path, "--from", &one.to_string()]);
    assert_eq!(from.code, Some(0), "{}", from.told());
    let given = "given:\n  - user: ana\n    says: \"hello\"\n  - expect: {owner: shopbot}\n";
    assert!(from.stdout.contains(given), "{}", from.told());
}

/// A running `demo-bot` for an emulator at this port.
fn bot(folder: &Folder, port: u16, emulator: u16) -> Process {
    let mut command: Command = folder.command(&["demo-bot"]);
    command
        .env("PORT", port.to_string())
        .env("GRAPH_API_URL", format!("http://127.0.0.1:{emulator}"))
        .env("PAGE_ACCESS_TOKEN", "bot-page-token")
        .env("APP_SECRET", "a-secret-of-its-own")
        .env("VERIFY_TOKEN", "bot-verify-token");
    Process::start(&mut command)
}

fn record(folder: &Folder, emulator: u16, webhook: u16, more: &[&str]) -> Serve {
    let (port, webhook) = (emulator.to_string(), format!("http://127.0.0.1:{webhook}/webhook"));
    let mut all = vec!["record", "--port", &port, "--webhook", &webhook];
    all.extend(more);
    let process = Process::start(&mut folder.command(&all));
    until(Instant::now() + PATIENCE, "the URL is printed", || process.stdout().contains('\n'));
    let url = process.first_line();
    process.prints("bot is ready");
    Serve { process, url }
}

fn says(folder: &Folder, serve: &Serve, arguments: &[&str]) -> Ended {
    folder.run(&[arguments, &["--url", &serve.url]].concat())
}

#[test]
fn what_qa_records_passes_at_once_against_the_running_bot() {
    let folder = Folder::new();
    let (port, emulator) = (free_port(), free_port());
    let _bot = bot(&folder, port, emulator);
    let mut serve =
        record(&folder, emulator, port, &["--app-secret", "a-secret-of-its-own", "-o", "qa.yaml"]);
    for arguments in [
        &["say", "hello"][..],
        &["say", "menu"],
        &["tap", "Opening hours"],
        &["step", "{clock: +24h}"],
        &["say", "anyone: #1?"],
    ] {
        let ended = says(&folder, &serve, arguments);
        assert_eq!(ended.code, Some(0), "{}", ended.told());
    }
    serve.process.signal("INT");
    assert_eq!(serve.process.wait(PATIENCE).code(), Some(130));
    assert!(
        serve.process.stderr().contains("qa.yaml: 12 steps; messenger-emulator run qa.yaml"),
        "{}\n{}\n{:?}",
        serve.process.stdout(),
        serve.process.stderr(),
        fs::read_to_string(folder.path("qa.yaml"))
    );
    assert!(serve.process.stderr().contains("set BOT_SECRET before you run the file"));
    let text = fs::read_to_string(folder.path("qa.yaml")).expect("the file was written");
    assert!(!text.contains("a-secret-of-its-own"), "{text}");
    let mut shown = String::new();
    for line in text.lines().filter(|line| !line.starts_with("scenario:") && !line.starts_with("begin_at:")) {
        shown.extend([line, "\n"]);
    }
    golden("record", &shown);

    let emulator = emulator.to_string();
    let mut run = folder.command(&["run", "qa.yaml", "--port", &emulator]);
    let ended = finish(run.env("BOT_SECRET", "a-secret-of-its-own"));
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn a_recorder_that_is_killed_loses_nothing_and_never_writes_over_a_recording() {
    let folder = Folder::new();
    let (port, emulator) = (free_port(), free_port());
    let _bot = bot(&folder, port, emulator);
    let more = ["--app-secret", "a-secret-of-its-own", "--journal", "journal.jsonl"];
    let serve = record(&folder, emulator, port, &more);
    assert_eq!(says(&folder, &serve, &["say", "hello"]).code, Some(0));
    let file = folder.path("recording.yaml");
    until(Instant::now() + PATIENCE, "it is written when it is quiet", || {
        fs::read_to_string(&file).is_ok_and(|text| text.contains("Hello! I am the demo bot."))
    });
    serve.process.signal("KILL");
    let mut serve = serve;
    serve.process.wait(PATIENCE);
    let written = fs::read_to_string(&file).expect("the file");
    let exported = folder.run(&["export", "journal.jsonl"]);
    assert_eq!(exported.stdout, written, "{}", exported.told());

    let again = record(&folder, emulator, port, &more[..2]);
    assert!(again.process.stderr().contains("recording into recording-2.yaml"), "{}", again.process.stderr());
    drop(again);
    assert_eq!(fs::read_to_string(&file).expect("the file"), written);
    let taken = folder.run(&["record", "-o", "recording.yaml"]);
    assert_eq!(taken.code, Some(2));
    assert_eq!(taken.stderr, "error: recording.yaml is there already; name another file, or remove it\n");
}

#[test]
fn nothing_is_written_when_nothing_happened() {
    let folder = Folder::new();
    let mut process = Process::start(&mut folder.command(&["record", "--port", "0"]));
    process.prints("recording into recording.yaml");
    process.signal("INT");
    process.ends();
    assert!(
        process.stderr().contains("nothing happened, so recording.yaml was not written"),
        "{}",
        process.stderr()
    );
    assert!(!folder.path("recording.yaml").exists());
}

#[test]
fn secrets_of_a_world_stay_out_of_journals_and_recordings() {
    let folder = Folder::new();
    let world = "world:\n  apps:\n    bot:\n      start: \"${env.TINY_BOT} echo --key a-very-own-secret\"\n      secret: \
                 a-very-own-secret\n      page_token: a-very-own-token\n      env: {API_KEY: a-very-own-key, PLAIN: \
                 shown}\n";
    folder.write("a.yaml", format!("scenario: a\n{world}steps:\n  - user: user\n    says: hello\n"));
    let ended = folder.run(&["run", "a.yaml", "--journal", "journals"]);
    let journal = journals(&folder.path("journals")).remove(0);
    let text = fs::read_to_string(&journal).expect("a journal");
    let told = folder.run(&["export", plain(&journal)]);
    for secret in ["a-very-own-secret", "a-very-own-token", "a-very-own-key"] {
        assert!(!text.contains(secret), "{}\n{text}", ended.told());
        assert!(!told.stdout.contains(secret) && !told.stderr.contains(secret), "{}", told.told());
    }
    // The bot is told the secret again, so both must have it.
    assert!(told.stdout.contains(r#"secret: "${env.BOT_SECRET}""#), "{}", told.told());
    assert!(told.stdout.contains("shown") && !told.stdout.contains("page_token"), "{}", told.told());
    assert!(told.stderr.contains("set BOT_SECRET, API_KEY before you run the file"), "{}", told.told());
}

#[test]
fn a_recording_that_cannot_be_written_is_not_called_nothing() {
    let folder = Folder::new();
    fs::create_dir(folder.path("below")).expect("a folder");
    let mut process =
        Process::start(&mut folder.command(&["record", "--port", "0", "-o", "below/told.yaml"]));
    process.prints("recording into below/told.yaml");
    let url = process.first_line();
    fs::remove_dir(folder.path("below")).expect("an empty folder");
    let said = folder.run(&["say", "hello", "--url", &url]);
    assert_eq!(said.code, Some(0), "{}", said.told());
    process.signal("INT");
    assert_eq!(process.wait(PATIENCE).code(), Some(2));
    let told = process.stderr();
    assert!(told.contains("error: cannot write below/told.yaml: No such file or directory"), "{told}");
    assert!(told.contains("what happened is lost") && !told.contains("nothing happened"), "{told}");
}

#[test]
fn a_recorder_names_the_secrets_of_its_world_that_are_said() {
    let folder = Folder::new();
    folder.write("emulator.yaml", "pages: {shop: {}, store: {}}\napps:\n  bot: {secret: a-very-own-secret, page_token: {shop: EAAown}}\n");
    let mut process = Process::start(&mut folder.command(&["record", "--port", "0", "-o", "told.yaml"]));
    process.prints("recording into told.yaml");
    let url = process.first_line();
    let said = folder.run(&["say", "a-very-own-secret xEAAown bot-store-page-token", "--url", &url]);
    assert_eq!(said.code, Some(0), "{}", said.told());
    process.signal("INT");
    assert_eq!(process.wait(PATIENCE).code(), Some(130));
    let text = fs::read_to_string(folder.path("told.yaml")).expect("the file was written");
    assert!(text.contains(r#"says: "${bot.secret} x${bot.page_token} ${bot.store.page_token}""#), "{text}");
}
