//! Where a proxied call wants to go.

use std::fmt;
use std::net::IpAddr;

use hyper::http::uri::Authority;

use crate::entrance::SERVED_HOSTS;

/// Domains of the real platform. Whatever is below them and not served here is never called.
const PLATFORM: [&str; 4] = ["facebook.com", "instagram.com", "messenger.com", "fbcdn.net"];
/// The ports on which the platform's hosts are served.
const SERVED_PORTS: [u16; 2] = [443, 80];

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// In lower case, without the dot of a full name and the brackets of an address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// Whose a target is, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A host of the platform that is served here.
    Served,
    /// Another place of the real platform.
    Platform,
    /// Somebody else's.
    Other,
}

impl Target {
    /// The target that an authority names; nothing without a port, unless there is a default.
    pub(crate) fn of(authority: &Authority, default_port: Option<u16>) -> Option<Self> {
        let host = bare(authority.host());
        let port = authority.port_u16().or(default_port).filter(|port| *port > 0)?;
        (!host.is_empty()).then(|| Self { host: host.to_ascii_lowercase(), port })
    }

    /// The address, when the host is one.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    pub(crate) fn whose(&self) -> Whose {
        let is_below = |domain: &str| {
            self.host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if SERVED_HOSTS.contains(&self.host.as_str()) && SERVED_PORTS.contains(&self.port) {
            Whose::Served
        } else if PLATFORM.iter().any(|domain| is_below(domain)) {
            Whose::Platform
        } else {
            Whose::Other
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address() {
            Some(IpAddr::V6(address)) => write!(out, "[{address}]:{}", self.port),
            Some(IpAddr::V4(_)) | None => write!(out, "{}:{}", self.host, self.port),
        }
    }
}

/// A host as it is compared: without the brackets of an address and the dot at the end of a full name.
pub(crate) fn bare(host: &str) -> &str {
    let host = host.strip_prefix('[').map_or(host, |rest| rest.strip_suffix(']').unwrap_or(rest));
    host.strip_suffix('.').unwrap_or(host)
}

/// True for addresses that mean this machine or its own wire: loopback, link-local and unspecified ones, in either
/// version of IP.
pub(super) fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            // All of 0.0.0.0/8 means this machine.
            address.is_loopback() || address.is_link_local() || address.octets()[0] == 0
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unspecified() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(authority: &str) -> Option<Target> {
        Target::of(&authority.parse().ok()?, None)
    }

    #[test]
    fn a_target_has_a_host_and_a_port() {
        let rows = [
            ("Graph.Facebook.com:443", Some("graph.facebook.com:443")),
            ("graph.facebook.com.:443", Some("graph.facebook.com:443")),
            ("[::1]:443", Some("[::1]:443")),
            ("10.0.0.1:80", Some("10.0.0.1:80")),
            ("user@example.com:80", Some("example.com:80")),
            ("graph.facebook.com", None),
            ("graph.facebook.com:", None),
            ("graph.facebook.com:0", None),
            ("graph.facebook.com:70000", None),
            ("[::1]", None),
            (":443", None),
        ];
        for (authority, shown) in rows {
            assert_eq!(target(authority).map(|it| it.to_string()).as_deref(), shown, "{authority}");
        }
    }

    #[test]
    fn hosts_of_the_platform_are_served_or_refused_and_never_called() {
        let rows = [
            ("graph.facebook.com:443", Whose::Served),
            ("graph-video.facebook.com:80", Whose::Served),
            ("GRAPH.instagram.com.:443", Whose::Served),
            ("graph.facebook.com:8443", Whose::Platform),
            ("facebook.com:443", Whose::Platform),
            ("www.facebook.com:443", Whose::Platform),
            ("b-graph.facebook.com:443", Whose::Platform),
            ("scontent.xx.fbcdn.net:443", Whose::Platform),
            ("api.instagram.com:443", Whose::Platform),
            ("www.messenger.com:80", Whose::Platform),
            ("notfacebook.com:443", Whose::Other),
            ("graph.facebook.com.example.org:443", Whose::Other),
            ("10.0.0.1:443", Whose::Other),
        ];
        for (authority, whose) in rows {
            assert_eq!(target(authority).unwrap().whose(), whose, "{authority}");
        }
    }

    #[test]
    fn near_addresses_are_known_in_every_spelling() {
        for near in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.1.1",
            "::1",
            "::",
            "fe80::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.0.1",
            "::ffff:0.0.0.0",
        ] {
            assert!(is_near(near.parse().unwrap()), "{near}");
        }
        for far in ["10.0.0.1", "192.168.1.1", "203.0.113.5", "2001:db8::1", "fd00::1", "::ffff:10.0.0.1"] {
            assert!(!is_near(far.parse().unwrap()), "{far}");
        }
    }
}
