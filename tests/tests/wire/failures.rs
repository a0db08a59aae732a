//! Deliveries that fail: what counts as a failure, and when it is tried again (M-193).

use emulator_server::Quiet;
use std::time::Duration;

use emulator_core::{Span, Timestamp};
use emulator_server::journal::AttemptResult;
use tokio::net::TcpListener;

use crate::bot::{Arrival, Bot, Reaction};
use crate::delivery::tries;
use crate::http::PATIENCE;
use crate::stand::{BOT, MORNING, Says as _, Setup, Stand, open_lane, settled};

async fn stand(bot: &Bot) -> Stand {
    Setup::new().webhook(BOT, bot.url()).serve().await
}

/// What must be the same in all tries: the bytes and the signatures.
fn signed(arrival: &Arrival) -> (&[u8], Option<&str>, Option<&str>) {
    let header = |name| arrival.request.header(name);
    (&arrival.request.body, header("x-hub-signature"), header("x-hub-signature-256"))
}

#[tokio::test]
async fn any_2xx_acknowledges() {
    for status in [200, 201, 202, 204, 299] {
        let bot = Bot::reacting(move |_, _| Reaction::Status(status)).await;
        let stand = stand(&bot).await;
        let (lane, ann) = stand.lane("lane");
        lane.person_says(ann, "hi").unwrap();
        settled(&lane).await;
        assert_eq!(tries(&lane, BOT), [(1, AttemptResult::Acknowledged { status })]);
        assert_eq!((bot.arrivals().len(), lane.next_deadline()), (1, None));
    }
}

#[tokio::test]
async fn everything_else_is_tried_again_at_once_and_then_on_the_virtual_clock() {
    let refused = |status| AttemptResult::Refused { status, excerpt: Some("ok".into()) };
    let cases = [
        (Reaction::Status(301), Some(refused(301))),
        (Reaction::Status(302), Some(refused(302))),
        (Reaction::Status(307), Some(refused(307))),
        (Reaction::Status(400), Some(refused(400))),
        (Reaction::Status(404), Some(refused(404))),
        (Reaction::Status(500), Some(refused(500))),
        (Reaction::Status(503), Some(refused(503))),
        (Reaction::Close, None),
        (Reaction::Bytes("garbage\r\n\r\n"), None),
        (Reaction::Bytes("HTTP/1.1 20"), None),
    ];
    for (reaction, expected) in cases {
        let first = reaction.clone();
        let bot = Bot::reacting(move |index, _| match index {
            0 | 1 => first.clone(),
            _ => Reaction::Status(200),
        })
        .await;
        let stand = stand(&bot).await;
        let (lane, ann) = stand.lane("lane");
        lane.person_says(ann, "hi").unwrap();
        settled(&lane).await;
        assert_eq!(bot.arrivals().len(), 2, "{reaction:?}: once more at once, then not before its time");
        assert_eq!(lane.next_deadline(), Some(MORNING + Span::SECOND), "{reaction:?}");

        lane.advance(Timestamp(MORNING.0 + 999), Quiet::Auto, PATIENCE).await.unwrap();
        assert_eq!(bot.arrivals().len(), 2, "{reaction:?}");
        lane.advance(Timestamp(MORNING.0 + 1_000), Quiet::Auto, PATIENCE).await.unwrap();
        let arrivals = bot.arrivals();
        assert_eq!(arrivals.len(), 3, "{reaction:?}");
        for arrival in &arrivals {
            assert_eq!(signed(arrival), signed(&arrivals[0]), "{reaction:?}");
            assert_eq!(arrival.request.target(), "POST /webhook", "redirects are not followed");
        }
        assert_eq!(lane.next_deadline(), None, "{reaction:?}");
        let tries = tries(&lane, BOT);
        let numbers: Vec<u32> = tries.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3], "{reaction:?}");
        for (_, result) in &tries[..2] {
            match &expected {
                Some(expected) => assert_eq!(result, expected),
                None => assert!(matches!(result, AttemptResult::Broken { .. }), "{reaction:?}: {result:?}"),
            }
        }
        assert!(tries[2].1.is_acknowledged());
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_behind_its_2xx_acknowledges() {
    let bot =
        Bot::reacting(|_, _| Reaction::Bytes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nEVENT")).await;
    let stand = stand(&bot).await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    settled(&lane).await;
    assert_eq!(tries(&lane, BOT), [(1, AttemptResult::Acknowledged { status: 200 })]);
}

#[tokio::test]
async fn tries_go_on_for_an_hour_and_end() {
    let bot = Bot::reacting(|_, _| Reaction::Status(500)).await;
    let stand = stand(&bot).await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    settled(&lane).await;
    lane.advance(MORNING + Span::DAY, Quiet::Auto, PATIENCE).await.unwrap();
    let arrivals = bot.arrivals();
    let times: Vec<&str> =
        arrivals.iter().filter_map(|arrival| arrival.request.header("x-emulator-now")).collect();
    let clock = |time: &&str| time["2026-07-06T".len()..].trim_end_matches('Z').to_owned();
    let times: Vec<String> = times.iter().map(clock).collect();
    let expected = [
        "09:00:00", "09:00:00", "09:00:01", "09:00:06", "09:00:36", "09:02:36", "09:12:36", "09:22:36",
        "09:32:36", "09:42:36", "09:52:36",
    ];
    assert_eq!(times, expected);
    assert!(arrivals.iter().all(|arrival| signed(arrival) == signed(&arrivals[0])));
    assert_eq!((lane.next_deadline(), lane.now()), (None, MORNING + Span::DAY));
}

#[tokio::test]
async fn what_failed_may_be_overtaken() {
    let bot = Bot::reacting(|index, _| if index < 2 { Reaction::Close } else { Reaction::Status(200) }).await;
    let stand = stand(&bot).await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "first").unwrap();
    lane.person_says(ann, "second").unwrap();
    settled(&lane).await;
    assert_eq!(bot.texts(), ["first", "first", "second"]);
    lane.advance(MORNING + Span::SECOND, Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(bot.texts(), ["first", "first", "second", "first"]);
}

#[tokio::test]
async fn a_request_that_fails_on_a_connection_used_before_is_repeated_and_is_no_attempt() {
    let bot = Bot::reacting(|_, arrival| match (arrival.connection, arrival.text().as_str()) {
        // Like a server that has just closed a connection that it thought idle.
        (0, "second") => Reaction::Close,
        _ => Reaction::Status(200),
    })
    .await;
    let stand = stand(&bot).await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "first").unwrap();
    settled(&lane).await;
    lane.person_says(ann, "second").unwrap();
    settled(&lane).await;
    let connections: Vec<usize> = bot.arrivals().iter().map(|arrival| arrival.connection).collect();
    assert_eq!(
        (bot.texts(), connections),
        (["first", "second", "second"].map(String::from).to_vec(), vec![0, 0, 1])
    );
    let acknowledged = AttemptResult::Acknowledged { status: 200 };
    assert_eq!(tries(&lane, BOT), [(1, acknowledged.clone()), (1, acknowledged)]);
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_a_failure_on_a_connection_used_before_too() {
    let bot = Bot::reacting(|index, _| match index {
        1 => Reaction::Bytes("garbage\r\n\r\n"),
        _ => Reaction::Status(200),
    })
    .await;
    let stand = stand(&bot).await;
    let (lane, ann) = stand.lane("lane");
    for text in ["first", "second"] {
        lane.person_says(ann, text).unwrap();
        settled(&lane).await;
    }
    let tries: Vec<_> = tries(&lane, BOT).iter().map(|(number, result)| (*number, result.name())).collect();
    assert_eq!(tries, [(1, "acknowledged"), (1, "broken"), (2, "acknowledged")]);
}

#[tokio::test]
async fn it_is_repeated_once_only() {
    let bot =
        Bot::reacting(|index, _| if index == 0 { Reaction::Status(200) } else { Reaction::Close }).await;
    let stand = stand(&bot).await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "first").unwrap();
    settled(&lane).await;
    lane.person_says(ann, "second").unwrap();
    settled(&lane).await;
    // The old connection, a new one instead of it, and the second try.
    assert_eq!(bot.texts(), ["first", "second", "second", "second"]);
    let numbers: Vec<u32> = tries(&lane, BOT).iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 1, 2]);
}

#[tokio::test]
async fn a_bot_that_comes_back_gets_what_it_missed() {
    // An address of its own, so that nobody else gets the port meanwhile.
    let listener = TcpListener::bind("127.77.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let stand = Setup::new().webhook(BOT, format!("http://{address}/webhook")).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "are you there?").unwrap();
    settled(&lane).await;
    let results: Vec<&str> = tries(&lane, BOT).iter().map(|(_, result)| result.name()).collect();
    assert_eq!(results, ["unreachable", "unreachable"]);

    let bot = Bot::on(TcpListener::bind(address).await.unwrap(), |_, _| Reaction::Status(200));
    lane.advance(MORNING + Span::HOUR, Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(bot.texts(), ["are you there?"]);
    assert_eq!(tries(&lane, BOT).last().unwrap(), &(3, AttemptResult::Acknowledged { status: 200 }));
    assert_eq!(bot.arrivals()[0].request.header("x-emulator-now"), Some("2026-07-06T09:00:01Z"));
}

#[tokio::test]
async fn a_bot_that_hangs_is_waited_for_no_longer_than_its_time() {
    let bot = Bot::reacting(|index, _| if index < 2 { Reaction::Hold } else { Reaction::Status(200) }).await;
    let setup = Setup::new().webhook(BOT, bot.url()).timeout(Duration::from_millis(50));
    let stand = setup.serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    settled(&lane).await;
    assert_eq!(tries(&lane, BOT), [(1, AttemptResult::TimedOut), (2, AttemptResult::TimedOut)]);
    lane.advance(MORNING + Span::SECOND, Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(bot.texts(), ["hi", "hi", "hi"]);
    assert!(tries(&lane, BOT)[2].1.is_acknowledged());
}

#[tokio::test]
async fn a_real_clock_tries_again_by_itself() {
    let bot =
        Bot::reacting(|index, _| if index < 2 { Reaction::Status(500) } else { Reaction::Status(200) }).await;
    let stand = stand(&bot).await;
    let (lane, ann) = open_lane(&stand.stage, "lane", emulator_server::ClockMode::Real);
    let keeper = tokio::spawn(std::sync::Arc::clone(&lane).keep_time());
    lane.person_says(ann, "hi").unwrap();
    bot.arrived(3).await;
    settled(&lane).await;
    keeper.abort();
    assert_eq!(tries(&lane, BOT).len(), 3);
}
