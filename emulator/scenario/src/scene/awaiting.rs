//! Waiting for what an expectation awaits.

use std::collections::BTreeMap;
use std::time::Duration;

use emulator_core::Psid;
use emulator_server::journal::{Call, Entry};
use emulator_server::rfc3339;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::compare::Seen;
use super::never::Ending;
use super::plan::{Leaf, Plan};
use super::prepared::{Prepared, State, Wanted};
use super::unmet::Why;
use super::verdict::{Progress, Verdict};
use super::{Outcome, Scene};
use crate::call_verb::{moves_control, verb_of};
use crate::diagnostics::Diagnostic;
use crate::failure::Nearest;
use crate::feed::Reader;
use crate::matcher::Mismatch;
use crate::node::Span;
use crate::step::{Expectation, Need};
use crate::transcript;

/// For how long nothing must have been under way until a call that differs is the last word, in milliseconds.
const UNDISTURBED: u64 = 1_000;
/// How many messages may differ before a scenario stops.
const MARKS: usize = 20;
/// How often it is looked whether a bot is only too busy to begin.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Whether it is enough for a wait that the bots have come to rest.
#[derive(Clone, Copy)]
enum Rest {
    /// It ends the wait.
    Matters,
    /// A bot may think for longer.
    IsNothing,
}

/// An expectation, with what its step says of the wait.
pub(super) struct Awaiting<'a> {
    pub(super) what: &'a Expectation,
    /// In milliseconds of real time.
    pub(super) within: Option<u64>,
    pub(super) need: Need,
    /// The names of its step.
    pub(super) names: &'a [String],
    /// Its step.
    pub(super) reader: Reader,
}

impl Scene {
    pub(super) async fn expect(&mut self, awaiting: &Awaiting<'_>) -> Outcome<Value> {
        let plan = match self.prepare(awaiting.what)? {
            Prepared::Nothing { for_ms } => {
                return self.nothing(awaiting.what, self.patience.pace.of(for_ms)).await;
            }
            Prepared::Plan(plan) => plan,
        };
        if plan.leaves.iter().any(|leaf| matches!(leaf.what, Wanted::State { .. })) {
            self.turn.give_up();
            let settled = self.lane.settled(self.patience.settle).await;
            self.turn.take().await;
            settled.map_err(|unsettled| self.unsettled(awaiting.what.span, &unsettled))?;
        }
        let met = self.await_plan(&plan, awaiting).await?;
        for (leaf, entry) in &met.entries {
            self.feed.take(*entry, &awaiting.reader);
            let speaks_of_failure = match plan.leaves.get(*leaf).map(|leaf| &leaf.what) {
                Some(Wanted::Webhook { acknowledged, attempts, .. }) => !acknowledged || attempts.is_some(),
                Some(Wanted::Message { .. } | Wanted::Call { .. } | Wanted::State { .. }) | None => false,
            };
            if let (true, Some(delivery)) = (speaks_of_failure, self.feed.entries.get(*entry)) {
                let seq = delivery.seq;
                self.feed.speak_of_failed(seq);
            }
        }
        self.forgive(&plan, &met);
        let (value, captures) = plan.results(&met.values);
        self.captures.extend(captures);
        Ok(value)
    }

    /// Waits until the plan is met, or for what is optional until it is clear that it will not be.
    async fn await_plan(&mut self, plan: &Plan, awaiting: &Awaiting<'_>) -> Outcome<Progress> {
        let span = awaiting.what.span;
        let ways = plan.ways();
        let within = awaiting.within.map_or(self.patience.reply, |ms| self.patience.pace.of(ms));
        let mut looked = Instant::now();
        let mut deadline = looked + within;
        let mut at_rest = false;
        loop {
            self.feed.take_in(&self.lane);
            self.late()?;
            let verdict = self.seen(|seen| seen.verdict(&plan.leaves, &ways, &self.states(plan)));
            let progress = match &verdict {
                Verdict::Met(progress) | Verdict::NotYet(progress) | Verdict::Broken(_, progress) => progress,
            };
            self.hold_all(&Ending::at(awaiting.names, &verdict, self.first_of(progress)))?;
            let (why, progress, rest) = match verdict {
                Verdict::Met(met) => return Ok(met),
                Verdict::Broken(entry, progress) => (Some(Why::Overtaken(entry)), progress, Rest::Matters),
                Verdict::NotYet(progress) => {
                    let hopeless = self.hopeless(plan, &ways, &progress);
                    // What still comes until the bots rest may say more than that nothing can come.
                    let rest = match (awaiting.need, &hopeless) {
                        (Need::Required, None) => Rest::IsNothing,
                        (Need::Optional, _) | (Need::Required, Some(_)) => Rest::Matters,
                    };
                    let why = if deadline <= Instant::now() {
                        Some(Why::TooLate(within))
                    } else if awaiting.within.is_none() && self.was_made_otherwise(plan) {
                        Some(Why::Otherwise)
                    } else {
                        hopeless.filter(|_| at_rest).map(Why::Hopeless)
                    };
                    (why, progress, rest)
                }
            };
            // What does not come may be about to come too late, which is another failure.
            let owing = why.as_ref().and_then(|_| self.owing());
            if let (Some(owing), Need::Required) = (owing, awaiting.need) {
                self.all_live(span)?;
                let left = self.patience.reply.saturating_sub(owing.since);
                at_rest = self.change_within(left, Rest::IsNothing).await;
                continue;
            }
            if why.is_some() && awaiting.need == Need::Required {
                self.late_after_all().await?;
            }
            match (why, awaiting.need) {
                (None, Need::Optional) if at_rest => return Ok(Progress::default()),
                (None, _) => {}
                (Some(_), Need::Optional) => return Ok(Progress::default()),
                (Some(Why::Overtaken(entry)), Need::Required) if self.may_mark(plan) => {
                    return Ok(self.mark(span, plan, &progress, entry));
                }
                (Some(why), Need::Required) => {
                    let mut failure = self.unmet(span, plan, &progress, &why);
                    if self.marks.as_ref().is_some_and(|marks| marks.len() + 1 >= MARKS) {
                        let stops =
                            format!("the scenario stops after {MARKS} differences; there may be more");
                        failure.problem = failure.problem.note(stops);
                    }
                    return Err(failure);
                }
            }
            self.all_live(span)?;
            let left = deadline.saturating_duration_since(Instant::now()).min(LOOK_AGAIN);
            at_rest = self.change_within(left, rest).await;
            // To look costs a few milliseconds where the system has many connections.
            if looked.elapsed() >= LOOK_AGAIN {
                if plan.apps().any(|app| self.lane.is_in_line(app)) {
                    deadline += looked.elapsed();
                }
                looked = Instant::now();
            }
        }
    }

    /// Whether control was moved in another way than is expected, and nothing has been under way since then for so long
    /// that nothing more is likely to come.
    fn was_made_otherwise(&self, plan: &Plan) -> bool {
        let [Leaf { what: wanted @ Wanted::Call { app, verb, .. }, .. }] = plan.leaves.as_slice() else {
            return false;
        };
        let differs = |(_, entry, call): (usize, &Entry, &Call)| {
            let compared = self.seen(|seen| seen.call(wanted, entry, call));
            verb_of(call) == Some(verb) && compared.is_some_and(|(it, _)| !it.is_match())
        };
        moves_control(verb)
            && self
                .lane
                .undisturbed()
                .is_some_and(|undisturbed| undisturbed >= self.patience.pace.of(UNDISTURBED))
            && self.feed.calls_of(*app, self.feed.calls_from(*app)).any(differs)
    }

    /// Whether a message that differs ends the scene.
    fn may_mark(&self, plan: &Plan) -> bool {
        let message = matches!(plan.leaves.as_slice(), [Leaf { what: Wanted::Message { .. }, .. }]);
        message && self.marks.as_ref().is_some_and(|marks| marks.len() + 1 < MARKS)
    }

    /// Notes how the next message differs; it counts as the one that was expected.
    fn mark(&mut self, span: Span, plan: &Plan, progress: &Progress, entry: usize) -> Progress {
        let failure = self.unmet(span, plan, progress, &Why::Overtaken(entry));
        self.marks.get_or_insert_default().push(*failure);
        let arrived = self.feed.arrivals(entry).next();
        let value = arrived.zip(plan.leaves.first()).and_then(|(arrived, leaf)| {
            self.seen(|seen| seen.message(&leaf.what, &arrived)).map(|(_, value)| value)
        });
        Progress { entries: [(0, entry)].into(), values: [(0, value.unwrap_or_default())].into() }
    }

    /// Waits until something happens in the lane or a bot ends, or for that long; where it matters, only until the
    /// bots have come to rest. True when they have.
    async fn change_within(&mut self, left: Duration, rest: Rest) -> bool {
        self.turn.give_up();
        let resting = async {
            match rest {
                Rest::IsNothing => std::future::pending().await,
                Rest::Matters => self.lane.quiet(self.patience.quiet, self.patience.settle).await,
            }
        };
        let at_rest = tokio::select! {
            biased;
            _ = self.lane.changed_since(self.feed.last(), left) => false,
            () = Self::bot_ends(self.bots.as_mut()) => false,
            quiet = resting => quiet.is_ok(),
        };
        self.turn.take().await;
        at_rest
    }

    /// What comparing needs to see, as it is now.
    pub(super) fn seen<T>(&self, look: impl FnOnce(&Seen<'_>) -> T) -> T {
        let is_real = |app| self.lane.is_real(app);
        let (names, page) = (self.lane.names(), self.cast.page);
        let base_url = self.stage.base_url();
        look(&Seen { feed: &self.feed, names, page, base_url, is_real: &is_real })
    }

    /// The number of the first entry that meets a part.
    fn first_of(&self, progress: &Progress) -> Option<u64> {
        progress.entries.values().filter_map(|entry| Some(self.feed.entries.get(*entry)?.seq)).min()
    }

    /// Refusals that were asked for do not fail the scenario at its end.
    fn forgive(&mut self, plan: &Plan, met: &Progress) {
        for (leaf, entry) in &met.entries {
            let wanted = plan.leaves.get(*leaf).map(|leaf| &leaf.what);
            if let (Some(Wanted::Call { refused: Some(_), .. }), Some(entry)) =
                (wanted, self.feed.entries.get(*entry))
            {
                let seq = entry.seq;
                self.feed.expect_refusal_of(seq);
            }
        }
    }

    /// The states among the leaves that hold now.
    fn states(&self, plan: &Plan) -> BTreeMap<usize, Value> {
        let held = plan.leaves.iter().enumerate().filter_map(|(index, leaf)| {
            let Wanted::State { person, state } = &leaf.what else { return None };
            Some((index, self.state(*person, state).ok()?))
        });
        held.collect()
    }

    /// What a state gives if it holds now, else how it differs; nothing when it is not clear whose it is.
    pub(super) fn state(&self, person: Option<Psid>, state: &State) -> Result<Value, Option<Nearest>> {
        let person = person.ok_or(None)?;
        let conversation = self.lane.conversation(person);
        let now = self.lane.now();
        let (path, expected, actual) = match state {
            State::Owner { expected } => {
                ("owner", expected.as_str(), self.lane.names().holder(self.lane.control(person).holder()))
            }
            State::Folder(expected) => {
                let folder = conversation.map_or("main", |conversation| conversation.folder.name());
                ("folder", *expected, folder.to_owned())
            }
            State::Window(expected) => {
                let until = conversation.and_then(|conversation| conversation.window_until);
                let open = until.is_some_and(|until| now < until);
                ("window", *expected, (if open { "open" } else { "closed" }).to_owned())
            }
        };
        if actual == expected {
            return Ok(Value::Object(Map::from_iter([(path.to_owned(), json!(actual))])));
        }
        let (path, expected) = (path.to_owned(), expected.to_owned());
        let what = format!("{}'s conversation at {}", self.lane.names().person(person), rfc3339(now));
        Err(Some(Nearest { what, differences: vec![Mismatch { path, expected, actual }] }))
    }

    /// Holds when for that long no message reaches a person and no real app changes anything.
    async fn nothing(&mut self, expectation: &Expectation, long: Duration) -> Outcome<Value> {
        self.look()?;
        let mut from = self.feed.entries.len();
        let deadline = Instant::now() + long;
        loop {
            self.look()?;
            if let Some(what) = self.disturbance(from) {
                let problem =
                    Diagnostic::new(expectation.span, format!("expected nothing to happen, but {what}"));
                return Err(self.failed(problem));
            }
            from = self.feed.entries.len();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Value::Null);
            }
            self.all_live(expectation.span)?;
            self.change_within(left, Rest::IsNothing).await;
        }
    }

    fn disturbance(&self, from: usize) -> Option<String> {
        let names = self.lane.names();
        let message =
            self.feed.arrivals(from).next().and_then(|arrived| transcript::line(arrived.entry, &names));
        let call = || {
            let calls = self.feed.entries[from..].iter().filter_map(Entry::call);
            let disturbs = |call: &&Call| {
                // A call with an unknown token is no app's.
                call.app.is_some() && !call.played && !call.reads_only() && call.sender_action().is_none()
            };
            calls.filter(disturbs).map(|call| transcript::describe_call(call, &names)).next()
        };
        message.or_else(call)
    }
}
