//! Answers of the control API.

use bytes::Bytes;
use emulator_server::AnswerBody;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// A status and a body.
pub(crate) struct Answer {
    status: StatusCode,
    kind: &'static str,
    body: String,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self { status, kind: "application/json; charset=utf-8", body: format!("{body}\n") }
    }

    pub(crate) fn text(body: String) -> Self {
        Self { status: StatusCode::OK, kind: "text/plain; charset=utf-8", body }
    }

    /// JSON that was written already.
    pub(crate) fn written(body: String) -> Self {
        Self { status: StatusCode::OK, kind: "application/json; charset=utf-8", body }
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
        response
    }
}
