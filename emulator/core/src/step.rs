//! The one function through which a world changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::admin;
use crate::catalogue::RuleId;
use crate::channel;
use crate::conversation::Conversation;
use crate::derive::Ids;
use crate::edges;
use crate::effect::{Accepted, Answer, Outcome, Refusal, RefusalKind};
use crate::fact::Saw;
use crate::handover;
use crate::health;
use crate::ids::{AppId, PageId, Psid};
use crate::inbox;
use crate::input::{AppAct, Input};
use crate::options::{Account, ProfileFields};
use crate::person;
use crate::sends::{self, Send};
use crate::settings::Permission;
use crate::time::Timestamp;
use crate::timers::{Subject, Timer, TimerKind};
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
        Input::Person { person, act } => person::act(world, person, act, context),
        Input::Inbox { person, act } => inbox::act(world, person, act, context),
        Input::Admin { page, change } => admin::change(world, page, change, context.now),
        Input::App { page, app, act } => app_acts(world, page, app, act, context),
        Input::AppSubscribes { app, fields } => admin::app_subscribes(world, app, fields),
        Input::DeliveryTried { page, app, acknowledged } => {
            Ok(health::tried(world, page, app, acknowledged, context.now))
        }
        Input::TimerFired(timer) => Ok(timer_fired(world, timer, context.now)),
    }
}

/// A page-scoped id means something on its own Page only (M-108).
pub(crate) fn known(world: &World, page: PageId, person: Psid) -> Result<(), Refusal> {
    if world.people.get(&person).is_some_and(|person| person.page == page) {
        return Ok(());
    }
    Err(Refusal { rule: RuleId::PersonOfPage, saw: Saw::default(), kind: RefusalKind::UnknownPerson })
}

fn app_acts(world: &mut World, page: PageId, app: AppId, act: AppAct, context: &Context<'_>) -> Outcome {
    match act {
        AppAct::Sends { person, message, tag } => {
            sends::send(world, Send { page, app, person, message, tag }, context)
        }
        AppAct::Signals { person } => sends::signal(world, page, app, person, context.now),
        AppAct::Reacts { person, to } => sends::react(world, (page, app), person, &to, context.now),
        AppAct::Controls { person, act } => {
            known(world, page, person)?;
            edges::act(world, (page, app), person, act, context)
        }
        AppAct::AsksOwner { person } => {
            known(world, page, person)?;
            edges::owner(world, page, app, person)
        }
        AppAct::AsksReceivers => edges::receivers(world, page, app),
        AppAct::AsksProfile { person, needs } => profile(world, (page, app), person, &needs),
        AppAct::Installs { fields, other_fields } => {
            admin::installs(world, page, app, fields, other_fields, context.now)
        }
    }
}

/// A person who never did anything with the Page shows nothing of herself (M-265). The order of the checks is that
/// of [`Check`](crate::Check).
fn profile(
    world: &World,
    (page, app): (PageId, AppId),
    person: Psid,
    needs: &BTreeSet<Permission>,
) -> Outcome {
    let rule = RuleId::ProfileShown;
    let refuse = |kind| Err(Refusal { rule, saw: Saw::default(), kind });
    let connection = world.settings.connection(page, app);
    let permissions = connection.map(|connection| connection.permissions.clone()).unwrap_or_default();
    if !permissions.contains(&Permission::PagesMessaging) {
        return refuse(RefusalKind::PermissionMissing);
    }
    let refuses = world.settings.options(page).profile_fields == ProfileFields::Refuse;
    if refuses && !needs.is_subset(&permissions) {
        return Err(Refusal {
            rule: RuleId::ProfileFields,
            saw: Saw::default(),
            kind: RefusalKind::ProfileField,
        });
    }
    known(world, page, person)?;
    if !channel::may_meet(world, app, person) {
        let documented = world.settings.options(page).development_error == Account::Documented;
        return refuse(RefusalKind::NoRoleOnApp { documented });
    }
    let met = world.conversations.get(&person).is_some_and(Conversation::has_begun);
    let shown = world.people.get(&person).filter(|_| met);
    let answer = Answer::Profile(shown.map(|person| (Arc::clone(&person.profile), permissions)));
    Ok(Accepted { answer, ..Accepted::quiet(rule, Saw::default()) })
}

fn timer_fired(world: &mut World, timer: Timer, now: Timestamp) -> Accepted {
    world.timers.fired(timer);
    match (timer.kind, timer.subject) {
        (TimerKind::ControlEnds, Subject::Conversation(person)) => {
            handover::control_ended(world, timer, person, now)
        }
        (TimerKind::WebhooksFailing, Subject::Webhooks(page, app)) => {
            health::failing(world, page, app, now.max(timer.at))
        }
        (TimerKind::WebhooksDisabled, Subject::Webhooks(page, app)) => {
            health::disabled(world, page, app, now.max(timer.at))
        }
        (TimerKind::ControlEnds, Subject::Webhooks(..))
        | (TimerKind::WebhooksFailing | TimerKind::WebhooksDisabled, Subject::Conversation(_)) => {
            Accepted::quiet(RuleId::ControlExpires, Saw::default())
        }
    }
}
