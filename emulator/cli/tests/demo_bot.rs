//! The demo bot as a real process between signed webhooks and a Graph API that records its calls.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

#[path = "demo_bot/fixture.rs"]
mod fixture;

use rustix::process::Signal;
use serde_json::json;
use tokio::net::TcpListener;

use fixture::{APP, Bot, Connections, Graph, PAGE, command, signature};

const GREETING: &str =
    "Hello! I am the demo bot. Say something and I will repeat it; say human to talk to a person.";
const WELCOME_BACK: &str = "Welcome back! I am the demo bot again.";
const FAREWELL: &str = "One moment, I am passing you on to a person.";
const ANN: &str = "7000000000000001";
const BOB: &str = "7000000000000002";

async fn graph_and_bot() -> (Graph, Bot) {
    let graph = Graph::start(Connections::Kept).await;
    let bot = Bot::start(&graph.url).await;
    (graph, bot)
}

/// Brings a conversation to where the bot has handed it over.
async fn hand_over(graph: &mut Graph, bot: &Bot) {
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    bot.hears(ANN, "human").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    assert!(graph.call().await.0.contains("/me/pass_thread_control?"));
}

#[tokio::test]
async fn the_handshake_needs_mode_and_token() {
    let (_graph, bot) = graph_and_bot().await;
    let challenge = "hub.challenge=1158201444";
    let right = format!("/webhook?hub.mode=subscribe&{challenge}&hub.verify_token=bot-verify-token");
    assert_eq!(bot.get(&right).await, (200, "1158201444".to_owned()));
    for wrong in [
        format!("/webhook?hub.mode=subscribe&{challenge}&hub.verify_token=another"),
        format!("/webhook?hub.mode=unsubscribe&{challenge}&hub.verify_token=bot-verify-token"),
        format!("/webhook?{challenge}&hub.verify_token=bot-verify-token"),
        "/webhook?hub.mode=subscribe&hub.verify_token=bot-verify-token".to_owned(),
        "/webhook".to_owned(),
    ] {
        assert_eq!(bot.get(&wrong).await.0, 403, "{wrong}");
    }
    assert_eq!(bot.get("/").await.0, 404);
}

#[tokio::test]
async fn only_bodies_signed_with_the_app_secret_are_taken() {
    let (mut graph, bot) = graph_and_bot().await;
    let item = json!({ "sender": { "id": ANN }, "message": { "mid": "m", "text": "forged" } });
    let body = json!({ "object": "page", "entry": [{ "id": PAGE, "messaging": [item] }] }).to_string();
    let right = signature("bot-app-secret", &body);
    for wrong in [None, Some(""), Some("sha256="), Some(&right[7..]), Some(&signature("another", &body))] {
        assert_eq!(bot.post(wrong, &body).await.0, 403, "{wrong:?}");
    }
    assert_eq!(bot.post(Some(&right), &body.replace("forged", "forgot")).await.0, 403);
    assert_eq!(bot.post(Some(&signature("bot-app-secret", "no JSON")), "no JSON").await.0, 400);
    bot.hears(BOB, "hi").await;
    assert_eq!(graph.said_to(BOB).await, GREETING);
    graph.assert_quiet();
}

#[tokio::test]
async fn it_greets_once_and_then_repeats() {
    let (mut graph, bot) = graph_and_bot().await;
    bot.hears(ANN, "human").await;
    let (target, body) = graph.call().await;
    assert_eq!(target, "POST /v25.0/me/messages?access_token=bot-page-token");
    let greeting =
        json!({ "messaging_type": "RESPONSE", "recipient": { "id": ANN }, "message": { "text": GREETING } });
    assert_eq!(body.to_string(), greeting.to_string());
    bot.hears(ANN, "Grüße / \"you\" 😀").await;
    assert_eq!(graph.said_to(ANN).await, "You said: Grüße / \"you\" 😀");
    bot.hears(BOB, "hi").await;
    assert_eq!(graph.said_to(BOB).await, GREETING);
    bot.hears(ANN, &"ü".repeat(2_000)).await;
    assert_eq!(graph.said_to(ANN).await, format!("You said: {}", "ü".repeat(1_990)));
}

#[tokio::test]
async fn the_work_of_one_conversation_is_done_in_order() {
    for connections in [Connections::Kept, Connections::Closed] {
        let mut graph = Graph::start(connections).await;
        let bot = Bot::start(&graph.url).await;
        bot.hears(ANN, "hi").await;
        let said = |text: usize| json!({ "sender": { "id": ANN }, "message": { "text": text.to_string() } });
        let items: Vec<_> = (0..50).map(said).collect();
        let body = json!({ "object": "page", "entry": [{ "messaging": items }] }).to_string();
        assert_eq!(bot.post(Some(&signature("bot-app-secret", &body)), &body).await.0, 200);
        assert_eq!(graph.said_to(ANN).await, GREETING);
        for number in 0..50 {
            assert_eq!(graph.said_to(ANN).await, format!("You said: {number}"));
        }
    }
}

#[tokio::test]
async fn it_hands_over_to_the_page_inbox_by_default() {
    let (mut graph, bot) = graph_and_bot().await;
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    bot.hears(ANN, "HuMan").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    let (target, body) = graph.call().await;
    assert_eq!(target, "POST /v25.0/me/pass_thread_control?access_token=bot-page-token");
    let pass = json!({
        "recipient": { "id": ANN },
        "target_app_id": 263_902_037_430_900_u64,
        "metadata": "the person asked for a human",
    });
    assert_eq!(body.to_string(), pass.to_string());
}

#[tokio::test]
async fn the_environment_names_the_target_and_the_token() {
    let mut graph = Graph::start(Connections::Kept).await;
    let environment = [("APP_ID_LIVECHAT", "200000000000002"), ("PAGE_ACCESS_TOKEN", "a|b c")];
    let bot = Bot::start_with(&graph.url, &environment).await;
    bot.hears(ANN, "hi").await;
    assert!(graph.call().await.0.ends_with("?access_token=a%7Cb+c"));
    bot.hears(ANN, "human").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    assert_eq!(graph.call().await.1["target_app_id"], 200_000_000_000_002_u64);
}

#[tokio::test]
async fn it_greets_again_when_control_is_passed_back() {
    for app in [json!(APP), json!(APP.to_string())] {
        let (mut graph, bot) = graph_and_bot().await;
        hand_over(&mut graph, &bot).await;
        let to_another = json!({ "new_owner_app_id": 1, "metadata": null });
        bot.deliver("messaging", ANN, "pass_thread_control", to_another).await;
        let back = json!({ "previous_owner_app_id": 1, "new_owner_app_id": app, "metadata": "done" });
        bot.deliver("messaging", ANN, "pass_thread_control", back).await;
        assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
        bot.hears(ANN, "fine").await;
        assert_eq!(graph.said_to(ANN).await, "You said: fine");
        graph.assert_quiet();
    }
}

#[tokio::test]
async fn a_message_after_the_hand_over_means_control_came_back_silently() {
    let (mut graph, bot) = graph_and_bot().await;
    hand_over(&mut graph, &bot).await;
    bot.hears(ANN, "anybody there?").await;
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
    bot.hears(ANN, "ah").await;
    assert_eq!(graph.said_to(ANN).await, "You said: ah");
}

#[tokio::test]
async fn it_remembers_that_control_was_taken() {
    let (mut graph, bot) = graph_and_bot().await;
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    let take = json!({ "previous_owner_app_id": APP, "new_owner_app_id": "1", "metadata": "mine" });
    bot.deliver("messaging", ANN, "take_thread_control", take).await;
    bot.hears(ANN, "and now?").await;
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
}

#[tokio::test]
async fn standby_echoes_and_receipts_are_met_with_silence() {
    let (mut graph, bot) = graph_and_bot().await;
    bot.deliver("standby", ANN, "message", json!({ "mid": "m", "text": "to another app" })).await;
    let echo = json!({ "mid": "m", "is_echo": true, "app_id": APP, "text": "echo" });
    bot.deliver("messaging", PAGE, "message", echo.clone()).await;
    bot.deliver("messaging", ANN, "message", echo).await;
    bot.deliver("messaging", ANN, "delivery", json!({ "mids": ["m"], "watermark": 1 })).await;
    bot.deliver("messaging", ANN, "read", json!({ "watermark": 1 })).await;
    bot.deliver("messaging", ANN, "request_thread_control", json!({ "requested_owner_app_id": 1 })).await;
    // The work of a conversation is done in order: had any of these been answered, it would come first.
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    bot.deliver("standby", ANN, "message", json!({ "mid": "m", "text": "human" })).await;
    bot.hears(ANN, "again").await;
    assert_eq!(graph.said_to(ANN).await, "You said: again");
    graph.assert_quiet();
}

#[tokio::test]
async fn a_send_into_a_conversation_of_another_app_is_noted() {
    let (mut graph, mut bot) = graph_and_bot().await;
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    let message = "Message failed to send because another app is controlling this thread now.";
    graph.refuse_next(&json!({ "message": message, "code": 10, "error_subcode": 2_018_300 }));
    bot.hears(ANN, "human").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    assert_eq!(bot.line().await, format!("refused: another app is in control of {ANN}"));
    bot.hears(ANN, "hello?").await;
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK, "nothing was passed on");
}

#[tokio::test]
async fn other_errors_are_printed_and_the_conversation_goes_on() {
    let (mut graph, mut bot) = graph_and_bot().await;
    graph.refuse_next(
        &json!({ "message": "No matching user found", "code": 100, "error_subcode": 2_018_001 }),
    );
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    assert_eq!(
        bot.line().await,
        format!("refused: code 100, subcode 2018001: No matching user found (to {ANN})")
    );
    graph.refuse_next(&json!({ "message": "(#4) \"limit\"", "type": "OAuthException", "code": 4 }));
    bot.hears(ANN, "one").await;
    assert_eq!(bot.line().await, format!("refused: code 4: (#4) \"limit\" (to {ANN})"));
    assert_eq!(graph.said_to(ANN).await, "You said: one");
}

#[tokio::test]
async fn an_unreachable_graph_costs_the_message_only() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut bot = Bot::start(&url).await;
    for text in ["hi", "human"] {
        bot.hears(ANN, text).await;
        let line = bot.line().await;
        assert!(line.starts_with("Graph is unreachable: Connection refused"), "{line}");
    }
}

#[tokio::test]
async fn signals_end_it_well_and_a_taken_port_is_told() {
    let (_graph, bot) = graph_and_bot().await;
    let second = command().args(["--port", bot.port()]).output().await.unwrap();
    let port = bot.port();
    let expected = format!("demo-bot: port {port} is taken; choose another with --port or PORT\n");
    assert_eq!(
        (second.status.code(), String::from_utf8_lossy(&second.stderr).as_ref()),
        (Some(3), expected.as_str())
    );
    assert_eq!(bot.end(Signal::TERM).await.code(), Some(0));
    let (_graph, bot) = graph_and_bot().await;
    assert_eq!(bot.end(Signal::INT).await.code(), Some(0));
    let https = command().env("GRAPH_API_URL", "https://graph.facebook.com").output().await.unwrap();
    assert_eq!(https.status.code(), Some(2));
}
