//! All that can be touched under some protocols.

use std::collections::BTreeSet;

use emulator_core::decisions::{Cell, ControlEvent, Decision, decision_table};
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
        let told: BTreeSet<ControlEvent> = table.iter().flat_map(told).collect();
        let is_told = |event: &EventKind| match control_event(*event) {
            Some(event) => told.contains(&event),
            None => true,
        };
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
fn told(decision: &Decision) -> impl Iterator<Item = ControlEvent> {
    decision.outcome.iter().flat_map(|outcome| outcome.told.iter().map(|(event, _)| *event))
}

/// The control event of that kind; none for events that there are under every protocol.
const fn control_event(event: EventKind) -> Option<ControlEvent> {
    match event {
        EventKind::PassThreadControl => Some(ControlEvent::Pass),
        EventKind::TakeThreadControl => Some(ControlEvent::Take),
        EventKind::RequestThreadControl => Some(ControlEvent::Request),
        EventKind::PassThreadMetadata => Some(ControlEvent::Metadata),
        EventKind::AppRoles => Some(ControlEvent::Roles),
        EventKind::Message
        | EventKind::Echo
        | EventKind::Postback
        | EventKind::Reaction
        | EventKind::Referral
        | EventKind::Delivery
        | EventKind::Read => None,
    }
}

/// A cell as a sentence.
pub(super) fn in_words(cell: &Cell) -> String {
    let Cell { protocol, standing, actor, action } = cell;
    format!("{}, {}: {} {}", protocol.name(), standing.name(), actor.name(), action.name())
}
