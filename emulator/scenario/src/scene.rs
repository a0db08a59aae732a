//! Playing the steps of a scenario in a lane.
//!
//! It acts and observes through the lane's public handle alone, the same that the control API has.

mod act;
mod awaiting;
mod bots;
mod compare;
mod end;
mod failing;
mod late;
mod never;
mod page;
mod people;
mod plan;
mod prepared;
mod raw;
mod scope;
mod unmet;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use emulator_core::{AppId, PageId, Party, Psid};
use emulator_server::{Lane, Quiet, Stage};
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::bots::{Crew, ServedBots};
use crate::cast::{Cast, Surroundings};
use crate::diagnostics::{Diagnostic, SourceText};
use crate::failure::Failure;
use crate::feed::{Feed, Reader};
use crate::node::{Span, Spanned};
use crate::scenario::Timeouts;
use crate::step::{Act, Step};

use awaiting::Awaiting;
use bots::Watched;
use never::Watch;

/// How long a scene waits, in real time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// For what an expectation awaits.
    pub reply: Duration,
    /// For how long a lane must stay settled to count as quiet.
    pub quiet: Quiet,
    /// For a lane to settle.
    pub settle: Duration,
    /// How much longer everything takes here than it says.
    pub pace: Pace,
}

/// By how much all real times are multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace(pub f64);

impl Pace {
    /// So many milliseconds, in this pace.
    pub fn of(self, ms: u64) -> Duration {
        let duration = Duration::from_millis(ms);
        Duration::try_from_secs_f64(duration.as_secs_f64() * self.0).unwrap_or(Duration::MAX)
    }
}

impl Patience {
    /// As the time-outs say; what they leave open has its default. All in this pace.
    pub fn of(timeouts: Timeouts, pace: Pace) -> Self {
        Self {
            reply: pace.of(timeouts.reply.unwrap_or(5_000)),
            quiet: timeouts.quiet.map_or(Quiet::Auto, |ms| Quiet::For(pace.of(ms))),
            settle: pace.of(timeouts.settle.unwrap_or(30_000)),
            pace,
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::of(Timeouts::default(), Pace(1.0))
    }
}

/// The right to act, given up while a scene waits.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    turns: Option<Arc<Semaphore>>,
    held: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// Turns are taken from the semaphore, one for each scene that acts.
    pub(crate) const fn of(turns: Arc<Semaphore>) -> Self {
        Self { turns: Some(turns), held: None }
    }

    pub(crate) fn give_up(&mut self) {
        self.held = None;
    }

    pub(crate) async fn take(&mut self) {
        if let (Some(turns), None) = (&self.turns, &self.held) {
            self.held = Arc::clone(turns).acquire_owned().await.ok();
        }
    }
}

/// What playing a step came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Performed {
    /// The journal entries of its own inputs.
    pub entries: Vec<u64>,
    /// True when an app's call was refused, as the step says.
    pub refused: bool,
}

/// A scenario that is being played.
pub struct Scene {
    pub(crate) lane: Arc<Lane>,
    pub(crate) stage: Arc<Stage>,
    pub(crate) cast: Arc<Cast>,
    surroundings: Surroundings,
    file: Arc<SourceText>,
    /// Where the part is used that the step belongs to.
    used: Option<Arc<str>>,
    vars: Map<String, Value>,
    captures: Map<String, Value>,
    feed: Feed,
    watches: Vec<Watch>,
    /// The steps so far, by the number of the entry from which on what happened may be theirs.
    steps: std::collections::BTreeMap<u64, (Span, Arc<SourceText>)>,
    /// The step that moved the clock last.
    moved: Option<(Span, Arc<SourceText>)>,
    /// The deliveries of which it is settled that nothing further answers them.
    doubted: std::collections::BTreeSet<u64>,
    /// Whether it was told that a bot came too late for the clock.
    late_told: bool,
    patience: Patience,
    turn: Turn,
    /// The bots, where they were started here.
    bots: Option<Watched>,
    /// Calls of the bots that were refused as they started.
    set_up_refused: Arc<[RefusedCall]>,
    /// The messages that differ from what is expected, where that does not end the scene.
    marks: Option<Vec<Failure>>,
}

/// A call that was refused, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefusedCall {
    pub(crate) call: String,
    pub(crate) refusal: String,
}

impl std::fmt::Display for RefusedCall {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.call, self.refusal)
    }
}

/// Where a scene is played.
#[derive(Debug, Clone)]
pub struct Place {
    /// The stage.
    pub stage: Arc<Stage>,
    /// The lane.
    pub lane: Arc<Lane>,
    /// Who plays.
    pub cast: Arc<Cast>,
    /// What expressions can say of the emulator.
    pub surroundings: Surroundings,
    /// The bots that steps can stop and start.
    pub bots: Option<ServedBots>,
}

type Outcome<T> = Result<T, Box<Failure>>;

impl Scene {
    /// A scene in which nothing was played yet. The file is the one that its steps come from.
    pub fn new(place: Place, file: Arc<SourceText>, vars: Map<String, Value>, patience: Patience) -> Self {
        let Place { stage, lane, cast, surroundings, bots } = place;
        // What an earlier run of `serve` has done is nothing to be expected any more.
        let feed = Feed::behind(lane.last_seq());
        Self {
            lane,
            stage,
            cast,
            surroundings,
            file,
            used: None,
            vars,
            captures: Map::new(),
            feed,
            watches: Vec::new(),
            steps: std::collections::BTreeMap::new(),
            moved: None,
            doubted: std::collections::BTreeSet::new(),
            late_told: true,
            patience,
            turn: Turn::default(),
            bots: bots.map(|bots| Watched::in_view(Arc::clone(bots.crew()))),
            set_up_refused: Arc::default(),
            marks: None,
        }
    }

    /// A scene of a run, which acts when it is its turn, with the bots of its stage.
    pub(crate) fn of_run(mut self, turn: Turn, crew: Arc<Crew>, set_up_refused: Arc<[RefusedCall]>) -> Self {
        self.turn = turn;
        self.set_up_refused = set_up_refused;
        self.bots = Some(Watched::closely(crew));
        // Over HTTP a bot may take its time between two requests; in a run it must be done.
        self.late_told = false;
        self
    }

    /// Goes on after a message that differs from what is expected, up to a limit.
    pub(crate) fn mark_messages(&mut self) {
        self.marks = Some(Vec::new());
    }

    /// Plays one step.
    ///
    /// # Errors
    ///
    /// When it does not come out as it says.
    pub async fn perform(&mut self, step: &Step) -> Outcome<Performed> {
        self.file = Arc::clone(&step.file);
        self.used.clone_from(&step.used);
        self.turn.take().await;
        self.steps.insert(self.lane.last_seq() + 1, (step.span, Arc::clone(&step.file)));
        match &step.act {
            // That it ended may be why the step is there.
            Act::Bot { .. } => {}
            Act::Expect { what, .. } => self.all_live(what.span)?,
            Act::User { .. }
            | Act::Inbox { .. }
            | Act::Page { .. }
            | Act::App { .. }
            | Act::Clock(_)
            | Act::Note(_)
            | Act::Never { .. } => self.all_live(step.span)?,
        }
        let names: Vec<String> = step.captures().map(|name| name.value.clone()).collect();
        if !matches!(step.act, Act::Expect { .. }) && !names.is_empty() {
            // What a step does is behind what holds to it.
            self.look()?;
            self.end_watches(&names);
        }
        let mut performed = Performed::default();
        let page = self.page_on(step.on.as_ref())?;
        let captured = match &step.act {
            Act::User { who, verb } => self.user((who, page), verb, &mut performed)?,
            Act::Inbox { person, verb } => self.inbox((person, page), verb, &mut performed)?,
            Act::Page { changes, platform, refused } => {
                let line = platform.map_or_else(|| self.lane.settings().main(page), |it| page.on(it));
                self.page((line, changes), refused.as_deref(), step.span, &mut performed)?
            }
            Act::App { who, of, verb, refused, answers } => {
                let (of, refused, answers) = (of.as_ref(), refused.as_deref(), answers.as_ref());
                let call = act::AppCall { who, page, of, verb, refused, answers };
                self.app(&call, step.span, &mut performed)?
            }
            Act::Bot { who, verb } => {
                self.bot(who, *verb, step.span).await?;
                Value::Null
            }
            Act::Clock(moved) => {
                let moved = self.clock(moved, step.span).await?;
                self.moved = Some((step.span, Arc::clone(&self.file)));
                moved
            }
            Act::Note(text) => {
                let text = crate::value::text(text, self).map_err(|problem| self.error(problem))?;
                self.lane.note(&text);
                Value::Null
            }
            Act::Expect { what, within, need } => {
                let reader = Reader { file: Arc::clone(&self.file), span: step.span };
                let (within, need, names) = (*within, *need, names.as_slice());
                let captured = self.expect(&Awaiting { what, within, need, names, reader }).await?;
                self.end_watches(names);
                captured
            }
            Act::Never { what, until } => {
                self.watch(what, until.as_ref().map(|until| until.value.as_str()))?;
                Value::Null
            }
        };
        if let Some(name) = &step.capture {
            self.captures.insert(name.value.clone(), captured);
        }
        self.look()?;
        Ok(performed)
    }

    /// Lets go of what was long ago, when there is much of it: a lane that is driven over HTTP never ends.
    pub fn forget(&mut self) {
        const MUCH: usize = 40_000;
        if self.feed.entries.len() > MUCH {
            let gone = self.feed.forget(MUCH / 2);
            let first = self.feed.entries.first().map_or(u64::MAX, |entry| entry.seq);
            self.steps = self.steps.split_off(&first);
            for watch in &mut self.watches {
                watch.seen = watch.seen.saturating_sub(gone);
            }
        }
    }

    /// Waits until nothing more is under way.
    async fn quiet(&mut self, span: Span) -> Outcome<()> {
        self.turn.give_up();
        let quiet = self.lane.quiet(self.patience.quiet, self.patience.settle).await;
        self.turn.take().await;
        quiet.map_err(|unsettled| self.unsettled(span, &unsettled))
    }

    /// Waits until the bots have had the time to answer what they acknowledged.
    async fn rest(&mut self, span: Span) -> Outcome<()> {
        self.turn.give_up();
        let rest = self.lane.at_rest(self.patience.quiet, self.patience.settle).await;
        self.turn.take().await;
        rest.map_err(|unsettled| self.unsettled(span, &unsettled))
    }

    /// The Page that a step or an expectation is about: the first one unless it names another.
    fn page_on(&self, on: Option<&Spanned<String>>) -> Outcome<PageId> {
        let Some(name) = on else { return Ok(self.cast.page) };
        self.cast.page_named(&name.value).ok_or_else(|| {
            self.error(Diagnostic::new(name.span, format!("there is no Page `{}` here", name.value)))
        })
    }

    /// The person as the Page knows her.
    fn person(&self, who: &Spanned<String>, page: PageId) -> Outcome<Psid> {
        self.lane.person(&who.value, page).ok_or_else(|| {
            self.error(Diagnostic::new(who.span, format!("there is no person `{}` here", who.value)))
        })
    }

    /// The person that is meant when none is named.
    fn person_or_only(&self, of: Option<&Spanned<String>>, page: PageId) -> Outcome<Option<Psid>> {
        match of {
            Some(who) => self.person(who, page).map(Some),
            None => {
                let people = self.lane.people();
                let only = people.values().next().filter(|_| people.len() == 1);
                Ok(only.and_then(|ids| ids.get(&page)).copied())
            }
        }
    }

    /// The app of that name; the Page Inbox is `inbox`.
    fn app_named(&self, name: &str) -> Option<AppId> {
        let declared = self.cast.apps.iter().find(|app| app.name == name).map(|app| app.id);
        declared.or_else(|| (name == "inbox").then_some(Party::Inbox.number()))
    }

    fn app_id(&self, who: &Spanned<String>) -> Outcome<AppId> {
        let found = self.app_named(&who.value);
        found.ok_or_else(|| {
            self.error(Diagnostic::new(who.span, format!("there is no app `{}` here", who.value)))
        })
    }
}
