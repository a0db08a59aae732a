//! The bodies of answers.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::wire::Connection;
use crate::graph::Reply;

/// The body of an answer. It holds what must not leave before the answer did.
#[derive(Debug)]
pub struct AnswerBody {
    bytes: Option<Bytes>,
    /// What another host answers, while it comes.
    passed_on: Option<Box<Incoming>>,
    reply: Option<Reply>,
    connection: Option<Connection>,
}

impl AnswerBody {
    /// The body of a Graph answer.
    pub(super) const fn of_reply(bytes: Bytes, reply: Reply) -> Self {
        Self { bytes: Some(bytes), passed_on: None, reply: Some(reply), connection: None }
    }

    /// Names the connection over which it leaves.
    pub(super) fn leaves_over(&mut self, connection: Connection) {
        self.connection = Some(connection);
    }
}

impl From<Bytes> for AnswerBody {
    fn from(bytes: Bytes) -> Self {
        Self { bytes: Some(bytes), passed_on: None, reply: None, connection: None }
    }
}

impl From<Incoming> for AnswerBody {
    fn from(body: Incoming) -> Self {
        Self { bytes: None, passed_on: Some(Box::new(body)), reply: None, connection: None }
    }
}

impl Drop for AnswerBody {
    /// The answer is in the buffer of its connection, whose flush lets go of the rest.
    fn drop(&mut self) {
        let mut reply = self.reply.take();
        if let Some(reply) = &mut reply {
            reply.leaves();
        }
        if let Some(connection) = &self.connection {
            connection.answered(reply);
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.passed_on {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.passed_on {
            Some(body) => body.is_end_stream(),
            None => self.bytes.as_ref().is_none_or(Bytes::is_empty),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.passed_on {
            Some(body) => body.size_hint(),
            None => SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
        }
    }
}
