//! What an app shows to a person: messages and sender actions (C-84, C-90 to C-97, C-161, C-172).

use std::sync::Arc;

use crate::catalogue::RuleId;
use crate::channel::{self, Place};
use crate::conversation::{Kept, Sender};
use crate::derive::{Digest, IdKind};
use crate::effect::{Accepted, Answer, Decided, Effect, Event, Outcome, Refusal, RefusalKind};
use crate::fact::{Fact, Saw};
use crate::field::Field;
use crate::handover;
use crate::ids::{AppId, Mid, PageId, Psid};
use crate::input::Tag;
use crate::message::Message;
use crate::options::{Account, HumanAgent, Switch, Whom};
use crate::party::Party;
use crate::settings::Feature;
use crate::step::{Context, known};
use crate::time::Timestamp;
use crate::window;
use crate::world::World;

/// A message on its way to a person.
pub(crate) struct Send {
    pub(crate) page: PageId,
    pub(crate) app: AppId,
    pub(crate) person: Psid,
    pub(crate) message: Arc<Message>,
    pub(crate) tag: Option<Tag>,
}

/// Checks that the app can reach the person at all (M-113, M-115).
fn reachable(world: &World, page: PageId, app: AppId, person: Psid) -> Result<(), Refusal> {
    known(world, page, person)?;
    let refuse = |rule, kind| Err(Refusal { rule, saw: Saw::default(), kind });
    if !channel::may_meet(world, app, person) {
        let documented = world.settings.options(page).development_error == Account::Documented;
        return refuse(RuleId::DevelopmentMode, RefusalKind::NoRoleOnApp { documented });
    }
    if world.people.get(&person).is_some_and(|person| person.blocked) {
        return refuse(RuleId::BlockedPage, RefusalKind::PersonUnavailable);
    }
    Ok(())
}

/// A message. The order of the checks is that of [`Check`](crate::Check).
pub(crate) fn send(world: &mut World, send: Send, context: &Context<'_>) -> Outcome {
    let Send { page, app, person, message, tag } = send;
    reachable(world, page, app, person)?;
    let options = world.settings.options(page);
    let conversation = world.conversations.get(&person);
    let control = world.control(person);
    let mut saw = handover::saw(&world.settings, page, control);
    window::tag_lives(tag, &options, saw.clone())?;
    if tag == Some(Tag::HumanAgent) {
        let connection = world.settings.connection(page, app);
        let approved =
            connection.is_some_and(|connection| connection.features.contains(&Feature::HumanAgent));
        saw = saw.with(Fact::HumanAgent(approved));
        if !approved {
            let kind = RefusalKind::HumanAgentNotApproved;
            return Err(Refusal { rule: RuleId::HumanAgentApproval, saw, kind });
        }
    }
    if let Some(mid) = &message.reply_to {
        remembered(world, person, mid, saw.clone())?;
    }
    let in_control = handover::admits_send(&world.settings, page, app, control.owner(), saw.clone());
    let in_control = if tag == Some(Tag::HumanAgent) {
        in_control.unwrap_or(RuleId::HumanAgentException)
    } else {
        in_control?
    };
    let news = world.settings.pages.get(&page).is_some_and(|page| page.news);
    let (in_window, seen) = window::admits(conversation, &message, tag, news, context.now)?;
    if let Some(until) = seen.window_until() {
        saw = saw.with(Fact::WindowUntil(until));
    }
    // An exception is what needs an explanation; the ordinary rules do not.
    let rule = match (in_control, in_window) {
        (RuleId::HumanAgentException, _) => in_control,
        (_, RuleId::WindowStandard) => in_control,
        _ => in_window,
    };

    let (mid, at, stands) = write(world, page, person, Sender::Party(Party::App(app)), &message, context);
    let mut effects = vec![Decided { rule, saw: saw.clone(), effect: stands }];
    effects.extend(handover::page_wrote(world, page, person, context.now));
    if in_control == RuleId::HumanAgentException && options.human_agent == HumanAgent::TakesControl {
        let place = Place { page, person, owner: Some(Party::App(app)), at };
        let event = Event::TakeThreadControl {
            previous_owner: control.owner(),
            new_owner: Party::App(app),
            metadata: None,
        };
        effects.extend(handover::move_to(
            world,
            person,
            Some(Party::App(app)),
            context.now,
            (in_control, saw.clone()),
        ));
        channel::tell_of_move(world, place, control.owner(), &event, &mut effects);
    }
    let owner = world.control(person).owner();
    let place = Place { page, person, owner, at };
    let event = Event::Echo { mid: mid.clone(), app: Some(Party::App(app)), message };
    channel::tell_all(world, place, Field::MessageEchoes, &event, &mut effects);
    delivered(world, place, &mid, context.now, &mut effects);
    Ok(Accepted { rule, saw, answer: Answer::Message { mid, at }, effects })
}

/// Puts a message into the conversation and gives it an id and a timestamp.
pub(crate) fn write(
    world: &mut World,
    page: PageId,
    person: Psid,
    from: Sender,
    message: &Arc<Message>,
    context: &Context<'_>,
) -> (Mid, Timestamp, Effect) {
    let actor = match from {
        Sender::Person => None,
        Sender::Party(party) => Some(party),
    };
    let conversation = world.conversation(person, page);
    let at = conversation.next_event(context.now);
    let named = Digest::new().number(person.0).bytes(message.text.as_deref().unwrap_or_default().as_bytes());
    let named = message.body.as_deref().map_or(named, |body| named.bytes(body.as_bytes()));
    let named = actor.map_or(named, |app| named.number(app.number().0));
    let mid = context.ids.message(named, conversation.count(IdKind::Message, actor));
    conversation.keep(Kept { mid: mid.clone(), from, at, message: Arc::clone(message) });
    let effect = Effect::Message { person, from, mid: mid.clone(), at, message: Arc::clone(message) };
    (mid, at, effect)
}

/// The message has reached the person, which apps may want to know (M-217, M-219).
pub(crate) fn delivered(world: &mut World, sent: Place, mid: &Mid, now: Timestamp, out: &mut Vec<Decided>) {
    let Place { page, person, owner, at: watermark } = sent;
    let wanted = world.settings.pages.get(&page).is_some_and(|connected| {
        connected.apps.keys().any(|app| world.settings.fields(page, *app).contains(Field::MessageDeliveries))
    });
    if !wanted {
        return;
    }
    let at = world.conversation(person, page).next_event(now);
    let event = Event::Delivered { mids: vec![mid.clone()], watermark };
    channel::tell_all(world, Place { page, person, owner, at }, Field::MessageDeliveries, &event, out);
}

/// Checks that a message that a call names is among those of the conversation (M-147).
fn remembered(world: &World, person: Psid, mid: &Mid, saw: Saw) -> Result<(), Refusal> {
    let conversation = world.conversations.get(&person);
    if conversation.is_none_or(|conversation| conversation.message(mid).is_none()) {
        return Err(Refusal { rule: RuleId::ReplyTo, saw, kind: RefusalKind::UnknownMessage });
    }
    Ok(())
}

/// A sender action (C-172, M-145).
pub(crate) fn signal(world: &World, page: PageId, app: AppId, person: Psid, now: Timestamp) -> Outcome {
    reachable(world, page, app, person)?;
    signal_allowed(world, page, app, person, now)
}

/// Whether control and window let a sender action through, in that order.
fn signal_allowed(world: &World, page: PageId, app: AppId, person: Psid, now: Timestamp) -> Outcome {
    let rule = RuleId::SignalsAreFree;
    let control = world.control(person);
    let options = world.settings.options(page);
    let (allowed, saw) = match options.sender_actions {
        Whom::All => (true, Saw::default()),
        Whom::Owner => {
            let saw = handover::saw(&world.settings, page, control);
            (control.owner().is_none_or(|owner| owner == Party::App(app)), saw)
        }
        Whom::Primary => {
            let saw = handover::saw(&world.settings, page, control);
            (handover::primary(&world.settings, page).is_none_or(|primary| primary == app), saw)
        }
    };
    if !allowed {
        return Err(Refusal { rule, saw, kind: RefusalKind::SignalNotAllowed });
    }
    if options.signals_in_window == Switch::On {
        let conversation = world.conversations.get(&person);
        window::admits(conversation, &Message::default(), None, false, now)
            .map_err(|refusal| Refusal { rule: RuleId::SignalsInWindow, ..refusal })?;
    }
    Ok(Accepted::quiet(rule, saw))
}

/// A reaction of the Page, which is a sender action about a message that is there (M-146). No app
/// hears of it.
pub(crate) fn react(
    world: &World,
    (page, app): (PageId, AppId),
    person: Psid,
    to: &Mid,
    now: Timestamp,
) -> Outcome {
    reachable(world, page, app, person)?;
    remembered(world, person, to, handover::saw(&world.settings, page, world.control(person)))?;
    signal_allowed(world, page, app, person, now)
}
