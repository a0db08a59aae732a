//! One stage of a run: a port, its bots, and the scenarios that share them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;

use emulator_core::Timestamp;
use emulator_server::{ClockMode, ControlRoutes, Stage, StageSpec, serve};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::keep::Held;
use super::play::play;
use super::set_up::{SetUp, refused_calls};
use super::visits::Visits;
use super::{AfterFailure, BEGIN_AT, BotOutput, Report, RunEvent, Shared, Verdict};
use crate::bots::{BotError, ByHand, Crew, ServedBots, free_port};
use crate::cast::{Surroundings, cast};
use crate::diagnostics::Diagnostic;
use crate::failure::{Failure, FailureKind};
use crate::scenario::Given;
use crate::scenario::WorldSpec;
use crate::scene::Place;
use crate::select::Selected;

/// How long an app may take to answer a webhook, in milliseconds.
const WEBHOOK_TIMEOUT: u64 = 20_000;
/// How long a bot may take to start, in milliseconds.
const BOOT: u64 = 10_000;

/// A stage that is up.
pub(super) struct Up {
    pub(super) stage: Arc<Stage>,
    pub(super) surroundings: Surroundings,
    pub(super) ports: BTreeMap<String, u16>,
    pub(super) crew: Arc<Crew>,
    pub(super) set_up: SetUp,
    pub(super) visits: Visits,
    /// Where the webhook of each app is that has one.
    pub(super) webhooks: Vec<(String, String)>,
    /// Held by a scenario that has people with fixed ids, for they live in one lane at a time.
    pub(super) fixed_people: Mutex<()>,
    /// The control API, once something is kept.
    control: Arc<OnceLock<ControlRoutes>>,
    server: JoinHandle<()>,
}

/// Why a stage does not come up.
pub(super) enum Down {
    Bot(BotError, Vec<BotOutput>),
    World(Vec<Diagnostic>),
}

/// Brings a stage up and plays the scenarios on it; gives those that are to be played again.
pub(super) async fn run(group: Vec<Selected>, shared: &Arc<Shared>) -> Vec<Selected> {
    let Some(first) = group.first() else { return Vec::new() };
    let fixed = expects_fixed_port(&first.scenario.world);
    let _turn = if fixed { Some(shared.fixed_port.lock().await) } else { None };
    if shared.is_over() {
        group.iter().for_each(|selected| shared.leave_out(selected));
        return Vec::new();
    }
    let port = if fixed { shared.options.port } else { 0 };
    let listener = match TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
        Ok(listener) => listener,
        Err(error) => {
            let text = format!("cannot listen on port {port}: {error}; choose another with --port");
            return tell_all(&group, shared, |_| Verdict::NoPort(text.clone()));
        }
    };
    let watch = Instant::now();
    match set_up(first, listener, shared).await {
        Ok(up) => {
            let up = Arc::new(up);
            let warning = tokio::spawn(warn(Arc::clone(&up.stage), Arc::clone(shared)));
            let again = play_all(group, shared, &up).await;
            warning.abort();
            tell_strays(&up, shared);
            if !is_kept(&up, shared) {
                up.crew.stop().await;
                up.server.abort();
            }
            again
        }
        Err(down) => {
            let finish = |selected| shared.finish(selected, down.report(selected, watch.elapsed()));
            group.iter().filter_map(finish).collect()
        }
    }
}

fn tell_all(group: &[Selected], shared: &Shared, verdict: impl Fn(&Selected) -> Verdict) -> Vec<Selected> {
    group.iter().filter_map(|selected| shared.tell(selected, verdict(selected), Duration::ZERO)).collect()
}

async fn warn(stage: Arc<Stage>, shared: Arc<Shared>) {
    stage.real_token_came().await;
    shared.send(RunEvent::RealToken);
}

/// A bot that is not started here has been told beforehand where the emulator is.
fn expects_fixed_port(world: &WorldSpec) -> bool {
    world.apps.iter().any(|app| app.webhook.is_some() && app.start.is_none())
}

/// A free port for each app that asks. A bot that is started by hand keeps its port for the whole run, so that it need
/// not be started again for the next stage.
fn ports(world: &WorldSpec, shared: &Shared) -> BTreeMap<String, u16> {
    let mut ports = shared.options.by_hand.0.lock().unwrap_or_else(PoisonError::into_inner);
    let by_hand = world.apps.iter().filter(|app| app.given == Some(Given::ByHand));
    let own = |name: &str| (name.to_owned(), *ports.entry(name.to_owned()).or_insert_with(free_port));
    by_hand.map(|app| app.name.value.as_str()).map(own).collect()
}

async fn set_up(first: &Selected, listener: TcpListener, shared: &Arc<Shared>) -> Result<Up, Down> {
    let world = &first.scenario.world;
    let options = &shared.options;
    let tls = listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
    let redirect = options.redirect.clone();
    let surroundings = Surroundings { url: format!("http://{tls}"), tls, bin: options.bin.clone(), redirect };
    let mut ports = ports(world, shared);
    let mut port = |app: &str| *ports.entry(app.to_owned()).or_insert_with(free_port);
    let cast = cast(world, &surroundings, &mut port).map_err(Down::World)?;
    let spec = StageSpec {
        seed: first.scenario.seed.unwrap_or(options.seed),
        settings: Arc::clone(&cast.settings),
        pages: cast.page_names(),
        apps: cast.apps.clone(),
        webhook_timeout: options.pace.of(WEBHOOK_TIMEOUT),
    };
    let stage = Stage::new(spec, ClockMode::Frozen { at: Timestamp(BEGIN_AT) });
    stage.is_at(&surroundings.url);
    let control = Arc::new(OnceLock::new());
    let entrance = Arc::clone(&options.entrance);
    let routes = routes(Arc::clone(&control));
    let server = tokio::spawn(serve(listener, Arc::clone(&stage), routes, entrance));
    let boot = options.pace.of(first.scenario.timeouts.boot.unwrap_or(BOOT));
    let waits = |by_hand: ByHand<'_>| match by_hand {
        ByHand::Start(start, webhook) => {
            let env = start.env.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            shared.send(RunEvent::Waiting { app: start.name.clone(), webhook, env });
        }
        ByHand::NotReady(why) => shared.send(RunEvent::NotReady(why)),
    };
    let address =
        |app: &emulator_server::AppSpec| Some((app.name.clone(), app.webhook.as_ref()?.to_string()));
    let webhooks = cast.apps.iter().filter_map(address).collect();
    match Crew::start(Arc::clone(&stage), &cast, &surroundings, boot, &waits).await {
        Ok(crew) => {
            let (crew, fixed_people) = (Arc::new(crew), Mutex::new(()));
            let set_up = SetUp::done(&stage, &cast, boot, &shared.habits).await;
            let visits = Visits::default();
            Ok(Up {
                stage,
                surroundings,
                ports,
                crew,
                set_up,
                visits,
                webhooks,
                fixed_people,
                control,
                server,
            })
        }
        Err((error, output)) => {
            server.abort();
            Err(Down::Bot(error, output))
        }
    }
}

/// Runs have no control API, since everything is said in the files, until something is kept.
fn routes(control: Arc<OnceLock<ControlRoutes>>) -> ControlRoutes {
    Arc::new(move |request| match control.get() {
        Some(routes) => routes(request),
        None => Box::pin(async {
            let text = bytes::Bytes::from_static(
                b"{\"error\":\"a run has no control API; use serve, or keep a failure with --keep\"}",
            );
            let mut response = hyper::Response::new(text.into());
            *response.status_mut() = hyper::StatusCode::NOT_FOUND;
            response
        }),
    })
}

async fn play_all(group: Vec<Selected>, shared: &Arc<Shared>, up: &Arc<Up>) -> Vec<Selected> {
    let mut playing = JoinSet::new();
    for selected in group {
        let Ok(open) = Arc::clone(&shared.open).acquire_owned().await else { break };
        let (shared, up) = (Arc::clone(shared), Arc::clone(up));
        playing.spawn(async move {
            let alone = if selected.scenario.alone { Some(shared.company.write().await) } else { None };
            let company = if alone.is_none() { Some(shared.company.read().await) } else { None };
            let again = play(&selected, &shared, &up).await;
            drop((alone, company, open));
            again
        });
    }
    let mut again = Vec::new();
    while let Some(finished) = playing.join_next().await {
        match finished {
            Ok(selected) => again.extend(selected),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
    again
}

/// Keeps a stage as it is when the run is to do so and keeps none yet.
pub(super) fn keep(up: &Arc<Up>, shared: &Shared, place: Place, report: &Report) -> bool {
    let for_good = shared.round.load(Ordering::Relaxed) > shared.options.retries;
    let failed = report.verdict.is_failure();
    if shared.options.failure != AfterFailure::Keep || !(failed || shared.options.keeps_at_end) || !for_good {
        return false;
    }
    let mut kept = shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.is_some() {
        return false;
    }
    *kept = Some(Held::new(Arc::clone(up), place.lane.name().to_owned(), failed));
    let place = Place { bots: Some(ServedBots::of(Arc::clone(&up.crew))), ..place };
    // Nobody else sets it: this stage is the one that is kept.
    let _ = up.control.set((shared.options.control)(place));
    true
}

fn is_kept(up: &Arc<Up>, shared: &Shared) -> bool {
    let kept = shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.as_ref().is_some_and(|held| held.holds(up))
}

/// Tells what belongs to no scenario: calls that were refused, and bots that ended.
fn tell_strays(up: &Up, shared: &Shared) {
    for refused in refused_calls(&up.stage, up.set_up.until) {
        shared.send(RunEvent::Stray(refused.to_string()));
    }
    shared.tell_unsupported(up.stage.own_lane());
    for death in up.crew.untold() {
        let title = format!("the bot `{}`, which has ended by itself ({})", death.app, death.status);
        shared.send(RunEvent::BotEnded(BotOutput { title, lines: death.lines() }));
    }
}

impl Down {
    /// What this means for a scenario.
    pub(super) fn report(&self, selected: &Selected, took: Duration) -> Report {
        let (verdict, output) = match self {
            Self::Bot(error, output) => (Verdict::Unreachable(error.clone()), output.clone()),
            Self::World(problems) => {
                let nothing = || Diagnostic::new(selected.scenario.span, "the world cannot be set up");
                let problem = problems.first().cloned().unwrap_or_else(nothing);
                (Verdict::Failed(Failure::new(FailureKind::Error, problem).into()), Vec::new())
            }
        };
        Report { output, ..Report::of(selected, verdict, took) }
    }
}
