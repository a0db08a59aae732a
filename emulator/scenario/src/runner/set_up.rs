//! What bots ask for as they start: it belongs to their stage, and is there for every scenario.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use emulator_server::Stage;
use emulator_server::journal::Record;

use crate::cast::{Cast, Launch};
use crate::scene::RefusedCall;
use crate::transcript;

/// How long a bot that was started has for its first call, once its webhook has passed the verification.
const FIRST_CALL: Duration = Duration::from_millis(400);
/// The same where nothing is to be expected, and the time for each further call.
const NEXT_CALL: Duration = Duration::from_millis(100);

/// Which bots of this run have set something up as they were started, by how they are started.
#[derive(Debug, Default)]
pub(super) struct Habits(Mutex<BTreeMap<String, bool>>);

impl Habits {
    /// How long the bots have for their first call: those that called nobody the last time have less.
    fn patience(&self, bots: &str) -> Duration {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).get(bots) {
            Some(false) => NEXT_CALL,
            Some(true) | None => FIRST_CALL,
        }
    }

    fn saw(&self, bots: String, called: bool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(bots).or_default() |= called;
    }
}

/// What came of the set-up of a stage's bots.
#[derive(Debug)]
pub(super) struct SetUp {
    /// The calls that were refused.
    pub(super) refused: Arc<[RefusedCall]>,
    /// The newest entry of the stage's own lane by then.
    pub(super) until: u64,
}

impl SetUp {
    /// Waits until the bots have set themselves up.
    pub(super) async fn done(stage: &Stage, cast: &Cast, boot: Duration, habits: &Habits) -> Self {
        if cast.apps.iter().any(|app| app.webhook.is_some()) {
            let bots = started(cast);
            let patience = if bots.is_empty() { NEXT_CALL } else { habits.patience(&bots) };
            let called = stage.set_up(patience, NEXT_CALL, boot).await;
            habits.saw(bots, called);
        }
        let until = stage.own_lane().last_seq();
        Self { refused: refused_calls(stage, 0).into(), until }
    }
}

/// How the bots are started, in one text; empty when they run already.
fn started(cast: &Cast) -> String {
    let how = cast.starts.iter().map(|start| match &start.launch {
        Launch::Command { command, folder } => format!("{} {command:?} {}", start.name, folder.display()),
        Launch::ByHand => format!("{} by hand", start.name),
    });
    how.collect::<Vec<_>>().join("\n")
}

/// The calls in the stage's own lane that were refused, since an entry.
pub(super) fn refused_calls(stage: &Stage, since: u64) -> Vec<RefusedCall> {
    let lane = stage.own_lane();
    let names = lane.names();
    let entries = lane.entries_after(since).unwrap_or_default();
    let refused = entries.iter().filter(|entry| matches!(entry.record, Record::Refused { .. }));
    let told = refused.map(|entry| {
        let call = entry.cause.and_then(|cause| lane.entry(cause.seq));
        let call = call.and_then(|call| transcript::refused_line(&call, entry, &names));
        let refusal = transcript::line(entry, &names).unwrap_or_default();
        RefusedCall { call: call.unwrap_or_default().trim().to_owned(), refusal: refusal.trim().to_owned() }
    });
    told.collect()
}
