//! Which verb of the language a call of an app is.

use emulator_core::RouteId;
use emulator_server::journal::CallKind;

use crate::vocabulary::{Verb, app_verb, verb_of_route};

/// The routes with which apps move thread control.
const CONTROL: &[RouteId] = &[
    RouteId::PassThreadControl,
    RouteId::PassThreadMetadata,
    RouteId::TakeThreadControl,
    RouteId::RequestThreadControl,
    RouteId::ReleaseThreadControl,
    RouteId::ExtendThreadControl,
];

/// The verb that a call is; none for calls that the language has no verb for.
pub(super) fn verb_of(call: &CallKind) -> Option<&'static Verb> {
    match call {
        CallKind::Signals { action, about: _ } => {
            verb_of_route(RouteId::SendMessage, &|name, word| name == "sender_action" && word == *action)
                .filter(|verb| !verb.sends_message())
        }
        CallKind::Sends { .. }
        | CallKind::Controls(_)
        | CallKind::AsksOwner
        | CallKind::AsksReceivers
        | CallKind::AsksProfile { .. }
        | CallKind::Installs { .. }
        | CallKind::Subscribes { .. } => app_verb(call.verb()),
        CallKind::Other { .. } => None,
    }
}

/// True for the verbs that move thread control.
pub(super) fn moves_control(verb: &Verb) -> bool {
    verb.route().is_some_and(|route| CONTROL.contains(&route))
}
