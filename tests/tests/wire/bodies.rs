//! Every webhook body as bytes, from what causes it to what two apps hear of it (C-75a, C-78, C-80 to
//! C-82, C-161, C-164, C-165, M-200 to M-230), and the switches that change how bodies are written.

use emulator_core::{AdminChange, AppId, Folder, Party, PersonAct, Span};
use emulator_server::Quiet;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::http::PATIENCE;
use crate::scene::Scene;
use crate::stand::{BOT, LIVECHAT, Setup, settled};

/// The bot owns conversations from the first message on; both apps hear of everything.
fn everything() -> Setup {
    Setup::new().primary(BOT).all_fields()
}

fn button_template() -> Value {
    let buttons = json!([
        {"type": "postback", "title": "Buy", "payload": "BUY/K"},
        {"type": "web_url", "url": "https://shop.example/k?a=1&b=2", "title": "Look"},
    ]);
    let payload = json!({"template_type": "button", "text": "A kettle?", "buttons": buttons});
    json!({"attachment": {"type": "template", "payload": payload}})
}

fn generic_template() -> Value {
    let buttons = json!([{"type": "postback", "title": "This one", "payload": "ONE"}]);
    let elements = json!([{"title": "Kettle", "subtitle": "1.7 l", "buttons": buttons}]);
    let payload = json!({"template_type": "generic", "elements": elements});
    json!({"attachment": {"type": "template", "payload": payload}})
}

#[tokio::test]
async fn messages_of_a_person() {
    let scene = Scene::of(everything()).await;
    let first = scene.says("hello");
    let quick = json!([{"content_type": "text", "title": "Green", "payload": "PICK_GREEN"}]);
    let asked = scene.app_sends(BOT, json!({"text": "Which?", "quick_replies": quick})).await;
    scene.taps("Green");
    for mid in [asked, first] {
        let mid = emulator_core::Mid(mid.into());
        let message =
            emulator_core::Message { reply_to: Some(mid), ..emulator_core::Message::text("that one") };
        scene.ann_acts(PersonAct::Says(message.into()));
    }
    let image = |url: &str| json!({"type": "image", "payload": {"url": url}});
    let two =
        json!({"attachments": [image("https://cdn.example/1.png"), image("https://cdn.example/2.png")]});
    scene.sends(None, &two);
    let shared = json!({"type": "fallback", "payload": {"url": "https://x.example/", "title": "<Ü>"}});
    scene.sends(Some("https://x.example/"), &json!({"attachments": [shared]}));
    assert_snapshot!(scene.transcript().await);
}

#[tokio::test]
async fn echoes_of_apps_and_receipts() {
    let scene = Scene::of(everything()).await;
    let mid = scene.says("hello");
    scene.app_sends(BOT, json!({"text": "Hi!"})).await;
    scene.app_sends(BOT, json!({"text": "Hi again", "metadata": "{\"trace\":9}"})).await;
    scene.app_posts(BOT, json!({"message": {"text": "To that:"}, "reply_to": {"mid": mid}})).await;
    scene.app_sends(BOT, button_template()).await;
    scene.app_sends(BOT, generic_template()).await;
    let image =
        json!({"type": "image", "payload": {"url": "https://cdn.example/1.png", "is_reusable": true}});
    scene.app_sends(BOT, json!({"attachment": image})).await;
    scene.ann_acts(PersonAct::Reads);
    assert_snapshot!(scene.transcript().await);
}

#[tokio::test]
async fn what_a_person_does_beside_writing() {
    let scene = Scene::of(everything()).await;
    scene.says("hello");
    scene.app_sends(BOT, button_template()).await;
    scene.taps("Buy");
    scene.reacts(Some(("\u{2764}\u{fe0f}", "love")));
    scene.reacts(None);
    scene.opens("summer");
    assert_snapshot!(scene.transcript().await);
}

#[tokio::test]
async fn what_an_agent_in_the_page_inbox_causes() {
    let scene = Scene::of(everything()).await;
    scene.says("hello");
    scene.agent_replies("This is Tom.");
    scene.agent_moves(Folder::Done);
    scene.agent_moves(Folder::Main);
    assert_snapshot!(scene.transcript().await);
}

#[tokio::test]
async fn control_that_apps_move() {
    let scene = Scene::of(everything()).await;
    scene.says("hello");
    let pass = json!({"target_app_id": LIVECHAT.0, "metadata": "{\"why\":\"refund\"}"});
    scene.control(BOT, "pass_thread_control", pass).await;
    scene.control(BOT, "request_thread_control", json!({})).await;
    let tell = json!({"target_app_id": LIVECHAT.0, "metadata": "order 7"});
    scene.control(BOT, "pass_thread_metadata", tell).await;
    scene.control(BOT, "take_thread_control", json!({})).await;
    scene.control(BOT, "release_thread_control", json!({})).await;
    scene.control(LIVECHAT, "request_thread_control", json!({"metadata": "please"})).await;
    assert_snapshot!(scene.transcript().await);
}

#[tokio::test]
async fn roles_that_an_admin_gives() {
    let scene = Scene::of(everything()).await;
    scene.admin(AdminChange::PrimaryReceiver(Some(Party::App(LIVECHAT))));
    scene.admin(AdminChange::PrimaryReceiver(None));
    assert_snapshot!(scene.transcript().await);
}

/// What stands under that key in the newest webhook that has it.
async fn newest(scene: &Scene, app: AppId, key: &str) -> Value {
    settled(&scene.lane).await;
    let bot = if app == BOT { &scene.bot } else { &scene.livechat };
    let events = bot.arrivals().into_iter().rev().map(|arrival| arrival.event());
    events.filter_map(|event| event.get(key).cloned()).next().expect("the app has heard of it")
}

#[tokio::test]
async fn app_ids_are_numbers_or_texts_as_the_world_says() {
    let (bot, live) = (BOT.0, LIVECHAT.0);
    let (bot_text, live_text) = (BOT.to_string(), LIVECHAT.to_string());
    let numbers = (json!([bot, live]), json!(bot), json!([live, bot]));
    let texts = (json!([bot_text, live_text]), json!(bot_text), json!([live_text, bot_text]));
    let mixed = (json!([bot_text, live_text]), json!(bot), json!([live_text, bot]));
    for (word, (passed, requested, taken)) in
        [("as_observed", numbers.clone()), ("number", numbers), ("string", texts), ("mixed", mixed)]
    {
        let scene = Scene::of(everything().option("app_id_type", word)).await;
        scene.says("hello");
        let both = |event: Value| json!([event["previous_owner_app_id"], event["new_owner_app_id"]]);
        scene.control(BOT, "pass_thread_control", json!({"target_app_id": live})).await;
        assert_eq!(both(newest(&scene, LIVECHAT, "pass_thread_control").await), passed, "{word}");
        scene.control(BOT, "request_thread_control", json!({})).await;
        let request = newest(&scene, LIVECHAT, "request_thread_control").await;
        assert_eq!(request["requested_owner_app_id"], requested, "{word}");
        scene.control(BOT, "take_thread_control", json!({})).await;
        assert_eq!(both(newest(&scene, LIVECHAT, "take_thread_control").await), taken, "{word}");
        // Nobody is nobody in every spelling, and echoes are no control events.
        scene.control(BOT, "release_thread_control", json!({})).await;
        scene.control(LIVECHAT, "request_thread_control", json!({})).await;
        let granted = newest(&scene, LIVECHAT, "pass_thread_control").await;
        assert_eq!(granted["previous_owner_app_id"], Value::Null, "{word}");
        scene.app_sends(LIVECHAT, json!({"text": "Hi"})).await;
        assert_eq!(newest(&scene, BOT, "message").await["app_id"], json!(live), "{word}");
    }
}

#[tokio::test]
async fn metadata_that_nobody_gave_is_null_or_absent() {
    for (word, expected) in [("null", Some(Value::Null)), ("absent", None)] {
        let scene = Scene::of(everything().option("missing_metadata", word)).await;
        scene.says("hello");
        let mut given = Vec::new();
        for (app, edge, target) in [
            (BOT, "pass_thread_control", json!({"target_app_id": LIVECHAT.0})),
            (BOT, "request_thread_control", json!({})),
            (BOT, "take_thread_control", json!({})),
        ] {
            scene.control(app, edge, target).await;
            given.push(newest(&scene, LIVECHAT, edge).await.get("metadata").cloned());
        }
        assert_eq!(given, vec![expected; 3], "{word}");
    }
}

#[tokio::test]
async fn escapes_are_all_that_any_source_names_or_those_of_today() {
    for (word, expected) in [
        ("all", r#""text":"\u00fc\/\u003Cb> 100\u0025 \u0040home""#),
        ("unicode", r#""text":"\u00fc\/<b> 100% @home""#),
    ] {
        let scene = Scene::of(everything().option("webhook_escapes", word)).await;
        scene.says("ü/<b> 100% @home");
        let told = scene.transcript().await;
        assert_eq!(told.matches(expected).count(), 2, "{word}: {told}");
    }
}

#[tokio::test]
async fn a_postback_on_standby_keeps_its_payload_to_itself() {
    for (word, keys) in [("title_mid", &["title", "mid"][..]), ("title", &["title"]), ("empty", &[])] {
        let scene = Scene::of(everything().option("standby_postback", word)).await;
        scene.says("hello");
        scene.app_sends(BOT, button_template()).await;
        scene.taps("Buy");
        let whole = newest(&scene, BOT, "postback").await;
        let keys_of = |event: &Value| event.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys_of(&whole), ["title", "payload", "mid"], "{word}");
        let overheard = newest(&scene, LIVECHAT, "postback").await;
        assert_eq!(keys_of(&overheard), keys, "{word}");
        assert!(keys.iter().all(|key| overheard[*key] == whole[*key]), "{word}");
    }
}

#[tokio::test]
async fn echoes_of_the_inbox_carry_its_app_id_or_none() {
    for (word, expected) in [("on", json!(Party::Inbox.number().0)), ("off", Value::Null)] {
        let scene = Scene::of(everything().option("inbox_echo_app_id", word)).await;
        scene.says("hello");
        let mid = scene.agent_replies("This is Tom.");
        for app in [BOT, LIVECHAT] {
            let body = scene.newest(app).await;
            assert!(body["entry"][0]["standby"][0]["delivery"].is_object(), "{body}");
        }
        let told = scene.transcript().await;
        let echo = told.lines().find(|line| line.contains("is_echo")).expect("there is an echo");
        let body: Value = serde_json::from_str(echo.trim_start_matches("bot < ")).unwrap();
        let message = &body["entry"][0]["standby"][0]["message"];
        assert_eq!((&message["mid"], &message["app_id"]), (&json!(mid), &expected), "{word}");
    }
}

#[tokio::test]
async fn a_button_outlives_the_connection_of_its_app_without_its_payload() {
    let scene = Scene::of(everything()).await;
    scene.says("hello");
    scene.app_sends(BOT, button_template()).await;
    scene.admin(AdminChange::Removes(BOT));
    scene.lane.advance(scene.lane.after(Span::HOUR), Quiet::Auto, PATIENCE).await.unwrap();
    scene.taps("Buy");
    let postback = newest(&scene, LIVECHAT, "postback").await;
    assert_eq!((postback["title"].as_str(), postback.get("payload")), (Some("Buy"), None));
}
