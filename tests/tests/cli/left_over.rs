//! What a scenario must speak of: deliveries that failed.

use crate::support::{Folder, golden};

fn run(bot: &str, more: &str, steps: &str) -> crate::support::Ended {
    let text = format!(
        "scenario: play\nworld:\n  page: {{primary_receiver: desk}}\n  apps: {{bot: {{start: \"${{env.TINY_BOT}} {bot}\", \
         fields: [messages, standby]}}, desk: {{}}}}\n  people: {{ana: {{}}}}\n{more}steps:\n  \
         - {{user: ana, says: hello}}\n  - {{app: desk, sends: hi}}\n{steps}"
    );
    Folder::with("play.yaml", &text).run(&["run", "play.yaml"])
}

#[test]
fn a_delivery_that_failed_and_that_nothing_speaks_of_fails_the_scenario() {
    let ended = run("refuses 500 Oops", "", "");
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    golden("delivery-failed", &ended.told());
}

#[test]
fn messages_that_nobody_expects_may_be_allowed_and_failed_deliveries_still_count() {
    assert_eq!(run("refuses 500", "unread: allow\n", "").code, Some(1));
    assert_eq!(run("refuses 500", "deliveries: allow\n", "").code, Some(0));
}

#[test]
fn an_expectation_that_matches_a_try_speaks_of_the_delivery() {
    let failed = "  - expect: {webhook: bot, channel: standby, acknowledged: false}\n";
    let ended = run("refuses 500", "", failed);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let tried = "  - expect: {webhook: bot, channel: standby, acknowledged: false, attempts: 2}\n";
    let ended = run("refuses 500", "", tried);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let other = "  - {user: ana, says: again}\n  \
                 - expect: {webhook: bot, event: {message: {text: again}}, acknowledged: false}\n";
    let ended = run("refuses 500", "", other);
    assert_eq!(ended.code, Some(1), "the first one failed as well: {}", ended.told());
}

#[test]
fn what_a_bot_misses_while_a_step_has_stopped_it_needs_no_word() {
    let steps = "  - {bot: bot, stops: true}\n  - {user: ana, says: missed}\n  - {bot: bot, starts: true}\n  \
                 - clock: +1h\n";
    let ended = run("quiet", "", steps);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn a_status_that_distrusts_the_signature_asks_for_the_secret() {
    let told = run("refuses 403", "", "").told();
    assert!(told.contains("app secret"), "{told}");
}
