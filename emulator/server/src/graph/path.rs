//! Which endpoint a path means.

use std::borrow::Cow;

use emulator_core::{AppId, GraphVersion, PageId, Psid};
use hyper::Method;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;

use super::ControlEdge;
use super::beyond::{self, Kind};
use super::error::GraphError;
use crate::shared::Token;

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
    /// The first part behind the version.
    pub(crate) node: Option<&'a str>,
    edge: Option<&'a str>,
    /// Everything behind the version.
    pub(crate) rest: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    None,
    Known(GraphVersion),
    Unknown,
}

/// What a path and method lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Messages { app: AppId, page: PageId },
    Control { app: AppId, page: PageId, edge: ControlEdge },
    ThreadOwner { app: AppId, page: PageId },
    SecondaryReceivers { app: AppId, page: PageId },
    SubscribedApps { app: AppId, page: PageId, method: Verb },
    Subscriptions { app: AppId, method: Verb },
    Person { app: AppId, page: PageId, person: Psid },
    Page { page: PageId },
    App { app: AppId },
    DebugToken,
}

/// What is done with an edge that takes every method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

impl Verb {
    fn of(method: &Method) -> Option<Self> {
        match method.as_str() {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }
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

    /// What the path leads to on the platform without any token, and to nothing here: what gives out tokens.
    pub(crate) fn lacking_without_token(&self) -> Option<GraphError> {
        let node = self.node.filter(|node| beyond::gives_tokens(node) && !self.is_unknown_version())?;
        beyond::node(node).map(GraphError::not_there_yet)
    }

    /// True for the edge of messages, which can be read for a person on the platform (M-74).
    pub(crate) fn is_messages(&self) -> bool {
        self.edge == Some("messages") && !self.is_unknown_version()
    }

    /// True for a path at which the platform takes batches: the root, or a node (M-40).
    pub(crate) fn takes_batches(&self) -> bool {
        self.edge.is_none() && !self.is_unknown_version()
    }

    /// The endpoint, for a caller whose token is known.
    pub(crate) fn resolve(&self, method: &Method, caller: Option<Token>) -> Result<Endpoint, GraphError> {
        if self.is_unknown_version() {
            return Err(GraphError::unknown_path(self.rest));
        }
        let Some(node) = self.node else { return Err(GraphError::no_node()) };
        let verb = method.as_str().to_ascii_lowercase();
        let Some(caller) = caller else { return Err(GraphError::no_active_token()) };
        if (node, self.edge, method) == ("debug_token", None, &Method::GET) {
            return Ok(Endpoint::DebugToken);
        }
        let (app, page) = match caller {
            Token::Page { app, page } if node == "me" || node.parse() == Ok(page) => (app, page),
            Token::Page { .. } | Token::App { .. } => return self.elsewhere(method, caller, node),
        };
        let control = |edge| Endpoint::Control { app, page, edge };
        match (method.as_str(), self.edge) {
            ("GET", None) => Ok(Endpoint::Page { page }),
            (_, None) => Err(GraphError::unknown_node(&verb, node)),
            ("POST", Some("messages")) => Ok(Endpoint::Messages { app, page }),
            ("POST", Some("pass_thread_control")) => Ok(control(ControlEdge::Pass)),
            ("POST", Some("take_thread_control")) => Ok(control(ControlEdge::Take)),
            ("POST", Some("pass_thread_metadata")) => Ok(control(ControlEdge::PassMetadata)),
            ("POST", Some("request_thread_control")) => Ok(control(ControlEdge::Request)),
            ("POST", Some("release_thread_control")) => Ok(control(ControlEdge::Release)),
            ("POST", Some("extend_thread_control")) => Ok(control(ControlEdge::Extend)),
            ("GET", Some("secondary_receivers")) => Ok(Endpoint::SecondaryReceivers { app, page }),
            ("GET", Some("messages")) => Err(GraphError::whose_messages()),
            (_, Some("subscribed_apps")) => match Verb::of(method) {
                Some(method) => Ok(Endpoint::SubscribedApps { app, page, method }),
                None => Err(GraphError::unknown_node(&verb, node)),
            },
            ("GET", Some("thread_owner")) => Ok(Endpoint::ThreadOwner { app, page }),
            (_, Some(edge)) if KNOWN_EDGES.contains(&edge) => Err(GraphError::unknown_node(&verb, node)),
            (_, Some(edge)) => Err(lacking_edge(edge, |edge| Kind::Page.has_edge(edge))),
        }
    }

    /// What a path means that does not lead to the Page of the caller's token.
    fn elsewhere(&self, method: &Method, caller: Token, node: &str) -> Result<Endpoint, GraphError> {
        let unknown = || Err(GraphError::unknown_node(&method.as_str().to_ascii_lowercase(), node));
        let own = node.parse() == Ok(caller.app());
        if let Some(what) = beyond::node(node) {
            return Err(GraphError::not_there_yet(what));
        }
        match (caller, self.edge, Verb::of(method)) {
            (Token::App { .. }, _, _) if node == "me" => Err(GraphError::no_active_token()),
            (Token::App { app }, Some("subscriptions"), Some(method)) if own => {
                Ok(Endpoint::Subscriptions { app, method })
            }
            (Token::Page { .. }, Some("subscriptions"), Some(_)) if own => {
                Err(GraphError::app_token_needed())
            }
            (Token::App { app }, None, Some(Verb::Get)) if own => Ok(Endpoint::App { app }),
            (Token::App { .. }, None, Some(Verb::Post)) if own => {
                Err(GraphError::not_there_yet("a change of the app itself"))
            }
            (Token::App { .. } | Token::Page { .. }, Some(edge), _)
                if own && edge != "subscriptions" && Kind::App.has_edge(first(edge)) =>
            {
                Err(GraphError::not_there_yet(first(edge)))
            }
            // An app can take itself off a Page without a token of that Page.
            (Token::App { app }, Some("subscribed_apps"), Some(method @ Verb::Delete)) => {
                match node.parse() {
                    Ok(page) => Ok(Endpoint::SubscribedApps { app, page, method }),
                    Err(_) => unknown(),
                }
            }
            (Token::App { .. }, Some(edge), _) if edge != "subscriptions" => {
                Err(GraphError::page_token_needed())
            }
            (Token::Page { app, page }, None, Some(Verb::Get)) => match node.parse() {
                Ok(person) => Ok(Endpoint::Person { app, page, person }),
                Err(_) => unknown(),
            },
            (Token::Page { .. }, Some(edge), _)
                if node.parse::<Psid>().is_ok() && !KNOWN_EDGES.contains(&edge) =>
            {
                Err(lacking_edge(edge, beyond::is_edge_of_an_id))
            }
            (Token::App { .. } | Token::Page { .. }, _, _) => unknown(),
        }
    }
}

/// An edge that this version does not have: one of the platform, or of nothing.
fn lacking_edge(edge: &str, is_known: impl Fn(&str) -> bool) -> GraphError {
    if is_known(first(edge)) {
        return GraphError::not_there_yet(first(edge));
    }
    GraphError::unknown_path(edge)
}

/// The first part of a path.
fn first(edge: &str) -> &str {
    edge.split('/').next().unwrap_or(edge)
}

const KNOWN_EDGES: &[&str] = &[
    "messages",
    "pass_thread_control",
    "take_thread_control",
    "request_thread_control",
    "release_thread_control",
    "extend_thread_control",
    "pass_thread_metadata",
    "thread_owner",
    "secondary_receivers",
    "subscribed_apps",
    "subscriptions",
];

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Token = Token::Page { app: AppId(2), page: PageId(1) };

    fn resolve(method: &str, path: &str) -> Result<Endpoint, String> {
        let method = method.parse().unwrap();
        Path::parse(path)
            .resolve(&method, Some(PAGE))
            .map_err(|error| format!("{} {}", error.code, error.message))
    }

    #[test]
    fn every_released_version_and_none_lead_to_the_same_endpoint() {
        let messages = Ok(Endpoint::Messages { app: AppId(2), page: PageId(1) });
        for path in [
            "/me/messages",
            "/v2.6/me/messages",
            "/v2.12/1/messages/",
            "//v25.0//me/messages",
            "/v26.0/1/messages",
            "/%76%32%2E6/m%65/messages%2F",
            "me//messages",
        ] {
            assert_eq!(resolve("POST", &decoded(path)), messages, "{path}");
        }
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

    #[test]
    fn paths_that_lead_nowhere_are_refused_in_the_words_of_the_platform() {
        let lacks = |what: &str| format!("3 (#3) {what} is not supported by this version of the emulator");
        let cases = [
            ("POST", "/v2.80/me/messages", "2500 Unknown path components: /me/messages"),
            ("POST", "/me/nothing", "2500 Unknown path components: /nothing"),
            ("POST", "/", "100 No node specified"),
            ("GET", "/42/nothing", "2500 Unknown path components: /nothing"),
        ];
        for (method, path, expected) in cases {
            assert_eq!(resolve(method, path).unwrap_err(), expected);
        }
        let cases = [
            ("POST", "/me/messenger_profile", "messenger_profile"),
            ("GET", "/me/conversations", "conversations"),
            ("GET", "/v25.0/1/feed", "feed"),
            ("GET", "/me/picture", "picture"),
            ("POST", "/2/activities", "activities"),
            ("GET", "/42/custom_labels", "custom_labels"),
            ("GET", "/42/ids_for_pages", "ids_for_pages"),
            ("POST", "/42/comments", "comments"),
            ("GET", "/t_1/messages", "a conversation by its id"),
            ("GET", "/m_abc", "a message by its id"),
            ("POST", "/1_7/private_replies", "a post or a comment by its id"),
        ];
        for (method, path, what) in cases {
            assert_eq!(resolve(method, path).unwrap_err(), lacks(what));
        }
        let unknown = resolve("GET", "/v25.0/nobody").unwrap_err();
        assert!(
            unknown.starts_with("100 Unsupported get request. Object with ID 'nobody' does not exist"),
            "{unknown}"
        );
    }
}
