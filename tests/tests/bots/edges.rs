//! What the bots do at their edges: the handshake, bodies that are not signed, not read or not known, signals, wrong
//! settings.

use hyper::Request;
use rustix::process::Signal;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::conversation::{ANN, BOB, GREETING, graph_and_bot};
use crate::fixture::{PAGE, command, signature};
use crate::programs::Program;

pub(crate) async fn the_handshake_needs_mode_and_token(program: &Program) {
    let (_graph, bot) = graph_and_bot(program).await;
    let challenge = "hub.challenge=1158201444";
    let right = format!("/webhook?hub.mode=subscribe&{challenge}&hub.verify_token=bot-verify-token");
    assert_eq!(bot.get(&right).await, (200, "1158201444".to_owned()));
    for wrong in [
        format!("/webhook?hub.mode=subscribe&{challenge}&hub.verify_token=another"),
        format!("/webhook?hub.mode=subscribe&{challenge}&hub.verify_token="),
        format!("/webhook?hub.mode=subscribe&{challenge}"),
        format!("/webhook?hub.mode=unsubscribe&{challenge}&hub.verify_token=bot-verify-token"),
        format!("/webhook?{challenge}&hub.verify_token=bot-verify-token"),
        "/webhook?hub.mode=subscribe&hub.verify_token=bot-verify-token".to_owned(),
        "/webhook".to_owned(),
    ] {
        assert_eq!(bot.get(&wrong).await.0, 403, "{wrong}");
    }
}

pub(crate) async fn only_bodies_signed_with_the_app_secret_are_taken(program: &Program) {
    let (mut graph, bot) = graph_and_bot(program).await;
    let item = json!({ "sender": { "id": ANN }, "message": { "mid": "m", "text": "forged" } });
    let body = json!({ "object": "page", "entry": [{ "id": PAGE, "messaging": [item] }] }).to_string();
    let right = signature("bot-app-secret", &body);
    let sha1 = right.replace("sha256=", "sha1=");
    for wrong in
        [None, Some(""), Some("sha256="), Some(&right[7..]), Some(&sha1), Some(&signature("another", &body))]
    {
        assert_eq!(bot.post(wrong, &body).await.0, 403, "{wrong:?}");
    }
    assert_eq!(bot.post(Some(&right), &body.replace("forged", "forgot")).await.0, 403);
    bot.hears(BOB, "hi").await;
    assert_eq!(graph.said_to(BOB).await, GREETING);
    graph.assert_quiet();
}

pub(crate) async fn what_is_no_webhook_is_refused_and_what_is_unknown_is_ignored(program: &Program) {
    let (mut graph, mut bot) = graph_and_bot(program).await;
    for malformed in ["no JSON", "", r#"{"object":"page","entry":["#, "[]", "null", "5"] {
        assert_eq!(bot.post_signed(malformed).await.0, 400, "{malformed}");
        let line = bot.line().await;
        assert!(line.starts_with("cannot read a webhook: "), "{line}");
    }
    let events = [
        json!({ "recipient": { "id": PAGE }, "timestamp": 1, "app_roles": { "1": ["primary_receiver"] } }),
        json!({ "sender": { "id": ANN }, "recipient": { "id": PAGE }, "of_tomorrow": { "text": "hi" } }),
        json!({ "sender": { "user_ref": "r" }, "message": { "mid": "m", "text": "hi" } }),
        json!({ "sender": { "id": 5 }, "message": { "mid": "m", "text": "hi" } }),
        json!({ "sender": { "id": ANN }, "postback": "x" }),
        json!({ "sender": "x", "message": ["hi"] }),
        json!("an event"),
        json!({ "sender": { "id": ANN }, "reaction": { "mid": "m", "action": "unreact" } }),
        json!({}),
    ];
    for unknown in [
        json!({}),
        json!({ "object": "page", "entry": [] }),
        json!({ "object": "page", "entry": [{ "id": PAGE, "time": 1, "changes": [{ "field": "feed" }] }] }),
        json!({ "object": "page", "entry": [{ "messaging": events, "of_tomorrow": [1] }], "more": null }),
    ] {
        assert_eq!(bot.post_signed(&unknown.to_string()).await.0, 200, "{unknown}");
    }
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    graph.assert_quiet();
    let broken =
        json!({ "entry": [{ "messaging": [{ "sender": { "id": ANN }, "message": { "text": "Break" } }] }] });
    for _ in 0..2 {
        assert_eq!(bot.post_signed(&broken.to_string()).await.0, 500, "each time it is tried");
    }
}

/// A body that is too large is refused before it has been sent.
pub(crate) async fn a_body_is_bounded(program: &Program) {
    let (mut graph, bot) = graph_and_bot(program).await;
    let mut stream = TcpStream::connect(&bot.address).await.unwrap();
    let head = format!("POST /webhook HTTP/1.1\r\nHost: {}\r\nContent-Length: 9000000\r\n\r\n", bot.address);
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(str::from_utf8(&status).unwrap(), "HTTP/1.1 413");
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
}

pub(crate) async fn other_paths_and_methods_are_refused(program: &Program) {
    let (_graph, bot) = graph_and_bot(program).await;
    for (request, status) in [
        (Request::get("/"), 404),
        (Request::get("/webhook/more"), 404),
        (Request::post("/"), 404),
        (Request::delete("/"), 404),
        (Request::put("/webhook"), 405),
        (Request::delete("/webhook"), 405),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(bot.request(request).await.0, status, "{shown}");
    }
}

pub(crate) async fn a_connection_is_kept(program: &Program) {
    let (_graph, bot) = graph_and_bot(program).await;
    let mut stream = TcpStream::connect(&bot.address).await.unwrap();
    let body = "{}";
    let request = format!(
        "POST /webhook HTTP/1.1\r\nHost: {}\r\nContent-Length: 2\r\nX-Hub-Signature-256: {}\r\n\r\n{body}",
        bot.address,
        signature("bot-app-secret", body)
    );
    for _ in 0..3 {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"EVENT_RECEIVED") {
            let byte = stream.read_u8().await.expect("the connection stays open");
            answer.push(byte);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
}

pub(crate) async fn signals_end_it_well(program: &Program) {
    for signal in [Signal::TERM, Signal::INT] {
        let (mut graph, bot) = graph_and_bot(program).await;
        // Connections that are kept open on both sides do not hold it up.
        let _kept = TcpStream::connect(&bot.address).await.unwrap();
        bot.hears(ANN, "hi").await;
        assert_eq!(graph.said_to(ANN).await, GREETING);
        assert_eq!(bot.end(signal).await.code(), Some(0), "{signal:?}");
    }
}

pub(crate) async fn a_taken_port_is_told(program: &Program) {
    let (_graph, bot) = graph_and_bot(program).await;
    let port = bot.port();
    let second = command(program).env("PORT", port).output().unwrap();
    let expected = format!("{}: port {port} is taken; choose another with ", program.calls_itself);
    let told = [second.stdout, second.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(told.starts_with(&expected) && told.trim_end().ends_with("PORT"), "{told}");
    assert_eq!(second.status.code(), Some(program.exits[1]));
}

pub(crate) async fn wrong_settings_are_told(program: &Program) {
    let ended = |command: &mut std::process::Command| {
        let output = command.output().unwrap_or_else(|error| panic!("{}", program.cannot_start(&error)));
        assert_eq!(output.status.code(), Some(program.exits[0]), "{output:?}");
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let told = ended(command(program).env("GRAPH_API_URL", "127.0.0.1:7380"));
    let expected = format!("{}: GRAPH_API_URL must be an address like http", program.calls_itself);
    assert!(told.starts_with(&expected) && told.trim_end().ends_with("not `127.0.0.1:7380`"), "{told}");
    if !program.needed.is_empty() {
        let told = ended(program.command().env("APP_SECRET", ""));
        assert_eq!(told, format!("bot: missing in the environment: {}\n", program.needed.join(", ")));
        let told = ended(command(program).env_remove("APP_SECRET").env("VERIFY_TOKEN", ""));
        assert_eq!(told, "bot: missing in the environment: APP_SECRET, VERIFY_TOKEN\n");
        let told = ended(command(program).env("PORT", "http"));
        assert_eq!(told, "bot: PORT must be a number from 0 to 65535, not `http`\n");
    }
}
