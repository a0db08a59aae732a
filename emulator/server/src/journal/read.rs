//! A line of a journal as an entry again: the other half of [`super::json`].
//!
//! Only entries that no other one led to are read; what they led to is made again and compared.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use emulator_core::{
    AdminChange, AppId, AppMode, Asks, Button, ControlAct, Fact, FactForm, FactValue, Feature, Field,
    FieldSet, Folder, InboxAct, Message, Mid, PageId, Party, Permission, PersonAct, Psid, QuickReply,
    Reaction, Referral, RuleId, Saw, Span, Subject, Tag, Template, Timer, TimerKind, Timestamp, TokenState,
    catalogue,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::json::{Kind, Names};
use super::proxied::{Passage, Passed};
use super::record::{AttemptResult, BotOrder, Call, CallKind, Cause, Record, RegisteredWebhook, Subscribing};
use crate::clock::{Wall, parse_rfc3339};
use crate::graph::{GraphError, messaging_type, sender_action};

/// Apps and people by their names.
pub(super) struct Known {
    apps: BTreeMap<Arc<str>, AppId>,
    people: BTreeMap<Arc<str>, Psid>,
    /// The only Page, which a call does not name.
    page: Option<PageId>,
}

impl Known {
    pub(super) fn new(names: &Names, pages: impl IntoIterator<Item = PageId>) -> Self {
        let mut pages = pages.into_iter();
        Self {
            page: pages.next().filter(|_| pages.next().is_none()),
            apps: names.apps.iter().map(|(app, name)| (Arc::clone(name), *app)).collect(),
            people: names.people.iter().map(|(person, name)| (Arc::clone(name), *person)).collect(),
        }
    }

    /// The app of that name; an unknown one stands in a journal as its number.
    fn app(&self, name: &str) -> Option<AppId> {
        self.apps.get(name).copied().or_else(|| name.parse().ok().map(AppId))
    }

    /// The party of that name; one of the platform other than the inbox stands in a journal as its number.
    fn party(&self, name: &str) -> Option<Party> {
        match self.app(name) {
            Some(app) => Some(Party::of(app)),
            None => (name == "inbox").then_some(Party::Inbox),
        }
    }

    fn person(&self, name: &str) -> Option<Psid> {
        self.people.get(name).copied().or_else(|| name.parse().ok().map(Psid))
    }
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    lane: Cow<'a, str>,
    seq: u64,
    #[serde(borrow)]
    at: Cow<'a, str>,
    cause: Option<u64>,
    #[serde(default)]
    assumed: bool,
    #[serde(borrow)]
    rule: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    saw: Map<String, Value>,
    data: Map<String, Value>,
    #[serde(borrow)]
    wall: WallPart<'a>,
}

#[derive(Deserialize)]
struct WallPart<'a> {
    #[serde(borrow)]
    at: Cow<'a, str>,
    took_ms: Option<u64>,
    #[serde(borrow)]
    answer: Option<Cow<'a, str>>,
}

/// When the line was written, without reading the rest of it.
pub(super) fn wall(line: &str) -> Option<Wall> {
    let (_, rest) = line.rsplit_once(r#","wall":{"at":""#)?;
    parse_rfc3339(rest.split('"').next()?).map(|at| Wall(at.0))
}

/// The line without the part that is different in each run.
pub(super) fn without_wall(line: &str) -> &str {
    line.rsplit_once(r#","wall":{"#).map_or(line, |(rest, _)| rest)
}

/// What a line tells that no other one led to.
pub(crate) struct Told {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) cause: Option<Cause>,
    /// True when a rule let it happen.
    pub(crate) accepted: bool,
    pub(crate) wall: Wall,
    pub(crate) what: What,
}

/// What happened.
pub(crate) enum What {
    /// An input, or what becomes of one.
    Record(Record),
    /// A delivery leaves for somewhere else than it was meant for.
    Leaves,
    /// Something that an input leads to, which cannot stand alone.
    Follows,
}

/// Reads a line.
///
/// # Errors
///
/// What is wrong with it, in words.
pub(super) fn read(line: &str, lane: &str, known: &Known) -> Result<Told, String> {
    let read: Line<'_> = serde_json::from_str(line).map_err(|error| format!("it is no entry: {error}"))?;
    if read.lane != lane {
        return Err(format!("it belongs to the lane `{}`, and here there is only `{lane}`", read.lane));
    }
    let at = parse_rfc3339(&read.at).ok_or_else(|| format!("`{}` is no time", read.at))?;
    let wall = parse_rfc3339(&read.wall.at).ok_or_else(|| format!("`{}` is no time", read.wall.at))?;
    let rule = read.rule.as_deref().and_then(|code| catalogue().iter().find(|rule| rule.code == code));
    let data = Data { members: &read.data, known };
    let (rule, took_ms) = (rule.map(|rule| rule.id), read.wall.took_ms.unwrap_or_default());
    let excerpt = read.wall.answer.map(Arc::from);
    let saw = Data { members: &read.saw, known }.saw();
    let root = Root { data, at, rule, saw, took_ms, excerpt };
    let kind = Kind::parse(&read.kind).ok_or_else(|| format!("there is no kind of entry `{}`", read.kind))?;
    let what = root.what(kind);
    Ok(Told {
        seq: read.seq,
        at,
        cause: read.cause.map(|seq| Cause { seq, assumed: read.assumed }),
        accepted: rule.is_some(),
        wall: Wall(wall.0),
        what: what.ok_or_else(|| format!("its data are not those of an entry `{}`", read.kind))?,
    })
}

/// The members of `data`.
#[derive(Clone, Copy)]
struct Data<'a> {
    members: &'a Map<String, Value>,
    known: &'a Known,
}

impl<'a> Data<'a> {
    fn has(self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    fn str(self, key: &str) -> Option<&'a str> {
        self.members.get(key)?.as_str()
    }

    fn text(self, key: &str) -> Option<Arc<str>> {
        self.str(key).map(Arc::from)
    }

    fn number<T: TryFrom<i64>>(self, key: &str) -> Option<T> {
        self.members.get(key)?.as_i64()?.try_into().ok()
    }

    fn flag(self, key: &str) -> Option<bool> {
        self.members.get(key)?.as_bool()
    }

    fn id<T: FromStr>(self, key: &str) -> Option<T> {
        self.str(key)?.parse().ok()
    }

    fn app(self, key: &str) -> Option<AppId> {
        self.known.app(self.str(key)?)
    }

    fn party(self, key: &str) -> Option<Party> {
        self.known.party(self.str(key)?)
    }

    fn person(self) -> Option<Psid> {
        self.known.person(self.str("person")?)
    }

    fn mid(self, key: &str) -> Option<Mid> {
        self.text(key).map(Mid)
    }

    /// A list of fields; none for `null`.
    fn fields(self) -> Option<Option<FieldSet>> {
        match self.members.get("fields")? {
            Value::Null => Some(None),
            Value::String(list) => list.split_whitespace().map(Field::parse).collect::<Option<_>>().map(Some),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn list(self, key: &str) -> Vec<Arc<str>> {
        self.str(key).map_or_else(Vec::new, |list| list.split(',').map(Arc::from).collect())
    }

    fn time(self, key: &str) -> Option<Timestamp> {
        parse_rfc3339(self.str(key)?)
    }

    fn folder(self) -> Option<Folder> {
        [Folder::Main, Folder::Done, Folder::Spam]
            .into_iter()
            .find(|folder| Some(folder.name()) == self.str("folder"))
    }

    /// What a rule read.
    fn saw(self) -> Saw {
        let facts = self.members.keys().filter_map(|name| Fact::new(name, self.fact(name)?));
        facts.fold(Saw::default(), |saw, fact| saw.with(fact))
    }

    fn fact(self, name: &str) -> Option<FactValue> {
        Some(match Fact::form(name)? {
            FactForm::Owner if self.str(name) == Some("idle") => FactValue::Owner(None),
            FactForm::Owner => FactValue::Owner(Some(self.party(name)?)),
            FactForm::Receiver if self.str(name) == Some("none") => FactValue::Receiver(None),
            FactForm::Receiver => FactValue::Receiver(Some(self.app(name)?)),
            FactForm::App => FactValue::App(self.app(name)?),
            FactForm::Time => FactValue::Time(self.time(name)?),
            FactForm::Window => FactValue::Window(self.time(name)),
            FactForm::Folder => FactValue::Folder(self.folder()?),
            FactForm::Fields => FactValue::Fields(self.fields()??),
            FactForm::Flag => FactValue::Flag(self.flag(name)?),
        })
    }

    /// A list of lists of texts.
    fn lists(self, key: &str) -> Option<Vec<Vec<Arc<str>>>> {
        let Some(lists) = self.members.get(key) else { return Some(Vec::new()) };
        let text = |text: &Value| text.as_str().map(Arc::from);
        lists.as_array()?.iter().map(|list| list.as_array()?.iter().map(text).collect()).collect()
    }

    fn quick_reply(list: &[Arc<str>]) -> Option<QuickReply> {
        let (title, payload) = (Arc::clone(list.first()?), Arc::clone(list.get(1)?));
        let asks = match list.get(2) {
            Some(asks) => Some(Asks::parse(asks)?),
            None => None,
        };
        Some(QuickReply { title, payload, asks })
    }

    fn button(list: &[Arc<str>]) -> Option<Button> {
        Some(Button { title: Arc::clone(list.first()?), payload: Arc::clone(list.get(1)?) })
    }

    fn message(self) -> Option<Arc<Message>> {
        let template = match self.str("template") {
            Some(name) => Some(*Template::ALL.iter().find(|template| template.name() == name)?),
            None => None,
        };
        let (replies, buttons) = (self.lists("quick_replies")?, self.lists("buttons")?);
        Some(Arc::new(Message {
            text: self.text("text"),
            metadata: self.text("metadata"),
            quick_replies: replies.iter().map(|list| Self::quick_reply(list)).collect::<Option<_>>()?,
            buttons: buttons.iter().map(|list| Self::button(list)).collect::<Option<_>>()?,
            quick_reply: self.text("quick_reply"),
            reply_to: self.mid("reply_to"),
            template,
            body: self.members.get("message").map(|body| body.to_string().into()),
        }))
    }
}

/// A line that is being read.
struct Root<'a> {
    data: Data<'a>,
    at: Timestamp,
    rule: Option<RuleId>,
    saw: Saw,
    took_ms: u64,
    excerpt: Option<Arc<str>>,
}

impl Root<'_> {
    fn what(&self, kind: Kind) -> Option<What> {
        let data = self.data;
        let person = |act| Some(Record::Person { person: data.id("psid")?, act });
        let record = match kind {
            Kind::Says => person(PersonAct::Says(data.message()?)),
            Kind::Taps => person(PersonAct::Taps { what: data.text("what")?, within: data.mid("in") }),
            Kind::Reacts => person(PersonAct::Reacts { to: data.mid("to"), reaction: self.reaction()? }),
            Kind::Reads => person(PersonAct::Reads),
            Kind::Opens => person(PersonAct::Opens(Referral { reference: data.text("ref")? })),
            Kind::Blocks => person(PersonAct::Blocks(true)),
            Kind::Unblocks => person(PersonAct::Blocks(false)),
            Kind::Inbox => Some(Record::Inbox { person: data.person()?, act: self.inbox()? }),
            Kind::Page => Some(Record::Admin { page: data.id("id")?, change: self.change()? }),
            Kind::Call => self.call().map(Record::Call),
            Kind::Refused => self.refused(),
            Kind::Clock => Some(Record::Clock { to: parse_rfc3339(data.str("to")?)? }),
            Kind::Timer => self.timer().map(Record::Fired),
            Kind::Attempt => self.attempt(),
            Kind::Bot => {
                let order = BotOrder::parse(data.str("verb")?)?;
                Some(Record::Bot { app: data.app("app")?, order })
            }
            Kind::Note => Some(Record::Note { text: data.text("text")? }),
            Kind::Proxied => self.proxied(),
            Kind::Delivery | Kind::Unheard => return Some(What::Leaves),
            Kind::Declined
            | Kind::Message
            | Kind::Window
            | Kind::Control
            | Kind::ControlProlonged
            | Kind::Folder
            | Kind::MarkedDone
            | Kind::WebhooksFailing
            | Kind::WebhooksDisabled => return Some(What::Follows),
        };
        record.map(What::Record)
    }

    fn reaction(&self) -> Option<Option<Reaction>> {
        match self.data.str("reaction") {
            Some(name) => Reaction::named(self.data.text("emoji")?, name).map(Some),
            None => Some(None),
        }
    }

    fn inbox(&self) -> Option<InboxAct> {
        match self.data.str("verb")? {
            "replies" => self.data.message().map(InboxAct::Replies),
            "moves_to" => self.data.folder().map(InboxAct::Moves),
            _ => None,
        }
    }

    /// The first member that says what is changed decides.
    fn change(&self) -> Option<AdminChange> {
        let data = self.data;
        let (what, _) = data.members.iter().find(|(key, _)| *key != "id")?;
        let (app, granted) = (data.app("app"), data.flag("granted"));
        Some(match what.as_str() {
            "primary_receiver" => AdminChange::PrimaryReceiver(match data.str(what)? {
                "none" => None,
                _ => Some(data.party(what)?),
            }),
            "connects" => AdminChange::Connects(data.app(what)?),
            "removes" => AdminChange::Removes(data.app(what)?),
            "subscriptions" => AdminChange::Fields { app: data.app(what)?, fields: data.fields()?? },
            "feature" => {
                let feature = Feature::parse(data.str(what)?)?;
                AdminChange::Feature { app: app?, feature, granted: granted? }
            }
            "permission" => {
                let permission = Permission::parse(data.str(what)?)?;
                AdminChange::Permission { app: app?, permission, granted: granted? }
            }
            "mode" => AdminChange::Mode { app: app?, mode: AppMode::parse(data.str(what)?)? },
            "token" => AdminChange::Token {
                app: app?,
                state: match data.str(what)? {
                    "valid" => TokenState::Valid,
                    "session_ended" => TokenState::SessionEnded,
                    "deauthorized" => TokenState::Deauthorized,
                    time => TokenState::Expires(parse_rfc3339(time)?),
                },
            },
            _ => return None,
        })
    }

    fn registered(&self) -> Option<RegisteredWebhook> {
        let (url, version) = (self.data.id("callback_url")?, self.data.text("version")?);
        let (public, other_fields) = (self.data.text("public_url"), self.data.list("other_fields"));
        Some(RegisteredWebhook { url, public, other_fields, version })
    }

    fn refused(&self) -> Option<Record> {
        let data = self.data;
        let error = GraphError {
            rule: self.rule?,
            saw: self.saw.clone(),
            status: data.number("status")?,
            kind: GraphError::kind_of(data.str("type")?)?,
            code: data.number("code")?,
            subcode: data.number("subcode"),
            message: data.str("message")?.to_owned().into(),
            param: data.str("param").map(Box::from),
            hint: data.str("hint").map(Box::from),
        };
        Some(Record::Refused {
            app: data.app("app"),
            error: Arc::new(error),
            trace: data.text("fbtrace_id")?,
        })
    }

    fn timer(&self) -> Option<Timer> {
        let kind = TimerKind::parse(self.data.str("timer")?)?;
        let subject = match self.data.id("page") {
            Some(page) => Subject::Webhooks(page, self.data.app("app")?),
            None => Subject::Conversation(self.data.person()?),
        };
        Some(Timer { at: self.at, kind, subject })
    }

    fn attempt(&self) -> Option<Record> {
        let data = self.data;
        let (status, why) = (data.number("status"), data.text("why"));
        let all = [
            status.map(|status| AttemptResult::Acknowledged { status }),
            status.map(|status| AttemptResult::Refused { status, excerpt: self.excerpt.clone() }),
            Some(AttemptResult::TimedOut),
            why.clone().map(|why| AttemptResult::Dropped { why }),
            why.clone().map(|why| AttemptResult::Unreachable { why }),
            why.map(|why| AttemptResult::Broken { why }),
        ];
        let result = all.into_iter().flatten().find(|result| Some(result.name()) == data.str("result"));
        Some(Record::Attempt {
            app: data.app("app")?,
            person: data.person(),
            delivery: data.number("delivery")?,
            number: data.number("number")?,
            result: result?,
            took_ms: self.took_ms,
        })
    }

    fn proxied(&self) -> Option<Record> {
        let data = self.data;
        let (status, why) = (data.number("status"), data.text("why"));
        let all = [
            Some(Passed::Opened),
            status.map(|status| Passed::Answered { status }),
            why.clone().map(|why| Passed::Refused { why }),
            why.map(|why| Passed::Failed { why }),
        ];
        let passed = all.into_iter().flatten().find(|passed| Some(passed.name()) == data.str("outcome"));
        Some(Record::Proxied {
            host: data.text("host")?,
            passage: Passage::parse(data.str("passage")?)?,
            passed: passed?,
            count: data.number("count")?,
        })
    }

    fn call(&self) -> Option<Call> {
        let data = self.data;
        let metadata = || data.text("metadata");
        let kind = match data.str("verb")? {
            "sends" => CallKind::Sends {
                message: data.message()?,
                messaging_type: data.str("messaging_type").and_then(messaging_type),
                tag: match data.str("tag") {
                    Some(tag) => Some(Tag::parse(tag)?),
                    None => None,
                },
            },
            "signals" => CallKind::Signals {
                action: sender_action(data.str("action")?)?,
                about: data.mid("to").map(|to| (to, data.text("reaction"))),
            },
            "passes_control" => {
                CallKind::Controls(ControlAct::Pass { to: data.party("to"), metadata: metadata() })
            }
            "takes_control" => CallKind::Controls(ControlAct::Take { metadata: metadata() }),
            "requests_control" => CallKind::Controls(ControlAct::Request { metadata: metadata() }),
            "passes_metadata" => {
                CallKind::Controls(ControlAct::PassMetadata { to: data.party("to")?, metadata: metadata()? })
            }
            "releases_control" => CallKind::Controls(ControlAct::Release),
            "extends_control" => {
                let by =
                    data.number("seconds").map(|seconds: i64| Span(seconds.saturating_mul(Span::SECOND.0)));
                CallKind::Controls(ControlAct::Extend { by })
            }
            "asks_owner" => CallKind::AsksOwner,
            "asks_receivers" => CallKind::AsksReceivers,
            "asks_profile" => CallKind::AsksProfile { fields: data.text("fields") },
            "installs" => {
                CallKind::Installs { fields: data.fields()?, other_fields: data.list("other_fields") }
            }
            "subscribes" => {
                let fields = data.fields()?;
                let gives_up = fields.is_none() || data.has("gives_up");
                let how = if gives_up { Subscribing::GivesUp } else { Subscribing::Registers };
                CallKind::Subscribes { how, fields, webhook: self.registered().map(Box::new) }
            }
            "calls" => CallKind::Other {
                method: data.text("method")?,
                path: data.text("path")?,
                asked: data.members.get("asked").map(|asked| asked.to_string().into()),
            },
            _ => return None,
        };
        let page = data.id("page").or(data.known.page);
        Some(Call { app: data.app("app"), page, person: data.person(), kind, played: data.has("played") })
    }
}
