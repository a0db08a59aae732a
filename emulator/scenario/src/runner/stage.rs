//! One stage of a run: a port, its bots, and the scenarios that share them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use emulator_core::Timestamp;
use emulator_server::journal::{Origin, Record, causal_order, entry_to_json, header};
use emulator_server::{ClockMode, ControlRoutes, Lane, LaneSpec, Quiet, Stage, StageSpec, serve};
use serde_json::Map;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::journal_path::journal_path;
use super::{BEGIN_AT, BotOutput, Report, RunEvent, Shared, Verdict};
use crate::bots::{self, Bot, BotError, free_port};
use crate::cast::{Cast, Launch, Surroundings, cast};
use crate::diagnostics::Diagnostic;
use crate::failure::{Failure, FailureKind};
use crate::record::about_scenario;
use crate::scenario::{BeginAt, Scenario, WorldSpec};
use crate::scene::{Patience, Place, Scene, Turn};
use crate::select::Selected;
use crate::transcript;

/// How long an app may take to answer a webhook.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a bot may take to start.
const BOOT: Duration = Duration::from_secs(10);
/// How many lines of a bot's output a failure shows.
const OUTPUT_LINES: usize = 10;

/// A stage that is up.
struct Up {
    stage: Arc<Stage>,
    surroundings: Surroundings,
    ports: BTreeMap<String, u16>,
    bots: tokio::sync::Mutex<Vec<Bot>>,
}

/// Why a stage does not come up.
enum Down {
    Bot(BotError, Vec<BotOutput>),
    World(Vec<Diagnostic>),
}

pub(super) async fn run(group: Vec<Selected>, shared: &Arc<Shared>) {
    let Some(first) = group.first() else { return };
    let fixed = expects_fixed_port(&first.scenario.world);
    let _turn = if fixed { Some(shared.fixed_port.lock().await) } else { None };
    let port = if fixed { shared.options.port } else { 0 };
    let listener = match TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
        Ok(listener) => listener,
        Err(error) => {
            let text = format!("cannot listen on port {port}: {error}; choose another with --port");
            for selected in &group {
                shared.tell(selected, Verdict::NoPort(text.clone()), Duration::ZERO);
            }
            return;
        }
    };
    let Ok(address) = listener.local_addr() else { return };
    let surroundings = Surroundings { url: format!("http://{address}"), bin: shared.options.bin.clone() };
    let seed = first.scenario.seed.unwrap_or(shared.options.seed);
    let watch = Instant::now();
    match set_up(first, surroundings, seed, listener).await {
        Ok((up, server)) => {
            let up = Arc::new(up);
            let warning = tokio::spawn(warn(Arc::clone(&up.stage), Arc::clone(shared)));
            play_all(group, shared, &up).await;
            warning.abort();
            report_strays(&up, shared);
            for bot in std::mem::take(&mut *up.bots.lock().await) {
                bot.stop().await;
            }
            server.abort();
        }
        Err(down) => {
            for selected in &group {
                report_down(selected, &down, watch.elapsed(), shared);
            }
        }
    }
}

async fn warn(stage: Arc<Stage>, shared: Arc<Shared>) {
    stage.real_token_came().await;
    shared.send(RunEvent::RealToken);
}

/// A bot that is not started here has been told beforehand where the emulator is.
fn expects_fixed_port(world: &WorldSpec) -> bool {
    world.apps.iter().any(|app| app.webhook.is_some() && app.start.is_none())
}

async fn set_up(
    first: &Selected,
    surroundings: Surroundings,
    seed: u64,
    listener: TcpListener,
) -> Result<(Up, tokio::task::JoinHandle<()>), Down> {
    let mut ports = BTreeMap::new();
    let world = &first.scenario.world;
    let mut port = |app: &str| *ports.entry(app.to_owned()).or_insert_with(free_port);
    let cast = cast(world, &surroundings, &mut port).map_err(Down::World)?;
    let spec = StageSpec {
        seed,
        settings: Arc::clone(&cast.settings),
        pages: cast.page_names(),
        apps: cast.apps.clone(),
        webhook_timeout: WEBHOOK_TIMEOUT,
    };
    let stage = Stage::new(spec, ClockMode::Frozen { at: Timestamp(BEGIN_AT) });
    let server = tokio::spawn(serve(listener, Arc::clone(&stage), no_control()));
    let boot = first.scenario.timeouts.boot.map_or(BOOT, Duration::from_millis);
    let mut bots = Vec::new();
    match boot_bots(&stage, &cast, &surroundings, boot, &mut bots).await {
        Ok(()) => Ok((Up { stage, surroundings, ports, bots: tokio::sync::Mutex::new(bots) }, server)),
        Err(error) => {
            for bot in &mut bots {
                bot.heard_out().await;
            }
            let output = last_words(&mut bots);
            for bot in bots {
                bot.stop().await;
            }
            server.abort();
            Err(Down::Bot(error, output))
        }
    }
}

async fn boot_bots(
    stage: &Stage,
    cast: &Cast,
    surroundings: &Surroundings,
    within: Duration,
    bots: &mut Vec<Bot>,
) -> Result<(), BotError> {
    for start in &cast.starts {
        match &start.launch {
            Launch::Command { command, folder } => {
                bots.push(Bot::start(&surroundings.bin, start, command, folder)?);
            }
            Launch::ByHand => {}
        }
    }
    for app in cast.apps.iter().filter(|app| app.webhook.is_some()) {
        let bot = bots.iter_mut().find(|bot| bot.name == app.name);
        bots::ready(stage, (app.id, &app.name), bot, within).await?;
    }
    Ok(())
}

/// Runs have no control API: everything is said in the files.
fn no_control() -> ControlRoutes {
    Arc::new(|_| {
        Box::pin(async {
            let text = bytes::Bytes::from_static(b"{\"error\":\"a run has no control API; use serve\"}");
            let mut response = hyper::Response::new(text.into());
            *response.status_mut() = hyper::StatusCode::NOT_FOUND;
            response
        })
    })
}

async fn play_all(group: Vec<Selected>, shared: &Arc<Shared>, up: &Arc<Up>) {
    let mut playing = JoinSet::new();
    for selected in group {
        let Ok(open) = Arc::clone(&shared.open).acquire_owned().await else { break };
        let (shared, up) = (Arc::clone(shared), Arc::clone(up));
        playing.spawn(async move {
            if selected.scenario.alone {
                let _alone = shared.company.write().await;
                play(&selected, &shared, &up).await;
            } else {
                let _company = shared.company.read().await;
                play(&selected, &shared, &up).await;
            }
            drop(open);
        });
    }
    while let Some(finished) = playing.join_next().await {
        if let Err(error) = finished
            && error.is_panic()
        {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

async fn play(selected: &Selected, shared: &Shared, up: &Up) {
    let watch = Instant::now();
    let scenario = &selected.scenario;
    let mut ports = up.ports.clone();
    let mut port = |app: &str| *ports.entry(app.to_owned()).or_insert_with(free_port);
    let cast = match cast(&scenario.world, &up.surroundings, &mut port) {
        Ok(cast) => Arc::new(cast),
        Err(problems) => return report_down(selected, &Down::World(problems), watch.elapsed(), shared),
    };
    let spec = LaneSpec {
        name: selected.name.clone(),
        clock: ClockMode::Frozen { at: begin_at(scenario, shared) },
        settings: Some(Arc::clone(&cast.settings)),
        people: cast.people.clone(),
    };
    let lane = match up.stage.open_lane(spec) {
        Ok(lane) => lane,
        Err(error) => return shared.tell(selected, Verdict::Broken(error.to_string()), Duration::ZERO),
    };
    let place = Place {
        stage: Arc::clone(&up.stage),
        lane: Arc::clone(&lane),
        cast,
        surroundings: up.surroundings.clone(),
    };
    let turn = Turn::of(Arc::clone(&shared.turns));
    let result = play_steps(selected, place, turn).await;
    let settled = lane.settled(Duration::from_secs(1)).await;
    up.stage.close_lane(&lane);
    let mut verdict = result.map_or_else(Verdict::Failed, |()| Verdict::Passed);
    if let Err(unsettled) = settled
        && matches!(verdict, Verdict::Passed)
    {
        verdict = Verdict::Broken(unsettled.to_string());
    }
    if let Err(why) = write_journal(shared, up, &lane, selected) {
        verdict = Verdict::Broken(why);
    }
    let output = match verdict {
        Verdict::Passed => Vec::new(),
        Verdict::Failed(_)
        | Verdict::Skipped(_)
        | Verdict::NoPort(_)
        | Verdict::Unreachable(_)
        | Verdict::Broken(_) => last_words(&mut up.bots.lock().await),
    };
    let (name, path, took) = (selected.name.clone(), selected.path.clone(), watch.elapsed());
    let report = Report { name, path, verdict, took, raced: lane.is_raced(), output };
    shared.send(RunEvent::Finished(Box::new(report)));
}

/// Where the clock of a scenario stands at first.
fn begin_at(scenario: &Scenario, shared: &Shared) -> Timestamp {
    match scenario.begin_at {
        None => Timestamp(BEGIN_AT),
        Some(BeginAt::Time(at)) => Timestamp(at),
        Some(BeginAt::Now) => shared.began,
    }
}

async fn play_steps(selected: &Selected, place: Place, turn: Turn) -> Result<(), Box<Failure>> {
    let scenario = &selected.scenario;
    let mut patience = Patience::default();
    let timeouts = scenario.timeouts;
    patience.reply = timeouts.reply.map_or(patience.reply, Duration::from_millis);
    patience.settle = timeouts.settle.map_or(patience.settle, Duration::from_millis);
    patience.quiet = timeouts.quiet.map_or(patience.quiet, |ms| Quiet::For(Duration::from_millis(ms)));
    let vars = Map::clone(&selected.vars);
    let mut scene = Scene::new(place, Arc::clone(&scenario.file), vars, patience).with_turn(turn);
    scene.play(&scenario.steps, scenario.unread).await
}

/// Writes the lane's journal in causal order.
fn write_journal(shared: &Shared, up: &Up, lane: &Lane, selected: &Selected) -> Result<(), String> {
    let Selected { path, called, scenario, .. } = selected;
    let Some(folder) = &shared.options.journal else { return Ok(()) };
    let into = folder.join(journal_path(path, called));
    let entries =
        lane.entries_after(0).map_err(|_| "the journal of this scenario is larger than 64 MiB".to_owned())?;
    let names = lane.names();
    let mut about = about_scenario(scenario, called, path);
    if lane.is_raced() {
        about["raced"] = true.into();
    }
    let origin = Origin { about, folder: std::env::current_dir().ok() };
    let mut text = header(lane, scenario.seed.unwrap_or(shared.options.seed), up.stage.settings(), &origin);
    text.push('\n');
    for entry in causal_order(entries) {
        text.push_str(&entry_to_json(&entry, &names));
        text.push('\n');
    }
    let written =
        into.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&into, text));
    written.map_err(|error| format!("cannot write the journal {}: {error}", into.display()))
}

fn last_words(bots: &mut [Bot]) -> Vec<BotOutput> {
    let words = |bot: &mut Bot| {
        let ended = bot.ended().map_or_else(String::new, |status| format!(", which has ended ({status})"));
        BotOutput { title: format!("the bot `{}`{ended}", bot.name), lines: bot.last_lines(OUTPUT_LINES) }
    };
    bots.iter_mut()
        .map(words)
        .filter(|output| !output.lines.is_empty() || output.title.contains("ended"))
        .collect()
}

fn report_strays(up: &Up, shared: &Shared) {
    let lane = up.stage.own_lane();
    let names = lane.names();
    for entry in lane.entries_after(0).unwrap_or_default() {
        if matches!(entry.record, Record::Refused { .. }) {
            let call = entry.cause.and_then(|cause| lane.entry(cause.seq));
            let call = call.and_then(|call| transcript::line(&call, &names)).unwrap_or_default();
            let refusal = transcript::line(&entry, &names).unwrap_or_default();
            shared.send(RunEvent::Stray(format!("{call}: {}", refusal.trim())));
        }
    }
}

fn report_down(selected: &Selected, down: &Down, took: Duration, shared: &Shared) {
    let (verdict, output) = match down {
        Down::Bot(error, output) => (Verdict::Unreachable(error.clone()), output.clone()),
        Down::World(problems) => {
            let first = problems.first().cloned();
            let problem = first
                .unwrap_or_else(|| Diagnostic::new(selected.scenario.span, "the world cannot be set up"));
            (Verdict::Failed(Failure::new(FailureKind::Error, problem)), Vec::new())
        }
    };
    let (name, path) = (selected.name.clone(), selected.path.clone());
    let report = Report { name, path, verdict, took, raced: false, output };
    shared.send(RunEvent::Finished(Box::new(report)));
}
