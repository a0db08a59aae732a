//! Folders of the Page Inbox that follow control (C-108, C-108a).

use crate::catalogue::RuleId;
use crate::conversation::{Conversation, Folder};
use crate::effect::{Decided, Effect, Saw};
use crate::ids::{AppId, PAGE_INBOX, Psid};
use crate::options::{Options, Switch};

/// Files the conversation where its new owner belongs: the inbox's in Main, an app's in Done. An
/// idle conversation stays where it is.
pub(crate) fn follow(
    conversation: &mut Conversation,
    person: Psid,
    owner: Option<AppId>,
    options: &Options,
) -> Option<Decided> {
    let to = match (options.done_folder, owner) {
        (Switch::Off, _) | (Switch::On, None) => return None,
        (Switch::On, Some(PAGE_INBOX)) => Folder::Main,
        (Switch::On, Some(_)) => Folder::Done,
    };
    let saw = Saw { folder: Some(conversation.folder), owner: Some(owner), ..Saw::default() };
    file(conversation, person, to).map(|effect| Decided { rule: RuleId::FolderFollowsControl, saw, effect })
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
    let saw = Saw { marked_done: Some(before), ..Saw::default() };
    let effect = Effect::MarkedDone { person, marked };
    (before != marked).then_some(Decided { rule: RuleId::MarkedDone, saw, effect })
}
