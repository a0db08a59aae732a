//! What a journal shows to have been touched.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::decisions::{Cell, touch, touched_by_time};
use emulator_core::{Context, Effect, EventKind, Ids, RuleId, Span, World};
use emulator_server::graph::ErrorForm;
use emulator_server::journal::{Entry, Header, Kind, Record};
use serde_json::Value;

/// What was touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    pub(super) rules: BTreeSet<RuleId>,
    pub(super) events: BTreeSet<EventKind>,
    pub(super) errors: BTreeSet<&'static ErrorForm>,
    pub(super) cells: BTreeSet<Cell>,
}

impl Touched {
    /// What the entries of a journal show. Its inputs happen once more in a world of their own, for an entry says what
    /// came of an input and not how the conversation stood before.
    pub fn by(header: &Header, entries: &[Entry]) -> Self {
        let mut touched = Self::default();
        let mut again = Again::begin(header, entries);
        for entry in entries {
            touched.rules.extend(entry.rule);
            touched.events.extend(event(entry));
            touched.errors.extend(error(entry));
            touched.cells.extend(again.plays(entry));
        }
        touched
    }

    /// Adds what something else has touched.
    pub fn add(&mut self, other: Self) {
        let Self { rules, events, errors, cells } = other;
        self.rules.extend(rules);
        self.events.extend(events);
        self.errors.extend(errors);
        self.cells.extend(cells);
    }

    /// The cells.
    pub const fn cells(&self) -> &BTreeSet<Cell> {
        &self.cells
    }
}

/// The kind of the event that an app hears.
fn event(entry: &Entry) -> Option<EventKind> {
    if let Record::Effect(Effect::Deliver(delivery)) = &entry.record {
        return Some(delivery.event.kind());
    }
    let Record::Heard(heard) = &entry.record else { return None };
    let event: Value = serde_json::from_str(&heard.event).ok()?;
    if event["message"]["is_echo"] == true {
        return Some(EventKind::Echo);
    }
    EventKind::ALL.iter().copied().find(|kind| event.get(kind.name()).is_some())
}

/// The error that an app is answered, or why a step is refused.
fn error(entry: &Entry) -> Option<&'static ErrorForm> {
    if let Record::Refused { error, .. } = &entry.record {
        ErrorForm::of(error)
    } else if let Record::Declined(kind) = &entry.record {
        ErrorForm::of_refusal(*kind)
    } else {
        None
    }
}

/// A lane whose inputs happen again.
struct Again {
    world: World,
    ids: Ids,
    /// The rule by which what an entry asks for was refused, by the entry's number.
    refused: BTreeMap<u64, Option<RuleId>>,
}

impl Again {
    fn begin(header: &Header, entries: &[Entry]) -> Self {
        let refusals = entries.iter().filter(|entry| matches!(entry.kind(), Kind::Refused | Kind::Declined));
        let refused = refusals.filter_map(|entry| Some((entry.cause?.seq, entry.rule))).collect();
        Self { world: header.begins(), ids: Ids::new(header.seed, &header.lane), refused }
    }

    /// The cells that an entry has played.
    fn plays(&mut self, entry: &Entry) -> BTreeSet<Cell> {
        if let Record::Clock { to } = &entry.record {
            let is_long = *to >= entry.at + Span::DAY;
            return if is_long { touched_by_time(&self.world) } else { BTreeSet::new() };
        }
        let Some(input) = entry.input() else { return BTreeSet::new() };
        let context = Context { now: entry.at, ids: &self.ids };
        let refused = self.refused.get(&entry.seq).copied();
        let (outcome, cells) = match refused {
            None => touch(&mut self.world, &input, &context),
            // It may have been refused before anything looked at the world, and then nothing came of it there.
            Some(_) => touch(&mut self.world.clone(), &input, &context),
        };
        let rule = match outcome {
            Ok(accepted) => Some(accepted.rule),
            Err(refusal) => Some(refusal.rule),
        };
        if rule == refused.unwrap_or(entry.rule) { cells } else { BTreeSet::new() }
    }
}
