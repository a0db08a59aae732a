//! Apps, people and messages by the names that tables have for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{AppId, Delivery, Event, Message, Mid, Missing, Options, Party, Style, Timestamp};

use super::{Nonsense, STRANGER};
use crate::table;
use crate::table::event::{
    self, Heard, MessageEvent, MetadataEvent, MoveEvent, PostbackEvent, ReactionEvent, ReceiptEvent,
    ReferralEvent, RequestEvent,
};

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
        names.insert(STRANGER.0.to_owned(), STRANGER.1);
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

    /// What an app hears, in the words of the table.
    pub(super) fn heard(&self, delivery: Delivery) -> Heard {
        Heard {
            app: self.app(delivery.app),
            channel: delivery.channel.into(),
            event: self.event(delivery.event),
            written: written(delivery.style),
        }
    }

    fn event(&self, event: Event) -> event::Event {
        let owned = |text: Option<Arc<str>>| text.map(|text| text.to_string());
        let receipt =
            |watermark: Timestamp| ReceiptEvent { watermark: self.called(|known| known.1 == watermark) };
        let moved = |previous: Option<Party>, new, metadata| MoveEvent {
            previous_owner_app_id: previous.map(|previous| self.named(previous)),
            new_owner_app_id: self.named(new),
            metadata: owned(metadata),
        };
        let message = |message: &Message| MessageEvent {
            text: message.text.as_deref().unwrap_or("<a message without text>").to_owned(),
            metadata: owned(message.metadata.clone()),
            quick_reply: owned(message.quick_reply.clone()),
            reply_to: message.reply_to.as_ref().map(|mid| self.message(mid)),
            ..MessageEvent::default()
        };
        match event {
            Event::Message { message: said, self_reply, referral, mid: _ } => {
                let referral =
                    referral.map(|referral| ReferralEvent { reference: referral.reference.to_string() });
                event::Event::Message(MessageEvent { is_self_reply: self_reply, referral, ..message(&said) })
            }
            Event::Echo { app, message: said, mid: _ } => event::Event::Message(MessageEvent {
                is_echo: true,
                app_id: app.map(|app| self.named(app)),
                ..message(&said)
            }),
            Event::Postback { mid, title, payload } => event::Event::Postback(PostbackEvent {
                title: owned(title),
                payload: owned(payload),
                mid: mid.is_some(),
            }),
            Event::Reaction { mid, reaction } => event::Event::Reaction(ReactionEvent {
                mid: self.message(&mid),
                reaction: reaction.map(|reaction| reaction.name.to_owned()),
            }),
            Event::Referral(referral) => {
                event::Event::Referral(ReferralEvent { reference: referral.reference.to_string() })
            }
            Event::Delivered { watermark, mids: _ } => event::Event::Delivery(receipt(watermark)),
            Event::Read { watermark } => event::Event::Read(receipt(watermark)),
            Event::PassThreadControl { previous_owner, new_owner, metadata } => {
                event::Event::PassThreadControl(moved(previous_owner, new_owner, metadata))
            }
            Event::TakeThreadControl { previous_owner, new_owner, metadata } => {
                event::Event::TakeThreadControl(moved(previous_owner, new_owner, metadata))
            }
            Event::RequestThreadControl { requested_owner, metadata } => {
                event::Event::RequestThreadControl(RequestEvent {
                    requested_owner_app_id: self.named(requested_owner),
                    metadata: owned(metadata),
                })
            }
            Event::PassThreadMetadata { metadata } => {
                event::Event::PassThreadMetadata(MetadataEvent { metadata: metadata.to_string() })
            }
            Event::AppRoles { app, role } => {
                event::Event::AppRoles([(self.app(app), vec![role.name().to_owned()])].into())
            }
        }
    }
}

/// The switches of the writing that are not at their defaults.
fn written(style: Style) -> BTreeMap<String, String> {
    let Style { app_ids, missing_metadata, escapes } = style;
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
