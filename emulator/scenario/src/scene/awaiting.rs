//! Waiting for what an expectation awaits.

use std::time::Duration;

use emulator_core::{AppId, PageId, Psid};
use emulator_server::journal::{Call, CallKind, Entry};
use emulator_server::rfc3339;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::prepared::{Prepared, State, delivery_value};
use super::{Outcome, Scene};
use crate::diagnostics::Diagnostic;
use crate::failure::{Failure, Nearest};
use crate::matcher::{Comparison, Pattern};
use crate::step::{AppVerbKind, Expectation};
use crate::transcript;

/// Whether an expectation is met by now.
enum Verdict {
    /// It is, by this.
    Met(Value),
    /// Not yet; this came closest.
    NotYet(Option<Nearest>),
    /// It cannot be met any more.
    Broken(Nearest),
}

/// The best of the candidates so far.
#[derive(Default)]
struct Closest {
    best: Option<(f64, Nearest)>,
}

impl Closest {
    fn offer(&mut self, comparison: Comparison, what: String) {
        let score = comparison.score();
        if self.best.as_ref().is_none_or(|(best, _)| score >= *best) {
            self.best = Some((score, Nearest { what, differences: comparison.mismatches }));
        }
    }

    fn nearest(self) -> Option<Nearest> {
        self.best.map(|(_, nearest)| nearest)
    }
}

impl Scene {
    pub(super) async fn expect(&mut self, expectation: &Expectation) -> Outcome<Value> {
        let prepared = self.prepare(expectation)?;
        if let Prepared::Nothing { for_ms } = prepared {
            return self.nothing(expectation, self.patience.pace.of(for_ms)).await;
        }
        if let Prepared::State { .. } = prepared {
            self.turn.give_up();
            let settled = self.lane.settled(self.patience.settle).await;
            self.turn.take().await;
            settled.map_err(|unsettled| self.unsettled(expectation.span, &unsettled))?;
        }
        let within = expectation.within.map_or(self.patience.reply, |ms| self.patience.pace.of(ms));
        let deadline = Instant::now() + within;
        loop {
            self.look()?;
            let nearest = match self.verdict(&prepared) {
                Verdict::Met(captured) => return Ok(captured),
                Verdict::Broken(nearest) => {
                    return Err(self.unmet(expectation, &prepared, None, Some(nearest)));
                }
                Verdict::NotYet(nearest) => nearest,
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(self.unmet(expectation, &prepared, Some(within), nearest));
            }
            self.all_live(expectation.span)?;
            self.change_within(left).await;
        }
    }

    /// Waits until something happens in the lane or a bot ends, or for that long.
    async fn change_within(&mut self, left: Duration) {
        self.turn.give_up();
        tokio::select! {
            _ = self.lane.changed_since(self.feed.last(), left) => {}
            () = Self::bot_ends(self.bots.as_mut()) => {}
        }
        self.turn.take().await;
    }

    fn unmet(
        &self,
        expectation: &Expectation,
        prepared: &Prepared,
        waited: Option<Duration>,
        nearest: Option<Nearest>,
    ) -> Box<Failure> {
        let wanted = self.describe(prepared);
        let message = match (waited, prepared) {
            (Some(within), Prepared::State { .. }) => {
                format!("expected {wanted}; it was not within {} s", within.as_secs_f64())
            }
            (Some(within), _) => {
                format!("expected {wanted}; it did not come within {} s", within.as_secs_f64())
            }
            (None, _) => format!("expected {wanted}; something else came first"),
        };
        let mut problem = Diagnostic::new(expectation.span, message);
        if nearest.is_none() {
            problem = problem.note(self.silence(prepared));
        }
        if waited.is_some()
            && let Some(delivery) = self.feed.unanswered(&self.lane)
        {
            let names = self.lane.names();
            let (app, what) = (names.app(delivery.app), transcript::describe_delivery(delivery, &names));
            problem =
                problem.note(format!("the webhook of {app} has been called and has not answered: {what}"));
        }
        let mut failure = self.failed(problem);
        failure.nearest = nearest;
        failure
    }

    /// What there is to say when nothing came that could be compared.
    fn silence(&self, prepared: &Prepared) -> String {
        let names = self.lane.names();
        let left = |what: &str, app: &AppId, read: bool| {
            let more = if read { "no other " } else { "no " };
            format!("there was {more}{what} {}", names.app(*app))
        };
        match prepared {
            Prepared::Message { .. } if self.feed.arrivals(0).next().is_some() => {
                "there was no further message behind those that steps have read".to_owned()
            }
            Prepared::Message { .. } => "there was no message at all".to_owned(),
            Prepared::Call { app, .. } if !self.lane.is_real(*app) => {
                let app = names.app(*app);
                format!("{app} has no webhook, so steps play it, and what a step does needs no expectation")
            }
            Prepared::Call { app, .. } => left("call by", app, self.feed.calls.contains_key(app)),
            Prepared::Webhook { app, .. } => left("delivery to", app, self.feed.deliveries.contains_key(app)),
            Prepared::State { .. } | Prepared::Nothing { .. } => {
                "it is not clear whose conversation is meant; name the person with `of:`".to_owned()
            }
        }
    }

    fn describe(&self, prepared: &Prepared) -> String {
        let names = self.lane.names();
        let to = |person: &Option<Psid>| {
            person.map_or_else(String::new, |person| format!(" to {}", names.person(person)))
        };
        let of = |person: &Option<Psid>| {
            let whose =
                person.map_or_else(|| "the".to_owned(), |person| format!("{}'s", names.person(person)));
            format!("{whose} conversation")
        };
        match prepared {
            Prepared::Message { app, person, .. } => {
                format!("a message from {}{}", names.app(*app), to(person))
            }
            Prepared::Call { app, verb, refused, .. } => {
                let how = if refused.is_some() { "refused" } else { "accepted" };
                format!("an {how} call `{}` by {}", verb.name(), names.app(*app))
                    .replace("an refused", "a refused")
            }
            Prepared::Webhook { app, acknowledged, .. } => {
                let how = if *acknowledged { "acknowledged" } else { "failed" };
                format!("an {how} delivery to {}", names.app(*app)).replace("an failed", "a failed")
            }
            Prepared::State { person, state } => match state {
                State::Owner { expected } => format!("the owner of {} to be {expected}", of(person)),
                State::Folder(expected) => format!("the folder of {} to be {expected}", of(person)),
                State::Window(expected) => format!("the window of {} to be {expected}", of(person)),
            },
            Prepared::Nothing { for_ms } => format!("nothing to happen for {for_ms} ms"),
        }
    }

    fn verdict(&mut self, prepared: &Prepared) -> Verdict {
        match prepared {
            Prepared::Message { app, person, pattern } => self.next_message(*app, *person, pattern),
            Prepared::Call { app, page, person, verb, pattern, refused } => {
                self.next_call((*app, *page), *person, *verb, pattern.as_ref(), refused.as_ref())
            }
            Prepared::Webhook { app, page, person, pattern, acknowledged } => {
                self.next_delivery((*app, *page), *person, pattern, *acknowledged)
            }
            Prepared::State { person, state } => self.state(*person, state),
            Prepared::Nothing { .. } => Verdict::Met(Value::Null),
        }
    }

    /// Messages to a person are strict: the next unread one must match.
    fn next_message(&mut self, app: AppId, person: Option<Psid>, pattern: &Pattern) -> Verdict {
        let Some(arrived) = self.feed.next_unread(person) else { return Verdict::NotYet(None) };
        let (mut comparison, actual) = self.compare_message(arrived.entry, pattern);
        let names = self.lane.names();
        if arrived.app != app {
            comparison.mismatches.push(crate::matcher::Mismatch {
                path: "from".to_owned(),
                expected: names.app(app),
                actual: names.app(arrived.app),
            });
        }
        if comparison.is_match() {
            let seq = arrived.entry.seq;
            self.feed.mark_read(seq);
            return Verdict::Met(actual);
        }
        let what = transcript::line(arrived.entry, &names).unwrap_or_default();
        Verdict::Broken(Nearest { what, differences: comparison.mismatches })
    }

    fn next_call(
        &mut self,
        (app, page): (AppId, PageId),
        person: Option<Psid>,
        verb: AppVerbKind,
        pattern: Option<&Pattern>,
        refused: Option<&Pattern>,
    ) -> Verdict {
        let from = self.feed.calls.get(&app).copied().unwrap_or(0);
        let names = self.lane.names();
        let mut closest = Closest::default();
        let mut found = None;
        for (index, entry, call) in self.feed.calls_of(app, from) {
            let elsewhere = call.page.is_some_and(|called| called != page);
            if elsewhere || person.is_some_and(|person| call.person.is_some_and(|called| called != person)) {
                continue;
            }
            let (mut comparison, actual) = self.compare_call(entry, call, pattern, refused);
            if AppVerbKind::of(&call.kind) != Some(verb) {
                comparison = Comparison { agreed: 0, ..comparison };
                comparison.mismatches = vec![crate::matcher::Mismatch {
                    path: "the call".to_owned(),
                    expected: verb.name().to_owned(),
                    actual: AppVerbKind::of(&call.kind)
                        .map_or_else(|| call.kind.verb(), AppVerbKind::name)
                        .to_owned(),
                }];
            } else if comparison.is_match() {
                found = Some((index, entry.seq, actual));
                break;
            }
            closest.offer(comparison, transcript::describe_call(call, &names));
        }
        let Some((index, seq, actual)) = found else { return Verdict::NotYet(closest.nearest()) };
        self.feed.calls.insert(app, index + 1);
        if refused.is_some() {
            self.feed.expect_refusal_of(seq);
        }
        Verdict::Met(actual)
    }

    fn next_delivery(
        &mut self,
        (app, page): (AppId, PageId),
        person: Option<Psid>,
        pattern: &Pattern,
        acknowledged: bool,
    ) -> Verdict {
        let from = self.feed.deliveries.get(&app).copied().unwrap_or(0);
        let names = self.lane.names();
        let mut closest = Closest::default();
        let mut found = None;
        for (index, entry, delivery) in self.feed.deliveries_to(app, from) {
            if delivery.page != page || person.is_some_and(|person| delivery.person != Some(person)) {
                continue;
            }
            let actual = delivery_value(delivery, self.stage.base_url());
            let mut comparison = pattern.compare(Some(&actual));
            if comparison.is_match() {
                if self.feed.delivery_is(entry, delivery, acknowledged, &self.lane) {
                    found = Some((index, actual));
                    break;
                }
                comparison.mismatches.push(crate::matcher::Mismatch {
                    path: "the delivery".to_owned(),
                    expected: (if acknowledged { "acknowledged" } else { "failed" }).to_owned(),
                    actual: "not so far".to_owned(),
                });
            }
            let what =
                format!("{} hears {}", names.app(app), transcript::describe_delivery(delivery, &names));
            closest.offer(comparison, what);
        }
        let Some((index, actual)) = found else { return Verdict::NotYet(closest.nearest()) };
        self.feed.deliveries.insert(app, index + 1);
        Verdict::Met(actual)
    }

    fn state(&self, person: Option<Psid>, state: &State) -> Verdict {
        let Some(person) = person else { return Verdict::NotYet(None) };
        let conversation = self.lane.conversation(person);
        let now = self.lane.now();
        let (path, expected, actual) = match state {
            State::Owner { expected } => {
                let owner = conversation.and_then(|conversation| conversation.control.owner());
                ("owner", expected.as_str(), self.lane.names().owner(owner))
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
            return Verdict::Met(json!({path: actual}));
        }
        let difference = crate::matcher::Mismatch {
            path: path.to_owned(),
            expected: expected.to_owned(),
            actual: actual.clone(),
        };
        let what = format!("{}'s conversation at {}", self.lane.names().person(person), rfc3339(now));
        Verdict::NotYet(Some(Nearest { what, differences: vec![difference] }))
    }

    /// The state that an expectation is about, in words, if it holds now.
    pub(super) fn holds(&self, prepared: &Prepared) -> Option<String> {
        let Prepared::State { person, state } = prepared else { return None };
        match self.state(*person, state) {
            Verdict::Met(state) => {
                let (name, value) = state.as_object()?.iter().next()?;
                Some(format!("{name} is {} at {}", value.as_str()?, rfc3339(self.lane.now())))
            }
            Verdict::NotYet(_) | Verdict::Broken(_) => None,
        }
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
            self.change_within(left).await;
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
                call.app.is_some()
                    && !call.played
                    && !call.kind.reads_only()
                    && !matches!(call.kind, CallKind::Signals { .. })
            };
            calls.filter(disturbs).map(|call| transcript::describe_call(call, &names)).next()
        };
        message.or_else(call)
    }
}
