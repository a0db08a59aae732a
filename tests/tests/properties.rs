//! What holds after every step of every sequence of inputs, whatever the rules of single cells say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use emulator_core::{
    Accepted, Answer, App, AppAct, AppId, Channel, Connection, Context, Control, ControlAct, Delivery,
    Effect, Event, Feature, Field, FieldSet, Folder, Ids, Input, Message, Mid, Missing, Outcome, PAGE_INBOX,
    Page, PageId, Person, PersonAct, Protocol, Psid, RefusalKind, Settings, Span, Subject, Tag, Timer,
    TimerKind, Timestamp, World, step,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;

const PAGE: PageId = PageId(1);
const OTHER_PAGE: PageId = PageId(2);
/// Apps of the Page; only as many as the settings connect.
const APPS: [AppId; 3] = [AppId(11), AppId(12), AppId(13)];
const STRANGER: AppId = AppId(99);
const ANA: Psid = Psid(101);
const BO: Psid = Psid(102);
const UNKNOWN: Psid = Psid(199);
const BEGIN: Timestamp = Timestamp(1_782_864_000_000);
const DAY: i64 = 86_400_000;

/// One thing that a sequence does.
#[derive(Debug, Clone)]
enum Move {
    Input(Input),
    /// The clock moves and everything due fires.
    Advance(Span),
}

fn settings() -> impl Strategy<Value = Settings> {
    let fields =
        select(vec![Field::Messages, Field::MessageEchoes, Field::MessagingHandovers, Field::Standby]);
    let connection = (prop_oneof![2 => Just(None), 1 => vec(fields, 0..5).prop_map(Some)], any::<bool>());
    let all = [Field::Messages, Field::MessageEchoes, Field::MessagingHandovers, Field::Standby];
    let connection = connection.prop_map(move |(fields, human_agent)| Connection {
        fields: FieldSet::from_iter(fields.unwrap_or_else(|| all.to_vec())),
        features: human_agent.then_some(Feature::HumanAgent).into_iter().collect(),
        ..Connection::default()
    });
    (vec(connection, 2..=3), 0..4_usize).prop_map(|(connections, primary)| {
        let connected: BTreeMap<_, _> = APPS.into_iter().zip(connections).collect();
        let primary_receiver = APPS.get(primary).copied().filter(|app| connected.contains_key(app));
        let page =
            |primary_receiver| Page { primary_receiver, apps: connected.clone(), ..Page::named("Page") };
        Settings {
            protocol: Protocol::Handover,
            pages: [(PAGE, page(primary_receiver)), (OTHER_PAGE, page(None))].into(),
            apps: connected.keys().map(|app| (*app, App::named(app.to_string()))).collect(),
        }
    })
}

fn world() -> impl Strategy<Value = World> {
    (settings(), prop_oneof![4 => Just(PAGE), 1 => Just(OTHER_PAGE)]).prop_map(|(settings, page_of_bo)| {
        let mut world = World::new(Arc::new(settings));
        world.people.insert(ANA, Person::named("ana", PAGE));
        world.people.insert(BO, Person::named("bo", page_of_bo));
        world
    })
}

fn span() -> impl Strategy<Value = Span> {
    let edges = [0, 1, 1_000, DAY / 24, DAY / 2, DAY - 1, DAY, DAY + 1, 3 * DAY, 7 * DAY, 7 * DAY + 1];
    prop_oneof![3 => select(edges.to_vec()), 1 => 0..8 * DAY].prop_map(Span)
}

fn act() -> impl Strategy<Value = ControlAct> {
    let metadata = select(vec![None, Some("why")]).prop_map(|text| text.map(Arc::from));
    let target = select(vec![Some(APPS[0]), Some(APPS[1]), Some(APPS[2]), Some(PAGE_INBOX)]);
    let target = prop_oneof![6 => target, 1 => Just(None), 1 => Just(Some(STRANGER))];
    let by = prop_oneof![4 => span().prop_map(Some), 1 => Just(None), 1 => Just(Some(Span(-1)))];
    prop_oneof![
        4 => (target, metadata.clone()).prop_map(|(to, metadata)| ControlAct::Pass { to, metadata }),
        4 => metadata.clone().prop_map(|metadata| ControlAct::Take { metadata }),
        2 => metadata.prop_map(|metadata| ControlAct::Request { metadata }),
        1 => Just(ControlAct::Release),
        2 => by.prop_map(|by| ControlAct::Extend { by }),
    ]
}

fn message() -> impl Strategy<Value = Arc<Message>> {
    let text = select(vec![None, Some("a"), Some("b"), Some("a longer text than one word of a digest")]);
    text.prop_map(|text| Arc::new(Message { text: text.map(Arc::from), ..Message::default() }))
}

fn a_move() -> impl Strategy<Value = Move> {
    let person = || prop_oneof![6 => Just(ANA), 3 => Just(BO), 1 => Just(UNKNOWN)];
    let app = || prop_oneof![8 => select(APPS.to_vec()), 2 => Just(PAGE_INBOX), 1 => Just(STRANGER)];
    let page = || prop_oneof![9 => Just(PAGE), 1 => Just(OTHER_PAGE)];
    let tag = select(vec![None, None, Some(Tag::HumanAgent)]);
    let input = prop_oneof![
        5 => (person(), message())
            .prop_map(|(person, message)| Input::Person { person, act: PersonAct::Says(message) }),
        5 => (page(), app(), person(), message(), tag).prop_map(|(page, app, person, message, tag)| {
            Input::App { page, app, act: AppAct::Sends { person, message, tag } }
        }),
        8 => (page(), app(), person(), act())
            .prop_map(|(page, app, person, act)| Input::App { page, app, act: AppAct::Controls { person, act } }),
        1 => (page(), app(), person())
            .prop_map(|(page, app, person)| Input::App { page, app, act: AppAct::Signals { person } }),
        1 => (page(), app(), person())
            .prop_map(|(page, app, person)| Input::App { page, app, act: AppAct::AsksOwner { person } }),
        // A deadline that was never set, or was moved meanwhile.
        1 => (span(), person()).prop_map(|(after, person)| {
            Input::TimerFired(Timer { at: BEGIN + after, kind: TimerKind::ControlEnds, subject: Subject::Conversation(person) })
        }),
    ];
    prop_oneof![4 => input.prop_map(Move::Input), 1 => span().prop_map(Move::Advance)]
}

/// A world in play with what must be remembered of the steps before.
struct Play {
    world: World,
    now: Timestamp,
    ids: Ids,
    outcomes: Vec<Outcome>,
    newest: BTreeMap<Psid, Timestamp>,
    mids: BTreeSet<Mid>,
}

impl Play {
    fn new(world: World) -> Self {
        let (outcomes, newest, mids) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        Self { world, now: BEGIN, ids: Ids::new(7, "properties"), outcomes, newest, mids }
    }

    fn play(&mut self, moves: &[Move]) -> Result<(), TestCaseError> {
        for one in moves {
            match one {
                Move::Input(input) => self.step(input)?,
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

    fn fire_all_due_at(&mut self, at: Timestamp) -> Result<(), TestCaseError> {
        self.now = at;
        while let Some(timer) = self.world.timers.next().filter(|timer| timer.at == at) {
            self.step(&Input::TimerFired(timer))?;
            prop_assert_ne!(self.world.timers.next(), Some(timer), "a deadline that fired is still there");
        }
        Ok(())
    }

    fn step(&mut self, input: &Input) -> Result<(), TestCaseError> {
        let before = self.world.clone();
        let outcome = step(&mut self.world, input.clone(), &Context { now: self.now, ids: &self.ids });
        match &outcome {
            Ok(accepted) => self.accepted(&before, input, accepted)?,
            Err(refusal) => {
                prop_assert_eq!(&self.world, &before, "{:?} changed the world", refusal);
            }
        }
        self.only_its_own_conversation_changes(&before, input)?;
        control_decides_who_sends(&before, input, &outcome)?;
        self.timers_are_those_of_control()?;
        self.outcomes.push(outcome);
        Ok(())
    }

    fn accepted(&mut self, before: &World, input: &Input, accepted: &Accepted) -> Result<(), TestCaseError> {
        let person = person_of(input);
        let (was, is) = (owner(before, person), owner(&self.world, person));
        let mut moves = 0;
        let mut at = None;
        let mut heard = BTreeSet::new();
        for decided in &accepted.effects {
            match &decided.effect {
                Effect::ControlMoved { person: whose, from, to, until } => {
                    moves += 1;
                    prop_assert_eq!((*whose, *from, *to), (person, was, is));
                    prop_assert_eq!(*until, until_of(&self.world, person));
                    self.folder_agrees(before, person, *to)?;
                }
                Effect::Message { person: whose, mid, at: said, .. } => {
                    prop_assert_eq!(*whose, person);
                    prop_assert!(self.mids.insert(mid.clone()), "{mid} stands for two messages");
                    prop_assert_eq!(&accepted.answer, &Answer::Message { mid: mid.clone(), at: *said });
                    prop_assert!(at.is_none_or(|at| at == *said));
                    at = Some(*said);
                }
                Effect::Deliver(delivery) => {
                    prop_assert_eq!(delivery.person, Some(person));
                    prop_assert!(heard.insert(delivery.app), "{} hears it twice", delivery.app);
                    prop_assert!(at.is_none_or(|at| at == delivery.at), "one event, two timestamps");
                    at = Some(delivery.at);
                    self.is_for_that_app(delivery, was, is)?;
                }
                Effect::ControlProlonged { owner, until, .. } => {
                    prop_assert_eq!((Some(*owner), Some(*owner)), (was, is));
                    prop_assert_eq!(Some(*until), until_of(&self.world, person));
                }
                Effect::Unheard { app, missing, .. } => {
                    prop_assert!(heard.insert(*app), "{app} hears it and does not");
                    let fields = [Field::Standby, Field::MessagingHandovers].map(Missing::Subscription);
                    prop_assert!(fields.contains(missing), "{missing:?}");
                    heard.remove(app);
                }
                Effect::WindowOpened { .. }
                | Effect::FolderMoved { .. }
                | Effect::MarkedDone { .. }
                | Effect::WebhooksFailing { .. }
                | Effect::WebhooksDisabled { .. } => {}
            }
        }
        prop_assert!(moves <= 1, "control moved {moves} times in one step");
        prop_assert_eq!(moves == 0 && was != is, false, "control moved without a word");
        if let Some(at) = at {
            prop_assert!(at >= self.now);
            if let Some(newest) = self.newest.insert(person, at) {
                prop_assert!(at > newest, "{at:?} does not come after {newest:?}");
            }
        }
        self.all_who_may_hear_do(input, is, &heard)
    }

    fn folder_agrees(&self, before: &World, person: Psid, to: Option<AppId>) -> Result<(), TestCaseError> {
        let folder = |world: &World| {
            world.conversations.get(&person).map_or(Folder::Main, |conversation| conversation.folder)
        };
        let expected = match to {
            None => folder(before),
            Some(PAGE_INBOX) => Folder::Main,
            Some(_) => Folder::Done,
        };
        prop_assert_eq!(folder(&self.world), expected);
        Ok(())
    }

    /// The channel, the field and, for control events, the app are those that the event asks for.
    fn is_for_that_app(
        &self,
        delivery: &Delivery,
        was: Option<AppId>,
        is: Option<AppId>,
    ) -> Result<(), TestCaseError> {
        let fields = self.world.settings.pages[&delivery.page].apps.get(&delivery.app).map(|app| app.fields);
        let fields = fields.ok_or_else(|| TestCaseError::fail("an app that is not on the Page hears"))?;
        let (field, concerned) = match &delivery.event {
            Event::Message { .. } => (Field::Messages, None),
            Event::Echo { .. } => (Field::MessageEchoes, None),
            Event::PassThreadControl { .. } => (Field::MessagingHandovers, Some(is)),
            Event::TakeThreadControl { .. } => (Field::MessagingHandovers, Some(was)),
            Event::RequestThreadControl { .. } => (Field::MessagingHandovers, Some(is)),
            other @ (Event::Postback { .. }
            | Event::Reaction { .. }
            | Event::Referral(_)
            | Event::Delivered { .. }
            | Event::Read { .. }
            | Event::PassThreadMetadata { .. }
            | Event::AppRoles { .. }) => return Err(TestCaseError::fail(format!("nobody did {other:?}"))),
        };
        prop_assert_eq!(delivery.field, field);
        prop_assert!(fields.contains(field), "{field:?} is not subscribed");
        match concerned {
            Some(concerned) => {
                prop_assert_eq!((Some(delivery.app), delivery.channel), (concerned, Channel::Messaging));
            }
            None => {
                let own = is.is_none_or(|owner| owner == delivery.app);
                prop_assert_eq!(delivery.channel == Channel::Messaging, own, "owner {:?}", is);
                prop_assert!(own || fields.contains(Field::Standby), "standby is not subscribed");
            }
        }
        Ok(())
    }

    /// A message or echo reaches everyone that subscribed to it.
    fn all_who_may_hear_do(
        &self,
        input: &Input,
        owner: Option<AppId>,
        heard: &BTreeSet<AppId>,
    ) -> Result<(), TestCaseError> {
        let (page, field) = match input {
            Input::Person { person, act: PersonAct::Says(_) } => {
                (self.world.people[person].page, Field::Messages)
            }
            Input::App { page, act: AppAct::Sends { .. }, .. } => (*page, Field::MessageEchoes),
            Input::Person { .. }
            | Input::App { .. }
            | Input::Inbox { .. }
            | Input::Admin { .. }
            | Input::AppSubscribes { .. }
            | Input::DeliveryTried { .. }
            | Input::TimerFired(_) => return Ok(()),
        };
        let hears = |app: AppId, fields: FieldSet| {
            let own = owner.is_none_or(|owner| owner == app);
            fields.contains(field) && (own || fields.contains(Field::Standby))
        };
        let apps = self.world.settings.pages[&page].apps.iter();
        let expected: BTreeSet<_> =
            apps.filter(|(app, connection)| hears(**app, connection.fields)).map(|(app, _)| *app).collect();
        prop_assert_eq!(heard, &expected);
        Ok(())
    }

    fn only_its_own_conversation_changes(&self, before: &World, input: &Input) -> Result<(), TestCaseError> {
        let person = person_of(input);
        let others = |world: &World| {
            let mut conversations = world.conversations.clone();
            conversations.remove(&person);
            conversations
        };
        prop_assert_eq!(others(&self.world), others(before));
        prop_assert_eq!((&self.world.settings, &self.world.people), (&before.settings, &before.people));
        Ok(())
    }

    /// There is a deadline for each owner, at the very moment at which its control ends, and no other.
    fn timers_are_those_of_control(&self) -> Result<(), TestCaseError> {
        let mut expected: Vec<_> = self
            .world
            .conversations
            .iter()
            .filter_map(|(person, conversation)| {
                conversation.control.until().map(|until| (until, Subject::Conversation(*person)))
            })
            .collect();
        expected.sort();
        let mut future = self.world.clone();
        let mut armed = Vec::new();
        while let Some(timer) = future.timers.next() {
            prop_assert!(armed.len() < expected.len(), "{timer:?} is about nothing");
            armed.push((timer.at, timer.subject));
            let _ = step(&mut future, Input::TimerFired(timer), &Context { now: timer.at, ids: &self.ids });
        }
        prop_assert_eq!(armed, expected);
        let idle = future.conversations.values().all(|conversation| conversation.control == Control::Idle);
        prop_assert!(idle, "a conversation left alone does not become idle");
        Ok(())
    }

    fn nothing_is_overdue(&self) -> Result<(), TestCaseError> {
        for conversation in self.world.conversations.values() {
            if let Some(until) = conversation.control.until() {
                prop_assert!(until > self.now, "control has outlasted its end by {:?}", self.now - until);
                prop_assert!(until <= self.now + Span(7 * DAY), "control lasts longer than 7 days");
            }
        }
        Ok(())
    }
}

fn person_of(input: &Input) -> Psid {
    match input {
        Input::Person { person, .. }
        | Input::Inbox { person, .. }
        | Input::App {
            act:
                AppAct::Sends { person, .. }
                | AppAct::Signals { person }
                | AppAct::Reacts { person, .. }
                | AppAct::Controls { person, .. }
                | AppAct::AsksOwner { person }
                | AppAct::AsksProfile { person },
            ..
        }
        | Input::TimerFired(Timer { subject: Subject::Conversation(person), .. }) => *person,
        Input::App { act: AppAct::AsksReceivers | AppAct::Installs { .. }, .. }
        | Input::TimerFired(Timer { subject: Subject::Webhooks(..), .. })
        | Input::Admin { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. } => UNKNOWN,
    }
}

fn owner(world: &World, person: Psid) -> Option<AppId> {
    world.conversations.get(&person).and_then(|conversation| conversation.control.owner())
}

fn until_of(world: &World, person: Psid) -> Option<Timestamp> {
    world.conversations.get(&person).and_then(|conversation| conversation.control.until())
}

/// A plain message is refused for control exactly when another app owns the conversation.
fn control_decides_who_sends(before: &World, input: &Input, outcome: &Outcome) -> Result<(), TestCaseError> {
    let Input::App { page, app, act: AppAct::Sends { person, tag: None, .. } } = input else {
        return Ok(());
    };
    let known = before.people.get(person).is_some_and(|person| person.page == *page);
    let another = known && owner(before, *person).is_some_and(|owner| owner != *app);
    let refused = outcome.as_ref().is_err_and(|refusal| refusal.kind == RefusalKind::AnotherAppInControl);
    prop_assert_eq!(refused, another, "owner {:?}", owner(before, *person));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/properties.regressions"),
        ))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_step_keeps_what_must_hold(world in world(), moves in vec(a_move(), 1..60)) {
        Play::new(world).play(&moves)?;
    }

    #[test]
    fn the_same_sequence_twice_is_the_same(world in world(), moves in vec(a_move(), 1..40)) {
        let (mut first, mut second) = (Play::new(world.clone()), Play::new(world));
        first.play(&moves)?;
        second.play(&moves)?;
        prop_assert_eq!(first.outcomes, second.outcomes);
        prop_assert_eq!(first.world, second.world);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Even a caller that forgets to fire deadlines, or turns time back, gets an answer.
    #[test]
    fn no_order_of_time_makes_a_step_panic(
        mut world in world(),
        steps in vec((a_move(), prop_oneof![Just(i64::MIN), Just(-1), Just(0), Just(i64::MAX), any::<i64>()]), 1..40),
    ) {
        let ids = Ids::new(7, "properties");
        for (one, now) in steps {
            if let Move::Input(input) = one {
                let _ = step(&mut world, input, &Context { now: Timestamp(now), ids: &ids });
            }
        }
    }
}
