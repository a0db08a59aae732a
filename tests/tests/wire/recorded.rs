//! Recorded webhooks, each caused anew and held against its record: every item of the platform's own
//! traffic is in the table below, or in the list of those that are left out and why.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{AdminChange, AppId, Party};
use serde_json::{Value, json};

use crate::payloads::{Keys, hold_shape_against, item, items};
use crate::scene::Scene;
use crate::stand::{BOT, LIVECHAT, Setup};

use Keys::{AsSets, InOrder};

/// The files of webhooks.
const FILES: [&str; 5] =
    ["handover_webhooks", "standby_webhooks", "echo_webhooks", "message_webhooks", "event_webhooks"];

/// A record, what is held against it, how, which of its keys are no longer sent, and which came later.
type Row = (&'static str, &'static str, Keys, &'static [&'static str], &'static [&'static str]);

const OLD_TEMPLATE: &[&str] =
    &["seq", "attachments.title", "attachments.url", "buttons.url", "payload.sharable"];

const ROWS: &[Row] = &[
    // Control events. Those of 2019 name one app, later ones both.
    ("obs.handover_webhooks.01", "pass", InOrder, &[], &["previous_owner_app_id"]),
    ("file.handover_webhooks.01", "request", InOrder, &[], &[]),
    ("file.handover_webhooks.02", "take", InOrder, &[], &["new_owner_app_id"]),
    // Standby. Of a postback there was once the title, later nothing; how much there is today is open.
    ("obs.standby_webhooks.01", "overheard message", AsSets, &["seq"], &[]),
    ("obs.standby_webhooks.02", "overheard message", AsSets, &["seq"], &[]),
    ("obs.standby_webhooks.03", "overheard title", AsSets, &[], &[]),
    ("obs.standby_webhooks.04", "overheard title", AsSets, &[], &[]),
    ("obs.standby_webhooks.05", "overheard nothing", InOrder, &[], &[]),
    // Echoes. Those of templates once had a title and an address beside the type.
    ("obs.echo_webhooks.01", "generic template", AsSets, OLD_TEMPLATE, &[]),
    ("obs.echo_webhooks.02", "echo", AsSets, &["seq"], &[]),
    ("obs.echo_webhooks.04", "echo", AsSets, &["seq"], &[]),
    ("obs.echo_webhooks.05", "message of button template", InOrder, &[], &[]),
    ("obs.echo_webhooks.06", "message of echo", AsSets, &["seq"], &[]),
    ("file.echo_webhooks.05", "echo with metadata", AsSets, &["seq"], &[]),
    // Messages. What text understanding adds is switched on by an admin of the real platform.
    ("obs.message_webhooks.01", "message", AsSets, &["seq"], &[]),
    ("obs.message_webhooks.02", "message", AsSets, &["seq"], &[]),
    ("obs.message_webhooks.03", "message", AsSets, &["seq"], &[]),
    ("obs.message_webhooks.04", "message", AsSets, &["seq"], &[]),
    ("obs.message_webhooks.05", "message", InOrder, &["nlp"], &[]),
    ("obs.message_webhooks.06", "message", InOrder, &[], &[]),
    ("obs.message_webhooks.07", "message", AsSets, &["seq", "nlp"], &[]),
    ("file.message_webhooks.03", "message", AsSets, &["seq", "nlp"], &[]),
    ("obs.message_webhooks.10", "product", InOrder, &[], &[]),
    ("obs.message_webhooks.13", "quick reply", AsSets, &["seq"], &[]),
    ("file.message_webhooks.04", "sticker", AsSets, &["seq", "message.sticker_id"], &[]),
    ("file.message_webhooks.05", "sticker", AsSets, &["seq", "message.sticker_id"], &[]),
    // What people do beside writing. Titles of postbacks came in 2017, their ids about 2020.
    ("obs.event_webhooks.01", "read", AsSets, &["seq"], &[]),
    ("obs.event_webhooks.02", "read", AsSets, &["seq"], &[]),
    ("obs.event_webhooks.03", "delivery", AsSets, &["seq"], &[]),
    ("obs.event_webhooks.04", "delivery", AsSets, &["seq"], &[]),
    ("obs.event_webhooks.07", "postback", AsSets, &[], &["title", "mid"]),
    ("file.event_webhooks.01", "postback", AsSets, &[], &["title", "mid"]),
    ("obs.event_webhooks.08", "postback", InOrder, &[], &["mid"]),
    ("file.event_webhooks.08", "reaction", InOrder, &[], &[]),
    ("file.event_webhooks.09", "reaction taken back", InOrder, &[], &[]),
];

/// Records that nothing is held against.
const LEFT_OUT: &[(&str, &str)] = &[
    ("file.echo_webhooks.01", "a receipt template, which the emulator does not take"),
    (
        "obs.message_webhooks.14",
        "a copy of obs.message_webhooks.13 with ids made into numbers by its library",
    ),
    ("obs.event_webhooks.09", "Get Started, which needs the Messenger profile"),
    ("obs.event_webhooks.11", "the chat plugin, which closed in 2024"),
    ("obs.event_webhooks.15", "account linking, which the emulator does not have"),
];

fn buttons() -> Value {
    json!([{"type": "web_url", "url": "https://shop.example/order", "title": "Pay"}])
}

/// What is caused under each name.
async fn caused() -> BTreeMap<&'static str, Value> {
    let scene = Scene::of(Setup::new().primary(BOT).all_fields()).await;
    let mut all = BTreeMap::new();
    scene.says("hello");
    all.insert("message", scene.newest(BOT).await);
    all.insert("overheard message", scene.newest(LIVECHAT).await);
    let quick = json!([{"content_type": "text", "title": "Action", "payload": "PICK_ACTION"}]);
    scene.app_sends(BOT, json!({"text": "Which?", "quick_replies": quick})).await;
    all.insert("delivery", scene.newest(BOT).await);
    scene.taps("Action");
    all.insert("quick reply", scene.newest(BOT).await);
    scene.ann_acts(emulator_core::PersonAct::Reads);
    all.insert("read", scene.newest(BOT).await);
    scene.reacts(Some(("😢", "sad")));
    all.insert("reaction", scene.newest(BOT).await);
    scene.reacts(None);
    all.insert("reaction taken back", scene.newest(BOT).await);
    let sticker = json!({"url": "https://cdn.example/s.png", "sticker_id": 369_239_263_222_822_u64});
    scene.sends(None, &json!({"attachments": [{"type": "image", "payload": sticker}]}));
    all.insert("sticker", scene.newest(BOT).await);
    let element = json!({
        "id": "1", "retailer_id": "2", "image_url": "https://cdn.example/p.png", "title": "Kettle", "subtitle": "9",
    });
    let product = json!({"type": "template", "payload": {"product": {"elements": [element]}}});
    scene.sends(Some("this one"), &json!({"attachments": [product]}));
    all.insert("product", scene.newest(BOT).await);
    scene.control(BOT, "pass_thread_control", json!({"target_app_id": LIVECHAT.0, "metadata": "m"})).await;
    all.insert("pass", scene.newest(LIVECHAT).await);
    scene.control(BOT, "request_thread_control", json!({})).await;
    all.insert("request", scene.newest(LIVECHAT).await);
    scene.control(BOT, "take_thread_control", json!({"metadata": "m"})).await;
    all.insert("take", scene.newest(LIVECHAT).await);
    all.extend(echoes().await);
    for (word, name) in [("title", "overheard title"), ("empty", "overheard nothing")] {
        let (postback, overheard) = tapped(word).await;
        all.insert("postback", postback);
        all.insert(name, overheard);
    }
    all
}

/// Echoes, for apps that do not hear of receipts.
async fn echoes() -> BTreeMap<&'static str, Value> {
    let scene = Scene::of(Setup::new()).await;
    let mut all = BTreeMap::new();
    let mut echo = async |name: &'static str, message: Value| {
        scene.app_sends(BOT, message).await;
        let body = scene.newest(BOT).await;
        let only = match name {
            "echo" => Some("message of echo"),
            "button template" => Some("message of button template"),
            _ => None,
        };
        if let Some(only) = only {
            all.insert(only, body["entry"][0]["messaging"][0]["message"].clone());
        }
        all.insert(name, body);
    };
    scene.says("hello");
    echo("echo", json!({"text": "Hi!"})).await;
    echo("echo with metadata", json!({"text": "Hi!", "metadata": "m"})).await;
    let payload = json!({"template_type": "button", "text": "Pay here", "buttons": buttons()});
    let template = json!({"type": "template", "payload": payload});
    echo("button template", json!({"attachment": template, "metadata": "m"})).await;
    let buttons = json!([{"type": "postback", "title": "abecadło", "payload": "test"}]);
    let payload = json!({"template_type": "generic", "elements": [{"title": "abc", "buttons": buttons}]});
    echo("generic template", json!({"attachment": {"type": "template", "payload": payload}})).await;
    all
}

/// A tap on a button as its app hears it, and as another overhears it where the world says how much.
async fn tapped(standby_postback: &str) -> (Value, Value) {
    let setup = Setup::new().primary(BOT).all_fields().option("standby_postback", standby_postback);
    let scene = Scene::of(setup).await;
    scene.says("hello");
    let buttons = json!([{"type": "postback", "title": "Details", "payload": "DETAILS"}]);
    let payload = json!({"template_type": "button", "text": "More?", "buttons": buttons});
    scene.app_sends(BOT, json!({"attachment": {"type": "template", "payload": payload}})).await;
    scene.taps("Details");
    (scene.newest(BOT).await, scene.newest(LIVECHAT).await)
}

#[tokio::test]
async fn what_is_caused_anew_has_the_shape_of_its_record() {
    let caused = caused().await;
    for &(id, name, keys, gone, new) in ROWS {
        let ours = caused.get(name).unwrap_or_else(|| panic!("{id}: nothing is called {name}"));
        let recorded = item(id)["body"].clone();
        hold_shape_against(id, ours, &recorded, keys, gone, new);
    }
}

#[test]
fn every_record_is_held_against_or_left_out_for_a_reason() {
    let held: Vec<&str> = ROWS.iter().map(|row| row.0).chain(LEFT_OUT.iter().map(|it| it.0)).collect();
    let named: BTreeSet<&str> = held.iter().copied().collect();
    assert_eq!(held.len(), named.len(), "some stand twice");
    let captured: BTreeSet<String> = FILES
        .iter()
        .flat_map(|file| items(file))
        .filter(|id| item(id)["evidence"].as_str().is_some_and(|it| it.starts_with("captured")))
        .collect();
    assert_eq!(named, captured.iter().map(String::as_str).collect());
}

#[tokio::test]
async fn the_documentation_agrees_where_nothing_was_recorded() {
    let scene = Scene::of(Setup::new().primary(BOT).all_fields()).await;
    scene.admin(AdminChange::PrimaryReceiver(Some(Party::App(LIVECHAT))));
    let event = scene.newest(LIVECHAT).await["entry"][0]["messaging"][0].clone();
    let documented = |mut body: Value, app: AppId| {
        let roles = body["app_roles"].as_object_mut().unwrap();
        let role = roles.remove("123456789").unwrap();
        roles.insert(app.to_string(), role);
        body
    };
    let roles = documented(item("obs.handover_webhooks.09")["body"].clone(), LIVECHAT);
    hold_shape_against("obs.handover_webhooks.09", &event, &roles, InOrder, &[], &[]);
    assert_eq!(event["app_roles"], roles["app_roles"]);

    scene.says("hello");
    scene.opens("summer");
    let documented = ["sender", "recipient", "timestamp", "referral"];
    let event = scene.newest(LIVECHAT).await["entry"][0]["messaging"][0].clone();
    let keys: BTreeSet<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, documented.into());
    assert_eq!(event["referral"], json!({"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}));
}
