//! Ports for bots: one that is free, and one that stays closed while its bot is stopped.

use std::hash::{BuildHasher as _, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpSocket;

/// Ports that systems do not hand out by themselves to whoever asks for any, by default.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Keeps other processes from beginning meanwhile. A process that begins has a copy of every socket until it becomes
/// another program; a port that is let go of in between stays taken for a moment, and a bot that wants it finds it so.
pub(super) fn no_process_begins() -> MutexGuard<'static, ()> {
    static BEGINS: Mutex<()> = Mutex::new(());
    BEGINS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A port that nobody uses now, for a bot that is about to be started. Each call gives another one,
/// and other processes begin somewhere else.
pub fn free_port() -> u16 {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
        let chance = RandomState::new().hash_one(std::process::id());
        AtomicU16::new(u16::try_from(chance % u64::from(u16::MAX)).unwrap_or_default())
    });
    let width = PORTS.end - PORTS.start;
    let _let_go = no_process_begins();
    for _ in 0..width {
        let port = PORTS.start + NEXT.fetch_add(1, Ordering::Relaxed) % width;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    let any = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    any.map_or(0, |address| address.port())
}

/// A port that is taken and at which nobody listens: connections are refused, and no other process gets it.
#[derive(Debug)]
pub(super) struct ClosedPort {
    socket: Option<TcpSocket>,
}

impl Drop for ClosedPort {
    fn drop(&mut self) {
        let _let_go = no_process_begins();
        self.socket.take();
    }
}

impl ClosedPort {
    /// Takes a port that a bot has just let go of; none when somebody has it already.
    pub(super) fn take(port: u16) -> Option<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let bound = |shared: bool| {
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(shared)?;
            socket.bind(address).map(|()| socket)
        };
        // A port that the bot's last connections still haunt can be had only by somebody who shares it.
        bound(false).or_else(|_| bound(true)).ok().map(|socket| Self { socket: Some(socket) })
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn a_closed_port_refuses_connections_and_is_nobody_elses() {
        let port = free_port();
        let closed = ClosedPort::take(port).expect("it is free");
        let address = (Ipv4Addr::LOCALHOST, port);
        assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        assert_eq!(TcpListener::bind(address).unwrap_err().kind(), ErrorKind::AddrInUse);
        drop(closed);
        assert!(TcpListener::bind(address).is_ok());
    }

    #[test]
    fn each_call_gives_another_port() {
        assert_ne!(free_port(), free_port());
    }
}
