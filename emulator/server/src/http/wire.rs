//! One connection below HTTP, encrypted or not: it knows when an answer has left, how long a client may take, and what
//! one is told whose bytes are no request.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::first::First;
use crate::clock::Alarm;
use crate::graph::{self, GraphError, Reply};
use crate::proxy::Leads;
use crate::stage::Stage;

/// How long a client may take to send a header, in real time.
pub(super) const HEADER: Duration = Duration::from_secs(30);
/// How long a connection may lie idle, in real time.
pub(super) const IDLE: Duration = Duration::from_secs(60);

/// What is known of a connection on both sides of hyper. One task looks at it.
#[derive(Debug, Default)]
struct Known {
    /// How many requests have come.
    requests: AtomicU64,
    /// How many of them have been answered.
    answers: AtomicU64,
    /// The answers that are in the buffer.
    leaving: Mutex<Vec<Reply>>,
    /// What the connection is to become when HTTP ends on it.
    next: Mutex<Option<Next>>,
}

/// What a connection can become when HTTP ends on it.
#[derive(Debug)]
pub(super) struct Next {
    /// The stream, once hyper lets go of it.
    pub(super) upgrade: OnUpgrade,
    /// Where its bytes go from then on; it just ends when none.
    pub(super) leads: Option<Leads>,
}

/// The upper side of a connection: its requests and answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection(Arc<Known>);

impl Connection {
    /// A request has come, apart from its body.
    pub(super) fn asked(&self) {
        self.0.requests.fetch_add(1, Relaxed);
    }

    /// An answer is in the buffer, and with it what has to wait until it has left.
    pub(super) fn answered(&self, reply: Option<Reply>) {
        self.0.answers.fetch_add(1, Relaxed);
        if let Some(reply) = reply {
            self.0.leaving.lock().unwrap_or_else(PoisonError::into_inner).push(reply);
        }
    }

    /// HTTP may end on this connection without the stream being closed: the last such request decides.
    pub(super) fn may_become(&self, next: Next) {
        *self.0.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }

    /// What it becomes after HTTP.
    pub(super) fn becomes(&self) -> Option<Next> {
        self.0.next.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn requests(&self) -> u64 {
        self.0.requests.load(Relaxed)
    }

    fn is_busy(&self) -> bool {
        self.requests() > self.0.answers.load(Relaxed)
    }

    /// They have left. A reply that is dropped lets go of what waited for it.
    fn left(&self) {
        let replies = std::mem::take(&mut *self.0.leaving.lock().unwrap_or_else(PoisonError::into_inner));
        drop(replies);
    }
}

/// What a connection waits for when no request is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Request,
    RestOfHeader,
}

/// The lower side of a connection: its bytes.
pub(super) struct Wire<S> {
    stream: TokioIo<S>,
    /// What was read already.
    first: First,
    connection: Connection,
    stage: Arc<Stage>,
    /// What is told in place of hyper's empty refusal, or before the end.
    refusal: Vec<u8>,
    alarm: Alarm,
    awaited: Awaited,
    /// How many requests had come when something was last read.
    requests: u64,
}

/// A refusal of what is no request that could be answered, as bytes: the last of its connection.
pub(super) fn refusal(error: &GraphError, stage: &Stage) -> Vec<u8> {
    let body = graph::error_body(error, &stage.trace());
    let reason = match error.status {
        400 => "Bad Request",
        408 => "Request Timeout",
        503 => "Service Unavailable",
        _ => "Request Header Fields Too Large",
    };
    let head = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/json; charset=UTF-8\r\ncache-control: no-store\r\n\
         www-authenticate: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        error.status,
        graph::challenge(error),
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(
        stream: S,
        (first, alarm): (First, Alarm),
        connection: Connection,
        stage: Arc<Stage>,
    ) -> Self {
        Self {
            stream: TokioIo::new(stream),
            first,
            connection,
            stage,
            refusal: Vec::new(),
            alarm,
            awaited: Awaited::Request,
            requests: 0,
        }
    }

    /// The stream itself, for what follows HTTP.
    pub(super) fn into_stream(self) -> S {
        self.stream.into_inner()
    }

    /// Keeps hyper's answer to bytes that are no request back, which is a head without a body, and
    /// prepares one in the platform's form.
    fn swallows(&mut self, head: &[u8]) -> bool {
        let error = match head.get(..13) {
            Some(b"HTTP/1.1 400 ") => GraphError::no_http(),
            Some(b"HTTP/1.1 431 " | b"HTTP/1.1 414 ") => GraphError::header_too_large(),
            _ => return false,
        };
        let head = head.to_ascii_lowercase();
        let has = |line: &[u8]| head.windows(line.len()).any(|part| part == line);
        // An answer of our own has a type.
        if !head.ends_with(b"\r\n\r\n") || has(b"\r\ncontent-type:") {
            return false;
        }
        self.refuse(&error);
        true
    }

    /// Prepares a refusal in the platform's form.
    fn refuse(&mut self, error: &GraphError) {
        self.refusal = refusal(error, &self.stage);
    }

    /// After a request another one is awaited, and that wait is a new one.
    fn follow(&mut self) {
        let requests = self.connection.requests();
        if self.requests != requests {
            self.requests = requests;
            self.awaited = Awaited::Request;
            self.alarm.stop();
        }
    }

    /// Ready when the client has taken too long: what is told it has left, and nothing more is read.
    fn poll_patience(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.awaited {
            Awaited::Request => ready!(self.alarm.poll(context, IDLE)),
            Awaited::RestOfHeader => {
                if self.refusal.is_empty() {
                    ready!(self.alarm.poll(context, HEADER));
                    self.refuse(&GraphError::header_too_slow());
                }
                ready!(self.poll_refusal(context))?;
                ready!(Pin::new(&mut self.stream).poll_flush(context))?;
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_refusal(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.refusal.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.refusal))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.refusal.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Read for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = if self.first.is_used() {
            Pin::new(&mut self.stream).poll_read(context, into)
        } else {
            self.first.fill(&mut into);
            Poll::Ready(Ok(()))
        };
        self.follow();
        match read {
            Poll::Pending if self.connection.is_busy() => Poll::Pending,
            Poll::Pending => self.poll_patience(context),
            Poll::Ready(_) if self.awaited == Awaited::RestOfHeader || self.connection.is_busy() => read,
            Poll::Ready(_) => {
                self.awaited = Awaited::RestOfHeader;
                self.alarm.stop();
                read
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Write for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.swallows(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
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
        if let [only] = parts
            && self.swallows(only)
        {
            return Poll::Ready(Ok(only.len()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refusal(context))?;
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.connection.left();
        self.follow();
        if !self.connection.is_busy() && self.awaited == Awaited::Request {
            // Hyper does not ask for more than it is already waiting for, so the alarm is set here;
            // when it rings, the connection is looked at, and reading ends it.
            let _ = self.alarm.poll(context, IDLE);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refusal(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
