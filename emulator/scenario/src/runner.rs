//! Running scenarios: stages with their bots, a lane for each scenario, as many at a time as may act.

mod journal_path;
mod stage;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use emulator_core::Timestamp;
use emulator_server::Wall;
use tokio::sync::{RwLock, Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::bots::BotError;
use crate::cast;
use crate::failure::Failure;
use crate::select::Selected;

/// Where the clock of a scenario stands at first unless it says otherwise: 2026-07-06T09:00:00Z.
pub const BEGIN_AT: i64 = 1_783_328_400_000;

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many lanes may act at a time.
    pub jobs: usize,
    /// What everything that is derived is derived from.
    pub seed: u64,
    /// The folder for journals.
    pub journal: Option<PathBuf>,
    /// The emulator's own binary, which keeps the bots.
    pub bin: PathBuf,
    /// The port for stages whose bots run already and know where the emulator is.
    pub port: u16,
}

/// How a scenario came out.
#[derive(Debug)]
pub enum Verdict {
    /// As it says.
    Passed,
    /// Otherwise.
    Failed(Box<Failure>),
    /// It was not played, for the reason it gives.
    Skipped(String),
    /// Its bot could not be reached.
    Unreachable(BotError),
    /// Its stage cannot listen.
    NoPort(String),
    /// The emulator could not set it up.
    Broken(String),
}

/// A finished scenario.
#[derive(Debug)]
pub struct Report {
    /// Its full name.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// How it came out.
    pub verdict: Verdict,
    /// How long it took, in real time.
    pub took: Duration,
    /// True when two sends into one conversation were open at once.
    pub raced: bool,
    /// What the bots printed last, for one that did not pass.
    pub output: Vec<BotOutput>,
}

/// A bot's last words.
#[derive(Debug, Clone)]
pub struct BotOutput {
    /// Which app, and whether its process has ended.
    pub title: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// What happens during a run.
#[derive(Debug)]
pub enum RunEvent {
    /// A scenario is done.
    Finished(Box<Report>),
    /// A call that belonged to no scenario was refused.
    Stray(String),
    /// A call came with what looks like a token of the real platform.
    RealToken,
}

/// Everything that scenarios of a run share.
struct Shared {
    options: Options,
    events: mpsc::UnboundedSender<RunEvent>,
    /// The system's time when the run began, in whole seconds.
    began: Timestamp,
    turns: Arc<Semaphore>,
    open: Arc<Semaphore>,
    /// Scenarios that want to be alone hold this for writing.
    company: RwLock<()>,
    /// Stages on the fixed port come one after the other.
    fixed_port: tokio::sync::Mutex<()>,
}

/// How many lanes may be open for each that may act: the others wait for bots and for quiet.
const OPEN_PER_JOB: usize = 16;

/// Runs the scenarios; what happens is told through the channel, which closes at the end.
pub async fn run(scenarios: Vec<Selected>, options: Options, events: mpsc::UnboundedSender<RunEvent>) {
    let jobs = options.jobs.max(1);
    let open = if jobs == 1 { 1 } else { jobs * OPEN_PER_JOB };
    let shared = Arc::new(Shared {
        options,
        events,
        began: Timestamp(Wall::now().0 / 1_000 * 1_000),
        turns: Arc::new(Semaphore::new(jobs)),
        open: Arc::new(Semaphore::new(open)),
        company: RwLock::new(()),
        fixed_port: tokio::sync::Mutex::new(()),
    });
    let stages = Arc::new(Semaphore::new(jobs));
    let mut running = JoinSet::new();
    for group in grouped(scenarios, &shared) {
        let Ok(permit) = Arc::clone(&stages).acquire_owned().await else { break };
        let shared = Arc::clone(&shared);
        running.spawn(async move {
            stage::run(group, &shared).await;
            drop(permit);
        });
    }
    while let Some(finished) = running.join_next().await {
        if let Err(error) = finished
            && error.is_panic()
        {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

/// Scenarios with the same identities share a stage. Skipped ones are told of right away.
fn grouped(scenarios: Vec<Selected>, shared: &Shared) -> Vec<Vec<Selected>> {
    let mut groups: Vec<(String, Vec<Selected>)> = Vec::new();
    for selected in scenarios {
        if let Some(reason) = &selected.scenario.skip {
            let verdict = Verdict::Skipped(reason.clone());
            shared.tell(&selected, verdict, Duration::ZERO);
            continue;
        }
        let seed = selected.scenario.seed.unwrap_or(shared.options.seed);
        let key = format!("seed {seed}\n{}", cast::identity(&selected.scenario.world));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(selected),
            None => groups.push((key, vec![selected])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

impl Shared {
    fn send(&self, event: RunEvent) {
        // Whoever listens may have gone; the run itself goes on to clean up.
        let _ = self.events.send(event);
    }

    fn tell(&self, selected: &Selected, verdict: Verdict, took: Duration) {
        let (name, path) = (selected.name.clone(), selected.path.clone());
        let report = Report { name, path, verdict, took, raced: false, output: Vec::new() };
        self.send(RunEvent::Finished(Box::new(report)));
    }
}
