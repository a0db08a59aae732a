//! Templates: a text with buttons, generic elements, feedback (M-88, M-163, M-164, M-169).

use emulator_core::Template;
use serde_json::Value;

use super::object_reader::{Count, ObjectReader};
use super::path::{Path, TEMPLATE};
use super::{Content, Found, buttons, feedback};
use crate::graph::error::GraphError;

const ELEMENTS: Count = Count { least: 1, most: 10 };
const TEXT_LIMIT: usize = 640;
const TITLE_LIMIT: usize = 80;
/// What a tap on an element opens, as it was said before there was `default_action`.
const ITEM_URL: &str = "item_url";

/// Types that exist on the platform and that this version does not have.
const LATER: &[&str] = &[
    "media",
    "receipt",
    "product",
    "coupon",
    "image_grid",
    "instant_form",
    "one_time_notif_req",
    "notification_messages",
];
const TYPES: &[&str] = &["generic", "button", "customer_feedback"];

/// Reads the payload of a template.
pub(super) fn read(payload: &mut Value) -> Result<Content, GraphError> {
    let mut part = ObjectReader::new(payload, TEMPLATE)?;
    let given = part.text("template_type", usize::MAX)?.filter(|given| !given.is_empty()).map(str::to_owned);
    let Some(given) = given else {
        return Err(GraphError::template_type_missing());
    };
    if LATER.iter().any(|later| later.eq_ignore_ascii_case(&given)) {
        return Err(GraphError::not_there_yet(format_args!("the template_type {given}")));
    }
    if !TYPES.iter().any(|known| known.eq_ignore_ascii_case(&given)) {
        return Err(GraphError::template_type_unknown().param(part.at("template_type")));
    }
    match part.word("template_type", TYPES)? {
        Some("button") => button(&mut part),
        Some("customer_feedback") => {
            feedback::read(&mut part)?;
            Ok(Content { template: Some(Template::CustomerFeedback), ..Content::default() })
        }
        Some(_) | None => generic(&mut part),
    }
}

/// A text with buttons (M-164).
fn button(part: &mut ObjectReader<'_>) -> Result<Content, GraphError> {
    part.only(&["template_type", "text", "buttons", "sharable"])?;
    part.flag("sharable")?;
    let text = part.required("text", TEXT_LIMIT)?.into();
    if !part.has("buttons") {
        return Err(GraphError::required(part.at("buttons")));
    }
    if part.is_empty_list("buttons") {
        return Err(GraphError::buttons_empty(part.at("buttons")));
    }
    let mut found = Found::default();
    read_buttons(part, &mut found)?;
    Ok(Content { text: Some(text), found, template: Some(Template::Other) })
}

/// The buttons of a text or an element, in the order of the screen.
fn read_buttons(part: &mut ObjectReader<'_>, found: &mut Found) -> Result<(), GraphError> {
    part.each("buttons", buttons::COUNT, |value, path| buttons::button(value, path, found))?;
    Ok(())
}

/// Elements side by side (M-163).
fn generic(part: &mut ObjectReader<'_>) -> Result<Content, GraphError> {
    part.only(&["template_type", "elements", "sharable", "image_aspect_ratio"])?;
    part.flag("sharable")?;
    part.word("image_aspect_ratio", &["horizontal", "square"])?;
    // One object is read as elements that say nothing.
    if part.is_object("elements") {
        return Err(GraphError::element_incomplete().param(part.at("elements")));
    }
    let mut found = Found::default();
    let given = part.each("elements", ELEMENTS, |value, path| element(value, path, &mut found))?;
    if !given {
        return Err(GraphError::required(part.at("elements")));
    }
    Ok(Content { found, template: Some(Template::Other), ..Content::default() })
}

/// One element.
fn element(value: &mut Value, path: Path<'_>, found: &mut Found) -> Result<(), GraphError> {
    let mut part = ObjectReader::new(value, path)?;
    part.only(&["title", "subtitle", "image_url", ITEM_URL, "default_action", "buttons"])?;
    let titled = part.said("title", TITLE_LIMIT)?.is_some();
    let subtitled = part.text("subtitle", TITLE_LIMIT)?.is_some_and(|subtitle| !subtitle.is_empty());
    let pictured = part.url("image_url")?.is_some();
    let opens = part.url(ITEM_URL)?.is_some();
    if let Some(action) = part.value("default_action") {
        if opens {
            return Err(GraphError::element_opens_twice().param(path));
        }
        buttons::default_action(action, Path::Member(&path, "default_action"), found)?;
    }
    read_buttons(&mut part, found)?;
    if titled && (subtitled || pictured || part.has("buttons")) {
        return Ok(());
    }
    Err(GraphError::element_incomplete().param(path))
}
