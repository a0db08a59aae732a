//! What a person does: writes, taps, reacts, reads, follows a link, blocks (M-177, M-178, M-203 to
//! M-230, C-119, C-165).

use std::sync::Arc;

use crate::audience::Audience;
use crate::case::{Case, Context};
use crate::catalogue::RuleId;
use crate::conversation::{Sender, Tappable};
use crate::derive::Digest;
use crate::effect::{Accepted, Answer, Outcome};
use crate::entry::{Entry, enters};
use crate::event::Event;
use crate::fact::{Fact, Saw};
use crate::ids::{Mid, Psid};
use crate::input::PersonAct;
use crate::message::Message;
use crate::options::Claims;
use crate::reaction::Reaction;
use crate::referral::Referral;
use crate::refusal::RefusalKind;
use crate::world::World;
use crate::writing::write;

/// A person does something.
pub(crate) fn act(world: &mut World, person: Psid, act: PersonAct, context: &Context<'_>) -> Outcome {
    let case = Case::of(world, person, context)?;
    match act {
        PersonAct::Says(message) => says(case, message),
        PersonAct::Taps { what, within } => taps(case, &what, within.as_ref()),
        PersonAct::Reacts { to, reaction } => reacts(case, to, reaction),
        PersonAct::Reads => Ok(reads(case)),
        PersonAct::Opens(referral) => Ok(opens(case, referral)),
        PersonAct::Blocks(blocked) => {
            if let Some(person) = case.world.people.get_mut(&case.person) {
                person.blocked = blocked;
            }
            Ok(case.accepted(RuleId::BlockedPage, Answer::Done))
        }
    }
}

fn owner_facts(case: &Case<'_>) -> Saw {
    Saw::of([Fact::Owner(case.owner())])
}

fn says(mut case: Case<'_>, message: Arc<Message>) -> Outcome {
    let answered = message.reply_to.as_ref().map(|mid| {
        let kept = case.conversation().and_then(|conversation| conversation.message(mid));
        kept.map(|kept| kept.from)
    });
    let self_reply = match answered {
        None => false,
        Some(None) => return Err(case.refuse(RuleId::ReplyTo, RefusalKind::UnknownMessage)),
        Some(Some(from)) => from == Sender::Person,
    };
    case.saw = owner_facts(&case);
    let (mid, at) = write(&mut case, RuleId::PersonWrites, Sender::Person, &message);
    let referral = case.begun().pending.take();
    let event = Event::Message { mid: mid.clone(), message, self_reply, referral: referral.clone() };
    enters(&mut case, Entry::Message, referral.as_ref(), &event);
    Ok(case.accepted(RuleId::PersonWrites, Answer::Message { mid, at }))
}

/// What a tap hits: the newest thing that fits.
enum Hit {
    QuickReply { text: Arc<str>, payload: Arc<str> },
    Button(Tappable),
}

fn hit(case: &Case<'_>, what: &str, within: Option<&Mid>) -> Option<Hit> {
    let conversation = case.conversation()?;
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

fn taps(case: Case<'_>, what: &str, within: Option<&Mid>) -> Outcome {
    match hit(&case, what, within) {
        None => Err(case.refuse(RuleId::TapsWhatIsThere, RefusalKind::NothingToTap)),
        Some(Hit::QuickReply { text, payload }) => {
            let quick_reply = Some(Arc::clone(&payload));
            // One with a picture alone says nothing but its payload.
            let text = Some(text).filter(|text| !text.is_empty());
            let said = says(case, Arc::new(Message { text, quick_reply, ..Message::default() }))?;
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
        Some(Hit::Button(tappable)) => Ok(postback(case, tappable)),
    }
}

fn postback(mut case: Case<'_>, tapped: Tappable) -> Accepted {
    let Tappable { mid: within, app, button } = tapped;
    case.saw = owner_facts(&case).with(Fact::MadeBy(app));
    let at = case.next_event();
    let named = Digest::new().number(case.person.0).bytes(within.0.as_bytes());
    let mid = case.message_id(named.bytes(button.payload.as_bytes()), None);
    // A button outlives its app's connection to the Page; then nobody gets its payload.
    let connected = case.world.settings.connection(case.page, app).is_some();
    let payload = connected.then(|| Arc::clone(&button.payload));
    let event = Event::Postback { mid: Some(mid.clone()), title: Some(button.title), payload, made_by: app };
    enters(&mut case, Entry::Tap(app), None, &event);
    let rule = match case.options.tap_claims {
        Claims::Off => RuleId::ButtonPayload,
        Claims::Idle | Claims::Always => RuleId::ButtonMovesControl,
    };
    case.accepted(rule, Answer::Tapped { mid, at, payload: button.payload })
}

fn reacts(mut case: Case<'_>, to: Option<Mid>, reaction: Option<Reaction>) -> Outcome {
    let rule = RuleId::Reactions;
    let conversation = case.conversation();
    let newest = || conversation?.newest_of_page().map(|kept| kept.mid.clone());
    let there = |mid: &Mid| conversation.is_some_and(|conversation| conversation.message(mid).is_some());
    let Some(mid) = to.or_else(newest).filter(there) else {
        return Err(case.refuse(rule, RefusalKind::UnknownMessage));
    };
    case.saw = owner_facts(&case);
    case.next_event();
    let entry = if reaction.is_some() { Entry::Reaction } else { Entry::ReactionTakenBack };
    enters(&mut case, entry, None, &Event::Reaction { mid, reaction });
    Ok(case.accepted(rule, Answer::Done))
}

fn reads(mut case: Case<'_>) -> Accepted {
    case.saw = owner_facts(&case);
    let newest = case.conversation().and_then(|conversation| conversation.newest_of_page());
    if let Some((mid, watermark)) = newest.map(|kept| (kept.mid.clone(), kept.at)) {
        case.next_event();
        case.tell(Audience::Everyone, &Event::Read { mid, watermark });
    }
    case.accepted(RuleId::Receipts, Answer::Done)
}

fn opens(mut case: Case<'_>, referral: Referral) -> Accepted {
    case.saw = owner_facts(&case);
    if !case.begun().has_begun() {
        case.begun().pending = Some(referral);
        return case.accepted(RuleId::FirstLink, Answer::Done);
    }
    case.next_event();
    let (entry, rule) = match referral.ad {
        Some(_) => (Entry::Ad, RuleId::AdRoute),
        None => (Entry::Link, RuleId::Referrals),
    };
    let waits = case.ad_waits(&referral);
    enters(&mut case, entry, Some(&referral), &Event::Referral(referral.clone()));
    case.begun().pending = waits.then_some(referral);
    case.accepted(rule, Answer::Done)
}
