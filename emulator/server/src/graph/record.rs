//! A call as it was read, for the journal: its route, its parameters, and what it asks of core.

use std::sync::Arc;

use emulator_core::{AppAct, ControlAct, RouteId, SendControl};
use serde_json::{Map, Value, json};

use super::act::{AppCall, Beside, CallAct};
use super::request_json::request_json;
use super::serve::{Incoming, PreparedCall};
use crate::journal::CallKind;
use crate::shared::Shared;

/// A call as it was read.
#[derive(Debug, Clone, Copy)]
pub struct ReadCall<'a> {
    /// What it is for.
    pub route: RouteId,
    /// What core is asked.
    pub act: &'a AppAct,
    /// The parameters that core does not need.
    pub beside: &'a Beside,
}

impl ReadCall<'_> {
    /// All its parameters, as one call in JSON would have them; control edges by their names in Graph.
    pub fn parameters(&self) -> Map<String, Value> {
        let mut out = of_act(self.act);
        for (name, value) in self.beside.iter() {
            match (name, &self.act) {
                ("reaction", AppAct::Reacts { to, .. }) => {
                    out.insert("payload".into(), json!({"message_id": &*to.0, "reaction": value}));
                }
                _ => {
                    out.insert(name.into(), value.into());
                }
            }
        }
        out
    }

    /// What the journal says that it asked for.
    fn kind(&self) -> CallKind {
        let action = || self.beside.word("sender_action").unwrap_or_default();
        match self.act {
            AppAct::Sends { person: _, message, tag, then } => {
                let (message, tag, then) = (Arc::clone(message), *tag, *then);
                CallKind::Sends { message, messaging_type: self.beside.word("messaging_type"), tag, then }
            }
            AppAct::Signals { person: _ } => CallKind::Signals { action: action(), about: None },
            AppAct::Reacts { person: _, to } => {
                let reaction = self.beside.text("reaction").map(Arc::from);
                CallKind::Signals { action: action(), about: Some((to.clone(), reaction)) }
            }
            AppAct::Controls { person: _, act } => CallKind::Controls(act.clone()),
            AppAct::AsksOwner { person: _ } => CallKind::AsksOwner,
            AppAct::AsksReceivers => CallKind::AsksReceivers,
            AppAct::AsksProfile { person: _, needs: _ } => {
                CallKind::AsksProfile { fields: self.beside.text("fields").map(Arc::from) }
            }
            AppAct::Installs { fields, other_fields } => {
                CallKind::Installs { fields: *fields, other_fields: other_fields.clone() }
            }
        }
    }
}

/// What the journal says that a call asked for: what core is asked, or else the request.
pub(super) fn kind(read: &PreparedCall, incoming: &Incoming<'_>, shared: &Shared) -> CallKind {
    if let Ok(routed) = &read.routed
        && let Ok(CallAct::App(AppCall { act, beside, .. })) = &routed.act
    {
        return ReadCall { route: routed.found.row.id, act, beside }.kind();
    }
    CallKind::Other {
        method: incoming.method.as_str().into(),
        path: incoming.path.rest.into(),
        asked: request_json(&incoming.request, shared),
    }
}

fn recipient(person: emulator_core::Psid) -> Map<String, Value> {
    Map::from_iter([("recipient".to_owned(), json!({"id": person.to_string()}))])
}

/// What becomes of control after a message, as a call says it.
fn thread_control(then: SendControl) -> Value {
    let mut out = json!({"control_type": then.name()});
    if let SendControl::Pass(Some(to)) = then {
        out["app_id"] = to.number().to_string().into();
    }
    out
}

/// The parameters that core was given.
fn of_act(act: &AppAct) -> Map<String, Value> {
    let mut out = Map::new();
    match act {
        AppAct::Sends { person, message, tag, then } => {
            out = recipient(*person);
            let content = message.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
            let content: Value = content.unwrap_or_else(|| match &message.metadata {
                Some(metadata) => json!({"text": message.text.as_deref(), "metadata": &**metadata}),
                None => json!({"text": message.text.as_deref()}),
            });
            out.insert("message".into(), content);
            if let Some(mid) = &message.reply_to {
                out.insert("reply_to".into(), json!({"mid": &*mid.0}));
            }
            out.extend(tag.map(|tag| ("tag".to_owned(), tag.name().into())));
            out.extend(then.map(|then| ("thread_control".to_owned(), thread_control(then))));
        }
        AppAct::Signals { person } | AppAct::AsksOwner { person } => out = recipient(*person),
        AppAct::Reacts { person, to } => {
            out = recipient(*person);
            out.insert("payload".into(), json!({"message_id": &*to.0}));
        }
        AppAct::Controls { person, act } => {
            out = recipient(*person);
            out.extend(of_control(act).into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        AppAct::AsksReceivers | AppAct::AsksProfile { .. } => {}
        AppAct::Installs { fields: None, other_fields: _ } => {}
        AppAct::Installs { fields: Some(fields), other_fields } => {
            let names = fields.iter().map(|field| Value::from(field.name()));
            let names = names.chain(other_fields.iter().map(|name| Value::from(&**name))).collect();
            out.insert("subscribed_fields".into(), Value::Array(names));
        }
    }
    out
}

fn of_control(act: &ControlAct) -> Vec<(&'static str, Value)> {
    let text = |name, text: &Option<Arc<str>>| text.as_deref().map(|text| (name, Value::from(text)));
    match act {
        ControlAct::Pass { to, metadata } => {
            let to = to.map(|to| ("target_app_id", Value::from(to.number().to_string())));
            to.into_iter().chain(text("metadata", metadata)).collect()
        }
        ControlAct::Take { metadata } | ControlAct::Request { metadata } => {
            text("metadata", metadata).into_iter().collect()
        }
        ControlAct::PassMetadata { to, metadata } => {
            vec![("target_app_id", to.number().to_string().into()), ("metadata", Value::from(&**metadata))]
        }
        ControlAct::Release => Vec::new(),
        ControlAct::Extend { by } => {
            let seconds = by.map(|by| by.0 / emulator_core::Span::SECOND.0);
            seconds.map(|seconds| ("duration", seconds.into())).into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use emulator_core::{AppId, FieldSet, Message, Mid, Party, Psid, Span, Tag};

    use super::*;

    #[test]
    fn the_parameters_of_a_call_are_those_that_one_in_json_would_have() {
        let person = Psid(7);
        let message =
            Message { text: Some("hi".into()), reply_to: Some(Mid("m_1".into())), ..Message::default() };
        let controls = |act| AppAct::Controls { person, act };
        let recipient = json!({"id": "7"});
        for (act, expected) in [
            (
                AppAct::Sends { person, message: Arc::new(message), tag: Some(Tag::HumanAgent), then: None },
                json!({"recipient": recipient, "message": {"text": "hi"}, "reply_to": {"mid": "m_1"}, "tag": "HUMAN_AGENT"}),
            ),
            (
                AppAct::Reacts { person, to: Mid("m_2".into()) },
                json!({"recipient": recipient, "payload": {"message_id": "m_2"}}),
            ),
            (
                controls(ControlAct::Pass { to: Some(Party::App(AppId(5))), metadata: Some("x".into()) }),
                json!({"recipient": recipient, "target_app_id": "5", "metadata": "x"}),
            ),
            (
                controls(ControlAct::Extend { by: Some(Span(60_000)) }),
                json!({"recipient": recipient, "duration": 60}),
            ),
            (controls(ControlAct::Release), json!({"recipient": recipient})),
            (AppAct::AsksReceivers, json!({})),
            (
                AppAct::Installs { fields: Some(FieldSet::default()), other_fields: vec!["feed".into()] },
                json!({"subscribed_fields": ["feed"]}),
            ),
        ] {
            let call = ReadCall { route: RouteId::SendMessage, act: &act, beside: &Beside::default() };
            assert_eq!(Value::Object(call.parameters()), expected);
        }
    }
}
