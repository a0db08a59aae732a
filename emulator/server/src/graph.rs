//! The Graph API: the only place that knows its paths, encodings, answers and error texts.
//!
//! A call is read without the world, then given to the lane it belongs to, which is locked for one
//! step. The order of the checks is M-150: token, path, permission, parameters, and then the world.

mod answer;
mod error;
pub mod fuzz;
mod message;
mod params;
mod played;
mod presentation;
mod recipient;
mod route;
mod sending;
mod validate;

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{
    AppAct, AppId, Input, PageId, Psid, Refusal, RefusalKind, RuleId, Saw, Timestamp, authorize,
};
use hyper::Method;
use hyper::header::HeaderValue;

pub(crate) use answer::{challenge, error as error_body};
pub use error::GraphError;
pub(crate) use message::is_url;
use params::Params;
pub use played::{PlayedCall, play, refusal};
pub use presentation::Content;
use presentation::Presentation;
use route::{Endpoint, Path};

use crate::journal::{Call, CallKind, Record};
use crate::lane::{Lane, OpenCall};
use crate::shared::Token;
use crate::stage::Stage;
use sending::Sending;
use validate::ControlEdge;

/// A call, wherever it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, with or without version.
    pub path: &'a str,
    /// The query, encoded.
    pub query: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// The header `Content-Type`, right or wrong.
    pub content_type: Option<&'a str>,
    /// The token of the header `Authorization`.
    pub bearer: Option<&'a str>,
    /// The header `If-None-Match`.
    pub if_none_match: Option<&'a str>,
    /// Who makes it.
    pub origin: Origin,
}

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A bot, over HTTP.
    Bot,
    /// A step that plays an app.
    Step,
}

/// The answer to a call.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    /// What the body is.
    pub content: Content,
    /// What the body is known by, for what was read (M-34).
    pub etag: Option<HeaderValue>,
    /// The version that served it, such as `v25.0`.
    pub version: HeaderValue,
    /// The value of `WWW-Authenticate`, for errors.
    pub challenge: Option<String>,
    /// The trace id, for errors.
    pub trace: Option<Arc<str>>,
    /// The virtual time of the answer, for the header `X-Emulator-Now`.
    pub now: HeaderValue,
    /// The lane that it belongs to.
    pub lane: Arc<Lane>,
    /// The journal entry of the call.
    pub seq: u64,
    open: Option<OpenCall>,
    crowded: bool,
}

impl Reply {
    /// Waits a little when very many deliveries wait for an app.
    pub(crate) async fn uncrowded(&self) {
        if self.crowded {
            self.lane.uncrowded().await;
        }
    }

    /// Waits for the echoes that come before the answer.
    pub(crate) async fn echoed(&self) {
        if let Some(open) = &self.open {
            self.lane.echoed(open.ahead()).await;
        }
    }

    /// Waits until the call is in the journal file, if there is one. False when it cannot be written.
    pub(crate) async fn written(&self) -> bool {
        self.lane.file_written().await
    }

    /// Says instead that the emulator cannot go on.
    pub(crate) fn give_up(&mut self) {
        let error = Arc::new(GraphError::unavailable());
        let kind = CallKind::Other { method: "".into(), path: "".into() };
        let call = Call { app: None, person: None, kind, played: false };
        let trace = self.lane.lock().refused(&call, self.seq, &error);
        self.status = error.status;
        self.body = answer::error(&error, &trace);
        self.content = Content::Json;
        self.etag = None;
        self.challenge = Some(challenge(&error));
        self.trace = Some(trace);
    }

    /// True when it matters whether another call is open at the same time.
    pub(crate) fn can_race(&self) -> bool {
        self.open.as_ref().is_some_and(OpenCall::can_race)
    }

    /// The answer is about to leave: a call that comes now does not race with this one.
    pub(crate) fn leaves(&mut self) {
        if let Some(open) = self.open.as_mut().filter(|open| open.can_race()) {
            self.lane.call_answered(open);
        }
    }
}

impl Drop for Reply {
    /// The answer has left: what waited for it may leave too.
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            self.lane.call_closed(open);
        }
    }
}

/// What a call asks for once it was read.
struct Wanted {
    person: Option<Psid>,
    kind: CallKind,
    then: Result<Then, GraphError>,
}

enum Then {
    Act { page: PageId, app: AppId, act: AppAct },
    Page { page: PageId, fields: Option<String> },
}

/// Serves one call.
pub fn serve(stage: &Stage, request: Request<'_>) -> Reply {
    let path = route::decoded(request.path);
    let path = Path::parse(&path);
    let params = Params::of(request.query, request.content_type, request.body);
    let request = Request { method: &params.method(request.method), ..request };
    let (caller, wanted) = read(stage, &request, &path, &params);
    let mut reply = reply(stage, &path, caller, wanted, request.origin);
    Presentation::asked(&request, &params).give(&mut reply);
    reply
}

/// Refuses a call of a bot whose body could not be read.
pub(crate) fn refuse(stage: &Stage, method: &Method, path: &str, error: GraphError) -> Reply {
    let path = route::decoded(path);
    let path = Path::parse(&path);
    let kind = CallKind::Other { method: method.as_str().into(), path: path.rest.into() };
    reply(stage, &path, None, Wanted { person: None, kind, then: Err(error) }, Origin::Bot)
}

fn reply(stage: &Stage, path: &Path<'_>, caller: Option<Token>, wanted: Wanted, origin: Origin) -> Reply {
    let lane = stage.lane_of(wanted.person);
    let app = caller.map(|token| match token {
        Token::Page { app, .. } | Token::App { app } => app,
    });
    let call = Call { app, person: wanted.person, kind: wanted.kind, played: origin == Origin::Step };
    let Decision { seq, crowded, now, result, open } = decide(&lane, &call, wanted.then, origin);
    let version = path.served_version();
    lane.notify();
    let (status, body, refused) = match result {
        Ok(body) => (200, body, None),
        Err((error, trace)) => {
            (error.status, answer::error(&error, &trace), Some((challenge(&error), trace)))
        }
    };
    let (challenge, trace) = refused.unzip();
    let (content, etag) = (Content::Json, None);
    Reply { status, body, content, etag, version, challenge, trace, now, lane, seq, open, crowded }
}

struct Decision {
    seq: u64,
    crowded: bool,
    now: HeaderValue,
    result: Result<Bytes, (Arc<GraphError>, Arc<str>)>,
    open: Option<OpenCall>,
}

/// Lets the lane decide: one lock, one step.
fn decide(lane: &Arc<Lane>, call: &Call, then: Result<Then, GraphError>, origin: Origin) -> Decision {
    let mut state = lane.lock_on_time();
    let now = state.now_header();
    let at = state.clock.read();
    let crowded = state.is_crowded();
    let (mut open, cause) = match origin {
        Origin::Bot => {
            crate::webhooks::start(lane, state.turn_noticed(call));
            let (open, cause) = state.call_opened(call);
            (Some(open), cause)
        }
        Origin::Step => (None, None),
    };
    let then = then.and_then(|then| match then {
        Then::Act { page, app, act } => authorize(&state.world, page, app, at)
            .map(|()| Ok(Input::App { page, app, act }))
            .map_err(|refusal| GraphError::refused(refusal, at)),
        Then::Page { page, fields } => answer::page(&state.world, page, fields.as_deref()).map(Err),
    });
    let refused = |state: &mut crate::lane::LaneState, seq, error: GraphError| {
        let error = Arc::new(error);
        let trace = state.refused(call, seq, &error);
        Err((error, trace))
    };
    match then {
        Ok(Ok(input)) => {
            let person = call.person;
            let applied = state.apply(Record::Call(call.clone()), cause, input);
            let result = match applied.result {
                Ok(answer) => Ok(answer::success(&answer, person, &call.kind, &state.world)),
                Err(refusal) => refused(&mut state, applied.seq, GraphError::refused(refusal, at)),
            };
            let mut start = applied.start;
            match &mut open {
                Some(open) => start.extend(state.hold(open, call.app, applied.echoes)),
                None => start.extend(state.queue_all(applied.echoes)),
            }
            drop(state);
            crate::webhooks::start(lane, start);
            Decision { seq: applied.seq, crowded, now, result, open }
        }
        Ok(Err(body)) => Decision { seq: log(&mut state, call, cause), crowded, now, result: Ok(body), open },
        Err(error) => {
            let seq = log(&mut state, call, cause);
            Decision { seq, crowded, now, result: refused(&mut state, seq, error), open }
        }
    }
}

fn log(state: &mut crate::lane::LaneState, call: &Call, cause: Option<crate::journal::Cause>) -> u64 {
    let now = state.clock.read();
    let entry = state.entry(now, cause, Record::Call(call.clone()));
    state.append(entry)
}

/// Why something that is no call did not happen, in words.
pub fn declined(kind: RefusalKind) -> String {
    let refusal = Refusal { rule: RuleId::PersonOfPage, saw: Saw::default(), kind };
    GraphError::refused(refusal, Timestamp(0)).message.into_owned()
}

/// Reads a call without the world.
fn read(
    stage: &Stage,
    request: &Request<'_>,
    path: &Path<'_>,
    params: &Params<'_>,
) -> (Option<Token>, Wanted) {
    let other = |person, then| Wanted {
        person,
        kind: CallKind::Other { method: request.method.as_str().into(), path: path.rest.into() },
        then,
    };
    // Whatever is wrong with a call, it belongs to the lane of the person it names.
    let other = |then| other(recipient::person(params), then);
    let token = match token(params, request.bearer) {
        Ok(token) => token,
        Err(error) => return (None, other(Err(error))),
    };
    let known = token.as_deref().map(|token| stage.token(token));
    let caller = known.flatten();
    if let (None, Some(error)) = (known, params.unreadable()) {
        // The token may stand in what could not be read.
        return (None, other(Err(error)));
    }
    let endpoint = match (path.resolve(request.method, caller), known) {
        (Err(error), _) if error.code == 2500 && path.is_unknown_version() => {
            return (caller, other(Err(error)));
        }
        (_, Some(None)) => return (None, other(Err(GraphError::unknown_token()))),
        (_, None) if path.node == Some("me") => return (None, other(Err(GraphError::no_active_token()))),
        (_, None) if path.node.is_some() => return (None, other(Err(GraphError::no_token()))),
        (Err(error), _) => return (caller, other(Err(error))),
        (Ok(endpoint), _) => endpoint,
    };
    if let Some(error) = params.unreadable() {
        return (caller, other(Err(error)));
    }
    (caller, wanted(endpoint, params, other))
}

fn token<'a>(params: &'a Params<'_>, bearer: Option<&'a str>) -> Result<Option<Cow<'a, str>>, GraphError> {
    let from_params = match params.text("access_token")? {
        Some(token) => Some(token),
        None => params.text("oauth_token")?,
    };
    let token = from_params.filter(|token| !token.is_empty()).or(bearer.map(Cow::Borrowed));
    // The bar of an app token is often escaped where nothing takes the escape away (M-21).
    Ok(token.map(|token| {
        if token.contains('%') { token.replace("%7C", "|").replace("%7c", "|").into() } else { token }
    }))
}

/// What a call of a known endpoint asks for.
fn wanted(
    endpoint: Endpoint,
    params: &Params<'_>,
    other: impl Fn(Result<Then, GraphError>) -> Wanted,
) -> Wanted {
    let recipient = recipient::recipient(params);
    let acts =
        |person, kind, (page, app), act| Wanted { person, kind, then: Ok(Then::Act { page, app, act }) };
    match endpoint {
        Endpoint::Messages { app, page } => match (recipient, sending::sending(params)) {
            (Err(error), _) | (_, Err(error)) => other(Err(error)),
            (Ok(person), Ok(Sending::Message { message, messaging_type, tag })) => {
                let act = AppAct::Sends { person, message: Arc::clone(&message), tag };
                acts(Some(person), CallKind::Sends { message, messaging_type, tag }, (page, app), act)
            }
            (Ok(person), Ok(Sending::Action(action))) => {
                let kind = CallKind::Signals { action, about: None };
                acts(Some(person), kind, (page, app), AppAct::Signals { person })
            }
            (Ok(person), Ok(Sending::Reaction { action, to, reaction })) => {
                let kind = CallKind::Signals { action, about: Some((to.clone(), reaction)) };
                acts(Some(person), kind, (page, app), AppAct::Reacts { person, to })
            }
        },
        Endpoint::Control { app, page, edge } => match (recipient, validate::control(edge, params)) {
            (Err(error), _) | (_, Err(error)) => other(Err(error)),
            (Ok(person), Ok(act)) => {
                let kind = CallKind::Controls(act.clone());
                acts(Some(person), kind, (page, app), AppAct::Controls { person, act })
            }
        },
        Endpoint::ThreadOwner { app, page } => {
            let text = params
                .text("recipient")
                .and_then(|text| text.ok_or_else(|| GraphError::required("recipient")));
            match text.and_then(|text| recipient::psid(&text)) {
                Err(error) => other(Err(error)),
                Ok(person) => {
                    acts(Some(person), CallKind::AsksOwner, (page, app), AppAct::AsksOwner { person })
                }
            }
        }
        Endpoint::SecondaryReceivers { app, page } => {
            acts(None, CallKind::AsksReceivers, (page, app), AppAct::AsksReceivers)
        }
        Endpoint::Page { page } => match params.list("fields") {
            Err(error) => other(Err(error)),
            Ok(fields) => other(Ok(Then::Page { page, fields: fields.map(|fields| fields.join(",")) })),
        },
    }
}
