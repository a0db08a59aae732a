//! Apps, people and messages by the names that tables have for them.

use std::collections::BTreeMap;

use emulator_core::{
    AppId, ControlFields, Delivery, Event, Fact, FactValue, Field, Holder, Message, Mid, Missing, Options,
    Party, Referral, Saw, Style, Timestamp,
};
use emulator_language::vocabulary::{OwnerWord, RoleWord};
use serde_json::{Map, Value, json};

use super::{Nonsense, STRANGER_ID};
use crate::table::length::{Length, Window};
use crate::table::{self, STRANGER};

/// Names and what they stand for.
pub(super) struct Names {
    apps: BTreeMap<String, AppId>,
    messages: BTreeMap<String, (Mid, Timestamp)>,
}

impl Names {
    pub(super) fn new(apps: &BTreeMap<String, table::App>) -> Self {
        let mut names: BTreeMap<_, _> =
            apps.keys().cloned().zip(3_001..).map(|(name, id)| (name, AppId(id))).collect();
        names.insert("inbox".to_owned(), Party::Inbox.number());
        names.insert(STRANGER.to_owned(), STRANGER_ID);
        Self { apps: names, messages: BTreeMap::new() }
    }

    pub(super) fn id(&self, name: &str) -> Result<AppId, Nonsense> {
        self.apps.get(name).copied().ok_or_else(|| format!("there is no app `{name}`"))
    }

    pub(super) fn party(&self, name: &str) -> Result<Party, Nonsense> {
        self.id(name).map(Party::of)
    }

    pub(super) fn named(&self, party: Party) -> String {
        self.app(party.number())
    }

    /// An owner: an app, `inbox` or `idle`.
    pub(super) fn owner(&self, owner: Option<Party>) -> String {
        owner.map_or_else(|| OwnerWord::Idle.name().to_owned(), |owner| self.named(owner))
    }

    /// Who is in control: an owner, or `none` while handover is off.
    pub(super) fn holder(&self, holder: Holder) -> String {
        match holder {
            Holder::Nobody => OwnerWord::None.name().to_owned(),
            Holder::Idle | Holder::Party(_) => self.owner(holder.party()),
        }
    }

    pub(super) fn app(&self, id: AppId) -> String {
        let name = self.apps.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone());
        name.unwrap_or_else(|| format!("app {id}"))
    }

    pub(super) fn call(&mut self, message: (Mid, Timestamp), name: &str) {
        self.messages.insert(name.to_owned(), message);
    }

    /// The message of that name; `nothing` is a message that nobody wrote.
    pub(super) fn mid(&self, name: &str) -> Result<Mid, Nonsense> {
        if name == "nothing" {
            return Ok(Mid("m_nothing".into()));
        }
        let known = self.messages.get(name).map(|(mid, _)| mid.clone());
        known.ok_or_else(|| format!("no step before has `as: {name}`"))
    }

    fn message(&self, mid: &Mid) -> String {
        self.called(|known| known.0 == *mid)
    }

    fn called(&self, is_meant: impl Fn(&(Mid, Timestamp)) -> bool) -> String {
        let name = self.messages.iter().find(|(_, known)| is_meant(known)).map(|(name, _)| name.clone());
        name.unwrap_or_else(|| "a message without a name".to_owned())
    }

    /// What an app hears, in the keys of the wire.
    pub(super) fn heard(&self, delivery: Delivery) -> Value {
        let mut heard = json!({
            "app": self.app(delivery.app),
            "channel": delivery.channel.name(),
            "event": self.event(delivery.event, delivery.style.control_fields),
        });
        let written = written(delivery.style);
        if !written.is_empty() {
            heard["written"] = json!(written);
        }
        heard
    }

    fn event(&self, event: Event, fields: ControlFields) -> Value {
        let receipt = |watermark: Timestamp| json!({"watermark": self.called(|known| known.1 == watermark)});
        let named = |party: Party| self.named(party);
        match event {
            Event::Message { message: said, self_reply, referral, mid: _ } => {
                let mut event = self.said(&said);
                insert(&mut event, "is_self_reply", self_reply.then_some(true));
                insert(&mut event, "referral", referral.map(|referral| came_by(&referral)));
                json!({"message": event})
            }
            Event::Echo { app, message: said, mid: _ } => {
                let mut event = self.said(&said);
                insert(&mut event, "is_echo", Some(true));
                insert(&mut event, "app_id", app.map(named));
                json!({"message": event})
            }
            Event::Postback { mid, title, payload, made_by: _ } => {
                let mut event = Map::new();
                insert(&mut event, "title", title.as_deref());
                insert(&mut event, "payload", payload.as_deref());
                insert(&mut event, "mid", mid.map(|_| true));
                json!({"postback": event})
            }
            Event::Reaction { mid, reaction } => {
                let mut event = Map::new();
                insert(&mut event, "mid", Some(self.message(&mid)));
                insert(&mut event, "reaction", reaction.map(|reaction| reaction.name));
                json!({"reaction": event})
            }
            Event::Referral(referral) => json!({"referral": came_by(&referral)}),
            Event::Delivered { watermark, mids: _ } => json!({"delivery": receipt(watermark)}),
            Event::Read { watermark, .. } => json!({"read": receipt(watermark)}),
            Event::PassThreadControl { previous_owner, new_owner, metadata } => {
                let mut event = self.moved(previous_owner, new_owner, metadata.as_deref());
                if fields == ControlFields::One {
                    event.remove("previous_owner_app_id");
                }
                json!({"pass_thread_control": event})
            }
            Event::TakeThreadControl { previous_owner, new_owner, metadata } => {
                let mut event = self.moved(previous_owner, new_owner, metadata.as_deref());
                if fields == ControlFields::One {
                    event.remove("new_owner_app_id");
                }
                json!({"take_thread_control": event})
            }
            Event::RequestThreadControl { requested_owner, metadata } => {
                let mut event = Map::new();
                insert(&mut event, "requested_owner_app_id", Some(named(requested_owner)));
                insert(&mut event, "metadata", metadata.as_deref());
                json!({"request_thread_control": event})
            }
            Event::PassThreadMetadata { metadata } => {
                json!({"pass_thread_metadata": {"metadata": &*metadata}})
            }
            Event::AppRoles { app, role } => {
                let roles = Map::from_iter([(
                    self.app(app),
                    json!(role.iter().map(|role| role.name()).collect::<Vec<_>>()),
                )]);
                json!({"app_roles": roles})
            }
        }
    }

    fn said(&self, message: &Message) -> Map<String, Value> {
        let mut event = Map::new();
        let text = message.text.as_deref().unwrap_or("<a message without text>");
        insert(&mut event, "text", Some(text));
        insert(&mut event, "metadata", message.metadata.as_deref());
        insert(&mut event, "quick_reply", message.quick_reply.as_deref());
        insert(&mut event, "reply_to", message.reply_to.as_ref().map(|mid| self.message(mid)));
        event
    }

    /// A move of control; the owner before is null when the conversation was idle.
    fn moved(&self, before: Option<Party>, now: Party, metadata: Option<&str>) -> Map<String, Value> {
        let mut event = Map::new();
        let before = before.map(|party| self.named(party));
        event.insert("previous_owner_app_id".to_owned(), before.into());
        insert(&mut event, "new_owner_app_id", Some(self.named(now)));
        insert(&mut event, "metadata", metadata);
        event
    }

    /// The facts that a rule read, with names in place of ids, and lengths from a moment on in place of moments.
    pub(super) fn facts(&self, saw: &Saw, now: Timestamp) -> Value {
        let left = |until: Timestamp| {
            if until > now { Length(until - now).to_string() } else { Window::Closed.to_string() }
        };
        let value = |fact: &Fact| match fact.value() {
            FactValue::Owner(owner) => self.owner(owner).into(),
            FactValue::Receiver(app) => {
                app.map_or_else(|| RoleWord::None.name().to_owned(), |app| self.app(app)).into()
            }
            FactValue::App(app) => self.app(app).into(),
            FactValue::Time(at) => left(at).into(),
            FactValue::Window(until) => until.map_or_else(|| "never".to_owned(), left).into(),
            FactValue::Folder(folder) => folder.name().into(),
            FactValue::Fields(fields) => fields.iter().map(Field::name).collect::<Value>(),
            FactValue::Flag(flag) => flag.into(),
        };
        saw.facts().iter().map(|fact| (fact.name().to_owned(), value(fact))).collect::<Map<_, _>>().into()
    }
}

fn insert<V: Into<Value>>(event: &mut Map<String, Value>, key: &str, value: Option<V>) {
    if let Some(value) = value {
        event.insert(key.to_owned(), value.into());
    }
}

/// The link or ad by which somebody came.
fn came_by(referral: &Referral) -> Value {
    let mut out = Map::new();
    insert(&mut out, "ref", referral.reference.as_deref());
    insert(&mut out, "ad", referral.ad.as_ref().map(|ad| &*ad.id));
    Value::Object(out)
}

/// The switches of the writing that are not at their defaults.
fn written(style: Style) -> BTreeMap<String, String> {
    // Which owners an event names is seen in the event.
    let Style { app_ids, missing_metadata, escapes, control_fields: _ } = style;
    let words = [
        ("app_id_type", app_ids.name()),
        ("missing_metadata", missing_metadata.name()),
        ("webhook_escapes", escapes.name()),
    ];
    let defaults = Options::default();
    let differing = words.into_iter().filter(|(name, word)| defaults.word(name) != Some(*word));
    differing.map(|(name, word)| (name.to_owned(), word.to_owned())).collect()
}

/// What an app lacks, in a word.
pub(super) const fn lacks(missing: Missing) -> &'static str {
    match missing {
        Missing::Subscription(field) => field.name(),
        Missing::Webhooks => "webhooks",
        Missing::Role => "role",
        Missing::Control => "control",
    }
}
