//! What must not happen from a step on, to the end or to a later step.

use std::sync::Arc;

use emulator_core::Effect;
use emulator_server::journal::Entry;
use emulator_server::rfc3339;

use super::plan::Leaf;
use super::prepared::{Prepared, State, Wanted};
use super::verdict::Verdict;
use super::{Outcome, Scene};
use crate::diagnostics::{Diagnostic, SourceText};
use crate::step::Expectation;
use crate::transcript;

/// A condition that must hold from a step on.
pub(super) struct Watch {
    leaf: Leaf,
    /// The text it comes from, which over HTTP is not that of the step that breaks it.
    file: Arc<SourceText>,
    /// The name of the step to which it holds.
    until: Option<String>,
    pub(super) seen: usize,
    /// True while a state that must never come about holds: what held before the step does not count.
    held: bool,
}

/// The conditions that end with the step that is played now, and how far they still hold.
pub(super) struct Ending<'a> {
    /// The names of that step.
    names: &'a [String],
    /// The number of the entry from which on they do not hold any more.
    first: Option<u64>,
    /// Whether they look at states.
    states: bool,
}

impl<'a> Ending<'a> {
    /// For a step that waits: what meets it does not count, nor what comes behind that.
    pub(super) fn at(names: &'a [String], verdict: &Verdict, first: Option<u64>) -> Self {
        let states = match verdict {
            Verdict::Met(_) => false,
            Verdict::NotYet(_) | Verdict::Broken(..) => first.is_none(),
        };
        Self { names, first, states }
    }

    const fn none() -> Self {
        Self { names: &[], first: None, states: true }
    }

    fn concerns(&self, watch: &Watch) -> bool {
        watch.until.as_ref().is_some_and(|until| self.names.contains(until))
    }
}

impl Scene {
    /// Begins to watch. Alternatives are watched each by itself.
    pub(super) fn watch(&mut self, expectation: &Expectation, until: Option<&str>) -> Outcome<()> {
        let Prepared::Plan(plan) = self.prepare(expectation)? else { return Ok(()) };
        self.feed.take_in(&self.lane);
        let seen = self.feed.entries.len();
        for leaf in plan.leaves {
            let file = Arc::clone(&self.file);
            let held = self.holds(&leaf.what).is_some();
            self.watches.push(Watch { leaf, file, until: until.map(str::to_owned), seen, held });
        }
        Ok(())
    }

    /// Ends what holds to a step of these names.
    pub(super) fn end_watches(&mut self, names: &[String]) {
        let ending = Ending { names, ..Ending::none() };
        self.watches.retain(|watch| !ending.concerns(watch));
    }

    /// Takes in what is new and holds every condition against it.
    pub(super) fn look(&mut self) -> Outcome<()> {
        self.feed.take_in(&self.lane);
        self.hold_all(&Ending::none())
    }

    /// Holds every condition against what is new. One that is broken is told once, so that a lane that is driven
    /// over HTTP can go on.
    pub(super) fn hold_all(&mut self, ending: &Ending<'_>) -> Outcome<()> {
        let end = self.feed.entries.len();
        for number in 0..self.watches.len() {
            let watch = &self.watches[number];
            let ends = ending.concerns(watch);
            let to = match ending.first.filter(|_| ends) {
                Some(first) => self.feed.entries.partition_point(|entry| entry.seq < first),
                None => end,
            };
            let broken = (watch.seen..to).find_map(|index| self.breaks(&watch.leaf.what, index));
            let holds = self.holds(&watch.leaf.what).filter(|_| !ends || ending.states);
            let came_about = holds.clone().filter(|_| !watch.held);
            if let Some(what) = broken.or(came_about) {
                let watch = self.watches.remove(number);
                let message = "this must never happen, and it did";
                let problem = Diagnostic::new(watch.leaf.span, message).label(what);
                return Err(self.failed(problem.in_file(&watch.file)));
            }
            self.watches[number].seen = to.max(watch.seen);
            self.watches[number].held = holds.is_some();
        }
        self.late()
    }

    /// What breaks a condition at that entry, in words.
    fn breaks(&self, wanted: &Wanted, index: usize) -> Option<String> {
        let entry = &self.feed.entries[index];
        let names = self.lane.names();
        let line = |entry: &Entry| transcript::line(entry, &names).unwrap_or_default().trim().to_owned();
        let is_match = |compared: Option<crate::matcher::Comparison>| {
            compared.is_some_and(|comparison| comparison.is_match())
        };
        match wanted {
            Wanted::Message { .. } => {
                let arrived = self.feed.arrivals(index).next().filter(|arrived| arrived.index == index)?;
                let compared = self.seen(|seen| seen.message(wanted, &arrived)).map(|(compared, _)| compared);
                is_match(compared).then(|| line(entry))
            }
            Wanted::Call { app, .. } => {
                let (_, _, call) = self.feed.calls_of(*app, index).next().filter(|(at, ..)| *at == index)?;
                let compared = self.seen(|seen| seen.call(wanted, entry, call)).map(|(compared, _)| compared);
                is_match(compared).then(|| line(entry))
            }
            Wanted::Webhook { .. } => {
                let tried = entry.tried().map_or(Some(entry), |delivery| self.feed.by_seq(delivery))?;
                self.seen(|seen| seen.delivered(wanted, tried)).map(|_| line(tried))
            }
            Wanted::State { person, state } => {
                let person = person.or_else(|| entry.person())?;
                let changed = match (entry.effect()?, state) {
                    (Effect::ControlMoved { person, to, .. }, State::Owner { expected }) => {
                        (names.holder(*to) == *expected).then_some(*person)
                    }
                    (Effect::FolderMoved { person, to, .. }, State::Folder(expected)) => {
                        (to.name() == *expected).then_some(*person)
                    }
                    // A window that was open stays open for longer, which is no change.
                    (Effect::WindowOpened { person, .. }, State::Window("open")) => {
                        let until = entry.saw.window_until().flatten();
                        until.is_none_or(|until| until <= entry.at).then_some(*person)
                    }
                    _ => None,
                };
                (changed == Some(person)).then(|| line(entry))
            }
        }
    }

    /// The state that must not come about, in words, if it holds now.
    fn holds(&self, wanted: &Wanted) -> Option<String> {
        let Wanted::State { person, state } = wanted else { return None };
        let state = self.state(*person, state).ok()?;
        let (name, value) = state.as_object()?.iter().next()?;
        Some(format!("{name} is {} at {}", value.as_str()?, rfc3339(self.lane.now())))
    }
}
