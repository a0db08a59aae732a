//! Who hears of an event, and on which channel (C-03, C-18, C-21, C-75).

use crate::catalogue::RuleId;
use crate::effect::{Decided, Delivery, Effect, Event, Saw};
use crate::field::{Channel, Field};
use crate::ids::{AppId, PageId, Psid};
use crate::settings::Settings;
use crate::time::Timestamp;

/// Where and when an event happens.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) page: PageId,
    pub(crate) person: Psid,
    pub(crate) owner: Option<AppId>,
    pub(crate) at: Timestamp,
}

/// Tells every app of the Page that may know: the owner on `messaging`, the others on `standby`;
/// everybody on `messaging` while nobody owns the conversation.
pub(crate) fn tell_all(
    settings: &Settings,
    place: Place,
    field: Field,
    event: &Event,
    out: &mut Vec<Decided>,
) {
    let Some(page) = settings.pages.get(&place.page) else { return };
    for (&app, connection) in &page.apps {
        let fields = connection.fields;
        let (rule, channel) = match place.owner {
            None => (RuleId::IdleHeardByAll, Channel::Messaging),
            Some(owner) if owner == app => (RuleId::ChannelFollowsControl, Channel::Messaging),
            Some(_) => (RuleId::ChannelFollowsControl, Channel::Standby),
        };
        if !fields.contains(field) {
            // Who has not asked for the event is not missing it.
            continue;
        }
        let saw = Saw { owner: Some(place.owner), fields: Some(fields), ..Saw::default() };
        out.push(if channel == Channel::Messaging || fields.contains(Field::Standby) {
            deliver(place, app, channel, field, event.clone(), (rule, saw))
        } else {
            unheard(place, app, field, Field::Standby, saw)
        });
    }
}

/// Tells one app of a control event: always on `messaging`, and only if it subscribed to them.
pub(crate) fn tell_of_control(
    settings: &Settings,
    place: Place,
    app: AppId,
    event: Event,
    out: &mut Vec<Decided>,
) {
    let field = Field::MessagingHandovers;
    let connection = settings.pages.get(&place.page).and_then(|page| page.apps.get(&app));
    // The Page Inbox owns conversations without being an app that could listen.
    let Some(connection) = connection else { return };
    let saw = Saw { fields: Some(connection.fields), ..Saw::default() };
    out.push(if connection.fields.contains(field) {
        deliver(place, app, Channel::Messaging, field, event, (RuleId::ControlEvents, saw))
    } else {
        unheard(place, app, field, field, saw)
    });
}

fn unheard(place: Place, app: AppId, field: Field, missing: Field, saw: Saw) -> Decided {
    let effect = Effect::Unheard { app, person: place.person, field, missing };
    Decided { rule: RuleId::SubscribedFields, saw, effect }
}

fn deliver(
    place: Place,
    app: AppId,
    channel: Channel,
    field: Field,
    event: Event,
    (rule, saw): (RuleId, Saw),
) -> Decided {
    let Place { page, person, at, .. } = place;
    Decided { rule, saw, effect: Effect::Deliver(Delivery { app, page, person, channel, field, at, event }) }
}
