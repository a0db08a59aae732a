//! Bot processes: started through the keeper, waited for, and never left behind.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use emulator_server::{HandshakeError, Stage, pause};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::cast::Start;

/// How many lines of a bot's output are kept.
const KEPT_LINES: usize = 200;
/// How often a bot is asked whether it is ready.
const ASK_AGAIN: Duration = Duration::from_millis(20);
/// How long the keeper may take to end a bot.
const END_WITHIN: Duration = Duration::from_secs(6);
/// How long a webhook may take to answer the verification before it counts as hanging.
const HANGING: Duration = Duration::from_millis(200);
/// How long the output of a bot that has ended may take to arrive.
const READ_WITHIN: Duration = Duration::from_millis(500);

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

/// Ports that systems do not hand out by themselves to whoever asks for any, by default.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port that nobody uses now, for a bot that is about to be started. Each call gives another one,
/// and other processes begin somewhere else.
pub fn free_port() -> u16 {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
        let chance = RandomState::new().hash_one(std::process::id());
        AtomicU16::new(u16::try_from(chance % u64::from(u16::MAX)).unwrap_or_default())
    });
    let width = PORTS.end - PORTS.start;
    for _ in 0..width {
        let port = PORTS.start + NEXT.fetch_add(1, Ordering::Relaxed) % width;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    let any = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    any.map_or(0, |address| address.port())
}

/// A running bot.
#[derive(Debug)]
pub(crate) struct Bot {
    pub(crate) name: String,
    child: Child,
    /// The keeper ends the bot when this closes, whatever the reason.
    lifeline: Option<ChildStdin>,
    output: Arc<Mutex<VecDeque<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Bot {
    /// Starts a bot under the keeper, in a process group of its own.
    pub(crate) fn start(
        bin: &Path,
        start: &Start,
        command: &[String],
        folder: &Path,
    ) -> Result<Self, BotError> {
        let failed =
            |error: std::io::Error| BotError::Start { app: start.name.clone(), why: error.to_string() };
        let mut child = Command::new(bin)
            .arg("keep")
            .arg("--")
            .args(command)
            .envs(&start.env)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let output = Arc::new(Mutex::new(VecDeque::new()));
        let lifeline = child.stdin.take();
        let mut readers = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            readers.push(tokio::spawn(keep_lines(stdout, Arc::clone(&output))));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.push(tokio::spawn(keep_lines(stderr, Arc::clone(&output))));
        }
        Ok(Self { name: start.name.clone(), child, lifeline, output, readers })
    }

    /// The exit status, once it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until everything is read that a bot has printed which has ended.
    pub(crate) async fn heard_out(&mut self) {
        if self.ended().is_some() {
            let readers = std::mem::take(&mut self.readers);
            let all = async {
                for reader in readers {
                    let _ = reader.await;
                }
            };
            let _ = tokio::time::timeout(READ_WITHIN, all).await;
        }
    }

    /// The newest lines of output.
    pub(crate) fn last_lines(&self, count: usize) -> Vec<String> {
        let lines = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().skip(lines.len().saturating_sub(count)).cloned().collect()
    }

    /// Ends the bot and everything it started.
    pub(crate) async fn stop(mut self) {
        drop(self.lifeline.take());
        let _ = tokio::time::timeout(END_WITHIN, self.child.wait()).await;
    }
}

async fn keep_lines(stream: impl AsyncRead + Unpin, output: Arc<Mutex<VecDeque<String>>>) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        let mut lines = output.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(text);
        drop(lines);
        line.clear();
    }
}

/// Waits until an app's webhook passes the verification. `bot` is its process, when it was started here.
pub(crate) async fn ready(
    stage: &Stage,
    app: (emulator_core::AppId, &str),
    mut bot: Option<&mut Bot>,
    within: Duration,
) -> Result<(), BotError> {
    let deadline = Instant::now() + within;
    let mut last = None;
    loop {
        // A bot that takes the connection and says nothing must not use up more than its time.
        let left = deadline.saturating_duration_since(Instant::now()).max(ASK_AGAIN);
        let watch = Instant::now();
        match tokio::time::timeout(left, stage.handshake(app.0)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(why)) => last = Some(why),
            // A try that began just before the end says nothing; that before it counts.
            Err(_) if watch.elapsed() < HANGING => {}
            Err(_) => last = None,
        }
        if let Some(status) = bot.as_mut().and_then(|bot| bot.ended()) {
            return Err(BotError::Ended { app: app.1.to_owned(), status: status.to_string() });
        }
        if Instant::now() >= deadline {
            let started = bot.is_some();
            let app = app.1.to_owned();
            return Err(match last {
                Some(why) => BotError::NotReady { app, within, why, started },
                None => BotError::Hangs { app, within },
            });
        }
        pause(ASK_AGAIN).await;
    }
}
