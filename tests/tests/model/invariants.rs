//! What must hold of every answer and of every state. Nothing here is taken from core: it is what the platform's
//! documentation says, in other words and by another way.

use std::collections::BTreeSet;

use emulator_core::{
    AdminChange, AppAct, Channel, Context, ControlAct, Delivery, Effect, Event, Folder, Ids, InboxAct, Input,
    Outcome, Party, PersonAct, Psid, RefusalKind, Tag, TimerKind, World, step,
};

use crate::actions::{APPROVED, BUTTON, BUTTONS_BY};
use crate::world::{PAGE, PEOPLE, State};

type Checked = Result<(), String>;

fn must(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}

fn owner(world: &World, person: Psid) -> Option<Party> {
    world.control(person).owner()
}

fn on_page(world: &World, party: Party) -> bool {
    party.app().is_some_and(|app| world.settings.pages[&PAGE].apps.contains_key(&app))
}

fn primary(world: &World) -> Option<Party> {
    world.settings.pages[&PAGE].messenger.primary_receiver.map(Party::App)
}

/// Whose conversation an input is about.
fn person_of(input: &Input) -> Option<Psid> {
    match input {
        Input::Person { person, .. }
        | Input::Inbox { person, .. }
        | Input::App {
            act:
                AppAct::Sends { person, .. }
                | AppAct::Signals { person }
                | AppAct::Reacts { person, .. }
                | AppAct::Controls { person, .. }
                | AppAct::AsksOwner { person }
                | AppAct::AsksProfile { person, .. },
            ..
        } => Some(*person),
        Input::App { act: AppAct::AsksReceivers { .. } | AppAct::Installs { .. }, .. }
        | Input::Admin { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. }
        | Input::TimerFired(_) => None,
    }
}

/// Whose conversation lies where an agent put it, and not where control would file it.
pub(crate) fn filed(before: &State, input: &Input, outcome: &Outcome) -> [bool; 2] {
    let mut filed = before.filed;
    let Ok(accepted) = outcome else { return filed };
    for (person, filed) in PEOPLE.iter().zip(&mut filed) {
        let moved =
            |effect: &Effect| matches!(effect, Effect::ControlMoved { person: whose, .. } if whose == person);
        if accepted.effects.iter().any(|decided| moved(&decided.effect)) {
            *filed = false;
        }
        if matches!(input, Input::Inbox { person: whose, act: InboxAct::Moves(_) } if whose == person) {
            *filed = true;
        }
    }
    filed
}

/// Holds an answer against what must be true of it.
pub(crate) fn answer(before: &State, input: &Input, outcome: &Outcome, after: &State) -> Checked {
    sends(before, input, outcome)?;
    let accepted = match outcome {
        Err(refusal) => {
            return must(before.world == after.world, || format!("{refusal:?} changed the world"));
        }
        Ok(accepted) => accepted,
    };
    for &person in &PEOPLE {
        let mine = person_of(input).is_none_or(|whose| whose == person);
        let same = before.world.conversations.get(&person) == after.world.conversations.get(&person);
        must(mine || same, || format!("{input:?} changed the conversation of {person}"))?;
    }
    if let Input::Person { person, act: PersonAct::Taps { what, .. } } = input
        && **what == *BUTTON
        && on_page(&after.world, Party::App(BUTTONS_BY))
    {
        let owner = owner(&after.world, *person);
        must(owner == Some(Party::App(BUTTONS_BY)), || {
            format!("{owner:?} owns after a tap on what {BUTTONS_BY} made")
        })?;
    }
    let mut heard = BTreeSet::new();
    let mut told = Vec::new();
    for decided in &accepted.effects {
        if let Effect::Deliver(delivery) = &decided.effect {
            let content = delivered(before, after, delivery)?;
            must(heard.insert((delivery.app, content)), || {
                format!("{} hears {content} twice", delivery.app)
            })?;
            if delivery.field == emulator_core::Field::MessagingHandovers {
                told.push((Party::App(delivery.app), content));
            }
        }
    }
    let expected = control_events(before, input, after);
    must(told == expected, || format!("control events: expected {expected:?}, got {told:?}"))
}

/// The channel is that of the owner, time goes on, and only apps of the Page hear. Says what the event is.
fn delivered(before: &State, after: &State, delivery: &Delivery) -> Result<&'static str, String> {
    must(on_page(&after.world, Party::App(delivery.app)), || format!("{} is not on the Page", delivery.app))?;
    let Some(person) = delivery.person else { return Ok(content(&delivery.event)) };
    let conversation = |world: &World| world.conversations.get(&person).and_then(|known| known.last_event);
    let (was, is) = (conversation(&before.world), conversation(&after.world));
    must(was.is_none_or(|was| delivery.at > was), || {
        format!("{:?} does not come after {was:?}", delivery.at)
    })?;
    must(is.is_some_and(|is| delivery.at <= is), || format!("{:?} comes after {is:?}", delivery.at))?;
    let control = delivery.field == emulator_core::Field::MessagingHandovers;
    let owns = owner(&after.world, person).is_none_or(|owner| owner == Party::App(delivery.app));
    let messaging = delivery.channel == Channel::Messaging;
    must(messaging == (control || owns), || {
        format!("{delivery:?} while {:?} owns", owner(&after.world, person))
    })?;
    let payload = matches!(&delivery.event, Event::Postback { payload: Some(_), .. });
    must(!payload || messaging, || format!("standby tells a payload: {delivery:?}"))?;
    Ok(content(&delivery.event))
}

const fn content(event: &Event) -> &'static str {
    match event {
        Event::Message { .. } => "message",
        Event::Echo { .. } => "echo",
        Event::Postback { .. } => "postback",
        Event::Reaction { .. } => "reaction",
        Event::Referral(_) => "referral",
        Event::Delivered { .. } => "delivery",
        Event::Read { .. } => "read",
        Event::PassThreadControl { .. } => PASS,
        Event::TakeThreadControl { .. } => TAKE,
        Event::RequestThreadControl { .. } => REQUEST,
        Event::PassThreadMetadata { .. } => METADATA,
        Event::AppRoles { .. } => ROLES,
    }
}

const PASS: &str = "pass";
const TAKE: &str = "take";
const REQUEST: &str = "request";
const METADATA: &str = "metadata";
const ROLES: &str = "roles";

/// Who is told what of control by the table of C-75, given that the input was accepted.
fn control_events(before: &State, input: &Input, after: &State) -> Vec<(Party, &'static str)> {
    let was = person_of(input).and_then(|person| owner(&before.world, person));
    let is = person_of(input).and_then(|person| owner(&after.world, person));
    let taken = || was.filter(|was| is == Some(Party::Inbox) && *was != Party::Inbox).map(|was| (was, TAKE));
    let told: Vec<(Party, &'static str)> = match input {
        Input::App { app, act: AppAct::Controls { act, .. }, .. } => match act {
            ControlAct::Pass { to, .. } => to.map(|to| (to, PASS)).into_iter().collect(),
            ControlAct::Take { .. } => {
                was.filter(|was| *was != Party::App(*app)).map(|was| (was, TAKE)).into_iter().collect()
            }
            ControlAct::Request { .. } => vec![was.map_or((Party::App(*app), PASS), |was| (was, REQUEST))],
            ControlAct::PassMetadata { to, .. } => vec![(*to, METADATA)],
            ControlAct::Release | ControlAct::Extend { .. } => Vec::new(),
        },
        Input::Inbox { act: InboxAct::Moves(Folder::Main) | InboxAct::Replies(_), .. } => {
            taken().into_iter().collect()
        }
        Input::Inbox { act: InboxAct::Moves(Folder::Done), .. } if was == Some(Party::Inbox) => {
            primary(&before.world).map(|primary| (primary, PASS)).into_iter().collect()
        }
        Input::Admin { change: AdminChange::PrimaryReceiver(app), .. } if *app != primary(&before.world) => {
            primary(&before.world).into_iter().chain(*app).map(|app| (app, ROLES)).collect()
        }
        Input::App { .. }
        | Input::Inbox { .. }
        | Input::Admin { .. }
        | Input::Person { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. }
        | Input::TimerFired(_) => Vec::new(),
    };
    // The inbox owns, but does not listen.
    told.into_iter().filter(|(app, _)| on_page(&after.world, *app)).collect()
}

/// A message is refused for control exactly when another app owns, save that of an approved human agent.
fn sends(before: &State, input: &Input, outcome: &Outcome) -> Checked {
    let Input::App { app, act: AppAct::Sends { person, tag, .. }, .. } = input else { return Ok(()) };
    let refused = |kind| outcome.as_ref().is_err_and(|refusal| refusal.kind == kind);
    if before.world.people[person].blocked {
        return must(refused(RefusalKind::PersonUnavailable), || format!("blocked, but {outcome:?}"));
    }
    let approved = *app == APPROVED;
    if *tag == Some(Tag::HumanAgent) && !approved {
        return must(refused(RefusalKind::HumanAgentNotApproved), || {
            format!("not approved, but {outcome:?}")
        });
    }
    let another = owner(&before.world, *person).is_some_and(|owner| owner != Party::App(*app));
    let expected = another && tag.is_none();
    must(refused(RefusalKind::AnotherAppInControl) == expected, || {
        format!("{app} sends while {:?} owns: {outcome:?}", owner(&before.world, *person))
    })?;
    let open = before.world.conversations.get(person).and_then(|conversation| conversation.window_until);
    let open = open.is_some_and(|until| before.now < until);
    must(expected || !open || outcome.is_ok(), || format!("the window is open, but {outcome:?}"))?;
    must(open || tag.is_some() || outcome.is_err(), || format!("the window is closed, but {outcome:?}"))
}

/// Holds a state against what must be true of it.
pub(crate) fn state(state: &State) -> Checked {
    let world = &state.world;
    let primary_is_there = primary(world).is_none_or(|primary| on_page(world, primary));
    must(primary_is_there, || "the primary receiver is not on the Page".to_owned())?;
    let mut owned = Vec::new();
    for (person, filed) in PEOPLE.iter().zip(state.filed) {
        let Some(conversation) = world.conversations.get(person) else { continue };
        let Some((by, until)) = conversation.control.owner().zip(conversation.control.until()) else {
            continue;
        };
        owned.push(until);
        must(by == Party::Inbox || on_page(world, by), || format!("{by:?} owns and is not on the Page"))?;
        must(until > state.now, || format!("control of {by:?} has outlasted its end"))?;
        let folder = if by == Party::Inbox { Folder::Main } else { Folder::Done };
        must(filed || conversation.folder == folder, || {
            format!("{by:?} owns what lies in {:?}", conversation.folder)
        })?;
        must(by != Party::Inbox || !conversation.marked_done, || {
            "the inbox owns what it is done with".to_owned()
        })?;
    }
    // One deadline for each owner and none besides; the first is the next.
    must(world.timers.len() == owned.len(), || format!("{} deadlines for {owned:?}", world.timers.len()))?;
    let next = world.timers.next();
    must(next.map(|timer| timer.at) == owned.iter().min().copied(), || format!("{next:?} for {owned:?}"))?;
    let ends = next.is_none_or(|timer| timer.kind == TimerKind::ControlEnds);
    must(ends, || format!("{next:?} is about nothing"))
}

/// True if time alone makes every conversation idle and leaves nothing to wait for.
pub(crate) fn becomes_idle(state: &State) -> bool {
    let mut world = state.world.clone();
    let ids = Ids::new(7, "model");
    for _ in 0..=PEOPLE.len() {
        let Some(timer) = world.timers.next() else { break };
        let _ = step(&mut world, Input::TimerFired(timer), &Context { now: timer.at, ids: &ids });
    }
    world.timers.is_empty() && PEOPLE.iter().all(|person| owner(&world, *person).is_none())
}
