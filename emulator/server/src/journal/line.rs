//! An entry as a line of JSON, and the way back. Apps and people stand there by their names.

use std::borrow::Cow;

use emulator_core::{Delivery, Timestamp, catalogue};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::kind::Kind;
use super::names::Known;
use super::row::Members;
use super::{Cause, Entry, Names, saw};
use crate::clock::{Wall, parse_rfc3339, rfc3339};
use crate::escape::Dialect;
use crate::object::Object;
use crate::webhooks;

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
        line.object("saw", |object| saw::write(&entry.saw, object, names));
    }
    line.text("kind", entry.kind().name());
    line.object("data", |object| Kind::write(&entry.record, object, names));
    line.object("wall", |object| {
        object.quoted("at", rfc3339(Timestamp(entry.wall.0)));
        Kind::write_wall(&entry.record, object, names);
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

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    lane: Option<Cow<'a, str>>,
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
    wall: Map<String, Value>,
}

/// A line that was read.
#[derive(Debug, Clone)]
pub struct ReadLine {
    /// The lane that it names; journals of a running emulator name none.
    pub lane: Option<String>,
    /// What it says.
    pub entry: Entry,
    /// The id of the rule that it names, where this version has no such rule.
    pub foreign_rule: Option<String>,
}

/// Reads a line.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn read(line: &str, known: &Known) -> Result<ReadLine, String> {
    let line: Line<'_> =
        serde_json::from_str(line).map_err(|error| format!("it is not an entry: {error}"))?;
    let time = |text: &str| parse_rfc3339(text).ok_or_else(|| format!("`{text}` is not a time"));
    let at = time(&line.at)?;
    let wall = line.wall.get("at").and_then(Value::as_str).ok_or("`wall.at` is missing")?;
    let rule = line.rule.as_deref().map(|code| {
        catalogue().iter().find(|rule| rule.code == code).map(|rule| rule.id).ok_or_else(|| code.to_owned())
    });
    let (rule, foreign_rule) = match rule.transpose() {
        Ok(rule) => (rule, None),
        Err(code) => (None, Some(code)),
    };
    let saw = saw::read(&line.saw, known)?;
    let kind = Kind::parse(&line.kind).ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        super::row::not_one_of("kind", &line.kind, &words)
    })?;
    let members = Members::new((&line.data, &line.wall), known, at, (rule, &saw));
    let record = kind
        .read(&members)
        .map_err(|why| format!("its data are not those of an entry `{}`: {why}", kind.name()))?;
    if let Some(name) = members.unread() {
        return Err(format!("an entry `{}` has no member `{name}`", kind.name()));
    }
    let cause = line.cause.map(|seq| Cause { seq, assumed: line.assumed });
    let entry = Entry { seq: line.seq, at, cause, rule, saw, record, wall: Wall(time(wall)?.0) };
    Ok(ReadLine { lane: line.lane.map(Cow::into_owned), entry, foreign_rule })
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
