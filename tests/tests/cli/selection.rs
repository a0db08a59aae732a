//! Which scenarios there are: cases and protocols, parts, and names that do not depend on how a path is spelt.

use std::fs;

use serde_json::Value;

use crate::support::{Folder, Serve, golden};

const DRINKS: &str = "\
scenario: orders
vars: {greeting: hello}
cases:
  - {drink: tea}
  - {case: coffee, drink: espresso, greeting: hi}
protocol: [handover]
steps:
  - user: user
    says: ${vars.greeting}, a ${vars.drink} please
  - expect: {webhook: bot, event: {message: {text: \"${vars.greeting}, a ${vars.drink} please\"}}}
";

#[test]
fn each_case_is_a_scenario_with_a_name_and_a_journal_of_its_own() {
    let folder = Folder::with("drinks.yaml", DRINKS);
    let ended = folder.run(&["run", ".", "--serial", "--journal", "journals"]);
    golden("cases", &ended.told());
    for name in ["orders.1@handover", "orders.coffee@handover"] {
        assert!(folder.path(&format!("journals/drinks/{name}.jsonl")).exists(), "{name}");
    }
    let one = folder.run(&["run", ".", "--filter", "drinks/orders.1@handover"]);
    assert!(one.stdout.contains("1 scenario: 1 passed"), "{}", one.stdout);
    let check = folder.run(&["check", "."]);
    assert_eq!(check.stdout, "2 scenarios in 1 file are in order\n");
}

#[test]
fn a_failing_case_tells_how_it_is_run_again() {
    let text = "scenario: s\ncases: [{who: bot}, {case: nobody, who: idle}]\nsteps:\n  - expect: {owner: idle}\n  \
                - note: ${vars.who}\n  - user: user\n    says: ${vars.who}\n  \
                - expect: {webhook: bot, event: {message: {text: bot}}, within: 50ms}\n";
    golden("case-fails", &Folder::with("a.yaml", text).run(&["run", ".", "--serial"]).told());
}

#[test]
fn parts_are_played_by_their_users_and_not_alone() {
    let folder = Folder::with(
        "orders.yaml",
        "scenario: orders\nsteps:\n  - use: parts/greets.yaml\n  - user: user\n    says: again\n    reply_to: greeting\n",
    );
    folder.write(
        "parts/greets.yaml",
        "part: A person greets\ndescription: As they do.\nsteps:\n  - user: user\n    says: hello\n    as: greeting\n  - use: ends.yaml\n",
    );
    folder.write("parts/ends.yaml", "part: Nothing more\nsteps:\n  - expect: {owner: idle}\n");
    let ended = folder.run(&["run", "."]);
    assert!(ended.stdout.contains("1 scenario: 1 passed"), "{}", ended.told());
    assert_eq!(folder.run(&["check", "."]).stdout, "1 scenario and 2 parts in 3 files are in order\n");
    assert_eq!(folder.run(&["check", "parts"]).stdout, "2 parts in 2 files are in order\n");
    golden("parts-alone", &folder.run(&["run", "parts"]).told());
    assert_eq!(folder.run(&["run", "parts", "--allow-empty"]).code, Some(0));
    folder.write("parts/ends.yaml", "part: Nothing more\nsteps:\n  - expect: {owner: bot, within: 50ms}\n");
    golden("part-fails", &folder.run(&["run", "."]).told());
    folder.write("parts/ends.yaml", "part: Nothing more\nsteps:\n  - expect: {owner: bott}\n");
    golden("part-wrong", &folder.run(&["run", "."]).told());
}

#[test]
fn a_scenario_has_one_name_however_its_path_is_spelt() {
    let folder = Folder::with("shop/a.yaml", DRINKS);
    let absolute = folder.path("shop/a.yaml");
    let people = |arguments: &[&str]| -> (String, Vec<Value>) {
        let ended = folder.run(&[arguments, &["--serial", "--journal", "journals"]].concat());
        assert_eq!(ended.code, Some(0), "{}", ended.told());
        let names = ended.stdout.lines().filter_map(|line| line.split(" (").next());
        let journal = fs::read_to_string(folder.path("journals/shop/a/orders.1@handover.jsonl")).unwrap();
        fs::remove_dir_all(folder.path("journals")).unwrap();
        let lines = journal.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line.as_object_mut().unwrap().remove("wall");
            line
        });
        (names.take(2).collect::<Vec<_>>().join("\n"), lines.collect())
    };
    let first = people(&["run", "shop/a.yaml"]);
    assert_eq!(first.0, "ok    shop/a/orders.1@handover\nok    shop/a/orders.coffee@handover");
    let all = [
        vec!["run", "./shop/a.yaml"],
        vec!["run", "shop/../nowhere/../shop/./a.yaml"],
        vec!["run", absolute.to_str().unwrap()],
        vec!["run", ".", "shop", absolute.to_str().unwrap()],
    ];
    for arguments in all {
        assert_eq!(people(&arguments), first, "{arguments:?}");
    }
}

#[test]
fn files_are_found_whatever_the_case_of_their_ending_and_once_whatever_links_lead_to_them() {
    let text = |name: &str| format!("scenario: {name}\nsteps: [{{note: x}}]\n");
    let folder = Folder::with("b/real/one.yaml", &text("one"));
    folder.write("b/two.YAML", text("two"));
    folder.write("c.Yml", text("three"));
    folder.write("a/other.txt", "");
    for (link, to) in [("b/real/loop", "../.."), ("a/link", "../b/real"), ("a/file.yaml", "../b/two.YAML")] {
        std::os::unix::fs::symlink(to, folder.path(link)).unwrap();
    }
    let ended = folder.run(&["check", ".", "--format", "json"]);
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    let expected = serde_json::json!({"files": 3, "scenarios": ["b/real/one/one", "b/two/two", "c/three"], "errors": []});
    assert_eq!(found, expected, "{}", ended.told());
}

#[test]
fn a_path_that_cannot_be_read_is_named() {
    let folder = Folder::with("a/b/link.yaml", "");
    fs::remove_file(folder.path("a/b/link.yaml")).unwrap();
    std::os::unix::fs::symlink("link.yaml", folder.path("a/b/link.yaml")).unwrap();
    let ended = folder.run(&["check", "."]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    assert!(ended.stderr.starts_with("error: cannot read a/b/link.yaml: "), "{}", ended.told());
    fs::remove_file(folder.path("a/b/link.yaml")).unwrap();
    fs::set_permissions(folder.path("a/b"), std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    // Nothing is closed to root.
    if fs::read_dir(folder.path("a/b")).is_err() {
        let ended = folder.run(&["check", "."]);
        assert!(ended.stderr.starts_with("error: cannot read a/b: "), "{}", ended.told());
    }
    fs::set_permissions(folder.path("a/b"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn two_files_cannot_give_one_name() {
    let folder = Folder::with("a.yaml", "scenario: b/c\nsteps: [{note: x}]\n");
    folder.write("a/b.yaml", "scenario: c\nsteps: [{note: x}]\n");
    golden("names-of-two-files", &folder.run(&["run", "."]).told());
}

#[test]
fn a_scenario_can_begin_now() {
    let folder = Folder::with("a.yaml", "scenario: s\nbegin_at: now\nsteps:\n  - note: ${now}\n");
    let ended = folder.run(&["run", ".", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let journal = fs::read_to_string(folder.path("journals/a/s.jsonl")).unwrap();
    let line: Value = serde_json::from_str(journal.lines().nth(1).unwrap()).unwrap();
    let at = |value: &Value| emulator_server::parse_rfc3339(value.as_str().unwrap()).unwrap().0;
    let (virtual_time, wall) = (at(&line["at"]), at(&line["wall"]["at"]));
    assert!(virtual_time % 1_000 == 0 && (0..60_000).contains(&(wall - virtual_time)), "{line}");
}

#[test]
fn local_files_are_sent_and_leave_no_trace_of_the_port() {
    let folder = Folder::with(
        "orders/a.yaml",
        "scenario: s\nsteps:\n  - user: user\n    sends: {image: ../cat.png, text: mine}\n  \
         - expect: {webhook: bot, event: {message: {attachments: [{type: image, payload: {url: \
         {starts_with: \"${emulator.url}/_emulator/media/\"}}}]}}}\n    as: seen\n  \
         - app: bot\n    sends: {attachment: {type: image, payload: {url: \
         \"${seen.event.message.attachments[0].payload.url}\"}}}\n",
    );
    folder.write("cat.png", b"\x89PNG");
    let journal = || {
        let ended = folder.run(&["run", "orders", "--journal", "journals"]);
        assert_eq!(ended.code, Some(0), "{}", ended.told());
        let journal = fs::read_to_string(folder.path("journals/orders/a/s.jsonl")).unwrap();
        let lines = journal.lines().map(|line| line.split("\"wall\"").next().unwrap_or_default().to_owned());
        lines.collect::<Vec<_>>()
    };
    let first = journal();
    let told = first.join("\n");
    assert!(told.contains(r"\/_emulator\/media\/") && !told.contains("127.0.0.1"), "{told}");
    assert_eq!(first, journal());
    fs::remove_file(folder.path("cat.png")).unwrap();
    golden("file-to-send-missing", &folder.run(&["check", "orders"]).told());
}

#[test]
fn a_request_has_no_files() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--quiet"]);
    let sent = serve.post("/_emulator/steps", "{user: user, sends: {image: ./cat.png}}");
    assert_eq!(sent.status, 400);
    let used = serve.post("/_emulator/steps", "{use: part.yaml}");
    assert_eq!(used.status, 400);
    let text = |body: &str| -> String {
        let body: Value = serde_json::from_str(body).unwrap();
        body["error"].as_str().unwrap().to_owned()
    };
    golden("request-without-files", &format!("{}\n{}", text(&sent.body), text(&used.body)));
}
