//! What steps want of a bot's process, and why it cannot be done.

use super::BotError;

/// What a step wants of a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// That it ends.
    Stop,
    /// That it is started.
    Start,
    /// That it ends if it runs, and is started.
    Restart,
}

/// Why an order cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum CrewError {
    /// It was not started here.
    #[error("the bot `{0}` was not started by the emulator, so no step can stop or start it")]
    NotOurs(String),
    /// It runs.
    #[error("the bot `{0}` runs already")]
    Runs(String),
    /// It was stopped before.
    #[error("the bot `{0}` is stopped already")]
    Stopped(String),
    /// It ended before it was stopped.
    #[error("the bot `{app}` cannot be stopped, for it has ended by itself ({status})")]
    Ended {
        /// The app.
        app: String,
        /// Its exit status.
        status: String,
    },
    /// It does not come up.
    #[error(transparent)]
    Bot(#[from] BotError),
}

impl CrewError {
    /// What the step can say instead, if that would do.
    pub(crate) const fn help(&self) -> Option<&'static str> {
        match self {
            Self::Runs(_) => Some(
                "write `restarts: true`, which ends it first, or stop it with `stops: true` in a step before",
            ),
            Self::NotOurs(_) => Some(
                "restart it where you started it, or let the emulator start it with `start:` in the world",
            ),
            Self::Stopped(_) | Self::Ended { .. } | Self::Bot(_) => None,
        }
    }
}
