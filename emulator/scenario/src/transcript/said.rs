//! What a message says, in a few words.

use emulator_core::{Message, shown_title};
use serde_json::Value;

use super::printable;

/// How many elements of a template are named.
const ELEMENTS: usize = 3;

/// The text of a message in quotation marks; of one without text, what is attached.
pub(super) fn quoted(message: &Message) -> String {
    message.text.as_ref().map_or_else(|| attached(message), |text| format!("“{}”", printable(text)))
}

/// What is attached to a message without text: the kinds, and what stands in a template.
fn attached(message: &Message) -> String {
    let body: Option<Value> = message.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
    let many = body.iter().flat_map(|body| body["attachments"].as_array().into_iter().flatten());
    let one = body.iter().map(|body| &body["attachment"]);
    let attachments: Vec<&Value> = many.chain(one).collect();
    let kinds: Vec<&str> = attachments.iter().filter_map(|attachment| attachment["type"].as_str()).collect();
    if kinds.is_empty() {
        return "something".to_owned();
    }
    let kinds = format!("[{}]", kinds.join(", "));
    let written: Vec<String> =
        attachments.iter().filter_map(|attachment| template(&attachment["payload"])).collect();
    if written.is_empty() { kinds } else { format!("{kinds} {}", written.join("; ")) }
}

/// What stands in a template: the title of each element, with its buttons.
fn template(payload: &Value) -> Option<String> {
    let Some(elements) = payload["elements"].as_array() else { return written(payload) };
    let mut told: Vec<String> = elements.iter().filter_map(written).collect();
    let more = told.len().saturating_sub(ELEMENTS);
    told.truncate(ELEMENTS);
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    (!told.is_empty()).then(|| told.join("; "))
}

/// The title or text of something, and its buttons.
fn written(part: &Value) -> Option<String> {
    let title = part["title"].as_str().or(part["text"].as_str())?;
    let buttons = part["buttons"].as_array().into_iter().flatten();
    let buttons: Vec<String> =
        buttons.filter_map(|button| Some(printable(&shown_title(button["title"].as_str()?)))).collect();
    let title = printable(title);
    Some(if buttons.is_empty() { title } else { format!("{title}: {}", buttons.join(", ")) })
}

/// What there is to tap in a message, as it stands on the screen: buttons, then quick replies. Buttons of a template
/// without a text are told with the template.
pub(super) fn tappable(message: &Message) -> String {
    let buttons = message.buttons.iter().filter(|_| message.text.is_some());
    let buttons = buttons.map(|button| format!(" [{}]", printable(&shown_title(&button.title))));
    let replies =
        message.quick_replies.iter().map(|reply| format!(" ({})", printable(&shown_title(&reply.title))));
    buttons.chain(replies).collect()
}
