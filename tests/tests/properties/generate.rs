//! Worlds and inputs of every kind, most of them such as happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use emulator_core::{
    Ad, AdRoute, AdminChange, App, AppAct, AppId, AppMode, Button, Connection, ControlAct, Feature, Field,
    FieldSet, Folder, InboxAct, Input, Line, Message, Mid, Options, Overrides, Page, PageId, Party,
    Permission, Person, PersonAct, Protocol, Psid, QuickReply, Reaction, Referral, Role, Routes, SendControl,
    Settings, Span, Subject, Tag, Template, Timer, TimerKind, Timestamp, TokenState, World,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

pub(crate) const PAGE: PageId = PageId(1);
pub(crate) const OTHER_PAGE: PageId = PageId(2);
/// Apps of the Page; only as many as the settings connect.
const APPS: [AppId; 3] = [AppId(11), AppId(12), AppId(13)];
const STRANGER: AppId = AppId(99);
pub(crate) const ANA: Psid = Psid(101);
pub(crate) const BO: Psid = Psid(102);
const UNKNOWN: Psid = Psid(199);
pub(crate) const BEGIN: Timestamp = Timestamp(1_782_864_000_000);
const DAY: i64 = Span::DAY.0;
/// The link and the ad that have routes.
const LINK: &str = "link";
const AD: &str = "ad";

/// One thing that a sequence does.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    Input(Input),
    /// The clock moves and everything due fires.
    Advance(Span),
}

fn fields() -> impl Strategy<Value = FieldSet> {
    let all = Field::ALL.to_vec();
    let some = subsequence(all.clone(), 0..=all.len());
    prop_oneof![2 => Just(all), 1 => some].prop_map(FieldSet::from_iter)
}

fn overrides() -> impl Strategy<Value = Overrides> {
    let switches: Vec<(&'static str, &'static str)> =
        Options::ALL.iter().flat_map(|option| option.words.iter().map(|word| (option.name, *word))).collect();
    let set = |switches: Vec<(&str, &str)>| {
        let mut overrides = Overrides::default();
        for (name, word) in switches {
            overrides.set(name, word).expect("a word of the switch");
        }
        overrides
    };
    prop_oneof![1 => Just(Vec::new()), 1 => vec(select(switches), 0..6)].prop_map(set)
}

/// What a Page has of one protocol or another, whichever it follows.
fn line() -> BoxedStrategy<(Protocol, Option<Party>, BTreeSet<AppId>, Routes)> {
    let protocol = prop_oneof![2 => Just(Protocol::Handover), 3 => select(Protocol::ALL.to_vec())];
    let default_app = prop_oneof![3 => select(APPS.to_vec()).prop_map(|app| Some(Party::App(app))), 1 => Just(Some(Party::Inbox)), 1 => Just(None)];
    let may_not_take = subsequence(APPS.to_vec(), 0..=1).prop_map(BTreeSet::from_iter);
    let days = select(vec![0, 1, 4, 30, 31]);
    let routes = (select(APPS.to_vec()), select(APPS.to_vec()), days, any::<bool>()).prop_map(
        |(link, ad, days, organic)| Routes {
            links: [(LINK.into(), link)].into(),
            ads: [(AD.into(), AdRoute::new(ad, Span(days * DAY)))].into(),
            organic: organic.then_some(APPS[0]),
        },
    );
    (protocol, default_app, may_not_take, routes).boxed()
}

fn settings() -> BoxedStrategy<Settings> {
    let connection = (fields(), any::<bool>()).prop_map(|(fields, human_agent)| Connection {
        fields,
        features: human_agent.then_some(Feature::HumanAgent).into_iter().collect(),
        ..Connection::default()
    });
    let mode = prop_oneof![5 => Just(AppMode::Live), 1 => Just(AppMode::Development)];
    let app = (connection, mode);
    (vec(app, 2..=3), 0..4_usize, overrides(), any::<bool>(), line())
        .prop_map(|(apps, primary, overrides, news, line)| {
            let known = APPS.into_iter().zip(&apps);
            let known = known.map(|(id, (_, mode))| (id, App { mode: *mode, ..App::named(id.to_string()) }));
            let known: BTreeMap<_, _> = known.chain([(STRANGER, App::named("stranger"))]).collect();
            let connected: BTreeMap<_, _> =
                APPS.into_iter().zip(apps.iter().map(|(connection, _)| connection.clone())).collect();
            let primary_receiver = APPS.get(primary).copied().filter(|app| connected.contains_key(app));
            let (protocol, default_app, may_not_take, routes) = line;
            let default_app = default_app
                .filter(|party: &Party| party.app().is_none_or(|app| connected.contains_key(&app)));
            let page = |primary_receiver| {
                let mut messenger = Line::new(protocol, overrides).with_primary(primary_receiver);
                messenger.default_app = default_app;
                messenger.may_not_take.clone_from(&may_not_take);
                messenger.routes.clone_from(&routes);
                Page { messenger, news, apps: connected.clone(), ..Page::named("Page") }
            };
            Settings { pages: [(PAGE, page(primary_receiver)), (OTHER_PAGE, page(None))].into(), apps: known }
        })
        .boxed()
}

pub(crate) fn world() -> BoxedStrategy<World> {
    let page = prop_oneof![4 => Just(PAGE), 1 => Just(OTHER_PAGE)];
    (settings(), page, subsequence(APPS.to_vec(), 0..=3))
        .prop_map(|(settings, page_of_bo, tests)| {
            let mut world = World::new(Arc::new(settings));
            world
                .people
                .insert(ANA, Person { tests: tests.into_iter().collect(), ..Person::named("ana", PAGE) });
            world.people.insert(BO, Person::named("bo", page_of_bo));
            world
        })
        .boxed()
}

fn span() -> impl Strategy<Value = Span> {
    let edges =
        [0, 1, 1_000, 15 * 60_000, DAY / 24, DAY / 2, DAY - 1, DAY, DAY + 1, 3 * DAY, 7 * DAY, 7 * DAY + 1];
    prop_oneof![3 => select(edges.to_vec()), 1 => 0..8 * DAY].prop_map(Span)
}

fn person() -> impl Strategy<Value = Psid> {
    prop_oneof![6 => Just(ANA), 3 => Just(BO), 1 => Just(UNKNOWN)]
}

fn app() -> impl Strategy<Value = AppId> {
    prop_oneof![8 => select(APPS.to_vec()), 2 => Just(Party::Inbox.number()), 1 => Just(STRANGER)]
}

fn page() -> impl Strategy<Value = PageId> {
    prop_oneof![9 => Just(PAGE), 1 => Just(OTHER_PAGE)]
}

fn control() -> BoxedStrategy<ControlAct> {
    let metadata = || select(vec![None, Some("why")]).prop_map(|text| text.map(Arc::from));
    let target = prop_oneof![7 => app().prop_map(|app| Some(Party::of(app))), 1 => Just(None)];
    let by = prop_oneof![4 => span().prop_map(Some), 1 => Just(None), 1 => Just(Some(Span(-1)))];
    prop_oneof![
        4 => (target, metadata()).prop_map(|(to, metadata)| ControlAct::Pass { to, metadata }),
        4 => metadata().prop_map(|metadata| ControlAct::Take { metadata }),
        2 => metadata().prop_map(|metadata| ControlAct::Request { metadata }),
        1 => app().prop_map(|to| ControlAct::PassMetadata { to: Party::of(to), metadata: "why".into() }),
        1 => Just(ControlAct::Release),
        2 => by.prop_map(|by| ControlAct::Extend { by }),
    ]
    .boxed()
}

fn message() -> BoxedStrategy<Arc<Message>> {
    let text = select(vec![None, Some("a"), Some("b"), Some("a longer text than one word of a digest")]);
    let reply_to = prop_oneof![9 => Just(None), 1 => Just(Some(Mid("m_nothing".into())))];
    let template = select(vec![None, None, Some(Template::CustomerFeedback), Some(Template::Other)]);
    (text, reply_to, template, 0..3_usize, 0..3_usize)
        .prop_map(|(text, reply_to, template, buttons, replies)| {
            Arc::new(Message {
                text: text.map(Arc::from),
                reply_to,
                template,
                buttons: TITLES[..buttons]
                    .iter()
                    .map(|title| Button { title: (*title).into(), payload: (*title).into() })
                    .collect(),
                quick_replies: TITLES[1..=replies]
                    .iter()
                    .map(|title| QuickReply::new(*title, *title))
                    .collect(),
                ..Message::default()
            })
        })
        .boxed()
}

const TITLES: [&str; 3] = ["one", "two", "three"];

fn person_act() -> BoxedStrategy<PersonAct> {
    let taps = select(TITLES.to_vec()).prop_map(|what| PersonAct::Taps { what: what.into(), within: None });
    let reacts = any::<bool>()
        .prop_map(|there| PersonAct::Reacts { to: None, reaction: there.then(|| Reaction::of("❤")) });
    prop_oneof![
        8 => message().prop_map(PersonAct::Says),
        6 => taps,
        2 => reacts,
        2 => Just(PersonAct::Reads),
        1 => Just(PersonAct::Opens(Referral::link(LINK))),
        1 => Just(PersonAct::Opens(Referral { reference: None, ad: Some(Ad { id: AD.into(), app: None }) })),
        1 => prop_oneof![1 => Just(true), 2 => Just(false)].prop_map(PersonAct::Blocks),
    ]
    .boxed()
}

fn inbox_act() -> BoxedStrategy<InboxAct> {
    let folder = select(vec![Folder::Main, Folder::Done, Folder::Done, Folder::Spam]);
    prop_oneof![1 => message().prop_map(InboxAct::Replies), 2 => folder.prop_map(InboxAct::Moves)].boxed()
}

fn change() -> BoxedStrategy<AdminChange> {
    let primary = prop_oneof![4 => app().prop_map(|app| Some(Party::of(app))), 1 => Just(None)];
    let mode = select(vec![AppMode::Live, AppMode::Development]);
    let token = select(vec![
        TokenState::Valid,
        TokenState::Expires(BEGIN + Span::DAY),
        TokenState::SessionEnded,
        TokenState::Deauthorized,
    ]);
    let permission = select(Permission::ALL.to_vec());
    let role = select(vec![None, Some(Role::PrimaryReceiver), Some(Role::SecondaryReceiver)]);
    let organic = prop_oneof![app().prop_map(Some), Just(None)];
    prop_oneof![
        2 => (app(), role).prop_map(|(app, role)| AdminChange::Role { party: Party::of(app), role }),
        1 => organic.prop_map(|organic| AdminChange::Routes(Routes { organic, ..Routes::default() })),
        3 => primary.clone().prop_map(AdminChange::PrimaryReceiver),
        2 => primary.prop_map(AdminChange::DefaultApp),
        1 => (app(), any::<bool>()).prop_map(|(app, permitted)| AdminChange::TakeControl { app, permitted }),
        1 => any::<bool>().prop_map(AdminChange::Handover),
        1 => select(Protocol::ALL.to_vec()).prop_map(AdminChange::Protocol),
        2 => app().prop_map(AdminChange::Connects),
        1 => app().prop_map(AdminChange::Removes),
        2 => (app(), fields()).prop_map(|(app, fields)| AdminChange::Fields { app, fields }),
        1 => (app(), any::<bool>())
            .prop_map(|(app, granted)| AdminChange::Feature { app, feature: Feature::HumanAgent, granted }),
        1 => (app(), permission, any::<bool>())
            .prop_map(|(app, permission, granted)| AdminChange::Permission { app, permission, granted }),
        1 => (app(), mode).prop_map(|(app, mode)| AdminChange::Mode { app, mode }),
        1 => (app(), token).prop_map(|(app, state)| AdminChange::Token { app, state }),
    ]
    .boxed()
}

fn app_act() -> BoxedStrategy<AppAct> {
    let tag = prop_oneof![4 => Just(None), 2 => Just(Some(Tag::HumanAgent)), 1 => select(Tag::ALL.to_vec()).prop_map(Some)];
    let pass = prop_oneof![3 => app().prop_map(|app| Some(Party::of(app))), 1 => Just(None)];
    let then = prop_oneof![
        8 => Just(None),
        1 => pass.prop_map(|to| Some(SendControl::Pass(to))),
        1 => Just(Some(SendControl::Release)),
    ];
    let installs = prop_oneof![2 => fields().prop_map(Some), 1 => Just(None)];
    prop_oneof![
        8 => (person(), message(), tag, then).prop_map(|(person, message, tag, then)| AppAct::Sends { person, message, tag, then }),
        12 => (person(), control()).prop_map(|(person, act)| AppAct::Controls { person, act }),
        1 => person().prop_map(|person| AppAct::Signals { person }),
        1 => person().prop_map(|person| AppAct::Reacts { person, to: Mid("m_nothing".into()) }),
        1 => person().prop_map(|person| AppAct::AsksOwner { person }),
        1 => (person(), select(Permission::ALL.to_vec())).prop_map(|(person, needed)| AppAct::AsksProfile { person, needs: [needed].into() }),
        1 => Just(AppAct::AsksReceivers { platform: None }),
        1 => installs.prop_map(|fields| AppAct::Installs { fields, other_fields: Vec::new() }),
    ].boxed()
}

pub(crate) fn a_move() -> BoxedStrategy<Move> {
    let subscribed = prop_oneof![3 => fields().prop_map(Some), 1 => Just(None)];
    // A deadline that was never set, or was moved meanwhile.
    let subject = prop_oneof![
        person().prop_map(Subject::Conversation),
        (page(), app()).prop_map(|(page, app)| Subject::Webhooks(page, app)),
    ];
    let kind = select(vec![TimerKind::ControlEnds, TimerKind::WebhooksFailing, TimerKind::WebhooksDisabled]);
    let stray = (span(), kind, subject).prop_map(|(ago, kind, subject)| Timer {
        at: Timestamp(BEGIN.0 - ago.0),
        kind,
        subject,
    });
    let input = prop_oneof![
        16 => (person(), person_act()).prop_map(|(person, act)| Input::Person { person, act }),
        6 => (person(), inbox_act()).prop_map(|(person, act)| Input::Inbox { person, act }),
        3 => (page(), change()).prop_map(|(page, change)| Input::Admin { line: page.messenger(), change }),
        24 => (page(), app(), app_act()).prop_map(|(page, app, act)| Input::App { page, app, act }),
        1 => (app(), subscribed).prop_map(|(app, fields)| Input::AppSubscribes { app, fields }),
        3 => (page(), app(), any::<bool>())
            .prop_map(|(page, app, acknowledged)| Input::DeliveryTried { page, app, acknowledged }),
        1 => stray.prop_map(Input::TimerFired),
    ];
    prop_oneof![4 => input.prop_map(Move::Input), 1 => span().prop_map(Move::Advance)].boxed()
}
