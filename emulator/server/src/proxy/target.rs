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

/// Why something names no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is no host and port at all.
    Neither,
    /// It has no host.
    NoHost,
    /// It has no port, and there is no default.
    NoPort,
    /// Its port is no port.
    WrongPort,
}

/// How near an address is that the emulator does not call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Near {
    /// It means this machine.
    Machine,
    /// It means something on the wire of this machine.
    Link,
}

impl Target {
    /// The target that an authority names.
    ///
    /// # Errors
    ///
    /// Why it names none.
    pub(crate) fn of(authority: &Authority, default_port: Option<u16>) -> Result<Self, Flaw> {
        let host = bare(authority.host());
        if host.is_empty() {
            return Err(Flaw::NoHost);
        }
        let behind = without_user(authority).strip_prefix(authority.host()).unwrap_or_default();
        let port = match behind.strip_prefix(':') {
            None | Some("") => default_port.ok_or(Flaw::NoPort)?,
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or(Flaw::WrongPort)?,
        };
        Ok(Self { host: host.to_ascii_lowercase(), port })
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

/// An authority without the name and the password of a user.
pub(crate) fn without_user(authority: &Authority) -> &str {
    let text = authority.as_str();
    text.rsplit_once('@').map_or(text, |(_, rest)| rest)
}

/// A host as it is compared: without the brackets of an address and the dot at the end of a full name.
pub(crate) fn bare(host: &str) -> &str {
    let host = host.strip_prefix('[').map_or(host, |rest| rest.strip_suffix(']').unwrap_or(rest));
    host.strip_suffix('.').unwrap_or(host)
}

/// What an address means that means this machine or its own wire: loopback, unspecified and link-local ones, in either
/// version of IP.
pub(super) fn near(address: IpAddr) -> Option<Near> {
    let (is_machine, is_link) = match address.to_canonical() {
        // All of 0.0.0.0/8 means this machine.
        IpAddr::V4(address) => (address.is_loopback() || address.octets()[0] == 0, address.is_link_local()),
        IpAddr::V6(address) => {
            (address.is_loopback() || address.is_unspecified(), address.is_unicast_link_local())
        }
    };
    let link = is_link.then_some(Near::Link);
    if is_machine { Some(Near::Machine) } else { link }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(authority: &str) -> Result<Target, Flaw> {
        Target::of(&authority.parse().unwrap(), None)
    }

    #[test]
    fn a_target_has_a_host_and_a_port() {
        let rows = [
            ("Graph.Facebook.com:443", Ok("graph.facebook.com:443")),
            ("graph.facebook.com.:443", Ok("graph.facebook.com:443")),
            ("[::1]:443", Ok("[::1]:443")),
            ("10.0.0.1:80", Ok("10.0.0.1:80")),
            ("user@example.com:80", Ok("example.com:80")),
            ("user:7@example.com:80", Ok("example.com:80")),
            ("user:7@example.com", Err(Flaw::NoPort)),
            ("graph.facebook.com", Err(Flaw::NoPort)),
            ("graph.facebook.com:", Err(Flaw::NoPort)),
            ("graph.facebook.com:0", Err(Flaw::WrongPort)),
            ("graph.facebook.com:70000", Err(Flaw::WrongPort)),
            ("[::1]:0", Err(Flaw::WrongPort)),
            ("[::1]", Err(Flaw::NoPort)),
            (":443", Err(Flaw::NoHost)),
        ];
        for (authority, shown) in rows {
            let found = target(authority).map(|it| it.to_string());
            assert_eq!(found.as_deref().map_err(|flaw| *flaw), shown, "{authority}");
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
        for machine in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:0.0.0.0",
        ] {
            assert_eq!(near(machine.parse().unwrap()), Some(Near::Machine), "{machine}");
        }
        for link in ["169.254.1.1", "169.254.169.254", "fe80::1", "::ffff:169.254.0.1"] {
            assert_eq!(near(link.parse().unwrap()), Some(Near::Link), "{link}");
        }
        for far in ["10.0.0.1", "192.168.1.1", "203.0.113.5", "2001:db8::1", "fd00::1", "::ffff:10.0.0.1"] {
            assert_eq!(near(far.parse().unwrap()), None, "{far}");
        }
    }
}
