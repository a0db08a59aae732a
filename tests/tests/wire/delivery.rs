//! Who is sent what, and in which order: subscriptions, queues, connections, echoes (C-03, M-187,
//! M-192, M-194).

use std::io::Read;
use std::net::TcpStream;
use std::os::fd::AsFd;

use emulator_core::{AppId, Field, Party};
use emulator_server::journal::{AttemptResult, Record};
use serde_json::json;

use crate::bot::{Bot, Reaction};
use crate::http::{Call, Client};
use crate::stand::{BOT, LIVECHAT, Says as _, Setup, entries, sending, settled, token};

/// What each app hears of a message, an answer, a pass to the other app and a message to it, when the
/// bot is in control at first and has subscribed to these fields.
async fn heard(fields: &[Field]) -> (Vec<String>, Vec<String>) {
    let (bot, livechat) = (Bot::start().await, Bot::start().await);
    let setup = Setup::new().primary(BOT).fields(BOT, fields).fields(LIVECHAT, fields);
    let stand = setup.webhook(BOT, bot.url()).webhook(LIVECHAT, livechat.url()).serve().await;
    let (lane, ann) = stand.lane("fields");
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    stand.send(BOT, ann, "two").await;
    settled(&lane).await;
    let pass = json!({"recipient": {"id": ann.to_string()}, "target_app_id": LIVECHAT.0});
    stand.post(BOT, "pass_thread_control", &pass).await;
    settled(&lane).await;
    lane.person_says(ann, "three").unwrap();
    settled(&lane).await;
    let summary = |bot: &Bot| {
        let arrivals = bot.arrivals();
        let summary = arrivals.iter().map(|arrival| {
            let body = arrival.request.json();
            let channel = body["entry"][0].as_object().unwrap().keys().next_back().unwrap().clone();
            let event = arrival.event();
            let what = event.as_object().unwrap().keys().next_back().unwrap().clone();
            format!("{channel} {what} {}", arrival.text()).trim_end().to_owned()
        });
        summary.collect()
    };
    (summary(&bot), summary(&livechat))
}

#[tokio::test]
async fn an_app_hears_strictly_what_it_has_subscribed_to() {
    use Field::{MessageEchoes, Messages, MessagingHandovers, Standby};
    let none: [&str; 0] = [];
    let cases: [(&[Field], &[&str], &[&str]); 6] = [
        (&[], &none, &none),
        (&[Messages], &["messaging message one"], &["messaging message three"]),
        (&[MessageEchoes], &["messaging message two"], &none),
        (&[MessagingHandovers], &none, &["messaging pass_thread_control"]),
        (&[Standby], &none, &none),
        (
            &[Messages, MessageEchoes, MessagingHandovers, Standby],
            &["messaging message one", "messaging message two", "standby message three"],
            &[
                "standby message one",
                "standby message two",
                "messaging pass_thread_control",
                "messaging message three",
            ],
        ),
    ];
    for (fields, bot, livechat) in cases {
        let (first, second) = heard(fields).await;
        assert_eq!(first, bot, "the bot with {fields:?}");
        assert_eq!(second, livechat, "live chat with {fields:?}");
    }
}

#[tokio::test]
async fn one_delivery_at_a_time_is_open_in_a_conversation_while_everything_else_goes_on() {
    let bot = Bot::reacting(|_, arrival| match arrival.text().as_str() {
        "a1" => Reaction::Hold,
        _ => Reaction::Status(200),
    })
    .await;
    let livechat = Bot::start().await;
    let setup = Setup::new().webhook(BOT, bot.url()).webhook(LIVECHAT, livechat.url());
    let stand = setup.serve().await;
    let ((anns, ann), (bens, ben)) = (stand.lane("ann"), stand.lane("ben"));
    for text in ["a1", "a2", "a3"] {
        anns.person_says(ann, text).unwrap();
    }
    bot.arrived(1).await;
    for text in ["b1", "b2"] {
        bens.person_says(ben, text).unwrap();
    }
    settled(&bens).await;
    livechat.arrived(5).await;
    assert_eq!(bot.texts(), ["a1", "b1", "b2"], "the conversation of ann waits for its first delivery");
    bot.release(1);
    settled(&anns).await;
    assert_eq!(bot.texts(), ["a1", "b1", "b2", "a2", "a3"]);
    let of_ann: Vec<_> = livechat.texts().into_iter().filter(|text| text.starts_with('a')).collect();
    assert_eq!(of_ann, ["a1", "a2", "a3"]);
}

#[tokio::test]
async fn an_app_gets_64_connections_at_most() {
    const PEOPLE: usize = 100;
    let bot = Bot::reacting(|_, _| Reaction::Hold).await;
    let other = Bot::start().await;
    let setup = Setup::new().webhook(BOT, bot.url()).webhook(LIVECHAT, other.url());
    let stand = setup.serve().await;
    let lanes: Vec<_> = (0..PEOPLE).map(|number| stand.lane(&format!("lane {number}"))).collect();
    for (lane, person) in &lanes {
        lane.person_says(*person, "hi").unwrap();
    }
    bot.arrived(64).await;
    // The other app has everything by now, so the bot would have it too if it could.
    other.arrived(PEOPLE).await;
    assert_eq!(bot.arrivals().len(), 64);
    bot.release(PEOPLE);
    bot.arrived(PEOPLE).await;
    for (lane, _) in &lanes {
        settled(lane).await;
    }
    assert_eq!(bot.most_open(), 64);
    let connections = bot.arrivals().iter().map(|arrival| arrival.connection).max();
    assert_eq!(connections, Some(63), "connections are used again");
}

#[tokio::test]
async fn calls_are_served_while_the_delivery_that_caused_them_is_open() {
    let bot = Bot::reacting(|index, _| if index == 0 { Reaction::Hold } else { Reaction::Status(200) }).await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    let said = lane.person_says(ann, "hi").unwrap();
    bot.arrived(1).await;
    let answer = stand.send(BOT, ann, "at once").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(bot.arrivals().len(), 1, "the echo waits for its turn");
    bot.release(1);
    settled(&lane).await;
    assert_eq!(bot.texts(), ["hi", "at once"]);
    // The journal knows what the call was likely an answer to.
    let entries = entries(&lane);
    let call = entries.iter().find(|entry| matches!(entry.record, Record::Call(_))).unwrap();
    let cause = call.cause.unwrap();
    assert!(cause.assumed && cause.seq > said.seq, "{cause:?}");
}

#[tokio::test]
async fn an_echo_comes_after_its_call_was_answered() {
    echoes_follow_answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_echo_comes_after_its_call_was_answered_on_many_threads_too() {
    echoes_follow_answers().await;
}

async fn echoes_follow_answers() {
    let bot = Bot::start().await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    settled(&lane).await;
    let target = format!("/me/messages?access_token={}", token(BOT));
    let mut client = stand.client().await;
    for round in 1..200 {
        let call = Call::post(&target).json(&sending(ann, &round.to_string()));
        client.write(&call.bytes()).await;
        bot.arrived(1 + round).await;
        // Nobody has waited for the answer, so it is here only if it was sent before the echo.
        let answer = what_has_come(&mut client);
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "the echo overtook the answer");
    }
}

/// What the system holds for the connection, without asking the runtime whether there is something.
pub(crate) fn what_has_come(client: &mut Client) -> Vec<u8> {
    let socket = client.stream().as_fd().try_clone_to_owned().expect("a socket can be cloned");
    let mut bytes = vec![0; 1024];
    let length = TcpStream::from(socket).read(&mut bytes).unwrap_or_default();
    bytes.truncate(length);
    bytes
}

#[tokio::test]
async fn the_inbox_in_control_leaves_the_apps_on_standby() {
    let bot = Bot::start().await;
    let stand = Setup::new().primary(BOT).webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    let pass = json!({"recipient": {"id": ann.to_string()}, "target_app_id": Party::Inbox.number().0});
    assert_eq!(stand.post(BOT, "pass_thread_control", &pass).await.status(), 200);
    let refused = stand.send(BOT, ann, "a").await;
    assert_eq!(refused.error(), (10, 2_018_300));
    settled(&lane).await;
    assert_eq!(bot.texts(), ["hi"], "a refused send has no echo");
}

/// The results of all tries, app by app, in the order of the journal.
pub(crate) fn tries(lane: &emulator_server::Lane, app: AppId) -> Vec<(u32, AttemptResult)> {
    let tried = |record| {
        let Record::Attempt { app: tried, number, result, .. } = record else { return None };
        (tried == app).then_some((number, result))
    };
    entries(lane).into_iter().filter_map(|entry| tried(entry.record)).collect()
}

#[tokio::test]
async fn a_connection_is_used_again_and_closed_ones_are_not() {
    let bot = Bot::reacting(|index, _| match index {
        1 => Reaction::Bytes("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        _ => Reaction::Status(200),
    })
    .await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    for text in ["1", "2", "3", "4"] {
        lane.person_says(ann, text).unwrap();
        settled(&lane).await;
    }
    let connections: Vec<usize> = bot.arrivals().iter().map(|arrival| arrival.connection).collect();
    assert_eq!(connections, [0, 0, 1, 1]);
    let all = tries(&lane, BOT);
    assert!(all.iter().all(|(number, result)| *number == 1 && result.is_acknowledged()), "{all:?}");
}

#[tokio::test]
async fn apps_that_steps_play_are_sent_nothing_and_hold_nothing_up() {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    assert!(!lane.is_real(BOT));
    settled(&lane).await;
    let delivered = |record: &Record| matches!(record, Record::Effect(emulator_core::Effect::Deliver(_)));
    let count = entries(&lane).iter().filter(|entry| delivered(&entry.record)).count();
    assert_eq!(count, 2, "both apps hear of it in the journal");
    assert!(tries(&lane, BOT).is_empty());
}
