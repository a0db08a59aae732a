//! What is waited for, in words.

use emulator_core::Psid;

use super::super::Scene;
use super::super::plan::{Branch, Plan, Tree};
use super::super::prepared::{State, Wanted};

impl Scene {
    pub(super) fn describe(&self, plan: &Plan, tree: &Tree) -> String {
        match tree {
            Tree::Leaf(leaf) => {
                plan.leaves.get(*leaf).map_or_else(String::new, |leaf| self.describe_leaf(&leaf.what))
            }
            Tree::AnyOrder(parts) => format!("all of {} in any order", parts.len()),
            Tree::OneOf(parts) => format!("one of {}", parts.len()),
        }
    }

    /// The same with all that it is made of.
    pub(super) fn describe_part(&self, plan: &Plan, tree: &Tree) -> String {
        let parts = |parts: &[Branch], between: &str| {
            let parts = parts.iter().map(|part| self.describe_part(plan, &part.tree));
            parts.collect::<Vec<_>>().join(between)
        };
        match tree {
            Tree::Leaf(_) => self.describe(plan, tree),
            Tree::AnyOrder(all) => format!("({})", parts(all, " and ")),
            Tree::OneOf(all) => format!("({})", parts(all, " or ")),
        }
    }

    fn describe_leaf(&self, wanted: &Wanted) -> String {
        let names = self.lane.names();
        let to = |person: &Option<Psid>| {
            person.map_or_else(String::new, |person| format!(" to {}", names.person(person)))
        };
        let of = |person: &Option<Psid>| {
            let whose =
                person.map_or_else(|| "the".to_owned(), |person| format!("{}'s", names.person(person)));
            format!("{whose} conversation")
        };
        match wanted {
            Wanted::Message { app, person, .. } => {
                format!("a message from {}{}", names.app(*app), to(person))
            }
            Wanted::Call { app, verb, refused, .. } => {
                let how = if refused.is_some() { "a refused" } else { "an accepted" };
                let name = if verb.is_written_call() { String::new() } else { format!(" `{}`", verb.name) };
                format!("{how} call{name} by {}", names.app(*app))
            }
            Wanted::Webhook { app, acknowledged, .. } => {
                let how = if *acknowledged { "an acknowledged" } else { "a failed" };
                format!("{how} delivery to {}", names.app(*app))
            }
            Wanted::State { person, state } => match state {
                State::Owner { expected } => format!("the owner of {} to be {expected}", of(person)),
                State::Folder(expected) => format!("the folder of {} to be {expected}", of(person)),
                State::Window(expected) => format!("the window of {} to be {expected}", of(person)),
            },
        }
    }
}
