//! A bot process that passes control right behind what it sends: where its echo goes depends on when it
//! acknowledges, and on nothing else (C-22).

use std::fmt::Write as _;

use crate::support::Folder;

/// Many scenarios at once against such a bot, with what each app must hear of the echo.
fn passes(how: &str, bot: &str, livechat: &str) {
    let folder = Folder::new();
    let mut names = vec!["run".to_owned(), "--jobs".to_owned(), "8".to_owned()];
    for number in 0..12 {
        let mut text = format!(
            "scenario: {how} {number}\nworld:\n  page: {{primary_receiver: bot}}\n  apps:\n    bot:\n      start: \
             \"${{env.TINY_BOT}} {how}\"\n      env: {{OTHER_APP_ID: \"${{livechat.id}}\"}}\n      fields: [messages, \
             message_echoes, standby]\n    livechat: {{fields: [messages, message_echoes, standby]}}\nsteps:\n  \
             - user: user\n    says: hello\n  - expect: {{app: bot, sends: One moment.}}\n  - expect: {{app: bot, passes_control: {{to: livechat}}}}\n"
        );
        for (app, channel) in [("bot", bot), ("livechat", livechat)] {
            let event = "{message: {is_echo: true, text: One moment.}}";
            let _ = writeln!(text, "  - expect: {{webhook: {app}, channel: {channel}, event: {event}}}");
        }
        text.push_str("  - expect: {owner: livechat}\n");
        let name = format!("{how}-{number}.yaml");
        folder.write(&name, text);
        names.push(name);
    }
    let arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    let ended = folder.run(&arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(!ended.stdout.contains("raced"), "{}", ended.stdout);
}

#[test]
fn a_bot_that_passes_control_before_it_acknowledges_finds_its_echo_on_standby() {
    passes("passes", "standby", "messaging");
}

#[test]
fn a_bot_that_acknowledges_first_hears_its_echo_as_the_owner() {
    passes("acknowledges", "messaging", "standby");
}
