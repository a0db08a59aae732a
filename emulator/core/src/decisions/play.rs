//! Plays one cell in a small world.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Action, Actor, Cast, Cell, Heard, Outcome, Standing, Verdict, heard};
use crate::case::Context;
use crate::catalogue::RuleId;
use crate::derive::Ids;
use crate::effect::{Decided, Effect, Refusal};
use crate::field::Field;
use crate::folder::Folder;
use crate::ids::{AppId, PageId, Psid};
use crate::input::{AdminChange, AppAct, ControlAct, InboxAct, Input, PersonAct, Tag};
use crate::line::Line;
use crate::message::{Button, Message, QuickReply};
use crate::party::Party;
use crate::protocol::Protocol;
use crate::protocols::{Fixed, Leader, Overrides};
use crate::reaction::Reaction;
use crate::referral::Referral;
use crate::settings::{App, Connection, Feature, Page, Settings};
use crate::step::step;
use crate::time::{Span, Timestamp};
use crate::world::{Person, World};

const PAGE: PageId = PageId(1);
const PERSON: Psid = Psid(2);
const OWNER: AppId = AppId(11);
const PRIMARY: AppId = AppId(12);
const OTHER: AppId = AppId(13);
const APPROVED: AppId = AppId(14);
/// Whom others name.
const TARGET: AppId = AppId(15);
const STRANGER: AppId = AppId(16);
const NOW: Timestamp = Timestamp(0);

/// What comes of a cell.
pub(super) struct Played {
    pub(super) outcome: Outcome,
    pub(super) heard: Vec<Heard>,
    pub(super) rests_on: BTreeSet<RuleId>,
}

/// What comes of the cell.
pub(super) fn played(cell: Cell, overrides: &Overrides) -> Played {
    let mut stage = Stage::before(cell, overrides);
    let actor = match cell.actor {
        Actor::Owner => Some(Party::App(OWNER)),
        Actor::Primary => Some(Party::App(PRIMARY)),
        Actor::Other => Some(Party::App(OTHER)),
        Actor::Approved => Some(Party::App(APPROVED)),
        Actor::Inbox => Some(Party::Inbox),
        Actor::Person | Actor::Admin | Actor::Clock => None,
    };
    let cast = Cast {
        owner: stage.world.control(PERSON).owner(),
        primary: stage.world.settings.line(PAGE.messenger()).and_then(Line::leader).and_then(Party::app),
        actor,
        target: (cell.action != Action::TakesRoleAway).then_some(TARGET),
    };
    let (verdict, effects) =
        match input(cell.protocol, cell.action, actor.and_then(Party::app).unwrap_or(OTHER)) {
            Some(input) => stage.answer(input),
            None => stage.waits(),
        };
    let mut rests_on: BTreeSet<RuleId> = verdict.rule().into_iter().collect();
    let (mut told, mut deliveries) = (Vec::new(), Vec::new());
    for Decided { rule, effect, .. } in effects {
        match effect {
            Effect::Deliver(delivery) => {
                rests_on.insert(rule);
                deliveries.push((delivery.event.kind(), delivery.channel, delivery.app));
                // Where all receivers hear of a role, several apps may play the same part.
                let one = (delivery.event.kind(), cast.whom(delivery.app));
                if one.0.is_of_control() && !told.contains(&one) {
                    told.push(one);
                }
            }
            Effect::ControlMoved { .. } => {
                rests_on.insert(rule);
            }
            Effect::Message { .. }
            | Effect::WindowOpened { .. }
            | Effect::ControlProlonged { .. }
            | Effect::FolderMoved { .. }
            | Effect::MarkedDone { .. }
            | Effect::Unheard { .. }
            | Effect::WebhooksFailing { .. }
            | Effect::WebhooksDisabled { .. } => {}
        }
    }
    let connected = stage.world.settings.pages.get(&PAGE).map(|page| page.apps.keys().copied().collect());
    let heard = heard::heard(cast, &connected.unwrap_or_default(), &deliveries);
    let control = cast.control(stage.world.control(PERSON).owner());
    Played { outcome: Outcome { verdict, control, told }, heard, rests_on }
}

/// The cells that playing a cell touches.
#[cfg(test)]
pub(super) fn touched(cell: Cell) -> BTreeSet<Cell> {
    let Stage { mut world, ids } = Stage::before(cell, &Overrides::default());
    let app = match cell.actor {
        Actor::Owner => OWNER,
        Actor::Primary => PRIMARY,
        Actor::Approved => APPROVED,
        Actor::Other | Actor::Inbox | Actor::Person | Actor::Admin | Actor::Clock => OTHER,
    };
    if let Some(input) = input(cell.protocol, cell.action, app) {
        return super::touch(&mut world, &input, &Context { now: NOW, ids: &ids }).1;
    }
    let due = world.timers.next().filter(|timer| timer.at <= NOW + Span::DAY);
    match due {
        Some(timer) => {
            super::touch(&mut world, &Input::TimerFired(timer), &Context { now: timer.at, ids: &ids }).1
        }
        None => super::touched_by_time(&world),
    }
}

struct Stage {
    world: World,
    ids: Ids,
}

impl Stage {
    /// A conversation in which the cell can be played.
    fn before(cell: Cell, overrides: &Overrides) -> Self {
        let mut stage = Self::standing(cell.protocol, cell.standing, overrides);
        if cell.action == Action::RepliesInDone {
            stage.lets(Input::Inbox { person: PERSON, act: InboxAct::Moves(Folder::Done) });
        }
        stage
    }

    /// A conversation that stands so, in which there is something to tap.
    /// It comes about under the usual protocol and without options, since under others it may come about otherwise.
    fn standing(protocol: Protocol, standing: Standing, overrides: &Overrides) -> Self {
        let connection = |app: AppId| Connection {
            fields: Field::ALL.iter().copied().collect(),
            features: (app == APPROVED).then_some(Feature::HumanAgent).into_iter().collect(),
            ..Connection::default()
        };
        let apps = [OWNER, PRIMARY, OTHER, APPROVED, TARGET];
        let page = Page { apps: apps.map(|app| (app, connection(app))).into(), ..Page::named("Page") };
        let settings =
            Settings { pages: [(PAGE, page)].into(), apps: apps.map(|app| (app, App::named("app"))).into() };
        let mut stage = Self { world: World::new(Arc::new(settings)), ids: Ids::new(1, "decisions") };
        stage.world.people.insert(PERSON, Person::named("person", PAGE));
        stage.lets(Input::Person { person: PERSON, act: PersonAct::Says(said("hello")) });
        for (app, title) in [(OWNER, OWNERS), (TARGET, ANOTHERS)] {
            let button = Button { title: title.into(), payload: title.into() };
            let message = Message { buttons: vec![button], ..Message::text("buttons") };
            stage.lets(sends(app, message, None));
        }
        let reply = QuickReply::new(REPLY, REPLY);
        let message = Message { quick_replies: vec![reply], ..Message::text("quick replies") };
        stage.lets(sends(OTHER, message, None));
        match standing {
            Standing::IdleWithoutPrimary | Standing::IdleWithPrimary => {}
            Standing::AppWithoutPrimary | Standing::AppWithPrimary => {
                stage.lets(controls(OWNER, ControlAct::Take { metadata: None }));
            }
            // No step leads to the latter.
            Standing::Off | Standing::MetaAiWithoutPrimary | Standing::MetaAiWithPrimary => {}
            Standing::InboxWithoutPrimary | Standing::InboxWithPrimary => {
                stage.lets(Input::Inbox { person: PERSON, act: InboxAct::Moves(Folder::Main) });
            }
        }
        stage.comes_under(protocol, overrides, standing.has_primary());
        if standing == Standing::Off {
            stage.lets(admin(AdminChange::Handover(false)));
        }
        stage
    }

    /// The Page follows the protocol with these words, and an app is its primary receiver or default app.
    fn comes_under(&mut self, protocol: Protocol, overrides: &Overrides, has_primary: bool) {
        if let Some(page) = Arc::make_mut(&mut self.world.settings).pages.get_mut(&PAGE) {
            page.messenger =
                Line::new(Protocol::default(), *overrides).with_primary(has_primary.then_some(PRIMARY));
            page.messenger.default_app = has_primary.then_some(Party::App(PRIMARY));
        }
        if protocol != Protocol::default() {
            self.lets(admin(AdminChange::Protocol(protocol)));
        }
    }

    /// Something on the way to the cell, which is never refused.
    fn lets(&mut self, input: Input) {
        let outcome = step(&mut self.world, input, &Context { now: NOW, ids: &self.ids });
        debug_assert!(outcome.is_ok(), "the way to a cell is barred: {outcome:?}");
    }

    fn answer(&mut self, input: Input) -> (Verdict, Vec<Decided>) {
        match step(&mut self.world, input, &Context { now: NOW, ids: &self.ids }) {
            Ok(accepted) => (Verdict::Accepted(accepted.rule), accepted.effects),
            Err(Refusal { rule, kind, .. }) => (Verdict::Refused(rule, kind), Vec::new()),
        }
    }

    fn waits(&mut self) -> (Verdict, Vec<Decided>) {
        let now = NOW + Span::DAY;
        let mut result = (Verdict::Nothing, Vec::new());
        while let Some(timer) = self.world.timers.next().filter(|timer| timer.at <= now) {
            let context = Context { now: timer.at, ids: &self.ids };
            if let Ok(accepted) = step(&mut self.world, Input::TimerFired(timer), &context) {
                result.0 = Verdict::Accepted(accepted.rule);
                result.1.extend(accepted.effects);
            }
        }
        result
    }
}

const OWNERS: &str = "the owner's";
const ANOTHERS: &str = "another's";
const REPLY: &str = "reply";

fn said(text: &str) -> Arc<Message> {
    Arc::new(Message::text(text))
}

fn sends(app: AppId, message: Message, tag: Option<Tag>) -> Input {
    Input::App {
        page: PAGE,
        app,
        act: AppAct::Sends { person: PERSON, message: Arc::new(message), tag, then: None },
    }
}

fn controls(app: AppId, act: ControlAct) -> Input {
    Input::App { page: PAGE, app, act: AppAct::Controls { person: PERSON, act } }
}

fn admin(change: AdminChange) -> Input {
    Input::Admin { line: PAGE.messenger(), change }
}

fn reacts(there: bool) -> PersonAct {
    let reaction = there.then(|| Reaction::of("❤"));
    PersonAct::Reacts { to: None, reaction }
}

/// Makes somebody the primary receiver or the default app, whichever the protocol has.
const fn role(protocol: Protocol, to: Option<Party>) -> AdminChange {
    match Fixed::of(protocol).leader {
        Leader::PrimaryReceiver | Leader::Nobody => AdminChange::PrimaryReceiver(to),
        Leader::DefaultApp => AdminChange::DefaultApp(to),
    }
}

/// The input of an action; none for the passing of time.
fn input(protocol: Protocol, action: Action, app: AppId) -> Option<Input> {
    let pass = |to: Option<Party>| controls(app, ControlAct::Pass { to, metadata: None });
    let extend = |days| controls(app, ControlAct::Extend { by: Some(Span(days * Span::DAY.0)) });
    let asks = |act| Input::App { page: PAGE, app, act };
    let person = |act| Input::Person { person: PERSON, act };
    let inbox = |act| Input::Inbox { person: PERSON, act };
    let taps = |what: &str| person(PersonAct::Taps { what: what.into(), within: None });
    Some(match action {
        Action::Sends => sends(app, Message::text("hi"), None),
        Action::SendsAsHumanAgent => sends(app, Message::text("hi"), Some(Tag::HumanAgent)),
        Action::Passes => pass(Some(Party::App(TARGET))),
        Action::PassesToInbox => pass(Some(Party::Inbox)),
        Action::PassesToItself => pass(Some(Party::App(app))),
        Action::PassesToAStranger => pass(Some(Party::App(STRANGER))),
        Action::PassesToNobody => pass(None),
        Action::Takes => controls(app, ControlAct::Take { metadata: None }),
        Action::Requests => controls(app, ControlAct::Request { metadata: None }),
        Action::PassesMetadata => {
            controls(app, ControlAct::PassMetadata { to: Party::App(TARGET), metadata: "why".into() })
        }
        Action::Releases => controls(app, ControlAct::Release),
        Action::Extends => extend(3),
        Action::ExtendsTooLong => extend(8),
        Action::AsksOwner => asks(AppAct::AsksOwner { person: PERSON }),
        Action::AsksReceivers => asks(AppAct::AsksReceivers { platform: None }),
        Action::Signals => asks(AppAct::Signals { person: PERSON }),
        Action::Replies | Action::RepliesInDone => inbox(InboxAct::Replies(said("hi"))),
        Action::MovesToMain => inbox(InboxAct::Moves(Folder::Main)),
        Action::MovesToDone => inbox(InboxAct::Moves(Folder::Done)),
        Action::MovesToSpam => inbox(InboxAct::Moves(Folder::Spam)),
        Action::Says => person(PersonAct::Says(said("hello"))),
        Action::TapsOwners => taps(OWNERS),
        Action::TapsAnothers => taps(ANOTHERS),
        Action::TapsQuickReply => taps(REPLY),
        Action::Reacts => person(reacts(true)),
        Action::TakesReactionBack => person(reacts(false)),
        Action::Reads => person(PersonAct::Reads),
        Action::Opens => person(PersonAct::Opens(Referral::link("link"))),
        Action::Blocks => person(PersonAct::Blocks(true)),
        Action::MakesPrimary => admin(role(protocol, Some(Party::App(TARGET)))),
        Action::TakesRoleAway => admin(role(protocol, None)),
        Action::RemovesOwner => admin(AdminChange::Removes(OWNER)),
        Action::RemovesAnother => admin(AdminChange::Removes(TARGET)),
        Action::Waits => return None,
    })
}
