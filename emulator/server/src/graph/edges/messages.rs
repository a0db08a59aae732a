//! Messages and sender actions (M-86, M-99 to M-101, M-143 to M-147).

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{
    Answer, AppAct, MEDIA_FOLDER, MESSAGING_TYPES, Message, Mid, Permission, Psid, RouteId, RuleId,
    SenderAction, TAKEN_MESSAGING_TYPES, Tag, Template,
};
use serde_json::{Map, Value, json};

use crate::escape::Dialect;
use crate::graph::act::{Answered, AppCall, CallAct, RoutedCall};
use crate::graph::act_form::{ActForm, BesideMember, Parameters, act_form};
use crate::graph::error::GraphError;
use crate::graph::message::{self, Condition, ObjectReader, Path, known, without_nulls};
use crate::graph::params::Params;
use crate::graph::recipient;
use crate::graph::route::NodeKind::Page;
use crate::graph::route::ParamType::{Object, Text, Word};
use crate::graph::route::RouteMethod::{Get, Post};
use crate::graph::route::{Param, Route};
use crate::journal::{Codec, Sent};
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
            Param::optional("thread_control", Object).not_yet("control is moved by its own edges only"),
            Param::optional("suggestion_action", Word(&["ACCEPT", "DISMISS", "IMPRESSION"]))
                .not_yet("suggestions of the Page Inbox are not modelled yet"),
            Param::optional("folder", Word(&["PARTNERSHIP"]))
                .not_yet("folders of Instagram are not modelled yet"),
            Param::optional("persona_id", Text).not_yet("personas are not modelled yet"),
        ])
        .acts(&[SENDS, SIGNALS])
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
const SENDER_ACTIONS: &[&str] = &[
    SenderAction::MarkSeen.name(),
    SenderAction::TypingOn.name(),
    SenderAction::TypingOff.name(),
    REACT,
    UNREACT,
];

const SENDS: &ActForm = &act_form!(
    "sends" about person, says "sends {message} to {person}",
    [AppAct::Sends { person, message, tag }] { message: Sent = _, tag: Option<Tag> = "tag" },
    beside &[BesideMember::optional("messaging_type", TAKEN_MESSAGING_TYPES)],
    wire message_parameters(message, *tag),
);

/// Sender actions and reactions: core needs to know the message of a reaction alone.
const SIGNALS: &ActForm = &ActForm {
    verb: "signals",
    says: |act| {
        if matches!(act, AppAct::Reacts { .. }) {
            "shows {sender_action} on {payload.message_id} to {person}"
        } else {
            "shows {sender_action} to {person}"
        }
    },
    fits: |act| matches!(act, AppAct::Signals { .. } | AppAct::Reacts { .. }),
    write: |act, out, names| {
        if let AppAct::Reacts { person: _, to } = act {
            <Mid as Codec>::write(to, "to", out, names);
        }
    },
    read: |from, person, _| {
        let person = person.ok_or("`person` is missing")?;
        let to = <Option<Mid> as Codec>::read(from, "to")?;
        Ok(to.map_or(AppAct::Signals { person }, |to| AppAct::Reacts { person, to }))
    },
    describe: |forms| <Option<Mid> as Codec>::describe("to", forms),
    beside: &[
        BesideMember { parameter: "sender_action", member: "action", words: SENDER_ACTIONS, required: true },
        BesideMember::optional("reaction", &[]),
    ],
    parameters: |act, beside| {
        let AppAct::Reacts { person: _, to } = act else { return Vec::new() };
        let mut payload = json!({"message_id": &*to.0});
        if let Some(reaction) = beside.text("reaction") {
            payload["reaction"] = reaction.into();
        }
        vec![("payload", payload)]
    },
};

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
    match (params.get("message"), action) {
        (Some(_), Some(_)) => Err(GraphError::message_and_action()),
        (None, None) if params.get("template").is_some() => Err(GraphError::not_there_yet("template")),
        (None, None) => Err(GraphError::neither_message_nor_action()),
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
            let Sending { message, messaging_type, tag, conditions } = sending(params)?;
            let message = kept(message, call.stage.base_url());
            let act = call.acts(Some(person), AppAct::Sends { person, message, tag }, write_message);
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
    Ok(Sending { message: Arc::new(message), messaging_type, tag, conditions })
}

/// The message with the addresses of kept files as journals have them, which do not depend on the run.
fn kept(message: Arc<Message>, base_url: &str) -> Arc<Message> {
    let body = message.body.as_deref().filter(|body| body.contains(MEDIA_FOLDER) && !base_url.is_empty());
    let Some(mut value) = body.and_then(|body| serde_json::from_str(body).ok()) else { return message };
    without_base(&mut value, base_url);
    Arc::new(Message { body: Some(value.to_string().into()), ..Message::clone(&message) })
}

/// The parameters of a message.
fn message_parameters(message: &Message, tag: Option<Tag>) -> Parameters {
    let body = message.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
    let content: Value = body.unwrap_or_else(|| {
        let mut content = Map::new();
        content.extend(message.text.as_deref().map(|text| ("text".to_owned(), text.into())));
        content.extend(message.metadata.as_deref().map(|metadata| ("metadata".to_owned(), metadata.into())));
        content.into()
    });
    let mut out = vec![("message", content)];
    out.extend(message.reply_to.as_ref().map(|mid| ("reply_to", json!({"mid": &*mid.0}))));
    out.extend(tag.map(|tag| ("tag", tag.name().into())));
    out
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
    let Some(tag) = given(params, "tag")? else {
        return match messaging_type {
            Some(MESSAGE_TAG) => Err(GraphError::tag_required()),
            Some(NEWS) => Ok((messaging_type, Some(Tag::NonPromotionalSubscription))),
            Some(_) | None => Ok((messaging_type, None)),
        };
    };
    let Some(tag) = Tag::spelt(&tag) else { return Err(GraphError::tag_unknown()) };
    // That a tag has ended comes before what it goes with (M-101).
    let may_have_ended =
        matches!(tag, Tag::ConfirmedEventUpdate | Tag::AccountUpdate | Tag::PostPurchaseUpdate);
    if !may_have_ended && messaging_type.is_some_and(|messaging_type| messaging_type != MESSAGE_TAG) {
        return Err(GraphError::tag_with_other_type());
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
    let mut part = ObjectReader::new(&mut value, Path::Root("reply_to"))?;
    part.only(&["mid"])?;
    Ok(Some(Mid(part.required("mid", usize::MAX)?.into())))
}

/// A reaction to a message, or taking it back (M-146).
fn reacts(call: &RoutedCall<'_>, person: Psid, action: &'static str) -> Result<CallAct, GraphError> {
    let mut value = object(call.params, "payload")?.ok_or_else(|| GraphError::required("payload"))?;
    let mut part = ObjectReader::new(&mut value, Path::Root("payload"))?;
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
