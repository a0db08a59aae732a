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
    deaths: watch::Receiver<Vec<Arc<Death>>>,
    /// How many bots had ended when the scenario began, or a step last had to do with one.
    known: usize,
}

impl Watched {
    pub(super) fn new(crew: Arc<Crew>) -> Self {
        let deaths = crew.deaths();
        let known = deaths.borrow().len();
        Self { crew, deaths, known }
    }

    fn news(&self) -> Option<Arc<Death>> {
        self.deaths.borrow().get(self.known).cloned()
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
            let message = format!("only scenarios of `run` stop and start bots, so `{}` goes on", who.value);
            let problem = Diagnostic::new(who.span, message).label("not over HTTP");
            return Err(self.error(problem.help("stop the process itself, and start it again")));
        };
        // A step that has to do with a bot may well come because it ended.
        let other = watched.news().filter(|death| death.app != who.value);
        let crew = Arc::clone(&watched.crew);
        if let Some(death) = other {
            return Err(self.died(&death, span));
        }
        let app = self.app_id(who)?;
        self.turn.give_up();
        let to_end = self.patience.pace.of(TO_END);
        if order == Order::Start {
            // What the step before said may be what ends it. Whether all settles is not what this step is about.
            let _ = self.lane.settled(to_end).await;
        }
        self.lane.bot(app, told);
        let done = crew.order(&who.value, order, to_end).await;
        self.turn.take().await;
        if let Some(watched) = &mut self.bots {
            for death in watched.deaths.borrow().iter().skip(watched.known) {
                death.tell();
            }
            watched.known = watched.deaths.borrow().len();
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
        if let Some(Watched { deaths, known, .. }) = bots
            && deaths.wait_for(|deaths| deaths.len() > *known).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
