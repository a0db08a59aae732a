//! `tap` and `step` on a running `serve`: what people, agents and admins do, what it leads to, and what is said of a
//! step that cannot be done.

use crate::support::{Folder, Serve, golden};

const WORLD: &str = "\
page: {primary_receiver: bot}
apps: {bot: {}, desk: {}}
people: {ana: {}, ben: {}}
";

/// A bot's message with two buttons, and one with quick replies.
const MENU: &str = "{app: bot, of: ana, sends: {attachment: {type: template, payload: {template_type: button, text: Menu, \
     buttons: [{type: postback, title: Hours, payload: H}, {type: postback, title: Human, payload: P}]}}}, as: menu}";
const SIZES: &str = "{app: bot, of: ana, sends: {text: Size?, quick_replies: [{content_type: text, title: Small, \
     payload: S}, {content_type: text, title: Large, payload: L}]}}";

/// A serve whose apps are all played, and everything that commands print.
struct Told {
    folder: Folder,
    serve: Serve,
    told: String,
}

impl Told {
    fn start() -> Self {
        let folder = Folder::with("emulator.yaml", WORLD);
        let serve = Serve::start(&folder, &["--clock", "frozen"]);
        Self { folder, serve, told: String::new() }
    }

    #[track_caller]
    fn run(&mut self, command: &str, argument: &str, code: i32) {
        let ended = self.folder.run(&[command, argument, "--url", &self.serve.url]);
        self.told.extend([format!("===== {command} {argument}\n{}", ended.told())]);
        assert_eq!(ended.code, Some(code), "{}", self.told);
    }

    #[track_caller]
    fn steps(&mut self, steps: &[&str], code: i32) {
        for step in steps {
            self.run("step", step, code);
        }
    }
}

#[test]
fn taps() {
    let mut told = Told::start();
    told.run("say", "hello", 0);
    told.run("tap", "Hours", 1);
    told.steps(&[MENU, SIZES], 0);
    told.run("tap", "Hourz", 1);
    told.run("tap", "Large", 0);
    told.run("tap", "Large", 1);
    told.run("tap", "H", 0);
    told.steps(&["{user: ana, taps: Human, in: menu, as: tap}"], 0);
    told.steps(&["{user: ana, taps: Human, in: tap}"], 1);
    told.steps(&["{user: ben, taps: Human}"], 1);
    told.steps(&["{user: ana, taps: Human, in: men}", "{user: ana, tap: Human}"], 2);
    golden("acts-taps", &told.told);
}

#[test]
fn the_inbox() {
    let mut told = Told::start();
    told.run("say", "hello", 0);
    told.steps(&["{inbox: ana, replies: \"Hi, this is Tom\", as: reply}", "{inbox: ana, moves_to: done}"], 0);
    told.steps(&["{inbox: ana, moves_to: main}", "{user: ana, says: thanks, reply_to: reply}"], 0);
    told.steps(&["{expect: {folder: main, of: ana}}", "{expect: {owner: inbox, of: ana}}"], 0);
    told.steps(&["{user: ana, blocks: true}"], 0);
    told.steps(&["{inbox: ana, replies: hello?}"], 1);
    told.steps(
        &[
            "{inbox: ana, moves_to: archive}",
            "{inbox: ana, move_to: done}",
            "{inbox: ana, reply: hi}",
            "{inbox: bot, replies: hi}",
            "{inbx: ana, replies: hi}",
            "{expect: {folder: doen, of: ana}}",
        ],
        2,
    );
    golden("acts-inbox", &told.told);
}

#[test]
fn changes_of_the_page() {
    let mut told = Told::start();
    told.run("say", "hello", 0);
    told.steps(
        &["{page: {primary_receiver: desk}}", "{expect: {webhook: desk, event: {app_roles: {any: true}}}}"],
        0,
    );
    told.steps(&["{page: {primary_receiver: inbox}}"], 1);
    told.steps(&["{page: {primary_receiver: inbox}, refused: {message: {contains: cannot be}}}"], 0);
    told.steps(&["{page: {primary_receiver: inbox}, refused: {message: no}}"], 1);
    told.steps(&["{page: {primary_receiver: none}, refused: true}"], 1);
    told.steps(
        &[
            "{page: {features: {desk: [human_agent]}, permissions: {bot: [pages_messaging]}, mode: {bot: development}, \
             subscriptions: {desk: [messages, standby]}, token: {bot: password_changed}}}",
            "{app: bot, of: ana, sends: hi, refused: {code: 190, subcode: 460}}",
            "{page: {removes: bot}}",
        ],
        0,
    );
    told.steps(&["{page: {features: {bot: [human_agent]}}}"], 1);
    told.steps(
        &[
            "{page: {primary: desk}}",
            "{page: {primary_receiver: deks}}",
            "{page: {subscriptions: {desk: [mesages]}}}",
            "{page: {mode: {desk: lively}}}",
            "{page: {tokens: {desk: expired}}}",
            "{pag: {removes: desk}}",
        ],
        2,
    );
    golden("acts-page", &told.told);
}

#[test]
fn whatever_else_people_and_apps_do() {
    let mut told = Told::start();
    told.run("say", "hello", 0);
    told.steps(
        &[
            "{app: bot, of: ana, sends: Hi, as: hi}",
            "{user: ana, reacts: ❤, to: hi}",
            "{user: ana, reacts: none}",
            "{user: ana, reads: true}",
            "{user: ana, opens: {link: summer}}",
            "{app: bot, of: ana, types: on}",
            "{app: bot, of: ana, marks_seen: true}",
            "{app: desk, of: ana, passes_metadata: {to: bot, metadata: look}}",
            "{app: bot, asks_receivers: true}",
            "{app: bot, of: ana, sends: Yes, reply_to: hi}",
        ],
        0,
    );
    told.steps(&["{user: ana, reacts: ❤, to: m_unknown}"], 1);
    told.steps(
        &[
            "{user: ana, react: ❤}",
            "{user: ana, blocked: true}",
            "{user: ana, opens: {lnk: summer}}",
            "{app: bot, of: ana, type: on}",
            "{app: bot, of: ana, types: maybe}",
            "{app: bot, of: ana, passes_metadata: {too: desk}}",
            "{app: bot, asks_receiver: true}",
        ],
        2,
    );
    golden("acts-others", &told.told);
}

#[test]
fn get_started_is_not_there_yet() {
    let mut told = Told::start();
    told.run("tap", "GET_STARTED", 1);
    told.run("tap", "Opening hours", 1);
    told.run("say", "hello", 0);
    told.run("tap", "Get Started", 1);
    told.steps(&[MENU], 0);
    told.run("tap", "Get Started", 1);
    golden("acts-get-started", &told.told);
}

#[test]
fn an_id_of_no_person_is_told_with_the_people_there_are() {
    let mut told = Told::start();
    told.run("say", "hello", 0);
    for id in ["100000000000001", "200000000000002", "263902037430900", "42"] {
        let call = format!(
            "{{app: bot, calls: {{path: me/messages, body: {{recipient: {{id: \"{id}\"}}, message: {{text: hi}}}}}}, refused: {{subcode: 2018001}}}}"
        );
        told.run("step", &call, 0);
    }
    golden("acts-no-person", &told.told);
}
