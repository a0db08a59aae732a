//! Who hears of an event, and on which channel (C-03, C-18, C-21, C-22, C-75).

use crate::catalogue::RuleId;
use crate::conversation::Control;
use crate::effect::{Decided, Delivery, Effect, Missing, Style};
use crate::event::Event;
use crate::fact::{Fact, Saw};
use crate::field::{Channel, Field, FieldSet};
use crate::ids::{AccountId, AppId, PageId, Psid};
use crate::line::Line;
use crate::options::{IdleDelivery, StandbyPostback, Switch, TapHeard};
use crate::party::Party;
use crate::platform::{LineId, Platform};
use crate::protocols::Options;
use crate::settings::AppMode;
use crate::time::Timestamp;
use crate::world::World;

/// For whom an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Every app of the Page: the owner on `messaging` and the others on `standby`, or everybody on one channel while
    /// nobody is in control.
    Everyone,
    /// The owner, or everybody while there is none: for events that do not travel on `standby` (C-80, C-165). By this
    /// rule the others do not hear of it.
    Owner(RuleId),
    /// An app whose control or role is concerned, on `messaging` (C-75). A party of the platform does not listen.
    Party(Party),
    /// The primary and the secondary receivers, and an app that was one of them, on `messaging`.
    Receivers(AppId),
    /// The same as for one party for a pass or a take, of which every app of the Page hears where control is broadcast.
    Mover(Option<Party>),
}

/// An app for which an event is, and whether it hears it.
pub(crate) struct Listener {
    pub(crate) app: AppId,
    /// The Instagram account that the event is about.
    account: Option<AccountId>,
    /// The channel, or what the app lacks.
    pub(crate) hears: Result<Channel, Missing>,
    rule: RuleId,
    saw: Saw,
    fields: FieldSet,
    options: Options,
}

/// The apps for which an event is, in the order of their ids.
pub(crate) fn audience(
    world: &World,
    line: LineId,
    person: Option<Psid>,
    audience: Audience,
    event: &Event,
) -> Vec<Listener> {
    let Some(connected) = world.settings.pages.get(&line.page) else { return Vec::new() };
    let control = person.map_or(Control::Idle, |person| world.control(person));
    let account = connected.account_on(line.platform);
    let place = Place { world, line, account, person, control, options: world.settings.options(line) };
    let owner = control.owner();
    let one = |party: Option<Party>| {
        let app = party.and_then(Party::app).filter(|app| connected.apps.contains_key(app));
        app.map(|app| place.by_role(app, event)).into_iter().collect()
    };
    let apps = connected.apps.keys().copied();
    match audience {
        Audience::Everyone => apps.filter_map(|app| place.by_control(app, event)).collect(),
        Audience::Owner(rule) => {
            let only = owner.or_else(|| place.hears_idle());
            let rest = |app| only.is_some_and(|only| only != Party::App(app));
            let hears =
                |app| if rest(app) { Some(place.left_out(app, rule)) } else { place.by_control(app, event) };
            apps.filter_map(hears).collect()
        }
        Audience::Party(party) => one(Some(party)),
        Audience::Receivers(former) => {
            let takes_part = |app: AppId| {
                connected.line(line.platform).is_some_and(|line| line.takes_part(Party::App(app)))
            };
            let receivers = apps.filter(|app| *app == former || takes_part(*app));
            receivers.map(|app| place.by_role(app, event)).collect()
        }
        Audience::Mover(party) => match place.options.handover_broadcast {
            Switch::Off => one(party),
            Switch::On => apps.map(|app| place.by_role(app, event)).collect(),
        },
    }
}

/// Where an event happens.
struct Place<'a> {
    world: &'a World,
    line: LineId,
    account: Option<AccountId>,
    person: Option<Psid>,
    control: Control,
    options: Options,
}

impl Place<'_> {
    fn listener(
        &self,
        app: AppId,
        (saw, fields): (Saw, FieldSet),
        hears: Result<Channel, (Missing, RuleId)>,
        rule: RuleId,
    ) -> Listener {
        let (hears, rule) = match hears {
            Ok(channel) => (Ok(channel), rule),
            Err((missing, rule)) => (Err(missing), rule),
        };
        Listener { app, account: self.account, hears, rule, saw, fields, options: self.options }
    }

    /// An app that hears of an event on the channel that follows from who is in control. Nothing for an app that did
    /// not ask for what follows from each message of the Page itself, since it does not miss it.
    fn by_control(&self, app: AppId, event: &Event) -> Option<Listener> {
        let (settings, field) = (&self.world.settings, event.field_on(self.line.platform));
        let fields = settings.fields(self.line, app);
        let saw = Saw::of([Fact::Owner(self.control.owner()), Fact::SubscribedFields(fields)]);
        if !fields.contains(field) {
            let missed = !event.follows_send() && settings.connection(self.line.page, app).is_some();
            return missed
                .then(|| self.listener(app, (saw, fields), Err(no(field)), RuleId::SubscribedFields));
        }
        let (rule, channel) = self.channel(app, event);
        let unheard = (channel == Channel::Standby && !fields.contains(Field::Standby))
            .then_some(no(Field::Standby))
            .or_else(|| self.barred(app));
        let hears = unheard.map_or(Ok(channel), Err);
        Some(self.listener(app, (saw, fields), hears, rule))
    }

    /// An app that is not in control, of an event for the owner.
    fn left_out(&self, app: AppId, rule: RuleId) -> Listener {
        let saw = Saw::of([Fact::Owner(self.control.owner())]);
        self.listener(app, (saw, FieldSet::default()), Err((Missing::Control, rule)), rule)
    }

    /// An app that hears of its control or its role, on `messaging` and only if it subscribed to that.
    fn by_role(&self, app: AppId, event: &Event) -> Listener {
        let field = event.field_on(self.line.platform);
        let fields = self.world.settings.fields(self.line, app);
        let unheard = (!fields.contains(field)).then_some(no(field)).or_else(|| self.barred(app));
        let hears = unheard.map_or(Ok(Channel::Messaging), Err);
        let rule = if self.person.is_some() { RuleId::ControlEvents } else { RuleId::RolesTold };
        self.listener(app, (Saw::of([Fact::SubscribedFields(fields)]), fields), hears, rule)
    }

    /// Who hears of an idle conversation as an owner would, where it is not every app.
    fn hears_idle(&self) -> Option<Party> {
        match self.options.idle_delivery {
            IdleDelivery::Messaging | IdleDelivery::Standby => None,
            IdleDelivery::Leader => self.world.settings.line(self.line).and_then(Line::leader),
        }
    }

    fn channel(&self, app: AppId, event: &Event) -> (RuleId, Channel) {
        let field = event.field_on(self.line.platform);
        let party = Some(Party::App(app));
        match (self.control.owner(), self.options.idle_delivery) {
            (None, _) if self.control == Control::Inactive => (RuleId::RolesAssigned, Channel::Messaging),
            (None, IdleDelivery::Messaging) => (RuleId::IdleHeardByAll, Channel::Messaging),
            (None, IdleDelivery::Standby) if field.travels_on_standby() => {
                (RuleId::IdleHeardByAll, Channel::Standby)
            }
            (None, IdleDelivery::Standby) => (RuleId::IdleHeardByAll, Channel::Messaging),
            (None, IdleDelivery::Leader) => {
                let listens = self.hears_idle().is_some_and(|leader| leader != Party::App(app));
                (RuleId::DefaultHearsIdle, if listens { Channel::Standby } else { Channel::Messaging })
            }
            (owner, _) if owner == party => (RuleId::ChannelFollowsControl, Channel::Messaging),
            (Some(_), _) => match (event, self.options.tap_heard) {
                (Event::Postback { made_by, .. }, TapHeard::Messaging) if *made_by == app => {
                    (RuleId::ButtonPayload, Channel::Messaging)
                }
                _ => (RuleId::ChannelFollowsControl, Channel::Standby),
            },
        }
    }

    /// What keeps an app from hearing of anything, or of anything about the person, and by which rule.
    fn barred(&self, app: AppId) -> Option<(Missing, RuleId)> {
        if self.world.settings.connection(self.line.page, app).is_some_and(|connection| connection.disabled) {
            return Some((Missing::Webhooks, RuleId::WebhooksDisabled));
        }
        let stranger = self.person.is_some_and(|person| !may_meet(self.world, app, person));
        stranger.then_some((Missing::Role, RuleId::DevelopmentMode))
    }
}

/// Without a subscription to the field an app does not hear of an event (C-03).
const fn no(field: Field) -> (Missing, RuleId) {
    (Missing::Subscription(field), RuleId::SubscribedFields)
}

/// True unless the app is in development mode and the person has no role on it (M-184).
pub(crate) fn may_meet(world: &World, app: AppId, person: Psid) -> bool {
    let mode = world.settings.apps.get(&app).map_or(AppMode::Live, |app| app.mode);
    match mode {
        AppMode::Live => true,
        AppMode::Development => world.people.get(&person).is_some_and(|person| person.tests.contains(&app)),
    }
}

impl Listener {
    /// The effect of telling the app: a delivery, or a note of what it lacks.
    pub(crate) fn told(self, page: PageId, person: Option<Psid>, at: Timestamp, event: &Event) -> Decided {
        let Self { app, account, hears, rule, saw, fields, options } = self;
        let platform = if account.is_some() { Platform::Instagram } else { Platform::Messenger };
        let field = event.field_on(platform);
        let effect = match hears {
            Err(missing) => Effect::Unheard { app, person, field, missing },
            Ok(channel) => {
                let event = for_listener(app, event.clone(), channel, (fields, options.standby_postback));
                let style = Style::of(&options);
                Effect::Deliver(Delivery { app, page, account, person, channel, field, at, style, event })
            }
        };
        Decided { rule, saw, effect }
    }
}

/// The event as one app hears it: with the link in a message only if it subscribed to links as well (M-271), and a
/// postback with its payload only for the app that made the button (C-81, C-121).
fn for_listener(
    app: AppId,
    event: Event,
    channel: Channel,
    (fields, postback): (FieldSet, StandbyPostback),
) -> Event {
    match (event, channel) {
        (Event::Message { mid, message, self_reply, referral }, _) => {
            let referral = referral.filter(|_| {
                [Field::MessagingReferrals, Field::MessagingReferral]
                    .iter()
                    .any(|field| fields.contains(*field))
            });
            Event::Message { mid, message, self_reply, referral }
        }
        (Event::Postback { mid, title, payload: _, made_by }, Channel::Standby) => {
            let (mid, title) = match postback {
                StandbyPostback::TitleMid => (mid, title),
                StandbyPostback::Title => (None, title),
                StandbyPostback::Empty => (None, None),
            };
            Event::Postback { mid, title, payload: None, made_by }
        }
        (Event::Postback { mid, title, payload, made_by }, Channel::Messaging) => {
            let payload = payload.filter(|_| made_by == app);
            Event::Postback { mid, title, payload, made_by }
        }
        (event, Channel::Messaging | Channel::Standby) => event,
    }
}

/// Where the echo or the receipt goes that leaves only now: control may have moved since it was decided (C-22).
/// Nothing when it goes where it was to go. What a person does stays with whom it was routed to, and what was stripped
/// from an event is never put back.
pub fn rechannelled(world: &World, delivery: &Delivery) -> Option<Decided> {
    let Delivery { person: Some(person), app, event, .. } = delivery else { return None };
    let line = delivery.line();
    if !event.follows_send() {
        return None;
    }
    let (control, options) = (world.control(*person), world.settings.options(line));
    let place = Place { world, line, account: delivery.account, person: Some(*person), control, options };
    if place.channel(*app, event).1 == delivery.channel {
        return None;
    }
    let told = place.by_control(*app, event)?.told(line.page, Some(*person), delivery.at, event);
    Some(Decided { rule: RuleId::ChannelAtDelivery, ..told })
}
