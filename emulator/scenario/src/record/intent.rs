//! The verb that a request of a step was intended as: a request that was not in order stands in the journal as it came,
//! and not as what the platform made of it.

use emulator_server::graph::{NodeKind, RouteMethod, route};
use serde_json::{Map, Value};

use crate::vocabulary::{APP_VERBS, Source, ValueKind, Verb, verb_of_route};

/// A verb and the parameters that were given for it.
pub(crate) struct Intent {
    pub(crate) verb: &'static Verb,
    pub(crate) parameters: Map<String, Value>,
}

impl Intent {
    /// The verb that makes exactly that request, if there is one. The id is that of the person whom the step named.
    pub(crate) fn of(method: &str, path: &str, asked: &Value, person: Option<&str>) -> Option<Self> {
        let edge = path.strip_prefix("me/")?;
        let mut routes = APP_VERBS.iter().filter_map(Verb::route).map(route);
        let route =
            routes.find(|it| it.method.name() == method && it.edge == edge && it.node == NodeKind::Page)?;
        let reads = route.method == RouteMethod::Get;
        let mut parameters = given(asked, reads)?;
        let recipient = parameters.shift_remove("recipient");
        let needs_recipient = route.params.iter().any(|param| param.required && param.name == "recipient");
        match (recipient, reads) {
            (Some(id), true) => is_of(&id, person)?,
            (None, true) if needs_recipient => return None,
            (Some(recipient), false) => {
                let recipient = recipient.as_object().filter(|members| members.len() == 1)?;
                is_of(recipient.get("id")?, person)?;
            }
            (None, false) if person.is_some() => return None,
            (None, _) => {}
        }
        let has = |name: &str, word: &str| parameters.get(name).is_some_and(|value| value == word);
        let verb = verb_of_route(route.id, &has)?;
        parameters.iter().all(|(name, value)| can_say(verb, name, value)).then_some(Self { verb, parameters })
    }
}

/// The parameters in the one part of a request in which a step puts them.
fn given(asked: &Value, reads: bool) -> Option<Map<String, Value>> {
    let asked = asked.as_object()?;
    let place = if reads { "query" } else { "body" };
    match asked.get(place) {
        Some(given) if asked.len() == 1 => given.as_object().cloned(),
        None if reads && asked.is_empty() => Some(Map::new()),
        Some(_) | None => None,
    }
}

/// Whether a step with the verb can give that value.
fn can_say(verb: &Verb, name: &str, value: &Value) -> bool {
    let Some(parameter) = verb.parameters().iter().find(|parameter| parameter.name == name) else {
        return false;
    };
    match (parameter.source, verb.kind_of(parameter)) {
        (Source::Word(word), _) => value == word,
        (Source::Switch { on, off }, _) => value == on || value == off,
        (_, Some(ValueKind::Message)) => true,
        (_, Some(ValueKind::Duration)) => value.is_i64(),
        (_, Some(ValueKind::Earlier)) => value.get("mid").is_some_and(Value::is_string),
        (Source::Value | Source::Key(_) | Source::Beside(_), _) => value.is_string(),
    }
}

/// Whether an id is that of the person whom the step named.
fn is_of(id: &Value, person: Option<&str>) -> Option<()> {
    person.is_some_and(|person| id == person).then_some(())
}
