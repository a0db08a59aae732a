//! Calls of the Graph API in a journal.

use std::sync::Arc;

use emulator_core::{AppAct, AppId, FieldSet, Input, Message, PageId, Psid, Tag};
use serde_json::json;

use super::Names;
use super::row::{Codec, Members, not_one_of};
use super::schema::Form;
use super::value::{Flag, Json, Texts};
use super::whom::Whom;
use super::word::FieldsOrNull;
use crate::graph::{Beside, RouteAct};
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
    pub content: CallContent,
    /// True when a step played the app.
    pub played: bool,
}

/// What a call asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallContent {
    /// Something that core decides on a Page: the route, its parameters and the act.
    Act(RouteAct),
    /// To subscribe to webhooks of Pages as a whole.
    Subscribes {
        /// Whether it wants more, or less.
        how: Subscribing,
        /// The fields; to none any more when none.
        fields: Option<FieldSet>,
        /// Where its webhooks go from then on, if it has any.
        webhook: Option<Box<RegisteredWebhook>>,
    },
    /// A request that core does not decide: it reads, or was not in order.
    Request {
        /// The HTTP method.
        method: Arc<str>,
        /// The path without version and query.
        path: Arc<str>,
        /// What a step asked for in it, as JSON: its query, its body and its token, by a word.
        asked: Option<Arc<str>>,
    },
}

/// A message that a call sends, with what goes with it.
#[derive(Debug, Clone, Copy)]
pub struct SentMessage<'a> {
    /// The message.
    pub message: &'a Arc<Message>,
    /// `messaging_type`, if it was given.
    pub messaging_type: Option<&'a str>,
    /// The message tag.
    pub tag: Option<Tag>,
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
    /// What it lets happen in the world; nothing when core does not decide it.
    pub(crate) fn input(&self) -> Option<Input> {
        let app = self.app?;
        match &self.content {
            CallContent::Act(call) => Some(Input::App { page: self.page?, app, act: call.act().clone() }),
            CallContent::Subscribes { fields, .. } => Some(Input::AppSubscribes { app, fields: *fields }),
            CallContent::Request { .. } => None,
        }
    }

    /// The message that it sends.
    pub fn sends(&self) -> Option<SentMessage<'_>> {
        let CallContent::Act(call) = &self.content else { return None };
        let AppAct::Sends { person: _, message, tag } = call.act() else { return None };
        Some(SentMessage { message, messaging_type: call.beside().text("messaging_type"), tag: *tag })
    }

    /// The sender action that it shows.
    pub fn sender_action(&self) -> Option<&str> {
        let CallContent::Act(call) = &self.content else { return None };
        call.beside().text("sender_action")
    }

    /// The parameters that core does not need.
    pub(crate) fn beside(&self) -> &Beside {
        match &self.content {
            CallContent::Act(call) => call.beside(),
            CallContent::Subscribes { .. } | CallContent::Request { .. } => Beside::NONE,
        }
    }

    /// True when it only reads.
    pub fn reads_only(&self) -> bool {
        match &self.content {
            CallContent::Act(call) => call.reads_only(),
            CallContent::Subscribes { .. } => false,
            CallContent::Request { method, .. } => &**method == "GET",
        }
    }

    /// True when it may be what an app says to an event: it changes a conversation, and is not a sender action.
    pub fn answers(&self) -> bool {
        match &self.content {
            CallContent::Act(_) => {
                self.person.is_some() && !self.reads_only() && self.sender_action().is_none()
            }
            CallContent::Subscribes { .. } => false,
            CallContent::Request { .. } => !self.reads_only(),
        }
    }

    /// The word for what it asks: that of the act.
    pub fn verb(&self) -> &'static str {
        match &self.content {
            CallContent::Act(call) => call.verb(),
            CallContent::Subscribes { .. } => SUBSCRIBES,
            CallContent::Request { .. } => CALLS,
        }
    }
}

/// The verb of an app that changes its webhooks.
const SUBSCRIBES: &str = "subscribes";
/// The verb of a call that core does not decide.
const CALLS: &str = "calls";

impl Codec for Call {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        let Self { app, page, person, content, played } = value;
        <Option<AppId> as Codec>::write(app, "app", out, names);
        <Flag as Codec>::write(played, "played", out, names);
        <Whom as Codec>::write(&(*page, *person), name, out, names);
        out.text("verb", value.verb());
        match content {
            CallContent::Act(call) => call.write(out, names),
            CallContent::Subscribes { how, fields, webhook } => {
                <Subscribing as Codec>::write(how, "how", out, names);
                <FieldsOrNull as Codec>::write(fields, "fields", out, names);
                <Registered as Codec>::write(webhook, "callback_url", out, names);
            }
            CallContent::Request { method, path, asked } => {
                <Arc<str> as Codec>::write(method, "method", out, names);
                <Arc<str> as Codec>::write(path, "path", out, names);
                <Option<Json> as Codec>::write(asked, "asked", out, names);
            }
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self, String> {
        let app = <Option<AppId> as Codec>::read(from, "app")?;
        let (page, person) = <Whom as Codec>::read(from, name)?;
        let content = match from.word("verb")? {
            SUBSCRIBES => CallContent::Subscribes {
                how: <Subscribing as Codec>::read(from, "how")?,
                fields: <FieldsOrNull as Codec>::read(from, "fields")?,
                webhook: <Registered as Codec>::read(from, "callback_url")?,
            },
            CALLS => CallContent::Request {
                method: <Arc<str> as Codec>::read(from, "method")?,
                path: <Arc<str> as Codec>::read(from, "path")?,
                asked: <Option<Json> as Codec>::read(from, "asked")?,
            },
            verb => match RouteAct::read(verb, from, person)? {
                Some(call) => CallContent::Act(call),
                None => return Err(not_one_of("verb", verb, &verbs())),
            },
        };
        Ok(Self { app, page, person, content, played: <Flag as Codec>::read(from, "played")? })
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        <Option<AppId> as Codec>::describe("app", forms);
        <Flag as Codec>::describe("played", forms);
        <Whom as Codec>::describe(name, forms);
        let with_verb = |verb: &str| {
            let mut these = forms.clone();
            these.iter_mut().for_each(|form| form.require("verb", json!({"const": verb})));
            these
        };
        let (mut subscribes, mut calls) = (with_verb(SUBSCRIBES), with_verb(CALLS));
        <Subscribing as Codec>::describe("how", &mut subscribes);
        <FieldsOrNull as Codec>::describe("fields", &mut subscribes);
        <Registered as Codec>::describe("callback_url", &mut subscribes);
        <Arc<str> as Codec>::describe("method", &mut calls);
        <Arc<str> as Codec>::describe("path", &mut calls);
        <Option<Json> as Codec>::describe("asked", &mut calls);
        *forms = RouteAct::describe(forms);
        forms.append(&mut subscribes);
        forms.append(&mut calls);
    }
}

/// Every verb that a call can have.
fn verbs() -> Vec<&'static str> {
    let mut verbs = RouteAct::verbs();
    verbs.extend([SUBSCRIBES, CALLS]);
    verbs
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
