//! What a call may say about the form of its answer: methods in disguise, callbacks, hidden statuses,
//! answers that are known already (M-11, M-33, M-34).

use serde_json::json;

use crate::http::{Call, Message};
use crate::stand::{BOT, PAGE, Says as _, Setup, Stand, token};

async fn stand() -> (Stand, String) {
    let stand = Setup::new().serve().await;
    let (lane, person) = stand.lane("presentation");
    lane.person_says(person, "hi").expect("ann may write");
    (stand, person.to_string())
}

fn page(query: &str) -> String {
    format!("/v25.0/me?access_token={}{query}", token(BOT))
}

const PAGE_NODE: &str = r#"{"name":"Harbour Caf\u00e9","id":"100000000000001"}"#;

#[tokio::test]
async fn a_parameter_may_name_the_method() {
    let (stand, ann) = stand().await;
    for (what, call) in [
        ("POST as GET, query", Call::post(&page("&method=get"))),
        ("POST as GET, form", Call::post(&page("")).form(&[("method", "GET")])),
        ("POST as GET, JSON", Call::post(&page("")).json(&json!({"method": "get"}))),
        ("a name that is no method", Call::get(&page("&method=fetch"))),
    ] {
        let answer = stand.call(&call).await;
        assert_eq!((answer.status(), answer.text()), (200, PAGE_NODE), "{what}");
    }
    // A GET that is a POST sends.
    let recipient = json!({"id": ann}).to_string();
    let pairs = [("method", "post"), ("recipient", &*recipient), ("message", r#"{"text":"a"}"#)];
    let target = format!("/me/messages?access_token={}&{}", token(BOT), crate::http::encoded(&pairs));
    let answer = stand.call(&Call::get(&target)).await;
    assert_eq!((answer.status(), answer.header("etag")), (200, None), "{answer:?}");
    assert!(answer.text().contains("message_id"));
    // koala and huandu delete so; there is nothing to delete here yet.
    let deleted = stand.call(&Call::post(&page("")).form(&[("method", "delete")])).await;
    let message = deleted.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.starts_with("Unsupported delete request. Object with ID 'me'"), "{message}");
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let (stand, _) = stand().await;
    let mut client = stand.client().await;
    let head = Call::new("HEAD", &page("")).bytes();
    client.write(&head).await;
    client.write(&Call::get(&page("")).bytes()).await;
    let mut answers = Vec::new();
    client.end().await;
    let mut bytes = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(client.stream(), &mut bytes);
    tokio::time::timeout(crate::http::PATIENCE, read).await.expect("it ends").expect("it is read");
    let text = String::from_utf8(bytes).expect("it is text");
    for answer in text.split("HTTP/1.1 ").skip(1) {
        let (head, body) = answer.split_once("\r\n\r\n").expect("there is a head");
        assert!(head.starts_with("200 OK") && head.contains("etag: \""), "{answer}");
        answers.push(body.to_owned());
    }
    assert_eq!(answers, ["", PAGE_NODE]);
}

#[tokio::test]
async fn an_answer_that_is_known_is_not_given_again() {
    let (stand, _) = stand().await;
    let first = stand.call(&Call::get(&page(""))).await;
    let etag = first.header("etag").expect("a GET has one").to_owned();
    assert!(etag.len() == 42 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    let ask = |known: &str| Call::get(&page("")).header("If-None-Match", known);
    let mut client = stand.client().await;
    for known in [etag.clone(), format!("\"x\", {etag}")] {
        let again = client.call(&ask(&known)).await;
        assert_eq!((again.status(), again.text()), (304, ""), "{again:?}");
        assert_eq!(again.header("etag"), Some(&*etag));
        assert_eq!(again.header("facebook-api-version"), Some("v25.0"));
    }
    let other = client.call(&ask("\"x\"")).await;
    assert_eq!((other.status(), other.text(), other.header("etag")), (200, PAGE_NODE, Some(&*etag)));
    let another = client.call(&Call::get(&page("&fields=id")).header("If-None-Match", &etag)).await;
    assert_eq!((another.status(), another.text()), (200, r#"{"id":"100000000000001"}"#));
    let error = client.call(&Call::get("/v25.0/me").header("If-None-Match", &etag)).await;
    assert_eq!((error.status(), error.header("etag")), (400, None));
}

#[tokio::test]
async fn an_error_may_have_status_200() {
    let (stand, _) = stand().await;
    for name in ["suppress_http_code", "suppress_response_codes"] {
        for value in ["1", "true"] {
            let answer = stand.call(&Call::get(&format!("/v25.0/me?{name}={value}"))).await;
            assert_eq!((answer.status(), answer.error()), (200, (2500, 0)), "{name}={value}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
        for value in ["0", "false", "", "perhaps"] {
            let answer = stand.call(&Call::get(&format!("/v25.0/me?{name}={value}"))).await;
            assert_eq!((answer.status(), answer.error()), (400, (2500, 0)), "{name}={value}");
        }
    }
    let body = json!({"suppress_http_code": 1, "recipient": {"id": "1"}, "message": {"text": "a"}});
    let answer = stand.post(BOT, "messages", &body).await;
    assert_eq!((answer.status(), answer.error()), (200, (100, 2_018_001)));
}

#[tokio::test]
async fn an_answer_may_be_a_script() {
    let (stand, _) = stand().await;
    let script = |answer: &Message| {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=UTF-8"));
        answer.text().to_owned()
    };
    let answer = stand.call(&Call::get(&page("&callback=jQuery_1.done&format=json"))).await;
    assert_eq!(script(&answer), format!("/**/ jQuery_1.done({PAGE_NODE});"));
    let error = script(&stand.call(&Call::get("/v25.0/me?callback=f")).await);
    assert!(
        error.starts_with(r#"/**/ f({"error":{"message":"An active"#) && error.ends_with("}});"),
        "{error}"
    );
    for name in ["", "alert(1)//", "%3Cscript%3E", "a+b"] {
        let answer = stand.call(&Call::get(&page(&format!("&callback={name}")))).await;
        assert_eq!(answer.text(), PAGE_NODE, "{name}");
        assert_eq!(answer.header("content-type"), Some("application/json; charset=UTF-8"));
    }
}

#[tokio::test]
async fn a_browser_is_allowed_to_call() {
    let (stand, _) = stand().await;
    let preflight = Call::new("OPTIONS", &format!("/v25.0/{PAGE}/messages"))
        .header("Origin", "http://localhost:3000")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization, content-type");
    let mut client = stand.client().await;
    let answer = client.call(&preflight).await;
    assert_eq!((answer.status(), answer.text()), (200, ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("authorization, content-type"));
    let methods = answer.header("access-control-allow-methods").unwrap_or_default();
    assert!(["GET", "POST", "DELETE"].iter().all(|method| methods.contains(method)), "{methods}");
    let lane = stand.stage.lane("presentation").expect("it is open");
    let before = lane.entries_after(0).expect("nothing was dropped").len();
    client.call(&preflight).await;
    let after = lane.entries_after(0).expect("nothing was dropped").len();
    assert_eq!(after, before, "asking for permission is no call");
}
