//! Who hears what on which channel (C-03, C-12, C-15, C-18, C-21, C-75, C-80, C-121).

use std::collections::BTreeSet;

use emulator_core::{
    Accepted, AdminChange, AnnounceImplicitMoves, AppAct, AppId, Channel, Control, ControlAct, Conversation,
    Effect, Event, Field, Folder, IdleDelivery, InboxAct, InboxMain, Input, Party, PersonAct, Psid,
    RequestOnIdle, Requests, SendControl, Switch, TakeFromInbox, TapHeard, World,
};

use crate::actions::{BUTTON, BUTTONS_BY};
use crate::answers::{leaving, person_of};
use crate::invariants::{
    Checked, has_roles, is_active, leader, line, must, on_line, options, owner, page, primary,
};
use crate::moves::{Claim, claimed, human_agent_takes};
use crate::world::{PEOPLE, State};

/// What one app hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Heard {
    app: AppId,
    what: What,
    /// Of whom.
    person: Option<Psid>,
    standby: bool,
}

/// The kinds of events; that of a role with the app whose role it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Message,
    Echo,
    Postback,
    Reaction,
    Referral,
    Delivered,
    Read,
    Pass,
    Take,
    Request,
    Metadata,
    Role(AppId),
}

impl What {
    const fn of(event: &Event) -> Self {
        match event {
            Event::Message { .. } => Self::Message,
            Event::Echo { .. } => Self::Echo,
            Event::Postback { .. } => Self::Postback,
            Event::Reaction { .. } => Self::Reaction,
            Event::Referral(_) => Self::Referral,
            Event::Delivered { .. } => Self::Delivered,
            Event::Read { .. } => Self::Read,
            Event::PassThreadControl { .. } => Self::Pass,
            Event::TakeThreadControl { .. } => Self::Take,
            Event::RequestThreadControl { .. } => Self::Request,
            Event::PassThreadMetadata { .. } => Self::Metadata,
            Event::AppRoles { app, .. } => Self::Role(*app),
        }
    }

    const fn field(self) -> Field {
        match self {
            Self::Message => Field::Messages,
            Self::Echo => Field::MessageEchoes,
            Self::Postback => Field::MessagingPostbacks,
            Self::Reaction => Field::MessageReactions,
            Self::Referral => Field::MessagingReferrals,
            Self::Delivered => Field::MessageDeliveries,
            Self::Read => Field::MessageReads,
            Self::Pass | Self::Take | Self::Request | Self::Metadata | Self::Role(_) => {
                Field::MessagingHandovers
            }
        }
    }

    /// C-80, C-165: what is for the owner alone.
    const fn is_for_owner(self) -> bool {
        matches!(self, Self::Reaction | Self::Referral)
    }
}

/// Each app hears what it is to hear, once, on the channel that it is to hear it on, and nothing else.
pub(crate) fn told(before: &State, input: &Input, accepted: &Accepted, after: &State) -> Checked {
    let mut expected: Vec<Heard> = Vec::new();
    let world = &after.world;
    for (what, control) in said(before, input, accepted, after) {
        expected.extend(listeners(world, what, control).map(|(app, standby)| Heard {
            app,
            what,
            person: person_of(input),
            standby,
        }));
    }
    for (party, what, person) in of_control(before, input, after) {
        let app = party.app().filter(|app| hears(world, *app, what.field()));
        expected.extend(app.map(|app| Heard { app, what, person, standby: false }));
    }
    let mut got = Vec::new();
    for decided in &accepted.effects {
        let Effect::Deliver(delivery) = &decided.effect else { continue };
        let (what, standby) = (What::of(&delivery.event), delivery.channel == Channel::Standby);
        got.push(Heard { app: delivery.app, what, person: delivery.person, standby });
        // C-81, C-121: a payload is for the app that made the button, and for who is not on standby.
        let payload = matches!(&delivery.event, Event::Postback { payload: Some(_), .. });
        must(!payload || !standby && delivery.app == BUTTONS_BY, || format!("a payload for {delivery:?}"))?;
        if let Some(person) = delivery.person {
            let last = |world: &World| world.conversations.get(&person).and_then(|known| known.last_event);
            let later = last(&before.world).is_none_or(|last| delivery.at > last);
            let newest = last(world).is_some_and(|last| delivery.at <= last);
            must(later && newest, || format!("{:?} is not the next moment", delivery.at))?;
        }
    }
    expected.sort_unstable();
    got.sort_unstable();
    must(got == expected, || format!("heard: expected {expected:?}, got {got:?}"))
}

fn hears(world: &World, app: AppId, field: Field) -> bool {
    page(world).apps.get(&app).is_some_and(|connection| connection.fields.contains(field))
}

/// What is said or done in the conversation, and who is in control then.
fn said(before: &State, input: &Input, accepted: &Accepted, after: &State) -> Vec<(What, Control)> {
    let Some(person) = person_of(input) else { return Vec::new() };
    let conversation = before.world.conversations.get(&person);
    let (was, is) = (before.world.control(person), after.world.control(person));
    let written = || accepted.effects.iter().any(|it| matches!(it.effect, Effect::Message { .. }));
    match input {
        Input::Person { act, .. } => match act {
            PersonAct::Says(_) => vec![(What::Message, is)],
            PersonAct::Taps { what, .. } if **what == *BUTTON => vec![(What::Postback, is)],
            PersonAct::Taps { .. } => vec![(What::Message, is)],
            PersonAct::Reacts { .. } => vec![(What::Reaction, is)],
            PersonAct::Reads if conversation.is_some_and(|it| it.newest_of_page().is_some()) => {
                vec![(What::Read, is)]
            }
            PersonAct::Opens(_) if conversation.is_some_and(Conversation::has_begun) => {
                vec![(What::Referral, is)]
            }
            PersonAct::Reads | PersonAct::Opens(_) | PersonAct::Blocks(_) => Vec::new(),
        },
        Input::Inbox { act: InboxAct::Replies(_), .. } if written() => {
            // What nobody owns goes to who has it without a word, and the echo with it.
            vec![(What::Echo, is), (What::Delivered, is)]
        }
        Input::App { app, act: AppAct::Sends { tag, .. }, .. } => {
            // Control moves once the message is sent (C-22), but for a human agent's, who takes it with the message.
            let takes = human_agent_takes(&before.world, person, Party::App(*app), *tag);
            let taken =
                Control::Owned { by: Party::App(*app), until: None, lasts: emulator_core::CONTROL_LASTS };
            let at = if takes { taken } else { was };
            vec![(What::Echo, at), (What::Delivered, at)]
        }
        Input::Inbox { .. }
        | Input::App { .. }
        | Input::Admin { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. }
        | Input::TimerFired(_) => Vec::new(),
    }
}

/// The apps that hear something, each with whether it hears it on standby.
fn listeners(world: &World, what: What, control: Control) -> impl Iterator<Item = (AppId, bool)> {
    let (words, owner) = (options(world), control.owner());
    // C-15: of what is idle the default app hears as an owner would, where there is one.
    let leads =
        leader(world).filter(|_| control == Control::Idle && words.idle_delivery == IdleDelivery::Leader);
    let alone = owner.or(leads).filter(|_| what.is_for_owner());
    let travels = !what.is_for_owner();
    let apps = page(world).apps.keys().copied().filter(move |app| hears(world, *app, what.field()));
    apps.filter(move |app| alone.is_none_or(|alone| alone == Party::App(*app))).filter_map(move |app| {
        let maker = what == What::Postback && app == BUTTONS_BY && words.tap_heard == TapHeard::Messaging;
        let standby = match (owner, control, words.idle_delivery) {
            (Some(owner), ..) => owner != Party::App(app) && !maker,
            (None, Control::Inactive, _) | (None, _, IdleDelivery::Messaging) => false,
            (None, _, IdleDelivery::Standby) => travels,
            (None, _, IdleDelivery::Leader) => leads.is_some_and(|leads| leads != Party::App(app)),
        };
        (!standby || hears(world, app, Field::Standby)).then_some((app, standby))
    })
}

type Told = (Party, What, Option<Psid>);

/// Who is told what of control, by the table of C-75.
fn of_control(before: &State, input: &Input, after: &State) -> Vec<Told> {
    let person = person_of(input);
    let was = person.and_then(|person| owner(&before.world, person));
    let is = person.and_then(|person| owner(&after.world, person));
    let words = options(&before.world);
    let in_conversation =
        |told: Vec<(Party, What)>| told.into_iter().map(|(by, what)| (by, what, person)).collect();
    let to = |party: Option<Party>, what| party.map(|party| (party, what)).into_iter().collect::<Vec<_>>();
    let mover = |party: Option<Party>, what| match words.handover_broadcast {
        Switch::Off => to(party, what),
        Switch::On => page(&after.world).apps.keys().map(|app| (Party::App(*app), what)).collect(),
    };
    let loses = |taken: bool| if taken { mover(was, What::Take) } else { Vec::new() };
    match input {
        Input::App { app, act: AppAct::Controls { act, .. }, .. } => {
            let caller = Party::App(*app);
            in_conversation(match act {
                ControlAct::Pass { .. } => mover(is, What::Pass),
                ControlAct::Take { .. } => {
                    let mut told = loses(was != Some(caller));
                    // C-49.
                    let passed = words.take_from_inbox == TakeFromInbox::Passed && was == Some(Party::Inbox);
                    told.extend(passed.then_some((caller, What::Pass)));
                    told
                }
                ControlAct::Request { .. } => match (was, words.requests, words.request_on_idle) {
                    (None, _, RequestOnIdle::Grant) => mover(Some(caller), What::Pass),
                    (Some(owner), ..) if owner == caller => Vec::new(),
                    (Some(owner), Requests::Owner, _) => to(Some(owner), What::Request),
                    (Some(_) | None, ..) => {
                        to(primary(&before.world).filter(|primary| *primary != caller), What::Request)
                    }
                },
                ControlAct::PassMetadata { to, .. } => vec![(*to, What::Metadata)],
                // Nobody is told of either.
                ControlAct::Release | ControlAct::Extend { .. } => Vec::new(),
            })
        }
        Input::App { app, act: AppAct::Sends { person: about, tag, then, .. }, .. } => {
            let mut told = loses(human_agent_takes(&before.world, *about, Party::App(*app), *tag));
            told.extend(if matches!(then, Some(SendControl::Pass(_))) {
                mover(is, What::Pass)
            } else {
                Vec::new()
            });
            in_conversation(told)
        }
        Input::Inbox { act: InboxAct::Moves(Folder::Done), .. } if was == Some(Party::Inbox) => {
            // C-106.
            let given = leader(&before.world).filter(|leader| {
                is == Some(*leader) && words.done_gives == emulator_core::DoneGives::Primary
            });
            in_conversation(given.map_or_else(Vec::new, |leader| mover(Some(leader), What::Pass)))
        }
        Input::Inbox { act: InboxAct::Moves(Folder::Main), .. }
            if words.inbox_main == InboxMain::AsksPrimary =>
        {
            // C-101.
            let asks =
                on_line(&before.world, Party::Inbox) && is_active(&before.world) && was != Some(Party::Inbox);
            in_conversation(to(primary(&before.world).filter(|_| asks), What::Request))
        }
        Input::Inbox { act, .. } => {
            let idle_reply = was.is_none() && matches!(act, InboxAct::Replies(_));
            let taken = is == Some(Party::Inbox) && was != is && !idle_reply;
            in_conversation(loses(taken))
        }
        Input::Person { person: about, act } => in_conversation(announced(before, *about, act, (was, is))),
        Input::Admin { change, .. } => {
            let mut told = gives_back(before, input, after);
            told.extend(of_roles(before, Some(change), input, &after.world));
            told
        }
        Input::App { act: AppAct::Installs { fields: None, .. }, .. } => {
            let mut told = gives_back(before, input, after);
            told.extend(of_roles(before, None, input, &after.world));
            told
        }
        // Nobody is told when control ends by itself (C-23).
        Input::TimerFired(_)
        | Input::App { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. } => Vec::new(),
    }
}

/// Moves of control that nobody asked for (C-122).
fn announced(
    before: &State,
    person: Psid,
    act: &PersonAct,
    (was, is): (Option<Party>, Option<Party>),
) -> Vec<(Party, What)> {
    let (Some(now), true) = (is, was != is) else { return Vec::new() };
    let claim = claimed(&before.world, person, act).map(|(claim, ..)| claim);
    match (options(&before.world).announce_implicit_moves, claim, was) {
        (AnnounceImplicitMoves::None, ..) | (_, None, _) => Vec::new(),
        (_, Some(Claim::Route), None | Some(Party::Inbox)) => vec![(now, What::Pass)],
        (AnnounceImplicitMoves::All, _, Some(loser)) => vec![(loser, What::Take)],
        (AnnounceImplicitMoves::Inbox, ..) | (AnnounceImplicitMoves::All, Some(Claim::Tap), None) => {
            Vec::new()
        }
    }
}

/// C-05a: where apps have roles the primary receiver gets back what others owned when handover goes off.
fn gives_back(before: &State, input: &Input, after: &State) -> Vec<Told> {
    let moves = matches!(input, Input::Admin { change: AdminChange::Protocol(_), .. });
    let goes_off = is_active(&before.world) && !is_active(&after.world);
    let back = primary(&after.world).filter(|_| has_roles(&after.world) && goes_off && !moves);
    let given = |person: &Psid| {
        let back = back?;
        before.world.conversations.get(person)?;
        let owner = owner(&before.world, *person)?;
        (owner != back).then_some((back, What::Pass, Some(*person)))
    };
    PEOPLE.iter().filter_map(given).collect()
}

/// C-12, C-06: each app whose role changes is told; where all apps have roles, each of them is.
fn of_roles(before: &State, change: Option<&AdminChange>, input: &Input, after: &World) -> Vec<Told> {
    let (was, is) = (primary(&before.world), primary(after));
    let mut changed: BTreeSet<AppId> = BTreeSet::new();
    if let Some(AdminChange::Protocol(_) | AdminChange::DefaultApp(_)) = change {
        return Vec::new();
    }
    if was != is {
        changed.extend([was, is].into_iter().flatten().filter_map(Party::app));
    }
    if let Some(AdminChange::Role { party, role }) = change {
        let had = on_line(&before.world, *party);
        let gone = role.is_none();
        changed.extend(party.app().filter(|_| had == gone || was == Some(*party) && was != is));
    }
    // Who is no longer on the Page is not told, and nobody else is told of it.
    changed.retain(|app| page(after).apps.contains_key(app) || leaving(input).is_none());
    let told = |app: &AppId| {
        let about = *app;
        let apps: Vec<AppId> = match has_roles(after) {
            true => {
                let takes_part = |app: &AppId| *app == about || on_line(after, Party::App(*app));
                page(after).apps.keys().copied().filter(takes_part).collect()
            }
            false => vec![about],
        };
        apps.into_iter().map(move |app| (Party::App(app), What::Role(about), None))
    };
    changed
        .iter()
        .flat_map(told)
        .filter(|_| line(after).protocol() == line(&before.world).protocol())
        .collect()
}
