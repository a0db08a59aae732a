//! Several expectations in one step, what need not come, what must not happen until a later step, attempts, and calls
//! that are written out.

use crate::failures::shows;
use crate::support::{Folder, golden};

#[track_caller]
fn passes(name: &str, steps: &str) {
    let ended = Folder::scenario(name, "", steps).run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

/// Ana asks for two things at once.
const TWO: &str = "  - user: ana\n    says: tea\n  - user: ana\n    says: cake\n";

#[test]
fn any_order_is_met_by_everything_once_and_keeps_what_met_it() {
    passes(
        "any order",
        "  - user: ana
    says: human
  - expect:
      any_order:
        - {app: shopbot, passes_control: {to: livechat}, as: handed}
        - {webhook: livechat, event: {pass_thread_control: {new_owner_app_id: \"${livechat.id | int}\"}}}
        - {owner: livechat}
        - {app: shopbot, sends: {text: {contains: passing you on}}, as: parting}
    as: all
  - app: livechat
    sends: {text: \"after ${parting.message.text}, to ${handed.to} and ${all[3].message_id == parting.message_id}\"}
    answers: {message_id: {any: true}}
  - expect: {webhook: shopbot, event: {message: {text: {contains: \", to livechat and true\"}}}, optional: true}
",
    );
}

#[test]
fn any_order_gives_to_each_part_what_it_needs() {
    let steps = format!(
        "{TWO}  - expect:
      any_order:
        - {{app: shopbot, sends: {{text: {{starts_with: \"You said\"}}}}, as: any}}
        - {{app: shopbot, sends: \"You said: tea\", as: tea}}
  - app: shopbot
    asks_owner: true
    answers: {{data: {{count: 1}}}}
  - user: ana
    says: ${{any.message.text}} and ${{tea.message.text}}
  - expect: {{app: shopbot, sends: \"You said: You said: cake and You said: tea\"}}
"
    );
    passes("what it needs", &steps);
}

#[test]
fn one_of_is_met_by_the_first_and_the_others_are_null() {
    passes(
        "one of",
        "  - user: ana
    says: tea
  - expect:
      one_of:
        - {app: shopbot, passes_control: true, as: handed}
        - {app: shopbot, sends: {text: {contains: tea}}, as: said}
        - any_order: [{app: shopbot, takes_control: true}, {owner: livechat}]
    as: answer
  - user: ana
    says: \"${answer.message.text} ${said.message.text} ${handed is none}\"
  - expect: {app: shopbot, sends: \"You said: You said: tea You said: tea true\"}
",
    );
}

#[test]
fn what_is_optional_costs_no_more_than_the_bots_need_to_rest() {
    let steps = "  - expect: {app: shopbot, takes_control: true, optional: true, within: 60s}
    as: taken
  - user: ana
    says: tea
  - expect: {app: shopbot, sends: nothing of the kind, optional: true}
  - expect: {app: shopbot, sends: \"You said: tea\", optional: true}
    as: answer
  - user: ana
    says: ${taken is none} ${answer.message.text}
  - expect: {app: shopbot, sends: {text: {contains: \"You said: tea\"}}}
  - expect: {one_of: [{folder: spam}, {window: closed}], optional: true, within: 60s}
";
    let folder = Folder::scenario("optional", "", steps);
    let begun = std::time::Instant::now();
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(begun.elapsed().as_secs() < 60, "it waited for what nobody does");
}

#[test]
fn never_holds_to_the_step_that_it_names() {
    passes(
        "until",
        "  - never: {one_of: [{app: shopbot, sends: {text: {contains: tea}}}, {owner: livechat}]}
    until: asked
  - never: {app: shopbot, sends: {text: {contains: tea}}}
    until: answered
  - user: ana
    says: cake
  - expect: {app: shopbot, sends: \"You said: cake\"}
  - user: ana
    says: tea
    as: asked
  - expect: {app: shopbot, sends: {text: {contains: tea}}, as: answered}
  - user: ana
    says: human
  - expect: {app: shopbot, sends: true}
  - expect: {owner: livechat}
",
    );
    shows(
        "never until",
        "  - never: {one_of: [{owner: idle}, {app: shopbot, sends: {text: {contains: tea}}}]}\n    until: later\n  \
         - user: ana\n    says: tea\n  - expect: {app: shopbot, sends: {text: {contains: tea}}}\n  - note: by then it is broken\n  \
         - expect: {owner: shopbot}\n    as: later\n",
    );
}

#[test]
fn a_window_that_stays_open_for_longer_has_not_opened() {
    passes(
        "window stays",
        "  - user: ana
    says: hello
  - expect: {app: shopbot, sends: true}
  - expect: {window: open}
  - never: {window: open}
    until: closed
  - user: ana
    says: tea
  - expect: {app: shopbot, sends: true}
  - clock: +24h
    as: closed
",
    );
}

#[test]
fn attempts_are_counted_until_a_delivery_is_acknowledged_or_in_vain() {
    passes(
        "attempts",
        "  - never: {webhook: shopbot, event: {message: {text: tea}}, attempts: {gt: 1}}
  - user: ana
    says: tea
  - expect: {app: shopbot, sends: true}
  - expect: {webhook: shopbot, event: {message: {text: tea}}, attempts: 1}
  - user: ana
    says: break
  - clock: +10s
  - expect: {webhook: shopbot, event: {message: {text: break}}, acknowledged: false, attempts: {between: [3, 4]}}
    as: broken
  - note: tried ${broken.attempts} times
",
    );
}

#[test]
fn calls_that_are_written_out_are_like_any_other() {
    let steps = "  - app: livechat
    calls: {path: me, query: {fields: [id, name]}}
    answers: {id: \"${page.id}\"}
    as: me
  - app: livechat
    calls: {path: v24.0/me/messages, body: {recipient: {id: \"${ana.id}\"}, message: {text: raw}}}
    refused: {status: 400, code: 10, subcode: 2018300}
  - app: shopbot
    calls: {method: POST, path: v24.0/me/messages, form: {recipient: {id: \"${ana.id}\"}, message: {text: a form}}}
    as: form
  - note: \"${form.status} ${form.headers['facebook-api-version']} ${form.body.message_id} ${me.body.name}\"
  - app: shopbot
    calls: {path: me/messages, form: {recipient: {id: \"${ana.id}\"}, message: {text: parts}}, files: {filedata: cup.png}}
    as: parts
  - app: shopbot
    calls: {method: DELETE, path: me/messages}
    refused: {code: 100, subcode: 33}
  - app: livechat
    calls: {path: me, token: none}
    refused: {code: 2500}
  - app: livechat
    calls: {path: me, token: expired}
    refused: {status: 400, code: 190, subcode: 463}
  - app: livechat
    asks_owner: true
  - app: livechat
    calls: {path: me, token: made up}
    refused: {code: 190}
  - app: livechat
    calls: {path: \"${livechat.id}\", token: app}
    answers: {id: \"${livechat.id}\"}
  - app: livechat
    calls: {path: me, token: app}
    refused: {code: 2500}
  - app: livechat
    calls: {path: me, query: {suppress_http_code: true, access_token: no}, token: none}
    refused: {status: 200, code: 190}
  - app: livechat
    calls: {path: me/messages, body: \"{broken\"}
    refused: true
  - app: livechat
    calls: {path: \"${ana.id}\", query: {callback: f}}
    as: script
  - note: ${script.body | upper}
";
    let folder = Folder::scenario("calls", "", steps);
    folder.write("cup.png", [137, 80, 78, 71]);
    let ended = folder.run(&["run", "play.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let journal = std::fs::read_to_string(folder.path("journals/play/calls.jsonl")).expect("a journal");
    let calls = journal.lines().filter(|line| line.contains("\"kind\":\"call\""));
    assert!(calls.filter(|line| line.contains("\"played\":true")).count() > 12, "{journal}");
    let notes: Vec<&str> = journal.lines().filter(|line| line.contains("\"kind\":\"note\"")).collect();
    assert!(notes[0].contains("\"200 v24.0 m_"), "{}", notes[0]);
    assert!(notes[1].contains("*\\/ F({"), "{}", notes[1]);
}

#[test]
fn any_call_of_a_bot_can_be_expected_by_its_path() {
    passes(
        "calls of a bot",
        "  - never: {app: shopbot, calls: {method: DELETE}}
  - user: ana
    says: human
  - expect: {app: shopbot, calls: {method: POST, path: me/messages}}
    as: first
  - note: ${first.method} ${first.path}
  - expect: {app: shopbot, calls: {path: {contains: \"${page.id}/pass_thread\"}}}
  - expect: {app: shopbot, sends: true}
",
    );
    shows(
        "no such path",
        "  - user: ana\n    says: tea\n  - expect: {app: shopbot, sends: true}\n  \
         - expect: {app: shopbot, calls: {method: GET, path: me/subscribed_apps}}\n",
    );
}

#[test]
fn an_app_may_have_chosen_the_version_of_its_calls() {
    let text = "scenario: version\nworld:\n  apps:\n    bot: {api_version: v23.0}\nsteps:\n  - app: bot\n    \
                calls: {path: me}\n    as: me\n  - note: \"${me.headers['facebook-api-version']}\"\n  \
                - app: bot\n    calls: {path: v24.0/me}\n    as: me\n  - note: \"${me.headers['facebook-api-version']}\"\n";
    let folder = Folder::with("play.yaml", text);
    let ended = folder.run(&["run", "play.yaml", "--journal", "journals"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    let journal = std::fs::read_to_string(folder.path("journals/play/version.jsonl")).expect("a journal");
    assert!(
        journal.contains("{\"text\":\"v23.0\"}") && journal.contains("{\"text\":\"v24.0\"}"),
        "{journal}"
    );
}

#[test]
fn any_order_that_is_not_met_says_what_came_and_what_did_not() {
    shows(
        "missing of any order",
        "  - user: ana\n    says: human\n  - expect:\n      any_order:\n        \
         - {app: shopbot, sends: {text: {contains: passing you on}}}\n        \
         - {app: shopbot, passes_control: {to: inbox}}\n        - {owner: livechat}\n        \
         - one_of: [{webhook: livechat, event: {take_thread_control: {any: true}}}, {folder: spam}]\n",
    );
}

#[test]
fn another_message_breaks_any_order() {
    let steps = format!(
        "{TWO}  - expect:\n      any_order:\n        - {{app: shopbot, sends: \"You said: tea\"}}\n        \
         - {{app: shopbot, sends: \"You said: coffee\"}}\n"
    );
    shows("overtaken in any order", &steps);
}

#[test]
fn none_of_the_alternatives() {
    shows(
        "none of one of",
        "  - expect:\n      one_of: [{app: shopbot, passes_control: true}, {webhook: livechat, channel: messaging}, {window: closed}]\n",
    );
}

#[test]
fn what_came_earlier_is_said_with_the_step_that_read_it() {
    shows(
        "read earlier",
        "  - expect: {webhook: shopbot, event: {message: {text: hello}}}\n  \
         - expect: {webhook: shopbot, event: {message: {text: hello}}}\n",
    );
    shows(
        "passed earlier",
        "  - user: ana\n    says: tea\n  - expect: {app: shopbot, sends: true}\n  \
         - expect: {webhook: shopbot, event: {message: {text: tea}}}\n  \
         - expect: {webhook: shopbot, event: {message: {text: hello}}}\n",
    );
}

#[test]
fn a_delivery_that_is_not_acknowledged_is_said_to_have_come() {
    shows(
        "not acknowledged",
        "  - user: ana\n    says: break\n  - expect: {webhook: shopbot, event: {message: {text: break}}}\n",
    );
    shows(
        "too few attempts",
        "  - user: ana\n    says: break\n  - clock: +1s\n  \
         - expect: {webhook: shopbot, event: {message: {text: break}}, acknowledged: false, attempts: {gt: 9}}\n",
    );
}

#[test]
fn what_only_steps_could_do_is_not_waited_for() {
    let text = "scenario: nobody\nworld:\n  apps: {bot: {}, desk: {}}\n  people: {ana: {}}\nsteps:\n  - user: ana\n    \
                says: hello\n  - expect: {webhook: bot, event: {message: {text: bye}}, within: 60s}\n";
    let folder = Folder::with("play.yaml", text);
    let begun = std::time::Instant::now();
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(begun.elapsed().as_secs() < 60, "it waited for what nobody does");
    golden("failure-only-steps", &ended.told());
}
