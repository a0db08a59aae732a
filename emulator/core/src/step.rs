//! The one function through which a world changes.

use std::sync::Arc;

use crate::catalogue::RuleId;
use crate::channel::{self, Place};
use crate::conversation::{Control, Kept, Sender};
use crate::derive::{Digest, IdKind, Ids};
use crate::effect::{Accepted, Answer, Decided, Effect, Event, Outcome, Refusal, RefusalKind, Saw};
use crate::field::Field;
use crate::handover;
use crate::ids::{AppId, PageId, Psid};
use crate::input::{Input, Tag};
use crate::message::Message;
use crate::settings::Feature;
use crate::time::Timestamp;
use crate::timers::{Timer, TimerKind};
use crate::window;
use crate::world::World;

/// What a step may know beside the world.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The virtual time.
    pub now: Timestamp,
    /// Where ids come from.
    pub ids: &'a Ids,
}

/// Lets one thing happen.
///
/// # Errors
///
/// The refusal, with the world left as it was.
pub fn step(world: &mut World, input: Input, context: &Context<'_>) -> Outcome {
    match input {
        Input::PersonSays { person, message } => person_says(world, person, message, context),
        Input::AppSends { page, app, person, message, tag } => {
            known(world, page, person)?;
            app_sends(world, Send { page, app, person, message, tag }, context)
        }
        Input::AppSignals { page, app: _, person } => {
            known(world, page, person)?;
            Ok(quiet(RuleId::SignalsAreFree, Saw::default(), Answer::Done))
        }
        Input::AppControls { page, app, person, act } => {
            known(world, page, person)?;
            handover::act(world, page, app, person, act, context)
        }
        Input::AppAsksOwner { page, app: _, person } => {
            known(world, page, person)?;
            let control = world.conversations.get(&person).map_or(Control::Idle, |found| found.control);
            let owner = control.owner().zip(control.until());
            Ok(quiet(
                RuleId::OwnerToldToAll,
                handover::saw(&world.settings, page, control),
                Answer::Owner(owner),
            ))
        }
        Input::TimerFired(timer) => Ok(timer_fired(world, timer, context.now)),
    }
}

fn quiet(rule: RuleId, saw: Saw, answer: Answer) -> Accepted {
    Accepted { rule, saw, answer, effects: Vec::new() }
}

/// A page-scoped id means something on its own Page only (M-108).
fn known(world: &World, page: PageId, person: Psid) -> Result<(), Refusal> {
    if world.people.get(&person).is_some_and(|person| person.page == page) {
        return Ok(());
    }
    Err(Refusal { rule: RuleId::PersonOfPage, saw: Saw::default(), kind: RefusalKind::UnknownPerson })
}

fn person_says(world: &mut World, person: Psid, message: Arc<Message>, context: &Context<'_>) -> Outcome {
    let Some(page) = world.people.get(&person).map(|person| person.page) else {
        let kind = RefusalKind::UnknownPerson;
        return Err(Refusal { rule: RuleId::PersonOfPage, saw: Saw::default(), kind });
    };
    let now = context.now;
    let conversation = world.conversation(person, page);
    let saw = Saw { owner: Some(conversation.control.owner()), ..Saw::default() };
    let at = conversation.next_event(now);
    let named = named(person, &message);
    let mid = context.ids.message(named, conversation.count(IdKind::Message, None));
    conversation.last_user_message = Some(now);
    conversation.keep(Kept { mid: mid.clone(), from: Sender::Person, at, message: Arc::clone(&message) });

    let stands =
        Effect::Message { person, from: Sender::Person, mid: mid.clone(), at, message: Arc::clone(&message) };
    let mut effects = vec![Decided { rule: RuleId::PersonWrites, saw, effect: stands }];
    effects.push(window::open(conversation, person, now));
    handover::person_wrote(world, page, person, now, &mut effects);

    let owner = world.conversations.get(&person).and_then(|conversation| conversation.control.owner());
    let event = Event::Message { mid: mid.clone(), message };
    channel::tell_all(
        &world.settings,
        Place { page, person, owner, at },
        Field::Messages,
        &event,
        &mut effects,
    );
    Ok(Accepted { rule: RuleId::PersonWrites, saw, answer: Answer::Message { mid, at }, effects })
}

struct Send {
    page: PageId,
    app: AppId,
    person: Psid,
    message: Arc<Message>,
    tag: Option<Tag>,
}

/// The order of the checks is C-97: tag and approval, control, window.
fn app_sends(world: &mut World, send: Send, context: &Context<'_>) -> Outcome {
    let Send { page, app, person, message, tag } = send;
    let conversation = world.conversations.get(&person);
    let control = conversation.map_or(Control::Idle, |conversation| conversation.control);
    let mut saw = handover::saw(&world.settings, page, control);

    let in_control = handover::admits_send(conversation, app, saw);
    let in_control = match tag {
        Some(Tag::HumanAgent) => {
            let connection = world.settings.pages.get(&page).and_then(|page| page.apps.get(&app));
            let approved =
                connection.is_some_and(|connection| connection.features.contains(&Feature::HumanAgent));
            saw.human_agent = Some(approved);
            if !approved {
                let kind = RefusalKind::HumanAgentNotApproved;
                return Err(Refusal { rule: RuleId::HumanAgentApproval, saw, kind });
            }
            in_control.unwrap_or(RuleId::HumanAgentException)
        }
        None => in_control?,
    };
    let (in_window, seen) = window::admits(conversation, tag, context.now)?;
    saw.window = seen.window;
    // An exception is what needs an explanation; the ordinary rules do not.
    let rule = match (in_control, in_window) {
        (RuleId::HumanAgentException, _) => in_control,
        (_, RuleId::WindowHumanAgent) => in_window,
        _ => in_control,
    };

    let conversation = world.conversation(person, page);
    let at = conversation.next_event(context.now);
    let named = named(person, &message).number(app.0);
    let mid = context.ids.message(named, conversation.count(IdKind::Message, Some(app)));
    let from = Sender::App(app);
    conversation.keep(Kept { mid: mid.clone(), from, at, message: Arc::clone(&message) });

    let owner = control.owner();
    let stands = Effect::Message { person, from, mid: mid.clone(), at, message: Arc::clone(&message) };
    let mut effects = vec![Decided { rule, saw, effect: stands }];
    let event = Event::Echo { mid: mid.clone(), app, message };
    channel::tell_all(
        &world.settings,
        Place { page, person, owner, at },
        Field::MessageEchoes,
        &event,
        &mut effects,
    );
    Ok(Accepted { rule, saw, answer: Answer::Message { mid, at }, effects })
}

fn named(person: Psid, message: &Message) -> Digest {
    Digest::new().number(person.0).bytes(message.text.as_deref().unwrap_or_default().as_bytes())
}

fn timer_fired(world: &mut World, timer: Timer, now: Timestamp) -> Accepted {
    match timer.kind {
        TimerKind::ControlEnds => handover::control_ended(world, timer, now),
    }
}
