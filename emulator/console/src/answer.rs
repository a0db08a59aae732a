//! Answers of the control API.

use bytes::Bytes;
use emulator_server::AnswerBody;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// The header with the number of the last entry that was told: entries without a line of text have one, too.
const LAST: HeaderName = HeaderName::from_static("x-emulator-last");

/// A status and a body.
pub(crate) struct Answer {
    status: StatusCode,
    kind: &'static str,
    body: String,
    /// The number of the last entry that it tells of.
    last: Option<u64>,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self { status, kind: "application/json; charset=utf-8", body: format!("{body}\n"), last: None }
    }

    pub(crate) fn text(body: String) -> Self {
        Self { status: StatusCode::OK, kind: "text/plain; charset=utf-8", body, last: None }
    }

    /// JSON that was written already.
    pub(crate) fn written(body: String) -> Self {
        Self { status: StatusCode::OK, kind: "application/json; charset=utf-8", body, last: None }
    }
}

impl Answer {
    /// Says up to which entry it tells.
    pub(crate) const fn up_to(mut self, last: u64) -> Self {
        self.last = Some(last);
        self
    }
}

/// What went wrong, in words.
pub(crate) fn failed(status: StatusCode, text: &str) -> Answer {
    Answer::json(status, &json!({"error": text}))
}

impl From<Answer> for Response<AnswerBody> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(Bytes::from(answer.body).into());
        *response.status_mut() = answer.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.kind));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(last) = answer.last {
            response.headers_mut().insert(LAST, HeaderValue::from(last));
        }
        response
    }
}
