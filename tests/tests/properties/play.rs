//! Plays a sequence and holds every step against what must be true of all of them.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{
    Accepted, AdminChange, Answer, AppAct, AppId, Channel, Context, Control, ControlEnds, Delivery,
    DoneFolder, Effect, Event, EventKind, Field, Folder, IdleDelivery, IdleSends, Ids, InboxAct, Input, Line,
    Mid, Missing, Options, Outcome, PageId, Party, Psid, RefusalKind, Span, Subject, Switch, TapHeard, Timer,
    TimerKind, Timestamp, World, step,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::generate::{ANA, BEGIN, BO, Move};

/// A world in play with what must be remembered of the steps before.
pub(crate) struct Play {
    pub(crate) world: World,
    pub(crate) outcomes: Vec<Outcome>,
    now: Timestamp,
    ids: Ids,
    newest: BTreeMap<Psid, Timestamp>,
    mids: BTreeSet<Mid>,
    /// Conversations that an agent filed since control last moved.
    filed: BTreeSet<Psid>,
}

impl Play {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world,
            outcomes: Vec::new(),
            now: BEGIN,
            ids: Ids::new(7, "properties"),
            newest: BTreeMap::new(),
            mids: BTreeSet::new(),
            filed: BTreeSet::new(),
        }
    }

    pub(crate) fn play(&mut self, moves: &[Move]) -> TestCaseResult {
        for one in moves {
            match one {
                Move::Input(input) => {
                    // Whoever is not on the Page is turned away before core is asked.
                    if !matches!(input, Input::App { page, app, .. } if self.world.settings.connection(*page, *app).is_none())
                    {
                        self.step(input)?;
                    }
                }
                Move::Advance(span) => {
                    let target = self.now + *span;
                    while let Some(timer) = self.world.timers.next().filter(|timer| timer.at <= target) {
                        prop_assert!(timer.at > self.now, "{timer:?} was due before now, {:?}", self.now);
                        self.fire_all_due_at(timer.at)?;
                    }
                    self.now = target;
                }
            }
            self.nothing_is_overdue()?;
        }
        Ok(())
    }

    fn fire_all_due_at(&mut self, at: Timestamp) -> TestCaseResult {
        self.now = at;
        while let Some(timer) = self.world.timers.next().filter(|timer| timer.at == at) {
            self.step(&Input::TimerFired(timer))?;
            prop_assert_ne!(self.world.timers.next(), Some(timer), "a deadline that fired is still there");
        }
        Ok(())
    }

    fn step(&mut self, input: &Input) -> TestCaseResult {
        let before = self.world.clone();
        let outcome = step(&mut self.world, input.clone(), &Context { now: self.now, ids: &self.ids });
        match &outcome {
            Ok(accepted) => self.accepted(&before, input, accepted)?,
            Err(refusal) => prop_assert_eq!(&self.world, &before, "{:?} changed the world", refusal),
        }
        self.only_its_own_conversation_changes(&before, input)?;
        control_decides_who_sends(&before, input, &outcome)?;
        self.folders_agree()?;
        self.timers_are_those_that_apply()?;
        self.outcomes.push(outcome);
        Ok(())
    }

    fn options(&self, person: Psid) -> Options {
        self.world
            .people
            .get(&person)
            .map(|person| self.world.settings.options(person.line()))
            .unwrap_or_default()
    }

    fn accepted(&mut self, before: &World, input: &Input, accepted: &Accepted) -> TestCaseResult {
        let mut moved = BTreeMap::new();
        let mut heard = BTreeSet::new();
        for decided in &accepted.effects {
            match &decided.effect {
                Effect::ControlMoved { person, from, to, .. } => {
                    prop_assert_eq!(*from, *moved.get(person).unwrap_or(&before.control(*person).holder()));
                    moved.insert(*person, *to);
                    self.filed.remove(person);
                }
                Effect::Message { person, mid, at, .. } => {
                    prop_assert!(self.mids.insert(mid.clone()), "{mid} stands for two messages");
                    let named = match &accepted.answer {
                        Answer::Message { mid, at } | Answer::Tapped { mid, at, .. } => Some((mid, at)),
                        Answer::Done | Answer::Owner(_) | Answer::Receivers(_) | Answer::Profile(_) => None,
                    };
                    prop_assert_eq!(named, Some((mid, at)));
                    prop_assert!(self.newest.get(person).is_none_or(|newest| at > newest));
                }
                Effect::Deliver(delivery) => {
                    prop_assert!(
                        heard.insert((delivery.app, delivery.person, kind_of(&delivery.event))),
                        "{delivery:?} twice"
                    );
                    self.is_for_that_app(before, input, delivery)?;
                }
                Effect::ControlProlonged { person, owner: by, until } => {
                    prop_assert_eq!(owner(before, *person), Some(*by));
                    prop_assert!(
                        self.world.control(*person).owner() != Some(*by)
                            || self.world.control(*person).until() >= Some(*until)
                    );
                }
                Effect::Unheard { app, field, missing, .. } => match missing {
                    Missing::Subscription(lacking) => {
                        prop_assert!(
                            lacking == field || *lacking == Field::Standby,
                            "{lacking:?} for {field:?}"
                        );
                        prop_assert!(
                            ![Field::MessageEchoes, Field::MessageDeliveries].contains(lacking),
                            "{lacking:?} is told with every message"
                        );
                    }
                    Missing::Webhooks | Missing::Role => {
                        prop_assert!(self.world.settings.apps.contains_key(app));
                    }
                    Missing::Control => prop_assert!(!field.travels_on_standby(), "{field:?}"),
                },
                Effect::WindowOpened { person, until } => {
                    prop_assert_eq!(*until, self.now + Span::DAY);
                    prop_assert_eq!(self.world.conversations[person].window_until, Some(*until));
                }
                Effect::FolderMoved { person, from, to } => {
                    prop_assert!(from != to, "{person}");
                }
                Effect::MarkedDone { .. }
                | Effect::WebhooksFailing { .. }
                | Effect::WebhooksDisabled { .. } => {}
            }
        }
        if let Input::Inbox { person, act: InboxAct::Moves(_) } = input {
            self.filed.insert(*person);
        }
        for person in [ANA, BO] {
            // Who would have a conversation that has not begun follows from the settings.
            if settles_all(input) && !before.conversations.contains_key(&person) {
                continue;
            }
            let (was, is) = (before.control(person).holder(), self.world.control(person).holder());
            prop_assert_eq!(*moved.get(&person).unwrap_or(&was), is, "control moved without a word");
        }
        self.time_goes_on(accepted)
    }

    fn time_goes_on(&mut self, accepted: &Accepted) -> TestCaseResult {
        let mut latest: BTreeMap<Psid, Timestamp> = BTreeMap::new();
        for decided in &accepted.effects {
            let (person, at) = match &decided.effect {
                Effect::Message { person, at, .. } => (*person, *at),
                Effect::Deliver(Delivery { person: Some(person), at, .. }) => (*person, *at),
                Effect::Deliver(_)
                | Effect::WindowOpened { .. }
                | Effect::ControlMoved { .. }
                | Effect::ControlProlonged { .. }
                | Effect::FolderMoved { .. }
                | Effect::MarkedDone { .. }
                | Effect::Unheard { .. }
                | Effect::WebhooksFailing { .. }
                | Effect::WebhooksDisabled { .. } => continue,
            };
            prop_assert!(at >= self.now);
            prop_assert!(self.newest.get(&person).is_none_or(|newest| at > *newest), "{at:?} comes too late");
            let latest = latest.entry(person).or_insert(at);
            *latest = at.max(*latest);
        }
        self.newest.extend(latest);
        Ok(())
    }

    /// The channel, the field and, for control events, the app are those that the event asks for.
    fn is_for_that_app(&self, before: &World, input: &Input, delivery: &Delivery) -> TestCaseResult {
        let settings = &self.world.settings;
        prop_assert!(
            settings.connection(delivery.page, delivery.app).is_some(),
            "an app that is not on the Page hears"
        );
        let fields = settings.fields(delivery.line(), delivery.app);
        prop_assert!(fields.contains(delivery.field), "{:?} is not subscribed", delivery.field);
        let connection = settings.connection(delivery.page, delivery.app);
        prop_assert!(
            connection.is_some_and(|connection| !connection.disabled),
            "its webhooks are switched off"
        );
        prop_assert_eq!(delivery.field, field_of(&delivery.event));
        let Some(person) = delivery.person else { return Ok(()) };
        let (was, is) = (owner(before, person), owner(&self.world, person));
        let options = self.options(person);
        if delivery.field == Field::MessagingHandovers {
            prop_assert_eq!(delivery.channel, Channel::Messaging);
            if options.handover_broadcast == Switch::Off {
                let app = Some(Party::App(delivery.app));
                // Where apps have roles the primary receiver gets back what others owned when handover goes off (C-05a).
                let off = self.world.control(person) == Control::Inactive
                    && settings.line(delivery.line()).is_some_and(Line::has_roles);
                let gets_back = off && app == leader(&self.world, delivery.page);
                let named = match &delivery.event {
                    Event::PassThreadControl { new_owner, .. } => {
                        app == Some(*new_owner) && (app == is || gets_back)
                    }
                    // What a human agent takes may be passed on by the same message.
                    Event::TakeThreadControl { new_owner, .. } => {
                        app == was && (is == Some(*new_owner) || caller(input) == Some(*new_owner))
                    }
                    Event::RequestThreadControl { .. } => {
                        is.is_none() || app == is || app == leader(&self.world, delivery.page)
                    }
                    Event::PassThreadMetadata { .. } => is_target(input, delivery.app),
                    Event::Message { .. }
                    | Event::Echo { .. }
                    | Event::Postback { .. }
                    | Event::Reaction { .. }
                    | Event::Referral(_)
                    | Event::Delivered { .. }
                    | Event::Read { .. }
                    | Event::AppRoles { .. } => false,
                };
                prop_assert!(named, "{delivery:?} while control went from {was:?} to {is:?}");
            }
            return Ok(());
        }
        // Control moves once the message is sent; where its echo goes is decided when that leaves.
        if matches!(input, Input::App { act: AppAct::Sends { then: Some(_), .. }, .. }) {
            return Ok(());
        }
        let hears_tap = matches!(&delivery.event, Event::Postback { made_by, .. }
            if *made_by == delivery.app && options.tap_heard == TapHeard::Messaging);
        let app = Party::App(delivery.app);
        let listens = match (is, options.idle_delivery) {
            // Where no app can be in control everything is on messaging.
            _ if self.world.control(person) == Control::Inactive => false,
            (Some(owner), _) => owner != app && !hears_tap,
            (None, IdleDelivery::Messaging) => false,
            (None, IdleDelivery::Standby) => on_standby(delivery.field),
            (None, IdleDelivery::Leader) => {
                leader(&self.world, delivery.page).is_some_and(|leader| leader != app)
            }
        };
        prop_assert_eq!(delivery.channel == Channel::Standby, listens, "{:?} while {:?} owns", delivery, is);
        prop_assert!(!listens || fields.contains(Field::Standby), "standby is not subscribed");
        prop_assert!(!listens || on_standby(delivery.field), "standby does not carry {:?}", delivery.field);
        let payload = matches!(&delivery.event, Event::Postback { payload: Some(_), .. });
        prop_assert!(!payload || !listens, "standby tells a payload");
        Ok(())
    }

    fn only_its_own_conversation_changes(&self, before: &World, input: &Input) -> TestCaseResult {
        let mine = match input {
            Input::Person { person, .. } | Input::Inbox { person, .. } => Some(*person),
            Input::App { act, .. } => act_about(act),
            Input::TimerFired(Timer { subject: Subject::Conversation(person), .. }) => Some(*person),
            Input::TimerFired(_)
            | Input::Admin { .. }
            | Input::AppSubscribes { .. }
            | Input::DeliveryTried { .. } => None,
        };
        for person in [ANA, BO] {
            if mine != Some(person) {
                let mut expected = before.conversations.get(&person).cloned();
                let now = self.world.conversations.get(&person);
                if let (Some(expected), Some(now)) = (&mut expected, now)
                    && settles_all(input)
                {
                    let unowned = self.world.settings.unowned(now.line()).owner();
                    let after = [expected.control.owner(), unowned, None];
                    prop_assert!(after.contains(&now.control.owner()), "{:?} gets it", now.control);
                    // Telling of it is an event of the conversation (C-05a).
                    prop_assert!(now.last_event >= expected.last_event, "{:?}", now.last_event);
                    (expected.control, expected.folder, expected.last_event) =
                        (now.control, now.folder, now.last_event);
                }
                prop_assert_eq!(now, expected.as_ref());
                prop_assert_eq!(&self.world.people[&person], &before.people[&person]);
            }
        }
        Ok(())
    }

    /// The folder follows control where it is to do so, unless an agent filed the conversation since.
    fn folders_agree(&self) -> TestCaseResult {
        for (person, conversation) in &self.world.conversations {
            let Some(by) = conversation.control.owner() else { continue };
            // Who has what nobody was given got no control that a folder could have followed.
            let follows = self.options(*person).done_folder == DoneFolder::On;
            let given = self.world.settings.unowned(conversation.line()).owner() != Some(by);
            if !follows || !given || self.filed.contains(person) {
                continue;
            }
            let expected = if by == Party::Inbox { Folder::Main } else { Folder::Done };
            prop_assert_eq!(conversation.folder, expected, "{:?} owns", by);
        }
        Ok(())
    }

    /// There is a deadline for each owner at the moment at which its control ends, those of webhooks that
    /// fail, and no other; time alone makes all conversations idle.
    fn timers_are_those_that_apply(&self) -> TestCaseResult {
        let control = self.world.conversations.iter().filter_map(|(person, conversation)| {
            let at = conversation.control.until()?;
            Some(Timer { at, kind: TimerKind::ControlEnds, subject: Subject::Conversation(*person) })
        });
        let mut expected: BTreeSet<Timer> = control.collect();
        for (&(page, app), &since) in &self.world.failing {
            let hour = since + Span::HOUR;
            let subject = Subject::Webhooks(page, app);
            expected.insert(Timer { at: hour, kind: TimerKind::WebhooksDisabled, subject });
            let told = Timer { at: since + Span(15 * 60_000), kind: TimerKind::WebhooksFailing, subject };
            if told.at > self.now {
                expected.insert(told);
            }
        }
        let mut future = self.world.clone();
        let mut armed = BTreeSet::new();
        while let Some(timer) = future.timers.next() {
            prop_assert!(armed.len() <= expected.len(), "{timer:?} is about nothing");
            // At the very moment of a warning its deadline may have fired or not.
            if timer.kind != TimerKind::WebhooksFailing || timer.at > self.now {
                armed.insert(timer);
            }
            let _ = step(&mut future, Input::TimerFired(timer), &Context { now: timer.at, ids: &self.ids });
            prop_assert_ne!(future.timers.next(), Some(timer), "a deadline that fired is still there");
        }
        prop_assert_eq!(armed, expected);
        let idle = future.conversations.iter().all(|(person, conversation)| {
            conversation.control == future.settings.unowned(conversation.line())
                || self.options(*person).control_ends == ControlEnds::Never
        });
        prop_assert!(idle, "a conversation left alone does not become idle");
        Ok(())
    }

    fn nothing_is_overdue(&self) -> TestCaseResult {
        for conversation in self.world.conversations.values() {
            let Some(by) = conversation.control.owner() else { continue };
            let connected = |app| self.world.settings.connection(conversation.page, app).is_some();
            let there = by.app().map_or(by == Party::Inbox, connected);
            prop_assert!(there, "{by:?} owns and is not on the Page");
            let never = self.world.settings.options(conversation.line()).control_ends == ControlEnds::Never;
            // Who has what nobody was given keeps it for as long as nobody else gets it.
            let unowned = self.world.settings.unowned(conversation.line()).owner() == Some(by);
            match conversation.control.until() {
                None => prop_assert!(never || unowned, "{by:?} owns without end"),
                Some(until) => prop_assert!(!never, "control ends at {until:?}, which never ends"),
            }
            if let Some(until) = conversation.control.until() {
                prop_assert!(until > self.now, "control has outlasted its end by {:?}", self.now - until);
                // By an extension for 7 days at most, by an ad for 30.
                prop_assert!(until <= self.now + Span(30 * Span::DAY.0), "control lasts longer than 30 days");
            }
        }
        Ok(())
    }
}

fn owner(world: &World, person: Psid) -> Option<Party> {
    world.control(person).owner()
}

/// Whose conversation an app's call is about.
fn act_about(act: &AppAct) -> Option<Psid> {
    match act {
        AppAct::Sends { person, .. }
        | AppAct::Signals { person }
        | AppAct::Reacts { person, .. }
        | AppAct::Controls { person, .. }
        | AppAct::AsksOwner { person }
        | AppAct::AsksProfile { person, .. } => Some(*person),
        AppAct::AsksReceivers { .. } | AppAct::Installs { .. } => None,
    }
}

/// True for what is about none of the conversations of a Page and may decide who owns each of them: an app leaves the
/// Page, or an admin changes roles or the protocol.
const fn settles_all(input: &Input) -> bool {
    match input {
        Input::Admin { change, .. } => matches!(
            change,
            AdminChange::Removes(_)
                | AdminChange::PrimaryReceiver(_)
                | AdminChange::Role { .. }
                | AdminChange::DefaultApp(_)
                | AdminChange::Handover(_)
                | AdminChange::Protocol(_)
                | AdminChange::Connects(_)
        ),
        Input::App { act, .. } => matches!(act, AppAct::Installs { fields: None, .. }),
        Input::Person { .. }
        | Input::Inbox { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. }
        | Input::TimerFired(_) => false,
    }
}

/// The primary receiver or the default app of a Page, whichever its protocol has.
fn leader(world: &World, page: PageId) -> Option<Party> {
    world.settings.line(page.messenger()).and_then(Line::leader)
}

/// The app that calls.
fn caller(input: &Input) -> Option<Party> {
    if let Input::App { app, .. } = input { Some(Party::App(*app)) } else { None }
}

fn is_target(input: &Input, app: AppId) -> bool {
    use emulator_core::ControlAct::PassMetadata;
    matches!(input, Input::App { act: AppAct::Controls { act: PassMetadata { to, .. }, .. }, .. } if *to == Party::App(app))
}

/// What the platform's list of standby events names (C-80).
const fn on_standby(field: Field) -> bool {
    matches!(
        field,
        Field::Messages
            | Field::MessageEchoes
            | Field::MessageDeliveries
            | Field::MessageReads
            | Field::MessagingPostbacks
    )
}

const fn field_of(event: &Event) -> Field {
    match event {
        Event::Message { .. } => Field::Messages,
        Event::Echo { .. } => Field::MessageEchoes,
        Event::Postback { .. } => Field::MessagingPostbacks,
        Event::Reaction { .. } => Field::MessageReactions,
        Event::Referral(_) => Field::MessagingReferrals,
        Event::Delivered { .. } => Field::MessageDeliveries,
        Event::Read { .. } => Field::MessageReads,
        Event::PassThreadControl { .. }
        | Event::TakeThreadControl { .. }
        | Event::RequestThreadControl { .. }
        | Event::PassThreadMetadata { .. }
        | Event::AppRoles { .. } => Field::MessagingHandovers,
    }
}

/// Two events of one step are the same event if they are of one kind, save that roles concern several apps.
const fn kind_of(event: &Event) -> (EventKind, Option<AppId>) {
    let app = if let Event::AppRoles { app, .. } = event { Some(*app) } else { None };
    (event.kind(), app)
}

/// A plain message is refused for control exactly when another app owns the conversation, where that keeps
/// others out and nothing was wrong before.
fn control_decides_who_sends(before: &World, input: &Input, outcome: &Outcome) -> TestCaseResult {
    let Input::App { page, app, act: AppAct::Sends { person, tag: None, .. } } = input else { return Ok(()) };
    let refused = |kind| outcome.as_ref().is_err_and(|refusal| refusal.kind == kind);
    let earlier = [
        RefusalKind::UnknownPerson,
        RefusalKind::PersonUnavailable,
        RefusalKind::UnknownMessage,
        RefusalKind::NoRoleOnApp { documented: false },
        RefusalKind::NoRoleOnApp { documented: true },
    ];
    if earlier.into_iter().any(refused) {
        return Ok(());
    }
    let (options, caller) = (before.settings.options(page.messenger()), Party::App(*app));
    let barred = match (before.control(*person), options.exclusive, options.idle_sends) {
        (Control::Owned { by, .. }, Switch::On, _) => by != caller,
        (Control::Idle, _, IdleSends::Leader) => leader(before, *page).is_some_and(|leader| leader != caller),
        (Control::Owned { .. }, Switch::Off, _)
        | (Control::Idle, _, IdleSends::All)
        | (Control::Inactive, ..) => false,
    };
    let told = refused(RefusalKind::AnotherAppInControl) || refused(RefusalKind::NotThreadOwner);
    prop_assert_eq!(told, barred, "owner {:?}", owner(before, *person));
    Ok(())
}
