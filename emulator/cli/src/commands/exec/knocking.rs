//! Waiting for webhooks while the command runs: nothing is said of one that nobody listens at until the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use emulator_core::AppId;
use emulator_scenario::bots::Reasons;
use emulator_scenario::cast::Cast;
use emulator_server::journal::{AttemptResult, Record};
use emulator_server::{HandshakeError, Lane, Stage, WebhookUrl};

/// How often a webhook is tried that does not pass the verification yet.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// The webhooks of a world.
pub(super) struct Knocking(Vec<Door>);

struct Door {
    app: AppId,
    name: String,
    webhook: WebhookUrl,
    /// Whether anybody answered the verification, one way or the other.
    answered: Arc<AtomicBool>,
}

impl Knocking {
    /// Tries all of them until they pass the verification.
    pub(super) fn at_all(stage: &Arc<Stage>, cast: &Cast) -> Self {
        let door = |app: &emulator_server::AppSpec| {
            let answered = Arc::new(AtomicBool::new(false));
            tokio::spawn(knock(Arc::clone(stage), app.id, app.name.clone(), Arc::clone(&answered)));
            Some(Door { app: app.id, name: app.name.clone(), webhook: app.webhook.clone()?, answered })
        };
        Self(cast.apps.iter().filter(|app| app.webhook.is_some()).filter_map(door).collect())
    }

    /// What to say of webhooks for which there was something and at which nobody ever answered.
    pub(super) fn in_vain(&self, lane: &Lane) -> Vec<String> {
        let silent = self.0.iter().filter(|door| !door.answered.load(Ordering::Relaxed));
        let remark = |door: &Door| {
            let events = unheard(lane, door.app)?;
            let (events, were) = if events == 1 {
                ("1 event".to_owned(), "was")
            } else {
                (format!("{events} events"), "were")
            };
            Some(format!(
                "{events} for {} {were} never delivered, because nobody ever answered at {}\nhelp: the bot must listen on \
                 127.0.0.1 at the port that the variable PORT names, or name its address with --webhook",
                door.name, door.webhook
            ))
        };
        silent.filter_map(remark).collect()
    }
}

/// How many events an app was to hear; none when it has answered one of them.
fn unheard(lane: &Lane, app: AppId) -> Option<usize> {
    let entries = lane.entries_after(0).or_else(|oldest| lane.entries_after(oldest.saturating_sub(1)));
    let mut events = std::collections::BTreeSet::new();
    for entry in entries.unwrap_or_default() {
        let Record::Attempt { app: to, delivery, result, .. } = entry.record else { continue };
        match result {
            _ if to != app => {}
            AttemptResult::Acknowledged { .. }
            | AttemptResult::Refused { .. }
            | AttemptResult::Broken { .. } => {
                return None;
            }
            AttemptResult::TimedOut | AttemptResult::Unreachable { .. } | AttemptResult::Dropped { .. } => {
                events.insert(delivery);
            }
        }
    }
    (!events.is_empty()).then_some(events.len())
}

/// Tries a webhook until it passes the verification. A wrong answer is told; that nobody answers is no news.
async fn knock(stage: Arc<Stage>, app: AppId, name: String, answered: Arc<AtomicBool>) {
    let mut reasons = Reasons::default();
    while let Err(why) = stage.handshake(app).await {
        if why.is_answer() {
            answered.store(true, Ordering::Relaxed);
            told(&mut reasons, &name, &why);
        }
        emulator_server::pause(ASK_AGAIN).await;
    }
    answered.store(true, Ordering::Relaxed);
}

fn told(reasons: &mut Reasons, name: &str, why: &HandshakeError) {
    if let Some(text) = reasons.told(name, why) {
        eprintln!("{text}");
    }
}
