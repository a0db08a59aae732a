//! Moves conversations between the folders of the Page Inbox, which follow control (C-98, C-108, C-108a).

use crate::catalogue::RuleId;
use crate::conversation::{Control, Conversation};
use crate::effect::{Decided, Effect};
use crate::fact::{Fact, Saw};
use crate::folder::Folder;
use crate::ids::Psid;
use crate::options::DoneFolder;
use crate::party::Party;

/// Files the conversation where its new owner belongs: the inbox's in Main, an app's in Done. An idle conversation stays
/// where it is, and so does every one where the inbox has no part in control; one that no app can get lies in Main.
pub(crate) fn follow(
    conversation: &mut Conversation,
    person: Psid,
    from: Option<Party>,
    (has_inbox, done_folder): (bool, DoneFolder),
) -> Option<Decided> {
    let owner = conversation.control.owner();
    let rule = match done_folder {
        DoneFolder::Off => return None,
        DoneFolder::On => RuleId::FolderFollowsControl,
        DoneFolder::AfterMessage => RuleId::DoneByDefault,
    };
    let to = match (conversation.control, done_folder) {
        (Control::Idle, _) => return None,
        (Control::Inactive | Control::Owned { by: Party::Inbox, .. }, _) => Folder::Main,
        (Control::Owned { .. }, DoneFolder::AfterMessage) if from == Some(Party::Inbox) => return None,
        (Control::Owned { .. }, _) if !has_inbox => return None,
        (Control::Owned { .. }, _) => Folder::Done,
    };
    let saw = Saw::of([Fact::Owner(owner), Fact::InFolder(conversation.folder)]);
    file(conversation, person, to).map(|effect| Decided { rule, saw, effect })
}

/// Files in Done what an app owns and lies in Main, now that the person or the owner has written: a new conversation
/// (C-98), one that an agent moved there without getting control, or one that was taken from the inbox (C-102).
pub(crate) fn after_message(
    conversation: &mut Conversation,
    person: Psid,
    (has_inbox, done_folder): (bool, DoneFolder),
) -> Option<Decided> {
    let owner = conversation.control.owner();
    let belongs = match (done_folder, owner) {
        (DoneFolder::AfterMessage, Some(Party::App(_) | Party::LeadFlow | Party::MetaAi)) => has_inbox,
        (DoneFolder::AfterMessage, Some(Party::Inbox) | None) | (DoneFolder::On | DoneFolder::Off, _) => {
            false
        }
    };
    if !belongs || conversation.folder != Folder::Main {
        return None;
    }
    let rule = if conversation.messages.len() > 1 { RuleId::BackToDone } else { RuleId::DoneByDefault };
    let saw = Saw::of([Fact::Owner(owner), Fact::InFolder(Folder::Main)]);
    file(conversation, person, Folder::Done).map(|effect| Decided { rule, saw, effect })
}

/// Moves the conversation to a folder, unless it lies there.
pub(crate) fn file(conversation: &mut Conversation, person: Psid, to: Folder) -> Option<Effect> {
    let from = conversation.folder;
    conversation.folder = to;
    (from != to).then_some(Effect::FolderMoved { person, from, to })
}

/// Marks the conversation as done, or takes the mark away.
pub(crate) fn mark(conversation: &mut Conversation, person: Psid, marked: bool) -> Option<Decided> {
    let before = std::mem::replace(&mut conversation.marked_done, marked);
    let saw = Saw::of([Fact::MarkedDone(before)]);
    let effect = Effect::MarkedDone { person, marked };
    (before != marked).then_some(Decided { rule: RuleId::MarkedDone, saw, effect })
}
