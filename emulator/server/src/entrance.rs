//! How clients get in: over TLS or not, by which names, and what becomes of calls for other hosts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hyper::header::{HOST, ORIGIN};
use hyper::http::request::Parts;

use crate::proxy::{bare, without_user};
use crate::tls::Authority;

/// The hosts of the platform that are served here, whichever way a client comes (M-05).
pub const SERVED_HOSTS: [&str; 3] = ["graph.facebook.com", "graph-video.facebook.com", "graph.instagram.com"];

/// What a listener lets in, and how. The default speaks plain HTTP alone.
#[derive(Debug, Clone, Default)]
pub struct Entrance {
    /// Whose certificates are shown to clients that speak TLS; such clients are turned away when none.
    pub authority: Option<Arc<Authority>>,
    /// True when nothing is passed on to other hosts.
    pub hermetic: bool,
    /// Names besides those of this machine and of the platform by which Graph may be called, in lower case.
    pub allowed_hosts: BTreeSet<String>,
    /// Other hosts that are called at these addresses, whatever their names lead to, in lower case.
    pub addresses: BTreeMap<String, SocketAddr>,
}

/// Who may not call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stranger {
    /// A caller that calls the emulator by this name, which is not its own.
    Host(String),
    /// A caller that names nobody.
    NoHost,
    /// A page of this origin, in a browser.
    Origin(String),
}

impl fmt::Display for Stranger {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(
                out,
                "The Host `{host}` is no name of this emulator, which answers to localhost, 127.0.0.1, [::1] and the \
                 hosts of the platform that it serves; --allow-host {} lets it answer to this one",
                name_of(host)
            ),
            Self::NoHost => out.write_str("The request has no Host"),
            Self::Origin(origin) if origin == "null" => out.write_str(
                "Pages without an address, such as files and sandboxed frames (Origin `null`), may not call this \
                 emulator: only pages of this machine may",
            ),
            Self::Origin(origin) => write!(
                out,
                "Pages of `{origin}` may not call this emulator: only pages of this machine may; --allow-host {} lets \
                 them",
                name_of(origin.split_once("://").map_or(origin, |(_, authority)| authority))
            ),
        }
    }
}

impl Entrance {
    /// Checks who calls Graph: it must name this machine, a host of the platform or a name that was allowed, and a page
    /// must be of this machine or of a name that was allowed. A request of HTTP/1.0 may name nobody.
    pub(crate) fn lets_in(&self, head: &Parts) -> Result<(), Stranger> {
        let allowed = |name: &str| {
            !self.allowed_hosts.is_empty() && self.allowed_hosts.contains(&name.to_ascii_lowercase())
        };
        let served = |name: &str| SERVED_HOSTS.iter().any(|host| name.eq_ignore_ascii_case(host));
        match check(head, |name| served(name) || allowed(name), allowed) {
            Err(Stranger::NoHost) => Ok(()),
            checked => checked,
        }
    }
}

/// Checks that a request names this machine and comes from no page of another.
///
/// # Errors
///
/// Who calls instead.
pub fn local_caller(head: &Parts) -> Result<(), Stranger> {
    check(head, |_| false, |_| false)
}

/// Checks whom a request names and which page it comes from, if any. What is of this machine is always right.
fn check(
    head: &Parts,
    may_be_named: impl Fn(&str) -> bool,
    may_call: impl Fn(&str) -> bool,
) -> Result<(), Stranger> {
    let text = |name| head.headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    // The target of a request in absolute form counts, whatever its Host says.
    let host = head.uri.authority().map(without_user).or_else(|| text(HOST));
    if let Some(host) = host
        && let name = name_of(host)
        && !is_local(name)
        && !may_be_named(name)
    {
        return Err(Stranger::Host(shortened(host)));
    }
    if let Some(origin) = text(ORIGIN) {
        let name = origin.split_once("://").map(|(_, authority)| name_of(authority));
        if !name.is_some_and(|name| is_local(name) || may_call(name)) {
            return Err(Stranger::Origin(shortened(origin)));
        }
    }
    host.map(|_| ()).ok_or(Stranger::NoHost)
}

/// True for names of this machine.
fn is_local(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The name in an authority: without its port, the brackets of an address and the dot at the end of a full name.
fn name_of(authority: &str) -> &str {
    let host = match authority.find(']') {
        Some(end) if authority.starts_with('[') => &authority[..=end],
        Some(_) | None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    bare(host)
}

/// As much of a header as is repeated to its sender.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 100;
    text.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn head(target: &str, host: Option<&str>, origin: Option<&str>) -> Parts {
        let mut request = Request::builder().uri(target);
        for (name, value) in [(HOST, host), (ORIGIN, origin)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn graph_answers_to_its_own_names_and_to_pages_of_this_machine() {
        let entrance = Entrance { allowed_hosts: ["bot.test".to_owned()].into(), ..Entrance::default() };
        let host = |text: &str| Some(Stranger::Host(text.to_owned()));
        let origin = |text: &str| Some(Stranger::Origin(text.to_owned()));
        let local = Some("127.0.0.1:7380");
        let rows = [
            ("/me", local, None, None),
            ("/me", Some("localhost"), None, None),
            ("/me", Some("LOCALHOST:1"), None, None),
            ("/me", Some("127.8.8.8:1"), None, None),
            ("/me", Some("[::1]:7380"), None, None),
            ("/me", Some("graph.facebook.com"), None, None),
            ("/me", Some("Graph-Video.facebook.com:443"), None, None),
            ("/me", Some("graph.instagram.com."), None, None),
            ("/me", Some("bot.test:80"), None, None),
            ("/me", None, None, None),
            ("/me", Some("evil.example"), None, host("evil.example")),
            ("/me", Some("127.0.0.1.evil.example"), None, host("127.0.0.1.evil.example")),
            ("/me", Some("www.facebook.com"), None, host("www.facebook.com")),
            ("/me", Some("::1"), None, host("::1")),
            ("/me", Some(""), None, host("")),
            // What a request in absolute form names comes before its Host.
            ("http://graph.facebook.com/me", Some("evil.example"), None, None),
            ("http://evil.example/me", local, None, host("evil.example")),
            ("https://u:p@graph.facebook.com/me", local, None, None),
            ("https://u@p@graph.facebook.com:443/me", local, None, None),
            ("http://u:p@evil.example/me", local, None, host("evil.example")),
            ("/me", local, Some("http://localhost:3000"), None),
            ("/me", local, Some("http://[::1]:3000"), None),
            ("/me", local, Some("https://bot.test"), None),
            ("/me", local, Some("https://graph.facebook.com"), origin("https://graph.facebook.com")),
            ("/me", local, Some("https://evil.example"), origin("https://evil.example")),
            ("/me", local, Some("null"), origin("null")),
            ("/me", None, Some("https://evil.example"), origin("https://evil.example")),
            ("/me", None, Some("http://localhost"), None),
        ];
        for (target, host, origin, stranger) in rows {
            let case = (target, host, origin);
            assert_eq!(entrance.lets_in(&head(target, host, origin)).err(), stranger, "{case:?}");
        }
    }

    #[test]
    fn only_this_machine_is_a_local_caller() {
        let is_local = |host, origin| local_caller(&head("/_emulator/world", host, origin)).is_ok();
        assert!(is_local(Some("127.0.0.1:7380"), None));
        assert!(is_local(Some("localhost"), Some("http://localhost:7380")));
        assert!(is_local(Some("[::1]:7380"), Some("http://[::1]:7380")));
        for host in SERVED_HOSTS {
            assert!(!is_local(Some(host), None), "{host}");
        }
        assert!(!is_local(Some("evil.example"), None));
        assert!(!is_local(Some("127.0.0.1.evil.example"), None));
        assert!(!is_local(Some("localhost"), Some("https://evil.example")));
        assert!(!is_local(Some("localhost"), Some("null")));
        assert!(!is_local(None, None));
        assert!(local_caller(&head("http://graph.facebook.com/_emulator", Some("localhost"), None)).is_err());
    }
}
