//! `serve` with a world of two Pages: what it says first, what steps do, and what the control API tells.

use std::fmt::Write as _;

use crate::support::{Folder, Serve, finish, golden};

const WORLD: &str = "\
pages:
  shop: {name: Orchid Coffee, primary_receiver: shopbot}
  store: {name: Orchid Store}
apps:
  shopbot: {}
  livechat: {}
people:
  ana: {}
  bo: {}
";

#[test]
fn the_first_page_is_meant_unless_a_step_names_another() {
    let folder = Folder::with("emulator.yaml", WORLD);
    let serve = Serve::start(&folder, &["--clock", "frozen", "--journal", "all.jsonl"]);
    serve.process.prints("Another terminal");
    let mut told = serve.process.stderr();
    let mut act = |arguments: &[&str], code| {
        let mut command = folder.command(arguments);
        let ended = finish(command.env("MESSENGER_EMULATOR_URL", &serve.url));
        assert_eq!(ended.code, Some(code), "{arguments:?} {}", ended.told());
        let _ = writeln!(told, "$ messenger-emulator {}\n{}", arguments.join(" "), ended.told());
    };
    act(&["say", "hello"], 0);
    act(&["step", "{user: ana, says: and here, on: store}"], 0);
    act(
        &[
            "step",
            "[{app: livechat, takes_control: true, of: ana, on: store}, {expect: {owner: livechat, of: ana, on: store}}]",
        ],
        0,
    );
    act(&["step", "{page: {primary_receiver: livechat}, on: store}"], 0);
    act(&["step", "{app: livechat, asks_receivers: true, on: store}"], 0);
    act(&["step", "{expect: {owner: livechat, of: ana}, within: 50ms}"], 2);
    act(&["step", "{expect: {owner: livechat, of: ana, within: 50ms}}"], 1);
    act(&["step", "{user: ana, says: hi, on: market}"], 2);
    let world = serve.get("/_emulator/world").json();
    let _ = writeln!(told, "GET /_emulator/world\n{world:#}");
    golden("serve-pages", &told);
}
