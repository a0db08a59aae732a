//! The one function through which a world changes.

use crate::admin;
use crate::case::{Case, Context};
use crate::catalogue::RuleId;
use crate::edges;
use crate::effect::{Accepted, Outcome};
use crate::expiry;
use crate::fact::Saw;
use crate::health;
use crate::ids::{AppId, PageId};
use crate::inbox;
use crate::input::{AppAct, Input};
use crate::person;
use crate::profile;
use crate::sends;
use crate::timers::{Subject, Timer, TimerKind};
use crate::world::World;

/// Lets one thing happen.
///
/// # Errors
///
/// The refusal, with the world left as it was.
pub fn step(world: &mut World, input: Input, context: &Context<'_>) -> Outcome {
    match input {
        Input::Person { person, act } => person::act(world, person, act, context),
        Input::Inbox { person, act } => inbox::act(world, person, act, context),
        Input::Admin { line, change } => admin::change(world, line, change, context),
        Input::App { page, app, act } => app_acts(world, page, app, act, context),
        Input::AppSubscribes { app, fields } => admin::app_subscribes(world, app, fields),
        Input::DeliveryTried { page, app, acknowledged } => {
            Ok(health::tried(world, page, app, acknowledged, context.now))
        }
        Input::TimerFired(timer) => Ok(timer_fired(world, timer, context)),
    }
}

fn app_acts(world: &mut World, page: PageId, app: AppId, act: AppAct, context: &Context<'_>) -> Outcome {
    match act {
        AppAct::Sends { person, message, tag, then } => {
            let outgoing = sends::Outgoing { message, tag, then };
            sends::send(Case::new(world, page, person, context), app, outgoing)
        }
        AppAct::Signals { person } => sends::signal(Case::new(world, page, person, context), app),
        AppAct::Reacts { person, to } => sends::react(Case::new(world, page, person, context), app, &to),
        AppAct::Controls { person, act } => edges::act(Case::new(world, page, person, context), app, act),
        AppAct::AsksOwner { person } => edges::owner(Case::new(world, page, person, context), app),
        AppAct::AsksReceivers { platform } => {
            let line = platform.map_or_else(|| world.settings.main(page), |platform| page.on(platform));
            edges::receivers(world, line, app)
        }
        AppAct::AsksProfile { person, needs } => {
            profile::shown(Case::new(world, page, person, context), app, &needs)
        }
        AppAct::Installs { fields, other_fields } => {
            admin::installs(world, page, app, (fields, other_fields), context)
        }
    }
}

fn timer_fired(world: &mut World, timer: Timer, context: &Context<'_>) -> Accepted {
    world.timers.fired(timer);
    let at = context.now.max(timer.at);
    match (timer.kind, timer.subject) {
        (TimerKind::ControlEnds, Subject::Conversation(person)) => match world.conversations.get(&person) {
            Some(conversation) => {
                let page = conversation.page;
                expiry::control_ends(Case::new(world, page, person, context), timer)
            }
            None => Accepted::quiet(RuleId::ControlExpires, Saw::default()),
        },
        (TimerKind::WebhooksFailing, Subject::Webhooks(page, app)) => health::failing(world, page, app, at),
        (TimerKind::WebhooksDisabled, Subject::Webhooks(page, app)) => health::disabled(world, page, app, at),
        (TimerKind::ControlEnds, Subject::Webhooks(..))
        | (TimerKind::WebhooksFailing | TimerKind::WebhooksDisabled, Subject::Conversation(_)) => {
            Accepted::quiet(RuleId::ControlExpires, Saw::default())
        }
    }
}
