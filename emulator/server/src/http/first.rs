//! The first bytes of a connection, which tell what the client speaks.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::rt::ReadBufCursor;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::clock::Alarm;

/// How much is read at first, in bytes.
const SIZE: usize = 1_024;
/// The first byte of a TLS connection: a record of the handshake.
const TLS_HANDSHAKE: u8 = 0x16;

/// Bytes that were read and not used yet.
pub(super) struct First {
    bytes: [u8; SIZE],
    used: usize,
    read: usize,
}

/// Why nothing came.
pub(super) enum Silent {
    /// The client ended the connection.
    Closed(Option<io::Error>),
    /// It did nothing for as long as a connection may lie idle.
    Idle,
}

impl First {
    /// Reads what comes first. The alarm rings when nothing does.
    pub(super) async fn read<S: AsyncRead + Unpin>(
        stream: &mut S,
        alarm: &mut Alarm,
        idle: Duration,
    ) -> Result<Self, Silent> {
        let mut first = Self { bytes: [0; SIZE], used: 0, read: 0 };
        let read = poll_fn(|context| {
            let mut space = ReadBuf::new(&mut first.bytes);
            match Pin::new(&mut *stream).poll_read(context, &mut space) {
                Poll::Ready(Ok(())) => Poll::Ready(Some(Ok(space.filled().len()))),
                Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error))),
                Poll::Pending => alarm.poll(context, idle).map(|()| None),
            }
        });
        match read.await {
            Some(Ok(0)) => Err(Silent::Closed(None)),
            Some(Ok(read)) => {
                alarm.stop();
                first.read = read;
                Ok(first)
            }
            Some(Err(error)) => Err(Silent::Closed(Some(error))),
            None => Err(Silent::Idle),
        }
    }

    /// True when they begin a TLS connection.
    pub(super) const fn is_tls(&self) -> bool {
        self.used < self.read && self.bytes[self.used] == TLS_HANDSHAKE
    }

    /// True when all of them were used.
    pub(super) const fn is_used(&self) -> bool {
        self.used == self.read
    }

    /// Those that were not used.
    pub(super) fn left(&self) -> &[u8] {
        &self.bytes[self.used..self.read]
    }

    /// Moves as many as there is room for to whoever reads next.
    pub(super) fn fill(&mut self, into: &mut ReadBufCursor<'_>) {
        let length = self.left().len().min(into.remaining());
        into.put_slice(&self.left()[..length]);
        self.used += length;
    }
}

/// A stream some bytes of which were read already: they come first.
pub(super) struct Rewound<S> {
    first: Bytes,
    stream: S,
}

impl<S> Rewound<S> {
    pub(super) const fn new(first: Bytes, stream: S) -> Self {
        Self { first, stream }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, into);
        }
        let length = self.first.len().min(into.remaining());
        into.put_slice(&self.first.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
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
