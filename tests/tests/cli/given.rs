//! `run --bot`: other bots than those that the files start.

use crate::support::{Ended, Folder, Process, free_port, golden};

/// Two worlds that know a bot, each in its way, one whose steps play it, and one that has none.
fn folder() -> Folder {
    let folder = Folder::new();
    let asks = "steps:\n  - user: ana\n    says: hello\n  - expect: {app: shopbot, sends: At last!}\n";
    let world = |apps: &str| format!("world:\n  apps: {{{apps}}}\n  people: {{ana: {{}}}}\n");
    folder.write(
        "started.yaml",
        format!(
            "scenario: started\ntimeouts: {{boot: 5s}}\n{}{asks}",
            world("shopbot: {start: no-such-program}")
        ),
    );
    folder.write(
        "running.yaml",
        format!("scenario: running\n{}{asks}", world("shopbot: {webhook: \"http://127.0.0.1:9/hook\"}")),
    );
    folder.write("bare.yaml", format!("scenario: bare\n{}{asks}", world("shopbot: {}")));
    folder.write(
        "played.yaml",
        format!(
            "scenario: played\n{}steps:\n  - user: ana\n    says: hello\n  - app: shopbot\n    sends: I am played\n",
            world("shopbot: {}, livechat: {}")
        ),
    );
    folder.write("without.yaml", "scenario: without\nsteps:\n  - user: user\n    says: hello\n");
    folder
}

#[test]
fn a_command_takes_the_place_of_every_bot_of_that_name() {
    let folder = folder();
    let ended = folder.run(&["run", ".", "--bot", "shopbot='${env.TINY_BOT}' slow 0"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains("5 scenarios: 5 passed in"), "{}", ended.told());
}

#[test]
fn a_command_runs_in_the_current_folder_with_the_environment_of_the_file() {
    let folder = Folder::with("bots/tiny.sh", "test \"$GREETING\" = moin && exec \"$TINY_BOT\" slow 0\n");
    folder.write(
        "deep/play.yaml",
        "scenario: deep\nworld: {apps: {bot: {start: nothing, env: {GREETING: moin}}}}\nsteps:\n  \
         - user: user\n    says: hello\n  - expect: {app: bot, sends: At last!}\n",
    );
    let ended = folder.run(&["run", "deep", "--bot", "bot=sh bots/tiny.sh"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn an_address_is_that_of_a_bot_that_runs_already() {
    let (folder, port, graph) = (folder(), free_port(), free_port().to_string());
    let mut bot = std::process::Command::new(crate::support::TINY_BOT);
    bot.args(["slow", "0"])
        .env("PORT", port.to_string())
        .env("GRAPH_API_URL", format!("http://127.0.0.1:{graph}"))
        .env("PAGE_ACCESS_TOKEN", "shopbot-page-token");
    let bot = Process::start(&mut bot);
    bot.prints("tiny-bot is there");
    let given = format!("shopbot=http://127.0.0.1:{port}/anywhere");
    let ended = folder.run(&["run", ".", "--port", &graph, "--bot", &given]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn a_scenario_that_fails_names_the_bot_it_had() {
    let folder = folder();
    let ended = folder.run(&["run", "started.yaml", "--bot", "shopbot=${env.TINY_BOT} ends"]);
    assert_eq!(ended.code, Some(3), "{}", ended.told());
    let again = "run it again: messenger-emulator run started.yaml --filter started/started --seed 1 \
                 --bot 'shopbot=${env.TINY_BOT} ends'\n";
    assert!(ended.stdout.contains(again), "{}", ended.told());
}

#[test]
fn what_a_scenario_that_fails_was_let_in_by_is_named_too() {
    let folder = folder();
    let flags = ["--hermetic", "--no-preload", "--ca-dir", "my ca", "--allow-host", "bot.test"];
    let arguments = [&["run", "started.yaml", "--bot", "shopbot=${env.TINY_BOT} ends"][..], &flags].concat();
    let ended = folder.run(&arguments);
    let again = "--ca-dir 'my ca' --allow-host bot.test --hermetic --no-preload\n";
    assert!(ended.stdout.contains(again), "{}", ended.told());
}

#[test]
fn a_bot_that_cannot_be_given_is_bad_usage() {
    let folder = folder();
    let mut all = String::new();
    for arguments in [
        &["shopbot"][..],
        &["=node bot.js"],
        &["shopbot="],
        &["shopbot='node"],
        &["shopbot=https://example.com/webhook"],
        &["shopbot=http://example.com/webhook"],
        &["shopbott=node bot.js"],
        &["none:shopbott"],
        &["shopbot=node ${prot}"],
        &["shopbot=node bot.js", "shopbot=http://127.0.0.1:3000/webhook"],
    ] {
        let mut command = vec!["run", "."];
        command.extend(arguments.iter().flat_map(|given| ["--bot", given]));
        let ended = folder.run(&command);
        assert_eq!(ended.code, Some(2), "{arguments:?} {}", ended.told());
        all.extend([format!("===== {}\n{}", arguments.join(" --bot "), ended.stderr)]);
    }
    let ended: Ended = folder.run(&["run", "played.yaml", "--bot", "shopbot=node bot.js"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told());
    all.extend([format!("===== played.yaml\n{}", ended.stderr)]);
    golden("given-wrong", &all);
}
