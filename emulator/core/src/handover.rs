//! Conversation control in the `handover` protocol: exclusive control, idle conversations, an
//! optional primary receiver (C-08, C-14 to C-19, C-23 to C-60).

use std::sync::Arc;

use crate::catalogue::RuleId;
use crate::channel::{self, Place};
use crate::conversation::{Control, Conversation};
use crate::effect::{Accepted, Answer, Decided, Effect, Event, Outcome, Refusal, RefusalKind, Saw};
use crate::folder;
use crate::ids::{AppId, PAGE_INBOX, PageId, Psid};
use crate::input::ControlAct;
use crate::settings::Settings;
use crate::step::Context;
use crate::time::{Span, Timestamp};
use crate::timers::{Timer, TimerKind};
use crate::world::World;

/// How long control lasts without activity.
pub const CONTROL_LASTS: Span = Span::DAY;
/// The most that an extension can ask for.
pub const EXTEND_AT_MOST: Span = Span(7 * Span::DAY.0);

/// What the rules of control read about a conversation.
pub(crate) fn saw(settings: &Settings, page: PageId, control: Control) -> Saw {
    Saw {
        owner: Some(control.owner()),
        expires: control.until(),
        primary: Some(settings.pages.get(&page).and_then(|page| page.primary_receiver)),
        ..Saw::default()
    }
}

/// Moves control and everything that goes with it: the expiry and the folder.
fn move_to(
    world: &mut World,
    person: Psid,
    to: Option<AppId>,
    now: Timestamp,
    reason: (RuleId, Saw),
) -> Vec<Decided> {
    let World { conversations, timers, .. } = world;
    let Some(conversation) = conversations.get_mut(&person) else { return Vec::new() };
    let from = conversation.control.owner();
    let until = to.map(|_| now + CONTROL_LASTS);
    timers.change(person, TimerKind::ControlEnds, conversation.control.until(), until);
    conversation.control = match (to, until) {
        (Some(by), Some(until)) => Control::Owned { by, until },
        _ => Control::Idle,
    };
    let (rule, saw) = reason;
    let mut effects = vec![Decided { rule, saw, effect: Effect::ControlMoved { person, from, to, until } }];
    effects.extend(folder::follow(conversation, person, to));
    effects
}

/// The person wrote: an idle conversation goes to the primary receiver, an owned one stays with its
/// owner for at least another day.
pub(crate) fn person_wrote(
    world: &mut World,
    page: PageId,
    person: Psid,
    now: Timestamp,
    out: &mut Vec<Decided>,
) {
    let settings = Arc::clone(&world.settings);
    let World { conversations, timers, .. } = world;
    let Some(conversation) = conversations.get_mut(&person) else { return };
    let saw = saw(&settings, page, conversation.control);
    match conversation.control {
        Control::Idle => {
            let primary = settings.pages.get(&page).and_then(|page| page.primary_receiver);
            if primary.is_some() {
                out.extend(move_to(world, person, primary, now, (RuleId::PrimaryGetsIdle, saw)));
            }
        }
        Control::Owned { by, until } => {
            let renewed = until.max(now + CONTROL_LASTS);
            if renewed > until {
                conversation.control = Control::Owned { by, until: renewed };
                timers.change(person, TimerKind::ControlEnds, Some(until), Some(renewed));
                let effect = Effect::ControlProlonged { person, owner: by, until: renewed };
                out.push(Decided { rule: RuleId::MessageRenewsControl, saw, effect });
            }
        }
    }
}

/// Checks that the app may send: it owns the conversation, or nobody does.
pub(crate) fn admits_send(
    conversation: Option<&Conversation>,
    app: AppId,
    saw: Saw,
) -> Result<RuleId, Refusal> {
    match conversation.and_then(|conversation| conversation.control.owner()) {
        Some(owner) if owner != app => {
            Err(Refusal { rule: RuleId::OnlyOwnerSends, saw, kind: RefusalKind::AnotherAppInControl })
        }
        Some(_) => Ok(RuleId::OnlyOwnerSends),
        None => Ok(RuleId::IdleOpenToAll),
    }
}

/// An app calls a control edge.
pub(crate) fn act(
    world: &mut World,
    page: PageId,
    app: AppId,
    person: Psid,
    act: ControlAct,
    context: &Context<'_>,
) -> Outcome {
    let now = context.now;
    let control = world.conversations.get(&person).map_or(Control::Idle, |conversation| conversation.control);
    let owner = control.owner();
    let saw = saw(&world.settings, page, control);
    let refuse = |rule, kind| Err(Refusal { rule, saw, kind });
    match act {
        ControlAct::Pass { to, metadata } => {
            if owner != Some(app) {
                return refuse(RuleId::OnlyOwnerPasses, RefusalKind::CallerNotOwner);
            }
            let Some(to) = to else { return refuse(RuleId::PassNamesTarget, RefusalKind::TargetRequired) };
            let connected = world.settings.pages.get(&page).is_some_and(|page| page.apps.contains_key(&to));
            if !connected && to != PAGE_INBOX {
                return refuse(RuleId::TargetOnPage, RefusalKind::IncorrectAppId);
            }
            let event = Event::PassThreadControl { previous_owner: owner, new_owner: to, metadata };
            Ok(hand(
                world,
                Move { page, person, to, tell: Some(to), event, rule: RuleId::PassMovesControl },
                now,
                saw,
            ))
        }
        ControlAct::Take { metadata } => {
            if owner == Some(app) {
                return Ok(unchanged(RuleId::TakeByOwner, saw));
            }
            if owner.is_some() && saw.primary != Some(Some(app)) {
                return refuse(RuleId::WhoMayTake, RefusalKind::TakeNotAllowed);
            }
            let event = Event::TakeThreadControl { previous_owner: owner, new_owner: app, metadata };
            Ok(hand(
                world,
                Move { page, person, to: app, tell: owner, event, rule: RuleId::WhoMayTake },
                now,
                saw,
            ))
        }
        ControlAct::Request { metadata } => match owner {
            Some(owner) if owner == app => refuse(RuleId::RequestByOwner, RefusalKind::RequestByOwner),
            Some(owner) => {
                let conversation = world.conversation(person, page);
                let at = conversation.next_event(now);
                let mut accepted = unchanged(RuleId::RequestAsksOwner, saw);
                let event = Event::RequestThreadControl { requested_owner: app, metadata };
                let place = Place { page, person, owner: Some(owner), at };
                channel::tell_of_control(&world.settings, place, owner, event, &mut accepted.effects);
                Ok(accepted)
            }
            None => {
                let event = Event::PassThreadControl { previous_owner: None, new_owner: app, metadata };
                let rule = RuleId::RequestOnIdle;
                Ok(hand(world, Move { page, person, to: app, tell: Some(app), event, rule }, now, saw))
            }
        },
        ControlAct::Release => {
            if owner != Some(app) {
                return refuse(RuleId::OnlyOwnerReleases, RefusalKind::OnlyOwnerReleases);
            }
            let effects = move_to(world, person, None, now, (RuleId::OnlyOwnerReleases, saw));
            Ok(Accepted { rule: RuleId::OnlyOwnerReleases, saw, answer: Answer::Done, effects })
        }
        ControlAct::Extend { by } => extend(world, person, app, by, now, saw),
    }
}

/// A move of control that an app asked for.
struct Move {
    page: PageId,
    person: Psid,
    to: AppId,
    tell: Option<AppId>,
    event: Event,
    rule: RuleId,
}

fn hand(world: &mut World, step: Move, now: Timestamp, saw: Saw) -> Accepted {
    let Move { page, person, to, tell, event, rule } = step;
    let at = world.conversation(person, page).next_event(now);
    let mut effects = move_to(world, person, Some(to), now, (rule, saw));
    if let Some(tell) = tell {
        let place = Place { page, person, owner: Some(to), at };
        channel::tell_of_control(&world.settings, place, tell, event, &mut effects);
    }
    Accepted { rule, saw, answer: Answer::Done, effects }
}

fn unchanged(rule: RuleId, saw: Saw) -> Accepted {
    Accepted { rule, saw, answer: Answer::Done, effects: Vec::new() }
}

fn extend(
    world: &mut World,
    person: Psid,
    app: AppId,
    by: Option<Span>,
    now: Timestamp,
    saw: Saw,
) -> Outcome {
    let World { conversations, timers, .. } = world;
    let conversation = conversations.get_mut(&person);
    let Some(conversation) = conversation.filter(|conversation| conversation.control.owner() == Some(app))
    else {
        return Err(Refusal { rule: RuleId::ExtendControl, saw, kind: RefusalKind::OnlyOwnerExtends });
    };
    let by = by.unwrap_or(CONTROL_LASTS);
    if by <= Span(0) || by > EXTEND_AT_MOST {
        return Err(Refusal { rule: RuleId::ExtendControl, saw, kind: RefusalKind::DurationOutOfRange });
    }
    let until = now + by;
    timers.change(person, TimerKind::ControlEnds, conversation.control.until(), Some(until));
    conversation.control = Control::Owned { by: app, until };
    let effect = Effect::ControlProlonged { person, owner: app, until };
    let effects = vec![Decided { rule: RuleId::ExtendControl, saw, effect }];
    Ok(Accepted { rule: RuleId::ExtendControl, saw, answer: Answer::Done, effects })
}

/// Control ends by itself. Nobody is told (C-24).
pub(crate) fn control_ended(world: &mut World, timer: Timer, now: Timestamp) -> Accepted {
    let control =
        world.conversations.get(&timer.person).map_or(Control::Idle, |conversation| conversation.control);
    let page = world.conversations.get(&timer.person).map(|conversation| conversation.page);
    let saw = page.map_or_else(Saw::default, |page| saw(&world.settings, page, control));
    let due = control.until().is_some_and(|until| until <= now);
    let mut accepted = unchanged(RuleId::ControlExpires, saw);
    if due {
        accepted.effects = move_to(world, timer.person, None, now, (RuleId::ControlExpires, saw));
    }
    accepted
}
