//! Folders of the Page Inbox that follow control (C-108).

use crate::catalogue::RuleId;
use crate::conversation::{Conversation, Folder};
use crate::effect::{Decided, Effect, Saw};
use crate::ids::{AppId, PAGE_INBOX, Psid};

/// Files the conversation where its new owner belongs: the inbox's in Main, an app's in Done. An
/// idle conversation stays where it is.
pub(crate) fn follow(conversation: &mut Conversation, person: Psid, owner: Option<AppId>) -> Option<Decided> {
    let to = match owner {
        None => return None,
        Some(PAGE_INBOX) => Folder::Main,
        Some(_) => Folder::Done,
    };
    let from = conversation.folder;
    if from == to {
        return None;
    }
    conversation.folder = to;
    let saw = Saw { folder: Some(from), owner: Some(owner), ..Saw::default() };
    Some(Decided {
        rule: RuleId::FolderFollowsControl,
        saw,
        effect: Effect::FolderMoved { person, from, to },
    })
}
