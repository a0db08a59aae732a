//! The limits of HTTP, and clients that do not speak it: every request gets an answer or the end of
//! its connection, nothing ends the server.

use std::time::Duration;

use emulator_server::BODY_LIMIT;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::http::{Call, Client, Message, encoded};
use crate::stand::{BOT, Says as _, Setup, Stand, sending, shared, token};

/// An error as the platform writes errors, whatever layer it comes from.
fn is_envelope(answer: &Message) {
    assert_eq!(answer.header("content-type"), Some("application/json; charset=UTF-8"), "{answer:?}");
    assert!(answer.header("www-authenticate").is_some(), "{answer:?}");
    let body = answer.json();
    let error = body["error"].as_object().unwrap_or_else(|| panic!("{answer:?}"));
    let keys: Vec<&str> = error.keys().map(String::as_str).collect();
    let required = ["message", "type", "code", "fbtrace_id"];
    assert!(required.iter().all(|key| keys.contains(key)), "{keys:?}");
    assert!(
        error["message"].is_string() && error["type"].is_string() && error["code"].is_i64(),
        "{answer:?}"
    );
    let trace = error["fbtrace_id"].as_str().unwrap_or_default();
    assert!(trace.len() == 23 && trace.starts_with('A'), "{answer:?}");
}

async fn still_serves(stand: &Stand) {
    let answer = stand.call(&Call::get(&format!("/me?access_token={}", token(BOT)))).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_body_may_have_26_mib_and_no_more() {
    let stand = Setup::new().serve().await;
    let target = format!("/me/messages?access_token={}", token(BOT));
    let post = |length: usize| Call::post(&target).body(vec![b'a'; length]);
    assert_eq!(BODY_LIMIT, 26 * 1024 * 1024);
    let largest = stand.call(&post(BODY_LIMIT)).await;
    assert_eq!((largest.status(), largest.error()), (400, (100, 0)), "it was read, and has no recipient");
    for length in [BODY_LIMIT + 1, 2 * BODY_LIMIT] {
        // Many clients look for the answer only when they have said all.
        let mut client = stand.client().await;
        client.stream().write_all(&post(length).bytes()).await.expect("all of it is read");
        let answer = client.answer().await.expect("an answer");
        assert_eq!(answer.status(), 413);
        is_envelope(&answer);
    }
    still_serves(&stand).await;
}

#[tokio::test]
async fn a_header_may_have_16_kib_and_no_more() {
    let stand = Setup::new().serve().await;
    let target = format!("/me?access_token={}", token(BOT));
    let padded = |length: usize| Call::get(&target).header("X-Padding", &"x".repeat(length));
    assert_eq!(stand.call(&padded(15 * 1024)).await.status(), 200);
    let mut client = stand.client().await;
    let answer = client.call(&padded(17 * 1024)).await;
    assert_eq!(answer.status(), 431);
    is_envelope(&answer);
    assert!(client.answer().await.is_none(), "the connection is closed");
    still_serves(&stand).await;
}

#[tokio::test]
async fn a_connection_is_kept_unless_the_client_closes_it() {
    let stand = Setup::new().serve().await;
    let get = Call::get(&format!("/me?access_token={}", token(BOT)));
    let mut client = stand.client().await;
    for _ in 0..3 {
        let answer = client.call(&get).await;
        assert_eq!((answer.status(), answer.header("connection")), (200, None));
    }
    for spelling in ["close", "Close", "TE, close"] {
        for call in [get.clone(), Call::get("/me")] {
            let mut client = stand.client().await;
            let answer = client.call(&call.header("Connection", spelling)).await;
            assert_eq!(answer.header("connection"), Some("close"), "{spelling}");
            assert!(client.answer().await.is_none(), "{spelling}");
        }
    }
}

/// What comes until the connection ends, and after how long, on a clock that jumps to what is due next.
async fn ending(client: &mut Client) -> (String, Duration) {
    let begun = tokio::time::Instant::now();
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(600), client.stream().read_to_end(&mut bytes));
    read.await.expect("the connection ends").expect("it is read");
    (String::from_utf8(bytes).expect("it is text"), begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_client_may_take_30_seconds_for_a_header_and_60_between_two_requests() {
    let about = |seconds: u64, took: Duration| {
        assert!(
            (Duration::ZERO..Duration::from_secs(1)).contains(&(took - Duration::from_secs(seconds))),
            "{took:?}"
        );
    };
    let stand = Setup::new().serve().await;
    let get = Call::get(&format!("/me?access_token={}", token(BOT))).bytes();
    // Before the first request, and after one.
    let mut client = stand.client().await;
    let (told, took) = ending(&mut client).await;
    assert_eq!(told, "");
    about(60, took);
    for _ in 0..3 {
        let mut client = stand.client().await;
        client.write(&get).await;
        let (told, took) = ending(&mut client).await;
        assert!(told.starts_with("HTTP/1.1 200 OK") && told.matches("HTTP/1.1").count() == 1, "{told}");
        about(60, took);
    }
    // A header in pieces, the first one and a later one. Dribbling does not help.
    for before in [&[][..], &get, &[get.clone(), get.clone()].concat()] {
        let mut client = stand.client().await;
        client.write(before).await;
        tokio::time::advance(Duration::from_secs(20)).await;
        client.write(b"GET /me HTTP/1.1\r\n").await;
        tokio::time::sleep_until(tokio::time::Instant::now() + Duration::from_secs(10)).await;
        client.write(b"Host: localhost\r\n").await;
        let (told, took) = ending(&mut client).await;
        let refusal = told.split("HTTP/1.1 408 Request Timeout\r\n").nth(1).expect(&told);
        assert!(refusal.contains(r#"{"error":{"message":"The request header did not end"#), "{told}");
        about(20, took);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_may_take_60_seconds_and_no_longer() {
    let stand = Setup::new().serve().await;
    let begun = b"POST /me/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n{";
    let mut client = stand.client().await;
    client.write(begun).await;
    tokio::time::sleep_until(tokio::time::Instant::now() + Duration::from_secs(50)).await;
    client.write(b" }").await;
    let (told, _) = ending(&mut client).await;
    assert!(told.starts_with("HTTP/1.1 400 Bad Request"), "{told}");
    // Dribbling does not help.
    let mut client = stand.client().await;
    client.write(begun).await;
    tokio::time::sleep_until(tokio::time::Instant::now() + Duration::from_secs(50)).await;
    client.write(b" ").await;
    let (told, took) = ending(&mut client).await;
    assert!(told.starts_with("HTTP/1.1 408 Request Timeout"), "{told}");
    assert!(told.contains("The request body did not end"), "{told}");
    assert!((Duration::from_secs(9)..Duration::from_secs(12)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn requests_may_be_sent_without_waiting_for_the_answers() {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    let target = format!("/me/messages?access_token={}", token(BOT));
    let mut client = stand.client().await;
    let all: Vec<u8> =
        (0..20).flat_map(|n| Call::post(&target).json(&sending(ann, &n.to_string())).bytes()).collect();
    client.write(&all).await;
    for _ in 0..20 {
        assert_eq!(client.answer().await.unwrap().status(), 200);
    }
    let texts: Vec<_> =
        lane.conversation(ann).unwrap().messages.iter().filter_map(|it| it.message.text.clone()).collect();
    assert_eq!(texts.last().map(ToString::to_string).as_deref(), Some("19"));
}

#[tokio::test]
async fn an_answer_does_not_wait_for_the_rest_of_the_next_request() {
    let stand = Setup::new().serve().await;
    let get = Call::get(&format!("/me?access_token={}", token(BOT))).bytes();
    let mut client = stand.client().await;
    client.write(&[&get, &get[..20]].concat()).await;
    assert_eq!(client.answer().await.expect("an answer").status(), 200);
    client.write(&get[20..]).await;
    assert_eq!(client.answer().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn bytes_that_are_no_http_end_their_own_connection_only() {
    let stand = Setup::new().serve().await;
    let tls = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    let cases: [&[u8]; 8] = [
        b"garbage\r\n\r\n",
        b"\0\0\0\0\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /me HTTP/9.9\r\n\r\n",
        b"GET /me HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /me HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /me HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        &tls,
    ];
    for case in cases {
        let mut client = stand.client().await;
        client.write(case).await;
        let answer = client.answer().await.unwrap_or_else(|| panic!("no answer to {case:?}"));
        assert_eq!(answer.status(), 400, "{case:?}");
        is_envelope(&answer);
        assert!(client.answer().await.is_none(), "{case:?}");
    }
    // HTTP/2 would not understand an answer.
    let mut client = stand.client().await;
    client.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(client.answer().await.is_none());
    // Bodies that stop before their end, or are no chunks.
    let bodies: [&[u8]; 3] = [
        b"POST /me/messages HTTP/1.1\r\nContent-Length: 100\r\n\r\n{",
        b"POST /me/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"POST /me/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ];
    for case in bodies {
        let mut client = stand.client().await;
        client.write(case).await;
        client.end().await;
        if let Some(answer) = client.answer().await {
            assert_eq!(answer.status(), 400, "{case:?}");
            is_envelope(&answer);
        }
    }
    still_serves(&stand).await;
}

#[tokio::test]
async fn only_paths_of_the_emulator_itself_are_no_graph_calls() {
    let stand = Setup::new().serve().await;
    for path in ["/_emulator", "/_emulator/", "/_emulator/x/y?z"] {
        assert_eq!(stand.call(&Call::get(path)).await.text(), "control", "{path}");
    }
    is_envelope(&stand.call(&Call::get("/_emulators")).await);
}

/// Sends the bytes and looks at what comes back: nothing but answers of Graph below 500.
fn answered(bytes: &[u8]) -> TestCaseResult {
    let (runtime, stand, _) = shared();
    let answers = runtime.block_on(async {
        let mut client = Client::connect(stand.address).await;
        client.write(bytes).await;
        client.end().await;
        let mut answers = Vec::new();
        while let Some(answer) = client.answer().await {
            answers.push(answer);
        }
        answers
    });
    for answer in answers {
        prop_assert!(answer.status() < 500, "{:?}", answer);
        match answer.status() {
            100 => {}
            200 if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/javascript")) => {
                prop_assert!(
                    answer.text().starts_with("/**/ f") && answer.text().ends_with(");"),
                    "{:?}",
                    answer
                );
            }
            200 if answer.header("access-control-max-age").is_some() => {
                prop_assert!(answer.body.is_empty(), "{:?}", answer);
            }
            200 => prop_assert!(serde_json::from_slice::<Value>(&answer.body).is_ok(), "{:?}", answer),
            _ => is_envelope(&answer),
        }
    }
    Ok(())
}

/// JSON of any kind, with the words that the platform knows among its keys and texts.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("id"),
        Just("text"),
        Just("metadata"),
        Just("message"),
        Just("recipient"),
        Just("tag"),
        Just("HUMAN_AGENT"),
        Just("typing_on"),
        Just("MESSAGE_TAG"),
        Just(""),
        Just("{\"id\":\"1\"}"),
        Just("ü\u{0}\"/")
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        Just(Value::from("[ann]")),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..4).prop_map(|members| members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

/// Pieces of all encodings, and bytes between them.
fn any_piece() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "--x\r\n",
        "--x--",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"",
        "recipient",
        "message",
        "\"\r\n\r\n",
        "; filename=\"",
        "Content-Type: image/png\r\n",
        "{",
        "}",
        "'",
        "\"",
        ":",
        ",",
        "id",
        "1",
        "[",
        "]",
        "[0]",
        "=",
        "&",
        "method=delete",
        "&callback=f",
        "&suppress_http_code=1&",
        "\u{feff}",
        "%",
        "%7B",
        "null",
        "True",
        "\\x4",
        "text",
    ]);
    prop_oneof![
        6 => known.prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ]
}

fn any_edge() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "messages",
        "pass_thread_control",
        "take_thread_control",
        "request_thread_control",
        "release_thread_control",
        "extend_thread_control",
        "thread_owner",
        "",
        "x",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_a_body_get_an_answer(
        body in prop::collection::vec(any::<u8>(), 0..300),
        begins_like_json in any::<bool>(),
        edge in any_edge(),
    ) {
        let body = if begins_like_json { [b"{".as_slice(), &body].concat() } else { body };
        answered(&Call::post(&format!("/me/{edge}?access_token={}", token(BOT))).body(body).bytes())?;
    }

    #[test]
    fn any_bytes_as_a_query_get_an_answer(
        query in prop::collection::vec(any::<u8>(), 0..100),
        escaped in any::<bool>(),
        method in prop::sample::select(vec!["GET", "POST", "DELETE", "PATCH"]),
    ) {
        let query = if escaped {
            query.iter().flat_map(|byte| format!("%{byte:02x}").into_bytes()).collect()
        } else {
            query
        };
        let target = [b"/me/messages?access_token=bot-page-token&recipient=".as_slice(), &query].concat();
        answered(&[method.as_bytes(), b" ", &target, b" HTTP/1.1\r\nHost: localhost\r\n\r\n"].concat())?;
    }

    #[test]
    fn any_body_of_any_type_gets_an_answer(
        pieces in prop::collection::vec(any_piece(), 0..12),
        content_type in prop::sample::select(vec![
            "", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
            "multipart/form-data", "multipart/form-data; boundary=\"", "text/plain", "\u{ff}",
        ]),
        edge in any_edge(),
        method in prop::sample::select(vec!["GET", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"]),
    ) {
        let target = format!("/me/{edge}?access_token={}", token(BOT));
        let call = Call::new(method, &target).header("Content-Type", content_type).body(pieces.concat());
        // The answer to HEAD says how long it would be.
        if method != "HEAD" {
            answered(&call.bytes())?;
        }
    }

    #[test]
    fn any_pieces_as_a_query_get_an_answer(pieces in prop::collection::vec(any_piece(), 0..12), edge in any_edge()) {
        let query: String = form_urlencoded::byte_serialize(&pieces.concat()).collect();
        // What separates names and values stays what it is.
        let query = query.replace("%3D", "=").replace("%26", "&").replace("%5B", "[");
        answered(&Call::get(&format!("/me/{edge}?access_token={}&{query}", token(BOT))).bytes())?;
    }

    #[test]
    fn any_bytes_as_a_header_get_an_answer(
        name in "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}",
        value in prop::collection::vec(any::<u8>(), 0..100),
        known in prop::sample::select(vec!["", "Authorization", "Content-Type", "Connection", "Expect"]),
    ) {
        let name = if known.is_empty() { name.as_str() } else { known };
        let head = [b"GET /me HTTP/1.1\r\nHost: localhost\r\n".as_slice(), name.as_bytes(), b": ", &value].concat();
        answered(&[&head, b"\r\n\r\n".as_slice()].concat())?;
    }

    #[test]
    fn any_bytes_as_a_path_get_an_answer(path in prop::collection::vec(any::<u8>(), 0..60)) {
        answered(&[b"GET /".as_slice(), &path, b" HTTP/1.1\r\nHost: localhost\r\n\r\n"].concat())?;
    }

    #[test]
    fn any_bytes_at_all_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        answered(&bytes)?;
    }

    #[test]
    fn any_json_in_any_parameter_gets_an_answer(
        edge in any_edge(),
        members in prop::collection::btree_map(
            prop::sample::select(vec![
                "recipient", "message", "sender_action", "messaging_type", "tag", "target_app_id",
                "metadata", "duration", "fields", "access_token",
            ]),
            any_json(),
            0..5,
        ),
        known_person in any::<bool>(),
        encoding in 0..3,
    ) {
        let ann = &shared().2;
        let mut body: Value = members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        if known_person {
            body["recipient"] = json!({"id": ann});
        }
        let path = format!("/me/{edge}?access_token={}", token(BOT));
        let pairs: Vec<(String, String)> =
            body.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.to_string())).collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (&**key, &**value)).collect();
        let call = match encoding {
            0 => Call::post(&path).json(&body),
            1 => Call::post(&path).form(&pairs),
            _ => Call::get(&format!("{path}&{}", encoded(&pairs))),
        };
        answered(&call.bytes())?;
    }
}

#[tokio::test]
async fn a_body_that_is_announced_far_too_large_is_refused_at_once() {
    let stand = Setup::new().serve().await;
    let mut client = stand.client().await;
    client
        .write(b"POST /v25.0/me/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000000\r\n\r\n")
        .await;
    let answer = client.answer().await.expect("nobody waits for a gigabyte");
    assert_eq!((answer.status(), answer.header("connection")), (413, Some("close")));
}

#[tokio::test]
async fn who_is_one_too_many_is_told_and_who_comes_later_is_served() {
    let stand = Setup::new().serve().await;
    let mut open = Vec::new();
    loop {
        let mut client = stand.client().await;
        let answer = client.call(&Call::get("/")).await;
        if answer.status() == 503 {
            assert_eq!(answer.json()["error"]["code"], 2);
            break;
        }
        open.push(client);
        assert!(open.len() <= 1_024, "there is a limit");
    }
    assert_eq!(open.len(), 1_024);
    drop(open);
    // The places are free as soon as the ends of the connections were seen.
    while stand.client().await.call(&Call::get("/")).await.status() == 503 {
        tokio::task::yield_now().await;
    }
}
