//! Everything that is written is read again.

use std::sync::Arc;

use emulator_core::{
    AdminChange, AppAct, AppId, AppIdType, AppMode, Asks, Button, Channel, ControlAct, ControlFields,
    Delivery, Effect, Escapes, Event, Feature, Field, FieldSet, Folder, Holder, InboxAct, Message, Mid,
    Missing, MissingMetadata, PageId, Party, Permission, PersonAct, Psid, QuickReply, Reaction, Referral,
    RefusalKind, RouteId, Saw, SendControl, Sender, Span, Style, Subject, Tag, Template, Timer, TimerKind,
    Timestamp, TokenState,
};

use super::line::{read, wall, without_wall};
use super::names::Known;
use super::*;
use crate::graph::{Beside, GraphError, RouteAct};

const ANN: Psid = Psid(1_000_000_000_000_001);
const BOT: AppId = AppId(200_000_000_000_001);
const STRANGER: AppId = AppId(77);
const PAGE: PageId = PageId(100_000_000_000_001);

fn calls() -> Vec<Call> {
    let who = [(Some(BOT), ANN, false), (None, Psid(5), true)];
    let about_people = who.into_iter().flat_map(|(app, person, played)| {
        let call = move |content| Call { app, page: Some(PAGE), person: Some(person), content, played };
        acts_of_apps(person).into_iter().chain(other_contents()).map(call)
    });
    let about_nobody = acts_about_nobody().into_iter().chain(other_contents()).map(|content| Call {
        app: Some(STRANGER),
        page: Some(PAGE),
        person: None,
        content,
        played: false,
    });
    about_people.chain(about_nobody).collect()
}

fn act(route: RouteId, act: AppAct, beside: &[(&'static str, &'static str)]) -> CallContent {
    let call = RouteAct::new(route, act, Beside::default()).expect("the route makes that act");
    CallContent::Act(beside.iter().fold(call, |call, (name, value)| call.with(name, *value)))
}

fn acts_of_apps(person: Psid) -> Vec<CallContent> {
    let text = |text: &str| Some(Arc::from(text));
    let controls = [
        (RouteId::PassThreadControl, ControlAct::Pass { to: None, metadata: None }),
        (
            RouteId::PassThreadControl,
            ControlAct::Pass { to: Some(Party::App(STRANGER)), metadata: text("é") },
        ),
        (RouteId::PassThreadControl, ControlAct::Pass { to: Some(Party::App(AppId(0))), metadata: text("") }),
        (RouteId::TakeThreadControl, ControlAct::Take { metadata: text("m") }),
        (RouteId::RequestThreadControl, ControlAct::Request { metadata: None }),
        (RouteId::PassThreadMetadata, ControlAct::PassMetadata { to: Party::Inbox, metadata: "m".into() }),
        (RouteId::ReleaseThreadControl, ControlAct::Release),
        (RouteId::ExtendThreadControl, ControlAct::Extend { by: None }),
        (RouteId::ExtendThreadControl, ControlAct::Extend { by: Some(Span(7_000)) }),
    ];
    let sends = |message, tag| AppAct::Sends { person, message, tag, then: None };
    let then = |then| AppAct::Sends { person, message: message(), tag: None, then: Some(then) };
    let reacts = AppAct::Reacts { person, to: Mid("m_9".into()) };
    let profile =
        |needs: &[Permission]| AppAct::AsksProfile { person, needs: needs.iter().copied().collect() };
    let mut acts = vec![
        act(RouteId::SendMessage, sends(message(), None), &[("messaging_type", "RESPONSE")]),
        act(RouteId::SendMessage, sends(Arc::default(), Some(Tag::AccountUpdate)), &[]),
        act(RouteId::SendMessage, then(SendControl::Pass(Some(Party::Inbox))), &[]),
        act(RouteId::SendMessage, then(SendControl::Pass(None)), &[]),
        act(RouteId::SendMessage, then(SendControl::Release), &[]),
        act(RouteId::SendMessage, AppAct::Signals { person }, &[("sender_action", "typing_on")]),
        act(RouteId::SendMessage, reacts.clone(), &[("sender_action", "react"), ("reaction", "love")]),
        act(RouteId::SendMessage, reacts, &[("sender_action", "unreact")]),
        act(RouteId::ReadThreadOwner, AppAct::AsksOwner { person }, &[]),
        act(RouteId::ReadProfile, profile(&[]), &[]),
        act(RouteId::ReadProfile, profile(&[Permission::PagesUserLocale]), &[("fields", "locale,id")]),
    ];
    let control = |(route, control)| act(route, AppAct::Controls { person, act: control }, &[]);
    acts.extend(controls.map(control));
    acts
}

fn acts_about_nobody() -> Vec<CallContent> {
    let fields: FieldSet = [Field::Messages, Field::Standby].into_iter().collect();
    let installs = |fields, other: &[&str]| AppAct::Installs {
        fields,
        other_fields: other.iter().map(|name| Arc::from(*name)).collect(),
    };
    vec![
        act(RouteId::ListSecondaryReceivers, AppAct::AsksReceivers { platform: None }, &[]),
        act(RouteId::UninstallApp, installs(None, &["a b", "c"]), &[]),
        act(RouteId::InstallApp, installs(Some(fields), &[]), &[]),
        act(RouteId::InstallApp, installs(Some(FieldSet::default()), &[]), &[]),
    ]
}

fn other_contents() -> Vec<CallContent> {
    let fields: FieldSet = [Field::Messages, Field::Standby].into_iter().collect();
    let other_fields = vec!["x".into(), "y z".into()];
    let url = "http://127.0.0.1:1/a?b=c".parse().unwrap();
    let public = Some("https://shop.test/hook?a=b".into());
    let webhook = RegisteredWebhook { url, public, other_fields, version: "v25.0".into() };
    vec![
        CallContent::Subscribes { how: Subscribing::Registers, fields: Some(fields), webhook: None },
        CallContent::Subscribes { how: Subscribing::GivesUp, fields: Some(fields), webhook: None },
        CallContent::Subscribes { how: Subscribing::GivesUp, fields: None, webhook: Some(Box::new(webhook)) },
        CallContent::Request { method: "GET".into(), path: "a/ü?".into(), asked: None },
        CallContent::Request {
            method: "POST".into(),
            path: "me/messages".into(),
            asked: Some(r#"{"body":{"text":"é/","number":1}}"#.into()),
        },
    ]
}

fn message() -> Arc<Message> {
    let pair = |name: &str| (Arc::from(name), Arc::from("\"p\n\""));
    let ((title, payload), button) = (pair("quick"), pair("button"));
    Arc::new(Message {
        text: Some("t/\u{1f600}".into()),
        metadata: Some("m".into()),
        quick_replies: vec![QuickReply { title, payload, asks: None }, QuickReply::asking(Asks::PhoneNumber)],
        buttons: vec![Button { title: button.0, payload: button.1 }],
        quick_reply: Some("tapped".into()),
        reply_to: Some(Mid("m_1".into())),
        template: Some(Template::CustomerFeedback),
        body: Some(
            r#"{"z":"a/é\"","a":[1,2.50,null,true],"b":18446744073709551615}"#.replace("2.50", "2.5").into(),
        ),
    })
}

fn acts() -> Vec<Record> {
    let person = [
        PersonAct::Says(message()),
        PersonAct::Says(Arc::default()),
        PersonAct::Taps { what: "w".into(), within: None },
        PersonAct::Taps { what: "w".into(), within: Some(Mid("m_2".into())) },
        PersonAct::Reacts { to: None, reaction: Reaction::named("❤", "love") },
        PersonAct::Reacts { to: Some(Mid("m_3".into())), reaction: None },
        PersonAct::Reads,
        PersonAct::Opens(Referral::link("r&=")),
        PersonAct::Blocks(true),
        PersonAct::Blocks(false),
    ];
    let folders = [Folder::Main, Folder::Done, Folder::Spam].map(InboxAct::Moves);
    let inbox = [InboxAct::Replies(message())].into_iter().chain(folders);
    let fields = [Field::Standby].into_iter().collect();
    let states = [
        TokenState::Valid,
        TokenState::Expires(Timestamp(1_500)),
        TokenState::SessionEnded,
        TokenState::Deauthorized,
    ];
    let admin = [
        AdminChange::PrimaryReceiver(None),
        AdminChange::PrimaryReceiver(Some(Party::App(BOT))),
        AdminChange::PrimaryReceiver(Some(Party::Inbox)),
        AdminChange::Connects(STRANGER),
        AdminChange::Removes(BOT),
        AdminChange::Fields { app: BOT, fields },
        AdminChange::Fields { app: BOT, fields: FieldSet::default() },
        AdminChange::Feature { app: BOT, feature: Feature::HumanAgent, granted: true },
        AdminChange::Permission { app: BOT, permission: Permission::PagesShowList, granted: false },
        AdminChange::Mode { app: BOT, mode: AppMode::Development },
    ];
    let admin = admin.into_iter().chain(states.map(|state| AdminChange::Token { app: STRANGER, state }));
    let person = person.into_iter().map(|act| Record::Person { person: ANN, act });
    let inbox = inbox.map(|act| Record::Inbox { person: Psid(5), act });
    person.chain(inbox).chain(admin.map(|change| Record::Admin { line: PAGE.messenger(), change })).collect()
}

/// Every form that an entry can take which no other one leads to.
fn roots() -> Vec<Record> {
    let results = [
        AttemptResult::Acknowledged { status: 204 },
        AttemptResult::Refused { status: 503, excerpt: None },
        AttemptResult::Refused { status: 403, excerpt: Some("bad \"signature\",\"wall\":{".into()) },
        AttemptResult::TimedOut,
        AttemptResult::Dropped { why: "off".into() },
        AttemptResult::Unreachable { why: "no".into() },
        AttemptResult::Broken { why: "snap".into() },
    ];
    let attempt = |result| {
        let (app, delivery, number, took_ms) = (BOT, 9, 3, 17);
        Record::Attempt { app, person: Some(ANN), delivery, number, result, took_ms }
    };
    let timer = |kind, subject| Record::Fired(Timer { at: Timestamp(2_000), kind, subject });
    let webhooks = Subject::Webhooks(PAGE, BOT);
    let error = |error| Record::Refused { app: Some(BOT), error: Arc::new(error), trace: "A1".into() };
    let others = [
        timer(TimerKind::ControlEnds, Subject::Conversation(ANN)),
        timer(TimerKind::WebhooksFailing, webhooks),
        timer(TimerKind::WebhooksDisabled, webhooks),
        error(GraphError::unknown_path("é")),
        error(GraphError::unknown_node("get", "x")),
        Record::Clock { to: Timestamp(86_400_001) },
        Record::Bot { app: BOT, order: BotOrder::Restarts },
        Record::Note { text: "\u{0}".into() },
    ];
    let proxied = [
        (Passage::Tunnel, Passed::Opened),
        (Passage::Forward, Passed::Answered { status: 204 }),
        (Passage::Tunnel, Passed::Refused { why: "no \"way\"".into() }),
        (Passage::Forward, Passed::Failed { why: "gone".into() }),
    ];
    let proxied = proxied.map(|(passage, passed)| Record::Proxied {
        host: "example.com:443".into(),
        passage,
        passed,
        count: 7,
    });
    let calls = calls().into_iter().map(Record::Call);
    acts().into_iter().chain(calls).chain(results.map(attempt)).chain(others).chain(proxied).collect()
}

/// Every form of what an entry leads to.
fn effects() -> Vec<Record> {
    let (person, at, until) = (ANN, Timestamp(7), Timestamp(9_000));
    let message = |from| Effect::Message { person, from, mid: Mid("m_1".into()), at, message: message() };
    let unheard = |person, missing| Effect::Unheard { app: BOT, person, field: Field::Messages, missing };
    let missing = [Missing::Subscription(Field::Standby), Missing::Webhooks, Missing::Role, Missing::Control];
    let effects = [
        message(Sender::Person),
        message(Sender::Party(Party::App(BOT))),
        message(Sender::Party(Party::Inbox)),
        Effect::WindowOpened { person, until },
        Effect::ControlMoved {
            person,
            from: Holder::Idle,
            to: Holder::Party(Party::App(STRANGER)),
            until: Some(until),
        },
        Effect::ControlMoved { person, from: Holder::Party(Party::Inbox), to: Holder::Nobody, until: None },
        Effect::ControlProlonged { person, owner: Party::App(BOT), until },
        Effect::FolderMoved { person, from: Folder::Main, to: Folder::Done },
        Effect::MarkedDone { person, marked: false },
        Effect::WebhooksFailing { page: PAGE, app: BOT, since: at },
        Effect::WebhooksDisabled { page: PAGE, app: BOT },
        unheard(None, Missing::Role),
    ];
    let reasons = [
        RefusalKind::OutsideWindow,
        RefusalKind::TokenExpired(until),
        RefusalKind::NoRoleOnApp { documented: true },
    ];
    let unheard = missing.map(|missing| unheard(Some(person), missing));
    let effects = effects.into_iter().chain(unheard).map(Record::Effect);
    effects.chain(reasons.map(Record::Declined)).collect()
}

fn names() -> [(Names, Known); 2] {
    let name = |name: &str| Arc::from(name);
    let apps = Arc::new([(BOT, name("bot"))].into());
    let ann = |page, elsewhere| PersonName { name: name("ann"), page, elsewhere };
    let people = Arc::new([(ANN, ann(PAGE, false))].into());
    let one = Names { apps, people, ..Names::default() };
    let people = Arc::new([(ANN, ann(PAGE, true)), (Psid(3), ann(PageId(2), true))].into());
    let pages = Arc::new([(PAGE, name("shop")), (PageId(2), name("store"))].into());
    let several = Names { people, pages, apps: Arc::clone(&one.apps) };
    let known = [Known::new(&one, [PAGE]), Known::new(&several, [PAGE, PageId(2)])];
    let [first, second] = known;
    [(one, first), (several, second)]
}

fn entry(record: Record) -> Entry {
    let rule = if let Record::Refused { error, .. } = &record { Some(error.rule) } else { None };
    let cause = Some(Cause { seq: 2, assumed: true });
    Entry { seq: 4, at: Timestamp(2_000), cause, rule, saw: Saw::default(), record, wall: Wall(3_001) }
}

#[test]
fn what_was_written_is_read_again() {
    for (names, known) in names() {
        for record in roots().into_iter().chain(effects()) {
            let entry = entry(record);
            let written = entry_to_json(&entry, &names);
            let line = format!("{{\"lane\":\"l\",{}", &written[1..]);
            let ReadLine { lane, entry: again, .. } =
                read(&line, &known).unwrap_or_else(|why| panic!("{why} {written}"));
            assert_eq!(lane.as_deref(), Some("l"));
            assert_eq!(entry_to_json(&again, &names), written);
            // Of a message that stands in a conversation only what people see is written.
            if !matches!(again.record, Record::Effect(Effect::Message { .. })) {
                assert_eq!(format!("{:?}", again.record), format!("{:?}", entry.record), "{written}");
            }
            assert_eq!((wall(&line), without_wall("a,\"wall\":{")), (Some(entry.wall), "a"));
        }
    }
}

#[test]
fn a_delivery_keeps_its_event_as_it_went_out() {
    let style = Style {
        app_ids: AppIdType::AsObserved,
        missing_metadata: MissingMetadata::Null,
        escapes: Escapes::All,
        control_fields: ControlFields::Both,
    };
    let event = Event::Postback {
        mid: None,
        title: Some("é/<".into()),
        payload: Some("p".into()),
        made_by: AppId(200),
    };
    let (page, person) = (PAGE, Some(ANN));
    let (channel, field, at) = (Channel::Standby, Field::MessagingPostbacks, Timestamp(5));
    let delivery = Delivery { app: BOT, page, account: None, person, channel, field, at, style, event };
    for (names, known) in names() {
        let written = entry_to_json(&entry(Record::Effect(Effect::Deliver(delivery.clone()))), &names);
        let again = read(&written, &known).unwrap().entry;
        let Record::Heard(heard) = &again.record else { panic!("{written}") };
        let expected: serde_json::Value = serde_json::from_str(&event_to_json(&delivery)).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&heard.event).unwrap(), expected);
        assert_eq!((heard.app, heard.person, heard.channel, heard.field), (BOT, person, channel, field));
        assert_eq!((again.person(), again.delivered_to(), again.kind()), (person, Some(BOT), Kind::Delivery));
    }
}

#[test]
fn what_is_wrong_with_a_line_is_said_with_the_member() {
    let [(_, known), _] = names();
    let rows = [
        (r#""kind":"folded","data":{}"#, "`kind` is \"folded\", and should be one of says, taps, "),
        (r#""kind":"folder","data":{"person":"ann","from":"main"}"#, "an entry `folder`: `to` is missing"),
        (
            r#""kind":"folder","data":{"person":"ann","from":"main","to":"bin"}"#,
            "`to` is \"bin\", and should be one of main, done, spam",
        ),
        (r#""kind":"note","data":{"text":"a","txt":"b"}"#, "an entry `note` has no member `txt`"),
        (r#""kind":"note","data":{"text":7}"#, "`text` is 7, and should be of the type \"string\""),
        (r#""kind":"blocks","data":{"person":"bo"}"#, "`person` is \"bo\", and nobody there has that name"),
        (
            r#""kind":"blocks","data":{"person":"ann","page":"moon"}"#,
            "`page` is \"moon\", and no Page has that name",
        ),
        (
            r#""kind":"bot","data":{"app":"boot","verb":"stops"}"#,
            "`app` is \"boot\", and should be the name of an app",
        ),
        (
            r#""kind":"call","data":{"app":"bot","verb":"sings"}"#,
            "`verb` is \"sings\", and should be one of sends, signals, ",
        ),
        (
            r#""saw":{"moon":"full"},"kind":"note","data":{"text":"a"}"#,
            "`saw` has `moon`, which no rule reads",
        ),
    ];
    for (line, expected) in rows {
        let time = "2026-07-06T09:00:00Z";
        let line = format!(r#"{{"seq":1,"at":"{time}",{line},"wall":{{"at":"{time}"}}}}"#);
        let why = read(&line, &known).unwrap_err();
        assert!(why.contains(expected), "{why}\n{line}");
    }
}

#[test]
fn a_person_on_several_pages_is_told_apart_for_people_alone() {
    let [_, (names, _)] = names();
    assert_eq!([names.person(ANN), names.person(Psid(3))], ["ann on shop", "ann on store"]);
    assert_eq!(names.person_name(Psid(3)), "ann");
    let written = entry_to_json(&entry(Record::Person { person: Psid(3), act: PersonAct::Reads }), &names);
    assert!(written.contains(r#""data":{"person":"ann","page":"store"}"#), "{written}");
}

#[test]
fn the_table_says_which_entries_have_an_input_of_their_own() {
    for record in acts() {
        let kind = Kind::of(&record);
        assert_eq!(record.input().is_some(), kind.replay() == Replay::Applies, "{}", kind.name());
    }
}
