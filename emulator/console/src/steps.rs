//! `POST /_emulator/steps`: one step or a list, as JSON or YAML.

use std::time::Duration;

use emulator_core::{Effect, Sender};
use emulator_scenario::diagnostics::{Colour, MOST_SHOWN, render_all};
use emulator_scenario::failure::{Failure, FailureKind, Fate, Nearest};
use emulator_scenario::step::{Act, Step, parse_steps};
use emulator_server::Unsettled;
use emulator_server::journal::Record;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, failed};
use super::query::{Query, Wait};
use super::{Console, LONGEST_WAIT};

/// The name under which errors in a request's steps are shown.
const NAME: &str = "request";

impl Console {
    pub(crate) async fn steps(&self, body: &[u8], query: &Query) -> Answer {
        let Ok(text) = std::str::from_utf8(body) else {
            return failed(StatusCode::BAD_REQUEST, "the body is not UTF-8");
        };
        let steps = match parse_steps(NAME, text, &self.names) {
            Ok(steps) => steps,
            Err(problems) => {
                let shown = problems.iter().take(MOST_SHOWN);
                let list: Vec<Value> = shown.map(|problem| json!(problem.to_string())).collect();
                let text = render_all(&problems, Colour::Never);
                return Answer::json(StatusCode::BAD_REQUEST, &json!({"error": text, "problems": list}));
            }
        };
        let before = self.lane().last_seq();
        let played = self.play(&steps).await;
        let (entries, refused) = match played {
            Ok(played) => played,
            Err((done, failure)) => return unmet(done, &failure),
        };
        if let Err(unsettled) = self.wait(query.wait, &steps, before).await {
            let body = json!({
                "error": unsettled.to_string(),
                "after_ms": u64::try_from(unsettled.after.as_millis()).unwrap_or(u64::MAX),
                "delivers_to": self.lane().delivers_to(),
            });
            return Answer::json(StatusCode::GATEWAY_TIMEOUT, &body);
        }
        Answer::json(
            StatusCode::OK,
            &json!({"entries": entries, "refused": refused, "last": self.lane().last_seq()}),
        )
    }

    async fn play(&self, steps: &[Step]) -> Result<(Vec<u64>, bool), (usize, Box<Failure>)> {
        let mut scene = self.scene.lock().await;
        let mut entries = Vec::new();
        let mut refused = false;
        let mut failure = None;
        for (done, step) in steps.iter().enumerate() {
            match scene.perform(step).await {
                Ok(performed) => {
                    entries.extend(performed.entries);
                    refused |= performed.refused;
                }
                Err(why) => {
                    failure = Some((done, why));
                    break;
                }
            }
        }
        scene.forget();
        failure.map_or(Ok((entries, refused)), Err)
    }

    async fn wait(&self, wait: Option<Wait>, steps: &[Step], before: u64) -> Result<(), Unsettled> {
        match wait {
            None => Ok(()),
            Some(Wait::Settled) => self.lane().settled(self.patience.settle).await,
            Some(Wait::Quiet) => self.lane().at_rest(self.patience.quiet, self.patience.settle).await,
            Some(Wait::For(duration)) => {
                emulator_server::pause(duration).await;
                Ok(())
            }
            Some(Wait::Reply) => self.reply(steps, before, LONGEST_WAIT).await,
        }
    }

    /// Waits for the next message that reaches the person who wrote last.
    async fn reply(&self, steps: &[Step], before: u64, within: Duration) -> Result<(), Unsettled> {
        let cast = &self.place.cast;
        let page = |step: &Step| step.on.as_ref().map_or(Some(cast.page), |on| cast.page_named(&on.value));
        let writer = steps.iter().rev().find_map(|step| match &step.act {
            Act::User { who, .. } => self.lane().person(&who.value, page(step)?),
            Act::Inbox { .. }
            | Act::Page { .. }
            | Act::App { .. }
            | Act::Clock(_)
            | Act::Bot { .. }
            | Act::Note(_)
            | Act::Expect { .. }
            | Act::Never { .. } => None,
        });
        let mut seen = before;
        let wait = async {
            loop {
                for entry in self.lane().entries_after(seen).unwrap_or_default() {
                    seen = entry.seq;
                    if let Record::Effect(Effect::Message { person, from: Sender::Party(_), .. }) =
                        entry.record
                        && writer.is_none_or(|writer| writer == person)
                    {
                        return;
                    }
                }
                self.lane().changed_since(seen, within).await;
            }
        };
        let late = |_| Unsettled { after: within, waits_for: vec!["a message to the person".to_owned()] };
        tokio::time::timeout(within, wait).await.map_err(late)
    }
}

/// A step that did not come out as it says.
fn unmet(done: usize, failure: &Failure) -> Answer {
    let missing = failure.parts.iter().flat_map(|part| match &part.fate {
        Fate::Met(_) => [].as_slice(),
        Fate::Missing { nearest, .. } => nearest.as_slice(),
    });
    let nearest: Vec<&Nearest> = failure.nearest.iter().chain(missing).collect();
    let differences = nearest.iter().flat_map(|nearest| &nearest.differences);
    let differences: Vec<Value> = differences
        .map(|mismatch| json!({"path": mismatch.path, "expected": mismatch.expected, "actual": mismatch.actual}))
        .collect();
    let status = match failure.kind {
        FailureKind::Failed => StatusCode::CONFLICT,
        FailureKind::Error => StatusCode::BAD_REQUEST,
        FailureKind::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = json!({
        "error": failure.headline(),
        "done": done,
        "nearest": nearest.first().map(|nearest| &nearest.what),
        "differences": differences,
        "text": failure.render(Colour::Never),
    });
    Answer::json(status, &body)
}
