//! Plays a row: brings a world into the state of `given`, lets `when` happen, and tells what came of
//! it in the words of the table.

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{
    Accepted, Answer, AppId, Context, ControlAct, Decided, Delivery, Effect, Folder, Ids, Input, Outcome,
    PageId, Party, Person, Psid, Refusal, RuleId, Span, Timer, Timestamp, World, rechannelled, step,
};

use crate::table::event::Heard;
use crate::table::length::{Length, Window, Wrote};
use crate::table::step::{Act, Said, Step, UserDoes};
use crate::table::then::{self, Kind, Shown};
use crate::table::{self, FolderName, Given, Owner, Primary, Row, Table};

#[path = "play/input.rs"]
mod input;
#[path = "play/names.rs"]
mod names;
#[path = "play/settings.rs"]
mod settings;

use names::Names;

/// The moment at which every row begins: 2026-07-01T00:00:00Z.
const BEGIN: Timestamp = Timestamp(1_782_864_000_000);
const ORCHID: PageId = PageId(1_001);
/// Another Page with the same apps. Its person is `bo`.
const ROASTERY: PageId = PageId(1_002);
/// The person of nearly every row.
const ANA: &str = "ana";
const ANA_ID: Psid = Psid(2_001);
const PEOPLE: [(&str, Psid, PageId); 2] = [(ANA, ANA_ID, ORCHID), ("bo", Psid(2_002), ROASTERY)];
/// An app that exists but is not on the Page.
pub(crate) const STRANGER: (&str, AppId) = ("stranger", AppId(3_999));
/// What Ana wrote before the row begins.
const EARLIER: &str = "earlier";

/// A sentence about a row that makes no sense, in place of a result.
pub(crate) type Nonsense = String;

/// How an input was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted(RuleId),
    Refused(Kind, RuleId),
    /// The clock moved and nothing fell due, or an echo left as it was.
    NothingDue,
}

/// What is true of the conversation and its Page at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) owner: Owner,
    pub(crate) until: Option<Timestamp>,
    pub(crate) folder: FolderName,
    pub(crate) marked_done: bool,
    pub(crate) window_until: Option<Timestamp>,
    pub(crate) primary: Primary,
    pub(crate) now: Timestamp,
}

impl State {
    pub(crate) fn expires(&self) -> Option<Length> {
        self.until.map(|until| Length(until - self.now))
    }

    pub(crate) fn window(&self) -> Window {
        match self.window_until {
            Some(until) if until > self.now => Window::Open(Length(until - self.now)),
            Some(_) | None => Window::Closed,
        }
    }
}

/// What came of a row.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) before: State,
    pub(crate) after: State,
    pub(crate) verdict: Verdict,
    pub(crate) answer: Option<then::Answer>,
    pub(crate) heard: Vec<Heard>,
    pub(crate) unheard: BTreeMap<String, String>,
    pub(crate) failing: Vec<String>,
    pub(crate) disabled: Vec<String>,
}

/// Plays the row of the table.
pub(crate) fn play(table: &Table, row: &Row, given: &Given) -> Result<Played, Nonsense> {
    let mut apps = table.apps.clone();
    for (name, app) in &given.apps {
        if apps.insert(name.clone(), app.clone()).is_none() {
            return Err(format!("`{name}` is no app of this table"));
        }
    }
    let mut stage = Stage::given(given, &apps)?;
    let (last, earlier) = row.when.0.split_last().ok_or("`when` is empty")?;
    for earlier in earlier {
        if let Verdict::Refused(kind, rule) = stage.happens(earlier)?.verdict {
            return Err(format!("only the last step may be refused, not {earlier:?}: {kind:?} by {rule}"));
        }
    }
    let before = stage.state();
    let world = stage.world.clone();
    let happened = stage.happens(last)?;
    if matches!(happened.verdict, Verdict::Refused(..)) && stage.world != world {
        return Err(format!("the refusal changed the world from\n{world:#?}\nto\n{:#?}", stage.world));
    }
    let after = stage.state();
    let answer = happened.answer.and_then(|answer| stage.answered(answer, after.now));
    let mut played = Played {
        before,
        verdict: happened.verdict,
        answer,
        heard: Vec::new(),
        unheard: BTreeMap::new(),
        failing: Vec::new(),
        disabled: Vec::new(),
        after,
    };
    for decided in happened.effects {
        match decided.effect {
            Effect::Deliver(delivery) => played.heard.push(stage.names.heard(delivery)),
            Effect::Unheard { app, missing, .. } => {
                played.unheard.insert(stage.names.app(app), names::lacks(missing).to_owned());
            }
            Effect::WebhooksFailing { app, .. } => played.failing.push(stage.names.app(app)),
            Effect::WebhooksDisabled { app, .. } => played.disabled.push(stage.names.app(app)),
            Effect::Message { .. }
            | Effect::WindowOpened { .. }
            | Effect::ControlMoved { .. }
            | Effect::ControlProlonged { .. }
            | Effect::FolderMoved { .. }
            | Effect::MarkedDone { .. } => {}
        }
    }
    Ok(played)
}

/// What one step came to.
struct Happened {
    verdict: Verdict,
    answer: Option<Answer>,
    effects: Vec<Decided>,
}

impl Happened {
    const NOTHING: Self = Self { verdict: Verdict::NothingDue, answer: None, effects: Vec::new() };

    fn of(outcome: Outcome) -> Self {
        match outcome {
            Ok(Accepted { rule, answer, effects, .. }) => {
                Self { verdict: Verdict::Accepted(rule), answer: Some(answer), effects }
            }
            Err(Refusal { rule, kind, .. }) => {
                Self { verdict: Verdict::Refused(kind.into(), rule), answer: None, effects: Vec::new() }
            }
        }
    }

    fn then(&mut self, mut next: Self) {
        self.verdict = next.verdict;
        self.answer = next.answer;
        self.effects.append(&mut next.effects);
    }

    fn deliveries(&self) -> Vec<Delivery> {
        let delivery = |decided: &Decided| match &decided.effect {
            Effect::Deliver(delivery) => Some(delivery.clone()),
            Effect::Message { .. }
            | Effect::WindowOpened { .. }
            | Effect::ControlMoved { .. }
            | Effect::ControlProlonged { .. }
            | Effect::FolderMoved { .. }
            | Effect::MarkedDone { .. }
            | Effect::Unheard { .. }
            | Effect::WebhooksFailing { .. }
            | Effect::WebhooksDisabled { .. } => None,
        };
        self.effects.iter().filter_map(delivery).collect()
    }
}

/// A world in play.
struct Stage {
    world: World,
    now: Timestamp,
    ids: Ids,
    names: Names,
    /// What apps were to hear of the messages that have names.
    outgoing: BTreeMap<String, Vec<Delivery>>,
}

impl Stage {
    /// A world that came into the given state by the rules themselves: nothing is set from outside
    /// save settings, people, folder and mark.
    fn given(given: &Given, apps: &BTreeMap<String, table::App>) -> Result<Self, Nonsense> {
        let names = Names::new(apps);
        let primary = match &given.primary {
            Primary::None => None,
            Primary::App(name) => Some(names.id(name)?),
        };
        let mut world = World::new(Arc::new(settings::before(given, apps, &names)?));
        world.people.extend(PEOPLE.map(|(name, id, page)| (id, Person::named(name, page))));
        let (ids, outgoing) = (Ids::new(1, "rules"), BTreeMap::new());
        let mut stage = Self { world, now: BEGIN, ids, names, outgoing };

        let until = given.until.map_or(Span::DAY, |Length(span)| span);
        let owner = match &given.owner {
            Owner::Idle if given.until.is_some() => return Err("nobody owns it, so nothing ends".to_owned()),
            Owner::Idle => None,
            Owner::By(name) => Some(stage.names.id(name)?),
        };
        let wrote = match given.wrote {
            Wrote::Never => None,
            Wrote::Ago(ago) => Some(Timestamp(BEGIN.0 - ago.0)),
        };
        let got = owner.map(|_| Timestamp(BEGIN.0 - (Span::DAY.0 - until.0).max(0)));
        if got.is_none() || wrote <= got {
            stage.wrote(wrote)?;
            stage.owned(owner, got, until)?;
        } else {
            stage.owned(owner, got, until)?;
            stage.wrote(wrote)?;
        }
        stage.advance(BEGIN)?;

        let reached = stage.state();
        if reached.owner != given.owner || owner.is_some() && reached.expires() != Some(Length(until)) {
            let expires = reached.expires().map_or_else(String::new, |left| format!(" for {left}"));
            return Err(format!(
                "no conversation can be in the given state: it would be {}{expires}",
                reached.owner
            ));
        }
        stage.world.settings = Arc::new(settings::settings(given, apps, &stage.names, primary)?);
        stage.arranged(given)?;
        Ok(stage)
    }

    /// What no step brings about that a row could begin with.
    fn arranged(&mut self, given: &Given) -> Result<(), Nonsense> {
        let tests = given.tests.iter().map(|name| self.names.id(name)).collect::<Result<_, _>>()?;
        if let Some(ana) = self.world.people.get_mut(&ANA_ID) {
            (ana.tests, ana.blocked) = (tests, given.blocked);
        }
        if given.folder.is_some() || given.marked_done {
            let conversation = self.world.conversations.get_mut(&ANA_ID);
            let conversation = conversation.ok_or("where nothing was written, nothing lies in a folder")?;
            conversation.folder = given.folder.map_or(conversation.folder, Into::into);
            conversation.marked_done = given.marked_done;
        }
        Ok(())
    }

    fn wrote(&mut self, at: Option<Timestamp>) -> Result<(), Nonsense> {
        let Some(at) = at else { return Ok(()) };
        self.advance(at)?;
        let said = Said { text: EARLIER.to_owned(), ..Said::default() };
        let act = Act::User { user: ANA.to_owned(), does: UserDoes::Says(said) };
        match self.happens(&Step { act, as_: Some(EARLIER.to_owned()) })?.verdict {
            Verdict::Refused(kind, _) => Err(format!("the given state cannot be reached: {kind:?}")),
            Verdict::Accepted(_) | Verdict::NothingDue => Ok(()),
        }
    }

    /// An app takes the idle conversation; the inbox gets it passed.
    fn owned(&mut self, owner: Option<AppId>, at: Option<Timestamp>, until: Span) -> Result<(), Nonsense> {
        let (Some(owner), Some(at)) = (owner, at) else { return Ok(()) };
        self.advance(at)?;
        let helper = self.world.settings.pages[&ORCHID].apps.keys().next().copied();
        let owner = Party::of(owner);
        let taker = owner.app().or(helper).ok_or("a Page without apps")?;
        self.arrange(taker, ControlAct::Take { metadata: None })?;
        if Party::App(taker) != owner {
            self.arrange(taker, ControlAct::Pass { to: Some(owner), metadata: None })?;
        }
        if until > Span::DAY {
            self.arrange(taker, ControlAct::Extend { by: Some(until) })?;
        }
        Ok(())
    }

    fn arrange(&mut self, app: AppId, act: ControlAct) -> Result<(), Nonsense> {
        let act = emulator_core::AppAct::Controls { person: ANA_ID, act };
        let outcome = self.step(Input::App { page: ORCHID, app, act });
        let refused = |refusal: Refusal| format!("the given state cannot be reached: {:?}", refusal.kind);
        outcome.map(|_| ()).map_err(refused)
    }

    fn step(&mut self, input: Input) -> Outcome {
        step(&mut self.world, input, &Context { now: self.now, ids: &self.ids })
    }

    /// Moves the clock; what falls due at the target has happened.
    fn advance(&mut self, to: Timestamp) -> Result<Happened, Nonsense> {
        let mut happened = Happened::NOTHING;
        while let Some(timer) = self.world.timers.next().filter(|timer: &Timer| timer.at <= to) {
            self.now = timer.at;
            happened.then(Happened::of(self.step(Input::TimerFired(timer))));
            if self.world.timers.next() == Some(timer) {
                return Err(format!("a deadline fired and is still there: {timer:?}"));
            }
        }
        self.now = to;
        Ok(happened)
    }

    fn happens(&mut self, step: &Step) -> Result<Happened, Nonsense> {
        let happened = match &step.act {
            Act::Clock(span) => return self.advance(self.now + *span),
            Act::Leaves(name) => return self.leaves(name),
            Act::User { .. } | Act::Inbox { .. } | Act::App { .. } | Act::Page(_) | Act::Webhook { .. } => {
                let mut happened = Happened::NOTHING;
                for input in input::inputs(&self.world, &self.names, &step.act)? {
                    let allowed = input::may_call(&self.world, &input, self.now);
                    happened.then(Happened::of(allowed.and_then(|()| self.step(input))));
                }
                happened
            }
        };
        if let Some(name) = &step.as_ {
            let Some(Answer::Message { mid, at } | Answer::Tapped { mid, at, .. }) = &happened.answer else {
                return Err(format!("no message came of the step that is called `{name}`"));
            };
            self.names.call((mid.clone(), *at), name);
            self.outgoing.insert(name.clone(), happened.deliveries());
        }
        Ok(happened)
    }

    /// What apps were to hear of a message leaves only now.
    fn leaves(&self, name: &str) -> Result<Happened, Nonsense> {
        let outgoing = self.outgoing.get(name).ok_or_else(|| format!("no step before has `as: {name}`"))?;
        let mut happened = Happened::NOTHING;
        for delivery in outgoing {
            if let Some(decided) = rechannelled(&self.world, delivery) {
                happened.verdict = Verdict::Accepted(decided.rule);
                happened.effects.push(decided);
            }
        }
        Ok(happened)
    }

    fn answered(&self, answer: Answer, now: Timestamp) -> Option<then::Answer> {
        let none = then::Answer::default();
        match answer {
            Answer::Owner(None) => Some(then::Answer { owner: Some(Owner::Idle), ..none }),
            Answer::Owner(Some((owner, until))) => {
                let owner = Some(Owner::By(self.names.named(owner)));
                Some(then::Answer { owner, expires: Some(Length(until - now)), ..none })
            }
            Answer::Receivers(apps) => {
                let receivers = apps.into_iter().map(|party| self.names.named(party)).collect();
                Some(then::Answer { receivers, ..none })
            }
            Answer::Profile(profile) => {
                let shown = if profile.is_some() { Shown::Shown } else { Shown::Hidden };
                Some(then::Answer { profile: Some(shown), ..none })
            }
            Answer::Tapped { payload, .. } => {
                Some(then::Answer { payload: Some(payload.to_string()), ..none })
            }
            Answer::Done | Answer::Message { .. } => None,
        }
    }

    fn state(&self) -> State {
        let conversation = self.world.conversations.get(&ANA_ID);
        let control = self.world.control(ANA_ID);
        let primary = self.world.settings.pages[&ORCHID].primary_receiver;
        State {
            owner: control.owner().map_or(Owner::Idle, |owner| Owner::By(self.names.named(owner))),
            until: control.until(),
            folder: conversation.map_or(Folder::Main, |conversation| conversation.folder).into(),
            marked_done: conversation.is_some_and(|conversation| conversation.marked_done),
            window_until: conversation.and_then(|conversation| conversation.window_until),
            primary: primary.map_or(Primary::None, |app| Primary::App(self.names.app(app))),
            now: self.now,
        }
    }
}
