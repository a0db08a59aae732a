//! The end of a scenario: what was left over that it says nothing of.

use std::sync::Arc;

use emulator_server::journal::Entry;

use super::{Outcome, Scene};
use crate::diagnostics::{Diagnostic, SourceText};
use crate::failure::{Failure, Failures};
use crate::node::Span;
use crate::scenario::{Deliveries, Unread};
use crate::step::{Act, Step};
use crate::transcript;

/// How many lines of the transcript stand below several failures.
const TRANSCRIPT_LINES: usize = 40;

impl Scene {
    /// Plays all steps, of which the first may be given to lead to the beginning, and what holds at the end: quiet, nothing unread, no refusal and no failed delivery that nobody
    /// spoke of.
    ///
    /// # Errors
    ///
    /// With the messages that differ, where those are marked, and the first step that does not come out as it says.
    pub async fn play(
        &mut self,
        steps: &[Step],
        given: usize,
        left: (Unread, Deliveries),
    ) -> Result<(), Failures> {
        let stopped = self.play_to_the_end(steps, given, left).await.err();
        let mut marks = self.marks.take().unwrap_or_default();
        let how_many = marks.len();
        let Some(mut last) = stopped.or_else(|| marks.pop().map(Box::new)) else { return Ok(()) };
        if how_many > 0 {
            // One transcript for all of them.
            self.explain(&mut last, TRANSCRIPT_LINES);
            last = self.after_set_up(last);
        }
        Err(Failures::of(marks, last))
    }

    async fn play_to_the_end(
        &mut self,
        steps: &[Step],
        given: usize,
        left: (Unread, Deliveries),
    ) -> Outcome<()> {
        let (lead, steps_after) = steps.split_at(given.min(steps.len()));
        for step in lead {
            self.lead(step).await.map_err(|failure| self.after_set_up(failure))?;
        }
        if !lead.is_empty() {
            self.feed.begin_anew();
        }
        for step in steps_after {
            self.perform(step).await.map_err(|failure| self.after_set_up(failure))?;
        }
        let end = steps.last().map_or_else(Span::default, |step| step.span);
        self.quiet(end).await?;
        self.look()?;
        self.all_live(end)?;
        let (unread, deliveries) = left;
        if unread == Unread::Fail {
            self.nothing_unread(end)?;
        }
        if deliveries == Deliveries::Fail {
            self.nothing_failed(end)?;
        }
        if unread == Unread::Fail {
            self.set_up_went_well(end)?;
        }
        Ok(())
    }

    /// Plays a step that leads to the beginning, and lets the bots come to rest. What they make of it is not judged; where
    /// the states differ that it is to lead to, so does the beginning.
    async fn lead(&mut self, step: &Step) -> Outcome<()> {
        let played = self.perform(step).await;
        if matches!(step.act, Act::Expect { .. }) {
            return played.map(drop).map_err(|mut failure| {
                failure.problem.message =
                    format!("the beginning came out otherwise: {}", failure.problem.message);
                failure
            });
        }
        played?;
        self.rest(step.span).await
    }

    /// A failure that may come from what went wrong as the bot started.
    fn after_set_up(&self, mut failure: Box<Failure>) -> Box<Failure> {
        let refused = self.set_up_refused.iter();
        failure.because.extend(refused.map(|refused| format!("refused as the bot started: {refused}")));
        failure
    }

    fn nothing_unread(&mut self, end: Span) -> Outcome<()> {
        let names = self.lane.names();
        if self.feed.unread().next().is_some() {
            self.late_by_count()?;
        }
        if let Some(unread) = self.feed.unread().next() {
            let what = transcript::line(unread.entry, &names).unwrap_or_default();
            let problem =
                Diagnostic::new(end, format!("the scenario ends, but a message was not expected: {what}"))
                    .help("expect it, or write `unread: allow` if it does not matter");
            return Err(self.failed(problem));
        }
        if let Some((call, refusal)) = self.feed.unexpected_refusal() {
            let call = transcript::line(call, &names).unwrap_or_default();
            let refusal = transcript::line(refusal, &names).unwrap_or_default();
            let message =
                format!("the scenario ends, but a call was refused that nobody expected to be: {call}");
            let problem = Diagnostic::new(end, message)
                .note(refusal.trim().to_owned())
                .help("expect it with `refused:`, or write `unread: allow` if it does not matter");
            return Err(self.failed(problem));
        }
        Ok(())
    }

    fn nothing_failed(&self, end: Span) -> Outcome<()> {
        let mut failed = self.feed.failed_deliveries();
        let Some((delivery, tried)) = failed.next() else { return Ok(()) };
        let names = self.lane.names();
        let app = delivery.delivered_to().map_or_else(String::new, |app| names.app(app));
        let line = |entry| transcript::line(entry, &names).unwrap_or_default().trim().to_owned();
        let (span, file) = self.step_of(delivery).unwrap_or_else(|| (end, Arc::clone(&self.file)));
        let message = format!(
            "a delivery to `{app}` failed, and nothing in the scenario speaks of it: {}",
            line(delivery)
        );
        let mut problem = Diagnostic::new(span, message).label("it began here").note(line(tried));
        let more = failed.count();
        if more > 0 {
            let deliveries = if more == 1 { "delivery" } else { "deliveries" };
            problem = problem.note(format!("{more} more {deliveries} failed after it"));
        }
        let help = format!(
            "mend the bot; or expect it with `expect: {{webhook: {app}, acknowledged: false}}`; or write `deliveries: \
             allow` if it does not matter"
        );
        Err(self.failed(problem.help(help).in_file(&file)))
    }

    fn set_up_went_well(&self, end: Span) -> Outcome<()> {
        let Some(first) = self.set_up_refused.first() else { return Ok(()) };
        let message = format!("a call was refused that the bot made as it started: {}", first.call);
        let problem = Diagnostic::new(end, message).label("this scenario itself came out as it says");
        let problem = problem.note(first.refusal.clone());
        let help = "what a bot sets up as it starts holds for all its scenarios; if it does not matter that this call was \
                    refused, write `unread: allow`";
        Err(self.failed(problem.help(help)))
    }

    /// The step that led to an entry in the end.
    fn step_of(&self, entry: &Entry) -> Option<(Span, Arc<SourceText>)> {
        let root = self.feed.root_of(entry).seq;
        self.steps.range(..=root).next_back().map(|(_, step)| step.clone())
    }
}
