//! Two hundred lanes whose clocks move by different amounts at the same time, against one bot
//! process and one Page token.

use emulator_tests::binary;
use std::process::Stdio;
use std::sync::Arc;

use emulator_core::{AppId, Effect, Party, Psid, Sender, Span};
use emulator_server::journal::{Entry, Record};
use emulator_server::{ClockMode, Lane, Quiet};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::http::PATIENCE;
use crate::stand::{BOT, LIVECHAT, MORNING, Says as _, Setup, Stand, entries, journal, open_lane, settled};

const LANES: i64 = 200;

/// A stage with the emulator's own bot, a process of its own.
struct Show {
    stand: Stand,
    _bot: Child,
}

impl Show {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let graph = format!("http://{}", listener.local_addr().expect("it is bound"));
        let mut bot = tokio::process::Command::new(binary())
            .args(["demo-bot", "--port", "0"])
            .env_clear()
            .env("GRAPH_API_URL", graph)
            .env("HANDOVER_APP_ID", LIVECHAT.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the bot starts");
        let mut lines = BufReader::new(bot.stderr.take().expect("it is piped")).lines();
        let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("the bot comes up");
        let first = first.expect("it is text").unwrap_or_default();
        let url = first.rsplit(' ').next().expect("it names its address").to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "the bot says: {first}");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let stage = Setup::new().primary(BOT).webhook(BOT, url).stage();
        stage.handshake(BOT).await.expect("the bot knows its verify token");
        Self { stand: Stand::on(listener, stage), _bot: bot }
    }
}

/// How many messages the app has sent.
fn sent(lane: &Lane, app: AppId) -> usize {
    let by_app = |record: &Record| matches!(record, Record::Effect(Effect::Message { from: Sender::Party(from), .. }) if *from == Party::App(app));
    entries(lane).iter().filter(|entry| by_app(&entry.record)).count()
}

/// Waits for what the bot is sure to do. Not for the lack of anything: that would need time to pass.
async fn until(lane: &Lane, what: &str, happened: impl Fn(&Lane) -> bool) {
    loop {
        let seq = lane.last_seq();
        if happened(lane) {
            break;
        }
        assert!(lane.changed_since(seq, PATIENCE).await, "{}: no {what}: {:#?}", lane.name(), journal(lane));
    }
    settled(lane).await;
}

/// One lane's story. Its number decides how far the clock moves in between.
async fn play(lane: &Arc<Lane>, ann: Psid, number: i64) {
    let advance =
        async |span: Span| lane.advance(lane.after(span), Quiet::Auto, PATIENCE).await.expect("it settles");
    lane.person_says(ann, "hello").expect("ann may write");
    until(lane, "greeting", |lane| sent(lane, BOT) == 1).await;
    advance(Span(number * 7 * 60_000 + 1)).await;
    lane.person_says(ann, &format!("this is {number}")).expect("ann may write");
    until(lane, "answer", |lane| sent(lane, BOT) == 2).await;
    // In some lanes control ends and the window closes meanwhile.
    advance(Span(number % 5 * 13 * Span::HOUR.0)).await;
    lane.person_says(ann, "human").expect("ann may write");
    let passed = |lane: &Lane| {
        lane.conversation(ann).is_some_and(|it| it.control.owner() == Some(Party::App(LIVECHAT)))
    };
    until(lane, "pass", passed).await;
    let hours = number % 30;
    advance(Span(hours * Span::HOUR.0 + number)).await;
    lane.person_says(ann, "is anybody there?").expect("ann may write");
    // After a day the conversation is idle, so the bot as the primary receiver gets it back.
    let answers = if hours >= 24 { 4 } else { 3 };
    until(lane, "welcome", |lane| sent(lane, BOT) == answers).await;
    advance(Span(number * 1_000)).await;
    assert!(!lane.is_raced() && lane.late().is_none(), "{} is not what it was alone", lane.name());
}

fn lane_of(show: &Show, number: i64) -> (Arc<Lane>, Psid) {
    open_lane(&show.stand.stage, &format!("lane {number}"), ClockMode::Frozen { at: MORNING })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_lanes_share_a_bot_and_a_token_and_nothing_else() {
    let show = Show::new().await;
    let lanes: Vec<_> = (0..LANES).map(|number| lane_of(&show, number)).collect();
    let mut playing = JoinSet::new();
    for (number, (lane, ann)) in (0..).zip(lanes.clone()) {
        playing.spawn(async move { play(&lane, ann, number).await });
    }
    playing.join_all().await;

    // No lane mentions the people of another, and nothing went astray.
    assert_eq!(show.stand.stage.own_lane().last_seq(), 0);
    let together: Vec<Vec<Value>> = lanes.iter().map(|(lane, _)| journal(lane)).collect();
    let texts: Vec<String> = together.iter().map(|lines| Value::from(lines.clone()).to_string()).collect();
    for (number, text) in texts.iter().enumerate() {
        for (other, (_, ann)) in lanes.iter().enumerate() {
            assert_eq!(
                text.contains(&ann.to_string()),
                other == number,
                "lane {number} and the person of {other}"
            );
        }
        let people = entries(&lanes[number].0).iter().filter_map(Entry::person).collect::<Vec<_>>();
        assert!(people.iter().all(|person| *person == lanes[number].1));
    }

    // Each lane went as it goes alone, on a stage and with a bot of its own.
    let few = Arc::new(Semaphore::new(4));
    let mut alone = JoinSet::new();
    for number in 0..LANES {
        let few = Arc::clone(&few);
        alone.spawn(async move {
            let _permit = few.acquire().await;
            let show = Show::new().await;
            let (lane, ann) = lane_of(&show, number);
            play(&lane, ann, number).await;
            (number, journal(&lane))
        });
    }
    for (number, journal) in alone.join_all().await {
        let together = &together[usize::try_from(number).expect("it counts up")];
        for (one, other) in together.iter().zip(&journal) {
            assert_eq!(one, other, "lane {number}");
        }
        assert_eq!(together.len(), journal.len(), "lane {number}");
    }
}
