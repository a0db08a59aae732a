//! The Graph API: the only place that knows its paths, encodings, answers and error texts.
//!
//! A call is read without the world, then given to the lane it belongs to, which is locked for one
//! step. The order of the checks is M-150: token, path, permission, parameters, and then the world.

mod answer;
mod beyond;
mod call_line;
mod core_step;
mod error;
pub mod fuzz;
mod hint;
mod inspect;
mod message;
mod node_fields;
mod params;
mod path;
mod played_call;
mod presentation;
mod raw_call;
mod recipient;
mod request_json;
mod sending;
mod subscriptions;
mod token;
mod validate;
mod webhook_fields;

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{
    AppAct, AppId, KEPT_MESSAGES, MEDIA_FOLDER, Message, PageId, Psid, Refusal, RefusalKind, RuleId, Saw,
    Timestamp, real_token, without_real_tokens,
};
use hyper::Method;
use hyper::header::{HeaderMap, HeaderValue};

pub(crate) use answer::{challenge, error as error_body};
pub use call_line::{Spelt, of_page, spelt};
use core_step::{Decision, decide};
pub use error::GraphError;
use message::Condition;
use node_fields::Reading;
pub(crate) use node_fields::permissions_of;
use params::Params;
use path::{Endpoint, Path, Verb};
pub use played_call::{PlayedCall, play, refusal};
pub use presentation::Content;
use presentation::Presentation;
pub use raw_call::{RawCall, RawContent, RawFile, RawToken, call};
use request_json::asked;
use subscriptions::{GivingUp, Registered, Registering};
use token::{Caller, Proof};
use webhook_fields::Fields;

use crate::http::headers_of;
use crate::journal::{Call, CallKind};
use crate::lane::{Lane, OpenCall};
use crate::media::without_base;
use crate::shared::Token;
use crate::stage::Stage;
pub(crate) use sending::SENDER_ACTIONS;
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
    pub origin: Origin<'a>,
}

/// Who makes a call.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// A bot, over HTTP.
    Bot,
    /// A step that plays an app in this lane.
    Step(&'a Arc<Lane>),
    /// The same, with a Page token that is taken for one that has just expired.
    ExpiredStep(&'a Arc<Lane>),
}

impl<'a> Origin<'a> {
    /// The lane of the step.
    const fn lane(self) -> Option<&'a Arc<Lane>> {
        match self {
            Self::Bot => None,
            Self::Step(lane) | Self::ExpiredStep(lane) => Some(lane),
        }
    }
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
    /// True when the call was refused, whatever status the caller wanted for that.
    pub const fn is_refused(&self) -> bool {
        self.trace.is_some()
    }

    /// The headers as they are sent over HTTP.
    pub fn headers(&self) -> HeaderMap {
        headers_of(self)
    }

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
        let kind = CallKind::Other { method: "".into(), path: "".into(), asked: None };
        let call = Call { app: None, page: None, person: None, kind, played: false };
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
    /// An app acts with its Page token, or takes itself off a Page with its own.
    Act {
        page: PageId,
        app: AppId,
        act: AppAct,
        /// What the settings of the Page decide about it.
        conditions: Vec<Condition>,
    },
    /// An app wants its webhooks somewhere, which has to be verified first.
    Verify(Registering),
    /// It has been.
    Register(Registered),
    /// An app gives webhooks up.
    GiveUp(GivingUp),
    Read(Reading),
    Inspect(inspect::Inspected),
}

/// A call and what can be said of it without the world.
struct Incoming<'a> {
    request: Request<'a>,
    method: Method,
    path: Path<'a>,
    params: Params<'a>,
}

impl<'a> Incoming<'a> {
    /// Takes a call apart whose path has no escapes.
    fn new(request: Request<'a>, path: &'a str) -> Self {
        let params = Params::of(request.query, request.content_type, request.body);
        Self { method: params.method(request.method), path: Path::parse(path), params, request }
    }

    fn read(&self, stage: &Stage) -> (Option<Caller>, Wanted) {
        let request = Request { method: &self.method, ..self.request };
        read(stage, &request, &self.path, &self.params)
    }

    fn reply(&self, stage: &Stage, caller: Option<Caller>, wanted: Wanted) -> Reply {
        let request = Request { method: &self.method, ..self.request };
        let mut reply = reply(stage, &self.path, &self.method, caller, wanted, request.origin);
        Presentation::asked(&request, &self.params).give(&mut reply);
        reply
    }
}

/// Serves one call that waits for nobody. A step cannot register a webhook: who plays an app is no
/// server.
pub fn serve(stage: &Stage, request: Request<'_>) -> Reply {
    let path = path::decoded(request.path);
    if let Some(refused) = real_token_refused(stage, &request, &path) {
        return refused;
    }
    let incoming = Incoming::new(request, &path);
    let (caller, mut wanted) = incoming.read(stage);
    if let Ok(Then::Verify(registering)) = wanted.then {
        wanted.then = Ok(registering.without_verification().map_or_else(Then::Verify, Then::Register));
    }
    incoming.reply(stage, caller, wanted)
}

/// Serves one call of a bot. A webhook that it registers is verified meanwhile.
pub(crate) async fn answer(stage: &Stage, request: Request<'_>) -> Reply {
    let path = path::decoded(request.path);
    if let Some(refused) = real_token_refused(stage, &request, &path) {
        return refused;
    }
    let incoming = Incoming::new(request, &path);
    let (caller, mut wanted) = incoming.read(stage);
    if let Ok(Then::Verify(registering)) = wanted.then {
        let _pending = stage.lane_of(wanted.person).pending();
        wanted.then = registering.verify(stage).await.map(Then::Register);
    }
    incoming.reply(stage, caller, wanted)
}

/// Refuses a call with something that looks like a token of the real platform, in whatever place.
fn real_token_refused(stage: &Stage, request: &Request<'_>, path: &str) -> Option<Reply> {
    if !carries_real_token(request, path) {
        return None;
    }
    stage.shared().real_token.notice();
    Some(refuse_from(stage, request.method, request.path, GraphError::real_token(), request.origin))
}

/// True when something that looks like a token of the real platform came, in whatever place.
fn carries_real_token(request: &Request<'_>, path: &str) -> bool {
    let texts = [Some(path), request.query, request.bearer, request.content_type];
    texts.into_iter().flatten().any(|text| real_token(text.as_bytes()).is_some())
        || real_token(request.body).is_some()
}

/// Refuses a call of a bot whose body could not be read, or must not be.
pub(crate) fn refuse(stage: &Stage, method: &Method, path: &str, error: GraphError) -> Reply {
    refuse_from(stage, method, path, error, Origin::Bot)
}

fn refuse_from(stage: &Stage, method: &Method, path: &str, error: GraphError, origin: Origin<'_>) -> Reply {
    let path = path::decoded(path);
    let path = without_real_tokens(&path);
    let path = Path::parse(&path);
    let kind = CallKind::Other { method: method.as_str().into(), path: path.rest.into(), asked: None };
    reply(stage, &path, method, None, Wanted { person: None, kind, then: Err(error) }, origin)
}

fn reply(
    stage: &Stage,
    path: &Path<'_>,
    method: &Method,
    caller: Option<Caller>,
    wanted: Wanted,
    origin: Origin<'_>,
) -> Reply {
    let app = caller.map(|caller| caller.token.app());
    let stranger = stage.shared().stranger.is_meant(wanted.person, path.node);
    if let (Origin::Bot, Some(stranger)) = (origin, stranger) {
        return about_stranger(stage, path, method, app, stranger);
    }
    let lane = origin.lane().map_or_else(|| stage.lane_of(wanted.person), Arc::clone);
    let page = match (&wanted.then, caller.map(|caller| caller.token)) {
        (Ok(Then::Act { page, .. }), _) => Some(*page),
        (_, Some(Token::Page { page, .. })) => Some(page),
        (_, Some(Token::App { .. }) | None) => None,
    };
    let played = origin.lane().is_some();
    if !played {
        let tokenless =
            |error: &GraphError| matches!(error.rule, RuleId::TokenRequired | RuleId::UnknownNode);
        let has_token = !wanted.then.as_ref().is_err_and(tokenless);
        stage.shared().called(app, has_token);
    }
    let call = Call { app, page, person: wanted.person, kind: wanted.kind, played };
    let Decision { seq, crowded, now, result, open } = decide(&lane, call, caller, wanted.then, origin);
    let version = path.served_version(app.and_then(|app| stage.shared().version_of(app)));
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

/// The answer to a call about the person as whom `doctor` writes, which no lane hears of.
fn about_stranger(
    stage: &Stage,
    path: &Path<'_>,
    method: &Method,
    app: Option<AppId>,
    stranger: Psid,
) -> Reply {
    let shared = stage.shared();
    let name = app.and_then(|app| shared.app_names.get(&app)).map(ToString::to_string);
    shared.called(app, false);
    shared.stranger.called(name, method.as_str().to_owned(), path.rest.to_owned());
    let error = GraphError::unknown_node(&method.as_str().to_ascii_lowercase(), &stranger.to_string());
    let trace: Arc<str> = stage.trace().into();
    let lane = Arc::clone(stage.own_lane());
    Reply {
        status: error.status,
        body: answer::error(&error, &trace),
        content: Content::Json,
        etag: None,
        version: path.served_version(app.and_then(|app| shared.version_of(app))),
        challenge: Some(challenge(&error)),
        trace: Some(trace),
        now: lane.now_header(),
        lane,
        seq: 0,
        open: None,
        crowded: false,
    }
}

/// Why something that is no call did not happen, in words.
pub fn declined(kind: RefusalKind) -> String {
    // For apps it is a parameter of theirs that is wrong, which says nothing to anybody else.
    if kind == RefusalKind::UnknownMessage {
        return format!("there is no such message among the last {KEPT_MESSAGES} of the conversation");
    }
    let refusal = Refusal { rule: RuleId::PersonOfPage, saw: Saw::default(), kind };
    GraphError::refused(refusal, Timestamp(0)).message.into_owned()
}

/// The message with the addresses of kept files as journals have them, which do not depend on the run.
fn kept(message: Arc<Message>, base_url: &str) -> Arc<Message> {
    let body = message.body.as_deref().filter(|body| body.contains(MEDIA_FOLDER) && !base_url.is_empty());
    let Some(mut value) = body.and_then(|body| serde_json::from_str(body).ok()) else { return message };
    without_base(&mut value, base_url);
    Arc::new(Message { body: Some(value.to_string().into()), ..Message::clone(&message) })
}

/// Reads a call without the world.
fn read(
    stage: &Stage,
    request: &Request<'_>,
    path: &Path<'_>,
    params: &Params<'_>,
) -> (Option<Caller>, Wanted) {
    let other = |person, then| Wanted {
        person,
        kind: CallKind::Other {
            method: request.method.as_str().into(),
            path: path.rest.into(),
            asked: asked(request, stage.shared()),
        },
        then,
    };
    // Whatever is wrong with a call, it belongs to the lane of the person it names.
    let other = |then| other(recipient::person(params), then);
    let token = match token::token(params, request.bearer) {
        Ok(token) => token,
        Err(error) => return (None, other(Err(error))),
    };
    let known = token.as_deref().map(|token| token::caller(stage.shared(), token));
    let caller = known.as_ref().and_then(|known| known.as_ref().ok()).copied();
    if let (None | Some(Ok(_)), Some(error)) = (&known, lacking(request, path, params)) {
        return (caller.map(|token| Caller { token, proof: Proof::Given }), other(Err(error)));
    }
    if let (None, Some(error)) = (&known, params.unreadable()) {
        // The token may stand in what could not be read.
        return (None, other(Err(error)));
    }
    let (endpoint, token_of) = match (path.resolve(request.method, caller), known) {
        (Err(error), _) if error.code == 2500 && path.is_unknown_version() => {
            let caller = caller.map(|token| Caller { token, proof: Proof::Given });
            return (caller, other(Err(error)));
        }
        (_, Some(Err(error))) => return (None, other(Err(error))),
        (_, None) if path.node == Some("me") => return (None, other(Err(GraphError::no_active_token()))),
        (_, None) if path.node.is_some() => return (None, other(Err(GraphError::no_token()))),
        (endpoint, Some(Ok(token))) => (endpoint, token),
        (Err(error), None) => return (None, other(Err(error))),
        (Ok(_), None) => return (None, other(Err(GraphError::no_token()))),
    };
    let spelt = token.as_deref().unwrap_or_default();
    let inspected = match endpoint {
        Ok(Endpoint::DebugToken) => params.text("input_token").ok().flatten(),
        Ok(_) | Err(_) => None,
    };
    let proof = token::proof(params, stage.shared(), token_of.app(), (spelt, inspected.as_deref()));
    let caller = |proof| Some(Caller { token: token_of, proof });
    let proof = match proof {
        Ok(proof) => proof,
        Err(error) => return (caller(Proof::Given), other(Err(error))),
    };
    let version = path.served_version(stage.shared().version_of(token_of.app()));
    let version = version.to_str().unwrap_or_default();
    let asks = Asks { stage, caller: token_of, token: spelt, version };
    let caller = caller(proof);
    match (endpoint, params.unreadable()) {
        (Err(error), _) | (Ok(_), Some(error)) => (caller, other(Err(error))),
        (Ok(endpoint), None) => (caller, wanted(endpoint, params, &asks, other)),
    }
}

/// Whole ways to call that the platform has and this version lacks: they lead to no endpoint.
fn lacking(request: &Request<'_>, path: &Path<'_>, params: &Params<'_>) -> Option<GraphError> {
    let given = |name| params.get(name).is_some();
    if *request.method == Method::POST && path.takes_batches() && given("batch") {
        return Some(GraphError::not_there_yet("a batch of calls"));
    }
    if path.node.is_none() && given("ids") {
        return Some(GraphError::not_there_yet("ids, which reads several nodes at once,"));
    }
    if *request.method == Method::GET && path.is_messages() && given("user_id") {
        return Some(GraphError::not_there_yet("reading messages"));
    }
    path.lacking_without_token()
}

/// Who asks, for what needs more of it than the ids.
struct Asks<'a> {
    stage: &'a Stage,
    caller: Token,
    token: &'a str,
    version: &'a str,
}

/// An act of an app with its Page token, if the settings of the Page allow it.
const fn acts_if(
    person: Option<Psid>,
    kind: CallKind,
    (page, app): (PageId, AppId),
    act: AppAct,
    conditions: Vec<Condition>,
) -> Wanted {
    Wanted { person, kind, then: Ok(Then::Act { page, app, act, conditions }) }
}

/// What a call of a known endpoint asks for.
fn wanted(
    endpoint: Endpoint,
    params: &Params<'_>,
    asks: &Asks<'_>,
    other: impl Fn(Result<Then, GraphError>) -> Wanted,
) -> Wanted {
    let recipient = recipient::recipient(params);
    let acts = |person, kind, (page, app), act| acts_if(person, kind, (page, app), act, Vec::new());
    match endpoint {
        Endpoint::Messages { app, page } => match (recipient, sending::sending(params)) {
            (Err(error), _) | (_, Err(error)) => other(Err(error)),
            (Ok(person), Ok(Sending::Message { message, messaging_type, tag, conditions })) => {
                let message = kept(message, asks.stage.base_url());
                let act = AppAct::Sends { person, message: Arc::clone(&message), tag };
                let kind = CallKind::Sends { message, messaging_type, tag };
                acts_if(Some(person), kind, (page, app), act, conditions)
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
        Endpoint::Person { app, page, person } => match node_fields::PERSON.asked(params) {
            Err(error) => Wanted { person: Some(person), ..other(Err(error)) },
            Ok(fields) => {
                let fields = fields.map(|fields| fields.join(","));
                let needs = permissions_of(fields.as_deref().unwrap_or_default());
                let kind = CallKind::AsksProfile { fields: fields.map(Into::into) };
                acts(Some(person), kind, (page, app), AppAct::AsksProfile { person, needs })
            }
        },
        Endpoint::SubscribedApps { app, page, method } => {
            let fields = match method {
                Verb::Get => return other(Ok(Then::Read(Reading::Installed { app, page }))),
                Verb::Post => Fields::read(params, "subscribed_fields")
                    .and_then(|fields| fields.ok_or_else(GraphError::fields_required))
                    .map(Some),
                Verb::Delete => Ok(None),
            };
            match fields {
                Err(error) => other(Err(error)),
                Ok(fields) => {
                    let (fields, other_fields) = fields.map(|fields| (fields.known, fields.other)).unzip();
                    let other_fields: Vec<Arc<str>> = other_fields.unwrap_or_default();
                    let kind = CallKind::Installs { fields, other_fields: other_fields.clone() };
                    acts(None, kind, (page, app), AppAct::Installs { fields, other_fields })
                }
            }
        }
        Endpoint::Subscriptions { app, method } => other(match method {
            Verb::Get => Ok(Then::Read(Reading::Subscriptions { app })),
            Verb::Post => Registering::read(params, asks.stage.shared(), app, asks.version).map(Then::Verify),
            Verb::Delete => GivingUp::read(params, app).map(Then::GiveUp),
        }),
        Endpoint::Page { page } => {
            let token = asks.token.to_owned();
            other(
                node_fields::PAGE
                    .asked(params)
                    .map(|fields| Then::Read(Reading::Page { page, token, fields })),
            )
        }
        Endpoint::App { app } => {
            other(node_fields::APP.asked(params).map(|fields| Then::Read(Reading::App { app, fields })))
        }
        Endpoint::DebugToken => {
            other(inspect::asked(params, asks.stage.shared(), asks.caller).map(Then::Inspect))
        }
    }
}
