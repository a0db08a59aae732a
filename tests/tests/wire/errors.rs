//! Every refusal of this version as a bot sees it: status, header and body, as they are, and beside
//! what the platform was seen to say (M-24 to M-31, M-48 to M-109, C-84).

use emulator_server::Quiet;
use std::fmt::Write as _;

use emulator_core::{AppId, Party, Span};
use serde_json::{Value, json};

use crate::http::{Call, Message, PATIENCE};
use crate::payloads::hold_error_against;
use crate::stand::{BOT, LIVECHAT, PAGE, STRANGER, Says as _, Setup, Stand, secret, sending, token};

/// A stage on which ann has written, and her id.
async fn stand_of(setup: Setup) -> (Stand, String) {
    let stand = setup.serve().await;
    let (lane, person) = stand.lane("errors");
    lane.person_says(person, "hi").expect("ann may write");
    (stand, person.to_string())
}

async fn stand() -> (Stand, String) {
    stand_of(Setup::new()).await
}

/// An answer as people look at it: the status, the header that goes with errors, the bytes of the body.
fn shown(answer: &Message) -> String {
    let challenge = answer.header("www-authenticate").unwrap_or("-");
    let body = answer.text();
    let (before, after) = body.split_once(r#""fbtrace_id":""#).expect("an error has a trace id");
    let (trace, after) = after.split_once('"').expect("the trace id ends");
    assert!(trace.len() == 23 && trace.starts_with('A'), "{body}");
    format!("{}\n{challenge}\n{before}\"fbtrace_id\":\"[trace]\"{after}\n", answer.status())
}

/// All answers under their names.
fn all(answers: &[(&str, Message)]) -> String {
    answers.iter().fold(String::new(), |mut out, (name, answer)| {
        let _ = writeln!(out, "# {name}\n{}", shown(answer));
        out
    })
}

fn find<'a>(answers: &'a [(&str, Message)], name: &str) -> &'a Message {
    &answers.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no {name}")).1
}

#[tokio::test]
async fn sends_that_are_not_in_order() {
    let (stand, ann) = stand().await;
    let to = || json!({"id": ann});
    let bodies = [
        ("no recipient", json!({"message": {"text": "a"}})),
        ("an empty recipient", json!({"recipient": {}, "message": {"text": "a"}})),
        ("an empty text as recipient", json!({"recipient": "", "message": {"text": "a"}})),
        ("an id of letters", json!({"recipient": {"id": "ann"}, "message": {"text": "a"}})),
        ("no id", json!({"recipient": {"id": null}, "message": {"text": "a"}})),
        ("an empty id", json!({"recipient": {"id": ""}, "message": {"text": "a"}})),
        ("unknown keys in the recipient", {
            json!({"recipient": {"id": ann, "psid": "1", "name": null}, "message": {"text": "a"}})
        }),
        ("nobody", json!({"recipient": {"id": "976418212548910"}, "message": {"text": "a"}})),
        ("neither message nor state", json!({"recipient": to()})),
        ("both message and state", {
            json!({"recipient": to(), "message": {"text": "a"}, "sender_action": "typing_on"})
        }),
        ("an empty message", json!({"recipient": to(), "message": {}})),
        ("a message without content", json!({"recipient": to(), "message": {"metadata": "m"}})),
        ("an empty text", json!({"recipient": to(), "message": {"text": ""}})),
        ("an unknown key", json!({"recipient": to(), "message": {"text": "a", "quickReplies": []}})),
        (
            "unknown keys",
            json!({"recipient": to(), "message": {"type": 1, "title": 2, "url": 3, "text": "a"}}),
        ),
        ("an unknown key with a slash", json!({"recipient": to(), "message": {"a/b \"ü\"": 1}})),
        ("a text that is too long", json!({"recipient": to(), "message": {"text": "ü".repeat(2_001)}})),
        ("metadata that is too long", {
            json!({"recipient": to(), "message": {"text": "a", "metadata": "x".repeat(1_001)}})
        }),
        ("metadata that is no text", {
            json!({"recipient": to(), "message": {"text": "a", "metadata": {"a": 1}}})
        }),
        ("a text that is no text", json!({"recipient": to(), "message": {"text": ["a"]}})),
        ("a message that is no object", json!({"recipient": to(), "message": ["a"]})),
        ("an unknown state", json!({"recipient": to(), "sender_action": "dance"})),
        ("an unknown type", json!({"recipient": to(), "message": {"text": "a"}, "messaging_type": "X"})),
        ("an unknown tag", {
            json!({"recipient": to(), "message": {"text": "a"}, "messaging_type": "MESSAGE_TAG", "tag": "X"})
        }),
        ("a retired tag", {
            json!({"recipient": to(), "message": {"text": "a"}, "messaging_type": "MESSAGE_TAG",
                   "tag": "ACCOUNT_UPDATE"})
        }),
        ("a tag beside another type", {
            json!({"recipient": to(), "message": {"text": "a"}, "messaging_type": "RESPONSE",
                   "tag": "HUMAN_AGENT"})
        }),
        ("the human-agent tag without approval", {
            json!({"recipient": to(), "message": {"text": "a"}, "messaging_type": "MESSAGE_TAG",
                   "tag": "HUMAN_AGENT"})
        }),
    ];
    let mut answers = Vec::new();
    for (name, body) in bodies {
        answers.push((name, stand.post(BOT, "messages", &body).await));
    }
    let broken = Call::post(&format!("/me/messages?access_token={}", token(BOT))).body("{\"recipient\":");
    answers.push(("broken JSON", stand.call(&broken).await));
    insta::assert_snapshot!(all(&answers));

    hold_error_against(find(&answers, "nobody"), "obs.send_errors.06", &[]);
    hold_error_against(find(&answers, "an unknown key"), "obs.send_errors.17", &[]);
    hold_error_against(find(&answers, "an unknown tag"), "obs.send_errors.21", &[]);
    hold_error_against(find(&answers, "the human-agent tag without approval"), "obs.send_errors.22", &[]);
    hold_error_against(find(&answers, "an id of letters"), "obs.send_errors.23", &[]);
    hold_error_against(find(&answers, "no id"), "obs.send_errors.23", &[]);
    hold_error_against(find(&answers, "neither message nor state"), "obs.send_errors.25", &[]);
    // The text has grown since it was recorded.
    hold_error_against(find(&answers, "an empty text"), "obs.send_errors.24", &["message"]);
    for retired in ["CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE"] {
        let mut body = sending(ann.parse().unwrap(), "a");
        body["tag"] = json!(retired);
        assert_eq!(stand.post(BOT, "messages", &body).await.error(), (100, 1_893_061), "{retired}");
    }
}

#[tokio::test]
async fn sends_that_the_world_refuses() {
    let (stand, ann) = stand_of(Setup::new().human_agent(LIVECHAT)).await;
    let lane = stand.stage.lane("errors").unwrap();
    let person = ann.parse().unwrap();
    let mut answers = Vec::new();
    let taken = stand.post(LIVECHAT, "take_thread_control", &json!({"recipient": {"id": ann}})).await;
    assert_eq!(taken.status(), 200);
    answers.push(("another app is in control", stand.send(BOT, person, "a").await));
    let day = lane.after(Span::DAY);
    lane.advance(day, Quiet::Auto, PATIENCE).await.unwrap();
    answers.push(("the window is closed", stand.send(BOT, person, "a").await));
    lane.advance(lane.after(Span(6 * Span::DAY.0)), Quiet::Auto, PATIENCE).await.unwrap();
    let mut tagged = sending(person, "a");
    tagged["tag"] = json!("HUMAN_AGENT");
    answers.push(("seven days are over", stand.post(LIVECHAT, "messages", &tagged).await));
    insta::assert_snapshot!(all(&answers));

    hold_error_against(find(&answers, "another app is in control"), "obs.send_errors.01", &[]);
    // Recorded in Chinese, and in English without its other members.
    hold_error_against(find(&answers, "the window is closed"), "obs.send_errors.02", &["message"]);
    hold_error_against(find(&answers, "the window is closed"), "obs.send_errors.04", &[]);
}

#[tokio::test]
async fn calls_that_have_no_right() {
    let (stand, ann) = stand_of(Setup::new().no_permission(LIVECHAT)).await;
    let body = sending(ann.parse().unwrap(), "a");
    let with = |path: &str, token: &str| Call::post(&format!("{path}?access_token={token}")).json(&body);
    let app_token = format!("{BOT}%7C{}", secret(BOT));
    let page = format!("/v25.0/{PAGE}");
    let page_messages = format!("{page}/messages");
    let calls = [
        ("an unknown token", with("/me/messages", "EAAwrong")),
        ("no token on me", Call::post("/me/messages").json(&body)),
        ("no token to read me", Call::get("/v25.0/me")),
        ("an app token on me", with("/me/messages", &app_token)),
        ("no token on a page", Call::post(&page_messages).json(&body)),
        ("an app token on a page", with(&page_messages, &app_token)),
        ("an app that is not on the page", with("/me/messages", &token(STRANGER))),
        ("a token without the permission", with("/me/messages", &token(LIVECHAT))),
        ("an unknown object", Call::get(&format!("/v25.0/100002103903577?access_token={}", token(BOT)))),
        ("another page", with("/100000000000002/messages", &token(BOT))),
        ("a post to me", with("/me", &token(BOT))),
        ("messages cannot be read", Call::get(&format!("/me/messages?access_token={}", token(BOT)))),
        ("an unknown edge", with("/v25.0/me/no_such_edge", &token(BOT))),
        ("an unknown version", with("/v2.80/me/messages", &token(BOT))),
        ("nothing", Call::get(&format!("/?access_token={}", token(BOT)))),
        ("nothing, without a token", Call::get("/")),
        ("an unknown field", Call::get(&format!("{page}?fields=name,nme&access_token={}", token(BOT)))),
    ];
    let mut answers = Vec::new();
    for (name, call) in calls {
        answers.push((name, stand.call(&call).await));
    }
    insta::assert_snapshot!(all(&answers));

    // Its text has changed since.
    hold_error_against(find(&answers, "an unknown token"), "obs.auth_errors.01", &["message"]);
    hold_error_against(find(&answers, "no token on me"), "obs.auth_errors.06", &[]);
    hold_error_against(find(&answers, "no token to read me"), "obs.auth_errors.06", &[]);
    hold_error_against(find(&answers, "an app token on me"), "obs.auth_errors.07", &[]);
    hold_error_against(find(&answers, "an unknown object"), "obs.auth_errors.11", &[]);
    hold_error_against(find(&answers, "a post to me"), "obs.auth_errors.13", &[]);
}

#[tokio::test]
async fn acts_of_control_that_are_refused() {
    let (stand, ann) = stand_of(Setup::new().primary(BOT)).await;
    let with = |extra: Value| {
        let mut body = json!({"recipient": {"id": ann}});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let pass = |to: AppId| with(json!({"target_app_id": to.0}));
    let cases = [
        ("a pass by another app", LIVECHAT, "pass_thread_control", pass(Party::Inbox.number())),
        ("a pass to nobody", BOT, "pass_thread_control", with(json!({}))),
        ("a pass to an app elsewhere", BOT, "pass_thread_control", pass(STRANGER)),
        ("a pass to no id", BOT, "pass_thread_control", with(json!({"target_app_id": "livechat"}))),
        ("a take by an app that may not", LIVECHAT, "take_thread_control", with(json!({}))),
        ("a request by the owner", BOT, "request_thread_control", with(json!({}))),
        ("a release by another app", LIVECHAT, "release_thread_control", with(json!({}))),
        ("an extension by another app", LIVECHAT, "extend_thread_control", with(json!({"duration": 60}))),
        ("an extension of eight days", BOT, "extend_thread_control", with(json!({"duration": 691_200}))),
        ("an extension into the past", BOT, "extend_thread_control", with(json!({"duration": -1}))),
        ("nobody to take from", BOT, "take_thread_control", json!({"recipient": {"id": "99"}})),
        ("no recipient", BOT, "take_thread_control", json!({})),
    ];
    let mut answers = Vec::new();
    for (name, app, edge, body) in cases {
        answers.push((name, stand.post(app, edge, &body).await));
    }
    let owner = |query: &str| Call::get(&format!("/me/thread_owner?access_token={}{query}", token(BOT)));
    answers.push(("the owner for nobody", stand.call(&owner("&recipient=99")).await));
    answers.push(("the owner for no id", stand.call(&owner("&recipient=ann")).await));
    answers.push(("the owner without a recipient", stand.call(&owner("")).await));
    insta::assert_snapshot!(all(&answers));

    hold_error_against(find(&answers, "a release by another app"), "obs.handover_api.07", &[]);
    hold_error_against(find(&answers, "a take by an app that may not"), "file.send_errors.10", &[]);
}

#[tokio::test]
async fn acts_of_control_that_succeed_are_answered_as_recorded() {
    let (stand, ann) = stand().await;
    let recipient = json!({"recipient": {"id": ann}});
    for edge in ["take_thread_control", "extend_thread_control", "release_thread_control"] {
        assert_eq!(stand.post(BOT, edge, &recipient).await.text(), r#"{"success":true}"#, "{edge}");
    }
    let owner = Call::get(&format!("/me/thread_owner?recipient={ann}&access_token={}", token(BOT)));
    assert_eq!(stand.call(&owner).await.text(), r#"{"data":[]}"#);
    assert_eq!(stand.post(LIVECHAT, "take_thread_control", &recipient).await.status(), 200);
    let answer = stand.call(&owner).await.json();
    let recorded = &crate::payloads::item("obs.handover_api.01")["body"];
    assert!(recorded["data"][0]["thread_owner"]["app_id"].is_string());
    assert_eq!(answer["data"][0]["thread_owner"]["app_id"], json!(LIVECHAT.to_string()));
    let request = stand.post(BOT, "request_thread_control", &recipient).await;
    assert_eq!(request.json(), crate::payloads::item("file.handover_api.02")["body"]);
}

#[tokio::test]
async fn the_page_can_be_read() {
    let (stand, _) = stand().await;
    let read = |query: &str| Call::get(&format!("/v25.0/me?access_token={}{query}", token(BOT)));
    let cases = [
        ("", r#"{"name":"Harbour Caf\u00e9","id":"100000000000001"}"#),
        ("&fields=id", r#"{"id":"100000000000001"}"#),
        ("&fields=id,%20name", r#"{"name":"Harbour Caf\u00e9","id":"100000000000001"}"#),
    ];
    for (query, body) in cases {
        assert_eq!(stand.call(&read(query)).await.text(), body, "{query}");
    }
}

#[tokio::test]
async fn answers_carry_the_headers_of_the_platform() {
    let (stand, ann) = stand().await;
    let headers = |answer: &Message| {
        let mut headers: Vec<String> = answer
            .headers
            .iter()
            .filter(|(name, _)| !["date", "content-length"].contains(&&*name.to_ascii_lowercase()))
            .map(|(name, value)| match &*name.to_ascii_lowercase() {
                // They differ from call to call.
                id @ ("x-fb-trace-id" | "x-fb-request-id" | "x-fb-debug") => {
                    format!("{id}: {} characters", value.len())
                }
                name => format!("{name}: {value}"),
            })
            .collect();
        headers.sort();
        headers
    };
    let success = stand.send(BOT, ann.parse().unwrap(), "a").await;
    assert_eq!(
        headers(&success),
        [
            "access-control-allow-origin: *",
            "cache-control: private, no-cache, no-store, must-revalidate",
            "content-type: application/json; charset=UTF-8",
            "expires: Sat, 01 Jan 2000 00:00:00 GMT",
            "facebook-api-version: v25.0",
            "pragma: no-cache",
            "strict-transport-security: max-age=15552000; preload",
            "vary: Origin, Accept-Encoding",
            "x-emulator-now: 2026-07-06T09:00:00Z",
            "x-fb-debug: 88 characters",
            "x-fb-request-id: 23 characters",
            "x-fb-rev: 1030000000",
            "x-fb-trace-id: 23 characters",
        ]
    );
    let error = stand.send(BOT, emulator_core::Psid(1), "a").await;
    assert_eq!(
        headers(&error),
        [
            "access-control-allow-origin: *",
            "cache-control: no-store",
            "content-type: application/json; charset=UTF-8",
            "expires: Sat, 01 Jan 2000 00:00:00 GMT",
            "facebook-api-version: v25.0",
            "pragma: no-cache",
            "strict-transport-security: max-age=15552000; preload",
            "vary: Origin, Accept-Encoding",
            r##"www-authenticate: OAuth "Facebook Platform" "invalid_request" "(#100) No matching user found""##,
            "x-emulator-now: 2026-07-06T09:00:00Z",
            "x-fb-debug: 88 characters",
            "x-fb-request-id: 23 characters",
            "x-fb-rev: 1030000000",
            "x-fb-trace-id: 23 characters",
        ]
    );
    assert_eq!(error.header("x-fb-trace-id"), error.json()["error"]["fbtrace_id"].as_str());
    assert_ne!(error.header("x-fb-request-id"), success.header("x-fb-request-id"));
    let lane = stand.stage.lane("errors").unwrap();
    lane.advance(lane.after(Span::HOUR), Quiet::Auto, PATIENCE).await.unwrap();
    let later = stand.send(BOT, ann.parse().unwrap(), "a").await;
    assert_eq!(later.header("x-emulator-now"), Some("2026-07-06T10:00:00Z"));
}
