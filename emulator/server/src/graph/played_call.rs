//! Calls of apps that steps play: written as a real app would write them, and served alike.

use std::sync::Arc;

use emulator_core::{Psid, SenderAction};
use hyper::Method;
use serde_json::{Map, Value, json};

use super::{Origin, Reply, Request, serve};
use crate::lane::Lane;
use crate::stage::Stage;

/// What a played app asks for. Values are as the step gives them, right or wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum PlayedCall {
    /// To send a message.
    Sends {
        /// The message.
        message: Value,
        /// Its type.
        messaging_type: Option<String>,
        /// Its tag.
        tag: Option<String>,
        /// The id of the message that it answers.
        reply_to: Option<String>,
    },
    /// To show typing, or that the messages were seen.
    Signals(SenderAction),
    /// To pass control.
    Passes {
        /// The app id of the target.
        to: Option<String>,
        /// Text for the target.
        metadata: Option<String>,
    },
    /// To tell another app something.
    PassesMetadata {
        /// The app id of the target.
        to: Option<String>,
        /// What it is told.
        metadata: Option<String>,
    },
    /// To take control.
    Takes {
        /// Text for the app that loses it.
        metadata: Option<String>,
    },
    /// To give control up.
    Releases {
        /// Text for nobody: the platform takes it and tells no one.
        metadata: Option<String>,
    },
    /// To get control.
    Requests {
        /// Text for the owner.
        metadata: Option<String>,
    },
    /// To keep control.
    Extends {
        /// For how long, in seconds.
        seconds: i64,
    },
    /// Who is in control.
    AsksOwner,
    /// Which apps are secondary receivers; about nobody.
    AsksReceivers,
}

/// Makes the call with an app's Page token, in a lane; about a person unless it is about nobody.
pub fn play(
    stage: &Stage,
    lane: &Arc<Lane>,
    token: Option<&str>,
    person: Option<Psid>,
    call: PlayedCall,
) -> Reply {
    let asks = matches!(call, PlayedCall::AsksOwner | PlayedCall::AsksReceivers);
    let (edge, mut members) = written(call);
    let query = person.filter(|_| asks).map(|person| format!("recipient={person}"));
    members.extend(person.map(|person| ("recipient".to_owned(), json!({"id": person.to_string()}))));
    let body = if asks { String::new() } else { Value::Object(members).to_string() };
    let request = Request {
        method: if asks { &Method::GET } else { &Method::POST },
        path: &format!("me/{edge}"),
        query: query.as_deref(),
        body: body.as_bytes(),
        content_type: None,
        bearer: token,
        if_none_match: None,
        origin: Origin::Step(lane),
    };
    serve(stage, request)
}

fn written(call: PlayedCall) -> (&'static str, Map<String, Value>) {
    let text = |name: &str, text: Option<String>| text.map(|text| (name.to_owned(), Value::from(text)));
    let metadata = |metadata| text("metadata", metadata).into_iter().collect();
    let told =
        |to, metadata| text("target_app_id", to).into_iter().chain(text("metadata", metadata)).collect();
    match call {
        PlayedCall::Sends { message, messaging_type, tag, reply_to } => {
            let beside = text("messaging_type", messaging_type).into_iter().chain(text("tag", tag));
            let reply_to = reply_to.map(|mid| ("reply_to".to_owned(), json!({"mid": mid})));
            ("messages", beside.chain(reply_to).chain([("message".to_owned(), message)]).collect())
        }
        PlayedCall::Signals(action) => {
            ("messages", Map::from_iter([("sender_action".to_owned(), json!(action.name()))]))
        }
        PlayedCall::Passes { to, metadata } => ("pass_thread_control", told(to, metadata)),
        PlayedCall::PassesMetadata { to, metadata } => ("pass_thread_metadata", told(to, metadata)),
        PlayedCall::Takes { metadata: given } => ("take_thread_control", metadata(given)),
        PlayedCall::Releases { metadata: given } => ("release_thread_control", metadata(given)),
        PlayedCall::Requests { metadata: given } => ("request_thread_control", metadata(given)),
        PlayedCall::Extends { seconds } => {
            ("extend_thread_control", Map::from_iter([("duration".to_owned(), json!(seconds))]))
        }
        PlayedCall::AsksOwner => ("thread_owner", Map::new()),
        PlayedCall::AsksReceivers => ("secondary_receivers", Map::new()),
    }
}

/// What the body of a refusal says, in the words of `refused:`.
pub fn refusal(status: u16, body: &Value) -> Value {
    const MEMBERS: &[(&str, &str)] = &[
        ("code", "code"),
        ("subcode", "error_subcode"),
        ("type", "type"),
        ("message", "message"),
        ("user_title", "error_user_title"),
        ("user_msg", "error_user_msg"),
    ];
    let given = |(name, wire): &(&str, &str)| Some(((*name).to_owned(), body["error"].get(*wire)?.clone()));
    let status = [("status".to_owned(), json!(status))];
    Value::Object(status.into_iter().chain(MEMBERS.iter().filter_map(given)).collect())
}
