//! One scenario of a run, in a lane of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use emulator_core::Timestamp;
use emulator_server::journal::{Entry, Header, Origin, causal_order, entry_to_json};
use emulator_server::{ClockMode, Lane, LaneSpec};
use serde_json::Map;
use tokio::time::Instant;

use super::journal_path::journal_path;
use super::stage::{Down, Up, keep};
use super::{AfterFailure, BEGIN_AT, Report, RunEvent, Shared, Verdict};
use crate::bots::{Words, free_port};
use crate::cast::cast;
use crate::coverage::Touched;
use crate::failure::Failures;
use crate::kept::Created;
use crate::record::about_scenario;
use crate::scenario::{BeginAt, Scenario};
use crate::scene::{Patience, Place, Scene, Turn};
use crate::select::Selected;
use crate::transcript::Lines;

/// How long a lane may take to settle once its scenario is over, in milliseconds.
const AFTERWARDS: u64 = 1_000;
/// How many lines of the transcript a report keeps.
const TRANSCRIPT_LINES: usize = 500;

/// Plays a scenario; gives it back if it is to be played again.
pub(super) async fn play(selected: &Selected, shared: &Shared, up: &Arc<Up>) -> Option<Selected> {
    if shared.is_over() {
        shared.leave_out(selected);
        return None;
    }
    let scenario = &selected.scenario;
    let fixed = scenario.world.people.iter().any(|person| person.id.is_some());
    let _alone_with_them = if fixed { Some(up.fixed_people.lock().await) } else { None };
    shared.send(RunEvent::Began(selected.name.clone()));
    let watch = Instant::now();
    let begun = match begin(selected, shared, up).await {
        Ok(begun) => begun,
        Err(verdict) => return shared.finish(selected, verdict.report(selected, watch.elapsed())),
    };
    let place = match begun {
        Ok(place) => place,
        Err(why) => return shared.tell(selected, Verdict::Broken(why), watch.elapsed()),
    };
    let deaths_before = up.crew.deaths().borrow().len();
    let visit = up.visits.begin();
    let lane = Arc::clone(&place.lane);
    let result = play_steps(selected, place.clone(), shared, up).await;
    let settled = lane.settled(shared.options.pace.of(AFTERWARDS)).await;
    let mut verdict = result.map_or_else(Verdict::Failed, |()| Verdict::Passed);
    if let Err(unsettled) = settled
        && matches!(verdict, Verdict::Passed)
    {
        verdict = Verdict::Broken(unsettled.to_string());
    }
    shared.tell_unsupported(&lane);
    let kept = keep_journal(shared, &place, selected).unwrap_or_else(|why| {
        verdict = Verdict::Broken(why);
        Kept::default()
    });
    let Kept { written: Written { journal, kept }, touched } = kept;
    // What a scenario does that does not come out as it says is no proof of anything.
    let touched = touched.filter(|_| matches!(verdict, Verdict::Passed));
    let raced = lane.is_raced();
    let mut report =
        Report { journal, kept, touched, raced, ..Report::of(selected, verdict, watch.elapsed()) };
    if report.verdict.is_failure() {
        let asked = Words { deaths_before, since: visit.since(), shared: visit.has_company() };
        report.output = up.crew.last_words(&asked).await;
        report.transcript = transcript_of(&lane);
    }
    if !keep(up, shared, place, &report) {
        up.stage.close_lane(&lane);
    }
    shared.finish(selected, report)
}

/// Opens the lane of a scenario, once all bots run.
async fn begin(selected: &Selected, shared: &Shared, up: &Up) -> Result<Result<Place, String>, Down> {
    let scenario = &selected.scenario;
    if let Err(error) = up.crew.revive().await {
        return Err(Down::Bot(error, up.crew.last_words(&Words::default()).await));
    }
    let mut ports = up.ports.clone();
    let mut port = |app: &str| *ports.entry(app.to_owned()).or_insert_with(free_port);
    let cast = Arc::new(cast(&scenario.world, &up.surroundings, &mut port).map_err(Down::World)?);
    let spec = LaneSpec {
        name: selected.name.clone(),
        clock: ClockMode::Frozen { at: begin_at(scenario, shared) },
        settings: Some(Arc::clone(&cast.settings)),
        people: cast.people.clone(),
    };
    let (stage, surroundings) = (Arc::clone(&up.stage), up.surroundings.clone());
    let lane = up.stage.open_lane(spec).map_err(|error| error.to_string());
    if let (Ok(lane), true) = (&lane, scenario.alone) {
        up.stage.give_unnamed_calls(lane);
    }
    Ok(lane.map(|lane| Place { stage, lane, cast, surroundings, bots: None }))
}

/// Where the clock of a scenario stands at first.
fn begin_at(scenario: &Scenario, shared: &Shared) -> Timestamp {
    match scenario.begin_at {
        None => Timestamp(BEGIN_AT),
        Some(BeginAt::Time(at)) => Timestamp(at),
        Some(BeginAt::Now) => shared.began,
    }
}

async fn play_steps(selected: &Selected, place: Place, shared: &Shared, up: &Up) -> Result<(), Failures> {
    let scenario = &selected.scenario;
    let patience = Patience::of(scenario.timeouts, shared.options.pace);
    let vars = Map::clone(&selected.vars);
    let (turn, crew) = (Turn::of(Arc::clone(&shared.turns)), Arc::clone(&up.crew));
    let mut scene = Scene::new(place, Arc::clone(&scenario.file), vars, patience).of_run(
        turn,
        crew,
        Arc::clone(&up.set_up.refused),
    );
    if shared.options.failure == AfterFailure::GoOn {
        scene.mark_messages();
    }
    scene.play(&scenario.steps, scenario.given, (scenario.unread, scenario.deliveries)).await
}

/// What happened in a lane, as people read it.
fn transcript_of(lane: &Lane) -> Vec<String> {
    let entries = lane.entries_after(0).or_else(|oldest| lane.entries_after(oldest.saturating_sub(1)));
    Lines::of(lane, 3).newest(&entries.unwrap_or_default(), TRANSCRIPT_LINES)
}

/// What is made of the journal of a scenario, as far as it is wanted.
#[derive(Default)]
struct Kept {
    written: Written,
    touched: Option<Box<Touched>>,
}

/// The file of a journal.
#[derive(Default)]
struct Written {
    journal: Option<PathBuf>,
    /// Where an earlier one of its name is now.
    kept: Option<PathBuf>,
}

/// Makes of the lane's journal what is wanted.
///
/// Its header says what this scenario began with. What the stage began with is that of the scenario which opened it, and
/// may follow another protocol.
fn keep_journal(shared: &Shared, place: &Place, selected: &Selected) -> Result<Kept, String> {
    let Selected { path, called, scenario, .. } = selected;
    let Place { lane, cast, .. } = place;
    let folder = shared.options.journal.as_deref();
    if folder.is_none() && !shared.options.coverage {
        return Ok(Kept::default());
    }
    let entries =
        lane.entries_after(0).map_err(|_| "the journal of this scenario is larger than 64 MiB".to_owned())?;
    let mut about = about_scenario(scenario, called, path);
    if lane.is_raced() {
        about["raced"] = true.into();
    }
    let origin = Origin { about, folder: std::env::current_dir().ok() };
    let seed = scenario.seed.unwrap_or(shared.options.seed);
    let header = Header::of(lane, seed, &cast.settings, &origin);
    let touched = shared.options.coverage.then(|| Touched::by(&header, &entries).into());
    let written = folder.map(|folder| {
        write_journal(shared, &folder.join(journal_path(path, called)), &header, (lane, entries))
    });
    Ok(Kept { written: written.transpose()?.unwrap_or_default(), touched })
}

/// Writes a journal in causal order.
fn write_journal(
    shared: &Shared,
    into: &Path,
    header: &Header,
    (lane, entries): (&Lane, Vec<Entry>),
) -> Result<Written, String> {
    let names = lane.names();
    let mut text = header.line();
    text.push('\n');
    for entry in causal_order(entries) {
        text.push_str(&entry_to_json(&entry, &names));
        text.push('\n');
    }
    let written = into.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
        let Created { mut file, kept } = shared.options.ours.create(into)?;
        file.write_all(text.as_bytes())?;
        Ok(kept)
    });
    let kept = written.map_err(|error| format!("cannot write the journal {}: {error}", into.display()))?;
    Ok(Written { journal: Some(into.to_owned()), kept })
}
