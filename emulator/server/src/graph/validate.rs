//! What depends on the request alone: presence, kind, length and spelling of parameters. The texts
//! are those of the platform.

use std::borrow::Cow;
use std::sync::Arc;

use emulator_core::{AppId, ControlAct, Message, Psid, RuleId, Span, Tag};
use serde::Deserialize;
use serde_json::Value;

use super::error::GraphError;
use super::params::{Params, Raw, Scalar};
use super::played::SenderAction;

/// The longest text of a message, in characters.
pub(crate) const TEXT_LIMIT: usize = 2_000;
/// The longest metadata of a message, in characters.
pub(crate) const METADATA_LIMIT: usize = 1_000;

/// A Send API call that is in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sending {
    /// A message.
    Message { message: Arc<Message>, messaging_type: Option<&'static str>, tag: Option<Tag> },
    /// A sender action, by its name on the wire.
    Action(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipient<'a> {
    #[serde(borrow)]
    id: Option<Scalar<'a>>,
}

/// The members of a message that this version takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    text: Option<Scalar<'a>>,
    #[serde(borrow)]
    metadata: Option<Scalar<'a>>,
}

/// The person that a call is about, if the parameter is an object with an id (M-73 to M-76).
pub(crate) fn recipient(params: &Params<'_>) -> Result<Psid, GraphError> {
    let raw = params.get("recipient").ok_or_else(|| GraphError::required("recipient"))?;
    let json = raw.json()?;
    let id = |json: &str| match serde_json::from_str(json) {
        Ok(Recipient { id: Some(Scalar(id)) }) => Some(psid(&id)),
        Ok(Recipient { id: None }) | Err(_) => None,
    };
    let present = || id(&what_counts(&json, &[])?);
    id(&json).or_else(present).unwrap_or_else(|| Err(shape_of_recipient(&json)))
}

/// The person that a call is about, however wrong the call is otherwise.
pub(crate) fn person(params: &Params<'_>) -> Option<Psid> {
    let plain = || params.text("recipient").ok().flatten().and_then(|text| psid(&text).ok());
    recipient(params).ok().or_else(plain)
}

fn shape_of_recipient(json: &str) -> GraphError {
    match serde_json::from_str::<Value>(json) {
        Ok(Value::Object(members)) if members.is_empty() => GraphError::empty("recipient"),
        Ok(Value::Object(members)) => {
            let unknown = members.iter().filter(|(key, value)| *key != "id" && !value.is_null());
            let unknown = unknown.map(|(key, _)| key.as_str()).collect::<Vec<_>>();
            if unknown.is_empty() {
                return not_an_id();
            }
            GraphError::unknown_keys(&unknown.join(", "), "recipient")
        }
        Ok(_) | Err(_) if json.is_empty() => GraphError::empty("recipient"),
        Ok(_) | Err(_) => GraphError::invalid(),
    }
}

fn not_an_id() -> GraphError {
    let text = "(#100) Param recipient[id] must be a valid ID string (e.g., \"123\")";
    GraphError::new(RuleId::RecipientId, 100, text)
}

/// A page-scoped id as a plain parameter.
pub(crate) fn psid(text: &str) -> Result<Psid, GraphError> {
    text.trim().parse().map_err(|_| not_an_id())
}

/// A call of the Send API, apart from its recipient.
pub(crate) fn sending(params: &Params<'_>) -> Result<Sending, GraphError> {
    let action = params.text("sender_action")?;
    match (params.get("message"), action) {
        (Some(_), Some(_)) => {
            let text = "(#100) Cannot send both message and state at the same time.";
            Err(GraphError::new(RuleId::MessageAndAction, 100, text).subcode(2_018_014))
        }
        (None, None) => {
            Err(GraphError::new(RuleId::MessageAndAction, 100, "(#100) Must send either message or state"))
        }
        (None, Some(action)) => sender_action(&action).map(Sending::Action),
        (Some(message), None) => {
            let message = Arc::new(message_of(message)?);
            let (messaging_type, tag) = tag(params)?;
            Ok(Sending::Message { message, messaging_type, tag })
        }
    }
}

fn sender_action(name: &str) -> Result<&'static str, GraphError> {
    SenderAction::parse(name).map(SenderAction::name).ok_or_else(GraphError::invalid)
}

fn message_of(raw: &Raw<'_>) -> Result<Message, GraphError> {
    let json = raw.json()?;
    if let Ok(wire) = serde_json::from_str(&json) {
        return typed(wire, &json);
    }
    let present = what_counts(&json, IGNORED_KEYS);
    let wire = present.as_deref().and_then(|json| serde_json::from_str(json).ok());
    wire.map_or_else(|| Err(shape_of_message(&json)), |wire| typed(wire, &json))
}

fn typed(wire: Wire<'_>, json: &str) -> Result<Message, GraphError> {
    let Wire { text, metadata } = wire;
    let Some(Scalar(text)) = text.filter(|Scalar(text)| !text.is_empty()) else {
        return Err(shape_of_message(json));
    };
    Ok(Message {
        text: Some(limited(text, "message[text]", TEXT_LIMIT)?),
        metadata: metadata
            .map(|Scalar(text)| limited(text, "message[metadata]", METADATA_LIMIT))
            .transpose()?,
        ..Message::default()
    })
}

/// The object without the members that mean nothing: nulls, since some clients send every key they
/// know, and what is ignored.
fn what_counts(json: &str, ignored: &[&str]) -> Option<String> {
    let Ok(Value::Object(mut members)) = serde_json::from_str(json) else { return None };
    members.retain(|key, value| !value.is_null() && !ignored.contains(&key.as_str()));
    Some(Value::Object(members).to_string())
}

fn limited(text: Cow<'_, str>, parameter: &str, limit: usize) -> Result<Arc<str>, GraphError> {
    if text.len() > limit && text.chars().count() > limit {
        return Err(GraphError::too_long(parameter, limit));
    }
    Ok(Arc::from(text))
}

const MESSAGE_KEYS: &[&str] = &["text", "metadata", "mid", "seq"];
/// Keys of a message that old clients add.
const IGNORED_KEYS: &[&str] = &["mid", "seq"];
/// Keys of a message that exist on the platform and that this version does not take.
const LATER_KEYS: &[&str] = &[
    "attachment",
    "attachments",
    "quick_replies",
    "dynamic_text",
    "template",
    "sticker_id",
    "receiving_app_id",
    "receiving_app_control_expiration",
];

/// Says what is wrong with a message that is not plain text.
fn shape_of_message(json: &str) -> GraphError {
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(json) else {
        return if json.is_empty() { GraphError::empty("message") } else { GraphError::invalid() };
    };
    if members.is_empty() {
        return GraphError::empty("message");
    }
    let present = |key: &&str| members.get(*key).is_some_and(|value| !value.is_null());
    let unknown = members
        .keys()
        .map(String::as_str)
        .filter(|key| !MESSAGE_KEYS.contains(key) && !LATER_KEYS.contains(key));
    let unknown = unknown.filter(|key| present(key)).collect::<Vec<_>>();
    if !unknown.is_empty() {
        return GraphError::unknown_keys(&unknown.join(", "), "message");
    }
    if let Some(later) = LATER_KEYS.iter().find(|key| present(key)) {
        let text = format!(
            "(#100) message[{later}] is not supported by this version of the emulator; it takes text"
        );
        return GraphError::new(RuleId::InvalidParameter, 100, text);
    }
    let text = "(#100) Message cannot be empty, must provide valid attachment or text";
    if ["text", "metadata"]
        .iter()
        .any(|key| members.get(*key).is_some_and(|it| it.is_object() || it.is_array()))
    {
        return GraphError::invalid();
    }
    GraphError::new(RuleId::MessageEmpty, 100, text).subcode(2_018_034)
}

const MESSAGE_TAG: &str = "MESSAGE_TAG";
const MESSAGING_TYPES: &[&str] = &["RESPONSE", "UPDATE", MESSAGE_TAG];

/// The messaging type and the message tag that goes with it (M-99 to M-101).
fn tag(params: &Params<'_>) -> Result<(Option<&'static str>, Option<Tag>), GraphError> {
    let text = params.text("messaging_type")?.filter(|text| !text.is_empty());
    let known = |text: &str| MESSAGING_TYPES.iter().copied().find(|known| known.eq_ignore_ascii_case(text));
    let messaging_type = text.map(|text| known(&text).ok_or_else(GraphError::invalid)).transpose()?;
    let Some(tag) = params.text("tag")?.filter(|text| !text.is_empty()) else {
        if messaging_type == Some(MESSAGE_TAG) {
            return Err(GraphError::new(RuleId::TagNeedsType, 100, "(#100) The parameter tag is required"));
        }
        return Ok((messaging_type, None));
    };
    let Some(tag) = Tag::parse(&tag) else {
        return Err(GraphError::new(RuleId::TagUnknown, 100, "(#100) Invalid tag."));
    };
    if messaging_type.is_some_and(|messaging_type| messaging_type != MESSAGE_TAG) {
        let text = "(#100) Messaging type should be MESSAGE_TAG for tagged messages.";
        return Err(GraphError::new(RuleId::TagNeedsType, 100, text));
    }
    Ok((messaging_type, Some(tag)))
}

/// The control edges that post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ControlEdge {
    Pass,
    Take,
    Request,
    PassMetadata,
    Release,
    Extend,
}

/// An id that is no app id at all names no app of the Page either.
fn app_id(text: &str) -> AppId {
    text.trim().parse().unwrap_or(AppId(0))
}

/// What a control edge is asked for, apart from the recipient.
pub(crate) fn control(edge: ControlEdge, params: &Params<'_>) -> Result<ControlAct, GraphError> {
    let metadata = || Ok::<_, GraphError>(params.text("metadata")?.map(Arc::from));
    Ok(match edge {
        ControlEdge::Pass => {
            let to = params.text("target_app_id")?.filter(|text| !text.is_empty());
            ControlAct::Pass { to: to.as_deref().map(app_id), metadata: metadata()? }
        }
        ControlEdge::Take => ControlAct::Take { metadata: metadata()? },
        ControlEdge::Request => ControlAct::Request { metadata: metadata()? },
        ControlEdge::PassMetadata => {
            let to = params.text("target_app_id")?.filter(|text| !text.is_empty());
            let to = to.ok_or_else(|| GraphError::required("target_app_id"))?;
            let metadata = metadata()?.ok_or_else(|| GraphError::required("metadata"))?;
            ControlAct::PassMetadata { to: app_id(&to), metadata }
        }
        ControlEdge::Release => ControlAct::Release,
        ControlEdge::Extend => {
            let seconds = params.text("duration")?.filter(|text| !text.is_empty());
            let by = seconds
                .map(|text| text.trim().parse::<u32>().map_err(|_| GraphError::invalid()))
                .transpose()?;
            ControlAct::Extend { by: by.map(|seconds| Span(i64::from(seconds) * Span::SECOND.0)) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(json: &str) -> Result<Sending, String> {
        let body = format!("{{\"message\":{json}}}");
        let params = Params::read(None, body.as_bytes()).unwrap();
        sending(&params).map_err(|error| format!("{} {:?} {}", error.code, error.subcode, error.message))
    }

    #[test]
    fn a_text_is_taken_with_its_metadata() {
        let expected = Message { metadata: Some("m".into()), ..Message::text("hi") };
        let sending = message(r#"{"text":"hi","metadata":"m"}"#).unwrap();
        assert_eq!(
            sending,
            Sending::Message { message: Arc::new(expected), messaging_type: None, tag: None }
        );
        assert!(
            message(r#"{"text":"hi","attachment":null,"quick_replies":null}"#).is_ok(),
            "nulls are absent"
        );
        assert!(message(&format!("{{\"text\":\"{}\"}}", "ü".repeat(2_000))).is_ok());
    }

    #[test]
    fn what_is_wrong_with_a_message_is_said_in_the_words_of_the_platform() {
        let long = format!("{{\"text\":\"{}\"}}", "x".repeat(2_001));
        let cases = [
            ("{}", "100 None (#100) param message must be non-empty"),
            (
                r#"{"text":""}"#,
                "100 Some(2018034) (#100) Message cannot be empty, must provide valid attachment or text",
            ),
            (
                r#"{"metadata":"m"}"#,
                "100 Some(2018034) (#100) Message cannot be empty, must provide valid attachment or text",
            ),
            (
                r#"{"text":"a","quickReplies":[]}"#,
                "100 None (#100) Invalid keys \"quickReplies\" were found in param \"message\".",
            ),
            (
                r#"{"type":1,"title":2,"text":"a"}"#,
                "100 None (#100) Invalid keys \"type, title\" were found in param \"message\".",
            ),
            (&long, "100 None (#100) Length of param message[text] must be less than or equal to 2000"),
            ("[]", "100 None (#100) Invalid parameter"),
            (r#"{"text":{}}"#, "100 None (#100) Invalid parameter"),
        ];
        for (json, expected) in cases {
            assert_eq!(message(json).unwrap_err(), expected, "{json}");
        }
    }
}
