//! What an agent does in the Page Inbox (C-104 to C-108a, C-113, C-114, C-117).

use std::sync::Arc;

use crate::catalogue::RuleId;
use crate::channel::{self, Place};
use crate::conversation::{Control, Folder, Sender};
use crate::effect::{Accepted, Answer, Decided, Event, Outcome, Refusal, RefusalKind};
use crate::fact::{Fact, Saw};
use crate::field::Field;
use crate::folder;
use crate::handover;
use crate::ids::{PageId, Psid};
use crate::input::InboxAct;
use crate::message::Message;
use crate::options::{ReplyInDone, Switch};
use crate::party::Party;
use crate::sends;
use crate::step::Context;
use crate::world::World;

/// What the inbox says when an agent presses Done (observed).
const PASSED_ON: &str = "Pass thread control from Page Inbox";

/// An agent does something.
pub(crate) fn act(world: &mut World, person: Psid, act: InboxAct, context: &Context<'_>) -> Outcome {
    let Some(known) = world.people.get(&person) else {
        let kind = RefusalKind::UnknownPerson;
        return Err(Refusal { rule: RuleId::PersonOfPage, saw: Saw::default(), kind });
    };
    let page = known.page;
    match act {
        InboxAct::Replies(message) => {
            if known.blocked {
                let kind = RefusalKind::PersonUnavailable;
                return Err(Refusal { rule: RuleId::BlockedPage, saw: Saw::default(), kind });
            }
            Ok(replies(world, page, person, message, context))
        }
        InboxAct::Moves(Folder::Main) => Ok(to_main(world, page, person, context)),
        InboxAct::Moves(Folder::Done) => Ok(done(world, page, person, context)),
        InboxAct::Moves(Folder::Spam) => Ok(spam(world, page, person)),
    }
}

/// What the rules of the inbox read about a conversation.
fn saw(world: &World, page: PageId, person: Psid) -> Saw {
    let conversation = world.conversations.get(&person);
    handover::saw(&world.settings, page, world.control(person))
        .with(Fact::InFolder(conversation.map_or(Folder::Main, |conversation| conversation.folder)))
        .with(Fact::MarkedDone(conversation.is_some_and(|conversation| conversation.marked_done)))
}

/// Gives control to the inbox and tells the app that lost it.
fn takes_control(
    world: &mut World,
    page: PageId,
    person: Psid,
    (rule, saw): (RuleId, Saw),
    context: &Context<'_>,
    out: &mut Vec<Decided>,
) {
    let previous_owner = world.control(person).owner();
    if previous_owner == Some(Party::Inbox) {
        return;
    }
    let at = world.conversation(person, page).next_event(context.now);
    out.extend(handover::move_to(world, person, Some(Party::Inbox), context.now, (rule, saw.clone())));
    let event = Event::TakeThreadControl { previous_owner, new_owner: Party::Inbox, metadata: None };
    let place = Place { page, person, owner: Some(Party::Inbox), at };
    channel::tell_of_move(world, place, previous_owner, &event, out);
}

/// Files the conversation in a folder because an agent put it there.
fn file(world: &mut World, page: PageId, person: Psid, to: Folder, saw: Saw, out: &mut Vec<Decided>) {
    let effect = folder::file(world.conversation(person, page), person, to);
    out.extend(effect.map(|effect| Decided { rule: RuleId::InboxMoves, saw, effect }));
}

fn mark(world: &mut World, page: PageId, person: Psid, marked: bool, out: &mut Vec<Decided>) {
    out.extend(folder::mark(world.conversation(person, page), person, marked));
}

fn to_main(world: &mut World, page: PageId, person: Psid, context: &Context<'_>) -> Accepted {
    let rule = RuleId::InboxTakesOver;
    let saw = saw(world, page, person);
    let mut effects = Vec::new();
    mark(world, page, person, false, &mut effects);
    file(world, page, person, Folder::Main, saw.clone(), &mut effects);
    takes_control(world, page, person, (rule, saw.clone()), context, &mut effects);
    Accepted { rule, saw, answer: Answer::Done, effects }
}

/// Done marks the conversation, and gives up control where the inbox has it (C-106).
fn done(world: &mut World, page: PageId, person: Psid, context: &Context<'_>) -> Accepted {
    let rule = RuleId::DoneReleases;
    let saw = saw(world, page, person);
    let mut effects = Vec::new();
    mark(world, page, person, true, &mut effects);
    file(world, page, person, Folder::Done, saw.clone(), &mut effects);
    if world.control(person).owner() == Some(Party::Inbox) {
        let primary = handover::primary(&world.settings, page).map(Party::App);
        let at = world.conversation(person, page).next_event(context.now);
        effects.extend(handover::move_to(world, person, primary, context.now, (rule, saw.clone())));
        if let Some(new_owner) = primary {
            let metadata = Some(PASSED_ON.into());
            let event = Event::PassThreadControl { previous_owner: Some(Party::Inbox), new_owner, metadata };
            let place = Place { page, person, owner: primary, at };
            channel::tell_of_move(world, place, primary, &event, &mut effects);
        }
    }
    Accepted { rule, saw, answer: Answer::Done, effects }
}

/// Spam is a folder and nothing else.
fn spam(world: &mut World, page: PageId, person: Psid) -> Accepted {
    let rule = RuleId::SpamIsAFolder;
    let saw = saw(world, page, person);
    let mut effects = Vec::new();
    file(world, page, person, Folder::Spam, saw.clone(), &mut effects);
    Accepted { rule, saw, answer: Answer::Done, effects }
}

fn replies(
    world: &mut World,
    page: PageId,
    person: Psid,
    message: Arc<Message>,
    context: &Context<'_>,
) -> Accepted {
    let saw = saw(world, page, person);
    let options = world.settings.options(page);
    let left_alone = match options.reply_in_done {
        ReplyInDone::Marked => saw.marked_done() == Some(true),
        ReplyInDone::Folder => saw.folder() == Some(Folder::Done),
    };
    let rule = if left_alone { RuleId::ReplyInDone } else { RuleId::InboxTakesOver };
    let mut effects = Vec::new();
    if left_alone {
        let primary = handover::primary(&world.settings, page).map(Party::App);
        if world.control(person) == Control::Idle && primary.is_some() {
            effects.extend(handover::move_to(world, person, primary, context.now, (rule, saw.clone())));
        }
    } else {
        takes_control(world, page, person, (rule, saw.clone()), context, &mut effects);
    }
    let (mid, at, stands) = sends::write(world, page, person, Sender::Party(Party::Inbox), &message, context);
    effects.push(Decided { rule, saw: saw.clone(), effect: stands });
    effects.extend(handover::page_wrote(world, page, person, context.now));
    let app = (options.inbox_echo_app_id == Switch::On).then_some(Party::Inbox);
    let event = Event::Echo { mid: mid.clone(), app, message };
    let place = Place { page, person, owner: world.control(person).owner(), at };
    channel::tell_all(world, place, Field::MessageEchoes, &event, &mut effects);
    sends::delivered(world, place, &mid, context.now, &mut effects);
    Accepted { rule, saw, answer: Answer::Message { mid, at }, effects }
}
