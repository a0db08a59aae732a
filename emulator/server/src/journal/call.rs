//! Calls of the Graph API in a journal.

use std::sync::Arc;

use emulator_core::{
    AppAct, AppId, ControlAct, FieldSet, Input, Message, Mid, PageId, Party, Psid, SendControl, Span,
    TAKEN_MESSAGING_TYPES, Tag,
};
use serde_json::json;

use super::Names;
use super::message::Sent;
use super::row::{Codec, Members, Scalar, Tagged as _, one_of, tagged};
use super::schema::Form;
use super::value::{FieldsOrNull, Flag, Json, Texts};
use super::whom::Whom;
use crate::graph::{SENDER_ACTIONS, permissions_of};
use crate::object::Object;
use crate::shared::Registration;
use crate::webhooks::WebhookUrl;

/// A call of the Graph API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The app that called; none when the token is unknown.
    pub app: Option<AppId>,
    /// The Page that it is about, which is that of the token; none when the token is of no Page and the call names
    /// none.
    pub page: Option<PageId>,
    /// The person that it is about.
    pub person: Option<Psid>,
    /// What it asked for.
    pub kind: CallKind,
    /// True when a step played the app.
    pub played: bool,
}

/// What a call asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallKind {
    /// To send a message.
    Sends {
        /// What.
        message: Arc<Message>,
        /// `messaging_type`, if it was given.
        messaging_type: Option<&'static str>,
        /// The message tag.
        tag: Option<Tag>,
        /// What becomes of control once it is sent.
        then: Option<SendControl>,
    },
    /// To show a sender action.
    Signals {
        /// Its name on the wire.
        action: &'static str,
        /// Of a reaction, the message and the reaction; none when it is taken back.
        about: Option<(Mid, Option<Arc<str>>)>,
    },
    /// To change who is in control.
    Controls(ControlAct),
    /// Who is in control.
    AsksOwner,
    /// Who the secondary receivers are.
    AsksReceivers,
    /// What a person shows of herself.
    AsksProfile {
        /// The parameter `fields`.
        fields: Option<Arc<str>>,
    },
    /// To be installed on the Page with webhook fields, or no longer.
    Installs {
        /// The fields; no longer when none.
        fields: Option<FieldSet>,
        /// Fields that no event here belongs to.
        other_fields: Vec<Arc<str>>,
    },
    /// To subscribe to webhooks of Pages as a whole.
    Subscribes {
        /// Whether it wants more, or less.
        how: Subscribing,
        /// The fields; to none any more when none.
        fields: Option<FieldSet>,
        /// Where its webhooks go from then on, if it has any.
        webhook: Option<Box<RegisteredWebhook>>,
    },
    /// Anything else, and calls that were not in order.
    Other {
        /// The HTTP method.
        method: Arc<str>,
        /// The path without version and query.
        path: Arc<str>,
        /// What a step asked for in it, as JSON: its query, its body and its token, by a word.
        asked: Option<Arc<str>>,
    },
}

/// The two ways in which an app changes its subscriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscribing {
    /// It registers, with POST.
    Registers,
    /// It gives some of them up, or all, with DELETE.
    GivesUp,
}

impl Subscribing {
    pub(super) const ALL: &'static [Self] = &[Self::Registers, Self::GivesUp];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registers => "registers",
            Self::GivesUp => "gives_up",
        }
    }
}

/// Where an app that registered wants its webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredWebhook {
    /// Where deliveries go.
    pub url: WebhookUrl,
    /// The address on the internet that it named, which is not called (M-186a).
    pub public: Option<Arc<str>>,
    /// Fields that no event here belongs to.
    pub other_fields: Vec<Arc<str>>,
    /// The version of Graph with which it registered.
    pub version: Arc<str>,
}

impl RegisteredWebhook {
    pub(crate) fn of(registration: &Registration) -> Self {
        let Registration { endpoint, public, other_fields, version } = registration;
        let (url, other_fields) = (endpoint.url.clone(), other_fields.clone());
        Self { url, public: public.clone(), other_fields, version: Arc::clone(version) }
    }
}

impl Call {
    /// What it lets happen in the world; nothing when it is about nothing that the world knows of.
    pub(crate) fn input(&self) -> Option<Input> {
        let app = self.app?;
        let act = match &self.kind {
            CallKind::Sends { message, messaging_type: _, tag, then } => {
                AppAct::Sends { person: self.person?, message: Arc::clone(message), tag: *tag, then: *then }
            }
            CallKind::Signals { action: _, about: None } => AppAct::Signals { person: self.person? },
            CallKind::Signals { action: _, about: Some((to, _)) } => {
                AppAct::Reacts { person: self.person?, to: to.clone() }
            }
            CallKind::Controls(act) => AppAct::Controls { person: self.person?, act: act.clone() },
            CallKind::AsksOwner => AppAct::AsksOwner { person: self.person? },
            CallKind::AsksReceivers => AppAct::AsksReceivers,
            CallKind::AsksProfile { fields } => {
                let needs = permissions_of(fields.as_deref().unwrap_or_default());
                AppAct::AsksProfile { person: self.person?, needs }
            }
            CallKind::Installs { fields, other_fields } => {
                AppAct::Installs { fields: *fields, other_fields: other_fields.clone() }
            }
            CallKind::Subscribes { fields, how: _, webhook: _ } => {
                return Some(Input::AppSubscribes { app, fields: *fields });
            }
            CallKind::Other { .. } => return None,
        };
        Some(Input::App { page: self.page?, app, act })
    }
}

impl CallKind {
    /// True when it only reads.
    pub fn reads_only(&self) -> bool {
        match self {
            Self::AsksOwner | Self::AsksReceivers | Self::AsksProfile { .. } => true,
            Self::Other { method, .. } => &**method == "GET",
            Self::Sends { .. }
            | Self::Signals { .. }
            | Self::Controls(_)
            | Self::Installs { .. }
            | Self::Subscribes { .. } => false,
        }
    }

    /// True when it may be what an app says to an event: a message or a control call, no sender action.
    pub fn answers(&self) -> bool {
        match self {
            Self::Sends { .. } | Self::Controls(_) => true,
            Self::Other { .. } => !self.reads_only(),
            Self::AsksOwner
            | Self::AsksReceivers
            | Self::AsksProfile { .. }
            | Self::Signals { .. }
            | Self::Installs { .. }
            | Self::Subscribes { .. } => false,
        }
    }
}

impl Codec for Call {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        let Self { app, page, person, kind, played } = value;
        <Option<AppId> as Codec>::write(app, "app", out, names);
        <Flag as Codec>::write(played, "played", out, names);
        <Whom as Codec>::write(&(*page, *person), name, out, names);
        <CallKind as Codec>::write(kind, name, out, names);
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self, String> {
        let (page, person) = <Whom as Codec>::read(from, name)?;
        Ok(Self {
            app: <Option<AppId> as Codec>::read(from, "app")?,
            page,
            person,
            kind: <CallKind as Codec>::read(from, name)?,
            played: <Flag as Codec>::read(from, "played")?,
        })
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        <Option<AppId> as Codec>::describe("app", forms);
        <Flag as Codec>::describe("played", forms);
        <Whom as Codec>::describe(name, forms);
        <CallKind as Codec>::describe(name, forms);
    }
}

impl CallKind {
    /// The verb of the vocabulary for it.
    pub fn verb(&self) -> &'static str {
        self.word()
    }
}

tagged! {
    CallKind, by "verb" {
        "sends" => [CallKind::Sends { message, messaging_type, tag, then }] {
            message: Sent = _, messaging_type: Option<MessagingType> = "messaging_type", tag: Option<Tag> = "tag",
            then: ThreadControl = "control_type",
        }
        "signals" => [CallKind::Signals { action, about }] { action: Action = "action", about: ReactedTo = "to" }
        "passes_control" => [CallKind::Controls(ControlAct::Pass { to, metadata })] {
            to: Option<Party> = "to", metadata: Option<Arc<str>> = "metadata",
        }
        "takes_control" => [CallKind::Controls(ControlAct::Take { metadata })] {
            metadata: Option<Arc<str>> = "metadata",
        }
        "requests_control" => [CallKind::Controls(ControlAct::Request { metadata })] {
            metadata: Option<Arc<str>> = "metadata",
        }
        "passes_metadata" => [CallKind::Controls(ControlAct::PassMetadata { to, metadata })] {
            to: Party = "to", metadata: Arc<str> = "metadata",
        }
        "releases_control" => [CallKind::Controls(ControlAct::Release)] {}
        "extends_control" => [CallKind::Controls(ControlAct::Extend { by })] { by: Option<Seconds> = "seconds" }
        "asks_owner" => [CallKind::AsksOwner] {}
        "asks_receivers" => [CallKind::AsksReceivers] {}
        "asks_profile" => [CallKind::AsksProfile { fields }] { fields: Option<Arc<str>> = "fields" }
        "installs" => [CallKind::Installs { fields, other_fields }] {
            fields: FieldsOrNull = "fields", other_fields: Texts = "other_fields",
        }
        "subscribes" => [CallKind::Subscribes { how, fields, webhook }] {
            how: Subscribing = "how", fields: FieldsOrNull = "fields", webhook: Registered = "callback_url",
        }
        "calls" => [CallKind::Other { method, path, asked }] {
            method: Arc<str> = "method", path: Arc<str> = "path", asked: Option<Json> = "asked",
        }
    }
}

/// One of the platform's words, which are kept as they are on the wire.
macro_rules! wire_words {
    ($($(#[$doc:meta])* $name:ident = $all:expr;)+) => {
        $($(#[$doc])*
        enum $name {}

        impl Scalar for $name {
            type Value = &'static str;

            fn write(value: &&'static str, name: &'static str, out: &mut Object<'_>, _names: &Names) {
                out.text(name, value);
            }

            fn read(value: &serde_json::Value, _known: &super::names::Known) -> Option<&'static str> {
                let word = value.as_str()?;
                $all.iter().copied().find(|known| *known == word)
            }

            fn schema() -> serde_json::Value {
                one_of($all)
            }
        })+
    };
}

wire_words! {
    /// `messaging_type`.
    MessagingType = TAKEN_MESSAGING_TYPES;
    /// `sender_action`.
    Action = SENDER_ACTIONS;
    /// `control_type` of `thread_control`.
    ControlType = SendControl::WORDS;
}

/// A length of time in seconds.
enum Seconds {}

impl Scalar for Seconds {
    type Value = Span;

    fn write(value: &Span, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.bare(name, value.0 / Span::SECOND.0);
    }

    fn read(value: &serde_json::Value, _known: &super::names::Known) -> Option<Span> {
        value.as_i64().map(|seconds| Span(seconds.saturating_mul(Span::SECOND.0)))
    }

    fn schema() -> serde_json::Value {
        json!({"type": "integer"})
    }
}

/// The message that a reaction is to, and the reaction unless it is taken back.
enum ReactedTo {}

impl Codec for ReactedTo {
    type Value = Option<(Mid, Option<Arc<str>>)>;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names) {
        if let Some((mid, reaction)) = value {
            <Mid as Codec>::write(mid, name, out, names);
            <Option<Arc<str>> as Codec>::write(reaction, "reaction", out, names);
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self::Value, String> {
        let Some(mid) = <Option<Mid> as Codec>::read(from, name)? else { return Ok(None) };
        Ok(Some((mid, <Option<Arc<str>> as Codec>::read(from, "reaction")?)))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        <Option<Mid> as Codec>::describe(name, forms);
        <Option<Arc<str>> as Codec>::describe("reaction", forms);
    }
}

/// What becomes of control after a message, and whom it is passed to where it names one.
enum ThreadControl {}

impl Codec for ThreadControl {
    type Value = Option<SendControl>;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names) {
        let Some(then) = value else { return };
        <ControlType as Codec>::write(&then.name(), name, out, names);
        if let SendControl::Pass(to) = then {
            <Option<Party> as Codec>::write(to, "app_id", out, names);
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self::Value, String> {
        let word = <Option<ControlType> as Codec>::read(from, name)?;
        let pass = SendControl::Pass(<Option<Party> as Codec>::read(from, "app_id")?);
        Ok(word.map(|word| if word == pass.name() { pass } else { SendControl::Release }))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        <Option<ControlType> as Codec>::describe(name, forms);
        <Option<Party> as Codec>::describe("app_id", forms);
    }
}

/// The webhook of an app that registered one.
enum Registered {}

impl Codec for Registered {
    type Value = Option<Box<RegisteredWebhook>>;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names) {
        let Some(webhook) = value else { return };
        let RegisteredWebhook { url, public, other_fields, version } = &**webhook;
        <WebhookUrl as Codec>::write(url, name, out, names);
        <Option<Arc<str>> as Codec>::write(public, "public_url", out, names);
        <Arc<str> as Codec>::write(version, "version", out, names);
        <Texts as Codec>::write(other_fields, "other_fields", out, names);
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self::Value, String> {
        let Some(url) = <Option<WebhookUrl> as Codec>::read(from, name)? else { return Ok(None) };
        Ok(Some(Box::new(RegisteredWebhook {
            url,
            public: <Option<Arc<str>> as Codec>::read(from, "public_url")?,
            other_fields: <Texts as Codec>::read(from, "other_fields")?,
            version: <Arc<str> as Codec>::read(from, "version")?,
        })))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        let mut registers = forms.clone();
        <WebhookUrl as Codec>::describe(name, &mut registers);
        <Option<Arc<str>> as Codec>::describe("public_url", &mut registers);
        <Arc<str> as Codec>::describe("version", &mut registers);
        <Texts as Codec>::describe("other_fields", &mut registers);
        forms.append(&mut registers);
    }
}
