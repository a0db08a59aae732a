//! Where the scenarios of a run stand, for one that ends before all are done.

use std::collections::BTreeMap;

use super::Outcome;
use crate::runner::RunEvent;
use crate::select::Selected;

/// Where each scenario of a run stands, by its full name without the number of an attempt.
#[derive(Debug, Clone)]
pub struct Standing {
    left: BTreeMap<String, Left>,
}

/// A scenario that is not done.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    /// Whether it is played now.
    open: bool,
    /// How its last attempt came out, if there was one.
    before: Option<Outcome>,
}

impl Standing {
    /// Nothing has begun.
    pub fn of(scenarios: &[Selected]) -> Self {
        Self { left: scenarios.iter().map(|selected| (selected.name.clone(), Left::default())).collect() }
    }

    /// Takes in what happens.
    pub fn event(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Began(name) => {
                if let Some(left) = self.find(name) {
                    left.open = true;
                }
            }
            RunEvent::Finished(report) if !report.attempt.last => {
                if let Some(left) = self.find(&report.name) {
                    *left = Left { open: false, before: Some(Outcome::of(&report.verdict)) };
                }
            }
            RunEvent::Finished(report) => self.done(&report.name),
            RunEvent::GivenUp { name, .. } => self.done(name),
            RunEvent::Stray(_)
            | RunEvent::BotEnded(_)
            | RunEvent::Unsupported(_)
            | RunEvent::RealToken
            | RunEvent::Waiting { .. }
            | RunEvent::NotReady(_)
            | RunEvent::Kept(_) => {}
        }
    }

    /// The full names of those that are played now.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.left.iter().filter(|(_, left)| left.open).map(|(name, _)| name.as_str())
    }

    /// How those count that are not done: by their last attempt, if there was one.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        self.left.values().map(|left| left.before.unwrap_or(Outcome::NotRun))
    }

    fn done(&mut self, name: &str) {
        if self.left.remove(name).is_none() {
            self.left.remove(unnumbered(name));
        }
    }

    fn find(&mut self, name: &str) -> Option<&mut Left> {
        let known = if self.left.contains_key(name) { name } else { unnumbered(name) };
        self.left.get_mut(known)
    }
}

/// The name without the number of an attempt.
fn unnumbered(name: &str) -> &str {
    name.rsplit_once('#').map_or(name, |(name, _)| name)
}
