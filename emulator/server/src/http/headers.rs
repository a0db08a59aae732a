//! The headers of Graph answers (M-28). What is the same in every answer is built once.

use std::ops::Range;
use std::sync::LazyLock;

use bytes::Bytes;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, CACHE_CONTROL, CONTENT_TYPE, ETAG, EXPIRES,
    HeaderMap, HeaderName, HeaderValue, PRAGMA, STRICT_TRANSPORT_SECURITY, VARY, WWW_AUTHENTICATE,
};

use crate::graph::{Content, Reply};

const VERSION: HeaderName = HeaderName::from_static("facebook-api-version");
const NOW: HeaderName = HeaderName::from_static("x-emulator-now");
const TRACE: HeaderName = HeaderName::from_static("x-fb-trace-id");
const REQUEST: HeaderName = HeaderName::from_static("x-fb-request-id");
const REVISION: HeaderName = HeaderName::from_static("x-fb-rev");
const DEBUG: HeaderName = HeaderName::from_static("x-fb-debug");

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");
const SCRIPT: HeaderValue = HeaderValue::from_static("text/javascript; charset=UTF-8");

static SUCCESS: LazyLock<HeaderMap> = LazyLock::new(|| fixed("private, no-cache, no-store, must-revalidate"));
static REFUSAL: LazyLock<HeaderMap> = LazyLock::new(|| fixed("no-store"));

fn fixed(cache_control: &'static str) -> HeaderMap {
    // Room for what is added to each answer, so that no copy has to grow.
    let mut headers = HeaderMap::with_capacity(24);
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(EXPIRES, HeaderValue::from_static("Sat, 01 Jan 2000 00:00:00 GMT"));
    headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=15552000; preload"));
    headers.insert(VARY, HeaderValue::from_static("Origin, Accept-Encoding"));
    headers.insert(REVISION, HeaderValue::from_static("1030000000"));
    headers
}

/// The headers of an answer.
pub(crate) fn of(reply: &Reply) -> HeaderMap {
    let mut headers = if reply.challenge.is_none() { SUCCESS.clone() } else { REFUSAL.clone() };
    if reply.content == Content::Script {
        headers.insert(CONTENT_TYPE, SCRIPT);
    }
    headers.insert(VERSION, reply.version.clone());
    headers.insert(NOW, reply.now.clone());
    if let Some(etag) = &reply.etag {
        headers.insert(ETAG, etag.clone());
    }
    if let Some(Ok(challenge)) = reply.challenge.as_deref().map(HeaderValue::from_str) {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    add_ids(reply, &mut headers);
    headers
}

/// The headers of the answer to a preflight request: everything is allowed.
pub(super) fn of_preflight(asked: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE, OPTIONS"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    headers.insert(VARY, HeaderValue::from_static("Origin, Accept-Encoding"));
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers
}

/// Where each id stands in what is spelt for an answer: a trace as the error bodies have them, a
/// request id alike, and 64 bytes in base64.
const TRACE_PART: Range<usize> = 0..23;
const REQUEST_PART: Range<usize> = 23..46;
const DEBUG_PART: Range<usize> = 46..134;

/// Adds the ids by which the platform finds a call in its logs. Here they follow from the trace of an
/// error, or else from the call's place in the journal.
fn add_ids(reply: &Reply, headers: &mut HeaderMap) {
    let (named, place) = match &reply.trace {
        Some(trace) => (&**trace, 0),
        None => (reply.lane.name(), reply.seq),
    };
    let spelt = spell(named.bytes().fold(mix(place), |seed, byte| mix(seed ^ u64::from(byte))));
    // One allocation, which the values share.
    let spelt = Bytes::copy_from_slice(&spelt);
    let part = |range| HeaderValue::from_maybe_shared(spelt.slice(range)).ok();
    let trace = match &reply.trace {
        Some(trace) => HeaderValue::from_str(trace).ok(),
        None => part(TRACE_PART),
    };
    let ids = [(TRACE, trace), (REQUEST, part(REQUEST_PART)), (DEBUG, part(DEBUG_PART))];
    for (name, value) in ids {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
}

/// Spells all ids of an answer.
fn spell(seed: u64) -> [u8; DEBUG_PART.end] {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const AT_ONCE: usize = 10;
    let mut spelt = [b'A'; DEBUG_PART.end];
    let mut word = seed;
    for letters in spelt.chunks_mut(AT_ONCE) {
        word = mix(word);
        let mut bits = word;
        for letter in letters {
            *letter = ALPHABET[(bits % 64) as usize];
            bits /= 64;
        }
    }
    spelt[TRACE_PART.start] = b'A';
    spelt[REQUEST_PART.start] = b'A';
    for letter in &mut spelt[DEBUG_PART] {
        *letter = match *letter {
            b'-' => b'+',
            b'_' => b'/',
            letter => letter,
        };
    }
    spelt[DEBUG_PART.end - 2..].fill(b'=');
    spelt
}

/// One step of SplitMix64.
const fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_their_seed_and_are_spelt_like_those_of_the_platform() {
        let spelt = spell(1);
        assert_eq!(spelt, spell(1));
        assert_ne!(spelt, spell(2));
        let (trace, request) = (&spelt[TRACE_PART], &spelt[REQUEST_PART]);
        assert!(trace.len() == 23 && request.len() == 23 && trace != request);
        assert!(trace.starts_with(b"A") && request.starts_with(b"A"));
        let debug = &spelt[DEBUG_PART];
        assert!(debug.len() == 88 && debug.ends_with(b"==") && !debug.ends_with(b"==="));
        let letters = |part: &[u8], beside: &[u8]| {
            part.iter().all(|byte| byte.is_ascii_alphanumeric() || beside.contains(byte))
        };
        assert!(letters(&spelt[..46], b"-_") && letters(&spelt[46..132], b"+/"));
    }
}
