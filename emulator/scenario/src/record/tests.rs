//! Stories are told as they happened.

mod words;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, json};

use super::names::Names;
use super::times::Times;
use super::*;

const ANA: &str = "4429139782561071";
const MID: &str = "m_K7LCpJLKI1hGOA9TY4HqRLjBwDQ9doHw4hqkd_d5swT0omUevCYdJXTD7QGxIR1h";
/// 2026-07-06T09:00:00Z.
const BEGIN: i64 = BEGIN_AT;

/// A journal of `serve` with a bot, a help desk that steps play, and these people.
struct Tape {
    lines: Vec<String>,
}

impl Tape {
    fn of(people: &[(&str, &str)]) -> Self {
        let header = json!({
            "format": 2, "emulator": "0.1.0", "rules": 1, "lane": "serve", "seed": 1,
            "about": {"world": {"file": "the command line", "own_file": false, "written": {
                "apps": {"bot": {"webhook": "http://127.0.0.1:3000/webhook"}, "desk": {}}}}},
            "world": {
                "pages": [{"id": "100000000000001", "name": "Emulated Page", "protocol": "handover", "primary_receiver": null, "apps": {
                    "bot": {"fields": [], "features": [], "played": false},
                    "desk": {"fields": [], "features": [], "played": true}}}],
                "apps": {"bot": {"id": "200000000000001"}, "desk": {"id": "200000000000002"}}},
            "people": people.iter().map(|(name, id)| ((*name).to_owned(), json!(id))).collect::<Map<_, _>>(),
            "wall": {"folder": "/somewhere"},
        });
        Self { lines: vec![header.to_string()] }
    }

    /// An entry so many seconds after the begin, with the number of what led to it.
    fn add(&mut self, seconds: i64, cause: Option<u64>, kind: &str, data: impl Into<Value>) -> u64 {
        let data: Value = data.into();
        let seq = self.lines.len() as u64;
        let at = emulator_server::rfc3339(emulator_core::Timestamp(BEGIN + 1_000 * seconds));
        let mut line =
            json!({"lane": "serve", "seq": seq, "at": at, "kind": kind, "data": data, "wall": {"at": at}});
        if let Some(cause) = cause {
            line["cause"] = cause.into();
        }
        self.lines.push(line.to_string());
        seq
    }

    fn says(&mut self, seconds: i64, person: &str, text: &str) -> u64 {
        let seq = self.add(seconds, None, "says", about(person, &json!({"text": text})));
        let until = emulator_server::rfc3339(emulator_core::Timestamp(BEGIN + 1_000 * (seconds + 86_400)));
        let timestamp = BEGIN + 1_000 * seconds;
        let message = json!({"mid": format!("m_of_{person}_{seq:08}"), "timestamp": timestamp, "text": text});
        self.add(seconds, Some(seq), "message", about(person, &message));
        self.add(seconds, Some(seq), "window", about(person, &json!({"until": until})));
        seq
    }

    fn answers(&mut self, seconds: i64, person: &str, text: &str) -> u64 {
        let call = json!({"app": "bot", "verb": "sends", "text": text});
        let seq = self.add(seconds, None, "call", about(person, &call));
        let message = json!({"from": "bot", "mid": format!("m_of_bot_{seq:08}"),
                             "timestamp": BEGIN + 1_000 * seconds, "text": text});
        self.add(seconds, Some(seq), "message", about(person, &message));
        seq
    }

    fn moves(&mut self, seconds: i64, cause: u64, person: &str, from: &str, to: &str) {
        let until = emulator_server::rfc3339(emulator_core::Timestamp(BEGIN + 1_000 * (seconds + 86_400)));
        let mut data = about(person, &json!({"from": from, "to": to}));
        if to != "idle" {
            data["until"] = json!(until);
        }
        self.add(seconds, Some(cause), "control", data);
    }

    /// That a call was refused, with this code.
    fn refuses(&mut self, seconds: i64, call: u64, code: i64, subcode: Option<u32>) -> u64 {
        let data = json!({"app": "bot", "status": 400, "type": "OAuthException", "code": code, "message": "no",
                          "fbtrace_id": "A"});
        let seq = self.add(seconds, Some(call), "refused", data);
        self.change(seq, |entry| {
            entry["rule"] = json!("C-84");
            if let Some(subcode) = subcode {
                entry["data"]["subcode"] = json!(subcode);
            }
        });
        seq
    }

    fn change(&mut self, seq: u64, change: impl FnOnce(&mut Value)) {
        let line = &mut self.lines[usize::try_from(seq).unwrap()];
        let mut entry: Value = serde_json::from_str(line).unwrap();
        change(&mut entry);
        *line = entry.to_string();
    }

    fn journal(&self) -> Journal {
        Journal::read(&format!("{}\n", self.lines.join("\n"))).unwrap()
    }

    fn told_as(&self, telling: &Telling) -> Result<Recording, RecordError> {
        self.journal().told(telling, &place())
    }

    /// The steps, and the warnings.
    fn told(&self) -> (String, Vec<String>) {
        let Recording { text, warnings, .. } = self.told_as(&Telling::default()).unwrap();
        (text.split_once("steps:\n").unwrap().1.to_owned(), warnings)
    }
}

/// The members of an entry about a person, with the Page behind a slash where there are several.
fn about(person: &str, members: &Value) -> Value {
    let (name, page) = person.split_once('/').map_or((person, None), |(name, page)| (name, Some(page)));
    let mut out = json!({"person": name});
    out.as_object_mut().unwrap().extend(page.map(|page| ("page".to_owned(), json!(page))));
    out.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    out
}

fn place() -> Destination<'static> {
    Destination { folder: "/elsewhere".into(), world: None, exists: &|_: &Path| false }
}

const ONE: &[(&str, &str)] = &[("ana", ANA)];
const TWO: &[(&str, &str)] = &[("ana", ANA), ("bo", "5550001112223334")];

#[test]
fn a_conversation_by_hand_becomes_a_file() {
    let mut tape = Tape::of(ONE);
    let hello = tape.says(0, "ana", "hello");
    tape.moves(0, hello, "ana", "idle", "bot");
    tape.answers(4, "ana", "Hi!");
    let told = tape.told_as(&Telling::default()).unwrap();
    insta::assert_snapshot!(told.text, @r#"
    # Recorded with messenger-emulator.
    scenario: Recorded on 2026-07-06
    world:
      apps: {bot: {webhook: "http://127.0.0.1:3000/webhook"}, desk: {}}
      people: {ana: {}}
    timeouts: {reply: 10s}
    steps:
      - user: ana
        says: "hello"
      - expect: {app: bot, sends: "Hi!"}
      - expect: {owner: bot}
    "#);
    assert_eq!((told.steps, told.warnings.len()), (3, 0));
}

#[test]
fn time_that_passed_moves_the_clock_where_control_ended() {
    const HOUR: i64 = 3_600;
    let mut tape = Tape::of(ONE);
    let hello = tape.says(0, "ana", "hello");
    tape.moves(0, hello, "ana", "idle", "bot");
    let more = tape.says(5 * HOUR, "ana", "more");
    let until = emulator_server::rfc3339(emulator_core::Timestamp(BEGIN + 29 * HOUR * 1_000));
    tape.add(
        5 * HOUR,
        Some(more),
        "control_prolonged",
        json!({"person": "ana", "owner": "bot", "until": until}),
    );
    let timer = tape.add(29 * HOUR, None, "timer", json!({"timer": "control_ends", "person": "ana"}));
    tape.moves(29 * HOUR, timer, "ana", "bot", "idle");
    tape.says(40 * HOUR, "ana", "back");
    let (steps, _) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - user: ana
        says: "hello"
      - expect: {owner: bot}
      - user: ana
        says: "more"
      - clock: +24h
      - expect: {owner: idle}
      - user: ana
        says: "back"
    "#);
}

#[test]
fn several_people_are_named_everywhere() {
    let mut tape = Tape::of(TWO);
    tape.says(0, "ana", "hello");
    tape.says(0, "bo", "hi");
    tape.answers(0, "bo", "Hi Bo");
    tape.answers(0, "ana", "Hi Ana");
    let take = tape.add(
        0,
        None,
        "call",
        json!({"app": "desk", "verb": "takes_control", "person": "bo", "played": true}),
    );
    tape.moves(0, take, "bo", "idle", "desk");
    let (steps, _) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - user: ana
        says: "hello"
      - user: bo
        says: "hi"
      - expect: {app: bot, of: bo, sends: "Hi Bo"}
      - expect: {app: bot, of: ana, sends: "Hi Ana"}
      - app: desk
        of: bo
        takes_control: true
      - expect: {owner: desk, of: bo}
    "#);
}

#[test]
fn what_no_step_can_say_is_said_so() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    let tap = tape.add(1, None, "taps", json!({"person": "ana", "what": "x"}));
    tape.add(1, Some(tap), "declined", json!({"reason": "nothing_to_tap"}));
    let call =
        tape.add(2, None, "call", json!({"app": "bot", "verb": "calls", "method": "POST", "path": "me/x"}));
    tape.refuses(2, call, 100, None);
    let stranger = tape.add(3, None, "call", json!({"verb": "sends", "person": "ana", "text": "x"}));
    tape.refuses(3, stranger, 190, None);
    let told = tape.told_as(&Telling::default()).unwrap();
    insta::assert_snapshot!(told.text, @r#"
    # Recorded with messenger-emulator.
    scenario: Recorded on 2026-07-06
    world:
      apps: {bot: {webhook: "http://127.0.0.1:3000/webhook"}, desk: {}}
      people: {ana: {}}
    unread: allow
    steps:
      - user: ana
        says: "hello"
      # entry 4, which no step can say: ana taps: there is nothing of that title or payload to tap
      - expect: {app: bot, calls: {method: POST, path: "me/x"}, refused: {code: 100}}
      # entry 8, which no step can say: somebody sends: its token is unknown
    "#);
    assert_eq!(told.warnings.len(), 2);
}

#[test]
fn a_refused_call_of_a_bot_is_expected() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    let call = tape.add(
        2,
        None,
        "call",
        json!({"app": "bot", "verb": "sends", "person": "ana", "text": "May I?",
        "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
    );
    tape.refuses(2, call, 10, Some(2_018_278));
    let (steps, warnings) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - user: ana
        says: "hello"
      - expect:
          app: bot
          sends: "May I?"
          messaging_type: MESSAGE_TAG
          tag: HUMAN_AGENT
          refused: {code: 10, subcode: 2018278}
    "#);
    assert!(warnings.is_empty());
}

#[test]
fn typing_and_questions_are_told_if_asked_for() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    tape.add(
        0,
        None,
        "call",
        json!({"app": "bot", "verb": "signals", "person": "ana", "action": "typing_on"}),
    );
    tape.add(0, None, "call", json!({"app": "bot", "verb": "asks_owner", "person": "ana"}));
    tape.add(0, None, "call", json!({"app": "bot", "verb": "asks_profile", "person": "ana"}));
    assert_eq!(tape.told().0, "  - user: ana\n    says: \"hello\"\n");
    let all = Telling { detail: Detail::Everything, ..Telling::default() };
    let told = tape.told_as(&all).unwrap();
    assert!(
        told.text.ends_with("{app: bot, types: on}\n  - expect: {app: bot, asks_owner: true}\n"),
        "{}",
        told.text
    );
}

#[test]
fn a_played_app_asks_for_a_profile_by_its_path() {
    let mut tape = Tape::of(ONE);
    for fields in [json!({}), json!({ "fields": "first_name,locale" })] {
        let mut call = json!({"app": "bot", "verb": "asks_profile", "played": true, "person": "ana"});
        call.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        tape.add(0, None, "call", call);
    }
    let (steps, warnings) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - app: bot
        calls: {method: GET, path: "${ana.id}"}
      - app: bot
        calls: {method: GET, path: "${ana.id}", query: {fields: "first_name,locale"}}
    "#);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_call_for_an_id_of_nobody_names_that_id() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    let data = json!({"app": "bot", "person": "4242", "verb": "sends", "text": "Hi", "played": true});
    let call = tape.add(0, None, "call", data);
    tape.refuses(0, call, 100, Some(2_018_001));
    let (steps, _) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - user: ana
        says: "hello"
      - app: bot
        calls:
          method: POST
          path: "me/messages"
          body: {message: {text: "Hi"}, recipient: {id: "4242"}}
        refused: {code: 100, subcode: 2018001}
    "#);
}

#[test]
fn replies_and_reactions_name_the_messages_they_mean() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    let answer = tape.answers(1, "ana", "Hi!");
    let mid = format!("m_of_bot_{answer:08}");
    tape.add(2, None, "reacts", json!({"person": "ana", "to": mid, "emoji": "❤", "reaction": "love"}));
    tape.answers(3, "ana", &format!("You like {mid}"));
    tape.add(4, None, "says", json!({"person": "ana", "text": "no", "reply_to": "m_never_seen_here"}));
    let (steps, warnings) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - user: ana
        says: "hello"
      - expect: {app: bot, sends: "Hi!"}
        as: bot_1
      - user: ana
        reacts: "❤"
        to: bot_1
      - expect: {app: bot, sends: "You like ${bot_1.message_id}"}
      # entry 9, which no step can say: ana says: `reply_to` names a message that is not in what is told
    "#);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn a_part_begins_where_a_scenario_can() {
    const DAY: i64 = 86_400;
    let mut tape = Tape::of(ONE);
    let hello = tape.says(0, "ana", "hello");
    tape.moves(0, hello, "ana", "idle", "bot");
    let more = tape.says(10, "ana", "more");
    let timer = tape.add(DAY, None, "timer", json!({"timer": "control_ends", "person": "ana"}));
    tape.moves(DAY, timer, "ana", "bot", "idle");
    let primary = json!({"change": "primary_receiver", "to": "desk"});
    tape.add(DAY + 20, None, "page", primary);
    let back = tape.says(DAY + 30, "ana", "back");
    let end = tape.answers(DAY + 31, "ana", "Welcome back!");
    tape.says(DAY + 40, "ana", "again");

    let part = |from, to| Telling { excerpt: Excerpt { from, to, person: None }, ..Telling::default() };
    let told = tape.told_as(&part(Some(more), Some(more))).unwrap();
    insta::assert_snapshot!(told.text.split_once("people: {ana: {}}\n").unwrap().1, @r#"
    given:
      - user: ana
        says: "hello"
      - clock: +10s
      - expect: {owner: bot}
      - expect: {window: open}
    steps:
      - user: ana
        says: "more"
      - clock: +23h 59m 50s
      - expect: {owner: idle}
    "#);

    let told = tape.told_as(&part(Some(back), Some(end))).unwrap();
    insta::assert_snapshot!(told.text, @r#"
    # Recorded with messenger-emulator.
    scenario: Recorded on 2026-07-07
    world:
      apps: {bot: {webhook: "http://127.0.0.1:3000/webhook"}, desk: {}}
      people: {ana: {}}
    begin_at: "2026-07-07T09:00:30Z"
    steps:
      - page: {primary_receiver: desk}
      - user: ana
        says: "back"
      - expect: {app: bot, sends: "Welcome back!"}
    "#);
    assert_eq!(told.warnings.len(), 1, "{:?}", told.warnings);
    let nothing = tape.told_as(&part(Some(999), None)).unwrap_err();
    assert_eq!(nothing, RecordError::NothingThere { from: 999 });
}

#[test]
fn one_person_alone_can_be_told() {
    let mut tape = Tape::of(TWO);
    tape.says(0, "ana", "hello");
    tape.answers(0, "ana", "Hi Ana");
    tape.says(0, "bo", "hi");
    let of = |name: &str| Telling {
        excerpt: Excerpt { person: Some(name.to_owned()), ..Excerpt::default() },
        ..Telling::default()
    };
    let told = tape.told_as(&of("bo")).unwrap();
    assert!(told.text.ends_with("steps:\n  - user: bo\n    says: \"hi\"\n"), "{}", told.text);
    let people = vec!["ana".to_owned(), "bo".to_owned()];
    assert_eq!(tape.told_as(&of("cy")).unwrap_err(), RecordError::NoPerson { name: "cy".to_owned(), people });
}

#[test]
fn a_step_that_came_before_the_answer_stays_before_it() {
    // In causal order the answer stands under what it answers to.
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "one");
    tape.answers(9, "ana", "First");
    tape.says(5, "ana", "two");
    let (steps, _) = tape.told();
    let order: Vec<&str> = ["one", "two", "First"].into_iter().filter(|text| steps.contains(text)).collect();
    let places: Vec<usize> = order.iter().map(|text| steps.find(text).unwrap()).collect();
    assert!(places.is_sorted(), "{steps}");
}

#[test]
fn what_a_bot_did_stands_behind_the_step_that_started_it_and_the_time_at_which_it_did() {
    let mut tape = Tape::of(ONE);
    tape.add(0, None, "bot", json!({"app": "bot", "verb": "stops"}));
    tape.says(0, "ana", "hello");
    // Under what it answers to, as causal order has it.
    tape.answers(0, "ana", "At once");
    tape.answers(5, "ana", "Later");
    tape.add(0, None, "bot", json!({"app": "bot", "verb": "starts"}));
    let to = emulator_server::rfc3339(emulator_core::Timestamp(BEGIN + 5_000));
    tape.add(0, None, "clock", json!({"to": to}));
    let (steps, _) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - bot: bot
        stops: true
      - user: ana
        says: "hello"
      - bot: bot
        starts: true
      - expect: {app: bot, sends: "At once"}
      - clock: +5s
      - expect: {app: bot, sends: "Later"}
    "#);
}

#[test]
fn a_delivery_that_failed_is_waited_for() {
    let mut tape = Tape::of(ONE);
    let hello = tape.says(0, "ana", "hello");
    let delivery = json!({"app": "bot", "person": "ana", "channel": "messaging", "field": "messages",
                          "event": {"timestamp": BEGIN}});
    let delivery = tape.add(0, Some(hello), "delivery", delivery);
    for number in [1, 2] {
        let tried = json!({"app": "bot", "person": "ana", "delivery": delivery, "number": number,
                           "result": "timed_out"});
        let tried = tape.add(0, Some(delivery), "attempt", tried);
        tape.change(tried, |entry| entry["wall"]["took_ms"] = json!(20_000));
    }
    let (steps, _) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - user: ana
        says: "hello"
      - expect: {webhook: bot, field: messages, acknowledged: false, within: 30s}
    "#);
}

#[test]
fn several_pages_are_told_apart() {
    let mut tape = Tape::of(&[]);
    let mut header: Value = serde_json::from_str(&tape.lines[0]).unwrap();
    header["people"] = json!({"ana": {"shop": ANA, "store": "555"}});
    let mut store = header["world"]["pages"][0].clone();
    (store["id"], store["called"]) = (json!("100000000000002"), json!("store"));
    header["world"]["pages"][0]["called"] = json!("shop");
    header["world"]["pages"] = json!([header["world"]["pages"][0], store]);
    tape.lines[0] = header.to_string();
    tape.says(0, "ana/shop", "hello");
    let here = tape.says(0, "ana/store", "hi");
    tape.moves(0, here, "ana/store", "idle", "bot");
    tape.answers(0, "ana/store", "You are 555, and not 4429139782561071, on 100000000000002");
    tape.add(1, None, "page", json!({"page": "store", "change": "primary_receiver", "to": "none"}));
    let (steps, _) = tape.told();
    insta::assert_snapshot!(steps, @r#"
      - user: ana
        says: "hello"
      - user: ana
        says: "hi"
        on: store
      - expect: {app: bot, sends: "You are ${ana.store.id}, and not ${ana.id}, on ${store.id}", on: store}
      - expect: {owner: bot, on: store}
      - page: {primary_receiver: none}
        on: store
    "#);
    // The first one is that of the file, whatever its id is.
    header["about"]["world"]["written"]["pages"] = json!({"store": {}, "shop": {}});
    tape.lines[0] = header.to_string();
    let (steps, _) = tape.told();
    assert!(
        steps.starts_with(
            "  - user: ana\n    says: \"hello\"\n    on: shop\n  - user: ana\n    says: \"hi\"\n  -"
        ),
        "{steps}"
    );
}

#[test]
fn a_torn_line_is_left_out_and_a_broken_one_is_an_error() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    let whole = tape.lines.join("\n");
    let torn = Journal::read(&format!("{whole}\n{{\"lane\":\"serve\",\"se")).unwrap();
    assert_eq!((torn.entries.len(), torn.oddities.len()), (3, 1));
    let broken = Journal::read(&format!("{whole}\nnonsense\n{}\n", tape.lines[1]));
    assert!(matches!(broken.unwrap_err(), RecordError::Line { number: 5, .. }));
    assert_eq!(Journal::read("scenario: x\n").unwrap_err(), RecordError::Header(HeaderError::NotAJournal));
    assert_eq!(Journal::read("").unwrap_err(), RecordError::Header(HeaderError::NotAJournal));
}

#[test]
fn a_journal_that_does_not_say_how_its_bot_is_reached_needs_a_world() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    let mut header: Value = serde_json::from_str(&tape.lines[0]).unwrap();
    header["about"] = Value::Null;
    tape.lines[0] = header.to_string();
    let error = tape.told_as(&Telling::default()).unwrap_err();
    assert_eq!(error, RecordError::NoWorld { app: "bot".to_owned() });
    let named = Destination { world: Some("/elsewhere/world.yaml".into()), ..place() };
    let told = tape.journal().told(&Telling::default(), &named).unwrap();
    assert!(told.text.contains("\nworld: world.yaml\n"), "{}", told.text);
    // Nothing is lacking where steps play every app.
    header["world"]["pages"][0]["apps"]["bot"]["played"] = json!(true);
    tape.lines[0] = header.to_string();
    let told = tape.told_as(&Telling::default()).unwrap();
    assert!(told.text.contains("  apps: {bot: {}, desk: {}}\n  people: {ana: {}}\n"), "{}", told.text);
}

#[test]
fn a_bot_is_not_looked_for_in_another_folder() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    let mut header: Value = serde_json::from_str(&tape.lines[0]).unwrap();
    header["about"]["world"]["file"] = json!("shop/a.yaml");
    header["about"]["world"]["written"]["apps"]["bot"] = json!({"start": "node bots/shop.js --fast"});
    tape.lines[0] = header.to_string();
    let there = |path: &Path| path == Path::new("/somewhere/shop/bots/shop.js");
    let error =
        tape.journal().told(&Telling::default(), &Destination { exists: &there, ..place() }).unwrap_err();
    let (app, word, folder) = ("bot".to_owned(), "bots/shop.js".to_owned(), "/somewhere/shop".into());
    assert_eq!(error, RecordError::StartsElsewhere { app, word, folder });
    let beside = Destination { folder: "/somewhere/shop".into(), exists: &there, ..place() };
    let told = tape.journal().told(&Telling::default(), &beside).unwrap();
    assert!(told.text.contains("start: \"node bots/shop.js --fast\""), "{}", told.text);
}

#[test]
fn a_world_in_a_file_of_its_own_is_referred_to() {
    let mut tape = Tape::of(ONE);
    tape.says(0, "ana", "hello");
    let mut header: Value = serde_json::from_str(&tape.lines[0]).unwrap();
    header["about"]["world"]["file"] = json!("worlds/desk.yaml");
    header["about"]["world"]["own_file"] = json!(true);
    tape.lines[0] = header.to_string();
    let place = Destination { folder: "/somewhere/recorded".into(), exists: &|_: &Path| true, ..place() };
    let told = tape.journal().told(&Telling::default(), &place).unwrap();
    assert!(told.text.contains("\nworld: ../worlds/desk.yaml\n"), "{}", told.text);
}

#[test]
fn every_remark_is_a_comment() {
    let mut out = String::new();
    write::remark(&mut out, 2, "one\n- two\u{85}three");
    assert_eq!(out, "  # one\n  # - two three\n");
    let known: BTreeMap<String, String> = BTreeMap::new();
    assert_eq!(Names::new(known, Times::default()).text("a"), Tree::Text("a".to_owned()));
}

/// A journal of two Pages, with a secret of each kind said aloud, in texts, in keys and as words of the platform.
#[test]
fn secrets_that_are_said_aloud_are_named() {
    let mut tape = Tape::of(&[]);
    let mut header: Value = serde_json::from_str(&tape.lines[0]).unwrap();
    let apps = json!({"bot": {"fields": [], "features": [], "played": false}});
    header["about"]["world"]["written"] = json!({"pages": {"shop": {}, "store": {}}, "apps": {"bot": {}}});
    header["world"]["pages"] = json!([
        {"id": "100000000000001", "called": "shop", "name": "Shop", "protocol": "handover", "primary_receiver": null, "apps": apps},
        {"id": "100000000000002", "called": "store", "name": "Store", "protocol": "handover", "primary_receiver": null, "apps": apps}]);
    header["people"] = json!({"ana": {"shop": ANA, "store": "7000000000000001"}});
    tape.lines[0] = header.to_string();
    tape.says(
        0,
        "ana/shop",
        "bot-page-token bot-store-page-token bot-app-secret bot-verify-token, EAAown1xs3cret",
    );
    let sends = json!({"app": "bot", "verb": "sends", "message": {"key_s3cret": "say_s3cret"}});
    let call = tape.add(1, None, "call", about("ana/shop", &sends));
    tape.refuses(1, call, 100, None);
    let usual = tape.told_as(&Telling::default()).unwrap();
    let said = "says: \"${bot.page_token} ${bot.store.page_token} ${bot.secret} ${bot.verify_token}, EAAown1xs3cret\"";
    assert!(usual.text.contains(said), "{}", usual.text);

    let own = [("EAAown1", "bot.store.page_token"), ("s3cret", "bot.secret")];
    let own = own.map(|(value, name)| (value.to_owned(), name.to_owned()));
    let mut journal = tape.journal();
    journal.secrets = emulator_core::Hidden::known(own);
    let told = journal.told(&Telling::default(), &place()).unwrap();
    let said = "says: \"bot-page-token bot-store-page-token bot-app-secret bot-verify-token, ${bot.store.page_token}x${bot.secret}\"";
    assert!(told.text.contains(said), "{}", told.text);
    assert!(told.text.contains(r#"say_${bot.secret}"#) && !told.text.contains("s3cret"), "{}", told.text);
}

/// A journal of `run` has a call behind the step that it answers to, also where a later step led to its refusal.
#[test]
fn a_call_is_refused_behind_the_step_that_led_to_it() {
    // Real time of the call and of what the agent did, in milliseconds, and who was in control when it was refused.
    let cases = [(5, 3, "desk", true), (5, 5, "inbox", true), (5, 5, "desk", false), (3, 5, "inbox", false)];
    for (call_wall, inbox_wall, saw, behind) in cases {
        let mut tape = Tape::of(ONE);
        let hello = tape.says(0, "ana", "hello");
        let sends = json!({"app": "bot", "verb": "sends", "person": "ana", "text": "hi"});
        let call = tape.add(0, Some(hello), "call", sends);
        let refused = tape.refuses(0, call, 10, None);
        let inbox =
            tape.add(0, None, "inbox", json!({"person": "ana", "verb": "replies", "text": "I am here"}));
        tape.moves(0, inbox, "ana", "idle", "inbox");
        let mut at = |seq: u64, wall: i64, owner: Option<&str>| {
            tape.change(seq, |entry| {
                entry["wall"]["at"] = json!(emulator_server::rfc3339(emulator_core::Timestamp(BEGIN + wall)));
                if let Some(owner) = owner {
                    entry["saw"] = json!({"owner": owner});
                }
            });
        };
        at(call, call_wall, None);
        at(refused, call_wall, Some(saw));
        at(inbox, inbox_wall, None);
        let told = tape.told_as(&Telling::default()).unwrap();
        let place_of = |text: &str| told.text.find(text).unwrap();
        let case = format!("{call_wall} {inbox_wall} {saw}: {}", told.text);
        assert_eq!(place_of("refused:") > place_of("I am here"), behind, "{case}");
        let said = |text: &str| text.contains("a refused call of a bot came only after later steps");
        assert_eq!(
            (told.warnings.iter().any(|text| said(text)), said(&told.text)),
            (behind, behind),
            "{case}"
        );
    }
}
