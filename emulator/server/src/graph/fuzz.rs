//! What is fuzzed: each function takes any bytes and panics when something that must hold does not.
//!
//! They are called by the tests with the corpora in `fuzz/corpus`, and by `cargo fuzz` with whatever it
//! comes up with.

use std::borrow::Cow;

use emulator_core::{AppId, PageId};
use hyper::Method;
use serde::de::IgnoredAny;

use super::params::{LIMIT, Params, Raw, relaxed};
use super::path::{self, Path};
use super::{message, recipient, sending};
use crate::shared::Token;

/// A call's parameters: a line with the content type, a line with the query, and the body.
///
/// # Panics
///
/// When parameters that were read cannot be asked for.
pub fn params(data: &[u8]) {
    let (content_type, rest) = line(data);
    let (query, body) = line(rest);
    let (content_type, query) = (String::from_utf8_lossy(content_type), String::from_utf8_lossy(query));
    let params = Params::of(Some(&query), Some(&content_type), body);
    for name in ["recipient", "message", "fields", "method", "access_token", "a", ""] {
        let Some(value) = params.get(name) else { continue };
        let _ = (params.text(name), params.flag(name));
        if let Ok(items) = value.list() {
            assert!(items.iter().all(|item| !item.is_empty() && item.trim() == item), "{items:?}");
        }
    }
    let known = [Method::GET, Method::POST, Method::DELETE];
    assert!(known.contains(&params.method(&Method::POST)));
    let _ = (recipient::recipient(&params), sending::sending(&params), recipient::person(&params));
}

/// A message, as text of a form.
///
/// # Panics
///
/// When what is kept of a message that was accepted is read as another message.
pub fn message(data: &[u8]) {
    let read = |json: &str| message::read(&Raw::Text(Cow::Borrowed(json)), 0);
    let Ok(first) = read(&String::from_utf8_lossy(data)) else { return };
    let Some(body) = first.message.body.as_deref() else { return };
    assert_eq!(read(body).as_ref(), Ok(&first), "{body}");
}

/// A path.
///
/// # Panics
///
/// When the version that is said to have served it is none.
pub fn path(data: &[u8]) {
    let path = String::from_utf8_lossy(data);
    let path = path::decoded(&path);
    let path = Path::parse(&path);
    for token in
        [None, Some(Token::Page { app: AppId(2), page: PageId(1) }), Some(Token::App { app: AppId(2) })]
    {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let _ = path.resolve(&method, token);
        }
    }
    assert!(path.served_version(None).as_bytes().starts_with(b"v2"));
}

/// Text that may be relaxed JSON.
///
/// # Panics
///
/// When text that was rewritten is no strict JSON.
pub fn relaxed_json(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Cow::Owned(json) = relaxed::strict(&text) {
        let read = serde_json::from_str::<IgnoredAny>(&json);
        // Halves of surrogate pairs are for those who read the string.
        assert!(read.is_ok(), "{text:?} became {json:?}");
        assert!(matches!(relaxed::strict(&json), Cow::Borrowed(_)));
    }
}

/// A body in parts: a line with the content type, and the body.
///
/// # Panics
///
/// When more came out of it than went in.
pub fn multipart(data: &[u8]) {
    let (content_type, body) = line(data);
    let content_type = format!("multipart/form-data; {}", String::from_utf8_lossy(content_type));
    let params = Params::of(None, Some(&content_type), body);
    let bytes: usize = params.files().iter().map(|file| file.bytes.len()).sum();
    assert!(bytes <= body.len() && params.files().len() <= LIMIT);
    assert!(params.files().iter().all(|file| file.file_name.is_some() || file.content_type.is_some()));
}

fn line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}
