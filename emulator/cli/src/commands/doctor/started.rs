//! The bots that doctor starts itself, and whether each of them is still running.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use emulator_scenario::bots::{BotNews, ServedBots};
use tokio::sync::mpsc;

/// How many lines of a bot's output are kept.
const KEPT_LINES: usize = 10;

/// How one bot is.
#[derive(Debug, Default)]
struct State {
    /// Its exit status, when it has ended by itself.
    ended: Option<String>,
    /// What it has printed last.
    lines: VecDeque<String>,
}

/// The bots that were started here. Copies are handles to the same bots.
#[derive(Debug, Clone)]
pub(super) struct Started {
    bots: ServedBots,
    states: Arc<Mutex<BTreeMap<String, State>>>,
}

impl Started {
    /// Starts following the news of the bots.
    pub(super) fn follow(bots: ServedBots, mut news: mpsc::UnboundedReceiver<BotNews>) -> Self {
        let names = bots.names().map(|name| (name.to_owned(), State::default()));
        let started = Self { states: Arc::new(Mutex::new(names.collect())), bots };
        let following = started.clone();
        tokio::spawn(async move {
            while let Some(news) = news.recv().await {
                following.hear(news);
            }
        });
        started
    }

    fn hear(&self, news: BotNews) {
        let mut states = self.states();
        match news {
            BotNews::Printed { app, line } => {
                let lines = &mut states.entry(app).or_default().lines;
                if lines.len() == KEPT_LINES {
                    lines.pop_front();
                }
                lines.push_back(line);
            }
            BotNews::Ended { app, status } => states.entry(app).or_default().ended = Some(status),
            BotNews::StartedAgain { .. } => {}
        }
    }

    fn states(&self) -> MutexGuard<'_, BTreeMap<String, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when the bot of this app was started here.
    pub(super) fn has(&self, app: &str) -> bool {
        self.bots.names().any(|name| name == app)
    }

    /// The exit status of a bot that has ended by itself.
    pub(super) fn ended(&self, app: &str) -> Option<String> {
        self.states().get(app)?.ended.clone()
    }

    /// What a bot has printed last.
    pub(super) fn output(&self, app: &str) -> Vec<String> {
        self.states().get(app).map(|state| state.lines.iter().cloned().collect()).unwrap_or_default()
    }

    /// Starts a bot again that has ended. False when that cannot be done.
    pub(super) async fn again(&self, app: &str) -> bool {
        self.states().entry(app.to_owned()).or_default().ended = None;
        self.bots.restart(app).await.is_ok()
    }

    /// Ends the bots and everything that they started.
    pub(super) async fn stop(&self) {
        self.bots.stop().await;
    }
}
