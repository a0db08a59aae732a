//! The control API of `serve` over HTTP.

use serde_json::{Value, json};

use crate::support::{Folder, Serve, golden, request};

const WORLD: &str = "\
page: {primary_receiver: bot}
apps: {bot: {}, desk: {}}
people: {ana: {}, ben: {}}
";

fn start() -> (Folder, Serve) {
    let folder = Folder::with("emulator.yaml", WORLD);
    let serve = Serve::start(&folder, &["--clock", "frozen"]);
    (folder, serve)
}

const STEPS: &str = "/_emulator/steps";

#[test]
fn a_step_is_the_same_as_json_and_as_yaml() {
    let (_folder, serve) = start();
    let yaml = serve.post(STEPS, "user: ana\nsays: \"hello?\"\n");
    assert_eq!((yaml.status, yaml.json()["refused"].clone()), (200, json!(false)));
    let json = serve.post(STEPS, json!({"user": "ana", "says": "hello?"}).to_string());
    assert_eq!(json.status, 200);
    let entries = serve.get("/_emulator/journal").json();
    let said: Vec<&Value> =
        entries.as_array().expect("a list").iter().filter(|e| e["kind"] == "says").collect();
    assert_eq!(said.len(), 2);
    assert_eq!(said[0]["data"], said[1]["data"]);
    assert_eq!(yaml.json()["entries"], json!([said[0]["seq"]]));
    let list = serve.post(
        STEPS,
        json!([{"app": "bot", "of": "ana", "sends": "hi", "as": "answer"},
               {"app": "desk", "of": "ana", "sends": "me too", "refused": {"subcode": 2_018_300}}])
        .to_string(),
    );
    assert_eq!((list.status, &list.json()["refused"]), (200, &json!(true)), "{}", list.body);
    // What a step captured is known to later requests.
    let later = serve.post(
        STEPS,
        "{expect: {webhook: desk, of: ana, event: {message: {mid: \"${answer.message_id}\", is_echo: true}}}}",
    );
    assert_eq!(later.status, 200, "{}", later.body);
}

#[test]
fn a_list_stops_at_the_first_step_that_fails() {
    let (_folder, serve) = start();
    let steps = "- {user: ana, says: one}\n- {user: ana, says: two}\n- {expect: {owner: desk, of: ana, within: 50ms}}\n\
                 - {user: ana, says: three}\n";
    let answer = serve.post(STEPS, steps);
    assert_eq!(answer.status, 409, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["done"], 2);
    assert_eq!(body["differences"], json!([{"path": "owner", "expected": "desk", "actual": "bot"}]));
    golden("control-409", body["text"].as_str().expect("a text"));
    let journal = serve.get("/_emulator/journal?format=text").body;
    assert!(journal.contains("“two”") && !journal.contains("“three”"), "{journal}");
}

#[test]
fn a_refusal_that_no_step_asks_for_is_a_conflict() {
    let (_folder, serve) = start();
    assert_eq!(serve.post(STEPS, "{user: ana, says: hello}").status, 200);
    let answer = serve.post(STEPS, "{app: desk, of: ana, sends: hi}");
    assert_eq!((answer.status, &answer.json()["done"]), (409, &json!(0)), "{}", answer.body);
    assert!(answer.json()["text"].as_str().is_some_and(|text| text.contains("C-84")), "{}", answer.body);
}

#[test]
fn what_is_broken_is_told_once() {
    let (_folder, serve) = start();
    assert_eq!(
        serve.post(STEPS, "[{user: ana, says: hello}, {never: {app: bot, of: ana, sends: no}}]").status,
        200
    );
    assert_eq!(serve.post(STEPS, "{never: {owner: desk, of: ana}}").status, 200);
    let broken = serve.post(STEPS, "{app: bot, of: ana, passes_control: {to: desk}}");
    assert_eq!(broken.status, 409, "{}", broken.body);
    golden("control-never", broken.json()["text"].as_str().expect("a text"));
    let after = serve.post(STEPS, "{user: ana, says: hello again}");
    assert_eq!(after.status, 200, "{}", after.body);
}

#[test]
fn a_bad_step_gets_the_diagnostics_of_check() {
    let (_folder, serve) = start();
    let answer =
        serve.post(STEPS, "- {user: ana, say: hello}\n- {app: bott, of: ana, sends: hi}\n- {clock: soon}\n");
    assert_eq!(answer.status, 400);
    let body = answer.json();
    assert_eq!(body["problems"].as_array().map(Vec::len), Some(3), "{body}");
    golden("control-400", body["error"].as_str().expect("a text"));
    assert_eq!(serve.get("/_emulator/journal").json(), json!([]), "nothing was done");
}

#[test]
fn requests_wait_for_what_they_ask() {
    let folder = Folder::new();
    let port = crate::support::free_port();
    let webhook = format!("http://127.0.0.1:{port}/webhook");
    let serve = Serve::start(&folder, &["--webhook", &webhook]);
    let mut bot = folder.command(&["demo-bot", "--port", &port.to_string()]);
    let _bot = crate::support::Process::start(bot.env("GRAPH_API_URL", &serve.url));
    serve.process.prints("bot is ready");
    let texts = || serve.get("/_emulator/journal?format=text").body;
    for (wait, said) in [("settled", "a"), ("quiet", "b"), ("reply", "c")] {
        let answer = serve.post(&format!("{STEPS}?wait={wait}"), format!("{{user: user, says: {said}}}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(texts().contains(&format!("bot hears message “{said}”")), "{wait}: {}", texts());
    }
    assert!(texts().contains("user gets “You said: c” from bot"), "{}", texts());
    let wrong = serve.post(&format!("{STEPS}?wait=soon"), "{user: user, says: d}");
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("settled, quiet, reply"), "{}", wrong.body);
}

#[test]
fn the_journal_is_read_from_where_one_left_off() {
    let (_folder, serve) = start();
    assert_eq!(serve.post(STEPS, "{user: ana, says: one}").status, 200);
    let last = serve.get("/_emulator/world").json()["last"].as_u64().expect("a number");
    assert_eq!(serve.get(&format!("/_emulator/journal?after={last}")).json(), json!([]));
    let url = serve.url.clone();
    let reader = std::thread::spawn(move || {
        request(&url, "GET", &format!("/_emulator/journal?after={last}&wait=30s"), &[], b"")
    });
    assert_eq!(serve.post(STEPS, "{user: ana, says: two}").status, 200);
    let entries = reader.join().expect("an answer").json();
    assert_eq!(entries[0]["seq"], last + 1);
    assert_eq!(entries[0]["data"]["text"], "two");
    golden("control-journal-text", &serve.get("/_emulator/journal?format=text").body);
    assert_eq!(serve.get("/_emulator/journal?after=18446744073709551615").status, 200);
    assert_eq!(serve.get("/_emulator/journal?wait=0.05s&after=1000").json(), json!([]));
    for query in ["after=x", "wait=quiet", "format=xml", "lane=other", "afetr=1", "after=-1"] {
        let answer = serve.get(&format!("/_emulator/journal?{query}"));
        let expected = if query == "lane=other" { 404 } else { 400 };
        assert_eq!(answer.status, expected, "{query}: {}", answer.body);
        assert!(answer.json()["error"].is_string());
    }
}

#[test]
fn the_environment_of_the_emulator_is_nobodys_who_sends_steps() {
    let folder = Folder::new();
    let mut command = folder.command(&["serve", "--port", "0", "--clock", "frozen"]);
    let process = crate::support::Process::start(command.env("VERY_PRIVATE", "not-for-you"));
    process.prints("Another terminal");
    let url = process.first_line();
    let sent = [
        "{note: \"${env.VERY_PRIVATE}\"}",
        "{user: user, says: \"${env['VERY_PRIVATE'] | upper}\"}",
        "- {user: user, says: hi}\n- {app: bot, sends: \"${env}\"}",
    ];
    for body in sent {
        let answer = request(&url, "POST", "/_emulator/steps", &[], body.as_bytes());
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(answer.body.contains("steps that are sent cannot read the environment"), "{}", answer.body);
        assert!(!answer.body.to_lowercase().contains("not-for-you"), "{}", answer.body);
    }
    let step = folder.run(&["step", sent[0], "--url", &url]);
    assert_eq!(step.code, Some(2), "{}", step.told());
    // What a person says is taken at her word.
    let said = folder.run(&["say", "${env.VERY_PRIVATE}", "--url", &url]);
    assert!(said.stdout.contains("user says “${env.VERY_PRIVATE}”"), "{}", said.told());
    // A file belongs to whoever runs it.
    folder.write(
        "file.yaml",
        "scenario: file\nsteps:\n  - {user: user, says: \"${env.VERY_PRIVATE}\", as: said}\n  - note: done\n",
    );
    let mut run = folder.command(&["run", "file.yaml", "--journal", "journals"]);
    assert_eq!(crate::support::finish(run.env("VERY_PRIVATE", "for-me")).code, Some(0));
    let journal = std::fs::read_to_string(folder.path("journals/file/file.jsonl")).expect("a journal");
    assert!(journal.contains("for-me"), "{journal}");
}

#[test]
fn world_health_and_explain() {
    let (_folder, serve) = start();
    assert_eq!(
        serve.get("/_emulator/health").json(),
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})
    );
    assert_eq!(serve.post(STEPS, "{user: ana, says: hello}").status, 200);
    golden("control-world", &format!("{:#}", serve.get("/_emulator/world").json()));
    golden("control-explain", &serve.get("/_emulator/explain/4").body);
    for (entry, status) in [("99", 404), ("0", 404), ("x", 400), ("", 400), ("1/2", 400), ("-1", 400)] {
        let answer = serve.get(&format!("/_emulator/explain/{entry}"));
        assert_eq!(answer.status, status, "{entry}: {}", answer.body);
    }
}

#[test]
fn other_routes_methods_and_callers_are_refused() {
    let (_folder, serve) = start();
    for (method, path, status) in [
        ("GET", "/_emulator/nothing", 404),
        ("GET", "/_emulator/", 404),
        ("GET", "/_emulator/steps/1", 405),
        ("GET", STEPS, 405),
        ("DELETE", "/_emulator/journal", 405),
        ("POST", "/_emulator/world", 405),
    ] {
        let answer = request(&serve.url, method, path, &[], b"");
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert!(answer.json()["error"].is_string());
    }
    for headers in [
        [("host", "shop.example")].as_slice(),
        &[("host", "127.0.0.1.shop.example:7380")],
        &[("origin", "http://shop.example")],
        &[("origin", "null")],
        &[("origin", "http://localhost.shop.example")],
    ] {
        for (method, path) in [("POST", STEPS), ("GET", "/_emulator/journal"), ("GET", "/_emulator/health")] {
            let answer = request(&serve.url, method, path, headers, b"{user: ana, says: hello}");
            assert_eq!(answer.status, 403, "{headers:?} {path}: {}", answer.body);
        }
    }
    let local = request(&serve.url, "GET", "/_emulator/health", &[("origin", "http://localhost:3000")], b"");
    assert_eq!(local.status, 200);
    assert_eq!(serve.get("/_emulator/journal").json(), json!([]), "nothing was done");
}
