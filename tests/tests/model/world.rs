//! The world of the models, and how it is kept small.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use emulator_core::{
    AdRoute, App, AppId, Connection, Context, Control, Conversation, Feature, Field, Folder, Ids, Leader,
    Line, Overrides, Page, PageId, Party, Person, Protocol, Psid, Referral, Routes, Settings, Span,
    Timestamp, Unowned, World, step,
};
use stateright::Property;

use crate::actions::{AD, APPROVED, Action, LINK, Part, actions};
use crate::{answers, filing, invariants};

pub(crate) const PAGE: PageId = PageId(1);
pub(crate) const APPS: [AppId; 2] = [AppId(11), AppId(12)];
pub(crate) const PEOPLE: [Psid; 2] = [Psid(101), Psid(102)];
/// For how long the ad keeps its app in control.
const AD_CONTROL: Span = Span(2 * Span::DAY.0);
/// How long a person may be silent before something else has to happen. It is as long as control and the messaging
/// window last, and keeps the moments of a conversation few.
const SILENCE: Span = Span::DAY;
pub(crate) const BEGIN: Timestamp = Timestamp(1_782_864_000_000);

/// Ids matter for nothing here.
pub(crate) static IDS: LazyLock<Ids> = LazyLock::new(|| Ids::new(7, "model"));

/// What is explored.
#[derive(Clone)]
pub(crate) struct Model {
    /// The protocol at first.
    pub(crate) protocol: Protocol,
    /// How many people there are.
    pub(crate) people: usize,
    /// What can happen.
    pub(crate) parts: &'static [Part],
    /// How far the clock moves at once.
    pub(crate) tick: Span,
    /// What has to come about.
    pub(crate) reaches: &'static [Reached],
}

/// A state that a model has to come to, so that no invariant holds only because nothing happens.
pub(crate) type Reached = (&'static str, fn(&State) -> bool);

/// A state: the world with its time, and what must be remembered of the steps before.
///
/// Two states are the same if nothing that core could ever decide tells them apart: ids, texts, and how late it is
/// are left out, and times count from now.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    /// Whose conversation need not lie where control would file it.
    pub(crate) filed: [bool; 2],
    /// What was wrong with the answer to the last action.
    pub(crate) broken: Option<String>,
}

/// What of a conversation core could ever decide by. Moments are told by how far away they are, in milliseconds.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Seen<'a> {
    blocked: bool,
    filed: bool,
    inactive: bool,
    owner: Option<Party>,
    owner_for: Option<(Option<i64>, i64)>,
    folder: Option<Folder>,
    marked_done: bool,
    window_for: Option<i64>,
    silent_for: Option<i64>,
    came_by: Option<&'a Referral>,
    page_wrote: bool,
    has_begun: bool,
    quick_replies: bool,
    button_of: Option<AppId>,
}

impl State {
    fn seen(&self, at: usize) -> Option<Seen<'_>> {
        let person = self.world.people.get(&PEOPLE[at])?;
        let conversation = self.world.conversations.get(&PEOPLE[at]);
        let control = conversation.map(|conversation| conversation.control);
        let left = |at: Timestamp| (at - self.now).0.max(0);
        Some(Seen {
            blocked: person.blocked,
            filed: self.filed[at],
            inactive: control == Some(Control::Inactive),
            owner: control.and_then(Control::owner),
            owner_for: control.and_then(|it| Some((it.until().map(left), it.lasts()?.0))),
            folder: conversation.map(|conversation| conversation.folder),
            marked_done: conversation.is_some_and(|conversation| conversation.marked_done),
            window_for: conversation.and_then(|it| it.window_until).map(left),
            silent_for: conversation.and_then(|it| it.last_user_message).map(|last| (self.now - last).0),
            came_by: conversation.and_then(|it| it.pending.as_ref()),
            page_wrote: conversation.is_some_and(|it| it.newest_of_page().is_some()),
            has_begun: conversation.is_some_and(Conversation::has_begun),
            quick_replies: conversation.is_some_and(|it| !it.quick_replies().is_empty()),
            button_of: conversation.and_then(|it| it.buttons.back()).map(|held| held.app),
        })
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let page = &self.world.settings.pages[&PAGE];
        let line = &page.messenger;
        (line.protocol() as u8, line.primary_receiver, line.default_app, line.handover_off).hash(hasher);
        (&line.without_role, line.inbox_without_role, &line.may_not_take).hash(hasher);
        for (app, connection) in &page.apps {
            (app, connection.fields == all_fields(), connection.features.len()).hash(hasher);
        }
        // People are alike, so that it does not matter who is who.
        let (one, other) = (self.seen(0), self.seen(1));
        if one <= other {
            (one, other).hash(hasher)
        } else {
            (other, one).hash(hasher)
        }
        self.broken.hash(hasher);
    }
}

impl State {
    fn begin(model: &Model) -> Self {
        let connection = |app: AppId| Connection {
            fields: all_fields(),
            features: (app == APPROVED).then_some(Feature::HumanAgent).into_iter().collect(),
            ..Connection::default()
        };
        let messenger = line(model);
        let page =
            Page { messenger, apps: APPS.map(|app| (app, connection(app))).into(), ..Page::named("Page") };
        let settings = Settings {
            pages: [(PAGE, page)].into(),
            apps: APPS.map(|app| (app, App::named(app.to_string()))).into(),
        };
        let mut world = World::new(Arc::new(settings));
        let people = PEOPLE.iter().take(model.people);
        world.people.extend(people.map(|id| (*id, Person::named(id.to_string(), PAGE))));

        Self { world, now: BEGIN, filed: [true; 2], broken: None }
    }

    /// Lets core answer and holds the answer against the invariants.
    fn input(&mut self, ids: &Ids, input: &emulator_core::Input) {
        let before = self.clone();
        let outcome = step(&mut self.world, input.clone(), &Context { now: self.now, ids });
        self.filed = filing::filed(&before, input, &outcome, &self.world);
        let checked = answers::answer(&before, input, &outcome, self)
            .and_then(|()| filing::folders(&before, input, &outcome, self))
            // Of several deadlines that are due at once only the last one leaves nothing overdue.
            .and_then(|()| {
                let fires = matches!(input, emulator_core::Input::TimerFired(_));
                if fires { Ok(()) } else { invariants::state(self) }
            });
        if let Err(what) = checked {
            self.broken.get_or_insert(format!("{input:?}: {what}"));
        }
    }

    fn waits(&mut self, ids: &Ids, tick: Span) {
        let target = self.now + tick;
        while let Some(timer) = self.world.timers.next().filter(|timer| timer.at <= target) {
            if timer.at < self.now {
                self.broken.get_or_insert(format!("{timer:?} was due before now"));
                return;
            }
            self.now = timer.at;
            self.input(ids, &emulator_core::Input::TimerFired(timer));
            if self.world.timers.next() == Some(timer) {
                self.broken.get_or_insert(format!("{timer:?} fired and is still there"));
                return;
            }
        }
        self.now = target;
        if let Err(what) = invariants::state(self) {
            self.broken.get_or_insert(format!("after a while: {what}"));
        }
    }

    /// Forgets what no rule will ask for again: old messages, and all but the newest button.
    fn forget(&mut self) {
        for conversation in self.world.conversations.values_mut() {
            let newest = conversation.messages.back().map(|kept| kept.mid.clone());
            let of_page = conversation.newest_of_page().map(|kept| kept.mid.clone());
            conversation.messages.retain(|kept| [&newest, &of_page].contains(&&Some(kept.mid.clone())));
            conversation.buttons = conversation.buttons.pop_back().into_iter().collect();
        }
    }

    /// True where the clock may move on.
    fn may_wait(&self, tick: Span) -> bool {
        let silent = |conversation: &Conversation| {
            conversation.last_user_message.is_some_and(|last| self.now + tick - last > SILENCE)
        };
        !self.world.conversations.values().any(silent)
    }
}

/// The Page at first: the first app is primary receiver where nothing works without one, or default app, and the routes
/// lead to the second one.
fn line(model: &Model) -> Line {
    let mut line = Line::new(model.protocol, Overrides::default());
    let fixed = line.fixed();
    let migrates = model.parts.contains(&Part::Protocols);
    line.primary_receiver = (migrates || fixed.unowned == Unowned::Primary).then_some(APPS[0]);
    line.default_app = (migrates || fixed.leader == Leader::DefaultApp).then_some(Party::App(APPS[0]));
    if model.parts.contains(&Part::Entries) {
        line.routes = Routes {
            links: [(LINK.into(), APPS[1])].into(),
            ads: [(AD.into(), AdRoute::new(APPS[1], AD_CONTROL))].into(),
            organic: None,
        };
    }
    line
}

fn all_fields() -> emulator_core::FieldSet {
    Field::ALL.iter().copied().collect()
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.world == other.world && self.now == other.now && self.broken == other.broken
    }
}

impl stateright::Model for Model {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::begin(self)]
    }

    fn actions(&self, state: &State, out: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        out.extend(actions(self, state));
        if state.may_wait(self.tick) {
            out.push(Action::Waits);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let ids = &*IDS;
        let mut next = last.clone();
        match &action {
            Action::Waits => next.waits(ids, self.tick),
            Action::Happens(inputs) => inputs.iter().for_each(|input| next.input(ids, input)),
        }
        next.forget();
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("every answer and state is as it must be", |_, state: &State| {
                state.broken.is_none()
            }),
            Property::always("a conversation left alone comes to rest", |_, state| {
                invariants::comes_to_rest(state)
            }),
        ];
        // A property takes no closure that remembers, so each of these looks for its own place in the list.
        let reached: [fn(&Model, &State) -> bool; 6] = [
            |model, state| reaches(model, state, 0),
            |model, state| reaches(model, state, 1),
            |model, state| reaches(model, state, 2),
            |model, state| reaches(model, state, 3),
            |model, state| reaches(model, state, 4),
            |model, state| reaches(model, state, 5),
        ];
        assert!(self.reaches.len() <= reached.len(), "too much to reach");
        let named = self.reaches.iter().zip(reached);
        properties.extend(named.map(|((name, _), reached)| Property::sometimes(*name, reached)));
        properties
    }
}

fn reaches(model: &Model, state: &State, at: usize) -> bool {
    model.reaches.get(at).is_some_and(|(_, reached)| reached(state))
}
