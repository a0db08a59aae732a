//! The buttons of templates (M-162).

use emulator_core::{Button, TITLE_SHOWN};
use serde_json::Value;

use super::Found;
use super::condition::Condition;
use super::object_reader::{Count, ObjectReader, longer};
use super::path::Path;
use crate::graph::error::GraphError;

/// How many buttons stand below a text or an element.
pub(super) const COUNT: Count = Count { least: 1, most: 3 };
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

/// Reads one button.
pub(super) fn button(value: &mut Value, path: Path<'_>, found: &mut Found) -> Result<(), GraphError> {
    let mut part = ObjectReader::new(value, path)?;
    part.only(MEMBERS)?;
    let kind = part.word("type", TYPES)?.ok_or_else(|| GraphError::required(part.at("type")))?;
    match kind {
        "web_url" => {
            title(&mut part, found)?;
            page(&mut part, found)
        }
        "postback" => {
            let title = title(&mut part, found)?;
            let payload = part.text("payload", PAYLOAD_LIMIT)?.filter(|payload| !payload.is_empty());
            match payload {
                Some(payload) => {
                    found.buttons.push(Button { title: title.into(), payload: payload.into() });
                    Ok(())
                }
                None => Err(GraphError::button_payload_missing().param(part.at("payload"))),
            }
        }
        "phone_number" => {
            title(&mut part, found)?;
            let number = part.required("payload", PAYLOAD_LIMIT)?;
            if !number.strip_prefix('+').is_some_and(is_digits) {
                return Err(GraphError::invalid().param(part.at("payload")));
            }
            Ok(())
        }
        "account_link" => {
            optional_title(&mut part, found)?;
            let url = part.url("url")?.map(str::to_owned);
            let url = url.ok_or_else(|| GraphError::required(part.at("url")))?;
            if !url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
                return Err(GraphError::not_a_url(part.at("url")));
            }
            Ok(())
        }
        "game_play" => {
            title(&mut part, found)?;
            part.text("payload", PAYLOAD_LIMIT)?;
            if let Some(game) = part.part("game_metadata")? {
                game.only(&["player_id", "context_id"])?;
            }
            Ok(())
        }
        "audio_call" => Err(GraphError::not_there_yet("a button of the type audio_call")),
        _ => optional_title(&mut part, found),
    }
}

/// Reads what a tap on an element outside its buttons opens: a button of an address without title.
pub(super) fn default_action(value: &mut Value, path: Path<'_>, found: &mut Found) -> Result<(), GraphError> {
    let mut part = ObjectReader::new(value, path)?;
    part.only(OF_DEFAULT_ACTION)?;
    part.word("type", &["web_url"])?.ok_or_else(|| GraphError::required(part.at("type")))?;
    page(&mut part, found)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The title of a button that has to have one.
fn title(part: &mut ObjectReader<'_>, found: &mut Found) -> Result<String, GraphError> {
    if !part.has("title") {
        return Err(GraphError::button_title_missing().param(part.at("title")));
    }
    optional_title(part, found)?;
    part.required("title", usize::MAX).map(str::to_owned)
}

/// A title says something wherever it stands, also where the platform shows another.
fn optional_title(part: &mut ObjectReader<'_>, found: &mut Found) -> Result<(), GraphError> {
    if part.said("title", usize::MAX)?.is_some_and(|title| longer(title, TITLE_SHOWN)) {
        found.conditions.push(Condition::long_title(part.at("title")));
    }
    Ok(())
}

/// What a button that opens a page says of it.
fn page(part: &mut ObjectReader<'_>, found: &mut Found) -> Result<(), GraphError> {
    let Some(url) = part.url("url")?.map(str::to_owned) else {
        return Err(GraphError::button_url_missing().param(part.at("url")));
    };
    part.word("webview_height_ratio", &["compact", "tall", "full"])?;
    part.word("webview_share_button", &["hide"])?;
    let extended = part.flag("messenger_extensions")? == Some(true);
    if extended {
        found.conditions.push(Condition::extensions(part.at("url"), &url));
    }
    // It stands in where extensions do not work, so it means nothing without them.
    if part.url("fallback_url")?.is_some() && !extended {
        return Err(GraphError::invalid().param(part.at("fallback_url")));
    }
    Ok(())
}
