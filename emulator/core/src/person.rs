//! What a person does: writes, taps, reacts, reads, follows a link, blocks (M-177 to M-179, M-203 to
//! M-230, C-119, C-165).

use std::sync::Arc;

use crate::catalogue::RuleId;
use crate::channel::{self, Place};
use crate::conversation::{Sender, Tappable};
use crate::derive::{Digest, IdKind};
use crate::effect::{Accepted, Answer, Decided, Event, Outcome, Refusal, RefusalKind};
use crate::fact::{Fact, Saw};
use crate::field::Field;
use crate::folder;
use crate::handover;
use crate::ids::{Mid, PageId, Psid};
use crate::input::{PersonAct, Reaction, Referral};
use crate::message::Message;
use crate::sends;
use crate::step::Context;
use crate::window;
use crate::world::World;

/// A person does something.
pub(crate) fn act(world: &mut World, person: Psid, act: PersonAct, context: &Context<'_>) -> Outcome {
    let Some(page) = world.people.get(&person).map(|person| person.page) else {
        return refuse(RuleId::PersonOfPage, RefusalKind::UnknownPerson);
    };
    match act {
        PersonAct::Says(message) => says(world, page, person, message, context),
        PersonAct::Taps { what, within } => taps(world, page, person, &what, within.as_ref(), context),
        PersonAct::Reacts { to, reaction } => reacts(world, page, person, to, reaction, context),
        PersonAct::Reads => Ok(reads(world, page, person, context)),
        PersonAct::Opens(referral) => Ok(opens(world, page, person, referral, context)),
        PersonAct::Blocks(blocked) => {
            if let Some(person) = world.people.get_mut(&person) {
                person.blocked = blocked;
            }
            Ok(Accepted::quiet(RuleId::BlockedPage, Saw::default()))
        }
    }
}

fn refuse(rule: RuleId, kind: RefusalKind) -> Outcome {
    Err(Refusal { rule, saw: Saw::default(), kind })
}

fn owner_saw(world: &World, person: Psid) -> Saw {
    Saw::of([Fact::Owner(world.control(person).owner())])
}

fn says(
    world: &mut World,
    page: PageId,
    person: Psid,
    message: Arc<Message>,
    context: &Context<'_>,
) -> Outcome {
    let rule = RuleId::PersonWrites;
    let now = context.now;
    let saw = owner_saw(world, person);
    let answered = message.reply_to.as_ref().map(|mid| {
        let kept = world.conversations.get(&person).and_then(|conversation| conversation.message(mid));
        kept.map(|kept| kept.from)
    });
    let self_reply = match answered {
        None => false,
        Some(None) => return refuse(RuleId::ReplyTo, RefusalKind::UnknownMessage),
        Some(Some(from)) => from == Sender::Person,
    };
    let (mid, at, stands) = sends::write(world, page, person, Sender::Person, &message, context);
    let mut effects = vec![Decided { rule, saw: saw.clone(), effect: stands }];
    let conversation = world.conversation(person, page);
    conversation.last_user_message = Some(now);
    let referral = conversation.referral.take();
    effects.push(window::open(conversation, person, now));
    effects.extend(folder::mark(conversation, person, false));
    let owner = conversation.control.owner();
    handover::person_wrote(world, Place { page, person, owner, at }, now, &mut effects);

    let owner = world.control(person).owner();
    let event = Event::Message { mid: mid.clone(), message, self_reply, referral };
    channel::tell_all(world, Place { page, person, owner, at }, Field::Messages, &event, &mut effects);
    Ok(Accepted { rule, saw, answer: Answer::Message { mid, at }, effects })
}

/// What a tap hits: the newest thing that fits.
enum Hit {
    QuickReply { text: Arc<str>, payload: Arc<str> },
    Button(Tappable),
}

fn hit(world: &World, person: Psid, what: &str, within: Option<&Mid>) -> Option<Hit> {
    let conversation = world.conversations.get(&person)?;
    let newest = conversation.messages.back().map(|kept| &kept.mid);
    let here = |mid: &Mid| within.is_none_or(|within| within == mid);
    if newest.is_some_and(here) {
        let tapped = conversation.quick_replies().iter().find_map(|reply| reply.tapped(what));
        if let Some((text, payload)) = tapped {
            return Some(Hit::QuickReply { text, payload });
        }
    }
    let mut buttons = conversation.buttons.iter().rev();
    let button = buttons.find(|held| here(&held.mid) && held.button.is_tapped(what));
    button.cloned().map(Hit::Button)
}

fn taps(
    world: &mut World,
    page: PageId,
    person: Psid,
    what: &str,
    within: Option<&Mid>,
    context: &Context<'_>,
) -> Outcome {
    match hit(world, person, what, within) {
        None => refuse(RuleId::TapsWhatIsThere, RefusalKind::NothingToTap),
        Some(Hit::QuickReply { text, payload }) => {
            let quick_reply = Some(Arc::clone(&payload));
            // One with a picture alone says nothing but its payload.
            let text = Some(text).filter(|text| !text.is_empty());
            let message = Message { text, quick_reply, ..Message::default() };
            let said = says(world, page, person, Arc::new(message), context)?;
            let answer = match said.answer {
                Answer::Message { mid, at } => Answer::Tapped { mid, at, payload },
                answer @ (Answer::Done
                | Answer::Tapped { .. }
                | Answer::Owner(_)
                | Answer::Receivers(_)
                | Answer::Profile(_)) => answer,
            };
            Ok(Accepted { rule: RuleId::QuickReplies, answer, ..said })
        }
        Some(Hit::Button(tappable)) => Ok(postback(world, page, person, tappable, context)),
    }
}

fn postback(
    world: &mut World,
    page: PageId,
    person: Psid,
    tapped: Tappable,
    context: &Context<'_>,
) -> Accepted {
    let Tappable { mid: within, app, button } = tapped;
    let now = context.now;
    let saw = owner_saw(world, person).with(Fact::MadeBy(app));
    let conversation = world.conversation(person, page);
    let at = conversation.next_event(now);
    let named = Digest::new().number(person.0).bytes(within.0.as_bytes()).bytes(button.payload.as_bytes());
    let mid = context.ids.message(named, conversation.count(IdKind::Message, None));
    conversation.last_user_message = Some(now);
    let mut effects = vec![window::open(conversation, person, now)];
    let owner = conversation.control.owner();
    let place = Place { page, person, owner, at };
    // A button outlives its app's connection to the Page; then it moves nothing.
    let connected = world.settings.connection(page, app).is_some();
    if connected {
        handover::person_tapped(world, place, app, now, &mut effects);
    } else {
        handover::person_wrote(world, place, now, &mut effects);
    }
    let place = Place { owner: world.control(person).owner(), ..place };
    let payload = connected.then(|| Arc::clone(&button.payload));
    let event = Event::Postback { mid: Some(mid.clone()), title: Some(button.title), payload };
    channel::tell_all(world, place, Field::MessagingPostbacks, &event, &mut effects);
    let answer = Answer::Tapped { mid, at, payload: button.payload };
    Accepted { rule: RuleId::ButtonMovesControl, saw, answer, effects }
}

fn reacts(
    world: &mut World,
    page: PageId,
    person: Psid,
    to: Option<Mid>,
    reaction: Option<Reaction>,
    context: &Context<'_>,
) -> Outcome {
    let rule = RuleId::Reactions;
    let conversation = world.conversations.get(&person);
    let newest = || conversation?.newest_of_page().map(|kept| kept.mid.clone());
    let Some(mid) = to.or_else(newest) else {
        return refuse(rule, RefusalKind::UnknownMessage);
    };
    if conversation.is_none_or(|conversation| conversation.message(&mid).is_none()) {
        return refuse(rule, RefusalKind::UnknownMessage);
    }
    let saw = owner_saw(world, person);
    let conversation = world.conversation(person, page);
    let at = conversation.next_event(context.now);
    let mut effects = Vec::new();
    // Taking a reaction back opens nothing (M-179).
    if reaction.is_some() {
        effects.push(window::open(conversation, person, context.now));
    }
    let owner = conversation.control.owner();
    let event = Event::Reaction { mid, reaction };
    let place = Place { page, person, owner, at };
    channel::tell_owner(world, place, Field::MessageReactions, &event, &mut effects);
    Ok(Accepted { rule, saw, answer: Answer::Done, effects })
}

fn reads(world: &mut World, page: PageId, person: Psid, context: &Context<'_>) -> Accepted {
    let rule = RuleId::Receipts;
    let saw = owner_saw(world, person);
    let newest = world.conversations.get(&person).and_then(|conversation| conversation.newest_of_page());
    let Some(watermark) = newest.map(|kept| kept.at) else { return Accepted::quiet(rule, saw.clone()) };
    let conversation = world.conversation(person, page);
    let at = conversation.next_event(context.now);
    let place = Place { page, person, owner: conversation.control.owner(), at };
    let mut effects = Vec::new();
    channel::tell_all(world, place, Field::MessageReads, &Event::Read { watermark }, &mut effects);
    Accepted { rule, saw, answer: Answer::Done, effects }
}

fn opens(
    world: &mut World,
    page: PageId,
    person: Psid,
    referral: Referral,
    context: &Context<'_>,
) -> Accepted {
    let rule = RuleId::Referrals;
    let now = context.now;
    let saw = owner_saw(world, person);
    let conversation = world.conversation(person, page);
    if !conversation.has_begun() {
        conversation.referral = Some(referral);
        return Accepted::quiet(RuleId::FirstLink, saw);
    }
    let at = conversation.next_event(now);
    let mut effects = vec![window::open(conversation, person, now)];
    let owner = conversation.control.owner();
    handover::person_wrote(world, Place { page, person, owner, at }, now, &mut effects);
    let place = Place { page, person, owner: world.control(person).owner(), at };
    channel::tell_owner(world, place, Field::MessagingReferrals, &Event::Referral(referral), &mut effects);
    Accepted { rule, saw, answer: Answer::Done, effects }
}
