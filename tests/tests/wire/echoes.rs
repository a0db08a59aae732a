//! Echoes and receipts: when they leave, where they go, and in which order (C-22, C-164, M-194,
//! M-194a).

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use emulator_core::{Effect, Psid};
use emulator_server::journal::{Entry, Record};
use serde_json::json;

use crate::bot::{Acknowledges, Arrival, Bot, GraphCall, Reaction};
use crate::http::Call;
use crate::scene::Scene;
use crate::stand::{BOT, LIVECHAT, Says as _, Setup, Stand, entries, sending, settled, token};

fn send(person: &str, text: &str) -> Call {
    let body = json!({"recipient": {"id": person}, "message": {"text": text}});
    Call::post(&format!("/me/messages?access_token={}", token(BOT))).json(&body)
}

fn pass(person: &str) -> Call {
    let body = json!({"recipient": {"id": person}, "target_app_id": LIVECHAT.0});
    Call::post(&format!("/me/pass_thread_control?access_token={}", token(BOT))).json(&body)
}

/// A bot that answers `hi`, passes control on right behind its answer, and acknowledges before or
/// after all that. Live chat acknowledges nothing of a person until it is let.
struct PassesOn {
    bot: Bot,
    livechat: Bot,
    stand: Stand,
}

impl PassesOn {
    async fn new(acknowledges: Acknowledges) -> Self {
        let graph = Arc::new(OnceLock::<SocketAddr>::new());
        let server = Arc::clone(&graph);
        let bot = Bot::reacting(move |_, arrival| {
            if arrival.text() != "hi" {
                return Reaction::Status(200);
            }
            let person = arrival.event()["sender"]["id"].as_str().unwrap().to_owned();
            let server = *server.get().unwrap();
            let calls = [send(&person, "one moment"), pass(&person)];
            Reaction::Works(acknowledges, calls.into_iter().map(|call| GraphCall(server, call)).collect())
        });
        let livechat = Bot::reacting(|_, arrival| match arrival.text().as_str() {
            "hi" => Reaction::Hold,
            _ => Reaction::Status(200),
        });
        let (bot, livechat) = (bot.await, livechat.await);
        let setup = Setup::new().primary(BOT).webhook(BOT, bot.url()).webhook(LIVECHAT, livechat.url());
        let stand = setup.serve().await;
        graph.set(stand.address).unwrap();
        Self { bot, livechat, stand }
    }
}

fn echo_channels(bot: &Bot) -> Vec<&'static str> {
    let echoes = bot.arrivals().into_iter().filter(|arrival| arrival.text() == "one moment");
    echoes.map(|echo| echo.channel()).collect()
}

/// Where the echo goes to the bot and to live chat, in many conversations at once.
async fn passed_on(acknowledges: Acknowledges) -> (Vec<&'static str>, Vec<&'static str>) {
    const LANES: usize = 50;
    let show = PassesOn::new(acknowledges).await;
    let lanes: Vec<_> = (0..LANES).map(|number| show.stand.lane(&format!("lane {number}"))).collect();
    for (lane, ann) in &lanes {
        lane.person_says(*ann, "hi").unwrap();
    }
    // What was said and the echo. By then the bot has long passed control on, and live chat has
    // acknowledged nothing.
    show.bot.arrived(2 * LANES).await;
    show.livechat.arrived(LANES).await;
    show.livechat.release(LANES);
    show.livechat.arrived(3 * LANES).await;
    for (lane, _) in &lanes {
        settled(lane).await;
    }
    (echo_channels(&show.bot), echo_channels(&show.livechat))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_passes_control_in_the_handler_finds_the_own_echo_on_standby() {
    let (bot, livechat) = passed_on(Acknowledges::Last).await;
    assert_eq!((bot, livechat), (vec!["standby"; 50], vec!["messaging"; 50]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_acknowledges_first_has_the_echo_before_control_moves() {
    let (bot, livechat) = passed_on(Acknowledges::First).await;
    assert_eq!((bot, livechat), (vec!["messaging"; 50], vec!["standby"; 50]));
}

#[tokio::test]
async fn a_moved_echo_says_why_and_is_what_was_promised_otherwise() {
    let bot = Bot::reacting(|index, _| if index == 0 { Reaction::Hold } else { Reaction::Status(200) }).await;
    let stand = Setup::new().primary(BOT).webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    bot.arrived(1).await;
    stand.call(&send(&ann.to_string(), "one moment")).await;
    stand.call(&pass(&ann.to_string())).await;
    bot.release(1);
    settled(&lane).await;
    let entries = entries(&lane);
    let of_echo = |entry: &Entry| {
        let Effect::Deliver(delivery) = entry.effect()? else { return None };
        (delivery.app == BOT && delivery.event.follows_send()).then(|| delivery.clone())
    };
    let told: Vec<_> = entries.iter().filter_map(|entry| Some((entry, of_echo(entry)?))).collect();
    let [(first, promised), (second, made)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(second.cause.map(|cause| cause.seq), Some(first.seq));
    assert_eq!(second.rule.map(|rule| rule.rule().code), Some("C-22"));
    assert_eq!((promised.at, &promised.event), (made.at, &made.event));
    let tried = entries.iter().filter_map(Entry::tried).collect::<Vec<_>>();
    assert!(!tried.contains(&first.seq) && tried.contains(&second.seq), "{tried:?}");
}

#[tokio::test]
async fn an_echo_that_its_app_may_not_hear_on_standby_is_not_heard() {
    use emulator_core::Field::{MessageEchoes, Messages};
    let bot = Bot::reacting(|index, _| if index == 0 { Reaction::Hold } else { Reaction::Status(200) }).await;
    let setup = Setup::new().primary(BOT).fields(BOT, &[Messages, MessageEchoes]);
    let stand = setup.webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    bot.arrived(1).await;
    stand.call(&send(&ann.to_string(), "one moment")).await;
    stand.call(&pass(&ann.to_string())).await;
    bot.release(1);
    settled(&lane).await;
    assert_eq!(bot.texts(), ["hi"]);
    let unheard = entries(&lane)
        .into_iter()
        .any(|entry| matches!(entry.record, Record::Effect(Effect::Unheard { app: BOT, .. })));
    assert!(unheard, "the journal says that it was not heard");
}

#[tokio::test]
async fn receipts_come_behind_their_echo_and_both_behind_the_answer() {
    let scene = Scene::of(Setup::new().primary(BOT).all_fields()).await;
    scene.says("hello");
    for text in ["one", "two"] {
        scene.stand.send(BOT, scene.ann, text).await;
    }
    settled(&scene.lane).await;
    let what = |arrival: &Arrival| {
        let event = arrival.event();
        if event["delivery"].is_object() { "receipt".to_owned() } else { arrival.text() }
    };
    for bot in [&scene.bot, &scene.livechat] {
        let heard: Vec<String> = bot.arrivals().iter().map(what).collect();
        assert_eq!(heard, ["hello", "one", "receipt", "two", "receipt"]);
        // A receipt tells of the message before it.
        let events: Vec<_> = bot.arrivals().iter().map(Arrival::event).collect();
        for pair in [&events[1..3], &events[3..5]] {
            assert_eq!(pair[1]["delivery"]["mids"], json!([pair[0]["message"]["mid"]]));
            assert_eq!(pair[1]["delivery"]["watermark"], pair[0]["timestamp"]);
        }
    }
}

async fn before_its_answer(bot: &Bot, held: usize) -> (Stand, Arc<emulator_server::Lane>, Psid) {
    let setup = Setup::new().primary(BOT).option("echo_order", "before_answer").webhook(BOT, bot.url());
    let stand = setup.serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    bot.arrived(1).await;
    if held == 0 {
        settled(&lane).await;
    }
    (stand, lane, ann)
}

#[tokio::test]
async fn an_echo_comes_before_its_answer_where_the_world_says_so() {
    let bot = Bot::reacting(|_, arrival| match arrival.text().as_str() {
        "first" => Reaction::Hold,
        _ => Reaction::Status(200),
    })
    .await;
    let (stand, lane, ann) = before_its_answer(&bot, 0).await;
    let mut client = stand.client().await;
    let target = format!("/me/messages?access_token={}", token(BOT));
    client.write(&Call::post(&target).json(&sending(ann, "first")).bytes()).await;
    // The echo has come, and the bot does not let go of it: the answer waits.
    bot.arrived(2).await;
    assert!(crate::delivery::what_has_come(&mut client).is_empty(), "the answer waits for the echo");
    bot.release(1);
    assert_eq!(client.answer().await.expect("an answer").status(), 200);
    settled(&lane).await;
    assert_eq!(bot.texts(), ["hi", "first"]);
}

#[tokio::test]
async fn a_bot_that_waits_for_its_answer_before_it_acknowledges_gets_it() {
    let bot = Bot::reacting(|index, _| if index == 0 { Reaction::Hold } else { Reaction::Status(200) }).await;
    let (stand, lane, ann) = before_its_answer(&bot, 1).await;
    assert_eq!(stand.send(BOT, ann, "in the handler").await.status(), 200);
    assert_eq!(bot.texts(), ["hi"], "the echo waits for its turn");
    bot.release(1);
    settled(&lane).await;
    assert_eq!(bot.texts(), ["hi", "in the handler"]);
}

#[tokio::test]
async fn apps_that_listen_slowly_hold_up_nobody_else() {
    let livechat = Bot::reacting(|_, _| Reaction::Hold).await;
    let bot = Bot::start().await;
    let setup = Setup::new().primary(BOT).webhook(BOT, bot.url()).webhook(LIVECHAT, livechat.url());
    let stand = setup.serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    for text in ["one", "two"] {
        stand.send(BOT, ann, text).await;
    }
    bot.arrived(3).await;
    assert_eq!(
        (bot.texts(), livechat.texts()),
        (vec!["hi".into(), "one".into(), "two".into()], vec!["hi".to_owned()])
    );
    livechat.release(3);
    settled(&lane).await;
    assert_eq!(livechat.texts(), ["hi", "one", "two"]);
}
