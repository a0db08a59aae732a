//! The engine between a person and a bot, in this process as the pair is in its own: what a turn costs beyond the
//! pair is what the engine costs, without a control API on top.
//!
//! `bot ADDRESS` names the bot; `round CHATS MILLISECONDS` talks in so many conversations of one lane at once and
//! answers as the pair does.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use emulator_core::{
    App, AppId, Connection, Effect, Field, Message, Page, PageId, PersonAct, Psid, Sender, Settings,
};
use emulator_server::journal::Record;
use emulator_server::{AppSpec, ClockMode, ControlRoutes, Lane, LaneSpec, PersonSpec, Stage, StageSpec};
use hyper::Response;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::super::histogram::Histogram;
use super::reply;

const PAGE: PageId = PageId(100_000_000_000_001);
const APP: AppId = AppId(200_000_000_000_001);
const MOST_CHATS: usize = 256;
/// How long a bot may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A lane with a bot, and who waits for its answers.
struct Engine {
    lane: Arc<Lane>,
    people: Vec<Psid>,
    answered: Arc<BTreeMap<Psid, Notify>>,
}

pub(super) async fn run(listener: TcpListener, mut commands: UnboundedReceiver<String>) -> Result<()> {
    let mut listener = Some(listener);
    let mut engine = None;
    while let Some(command) = commands.recv().await {
        let words: Vec<_> = command.split(' ').collect();
        match (words.as_slice(), listener.take(), &engine) {
            (["bot", address], Some(listener), _) => engine = Some(set_up(address.parse()?, listener)?),
            (["round", chats, length], _, Some(engine)) => {
                match talk(engine, chats.parse()?, Duration::from_millis(length.parse()?)).await {
                    Ok(answer) => reply(&answer),
                    Err(error) => reply(&json!({"error": format!("{error:#}")}).to_string()),
                }
            }
            _ => bail!("unknown command {command}"),
        }
    }
    Ok(())
}

fn set_up(bot: SocketAddr, listener: TcpListener) -> Result<Engine> {
    let connection = Connection { fields: [Field::Messages].into_iter().collect(), ..Connection::default() };
    let page = Page { apps: [(APP, connection)].into(), ..Page::named("Bench") };
    let settings = Settings { pages: [(PAGE, page)].into(), apps: [(APP, App::named("bot"))].into() };
    let app = AppSpec {
        id: APP,
        name: "bot".to_owned(),
        secret: "bot-app-secret".to_owned(),
        verify_token: "bot-verify-token".to_owned(),
        page_tokens: vec![(PAGE, "bot-page-token".to_owned())],
        webhook: Some(format!("http://{bot}/webhook").parse().context("the bot has no address")?),
        api_version: None,
    };
    let (settings, pages) = (Arc::new(settings), BTreeMap::new());
    let webhook_timeout = Duration::from_secs(20);
    let spec = StageSpec { seed: 1, settings, pages, apps: vec![app], webhook_timeout };
    let stage = Stage::new(spec, ClockMode::Real);
    let person = |index: usize| PersonSpec::named(format!("person{index}"), PAGE);
    let people = (0..MOST_CHATS).map(person).collect();
    let lane = LaneSpec { name: "bench".to_owned(), clock: ClockMode::Real, settings: None, people };
    let lane = stage.open_lane(lane).context("failed to open a lane")?;
    stage.give_unnamed_calls(&lane);
    let people: Vec<Psid> = lane.people().values().flat_map(BTreeMap::values).copied().collect();
    let answered: Arc<BTreeMap<_, _>> = Arc::new(people.iter().map(|psid| (*psid, Notify::new())).collect());
    tokio::spawn(emulator_server::serve(listener, stage, no_control(), Arc::default()));
    tokio::spawn(observe(Arc::clone(&lane), Arc::clone(&answered)));
    Ok(Engine { lane, people, answered })
}

fn no_control() -> ControlRoutes {
    Arc::new(|_| Box::pin(async { Response::new(bytes::Bytes::new().into()) }))
}

/// Tells each person of the messages that reach them.
async fn observe(lane: Arc<Lane>, answered: Arc<BTreeMap<Psid, Notify>>) {
    let mut seen = 0;
    loop {
        for entry in lane.entries_after(seen).unwrap_or_default() {
            seen = entry.seq;
            if let Record::Effect(Effect::Message { person, from: Sender::Party(_), .. }) = entry.record
                && let Some(notify) = answered.get(&person)
            {
                notify.notify_one();
            }
        }
        lane.changed_since(seen, PATIENCE).await;
    }
}

async fn talk(engine: &Engine, chats: usize, length: Duration) -> Result<String> {
    ensure!(chats <= MOST_CHATS, "at most {MOST_CHATS} chats");
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for person in engine.people.iter().copied().take(chats) {
        let (lane, answered) = (Arc::clone(&engine.lane), Arc::clone(&engine.answered));
        tasks.spawn(chat_with(lane, answered, person, begun + length));
    }
    let mut latencies = Histogram::new();
    while let Some(ended) = tasks.join_next().await {
        latencies.merge(&ended.context("a chat's task failed")??);
    }
    Ok(json!({
        "turns": latencies.count(),
        "seconds": begun.elapsed().as_secs_f64(),
        "p50": latencies.percentile(50).as_secs_f64(),
        "p99": latencies.percentile(99).as_secs_f64(),
    })
    .to_string())
}

async fn chat_with(
    lane: Arc<Lane>,
    answered: Arc<BTreeMap<Psid, Notify>>,
    person: Psid,
    until: Instant,
) -> Result<Histogram> {
    let notify = answered.get(&person).context("a person nobody knows")?;
    let mut latencies = Histogram::new();
    let mut begun = Instant::now();
    while begun < until {
        let hello = PersonAct::Says(Arc::new(Message::text("hello")));
        ensure!(lane.person_acts(person, hello).result.is_ok(), "a person who cannot write");
        timeout(PATIENCE, notify.notified()).await.context("the bot did not answer")?;
        let now = Instant::now();
        latencies.add(now - begun);
        begun = now;
    }
    Ok(latencies)
}
