//! The edges with which apps move control in the `handover` protocol (C-33 to C-66).

use crate::catalogue::RuleId;
use crate::channel::{self, Place};
use crate::effect::{Accepted, Answer, Event, Outcome, Refusal, RefusalKind};
use crate::fact::{Fact, Saw};
use crate::folder;
use crate::handover::{self, CONTROL_LASTS};
use crate::ids::{AppId, PageId, Psid};
use crate::input::ControlAct;
use crate::options::{Release, RequestOnIdle, WhatOneHas, Whom};
use crate::party::Party;
use crate::step::Context;
use crate::time::{Span, Timestamp};
use crate::world::World;

/// The most that an extension can ask for.
pub const EXTEND_AT_MOST: Span = Span(7 * Span::DAY.0);

/// Who asks, about whose conversation, and what the rules read of it.
#[derive(Clone)]
struct Asked {
    page: PageId,
    app: AppId,
    person: Psid,
    owner: Option<Party>,
    saw: Saw,
    now: Timestamp,
}

impl Asked {
    const fn caller(&self) -> Party {
        Party::App(self.app)
    }

    fn refuse<T>(&self, rule: RuleId, kind: RefusalKind) -> Result<T, Refusal> {
        Err(Refusal { rule, saw: self.saw.clone(), kind })
    }

    const fn place(&self, owner: Option<Party>, at: Timestamp) -> Place {
        Place { page: self.page, person: self.person, owner, at }
    }
}

/// An app calls a control edge. Whatever it is, an agent's mark is gone once it was accepted.
pub(crate) fn act(
    world: &mut World,
    (page, app): (PageId, AppId),
    person: Psid,
    act: ControlAct,
    context: &Context<'_>,
) -> Outcome {
    let control = world.control(person);
    let owner = control.owner();
    let saw = handover::saw(&world.settings, page, control);
    let asked = Asked { page, app, person, owner, saw, now: context.now };
    let mut accepted = match act {
        ControlAct::Pass { to, metadata } => pass(world, &asked, to, metadata),
        ControlAct::Take { metadata } => take(world, &asked, metadata),
        ControlAct::Request { metadata } => request(world, &asked, metadata),
        ControlAct::PassMetadata { to, metadata } => pass_metadata(world, &asked, to, metadata),
        ControlAct::Release => release(world, &asked),
        ControlAct::Extend { by } => extend(world, &asked, by),
    }?;
    if let Some(conversation) = world.conversations.get_mut(&person) {
        accepted.effects.extend(folder::mark(conversation, person, false));
    }
    Ok(accepted)
}

type Metadata = Option<std::sync::Arc<str>>;

fn pass(world: &mut World, asked: &Asked, to: Option<Party>, metadata: Metadata) -> Outcome {
    if asked.owner != Some(asked.caller()) {
        return asked.refuse(RuleId::OnlyOwnerPasses, RefusalKind::CallerNotOwner);
    }
    let Some(to) = to else {
        return asked.refuse(RuleId::PassNamesTarget, RefusalKind::TargetRequired);
    };
    if !on_page(world, asked.page, to) {
        return asked.refuse(RuleId::TargetOnPage, RefusalKind::IncorrectAppId);
    }
    let event = Event::PassThreadControl { previous_owner: asked.owner, new_owner: to, metadata };
    Ok(hand(world, asked, to, Some(to), &event, RuleId::PassMovesControl))
}

fn on_page(world: &World, page: PageId, party: Party) -> bool {
    match party {
        Party::App(app) => world.settings.connection(page, app).is_some(),
        Party::Inbox => true,
        Party::LeadFlow | Party::MetaAi => false,
    }
}

fn take(world: &mut World, asked: &Asked, metadata: Metadata) -> Outcome {
    if asked.owner == Some(asked.caller()) {
        return match world.settings.options(asked.page).take_by_owner {
            WhatOneHas::Success => Ok(Accepted::quiet(RuleId::TakeByOwner, asked.saw.clone())),
            WhatOneHas::Refuse => asked.refuse(RuleId::TakeByOwner, RefusalKind::TakeByOwner),
        };
    }
    if asked.owner.is_some() && asked.saw.primary_receiver() != Some(Some(asked.app)) {
        return asked.refuse(RuleId::WhoMayTake, RefusalKind::TakeNotAllowed);
    }
    let event = Event::TakeThreadControl { previous_owner: asked.owner, new_owner: asked.caller(), metadata };
    Ok(hand(world, asked, asked.caller(), asked.owner, &event, RuleId::WhoMayTake))
}

fn request(world: &mut World, asked: &Asked, metadata: Metadata) -> Outcome {
    let options = world.settings.options(asked.page);
    match (asked.owner, options.request_on_idle) {
        (Some(owner), _) if owner == asked.caller() => match options.request_by_owner {
            WhatOneHas::Success => Ok(Accepted::quiet(RuleId::RequestByOwner, asked.saw.clone())),
            WhatOneHas::Refuse => asked.refuse(RuleId::RequestByOwner, RefusalKind::RequestByOwner),
        },
        (Some(owner), _) => Ok(ask(world, asked, Some(owner), metadata, RuleId::RequestAsksOwner)),
        (None, RequestOnIdle::Grant) => {
            let event =
                Event::PassThreadControl { previous_owner: None, new_owner: asked.caller(), metadata };
            Ok(hand(world, asked, asked.caller(), Some(asked.caller()), &event, RuleId::RequestOnIdle))
        }
        (None, RequestOnIdle::Ask) => {
            let primary = handover::primary(&world.settings, asked.page);
            Ok(ask(
                world,
                asked,
                primary.filter(|app| *app != asked.app).map(Party::App),
                metadata,
                RuleId::RequestOnIdle,
            ))
        }
    }
}

fn ask(world: &mut World, asked: &Asked, whom: Option<Party>, metadata: Metadata, rule: RuleId) -> Accepted {
    let mut accepted = Accepted::quiet(rule, asked.saw.clone());
    if let Some(whom) = whom {
        let at = world.conversation(asked.person, asked.page).next_event(asked.now);
        let event = Event::RequestThreadControl { requested_owner: asked.caller(), metadata };
        let place = asked.place(asked.owner, at);
        channel::tell_of_control(world, place, whom, event, &mut accepted.effects);
    }
    accepted
}

/// Tells another app something; control stays where it is (C-65, C-66).
fn pass_metadata(world: &mut World, asked: &Asked, to: Party, metadata: std::sync::Arc<str>) -> Outcome {
    if !on_page(world, asked.page, to) {
        return asked.refuse(RuleId::TargetOnPage, RefusalKind::IncorrectAppId);
    }
    let mut accepted = Accepted::quiet(RuleId::MetadataOnly, asked.saw.clone());
    let at = world.conversation(asked.person, asked.page).next_event(asked.now);
    let event = Event::PassThreadMetadata { metadata };
    channel::tell_of_control(world, asked.place(asked.owner, at), to, event, &mut accepted.effects);
    Ok(accepted)
}

fn release(world: &mut World, asked: &Asked) -> Outcome {
    let rule = RuleId::OnlyOwnerReleases;
    if asked.owner != Some(asked.caller()) {
        return asked.refuse(rule, RefusalKind::OnlyOwnerReleases);
    }
    let primary = handover::primary(&world.settings, asked.page).filter(|app| *app != asked.app);
    let to = match world.settings.options(asked.page).release {
        Release::Idle => None,
        Release::Primary => primary.map(Party::App),
    };
    let effects = handover::move_to(world, asked.person, to, asked.now, (rule, asked.saw.clone()));
    Ok(Accepted { rule, saw: asked.saw.clone(), answer: Answer::Done, effects })
}

fn extend(world: &mut World, asked: &Asked, by: Option<Span>) -> Outcome {
    let rule = RuleId::ExtendControl;
    if asked.owner != Some(asked.caller()) {
        return asked.refuse(rule, RefusalKind::OnlyOwnerExtends);
    }
    let by = by.unwrap_or(CONTROL_LASTS);
    if by <= Span(0) || by > EXTEND_AT_MOST {
        return asked.refuse(rule, RefusalKind::DurationOutOfRange);
    }
    let prolonged = handover::prolong(world, asked.person, asked.now + by, (rule, asked.saw.clone()));
    let effects = prolonged.into_iter().collect();
    Ok(Accepted { rule, saw: asked.saw.clone(), answer: Answer::Done, effects })
}

fn hand(
    world: &mut World,
    asked: &Asked,
    to: Party,
    tell: Option<Party>,
    event: &Event,
    rule: RuleId,
) -> Accepted {
    let Asked { page, person, now, ref saw, .. } = *asked;
    let at = world.conversation(person, page).next_event(now);
    let mut effects = handover::move_to(world, person, Some(to), now, (rule, saw.clone()));
    channel::tell_of_move(world, asked.place(Some(to), at), tell, event, &mut effects);
    Accepted { rule, saw: saw.clone(), answer: Answer::Done, effects }
}

/// An app asks who owns the conversation (C-60).
pub(crate) fn owner(world: &World, page: PageId, app: AppId, person: Psid) -> Outcome {
    let control = world.control(person);
    let saw = handover::saw(&world.settings, page, control);
    let rule = RuleId::OwnerToldToAll;
    let may_know = match world.settings.options(page).owner_told_to {
        Whom::All => true,
        Whom::Owner => control.owner().is_none_or(|owner| owner == Party::App(app)),
        Whom::Primary => handover::primary(&world.settings, page).is_none_or(|primary| primary == app),
    };
    if !may_know {
        return Err(Refusal { rule, saw, kind: RefusalKind::OwnerNotTold });
    }
    let answer = Answer::Owner(control.owner().zip(control.until()));
    Ok(Accepted { answer, ..Accepted::quiet(rule, saw) })
}

/// An app asks for the secondary receivers: every other app of the Page, and the Page Inbox (C-64).
pub(crate) fn receivers(world: &World, page: PageId, app: AppId) -> Outcome {
    let primary = handover::primary(&world.settings, page);
    let saw = Saw::of([Fact::PrimaryReceiver(primary)]);
    let refuse = |kind| Err(Refusal { rule: RuleId::ReceiversForPrimary, saw: saw.clone(), kind });
    match primary {
        None => refuse(RefusalKind::OnlyReceivers),
        Some(primary) if primary != app => refuse(RefusalKind::ReceiversHidden),
        Some(primary) => {
            let apps = world.settings.pages.get(&page).into_iter().flat_map(|page| page.apps.keys().copied());
            let mut receivers: Vec<Party> = apps.filter(|app| *app != primary).map(Party::App).collect();
            receivers.push(Party::Inbox);
            let answer = Answer::Receivers(receivers);
            Ok(Accepted { answer, ..Accepted::quiet(RuleId::ReceiversForPrimary, saw) })
        }
    }
}
