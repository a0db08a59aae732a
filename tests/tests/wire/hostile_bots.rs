//! Bots that answer as no good bot does, and more of them than anybody can serve: each fails for
//! itself, and whatever was to be delivered is delivered or has its failures on record.

use std::time::Duration;

use emulator_server::journal::AttemptResult;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wiremock::matchers::{header, header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::bot::{Bot, Reaction};
use crate::delivery::tries;
use crate::http::PATIENCE;
use crate::stand::{BOT, LIVECHAT, Says as _, Setup, settled};

/// What became of the first message to a bot behind that listener, whose connections go to `serve`.
async fn first_tries<F>(timeout: Duration, serve: impl Fn(tokio::net::TcpStream) -> F) -> Vec<AttemptResult>
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    let stand = Setup::new().webhook(BOT, url).timeout(timeout).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    let settles = settled(&lane);
    tokio::pin!(settles);
    loop {
        tokio::select! {
            () = &mut settles => return tries(&lane, BOT).into_iter().map(|(_, result)| result).collect(),
            accepted = listener.accept() => {
                tokio::spawn(serve(accepted.unwrap().0));
            }
        }
    }
}

/// Reads the head of a request and leaves the rest.
async fn head(stream: &mut tokio::net::TcpStream) {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.is_ok_and(|read| read > 0) {
        seen.extend(byte);
    }
}

const SOON: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_bot_that_never_reads_uses_its_time_and_no_more() {
    let results = first_tries(SOON, |stream| async move {
        let (_kept, mut never) = (stream, mpsc::channel::<()>(1));
        never.1.recv().await;
    });
    assert_eq!(results.await, [AttemptResult::TimedOut, AttemptResult::TimedOut]);
}

#[tokio::test]
async fn an_answer_that_never_ends_is_a_success_by_its_status_or_a_time_out() {
    // The status is there; the rest of a body that goes on and on is not waited for beyond a limit.
    let results = first_tries(PATIENCE, |mut stream| async move {
        head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8_192]).await.is_ok() {}
    });
    assert_eq!(results.await, [AttemptResult::Acknowledged { status: 200 }]);
    // A head that goes on and on is none.
    let results = first_tries(PATIENCE, |mut stream| async move {
        head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"X-More: and more\r\n").await.is_ok() {}
    });
    let names: Vec<&str> = results.await.iter().map(AttemptResult::name).collect();
    assert_eq!(names, ["broken", "broken"]);
    // And one that stops in the middle of a word is waited for.
    let results = first_tries(SOON, |mut stream| async move {
        head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 20").await;
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    });
    assert_eq!(results.await, [AttemptResult::TimedOut, AttemptResult::TimedOut]);
}

#[tokio::test]
async fn what_came_of_an_answer_that_is_too_long_or_breaks_off_is_shown() {
    let characters = "ä€😀".repeat(100);
    let shown: String = characters.chars().take(200).collect();
    let long = format!("boom {}", "x".repeat(100_000));
    let answer = |length: usize, body: &[u8]| {
        let head = format!("HTTP/1.1 500 No\r\nContent-Length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    };
    for (answer, expected) in [
        (answer(long.len(), long.as_bytes()), format!("boom {}…", "x".repeat(195))),
        (answer(500, b"Traceback"), "Traceback".to_owned()),
        (answer(characters.len(), characters.as_bytes()), format!("{shown}…")),
        // In the middle of a character, as by somebody who counts characters for bytes.
        (answer(8, &characters.as_bytes()[..8]), "ä€…".to_owned()),
        (answer(500, &characters.as_bytes()[..8]), "ä€…".to_owned()),
    ] {
        let results = first_tries(PATIENCE, move |mut stream| {
            let answer = answer.clone();
            async move {
                head(&mut stream).await;
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        });
        let refused = AttemptResult::Refused { status: 500, excerpt: Some(expected.as_str().into()) };
        assert_eq!(results.await, [refused.clone(), refused]);
    }
}

#[tokio::test]
async fn a_bot_that_closes_before_it_has_read_is_tried_again() {
    let results = first_tries(PATIENCE, |stream| async move { drop(stream) });
    let names: Vec<&str> = results.await.iter().map(AttemptResult::name).collect();
    assert_eq!(names, ["broken", "broken"]);
}

#[tokio::test]
async fn answers_in_other_words_than_ours_are_understood() {
    for (answer, expected) in [
        ("HTTP/1.0 200 Fine\r\n\r\nEVENT_RECEIVED", "acknowledged"),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "acknowledged"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "acknowledged"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "acknowledged"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "acknowledged"),
        ("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", "refused"),
        ("HTTP/2 200\r\n\r\n", "broken"),
        ("\0\0\0\0\0\0\0\0", "broken"),
        ("200 OK", "broken"),
    ] {
        let results = first_tries(PATIENCE, move |mut stream| async move {
            head(&mut stream).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        });
        assert_eq!(results.await[0].name(), expected, "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_that_somebody_else_wrote_gets_what_the_platform_sends() {
    let server = MockServer::start().await;
    let shape = Mock::given(method("POST"))
        .and(path("/hooks/fb"))
        .and(header("content-type", "application/json"))
        .and(header_exists("x-hub-signature"))
        .and(header_exists("x-hub-signature-256"));
    shape.respond_with(ResponseTemplate::new(202)).up_to_n_times(1).mount(&server).await;
    let moved = ResponseTemplate::new(302).insert_header("location", "/elsewhere");
    Mock::given(method("POST")).and(path("/hooks/fb")).respond_with(moved).mount(&server).await;
    let stand = Setup::new().webhook(BOT, format!("{}/hooks/fb", server.uri())).serve().await;
    let (lane, ann) = stand.lane("lane");
    for text in ["one", "two"] {
        lane.person_says(ann, text).unwrap();
        settled(&lane).await;
    }
    let refused = AttemptResult::Refused { status: 302, excerpt: None };
    let accepted = AttemptResult::Acknowledged { status: 202 };
    assert_eq!(tries(&lane, BOT), [(1, accepted), (1, refused.clone()), (2, refused)]);
    let requests = server.received_requests().await.expect("they are recorded");
    let paths: Vec<&str> = requests.iter().map(|request| request.url.path()).collect();
    assert_eq!(paths, ["/hooks/fb"; 3], "a redirect is not followed");
    assert_eq!(requests[1].body, requests[2].body);
}

#[tokio::test]
async fn ten_thousand_deliveries_may_wait_for_an_app_and_the_next_is_given_up_in_writing() {
    const LIMIT: usize = 10_000;
    // However long ten thousand messages take on a busy machine, the bot is not given up meanwhile.
    const FOR_EVER: Duration = Duration::from_secs(3_600);
    let bot = Bot::reacting(|_, _| Reaction::Hold).await;
    let stand = Setup::new().webhook(BOT, bot.url()).timeout(FOR_EVER).serve().await;
    let (lane, ann) = stand.lane("lane");
    // One is on its way and waits no more.
    lane.person_says(ann, "on its way").unwrap();
    bot.arrived(1).await;
    for number in 0..LIMIT {
        lane.person_says(ann, &number.to_string()).unwrap();
    }
    assert_eq!(tries(&lane, BOT), []);
    // Who sends now is slowed down, but not stopped: it may be the very app that does not listen.
    assert_eq!(stand.send(LIVECHAT, ann, "one too many").await.status(), 200);
    let why = "too many deliveries wait for it already".into();
    let dropped = (1, AttemptResult::Dropped { why });
    assert_eq!(tries(&lane, BOT), std::slice::from_ref(&dropped));
    assert_eq!(lane.next_deadline(), None, "what was not tried has not failed");
    // One that is taken makes room for one.
    bot.release(1);
    bot.arrived(2).await;
    for text in ["fits", "does not"] {
        lane.person_says(ann, text).unwrap();
    }
    let acknowledged = (1, AttemptResult::Acknowledged { status: 200 });
    assert_eq!(tries(&lane, BOT), [dropped.clone(), acknowledged, dropped]);
    assert_eq!(bot.texts(), ["on its way", "0"]);
}
