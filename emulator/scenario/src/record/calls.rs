//! What apps called, in the words of steps and expectations.

use std::borrow::Cow;
use std::sync::Arc;

use emulator_core::{AppId, Message, Mid, Party, Psid};
use emulator_server::graph::GraphError;
use emulator_server::journal::{Call, CallContent};
use serde_json::{Map, Value};

use super::acts::{Untold, Words, body_of};
use super::intent::Intent;
use super::times::duration;
use super::tree::{Line, Tree};
use crate::call_verb::verb_of;
use crate::vocabulary::{Parameter, Source, ValueKind, Verb};

/// Whether something is to be done again, or to be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// By a step.
    Again,
    /// By an expectation.
    Awaited,
}

/// The verb for calls that no other verb is for.
const CALLS: &str = "calls";

/// A key of a step with its value.
pub(crate) type Keyed = (&'static str, Tree);

impl Words<'_> {
    /// What a played app called, and how it was refused.
    pub(crate) fn played(
        &self,
        call: &Call,
        refusal: Option<&GraphError>,
        capture: Option<&str>,
    ) -> Result<Line, Untold> {
        let (verb, beside) = match self.intended(call) {
            Some((verb, parameters)) => (
                (verb.name, self.value_of(verb, &parameters, Manner::Again)),
                self.beside(verb, &parameters)?,
            ),
            None => (self.called(call, Manner::Again)?, Vec::new()),
        };
        // A token that is nobody's does not tell whose step it was, and it does not matter.
        let anybody =
            || self.heading.header.world.pages.first()?.apps.keys().next().map(|app| Tree::name(app));
        let who = call.app.map(|app| self.app(app)).or_else(anybody).unwrap_or(Tree::Null);
        let first = [Some(("app", who)), self.of(call.person).filter(|_| verb.0 != CALLS), Some(verb)];
        let last = [
            self.on_page_of_call(call),
            refusal.map(|refusal| ("refused", refused(refusal))),
            capture.map(|name| ("as", Tree::name(name))),
        ];
        Ok(Line::step(first.into_iter().chain(beside.into_iter().map(Some)).chain(last)))
    }

    /// The verb of a call with its parameters; of a request that was not in order, the one that it was intended as.
    fn intended(&self, call: &Call) -> Option<(&'static Verb, Map<String, Value>)> {
        match &call.content {
            CallContent::Act(_) if self.stranger_of(call).is_some() => None,
            CallContent::Act(act) => Some((verb_of(call)?, act.parameters())),
            CallContent::Request { method, path, asked: Some(asked) } => {
                let asked: Value = serde_json::from_str(asked).unwrap_or_default();
                let person = call.person.map(|person| person.to_string());
                let Intent { verb, parameters } = Intent::of(method, path, &asked, person.as_deref())?;
                Some((verb, parameters))
            }
            CallContent::Request { asked: None, .. } | CallContent::Subscribes { .. } => None,
        }
    }

    /// The keys beside the verb of a call.
    fn beside(&self, verb: &Verb, parameters: &Map<String, Value>) -> Result<Vec<Keyed>, Untold> {
        let mut out = Vec::new();
        for parameter in verb.parameters() {
            let Source::Beside(key) = parameter.source else { continue };
            let Some(value) = parameters.get(parameter.name) else { continue };
            if verb.kind_of(parameter) == Some(ValueKind::Earlier) {
                let mid = value.get("mid").and_then(Value::as_str).map(|mid| Mid(Arc::from(mid)));
                out.extend(self.earlier(key, mid.as_ref())?);
            } else if let Some(members) = value.as_object() {
                let member = |name: &str| members.get(name).and_then(Value::as_str);
                let to = member("app_id").and_then(|id| id.parse().ok()).map(|id| Party::of(AppId(id)));
                let to = to.map(|to| ("app_id", Tree::name(&self.heading.names.party(to))));
                let control_type = member("control_type").map(|word| ("control_type", Tree::word(word)));
                out.push((key, Tree::map([control_type, to])));
            } else {
                out.push((key, self.names.word(value.as_str().unwrap_or_default())));
            }
        }
        Ok(out)
    }

    /// The id that a call names where it is not that of anybody in the world. A verb would mean somebody else.
    pub(crate) fn stranger_of(&self, call: &Call) -> Option<Psid> {
        call.person.filter(|person| !self.heading.names.people.contains_key(person))
    }

    /// The Page of a call, where it is not the first of several.
    pub(crate) fn on_page_of_call(&self, call: &Call) -> Option<Keyed> {
        let of_person = call.person.and_then(|person| self.heading.names.page_of(person));
        self.on_page_named(of_person.or(call.page)?)
    }

    /// A verb of an app and its value.
    pub(crate) fn called(&self, call: &Call, manner: Manner) -> Result<Keyed, Untold> {
        if let (Some(verb), CallContent::Act(act), None) =
            (verb_of(call), &call.content, self.stranger_of(call))
        {
            return Ok((verb.name, self.value_of(verb, &act.parameters(), manner)));
        }
        if call.sender_action().is_some() {
            return Err("it reacts to a message".to_owned());
        }
        let value = match manner {
            Manner::Again => self.request(call)?,
            Manner::Awaited => self.request_line(call),
        };
        Ok((CALLS, value))
    }

    /// What stands after a verb that makes a call with these parameters.
    fn value_of(&self, verb: &Verb, parameters: &Map<String, Value>, manner: Manner) -> Tree {
        let keys = verb.parameters().iter().filter_map(|parameter| {
            let Source::Key(key) = parameter.source else { return None };
            Some((key, self.parameter(verb, parameter, parameters.get(parameter.name)?, manner)))
        });
        let keys: Vec<Keyed> = keys.collect();
        if !keys.is_empty() || matches!(verb.value, ValueKind::Mapping(_)) {
            return Tree::map(keys.into_iter().map(Some));
        }
        let after = verb.parameters().iter().find_map(|parameter| match parameter.source {
            Source::Value => {
                let value = parameters.get(parameter.name);
                value.map(|value| self.parameter(verb, parameter, value, manner))
            }
            Source::Switch { on, off: _ } => {
                let is_on = parameters.get(parameter.name).is_some_and(|value| value == on);
                Some(Tree::word(if is_on { "on" } else { "off" }))
            }
            Source::Key(_) | Source::Beside(_) | Source::Word(_) => None,
        });
        match (after, verb.value) {
            (Some(after), _) => after,
            (None, ValueKind::Message) => Tree::Map(Vec::new()),
            (None, _) => Tree::Bool(true),
        }
    }

    /// The value of a parameter, as it stands in a step.
    fn parameter(&self, verb: &Verb, parameter: &Parameter, value: &Value, manner: Manner) -> Tree {
        match (verb.kind_of(parameter), value) {
            (Some(ValueKind::Receiver), Value::String(id)) => self.receiver(id, manner),
            (Some(ValueKind::Duration), value) => {
                let seconds = value.as_i64().unwrap_or_default();
                Tree::word(duration(seconds.saturating_mul(1_000)))
            }
            (Some(ValueKind::Message), Value::Object(members)) => {
                match (members.len(), members.get("text").and_then(Value::as_str)) {
                    (1, Some(text)) => self.spoken(text, manner),
                    _ => self.written(value, manner),
                }
            }
            (_, Value::String(text)) => self.spoken(text, manner),
            (_, value) => self.written(value, manner),
        }
    }

    /// Whom control or metadata is passed to: by name, if it is known.
    fn receiver(&self, id: &str, manner: Manner) -> Tree {
        let party = id.parse().ok().map(|id| Party::of(AppId(id)));
        let party = party.filter(|party| party.number().to_string() == id);
        let name = party.map_or(Cow::Borrowed(id), |party| self.heading.names.party(party).into());
        let is_name = name.starts_with(|first: char| !first.is_ascii_digit());
        let is_secret = self.names.hidden_in(&name) != name;
        if is_name && !is_secret { Tree::name(&name) } else { self.spoken(&name, manner) }
    }

    /// A message that an app sends.
    pub(crate) fn message(&self, message: &Message, manner: Manner) -> Tree {
        match (body_of(message), message.text.as_deref(), message.metadata.as_deref()) {
            (Some(body), _, _) => self.written(&body, manner),
            (None, Some(text), None) => self.spoken(text, manner),
            (None, text, metadata) => {
                let mut members = Map::new();
                members.extend(text.map(|text| ("text".to_owned(), text.into())));
                members.extend(metadata.map(|metadata| ("metadata".to_owned(), metadata.into())));
                self.written(&Value::Object(members), manner)
            }
        }
    }

    fn spoken(&self, text: &str, manner: Manner) -> Tree {
        match manner {
            Manner::Again => self.names.text(text),
            Manner::Awaited => self.names.awaited(text),
        }
    }

    fn written(&self, value: &Value, manner: Manner) -> Tree {
        match manner {
            Manner::Again => self.names.value(value),
            Manner::Awaited => self.names.awaited_value(value),
        }
    }
}

/// How a call was refused.
pub(crate) fn refused(refusal: &GraphError) -> Tree {
    let number = |name, number: i64| (name, Tree::Number(number.into()));
    Tree::map([
        Some(number("code", refusal.code.into())),
        refusal.subcode.map(|subcode| number("subcode", subcode.into())),
    ])
}
