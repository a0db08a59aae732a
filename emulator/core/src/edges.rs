//! The edges with which apps move control (C-34 to C-65).

use std::sync::Arc;

use crate::audience::Audience;
use crate::case::Case;
use crate::catalogue::RuleId;
use crate::conversation::CONTROL_LASTS;
use crate::effect::{Accepted, Answer, Event, Outcome, Refusal};
use crate::fact::{Fact, Saw};
use crate::ids::{AppId, PageId};
use crate::input::ControlAct;
use crate::options::{Passes, Release, RequestOnIdle, Takes, WhatOneHas, Whom};
use crate::party::Party;
use crate::protocols::Refusals;
use crate::refusal::RefusalKind;
use crate::time::Span;
use crate::world::World;

/// The most that an extension can ask for (C-59).
pub const EXTEND_AT_MOST: Span = Span(7 * Span::DAY.0);

type Metadata = Option<Arc<str>>;

/// An app calls a control edge. Whatever it is, an agent's mark is gone once it was accepted (C-108a).
pub(crate) fn act(mut case: Case<'_>, app: AppId, act: ControlAct) -> Outcome {
    case.known()?;
    case.reads_control();
    let caller = Party::App(app);
    let rule = match act {
        ControlAct::Pass { to, metadata } => pass(&mut case, caller, to, metadata),
        ControlAct::Take { metadata } => take(&mut case, caller, metadata),
        ControlAct::Request { metadata } => request(&mut case, caller, metadata),
        ControlAct::PassMetadata { to, metadata } => pass_metadata(&mut case, to, metadata),
        ControlAct::Release => release(&mut case, caller),
        ControlAct::Extend { by } => extend(&mut case, caller, by),
    }?;
    case.mark(false);
    Ok(case.accepted(rule, Answer::Done))
}

fn refusals(case: &Case<'_>) -> Refusals {
    case.refusals()
}

fn pass(
    case: &mut Case<'_>,
    caller: Party,
    to: Option<Party>,
    metadata: Metadata,
) -> Result<RuleId, Refusal> {
    let owner = case.owner();
    let may_pass = match case.options.passes {
        Passes::Owner => owner == Some(caller),
        Passes::OwnerOrIdle => owner.is_none_or(|owner| owner == caller),
    };
    if !may_pass {
        return Err(case.refuse(RuleId::OnlyOwnerPasses, refusals(case).not_owner_pass));
    }
    let to = to.ok_or_else(|| case.refuse(RuleId::PassNamesTarget, RefusalKind::TargetRequired))?;
    on_page(case, to)?;
    let event = Event::PassThreadControl { previous_owner: owner, new_owner: to, metadata };
    moves(case, RuleId::PassMovesControl, to, Audience::Mover(Some(to)), &event);
    Ok(RuleId::PassMovesControl)
}

/// Checks that a target is an app of the Page, or the inbox (C-35a).
fn on_page(case: &Case<'_>, target: Party) -> Result<(), Refusal> {
    let there = match target {
        Party::App(app) => case.world.settings.connection(case.page, app).is_some(),
        Party::Inbox => true,
        Party::LeadFlow | Party::MetaAi => false,
    };
    if there { Ok(()) } else { Err(case.refuse(RuleId::TargetOnPage, RefusalKind::IncorrectAppId)) }
}

fn take(case: &mut Case<'_>, caller: Party, metadata: Metadata) -> Result<RuleId, Refusal> {
    let (rule, owner) = (RuleId::WhoMayTake, case.owner());
    if owner == Some(caller) {
        return match case.options.take_by_owner {
            WhatOneHas::Success => Ok(RuleId::TakeByOwner),
            WhatOneHas::Refuse => Err(case.refuse(RuleId::TakeByOwner, RefusalKind::TakeByOwner)),
        };
    }
    let is_primary = case.primary().map(Party::App) == Some(caller);
    let may_take = match case.options.takes {
        Takes::IdleOrPrimary => owner.is_none() || is_primary,
        Takes::Primary => is_primary,
    };
    if !may_take {
        return Err(case.refuse(rule, refusals(case).take_refused));
    }
    let event = Event::TakeThreadControl { previous_owner: owner, new_owner: caller, metadata };
    moves(case, rule, caller, Audience::Mover(owner), &event);
    Ok(rule)
}

fn request(case: &mut Case<'_>, caller: Party, metadata: Metadata) -> Result<RuleId, Refusal> {
    match case.owner() {
        Some(owner) if owner == caller => match case.options.request_by_owner {
            WhatOneHas::Success => Ok(RuleId::RequestByOwner),
            WhatOneHas::Refuse => Err(case.refuse(RuleId::RequestByOwner, RefusalKind::RequestByOwner)),
        },
        Some(owner) => {
            asks(case, caller, owner, metadata);
            Ok(RuleId::RequestAsksOwner)
        }
        None => {
            match case.options.request_on_idle {
                RequestOnIdle::Grant => {
                    let event =
                        Event::PassThreadControl { previous_owner: None, new_owner: caller, metadata };
                    moves(case, RuleId::RequestOnIdle, caller, Audience::Mover(Some(caller)), &event);
                }
                RequestOnIdle::Ask => {
                    let primary = case.primary().map(Party::App).filter(|primary| *primary != caller);
                    if let Some(primary) = primary {
                        asks(case, caller, primary, metadata);
                    }
                }
            }
            Ok(RuleId::RequestOnIdle)
        }
    }
}

fn asks(case: &mut Case<'_>, caller: Party, whom: Party, metadata: Metadata) {
    case.next_event();
    case.tell(Audience::Party(whom), &Event::RequestThreadControl { requested_owner: caller, metadata });
}

/// Tells another app something; control stays where it is (C-65).
fn pass_metadata(case: &mut Case<'_>, to: Party, metadata: Arc<str>) -> Result<RuleId, Refusal> {
    on_page(case, to)?;
    case.next_event();
    case.tell(Audience::Party(to), &Event::PassThreadMetadata { metadata });
    Ok(RuleId::MetadataOnly)
}

fn release(case: &mut Case<'_>, caller: Party) -> Result<RuleId, Refusal> {
    let rule = RuleId::OnlyOwnerReleases;
    if case.owner() != Some(caller) {
        return Err(case.refuse(rule, refusals(case).not_owner_release));
    }
    let to = match case.options.release {
        Release::Idle => None,
        Release::Primary => case.primary().map(Party::App).filter(|primary| *primary != caller),
    };
    case.move_to(rule, to);
    Ok(rule)
}

fn extend(case: &mut Case<'_>, caller: Party, by: Option<Span>) -> Result<RuleId, Refusal> {
    let rule = RuleId::ExtendControl;
    if case.owner() != Some(caller) {
        return Err(case.refuse(rule, refusals(case).not_owner_extend));
    }
    let by = by.unwrap_or(CONTROL_LASTS);
    if by <= Span(0) || by > EXTEND_AT_MOST {
        return Err(case.refuse(rule, RefusalKind::DurationOutOfRange));
    }
    let until = case.now + by;
    case.prolong(rule, until);
    Ok(rule)
}

/// Moves control by a call, and tells whom it concerns.
fn moves(case: &mut Case<'_>, rule: RuleId, to: Party, audience: Audience, event: &Event) {
    case.next_event();
    case.move_to(rule, Some(to));
    case.tell(audience, event);
}

/// An app asks who owns the conversation (C-60).
pub(crate) fn owner(mut case: Case<'_>, app: AppId) -> Outcome {
    case.known()?;
    case.reads_control();
    let (rule, control) = (RuleId::OwnerToldToAll, case.control());
    let may_know = match case.options.owner_told_to {
        Whom::All => true,
        Whom::Owner => control.owner().is_none_or(|owner| owner == Party::App(app)),
        Whom::Primary => case.primary().is_none_or(|primary| primary == app),
    };
    if !may_know {
        return Err(case.refuse(rule, RefusalKind::OwnerNotTold));
    }
    Ok(case.accepted(rule, Answer::Owner(control.owner().map(|owner| (owner, control.until())))))
}

/// An app asks for the secondary receivers: every other app of the Page, and the Page Inbox (C-64).
pub(crate) fn receivers(world: &World, page: PageId, app: AppId) -> Outcome {
    let (rule, primary) = (RuleId::ReceiversForPrimary, world.settings.primary(page));
    let saw = Saw::of([Fact::PrimaryReceiver(primary)]);
    match primary {
        None => Err(Refusal { rule, saw, kind: RefusalKind::OnlyReceivers }),
        Some(primary) if primary != app => Err(Refusal { rule, saw, kind: RefusalKind::ReceiversHidden }),
        Some(primary) => {
            let apps = world.settings.pages.get(&page).into_iter().flat_map(|page| page.apps.keys().copied());
            let apps = apps.filter(|app| *app != primary).map(Party::App);
            let answer = Answer::Receivers(apps.chain([Party::Inbox]).collect());
            Ok(Accepted { answer, ..Accepted::quiet(rule, saw) })
        }
    }
}
