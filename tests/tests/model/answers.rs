//! What must hold of every answer.

use emulator_core::{
    Activity, AdminChange, AppAct, Control, ControlAct, ControlEnds, Conversation, InboxAct, Input, Outcome,
    Party, PersonAct, Psid, RefusalKind, Span, Tag,
};

use crate::actions::{APPROVED, BUTTON};
use crate::hearing;
use crate::invariants::{Checked, leader, line, must, options, owner};
use crate::moves::{ad_app, claimed, edge, made_primary, may_send, owner_after};
use crate::world::State;

/// Holds an answer against what must be true of it.
pub(crate) fn answer(before: &State, input: &Input, outcome: &Outcome, after: &State) -> Checked {
    verdict(before, input, outcome)?;
    let accepted = match outcome {
        Err(refusal) => {
            return must(before.world == after.world, || format!("{refusal:?} changed the world"));
        }
        Ok(accepted) => accepted,
    };
    let about = person_of(input);
    for &person in before.world.people.keys() {
        let expected = owner_after(before, input, &after.world, person);
        let (was, is) = (owner(&before.world, person), owner(&after.world, person));
        // C-13: one owner or none, and it is the one that the input makes it.
        must(is == expected, || format!("{is:?} owns after {was:?}, and not {expected:?}"))?;
        if about.is_some_and(|about| about != person) {
            let same = before.world.conversations.get(&person) == after.world.conversations.get(&person);
            must(same, || format!("it changed the conversation of {person}"))?;
        }
        done_with(before, input, after, person)?;
        lasting(before, input, after, person)?;
        came_by(before, input, after, person)?;
    }
    hearing::told(before, input, accepted, after)
}

/// Whose conversation an input is about, where it is about one.
pub(crate) fn person_of(input: &Input) -> Option<Psid> {
    match input {
        Input::Person { person, .. } | Input::Inbox { person, .. } => Some(*person),
        Input::App { act, .. } => match act {
            AppAct::Sends { person, .. }
            | AppAct::Signals { person }
            | AppAct::Reacts { person, .. }
            | AppAct::Controls { person, .. }
            | AppAct::AsksOwner { person }
            | AppAct::AsksProfile { person, .. } => Some(*person),
            AppAct::AsksReceivers { .. } | AppAct::Installs { .. } => None,
        },
        Input::TimerFired(timer) => match timer.subject {
            emulator_core::Subject::Conversation(person) => Some(person),
            emulator_core::Subject::Webhooks(..) => None,
        },
        Input::Admin { .. } | Input::AppSubscribes { .. } | Input::DeliveryTried { .. } => None,
    }
}

/// What is refused, and what is not.
fn verdict(before: &State, input: &Input, outcome: &Outcome) -> Checked {
    let world = &before.world;
    match input {
        Input::App { app, act: AppAct::Controls { person, act }, .. } => {
            let allowed = edge(world, *person, Party::App(*app), act).is_some();
            must(outcome.is_ok() == allowed, || format!("allowed: {allowed}, and it is {outcome:?}"))
        }
        Input::App { app, act: AppAct::Sends { person, tag, then, .. }, .. } => {
            let is = |kind| outcome.as_ref().is_err_and(|refusal| refusal.kind == kind);
            if world.people[person].blocked {
                return must(is(RefusalKind::PersonUnavailable), || format!("blocked, but {outcome:?}"));
            }
            // C-92: the feature is looked at before control, as in C-97.
            if *tag == Some(Tag::HumanAgent) && *app != APPROVED {
                return must(is(RefusalKind::HumanAgentNotApproved), || format!("no feature: {outcome:?}"));
            }
            if !may_send(world, *person, *app, (*tag, *then)) {
                let plain = then.is_none();
                let worded = !plain || is(line(world).fixed().not_owner_send);
                return must(outcome.is_err() && worded, || format!("not in control, but {outcome:?}"));
            }
            let conversation = world.conversations.get(person);
            let open = conversation.and_then(|it| it.window_until).is_some_and(|until| before.now < until);
            let tagged = *tag == Some(Tag::HumanAgent)
                && conversation.is_some_and(|it| it.last_user_message.is_some());
            must(outcome.is_ok() == (open || tagged), || format!("window open: {open}, and {outcome:?}"))
        }
        Input::Person { person, act: PersonAct::Says(_) } => {
            must(outcome.is_ok(), || format!("{person} cannot write: {outcome:?}"))
        }
        // C-09: the inbox is never primary receiver.
        Input::Admin { change, .. } if made_primary(change) == Some(Some(Party::Inbox)) => {
            must(outcome.is_err(), || "the inbox is primary receiver".to_owned())
        }
        Input::Person { .. }
        | Input::Inbox { .. }
        | Input::App { .. }
        | Input::Admin { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. }
        | Input::TimerFired(_) => Ok(()),
    }
}

/// C-106: the inbox gets nothing that an agent is done with, but where it gets all that nobody else wants (C-10, C-105).
fn done_with(before: &State, input: &Input, after: &State, person: Psid) -> Checked {
    let has = |state: &State| {
        let marked = state.world.conversations.get(&person).is_some_and(|it| it.marked_done);
        marked && owner(&state.world, person) == Some(Party::Inbox)
    };
    let leads = leader(&before.world) == Some(Party::Inbox);
    let replies = matches!(input, Input::Inbox { act: InboxAct::Replies(_), .. });
    must(!has(after) || has(before) || leads && replies, || "the inbox owns what it is done with".to_owned())
}

/// For how long control lasts after an answer (C-23 to C-28, C-38, C-59).
fn lasting(before: &State, input: &Input, after: &State, person: Psid) -> Checked {
    let (was, is) = (before.world.control(person), after.world.control(person));
    let Control::Owned { by, until, lasts } = is else { return Ok(()) };
    // Without a conversation control is what it would be, and until is looked at in the state.
    if !after.world.conversations.contains_key(&person)
        || options(&after.world).control_ends == ControlEnds::Never
    {
        return Ok(());
    }
    let mine = person_of(input) == Some(person);
    let claim = if let Input::Person { act, .. } = input
        && mine
    {
        claimed(&before.world, person, act)
    } else {
        None
    };
    let came_by = before.world.conversations.get(&person).and_then(|it| it.pending.as_ref());
    let ad = if let Input::Person { act, .. } = input {
        match act {
            PersonAct::Opens(by) => Some(by),
            PersonAct::Taps { what, .. } if **what == *BUTTON => None,
            PersonAct::Says(_) | PersonAct::Taps { .. } => came_by,
            PersonAct::Reacts { .. } | PersonAct::Reads | PersonAct::Blocks(_) => None,
        }
    } else {
        None
    };
    let by_ad = ad_app(&before.world, ad);
    let by_ad =
        by_ad.filter(|ad| claim.is_some_and(|(_, by, lasts)| (by, lasts) == *ad)).map(|(_, lasts)| lasts);
    let same = was.owner() == Some(by) && line(&before.world).protocol() == line(&after.world).protocol();
    let writes = mine
        && if let Input::Person { act, .. } = input {
            match act {
                PersonAct::Says(_) | PersonAct::Taps { .. } => true,
                PersonAct::Opens(_) => {
                    before.world.conversations.get(&person).is_some_and(Conversation::has_begun)
                }
                PersonAct::Reacts { .. } | PersonAct::Reads | PersonAct::Blocks(_) => false,
            }
        } else {
            let page_wrote = matches!(
                input,
                Input::Inbox { act: InboxAct::Replies(_), .. } | Input::App { act: AppAct::Sends { .. }, .. }
            );
            page_wrote && options(&after.world).activity == Activity::AnyMessage
        };
    let anew = Span::DAY;
    let act = if let Input::App { act: AppAct::Controls { act, .. }, .. } = input { Some(act) } else { None };
    let expected = match act.filter(|_| mine) {
        Some(ControlAct::Extend { by }) => (after.now + by.unwrap_or(anew), anew),
        Some(ControlAct::Pass { .. }) => (after.now + anew, anew),
        Some(
            ControlAct::Take { .. }
            | ControlAct::Request { .. }
            | ControlAct::Release
            | ControlAct::PassMetadata { .. },
        )
        | None => match (was.until().zip(was.lasts()), same) {
            (Some((until, lasts)), true) if writes => {
                let lasts = by_ad.unwrap_or(lasts);
                (until.max(after.now + lasts), lasts)
            }
            (Some(before), true) => before,
            (Some(_) | None, _) => {
                let lasts = by_ad.unwrap_or(anew);
                (after.now + lasts, lasts)
            }
        },
    };
    must(until == Some(expected.0) && lasts == expected.1, || {
        format!("control of {by:?} ends at {until:?} and lasts {lasts:?}, and not {expected:?}")
    })
}

/// What a person came by waits for her next message, and for nothing else (M-271, and what is decided of ads while another
/// app owns).
fn came_by(before: &State, input: &Input, after: &State, person: Psid) -> Checked {
    let conversation = before.world.conversations.get(&person);
    let was = conversation.and_then(|it| it.pending.clone());
    let is = after.world.conversations.get(&person).and_then(|it| it.pending.clone());
    let expected = if let Input::Person { person: whose, act } = input
        && *whose == person
    {
        match act {
            PersonAct::Says(_) => None,
            PersonAct::Taps { what, .. } if **what != *BUTTON => None,
            PersonAct::Opens(by) if conversation.is_none_or(|it| !it.has_begun()) => Some(by.clone()),
            PersonAct::Opens(by) => {
                let claims = options(&before.world).ad_claims == emulator_core::Claims::Always;
                let of_ad = ad_app(&before.world, Some(by)).filter(|_| claims);
                let owner = owner(&before.world, person);
                of_ad.filter(|(app, _)| owner.is_some_and(|owner| owner != *app)).map(|_| by.clone())
            }
            PersonAct::Taps { .. } | PersonAct::Reacts { .. } | PersonAct::Reads | PersonAct::Blocks(_) => {
                was
            }
        }
    } else {
        was
    };
    must(is == expected, || format!("{is:?} waits for a message, and not {expected:?}"))
}

/// The app that an admin removes, or that takes itself off.
pub(crate) const fn leaving(input: &Input) -> Option<Party> {
    if let Input::Admin { change: AdminChange::Removes(app), .. }
    | Input::App { app, act: AppAct::Installs { fields: None, .. }, .. } = input
    {
        Some(Party::App(*app))
    } else {
        None
    }
}
