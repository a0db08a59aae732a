//! What a call leads to, once the world was looked at: whether the token holds, whether the app may, and
//! the one step of its lane.

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{
    AppAct, Input, Options, Refusal, RefusalKind, Timestamp, TokenState, World, authorize, token_holds,
    token_is_good,
};
use hyper::header::HeaderValue;

use super::error::GraphError;
use super::token::{Caller, Proof};
use super::{Origin, Then, answer, hint};
use crate::journal::{Call, CallKind, Record, RegisteredWebhook, Subscribing};
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

/// What follows once it is known that the caller may.
enum Next {
    /// A step, and what changes beyond its lane when it is accepted: where an app's webhooks go.
    Step(Input, Option<Registration>),
    Body(Bytes),
}

/// Looks at the world: whether the token holds and the app may do this, and what it leads to.
fn next(
    state: &LaneState,
    lane: &Lane,
    caller: Option<Caller>,
    then: Result<Then, GraphError>,
    origin: Origin<'_>,
    at: Timestamp,
) -> Result<Next, GraphError> {
    let world = &state.world;
    let app = caller.map(|caller| caller.token.app());
    let refused = |refusal| GraphError::refused_to(app, refusal, at);
    if let Some(Caller { token, proof }) = caller {
        if let Token::Page { app, page } = token {
            token_holds(world, page, app, at).map_err(refused)?;
            if let Origin::ExpiredStep(_) = origin {
                token_is_good(TokenState::Expires(at), at).map_err(refused)?;
            }
        }
        let required = world.settings.apps.get(&token.app()).is_some_and(|app| app.requires_proof);
        if required && proof == Proof::Absent {
            return Err(GraphError::proof_required());
        }
    }
    Ok(match then.map_err(|error| error.switched(&options_for(world, caller)))? {
        Then::Act { page, app, act, conditions } => {
            let Some(connection) = world.settings.connection(page, app) else {
                // With its own token an app can name any Page.
                return Err(GraphError::unknown_node("delete", &page.to_string()));
            };
            match act {
                // Core knows what these need.
                AppAct::AsksProfile { .. } | AppAct::Installs { .. } => {}
                AppAct::Sends { .. }
                | AppAct::Signals { .. }
                | AppAct::Reacts { .. }
                | AppAct::Controls { .. }
                | AppAct::AsksOwner { .. }
                | AppAct::AsksReceivers => authorize(connection).map_err(refused)?,
            }
            if let Some(page) = world.settings.pages.get(&page) {
                conditions.iter().try_for_each(|condition| condition.holds(page))?;
            }
            Next::Step(Input::App { page, app, act }, None)
        }
        Then::Verify(_) => {
            let why = "a step cannot register a webhook that has to answer a verification; a bot can";
            return Err(GraphError::callback_unreachable(why));
        }
        Then::Register(registered) => {
            let fields = Some(registered.fields(world));
            let input = Input::AppSubscribes { app: registered.app(), fields };
            Next::Step(input, registered.registration(lane.shared()))
        }
        Then::GiveUp(gone) => {
            let input = Input::AppSubscribes { app: gone.app(), fields: gone.left(world) };
            Next::Step(input, gone.registration(lane.shared()))
        }
        Then::Read(reading) => Next::Body(reading.of(world, lane.shared())),
        Then::Inspect(inspected) => Next::Body(inspected.answer(world, at)),
    })
}

/// The switches for a call: those of the token's Page, else of the first Page that the app is on.
fn options_for(world: &World, caller: Option<Caller>) -> Options {
    let mut pages = world.settings.pages.iter();
    let page = match caller.map(|caller| caller.token) {
        Some(Token::Page { page, .. }) => pages.find(|(id, _)| **id == page),
        Some(Token::App { app }) => pages.find(|(_, page)| page.apps.contains_key(&app)),
        None => None,
    };
    page.map(|(_, page)| page.options).unwrap_or_default()
}

/// The words of the platform for what core refused; some depend on what was called.
fn refused_by_core(call: &Call, refusal: Refusal, at: Timestamp) -> GraphError {
    match (&call.kind, refusal.kind, call.person) {
        (CallKind::AsksProfile { .. }, RefusalKind::UnknownPerson, Some(person)) => {
            GraphError::unknown_node("get", &person.to_string())
        }
        (
            CallKind::AsksProfile { .. },
            RefusalKind::PermissionMissing | RefusalKind::NoRoleOnApp { .. },
            _,
        ) => GraphError::profile_denied(refusal.rule, refusal.saw),
        _ => GraphError::refused_to(call.app, refusal, at),
    }
}

/// What may help beside the words of the platform.
fn hint(world: &World, call: &Call, kind: RefusalKind) -> Option<String> {
    (kind == RefusalKind::UnknownPerson)
        .then(|| hint::unknown_person(world, call.page?, call.person?))
        .flatten()
}

/// Lets the lane decide: one lock, one step.
pub(super) fn decide(
    lane: &Arc<Lane>,
    mut call: Call,
    caller: Option<Caller>,
    then: Result<Then, GraphError>,
    origin: Origin<'_>,
) -> Decision {
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
    let next = next(&state, lane, caller, then, origin, at);
    if let Ok(Next::Step(Input::AppSubscribes { fields, .. }, registration)) = &next {
        // Only the world tells what is left of the fields.
        let webhook = registration.as_ref().map(RegisteredWebhook::of).map(Box::new);
        let gives_up = matches!(&call.kind, CallKind::Other { method, .. } if **method == *"DELETE");
        let how = if gives_up { Subscribing::GivesUp } else { Subscribing::Registers };
        call.kind = CallKind::Subscribes { how, fields: *fields, webhook };
    }
    let call = &call;
    let refused = |state: &mut LaneState, seq, error: GraphError| {
        let error = Arc::new(error);
        let trace = state.refused(call, seq, &error);
        Err((error, trace))
    };
    match next {
        Ok(Next::Step(input, after)) => {
            let person = call.person;
            debug_assert_eq!(call.input().as_ref(), Some(&input), "a journal tells another input");
            let (result, applied) = state.apply(Record::Call(call.clone()), cause, input.clone());
            let result = match result {
                Ok(answer) => Ok(answer::success(&answer, person, &call.kind, &state.world)),
                Err(refusal) => {
                    let hint = hint(&state.world, call, refusal.kind);
                    refused(&mut state, applied.seq, refused_by_core(call, refusal, at).hint(hint))
                }
            };
            if let (Some(registration), Input::AppSubscribes { app, .. }, Ok(_)) = (after, input, &result) {
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
