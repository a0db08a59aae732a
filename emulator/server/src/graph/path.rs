//! Paths and the versions of Graph in them.

use std::borrow::Cow;

use emulator_core::GraphVersion;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;

/// The newest version that is in use, which also serves calls without one.
const NEWEST_VERSION: (u32, u32) = (25, 0);
const NEWEST: HeaderValue = HeaderValue::from_static("v25.0");
/// The oldest version that can still be used; it serves calls to those before it (M-07, M-08).
const OLDEST_VERSION: (u32, u32) = (20, 0);

/// The version that serves calls of a version: for one that has expired the oldest that can still be used (M-08).
fn served(version: GraphVersion) -> HeaderValue {
    let version = version.numbers();
    if version.0 == GraphVersion::LAST_MAJOR {
        return HeaderValue::from_static("v26.0");
    }
    if version >= NEWEST_VERSION {
        return NEWEST;
    }
    let (major, minor) = version.max(OLDEST_VERSION);
    HeaderValue::from_str(&format!("v{major}.{minor}")).unwrap_or(NEWEST)
}

/// A path, taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path<'a> {
    version: Version,
    /// The first part after the version.
    pub(crate) node: Option<&'a str>,
    /// What follows the node.
    pub(crate) edge: Option<&'a str>,
    /// Everything after the version.
    pub(crate) rest: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    None,
    Known(GraphVersion),
    Unknown,
}

/// True for what cannot be a node because somebody meant a version by it: `v3`, `3.0`, `v2.80` (M-09).
fn looks_like_version(part: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (bare, spelt) = part.strip_prefix('v').map_or((part, false), |bare| (bare, true));
    match bare.split_once('.') {
        Some((major, minor)) => number(major) && number(minor),
        None => spelt && number(bare),
    }
}

/// The path without its escapes (M-12).
pub(crate) fn decoded(path: &str) -> Cow<'_, str> {
    percent_decode_str(path).decode_utf8_lossy()
}

impl<'a> Path<'a> {
    /// Takes a path without escapes apart. Slashes too many do not matter (M-12).
    pub(crate) fn parse(path: &'a str) -> Self {
        let path = path.trim_matches('/');
        let (first, behind) = path.split_once('/').unwrap_or((path, ""));
        let (version, rest) = match GraphVersion::parse(first) {
            Some(version) => (Version::Known(version), behind.trim_matches('/')),
            _ if looks_like_version(first) => (Version::Unknown, behind.trim_matches('/')),
            _ => (Version::None, path),
        };
        let mut parts = rest.splitn(2, '/').filter(|part| !part.is_empty());
        let node = parts.next();
        let edge = parts.next().map(|edge| edge.trim_matches('/'));
        Self { version, node, edge, rest }
    }

    pub(crate) fn is_unknown_version(&self) -> bool {
        self.version == Version::Unknown
    }

    /// The version in the header `facebook-api-version`: the one that serves the call (M-08), which
    /// for an old one is the oldest that can still be used, and not the one that was asked for. A call
    /// that names none has the version that its app has chosen.
    pub(crate) fn served_version(&self, of_app: Option<GraphVersion>) -> HeaderValue {
        match (self.version, of_app) {
            (Version::Known(version), _) | (Version::None, Some(version)) => served(version),
            (Version::None, None) | (Version::Unknown, _) => NEWEST,
        }
    }

    /// True for a path at which the platform takes batches: the root, or a node (M-40).
    pub(crate) fn takes_batches(&self) -> bool {
        self.edge.is_none() && !self.is_unknown_version()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_escapes_and_versions_do_not_change_what_is_named() {
        for path in [
            "/me/messages",
            "/v2.6/me/messages",
            "/v2.12/me/messages/",
            "//v25.0//me/messages",
            "/v26.0/me/messages",
            "/%76%32%2E6/m%65/messages%2F",
            "me//messages",
        ] {
            let path = decoded(path);
            let parsed = Path::parse(&path);
            assert_eq!((parsed.node, parsed.edge), (Some("me"), Some("messages")), "{path}");
            assert!(!parsed.is_unknown_version(), "{path}");
        }
        assert!(Path::parse("/v2.80/me/messages").is_unknown_version());
        assert_eq!(Path::parse("/v2.80/me/messages").rest, "me/messages");
    }

    #[test]
    fn a_call_is_served_by_the_version_it_names_or_by_that_of_its_app_unless_it_has_expired() {
        for (path, of_app, served) in [
            ("/v24.0/me", None, "v24.0"),
            ("/v24.0/me", Some("v21.0"), "v24.0"),
            ("/v2.6/me", None, "v20.0"),
            ("/v26.0/me", None, "v26.0"),
            ("/me", None, "v25.0"),
            ("/me", Some("v23.0"), "v23.0"),
            ("/me", Some("v3.2"), "v20.0"),
        ] {
            let of_app = of_app.map(|name| GraphVersion::parse(name).unwrap());
            assert_eq!(Path::parse(path).served_version(of_app), served, "{path} {of_app:?}");
        }
        assert_eq!(GraphVersion::parse("v2.80"), None);
    }
}
