//! How a call wants its answer to be presented: whatever the status, as a script, or not again
//! (M-33, M-34).

use std::fmt::Write as _;

use bytes::Bytes;
use hyper::Method;
use hyper::header::HeaderValue;
use sha1::{Digest as _, Sha1};

use super::params::Params;
use super::{Reply, Request};

/// What the body of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// JSON.
    Json,
    /// A script that calls a function with the JSON.
    Script,
}

/// The status that the answer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Its own.
    Own,
    /// 200 even when it is an error (M-33).
    Suppressed,
}

/// What is asked for beside the content.
#[derive(Debug)]
pub(super) struct Presentation<'a> {
    status: Status,
    /// The function that a script is to call (M-33).
    callback: Option<String>,
    /// True for what was read, which can be read again.
    etag: Option<Etags<'a>>,
}

/// The answers that the client has already, as it lists them.
#[derive(Debug)]
struct Etags<'a>(Option<&'a str>);

impl Etags<'_> {
    fn hold(&self, etag: &str) -> bool {
        let mut known = self.0.unwrap_or_default().split(',').map(str::trim);
        known.any(|known| known.strip_prefix("W/").unwrap_or(known) == etag)
    }
}

impl<'a> Presentation<'a> {
    /// What the call asks for. What it does not spell right it does not ask for.
    pub(super) fn asked(request: &Request<'a>, params: &Params<'_>) -> Self {
        let set = |name| params.flag(name).ok().flatten().unwrap_or(false);
        let suppressed = set("suppress_http_code") || set("suppress_response_codes");
        let callback = params.text("callback").ok().flatten().filter(|name| is_function(name));
        Self {
            status: if suppressed { Status::Suppressed } else { Status::Own },
            callback: callback.map(std::borrow::Cow::into_owned),
            etag: (*request.method == Method::GET).then_some(Etags(request.if_none_match)),
        }
    }

    /// Presents the answer so.
    pub(super) fn give(&self, reply: &mut Reply) {
        if let (Some(known), None) = (&self.etag, &reply.challenge) {
            let etag = etag(&reply.body);
            if known.hold(&etag) {
                reply.status = 304;
                reply.body = Bytes::new();
            }
            reply.etag = HeaderValue::from_str(&etag).ok();
        }
        if self.status == Status::Suppressed && reply.challenge.is_some() {
            reply.status = 200;
        }
        if let Some(name) = self.callback.as_deref().filter(|_| reply.status != 304) {
            let start = format!("/**/ {name}(");
            reply.body = [start.as_bytes(), &reply.body, b");"].concat().into();
            reply.content = Content::Script;
            reply.status = 200;
        }
    }
}

/// True for a name with which a script can call something and do nothing else.
fn is_function(name: &str) -> bool {
    let part = |character: char| character.is_ascii_alphanumeric() || "_$.[]".contains(character);
    !name.is_empty() && name.len() <= 128 && name.chars().all(part)
}

/// 40 hexadecimal digits in quotes.
fn etag(body: &[u8]) -> String {
    let mut etag = String::with_capacity(42);
    etag.push('"');
    for byte in Sha1::digest(body) {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    etag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_names_and_nothing_else() {
        for name in ["f", "jQuery123_456", "a.b[0].$c"] {
            assert!(is_function(name), "{name}");
        }
        for name in ["", "f()", "alert(1);f", "a b", "ä", "<script>", "a\n"] {
            assert!(!is_function(name), "{name}");
        }
    }

    #[test]
    fn a_client_says_in_many_ways_what_it_has() {
        let etag = etag(b"{}");
        assert_eq!(etag, "\"bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f\"");
        for known in [etag.clone(), format!("\"x\", {etag}"), format!("W/{etag}")] {
            assert!(Etags(Some(&known)).hold(&etag), "{known}");
        }
        for other in [None, Some(""), Some("\"x\""), Some("bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f")] {
            assert!(!Etags(other).hold(&etag), "{other:?}");
        }
    }
}
