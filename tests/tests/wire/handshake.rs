//! The verification of a webhook (M-186).

use std::collections::BTreeSet;

use emulator_server::HandshakeError;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::stand::{BOT, LIVECHAT, Setup};

fn given_back(request: &Request) -> ResponseTemplate {
    let challenge = request.url.query_pairs().find(|(name, _)| name == "hub.challenge");
    ResponseTemplate::new(200)
        .set_body_string(challenge.map_or_else(String::new, |(_, value)| value.into_owned()))
}

async fn shake(server: &MockServer, target: &str) -> Result<(), HandshakeError> {
    let url = format!("{}{target}", server.uri());
    Setup::new().webhook(BOT, url).stage().handshake(BOT).await
}

#[tokio::test]
async fn a_bot_that_gives_the_challenge_back_is_ready() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/webhook"))
        .and(query_param("hub.mode", "subscribe"))
        .and(query_param("hub.verify_token", "bot-verify-token"))
        .respond_with(given_back)
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(shake(&server, "/webhook").await, Ok(()));
    let asked = server.received_requests().await.unwrap().remove(0);
    assert_eq!(asked.headers["user-agent"], "facebookplatform/1.0 (+http://developers.facebook.com)");
}

#[tokio::test]
async fn the_challenge_fits_into_31_bits_with_every_seed_and_for_every_app() {
    let mut challenges = BTreeSet::new();
    for seed in 0..10 {
        for app in [BOT, LIVECHAT] {
            let server = MockServer::start().await;
            Mock::given(method("GET")).respond_with(given_back).mount(&server).await;
            let stage = Setup::new().seed(seed).webhook(app, server.uri()).stage();
            assert_eq!(stage.handshake(app).await, Ok(()));
            let asked = server.received_requests().await.unwrap().remove(0);
            let mut pairs = asked.url.query_pairs();
            let challenge = pairs.find(|(name, _)| name == "hub.challenge").unwrap().1.into_owned();
            let number: i32 = challenge.parse().expect("it fits into 31 bits");
            assert_eq!(number.to_string(), challenge, "no zero stands before it");
            assert!((8..=10).contains(&challenge.len()), "{challenge}");
            challenges.insert(challenge);
        }
    }
    assert_eq!(challenges.len(), 20, "they differ");
}

#[tokio::test]
async fn a_query_that_the_address_has_is_kept() {
    let server = MockServer::start().await;
    Mock::given(query_param("tenant", "a b"))
        .and(query_param("hub.mode", "subscribe"))
        .respond_with(given_back)
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(shake(&server, "/hook?tenant=a%20b").await, Ok(()));
    let asked = server.received_requests().await.unwrap().remove(0);
    assert!(asked.url.query().unwrap().starts_with("tenant=a%20b&hub.mode=subscribe&"), "{}", asked.url);
}

#[tokio::test]
async fn any_status_but_200_is_wrong() {
    for status in [201, 204, 302, 403, 404, 500] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).insert_header("location", "/elsewhere");
        Mock::given(method("GET")).respond_with(answer).expect(1).mount(&server).await;
        let error = shake(&server, "/").await.unwrap_err();
        let told = HandshakeError::WrongStatus {
            url: format!("{}/", server.uri()),
            status,
            verify_token: "bot-verify-token".into(),
            excerpt: None,
        };
        assert_eq!(error, told);
        assert!(error.to_string().contains(&format!("with status {status}, expected 200")), "{error}");
    }
}

#[tokio::test]
async fn each_status_is_blamed_on_what_it_is_likely_to_be_about() {
    for (status, body, told) in [
        (401, "", "; is the bot's verify token `bot-verify-token`?"),
        (
            403,
            "wrong\ntoken",
            " (`wrong token`), expected 200; is the bot's verify token `bot-verify-token`?",
        ),
        (404, "", "; is `/messenger/webhook` the path of the bot's webhook?"),
        (405, "", "; does the bot's webhook take GET at `/messenger/webhook`, which the verification uses?"),
        (307, "", "; redirects are not followed"),
        (502, "boom bot-verify-token", " (`boom ${bot.verify_token}`), expected 200; the bot failed"),
        (202, "", "with status 202, expected 200"),
        (500, &format!("boom {}", "x".repeat(100_000)), " (`boom xxx"),
    ] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).set_body_string(body);
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        let error = shake(&server, "/messenger/webhook").await.unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
        assert_eq!(error.contains("verify token"), status == 401 || status == 403, "{error}");
    }
}

#[tokio::test]
async fn a_page_in_place_of_the_challenge_is_called_one_and_asks_for_the_path() {
    for (body, told) in [
        (
            "<!DOCTYPE html><title>Hi</title>",
            "with an HTML page, `<!DOCTYPE html><title>Hi</title>`, expected",
        ),
        ("ok\u{1b}[31m", "with `ok\\u{1b}[31m`, expected the challenge `"),
        ("", "with nothing, expected the challenge `"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(200).set_body_string(body))
            .mount(&server)
            .await;
        let error = shake(&server, "/hook").await.unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
        assert_eq!(error.contains("is `/hook` the path"), body.starts_with('<'), "{error}");
    }
}

#[tokio::test]
async fn anything_but_the_very_challenge_is_wrong() {
    type Spoil = fn(&str) -> String;
    let spoilt: [Spoil; 5] = [
        |_| String::new(),
        |_| "ok".to_owned(),
        |challenge| format!("\"{challenge}\""),
        |challenge| format!("{challenge}\n"),
        |challenge| challenge[1..].to_owned(),
    ];
    for spoil in spoilt {
        let server = MockServer::start().await;
        let answer = move |request: &Request| {
            let pairs: Vec<_> = request.url.query_pairs().collect();
            let challenge = pairs.iter().find(|(name, _)| name == "hub.challenge").unwrap();
            ResponseTemplate::new(200).set_body_string(spoil(&challenge.1))
        };
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        let error = shake(&server, "/").await.unwrap_err();
        let HandshakeError::WrongChallenge { expected, received, .. } = &error else { panic!("{error}") };
        assert_eq!(*received, spoil(expected));
    }
}

#[tokio::test]
async fn nobody_there_is_told_with_the_address() {
    // An address of its own, so that nobody else gets the port meanwhile.
    let listener = tokio::net::TcpListener::bind("127.77.0.2:0").await.unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    drop(listener);
    let error = Setup::new().webhook(BOT, &url).stage().handshake(BOT).await.unwrap_err();
    assert!(matches!(&error, HandshakeError::NoAnswer { .. }), "{error}");
    assert!(error.to_string().starts_with(&format!("nobody answers at {url}: ")), "{error}");
}

#[tokio::test]
async fn an_app_that_steps_play_is_always_ready() {
    assert_eq!(Setup::new().stage().handshake(LIVECHAT).await, Ok(()));
}
