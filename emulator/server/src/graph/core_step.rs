//! The checks of a call in their order, and the one step of its lane that it leads to.

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{
    AppId, Connection, Input, Options, PageId, Refusal, RefusalKind, RuleId, Timestamp, World,
};
use hyper::header::HeaderValue;

use super::act::{Answered, AppCall, CallAct, Reword, View, WriteAnswer};
use super::error::GraphError;
use super::find::Found;
use super::node::Node;
use super::serve::{PreparedCall, Routed};
use super::token::Caller;
use super::{Origin, hint, permission, token};
use crate::journal::{Call, CallContent, Record, RegisteredWebhook, Subscribing};
use crate::lane::{Lane, LaneState, OpenCall};
use crate::shared::{Registration, Token};

/// What became of a call.
pub(super) struct Decision {
    pub(super) seq: u64,
    pub(super) crowded: bool,
    pub(super) now: HeaderValue,
    pub(super) result: Result<Bytes, (Arc<GraphError>, Arc<str>)>,
    pub(super) open: Option<OpenCall>,
}

/// What follows once a call has passed the checks of the server.
enum Next {
    /// Core decides.
    Step(CoreStep),
    /// Everything is said.
    Body(Bytes),
}

/// A step of core, and what follows when it is accepted.
struct CoreStep {
    input: Input,
    answer: WriteAnswer,
    rewords: Option<Reword>,
    /// What the app's webhooks change to, beyond the lane.
    webhooks: Option<(Subscribing, Option<Registration>)>,
}

/// The checks of a call, in the order of [`emulator_core::Check`]; core goes on from
/// [`emulator_core::Check::ParameterPermission`].
///
/// # Errors
///
/// For the first check that fails.
fn checks(
    world: &World,
    lane: &Lane,
    read: PreparedCall,
    origin: Origin<'_>,
    at: Timestamp,
) -> Result<Next, GraphError> {
    let caller = read.caller;
    token_holds(world, caller, origin, at)?;
    let Routed { found, act } = read.routed.map_err(|error| with_hint(error, world, caller, read.node_id))?;
    permission_granted(world, found, caller, at)?;
    let act = act.map_err(|error| error.switched(&options_for(world, caller)))?;
    core(world, lane, found, act, at)
}

/// Check 1: the token.
fn token_holds(
    world: &World,
    caller: Option<Caller>,
    origin: Origin<'_>,
    at: Timestamp,
) -> Result<(), GraphError> {
    caller.map_or(Ok(()), |caller| token::holds(world, caller, origin, at))
}

/// Check 3: the permission of the route.
fn permission_granted(
    world: &World,
    found: Found,
    caller: Option<Caller>,
    at: Timestamp,
) -> Result<(), GraphError> {
    let Some(Caller { token, .. }) = caller.filter(|_| !found.row.permissions.is_empty()) else {
        return Ok(());
    };
    let connection = connection(world, found.node, token)?;
    permission::granted(found.row, connection).map_err(|refusal| {
        let reworded = found.row.rewords.and_then(|reword| reword(&refusal, found.node.person()));
        reworded.unwrap_or_else(|| GraphError::refused_to(Some(token.app()), refusal, at))
    })
}

/// How the app is connected to the Page of the call. With its own token an app can name any Page.
fn connection(world: &World, node: Node, token: Token) -> Result<&Connection, GraphError> {
    let page = match (node, token) {
        (Node::Page(page), _) | (_, Token::Page { page, .. }) => page,
        (_, Token::App { .. }) => PageId(0),
    };
    let connection = world.settings.connection(page, token.app());
    connection.ok_or_else(|| GraphError::unknown_node("delete", page))
}

/// What core is asked, or what is read of its world.
fn core(world: &World, lane: &Lane, found: Found, act: CallAct, at: Timestamp) -> Result<Next, GraphError> {
    let rewords = found.row.rewords;
    Ok(match act {
        CallAct::App(AppCall { page, app, act, conditions, answer, beside: _, person: _ }) => {
            if let Some(page) = world.settings.pages.get(&page) {
                conditions.iter().try_for_each(|condition| condition.holds(page))?;
            }
            let input = Input::App { page, app, act };
            Next::Step(CoreStep { input, answer, rewords, webhooks: None })
        }
        CallAct::Webhooks(change) => {
            let input = Input::AppSubscribes { app: change.app(), fields: change.fields(world) };
            let webhooks = Some((change.how(), change.registration(lane.shared())));
            let answer = super::act::success as WriteAnswer;
            Next::Step(CoreStep { input, answer, rewords, webhooks })
        }
        CallAct::Read(write) => Next::Body(write(&View { world, shared: lane.shared(), at })),
    })
}

/// True when the token and the permissions of a call are in order, so that somebody may be asked about it.
pub(super) fn may_go_on(lane: &Arc<Lane>, read: &PreparedCall, origin: Origin<'_>) -> bool {
    let mut state = lane.lock_on_time();
    let at = state.clock.read();
    token_holds(&state.world, read.caller, origin, at).is_ok()
}

/// The switches for a call: those of the token's Page, else of the first Page that the app is on.
fn options_for(world: &World, caller: Option<Caller>) -> Options {
    let mut pages = world.settings.pages.iter();
    let page = match caller.map(|caller| caller.token) {
        Some(Token::Page { page, .. }) => pages.find(|(id, _)| **id == page),
        Some(Token::App { app }) => pages.find(|(_, page)| page.apps.contains_key(&app)),
        None => None,
    };
    page.map(|(_, page)| *page.main().options()).unwrap_or_default()
}

/// What may help somebody who read a node that no person has, beside the words of the platform.
fn with_hint(
    error: GraphError,
    world: &World,
    caller: Option<Caller>,
    id: Option<emulator_core::Psid>,
) -> GraphError {
    let page = match caller.map(|caller| caller.token) {
        Some(Token::Page { page, .. }) if error.rule == RuleId::UnknownNode => Some(page),
        Some(Token::Page { .. } | Token::App { .. }) | None => None,
    };
    match page.zip(id) {
        Some((page, id)) => error.hint(hint::unknown_person(world, page, id)),
        None => error,
    }
}

/// The words of the platform for what core refused; some depend on the route.
fn refused_by_core(
    world: &World,
    call: &Call,
    rewords: Option<Reword>,
    refusal: Refusal,
    at: Timestamp,
) -> GraphError {
    let is_unknown = refusal.kind == RefusalKind::UnknownPerson;
    let error = rewords.and_then(|reword| reword(&refusal, call.person));
    let line = call.page.zip(call.person).map(|(page, person)| world.line_of(person, page));
    let platform = line.map(|line| line.platform).unwrap_or_default();
    let error = error.unwrap_or_else(|| GraphError::refused_on(platform, call.app, refusal, at));
    let named = call.page.zip(call.person).filter(|_| is_unknown);
    error.hint(named.and_then(|(page, person)| hint::unknown_person(world, page, person)))
}

/// The journal's call of an app whose webhooks change: only the world tells what is left of the fields.
fn with_webhooks(call: &mut Call, step: &CoreStep) {
    if let (Input::AppSubscribes { fields, .. }, Some((how, registration))) = (&step.input, &step.webhooks) {
        let webhook = registration.as_ref().map(RegisteredWebhook::of).map(Box::new);
        call.content = CallContent::Subscribes { how: *how, fields: *fields, webhook };
    }
}

/// Lets the lane decide: one lock, one step.
pub(super) fn decide(lane: &Arc<Lane>, mut call: Call, read: PreparedCall, origin: Origin<'_>) -> Decision {
    let mut state = lane.lock_on_time();
    let now = state.now_header();
    let at = state.clock.read();
    let crowded = state.is_crowded();
    let (mut open, cause) = match origin {
        Origin::Bot => {
            crate::webhooks::start(lane, state.turn_noticed(&call));
            let (open, cause) = state.call_opened(&call);
            (Some(open), cause)
        }
        Origin::Step(_) | Origin::ExpiredStep(_) => (None, None),
    };
    let next = checks(&state.world, lane, read, origin, at);
    if let Ok(Next::Step(step)) = &next {
        with_webhooks(&mut call, step);
    }
    let call = &call;
    let refused = |state: &mut LaneState, seq, error: GraphError| {
        let error = Arc::new(error);
        let trace = state.refused(call, seq, &error);
        Err((error, trace))
    };
    match next {
        Ok(Next::Step(CoreStep { input, answer, rewords, webhooks })) => {
            debug_assert_eq!(call.input().as_ref(), Some(&input), "a journal tells another input");
            let subscriber = subscriber(&input);
            let (result, applied) = state.apply(Record::Call(call.clone()), cause, input);
            let result = match result {
                Ok(accepted) => {
                    let (person, beside, world) = (call.person, call.beside(), &state.world);
                    Ok(answer(&Answered { answer: &accepted, person, beside, world }))
                }
                Err(refusal) => {
                    let error = refused_by_core(&state.world, call, rewords, refusal, at);
                    refused(&mut state, applied.seq, error)
                }
            };
            if let (Some((_, Some(registration))), Some(app), Ok(_)) = (webhooks, subscriber, &result) {
                lane.shared().register(app, registration);
            }
            let mut start = state.queue_all(applied.outgoing);
            match &mut open {
                Some(open) => start.extend(state.hold(open, call.app, applied.echoes)),
                None => start.extend(state.queue_all(applied.echoes)),
            }
            drop(state);
            crate::webhooks::start(lane, start);
            Decision { seq: applied.seq, crowded, now, result, open }
        }
        Ok(Next::Body(body)) => {
            Decision { seq: state.log(call, cause), crowded, now, result: Ok(body), open }
        }
        Err(error) => {
            let seq = state.log(call, cause);
            Decision { seq, crowded, now, result: refused(&mut state, seq, error), open }
        }
    }
}

/// The app whose webhooks an input changes.
const fn subscriber(input: &Input) -> Option<AppId> {
    match input {
        Input::AppSubscribes { app, .. } => Some(*app),
        Input::Person { .. }
        | Input::Inbox { .. }
        | Input::Admin { .. }
        | Input::App { .. }
        | Input::DeliveryTried { .. }
        | Input::TimerFired(_) => None,
    }
}
