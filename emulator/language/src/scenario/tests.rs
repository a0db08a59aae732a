//! Files that are read into scenarios.

use std::io;
use std::path::PathBuf;

use bytes::Bytes;

use super::*;
use crate::step::Act;

/// The example of the specification, as far as this version goes.
const EXAMPLE: &str = r#"
scenario: Control returns to the bot after a day of silence
tags: [handover, idle]
protocol: handover
world:
  page: {name: Orchid Coffee, primary_receiver: shopbot}
  apps:
    shopbot:
      webhook: http://127.0.0.1:${port}/webhook
      start: node bots/shopbot.js
      fields: [messages, messaging_postbacks, messaging_handovers, standby, message_echoes]
    livechat: {features: [human_agent]}
  people:
    ana: {first_name: Ana, locale: en_US}
steps:
  - user: ana
    says: I want a human
  - expect: {app: shopbot, passes_control: {to: livechat}}
  - expect: {owner: livechat}
  - user: ana
    says: "hello?"
  - expect: {webhook: shopbot, channel: standby, event: {message: {text: "hello?"}}}
  - expect: {webhook: livechat, channel: messaging, event: {message: {text: "hello?"}}}
  - app: shopbot
    sends: {text: I am still here}
    refused: {status: 400, code: 10, subcode: 2018300}
  - clock: +24h
  - expect: {owner: idle}
  - user: ana
    says: "anyone?"
  - expect: {app: shopbot, sends: {text: {contains: welcome back}}}
"#;

fn no_loader(path: &Path) -> io::Result<Bytes> {
    Err(io::Error::other(format!("{} is not needed", path.display())))
}

fn read(text: &str) -> Vec<Document> {
    let (documents, problems) = load(Path::new("folder/a.yaml"), text.to_owned(), &no_loader);
    assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0], "{text}");
    documents
}

fn scenario(text: &str) -> Scenario {
    match read(text).remove(0) {
        Document::Scenario(scenario) => *scenario,
        Document::Part(_) | Document::World(_) => panic!("{text} is no scenario"),
    }
}

#[test]
fn a_whole_scenario() {
    let scenario = scenario(EXAMPLE);
    assert_eq!(scenario.name.value, "Control returns to the bot after a day of silence");
    assert_eq!(scenario.tags, ["handover", "idle"]);
    assert!(matches!(scenario.protocols, Protocols::One(protocol) if protocol.value == Protocol::Handover));
    assert_eq!(scenario.steps.len(), 11);
    assert_eq!(scenario.world.names().apps, ["livechat".to_owned(), "shopbot".to_owned()].into());
    let shopbot = &scenario.world.apps[0];
    assert_eq!(shopbot.webhook.as_ref().unwrap().source, "http://127.0.0.1:${port}/webhook");
    assert_eq!(shopbot.fields.as_ref().unwrap().len(), 5);
    assert_eq!(scenario.world.apps[1].features, ["human_agent"]);
    assert_eq!(scenario.world.apps[1].fields, None);
    assert_eq!(scenario.world.people[0].first_name.as_deref(), Some("Ana"));
    assert_eq!(scenario.world.pages[0].primary_receiver.as_ref().unwrap().value, "shopbot");
    let step = &scenario.steps[6];
    assert!(matches!(&step.act, Act::App { refused: Some(_), .. }));
    assert!(EXAMPLE[step.span.start..].starts_with("app: shopbot\n    sends: {text: I am still here}"));
}

#[test]
fn a_damaged_file_gives_errors_and_never_a_panic() {
    let text = EXAMPLE.replace("+24h", "${first.now}h");
    for at in (0..text.len()).step_by(3) {
        for damaged in [
            format!("{}{}", &text[..at], &text[at + 1..]),
            text[..at].to_owned(),
            format!("{}\n{}", &text[..at], &text[at..]),
            format!("{}: {{{}", &text[..at], &text[at..]),
        ] {
            let (documents, problems) = load(Path::new("a.yaml"), damaged, &no_loader);
            assert!(!documents.is_empty() || !problems.is_empty());
            for problem in problems {
                assert!(problem.render(crate::diagnostics::Colour::Never).contains("a.yaml:"));
            }
        }
    }
}

#[test]
fn carriage_returns_and_a_byte_order_mark_do_no_harm() {
    let text = format!("\u{feff}{}", EXAMPLE.trim_start().replace('\n', "\r\n"));
    assert_eq!(scenario(&text).steps.len(), 11);
}

#[test]
fn settings() {
    let scenario = scenario(
        "scenario: S\nformat: 1\ndescription: about\ntags: one\nprotocol: [handover]\nskip: not now\nseed: 7\nalone: on\n\
         unread: allow\nbegin_at: 1970-01-01T00:00:01Z\nvars: {a: 1}\n\
         timeouts: {reply: 1s, quiet: 20ms, boot: 1m, settle: 30s}\nsteps: [{note: \"${vars.a} ${now}\"}]",
    );
    assert_eq!(
        (scenario.seed, scenario.alone, scenario.unread, scenario.begin_at),
        (Some(7), true, Unread::Allow, Some(BeginAt::Time(1_000)))
    );
    let expected = Timeouts { reply: Some(1_000), quiet: Some(20), boot: Some(60_000), settle: Some(30_000) };
    assert_eq!(scenario.timeouts, expected);
    assert_eq!((scenario.tags, scenario.skip.as_deref()), (vec!["one".to_owned()], Some("not now")));
    assert_eq!((scenario.description.as_deref(), scenario.vars.len()), (Some("about"), 1));
    assert_eq!(self::scenario("scenario: S\nbegin_at: now\nsteps: [{note: x}]").begin_at, Some(BeginAt::Now));
    let plain = self::scenario("scenario: S\ntimeouts: {quiet: auto}\nsteps: [{note: x}]");
    assert_eq!((plain.timeouts, plain.unread, plain.alone), (Timeouts::default(), Unread::Fail, false));
}

#[test]
fn a_world_alone() {
    let text = "protocol: handover\npage: {id: 1234567890123456, primary_receiver: none}\n\
                apps:\n  shopbot: {id: 42, secret: 0042, verify_token: yes, page_token: \"${env.TOKEN}\", env: {A: 1}}\n  livechat:\n\
                people:\n  ana: {id: \"77\", timezone: -3}\n  ben:\n";
    let Document::World(world) = read(text).remove(0) else { panic!("not a world") };
    assert_eq!(world.pages[0].id.as_ref().unwrap().value, "1234567890123456");
    assert_eq!(world.pages[0].primary_receiver, None);
    let shopbot = &world.apps[0];
    assert_eq!(shopbot.id.as_ref().unwrap().value, "42");
    assert_eq!(shopbot.secret.as_ref().unwrap().source, "0042");
    assert_eq!(shopbot.verify_token.as_ref().unwrap().source, "yes");
    assert_eq!(shopbot.env.len(), 1);
    assert_eq!(world.people[0].timezone, Some(-3));
    assert_eq!(world.people.len(), 2);
}

#[test]
fn a_world_from_another_file_keeps_its_own_text() {
    let loader = |path: &Path| {
        assert_eq!(path, PathBuf::from("worlds/shop.yaml"));
        Ok("people: {ana: {}}\n".into())
    };
    let text = "scenario: S\nworld: ../worlds/shop.yaml\nsteps: [{user: ana, says: hi}]";
    let (documents, problems) = load(Path::new("folder/a.yaml"), text.to_owned(), &loader);
    assert_eq!(problems, []);
    let Document::Scenario(scenario) = &documents[0] else { panic!("not a scenario") };
    assert_eq!(scenario.world.file.text, "people: {ana: {}}\n");
    assert_eq!(scenario.file.text, text);
}

#[test]
fn a_file_that_names_a_scenario_in_place_of_a_world_is_an_error() {
    let loader = |_: &Path| Ok("scenario: other\nsteps: [{note: x}]".into());
    let text = "scenario: S\nworld: other.yaml\nsteps: [{note: x}]".to_owned();
    let (documents, problems) = load(Path::new("a.yaml"), text, &loader);
    assert!(documents.is_empty());
    assert_eq!(problems[0].message, "other.yaml does not hold exactly one world");
}

#[test]
fn documents_without_errors_are_given_beside_those_with() {
    let text = "scenario: A\nsteps: [{note: x}]\n---\nscenario: B\nstep: []\n---\npeople: {ana: {}}\n---\nscenario: C\nsteps: [{note: x, note: y}]\n";
    let (documents, problems) = load(Path::new("a.yaml"), text.to_owned(), &no_loader);
    assert_eq!(documents.len(), 2, "{documents:?}");
    assert!(matches!((&documents[0], &documents[1]), (Document::Scenario(_), Document::World(_))));
    let lines: Vec<usize> = problems
        .iter()
        .map(|problem| problem.file.as_ref().unwrap().position(problem.span.start).0)
        .collect();
    // That B has no steps follows from its misspelt key, so only the key is told.
    assert_eq!(lines, [5, 10]);
}

#[test]
fn captured_names_are_known_to_later_steps_only() {
    let of = |steps: &str| {
        let text = format!("scenario: S\nworld: {{people: {{ana: {{}}}}}}\nsteps:\n{steps}");
        load(Path::new("a.yaml"), text, &no_loader).1.len()
    };
    assert_eq!(of("  - {user: ana, says: hi, as: first}\n  - note: ${first.message_id}\n"), 0);
    assert_eq!(of("  - expect: {owner: idle, as: state}\n  - note: ${state}\n"), 0);
    assert_eq!(of("  - note: ${first.message_id}\n  - {user: ana, says: hi, as: first}\n"), 1);
}

#[test]
fn a_scenario_is_run_for_each_case_and_each_protocol_that_it_lists() {
    let called = |more: &str| -> Vec<String> {
        let scenario = scenario(&format!("scenario: S\nsteps: [{{note: x}}]\n{more}"));
        scenario.runs().into_iter().map(|run| run.called).collect()
    };
    assert_eq!(called(""), ["S"]);
    assert_eq!(called("protocol: handover"), ["S"]);
    assert_eq!(called("protocol: [handover]"), ["S@handover"]);
    assert_eq!(called("cases: [{a: 1}, {case: two, a: 2}, {}]"), ["S.1", "S.two", "S.3"]);
    assert_eq!(called("cases: [{a: 1}]\nprotocol: [handover]"), ["S.1@handover"]);
}

#[test]
fn variables_of_a_case_join_those_of_the_scenario_and_come_over_them() {
    let scenario = scenario(
        "scenario: S\nvars: {a: 1, b: 2}\ncases: [{b: 3, c: 4}, {case: plain, c: 5}]\nsteps: [{note: \"${vars.c}\"}]",
    );
    let of = |run: &Run<'_>| -> Vec<String> {
        let variables = scenario.variables(run.case);
        variables.map(|(key, node)| format!("{}={}", key.name, node.source)).collect()
    };
    let runs = scenario.runs();
    assert_eq!(of(&runs[0]), ["a=1", "b=3", "c=4"]);
    assert_eq!(of(&runs[1]), ["a=1", "b=2", "c=5"]);
}

#[test]
fn a_part_by_itself_may_hold_until_a_step_of_its_user() {
    let read = read(
        "part: Nobody gets control\nsteps:\n  - never: {owner: desk}\n    until: moved\n  - user: ana\n    says: hello\n",
    );
    assert!(matches!(read[..], [Document::Part(_)]));
}
