//! What to say of an expectation that is not met.

mod nearest;
mod strays;
mod unheard;
mod words;

use std::time::Duration;

use emulator_core::AppId;

use super::Scene;
use super::compare::delivery_value;
use super::plan::{Branch, Leaf, Plan, Tree, Way};
use super::prepared::Wanted;
use super::verdict::Progress;
use crate::diagnostics::Diagnostic;
use crate::failure::{ExpectedPart, Failure, Fate, Nearest};
use crate::feed::Earlier;
use crate::node::Span;
use crate::transcript;
use nearest::{earlier, nearest};

/// Why an expectation is given up.
pub(super) enum Why {
    /// It took longer than that.
    TooLate(Duration),
    /// This message, by its index, came first.
    Overtaken(usize),
    /// It was made in another way, and nothing more is under way.
    Otherwise,
    /// Nobody is left who could do it; why, in words.
    Hopeless(String),
}

impl Scene {
    pub(super) fn unmet(&self, span: Span, plan: &Plan, progress: &Progress, why: &Why) -> Box<Failure> {
        let names = self.lane.names();
        let tree = &plan.root.tree;
        let wanted = self.describe(plan, tree);
        let unacknowledged = self.unacknowledged(plan, tree);
        let message = match why {
            Why::TooLate(within) => {
                let within = format!("within {} s", within.as_secs_f64());
                match (tree, unacknowledged) {
                    (Tree::Leaf(_), Some(how)) => {
                        format!("expected {wanted}; it came, but was not {how} {within}")
                    }
                    (Tree::Leaf(leaf), None) if is_state(plan.leaves.get(*leaf)) => {
                        format!("expected {wanted}; it was not {within}")
                    }
                    (Tree::Leaf(_), None) => format!("expected {wanted}; it did not come {within}"),
                    (Tree::AnyOrder(parts), _) => {
                        let missing = parts.iter().filter(|part| !is_met(part, progress)).count();
                        format!("expected {wanted}; {missing} of them did not come {within}")
                    }
                    (Tree::OneOf(_), _) => format!("expected {wanted}; none of them came {within}"),
                }
            }
            Why::Overtaken(_) => format!("expected {wanted}; something else came first"),
            Why::Otherwise => {
                format!("expected {wanted}; it was done in another way, and nothing more is under way")
            }
            Why::Hopeless(_) => format!("expected {wanted}; it cannot come about"),
        };
        let mut problem = Diagnostic::new(span, message);
        if let Why::Hopeless(why) = why {
            problem = problem.note(why.clone());
        }
        let mut parts = Vec::new();
        let mut nearest = None;
        if let Tree::Leaf(leaf) = tree {
            let (found, notes) = self.missing(plan.leaves.get(*leaf), progress, why);
            problem.notes.extend(notes);
            nearest = found;
        } else {
            if let Why::Overtaken(entry) = why
                && let Some(entry) = self.feed.entries.get(*entry)
            {
                let line = transcript::line(entry, &names).unwrap_or_default();
                problem = problem.note(format!("the next unread message is: {line}"));
            }
            parts = tree.parts().iter().map(|part| self.part(plan, part, progress, why)).collect();
        }
        if let (Why::TooLate(_), Some(delivery)) = (why, self.feed.unanswered(&self.lane)) {
            let (app, what) = (names.app(delivery.app), transcript::describe_delivery(delivery, &names));
            problem =
                problem.note(format!("the webhook of {app} has been called and has not answered: {what}"));
        }
        let mut failure = self.failed(problem);
        failure.nearest = nearest;
        failure.parts = parts;
        failure
    }

    /// What became of a part.
    fn part(&self, plan: &Plan, part: &Branch, progress: &Progress, why: &Why) -> ExpectedPart {
        let names = self.lane.names();
        let wanted = self.describe_part(plan, &part.tree);
        if is_met(part, progress) {
            let entries = part.tree.leaves().into_iter().filter_map(|leaf| progress.entries.get(&leaf));
            let lines = entries.filter_map(|entry| {
                let line = transcript::line(self.feed.entries.get(*entry)?, &names)?;
                Some(line.trim().to_owned())
            });
            let lines: Vec<String> = lines.collect();
            let what = if lines.is_empty() { "it is so".to_owned() } else { lines.join("; ") };
            return ExpectedPart { wanted, fate: Fate::Met(what) };
        }
        let open = part.tree.leaves().into_iter().filter(|leaf| !progress.values.contains_key(leaf));
        let (mut nearest, mut notes): (Vec<Nearest>, Vec<String>) = (Vec::new(), Vec::new());
        for leaf in open {
            let (found, more) = self.missing(plan.leaves.get(leaf), progress, why);
            nearest.extend(found);
            notes.extend(more.into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>());
        }
        ExpectedPart { wanted, fate: Fate::Missing { nearest, notes } }
    }

    /// What came closest to a leaf, and what else there is to say of it.
    fn missing(&self, leaf: Option<&Leaf>, progress: &Progress, why: &Why) -> (Option<Nearest>, Vec<String>) {
        let Some(Leaf { what, .. }) = leaf else { return (None, Vec::new()) };
        let nearest = match what {
            Wanted::State { person, state } => self.state(*person, state).err().flatten(),
            Wanted::Message { .. } | Wanted::Call { .. } | Wanted::Webhook { .. } => {
                // What meets another part is not for this one.
                let taken: Vec<usize> = progress.entries.values().copied().collect();
                self.seen(|seen| nearest(seen, what, &taken))
            }
        };
        let mut notes = Vec::new();
        let earlier = self.came_earlier(what);
        if nearest.is_none() && !matches!(why, Why::Hopeless(_)) {
            notes.push(self.silence(what));
            notes.extend(self.no_contact(what));
        }
        if earlier.is_none() {
            notes.extend(self.unheard(what));
            notes.extend(self.strays(what));
        }
        notes.extend(earlier);
        (nearest, notes)
    }

    /// Says that what is wanted came before, and why it does not count.
    fn came_earlier(&self, wanted: &Wanted) -> Option<String> {
        let matching = self.seen(|seen| earlier(seen, wanted));
        let (entry, line) = matching?;
        let why = match self.feed.earlier(&self.feed.entries[entry])? {
            Earlier::ReadBy(reader) => format!("the step in {} has read it", reader.place(&self.file)),
            Earlier::PassedBy(reader) => {
                format!("it lies before what the step in {} has read", reader.place(&self.file))
            }
            Earlier::ReadAtOnce => "the step that led to it has read it".to_owned(),
        };
        Some(format!("one came earlier: {line}; {why}"))
    }

    /// What there is to say when nothing came that could be compared.
    fn silence(&self, wanted: &Wanted) -> String {
        let names = self.lane.names();
        let left = |what: &str, app: &AppId, read: bool| {
            let more = if read { "no other " } else { "no " };
            format!("there was {more}{what} {}", names.app(*app))
        };
        match wanted {
            Wanted::Message { .. } if self.feed.arrivals(0).next().is_some() => {
                "there was no further message behind those that steps have read".to_owned()
            }
            Wanted::Message { .. } => "there was no message at all".to_owned(),
            Wanted::Call { app, .. } => left("call by", app, self.feed.calls_from(*app) > 0),
            Wanted::Webhook { app, .. } => left("delivery to", app, self.feed.deliveries_from(*app) > 0),
            Wanted::State { .. } => {
                "it is not clear whose conversation is meant; name the person with `of:`".to_owned()
            }
        }
    }

    /// Why what is open can never come, if that is so: in a run an app without a webhook does what steps do, and
    /// all of that has happened.
    pub(super) fn hopeless(&self, plan: &Plan, ways: &[Way], progress: &Progress) -> Option<String> {
        // Only in a run it is known who there is.
        self.bots.as_ref().filter(|bots| bots.is_of_run())?;
        let names = self.lane.names();
        let anybody = self.cast.apps.iter().any(|app| self.acts_by_itself(app.id));
        let lost = |leaf: &usize| -> Option<String> {
            match &plan.leaves.get(*leaf)?.what {
                Wanted::Call { app, .. } | Wanted::Message { app, .. } if !self.acts_by_itself(*app) => {
                    let app = names.app(*app);
                    Some(format!(
                        "{app} has no webhook, so steps play it, and what a step does needs no expectation"
                    ))
                }
                Wanted::Call { .. } | Wanted::Message { .. } => None,
                Wanted::Webhook { .. } | Wanted::State { .. } if anybody => None,
                Wanted::Webhook { .. } | Wanted::State { .. } => Some(
                    "no app here has a webhook, so all happens by steps, and they have been played"
                        .to_owned(),
                ),
            }
        };
        let met = |slot: &[usize]| slot.iter().any(|leaf| progress.values.contains_key(leaf));
        let lost_slot = |slot: &Vec<usize>| -> Option<String> {
            if met(slot) {
                return None;
            }
            let reasons: Option<Vec<String>> = slot.iter().map(lost).collect();
            reasons.and_then(|reasons| reasons.into_iter().next())
        };
        let reasons: Option<Vec<String>> = ways.iter().map(|way| way.iter().find_map(lost_slot)).collect();
        reasons.and_then(|reasons| reasons.into_iter().next())
    }

    /// True when an app may do something that no step tells it: it has a webhook, or has called by itself.
    fn acts_by_itself(&self, app: AppId) -> bool {
        self.lane.is_real(app) || self.feed.calls_of(app, 0).next().is_some()
    }

    /// How the delivery should have ended that came and did not, for a single one.
    fn unacknowledged(&self, plan: &Plan, tree: &Tree) -> Option<&'static str> {
        let Tree::Leaf(leaf) = tree else { return None };
        let wanted = &plan.leaves.get(*leaf)?.what;
        let Wanted::Webhook { app, page, person, pattern, acknowledged, attempts: None } = wanted else {
            return None;
        };
        let mut deliveries = self.feed.deliveries_to(*app, self.feed.deliveries_from(*app));
        let came = deliveries.any(|(_, _, delivery)| {
            delivery.page == *page
                && person.is_none_or(|person| delivery.person == Some(person))
                && pattern.matches(&delivery_value(delivery, self.stage.base_url()))
        });
        came.then_some(if *acknowledged { "acknowledged" } else { "failed" })
    }
}

fn is_state(leaf: Option<&Leaf>) -> bool {
    matches!(leaf, Some(Leaf { what: Wanted::State { .. }, .. }))
}

/// True when a part is met: all of it, or one of its alternatives.
fn is_met(part: &Branch, progress: &Progress) -> bool {
    match &part.tree {
        Tree::Leaf(leaf) => progress.values.contains_key(leaf),
        Tree::AnyOrder(parts) => parts.iter().all(|part| is_met(part, progress)),
        Tree::OneOf(parts) => parts.iter().any(|part| is_met(part, progress)),
    }
}
