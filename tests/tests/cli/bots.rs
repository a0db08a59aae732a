//! Bots that cannot be reached: three, told apart, while the other scenarios run.

use crate::support::{Ended, Folder, free_port, golden};

fn scenario(app: &str) -> String {
    format!(
        "scenario: greets\nworld: {{apps: {{shopbot: {app}}}}}\ntimeouts: {{boot: 700ms}}\nsteps:\n  \
         - user: user\n    says: hello\n"
    )
}

/// Runs a scenario with that bot beside a good one.
#[track_caller]
fn unreachable(app: &str) -> Ended {
    let folder = Folder::with("bad.yaml", &scenario(app));
    let good = scenario("{start: \"${emulator.bin} demo-bot\"}").replace("boot: 700ms", "boot: 60s");
    folder.write("good.yaml", format!("{good}  - expect: {{app: shopbot, sends: true}}\n"));
    let port = free_port().to_string();
    let both = folder.run(&["run", ".", "--port", &port]);
    assert_eq!(both.code, Some(3), "{}", both.told());
    assert!(both.stdout.contains("ok    good/greets ("), "the other scenario runs: {}", both.stdout);
    assert!(both.stdout.contains("2 scenarios: 1 passed, 1 could not be played"), "{}", both.stdout);
    let alone = folder.run(&["run", "bad.yaml", "--port", &port]);
    assert_eq!(alone.code, Some(3));
    assert!(alone.stdout.contains(&format!(" --seed 1 --port {port}\n")), "{}", alone.stdout);
    Ended { stdout: alone.stdout.replace(&port, "PORT"), ..alone }
}

#[test]
fn a_command_that_does_not_exist() {
    golden("bot-no-command", &unreachable("{start: no-such-command --verbose}").told());
}

#[test]
fn a_bot_that_ends_at_once() {
    golden("bot-ends", &unreachable("{start: \"${env.TINY_BOT} ends\"}").told());
}

#[test]
fn a_bot_that_never_listens() {
    golden("bot-silent", &unreachable("{start: \"${env.TINY_BOT} silent\"}").told());
}

#[test]
fn a_bot_that_hangs_uses_no_more_than_its_time() {
    let hangs = scenario("{start: \"${env.TINY_BOT} hangs\"}").replace("boot: 700ms", "boot: 3s");
    let ended = Folder::with("bad.yaml", &hangs).run(&["run", "."]);
    assert_eq!(ended.code, Some(3));
    let took = ended.stdout.split_once("greets (").and_then(|(_, rest)| rest.split_once(" ms"));
    let took: u64 = took.and_then(|(took, _)| took.parse().ok()).expect("a time");
    // The limit of a webhook is 20 s, so less than that shows that it was not used.
    assert!((3_000..15_000).contains(&took), "{took} ms");
    golden("bot-hangs", &ended.told());
}

#[test]
fn a_bot_that_answers_with_another_status() {
    golden("bot-status", &unreachable("{start: \"${env.TINY_BOT} forbids\"}").told());
}

#[test]
fn a_bot_with_another_verify_token() {
    let app = "{start: \"${emulator.bin} demo-bot\", env: {VERIFY_TOKEN: another}}";
    golden("bot-verify-token", &unreachable(app).told());
}

#[test]
fn a_bot_that_answers_with_another_challenge() {
    golden("bot-challenge", &unreachable("{start: \"${env.TINY_BOT} wrong\"}").told());
}

#[test]
fn a_webhook_where_nobody_listens() {
    let ended = unreachable(&format!("{{webhook: \"http://127.0.0.1:{}/webhook\"}}", free_port()));
    golden("bot-closed-port", &ended.told());
}

/// What a real bot asks of Graph is expected in the words of the steps.
#[test]
fn calls_of_real_bots_are_expected_by_their_verbs() {
    let folder = Folder::new();
    for (number, (call, expected)) in [
        ("messages sender_action=typing_on", "types: on"),
        ("messages sender_action=typing_on", "types: true"),
        ("messages sender_action=typing_off", "types: off"),
        ("messages sender_action=mark_seen", "marks_seen: true"),
        ("extend_thread_control duration=259200", "extends_control: 3d"),
        ("extend_thread_control duration=259200", "extends_control: {gt: 3600}"),
        ("extend_thread_control duration=700000", "extends_control: true, refused: true"),
        (
            "pass_thread_metadata target_app_id=263902037430900&metadata=look",
            "passes_metadata: {to: inbox, metadata: look}",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let start = format!("${{env.TINY_BOT}} calls 0 {call}");
        folder.write(
            &format!("{number}.yaml"),
            format!(
                "scenario: {number}\nworld:\n  page: {{primary_receiver: tiny}}\n  apps: {{tiny: {{start: \"{start}\"}}}}\n  \
                 people: {{ana: {{}}}}\nsteps:\n  - user: ana\n    says: hello\n  - expect: {{app: tiny, {expected}}}\n"
            ),
        );
    }
    let passed = folder.run(&["run", "."]);
    assert_eq!(passed.code, Some(0), "{}", passed.told());
    let wrong = folder.path("2.yaml");
    let text = std::fs::read_to_string(&wrong)
        .expect("it was written")
        .replace("types: off", "types: on, within: 300ms");
    folder.write("wrong/play.yaml", text);
    let failed = folder.run(&["run", "wrong"]);
    assert_eq!(failed.code, Some(1), "{}", failed.told());
    golden("bot-types-off", &failed.told());
}
