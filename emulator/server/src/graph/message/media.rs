//! Attachments: media by their address, and templates (M-83, M-85, M-90, M-154).

use emulator_core::{RuleId, is_url};

use super::object_reader::{Count, ObjectReader};
use super::{Content, template};
use crate::graph::error::GraphError;

const TEMPLATE: &str = "template";
/// Types that the platform lists beside those that Pages send here.
const LATER: &[&str] = &["fallback", "location", "reel", "ig_reel", "like_heart", "media_share", "sticker"];
const MEDIA: &[&str] = &["image", "audio", "video", "file"];
/// How many images one message takes.
pub(super) const IMAGES: Count = Count { least: 1, most: 30 };

/// Reads `attachment`. A medium without address is a file of the call.
pub(super) fn attachment(message: &mut ObjectReader<'_>, files: usize) -> Result<Content, GraphError> {
    let Some(mut part) = message.part("attachment")? else { return Ok(Content::default()) };
    let kind = kind(&mut part, |kind| kind == TEMPLATE || MEDIA.contains(&kind))?;
    if kind == TEMPLATE {
        return part.value("payload").map_or_else(|| Ok(Content::default()), template::read);
    }
    media(&mut part, files)?;
    Ok(Content::default())
}

/// Reads `attachments`, which are images.
pub(super) fn images(message: &mut ObjectReader<'_>) -> Result<Content, GraphError> {
    message.each("attachments", IMAGES, |value, path| {
        let mut part = ObjectReader::new(value, path)?;
        kind(&mut part, |kind| kind == "image")?;
        media(&mut part, 0)
    })?;
    Ok(Content::default())
}

/// The type of an attachment that has a payload as well.
fn kind(part: &mut ObjectReader<'_>, takes: impl Fn(&str) -> bool) -> Result<String, GraphError> {
    part.only(&["type", "payload"])?;
    let Some(kind) = part.text("type", usize::MAX)?.map(str::to_ascii_lowercase) else {
        return Err(GraphError { rule: RuleId::AttachmentKinds, ..GraphError::required(part.at("type")) });
    };
    if LATER.contains(&&*kind) {
        return Err(GraphError::not_there_yet(format_args!("an attachment of the type {kind}")));
    }
    if !takes(&kind) {
        return Err(GraphError::attachment_type_unknown(part.at("type")));
    }
    part.set("type", kind.clone());
    if !part.has("payload") {
        return Err(GraphError { rule: RuleId::AttachmentKinds, ..GraphError::required(part.at("payload")) });
    }
    Ok(kind)
}

/// The payload of an image, a sound, a film or a file.
fn media(part: &mut ObjectReader<'_>, files: usize) -> Result<(), GraphError> {
    let Some(mut payload) = part.part("payload")? else { return Ok(()) };
    payload.only(&["url", "attachment_id", "is_reusable", "sticker_id"])?;
    payload.flag("is_reusable")?;
    if payload.has("sticker_id") {
        return Err(GraphError::not_there_yet(payload.at("sticker_id")));
    }
    let url = payload.text("url", usize::MAX)?.map(str::to_owned);
    let uploaded = payload.text("attachment_id", usize::MAX)?.is_some();
    match url {
        Some(_) if uploaded => Err(GraphError::invalid().param(payload.at("attachment_id"))),
        // For media the address itself was seen in the text.
        Some(url) if !is_url(&url) => Err(GraphError::not_a_url(&url).param(payload.at("url"))),
        Some(_) => Ok(()),
        None if uploaded => Err(GraphError::not_there_yet(payload.at("attachment_id"))),
        None if files == 1 => Err(GraphError::not_there_yet("an attachment in the call itself")),
        None => Err(GraphError::file_missing()),
    }
}
