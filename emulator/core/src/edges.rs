//! The edges with which apps move control (C-33 to C-68).

use std::sync::Arc;

use crate::audience::Audience;
use crate::case::Case;
use crate::catalogue::RuleId;
use crate::conversation::{CONTROL_LASTS, Control};
use crate::edge::ControlEdge;
use crate::effect::{Accepted, Answer, Outcome, Refusal};
use crate::event::Event;
use crate::fact::{Fact, Saw};
use crate::ids::AppId;
use crate::input::ControlAct;
use crate::options::{
    OwnerTold, PassReaches, PassWithoutTarget, Passes, Release, RequestOnIdle, Requests, Switch,
    TakeFromInbox, Takes, WhatOneHas,
};
use crate::party::Party;
use crate::platform::LineId;
use crate::protocols::{Fixed, Options};
use crate::refusal::RefusalKind;
use crate::time::Span;
use crate::world::World;

/// The most that an extension can ask for (C-59).
pub const EXTEND_AT_MOST: Span = Span(7 * Span::DAY.0);

type Metadata = Option<Arc<str>>;

/// An app calls a control edge. Whatever it is, an agent's mark is gone once it was accepted (C-108a).
pub(crate) fn act(mut case: Case<'_>, app: AppId, act: ControlAct) -> Outcome {
    exists(&case, act.edge())?;
    case.known()?;
    case.reads_control();
    let caller = Party::App(app);
    takes_part(&case, caller)?;
    let rule = match act {
        ControlAct::Pass { to, metadata } => pass(&mut case, caller, to, metadata),
        ControlAct::Take { metadata } => take(&mut case, app, metadata),
        ControlAct::Request { metadata } => request(&mut case, caller, metadata),
        ControlAct::PassMetadata { to, metadata } => pass_metadata(&mut case, to, metadata),
        ControlAct::Release => release(&mut case, caller),
        ControlAct::Extend { by } => extend(&mut case, caller, by),
    }?;
    case.mark(false);
    Ok(case.accepted(rule, Answer::Done))
}

impl ControlAct {
    const fn edge(&self) -> ControlEdge {
        match self {
            Self::Pass { .. } => ControlEdge::Pass,
            Self::Take { .. } => ControlEdge::Take,
            Self::Request { .. } => ControlEdge::Request,
            Self::PassMetadata { .. } => ControlEdge::PassMetadata,
            Self::Release => ControlEdge::Release,
            Self::Extend { .. } => ControlEdge::Extend,
        }
    }
}

/// Checks that the protocol has the edge (C-32, C-73).
fn exists(case: &Case<'_>, edge: ControlEdge) -> Result<(), Refusal> {
    match missing(&case.fixed(), &case.options, edge) {
        Some((rule, kind)) => Err(case.refuse(rule, kind)),
        None => Ok(()),
    }
}

/// Why a Page does not have an edge, if it does not.
fn missing(fixed: &Fixed, options: &Options, edge: ControlEdge) -> Option<(RuleId, RefusalKind)> {
    if !fixed.edges.contains(&edge) {
        return Some((RuleId::EdgesByTime, RefusalKind::NoSuchEdge(edge)));
    }
    match (options.cr_2023, edge) {
        (Switch::Off, _) | (Switch::On, ControlEdge::Pass | ControlEdge::Release) => None,
        (
            Switch::On,
            ControlEdge::Take
            | ControlEdge::Request
            | ControlEdge::Extend
            | ControlEdge::PassMetadata
            | ControlEdge::Owner
            | ControlEdge::Receivers,
        ) => Some((RuleId::RoutingOf2023, RefusalKind::ApisDisabled)),
    }
}

/// Checks that handover is on and that the caller has a part in it (C-05).
fn takes_part(case: &Case<'_>, caller: Party) -> Result<(), Refusal> {
    if !case.takes_part(caller) || case.control() == Control::Inactive {
        return Err(case.refuse(RuleId::RolesAssigned, RefusalKind::OnlyReceivers));
    }
    Ok(())
}

fn pass(
    case: &mut Case<'_>,
    caller: Party,
    to: Option<Party>,
    metadata: Metadata,
) -> Result<RuleId, Refusal> {
    let (rule, to) = pass_target(case, case.owner(), caller, to)?;
    let (previous_owner, metadata) = (case.owner(), metadata);
    let event = Event::PassThreadControl { previous_owner, new_owner: to, metadata };
    moves(case, rule, to, Audience::Mover(Some(to)), &event);
    Ok(rule)
}

/// Whom a pass gives control, and by which rule, if the caller may pass to that target what that owner has.
pub(crate) fn pass_target(
    case: &Case<'_>,
    owner: Option<Party>,
    caller: Party,
    to: Option<Party>,
) -> Result<(RuleId, Party), Refusal> {
    let (may_pass, rule) = match (case.options.passes, owner) {
        (_, Some(owner)) => (owner == caller, RuleId::PassMovesControl),
        (Passes::Owner, None) => (false, RuleId::PassMovesControl),
        (Passes::OwnerOrIdle, None) => (true, RuleId::IdlePasses),
    };
    if !may_pass {
        return Err(case.refuse(RuleId::OnlyOwnerPasses, case.fixed().not_owner_pass));
    }
    let primary = case.primary().map(Party::App);
    let (rule, to) = match (case.options.pass_reaches, primary) {
        (PassReaches::Primary, Some(primary)) if primary != caller => (RuleId::PassReaches, Some(primary)),
        (PassReaches::Primary | PassReaches::All, _) => (rule, to),
    };
    let (rule, to) = match (to, case.options.pass_without_target) {
        (Some(to), _) => (rule, Some(to)),
        (None, PassWithoutTarget::Refuse) => (rule, None),
        (None, PassWithoutTarget::DefaultApp) => (RuleId::PassToDefault, case.leader()),
    };
    let to = to.ok_or_else(|| case.refuse(RuleId::PassNamesTarget, RefusalKind::TargetRequired))?;
    if case.options.pass_to_itself == Switch::Off && owner == Some(to) {
        return Err(case.refuse(RuleId::PassToItself, RefusalKind::PassToItself));
    }
    on_page(case, to)?;
    Ok((rule, to))
}

/// Checks that a target is an app of the Page that takes part, or the inbox (C-35a).
fn on_page(case: &Case<'_>, target: Party) -> Result<(), Refusal> {
    let there = match target {
        Party::App(app) => case.world.settings.connection(case.page, app).is_some(),
        Party::Inbox => true,
        Party::LeadFlow | Party::MetaAi => false,
    };
    if there && case.takes_part(target) {
        Ok(())
    } else {
        Err(case.refuse(RuleId::TargetOnPage, RefusalKind::IncorrectAppId))
    }
}

fn take(case: &mut Case<'_>, app: AppId, metadata: Metadata) -> Result<RuleId, Refusal> {
    let (caller, owner) = (Party::App(app), case.owner());
    let rule = match case.options.takes {
        Takes::IdleOrPrimary => RuleId::WhoMayTake,
        Takes::Primary => RuleId::PrimaryTakes,
        Takes::Permitted => RuleId::PermittedTakes,
        Takes::Never => RuleId::NobodyTakes,
    };
    let is_primary = case.primary() == Some(app);
    let has_already = match case.options.takes {
        Takes::IdleOrPrimary | Takes::Permitted => owner == Some(caller),
        Takes::Primary => owner == Some(caller) && is_primary,
        Takes::Never => false,
    };
    if has_already {
        return match case.options.take_by_owner {
            WhatOneHas::Success => Ok(RuleId::TakeByOwner),
            WhatOneHas::Refuse => Err(case.refuse(RuleId::TakeByOwner, RefusalKind::TakeByOwner)),
        };
    }
    let may_take = match case.options.takes {
        Takes::IdleOrPrimary => owner.is_none() || is_primary,
        Takes::Primary => is_primary,
        Takes::Permitted => {
            let permitted = case.may_take(app);
            case.reads(Fact::MayTake(permitted));
            permitted
        }
        Takes::Never => false,
    };
    if !may_take {
        return Err(case.refuse(rule, case.fixed().take_refused));
    }
    let passed = owner == Some(Party::Inbox) && case.options.take_from_inbox == TakeFromInbox::Passed;
    let told = metadata.clone();
    let event = Event::TakeThreadControl { previous_owner: owner, new_owner: caller, metadata };
    moves(case, rule, caller, Audience::Mover(owner), &event);
    if passed {
        let event = Event::PassThreadControl { previous_owner: owner, new_owner: caller, metadata: told };
        case.tell_by(RuleId::TakeFromInbox, Audience::Party(caller), &event);
    }
    Ok(rule)
}

fn request(case: &mut Case<'_>, caller: Party, metadata: Metadata) -> Result<RuleId, Refusal> {
    let primary = case.primary().map(Party::App);
    let by_owner = |case: &Case<'_>| match case.options.request_by_owner {
        WhatOneHas::Success => Ok(RuleId::RequestByOwner),
        WhatOneHas::Refuse => Err(case.refuse(RuleId::RequestByOwner, RefusalKind::RequestByOwner)),
    };
    match (case.options.requests, case.owner()) {
        (Requests::Refuse, _) => Err(case.refuse(RuleId::NoRequests, RefusalKind::ApisDisabled)),
        (Requests::Owner | Requests::Primary, Some(owner)) if owner == caller => by_owner(case),
        (Requests::Primary, Some(_)) if primary == Some(caller) => {
            Err(case.refuse(RuleId::RequestAsksPrimary, RefusalKind::RequestByPrimary))
        }
        (Requests::Primary, Some(_)) => {
            if let Some(primary) = primary {
                asks(case, caller, primary, metadata);
            }
            Ok(RuleId::RequestAsksPrimary)
        }
        (Requests::Owner, Some(owner)) => {
            asks(case, caller, owner, metadata);
            Ok(RuleId::RequestAsksOwner)
        }
        (Requests::Owner | Requests::Primary, None) => {
            match case.options.request_on_idle {
                RequestOnIdle::Grant => {
                    let event =
                        Event::PassThreadControl { previous_owner: None, new_owner: caller, metadata };
                    moves(case, RuleId::RequestOnIdle, caller, Audience::Mover(Some(caller)), &event);
                }
                RequestOnIdle::Ask => {
                    if let Some(primary) = primary.filter(|primary| *primary != caller) {
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
    may_release(case, case.owner(), caller)?;
    let to = match case.options.release {
        Release::Idle => None,
        Release::Primary => case.primary().map(Party::App).filter(|primary| *primary != caller),
    };
    case.move_to(rule, to);
    Ok(rule)
}

/// Checks that the caller has what it gives up (C-55).
pub(crate) fn may_release(case: &Case<'_>, owner: Option<Party>, caller: Party) -> Result<(), Refusal> {
    if owner == Some(caller) {
        return Ok(());
    }
    Err(case.refuse(RuleId::OnlyOwnerReleases, case.fixed().not_owner_release))
}

fn extend(case: &mut Case<'_>, caller: Party, by: Option<Span>) -> Result<RuleId, Refusal> {
    let rule = RuleId::ExtendControl;
    if case.owner() != Some(caller) {
        return Err(case.refuse(rule, case.fixed().not_owner_extend));
    }
    let by = by.unwrap_or(CONTROL_LASTS);
    if by <= Span(0) || by > EXTEND_AT_MOST {
        return Err(case.refuse(rule, RefusalKind::DurationOutOfRange));
    }
    let until = case.now + by;
    case.set_lasts(CONTROL_LASTS);
    case.prolong(rule, until);
    Ok(rule)
}

/// Moves control by a call, and tells whom it concerns.
pub(crate) fn moves(case: &mut Case<'_>, rule: RuleId, to: Party, audience: Audience, event: &Event) {
    case.next_event();
    case.move_to(rule, Some(to));
    case.tell(audience, event);
}

/// An app asks who owns the conversation (C-60, C-61).
pub(crate) fn owner(mut case: Case<'_>, app: AppId) -> Outcome {
    exists(&case, ControlEdge::Owner)?;
    case.known()?;
    case.reads_control();
    takes_part(&case, Party::App(app))?;
    let (caller, owner, until) = (Party::App(app), case.owner(), case.control().until());
    let (rule, may_know) = match case.options.owner_told_to {
        OwnerTold::All => (RuleId::OwnerToldToAll, true),
        OwnerTold::Owner => (RuleId::OwnerToldToAll, owner.is_none_or(|owner| owner == caller)),
        OwnerTold::Primary => {
            (RuleId::OwnerToldToPrimary, case.primary().is_none_or(|primary| primary == app))
        }
        OwnerTold::Expiration => {
            let may_know = owner == Some(caller) || case.leader() == Some(caller);
            let answer = owner.map(|owner| (may_know.then_some(owner), until));
            return Ok(case.accepted(RuleId::OwnerToldToOwner, Answer::Owner(answer)));
        }
    };
    if !may_know {
        return Err(case.refuse(rule, RefusalKind::OwnerNotTold));
    }
    Ok(case.accepted(rule, Answer::Owner(owner.map(|owner| (Some(owner), until)))))
}

/// An app asks for the secondary receivers: every other app of the Page that takes part, and the Page Inbox (C-64).
pub(crate) fn receivers(world: &World, asked: LineId, app: AppId) -> Outcome {
    let rule = RuleId::ReceiversForPrimary;
    let page = world.settings.pages.get(&asked.page).filter(|page| page.is_active(asked.platform));
    let there = page.and_then(|page| Some((page, page.line(asked.platform)?)));
    if let Some((_, line)) = there
        && let Some((rule, kind)) = missing(&line.fixed(), line.options(), ControlEdge::Receivers)
    {
        return Err(Refusal { rule, saw: Saw::default(), kind });
    }
    let primary = there.and_then(|(_, line)| line.primary());
    let saw = Saw::of([Fact::PrimaryReceiver(primary)]);
    match (there, primary) {
        (None, _) | (_, None) => Err(Refusal { rule, saw, kind: RefusalKind::OnlyReceivers }),
        (Some((_, line)), Some(_)) if !line.takes_part(Party::App(app)) => {
            Err(Refusal { rule, saw, kind: RefusalKind::OnlyReceivers })
        }
        (_, Some(primary)) if primary != app => {
            Err(Refusal { rule, saw, kind: RefusalKind::ReceiversHidden })
        }
        (Some((page, line)), Some(primary)) => {
            let apps = page.apps.keys().copied().filter(|app| *app != primary).map(Party::App);
            let receivers = apps.chain([Party::Inbox]);
            let answer = Answer::Receivers(receivers.filter(|party| line.takes_part(*party)).collect());
            Ok(Accepted { answer, ..Accepted::quiet(rule, saw) })
        }
    }
}
