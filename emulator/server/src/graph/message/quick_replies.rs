//! Quick replies (M-159).

use emulator_core::{Asks, QuickReply, TITLE_SHOWN};
use serde_json::Value;

use super::condition::Condition;
use super::object_reader::{Count, ObjectReader, longer};
use super::path::Path;
use crate::graph::error::GraphError;

pub(super) const COUNT: Count = Count { least: 1, most: 13 };
const PAYLOAD_LIMIT: usize = 1_000;
const TEXT: &str = "text";
/// A type of old.
const LOCATION: &str = "location";
const CONTENT_TYPES: &[&str] = &[TEXT, Asks::PhoneNumber.name(), Asks::Email.name()];

/// Reads the quick replies of a message, if it has any.
pub(super) fn read(
    message: &mut ObjectReader<'_>,
    conditions: &mut Vec<Condition>,
) -> Result<Vec<QuickReply>, GraphError> {
    let mut replies = Vec::new();
    message.each("quick_replies", COUNT, |value, path| {
        replies.push(quick_reply(value, path, conditions)?);
        Ok(())
    })?;
    Ok(replies)
}

fn quick_reply(
    value: &mut Value,
    path: Path<'_>,
    conditions: &mut Vec<Condition>,
) -> Result<QuickReply, GraphError> {
    let mut part = ObjectReader::new(value, path)?;
    if part.text("content_type", usize::MAX)?.is_some_and(|kind| kind.eq_ignore_ascii_case(LOCATION)) {
        return Err(GraphError::quick_reply_location().param(part.at("content_type")));
    }
    part.only(&["content_type", "title", "payload", "image_url"])?;
    let kind = part.word("content_type", CONTENT_TYPES)?;
    let kind = kind.ok_or_else(|| GraphError::required(part.at("content_type")))?;
    let title = part.text("title", usize::MAX)?.unwrap_or_default().to_owned();
    if longer(&title, TITLE_SHOWN) {
        conditions.push(Condition::long_title(part.at("title")));
    }
    let payload = part.text("payload", PAYLOAD_LIMIT)?.map(str::to_owned);
    let pictured = part.url("image_url")?.is_some();
    if let Some(asks) = [Asks::PhoneNumber, Asks::Email].into_iter().find(|asks| asks.name() == kind) {
        return Ok(QuickReply::asking(asks));
    }
    if title.is_empty() && !pictured {
        return Err(GraphError::quick_reply_title().param(part.at("title")));
    }
    // A payload may be empty where a picture says what is meant.
    match payload.filter(|payload| pictured || !payload.is_empty()) {
        Some(payload) => Ok(QuickReply::new(title, payload)),
        None => Err(GraphError::quick_reply_payload().param(part.at("payload"))),
    }
}
