//! What the `env:` of an app can say, and that secrets in it stay hidden.

use std::fs;

use crate::support::{Folder, golden};

/// A bot that prints its environment, in a world with another app.
fn printing(env: &str) -> Folder {
    let script = "import os, http.server\n\
        for name in sorted(os.environ):\n    \
            if name.startswith('X_'): print(name, os.environ[name], flush=True)\n\
        raise SystemExit(7)\n";
    let folder = Folder::with("bot.py", script);
    let scenario = format!(
        "scenario: env\nworld:\n  page: {{name: Orchid}}\n  apps:\n    shop:\n      start: python3 bot.py\n      secret: hush-hush-shop\n      \
         env:\n{env}    desk: {{secret: desk-secret-of-its-own, page_token: \"desk-${{page.id}}\"}}\n\
         timeouts: {{boot: 5s}}\nsteps:\n  - user: user\n    says: hello\n"
    );
    folder.write("env.yaml", scenario);
    folder
}

#[test]
fn everything_that_steps_can_say_of_apps_page_and_inbox_is_there() {
    let env = [
        ("X_IDS", "${shop.id} ${desk.id} ${inbox.id} ${page.id}"),
        ("X_NAMES", "${shop.name} ${desk.name} ${inbox.name} ${page.name}"),
        ("X_OWN", "${shop.verify_token}"),
        ("X_URL", "${emulator.url | length > 10}"),
        ("X_PORT", "${port > 0}"),
        ("X_UPPER", "${desk.name | upper}"),
    ];
    let env: String = env.iter().map(|(name, value)| format!("        {name}: \"{value}\"\n")).collect();
    let folder = printing(&env);
    let check = folder.run(&["check", "env.yaml"]);
    assert_eq!(check.code, Some(0), "{}", check.told());
    let ended = folder.run(&["run", "env.yaml"]);
    for line in [
        "X_IDS 200000000000001 200000000000002 263902037430900 100000000000001\n",
        "X_NAMES shop desk inbox Orchid\n",
        "X_OWN ${shop.verify_token}\n",
        "X_URL true\n",
        "X_PORT true\n",
        "X_UPPER DESK\n",
    ] {
        assert!(ended.stdout.contains(line), "{line}{}", ended.told());
    }
}

#[test]
fn secrets_of_other_apps_are_hidden_under_whatever_name_a_bot_has_them() {
    let folder = printing(
        "        X_DESK: \"${desk.page_token}|${desk.secret}|${desk.verify_token}\"\n        X_BOTH: \"<${shop.secret}${desk.secret}>\"\n",
    );
    let run = ["run", "env.yaml", "--report", "junit=out.xml,json=out.jsonl", "--journal", "journals"];
    let ended = folder.run(&run);
    let desk = "X_DESK ${desk.page_token}|${desk.secret}|${desk.verify_token}\n";
    assert!(ended.stdout.contains(desk), "{}", ended.told());
    assert!(ended.stdout.contains("X_BOTH <${shop.secret}${desk.secret}>\n"), "{}", ended.told());
    let read = |name: &str| fs::read_to_string(folder.path(name)).expect(name);
    for text in [ended.stdout, ended.stderr, read("out.xml"), read("out.jsonl")] {
        for secret in ["hush-hush", "desk-secret-of-its-own", "desk-100000000000001", "desk-verify-token"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn a_name_or_a_member_that_there_is_not_is_found_before_the_run() {
    let folder = printing(
        "        X_A: \"${desk.page_tokn}\"\n        X_B: \"${inbox.token}\"\n        X_C: \"${dsk.id}\"\n        X_D: \"${now}\"\n",
    );
    for name in ["X_A", "X_B", "X_C", "X_D"] {
        let text = fs::read_to_string(folder.path("env.yaml")).expect("it is there");
        let kept = |line: &&str| !line.trim_start().starts_with("X_") || line.contains(name);
        let text: String = text.lines().filter(kept).map(|line| format!("{line}\n")).collect();
        folder.write(&format!("{name}/env.yaml"), text);
    }
    let ended = folder.run(&["check", "X_A", "X_B", "X_C", "X_D"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    golden("env-unknown-names", &ended.told());
}
