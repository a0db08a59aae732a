//! Plays a row: brings a world into the state of `given`, lets `when` happen, and tells what came of
//! it in the words of the table.

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{
    Accepted, AdminChange, Answer, AppId, Context, ControlAct, ControlEnds, Decided, Delivery, Effect, Fixed,
    Folder, Ids, Input, LineId, Message, Outcome, PageId, Party, Person, PersonAct, Platform, Protocol, Psid,
    Refusal, RuleId, Saw, Settings, Span, Timer, Timestamp, Unowned, World, rechannelled, step,
};
use emulator_language::step::{Act, ClockMove};
use emulator_language::value::parse_duration;
use emulator_language::vocabulary::{OwnerWord, RoleWord};
use serde_json::{Map, Value, json};

use crate::table::length::{Length, Window, Wrote};
use crate::table::then::refusal_word;
use crate::table::{self, ANA, BO, Given, Row, Table, When};

#[path = "play/changes.rs"]
mod changes;
#[path = "play/input.rs"]
pub(crate) mod input;
#[path = "play/names.rs"]
mod names;
#[path = "play/settings.rs"]
pub(crate) mod settings;

use names::Names;

/// The moment at which every row begins: 2026-07-01T00:00:00Z.
const BEGIN: Timestamp = Timestamp(1_782_864_000_000);
const ORCHID: PageId = PageId(1_001);
/// Another Page with the same apps.
const ROASTERY: PageId = PageId(1_002);
const ANA_ID: Psid = Psid(2_001);
const PEOPLE: [(&str, Psid, PageId); 2] = [(ANA, ANA_ID, ORCHID), (BO, Psid(2_002), ROASTERY)];
/// The app that is not on the Page.
const STRANGER_ID: AppId = AppId(3_999);
/// What Ana wrote before the row begins.
const EARLIER: &str = "earlier";

/// A sentence about a row that makes no sense, in place of a result.
pub(crate) type Nonsense = String;

/// How an input was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted(RuleId),
    /// The word for the refusal.
    Refused(String, RuleId),
    /// The clock moved and nothing fell due, or an echo left as it was.
    NothingDue,
}

/// What is true of the conversation and its Page at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// An app, `inbox` or `idle`.
    pub(crate) owner: String,
    pub(crate) until: Option<Timestamp>,
    pub(crate) folder: Folder,
    pub(crate) marked_done: bool,
    pub(crate) window_until: Option<Timestamp>,
    /// An app, or `none`.
    pub(crate) primary: String,
    pub(crate) now: Timestamp,
}

impl State {
    pub(crate) fn is_idle(&self) -> bool {
        self.owner == OwnerWord::Idle.name()
    }

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
    /// Whether control ends by itself, so that a row has to say when.
    pub(crate) control_ends: bool,
    /// What the rule of the verdict read.
    pub(crate) saw: Value,
    pub(crate) answer: Option<Value>,
    /// Each delivery, and the facts for which it is one.
    pub(crate) heard: Vec<(Value, Value)>,
    /// What changed, by which rule and from which facts.
    pub(crate) effects: Map<String, Value>,
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
    let mut stage = Stage::given(table.protocol, given, &apps)?;
    let (last, earlier) = row.when.split_last().ok_or("`when` is empty")?;
    for earlier in earlier {
        if let Verdict::Refused(kind, rule) = stage.happens(earlier)?.verdict {
            return Err(format!("only the last step may be refused, not {earlier:?}: {kind} by {rule}"));
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
    let saw = stage.names.facts(&happened.saw, before.now);
    let mut played = Played {
        before,
        verdict: happened.verdict,
        control_ends: stage.world.settings.options(stage.line()).control_ends == ControlEnds::AfterSilence,
        saw,
        answer,
        heard: Vec::new(),
        effects: Map::new(),
        unheard: BTreeMap::new(),
        failing: Vec::new(),
        disabled: Vec::new(),
        after,
    };
    changes::follow(&played, &happened.effects, &stage.names)?;
    for Decided { rule, saw, effect } in happened.effects {
        let facts = stage.names.facts(&saw, played.before.now);
        if let Some(name) = changes::name(&effect) {
            let because = json!({"rule": rule.rule().code, "saw": facts});
            // What changes twice stands in a list.
            match played.effects.get_mut(name) {
                None => {
                    played.effects.insert(name.to_owned(), because);
                }
                Some(Value::Array(several)) => several.push(because),
                Some(one) => *one = json!([one.take(), because]),
            }
        }
        match effect {
            Effect::Deliver(delivery) => played.heard.push((stage.names.heard(delivery), facts)),
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
    saw: Saw,
    answer: Option<Answer>,
    effects: Vec<Decided>,
}

impl Happened {
    fn nothing() -> Self {
        Self { verdict: Verdict::NothingDue, saw: Saw::default(), answer: None, effects: Vec::new() }
    }

    fn of(outcome: Outcome) -> Self {
        match outcome {
            Ok(Accepted { rule, saw, answer, effects }) => {
                Self { verdict: Verdict::Accepted(rule), saw, answer: Some(answer), effects }
            }
            Err(Refusal { rule, saw, kind }) => Self {
                verdict: Verdict::Refused(refusal_word(&kind), rule),
                saw,
                answer: None,
                effects: Vec::new(),
            },
        }
    }

    fn then(&mut self, mut next: Self) {
        (self.verdict, self.saw) = (next.verdict, next.saw);
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
    fn given(
        protocol: Protocol,
        given: &Given,
        apps: &BTreeMap<String, table::App>,
    ) -> Result<Self, Nonsense> {
        let names = Names::new(apps);
        let has_primary = given.primary != RoleWord::None.name();
        let primary = has_primary.then(|| names.id(&given.primary)).transpose()?;
        let mut world = World::new(Arc::new(settings::before(given, apps, &names)?));
        let platform = settings::platform(given)?;
        let person = |name, page| {
            let platform = if page == ORCHID { platform } else { Platform::Messenger };
            Person { platform, ..Person::named(name, page) }
        };
        world.people.extend(PEOPLE.map(|(name, id, page)| (id, person(name, page))));
        let (ids, outgoing) = (Ids::new(1, "rules"), BTreeMap::new());
        let mut stage = Self { world, now: BEGIN, ids, names, outgoing };

        let until = given.until.map_or(Span::DAY, |Length(span)| span);
        // Without roles nobody has it; where everybody has a role the primary receiver has what nobody was given.
        let is_off = given.owner == OwnerWord::None.name();
        let begins_with_primary =
            Fixed::of(protocol).unowned == Unowned::Primary && given.owner == given.primary;
        let is_idle = given.owner == OwnerWord::Idle.name() || is_off || begins_with_primary;
        if is_idle && given.until.is_some() {
            return Err("nobody owns it, so nothing ends".to_owned());
        }
        let owner = (!is_idle).then(|| stage.names.id(&given.owner)).transpose()?;
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
        let wanted = owner.map_or_else(|| OwnerWord::Idle.name().to_owned(), |_| given.owner.clone());
        if reached.owner != wanted || owner.is_some() && reached.expires() != Some(Length(until)) {
            let expires = reached.expires().map_or_else(String::new, |left| format!(" for {left}"));
            return Err(format!(
                "no conversation can be in the given state: it would be {}{expires}",
                reached.owner
            ));
        }
        stage.moves_to(protocol, settings::settings(given, apps, &stage.names, primary)?)?;
        let reached = stage.state().owner;
        if reached != given.owner {
            return Err(format!("no conversation can be in the given state: it would be {reached}"));
        }
        stage.arranged(given)?;
        Ok(stage)
    }

    /// The Page where Ana writes.
    fn line(&self) -> LineId {
        self.world.settings.main(ORCHID)
    }

    /// Comes under the protocol of the row. Where conversations are never idle, or handover is off, the admin's step says
    /// who has this one.
    fn moves_to(&mut self, protocol: Protocol, settings: Settings) -> Result<(), Nonsense> {
        let mut settings = settings;
        let line = settings::line_mut(settings.pages.get_mut(&ORCHID).ok_or("there is no Page")?);
        let is_off = std::mem::take(&mut line.handover_off);
        let steps = match Fixed::of(protocol).unowned {
            Unowned::Primary => vec![AdminChange::Protocol(protocol)],
            Unowned::Idle => {
                *line = std::mem::take(line).under(protocol);
                Vec::new()
            }
        };
        self.world.settings = Arc::new(settings);
        for change in steps.into_iter().chain(is_off.then_some(AdminChange::Handover(false))) {
            let outcome = self.step(Input::Admin { line: self.line(), change });
            outcome.map_err(|refusal| format!("the given state cannot be reached: {:?}", refusal.kind))?;
        }
        Ok(())
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
            if let Some(folder) = &given.folder {
                conversation.folder = settings::read(folder, Folder::parse)?;
            }
            conversation.marked_done = given.marked_done;
        }
        Ok(())
    }

    fn wrote(&mut self, at: Option<Timestamp>) -> Result<(), Nonsense> {
        let Some(at) = at else { return Ok(()) };
        self.advance(at)?;
        let act = PersonAct::Says(Arc::new(Message::text(EARLIER)));
        let happened = Happened::of(self.step(Input::Person { person: ANA_ID, act }));
        if let Verdict::Refused(kind, _) = happened.verdict {
            return Err(format!("the given state cannot be reached: {kind}"));
        }
        self.keep(EARLIER, &happened)
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
        let mut happened = Happened::nothing();
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

    fn happens(&mut self, when: &When) -> Result<Happened, Nonsense> {
        if let When::Leaves(name) = when {
            return self.leaves(name);
        }
        if let When::Step(step) = when
            && let Act::Clock(moved) = &step.act
        {
            let ClockMove::By(length) = moved else {
                return Err("in a row the clock moves by a length".to_owned());
            };
            let length = parse_duration(length).map_err(|problem| problem.message)?;
            return self.advance(self.now + Span(length));
        }
        let mut happened = Happened::nothing();
        for input in input::inputs((&self.world, self.now), &self.names, when)? {
            let allowed = input::may_call(&self.world, &input, self.now);
            happened.then(Happened::of(allowed.and_then(|()| self.step(input))));
        }
        if let When::Step(step) = when
            && let Some(name) = &step.capture
        {
            self.keep(&name.value, &happened)?;
        }
        Ok(happened)
    }

    /// Keeps the message that came of a step under a name.
    fn keep(&mut self, name: &str, happened: &Happened) -> Result<(), Nonsense> {
        let Some(Answer::Message { mid, at } | Answer::Tapped { mid, at, .. }) = &happened.answer else {
            return Err(format!("no message came of the step that is called `{name}`"));
        };
        self.names.call((mid.clone(), *at), name);
        self.outgoing.insert(name.to_owned(), happened.deliveries());
        Ok(())
    }

    /// What apps were to hear of a message leaves only now.
    fn leaves(&self, name: &str) -> Result<Happened, Nonsense> {
        let outgoing = self.outgoing.get(name).ok_or_else(|| format!("no step before has `as: {name}`"))?;
        let mut happened = Happened::nothing();
        for delivery in outgoing {
            if let Some(decided) = rechannelled(&self.world, delivery) {
                (happened.verdict, happened.saw) = (Verdict::Accepted(decided.rule), decided.saw.clone());
                happened.effects.push(decided);
            }
        }
        Ok(happened)
    }

    fn answered(&self, answer: Answer, now: Timestamp) -> Option<Value> {
        Some(match answer {
            Answer::Owner(None) => json!({"owner": OwnerWord::Idle.name()}),
            Answer::Owner(Some((owner, until))) => {
                let mut answer = json!({});
                if let Some(owner) = owner {
                    answer["owner"] = self.names.named(owner).into();
                }
                if let Some(until) = until {
                    answer["expires"] = Length(until - now).to_string().into();
                }
                answer
            }
            Answer::Receivers(apps) => {
                json!({"receivers": apps.into_iter().map(|party| self.names.named(party)).collect::<Vec<_>>()})
            }
            Answer::Profile(profile) => {
                json!({"profile": if profile.is_some() { "shown" } else { "hidden" }})
            }
            Answer::Tapped { payload, .. } => json!({"payload": &*payload}),
            Answer::Done | Answer::Message { .. } => return None,
        })
    }

    fn state(&self) -> State {
        let conversation = self.world.conversations.get(&ANA_ID);
        let control = self.world.control(ANA_ID);
        let leader = self.world.settings.pages[&ORCHID].main().leader();
        State {
            owner: self.names.holder(control.holder()),
            until: control.until(),
            folder: conversation.map_or(Folder::Main, |conversation| conversation.folder),
            marked_done: conversation.is_some_and(|conversation| conversation.marked_done),
            window_until: conversation.and_then(|conversation| conversation.window_until),
            primary: leader.map_or_else(|| RoleWord::None.name().to_owned(), |party| self.names.named(party)),
            now: self.now,
        }
    }
}
