//! What must hold of every state. Nothing here is taken from core's decisions: it is what the facts about the platform
//! say, by the words of the Page's options and its settings, never by the name of its protocol.

use emulator_core::{
    Context, Control, ControlEnds, Conversation, Input, Leader, Line, Options, Page, Party, Psid, Span,
    Subject, Timer, TimerKind, Timestamp, Unowned, World, step,
};

use crate::world::{IDS, PAGE, PEOPLE, State};

pub(crate) type Checked = Result<(), String>;

pub(crate) fn must(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}

pub(crate) fn page(world: &World) -> &Page {
    &world.settings.pages[&PAGE]
}

pub(crate) fn line(world: &World) -> &Line {
    &page(world).messenger
}

pub(crate) fn options(world: &World) -> &Options {
    line(world).options()
}

pub(crate) fn owner(world: &World, person: Psid) -> Option<Party> {
    world.control(person).owner()
}

/// The primary receiver or the default app, where the protocol has one (C-05, C-08, C-10).
pub(crate) fn leader(world: &World) -> Option<Party> {
    match line(world).fixed().leader {
        Leader::PrimaryReceiver => line(world).primary_receiver.map(Party::App),
        Leader::DefaultApp => line(world).default_app,
        Leader::Nobody => None,
    }
}

/// The primary receiver, where the protocol has one.
pub(crate) fn primary(world: &World) -> Option<Party> {
    leader(world).filter(|_| line(world).fixed().leader == Leader::PrimaryReceiver)
}

/// True where each app needs a role to take part (C-05, C-13).
pub(crate) fn has_roles(world: &World) -> bool {
    line(world).fixed().unowned == Unowned::Primary
}

/// True for who can be in control: an app of the Page or the inbox, with a role where one is needed (C-05, C-08).
pub(crate) fn on_line(world: &World, party: Party) -> bool {
    match party {
        Party::App(app) => {
            let gone = has_roles(world) && line(world).without_role.contains(&app);
            page(world).apps.contains_key(&app) && !gone
        }
        Party::Inbox => !(has_roles(world) && line(world).inbox_without_role),
        Party::LeadFlow | Party::MetaAi => false,
    }
}

/// True while control can be given: where apps have roles, to a primary receiver with a secondary one (C-05), and nowhere
/// while an admin has switched handover off (C-108).
pub(crate) fn is_active(world: &World) -> bool {
    if line(world).fixed().leader != Leader::PrimaryReceiver {
        return true;
    }
    let others = page(world).apps.keys().map(|app| Party::App(*app)).chain([Party::Inbox]);
    let secondary = || others.filter(|party| Some(*party) != primary(world)).any(|it| on_line(world, it));
    !line(world).handover_off && (!has_roles(world) || primary(world).is_some() && secondary())
}

/// Who has what nobody was given: the primary receiver where there is no idle state (C-13), nobody otherwise.
pub(crate) fn nobodys(world: &World) -> Option<Party> {
    primary(world).filter(|_| has_roles(world) && is_active(world))
}

/// Holds a state against what must be true of it.
pub(crate) fn state(state: &State) -> Checked {
    let world = &state.world;
    // C-05, C-09, C-10: whoever is above the others is there.
    let leads = leader(world).is_none_or(|leader| on_line(world, leader));
    must(leads, || format!("{:?} leads and is not on the Page", leader(world)))?;
    let mut due = Vec::new();
    for (person, conversation) in &world.conversations {
        control(world, conversation, state.now)?;
        let at = conversation.control.until();
        let timer = |at| Timer { at, kind: TimerKind::ControlEnds, subject: Subject::Conversation(*person) };
        due.extend(at.map(timer));
    }
    // C-23: a deadline for each owner whose control ends, and none besides; the first is the next.
    must(world.timers.len() == due.len(), || format!("{} deadlines for {due:?}", world.timers.len()))?;
    let next = world.timers.next();
    must(next == due.iter().min().copied(), || format!("{next:?} is the next of {due:?}"))
}

fn control(world: &World, conversation: &Conversation, now: Timestamp) -> Checked {
    let control = conversation.control;
    // C-05, C-108: nobody has it exactly while nobody can.
    must((control == Control::Inactive) != is_active(world), || {
        format!("{control:?} while handover is {}", if is_active(world) { "on" } else { "off" })
    })?;
    // C-13: no idle where the primary receiver has what nobody was given.
    must(control != Control::Idle || !has_roles(world), || "it is idle, which it cannot be".to_owned())?;
    let Control::Owned { by, until, .. } = control else { return Ok(()) };
    // C-05, C-08, C-12a: the owner is there.
    must(on_line(world, by), || format!("{by:?} owns and is not on the Page"))?;
    // C-13, C-23, C-28, C-59: control ends where it does, later than now and within reach.
    match (until, options(world).control_ends) {
        (None, ControlEnds::Never) => Ok(()),
        (Some(until), ControlEnds::AfterSilence) => {
            must(until > now && until <= now + Span(7 * Span::DAY.0), || {
                format!("control of {by:?} ends at {until:?}, and now is {now:?}")
            })
        }
        (until, word) => Err(format!("control of {by:?} ends at {until:?}, by the word {word:?}")),
    }
}

/// True if time alone takes every conversation to who has what nobody was given, where control ends by itself, and leaves
/// nothing to wait for (C-23).
pub(crate) fn comes_to_rest(state: &State) -> bool {
    if state.world.timers.is_empty() {
        return true;
    }
    let mut world = state.world.clone();
    for _ in 0..=PEOPLE.len() {
        let Some(timer) = world.timers.next() else { break };
        let _ = step(&mut world, Input::TimerFired(timer), &Context { now: timer.at, ids: &IDS });
    }
    let rests = |person: &Psid| owner(&world, *person) == nobodys(&world);
    world.timers.is_empty() && world.conversations.keys().all(rests)
}
