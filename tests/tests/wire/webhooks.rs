//! Webhooks byte for byte: order of keys, kinds of values, escapes, signatures, headers (C-21, C-75a,
//! C-78, M-188 to M-191, M-200 to M-203, M-213).

use emulator_core::{Party, Span};
use emulator_server::Quiet;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;
use sha2::Sha256;

use crate::http::PATIENCE;
use crate::payloads::item;
use crate::scene::{Scene, bytes};
use crate::stand::{BOT, LIVECHAT, MORNING, PAGE, Setup, secret, settled};

const T: i64 = MORNING.0;

#[tokio::test]
async fn a_message_and_its_echo_are_written_as_the_platform_writes_them() {
    let scene = Scene::new().await;
    let mid = scene.says("hello");
    let first = scene.bot.arrived(1).await.remove(0);
    assert_eq!(bytes(&first), scene.message(T, "messaging", &mid, r#""hello""#));
    assert_eq!(first.request.target(), "POST /webhook");

    let body = json!({
        "recipient": {"id": scene.ann.to_string()},
        "message": {"metadata": "trace/9", "text": "Hi!"},
    });
    let answer = scene.stand.post(BOT, "messages", &body).await.json();
    let echo = scene.bot.arrived(2).await.remove(1);
    let sent = answer["message_id"].as_str().unwrap();
    let event = |at: i64, mid: &str, rest: &str| {
        let rest = format!(r#""message":{{"mid":"{mid}",{rest}}}"#);
        scene.event(at, "messaging", (PAGE.0, scene.ann.0), &rest)
    };
    let rest = format!(r#""text":"Hi!","is_echo":true,"app_id":{BOT},"metadata":"trace\/9""#);
    assert_eq!(bytes(&echo), event(T + 1, sent, &rest));

    let plain = scene.stand.send(LIVECHAT, scene.ann, "and I").await.json();
    let echo = scene.bot.arrived(3).await.remove(2);
    let rest = format!(r#""text":"and I","is_echo":true,"app_id":{LIVECHAT}"#);
    assert_eq!(bytes(&echo), event(T + 2, plain["message_id"].as_str().unwrap(), &rest));
    // Echoes go to the app that sent the message too.
    assert_eq!(scene.livechat.arrived(3).await.len(), 3);
}

#[tokio::test]
async fn control_events_are_written_as_the_platform_writes_them() {
    let scene = Scene::of(Setup::new().primary(BOT)).await;
    scene.says("hello");
    scene.control(BOT, "pass_thread_control", json!({"target_app_id": LIVECHAT.0, "metadata": "ü/x"})).await;
    scene.control(BOT, "request_thread_control", json!({})).await;
    scene.control(BOT, "take_thread_control", json!({"metadata": "mine"})).await;
    settled(&scene.lane).await;
    let arrivals = scene.livechat.arrived(4).await;
    assert_eq!(arrivals.len(), 4);
    let expected = [
        format!(
            r#""pass_thread_control":{{"previous_owner_app_id":{BOT},"new_owner_app_id":{LIVECHAT},"metadata":"\u00fc\/x"}}"#
        ),
        format!(r#""request_thread_control":{{"requested_owner_app_id":{BOT},"metadata":null}}"#),
        format!(
            r#""take_thread_control":{{"previous_owner_app_id":{LIVECHAT},"new_owner_app_id":{BOT},"metadata":"mine"}}"#
        ),
    ];
    for (index, (arrival, event)) in arrivals[1..].iter().zip(expected).enumerate() {
        let at = T + 1 + i64::try_from(index).unwrap();
        assert_eq!(bytes(arrival), scene.control_event(at, &event));
    }
    assert_eq!(scene.bot.arrivals().len(), 1, "the bot caused all of it and is told nothing");
}

#[tokio::test]
async fn a_request_that_is_granted_at_once_names_no_previous_owner() {
    let scene = Scene::new().await;
    scene.says("hello");
    scene.control(LIVECHAT, "request_thread_control", json!({"metadata": "please"})).await;
    let event = format!(
        r#""pass_thread_control":{{"previous_owner_app_id":null,"new_owner_app_id":{LIVECHAT},"metadata":"please"}}"#
    );
    assert_eq!(bytes(&scene.livechat.arrived(2).await[1]), scene.control_event(T + 1, &event));
}

#[tokio::test]
async fn an_app_that_is_not_in_control_gets_the_same_event_on_standby() {
    let scene = Scene::of(Setup::new().primary(BOT)).await;
    let mid = scene.says("hello");
    let owner = scene.bot.arrived(1).await.remove(0);
    let other = scene.livechat.arrived(1).await.remove(0);
    assert_eq!(bytes(&owner), scene.message(T, "messaging", &mid, r#""hello""#));
    assert_eq!(bytes(&other), scene.message(T, "standby", &mid, r#""hello""#));
    assert_eq!(owner.event(), other.event());

    scene.control(BOT, "pass_thread_control", json!({"target_app_id": Party::Inbox.number().0})).await;
    scene.says("anybody?");
    let bot = scene.bot.arrived(2).await.remove(1);
    assert!(bot.request.json()["entry"][0].get("messaging").is_none(), "the inbox is in control");
    assert_eq!(bot.request.json()["entry"][0]["standby"][0]["message"]["text"], "anybody?");
}

#[tokio::test]
async fn texts_are_escaped_as_the_platform_does() {
    let scene = Scene::new().await;
    let cases = [
        ("Test äëï", r#""Test \u00e4\u00eb\u00ef""#),
        ("😢 测试", r#""\ud83d\ude22 \u6d4b\u8bd5""#),
        ("https://x.example/a?b=1&c='d'", r#""https:\/\/x.example\/a?b=1&c='d'""#),
        ("<b>100% @home</b>", r#""\u003Cb>100\u0025 \u0040home\u003C\/b>""#),
        ("\"quoted\" \\ back", r#""\"quoted\" \\ back""#),
        ("a\nb\tc\rd\u{8}e\u{c}f\u{1}g\u{1f}", r#""a\nb\tc\rd\be\ff\u0001g\u001f""#),
        ("\u{2028}\u{feff}\u{fffd}", r#""\u2028\ufeff\ufffd""#),
    ];
    for (index, (text, written)) in cases.into_iter().enumerate() {
        let mid = scene.says(text);
        let arrival = scene.bot.arrived(index + 1).await.remove(index);
        let at = T + i64::try_from(index).unwrap();
        assert_eq!(bytes(&arrival), scene.message(at, "messaging", &mid, written));
        assert!(arrival.request.body.is_ascii());
        assert_eq!(arrival.text(), text);
    }
    let recorded = item("obs.delivery_signatures.01")["raw"].as_str().unwrap().to_owned();
    let text = cases[0].1;
    assert!(recorded.ends_with(&format!(r#""text":{text}}}}}]}}]}}"#)), "the recorded escapes are these");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn both_signatures_are_of_the_very_bytes_with_the_secret_of_the_app_that_gets_them() {
    let scene = Scene::new().await;
    scene.says("<ü/😢>");
    for (bot, app) in [(&scene.bot, BOT), (&scene.livechat, LIVECHAT)] {
        let request = bot.arrived(1).await.remove(0).request;
        let key = secret(app);
        let sha1 = Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap().chain_update(&request.body);
        let sha256 = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap().chain_update(&request.body);
        let line = |name: &str| {
            let lines: Vec<_> = request.headers.iter().filter(|(known, _)| known == name).collect();
            assert_eq!(lines.len(), 1, "{name} stands there once, in this spelling: {:?}", request.headers);
            lines[0].1.clone()
        };
        assert_eq!(line("X-Hub-Signature"), format!("sha1={}", hex(&sha1.finalize().into_bytes())));
        assert_eq!(line("X-Hub-Signature-256"), format!("sha256={}", hex(&sha256.finalize().into_bytes())));
    }
}

#[tokio::test]
async fn deliveries_carry_the_headers_of_the_platform_and_the_virtual_time() {
    let scene = Scene::new().await;
    let later = scene.lane.after(Span(90_500));
    scene.lane.advance(later, Quiet::Auto, PATIENCE).await.unwrap();
    scene.says("hello");
    let request = scene.bot.arrived(1).await.remove(0).request;
    let length = request.body.len().to_string();
    let mut headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    headers.retain(|(name, _)| !name.starts_with("X-Hub"));
    headers.sort_unstable();
    let host = scene.bot.url();
    let host = host.trim_start_matches("http://").trim_end_matches("/webhook");
    assert_eq!(
        headers,
        [
            ("Accept", "*/*"),
            ("Content-Length", &*length),
            ("Content-Type", "application/json"),
            ("Host", host),
            ("User-Agent", "facebookexternalua"),
            ("X-Emulator-Now", "2026-07-06T09:01:30.500Z"),
        ]
    );
}
