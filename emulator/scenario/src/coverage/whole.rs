//! All that can be touched under some protocols.

use std::collections::BTreeSet;

use emulator_core::decisions::{Cell, Decision, decision_table};
use emulator_core::{EventKind, Protocol, RuleId, catalogue};
use emulator_server::graph::ErrorForm;

/// All of each kind, in the order of their tables.
pub(super) struct Whole {
    pub(super) rules: Vec<RuleId>,
    pub(super) events: Vec<EventKind>,
    pub(super) errors: Vec<&'static ErrorForm>,
    pub(super) cells: Vec<Cell>,
}

impl Whole {
    pub(super) fn of(protocols: &BTreeSet<Protocol>) -> Self {
        let any = |holds: &dyn Fn(Protocol) -> bool| protocols.iter().copied().any(holds);
        let rules = catalogue().iter().filter(|rule| any(&|protocol| rule.holds_in(protocol)));
        let rules = rules.map(|rule| rule.id).filter(|rule| rule.unreached().is_none()).collect();
        let mut table = decision_table();
        table.retain(|decision| protocols.contains(&decision.cell.protocol) && decision.outcome.is_ok());
        let told: BTreeSet<EventKind> = table.iter().flat_map(told).collect();
        let is_told = |event: &EventKind| !event.is_of_control() || told.contains(event);
        let errors = ErrorForm::all().iter().filter(|error| any(&|protocol| error.is_reachable(protocol)));
        Self {
            rules,
            events: EventKind::ALL.iter().copied().filter(is_told).collect(),
            errors: errors.collect(),
            cells: table.iter().map(|decision| decision.cell).collect(),
        }
    }
}

/// The control events that come of a cell.
fn told(decision: &Decision) -> impl Iterator<Item = EventKind> {
    decision.outcome.iter().flat_map(|outcome| outcome.told.iter().map(|(event, _)| *event))
}

/// A cell as a sentence.
pub(super) fn in_words(cell: &Cell) -> String {
    let Cell { protocol, standing, actor, action } = cell;
    format!("{}, {}: {} {}", protocol.name(), standing.name(), actor.name(), action.name())
}
