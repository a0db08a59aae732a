//! One connection below HTTP: it knows when an answer has left, and what a client is told whose
//! bytes are no request.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::graph::{self, GraphError, Reply};
use crate::stage::Stage;

/// The answers of a connection that are in its buffer.
#[derive(Debug, Clone, Default)]
pub(super) struct Leaving(Arc<Mutex<Vec<Reply>>>);

impl Leaving {
    pub(super) fn push(&self, reply: Reply) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(reply);
    }

    /// They have left. A reply that is dropped lets go of what waited for it.
    fn left(&self) {
        let replies = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        drop(replies);
    }
}

/// A connection.
pub(super) struct Wire {
    stream: TokioIo<TcpStream>,
    leaving: Leaving,
    stage: Arc<Stage>,
    /// What is told in place of hyper's empty refusal.
    refusal: Vec<u8>,
}

impl Wire {
    pub(super) const fn new(stream: TokioIo<TcpStream>, leaving: Leaving, stage: Arc<Stage>) -> Self {
        Self { stream, leaving, stage, refusal: Vec::new() }
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
        let body = graph::error_body(&error, &self.stage.trace());
        let reason = if error.status == 400 { "Bad Request" } else { "Request Header Fields Too Large" };
        let head = format!(
            "HTTP/1.1 {} {reason}\r\ncontent-type: application/json; charset=UTF-8\r\ncache-control: no-store\r\n\
             www-authenticate: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            error.status,
            graph::challenge(&error),
            body.len()
        );
        self.refusal = [head.as_bytes(), &body].concat();
        true
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

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl Write for Wire {
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
        self.leaving.left();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refusal(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
