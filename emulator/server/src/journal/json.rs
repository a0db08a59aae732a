//! A journal entry as a line of JSON. Apps and people stand there by their names.

mod call;
mod effect;

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{
    AppId, Asks, Button, Delivery, Effect, FactValue, Field, InboxAct, Message, PageId, Party, PersonAct,
    Psid, QuickReply, Saw, Subject, Timestamp,
};

use super::admin;
use super::proxied::Passed;
use super::record::{Cause, Entry, Record};
use crate::clock::rfc3339;
use crate::escape::Dialect;
use crate::object::Object;
use crate::webhooks;
use call::write_call;
use effect::write_effect;

/// What apps, people and Pages are called.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The apps.
    pub apps: Arc<BTreeMap<AppId, Arc<str>>>,
    /// The people by each of their ids; who has several is told apart by the Page: `ana on store`.
    pub people: Arc<BTreeMap<Psid, Arc<str>>>,
    /// The Pages where there are several; a Page that is the only one needs no name.
    pub pages: Arc<BTreeMap<PageId, Arc<str>>>,
}

impl Names {
    /// The app's name, else its id.
    pub fn app(&self, app: AppId) -> String {
        self.apps.get(&app).map_or_else(|| app.to_string(), ToString::to_string)
    }

    /// The party's name: that of the app, `inbox`, or the id of another party of the platform.
    pub fn party(&self, party: Party) -> String {
        match party {
            Party::Inbox => "inbox".to_owned(),
            Party::App(app) => self.app(app),
            Party::LeadFlow | Party::MetaAi => party.number().to_string(),
        }
    }

    /// The owner's name; `idle` when there is none.
    pub fn owner(&self, owner: Option<Party>) -> String {
        owner.map_or_else(|| "idle".to_owned(), |owner| self.party(owner))
    }

    /// The person's name, else the id.
    pub fn person(&self, person: Psid) -> String {
        self.people.get(&person).map_or_else(|| person.to_string(), ToString::to_string)
    }

    /// The Page's name, where there are several.
    pub fn page(&self, page: PageId) -> Option<&str> {
        self.pages.get(&page).map(|name| &**name)
    }
}

/// The entry as one line of JSON, without the line's end.
pub fn entry_to_json(entry: &Entry, names: &Names) -> String {
    let mut out = String::with_capacity(320);
    let mut line = Object::open(&mut out, Dialect::Graph);
    line.bare("seq", entry.seq).quoted("at", rfc3339(entry.at));
    match entry.cause {
        Some(Cause { seq, assumed: false }) => line.bare("cause", seq),
        Some(Cause { seq, assumed: true }) => line.bare("cause", seq).bare("assumed", true),
        None => &mut line,
    };
    if let Some(rule) = entry.rule {
        line.text("rule", rule.rule().code);
    }
    if !entry.saw.is_empty() {
        line.object("saw", |object| write_saw(object, &entry.saw, names));
    }
    line.text("kind", Kind::of(&entry.record).name());
    line.object("data", |object| write_data(object, &entry.record, names));
    line.object("wall", |object| {
        object.quoted("at", rfc3339(Timestamp(entry.wall.0)));
        if let Record::Attempt { took_ms, result, .. } = &entry.record {
            object.bare("took_ms", took_ms);
            if let Some(excerpt) = result.excerpt() {
                object.text("answer", excerpt);
            }
        }
    });
    line.close();
    out
}

/// The event of a delivery, as it stands in the webhook body but for the base URL of kept files.
pub fn event_to_json(delivery: &Delivery) -> String {
    let mut out = String::with_capacity(256);
    webhooks::write_event(&mut out, delivery, "");
    out
}

macro_rules! kinds {
    ($($variant:ident = $name:literal,)+) => {
        /// What an entry is about, as its line says it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`.")] $variant,)+
        }

        impl Kind {
            /// Every kind.
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word for it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

kinds! {
    Says = "says",
    Taps = "taps",
    Reacts = "reacts",
    Reads = "reads",
    Opens = "opens",
    Blocks = "blocks",
    Unblocks = "unblocks",
    Inbox = "inbox",
    Page = "page",
    Declined = "declined",
    Call = "call",
    Refused = "refused",
    Clock = "clock",
    Timer = "timer",
    Message = "message",
    Window = "window",
    Control = "control",
    ControlProlonged = "control_prolonged",
    Folder = "folder",
    Delivery = "delivery",
    MarkedDone = "marked_done",
    Unheard = "unheard",
    WebhooksFailing = "webhooks_failing",
    WebhooksDisabled = "webhooks_disabled",
    Attempt = "attempt",
    Bot = "bot",
    Note = "note",
    Proxied = "proxied",
}

impl Kind {
    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// True for what people do.
    pub const fn is_of_person(self) -> bool {
        matches!(
            self,
            Self::Says
                | Self::Taps
                | Self::Reacts
                | Self::Reads
                | Self::Opens
                | Self::Blocks
                | Self::Unblocks
        )
    }

    const fn of(record: &Record) -> Self {
        match record {
            Record::Person { act, .. } => match act {
                PersonAct::Says(_) => Self::Says,
                PersonAct::Taps { .. } => Self::Taps,
                PersonAct::Reacts { .. } => Self::Reacts,
                PersonAct::Reads => Self::Reads,
                PersonAct::Opens(_) => Self::Opens,
                PersonAct::Blocks(true) => Self::Blocks,
                PersonAct::Blocks(false) => Self::Unblocks,
            },
            Record::Inbox { .. } => Self::Inbox,
            Record::Admin { .. } => Self::Page,
            Record::Declined(_) => Self::Declined,
            Record::Call(_) => Self::Call,
            Record::Refused { .. } => Self::Refused,
            Record::Clock { .. } => Self::Clock,
            Record::Fired(_) => Self::Timer,
            Record::Effect(effect) => match effect {
                Effect::Message { .. } => Self::Message,
                Effect::WindowOpened { .. } => Self::Window,
                Effect::ControlMoved { .. } => Self::Control,
                Effect::ControlProlonged { .. } => Self::ControlProlonged,
                Effect::FolderMoved { .. } => Self::Folder,
                Effect::Deliver(_) => Self::Delivery,
                Effect::MarkedDone { .. } => Self::MarkedDone,
                Effect::Unheard { .. } => Self::Unheard,
                Effect::WebhooksFailing { .. } => Self::WebhooksFailing,
                Effect::WebhooksDisabled { .. } => Self::WebhooksDisabled,
            },
            Record::Attempt { .. } => Self::Attempt,
            Record::Bot { .. } => Self::Bot,
            Record::Note { .. } => Self::Note,
            Record::Proxied { .. } => Self::Proxied,
        }
    }
}

/// The facts that a rule read, as members of `saw`.
fn write_saw(object: &mut Object<'_>, saw: &Saw, names: &Names) {
    for fact in saw.facts() {
        let name = fact.name();
        match fact.value() {
            FactValue::Owner(owner) => object.text(name, &names.owner(owner)),
            FactValue::Receiver(Some(app)) | FactValue::App(app) => object.text(name, &names.app(app)),
            FactValue::Receiver(None) => object.text(name, "none"),
            FactValue::Time(at) | FactValue::Window(Some(at)) => object.quoted(name, rfc3339(at)),
            FactValue::Window(None) => object.text(name, "never opened"),
            FactValue::Folder(folder) => object.text(name, folder.name()),
            FactValue::Fields(fields) => {
                let list = fields.iter().map(Field::name).collect::<Vec<_>>().join(" ");
                object.text(name, &list)
            }
            FactValue::Flag(holds) => object.bare(name, holds),
        };
    }
}

fn write_message(object: &mut Object<'_>, message: &Message) {
    if let Some(text) = &message.text {
        object.text("text", text);
    }
    if let Some(metadata) = &message.metadata {
        object.text("metadata", metadata);
    }
    if let Some(payload) = &message.quick_reply {
        object.text("quick_reply", payload);
    }
    if let Some(mid) = &message.reply_to {
        object.quoted("reply_to", mid);
    }
    if let Some(body) = &message.body {
        object.json("message", |out| Dialect::Graph.respell(out, body));
    }
}

/// The message of an input, with what rules read of its JSON.
fn write_input(object: &mut Object<'_>, message: &Message) {
    write_message(object, message);
    let Message { quick_replies, buttons, template, .. } = message;
    let mut list = |key, list: Vec<Vec<&str>>| {
        if !list.is_empty() {
            object.json(key, |out| out.push_str(&Dialect::Graph.json(&list)));
        }
    };
    let replies = quick_replies.iter().map(|QuickReply { title, payload, asks }| {
        [Some(&**title), Some(&**payload), asks.map(Asks::name)].into_iter().flatten().collect()
    });
    list("quick_replies", replies.collect());
    let buttons = buttons.iter().map(|Button { title, payload }| vec![&**title, &**payload]);
    list("buttons", buttons.collect());
    if let Some(template) = template {
        object.text("template", template.name());
    }
}

fn write_data(object: &mut Object<'_>, record: &Record, names: &Names) {
    match record {
        Record::Person { person, act } => {
            object.text("person", &names.person(*person)).quoted("psid", person);
            write_person(object, act);
        }
        Record::Inbox { person, act } => {
            object.text("person", &names.person(*person));
            match act {
                InboxAct::Replies(message) => {
                    object.text("verb", "replies");
                    write_input(object, message);
                }
                InboxAct::Moves(folder) => {
                    object.text("verb", "moves_to").text("folder", folder.name());
                }
            }
        }
        Record::Admin { page, change } => {
            object.quoted("id", page);
            admin::write(object, change, names);
        }
        Record::Declined(kind) => {
            object.text("why", &crate::graph::declined(*kind));
        }
        Record::Call(call) => write_call(object, call, names),
        Record::Refused { app, error, trace } => {
            if let Some(app) = app {
                object.text("app", &names.app(*app));
            }
            object.bare("status", error.status).text("type", error.kind).bare("code", error.code);
            if let Some(subcode) = error.subcode {
                object.bare("subcode", subcode);
            }
            object.text("message", &error.message);
            if let Some(param) = &error.param {
                object.text("param", param);
            }
            if let Some(hint) = &error.hint {
                object.text("hint", hint);
            }
            object.text("fbtrace_id", trace);
        }
        Record::Clock { to } => {
            object.quoted("to", rfc3339(*to));
        }
        Record::Fired(timer) => {
            object.text("timer", timer.kind.name());
            match timer.subject {
                Subject::Conversation(person) => object.text("person", &names.person(person)),
                Subject::Webhooks(page, app) => object.quoted("page", page).text("app", &names.app(app)),
            };
        }
        Record::Effect(effect) => write_effect(object, effect, names),
        Record::Attempt { app, person, delivery, number, result, took_ms: _ } => {
            use super::record::AttemptResult::{
                Acknowledged, Broken, Dropped, Refused, TimedOut, Unreachable,
            };
            object.text("app", &names.app(*app));
            write_person_of(object, *person, names);
            object.bare("delivery", delivery).bare("number", number).text("result", result.name());
            match result {
                Acknowledged { status } | Refused { status, excerpt: _ } => object.bare("status", status),
                Unreachable { why } | Broken { why } | Dropped { why } => object.text("why", why),
                TimedOut => object,
            };
        }
        Record::Bot { app, order } => {
            object.text("app", &names.app(*app)).text("verb", order.name());
        }
        Record::Note { text } => {
            object.text("text", text);
        }
        Record::Proxied { host, passage, passed, count } => {
            object.text("host", host).text("passage", passage.name()).text("outcome", passed.name());
            match passed {
                Passed::Opened => {}
                Passed::Answered { status } => {
                    object.bare("status", status);
                }
                Passed::Refused { why } | Passed::Failed { why } => {
                    object.text("why", why);
                }
            }
            object.bare("count", count);
        }
    }
}

fn write_person_of(object: &mut Object<'_>, person: Option<Psid>, names: &Names) {
    if let Some(person) = person {
        object.text("person", &names.person(person));
    }
}

fn write_person(object: &mut Object<'_>, act: &PersonAct) {
    match act {
        PersonAct::Says(message) => write_input(object, message),
        PersonAct::Taps { what, within } => {
            object.text("what", what);
            if let Some(mid) = within {
                object.quoted("in", mid);
            }
        }
        PersonAct::Reacts { to, reaction } => {
            if let Some(mid) = to {
                object.quoted("to", mid);
            }
            match reaction {
                Some(reaction) => object.text("emoji", &reaction.emoji).text("reaction", reaction.name),
                None => object.bare("reaction", "null"),
            };
        }
        PersonAct::Opens(referral) => {
            object.text("ref", &referral.reference);
        }
        PersonAct::Reads | PersonAct::Blocks(_) => {}
    }
}
