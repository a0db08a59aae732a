//! What is wrong below a call: the limits of HTTP (M-05b), callers from elsewhere (M-05a), and the service itself (M-60).

use super::fault::faults;

faults! {
    /// The emulator itself cannot go on (M-60).
    unavailable() = RuleId::ServiceUnavailable, 2, status 500, "(#2) Service temporarily unavailable";
    /// A body above the limit.
    body_too_large() = RuleId::HttpLimits, 1, status 413, "The request body is larger than 26 MiB";
    /// A header above the limit.
    header_too_large() = RuleId::HttpLimits, 1, status 431, "The request header is larger than 16 KiB";
    /// A header that does not end.
    header_too_slow() = RuleId::HttpLimits, 1, status 408, "The request header did not end within 30 seconds";
    /// Bytes that are not a request.
    no_http() = RuleId::HttpLimits, 1,
        "The request cannot be read as HTTP/1.1: its first line, a header or a length is wrong";
    /// A caller that names the emulator otherwise, or a page of another host.
    stranger(stranger) = RuleId::ForeignCaller, 1, status 403, "{stranger}";
    /// A body that ends before its length, or whose chunks cannot be read.
    body_broken() = RuleId::HttpLimits, 1, "The request body ended early, or its chunks cannot be read";
    /// A body that takes too long.
    body_too_slow() = RuleId::HttpLimits, 1, status 408, "The request body did not end within 60 seconds";
    /// More connections than there can be at a time.
    too_many_connections() = RuleId::HttpLimits, 2, status 503,
        "1,024 connections are open, which is as many as there can be; close some";
}
