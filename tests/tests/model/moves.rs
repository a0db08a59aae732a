//! Who owns a conversation after an input, by the words of the Page's options.

use emulator_core::{
    AdminChange, AppAct, Claims, ControlAct, ControlEdge, Conversation, DoneGives, Folder, HumanAgent,
    IdleSends, InboxAct, InboxMain, InboxReply, Input, Party, PassReaches, PassWithoutTarget, Passes,
    PersonAct, Psid, Referral, Release, ReplyInDone, RequestOnIdle, Requests, Role, RoleLost, SendControl,
    Span, Subject, Switch, Tag, Takes, WhatOneHas, World,
};

use crate::actions::{APPROVED, BUTTON, BUTTONS_BY};
use crate::invariants::{is_active, leader, line, nobodys, on_line, options, owner, primary};
use crate::world::{PAGE, State};

/// The owner after an input that was accepted.
pub(crate) fn owner_after(before: &State, input: &Input, after: &World, person: Psid) -> Option<Party> {
    let (world, was) = (&before.world, owner(&before.world, person));
    match input {
        Input::Person { person: whose, act } if *whose == person => {
            claimed(world, person, act).map_or(was, |(_, by, _)| Some(by))
        }
        Input::Inbox { person: whose, act } if *whose == person => after_inbox(world, person, act),
        Input::App { app, act: AppAct::Controls { person: whose, act }, .. } if *whose == person => {
            edge(world, person, Party::App(*app), act).unwrap_or(was)
        }
        Input::App { app, act: AppAct::Sends { person: whose, tag, then, .. }, .. } if *whose == person => {
            let sender = Party::App(*app);
            let owner = if human_agent_takes(world, person, sender, *tag) { Some(sender) } else { was };
            match then {
                None => owner,
                Some(SendControl::Release) => nobodys(after),
                Some(SendControl::Pass(to)) => pass(world, owner, sender, *to).or(owner),
            }
        }
        Input::Admin { change, .. } => after_admin(before, Some(change), None, after, person),
        Input::App { app, act: AppAct::Installs { fields: None, .. }, .. } => {
            after_admin(before, None, Some(Party::App(*app)), after, person)
        }
        Input::TimerFired(timer) => {
            let mine = timer.subject == Subject::Conversation(person);
            let ends = before.world.control(person).until().is_some_and(|until| until <= timer.at);
            if mine && ends { nobodys(after) } else { was }
        }
        Input::Person { .. }
        | Input::Inbox { .. }
        | Input::App { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. } => was,
    }
}

/// By which kind of claim the person gives control to whom, for how long (C-17, C-119, C-136 to C-140).
pub(crate) fn claimed(world: &World, person: Psid, act: &PersonAct) -> Option<(Claim, Party, Span)> {
    let (conversation, was) = (world.conversations.get(&person), owner(world, person));
    let pending = || conversation.and_then(|it| it.pending.as_ref());
    let on_button = |what: &str| what == BUTTON;
    let came_by = match act {
        PersonAct::Says(_) => pending(),
        PersonAct::Taps { what, .. } if on_button(what) => None,
        PersonAct::Taps { .. } => pending(),
        PersonAct::Opens(referral) if conversation.is_some_and(Conversation::has_begun) => Some(referral),
        PersonAct::Opens(_) | PersonAct::Reacts { .. } | PersonAct::Reads | PersonAct::Blocks(_) => {
            return None;
        }
    };
    let waits = matches!(act, PersonAct::Opens(_));
    let words = options(world);
    let (ad, routes) = (ad_app(world, came_by), &line(world).routes);
    let ad = ad.filter(|(app, _)| !waits || was.is_none_or(|was| was == *app));
    let link = came_by.filter(|by| by.ad.is_none()).and_then(|by| routes.links.get(by.reference.as_ref()?));
    let tap = matches!(act, PersonAct::Taps { what, .. } if on_button(what)).then_some(BUTTONS_BY);
    let app = |app: Option<emulator_core::AppId>| app.map(|app| (Party::App(app), Span::DAY));
    let claims = [
        (Claim::Route, words.ad_claims, ad),
        (Claim::Route, words.link_claims, app(link.copied())),
        (Claim::Tap, words.tap_claims, app(tap)),
        (Claim::Route, words.organic_claims, app(routes.organic)),
        (Claim::Route, words.leader_claims, leader(world).map(|leader| (leader, Span::DAY))),
    ];
    let granted = claims.into_iter().find_map(|(claim, word, by)| {
        let (by, lasts) = by?;
        let holds = word == Claims::Always || word == Claims::Idle && was.is_none();
        let there =
            by == Party::Inbox || by.app().is_some_and(|it| world.settings.connection(PAGE, it).is_some());
        (holds && there).then_some((claim, by, lasts))
    });
    granted.filter(|_| is_active(world))
}

/// How a person gives control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    Tap,
    Route,
}

/// The app of an ad, and for how long it keeps control.
pub(crate) fn ad_app(world: &World, came_by: Option<&Referral>) -> Option<(Party, Span)> {
    let route = line(world).routes.ads.get(&came_by?.ad.as_ref()?.id)?;
    Some((Party::App(route.app), route.control))
}

/// C-101, C-104 to C-106.
fn after_inbox(world: &World, person: Psid, act: &InboxAct) -> Option<Party> {
    let (words, was) = (options(world), owner(world, person));
    let takes = if is_active(world) && on_line(world, Party::Inbox) { Some(Party::Inbox) } else { was };
    match act {
        InboxAct::Moves(Folder::Main) if words.inbox_main == InboxMain::TakesControl => takes,
        InboxAct::Replies(_) if words.inbox_reply == InboxReply::TakesControl => {
            if left_alone(world, person) { was.or(leader(world).filter(|_| is_active(world))) } else { takes }
        }
        InboxAct::Moves(Folder::Done) if was == Some(Party::Inbox) => match words.done_gives {
            DoneGives::Primary => leader(world).or(nobodys(world)),
            DoneGives::Nobody => nobodys(world),
        },
        InboxAct::Moves(_) | InboxAct::Replies(_) => was,
    }
}

/// C-105: a reply leaves control alone in what an agent is done with.
pub(crate) fn left_alone(world: &World, person: Psid) -> bool {
    let Some(conversation) = world.conversations.get(&person) else { return false };
    match options(world).reply_in_done {
        ReplyInDone::Marked => conversation.marked_done,
        ReplyInDone::Folder => conversation.folder == Folder::Done,
    }
}

/// An owner stays in control for as long as it is on the Page and keeps the role by which it owns (C-05, C-12a, C-12b,
/// C-31a); while nobody can be in control nobody is (C-05, C-108).
fn after_admin(
    before: &State,
    change: Option<&AdminChange>,
    leaves: Option<Party>,
    after: &World,
    person: Psid,
) -> Option<Party> {
    let world = &before.world;
    let lost_role = primary(world).filter(|it| {
        let another = primary(after) != Some(*it);
        let by_role = matches!(change, Some(AdminChange::PrimaryReceiver(_) | AdminChange::Role { .. }));
        by_role && another && options(after).role_lost == RoleLost::Idle
    });
    let loses_all = match change {
        Some(AdminChange::Removes(app)) => Some(Party::App(*app)),
        Some(AdminChange::Role { party, role: None }) => Some(*party),
        Some(_) | None => leaves,
    };
    // Who would have a conversation that has not begun follows from the settings.
    let begun = world.conversations.contains_key(&person);
    let stays = owner(world, person)
        .filter(|_| begun)
        .filter(|by| on_line(after, *by) && Some(*by) != lost_role && Some(*by) != loses_all);
    if is_active(after) { stays.or(nobodys(after)) } else { None }
}

/// True where a message with the human-agent tag takes control with it (C-93).
pub(crate) fn human_agent_takes(world: &World, person: Psid, sender: Party, tag: Option<Tag>) -> bool {
    let takes = match options(world).human_agent {
        HumanAgent::LeavesControl => false,
        HumanAgent::TakesControl => true,
        HumanAgent::TakesIfPermitted => may_take(world, sender),
    };
    takes && tag == Some(Tag::HumanAgent) && barred(world, person, sender)
}

/// C-11.
fn may_take(world: &World, party: Party) -> bool {
    party.app().is_some_and(|app| !line(world).may_not_take.contains(&app))
}

/// True where control keeps an app from sending a plain message: another party owns (but for C-20), or nobody does and
/// that is for the default app (C-15a).
fn barred(world: &World, person: Psid, sender: Party) -> bool {
    let leader = leader(world);
    match owner(world, person) {
        Some(owner) => options(world).exclusive == Switch::On && owner != sender,
        None => {
            let for_leader = options(world).idle_sends == IdleSends::Leader && is_active(world);
            for_leader && leader.is_some_and(|leader| leader != sender)
        }
    }
}

/// Whether control lets a message out (C-84, C-91 to C-93, C-68).
pub(crate) fn may_send(
    world: &World,
    person: Psid,
    app: emulator_core::AppId,
    (tag, then): (Option<Tag>, Option<SendControl>),
) -> bool {
    let sender = Party::App(app);
    let takes = human_agent_takes(world, person, sender, tag);
    let agent = tag == Some(Tag::HumanAgent)
        && app == APPROVED
        && (takes || options(world).human_agent == HumanAgent::LeavesControl);
    let owner = if takes { Some(sender) } else { owner(world, person) };
    let moves = match then {
        None => true,
        Some(_) if !line(world).fixed().send_passes_control => false,
        Some(SendControl::Release) => owner == Some(sender),
        Some(SendControl::Pass(to)) => pass(world, owner, sender, to).is_some(),
    };
    moves && (!barred(world, person, sender) || agent)
}

/// Whom a pass gives control, if it may (C-33 to C-37).
fn pass(world: &World, owner: Option<Party>, caller: Party, to: Option<Party>) -> Option<Party> {
    let words = options(world);
    let may = owner == Some(caller) || owner.is_none() && words.passes == Passes::OwnerOrIdle;
    let to = match (words.pass_reaches, primary(world)) {
        (PassReaches::Primary, Some(primary)) if primary != caller => Some(primary),
        _ => to
            .or_else(|| leader(world).filter(|_| words.pass_without_target == PassWithoutTarget::DefaultApp)),
    };
    let prolongs = words.pass_to_itself == Switch::Off && owner == to;
    to.filter(|to| may && !prolongs && on_line(world, *to))
}

/// The owner after a call of an edge; none where it is refused (facts 2.1).
pub(crate) fn edge(world: &World, person: Psid, caller: Party, act: &ControlAct) -> Option<Option<Party>> {
    let (words, was, primary) = (options(world), owner(world, person), primary(world));
    let (edge, owns) = (edge_of(act), was == Some(caller));
    // C-05, C-32, C-73.
    let there = line(world).fixed().edges.contains(&edge) && on_line(world, caller) && is_active(world);
    let allowed = match act {
        ControlAct::Pass { to, .. } => pass(world, was, caller, *to).map(Some),
        // C-42 to C-45, X-14.
        ControlAct::Take { .. } => {
            let idle_or_primary = was.is_none() || owns || primary == Some(caller);
            let may = match words.takes {
                Takes::Primary => primary == Some(caller),
                Takes::IdleOrPrimary => idle_or_primary,
                Takes::Permitted => owns || may_take(world, caller),
                Takes::Never => false,
            };
            (may && (!owns || words.take_by_owner == WhatOneHas::Success)).then_some(Some(caller))
        }
        // C-50 to C-53.
        ControlAct::Request { .. } => match (words.requests, was) {
            (Requests::Refuse, _) => None,
            (_, Some(_)) if owns => (words.request_by_owner == WhatOneHas::Success).then_some(was),
            (Requests::Primary, Some(_)) => (primary != Some(caller)).then_some(was),
            (Requests::Owner, Some(_)) => Some(was),
            (Requests::Owner | Requests::Primary, None) => match words.request_on_idle {
                RequestOnIdle::Grant => Some(Some(caller)),
                RequestOnIdle::Ask => Some(None),
            },
        },
        ControlAct::PassMetadata { to, .. } => on_line(world, *to).then_some(was),
        // C-55, X-04.
        ControlAct::Release => owns.then(|| match words.release {
            Release::Idle => nobodys(world),
            Release::Primary => primary.filter(|primary| *primary != caller).or(nobodys(world)),
        }),
        // C-59.
        ControlAct::Extend { by } => {
            let by = by.unwrap_or(Span::DAY);
            (owns && by > Span(0) && by <= Span(7 * Span::DAY.0)).then_some(was)
        }
    };
    allowed.filter(|_| there)
}

const fn edge_of(act: &ControlAct) -> ControlEdge {
    match act {
        ControlAct::Pass { .. } => ControlEdge::Pass,
        ControlAct::Take { .. } => ControlEdge::Take,
        ControlAct::Request { .. } => ControlEdge::Request,
        ControlAct::PassMetadata { .. } => ControlEdge::PassMetadata,
        ControlAct::Release => ControlEdge::Release,
        ControlAct::Extend { .. } => ControlEdge::Extend,
    }
}

/// The app or the inbox that an admin makes primary receiver, if that is what happens.
pub(crate) const fn made_primary(change: &AdminChange) -> Option<Option<Party>> {
    if let AdminChange::PrimaryReceiver(to) = change {
        Some(*to)
    } else if let AdminChange::Role { party, role: Some(Role::PrimaryReceiver) } = change {
        Some(Some(*party))
    } else {
        None
    }
}
