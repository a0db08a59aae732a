//! A line of a journal as an entry again: the other half of [`super::json`].
//!
//! Only entries that no other one led to are read; what they led to is made again and compared.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{
    AppId, ControlAct, Message, PAGE_INBOX, Psid, RuleId, Saw, Span, Tag, Timer, TimerKind, Timestamp,
    catalogue,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::json::Names;
use super::record::{AttemptResult, Call, CallKind, Cause, Entry, Record};
use crate::clock::{Wall, parse_rfc3339};
use crate::graph::{GraphError, messaging_type, sender_action};

/// Apps and people by their names.
pub(super) struct Known {
    apps: BTreeMap<Arc<str>, AppId>,
    people: BTreeMap<Arc<str>, Psid>,
}

impl Known {
    pub(super) fn new(names: &Names) -> Self {
        Self {
            apps: names.apps.iter().map(|(app, name)| (Arc::clone(name), *app)).collect(),
            people: names.people.iter().map(|(person, name)| (Arc::clone(name), *person)).collect(),
        }
    }

    /// The app of that name; an unknown one stands in a journal as its number.
    fn app(&self, name: &str) -> Option<AppId> {
        let inbox = || (name == "inbox").then_some(PAGE_INBOX);
        self.apps.get(name).copied().or_else(inbox).or_else(|| name.parse().ok().map(AppId))
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
    data: Map<String, Value>,
    #[serde(borrow)]
    wall: WallPart<'a>,
}

#[derive(Deserialize)]
struct WallPart<'a> {
    #[serde(borrow)]
    at: Cow<'a, str>,
    took_ms: Option<u64>,
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

/// Reads a line. What its rule saw is not read.
///
/// # Errors
///
/// What is wrong with it, in words.
pub(super) fn read(line: &str, lane: &str, known: &Known) -> Result<Entry, String> {
    let read: Line<'_> = serde_json::from_str(line).map_err(|error| format!("it is no entry: {error}"))?;
    if read.lane != lane {
        return Err(format!("it belongs to the lane `{}`, and here there is only `{lane}`", read.lane));
    }
    let rule = read.rule.as_deref().and_then(|code| catalogue().iter().find(|rule| rule.code == code));
    let rule = rule.map(|rule| rule.id);
    let at = parse_rfc3339(&read.at).ok_or_else(|| format!("`{}` is no time", read.at))?;
    let wall = parse_rfc3339(&read.wall.at).ok_or_else(|| format!("`{}` is no time", read.wall.at))?;
    let data = Data { members: &read.data, known };
    let took_ms = read.wall.took_ms.unwrap_or_default();
    let record = record(&read.kind, &data, at, rule, took_ms);
    Ok(Entry {
        seq: read.seq,
        at,
        cause: read.cause.map(|seq| Cause { seq, assumed: read.assumed }),
        rule,
        saw: Saw::default(),
        record: record.ok_or_else(|| format!("its data are not those of an entry `{}`", read.kind))?,
        wall: Wall(wall.0),
    })
}

/// The members of `data`.
#[derive(Clone, Copy)]
struct Data<'a> {
    members: &'a Map<String, Value>,
    known: &'a Known,
}

impl<'a> Data<'a> {
    fn str(self, key: &str) -> Option<&'a str> {
        self.members.get(key)?.as_str()
    }

    fn text(self, key: &str) -> Option<Arc<str>> {
        self.str(key).map(Arc::from)
    }

    fn number<T: TryFrom<i64>>(self, key: &str) -> Option<T> {
        self.members.get(key)?.as_i64()?.try_into().ok()
    }

    fn app(self, key: &str) -> Option<AppId> {
        self.known.app(self.str(key)?)
    }

    fn person(self) -> Option<Psid> {
        self.known.person(self.str("person")?)
    }

    fn message(self) -> Arc<Message> {
        Arc::new(Message { text: self.text("text"), metadata: self.text("metadata") })
    }
}

fn record(kind: &str, data: &Data<'_>, at: Timestamp, rule: Option<RuleId>, took_ms: u64) -> Option<Record> {
    Some(match kind {
        "says" => Record::Says { person: data.person()?, message: data.message() },
        "call" => Record::Call(call(*data)?),
        "refused" => {
            let error = GraphError::told_before(
                rule?,
                data.number("status")?,
                data.str("type")?,
                data.number("code")?,
                data.number("subcode"),
                data.str("message")?.to_owned(),
            );
            Record::Refused { app: data.app("app"), error: Arc::new(error?), trace: data.text("fbtrace_id")? }
        }
        "clock" => Record::Clock { to: parse_rfc3339(data.str("to")?)? },
        "timer" => {
            let kind = TimerKind::ALL.iter().find(|kind| Some(kind.name()) == data.str("timer"));
            Record::Fired(Timer { at, kind: *kind?, person: data.person()? })
        }
        "attempt" => Record::Attempt {
            app: data.app("app")?,
            person: data.person()?,
            delivery: data.number("delivery")?,
            number: data.number("number")?,
            result: result(*data)?,
            took_ms,
        },
        "note" => Record::Note { text: data.text("text")? },
        _ => return None,
    })
}

fn result(data: Data<'_>) -> Option<AttemptResult> {
    let (status, why) = (data.number("status"), data.text("why"));
    let all = [
        status.map(|status| AttemptResult::Acknowledged { status }),
        status.map(|status| AttemptResult::Refused { status }),
        Some(AttemptResult::TimedOut),
        Some(AttemptResult::Dropped),
        why.clone().map(|why| AttemptResult::Unreachable { why }),
        why.map(|why| AttemptResult::Broken { why }),
    ];
    all.into_iter().flatten().find(|result| Some(result.name()) == data.str("result"))
}

fn call(data: Data<'_>) -> Option<Call> {
    let metadata = || data.text("metadata");
    let kind = match data.str("verb")? {
        "sends" => CallKind::Sends {
            message: data.message(),
            messaging_type: data.str("messaging_type").and_then(messaging_type),
            tag: data.str("tag").map(|_| Tag::HumanAgent),
        },
        "signals" => CallKind::Signals { action: sender_action(data.str("action")?)? },
        "passes_control" => CallKind::Controls(ControlAct::Pass { to: data.app("to"), metadata: metadata() }),
        "takes_control" => CallKind::Controls(ControlAct::Take { metadata: metadata() }),
        "requests_control" => CallKind::Controls(ControlAct::Request { metadata: metadata() }),
        "releases_control" => CallKind::Controls(ControlAct::Release),
        "extends_control" => {
            let by = data.number("seconds").map(|seconds: i64| Span(seconds.saturating_mul(Span::SECOND.0)));
            CallKind::Controls(ControlAct::Extend { by })
        }
        "asks_owner" => CallKind::AsksOwner,
        _ => CallKind::Other { method: data.text("method")?, path: data.text("path")? },
    };
    let played = data.members.contains_key("played");
    Some(Call { app: data.app("app"), person: data.person(), kind, played })
}
