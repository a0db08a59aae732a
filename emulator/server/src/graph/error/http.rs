//! What is wrong below a call: the limits of HTTP (M-05b), callers from elsewhere (M-05a), and the service itself (M-60).

use emulator_core::RuleId;

use super::GraphError;
use crate::entrance::Stranger;

impl GraphError {
    /// The emulator itself cannot go on (M-60).
    pub(crate) fn unavailable() -> Self {
        let text = "(#2) Service temporarily unavailable";
        Self::new(RuleId::ServiceUnavailable, 2, text).status(500)
    }

    /// A body above the limit.
    pub(crate) fn body_too_large() -> Self {
        Self::new(RuleId::HttpLimits, 1, "The request body is larger than 26 MiB").status(413)
    }

    /// A header above the limit.
    pub(crate) fn header_too_large() -> Self {
        Self::new(RuleId::HttpLimits, 1, "The request header is larger than 16 KiB").status(431)
    }

    /// A header that does not end.
    pub(crate) fn header_too_slow() -> Self {
        Self::new(RuleId::HttpLimits, 1, "The request header did not end within 30 seconds").status(408)
    }

    /// Bytes that are not a request.
    pub(crate) fn no_http() -> Self {
        let text = "The request cannot be read as HTTP/1.1: its first line, a header or a length is wrong";
        Self::new(RuleId::HttpLimits, 1, text)
    }

    /// A caller that names the emulator otherwise, or a page of another host.
    pub(crate) fn stranger(stranger: &Stranger) -> Self {
        Self::new(RuleId::ForeignCaller, 1, stranger.to_string()).status(403)
    }

    /// A body that ends before its length, or whose chunks cannot be read.
    pub(crate) fn body_broken() -> Self {
        let text = "The request body ended early, or its chunks cannot be read";
        Self::new(RuleId::HttpLimits, 1, text)
    }

    /// A body that takes too long.
    pub(crate) fn body_too_slow() -> Self {
        Self::new(RuleId::HttpLimits, 1, "The request body did not end within 60 seconds").status(408)
    }

    /// More connections than there can be at a time.
    pub(crate) fn too_many_connections() -> Self {
        let text = "1,024 connections are open, which is as many as there can be; close some";
        Self::new(RuleId::HttpLimits, 2, text).status(503)
    }
}
