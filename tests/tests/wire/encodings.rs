//! The same call means the same, however its parameters are written (M-08 to M-20).

use serde_json::{Value, json};

use crate::http::{Call, Message, encoded};
use crate::stand::{BOT, LIVECHAT, PAGE, Says as _, Setup, Stand, token};

/// The text of the calls here: more than ASCII, and characters that mean something in forms.
const TEXT: &str = "Grüße & 100 % = a+b / \"ja\" \u{1f600}";

/// A stage on which ann has written, and her id. All of them are alike.
async fn stand() -> (Stand, String) {
    let stand = Setup::new().serve().await;
    let (lane, person) = stand.lane("encodings");
    lane.person_says(person, "hi").expect("ann may write");
    (stand, person.to_string())
}

/// What is left of an answer when the time of this run is taken out.
fn told(answer: &Message) -> (String, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("date"));
    (answer.start.clone(), headers.cloned().collect(), answer.text().to_owned())
}

fn plain(person: &str) -> Value {
    json!({
        "recipient": {"id": person},
        "message": {"text": TEXT, "metadata": "m/1"},
        "messaging_type": "RESPONSE",
    })
}

/// One call that sends a text, in every encoding that bots use.
fn sends(person: &str) -> Vec<(&'static str, Call)> {
    const PATH: &str = "/v25.0/me/messages";
    let authorised = format!("{PATH}?access_token={}", token(BOT));
    let target = |pairs: &[(&str, &str)]| format!("{authorised}&{}", encoded(pairs));
    let json = plain(person).to_string();
    let recipient = json!({"id": person}).to_string();
    let message = json!({"text": TEXT, "metadata": "m/1"}).to_string();
    let pairs = [("recipient", &*recipient), ("message", &*message), ("messaging_type", "RESPONSE")];
    let post = || Call::post(&authorised);
    let number: Value = serde_json::from_str(person).unwrap();
    vec![
        ("JSON", post().json(&plain(person))),
        (
            "JSON with a charset",
            post().header("Content-Type", "application/json; charset=utf-8").body(&*json),
        ),
        ("JSON without a content type", post().body(&*json)),
        (
            "JSON that claims to be a form",
            post().header("Content-Type", "application/x-www-form-urlencoded").body(&*json),
        ),
        ("JSON after blanks", post().body(format!(" \r\n\t{json}\n"))),
        ("a form with JSON text", post().form(&pairs)),
        (
            "a form that claims to be JSON",
            post().header("Content-Type", "application/json").body(encoded(&pairs)),
        ),
        ("a form without a content type", post().body(encoded(&pairs))),
        ("all in the query, empty JSON body", {
            Call::post(&target(&pairs)).header("Content-Type", "application/json")
        }),
        ("all in the query, no content type", Call::post(&target(&pairs))),
        ("half in the query, half in JSON", {
            Call::post(&target(&pairs[..1]))
                .json(&json!({"message": {"text": TEXT, "metadata": "m/1"}, "messaging_type": "RESPONSE"}))
        }),
        ("half in the query, half in a form", Call::post(&target(&pairs[1..])).form(&pairs[..1])),
        ("the body wins over the query", {
            Call::post(&target(&[
                ("recipient", "{\"id\":\"1\"}"),
                ("message", "{}"),
                ("messaging_type", "UPDATE"),
            ]))
            .json(&plain(person))
        }),
        ("JSON strings inside JSON", {
            post().json(&json!({"recipient": recipient, "message": message, "messaging_type": "RESPONSE"}))
        }),
        ("nulls for what is not there", {
            post().json(&json!({
                "recipient": {"id": person},
                "message": {"text": TEXT, "metadata": "m/1", "attachment": null, "quick_replies": null},
                "messaging_type": "RESPONSE", "tag": null, "sender_action": null, "notification_type": null,
            }))
        }),
        ("the id as a number", {
            post().json(&json!({
                "recipient": {"id": number},
                "message": {"text": TEXT, "metadata": "m/1"},
                "messaging_type": "RESPONSE",
            }))
        }),
        ("another order of keys", {
            post().json(&json!({
                "messaging_type": "RESPONSE",
                "message": {"metadata": "m/1", "text": TEXT},
                "recipient": {"id": person},
            }))
        }),
        ("the type in lower case", {
            post().json(&json!({
                "recipient": {"id": person},
                "message": {"text": TEXT, "metadata": "m/1"},
                "messaging_type": "response",
            }))
        }),
        ("parameters that nobody knows", {
            let mut body = plain(person);
            body["no_such_parameter"] = json!([1, {"a": null}]);
            Call::post(&target(&[("neither_this", "x")])).json(&body)
        }),
        ("escapes wherever they may be", {
            let escaped: String = json
                .encode_utf16()
                .map(|unit| match unit {
                    0x20..0x7f => char::from_u32(unit.into()).unwrap().to_string(),
                    _ => format!("\\u{unit:04X}"),
                })
                .collect();
            post().body(escaped.replace('/', "\\/"))
        }),
    ]
}

#[tokio::test]
async fn a_send_gets_the_same_answer_in_every_encoding() {
    let mut expected = None;
    let mut person = String::new();
    let count = sends("1").len();
    for index in 0..count {
        let (stand, ann) = stand().await;
        let (what, call) = sends(&ann).swap_remove(index);
        let answer = stand.call(&call).await;
        assert_eq!(answer.status(), 200, "{what}: {answer:?}");
        let expected = expected.get_or_insert_with(|| told(&answer));
        assert_eq!(told(&answer), *expected, "{what}");
        person = ann;
    }
    let (_, _, body) = expected.expect("there are encodings");
    let keys: Vec<String> =
        serde_json::from_str::<Value>(&body).unwrap().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["recipient_id", "message_id"]);
    assert!(body.starts_with(&format!(r#"{{"recipient_id":"{person}","message_id":"m_"#)), "{body}");
}

#[tokio::test]
async fn what_was_sent_is_what_was_meant_in_every_encoding() {
    let (stand, ann) = stand().await;
    for (what, call) in sends(&ann) {
        assert_eq!(stand.call(&call).await.status(), 200, "{what}");
        let lane = stand.stage.lane("encodings").unwrap();
        let kept = lane.conversation(ann.parse().unwrap()).unwrap().messages.back().cloned().unwrap();
        let message = (kept.message.text.as_deref(), kept.message.metadata.as_deref());
        assert_eq!(message, (Some(TEXT), Some("m/1")), "{what}");
    }
}

#[tokio::test]
async fn a_refusal_is_the_same_in_every_encoding() {
    let mut expected = None;
    for index in 0..sends("1").len() {
        let (stand, _) = stand().await;
        let (what, call) = sends("99").swap_remove(index);
        let answer = stand.call(&call).await;
        assert_eq!((answer.status(), answer.error()), (400, (100, 2_018_001)), "{what}");
        let expected = expected.get_or_insert_with(|| told(&answer));
        assert_eq!(told(&answer), *expected, "{what}");
    }
}

#[tokio::test]
async fn control_edges_take_every_encoding() {
    let target = LIVECHAT.to_string();
    let recipient = |ann: &str| json!({"id": ann}).to_string();
    type Encode = fn(&str, &str, &str, &str) -> Call;
    let encodings: [(&str, Encode); 5] = [
        ("JSON", |path, ann, app, _| {
            Call::post(path).json(&json!({"recipient": {"id": ann}, "target_app_id": app, "metadata": "why"}))
        }),
        ("JSON with a number", |path, ann, app, _| {
            let app: Value = serde_json::from_str(app).unwrap();
            Call::post(path).json(&json!({"recipient": {"id": ann}, "target_app_id": app, "metadata": "why"}))
        }),
        ("a form", |path, _, app, recipient| {
            Call::post(path).form(&[("recipient", recipient), ("target_app_id", app), ("metadata", "why")])
        }),
        ("the query", |path, _, app, recipient| {
            let query = encoded(&[("recipient", recipient), ("target_app_id", app), ("metadata", "why")]);
            Call::post(&format!("{path}&{query}"))
        }),
        ("strings inside JSON", |path, _, app, recipient| {
            Call::post(path).json(&json!({"recipient": recipient, "target_app_id": app, "metadata": "why"}))
        }),
    ];
    for (what, encode) in encodings {
        let (stand, ann) = stand().await;
        let body = json!({"recipient": {"id": ann}});
        assert_eq!(stand.post(BOT, "take_thread_control", &body).await.text(), r#"{"success":true}"#);
        let path = format!("/v25.0/{PAGE}/pass_thread_control?access_token={}", token(BOT));
        let answer = stand.call(&encode(&path, &ann, &target, &recipient(&ann))).await;
        assert_eq!(answer.text(), r#"{"success":true}"#, "{what}");
        let owner = format!("/v25.0/me/thread_owner?recipient={ann}&access_token={}", token(BOT));
        let owner = stand.call(&Call::get(&owner)).await.json();
        assert_eq!(owner["data"][0]["thread_owner"]["app_id"], json!(target), "{what}");
    }
}

#[tokio::test]
async fn the_token_is_found_wherever_it_stands() {
    let (stand, ann) = stand().await;
    let (right, wrong) = (token(BOT), "no-such-token");
    let body = || plain(&ann);
    let with = |key: &str, value: &str| {
        let mut body = body();
        body[key] = json!(value);
        body
    };
    let path = "/v25.0/me/messages";
    let query = |token: &str| format!("{path}?access_token={token}");
    let bearer = |token: &str| format!("Bearer {token}");
    let recipient = json!({"id": ann}).to_string();
    let cases = [
        ("query", 200, Call::post(&query(&right)).json(&body())),
        ("JSON", 200, Call::post(path).json(&with("access_token", &right))),
        ("form", 200, {
            Call::post(path).form(&[
                ("access_token", &right),
                ("recipient", &recipient),
                ("message", r#"{"text":"a"}"#),
            ])
        }),
        ("Bearer", 200, Call::post(path).header("Authorization", &bearer(&right)).json(&body())),
        ("bearer", 200, Call::post(path).header("authorization", &format!("bearer  {right}")).json(&body())),
        ("OAuth", 200, Call::post(path).header("Authorization", &format!("OAuth {right}")).json(&body())),
        ("oauth_token", 200, Call::post(&format!("{path}?oauth_token={right}")).json(&body())),
        ("the query beats the header", 200, {
            Call::post(&query(&right)).header("Authorization", &bearer(wrong)).json(&body())
        }),
        ("the header does not help the query", 400, {
            Call::post(&query(wrong)).header("Authorization", &bearer(&right)).json(&body())
        }),
        ("the body beats the query", 200, Call::post(&query(wrong)).json(&with("access_token", &right))),
        ("the query does not help the body", 400, {
            Call::post(&query(&right)).json(&with("access_token", wrong))
        }),
        ("an empty one is none", 200, {
            Call::post(&query("")).header("Authorization", &bearer(&right)).json(&body())
        }),
        ("another scheme is none", 400, {
            Call::post(path).header("Authorization", &format!("Basic {right}")).json(&body())
        }),
    ];
    for (what, status, call) in cases {
        let answer = stand.call(&call).await;
        assert_eq!(answer.status(), status, "{what}: {answer:?}");
        if status != 200 {
            let code = if what.starts_with("another") { 2500 } else { 190 };
            assert_eq!(answer.error(), (code, 0), "{what}");
        }
    }
}

#[tokio::test]
async fn every_version_that_ever_was_serves_the_call_and_says_which_one_did() {
    let (stand, ann) = stand().await;
    // The oldest version that can still be used serves calls to those before it (M-08).
    let cases = [
        ("/v2.0/me/messages", "v20.0"),
        ("/v2.6/me/messages", "v20.0"),
        ("/v2.12/me/messages", "v20.0"),
        ("/v3.3/me/messages", "v20.0"),
        ("/v4.0/me/messages", "v20.0"),
        ("/v19.0/me/messages", "v20.0"),
        ("/v20.0/me/messages", "v20.0"),
        ("/v21.0/me/messages", "v21.0"),
        ("/v25.0/me/messages", "v25.0"),
        ("/v26.0/me/messages", "v26.0"),
        ("/me/messages", "v25.0"),
        ("/v25.0/me/messages/", "v25.0"),
        ("//v25.0//me//messages//", "v25.0"),
        ("/v25.0/100000000000001/messages", "v25.0"),
        ("/100000000000001/messages/", "v25.0"),
    ];
    for (path, version) in cases {
        let call = Call::post(&format!("{path}?access_token={}", token(BOT))).json(&plain(&ann));
        let answer = stand.call(&call).await;
        let served = answer.header("facebook-api-version");
        assert_eq!((answer.status(), served), (200, Some(version)), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn what_only_looks_like_a_version_is_no_path() {
    let (stand, ann) = stand().await;
    for first in ["v2.80", "v2.13", "v3.4", "v1.0", "v27.0", "v25.1", "3.0", "v3", "25.0"] {
        let target = format!("/{first}/me/messages?access_token={}", token(BOT));
        let answer = stand.call(&Call::post(&target).json(&plain(&ann))).await;
        assert_eq!((answer.status(), answer.error()), (400, (2500, 0)), "{first}: {answer:?}");
        assert_eq!(answer.json()["error"]["message"], "Unknown path components: /me/messages", "{first}");
    }
    // Edges are lower-case (M-12).
    let target = format!("/v25.0/me/Messages?access_token={}", token(BOT));
    let answer = stand.call(&Call::post(&target).json(&plain(&ann))).await;
    assert_eq!(answer.json()["error"]["message"], "Unknown path components: /Messages");
}

#[tokio::test]
async fn a_client_may_wait_to_be_told_to_go_on() {
    let (stand, ann) = stand().await;
    let body = plain(&ann).to_string();
    let head = format!(
        "POST /me/messages?access_token={} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        token(BOT),
        body.len()
    );
    let mut client = stand.client().await;
    client.write(head.as_bytes()).await;
    assert_eq!(client.answer().await.expect("it is told").status(), 100);
    client.write(body.as_bytes()).await;
    assert_eq!(client.answer().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_body_may_come_in_chunks() {
    let (stand, ann) = stand().await;
    let body = plain(&ann).to_string();
    let mut bytes = format!(
        "POST /me/messages?access_token={} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
        token(BOT)
    )
    .into_bytes();
    for chunk in body.as_bytes().chunks(7) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    let mut client = stand.client().await;
    client.write(&bytes).await;
    assert_eq!(client.answer().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn sender_actions_are_known_in_upper_and_lower_case() {
    let (stand, ann) = stand().await;
    for action in ["typing_on", "TYPING_ON", "typing_off", "mark_seen", "MARK_SEEN"] {
        let body = json!({"recipient": {"id": ann}, "sender_action": action});
        let answer = stand.post(BOT, "messages", &body).await;
        assert_eq!(answer.text(), format!(r#"{{"recipient_id":"{ann}"}}"#), "{action}");
    }
}
