//! The answer to a call, and when it may leave.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderValue};

use super::error::GraphError;
use super::presentation::Content;
use crate::escape::Dialect;
use crate::http::headers_of;
use crate::journal::{Call, CallContent};
use crate::lane::{Lane, OpenCall};

/// The answer to a call.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    /// What the body is.
    pub content: Content,
    /// What the body is known by, for what was read (M-34).
    pub etag: Option<HeaderValue>,
    /// The version that served it, such as `v25.0`.
    pub version: HeaderValue,
    /// The value of `WWW-Authenticate`, for errors.
    pub challenge: Option<String>,
    /// The trace id, for errors.
    pub trace: Option<Arc<str>>,
    /// The virtual time of the answer, for the header `X-Emulator-Now`.
    pub now: HeaderValue,
    /// The lane that it belongs to.
    pub lane: Arc<Lane>,
    /// The journal entry of the call.
    pub seq: u64,
    pub(super) open: Option<OpenCall>,
    pub(super) crowded: bool,
}

impl Reply {
    /// True when the call was refused, whatever status the caller wanted for that.
    pub const fn is_refused(&self) -> bool {
        self.trace.is_some()
    }

    /// The headers as they are sent over HTTP.
    pub fn headers(&self) -> HeaderMap {
        headers_of(self)
    }

    /// Waits a little when very many deliveries wait for an app.
    pub(crate) async fn uncrowded(&self) {
        if self.crowded {
            self.lane.uncrowded().await;
        }
    }

    /// Waits for the echoes that come before the answer.
    pub(crate) async fn echoed(&self) {
        if let Some(open) = &self.open {
            self.lane.echoed(open.ahead()).await;
        }
    }

    /// Waits until the call is in the journal file, if there is one. False when it cannot be written.
    pub(crate) async fn written(&self) -> bool {
        self.lane.file_written().await
    }

    /// Says instead that the emulator cannot go on.
    pub(crate) fn give_up(&mut self) {
        let error = Arc::new(GraphError::unavailable());
        let content = CallContent::Request { method: "".into(), path: "".into(), asked: None };
        let call = Call { app: None, page: None, person: None, content, played: false };
        let trace = self.lane.lock().refused(&call, self.seq, &error);
        self.status = error.status;
        self.body = error_body(&error, &trace);
        self.content = Content::Json;
        self.etag = None;
        self.challenge = Some(challenge(&error));
        self.trace = Some(trace);
    }

    /// True when it matters whether another call is open at the same time.
    pub(crate) fn can_race(&self) -> bool {
        self.open.as_ref().is_some_and(OpenCall::can_race)
    }

    /// The answer is about to leave: a call that comes now does not race with this one.
    pub(crate) fn leaves(&mut self) {
        if let Some(open) = self.open.as_mut().filter(|open| open.can_race()) {
            self.lane.call_answered(open);
        }
    }
}

impl Drop for Reply {
    /// The answer has left: what waited for it may leave too.
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            self.lane.call_closed(open);
        }
    }
}

/// The body of an error.
pub(crate) fn error_body(error: &GraphError, trace: &str) -> Bytes {
    Bytes::from(Dialect::Graph.json(&error.body(trace)))
}

/// How much of a message the header repeats, in characters: some clients give up on long headers.
const CHALLENGE_LIMIT: usize = 1_000;

/// The header that goes with an error (M-27). It is ASCII whatever the message repeats of the call.
pub(crate) fn challenge(error: &GraphError) -> String {
    let mut message = String::with_capacity(error.message.len());
    for character in error.message.chars().take(CHALLENGE_LIMIT) {
        match character {
            '\\' | '"' => message.extend(['\\', character]),
            ' '..='~' => message.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(message, "\\u{unit:04x}");
                }
            }
        }
    }
    format!("OAuth \"Facebook Platform\" \"{}\" \"{message}\"", error.challenge())
}
