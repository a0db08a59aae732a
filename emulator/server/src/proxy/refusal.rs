//! Why a proxied call is not served or passed on, in words.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use hyper::ext::ReasonPhrase;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::outward::Ending;
use super::target::{Flaw, Near, Target};
use crate::entrance::SERVED_HOSTS;
use crate::http::AnswerBody;

/// Why a proxied call is not served or passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A call for something that is no host with a port.
    Flawed(String, Flaw),
    /// Absolute form with another scheme than http and https.
    Scheme(String),
    /// CONNECT inside of CONNECT, too many times.
    TooDeep,
    /// The target belongs to the real platform.
    Platform(Target),
    /// Nothing is passed on.
    Hermetic(Target, Asks),
    /// The target is this machine or on its own wire.
    Near(Target, Near),
    /// As much is passed on as can be at a time.
    Crowded(Target),
    /// The target is not there, or breaks off.
    Failed(Target, Failure),
}

/// Who asks, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asks {
    /// This app.
    App(Arc<str>),
    /// Some process that belongs to no app.
    Process(String),
    /// Nobody knows.
    Unknown,
}

/// What went wrong with a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Its name leads to no address.
    NotFound(String),
    /// No connection.
    Unreachable(String),
    /// Its certificate was not accepted, or there was no agreement about TLS.
    Tls(String),
    /// The connection broke before an answer.
    Broken(String),
    /// Nothing came for too long.
    TimedOut(&'static str),
}

impl Refusal {
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::Flawed(..) | Self::Scheme(_) | Self::TooDeep => StatusCode::BAD_REQUEST,
            Self::Platform(_) | Self::Hermetic(..) | Self::Near(..) => StatusCode::FORBIDDEN,
            Self::Crowded(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_, Failure::TimedOut(_)) => StatusCode::GATEWAY_TIMEOUT,
            Self::Failed(
                _,
                Failure::NotFound(_) | Failure::Unreachable(_) | Failure::Tls(_) | Failure::Broken(_),
            ) => StatusCode::BAD_GATEWAY,
        }
    }

    /// What is wrong, in one sentence without a full stop.
    pub(crate) fn why(&self) -> String {
        match self {
            Self::Flawed(text, flaw) => match flaw {
                Flaw::Neither => format!("CONNECT needs a host and a port, and `{text}` is neither"),
                Flaw::NoHost => format!("`{text}` has no host"),
                Flaw::NoPort => format!("CONNECT needs a host and a port, and `{text}` has no port"),
                Flaw::WrongPort => format!("the port of `{text}` is wrong: ports go from 1 to 65535"),
            },
            Self::Scheme(scheme) => format!("only http and https are passed on, not `{scheme}`"),
            Self::TooDeep => "CONNECT inside of CONNECT goes no deeper than this".to_owned(),
            Self::Platform(target) => {
                format!("`{target}` belongs to the real platform, which the emulator never calls")
            }
            Self::Hermetic(target, asks) => {
                format!("{} called `{target}`, and --hermetic passes nothing on to other hosts", asks.name())
            }
            Self::Near(target, Near::Machine) => {
                format!("`{target}` is on this machine, and the emulator passes nothing on to this machine")
            }
            Self::Near(target, Near::Link) => {
                format!("`{target}` is at a link-local address, and the emulator passes nothing on to these")
            }
            Self::Crowded(target) => format!(
                "`{target}` was not called: {} connections to other hosts are open, which is as many as there can be",
                super::outward::TUNNELS
            ),
            Self::Failed(target, failure) => match failure {
                Failure::NotFound(why) => format!("`{}` was not found: {why}", target.host),
                Failure::Unreachable(why) => format!("`{target}` cannot be reached: {why}"),
                Failure::Tls(why) => format!("no TLS connection to `{target}`: {why}"),
                Failure::Broken(why) => format!("`{target}` gave no answer: {why}"),
                Failure::TimedOut(limit) => format!("`{target}` did not answer within {limit}"),
            },
        }
    }

    /// It in a few words, for what is counted.
    pub(super) const fn ending(&self) -> Ending {
        Ending::Refused(match self {
            Self::Flawed(..) => "no host with a port",
            Self::Scheme(_) => "neither http nor https",
            Self::TooDeep => "CONNECT inside of CONNECT",
            Self::Platform(_) => "the real platform",
            Self::Hermetic(..) => "--hermetic",
            Self::Near(_, Near::Machine) => "on this machine (NO_PROXY)",
            Self::Near(_, Near::Link) => "a link-local address (NO_PROXY)",
            Self::Crowded(_) => "too many connections",
            Self::Failed(_, failure) => {
                return Ending::Failed(match failure {
                    Failure::NotFound(_) => "not found",
                    Failure::Unreachable(_) => "not reachable",
                    Failure::Tls(_) => "no TLS connection",
                    Failure::Broken(_) => "no answer",
                    Failure::TimedOut(_) => "no answer in time",
                });
            }
        })
    }

    /// What to do about it.
    fn help(&self) -> String {
        match self {
            Self::Flawed(host, Flaw::NoPort) => {
                format!("write `CONNECT {}:443`", host.trim_end_matches(':'))
            }
            Self::Flawed(_, Flaw::Neither) => "write `CONNECT graph.facebook.com:443`".to_owned(),
            Self::Flawed(_, Flaw::NoHost | Flaw::WrongPort) => {
                "name a host with its port, such as `graph.facebook.com:443`".to_owned()
            }
            Self::Scheme(_) => "let the client call it without a proxy".to_owned(),
            Self::TooDeep => "let the client call the host itself".to_owned(),
            Self::Platform(_) => {
                let mut served = String::new();
                for host in SERVED_HOSTS {
                    let _ = write!(served, "{}{host}", if served.is_empty() { "" } else { ", " });
                }
                format!("these hosts are served here, on the ports 443 and 80: {served}")
            }
            Self::Hermetic(target, _) => format!(
                "start the emulator without --hermetic, or let something on this machine stand in for `{}`",
                target.host
            ),
            Self::Near(target, _) => {
                let name = if matches!(target.host.as_str(), "localhost" | "127.0.0.1" | "::1") {
                    String::new()
                } else {
                    format!(",{}", target.host)
                };
                format!("let the client call it without a proxy: NO_PROXY=localhost,127.0.0.1,::1{name}")
            }
            Self::Crowded(_) => "close some of them".to_owned(),
            Self::Failed(_, Failure::NotFound(_)) => {
                "check the name, and whether this machine can look names up".to_owned()
            }
            Self::Failed(_, Failure::Tls(_)) => "the roots of this system decide whom the emulator trusts; \
                 SSL_CERT_FILE names others"
                .to_owned(),
            Self::Failed(_, Failure::Unreachable(_) | Failure::Broken(_) | Failure::TimedOut(_)) => {
                "check whether the host can be reached from this machine without the emulator".to_owned()
            }
        }
    }

    /// The answer. Many clients show nothing of the answer to CONNECT but its first line, so that says what is wrong.
    pub(crate) fn answer(&self) -> Response<AnswerBody> {
        let why = self.why();
        let text = format!("error: {why}\nhelp: {}\n", self.help());
        let mut response = Response::new(AnswerBody::from(Bytes::from(text)));
        *response.status_mut() = self.status();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if let Ok(reason) = ReasonPhrase::try_from(why.into_bytes()) {
            response.extensions_mut().insert(reason);
        }
        response
    }
}

impl Asks {
    fn name(&self) -> String {
        match self {
            Self::App(name) => name.to_string(),
            Self::Process(process) => format!("{process}, which belongs to no app of this emulator,"),
            Self::Unknown => "some process (which app it belongs to is not known)".to_owned(),
        }
    }
}
