//! Who hears of an event, and on which channel (C-03, C-18, C-21, C-22, C-75).

use crate::catalogue::RuleId;
use crate::effect::{Decided, Delivery, Effect, Event, Missing, Style};
use crate::fact::{Fact, Saw};
use crate::field::{Channel, Field, FieldSet};
use crate::ids::{AppId, PageId, Psid};
use crate::options::{IdleDelivery, StandbyPostback, Switch};
use crate::party::Party;
use crate::settings::AppMode;
use crate::time::Timestamp;
use crate::world::World;

/// Where and when an event happens.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) page: PageId,
    pub(crate) person: Psid,
    pub(crate) owner: Option<Party>,
    pub(crate) at: Timestamp,
}

/// Tells every app of the Page that may know: the owner on `messaging`, the others on `standby`;
/// everybody on one channel while nobody owns the conversation.
pub(crate) fn tell_all(world: &World, place: Place, field: Field, event: &Event, out: &mut Vec<Decided>) {
    let Some(page) = world.settings.pages.get(&place.page) else { return };
    for &app in page.apps.keys() {
        out.extend(tell(world, place, app, field, event.clone()));
    }
}

/// Tells the owner, or everybody while there is none: of what is not among the events that travel on
/// standby (C-80, C-165).
pub(crate) fn tell_owner(world: &World, place: Place, field: Field, event: &Event, out: &mut Vec<Decided>) {
    let Some(owner) = place.owner else { return tell_all(world, place, field, event, out) };
    let Some(page) = world.settings.pages.get(&place.page) else { return };
    for &app in page.apps.keys() {
        if Party::App(app) == owner {
            out.extend(tell(world, place, app, field, event.clone()));
        } else {
            let saw = Saw::of([Fact::Owner(place.owner)]);
            out.push(unheard(app, Some(place.person), field, Missing::Control, saw));
        }
    }
}

/// Tells one app of an event of the conversation, if it may know.
pub(crate) fn tell(world: &World, place: Place, app: AppId, field: Field, event: Event) -> Option<Decided> {
    let fields = world.settings.fields(place.page, app);
    let saw = Saw::of([Fact::Owner(place.owner), Fact::SubscribedFields(fields)]);
    if !fields.contains(field) {
        // Few apps ask for what follows from each message of the Page itself, and those that do not are not missing
        // it.
        let missed = !event.follows_send() && world.settings.connection(place.page, app).is_some();
        let missing = Missing::Subscription(field);
        return missed.then(|| unheard(app, Some(place.person), field, missing, saw));
    }
    let event = without_unsubscribed(event, fields);
    let (rule, channel) = channel(world, place, app, field);
    let missing = (channel == Channel::Standby && !fields.contains(Field::Standby))
        .then_some(Missing::Subscription(Field::Standby));
    let missing = missing.or_else(|| barred(world, place.page, Some(place.person), app));
    Some(match missing {
        Some(missing) => unheard(app, Some(place.person), field, missing, saw),
        None => deliver(world, place, app, (field, channel), event, (rule, saw)),
    })
}

/// The link in a message is for apps that subscribed to links as well (M-271).
fn without_unsubscribed(mut event: Event, fields: FieldSet) -> Event {
    if let Event::Message { referral, .. } = &mut event
        && !fields.contains(Field::MessagingReferrals)
    {
        *referral = None;
    }
    event
}

fn channel(world: &World, place: Place, app: AppId, field: Field) -> (RuleId, Channel) {
    match place.owner {
        None => match world.settings.options(place.page).idle_delivery {
            IdleDelivery::Standby if field.travels_on_standby() => (RuleId::IdleHeardByAll, Channel::Standby),
            IdleDelivery::Messaging | IdleDelivery::Standby => (RuleId::IdleHeardByAll, Channel::Messaging),
        },
        Some(owner) if owner == Party::App(app) => (RuleId::ChannelFollowsControl, Channel::Messaging),
        Some(_) => (RuleId::ChannelFollowsControl, Channel::Standby),
    }
}

/// What keeps an app from hearing of anything, or of anything about the person.
fn barred(world: &World, page: PageId, person: Option<Psid>, app: AppId) -> Option<Missing> {
    if world.settings.connection(page, app).is_some_and(|connection| connection.disabled) {
        return Some(Missing::Webhooks);
    }
    let stranger = person.is_some_and(|person| !may_meet(world, app, person));
    stranger.then_some(Missing::Role)
}

/// True unless the app is in development mode and the person has no role on it (M-184).
pub(crate) fn may_meet(world: &World, app: AppId, person: Psid) -> bool {
    let mode = world.settings.apps.get(&app).map_or(AppMode::Live, |app| app.mode);
    match mode {
        AppMode::Live => true,
        AppMode::Development => world.people.get(&person).is_some_and(|person| person.tests.contains(&app)),
    }
}

/// Tells one app of a control event: always on `messaging`, and only if it subscribed to them.
pub(crate) fn tell_of_control(
    world: &World,
    place: Place,
    whom: Party,
    event: Event,
    out: &mut Vec<Decided>,
) {
    // A party of the platform is not an app that could listen.
    let app = whom.app().filter(|app| world.settings.connection(place.page, *app).is_some());
    out.extend(app.map(|app| control(world, place, app, event)));
}

/// Tells of a pass or a take: the app that the rule names, or every app of the Page where control is
/// broadcast.
pub(crate) fn tell_of_move(
    world: &World,
    place: Place,
    whom: Option<Party>,
    event: &Event,
    out: &mut Vec<Decided>,
) {
    match world.settings.options(place.page).handover_broadcast {
        Switch::Off => {
            if let Some(whom) = whom {
                tell_of_control(world, place, whom, event.clone(), out);
            }
        }
        Switch::On => {
            let Some(page) = world.settings.pages.get(&place.page) else { return };
            for &app in page.apps.keys() {
                tell_of_control(world, place, Party::App(app), event.clone(), out);
            }
        }
    }
}

fn control(world: &World, place: Place, app: AppId, event: Event) -> Decided {
    let field = Field::MessagingHandovers;
    let fields = world.settings.fields(place.page, app);
    let saw = Saw::of([Fact::SubscribedFields(fields)]);
    let missing = (!fields.contains(field)).then_some(Missing::Subscription(field));
    match missing.or_else(|| barred(world, place.page, Some(place.person), app)) {
        Some(missing) => unheard(app, Some(place.person), field, missing, saw),
        None => deliver(world, place, app, (field, Channel::Messaging), event, (RuleId::ControlEvents, saw)),
    }
}

/// Tells an app of its role, which is about no person.
pub(crate) fn tell_of_role(world: &World, page: PageId, app: AppId, at: Timestamp, event: Event) -> Decided {
    let field = Field::MessagingHandovers;
    let fields = world.settings.fields(page, app);
    let saw = Saw::of([Fact::SubscribedFields(fields)]);
    let missing = (!fields.contains(field)).then_some(Missing::Subscription(field));
    if let Some(missing) = missing.or_else(|| barred(world, page, None, app)) {
        return unheard(app, None, field, missing, saw);
    }
    let style = Style::of(&world.settings.options(page));
    let channel = Channel::Messaging;
    let delivery = Delivery { app, page, person: None, channel, field, at, style, event };
    Decided { rule: RuleId::RolesTold, saw, effect: Effect::Deliver(delivery) }
}

fn unheard(app: AppId, person: Option<Psid>, field: Field, missing: Missing, saw: Saw) -> Decided {
    let rule = match missing {
        Missing::Subscription(_) => RuleId::SubscribedFields,
        Missing::Webhooks => RuleId::WebhooksDisabled,
        Missing::Role => RuleId::DevelopmentMode,
        Missing::Control if field == Field::MessageReactions => RuleId::Reactions,
        Missing::Control => RuleId::Referrals,
    };
    Decided { rule, saw, effect: Effect::Unheard { app, person, field, missing } }
}

fn deliver(
    world: &World,
    place: Place,
    app: AppId,
    (field, channel): (Field, Channel),
    event: Event,
    (rule, saw): (RuleId, Saw),
) -> Decided {
    let Place { page, person, at, .. } = place;
    let options = world.settings.options(page);
    let event = match channel {
        Channel::Messaging => event,
        Channel::Standby => overheard(event, options.standby_postback),
    };
    let style = Style::of(&options);
    let person = Some(person);
    Decided {
        rule,
        saw,
        effect: Effect::Deliver(Delivery { app, page, person, channel, field, at, style, event }),
    }
}

/// What is left of an event for those who only listen: a postback keeps its payload to itself (C-81,
/// C-121).
fn overheard(event: Event, postback: StandbyPostback) -> Event {
    match event {
        Event::Postback { mid, title, payload: _ } => {
            let (mid, title) = match postback {
                StandbyPostback::TitleMid => (mid, title),
                StandbyPostback::Title => (None, title),
                StandbyPostback::Empty => (None, None),
            };
            Event::Postback { mid, title, payload: None }
        }
        event @ (Event::Message { .. }
        | Event::Echo { .. }
        | Event::Reaction { .. }
        | Event::Referral(_)
        | Event::Delivered { .. }
        | Event::Read { .. }
        | Event::PassThreadControl { .. }
        | Event::TakeThreadControl { .. }
        | Event::RequestThreadControl { .. }
        | Event::PassThreadMetadata { .. }
        | Event::AppRoles { .. }) => event,
    }
}

/// Where the echo or the receipt goes that leaves only now: control may have moved since it was
/// decided (C-22). Nothing when it goes where it was to go. What a person does stays with whom it was
/// routed to.
pub fn rechannelled(world: &World, delivery: &Delivery) -> Option<Decided> {
    let person = delivery.person?;
    if !delivery.event.follows_send() {
        return None;
    }
    let owner = world.control(person).owner();
    let place = Place { page: delivery.page, person, owner, at: delivery.at };
    let (_, now) = channel(world, place, delivery.app, delivery.field);
    if now == delivery.channel {
        return None;
    }
    let Decided { saw, effect, .. } =
        tell(world, place, delivery.app, delivery.field, delivery.event.clone())?;
    Some(Decided { rule: RuleId::ChannelAtDelivery, saw, effect })
}
