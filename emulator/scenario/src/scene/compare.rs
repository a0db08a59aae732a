//! How entries of the journal compare to what is expected.

use emulator_core::{AppId, ControlAct, Delivery, Effect, Message, PageId, Party, SendControl};
use emulator_server::graph::{self, CallLine};
use emulator_server::journal::{Call, CallKind, Entry, Names, Record, event_to_json};
use emulator_server::with_base;
use serde_json::{Map, Value, json};

use crate::feed::Feed;
use crate::matcher::{Comparison, Pattern};
use crate::vocabulary::Verb;

/// What comparing needs to see: what has happened, and what things are called.
pub(super) struct Seen<'a> {
    pub(super) feed: &'a Feed,
    pub(super) names: Names,
    /// The first Page.
    pub(super) page: PageId,
    /// Where the emulator is, for addresses of its own.
    pub(super) base_url: &'a str,
    /// Whether an app has a webhook, so that no step plays it.
    pub(super) is_real: &'a dyn Fn(AppId) -> bool,
}

/// What of a call is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// What it asked for, in the words of the vocabulary.
    Parameters,
    /// Its method and path.
    Spelling,
}

impl Asked {
    pub(super) fn of(verb: &Verb) -> Self {
        if verb.is_written_call() { Self::Spelling } else { Self::Parameters }
    }
}

impl Seen<'_> {
    /// How a message that reached a person compares.
    pub(super) fn compare_message(&self, entry: &Entry, pattern: &Pattern) -> (Comparison, Value) {
        let mut actual = Map::new();
        if let Some(Effect::Message { message, mid, at, .. }) = entry.effect() {
            actual.insert("message".into(), message_value(message, self.base_url));
            actual.insert("message_id".into(), json!(mid.to_string()));
            actual.insert("timestamp".into(), json!(at.0));
        }
        let call = entry.cause.and_then(|cause| self.feed.by_seq(cause.seq));
        if let Some(Record::Call(call)) = call.map(|call| &call.record) {
            actual.extend(sending_members(&call.kind, &|party| self.names.party(party)));
        }
        let actual = Value::Object(actual);
        (pattern.compare(Some(&actual)), actual)
    }

    /// How an app's call compares: in what it asked for, and in how it was refused.
    pub(super) fn compare_call(
        &self,
        entry: &Entry,
        call: &Call,
        asked: Asked,
        pattern: Option<&Pattern>,
        refused: Option<&Pattern>,
    ) -> (Comparison, Value) {
        let refusal = self.feed.refusal(entry).map(|entry| &entry.record);
        let refusal = match refusal {
            Some(Record::Refused { error, trace, .. }) => {
                Some(graph::refusal(error.status, &error.body(trace)))
            }
            Some(_) | None => None,
        };
        let (by_name, by_id) = match asked {
            Asked::Parameters => (
                call_value(&call.kind, self.base_url, &|party| self.names.party(party)),
                call_value(&call.kind, self.base_url, &|party| party.number().to_string()),
            ),
            Asked::Spelling => {
                let page = call.page.unwrap_or(self.page);
                let CallLine { method, path } = graph::call_line(call, page);
                (spelling(method, &path), spelling(method, &by_id(&path, page)))
            }
        };
        let mut comparison = match pattern {
            None => Comparison::default(),
            Some(pattern) => {
                let candidates = [pattern.compare(Some(&by_name)), pattern.compare(Some(&by_id))];
                let [name, id] = candidates;
                if id.mismatches.len() < name.mismatches.len() { id } else { name }
            }
        };
        let how = |text: &str| crate::matcher::Mismatch {
            path: "the call".to_owned(),
            expected: text.to_owned(),
            actual: if refusal.is_some() { "refused".to_owned() } else { "accepted".to_owned() },
        };
        match (refused, &refusal) {
            (None, None) => {}
            (None, Some(_)) => comparison.mismatches.push(how("to be accepted")),
            (Some(_), None) => comparison.mismatches.push(how("to be refused")),
            (Some(pattern), Some(refusal)) => {
                let of_refusal = pattern.compare(Some(refusal));
                comparison.agreed += of_refusal.agreed;
                comparison.mismatches.extend(of_refusal.mismatches);
            }
        }
        (comparison, refusal.unwrap_or(by_name))
    }
}

/// A message as its app sent it.
fn message_value(message: &Message, base_url: &str) -> Value {
    // What is more than a text goes as its app sent it.
    let sent = message.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
    if let Some(mut sent) = sent {
        with_base(&mut sent, base_url);
        return sent;
    }
    let mut out = Map::new();
    out.extend(message.text.as_ref().map(|text| ("text".to_owned(), json!(&**text))));
    out.extend(message.metadata.as_ref().map(|metadata| ("metadata".to_owned(), json!(&**metadata))));
    Value::Object(out)
}

fn sending_members(kind: &CallKind, party: &dyn Fn(Party) -> String) -> Vec<(String, Value)> {
    let CallKind::Sends { message: _, messaging_type, tag, then } = kind else { return Vec::new() };
    let messaging_type = messaging_type.map(|name| ("messaging_type".to_owned(), json!(name)));
    let tag = tag.map(|tag| ("tag".to_owned(), json!(tag.name())));
    let then = then.map(|then| {
        let mut members = json!({"control_type": then.name()});
        if let SendControl::Pass(Some(to)) = then {
            members["app_id"] = party(to).into();
        }
        ("thread_control".to_owned(), members)
    });
    messaging_type.into_iter().chain(tag).chain(then).collect()
}

/// What a call asked for, in the words of the vocabulary.
fn call_value(kind: &CallKind, base_url: &str, party: &dyn Fn(Party) -> String) -> Value {
    let mut out = Map::new();
    match kind {
        CallKind::Sends { message, .. } => {
            out.insert("message".into(), message_value(message, base_url));
            out.extend(sending_members(kind, party));
        }
        CallKind::Controls(ControlAct::Pass { to, metadata }) => {
            out.extend(to.map(|to| ("to".to_owned(), json!(party(to)))));
            out.extend(metadata.as_ref().map(|metadata| ("metadata".to_owned(), json!(&**metadata))));
        }
        CallKind::Controls(ControlAct::Take { metadata } | ControlAct::Request { metadata }) => {
            out.extend(metadata.as_ref().map(|metadata| ("metadata".to_owned(), json!(&**metadata))));
        }
        CallKind::Controls(ControlAct::Extend { by }) => {
            out.extend(by.map(|by| ("duration".to_owned(), json!(by.0 / 1_000))));
        }
        CallKind::Controls(ControlAct::PassMetadata { to, metadata }) => {
            out.insert("to".into(), json!(party(*to)));
            out.insert("metadata".into(), json!(&**metadata));
        }
        CallKind::Signals { action, about: _ } => {
            out.insert("action".into(), json!(action));
        }
        CallKind::Controls(ControlAct::Release)
        | CallKind::AsksOwner
        | CallKind::AsksReceivers
        | CallKind::AsksProfile { .. }
        | CallKind::Installs { .. }
        | CallKind::Subscribes { .. }
        | CallKind::Other { .. } => {}
    }
    Value::Object(out)
}

fn spelling(method: &str, path: &str) -> Value {
    json!({"method": method, "path": path})
}

/// A path that names the Page by its id rather than by `me`.
fn by_id(path: &str, page: PageId) -> String {
    match path.strip_prefix("me") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{page}{rest}"),
        Some(_) | None => path.to_owned(),
    }
}

/// A delivery as expectations see it.
pub(super) fn delivery_value(delivery: &Delivery, base_url: &str) -> Value {
    let mut event: Value = serde_json::from_str(&event_to_json(delivery)).unwrap_or_default();
    with_base(&mut event, base_url);
    json!({"channel": delivery.channel.name(), "field": delivery.field.name(), "event": event})
}
