//! The processes of bots as a scene sees them: steps that stop and start them, and those that end by themselves.

use std::sync::Arc;

use emulator_server::journal::BotOrder;
use tokio::sync::watch;

use super::{Outcome, Scene};
use crate::bots::{Crew, CrewError, Death, Order};
use crate::diagnostics::Diagnostic;
use crate::failure::FailureKind;
use crate::node::{Span, Spanned};
use crate::step::BotVerb;

/// How long a bot that runs may take to end in front of a step that starts it, in milliseconds.
const TO_END: u64 = 1_000;

/// The bots of a scene's stage, and how much of them it has heard.
#[derive(Debug)]
pub(super) struct Watched {
    crew: Arc<Crew>,
    /// The bots that ended by themselves, where that fails a scenario.
    deaths: Option<watch::Receiver<Vec<Arc<Death>>>>,
    /// How many bots had ended when the scenario began, or a step last had to do with one.
    known: usize,
}

impl Watched {
    /// Bots of a run: the end of one fails the scenario.
    pub(super) fn closely(crew: Arc<Crew>) -> Self {
        let deaths = crew.deaths();
        let known = deaths.borrow().len();
        Self { crew, deaths: Some(deaths), known }
    }

    /// Bots of a developer, who hears elsewhere how they are.
    pub(super) const fn in_view(crew: Arc<Crew>) -> Self {
        Self { crew, deaths: None, known: 0 }
    }

    /// Whether they are those of a run, in which nobody else acts.
    pub(super) const fn is_of_run(&self) -> bool {
        self.deaths.is_some()
    }

    fn news(&self) -> Option<Arc<Death>> {
        self.deaths.as_ref()?.borrow().get(self.known).cloned()
    }

    /// Notes that what has ended up to now is known.
    fn take_in(&mut self) {
        let Some(deaths) = &self.deaths else { return };
        let deaths = deaths.borrow();
        deaths.iter().skip(self.known).for_each(|death| death.tell());
        self.known = deaths.len();
    }
}

impl Scene {
    /// Stops or starts a bot's process and waits until it is done.
    pub(super) async fn bot(&mut self, who: &Spanned<String>, verb: BotVerb, span: Span) -> Outcome<()> {
        let (order, told) = match verb {
            BotVerb::Stops => (Order::Stop, BotOrder::Stops),
            BotVerb::Starts => (Order::Start, BotOrder::Starts),
            BotVerb::Restarts => (Order::Restart, BotOrder::Restarts),
        };
        let Some(watched) = &self.bots else {
            let error = CrewError::NotOurs(who.value.clone());
            let problem = Diagnostic::new(who.span, error.to_string());
            return Err(self.error(problem.help(error.help().unwrap_or_default())));
        };
        // A step that has to do with a bot may well come because it ended.
        let other = watched.news().filter(|death| death.app != who.value);
        let crew = Arc::clone(&watched.crew);
        if let Some(death) = other {
            return Err(self.died(&death, span));
        }
        let (app, lane) = (self.app_id(who)?, Arc::clone(&self.lane));
        self.turn.give_up();
        let to_end = self.patience.pace.of(TO_END);
        if order == Order::Start {
            // What the step before said may be what ends it. Whether all settles is not what this step is about.
            let _ = self.lane.settled(to_end).await;
        }
        let done = crew.order(&who.value, order, to_end, || lane.bot(app, told)).await;
        self.turn.take().await;
        if let Some(watched) = &mut self.bots {
            watched.take_in();
        }
        done.map_err(|error| {
            let kind = match &error {
                CrewError::Bot(_) => FailureKind::Unreachable,
                CrewError::NotOurs(_) => FailureKind::Error,
                CrewError::Runs(_) | CrewError::Stopped(_) | CrewError::Ended { .. } => FailureKind::Failed,
            };
            let problem = Diagnostic::new(span, error.to_string());
            let problem = match error.help() {
                Some(help) => problem.help(help),
                None => problem,
            };
            self.failure(kind, problem)
        })
    }

    /// Fails when a bot has ended by itself while this scenario was played.
    pub(super) fn all_live(&self, span: Span) -> Outcome<()> {
        match self.bots.as_ref().and_then(Watched::news) {
            Some(death) => Err(self.died(&death, span)),
            None => Ok(()),
        }
    }

    fn died(&self, death: &Death, span: Span) -> Box<crate::failure::Failure> {
        death.tell();
        let message = format!("the bot `{}` has ended by itself ({})", death.app, death.status);
        self.failed(Diagnostic::new(span, message).label("by the time of this step"))
    }

    /// Waits until a bot ends by itself; for ever if none does.
    pub(super) async fn bot_ends(bots: Option<&mut Watched>) {
        if let Some(Watched { deaths: Some(deaths), known, .. }) = bots
            && deaths.wait_for(|deaths| deaths.len() > *known).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
