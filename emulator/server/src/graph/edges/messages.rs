//! Messages and sender actions (M-86, M-99 to M-101, M-143 to M-147).

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{
    Answer, AppAct, MEDIA_FOLDER, MESSAGING_TYPES, Message, Mid, Permission, Psid, RouteId, RuleId,
    SendControl, SenderAction, Tag, Template,
};
use serde_json::Value;

use super::thread_control::party;
use crate::escape::Dialect;
use crate::graph::act::{Answered, AppCall, CallAct, RoutedCall};
use crate::graph::error::GraphError;
use crate::graph::message::{self, Condition, Part, Path, known, without_nulls};
use crate::graph::params::Params;
use crate::graph::recipient;
use crate::graph::route::NodeKind::Page;
use crate::graph::route::ParamType::{Object, Text, Word};
use crate::graph::route::RouteMethod::{Get, Post};
use crate::graph::route::{Param, Route, names};
use crate::media::without_base;
use crate::object::Object as JsonObject;

const SOURCE: &str = "developers.facebook.com/docs/graph-api/reference/page/messages";

pub(super) const ROWS: &[Route] = &[
    Route::modelled(RouteId::SendMessage, (Post, Page, "messages"), read)
        .permissions(&[Permission::PagesMessaging])
        .params(&[
            Param::required("recipient", Object)
                .follows(&[RuleId::RecipientForms, RuleId::RecipientId, RuleId::RecipientForbidden])
                .members(recipient::FORMS),
            Param::optional("message", Object)
                .follows(&[RuleId::MessageMembers, RuleId::MessageAndAction])
                .members(message::MEMBERS),
            Param::optional("sender_action", Word(SENDER_ACTIONS)).follows(&[RuleId::MessageAndAction]),
            Param::optional("payload", Object).follows(&[RuleId::ReplyTo]),
            Param::optional("messaging_type", Word(MESSAGING_TYPES)).follows(&[RuleId::TagNeedsType]),
            Param::optional("tag", Word(Tag::WORDS)).follows(&[
                RuleId::TagUnknown,
                RuleId::TagRetired,
                RuleId::HumanAgentApproval,
            ]),
            Param::optional("notification_type", Word(NOTIFICATION_TYPES)),
            Param::optional("reply_to", Object).follows(&[RuleId::ReplyTo]),
            Param::optional("thread_control", Object)
                .follows(&[RuleId::SendPassesControl])
                .members(SEND_CONTROL),
            Param::optional("suggestion_action", Word(&["ACCEPT", "DISMISS", "IMPRESSION"]))
                .not_yet("suggestions of the Page Inbox are not modelled yet"),
            Param::optional("folder", Word(&["PARTNERSHIP"]))
                .not_yet("folders of Instagram are not modelled yet"),
            Param::optional("persona_id", Text).not_yet("personas are not modelled yet"),
        ])
        .source(SOURCE),
    Route::not_yet(
        RouteId::ListMessages,
        (Get, Page, "messages"),
        "reading conversations is not modelled yet",
    )
    .params(&[Param::required("user_id", Text).else_refused(GraphError::whose_messages)])
    .called("reading messages")
    .source(SOURCE),
];

const REACT: &str = "react";
const UNREACT: &str = "unreact";
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
const NOTIFICATION_TYPES: &[&str] = &["REGULAR", "SILENT_PUSH", "NO_PUSH"];

/// Reads the call.
fn read(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let params = call.params;
    let person = recipient::recipient(params)?;
    call.row.takes(params)?;
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
                REACT | UNREACT => reacts(call, person, action),
                action => {
                    let act = call.acts(Some(person), AppAct::Signals { person }, write_action);
                    Ok(CallAct::App(act.with("sender_action", action)))
                }
            }
        }
        (Some(_), None) => {
            let Sending { message, messaging_type, tag, then, conditions } = sending(params)?;
            let message = kept(message, call.stage.base_url());
            let act = call.acts(Some(person), AppAct::Sends { person, message, tag, then }, write_message);
            let act = AppCall { conditions, ..act };
            Ok(CallAct::App(match messaging_type {
                Some(messaging_type) => act.with("messaging_type", messaging_type),
                None => act,
            }))
        }
    }
}

/// A message that is in order, with what goes with it.
#[derive(Debug)]
pub(in crate::graph) struct Sending {
    message: Arc<Message>,
    messaging_type: Option<&'static str>,
    tag: Option<Tag>,
    /// What becomes of control once it is sent.
    then: Option<SendControl>,
    /// What the settings of the Page decide about it.
    conditions: Vec<Condition>,
}

/// Reads the message and what goes with it, apart from its recipient.
pub(in crate::graph) fn sending(params: &Params<'_>) -> Result<Sending, GraphError> {
    let raw = params.get("message").ok_or_else(|| GraphError::required("message"))?;
    let message::Read { mut message, conditions } = message::read(raw, params.files().len())?;
    let (messaging_type, tag) = tag(params, &message)?;
    word(params, "notification_type", NOTIFICATION_TYPES)?;
    message.reply_to = reply_to(params)?;
    let then = thread_control(params)?;
    Ok(Sending { message: Arc::new(message), messaging_type, tag, then, conditions })
}

/// The members of `thread_control`.
const SEND_CONTROL: &[Param; 2] = &[
    Param::optional("control_type", Word(SendControl::WORDS)),
    Param::optional("app_id", Text).follows(&[RuleId::TargetOnPage]),
];

/// What becomes of control once the message is sent: without a `control_type` it is released (C-68).
fn thread_control(params: &Params<'_>) -> Result<Option<SendControl>, GraphError> {
    const NAME: &str = "thread_control";
    let Some(mut value) = object(params, NAME)? else { return Ok(None) };
    let mut part = Part::new(&mut value, Path::Root(NAME))?;
    part.only(&names(SEND_CONTROL))?;
    let control_type = part.word("control_type", SendControl::WORDS)?;
    let to = part.text("app_id", usize::MAX)?.filter(|text| !text.is_empty()).map(party);
    let pass = SendControl::Pass(to);
    Ok(Some(if control_type == Some(pass.name()) { pass } else { SendControl::Release }))
}

/// The message with the addresses of kept files as journals have them, which do not depend on the run.
fn kept(message: Arc<Message>, base_url: &str) -> Arc<Message> {
    let body = message.body.as_deref().filter(|body| body.contains(MEDIA_FOLDER) && !base_url.is_empty());
    let Some(mut value) = body.and_then(|body| serde_json::from_str(body).ok()) else { return message };
    without_base(&mut value, base_url);
    Arc::new(Message { body: Some(value.to_string().into()), ..Message::clone(&message) })
}

/// The answer to a message: whom it reached, and its id (M-144).
fn write_message(answered: &Answered<'_>) -> Bytes {
    let mut out = String::with_capacity(128);
    let mut object = JsonObject::open(&mut out, Dialect::Graph);
    if let Some(person) = answered.person {
        object.quoted("recipient_id", person);
    }
    if let Answer::Message { mid, .. } = answered.answer {
        object.quoted("message_id", mid);
    }
    object.close();
    Bytes::from(out)
}

/// The answer to a sender action: whom it reached.
fn write_action(answered: &Answered<'_>) -> Bytes {
    let mut out = String::with_capacity(48);
    let mut object = JsonObject::open(&mut out, Dialect::Graph);
    if let Some(person) = answered.person {
        object.quoted("recipient_id", person);
    }
    object.close();
    Bytes::from(out)
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
    // That a tag has ended comes before what it goes with (M-101).
    let may_have_ended =
        matches!(tag, Tag::ConfirmedEventUpdate | Tag::AccountUpdate | Tag::PostPurchaseUpdate);
    if !may_have_ended && messaging_type.is_some_and(|messaging_type| messaging_type != MESSAGE_TAG) {
        let text = "(#100) Messaging type should be MESSAGE_TAG for tagged messages.";
        return wrong(RuleId::TagNeedsType, text);
    }
    // The tag lets feedback out and nothing else, inside the window too (M-181a).
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

/// A reaction to a message, or taking it back (M-146).
fn reacts(call: &RoutedCall<'_>, person: Psid, action: &'static str) -> Result<CallAct, GraphError> {
    let mut value = object(call.params, "payload")?.ok_or_else(|| GraphError::required("payload"))?;
    let mut part = Part::new(&mut value, Path::Root("payload"))?;
    part.only(&["message_id", "reaction"])?;
    let to = Mid(part.required("message_id", usize::MAX)?.into());
    let act =
        call.acts(Some(person), AppAct::Reacts { person, to }, write_action).with("sender_action", action);
    Ok(CallAct::App(if action == REACT {
        act.with("reaction", part.required("reaction", usize::MAX)?.to_owned())
    } else {
        act
    }))
}
