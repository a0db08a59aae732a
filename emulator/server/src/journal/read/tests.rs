//! Everything that is written is read again.

use super::*;
use emulator_core::{PageId, Party, Saw};

use crate::journal::{Entry, entry_to_json};

const ANN: Psid = Psid(1_000_000_000_000_001);
const BOT: AppId = AppId(200_000_000_000_001);
const STRANGER: AppId = AppId(77);
const PAGE: PageId = PageId(100_000_000_000_001);

fn calls() -> Vec<Call> {
    let text = |text: &str| Some(Arc::from(text));
    let fields: FieldSet = [Field::Messages, Field::Standby].into_iter().collect();
    let acts = [
        ControlAct::Pass { to: None, metadata: None },
        ControlAct::Pass { to: Some(Party::App(STRANGER)), metadata: text("é") },
        ControlAct::Pass { to: Some(Party::App(AppId(0))), metadata: text("") },
        ControlAct::Take { metadata: text("m") },
        ControlAct::Request { metadata: None },
        ControlAct::PassMetadata { to: Party::Inbox, metadata: "m".into() },
        ControlAct::Release,
        ControlAct::Extend { by: None },
        ControlAct::Extend { by: Some(Span(7_000)) },
    ];
    let other_fields = vec!["x".into(), "y z".into()];
    let url = "http://127.0.0.1:1/a?b=c".parse().unwrap();
    let public = Some("https://shop.test/hook?a=b".into());
    let webhook = RegisteredWebhook { url, public, other_fields, version: "v25.0".into() };
    let kinds = [
        CallKind::Sends { message: message(), messaging_type: Some("RESPONSE"), tag: None },
        CallKind::Sends { message: Arc::default(), messaging_type: None, tag: Some(Tag::AccountUpdate) },
        CallKind::Signals { action: "typing_on", about: None },
        CallKind::Signals { action: "react", about: Some((Mid("m_9".into()), Some("love".into()))) },
        CallKind::Signals { action: "unreact", about: Some((Mid("m_9".into()), None)) },
        CallKind::AsksOwner,
        CallKind::AsksReceivers,
        CallKind::AsksProfile { fields: None },
        CallKind::AsksProfile { fields: text("name,id") },
        CallKind::Installs { fields: None, other_fields: vec!["a b".into(), "c".into()] },
        CallKind::Installs { fields: Some(fields), other_fields: vec![] },
        CallKind::Installs { fields: Some(FieldSet::default()), other_fields: vec![] },
        CallKind::Subscribes { how: Subscribing::Registers, fields: Some(fields), webhook: None },
        CallKind::Subscribes { how: Subscribing::GivesUp, fields: Some(fields), webhook: None },
        CallKind::Subscribes { how: Subscribing::GivesUp, fields: None, webhook: Some(Box::new(webhook)) },
        CallKind::Other { method: "GET".into(), path: "a/ü?".into(), asked: None },
        CallKind::Other {
            method: "POST".into(),
            path: "me/messages".into(),
            asked: Some(r#"{"body":{"text":"é/","number":1}}"#.into()),
        },
    ];
    let kinds = kinds.into_iter().chain(acts.into_iter().map(CallKind::Controls));
    let who = [(Some(BOT), Some(ANN), false), (None, Some(Psid(5)), true), (Some(STRANGER), None, false)];
    let call = |kind: CallKind| {
        who.map(|(app, person, played)| Call { app, page: Some(PAGE), person, kind: kind.clone(), played })
    };
    kinds.flat_map(call).collect()
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
        PersonAct::Opens(Referral { reference: "r&=".into() }),
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
    person.chain(inbox).chain(admin.map(|change| Record::Admin { page: PAGE, change })).collect()
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

#[test]
fn what_was_written_is_read_again() {
    let name = |name: &str| Arc::from(name);
    let apps = Arc::new([(BOT, name("bot"))].into());
    let people = Arc::new([(ANN, name("ann"))].into());
    let one = Names { apps, people, ..Names::default() };
    all_is_read_again(&one, &Known::new(&one, [PAGE]));

    let people = Arc::new([(ANN, name("ann on shop")), (Psid(3), name("ann on store"))].into());
    let pages = Arc::new([(PAGE, name("shop")), (PageId(2), name("store"))].into());
    let several = Names { people, pages, ..one };
    all_is_read_again(&several, &Known::new(&several, [PAGE, PageId(2)]));
}

fn all_is_read_again(names: &Names, known: &Known) {
    for record in roots() {
        let rule = if let Record::Refused { error, .. } = &record { Some(error.rule) } else { None };
        let (seq, at, wall) = (4, Timestamp(2_000), Wall(3_001));
        let cause = Some(Cause { seq: 2, assumed: true });
        let entry = Entry { seq, at, cause, rule, saw: Saw::default(), record, wall };
        let written = entry_to_json(&entry, names);
        let line = format!("{{\"lane\":\"l\",{}", &written[1..]);
        let told = read(&line, "l", known).unwrap_or_else(|why| panic!("{why} {written}"));
        let What::Record(record) = told.what else { panic!("{written}") };
        assert_eq!(format!("{record:?}"), format!("{:?}", entry.record), "{written}");
        let again = Entry { seq: told.seq, at: told.at, cause: told.cause, wall: told.wall, record, ..entry };
        assert_eq!(entry_to_json(&again, names), written);
        assert_eq!((super::wall(&line), without_wall("a,\"wall\":{")), (Some(wall), "a"));
    }
}
