//! What a person sends beside text, as webhooks show it (M-206): written once, kept with the message
//! and repeated in every delivery.

use emulator_core::{MEDIA_FOLDER, Message, Timestamp, is_url};
use serde_json::{Map, Value, json};

/// When stickers got a type of their own: 2026-06-01 (M-206).
const STICKERS_BEGIN: Timestamp = Timestamp(1_780_272_000_000);
/// When they stopped being images as well: 2026-08-30 (M-206, Y-18).
const STICKERS_ALONE: Timestamp = Timestamp(1_788_048_000_000);

/// What can be sent by its address alone.
const MEDIA: &[&str] = &["image", "audio", "video", "file"];
const STICKER: &str = "sticker";
const LOCATION: &str = "location";
const FALLBACK: &str = "fallback";
/// Types that are written as they were given.
const AS_GIVEN: &[&str] = &[
    "reel",
    "ig_reel",
    "post",
    "ig_post",
    "template",
    "appointment_booking",
    // Of Instagram: a post until 2026, and what was seen there beside it.
    "share",
    "story_mention",
    "like_heart",
    "ephemeral",
    "unsupported_type",
];

/// Why something cannot be sent by a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonMessageError {
    /// It is not made of text and attachments.
    #[error("a message of a person holds `text`, `attachments` or one of {}", kinds())]
    Shape,
    /// There is nothing in it.
    #[error("a message of a person has a text or an attachment")]
    Empty,
    /// There is no such kind of attachment.
    #[error("`{0}` is no kind of attachment; they are {kinds}", kinds = kinds())]
    Kind(String),
    /// An attachment lacks what its kind needs.
    #[error("{kind} needs {needs}")]
    Needs {
        /// The kind.
        kind: &'static str,
        /// What it needs.
        needs: &'static str,
    },
}

fn kinds() -> String {
    [MEDIA, &[STICKER, LOCATION, FALLBACK], AS_GIVEN].concat().join(", ")
}

/// The message that a person sends, from what a step says of it.
///
/// The input is an object with a `text`, beside which may stand `nlp`, what the platform's language processing found in
/// it and webhooks repeat as it is (M-270), and either `attachments`, a list, or one kind of attachment.
/// An attachment is either one kind, `{"image": ADDRESS}`, `{"sticker": ID or {id, url}}`, `{"location":
/// {lat, long, title, url}}`, `{"fallback": {url, title}}`, or what the webhook shows,
/// `{"type", "payload"}`. `rules_as_of` is the day whose form stickers have.
///
/// # Errors
///
/// When it is no message, or when an attachment is not complete.
pub fn person_message(input: &Value, rules_as_of: Timestamp) -> Result<Message, PersonMessageError> {
    let Value::Object(input) = input else { return Err(PersonMessageError::Shape) };
    let mut items = Vec::new();
    let mut text = None;
    let mut nlp = None;
    for (key, value) in input {
        match (key.as_str(), value) {
            ("text", Value::String(given)) => text = Some(given.clone()),
            ("attachments", Value::Array(list)) => {
                for item in list {
                    attachment(item, rules_as_of, &mut items)?;
                }
            }
            ("nlp", Value::Object(_)) => nlp = Some(value.clone()),
            ("text" | "attachments" | "nlp", _) => return Err(PersonMessageError::Shape),
            (kind, value) => of_kind(kind, value, rules_as_of, &mut items)?,
        }
    }
    let text = text.filter(|text| !text.is_empty()).or_else(|| shared_address(&items));
    if items.is_empty() && (nlp.is_none() || text.is_none()) {
        return text.map(Message::text).ok_or(PersonMessageError::Empty);
    }
    let mut body = Map::new();
    body.extend(text.iter().map(|text| ("text".to_owned(), json!(text))));
    body.extend(nlp.map(|nlp| ("nlp".to_owned(), nlp)));
    if !items.is_empty() {
        body.insert("attachments".to_owned(), Value::Array(items));
    }
    let body = Value::Object(body).to_string();
    Ok(Message { text: text.map(Into::into), body: Some(body.into()), ..Message::default() })
}

/// A shared page comes with its address as text (M-206).
fn shared_address(items: &[Value]) -> Option<String> {
    let shared = items.iter().find(|item| item["type"] == FALLBACK)?;
    shared["payload"]["url"].as_str().map(str::to_owned)
}

/// One element of `attachments`.
fn attachment(item: &Value, at: Timestamp, out: &mut Vec<Value>) -> Result<(), PersonMessageError> {
    let Value::Object(members) = item else { return Err(PersonMessageError::Shape) };
    if let Some(kind) = members.get("type") {
        let kind = kind.as_str().unwrap_or_default();
        let known = [MEDIA, &[STICKER, LOCATION, FALLBACK], AS_GIVEN].concat();
        if !known.contains(&kind) {
            return Err(PersonMessageError::Kind(kind.to_owned()));
        }
        out.push(item.clone());
        return Ok(());
    }
    let mut members = members.iter();
    match (members.next(), members.next()) {
        (Some((kind, value)), None) => of_kind(kind, value, at, out),
        (None, _) | (Some(_), Some(_)) => Err(PersonMessageError::Shape),
    }
}

fn of_kind(kind: &str, value: &Value, at: Timestamp, out: &mut Vec<Value>) -> Result<(), PersonMessageError> {
    match kind {
        STICKER => sticker(value, at, out),
        LOCATION => location(value, out),
        FALLBACK => fallback(value, out),
        _ => {
            let unknown = || PersonMessageError::Kind(kind.to_owned());
            let kind = MEDIA.iter().find(|known| **known == kind).ok_or_else(unknown)?;
            let url = address(value).ok_or(PersonMessageError::Needs { kind, needs: "an address" })?;
            out.push(json!({"type": kind, "payload": {"url": url}}));
            Ok(())
        }
    }
}

/// An address: a URL, or that of a kept file.
fn address(value: &Value) -> Option<&str> {
    value.as_str().filter(|url| is_url(url) || url.starts_with(MEDIA_FOLDER))
}

/// A sticker was an image with an id, was both for a summer, and is a sticker now.
fn sticker(value: &Value, at: Timestamp, out: &mut Vec<Value>) -> Result<(), PersonMessageError> {
    let needs = PersonMessageError::Needs { kind: STICKER, needs: "an id, or `id` and `url`" };
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let Some(id) = number(value).or_else(|| number(value.get("id")?)) else { return Err(needs) };
    let url = match value.get("url") {
        Some(url) => address(url).ok_or(needs)?.to_owned(),
        // A picture that nobody will fetch.
        None => format!("https://sticker.test/{id}.png"),
    };
    let mut push = |kind| out.push(json!({"type": kind, "payload": {"url": url, "sticker_id": id}}));
    if at >= STICKERS_BEGIN {
        push(STICKER);
    }
    if at < STICKERS_ALONE {
        push("image");
    }
    Ok(())
}

fn location(value: &Value, out: &mut Vec<Value>) -> Result<(), PersonMessageError> {
    let needs = PersonMessageError::Needs { kind: LOCATION, needs: "the numbers `lat` and `long`" };
    let (lat, long) = (&value["lat"], &value["long"]);
    if !lat.is_number() || !long.is_number() {
        return Err(needs);
    }
    let mut item = Map::new();
    for key in ["title", "url"] {
        item.extend(value.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    item.insert("type".to_owned(), json!(LOCATION));
    item.insert("payload".to_owned(), json!({"coordinates": {"lat": lat, "long": long}}));
    out.push(Value::Object(item));
    Ok(())
}

/// A shared page. Kinds of content that are not supported come without a payload.
fn fallback(value: &Value, out: &mut Vec<Value>) -> Result<(), PersonMessageError> {
    let url = address(value).or_else(|| address(value.get("url")?));
    let mut item = Map::from_iter([("type".to_owned(), json!(FALLBACK))]);
    match url {
        Some(url) => {
            let mut payload = Map::from_iter([("url".to_owned(), json!(url))]);
            payload.extend(value.get("title").map(|title| ("title".to_owned(), title.clone())));
            item.insert("payload".to_owned(), Value::Object(payload));
        }
        None if value.as_object().is_some_and(Map::is_empty) => {}
        None => {
            let needs = "an address, `url` and `title`, or an empty object";
            return Err(PersonMessageError::Needs { kind: FALLBACK, needs });
        }
    }
    out.push(Value::Object(item));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-07-01, when stickers are both.
    const SUMMER: Timestamp = Timestamp(1_782_864_000_000);

    fn sent(input: &Value, at: Timestamp) -> Result<(Option<String>, Value), String> {
        let message = person_message(input, at).map_err(|error| error.to_string())?;
        let body: Value =
            message.body.as_deref().map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
        assert_eq!(body["text"].as_str(), message.text.as_deref().filter(|_| !body.is_null()));
        Ok((message.text.as_deref().map(str::to_owned), body["attachments"].clone()))
    }

    #[test]
    fn each_kind_looks_as_it_does_in_webhooks() {
        let url = "https://cdn.test/a";
        let media = |kind: &str| json!([{"type": kind, "payload": {"url": url}}]);
        let cases = [
            (json!({"image": url}), media("image")),
            (json!({"audio": url}), media("audio")),
            (json!({"video": url}), media("video")),
            (json!({"file": url}), media("file")),
            (
                json!({"attachments": [{"image": url}, {"type": "image", "payload": {"url": url}}]}),
                json!([{"type": "image", "payload": {"url": url}}, {"type": "image", "payload": {"url": url}}]),
            ),
            (
                json!({"location": {"lat": 1.2, "long": -1.3}}),
                json!([{"type": "location", "payload": {"coordinates": {"lat": 1.2, "long": -1.3}}}]),
            ),
            (
                json!({"location": {"lat": 1, "long": 2, "title": "Pier", "url": url}}),
                json!([{"title": "Pier", "url": url, "type": "location",
                        "payload": {"coordinates": {"lat": 1, "long": 2}}}]),
            ),
            (json!({"fallback": {}}), json!([{"type": "fallback"}])),
            (
                json!({"attachments": [{"type": "ig_reel", "payload": {"url": url, "reel_video_id": 1}}]}),
                json!([{"type": "ig_reel", "payload": {"url": url, "reel_video_id": 1}}]),
            ),
            (json!({"attachments": [{"type": "like_heart"}]}), json!([{"type": "like_heart"}])),
        ];
        for (input, expected) in cases {
            let (text, attachments) = sent(&input, SUMMER).unwrap();
            assert_eq!((text, attachments.to_string()), (None, expected.to_string()), "{input}");
        }
    }

    #[test]
    fn a_sticker_is_an_image_then_both_then_a_sticker() {
        let id = 369_239_263_222_822_u64;
        let payload = json!({"url": "https://cdn.test/s.png", "sticker_id": id});
        let item = |kind: &str| json!({"type": kind, "payload": payload});
        let input = json!({"sticker": {"id": id, "url": "https://cdn.test/s.png"}});
        let days = [
            (Timestamp(STICKERS_BEGIN.0 - 1), json!([item("image")])),
            (STICKERS_BEGIN, json!([item("sticker"), item("image")])),
            (Timestamp(STICKERS_ALONE.0 - 1), json!([item("sticker"), item("image")])),
            (STICKERS_ALONE, json!([item("sticker")])),
        ];
        for (day, expected) in days {
            assert_eq!(sent(&input, day).unwrap().1, expected, "{day:?}");
        }
        assert_eq!(sent(&json!({"sticker": id}), SUMMER).unwrap().1[0]["payload"]["sticker_id"], id);
    }

    #[test]
    fn text_stands_beside_and_a_shared_page_brings_its_address() {
        let url = "https://cdn.test/a";
        let (text, _) = sent(&json!({"text": "look", "image": url}), SUMMER).unwrap();
        assert_eq!(text.as_deref(), Some("look"));
        let shared = sent(&json!({"fallback": {"url": url, "title": "A"}}), SUMMER).unwrap();
        let expected = json!([{"type": "fallback", "payload": {"url": url, "title": "A"}}]);
        assert_eq!(shared, (Some(url.to_owned()), expected));
        assert_eq!(sent(&json!({"text": "hi"}), SUMMER), Ok((Some("hi".to_owned()), Value::Null)));
    }

    #[test]
    fn what_cannot_be_sent_is_said() {
        let kinds = "image, audio, video, file, sticker, location, fallback, reel, ig_reel, post, ig_post, template, \
                     appointment_booking, share, story_mention, like_heart, ephemeral, unsupported_type";
        let shape = format!("a message of a person holds `text`, `attachments` or one of {kinds}");
        let cases = [
            (json!([]), shape.clone()),
            (json!({"attachments": {}}), shape.clone()),
            (json!({"attachments": [{}]}), shape),
            (json!({}), "a message of a person has a text or an attachment".to_owned()),
            (json!({"text": ""}), "a message of a person has a text or an attachment".to_owned()),
            (json!({"gif": "https://a.test"}), format!("`gif` is no kind of attachment; they are {kinds}")),
            (
                json!({"attachments": [{"type": "gif"}]}),
                format!("`gif` is no kind of attachment; they are {kinds}"),
            ),
            (json!({"image": "cat.png"}), "image needs an address".to_owned()),
            (json!({"sticker": "thumb"}), "sticker needs an id, or `id` and `url`".to_owned()),
            (json!({"location": {"lat": 1}}), "location needs the numbers `lat` and `long`".to_owned()),
            (
                json!({"fallback": {"title": "A"}}),
                "fallback needs an address, `url` and `title`, or an empty object".to_owned(),
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(sent(&input, SUMMER).unwrap_err(), expected, "{input}");
        }
    }
}
