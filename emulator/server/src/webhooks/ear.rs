//! Whether an app has begun to answer, known without waiting for whoever reads the answer.
//!
//! A bot that acknowledges a webhook before it works writes its 2xx before it calls Graph. On a busy
//! machine its call may be served before the 2xx is read; what may depend on that order asks here.

use std::io;
use std::net::TcpStream as Socket;
use std::os::fd::AsFd as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::net::TcpStream;

use super::backlog::Backlog;

/// Listens to one connection.
#[derive(Debug)]
pub(crate) struct Ear {
    socket: Socket,
    /// True with TLS, where what has come need not be part of an answer before it is read.
    encrypted: bool,
    /// Whether something was read. Held while reading, so that nobody looks between taking bytes from the socket and
    /// saying so.
    heard: Mutex<bool>,
    backlog: Arc<Backlog>,
}

impl Ear {
    /// An ear on a connection.
    pub(super) fn new(stream: &TcpStream, encrypted: bool, backlog: Arc<Backlog>) -> io::Result<Arc<Self>> {
        let socket = Socket::from(stream.as_fd().try_clone_to_owned()?);
        Ok(Arc::new(Self { socket, encrypted, heard: Mutex::new(false), backlog }))
    }

    /// From here on only what comes now counts.
    pub(super) fn listen(&self) {
        *self.heard() = false;
        // Many a bot writes the head of its answer and then the body, and the second write waits until
        // the first was acknowledged, which the system likes to put off by 40 ms.
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.socket, true);
    }

    /// True when something has come, read or not, or the connection has ended; with TLS only when it was read.
    pub(crate) fn hears(&self) -> bool {
        *self.heard() || (!self.encrypted && self.socket.peek(&mut [0]).is_ok())
    }

    fn heard(&self) -> MutexGuard<'_, bool> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when a bot that is busy has not begun to read what it was sent. False where the system does not tell.
    pub(crate) fn is_unread(&self) -> bool {
        let ends = self.socket.local_addr().and_then(|from| Ok((from.port(), self.socket.peer_addr()?)));
        let unread = |(from, to)| self.backlog.is_unread(from, to);
        !self.hears() && self.backlog.is_alive() && ends.is_ok_and(unread)
    }
}

/// A connection with an ear on what is said over it.
pub(super) struct Heard<S> {
    stream: S,
    ear: Arc<Ear>,
}

impl<S> Heard<S> {
    pub(super) const fn new(stream: S, ear: Arc<Ear>) -> Self {
        Self { stream, ear }
    }
}

impl<S: Read + Unpin> Read for Heard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let mut heard = this.ear.heard();
        let read = ready!(Pin::new(&mut this.stream).poll_read(context, into));
        *heard = true;
        Poll::Ready(read)
    }
}

impl<S: Write + Unpin> Write for Heard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
