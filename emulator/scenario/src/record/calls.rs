//! What apps called, in the words of steps and expectations.

use std::sync::Arc;

use emulator_core::{ControlAct, FieldSet, Mid, Psid, SendControl, SenderAction};
use emulator_server::graph::GraphError;
use emulator_server::journal::{Call, CallKind, Subscribing};
use serde_json::{Map, Value};

use super::acts::{Untold, Words, body_of};
use super::meant::Meant;
use super::times::duration;
use super::tree::{Line, Tree};

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

/// A verb of an app with its value.
pub(crate) type Verb = (&'static str, Tree);

/// What an app sends: a text, or a message with more in it.
pub(crate) struct Sent<'a> {
    pub(crate) text: Option<&'a str>,
    pub(crate) metadata: Option<&'a str>,
    pub(crate) body: Option<&'a Value>,
}

impl Words<'_> {
    /// What a played app called, and how it was refused.
    pub(crate) fn played(
        &self,
        call: &Call,
        refusal: Option<&GraphError>,
        capture: Option<&str>,
    ) -> Result<Line, Untold> {
        let (asked, id): (Value, _);
        let meant = if let CallKind::Other { method, path, asked: Some(text) } = &call.kind {
            asked = serde_json::from_str(text).unwrap_or_default();
            id = call.person.map(|person| person.to_string());
            Meant::of(method, path, &asked, id.as_deref())
        } else {
            None
        };
        let (verb, beside) = match &meant {
            Some(meant) => (self.meant(meant), self.beside_meant(meant)?),
            None => (self.called(call, Manner::Again)?, self.beside(&call.kind)?),
        };
        // A token that is nobody's does not tell whose step it was, and it does not matter.
        let anybody =
            || self.heading.header.world.pages.first()?.apps.keys().next().map(|app| Tree::name(app));
        let who = call.app.map(|app| self.app(app)).or_else(anybody).unwrap_or(Tree::Null);
        let [messaging_type, tag, reply_to, thread_control] = beside;
        Ok(Line::step([
            Some(("app", who)),
            self.of(call.person).filter(|_| verb.0 != CALLS),
            Some(verb),
            messaging_type,
            tag,
            reply_to,
            thread_control,
            self.on_page_of_call(call),
            refusal.map(|refusal| ("refused", refused(refusal))),
            capture.map(|name| ("as", Tree::name(name))),
        ]))
    }

    /// What stands beside the verb of a call: the type of a message, its tag, the message that it answers, and what becomes
    /// of control.
    fn beside(&self, kind: &CallKind) -> Result<[Option<Verb>; 4], Untold> {
        let CallKind::Sends { message, messaging_type, tag, then } = kind else {
            return Ok([const { None }; 4]);
        };
        Ok([
            messaging_type.map(|word| ("messaging_type", self.names.word(word))),
            tag.map(|tag| ("tag", self.names.word(tag.name()))),
            self.earlier("reply_to", message.reply_to.as_ref())?,
            then.map(|then| ("thread_control", self.thread_control(then))),
        ])
    }

    fn thread_control(&self, then: SendControl) -> Tree {
        let to =
            if let SendControl::Pass(Some(to)) = then { Some(self.heading.names.party(to)) } else { None };
        Tree::map([Some(("control_type", Tree::word(then.name()))), to.map(|to| ("app_id", Tree::name(&to)))])
    }

    fn beside_meant(&self, meant: &Meant<'_>) -> Result<[Option<Verb>; 4], Untold> {
        let Meant::Sends { messaging_type, tag, reply_to, .. } = meant else {
            return Ok([const { None }; 4]);
        };
        let reply_to = reply_to.map(|mid| Mid(Arc::from(mid)));
        Ok([
            messaging_type.map(|word| ("messaging_type", self.names.word(word))),
            tag.map(|word| ("tag", self.names.word(word))),
            self.earlier("reply_to", reply_to.as_ref())?,
            None,
        ])
    }

    /// The Page of a call, where it is not the first of several.
    pub(crate) fn on_page_of_call(&self, call: &Call) -> Option<Verb> {
        let of_person = call.person.and_then(|person| self.heading.names.page_of(person));
        self.on_page_named(of_person.or(call.page)?)
    }

    fn spoken(&self, manner: Manner) -> impl Fn(&str) -> Tree {
        move |said| match manner {
            Manner::Again => self.names.text(said),
            Manner::Awaited => self.names.awaited(said),
        }
    }

    fn written(&self, manner: Manner) -> impl Fn(&Value) -> Tree {
        move |sent| match manner {
            Manner::Again => self.names.value(sent),
            Manner::Awaited => self.names.awaited_value(sent),
        }
    }

    /// A message that an app sends: its text, or all that it holds.
    pub(crate) fn message(&self, sent: &Sent<'_>, manner: Manner) -> Tree {
        match (sent.body, sent.text, sent.metadata) {
            (Some(body), _, _) => self.written(manner)(body),
            (None, Some(said), None) => self.spoken(manner)(said),
            (None, said, metadata) => {
                let mut members = Map::new();
                members.extend(said.map(|said| ("text".to_owned(), Value::from(said))));
                members.extend(metadata.map(|metadata| ("metadata".to_owned(), Value::from(metadata))));
                self.written(manner)(&Value::Object(members))
            }
        }
    }

    /// Whom control or metadata is passed to, and the metadata.
    fn passed(&self, to: Option<&str>, metadata: Option<&str>, manner: Manner) -> Tree {
        let text = self.spoken(manner);
        let target = to.map(|to| {
            let is_name = to.starts_with(|first: char| !first.is_ascii_digit());
            let secret = self.names.hidden_in(to) != to;
            ("to", if is_name && !secret { Tree::name(to) } else { text(to) })
        });
        Tree::map([target, metadata.map(|metadata| ("metadata", text(metadata)))])
    }

    fn with_metadata(&self, metadata: Option<&str>, manner: Manner) -> Tree {
        match metadata {
            Some(metadata) => Tree::map([Some(("metadata", self.spoken(manner)(metadata)))]),
            None => Tree::Bool(true),
        }
    }

    /// A verb of an app and its value.
    pub(crate) fn called(&self, call: &Call, manner: Manner) -> Result<Verb, Untold> {
        let names = &self.heading.names;
        Ok(match &call.kind {
            CallKind::Sends { message, .. } => {
                let body = body_of(message);
                let (text, metadata) = (message.text.as_deref(), message.metadata.as_deref());
                ("sends", self.message(&Sent { text, metadata, body: body.as_ref() }, manner))
            }
            CallKind::Controls(ControlAct::Pass { to, metadata }) => {
                let to = to.map(|to| names.party(to));
                ("passes_control", self.passed(to.as_deref(), metadata.as_deref(), manner))
            }
            CallKind::Controls(ControlAct::PassMetadata { to, metadata }) => {
                ("passes_metadata", self.passed(Some(&names.party(*to)), Some(metadata), manner))
            }
            CallKind::Controls(ControlAct::Take { metadata }) => {
                ("takes_control", self.with_metadata(metadata.as_deref(), manner))
            }
            CallKind::Controls(ControlAct::Request { metadata }) => {
                ("requests_control", self.with_metadata(metadata.as_deref(), manner))
            }
            CallKind::Controls(ControlAct::Release) => ("releases_control", Tree::Bool(true)),
            CallKind::Controls(ControlAct::Extend { by }) => {
                ("extends_control", extension(by.map(|by| by.0)))
            }
            CallKind::AsksOwner => ("asks_owner", Tree::Bool(true)),
            CallKind::AsksReceivers => ("asks_receivers", Tree::Bool(true)),
            CallKind::Signals { action, .. } => signal(action).ok_or("it reacts to a message")?,
            CallKind::AsksProfile { .. }
            | CallKind::Installs { .. }
            | CallKind::Subscribes { .. }
            | CallKind::Other { .. } => {
                let value = match manner {
                    Manner::Again => self.written_out(call)?,
                    Manner::Awaited => {
                        let (method, path) = self.spelt(call)?;
                        Tree::map([
                            Some(("method", Tree::word(method))),
                            Some(("path", self.names.text(&path))),
                        ])
                    }
                };
                (CALLS, value)
            }
        })
    }

    /// The verb that a call was meant to be.
    fn meant(&self, meant: &Meant<'_>) -> Verb {
        let manner = Manner::Again;
        match meant {
            Meant::Sends { text, body, .. } => {
                ("sends", self.message(&Sent { text: *text, metadata: None, body: *body }, manner))
            }
            Meant::Signals(verb) => verb.clone(),
            Meant::Passes { to, metadata } => ("passes_control", self.passed(*to, *metadata, manner)),
            Meant::PassesMetadata { to, metadata } => {
                ("passes_metadata", self.passed(*to, *metadata, manner))
            }
            Meant::Takes { metadata } => ("takes_control", self.with_metadata(*metadata, manner)),
            Meant::Requests { metadata } => ("requests_control", self.with_metadata(*metadata, manner)),
            Meant::Releases => ("releases_control", Tree::Bool(true)),
            Meant::Extends { seconds } => {
                ("extends_control", extension(seconds.map(|seconds| seconds.saturating_mul(1_000))))
            }
            Meant::AsksOwner => ("asks_owner", Tree::Bool(true)),
            Meant::AsksReceivers => ("asks_receivers", Tree::Bool(true)),
        }
    }

    /// A call that no other verb is for, as a step makes it again.
    fn written_out(&self, call: &Call) -> Result<Tree, Untold> {
        let (method, path) = self.spelt(call)?;
        let mut parts = Map::new();
        let list = |fields: FieldSet, other: &[Arc<str>]| {
            let other = other.iter().map(ToString::to_string);
            fields.iter().map(|field| field.name().to_owned()).chain(other).collect::<Vec<_>>().join(",")
        };
        let mut part = |place: &str, key: &str, value: String| {
            parts.insert(place.to_owned(), Value::Object(Map::from_iter([(key.to_owned(), value.into())])));
        };
        match &call.kind {
            CallKind::Other { asked: Some(asked), .. } => {
                parts = serde_json::from_str(asked).unwrap_or_default();
            }
            CallKind::Other { asked: None, .. } => {
                return Err(format!(
                    "it calls {method} {path} with a secret or with files, which are not written down"
                ));
            }
            CallKind::AsksProfile { fields: Some(fields) } => part("query", "fields", fields.to_string()),
            CallKind::Installs { fields: Some(fields), other_fields } => {
                part("form", "subscribed_fields", list(*fields, other_fields));
            }
            CallKind::Subscribes { fields: Some(fields), webhook, .. } => {
                let other = webhook.as_deref().map(|webhook| &*webhook.other_fields).unwrap_or_default();
                part("form", "subscribed_fields", list(*fields, other));
            }
            CallKind::AsksProfile { fields: None }
            | CallKind::Installs { fields: None, .. }
            | CallKind::Subscribes { fields: None, .. }
            | CallKind::Sends { .. }
            | CallKind::Signals { .. }
            | CallKind::Controls(_)
            | CallKind::AsksOwner
            | CallKind::AsksReceivers => {}
        }
        let part = |key: &'static str| parts.get(key).map(|given| (key, self.names.value(given)));
        Ok(Tree::map([
            Some(("method", Tree::word(method))),
            Some(("path", self.names.text(&path))),
            part("query"),
            part("body"),
            part("form"),
            parts.get("token").and_then(Value::as_str).map(|word| ("token", Tree::word(word))),
        ]))
    }

    /// Method and path of a call.
    fn spelt<'c>(&self, call: &'c Call) -> Result<(&'c str, String), Untold> {
        let id = |person: Option<Psid>| person.map(|person| person.to_string()).unwrap_or_default();
        match &call.kind {
            CallKind::Other { method, path, .. } => Ok((method, path.to_string())),
            CallKind::AsksProfile { .. } => Ok(("GET", id(call.person))),
            CallKind::Installs { fields, .. } => {
                Ok((if fields.is_some() { "POST" } else { "DELETE" }, "me/subscribed_apps".to_owned()))
            }
            CallKind::Subscribes { how, fields, .. } => {
                let gives_up = fields.is_none() || *how == Subscribing::GivesUp;
                let app = call.app.map(|app| app.to_string()).unwrap_or_default();
                Ok((if gives_up { "DELETE" } else { "POST" }, format!("{app}/subscriptions")))
            }
            CallKind::Sends { .. }
            | CallKind::Signals { .. }
            | CallKind::Controls(_)
            | CallKind::AsksOwner
            | CallKind::AsksReceivers => Err(format!("it {}", call.kind.verb().replace('_', " "))),
        }
    }
}

/// The value of `extends_control`.
fn extension(milliseconds: Option<i64>) -> Tree {
    milliseconds.map_or(Tree::Bool(true), |milliseconds| Tree::word(duration(milliseconds)))
}

/// The verb for a sender action.
pub(crate) fn signal(action: &str) -> Option<Verb> {
    if action == SenderAction::TypingOn.name() {
        Some(("types", Tree::word("on")))
    } else if action == SenderAction::TypingOff.name() {
        Some(("types", Tree::word("off")))
    } else if action == SenderAction::MarkSeen.name() {
        Some(("marks_seen", Tree::Bool(true)))
    } else {
        None
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
