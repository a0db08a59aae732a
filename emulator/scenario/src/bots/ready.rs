//! Waiting until a bot's webhook passes the verification.

use std::time::Duration;

use emulator_core::AppId;
use emulator_server::{HandshakeError, Stage, pause};
use tokio::time::Instant;

use super::{Bot, Reasons};
use crate::cast::Start;

/// How often a bot is asked whether it is ready.
const ASK_AGAIN: Duration = Duration::from_millis(20);
/// How often a bot is asked that somebody starts by hand.
const ASK_BY_HAND_AGAIN: Duration = Duration::from_millis(200);
/// How long a webhook may take to answer the verification before it counts as hanging.
const HANGING: Duration = Duration::from_millis(200);

/// Why a bot cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BotError {
    /// The process cannot be started.
    #[error("cannot start the bot `{app}`: {why}")]
    Start {
        /// The app.
        app: String,
        /// What the system says.
        why: String,
    },
    /// The process ended before it was ready.
    #[error("the bot `{app}` ended before it was ready ({status})")]
    Ended {
        /// The app.
        app: String,
        /// Its exit status.
        status: String,
    },
    /// The webhook does not pass the verification.
    #[error("the bot `{app}` was not ready within {} s: {why}{}", .within.as_secs_f64(), hint(.why, *.started))]
    NotReady {
        /// The app.
        app: String,
        /// How long it had.
        within: Duration,
        /// What its last answer was like.
        why: HandshakeError,
        /// Whether its process was started here.
        started: bool,
    },
    /// The webhook takes connections and says nothing.
    #[error(
        "the bot `{app}` was not ready within {} s: its webhook takes the connection and does not answer the verification",
        .within.as_secs_f64()
    )]
    Hangs {
        /// The app.
        app: String,
        /// How long it had.
        within: Duration,
    },
}

/// How to mend that nobody answers.
const fn hint(why: &HandshakeError, started: bool) -> &'static str {
    match (why, started) {
        (HandshakeError::NoAnswer { .. }, true) => {
            "; it must listen on 127.0.0.1 at the port that the variable PORT names, and `timeouts: {boot: …}` gives it longer"
        }
        (HandshakeError::NoAnswer { .. }, false) => {
            "; start the bot first, or let the scenario start it with `start:`"
        }
        (HandshakeError::WrongStatus { .. } | HandshakeError::WrongChallenge { .. }, _) => "",
    }
}

/// Waits until an app's webhook passes the verification. `bot` is its process, when it was started here.
pub(super) async fn ready(
    stage: &Stage,
    (app, name): (AppId, &str),
    bot: Option<&Bot>,
    within: Duration,
) -> Result<(), BotError> {
    let deadline = Instant::now() + within;
    let mut last = None;
    loop {
        // A bot that takes the connection and says nothing must not use up more than its time.
        let left = deadline.saturating_duration_since(Instant::now()).max(ASK_AGAIN);
        let watch = Instant::now();
        match tokio::time::timeout(left, stage.handshake(app)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(why)) => last = Some(why),
            // A try that began just before the end says nothing; that before it counts.
            Err(_) if watch.elapsed() < HANGING => {}
            Err(_) => last = None,
        }
        if let Some(status) = bot.and_then(Bot::ended) {
            return Err(BotError::Ended { app: name.to_owned(), status: status.to_string() });
        }
        if Instant::now() >= deadline {
            let started = bot.is_some();
            let app = name.to_owned();
            return Err(match last {
                Some(why) => BotError::NotReady { app, within, why, started },
                None => BotError::Hangs { app, within },
            });
        }
        pause(ASK_AGAIN).await;
    }
}

/// What a run says of a bot that somebody starts by hand.
pub(crate) enum ByHand<'a> {
    /// It has to be started, so that its webhook answers there.
    Start(&'a Start, String),
    /// It has been started, and is not ready for this reason.
    NotReady(String),
}

/// Waits for a bot that somebody starts by hand, however long that takes.
pub(super) async fn ready_by_hand(
    stage: &Stage,
    (app, name): (AppId, &str),
    tells: &(dyn Fn(ByHand<'_>) + Send + Sync),
) {
    let mut reasons = Reasons::default();
    while let Err(why) = stage.handshake(app).await {
        // That nobody answers before it is started is no news.
        if (why.is_answer() || reasons.has_told())
            && let Some(text) = reasons.told(name, &why)
        {
            tells(ByHand::NotReady(text));
        }
        pause(ASK_BY_HAND_AGAIN).await;
    }
}
