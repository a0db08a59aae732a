//! Conversation control in the `handover` protocol: exclusive control, idle conversations, an
//! optional primary receiver (C-08, C-14 to C-19, C-23 to C-30, C-119 to C-122).

use crate::catalogue::RuleId;
use crate::channel::{self, Place};
use crate::conversation::Control;
use crate::effect::{Accepted, Decided, Effect, Event, Refusal, RefusalKind};
use crate::fact::{Fact, Saw};
use crate::folder;
use crate::ids::{AppId, PageId, Psid};
use crate::options::{Activity, AnnounceImplicitMoves, Switch};
use crate::party::Party;
use crate::settings::Settings;
use crate::time::{Span, Timestamp};
use crate::timers::{Subject, Timer, TimerKind};
use crate::world::World;

/// How long control lasts without activity.
pub const CONTROL_LASTS: Span = Span::DAY;

/// What the inbox says when a message moves control out of it (observed).
const NEW_MESSAGE: &str = "new message";

/// What the rules of control read about a conversation.
pub(crate) fn saw(settings: &Settings, page: PageId, control: Control) -> Saw {
    let (owner, primary) = (Fact::Owner(control.owner()), Fact::PrimaryReceiver(primary(settings, page)));
    match control.until() {
        Some(until) => Saw::of([owner, Fact::Expires(until), primary]),
        None => Saw::of([owner, primary]),
    }
}

/// The Page's primary receiver.
pub(crate) fn primary(settings: &Settings, page: PageId) -> Option<AppId> {
    settings.pages.get(&page).and_then(|page| page.primary_receiver)
}

/// Moves control and everything that goes with it: the expiry and the folder.
pub(crate) fn move_to(
    world: &mut World,
    person: Psid,
    to: Option<Party>,
    now: Timestamp,
    (rule, saw): (RuleId, Saw),
) -> Vec<Decided> {
    let World { conversations, timers, settings, .. } = world;
    let Some(conversation) = conversations.get_mut(&person) else { return Vec::new() };
    let from = conversation.control.owner();
    let until = to.map(|_| now + CONTROL_LASTS);
    let subject = Subject::Conversation(person);
    timers.change(subject, TimerKind::ControlEnds, conversation.control.until(), until);
    conversation.control = match (to, until) {
        (Some(by), Some(until)) => Control::Owned { by, until },
        _ => Control::Idle,
    };
    let mut effects = vec![Decided { rule, saw, effect: Effect::ControlMoved { person, from, to, until } }];
    effects.extend(folder::follow(conversation, person, to, &settings.options(conversation.page)));
    effects
}

/// Keeps the owner in control at least until then.
pub(crate) fn prolong(
    world: &mut World,
    person: Psid,
    until: Timestamp,
    (rule, saw): (RuleId, Saw),
) -> Option<Decided> {
    let World { conversations, timers, .. } = world;
    let conversation = conversations.get_mut(&person)?;
    let Control::Owned { by, until: before } = conversation.control else { return None };
    conversation.control = Control::Owned { by, until };
    timers.change(Subject::Conversation(person), TimerKind::ControlEnds, Some(before), Some(until));
    let effect = Effect::ControlProlonged { person, owner: by, until };
    (before != until).then_some(Decided { rule, saw, effect })
}

/// Something was written: the owner keeps control for at least another day.
fn renew(world: &mut World, page: PageId, person: Psid, now: Timestamp) -> Option<Decided> {
    let control = world.control(person);
    let until = control.until()?.max(now + CONTROL_LASTS);
    let saw = saw(&world.settings, page, control);
    prolong(world, person, until, (RuleId::MessageRenewsControl, saw))
}

/// The person wrote: an idle conversation goes to the primary receiver, an owned one stays with its
/// owner.
pub(crate) fn person_wrote(world: &mut World, place: Place, now: Timestamp, out: &mut Vec<Decided>) {
    let Place { page, person, .. } = place;
    let control = world.control(person);
    if control.owner().is_some() {
        out.extend(renew(world, page, person, now));
        return;
    }
    let Some(primary) = primary(&world.settings, page) else { return };
    let saw = saw(&world.settings, page, control);
    out.extend(move_to(world, person, Some(Party::App(primary)), now, (RuleId::PrimaryGetsIdle, saw)));
    match world.settings.options(page).announce_implicit_moves {
        AnnounceImplicitMoves::None => {}
        AnnounceImplicitMoves::Inbox | AnnounceImplicitMoves::All => {
            let event = Event::PassThreadControl {
                previous_owner: Some(Party::Inbox),
                new_owner: Party::App(primary),
                metadata: Some(NEW_MESSAGE.into()),
            };
            channel::tell_of_control(world, place, Party::App(primary), event, out);
        }
    }
}

/// The Page wrote, which keeps the owner in control only where any message does.
pub(crate) fn page_wrote(world: &mut World, page: PageId, person: Psid, now: Timestamp) -> Option<Decided> {
    match world.settings.options(page).activity {
        Activity::UserMessage => None,
        Activity::AnyMessage => renew(world, page, person, now),
    }
}

/// The person tapped a button: the app that made it gets control, whoever had it (C-119).
pub(crate) fn person_tapped(
    world: &mut World,
    place: Place,
    made_by: AppId,
    now: Timestamp,
    out: &mut Vec<Decided>,
) {
    let Place { page, person, .. } = place;
    let control = world.control(person);
    let to = Party::App(made_by);
    if control.owner() == Some(to) {
        out.extend(renew(world, page, person, now));
        return;
    }
    let saw = saw(&world.settings, page, control).with(Fact::MadeBy(made_by));
    out.extend(move_to(world, person, Some(to), now, (RuleId::ButtonMovesControl, saw)));
    let announced = world.settings.options(page).announce_implicit_moves == AnnounceImplicitMoves::All;
    if let Some(loser) = control.owner().filter(|_| announced) {
        let event = Event::TakeThreadControl { previous_owner: Some(loser), new_owner: to, metadata: None };
        channel::tell_of_control(world, place, loser, event, out);
    }
}

/// Checks that the app may send: it owns the conversation, or nobody does.
pub(crate) fn admits_send(
    settings: &Settings,
    page: PageId,
    app: AppId,
    owner: Option<Party>,
    saw: Saw,
) -> Result<RuleId, Refusal> {
    let exclusive = settings.options(page).exclusive == Switch::On;
    match owner {
        Some(owner) if owner != Party::App(app) && exclusive => {
            Err(Refusal { rule: RuleId::OnlyOwnerSends, saw, kind: RefusalKind::AnotherAppInControl })
        }
        Some(_) => Ok(RuleId::OnlyOwnerSends),
        None => Ok(RuleId::IdleOpenToAll),
    }
}

/// Control ends by itself. Nobody is told (C-24).
pub(crate) fn control_ended(world: &mut World, timer: Timer, person: Psid, now: Timestamp) -> Accepted {
    let control = world.control(person);
    let page = world.conversations.get(&person).map(|conversation| conversation.page);
    let saw = page.map_or_else(Saw::default, |page| saw(&world.settings, page, control));
    let mut accepted = Accepted::quiet(RuleId::ControlExpires, saw.clone());
    if control.until().is_some_and(|until| until <= now.max(timer.at)) {
        accepted.effects = move_to(world, person, None, now, (RuleId::ControlExpires, saw));
    }
    accepted
}
