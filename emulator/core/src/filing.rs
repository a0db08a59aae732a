//! Moves conversations between the folders of the Page Inbox, which follow control (C-108, C-108a).

use crate::catalogue::RuleId;
use crate::conversation::Conversation;
use crate::effect::{Decided, Effect};
use crate::fact::{Fact, Saw};
use crate::folder::Folder;
use crate::ids::Psid;
use crate::options::Switch;
use crate::party::Party;
use crate::protocols::Options;

/// Files the conversation where its new owner belongs: the inbox's in Main, an app's in Done. An
/// idle conversation stays where it is.
pub(crate) fn follow(
    conversation: &mut Conversation,
    person: Psid,
    owner: Option<Party>,
    options: &Options,
) -> Option<Decided> {
    let to = match (options.done_folder, owner) {
        (Switch::Off, _) | (Switch::On, None) => return None,
        (Switch::On, Some(Party::Inbox)) => Folder::Main,
        (Switch::On, Some(_)) => Folder::Done,
    };
    let saw = Saw::of([Fact::Owner(owner), Fact::InFolder(conversation.folder)]);
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
    let saw = Saw::of([Fact::MarkedDone(before)]);
    let effect = Effect::MarkedDone { person, marked };
    (before != marked).then_some(Decided { rule: RuleId::MarkedDone, saw, effect })
}
