//! The buttons of templates (M-162).

use emulator_core::{Button, RuleId};
use serde_json::Value;

use super::part::{Count, Part};
use super::path::Path;
use super::wrong;
use crate::graph::error::GraphError;

/// How many buttons stand below a text or an element.
pub(super) const COUNT: Count = Count { least: 1, most: 3 };
const TITLE_LIMIT: usize = 20;
const PAYLOAD_LIMIT: usize = 1_000;

const TYPES: &[&str] =
    &["web_url", "postback", "phone_number", "account_link", "account_unlink", "game_play", "audio_call"];
const MEMBERS: &[&str] = &[
    "type",
    "title",
    "url",
    "payload",
    "webview_height_ratio",
    "messenger_extensions",
    "fallback_url",
    "webview_share_button",
    "game_metadata",
];
const OF_DEFAULT_ACTION: &[&str] =
    &["type", "url", "webview_height_ratio", "messenger_extensions", "fallback_url", "webview_share_button"];

/// Reads one button; what it is if it can be tapped, which a postback button can.
pub(super) fn button(value: &mut Value, path: Path<'_>) -> Result<Option<Button>, GraphError> {
    let mut part = Part::new(value, path)?;
    part.only(MEMBERS)?;
    let kind = part.word("type", TYPES)?.ok_or_else(|| GraphError::required(part.at("type")))?;
    match kind {
        "web_url" => {
            title(&mut part)?;
            page(&mut part)?;
            Ok(None)
        }
        "postback" => {
            let title = title(&mut part)?.to_owned();
            let payload = part.text("payload", PAYLOAD_LIMIT)?.filter(|payload| !payload.is_empty());
            match payload {
                Some(payload) => Ok(Some(Button { title: title.into(), payload: payload.into() })),
                None => {
                    let text = "(#100) Payload cannot be empty for postback type button";
                    Err(missing(text, 2_018_040).param(part.at("payload")))
                }
            }
        }
        "phone_number" => {
            title(&mut part)?;
            let number = part.required("payload", PAYLOAD_LIMIT)?;
            if !number.strip_prefix('+').is_some_and(is_digits) {
                return Err(GraphError::invalid().param(part.at("payload")));
            }
            Ok(None)
        }
        "account_link" => {
            let url = part.url("url")?.map(str::to_owned);
            let url = url.ok_or_else(|| GraphError::required(part.at("url")))?;
            if !url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
                return Err(wrong::no_url(part.at("url")));
            }
            Ok(None)
        }
        "game_play" => {
            title(&mut part)?;
            part.text("payload", PAYLOAD_LIMIT)?;
            if let Some(game) = part.part("game_metadata")? {
                game.only(&["player_id", "context_id"])?;
            }
            Ok(None)
        }
        "audio_call" => Err(wrong::later(RuleId::ButtonParts, "a button of the type audio_call")),
        _ => Ok(None),
    }
}

/// Reads what a tap on an element outside its buttons opens: a button of an address without title.
pub(super) fn default_action(value: &mut Value, path: Path<'_>) -> Result<(), GraphError> {
    let mut part = Part::new(value, path)?;
    part.only(OF_DEFAULT_ACTION)?;
    part.word("type", &["web_url"])?.ok_or_else(|| GraphError::required(part.at("type")))?;
    page(&mut part)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn title<'a>(part: &'a mut Part<'_>) -> Result<&'a str, GraphError> {
    if !part.has("title") {
        return Err(
            missing("(#100) Element button title cannot be empty.", 2_018_053).param(part.at("title"))
        );
    }
    part.required("title", TITLE_LIMIT)
}

fn missing(text: &'static str, subcode: u32) -> GraphError {
    GraphError::new(RuleId::ButtonParts, 100, text).subcode(subcode)
}

/// What a button that opens a page says of it.
fn page(part: &mut Part<'_>) -> Result<(), GraphError> {
    if part.url("url")?.is_none() {
        let text = "(#100) Web url cannot be empty for url type button";
        return Err(missing(text, 2_018_041).param(part.at("url")));
    }
    part.word("webview_height_ratio", &["compact", "tall", "full"])?;
    part.word("webview_share_button", &["hide"])?;
    if part.flag("messenger_extensions")? == Some(true) {
        let text = "(#100) The URL provided is not whitelisted for messenger extensions";
        return Err(GraphError::new(RuleId::ExtensionsUrl, 100, text).param(part.at("url")));
    }
    // It stands in where extensions do not work, so it means nothing without them.
    if part.url("fallback_url")?.is_some() {
        return Err(GraphError::invalid().param(part.at("fallback_url")));
    }
    Ok(())
}
