//! How far a bot has come with what it was sent. A request that it has not begun to read lies in the queue of a busy
//! bot: nobody is waiting for an answer to it yet.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Stopwatch;

/// For how long one look at the system's table of connections serves.
const SERVES: Duration = Duration::from_millis(50);

/// What is known of how far a bot has come with what it was sent.
#[derive(Debug)]
pub(super) struct Backlog {
    /// Since when it has not answered anything.
    answered: Mutex<Stopwatch>,
    /// How long a bot may be silent until it counts as hanging rather than busy.
    patience: Duration,
    /// The ports from which something waits to be read, as of a moment ago.
    looked: Mutex<Option<(Stopwatch, BTreeSet<u16>)>>,
}

impl Backlog {
    pub(super) fn new(patience: Duration) -> Self {
        Self { answered: Mutex::new(Stopwatch::start()), patience, looked: Mutex::default() }
    }

    /// The bot has answered something.
    pub(super) fn answered(&self) {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Stopwatch::start();
    }

    /// True as long as the bot answers something from time to time.
    pub(super) fn is_alive(&self) -> bool {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < self.patience
    }

    /// True when something waits to be read at the other end of our connection to `to` that comes from the port
    /// `from`. False where the system does not tell.
    pub(super) fn is_unread(&self, from: u16, to: SocketAddr) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        match &*looked {
            Some((when, ports)) if when.elapsed() < SERVES => ports.contains(&from),
            Some(_) | None => {
                let ports = waiting_at(to.port());
                let waits = ports.contains(&from);
                *looked = Some((Stopwatch::start(), ports));
                waits
            }
        }
    }
}

/// The ports of this machine from which something has come to a port, and waits to be read there.
fn waiting_at(port: u16) -> BTreeSet<u16> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let texts = tables.iter().filter_map(|table| std::fs::read_to_string(table).ok());
    texts
        .flat_map(|text| text.lines().filter_map(|line| unread_from(line, port)).collect::<Vec<_>>())
        .collect()
}

/// The remote port of a line of the table: the line's local port is the given one and bytes wait to be read.
fn unread_from(line: &str, port: u16) -> Option<u16> {
    let port_of = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
    let mut columns = line.split_ascii_whitespace().skip(1);
    let (local, remote, _state, queues) =
        (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    let (_, unread) = queues.split_once(':')?;
    let waits = u64::from_str_radix(unread, 16).ok()? > 0;
    (waits && port_of(local)? == port).then(|| port_of(remote))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_table_says_what_waits_to_be_read() {
        let line = |local, remote, queues| {
            format!("  12: 0100007F:{local} 0100007F:{remote} 01 {queues} 00:00000000 00000000     0")
        };
        assert_eq!(unread_from(&line("0BB8", "9C40", "00000000:000001F4"), 3_000), Some(40_000));
        assert_eq!(unread_from(&line("0BB8", "9C40", "00000000:00000000"), 3_000), None, "all is read");
        assert_eq!(unread_from(&line("0BB9", "9C40", "00000000:000001F4"), 3_000), None, "another port");
        assert_eq!(unread_from("  sl  local_address rem_address   st tx_queue rx_queue", 3_000), None);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_nobody_has_read_waits_until_somebody_does() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let backlog = || Backlog::new(Duration::from_secs(1));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = listener.local_addr().unwrap();
        let mut ours = tokio::net::TcpStream::connect(to).await.unwrap();
        let from = ours.local_addr().unwrap().port();
        assert!(!backlog().is_unread(from, to));
        ours.write_all(b"hello").await.unwrap();
        assert!(backlog().is_unread(from, to), "it is not even accepted");
        let (mut theirs, _) = listener.accept().await.unwrap();
        assert!(backlog().is_unread(from, to));
        theirs.read_exact(&mut [0; 5]).await.unwrap();
        assert!(!backlog().is_unread(from, to));
    }
}
