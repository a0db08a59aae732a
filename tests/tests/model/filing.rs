//! In which folder of the inbox a conversation lies (C-98, C-102, C-108, C-108a).

use emulator_core::{
    AdminChange, AppAct, Control, Conversation, DoneFolder, Effect, Folder, Holder, InboxAct, Input, Outcome,
    Party, PersonAct, World,
};

use crate::invariants::{Checked, is_active, must, on_line, options, owner};
use crate::world::{PEOPLE, State};

/// Whose conversation need not lie where control would file it: control has not moved since an agent filed it or since it
/// began, or an app took it from the inbox and nobody has written since.
pub(crate) fn filed(before: &State, input: &Input, outcome: &Outcome, after: &World) -> [bool; 2] {
    let mut filed = before.filed;
    let Ok(accepted) = outcome else { return filed };
    let waits = options(after).done_folder == DoneFolder::AfterMessage;
    for (person, filed) in PEOPLE.iter().zip(&mut filed) {
        for decided in &accepted.effects {
            let Effect::ControlMoved { person: whose, from, to, .. } = &decided.effect else { continue };
            if whose == person {
                let to_app = matches!(to, Holder::Party(Party::App(_)));
                let from_inbox = *from == Holder::Party(Party::Inbox);
                *filed = to_app && (waits && from_inbox || !on_line(after, Party::Inbox));
            }
        }
        let writes = if let Input::Person {
            person: whose,
            act: PersonAct::Says(_) | PersonAct::Taps { .. },
        } = input
        {
            whose == person
        } else if let Input::App { app, act: AppAct::Sends { person: whose, .. }, .. } = input {
            whose == person && owner(&before.world, *person) == Some(Party::App(*app))
        } else {
            false
        };
        let lay_in = |folder| {
            let conversation = before.world.conversations.get(person);
            conversation.map_or(Folder::Main, |conversation| conversation.folder) == folder
        };
        let by_app = matches!(owner(after, *person), Some(Party::App(_)));
        if writes && waits && by_app && on_line(after, Party::Inbox) && lay_in(Folder::Main) {
            *filed = false;
        }
        let inbox_has_role =
            matches!(input, Input::Admin { change: AdminChange::Role { party: Party::Inbox, .. }, .. });
        *filed |= if let Input::Inbox { person: whose, act: InboxAct::Moves(_) } = input {
            whose == person
        } else {
            inbox_has_role || !after.conversations.contains_key(person)
        };
    }
    filed
}

/// Holds the folders against what must be true of them after an answer.
pub(crate) fn folders(before: &State, input: &Input, outcome: &Outcome, after: &State) -> Checked {
    let word = options(&after.world).done_folder;
    let followed = options(&before.world).done_folder != DoneFolder::Off;
    for (person, filed) in PEOPLE.iter().zip(after.filed) {
        let Some(now) = after.world.conversations.get(person) else { continue };
        let was = before.world.conversations.get(person).map_or(Folder::Main, |was| was.folder);
        let expected = match (word, now.control) {
            (DoneFolder::Off, _) | (_, Control::Idle) => None,
            (_, Control::Inactive | Control::Owned { by: Party::Inbox, .. }) => Some(Folder::Main),
            (_, Control::Owned { .. }) => Some(Folder::Done),
        };
        must(filed || expected.is_none_or(|expected| expected == now.folder), || {
            format!("{:?} lies in {:?}", now.control, now.folder)
        })?;
        let by_agent = matches!(input, Input::Inbox { act: InboxAct::Moves(_), .. });
        match (word, followed) {
            // Where folders do not follow control, agents alone move conversations.
            (DoneFolder::Off, false) => must(was == now.folder || by_agent, || "its folder moved".to_owned()),
            // C-31a: what lies in Done because an app had it is back in Main.
            (DoneFolder::Off, true) => must(now.folder != Folder::Done || now.marked_done, || {
                "it lies in Done although folders no longer follow control".to_owned()
            }),
            (DoneFolder::On | DoneFolder::AfterMessage, _) => switched(before, input, outcome, (now, after)),
        }?;
    }
    Ok(())
}

/// C-108: all conversations go to Done when handover is switched on, and back to Main when it is switched off.
fn switched(
    before: &State,
    input: &Input,
    outcome: &Outcome,
    (now, after): (&Conversation, &State),
) -> Checked {
    let Input::Admin { change: AdminChange::Handover(_), .. } = input else { return Ok(()) };
    let active = (is_active(&before.world), is_active(&after.world));
    let folder = match active {
        _ if outcome.is_err() => return Ok(()),
        (false, true) if on_line(&after.world, Party::Inbox) => Folder::Done,
        (true, false) => Folder::Main,
        _ => return Ok(()),
    };
    must(now.folder == folder, || format!("handover is switched, and it lies in {:?}", now.folder))
}
