//! `doctor`: what it finds out about ports and webhooks, and that nothing of it is left behind.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Arc;

use emulator_server::{Authority, Wall};
use serde_json::Value;
use tokio_rustls::rustls::ServerConnection;

use crate::support::{Ended, Folder, PATIENCE, Process, Serve, TINY_BOT, free_port, golden, request, until};

/// A healthy bot, and a help desk that would be given control of the conversations.
const HEALTHY: &str = "\
page: {primary_receiver: livechat}
apps:
  shopbot:
    start: ${emulator.bin} demo-bot
    fields: [messages, messaging_handovers, standby]
  livechat: {}
";

/// A world whose bot behaves in this way.
fn tiny(how: &str, fields: &str) -> Folder {
    let start = format!("start: [\"${{env.TINY_BOT}}\", {how}]");
    Folder::with("emulator.yaml", &format!("apps:\n  bot:\n    {start}\n    fields: [{fields}]\n"))
}

/// The webhooks alone are tried.
fn doctor(folder: &Folder, arguments: &[&str]) -> Ended {
    let all = [&["doctor", "--only", "webhooks"], arguments].concat();
    folder.run(&all)
}

#[test]
fn a_healthy_bot_is_started_tried_and_ended() {
    let folder = Folder::with("emulator.yaml", HEALTHY);
    let ended = doctor(&folder, &[]);
    golden("doctor-healthy", &ended.told());
    assert_eq!(ended.code, Some(0));
}

#[test]
fn several_bots_are_tried_and_none_hears_of_the_others() {
    let bot = |name: &str| format!("  {name}: {{start: \"${{emulator.bin}} demo-bot\"}}\n");
    let world = format!("apps:\n{}{}", bot("first"), bot("second"));
    let ended = doctor(&Folder::with("emulator.yaml", &world), &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    for app in ["first", "second"] {
        let line = format!("  ok    calls Graph here: {app} sends “Hello! I am the demo bot.");
        assert!(ended.stdout.contains(&line), "{}", ended.stdout);
        let announced = format!("\n  {app} at http://127.0.0.1:");
        assert!(ended.stderr.contains(&announced), "{}", ended.stderr);
    }
}

#[test]
fn a_bot_that_ends_on_standby_fails_where_it_is_subscribed_and_is_tried_further() {
    let ended = doctor(&tiny("frail, 0", "messages, standby"), &[]);
    golden("doctor-frail", &ended.told());
    assert_eq!(ended.code, Some(1));
    let spared = doctor(&tiny("frail, 0", "messages"), &[]);
    assert_eq!(spared.code, Some(0), "{}", spared.stdout);
    let line = "warn  the bot ends after an event on standby (exit status: 9)";
    assert!(spared.stdout.contains(line), "{}", spared.stdout);
    assert!(spared.stdout.contains("the app is not subscribed to standby"), "{}", spared.stdout);
}

#[test]
fn a_bot_that_does_not_check_signatures_is_warned_of() {
    let ended = doctor(&tiny("slow, 0", "messages"), &[]);
    golden("doctor-unsigned", &ended.told());
    assert_eq!(ended.code, Some(0), "a warning is no failure");
}

#[test]
fn other_tokens_and_secrets_of_the_bot_are_named() {
    let env = "{VERIFY_TOKEN: another, APP_SECRET: a-secret-of-its-own}";
    let text = format!("apps:\n  bot:\n    start: ${{emulator.bin}} demo-bot\n    env: {env}\n");
    let ended = doctor(&Folder::with("emulator.yaml", &text), &[]);
    golden("doctor-strangers", &ended.told());
    assert_eq!(ended.code, Some(1));
}

#[test]
fn a_bot_that_takes_long_is_warned_of_before_it_is_too_late() {
    let ended = doctor(&tiny("sluggish, 5050", "messages"), &[]);
    let line = ended.stdout.lines().find(|line| line.contains("answers slowly")).unwrap_or_default();
    assert!(line.starts_with("  warn  answers slowly (5"), "{}", ended.stdout);
    assert!(ended.stdout.contains("help: answer 200 at once and work afterwards"), "{}", ended.stdout);
    assert_eq!(ended.code, Some(0));
}

#[test]
fn a_bot_that_is_not_there_or_ends_at_once_is_a_failure() {
    let folder = Folder::new();
    let webhook = format!("http://127.0.0.1:{}/webhook", free_port());
    let absent = doctor(&folder, &["--webhook", &webhook]);
    golden("doctor-absent", &absent.told());
    let ended = doctor(&tiny("ends", "messages"), &[]);
    golden("doctor-ended", &ended.told());
    assert_eq!((absent.code, ended.code), (Some(1), Some(1)));
}

/// Answers each connection in this way for as long as the tests run; the address.
fn each_connection(answer: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    address
}

#[test]
fn a_webhook_that_is_named_with_the_wrong_scheme_is_told_the_right_one() {
    let folder = Folder::new();
    let config =
        Arc::clone(Authority::open(&folder.path("ca")).expect("a folder of our own").server_config());
    let speaks_tls = each_connection(move |mut stream| {
        let mut tls = ServerConnection::new(Arc::clone(&config)).expect("a server can be made");
        let _ = tls.complete_io(&mut stream);
    });
    let speaks_http = each_connection(|mut stream| {
        let _ = stream.read(&mut [0; 1_024]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
    let over_http = doctor(&folder, &["--webhook", &format!("http://{speaks_tls}/webhook")]);
    golden("doctor-https-webhook", &over_http.told());
    let over_tls = doctor(&folder, &["--webhook", &format!("https://{speaks_http}/webhook")]);
    golden("doctor-http-webhook", &over_tls.told());
    let closes = each_connection(drop);
    let closed = doctor(&folder, &["--webhook", &format!("https://{closes}/webhook")]);
    let help = "help: does the bot speak TLS there? If not, name the webhook with http://\n";
    assert!(closed.stdout.contains(help), "{}", closed.stdout);
    assert_eq!([over_http.code, over_tls.code, closed.code], [Some(1); 3]);
}

#[test]
fn without_a_webhook_there_is_nothing_to_try() {
    let ended = doctor(&Folder::new(), &[]);
    golden("doctor-nobody", &ended.told());
    assert_eq!(ended.code, Some(0));
}

#[test]
fn the_bots_of_a_running_serve_are_tried_and_its_journal_knows_nothing_of_it() {
    let folder = Folder::with("emulator.yaml", HEALTHY);
    let mut serve = Serve::start(&folder, &["--journal", "all.jsonl"]);
    serve.process.prints("shopbot is ready");
    let before = std::fs::read_to_string(folder.path("all.jsonl")).expect("a journal");
    let elsewhere = Folder::new();
    let ended = elsewhere.run(&["doctor", "--only", "ports,webhooks", "--url", &serve.url]);
    golden("doctor-url", &ended.told());
    assert_eq!(ended.code, Some(0));
    let world = serve.get("/_emulator/world").json();
    assert_eq!(world["last"], 0, "neither events nor calls are in its lane");
    let asked = serve.get("/_emulator/doctor").json();
    assert_eq!(asked["calls"][0]["path"], "me/messages", "{asked}");
    serve.process.signal("TERM");
    serve.process.ends();
    assert_eq!(std::fs::read_to_string(folder.path("all.jsonl")).expect("a journal"), before);
    assert!(!serve.process.stdout().contains("refused"), "{}", serve.process.stdout());
}

#[test]
fn calls_about_the_person_of_doctor_find_nobody_and_are_kept_apart() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &[]);
    let asked = serve.get("/_emulator/doctor").json();
    let person = asked["person"].as_str().expect("an id").to_owned();
    assert_eq!(serve.get("/_emulator/doctor").json()["person"], person, "she stays the same");
    let send = format!("{{\"recipient\": {{\"id\": \"{person}\"}}, \"message\": {{\"text\": \"hi\"}}}}");
    let json = [("content-type", "application/json")];
    let post = |path: &str| request(&serve.url, "POST", path, &json, send.as_bytes());
    let answers = [
        post("/v21.0/me/messages?access_token=bot-page-token"),
        post("/me/pass_thread_control?access_token=wrong"),
        serve.get(&format!("/{person}?fields=first_name&access_token=bot-page-token")),
        serve.get(&format!("/me/thread_owner?recipient={person}&access_token=bot-page-token")),
    ];
    for answer in answers {
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["code"], &error["error_subcode"]), (400, &100.into(), &33.into()));
        assert!(error["message"].as_str().is_some_and(|text| text.contains(&person)), "{error}");
    }
    assert_eq!(serve.get("/_emulator/world").json()["last"], 0);
    let asked = serve.get("/_emulator/doctor?after=1").json();
    let called = |index: usize| {
        let call = &asked["calls"][index];
        (call["number"].clone(), call["app"].clone(), call["method"].clone(), call["path"].clone())
    };
    let bot = Value::from("bot");
    assert_eq!(called(0), (2.into(), Value::Null, "POST".into(), "me/pass_thread_control".into()));
    assert_eq!(called(1), (3.into(), bot.clone(), "GET".into(), person.as_str().into()));
    assert_eq!(called(2), (4.into(), bot, "GET".into(), "me/thread_owner".into()));
    assert_eq!((asked["calls"].as_array().map(Vec::len), &asked["last"]), (Some(3), &4.into()));
    let other = request(&serve.url, "GET", "/_emulator/doctor", &[("host", "evil.example")], b"");
    assert_eq!(other.status, 403, "it tells secrets");
}

#[test]
fn nobody_at_the_url_is_another_exit_code_than_a_failed_check() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let ended = Folder::new().run(&["doctor", "--url", &url]);
    golden("doctor-no-emulator", &ended.told());
    assert_eq!(ended.code, Some(3));
    let both = Folder::new().run(&["doctor", "--url", &url, "--webhook", "http://127.0.0.1:3000/"]);
    assert_eq!(both.code, Some(2), "{}", both.stderr);
}

#[test]
fn a_bot_that_runs_already_is_tried_where_it_runs() {
    let folder = Folder::new();
    let port = free_port().to_string();
    let mut bot = folder.command(&["demo-bot"]);
    bot.env("PORT", &port).env("VERIFY_TOKEN", "bot-verify-token").env("APP_SECRET", "bot-app-secret");
    bot.env("GRAPH_API_URL", "http://127.0.0.1:9").env("PAGE_ACCESS_TOKEN", "bot-page-token");
    let bot = Process::start(&mut bot);
    bot.prints("listening");
    let ended = doctor(&folder, &["--webhook", &format!("http://127.0.0.1:{port}/webhook")]);
    golden("doctor-running", &ended.told());
    assert_eq!(ended.code, Some(0));
}

#[test]
fn a_running_bot_that_ends_is_not_tried_further() {
    let port = free_port().to_string();
    let mut bot = std::process::Command::new(TINY_BOT);
    bot.args(["frail", "0"]).env("PORT", &port).stdin(Stdio::null());
    let bot = Process::start(&mut bot);
    bot.prints("is there");
    let webhook = format!("http://127.0.0.1:{port}/webhook");
    let ended = doctor(&Folder::new(), &["--webhook", &webhook, "--fields", "messages,standby"]);
    golden("doctor-gone", &ended.told());
    assert_eq!(ended.code, Some(1));
}

#[test]
fn a_port_is_free_or_it_is_said_who_has_it() {
    let folder = Folder::new();
    let line = |port: u16| {
        let ended = folder.run(&["doctor", "--only", "ports", "--port", &port.to_string()]);
        let line = ended.stdout.lines().nth(1).unwrap_or_default().replace(&port.to_string(), "PORT");
        (ended.code, line)
    };
    assert_eq!(line(free_port()), (Some(0), "  ok    port PORT is free".to_owned()));
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    assert_eq!(line(port), (Some(1), "  FAIL  port PORT is taken by another program".to_owned()));
    let serve = Serve::start(&folder, &[]);
    let port = serve.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let version = env!("CARGO_PKG_VERSION");
    let warned = format!("  warn  port PORT is taken by messenger-emulator {version}");
    assert_eq!(line(port), (Some(0), warned));
    assert_eq!(line(0).0, Some(0));
}

#[test]
fn programs_get_json_and_nothing_else_on_standard_output() {
    let ended = doctor(&tiny("frail, 0", "messages, standby"), &["--format", "json"]);
    let body: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((ended.code, &body["failures"], &body["warnings"]), (Some(1), &1.into(), &2.into()));
    let checks = body["checks"].as_array().expect("a list");
    let results: Vec<(&str, &str)> = checks
        .iter()
        .map(|check| {
            assert_eq!((&check["group"], &check["app"]), (&"webhooks".into(), &"bot".into()));
            (check["check"].as_str().expect("a name"), check["result"].as_str().expect("a result"))
        })
        .collect();
    let expected = [
        ("reachable", "ok"),
        ("verification", "ok"),
        ("wrong-token", "warn"),
        ("signature", "ok"),
        ("answer-time", "ok"),
        ("wrong-signature", "warn"),
        ("standby", "fail"),
        ("no-sender", "ok"),
        ("calls", "skipped"),
    ];
    assert_eq!(results, expected);
    let standby = checks.iter().find(|check| check["check"] == "standby").expect("it was tried");
    assert!(standby["help"].as_str().is_some_and(|help| help.contains("entry.standby")), "{standby}");
    assert!(checks.iter().any(|check| check["took_ms"].is_u64()), "{body}");
}

#[test]
fn flags_of_serve_are_taken_as_they_are() {
    let folder = Folder::new();
    let flags = ["--journal", "j.jsonl", "--clock", "frozen", "--seed", "7", "--quiet", "--ready-file", "r"];
    let ended = doctor(&folder, &flags);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!folder.path("j.jsonl").exists() && !folder.path("r").exists());
}

#[test]
fn nothing_is_left_behind_when_it_is_killed() {
    let port = free_port();
    let world = format!(
        "apps:\n  bot:\n    webhook: http://127.0.0.1:{port}/webhook\n    \
         start: [\"${{env.TINY_BOT}}\", sluggish, 30000]\n    env: {{PORT: \"{port}\"}}\n"
    );
    let folder = Folder::with("emulator.yaml", &world);
    let mut doctor = Process::start(&mut folder.command(&["doctor", "--only", "webhooks"]));
    doctor.prints("doctor is going to send");
    let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    until(std::time::Instant::now() + PATIENCE, "the bot listens", listens);
    doctor.signal("KILL");
    doctor.wait(PATIENCE);
    until(std::time::Instant::now() + PATIENCE, "the bot has ended", || !listens());
}

/// Certificates in a folder of their own, without what differs from day to day and from machine to machine.
fn certificates(folder: &Folder, ca: &str) -> Ended {
    let mut ended = folder.run(&["doctor", "--only", "certificates", "--ca-dir", ca]);
    let digits = |line: &str, before: &str| match line.split_once(before) {
        Some((head, rest)) => {
            let rest =
                rest.trim_start_matches(|character: char| character.is_ascii_digit() || character == '-');
            format!("{head}{before}N{rest}\n")
        }
        None => format!("{line}\n"),
    };
    // Whether the system has roots of its own, too.
    let lines = ended.stdout.lines().filter(|line| !line.contains("roots of the system"));
    ended.stdout = lines.map(|line| digits(digits(line, "until ").trim_end(), "for ")).collect();
    ended
}

#[test]
fn certificates_are_there_and_the_users_alone_or_it_is_said_what_to_do() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let ended = certificates(&folder, "ca");
    golden("doctor-certificates", &ended.told());
    assert_eq!(ended.code, Some(0));
    let key = folder.path("ca/issuer.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    let readable = certificates(&folder, "ca");
    golden("doctor-key-for-all", &readable.told());
    folder.write("ca/ca.pem", "no certificate");
    let foreign = certificates(&folder, "ca");
    golden("doctor-foreign-certificates", &foreign.told());
    assert_eq!((readable.code, foreign.code), (Some(1), Some(1)));
}

#[test]
fn certificates_that_were_made_anew_ask_for_bots_to_be_restarted() {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let folder = Folder::new();
    // Those of then end in less than thirty days.
    let then = Wall(Wall::now().0 - 3_640 * DAY);
    Authority::open_at(&folder.path("ca"), then).expect("a folder of our own");
    let ended = certificates(&folder, "ca");
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    let line = "warn  they were made anew, and are valid until N\n        help: restart bots that run";
    assert!(ended.stdout.contains(line), "{}", ended.stdout);
    assert!(ended.stdout.ends_with("No check failed, 1 warning\n"), "{}", ended.stdout);
}

#[test]
fn the_certificates_of_a_running_serve_must_be_those_that_it_shows() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--ca-dir", "ca"]);
    let elsewhere = Folder::new();
    let ca = folder.path("ca").canonicalize().expect("serve has made it").display().to_string();
    let tried = |code: i32| {
        let ended = elsewhere.run(&["doctor", "--only", "certificates", "--url", &serve.url]);
        assert_eq!(ended.code, Some(code), "{}", ended.told());
        let printed = elsewhere.run(&["env", "--url", &serve.url]);
        assert_eq!(printed.code, Some(code * 2), "{}", printed.told());
        assert_eq!(printed.stdout.is_empty(), code != 0, "{}", printed.told());
        format!("{}===== env\n{}", ended.told(), if code == 0 { String::new() } else { printed.told() })
            .replace(&ca, "FOLDER")
    };
    assert!(tried(0).contains("  ok    certificates are in FOLDER\n"), "not those of the user");
    std::fs::rename(folder.path("ca"), folder.path("kept")).expect("it is ours");
    golden("doctor-certificates-gone", &tried(1));
    assert!(!folder.path("ca").exists(), "doctor makes none in the folder of serve");
    Authority::open(&folder.path("ca")).expect("a folder of our own");
    // What `serve` wrote beside them is there, and the roots are others.
    std::fs::rename(folder.path("kept/preload"), folder.path("ca/preload")).expect("it is ours");
    golden("doctor-certificates-of-others", &tried(1));
    let conflict = elsewhere.run(&["doctor", "--url", &serve.url, "--ca-dir", "ca"]);
    assert_eq!(conflict.code, Some(2), "the running serve says where they are");
}

/// A folder with programs of these names alone, each a script that does this with the real one.
fn programs(folder: &Folder, scripts: &[(&str, &str)]) {
    use std::os::unix::fs::PermissionsExt as _;
    for (name, script) in scripts {
        let path = format!("bin/{name}");
        folder.write(&path, format!("#!/bin/sh\n{script}\n"));
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(&path), executable).expect("it is ours");
    }
}

/// Where a program is; none when it is not installed.
fn installed(name: &str) -> Option<String> {
    let paths = std::env::var_os("PATH")?;
    let mut paths = std::env::split_paths(&paths).map(|folder| folder.join(name));
    Some(paths.find(|path| path.is_file())?.display().to_string())
}

/// What runs the program as it is.
fn as_it_is(name: &str) -> String {
    let program = match name {
        // It may be a script that looks for the real one.
        "python3" => {
            let ended =
                std::process::Command::new(name).args(["-c", "import sys; print(sys.executable)"]).output();
            String::from_utf8(ended.expect("Python starts").stdout).expect("a path").trim().to_owned()
        }
        _ => installed(name).unwrap_or_else(|| panic!("{name} is installed")),
    };
    format!("exec '{program}' \"$@\"")
}

/// The calls of these runtimes alone.
fn runtimes(folder: &Folder, arguments: &[&str]) -> Ended {
    let all = [&["doctor", "--only", "runtimes", "--ca-dir", "ca"], arguments].concat();
    let mut command = folder.command(&all);
    let mut ended = crate::support::finish(command.env("PATH", folder.path("bin")));
    // The versions differ from machine to machine.
    let line = |line: &str| {
        let words = line.split(' ').map(|word| match word.strip_suffix(':') {
            Some(version) if version.starts_with(|digit: char| digit.is_ascii_digit()) => "VERSION:",
            Some(_) | None => word,
        });
        words.collect::<Vec<_>>().join(" ") + "\n"
    };
    ended.stdout = ended.stdout.lines().map(line).collect();
    ended
}

#[test]
fn a_call_of_each_runtime_arrives_whether_it_knows_proxies_or_not() {
    let folder = Folder::new();
    let scripts = ["node", "python3", "curl"].map(|name| (name, as_it_is(name)));
    programs(&folder, &scripts.each_ref().map(|(name, script)| (*name, script.as_str())));
    let ended = runtimes(&folder, &[]);
    golden("doctor-runtimes", &ended.told());
    assert_eq!(ended.code, Some(0));
    let without = runtimes(&folder, &["--no-preload"]);
    golden("doctor-runtimes-without-preload", &without.told());
    assert_eq!(without.code, Some(0));
}

#[test]
fn java_arrives_where_a_jdk_is_installed() {
    let Some(java) = installed("java").filter(|_| installed("javac").is_some()) else { return };
    let folder = Folder::new();
    programs(&folder, &[("java", &format!("exec '{java}' \"$@\""))]);
    let ended = runtimes(&folder, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("ok    java VERSION: `HttpsURLConnection`, through the proxy"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_call_that_does_not_arrive_is_a_failure_and_what_is_not_installed_is_none() {
    let folder = Folder::new();
    let untrusting = format!("unset CURL_CA_BUNDLE SSL_CERT_FILE\n{}", as_it_is("curl"));
    let jre = "case $1 in --version) echo 'openjdk 17.0.1';; *) echo 'Error: Could not find or load main class Probe.java' >&2; exit 1;; esac";
    let other = "case $1 in --version) echo 'PHP 8.2.1';; *) echo '{\"error\": {\"code\": 190}}';; esac";
    programs(&folder, &[("curl", &untrusting), ("java", jre), ("php", other), ("ruby", "exit 1")]);
    let ended = runtimes(&folder, &[]);
    golden("doctor-runtimes-failing", &ended.told());
    assert_eq!(ended.code, Some(1));
}

#[test]
fn a_runtime_that_is_found_and_does_not_start_is_a_failure() {
    let folder = Folder::new();
    let node = as_it_is("node");
    programs(&folder, &[("node", &node), ("ruby", "true"), ("python3", "exec /bin/sleep 600")]);
    let mut command = folder.command(&["doctor", "--only", "runtimes", "--ca-dir", "ca"]);
    command.env("PATH", folder.path("bin")).env("PYTHONPATH", "/lib/theirs").env_remove("PYTHONHOME");
    let ended = crate::support::finish(command.env("NODE_OPTIONS", "--require /gone/apm.js"));
    golden("doctor-runtimes-broken", &ended.told());
    assert_eq!(ended.code, Some(1));
    programs(&folder, &[("python3", "echo 'ImportError: no' >&2; exit 1")]);
    let ended = crate::support::finish(command.env("NODE_OPTIONS", "--bogus"));
    let line = "  FAIL  node does not start: node: --bogus is not allowed in NODE_OPTIONS\n        \
                help: NODE_OPTIONS is `--bogus`: is that right?";
    // It names itself by the path at which it was called.
    let told = ended.stdout.replace(installed("node").expect("it is installed").as_str(), "node");
    assert!(told.contains(line), "{told}");
}

#[test]
fn probes_that_hang_end_with_doctor() {
    let folder = Folder::with("tmp/other", "");
    let marked = folder.path("hangs").display().to_string();
    programs(
        &folder,
        &[(
            "ruby",
            &format!("case $1 in --version) echo ruby 3.1;; *) echo $$ > '{marked}'; /bin/sleep 600;; esac"),
        )],
    );
    let mut command = folder.command(&["doctor", "--only", "runtimes", "--ca-dir", "ca"]);
    let mut doctor =
        Process::start(command.env("PATH", folder.path("bin")).env("TMPDIR", folder.path("tmp")));
    let patience = || std::time::Instant::now() + PATIENCE;
    until(patience(), "the probe begins", || {
        std::fs::read_to_string(&marked).is_ok_and(|text| text.ends_with('\n'))
    });
    let id = std::fs::read_to_string(&marked).expect("it is there").trim().to_owned();
    doctor.signal("TERM");
    assert_eq!(doctor.ends().code(), Some(130));
    until(patience(), "the probe has ended", || !std::path::Path::new("/proc").join(&id).exists());
    let left = std::fs::read_dir(folder.path("tmp")).expect("a folder").count();
    assert_eq!(left, 1, "its folder is gone");
}
