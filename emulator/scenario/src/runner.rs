//! Running scenarios: stages with their bots, a lane for each scenario, as many at a time as may act.
//!
//! A run has rounds: the second one plays what failed in the first, as far as it may be tried again. `groups` puts
//! scenarios together that share a stage, `stage` brings one up, `play` plays one scenario on it.

mod groups;
mod journal_path;
mod keep;
mod play;
mod report;
mod set_up;
mod stage;
mod visits;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use emulator_core::Timestamp;
use emulator_server::{ControlRoutes, Entrance, Lane, Wall};
use tokio::sync::{Mutex, RwLock, Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::calls::Unsupported;
use crate::failure::FailureKind;
use crate::kept::Ours;
use crate::redirect::Redirect;
use crate::scene::{Pace, Place};
use crate::select::Selected;

pub use keep::{Kept, KeptBot};
pub use report::{Attempt, BotOutput, Report, RunEvent, Verdict};

/// Where the clock of a scenario stands at first unless it says otherwise: 2026-07-06T09:00:00Z.
pub const BEGIN_AT: i64 = 1_783_328_400_000;

/// How to run.
#[derive(Clone)]
pub struct Options {
    /// How many scenarios are played at a time.
    pub concurrency: Concurrency,
    /// What everything that is derived is derived from.
    pub seed: u64,
    /// The folder for journals.
    pub journal: Option<PathBuf>,
    /// Whether reports say what scenarios have touched.
    pub coverage: bool,
    /// The emulator's own binary, which keeps the bots.
    pub bin: PathBuf,
    /// The port for stages whose bots run already and know where the emulator is.
    pub port: u16,
    /// What stages let in, and how.
    pub entrance: Arc<Entrance>,
    /// What brings bots here whose host is fixed.
    pub redirect: Option<Arc<Redirect>>,
    /// By how much all real times are multiplied.
    pub pace: Pace,
    /// How long the processes of bots live.
    pub bots: BotLife,
    /// How many times more a scenario is played that did not pass.
    pub retries: u32,
    /// What a failure means for the others.
    pub failure: AfterFailure,
    /// The ports of bots that are started by hand, the same on every stage and in every run that shares them.
    pub by_hand: HandPorts,
    /// The files that the command has written.
    pub ours: Ours,
    /// Whether what the scenario was played with stays as it is although it has passed.
    pub keeps_at_end: bool,
    /// Makes the control API of a place that is kept.
    pub control: fn(Place) -> ControlRoutes,
}

/// The ports of bots that are started by hand, by the names of their apps. Copies share them.
#[derive(Debug, Clone, Default)]
pub struct HandPorts(Arc<std::sync::Mutex<std::collections::BTreeMap<String, u16>>>);

/// How many scenarios are played at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concurrency {
    /// So many act at a time, while others wait for their bots.
    Jobs(usize),
    /// One after the other, so that what a bot prints is about one of them.
    Serial,
}

/// How long the process of a bot lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BotLife {
    /// As long as there are scenarios that can share it.
    Run,
    /// For one scenario.
    Scenario,
}

/// What becomes of a run after a scenario has failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// It goes on.
    GoOn,
    /// Nothing begins any more.
    Stop,
    /// Nothing begins any more, and what the scenario was played with stays as it is.
    Keep,
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
    /// What is known of how bots set themselves up.
    habits: set_up::Habits,
    /// Stages on the fixed port come one after the other.
    fixed_port: Mutex<()>,
    /// Which round this is, from 1.
    round: std::sync::atomic::AtomicU32,
    /// How the scenarios failed that are to be played again, by their names without numbers: the full name of the
    /// attempt, and what it came to.
    failed: std::sync::Mutex<std::collections::BTreeMap<String, (String, FailureKind)>>,
    /// Set when nothing may begin any more.
    over: AtomicBool,
    /// What stays as it is.
    kept: std::sync::Mutex<Option<keep::Held>>,
}

/// How many lanes may be open for each that may act: the others wait for bots and for quiet.
const OPEN_PER_JOB: usize = 16;

/// Runs the scenarios; what happens is told through the channel, which closes at the end. A run that keeps something
/// never ends by itself.
pub async fn run(scenarios: Vec<Selected>, options: Options, events: mpsc::UnboundedSender<RunEvent>) {
    let (jobs, open) = options.concurrency.limits();
    let shared = Arc::new(Shared {
        options,
        events,
        began: Timestamp(Wall::now().0 / 1_000 * 1_000),
        turns: Arc::new(Semaphore::new(jobs)),
        open: Arc::new(Semaphore::new(open)),
        company: RwLock::new(()),
        habits: set_up::Habits::default(),
        fixed_port: Mutex::new(()),
        round: 0.into(),
        failed: std::sync::Mutex::default(),
        over: AtomicBool::new(false),
        kept: std::sync::Mutex::default(),
    });
    let mut left = scenarios;
    while !left.is_empty() {
        let round = shared.round.fetch_add(1, Ordering::Relaxed) + 1;
        if round > 1 {
            left = left.iter().map(|selected| selected.numbered(round)).collect();
        }
        left = play_round(left, jobs, &shared).await;
    }
    let kept = shared.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    if let Some(held) = kept {
        shared.send(RunEvent::Kept(Box::new(held.describe().await)));
        held.stay().await;
    }
}

/// Plays all of them once; gives those that are to be played again.
async fn play_round(scenarios: Vec<Selected>, jobs: usize, shared: &Arc<Shared>) -> Vec<Selected> {
    let stages = Arc::new(Semaphore::new(jobs));
    let mut running = JoinSet::new();
    for group in groups::grouped(scenarios, shared) {
        let Ok(permit) = Arc::clone(&stages).acquire_owned().await else { break };
        let shared = Arc::clone(shared);
        running.spawn(async move {
            let again = stage::run(group, &shared).await;
            drop(permit);
            again
        });
    }
    let mut again = Vec::new();
    while let Some(finished) = running.join_next().await {
        match finished {
            Ok(some) => again.extend(some),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
    // In the order of their names, whatever the order in which they failed.
    again.sort_by(|one: &Selected, other| one.name.cmp(&other.name));
    again
}

impl Concurrency {
    /// How many lanes may act, and how many may be open.
    fn limits(self) -> (usize, usize) {
        match self {
            Self::Jobs(jobs) => (jobs.max(1), jobs.max(1).saturating_mul(OPEN_PER_JOB)),
            Self::Serial => (1, 1),
        }
    }
}

impl Shared {
    fn send(&self, event: RunEvent) {
        // Whoever listens may have gone; the run itself goes on to clean up.
        let _ = self.events.send(event);
    }

    /// Tells of calls in a lane that are not supported yet, if there were any.
    fn tell_unsupported(&self, lane: &Lane) {
        let calls = Unsupported::of_bots(lane);
        if !calls.is_empty() {
            self.send(RunEvent::Unsupported(calls));
        }
    }

    /// Whether nothing may begin any more.
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Tells that a scenario is not played, for the run is over. One that was to be tried again has failed.
    fn leave_out(&self, selected: &Selected) {
        let name = selected.unnumbered().name;
        let failed = self.failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&name);
        match failed {
            Some((name, outcome)) => self.send(RunEvent::GivenUp { name, outcome }),
            None => drop(self.tell(selected, Verdict::NotRun, Duration::ZERO)),
        }
    }

    /// Tells how a scenario came out that was not played; gives it back if it is to be played again.
    fn tell(&self, selected: &Selected, verdict: Verdict, took: Duration) -> Option<Selected> {
        self.finish(selected, Report::of(selected, verdict, took))
    }

    /// Tells how a scenario came out; gives it back if it is to be played again.
    fn finish(&self, selected: &Selected, mut report: Report) -> Option<Selected> {
        let round = self.round.load(Ordering::Relaxed);
        let may_try_again = report.verdict.is_worth_another_try() && round <= self.options.retries;
        report.attempt = Attempt { number: round, of: self.options.retries + 1, last: !may_try_again };
        let failed_for_good = report.verdict.is_failure() && !may_try_again;
        if let (true, Some(kind)) = (may_try_again, report.verdict.failure_kind()) {
            let mut failed = self.failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            failed.insert(report.filter.clone(), (report.name.clone(), kind));
        }
        self.send(RunEvent::Finished(Box::new(report)));
        match self.options.failure {
            AfterFailure::GoOn => {}
            AfterFailure::Stop | AfterFailure::Keep if failed_for_good => {
                self.over.store(true, Ordering::Relaxed);
            }
            AfterFailure::Stop | AfterFailure::Keep => {}
        }
        may_try_again.then(|| selected.unnumbered())
    }
}
