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
