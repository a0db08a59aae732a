//! A call from its bytes to its answer: token, route, permission, parameters, core.
//!
//! Token, route and parameters are read before the lane is locked; in the lane each check answers in the order of
//! [`emulator_core::Check`]. Nothing here is about HTTP connections, so that a call inside of another can be served
//! alike.

use std::sync::Arc;

use emulator_core::{AppId, Psid, RuleId, real_token, without_real_tokens};
use hyper::Method;

use super::act::{CallAct, RoutedCall};
use super::core_step::{self, Decision};
use super::edges::subscriptions;
use super::error::GraphError;
use super::find::{Found, find};
use super::params::Params;
use super::path::{self, Path};
use super::presentation::{Content, Presentation};
use super::reply::{Reply, challenge, error_body};
use super::route::LaneOf;
use super::token::{self, Caller, TokenRead};
use super::{Origin, Request, recipient, record};
use crate::journal::{Call, CallContent};
use crate::shared::Token;
use crate::stage::Stage;

/// Serves one call that waits for nobody. A step cannot register a webhook: who plays an app is not a server.
pub fn serve(stage: &Stage, request: Request<'_>) -> Reply {
    let path = path::decoded(request.path);
    if let Some(refused) = real_token_refused(stage, &request, &path) {
        return refused;
    }
    let incoming = Incoming::new(request, &path);
    let mut read = incoming.read(stage);
    if read.callback().is_some() {
        let why = "a step cannot register a webhook that has to answer a verification; a bot can";
        read.refuse(GraphError::callback_unreachable(why));
    }
    incoming.reply(stage, read)
}

/// Serves one call of a bot. A webhook that it registers is verified meanwhile.
pub(crate) async fn answer(stage: &Stage, request: Request<'_>) -> Reply {
    let path = path::decoded(request.path);
    if let Some(refused) = real_token_refused(stage, &request, &path) {
        return refused;
    }
    let incoming = Incoming::new(request, &path);
    let mut read = incoming.read(stage);
    if let Some((app, callback)) = read.callback() {
        let lane = stage.lane_of(read.person);
        let _pending = lane.pending();
        // A call that is refused for its token is refused before anybody is asked.
        if core_step::may_go_on(&lane, &read, request.origin)
            && let Err(error) = subscriptions::verify(stage, app, &callback).await
        {
            read.refuse(error);
        }
    }
    incoming.reply(stage, read)
}

/// Refuses a call of a bot whose body could not be read, or must not be.
pub(crate) fn refuse(stage: &Stage, method: &Method, path: &str, error: GraphError) -> Reply {
    refuse_from(stage, method, path, error, Origin::Bot)
}

fn refuse_from(stage: &Stage, method: &Method, path: &str, error: GraphError, origin: Origin<'_>) -> Reply {
    let path = path::decoded(path);
    let path = without_real_tokens(&path);
    let path = Path::parse(&path);
    let content =
        CallContent::Request { method: method.as_str().into(), path: path.rest.into(), asked: None };
    let read = PreparedCall { caller: None, person: None, node_id: None, routed: Err(error) };
    reply(stage, &path, method, read, content, origin)
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

/// A call and what can be said of it without the world.
pub(super) struct Incoming<'a> {
    pub(super) request: Request<'a>,
    pub(super) method: Method,
    pub(super) path: Path<'a>,
    params: Params<'a>,
}

/// A call as it was read: who calls, and what it asks for or why it cannot.
pub(super) struct PreparedCall {
    /// Who calls; none when the token is not known.
    pub(super) caller: Option<Caller>,
    /// The person whose lane it belongs to.
    pub(super) person: Option<Psid>,
    /// The id of digits that a GET names as its node.
    pub(super) node_id: Option<Psid>,
    /// The route and what was read for it; or what is wrong with the token or the route.
    pub(super) routed: Result<Routed, GraphError>,
}

/// A call whose route is known.
pub(super) struct Routed {
    pub(super) found: Found,
    /// What it asks for, or what is wrong with its parameters.
    pub(super) act: Result<CallAct, GraphError>,
}

impl PreparedCall {
    /// The callback that has to be verified before the call can be answered, and whose it is.
    fn callback(&self) -> Option<(AppId, Arc<crate::webhooks::Endpoint>)> {
        let Ok(CallAct::Webhooks(change)) = &self.routed.as_ref().ok()?.act else { return None };
        Some((change.app(), Arc::clone(change.unverified()?)))
    }

    /// Says that something is wrong with the parameters after all.
    fn refuse(&mut self, error: GraphError) {
        if let Ok(routed) = &mut self.routed {
            routed.act = Err(error);
        }
    }
}

impl<'a> Incoming<'a> {
    /// Takes a call apart whose path has no escapes.
    fn new(request: Request<'a>, path: &'a str) -> Self {
        let params = Params::of(request.query, request.content_type, request.body);
        Self { method: params.method(request.method), path: Path::parse(path), params, request }
    }

    /// Reads token, route and parameters.
    fn read(&self, stage: &Stage) -> PreparedCall {
        let read = token::read(&self.path, &self.params, self.request.bearer, stage.shared());
        let caller = read.caller;
        let routed = match &read.result {
            Ok(()) => self.route(stage, &read),
            Err(error) => Err((None, error.clone())),
        };
        let found = match &routed {
            Ok(routed) => Some(routed.found),
            Err((found, _)) => *found,
        };
        let is_node = self.method == Method::GET && self.path.edge.is_none();
        let node_id = self.path.node.filter(|_| is_node).and_then(|node| node.parse().ok());
        let person = self.person(found);
        PreparedCall { caller, person, node_id, routed: routed.map_err(|(_, error)| error) }
    }

    /// The person whose lane the call belongs to. Whatever is wrong with a call, that of the person it names.
    fn person(&self, found: Option<Found>) -> Option<Psid> {
        match found.map(|found| (found.row.lane, found.node)) {
            Some((LaneOf::Node, node)) => node.person(),
            Some((LaneOf::Recipient | LaneOf::Stage, _)) | None => recipient::person(&self.params),
        }
    }

    /// Finds the route, and reads what it takes.
    fn route(&self, stage: &Stage, read: &TokenRead<'_>) -> Result<Routed, (Option<Found>, GraphError)> {
        let Some(Caller { token, .. }) = read.caller else {
            let row = super::find::without_token(&self.path).map(|row| row.reads(&self.params).err());
            let error = row.flatten().unwrap_or_else(GraphError::no_token);
            return Err((None, error));
        };
        let found =
            find(&self.path, &self.method, &self.params, token, stage).map_err(|error| (None, error))?;
        let reads = found.row.reads(&self.params).map_err(|error| (Some(found), error))?;
        if let Some(error) = self.params.unreadable() {
            return Ok(Routed { found, act: Err(error) });
        }
        let version = self.path.served_version(stage.shared().version_of(token.app()));
        let call = RoutedCall {
            row: found.row,
            node: found.node,
            params: &self.params,
            stage,
            token,
            token_text: &read.text,
            version: version.to_str().unwrap_or_default(),
        };
        Ok(Routed { found, act: reads(&call) })
    }

    fn reply(&self, stage: &Stage, mut read: PreparedCall) -> Reply {
        let request = Request { method: &self.method, ..self.request };
        let content = record::content(&mut read, self, stage.shared());
        let mut reply = reply(stage, &self.path, &self.method, read, content, request.origin);
        Presentation::asked(&request, &self.params).give(&mut reply);
        reply
    }
}

/// Lets the lane decide, and writes the answer.
fn reply(
    stage: &Stage,
    path: &Path<'_>,
    method: &Method,
    read: PreparedCall,
    content: CallContent,
    origin: Origin<'_>,
) -> Reply {
    let token = read.caller.map(|caller| caller.token);
    let app = token.map(Token::app);
    let stranger = stage.shared().stranger.is_meant(read.person, path.node);
    if let (Origin::Bot, Some(stranger)) = (origin, stranger) {
        return about_stranger(stage, path, method, app, stranger);
    }
    let lane = origin.lane().map_or_else(|| stage.lane_of(read.person), Arc::clone);
    let page = match (&read.routed, token) {
        (Ok(Routed { act: Ok(CallAct::App(call)), .. }), _) => Some(call.page),
        (_, Some(Token::Page { page, .. })) => Some(page),
        (_, Some(Token::App { .. }) | None) => None,
    };
    let person = match &read.routed {
        Ok(Routed { act: Ok(CallAct::App(call)), .. }) => call.person,
        Ok(_) | Err(_) => read.person,
    };
    let played = origin.lane().is_some();
    if !played {
        let tokenless =
            |error: &GraphError| matches!(error.rule, RuleId::TokenRequired | RuleId::UnknownNode);
        stage.shared().called(app, !read.routed.as_ref().is_err_and(tokenless));
    }
    let call = Call { app, page, person, content, played };
    let Decision { seq, crowded, now, result, open } = core_step::decide(&lane, call, read, origin);
    let version = path.served_version(app.and_then(|app| stage.shared().version_of(app)));
    lane.notify();
    let (status, body, refused) = match result {
        Ok(body) => (200, body, None),
        Err((error, trace)) => (error.status, error_body(&error, &trace), Some((challenge(&error), trace))),
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
    let error = GraphError::unknown_node(method.as_str().to_ascii_lowercase(), stranger);
    let trace: Arc<str> = stage.trace().into();
    let lane = Arc::clone(stage.own_lane());
    Reply {
        status: error.status,
        body: error_body(&error, &trace),
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
