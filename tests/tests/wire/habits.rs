//! Calls as real clients write them, byte by byte: each of them sends the same text. The requests are
//! recordings of the named clients, with tokens and ids replaced.

use serde_json::{Value, json};

use crate::http::{Call, Message};
use crate::stand::{BOT, LIVECHAT, PAGE, Says as _, Setup, Stand, token};

async fn stand() -> (Stand, String) {
    let stand = Setup::new().serve().await;
    let (lane, person) = stand.lane("habits");
    lane.person_says(person, "hi").expect("ann may write");
    (stand, person.to_string())
}

/// Writes a request whose lines end as they do here, and reads its answer.
async fn raw(stand: &Stand, head: &str, body: &[u8]) -> Message {
    let head = head.trim_start().lines().map(str::trim).collect::<Vec<_>>().join("\r\n");
    let length = if head.contains("Transfer-Encoding") {
        String::new()
    } else {
        format!("\r\nContent-Length: {}", body.len())
    };
    let mut client = stand.client().await;
    client.write(&[head.as_bytes(), length.as_bytes(), b"\r\n\r\n", body].concat()).await;
    client.answer().await.unwrap_or_else(|| panic!("no answer to {head}"))
}

/// A part of a body: its header lines without the boundary, and what it holds.
type Part<'a> = (&'a str, &'a str);

fn parts(boundary: &str, parts: &[Part<'_>]) -> String {
    let part = |(head, body): &Part<'_>| format!("--{boundary}\r\n{head}\r\n\r\n{body}\r\n");
    parts.iter().map(part).collect::<String>() + &format!("--{boundary}--\r\n")
}

fn chunked(body: &str) -> Vec<u8> {
    let (first, second) = body.split_at(body.len() / 2);
    format!("{:x}\r\n{first}\r\n{:X}\r\n{second}\r\n0\r\n\r\n", first.len(), second.len()).into_bytes()
}

fn percent(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Each client by name, its head and its body. All of them send `hi & "bye"`.
fn clients(ann: &str) -> Vec<(&'static str, String, Vec<u8>)> {
    const TEXT: &str = r#"hi & "bye""#;
    let bot = token(BOT);
    let recipient = format!(r#"{{"id":"{ann}"}}"#);
    let spaced = format!(r#"{{"id": "{ann}"}}"#);
    let message = json!({"text": TEXT}).to_string();
    let json = format!(r#"{{"messaging_type":"RESPONSE","recipient":{recipient},"message":{message}}}"#);
    let form = format!("recipient={}&message={}", percent(&spaced), percent(&message));
    let field = |name: &str| format!("Content-Disposition: form-data; name=\"{name}\"");
    let typed = |name: &str, kind: &str| format!("{}\r\nContent-Type: {kind}", field(name));
    let python = format!("{{'text': '{TEXT}', 'metadata': None}}");
    let cases: Vec<(&str, String, Vec<u8>)> = vec![
        (
            "messaging-api-messenger, through a proxy in the clear",
            format!(
                "POST https://graph.facebook.com/v6.0/me/messages?access_token={bot} HTTP/1.1
                 Accept: application/json, text/plain, */*
                 Content-Type: application/json
                 User-Agent: axios/0.21.4
                 host: graph.facebook.com
                 Connection: close"
            ),
            json.clone().into_bytes(),
        ),
        (
            "claudia-bot-builder, in chunks",
            format!(
                "POST /v2.6/me/messages?access_token={bot} HTTP/1.1
                 Content-Type: application/json
                 Host: graph.facebook.com
                 Connection: close
                 Transfer-Encoding: chunked"
            ),
            chunked(&json),
        ),
        (
            "facebook-sdk, all in the form",
            "POST /v3.1/me/messages HTTP/1.1
             Host: graph.facebook.com
             User-Agent: python-requests/2.32.3
             Accept-Encoding: gzip, deflate
             Accept: */*
             Content-Type: application/x-www-form-urlencoded"
                .to_owned(),
            format!("{form}&access_token={bot}").into_bytes(),
        ),
        (
            "fbgraph, brackets without a content type",
            format!("POST /v2.9/me/messages?access_token={bot} HTTP/1.1\nhost: 127.0.0.1:18080"),
            format!("recipient%5Bid%5D={ann}&message%5Btext%5D={}", percent(TEXT)).into_bytes(),
        ),
        (
            "koala, brackets as a form",
            "POST /me/messages HTTP/1.1
             Host: graph.facebook.com
             Content-Type: application/x-www-form-urlencoded"
                .to_owned(),
            format!("access_token={bot}&message[text]={}&recipient[id]={ann}", percent(TEXT)).into_bytes(),
        ),
        (
            "pymessenger, JSON in JSON",
            format!(
                "POST /v2.6/me/messages?access_token={bot} HTTP/1.1
                 Host: graph.facebook.com
                 Content-Type: application/json"
            ),
            json!({"recipient": spaced, "message": message}).to_string().into_bytes(),
        ),
        (
            "fbmq, nulls for everything unset",
            format!(
                "POST /v2.11/me/messages?access_token={bot} HTTP/1.1
                 Host: graph.facebook.com
                 Content-Type: application/json"
            ),
            json!({
                "message": {"attachment": null, "metadata": null, "quick_replies": null, "text": TEXT},
                "notification_type": null, "recipient": {"id": ann}, "sender_action": null, "tag": null,
            })
            .to_string()
            .into_bytes(),
        ),
        (
            "pimax, the token in JSON",
            "POST /v2.12/me/messages HTTP/1.1\nHost: graph.facebook.com\nContent-Type: application/json".to_owned(),
            json!({
                "recipient": {"id": ann}, "message": {"text": TEXT}, "tag": null, "notification_type": "REGULAR",
                "messaging_type": "RESPONSE", "access_token": bot,
            })
            .to_string()
            .into_bytes(),
        ),
        (
            "facebook-nodejs-business-sdk, with the id of the Page",
            format!(
                "POST /v24.0/{PAGE}/messages?access_token={bot} HTTP/1.1
                 Host: graph.facebook.com
                 Content-Type: application/json"
            ),
            json!({"id": PAGE.to_string(), "recipient": {"id": ann}, "message": {"text": TEXT}})
                .to_string()
                .into_bytes(),
        ),
        (
            "the facebook-messenger gem, JSON that claims to be a form",
            format!(
                "POST /v20.0/me/messages?access_token={bot} HTTP/1.1
                 Host: graph.facebook.com
                 Content-Type: application/x-www-form-urlencoded"
            ),
            json.clone().into_bytes(),
        ),
        (
            "original-coast-clothing, all in the query and an empty JSON body",
            format!(
                "POST /v11.0/me/messages?access_token={bot}&recipient={}&message={} HTTP/1.1
                 Host: graph.facebook.com
                 Content-Type: application/json",
                percent(&recipient),
                percent(&message)
            ),
            Vec::new(),
        ),
        (
            "messaging-api-messenger, parts in chunks",
            format!(
                "POST /v6.0/me/messages?access_token={bot} HTTP/1.1
                 Content-Type: multipart/form-data; boundary=--------------------------72045a7b
                 Host: graph.facebook.com
                 Transfer-Encoding: chunked"
            ),
            chunked(&parts(
                "--------------------------72045a7b",
                &[
                    (&field("message"), &message),
                    (&field("messaging_type"), "UPDATE"),
                    (&field("recipient"), &recipient),
                ],
            )),
        ),
        (
            "huandu/facebook, parts with the token last",
            "POST /v25.0/me/messages HTTP/1.1
             Host: graph.facebook.com
             Content-Type: multipart/form-data; boundary=0123456789abcdef0123456789abcdef"
                .to_owned(),
            parts(
                "0123456789abcdef0123456789abcdef",
                &[
                    (&field("recipient"), &recipient),
                    (&field("message"), &message),
                    (&field("format"), "json"),
                    (&field("access_token"), &bot),
                ],
            )
            .into_bytes(),
        ),
        (
            "fb-gapi, a part with a type of its own",
            format!(
                "POST /v23.0/me/messages?access_token={bot} HTTP/1.1
                 Host: graph.facebook.com
                 Content-Type: multipart/form-data; boundary=x"
            ),
            parts(
                "x",
                &[
                    (&typed("message", "application/json"), &message),
                    (&typed("recipient", "text/plain; charset=utf-8"), &recipient),
                ],
            )
            .into_bytes(),
        ),
        (
            "messenger-api-python, printed dicts",
            format!(
                "POST /v12.0/me/messages?access_token={bot} HTTP/1.1
                 Host: graph.facebook.com
                 Content-Type: multipart/form-data; boundary=x"
            ),
            parts("x", &[(&field("recipient"), &format!("{{'id': '{ann}'}}")), (&field("message"), &python)])
                .into_bytes(),
        ),
        (
            "restfb, parts with the parameters in the query",
            format!(
                "POST /v25.0/me/messages?recipient={}&message={}&format=json HTTP/1.1
                 Host: graph.facebook.com
                 Authorization: Bearer {bot}
                 Connection: Upgrade, HTTP2-Settings
                 Upgrade: h2c
                 HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA
                 Content-Type: multipart/form-data; boundary=**boundarystringwhichwillneverbeencounteredinthewild**",
                percent(&recipient),
                percent(&message)
            ),
            parts(
                "**boundarystringwhichwillneverbeencounteredinthewild**",
                &[("Content-Disposition: form-data; name=\"empty\"; filename=\"e.txt\"\nContent-Type: text/plain", "")],
            )
            .into_bytes(),
        ),
        (
            "curl as in the documentation, relaxed JSON",
            format!(
                "POST /v25.0/{PAGE}/messages?recipient={{id:{ann}}}&message={{'text':'{}'}}&access_token={bot} HTTP/1.1
                 Host: graph.facebook.com
                 User-Agent: curl/8.5.0",
                percent(TEXT)
            ),
            Vec::new(),
        ),
        (
            "an editor's file with a byte order mark",
            format!("POST /me/messages?access_token={bot} HTTP/1.1\nHost: localhost"),
            format!("\u{feff}{json}").into_bytes(),
        ),
    ];
    cases
}

#[tokio::test]
async fn a_text_arrives_from_every_client() {
    let mut expected = None;
    for index in 0..clients("1").len() {
        let (stand, ann) = stand().await;
        let (client, head, body) = clients(&ann).swap_remove(index);
        let answer = raw(&stand, &head, &body).await;
        assert_eq!(answer.status(), 200, "{client}: {answer:?}");
        let expected = expected.get_or_insert_with(|| answer.text().to_owned());
        assert_eq!(answer.text(), expected, "{client}");
        let lane = stand.stage.lane("habits").expect("it is open");
        let conversation = lane.conversation(ann.parse().unwrap()).expect("there is one");
        let text = conversation.messages.back().and_then(|kept| kept.message.text.clone());
        assert_eq!(text.as_deref(), Some(r#"hi & "bye""#), "{client}");
        let closes = head.contains("Connection: close").then_some("close");
        assert_eq!(answer.header("connection"), closes, "{client}");
    }
}

#[tokio::test]
async fn reads_come_with_bodies_and_empty_lists() {
    let (stand, ann) = stand().await;
    let bot = token(BOT);
    let cases = [
        ("botkit", format!("GET /v3.2/me/thread_owner?recipient={ann}&access_token={bot} HTTP/1.1"), "{}"),
        ("messenger-node", format!("GET /me?fields=id%2C%20name&access_token={bot} HTTP/1.1"), ""),
        ("python-facebook-api", format!("GET /v25.0/me?fields=&access_token={bot} HTTP/1.1"), ""),
        ("koala", format!("GET /me?fields=%5B%22name%22%5D&access_token={bot} HTTP/1.1"), ""),
        ("facebook_business", format!("GET /v26.0/{PAGE}/?summary=true&access_token={bot} HTTP/1.1"), "{}"),
        ("an array of PHP", format!("GET /me?fields[0]=name&fields[1]=id&access_token={bot} HTTP/1.1"), ""),
    ];
    for (client, head, body) in cases {
        let answer = raw(&stand, &format!("{head}\nHost: localhost"), body.as_bytes()).await;
        assert_eq!(answer.status(), 200, "{client}: {answer:?}");
        let expected = if client == "botkit" { json!([]) } else { Value::Null };
        assert_eq!(answer.json().get("data").cloned().unwrap_or_default(), expected, "{client}");
        if client != "botkit" {
            assert_eq!(answer.json()["name"], "Harbour Café", "{client}");
        }
    }
}

#[tokio::test]
async fn control_moves_in_brackets_and_parts() {
    let target = LIVECHAT.to_string();
    let field = |name: &str| format!("Content-Disposition: form-data; name=\"{name}\"");
    for encoding in ["brackets", "parts", "relaxed"] {
        let (stand, ann) = stand().await;
        let recipient = json!({"id": ann});
        let taken = stand.post(BOT, "take_thread_control", &json!({"recipient": recipient})).await;
        assert_eq!(taken.status(), 200);
        let path = format!("/v26.0/{PAGE}/pass_thread_control/?access_token={}", token(BOT));
        let call = match encoding {
            "brackets" => {
                Call::post(&path).body(format!("recipient[id]={ann}&target_app_id={target}&metadata=m"))
            }
            "parts" => {
                Call::post(&path).header("Content-Type", "multipart/form-data; boundary=x").body(parts(
                    "x",
                    &[
                        (&field("recipient[id]"), &ann),
                        (&field("target_app_id"), &target),
                        (&field("metadata"), "m"),
                    ],
                ))
            }
            _ => {
                Call::post(&path).body(format!("recipient={{id:'{ann}'}}&target_app_id={target}&metadata=m"))
            }
        };
        let answer = stand.call(&call).await;
        assert_eq!(answer.text(), r#"{"success":true}"#, "{encoding}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_after_the_token() {
    let (stand, _) = stand().await;
    let broken: [(&str, &str); 6] = [
        ("application/json", r#"{"recipient":{"id":"1"}"#),
        ("application/json", "[1,2]"),
        ("text/plain", "{]"),
        ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1"),
        ("multipart/form-data", "--x--"),
        ("multipart/form-data; boundary=x", ""),
    ];
    for (content_type, body) in broken {
        let call = |path: &str| Call::post(path).header("Content-Type", content_type).body(body);
        let right = format!("/me/messages?access_token={}", token(BOT));
        let nowhere = format!("/me/nothing?access_token={}", token(BOT));
        for (path, error) in [
            (&*right, (100, 0)),
            ("/me/messages?access_token=wrong", (190, 0)),
            // It may have held the token.
            ("/me/messages", (100, 0)),
            (&*nowhere, (2500, 0)),
        ] {
            let answer = stand.call(&call(path)).await;
            assert_eq!((answer.status(), answer.error()), (400, error), "{path} {content_type} {body}");
        }
    }
}

#[tokio::test]
async fn an_escaped_bar_is_a_bar_in_every_token() {
    let (stand, _) = stand().await;
    let app_token = format!("{BOT}|{}", crate::stand::secret(BOT));
    let escaped = app_token.replace('|', "%7C");
    let calls = [
        Call::get(&format!("/me?access_token={escaped}")),
        Call::get("/me").header("Authorization", &format!("Bearer {app_token}")),
        Call::get("/me").header("Authorization", &format!("Bearer {}", app_token.replace('|', "%7c"))),
        Call::get("/me")
            .header("Content-Type", "application/json")
            .body(json!({"access_token": escaped}).to_string()),
    ];
    for call in calls {
        // An app is nobody, which is another error than that of an unknown token.
        assert_eq!(stand.call(&call).await.error(), (2500, 0), "{call:?}");
    }
}

#[tokio::test]
async fn paths_may_be_escaped_and_have_slashes_too_many() {
    let (stand, ann) = stand().await;
    let body = json!({"recipient": {"id": ann}, "message": {"text": "a"}});
    for path in
        ["/v25%2E0/me/messages", "/v25.0/%6De/messages", "//v25.0///me//messages//", "/me/messages%2F"]
    {
        let call = Call::post(&format!("{path}?access_token={}", token(BOT))).json(&body);
        assert_eq!(stand.call(&call).await.status(), 200, "{path}");
    }
    let call = Call::post(&format!("/me/%3Cb%3E?access_token={}", token(BOT)));
    assert_eq!(stand.call(&call).await.json()["error"]["message"], "Unknown path components: /<b>");
}
