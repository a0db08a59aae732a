//! Which verb of the language a call of an app is, and what it asked for in the words of that verb.

use emulator_core::RouteId;
use emulator_server::journal::{Call, CallContent};

use crate::vocabulary::{Verb, verb_of_route};

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
pub(crate) fn verb_of(call: &Call) -> Option<&'static Verb> {
    let CallContent::Act(act) = &call.content else { return None };
    let verb = verb_of_route(act.route(), &|name, word| act.beside().text(name) == Some(word))?;
    // A sender action that no verb is for is not a message.
    (verb.sends_message() == call.sends().is_some()).then_some(verb)
}

/// True for the verbs that move thread control.
pub(crate) fn moves_control(verb: &Verb) -> bool {
    verb.route().is_some_and(|route| CONTROL.contains(&route))
}
