//! The world of the model, and how it is kept small.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use emulator_core::{
    App, AppId, Connection, Context, Conversation, Feature, Field, Folder, Ids, Input, Page, PageId, Party,
    Person, Psid, Settings, Span, Timestamp, World, step,
};
use stateright::Property;

use crate::actions::{APPROVED, Action, Repertoire, actions};
use crate::invariants;

pub(crate) const PAGE: PageId = PageId(1);
pub(crate) const APPS: [AppId; 2] = [AppId(11), AppId(12)];
pub(crate) const PEOPLE: [Psid; 2] = [Psid(101), Psid(102)];
/// How long a person may be silent before something else has to happen. It is as long as control and the messaging
/// window last, and keeps the moments of a conversation few.
const SILENCE: Span = Span::DAY;
const BEGIN: Timestamp = Timestamp(1_782_864_000_000);

/// What is explored.
#[derive(Clone)]
pub(crate) struct Model {
    /// How many people there are.
    pub(crate) people: usize,
    /// What can happen.
    pub(crate) repertoire: Repertoire,
    /// How far the clock moves at once.
    pub(crate) tick: Span,
}

/// A state: the world with its time, and what must be remembered of the steps before.
///
/// Two states are the same if nothing that core could ever decide tells them apart: ids, texts, and how late it is
/// are left out, and times count from now.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    /// Whose conversation an agent filed since control last moved.
    pub(crate) filed: [bool; 2],
    /// What was wrong with the answer to the last action.
    pub(crate) broken: Option<String>,
}

/// What of a state core could ever decide by. People are alike, so that it does not matter who is who.
#[derive(PartialEq, Eq, Hash)]
struct Seen<'a> {
    primary: Option<AppId>,
    apps: Vec<(AppId, &'a BTreeSet<Feature>)>,
    people: Vec<(bool, bool, Option<SeenConversation>)>,
    broken: Option<&'a str>,
}

/// What of a conversation core could ever decide by. Moments are told by how far away they are, in milliseconds.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct SeenConversation {
    owner: Option<Party>,
    owner_for: Option<i64>,
    folder: Folder,
    marked_done: bool,
    window_for: Option<i64>,
    silent_for: Option<i64>,
    page_wrote: bool,
    quick_replies: bool,
    buttons_of: Vec<AppId>,
}

impl State {
    fn seen(&self) -> Seen<'_> {
        let page = &self.world.settings.pages[&PAGE];
        let people = self.world.people.iter().zip(self.filed);
        let mut people: Vec<_> = people
            .map(|((id, person), filed)| (person.blocked, filed, self.seen_conversation(*id)))
            .collect();
        people.sort();
        Seen {
            primary: page.messenger.primary_receiver,
            apps: page.apps.iter().map(|(app, connection)| (*app, &connection.features)).collect(),
            people,
            broken: self.broken.as_deref(),
        }
    }

    fn seen_conversation(&self, person: Psid) -> Option<SeenConversation> {
        let conversation = self.world.conversations.get(&person)?;
        let left = |at: Timestamp| (at - self.now).0.max(0);
        Some(SeenConversation {
            owner: conversation.control.owner(),
            owner_for: conversation.control.until().map(left),
            folder: conversation.folder,
            marked_done: conversation.marked_done,
            window_for: conversation.window_until.map(left),
            silent_for: conversation.last_user_message.map(|at| (self.now - at).0),
            page_wrote: conversation.newest_of_page().is_some(),
            quick_replies: !conversation.quick_replies().is_empty(),
            buttons_of: conversation.buttons.iter().map(|held| held.app).collect(),
        })
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.seen() == other.seen()
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.seen().hash(hasher);
    }
}

impl State {
    fn begin(people: usize) -> Self {
        let connection = |app: AppId| Connection {
            features: (app == APPROVED).then_some(Feature::HumanAgent).into_iter().collect(),
            ..connected()
        };
        let page = Page { apps: APPS.map(|app| (app, connection(app))).into(), ..Page::named("Page") };
        let settings = Settings {
            pages: [(PAGE, page)].into(),
            apps: APPS.map(|app| (app, App::named(app.to_string()))).into(),
        };
        let mut world = World::new(Arc::new(settings));
        world.people.extend(PEOPLE.iter().take(people).map(|id| (*id, Person::named(id.to_string(), PAGE))));
        Self { world, now: BEGIN, filed: [false; 2], broken: None }
    }

    /// Lets core answer and holds the answer against the invariants.
    fn input(&mut self, ids: &Ids, input: &Input) {
        let before = self.clone();
        let context = Context { now: self.now, ids };
        let outcome = step(&mut self.world, input.clone(), &context);
        self.filed = invariants::filed(&before, input, &outcome);
        if let Err(what) = invariants::answer(&before, input, &outcome, self) {
            self.broken.get_or_insert(what);
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
            self.input(ids, &Input::TimerFired(timer));
            if self.world.timers.next() == Some(timer) {
                self.broken.get_or_insert(format!("{timer:?} fired and is still there"));
                return;
            }
        }
        self.now = target;
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

/// Connected, with every field.
pub(crate) fn connected() -> Connection {
    Connection { fields: Field::ALL.iter().copied().collect(), ..Connection::default() }
}

impl stateright::Model for Model {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::begin(self.people)]
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
        let ids = Ids::new(7, "model");
        let mut next = last.clone();
        match &action {
            Action::Waits => next.waits(&ids, self.tick),
            Action::Happens(inputs) => inputs.iter().for_each(|input| next.input(&ids, input)),
        }
        next.forget();
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("every answer is as it must be", |_, state: &State| state.broken.is_none()),
            Property::always("every state is as it must be", |_, state| invariants::state(state).is_ok()),
            Property::always("a conversation left alone becomes idle", |_, state| {
                invariants::becomes_idle(state)
            }),
            Property::sometimes("the inbox owns a conversation", |_, state| {
                owners(state).any(|owner| owner == Some(Party::Inbox))
            }),
            Property::sometimes("a conversation is idle again after a day", |_, state: &State| {
                state.now > BEGIN
                    && !state.world.conversations.is_empty()
                    && owners(state).all(|owner| owner.is_none())
            }),
            Property::sometimes("one of the apps is not on the Page", |_, state: &State| {
                state.world.settings.pages[&PAGE].apps.len() == 1
            }),
            Property::sometimes(
                "a conversation is marked as done while an app owns it",
                |_, state: &State| {
                    let marked = |conversation: &Conversation| {
                        conversation.marked_done
                            && conversation.control.owner().is_some_and(|owner| owner != Party::Inbox)
                    };
                    state.world.conversations.values().any(marked)
                },
            ),
        ];
        match self.repertoire {
            Repertoire::Everything => properties.extend([
                Property::sometimes("a conversation of an app lies in Spam", |_, state: &State| {
                    let spam = |conversation: &Conversation| conversation.folder == Folder::Spam;
                    owners(state).any(|owner| owner.is_some()) && state.world.conversations.values().any(spam)
                }),
                Property::sometimes("there is something to tap that another app sent", |_, state: &State| {
                    let others = |conversation: &Conversation| {
                        let owner = conversation.control.owner();
                        owner.is_some()
                            && conversation.buttons.iter().any(|held| Some(Party::App(held.app)) != owner)
                    };
                    state.world.conversations.values().any(others)
                }),
            ]),
            Repertoire::Control => {
                properties.push(Property::sometimes("both apps own a conversation", |_, state: &State| {
                    APPS.iter().all(|app| owners(state).any(|owner| owner == Some(Party::App(*app))))
                }));
            }
        }
        properties
    }
}

fn owners(state: &State) -> impl Iterator<Item = Option<Party>> {
    state.world.conversations.values().map(|conversation| conversation.control.owner())
}
