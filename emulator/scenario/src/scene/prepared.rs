//! Expectations with their expressions evaluated, and how an entry of the journal compares to them.

use emulator_core::{AppId, ControlAct, Delivery, Effect, Message, PageId, Psid};
use emulator_server::graph::{self, SenderAction};
use emulator_server::journal::{Call, CallKind, Entry, Record, event_to_json};
use emulator_server::with_base;
use serde_json::{Map, Value, json};

use super::{Outcome, Scene};
use crate::matcher::{Comparison, Pattern};
use crate::node::Node;
use crate::step::{AppVerbKind, Awaited, Channel, Expectation, Folder, Owner, Window};
use crate::transcript;
use crate::value;

/// An expectation that is ready to be compared.
pub(super) enum Prepared {
    /// A message that reaches the person.
    Message { app: AppId, person: Option<Psid>, pattern: Pattern },
    /// A call of an app.
    Call {
        app: AppId,
        page: PageId,
        person: Option<Psid>,
        verb: AppVerbKind,
        pattern: Option<Pattern>,
        refused: Option<Pattern>,
    },
    /// A delivery to an app.
    Webhook { app: AppId, page: PageId, person: Option<Psid>, pattern: Pattern, acknowledged: bool },
    /// A state of a conversation.
    State { person: Option<Psid>, state: State },
    /// Nothing at all, for that long.
    Nothing { for_ms: u64 },
}

/// What a conversation can be like.
pub(super) enum State {
    Owner { expected: String },
    Folder(&'static str),
    Window(&'static str),
}

impl Scene {
    pub(super) fn prepare(&self, expectation: &Expectation) -> Outcome<Prepared> {
        let page = self.page_on(expectation.on.as_ref())?;
        let person = self.person_or_only(expectation.of.as_ref(), page)?;
        let build = |node| Pattern::build(node, self).map_err(|problem| self.error(problem));
        Ok(match &expectation.what {
            Awaited::App { who, verb, params, messaging_type, tag, refused } => {
                let app = self.app_id(who)?;
                let refused = refused.as_deref().map(|refusal| self.refusal_pattern(refusal)).transpose()?;
                let mut members = Vec::new();
                for (name, node) in [("messaging_type", messaging_type), ("tag", tag)] {
                    if let Some(node) = node {
                        members.push((name.to_owned(), build(node)?));
                    }
                }
                if *verb == AppVerbKind::Sends {
                    if let Some(params) = params {
                        let message =
                            Pattern::of_message(params, self).map_err(|problem| self.error(problem))?;
                        members.push(("message".to_owned(), message));
                    }
                    let pattern = Pattern::of_members(members);
                    return Ok(match refused {
                        None => Prepared::Message { app, person, pattern },
                        Some(_) => {
                            let pattern = Some(pattern);
                            Prepared::Call { app, page, person, verb: *verb, pattern, refused }
                        }
                    });
                }
                let pattern = self.asked_pattern(*verb, params.as_ref())?;
                Prepared::Call { app, page, person, verb: *verb, pattern, refused }
            }
            Awaited::Webhook { app, channel, field, event, acknowledged } => {
                let mut members = Vec::new();
                let channel = channel.map(|channel| match channel {
                    Channel::Messaging => "messaging",
                    Channel::Standby => "standby",
                });
                members.extend(
                    channel.map(|channel| ("channel".to_owned(), Pattern::of_value(&json!(channel)))),
                );
                members.extend(
                    field.as_ref().map(|field| ("field".to_owned(), Pattern::of_value(&json!(field)))),
                );
                if let Some(event) = event {
                    members.push(("event".to_owned(), build(event)?));
                }
                let pattern = Pattern::of_members(members);
                // Not every event is about a person, so only one who is named limits them.
                let person = expectation.of.as_ref().map(|who| self.person(who, page)).transpose()?;
                let (app, acknowledged) = (self.app_id(app)?, *acknowledged);
                Prepared::Webhook { app, page, person, pattern, acknowledged }
            }
            Awaited::Owner(owner) => {
                let expected = match owner {
                    Owner::App(app) => {
                        self.app_id(app)?;
                        app.value.clone()
                    }
                    Owner::Inbox => "inbox".to_owned(),
                    Owner::Idle => "idle".to_owned(),
                    Owner::None => "none".to_owned(),
                };
                Prepared::State { person, state: State::Owner { expected } }
            }
            Awaited::Folder(folder) => {
                let name = match folder {
                    Folder::Main => "main",
                    Folder::Done => "done",
                    Folder::Spam => "spam",
                };
                Prepared::State { person, state: State::Folder(name) }
            }
            Awaited::Window(window) => {
                let name = match window {
                    Window::Open => "open",
                    Window::Closed => "closed",
                };
                Prepared::State { person, state: State::Window(name) }
            }
            Awaited::Nothing { for_ms } => Prepared::Nothing { for_ms: *for_ms },
        })
    }

    /// What a call must have asked for; none where anything will do.
    fn asked_pattern(&self, verb: AppVerbKind, params: Option<&Node>) -> Outcome<Option<Pattern>> {
        let Some(params) = params.filter(|params| !params.is_yes()) else { return Ok(None) };
        let built = |node| Pattern::build(node, self).map_err(|problem| self.error(problem));
        let member = |name: &str, pattern| Some(Pattern::of_members(vec![(name.to_owned(), pattern)]));
        Ok(match verb {
            AppVerbKind::ExtendsControl if params.is_scalar() => {
                let ms = value::duration(params, self).map_err(|problem| self.error(problem))?;
                member("duration", Pattern::of_value(&json!(ms / 1_000)))
            }
            AppVerbKind::ExtendsControl => member("duration", built(params)?),
            AppVerbKind::Types => {
                let off = ["off", "false"].contains(&params.source.as_str());
                let action = if off { SenderAction::TypingOff } else { SenderAction::TypingOn };
                member("action", Pattern::of_value(&json!(action.name())))
            }
            AppVerbKind::Sends
            | AppVerbKind::PassesControl
            | AppVerbKind::TakesControl
            | AppVerbKind::ReleasesControl
            | AppVerbKind::RequestsControl
            | AppVerbKind::PassesMetadata
            | AppVerbKind::MarksSeen
            | AppVerbKind::AsksOwner
            | AppVerbKind::AsksReceivers => Some(built(params)?),
        })
    }

    /// How a message that reached a person compares.
    pub(super) fn compare_message(&self, entry: &Entry, pattern: &Pattern) -> (Comparison, Value) {
        let mut actual = Map::new();
        if let Some(Effect::Message { message, mid, at, .. }) = entry.effect() {
            actual.insert("message".into(), message_value(message, self.stage.base_url()));
            actual.insert("message_id".into(), json!(mid.to_string()));
            actual.insert("timestamp".into(), json!(at.0));
        }
        let call = entry.cause.and_then(|cause| self.feed.by_seq(cause.seq));
        if let Some(Record::Call(call)) = call.map(|call| &call.record) {
            actual.extend(sending_members(&call.kind));
        }
        let actual = Value::Object(actual);
        (pattern.compare(Some(&actual)), actual)
    }

    /// How an app's call compares: in what it asked for, and in how it was refused.
    pub(super) fn compare_call(
        &self,
        entry: &Entry,
        call: &Call,
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
        let names = self.lane.names();
        let base = self.stage.base_url();
        let by_name = call_value(&call.kind, base, &|app| names.app(app));
        let by_id = call_value(&call.kind, base, &|app| app.to_string());
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

    /// What breaks a `never` at that entry, in words.
    pub(super) fn breaks(&self, prepared: &Prepared, index: usize) -> Option<String> {
        let entry = &self.feed.entries[index];
        let names = self.lane.names();
        let line = |entry: &Entry| transcript::line(entry, &names).unwrap_or_default().trim().to_owned();
        match prepared {
            Prepared::Message { app, person, pattern } => {
                let arrived = self.feed.arrivals(index).next().filter(|arrived| arrived.index == index)?;
                let meant = arrived.app == *app && person.is_none_or(|person| person == arrived.person);
                (meant && self.compare_message(entry, pattern).0.is_match()).then(|| line(entry))
            }
            Prepared::Call { app, page, person, verb, pattern, refused } => {
                let (_, _, call) = self.feed.calls_of(*app, index).next().filter(|(at, ..)| *at == index)?;
                let meant = AppVerbKind::of(&call.kind) == Some(*verb)
                    && call.page.is_none_or(|called| called == *page)
                    && person.is_none_or(|person| Some(person) == call.person);
                let compared = self.compare_call(entry, call, pattern.as_ref(), refused.as_ref()).0;
                (meant && compared.is_match()).then(|| line(entry))
            }
            Prepared::Webhook { app, page, person, pattern, acknowledged } => {
                let tried = entry.tried().map_or(Some(entry), |delivery| self.feed.by_seq(delivery))?;
                let Some(Effect::Deliver(delivery)) = tried.effect() else { return None };
                let meant = (delivery.app, delivery.page) == (*app, *page)
                    && person.is_none_or(|person| Some(person) == delivery.person)
                    && self.feed.delivery_is(tried, delivery, *acknowledged, &self.lane);
                (meant && pattern.compare(Some(&delivery_value(delivery, self.stage.base_url()))).is_match())
                    .then(|| line(tried))
            }
            Prepared::State { person, state } => {
                let person = person.or_else(|| entry.person())?;
                let changed = match (entry.effect()?, state) {
                    (Effect::ControlMoved { person, to, .. }, State::Owner { expected }) => {
                        (names.owner(*to) == *expected).then_some(*person)
                    }
                    (Effect::FolderMoved { person, to, .. }, State::Folder(expected)) => {
                        (to.name() == *expected).then_some(*person)
                    }
                    (Effect::WindowOpened { person, .. }, State::Window("open")) => Some(*person),
                    _ => None,
                };
                (changed == Some(person)).then(|| line(entry))
            }
            Prepared::Nothing { .. } => None,
        }
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

fn sending_members(kind: &CallKind) -> Vec<(String, Value)> {
    let CallKind::Sends { messaging_type, tag, .. } = kind else { return Vec::new() };
    let messaging_type = messaging_type.map(|name| ("messaging_type".to_owned(), json!(name)));
    let tag = tag.map(|tag| ("tag".to_owned(), json!(tag.name())));
    messaging_type.into_iter().chain(tag).collect()
}

/// What a call asked for, in the words of the vocabulary.
fn call_value(kind: &CallKind, base_url: &str, app: &dyn Fn(AppId) -> String) -> Value {
    let mut out = Map::new();
    match kind {
        CallKind::Sends { message, .. } => {
            out.insert("message".into(), message_value(message, base_url));
            out.extend(sending_members(kind));
        }
        CallKind::Controls(ControlAct::Pass { to, metadata }) => {
            out.extend(to.map(|to| ("to".to_owned(), json!(app(to)))));
            out.extend(metadata.as_ref().map(|metadata| ("metadata".to_owned(), json!(&**metadata))));
        }
        CallKind::Controls(ControlAct::Take { metadata } | ControlAct::Request { metadata }) => {
            out.extend(metadata.as_ref().map(|metadata| ("metadata".to_owned(), json!(&**metadata))));
        }
        CallKind::Controls(ControlAct::Extend { by }) => {
            out.extend(by.map(|by| ("duration".to_owned(), json!(by.0 / 1_000))));
        }
        CallKind::Controls(ControlAct::PassMetadata { to, metadata }) => {
            out.insert("to".into(), json!(app(*to)));
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

/// A delivery as expectations see it.
pub(super) fn delivery_value(delivery: &Delivery, base_url: &str) -> Value {
    let mut event: Value = serde_json::from_str(&event_to_json(delivery)).unwrap_or_default();
    with_base(&mut event, base_url);
    json!({"channel": delivery.channel.name(), "field": delivery.field.name(), "event": event})
}
