//! One app on two Pages: a token, a role, an owner, windows, folders, timers and webhook health for each (C-166), and
//! ids that mean nothing on the other Page (M-57, M-108).

use std::sync::Arc;

use emulator_core::{AdminChange, AppId, Folder, InboxAct, PageId, Party, Psid, Span};
use emulator_server::journal::{self, Durability, Entry, Header, JournalFile, Origin, Record};
use emulator_server::{ClockMode, Lane, LaneSpec, PersonSpec, Quiet, Stage};
use serde_json::{Value, json};

use crate::bot::{Bot, Reaction};
use crate::http::{Call, Message, PATIENCE};
use crate::stand::{
    BOT, LIVECHAT, MORNING, PAGE, STORE, Says as _, Setup, Stand, entries, journal, sending, settled,
    store_token, token,
};

/// A lane in which ann writes to both Pages: her id on each.
fn open_lane(stage: &Stage) -> (Arc<Lane>, [Psid; 2]) {
    let people = [PAGE, STORE].map(|page| PersonSpec::named("ann", page)).into();
    let clock = ClockMode::Frozen { at: MORNING };
    let lane = stage.open_lane(LaneSpec { name: "lane".into(), clock, settings: None, people }).unwrap();
    stage.give_unnamed_calls(&lane);
    let ids = [PAGE, STORE].map(|page| lane.person("ann", page).unwrap());
    (lane, ids)
}

async fn stand(setup: Setup) -> (Stand, Arc<Lane>, [Psid; 2]) {
    let stand = setup.two_pages().primary(BOT).serve().await;
    let (lane, ids) = open_lane(&stand.stage);
    (stand, lane, ids)
}

/// Makes a call with the token of the second Page.
async fn post_on_store(stand: &Stand, app: AppId, edge: &str, body: &Value) -> Message {
    let target = format!("/v25.0/me/{edge}?access_token={}", store_token(app));
    stand.call(&Call::post(&target).json(body)).await
}

fn control(person: Psid) -> Value {
    json!({"recipient": {"id": person.to_string()}})
}

fn owner(lane: &Lane, person: Psid) -> Option<AppId> {
    lane.conversation(person).and_then(|conversation| conversation.control.owner().map(Party::number))
}

async fn asked_owner(stand: &Stand, person: Psid, token: &str) -> String {
    let call = Call::get(&format!("/me/thread_owner?recipient={person}&access_token={token}"));
    let answer = stand.call(&call).await.json();
    answer["data"][0]["thread_owner"]["app_id"].as_str().unwrap_or("nobody").to_owned()
}

#[tokio::test]
async fn a_person_has_another_id_on_every_page_and_the_first_one_is_that_of_a_world_with_one() {
    let (_stand, lane, [shop, store]) = stand(Setup::new()).await;
    assert_ne!(shop, store);
    let alone = Setup::new().stage();
    let person = PersonSpec::named("ann", PAGE);
    let clock = ClockMode::Frozen { at: MORNING };
    let spec = LaneSpec { name: "lane".into(), clock, settings: None, people: vec![person] };
    assert_eq!(alone.open_lane(spec).unwrap().person("ann", PAGE), Some(shop));
    let names = lane.names();
    assert_eq!([names.person(shop), names.person(store)], ["ann on shop", "ann on store"]);
    assert_eq!(lane.person("ann", PageId(7)), None);
}

#[tokio::test]
async fn control_of_one_conversation_moves_without_the_other() {
    let (stand, lane, [shop, store]) = stand(Setup::new()).await;
    for person in [shop, store] {
        lane.person_says(person, "hi").unwrap();
        assert_eq!(owner(&lane, person), Some(BOT));
    }
    let body =
        json!({"recipient": {"id": shop.to_string()}, "target_app_id": LIVECHAT.0, "metadata": "on shop"});
    assert_eq!(stand.post(BOT, "pass_thread_control", &body).await.status(), 200);
    assert_eq!([owner(&lane, shop), owner(&lane, store)], [Some(LIVECHAT), Some(BOT)]);
    assert_eq!(asked_owner(&stand, shop, &token(BOT)).await, LIVECHAT.to_string());
    assert_eq!(asked_owner(&stand, store, &store_token(BOT)).await, BOT.to_string());
    // The same app may answer on one and not on the other.
    assert_eq!(stand.send(LIVECHAT, shop, "here").await.status(), 200);
    let refused = post_on_store(&stand, LIVECHAT, "messages", &sending(store, "there")).await;
    assert_eq!(refused.error(), (10, 2_018_300));
    assert_eq!(stand.send(BOT, shop, "here").await.error(), (10, 2_018_300));
    let sent = post_on_store(&stand, BOT, "messages", &sending(store, "there")).await;
    assert_eq!(sent.status(), 200);
}

#[tokio::test]
async fn roles_folders_windows_and_deadlines_are_those_of_the_page() {
    let (_stand, lane, [shop, store]) = stand(Setup::new()).await;
    let changed =
        lane.admin_changes(STORE.messenger(), AdminChange::PrimaryReceiver(Some(Party::App(LIVECHAT))));
    assert!(changed.result.is_ok());
    lane.person_says(shop, "hi").unwrap();
    lane.advance(lane.after(Span(6 * Span::HOUR.0)), Quiet::Auto, PATIENCE).await.unwrap();
    lane.person_says(store, "hi").unwrap();
    assert_eq!([owner(&lane, shop), owner(&lane, store)], [Some(BOT), Some(LIVECHAT)]);
    assert!(lane.inbox_acts(shop, InboxAct::Moves(Folder::Spam)).result.is_ok());
    let folders = [shop, store].map(|person| lane.conversation(person).unwrap().folder);
    assert_eq!(folders, [Folder::Spam, Folder::Done]);
    lane.advance(MORNING + Span::DAY, Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!([owner(&lane, shop), owner(&lane, store)], [None, Some(LIVECHAT)]);
    let windows = [shop, store].map(|person| lane.conversation(person).unwrap().window_until.unwrap());
    assert_eq!(windows, [MORNING + Span::DAY, MORNING + Span(30 * Span::HOUR.0)]);
    lane.advance(lane.after(Span(6 * Span::HOUR.0)), Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(owner(&lane, store), None);
}

#[tokio::test]
async fn a_token_means_nothing_for_the_people_and_the_node_of_another_page() {
    let (stand, lane, [shop, store]) = stand(Setup::new()).await;
    for person in [shop, store] {
        lane.person_says(person, "hi").unwrap();
    }
    let before = lane.world();
    assert_eq!(stand.send(BOT, store, "hello").await.error(), (100, 2_018_001));
    let crossed = post_on_store(&stand, BOT, "messages", &sending(shop, "hello")).await;
    assert_eq!(crossed.error(), (100, 2_018_001));
    let typing = json!({"recipient": {"id": store.to_string()}, "sender_action": "typing_on"});
    assert_eq!(stand.post(BOT, "messages", &typing).await.error(), (100, 2_018_001));
    for edge in ["take_thread_control", "request_thread_control", "release_thread_control"] {
        assert_eq!(stand.post(BOT, edge, &control(store)).await.error(), (100, 2_018_001), "{edge}");
    }
    let owner = Call::get(&format!("/me/thread_owner?recipient={store}&access_token={}", token(BOT)));
    assert_eq!(stand.call(&owner).await.error(), (100, 2_018_001));
    let profile = Call::get(&format!("/{store}?access_token={}", token(BOT)));
    assert_eq!(stand.call(&profile).await.error(), (100, 33));
    let other = format!("/v25.0/{STORE}/messages?access_token={}", token(BOT));
    assert_eq!(stand.call(&Call::post(&other).json(&sending(store, "hello"))).await.error(), (100, 33));
    assert_eq!(lane.world(), before, "nothing of it has happened");
    // With its own token every one of them is there.
    let own = format!("/v25.0/{STORE}/messages?access_token={}", store_token(BOT));
    assert_eq!(stand.call(&Call::post(&own).json(&sending(store, "hello"))).await.status(), 200);
    let page = Call::get(&format!("/me?access_token={}", store_token(BOT)));
    assert_eq!(stand.call(&page).await.json()["id"], STORE.to_string());
    let profile = Call::get(&format!("/{store}?fields=id&access_token={}", store_token(BOT)));
    assert_eq!(stand.call(&profile).await.json()["id"], store.to_string());
}

#[tokio::test]
async fn one_webhook_gets_the_events_of_both_pages_each_under_its_page() {
    let bot = Bot::start().await;
    let (stand, lane, [shop, store]) = stand(Setup::new().webhook(BOT, bot.url())).await;
    lane.person_says(store, "to the store").unwrap();
    lane.person_says(shop, "to the shop").unwrap();
    settled(&lane).await;
    assert_eq!(
        post_on_store(&stand, BOT, "take_thread_control", &control(store)).await.text(),
        r#"{"success":true}"#
    );
    assert_eq!(
        post_on_store(&stand, LIVECHAT, "request_thread_control", &control(store)).await.text(),
        r#"{"success":true}"#
    );
    let changed = lane.admin_changes(STORE.messenger(), AdminChange::PrimaryReceiver(None));
    assert!(changed.result.is_ok());
    settled(&lane).await;
    let arrived = bot.arrivals();
    let heard: Vec<_> = arrived
        .iter()
        .map(|arrival| {
            let body = arrival.request.json();
            let event = arrival.event();
            let who = event["sender"]["id"].as_str().map(str::to_owned);
            let page = event["recipient"]["id"].as_str().unwrap().to_owned();
            assert_eq!(body["entry"][0]["id"], page.as_str());
            let what = ["message", "request_thread_control", "app_roles"];
            (page, who, what.into_iter().find(|what| event.get(what).is_some()).unwrap())
        })
        .collect();
    let of = |page: PageId, who: Option<Psid>, what| (page.to_string(), who.map(|who| who.to_string()), what);
    let mut expected = vec![
        of(STORE, Some(store), "message"),
        of(PAGE, Some(shop), "message"),
        of(STORE, Some(store), "request_thread_control"),
        of(STORE, None, "app_roles"),
    ];
    let mut heard = heard;
    // Conversations go side by side, so only what each heard is in order.
    heard.sort();
    expected.sort();
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn webhooks_that_fail_for_one_page_are_switched_off_for_that_page_alone() {
    let bot = Bot::reacting(|_, arrival| {
        let of_store = arrival.request.json()["entry"][0]["id"] == STORE.to_string();
        Reaction::Status(if of_store { 500 } else { 200 })
    })
    .await;
    let (_stand, lane, [shop, store]) = stand(Setup::new().webhook(BOT, bot.url())).await;
    lane.person_says(store, "hi").unwrap();
    settled(&lane).await;
    lane.person_says(shop, "hi").unwrap();
    settled(&lane).await;
    lane.advance(lane.after(Span::HOUR), Quiet::Auto, PATIENCE).await.unwrap();
    let disabled = |page| lane.settings().connection(page, BOT).unwrap().disabled;
    assert_eq!([disabled(PAGE), disabled(STORE)], [false, true]);
    let before = bot.arrivals().len();
    lane.person_says(shop, "still there?").unwrap();
    lane.person_says(store, "and you?").unwrap();
    settled(&lane).await;
    let texts: Vec<String> = bot.arrivals()[before..].iter().map(crate::bot::Arrival::text).collect();
    assert_eq!(texts, ["still there?"]);
    let fields = emulator_core::Field::ALL.iter().copied().collect();
    assert!(lane.admin_changes(STORE.messenger(), AdminChange::Fields { app: BOT, fields }).result.is_ok());
    assert_eq!([disabled(PAGE), disabled(STORE)], [false, false]);
}

#[tokio::test]
async fn what_an_app_installs_and_an_admin_withdraws_is_of_one_page() {
    let (stand, lane, [shop, store]) = stand(Setup::new()).await;
    let fields = |page| {
        let settings = lane.settings();
        settings.fields(page, BOT).iter().map(emulator_core::Field::name).collect::<Vec<_>>()
    };
    let before = fields(PAGE.messenger());
    let installed =
        post_on_store(&stand, BOT, "subscribed_apps", &json!({"subscribed_fields": "messages"})).await;
    assert_eq!(installed.status(), 200);
    assert_eq!((fields(PAGE.messenger()), fields(STORE.messenger())), (before, vec!["messages"]));
    assert!(lane.admin_changes(STORE.messenger(), AdminChange::Removes(BOT)).result.is_ok());
    for person in [shop, store] {
        lane.person_says(person, "hi").unwrap();
    }
    assert_eq!(stand.send(BOT, shop, "hello").await.status(), 200);
    let gone = post_on_store(&stand, BOT, "messages", &sending(store, "hello")).await;
    assert_ne!(gone.status(), 200);
    assert_eq!([owner(&lane, shop), owner(&lane, store)], [Some(BOT), None]);
}

/// The lane of a stage whose journal is a file.
struct Run {
    stage: Arc<Stage>,
    lane: Arc<Lane>,
    ids: [Psid; 2],
    file: Arc<JournalFile>,
}

impl Run {
    fn on(path: &std::path::Path) -> Self {
        let stage = Setup::new().two_pages().primary(BOT).stage();
        let (lane, ids) = open_lane(&stage);
        let header = Header::of(&lane, 7, stage.settings(), &Origin::default()).line();
        let opened = journal::open(path, &lane, &header, Durability::Process);
        let (file, _) = opened.unwrap_or_else(|error| panic!("{error}"));
        let file = Arc::new(file);
        stage.write_to(Arc::clone(&file));
        file.flush().unwrap();
        Self { stage, lane, ids, file }
    }
}

#[tokio::test]
async fn a_journal_of_two_pages_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let (world, lines) = {
        let Run { stage, lane, ids: [shop, store], file } = Run::on(&path);
        let stand = Stand::serve(Arc::clone(&stage)).await;
        lane.person_says(store, "hi").unwrap();
        lane.person_says(shop, "hi").unwrap();
        assert!(lane.inbox_acts(store, InboxAct::Moves(Folder::Spam)).result.is_ok());
        let fields = json!({"subscribed_fields": "messages"});
        assert_eq!(post_on_store(&stand, BOT, "subscribed_apps", &fields).await.status(), 200);
        let receivers =
            Call::get(&format!("/me/secondary_receivers?fields=id&access_token={}", store_token(BOT)));
        assert_eq!(stand.call(&receivers).await.status(), 200);
        assert_eq!(stand.send(BOT, store, "not mine").await.error(), (100, 2_018_001));
        let sent = post_on_store(&stand, BOT, "messages", &sending(store, "mine")).await;
        assert_eq!(sent.status(), 200);
        let changed = lane.admin_changes(STORE.messenger(), AdminChange::PrimaryReceiver(None));
        assert!(changed.result.is_ok());
        lane.advance(lane.after(Span::DAY), Quiet::Auto, PATIENCE).await.unwrap();
        file.flush().unwrap();
        (lane.world(), journal(&lane))
    };
    let copy = folder.path().join("copy");
    std::fs::copy(&path, &copy).unwrap();
    let Run { lane, .. } = Run::on(&copy);
    assert_eq!(lane.world(), world);
    assert_eq!(journal(&lane), lines);
    let installs = entries(&lane).iter().find_map(|entry: &Entry| {
        let Record::Call(call) = &entry.record else { return None };
        (call.verb() == "installs").then_some(call.page)
    });
    assert_eq!(installs, Some(Some(STORE)));

    let text = std::fs::read_to_string(&path).unwrap();
    let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let ids = json!({
        "shop": lane.person("ann", PAGE).unwrap().to_string(),
        "store": lane.person("ann", STORE).unwrap().to_string(),
    });
    assert_eq!(header["people"], json!({"ann": ids}));
    assert_eq!(header["world"]["pages"][1]["called"], "store");
    // A world with one Page has one id for each person, and no names of Pages.
    let one = Setup::new().stage();
    let person = PersonSpec::named("ann", PAGE);
    let clock = ClockMode::Frozen { at: MORNING };
    let spec = LaneSpec { name: "lane".into(), clock, settings: None, people: vec![person] };
    let one_lane = one.open_lane(spec).unwrap();
    let header = Header::of(&one_lane, 7, one.settings(), &Origin::default()).line();
    let header: Value = serde_json::from_str(&header).unwrap();
    assert_eq!(header["people"], json!({"ann": lane.person("ann", PAGE).unwrap().to_string()}));
    assert_eq!(header["world"]["pages"][0].get("called"), None);
}
