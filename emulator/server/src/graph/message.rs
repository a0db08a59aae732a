//! What a message may hold (M-77 to M-90, M-151 to M-164), read once and put into the form that is
//! kept.
//!
//! Most messages are a text. They are read into borrowed parts and nothing else is made of them; the
//! whole tree is built only for what is more, or wrong.

mod buttons;
mod condition;
mod feedback;
mod media;
mod object_reader;
mod path;
mod quick_replies;
mod template;
mod wrong;

use std::borrow::Cow;
use std::sync::Arc;

use emulator_core::{Button, MESSAGE_MEMBERS, Message, RuleId, Template};
use serde::Deserialize;
use serde_json::Value;

use super::error::GraphError;
use super::params::{Raw, Scalar};
use super::route::ParamType::{Number, Object, Objects, Text};
#[cfg(test)]
use super::route::names;
use super::route::{Param, not_there_yet};
pub(crate) use condition::Condition;
pub(super) use object_reader::{ObjectReader, without_nulls};
pub(super) use path::Path;
pub(super) use wrong::known;

/// The longest text of a message, in characters (M-77).
const TEXT_LIMIT: usize = 2_000;
/// The longest metadata of a message, in characters (M-77).
const METADATA_LIMIT: usize = 1_000;

const MESSAGE: Path<'static> = Path::Root("message");
/// What a message that is sent can hold (M-151).
pub(super) const MEMBERS: &[Param; 10] = &[
    Param::optional("text", Text).at_most(TEXT_LIMIT).follows(&[RuleId::TextLength, RuleId::MessageEmpty]),
    Param::optional("attachment", Object).follows(&[RuleId::AttachmentKinds, RuleId::TextAndAttachment]),
    Param::optional("attachments", Objects).at_most(media::IMAGES.most).follows(&[RuleId::AttachmentKinds]),
    Param::optional("quick_replies", Objects)
        .at_most(quick_replies::COUNT.most)
        .follows(&[RuleId::QuickReplyParts]),
    Param::optional("metadata", Text).at_most(METADATA_LIMIT).follows(&[RuleId::TextLength]),
    Param::optional("dynamic_text", Object).not_yet("texts for each reader are not modelled yet"),
    Param::optional("template", Object).not_yet("message templates are not modelled yet"),
    Param::optional("sticker_id", Number).not_yet("stickers are not modelled yet"),
    Param::optional("receiving_app_id", Number).not_yet("control is moved by its own edges only"),
    Param::optional("receiving_app_control_expiration", Number)
        .not_yet("control is moved by its own edges only"),
];
/// Members that old clients add; they mean nothing.
const IGNORED: &[&str] = &["mid", "seq"];

/// A message of text, which most messages are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain<'a> {
    #[serde(borrow)]
    text: Scalar<'a>,
    #[serde(borrow)]
    metadata: Option<Scalar<'a>>,
}

/// What an attachment gives to the rules.
#[derive(Debug, Default)]
struct Content {
    text: Option<Arc<str>>,
    found: Found,
    template: Option<Template>,
}

/// What the buttons of a message give to the rules.
#[derive(Debug, Default)]
struct Found {
    /// Those that can be tapped.
    buttons: Vec<Button>,
    conditions: Vec<Condition>,
}

/// A message that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) message: Message,
    /// What the settings of the Page decide about it.
    pub(super) conditions: Vec<Condition>,
}

/// Reads the parameter `message` of a call that came with so many files.
pub(super) fn read(raw: &Raw<'_>, files: usize) -> Result<Read, GraphError> {
    let json = raw.json()?;
    match serde_json::from_str(&json) {
        Ok(Plain { text: Scalar(text), metadata }) if !text.is_empty() => {
            let text = Some(limited(text, "text", TEXT_LIMIT)?);
            let metadata =
                metadata.map(|Scalar(text)| limited(text, "metadata", METADATA_LIMIT)).transpose()?;
            let message = Message { text, metadata, ..Message::default() };
            Ok(Read { message, conditions: Vec::new() })
        }
        Ok(Plain { .. }) | Err(_) => whole(&json, files),
    }
}

fn limited(text: Cow<'_, str>, key: &str, limit: usize) -> Result<Arc<str>, GraphError> {
    if object_reader::longer(&text, limit) {
        return Err(GraphError::too_long(Path::Member(&MESSAGE, key), limit));
    }
    Ok(Arc::from(text))
}

/// Reads a message that is more than a text, or not in order.
fn whole(json: &str, files: usize) -> Result<Read, GraphError> {
    if json.is_empty() {
        return Err(GraphError::empty("message"));
    }
    let mut value: Value = serde_json::from_str(json).map_err(|_| GraphError::invalid().param(MESSAGE))?;
    if value.as_object().is_some_and(serde_json::Map::is_empty) {
        return Err(GraphError::empty("message"));
    }
    without_nulls(&mut value);
    let mut part = ObjectReader::new(&mut value, MESSAGE)?;
    for ignored in IGNORED {
        part.remove(ignored);
    }
    part.only(MESSAGE_MEMBERS)?;
    if let Some((param, why)) = not_there_yet(MEMBERS, |key| part.has(key)) {
        return Err(GraphError::not_there_yet(part.at(param.name)).because(why));
    }
    let text = part.text("text", TEXT_LIMIT)?.filter(|text| !text.is_empty()).map(Arc::from);
    if text.is_none() {
        part.remove("text");
    }
    let metadata = part.text("metadata", METADATA_LIMIT)?.map(Arc::from);
    let mut conditions = Vec::new();
    let quick_replies = quick_replies::read(&mut part, &mut conditions)?;
    let Content { text, found, template } = content(&mut part, text, files)?;
    conditions.extend(found.conditions);
    let is_plain = !["attachment", "attachments", "quick_replies"].iter().any(|key| part.has(key));
    let body = (!is_plain).then(|| value.to_string().into());
    let buttons = found.buttons;
    let message = Message { text, metadata, quick_replies, buttons, template, body, ..Message::default() };
    Ok(Read { message, conditions })
}

/// The text or the attachments, of which there must be one (M-84, M-85).
fn content(part: &mut ObjectReader<'_>, text: Option<Arc<str>>, files: usize) -> Result<Content, GraphError> {
    match (text, part.has("attachment"), part.has("attachments")) {
        (Some(_), true, _) | (Some(_), _, true) => Err(GraphError::text_and_attachment()),
        (Some(text), false, false) => Ok(Content { text: Some(text), ..Content::default() }),
        (None, true, false) => media::attachment(part, files),
        (None, false, true) => media::images(part),
        (None, true, true) => Err(GraphError::invalid().param(part.at("attachments"))),
        (None, false, false) => Err(GraphError::message_empty()),
    }
}

#[cfg(test)]
mod tests {
    use emulator_core::MESSAGE_MEMBERS;

    use super::*;

    #[test]
    fn the_members_that_are_described_are_those_that_a_message_may_have() {
        assert_eq!(names(MEMBERS).as_slice(), MESSAGE_MEMBERS);
    }
}
