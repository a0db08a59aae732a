//! Opening connections to one bot without flooding it.
//!
//! Many servers listen with a queue of five. A client that connects while the queue is full is not refused: the system
//! drops its request, and it tries again after one second, then three. So connections are opened one after the other, and
//! one that is not there at once is given up: the queue is full, and the next one is tried when the bot has answered
//! something or after a short while.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard, Notify};

/// How long a connection to this machine may take: it is there at once, or the queue is full.
const AT_ONCE: Duration = Duration::from_millis(30);
/// How long to wait before the next try at first, and at most.
const WAIT: Duration = Duration::from_millis(10);
const LONGEST_WAIT: Duration = Duration::from_millis(160);

/// The right to open connections to one bot, which one at a time has.
#[derive(Debug, Default)]
pub(super) struct Opening {
    turn: Mutex<()>,
    /// The bot has answered something, so it may have taken a connection from its queue.
    answered: Notify,
}

/// One who has the right.
pub(super) struct Turn<'a> {
    opening: &'a Opening,
    _turn: MutexGuard<'a, ()>,
    wait: Duration,
}

impl Opening {
    /// The bot has answered something.
    pub(super) fn answered(&self) {
        self.answered.notify_waiters();
    }

    /// Waits for the right to open a connection.
    pub(super) async fn turn(&self) -> Turn<'_> {
        Turn { opening: self, _turn: self.turn.lock().await, wait: WAIT }
    }
}

impl Turn<'_> {
    /// Tries once. Nothing when the bot's queue is full; by then it is worth another try.
    ///
    /// # Errors
    ///
    /// What the system says, such as that nobody listens.
    pub(super) async fn open(&mut self, address: &str) -> Option<io::Result<TcpStream>> {
        let answered = self.opening.answered.notified();
        let opened = tokio::time::timeout(AT_ONCE, TcpStream::connect(address)).await;
        if opened.is_err() {
            let _ = tokio::time::timeout(self.wait, answered).await;
            self.wait = (self.wait * 2).min(LONGEST_WAIT);
        }
        opened.ok()
    }
}
