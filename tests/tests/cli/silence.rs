//! Whatever would leave somebody wondering is said: what a bot answered, who did not hear something and why.

use std::fs;

use crate::support::{Ended, Folder, Serve, TINY_BOT, finish};

/// A `serve` with the tiny bot in this mood.
fn serve_tiny(bot: &str, more: &str) -> (Folder, Serve) {
    let folder = Folder::with(
        "emulator.yaml",
        &format!("apps:\n  bot: {{start: [{TINY_BOT:?}, {bot}]{more}}}\npeople: {{ana: {{}}}}\n"),
    );
    let serve = Serve::start(&folder, &["--clock", "frozen", "--journal", "all.jsonl"]);
    serve.process.prints("bot is ready");
    (folder, serve)
}

/// Runs a command that talks to the emulator.
fn talk(folder: &Folder, serve: &Serve, arguments: &[&str]) -> Ended {
    let mut command = folder.command(arguments);
    finish(command.env("MESSENGER_EMULATOR_URL", &serve.url))
}

/// The number of the first line of a transcript that holds the text.
#[track_caller]
fn number_of(lines: &str, text: &str) -> String {
    let line = lines.lines().find(|line| line.contains(text));
    let line = line.unwrap_or_else(|| panic!("no `{text}` in\n{lines}"));
    line.split_whitespace().next().unwrap_or_default().to_owned()
}

#[test]
fn what_a_bot_answers_beside_a_status_that_is_not_2xx_is_shown_without_secrets() {
    let (folder, serve) = serve_tiny("refuses, '403', \"bad\\nsignature for bot-app-secret \\e[31m\"", "");
    let said = talk(&folder, &serve, &["say", "hello"]);
    let failed = "delivery of message “hello” to bot failed (try 1): answered with 403: bad signature for ${bot.secret} \\u{1b}[31m";
    let asked = "is the bot's app secret `bot-app-secret`, or what `secret:` of the app or --app-secret says instead?";
    assert!(said.stdout.contains(&format!("{failed}; {asked}\n")), "{}", said.told());
    assert_eq!(said.stdout.matches(asked).count(), 1, "once is enough: {}", said.told());
    assert!(!said.stdout.contains("of bot-app-secret"), "{}", said.told());
    let number = number_of(&said.stdout, "(try 1)");
    let live = talk(&folder, &serve, &["explain", &number]).stdout;
    assert!(live.contains("  it said    bad signature for ${bot.secret} \\u{1b}[31m\n"), "{live}");
    assert!(live.contains(asked), "{live}");
    let file = talk(&folder, &serve, &["explain", &number, "--journal", "all.jsonl"]).stdout;
    assert_eq!(live, file);
    // It may differ in each run, so it is no part of what is compared.
    let journal = fs::read_to_string(folder.path("all.jsonl")).expect("a journal");
    let attempt = journal.lines().find(|line| line.contains("\"attempt\"")).expect("an attempt");
    let attempt: serde_json::Value = serde_json::from_str(attempt).expect("JSON");
    assert_eq!(attempt["wall"]["answer"], "bad signature for ${bot.secret} \u{1b}[31m");
    assert!(!attempt["data"].to_string().contains("signature"), "{attempt}");
}

#[test]
fn any_other_status_shows_the_answer_and_asks_for_no_secret() {
    for (status, body, shown) in [
        (
            "500",
            "Traceback (most recent call last)",
            "answered with 500: Traceback (most recent call last)\n",
        ),
        ("404", "", "answered with 404\n"),
        ("401", "who are you?", "answered with 401: who are you?; is the bot's app secret"),
    ] {
        let (folder, serve) = serve_tiny(&format!("refuses, '{status}', {body:?}"), "");
        let said = talk(&folder, &serve, &["say", "hello"]);
        assert!(said.stdout.contains(shown), "{status}: {}", said.told());
        assert_eq!(said.stdout.contains("app secret"), status == "401", "{}", said.told());
    }
}
