//! What a call of the Send API asks for, apart from its recipient (M-86, M-99 to M-101, M-141 to
//! M-148).

use std::sync::Arc;

use emulator_core::{MESSAGING_TYPES, Message, Mid, RuleId, SenderAction, Tag, Template};
use serde_json::Value;

use super::error::GraphError;
use super::message::{self, Condition, Part, Path, known, without_nulls};
use super::params::Params;

/// A Send API call that is in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sending {
    /// A message.
    Message {
        message: Arc<Message>,
        messaging_type: Option<&'static str>,
        tag: Option<Tag>,
        /// What the settings of the Page decide about it.
        conditions: Vec<Condition>,
    },
    /// A sender action, by its name on the wire.
    Action(&'static str),
    /// A reaction to a message, or none any more.
    Reaction { action: &'static str, to: Mid, reaction: Option<Arc<str>> },
}

const REACT: &str = "react";
const UNREACT: &str = "unreact";
/// The sender actions, and reactions, which are called in the same way.
pub(crate) const SENDER_ACTIONS: &[&str] = &[
    SenderAction::MarkSeen.name(),
    SenderAction::TypingOn.name(),
    SenderAction::TypingOff.name(),
    REACT,
    UNREACT,
];

const MESSAGE_TAG: &str = "MESSAGE_TAG";
/// A type of old that is no longer listed; it means the tag of that name (M-143).
const NEWS: &str = Tag::NonPromotionalSubscription.name();
/// Parameters of the platform that would change what the call does, and that this version does not have.
const LATER: &[&str] = &["thread_control", "suggestion_action", "folder", "persona_id"];
const NOTIFICATION_TYPES: &[&str] = &["REGULAR", "SILENT_PUSH", "NO_PUSH"];

/// Reads the call.
pub(crate) fn sending(params: &Params<'_>) -> Result<Sending, GraphError> {
    if let Some(name) = LATER.iter().find(|name| is_given(params, name)) {
        return Err(GraphError::not_there_yet(name));
    }
    let action = given(params, "sender_action")?;
    let wrong = |text| GraphError::new(RuleId::MessageAndAction, 100, text);
    match (params.get("message"), action) {
        (Some(_), Some(_)) => {
            Err(wrong("(#100) Cannot send both message and state at the same time.").subcode(2_018_014))
        }
        (None, None) if params.get("template").is_some() => Err(GraphError::not_there_yet("template")),
        (None, None) => Err(wrong("(#100) Must send either message or state").subcode(2_018_015)),
        (None, Some(action)) => {
            let action = known(&action, SENDER_ACTIONS, Path::Root("sender_action"))?;
            match action {
                REACT | UNREACT => reaction(action, params),
                action => Ok(Sending::Action(action)),
            }
        }
        (Some(message), None) => {
            let message::Read { mut message, conditions } = message::read(message, params.files().len())?;
            let (messaging_type, tag) = tag(params, &message)?;
            word(params, "notification_type", NOTIFICATION_TYPES)?;
            message.reply_to = reply_to(params)?;
            Ok(Sending::Message { message: Arc::new(message), messaging_type, tag, conditions })
        }
    }
}

/// True for a parameter with anything in it, whatever its shape.
fn is_given(params: &Params<'_>, name: &str) -> bool {
    params.get(name).is_some_and(|raw| raw.text().map_or(true, |text| !text.is_empty()))
}

/// A parameter's text; an empty one counts as absent.
fn given(params: &Params<'_>, name: &str) -> Result<Option<String>, GraphError> {
    let text = params.text(name).map_err(|error| error.param(name))?;
    Ok(text.filter(|text| !text.is_empty()).map(Into::into))
}

fn word(params: &Params<'_>, name: &str, words: &[&'static str]) -> Result<Option<&'static str>, GraphError> {
    given(params, name)?.map(|text| known(&text, words, Path::Root(name))).transpose()
}

/// The messaging type and the message tag that goes with it (M-99 to M-101).
fn tag(params: &Params<'_>, message: &Message) -> Result<(Option<&'static str>, Option<Tag>), GraphError> {
    let messaging_type = match given(params, "messaging_type")? {
        Some(old) if old.eq_ignore_ascii_case(NEWS) => Some(NEWS),
        Some(text) => Some(known(&text, MESSAGING_TYPES, Path::Root("messaging_type"))?),
        None => None,
    };
    let wrong = |rule, text| Err(GraphError::new(rule, 100, text));
    let Some(tag) = given(params, "tag")? else {
        return match messaging_type {
            Some(MESSAGE_TAG) => wrong(RuleId::TagNeedsType, "(#100) The parameter tag is required"),
            Some(NEWS) => Ok((messaging_type, Some(Tag::NonPromotionalSubscription))),
            Some(_) | None => Ok((messaging_type, None)),
        };
    };
    let Some(tag) = Tag::spelt(&tag) else { return wrong(RuleId::TagUnknown, "(#100) Invalid tag.") };
    // That a tag has ended comes before what it goes with (M-181).
    let may_have_ended =
        matches!(tag, Tag::ConfirmedEventUpdate | Tag::AccountUpdate | Tag::PostPurchaseUpdate);
    if !may_have_ended && messaging_type.is_some_and(|messaging_type| messaging_type != MESSAGE_TAG) {
        let text = "(#100) Messaging type should be MESSAGE_TAG for tagged messages.";
        return wrong(RuleId::TagNeedsType, text);
    }
    // The tag lets feedback out and nothing else, inside the window too (M-181).
    if tag == Tag::CustomerFeedback && message.template != Some(Template::CustomerFeedback) {
        return Err(GraphError { rule: RuleId::WindowFeedback, ..GraphError::invalid().param("tag") });
    }
    Ok((messaging_type, Some(tag)))
}

/// A parameter that is an object, without its nulls.
fn object(params: &Params<'_>, name: &str) -> Result<Option<Value>, GraphError> {
    let Some(raw) = params.get(name) else { return Ok(None) };
    let json = raw.json()?;
    if json.is_empty() {
        return Err(GraphError::empty(name));
    }
    let mut value: Value = serde_json::from_str(&json).map_err(|_| GraphError::invalid().param(name))?;
    without_nulls(&mut value);
    Ok(Some(value))
}

/// The message that this one answers (M-147). Whether it is there is asked of the world.
fn reply_to(params: &Params<'_>) -> Result<Option<Mid>, GraphError> {
    let Some(mut value) = object(params, "reply_to")? else { return Ok(None) };
    let mut part = Part::new(&mut value, Path::Root("reply_to"))?;
    part.only(&["mid"])?;
    Ok(Some(Mid(part.required("mid", usize::MAX)?.into())))
}

/// What a reaction is about (M-146).
fn reaction(action: &'static str, params: &Params<'_>) -> Result<Sending, GraphError> {
    let mut value = object(params, "payload")?.ok_or_else(|| GraphError::required("payload"))?;
    let mut part = Part::new(&mut value, Path::Root("payload"))?;
    part.only(&["message_id", "reaction"])?;
    let to = Mid(part.required("message_id", usize::MAX)?.into());
    let reaction = if action == REACT { Some(part.required("reaction", usize::MAX)?.into()) } else { None };
    Ok(Sending::Reaction { action, to, reaction })
}
