//! Bot processes: started through the keeper, waited for, and never left behind.
//!
//! `files` knows the files of a bot, for those who restart it when they change.
//! `crew` has all the bots of a stage and knows which of them ended by itself; `ready` waits for a webhook, `ports` finds
//! ports and keeps them closed while a bot is stopped; `served` are those of `serve`.

mod crew;
mod files;
mod order;
mod ports;
mod ready;
mod reasons;
mod served;

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Pair;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use emulator_core::Hidden;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::cast::Start;

pub(crate) use crew::{Crew, Death, Member, Words};
pub use files::{BotFiles, Change, How, OwnFiles, Seen};
pub use order::CrewError;
pub(crate) use order::Order;
pub use ports::free_port;
pub use ready::BotError;
pub(crate) use ready::ByHand;
pub use reasons::{Reasons, never_called};
pub use served::{BotNews, ServedBots};

/// How many lines of a bot's output are kept.
const KEPT_LINES: usize = 200;
/// How long the keeper may take to end a bot.
const END_WITHIN: Duration = Duration::from_secs(6);
/// How long the output of a bot that has ended may take to arrive.
const READ_WITHIN: Duration = Duration::from_millis(500);

/// A line that a bot has printed, and when it came.
#[derive(Clone, Debug)]
struct Printed {
    at: Instant,
    line: String,
}

/// What a bot has printed last.
#[derive(Debug)]
struct Output {
    lines: Mutex<VecDeque<Printed>>,
    /// What must not be shown of it.
    secrets: Arc<Hidden>,
    /// Who hears each line as it comes.
    heard: Option<mpsc::UnboundedSender<String>>,
}

/// A running bot.
#[derive(Debug)]
pub(crate) struct Bot {
    /// The keeper ends the bot when this closes, whatever the reason.
    lifeline: OwnedWriteHalf,
    output: Arc<Output>,
    /// Its process id, once the keeper has told it.
    process: Arc<OnceLock<u32>>,
    /// How it ended, once everything is read that it has printed.
    ended: watch::Receiver<Option<ExitStatus>>,
    /// Whether it is to end, so that its end is no news.
    ending: Arc<AtomicBool>,
}

impl Bot {
    /// Starts a bot under the keeper, in a process group of its own.
    fn start(
        bin: &Path,
        start: &Start,
        (command, folder): (&[String], &Path),
        secrets: &Arc<Hidden>,
        heard: Option<mpsc::UnboundedSender<String>>,
    ) -> Result<Self, BotError> {
        let failed =
            |error: std::io::Error| BotError::Start { app: start.name.clone(), why: error.to_string() };
        let (ours, theirs) = Pair::pair().map_err(failed)?;
        ours.set_nonblocking(true).map_err(failed)?;
        let (told, lifeline) = UnixStream::from_std(ours).map_err(failed)?.into_split();
        let mut keeper = Command::new(bin);
        keeper
            .arg("keep")
            .arg("--")
            .args(command)
            .envs(&start.env)
            .current_dir(folder)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let begins = ports::no_process_begins();
        let spawned = keeper.spawn();
        drop(begins);
        let mut child = spawned.map_err(failed)?;
        let output = Arc::new(Output { lines: Mutex::default(), secrets: Arc::clone(secrets), heard });
        let process = Arc::new(OnceLock::new());
        let mut readers = vec![tokio::spawn(read_process_id(told, Arc::clone(&process)))];
        if let Some(stdout) = child.stdout.take() {
            readers.push(tokio::spawn(keep_lines(stdout, Arc::clone(&output))));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.push(tokio::spawn(keep_lines(stderr, Arc::clone(&output))));
        }
        let (end, ended) = watch::channel(None);
        tokio::spawn(watch_over(child, readers, end));
        Ok(Self { lifeline, output, process, ended, ending: Arc::default() })
    }

    /// The exit status, once it has ended and everything is read.
    fn ended(&self) -> Option<ExitStatus> {
        *self.ended.borrow()
    }

    /// The exit status, waited for so long.
    async fn ends_within(&self, patience: Duration) -> Option<ExitStatus> {
        let mut ended = self.ended.clone();
        let end = tokio::time::timeout(patience, ended.wait_for(Option::is_some)).await;
        end.ok().and_then(Result::ok).and_then(|status| *status)
    }

    /// The newest lines of output.
    fn last_lines(&self, count: usize) -> Vec<Printed> {
        self.output.newest(count)
    }

    /// Its end, for who waits for it.
    fn end(&self) -> End {
        End { ended: self.ended.clone(), ending: Arc::clone(&self.ending) }
    }

    /// Notes that its end is wanted.
    fn is_to_end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Ends the bot and everything it started.
    async fn stop(self) {
        self.is_to_end();
        let Self { lifeline, mut ended, .. } = self;
        drop(lifeline);
        let _ = tokio::time::timeout(END_WITHIN, ended.wait_for(Option::is_some)).await;
    }
}

/// The end of a bot.
struct End {
    ended: watch::Receiver<Option<ExitStatus>>,
    ending: Arc<AtomicBool>,
}

impl End {
    /// Waits for the end; gives the exit status if nobody asked for it.
    async fn by_itself(&mut self) -> Option<ExitStatus> {
        let status = self.ended.wait_for(Option::is_some).await.ok().and_then(|status| *status)?;
        (!self.ending.load(Ordering::Relaxed)).then_some(status)
    }
}

impl Output {
    fn newest(&self, count: usize) -> Vec<Printed> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().skip(lines.len().saturating_sub(count)).cloned().collect()
    }
}

/// Waits for the end of a bot, then for the rest of its output.
async fn watch_over(mut child: Child, readers: Vec<JoinHandle<()>>, end: watch::Sender<Option<ExitStatus>>) {
    let status = child.wait().await;
    let all = async {
        for reader in readers {
            let _ = reader.await;
        }
    };
    let _ = tokio::time::timeout(READ_WITHIN, all).await;
    // A process of which nothing is known any more is gone as well.
    end.send_replace(Some(status.unwrap_or_default()));
}

/// The keeper writes one line: the number of the bot's process.
async fn read_process_id(told: OwnedReadHalf, into: Arc<OnceLock<u32>>) {
    let mut line = String::new();
    if BufReader::new(told.take(32)).read_line(&mut line).await.is_ok()
        && let Ok(id) = line.trim().parse()
    {
        let _ = into.set(id);
    }
}

async fn keep_lines(stream: impl AsyncRead + Unpin, output: Arc<Output>) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        let text = output.secrets.hidden_in(String::from_utf8_lossy(&line).trim_end());
        if let Some(heard) = &output.heard {
            // Whoever listened may have gone.
            let _ = heard.send(text.clone());
        }
        let mut lines = output.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(Printed { at: Instant::now(), line: text });
        drop(lines);
        line.clear();
    }
}
