//! How entries of the journal compare to what is expected.

use emulator_core::{AppId, Delivery, Effect, Message, PageId, Party};
use emulator_server::graph::{self, CallLine};
use emulator_server::journal::{Call, CallContent, Entry, Names, Record, event_to_json};
use emulator_server::with_base;
use serde_json::{Map, Value, json};

use crate::call_verb::verb_of;
use crate::feed::Feed;
use crate::matcher::{Comparison, Pattern};
use crate::vocabulary::{Parameter, Source, ValueKind, Verb};

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
            actual.extend(sending_members(call));
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
            Asked::Parameters => {
                let by_id = parameters(call, self.base_url);
                (with_names(call, by_id.clone(), &self.names), Value::Object(by_id))
            }
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

fn sending_members(call: &Call) -> Vec<(String, Value)> {
    let Some(sent) = call.sends() else { return Vec::new() };
    let messaging_type = sent.messaging_type.map(|name| ("messaging_type".to_owned(), json!(name)));
    let tag = sent.tag.map(|tag| ("tag".to_owned(), json!(tag.name())));
    messaging_type.into_iter().chain(tag).collect()
}

/// What a call asked for: its parameters at the keys that they have in an expectation of its verb, apps by their ids.
fn parameters(call: &Call, base_url: &str) -> Map<String, Value> {
    let CallContent::Act(act) = &call.content else { return Map::new() };
    let mut given = act.parameters();
    if let Some(message) = given.get_mut("message") {
        with_base(message, base_url);
    }
    let Some(verb) = verb_of(call) else { return given };
    let awaited = |key: &str| verb.expected_beside.iter().any(|field| field.name == key);
    let key = |parameter: &Parameter| match parameter.source {
        Source::Value | Source::Word(_) | Source::Switch { .. } => Some(parameter.name),
        Source::Key(key) => Some(key),
        Source::Beside(key) => Some(key).filter(|key| awaited(key)),
    };
    let member =
        |parameter: &Parameter| Some((key(parameter)?.to_owned(), given.get(parameter.name)?.clone()));
    verb.parameters().iter().filter_map(member).collect()
}

/// The same with the apps that it names by their names.
fn with_names(call: &Call, mut given: Map<String, Value>, names: &Names) -> Value {
    let Some(verb) = verb_of(call) else { return Value::Object(given) };
    for parameter in verb.parameters() {
        let Source::Key(key) = parameter.source else { continue };
        if verb.kind_of(parameter) == Some(ValueKind::Receiver)
            && let Some(value) = given.get_mut(key)
            && let Some(id) = value.as_str().and_then(|id| id.parse().ok())
        {
            *value = names.party(Party::of(AppId(id))).into();
        }
    }
    Value::Object(given)
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
