//! The bots of a world that is served: started, heard of line by line, and not waited for.

use std::sync::Arc;
use std::time::Duration;

use emulator_server::Stage;
use tokio::sync::mpsc;

use super::{BotError, Crew, CrewError, End};
use crate::cast::{Cast, Surroundings};

/// How long a bot may take to be ready that a step has started.
const BOOT: Duration = Duration::from_secs(10);

/// What a bot that is served lets be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotNews {
    /// It printed a line, in which secrets have given way to their names.
    Printed {
        /// The app.
        app: String,
        /// The line.
        line: String,
    },
    /// It ended, and nobody had asked for that.
    Ended {
        /// The app.
        app: String,
        /// Its exit status.
        status: String,
    },
    /// Its process was started once more.
    StartedAgain {
        /// The app.
        app: String,
    },
}

/// Bots that can be stopped, started and restarted while a stage is there. Copies are handles to the same bots.
#[derive(Debug, Clone)]
pub struct ServedBots {
    crew: Arc<Crew>,
}

impl ServedBots {
    /// Starts every bot that the world starts; what they print is told through the channel.
    ///
    /// # Errors
    ///
    /// When a process cannot be started; those before it end then.
    pub fn start(
        stage: &Arc<Stage>,
        cast: &Cast,
        surroundings: &Surroundings,
        news: mpsc::UnboundedSender<BotNews>,
    ) -> Result<Self, BotError> {
        let crew = Crew::serve(Arc::clone(stage), cast, surroundings, BOOT, news)?;
        Ok(Self { crew: Arc::new(crew) })
    }

    /// The bots of a stage that is kept.
    pub(crate) const fn of(crew: Arc<Crew>) -> Self {
        Self { crew }
    }

    pub(crate) const fn crew(&self) -> &Arc<Crew> {
        &self.crew
    }

    /// The names of the apps whose bots were started here, in the order of the world.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.crew.names()
    }

    /// Ends a bot, if it runs, and starts it again. It is not waited for.
    ///
    /// # Errors
    ///
    /// When it was not started here, or cannot be started any more.
    pub async fn restart(&self, app: &str) -> Result<(), CrewError> {
        self.crew.reload(app).await
    }

    /// Ends the bots and everything that they started.
    pub async fn stop(&self) {
        self.crew.stop().await;
    }
}

/// Tells what a bot prints, and its end after that unless somebody asked for it.
pub(super) async fn tell(
    app: String,
    mut lines: mpsc::UnboundedReceiver<String>,
    mut end: End,
    news: mpsc::UnboundedSender<BotNews>,
) {
    loop {
        // Everything that a bot printed is told before its end.
        tokio::select! {
            biased;
            Some(line) = lines.recv() => {
                let _ = news.send(BotNews::Printed { app: app.clone(), line });
            }
            status = end.by_itself() => {
                if let Some(status) = status {
                    let _ = news.send(BotNews::Ended { app, status: status.to_string() });
                }
                break;
            }
        }
    }
}
