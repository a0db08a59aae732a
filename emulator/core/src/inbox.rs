//! What an agent does in the Page Inbox (C-51, C-104 to C-108b, C-114, C-117).

use std::sync::Arc;

use crate::audience::Audience;
use crate::case::{Case, Context};
use crate::catalogue::RuleId;
use crate::conversation::{Control, Sender};
use crate::effect::{Accepted, Answer, Outcome};
use crate::event::Event;
use crate::fact::Fact;
use crate::filing;
use crate::folder::Folder;
use crate::ids::Psid;
use crate::input::InboxAct;
use crate::message::Message;
use crate::options::{DoneGives, InboxMain, InboxReply, ReplyInDone};
use crate::party::Party;
use crate::refusal::RefusalKind;
use crate::world::World;
use crate::writing::{delivered, page_wrote, write};

/// What the inbox says when an agent presses Done (observed).
const PASSED_ON: &str = "Pass thread control from Page Inbox";

/// An agent does something.
pub(crate) fn act(world: &mut World, person: Psid, act: InboxAct, context: &Context<'_>) -> Outcome {
    let mut case = Case::of(world, person, context)?;
    let replies_to_blocker = matches!(act, InboxAct::Replies(_)) && case.world.is_blocked_by(person);
    if replies_to_blocker {
        return Err(case.refuse(RuleId::BlockedPage, RefusalKind::PersonUnavailable));
    }
    let (folder, marked) =
        case.conversation().map_or((Folder::Main, false), |it| (it.folder, it.marked_done));
    case.reads_control();
    case.reads(Fact::InFolder(folder));
    case.reads(Fact::MarkedDone(marked));
    Ok(match act {
        InboxAct::Replies(message) => replies(case, (folder, marked), message),
        InboxAct::Moves(Folder::Main) => to_main(case),
        InboxAct::Moves(Folder::Done) => done(case),
        InboxAct::Moves(Folder::Spam) => {
            file(&mut case, Folder::Spam);
            case.accepted(RuleId::SpamIsAFolder, Answer::Done)
        }
    })
}

/// Gives control to the inbox and tells the app that lost it.
fn takes_control(case: &mut Case<'_>) {
    let previous_owner = case.owner();
    let has_part = case.takes_part(Party::Inbox) && case.control() != Control::Inactive;
    if previous_owner == Some(Party::Inbox) || !has_part {
        return;
    }
    case.next_event();
    case.move_to(RuleId::InboxTakesOver, Some(Party::Inbox));
    let event = Event::TakeThreadControl { previous_owner, new_owner: Party::Inbox, metadata: None };
    case.tell(Audience::Mover(previous_owner), &event);
}

/// Asks the primary receiver for control of a conversation that the inbox does not own (C-101).
fn asks_primary(case: &mut Case<'_>) -> RuleId {
    let may_ask = match case.control() {
        Control::Inactive => false,
        Control::Idle => true,
        Control::Owned { by, .. } => by != Party::Inbox,
    };
    match case.primary().filter(|_| may_ask && case.takes_part(Party::Inbox)) {
        Some(primary) => {
            case.next_event();
            let event = Event::RequestThreadControl { requested_owner: Party::Inbox, metadata: None };
            case.tell_by(RuleId::InboxAsks, Audience::Party(Party::App(primary)), &event);
            RuleId::InboxAsks
        }
        None => RuleId::InboxMoves,
    }
}

/// Files the conversation in a folder because an agent put it there.
fn file(case: &mut Case<'_>, to: Folder) {
    let person = case.person;
    if let Some(effect) = filing::file(case.begun(), person, to) {
        case.happens(RuleId::InboxMoves, effect);
    }
}

fn to_main(mut case: Case<'_>) -> Accepted {
    case.mark(false);
    file(&mut case, Folder::Main);
    let rule = match case.options.inbox_main {
        InboxMain::TakesControl => {
            takes_control(&mut case);
            RuleId::InboxTakesOver
        }
        InboxMain::AsksPrimary => asks_primary(&mut case),
    };
    case.accepted(rule, Answer::Done)
}

/// Done marks the conversation, and gives up control where the inbox has it (C-106).
fn done(mut case: Case<'_>) -> Accepted {
    case.begun();
    case.mark(true);
    file(&mut case, Folder::Done);
    if case.owner() == Some(Party::Inbox) {
        let to = match case.options.done_gives {
            DoneGives::Primary => case.leader(),
            DoneGives::Nobody => None,
        };
        case.next_event();
        case.move_to(RuleId::DoneReleases, to);
        if let Some(new_owner) = to {
            let (previous_owner, metadata) = (Some(Party::Inbox), Some(PASSED_ON.into()));
            let event = Event::PassThreadControl { previous_owner, new_owner, metadata };
            case.tell(Audience::Mover(to), &event);
        }
    }
    case.accepted(RuleId::DoneReleases, Answer::Done)
}

fn replies(mut case: Case<'_>, (folder, marked): (Folder, bool), message: Arc<Message>) -> Accepted {
    let left_alone = match case.options.reply_in_done {
        ReplyInDone::Marked => marked,
        ReplyInDone::Folder => folder == Folder::Done,
    };
    let rule = match (case.options.inbox_reply, left_alone) {
        (InboxReply::LeavesControl, _) => RuleId::ReplyLeavesControl,
        (InboxReply::TakesControl, true) => {
            let leader = case.leader();
            if case.control() == Control::Idle && leader.is_some() {
                case.move_to(RuleId::ReplyInDone, leader);
            }
            RuleId::ReplyInDone
        }
        (InboxReply::TakesControl, false) => {
            takes_control(&mut case);
            RuleId::InboxTakesOver
        }
    };
    let (mid, at) = write(&mut case, rule, Sender::Party(Party::Inbox), &message);
    page_wrote(&mut case);
    let by = case.echoed(Party::Inbox);
    case.tell(Audience::Everyone, &Event::Echo { mid: mid.clone(), app: by, message });
    delivered(&mut case, mid.clone(), at);
    case.accepted(rule, Answer::Message { mid, at })
}
