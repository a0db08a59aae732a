//! The bots of a world that is served: started once, heard of line by line, and not waited for.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Bot, BotError};
use crate::cast::{Cast, Launch, Surroundings};
use crate::secrets::secrets_of;

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
    /// It ended.
    Ended {
        /// The app.
        app: String,
        /// Its exit status.
        status: String,
    },
}

/// Bots that run for as long as this is there.
#[derive(Debug)]
pub struct ServedBots {
    bots: Vec<Bot>,
}

impl ServedBots {
    /// Starts every bot that the world starts; what they print is told through the channel.
    ///
    /// # Errors
    ///
    /// When a process cannot be started; those before it end then.
    pub fn start(
        cast: &Cast,
        surroundings: &Surroundings,
        news: &mpsc::UnboundedSender<BotNews>,
    ) -> Result<Self, BotError> {
        let secrets = Arc::new(secrets_of(cast));
        let mut bots = Vec::new();
        for start in &cast.starts {
            let Launch::Command { command, folder } = &start.launch else { continue };
            let (heard, mut lines) = mpsc::unbounded_channel();
            let bot = Bot::start(&surroundings.bin, start, (command, folder), &secrets, Some(heard))?;
            let (app, news, mut ended) = (start.name.clone(), news.clone(), bot.ended.clone());
            tokio::spawn(async move {
                loop {
                    // Everything that a bot printed is told before its end.
                    tokio::select! {
                        biased;
                        Some(line) = lines.recv() => {
                            let _ = news.send(BotNews::Printed { app: app.clone(), line });
                        }
                        status = ended.wait_for(Option::is_some) => {
                            let status = status.ok().and_then(|status| *status).unwrap_or_default();
                            let _ = news.send(BotNews::Ended { app, status: status.to_string() });
                            break;
                        }
                    }
                }
            });
            bots.push(bot);
        }
        Ok(Self { bots })
    }

    /// Ends the bots and everything that they started.
    pub async fn stop(self) {
        for bot in self.bots {
            bot.stop().await;
        }
    }
}
