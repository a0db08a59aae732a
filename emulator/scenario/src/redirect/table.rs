//! The variables: which there are, what for, and what they hold.

use super::joining::Join;
use super::{Redirect, preload};

/// A variable that brings clients here.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Who reads it, as documents say it.
    pub about: &'static str,
    /// What becomes of a value that it has already.
    pub join: Join,
    pub(super) holds: Holds,
}

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// The base URL, which is also the address of the proxy.
    Url,
    /// The names of this machine.
    Loopback,
    /// The path of our root alone.
    Ca,
    /// The path of the system's roots with ours.
    Bundle,
    /// The option with which Node loads the preload.
    NodeOption,
    /// The folder of the preload for Python.
    PythonFolder,
}

/// Hosts that are reached without a proxy: bots talk to each other and to their databases as before.
const LOOPBACK: &str = "localhost,127.0.0.1,::1";

const fn variable(name: &'static str, holds: Holds, join: Join, about: &'static str) -> Variable {
    Variable { name, about, join, holds }
}

/// All of them, in the order in which they are printed.
pub const VARIABLES: [Variable; 12] = [
    variable("HTTPS_PROXY", Holds::Url, Join::Replace, "most HTTP libraries, for https"),
    variable(
        "https_proxy",
        Holds::Url,
        Join::Replace,
        "curl, Go, Python and others that want it in lower case",
    ),
    variable("HTTP_PROXY", Holds::Url, Join::Replace, "most HTTP libraries, for http"),
    variable("http_proxy", Holds::Url, Join::Replace, "curl, and HTTParty for https as well"),
    variable(
        "NO_PROXY",
        Holds::Loopback,
        Join::Commas,
        "whoever reads a proxy: hosts of this machine are reached directly",
    ),
    variable("no_proxy", Holds::Loopback, Join::Commas, "the same in lower case"),
    variable(
        "NODE_EXTRA_CA_CERTS",
        Holds::Ca,
        Join::Certificates,
        "Node and Bun, which add it to their roots",
    ),
    variable(
        "REQUESTS_CA_BUNDLE",
        Holds::Bundle,
        Join::Certificates,
        "Python requests, in place of its roots",
    ),
    variable(
        "SSL_CERT_FILE",
        Holds::Bundle,
        Join::Certificates,
        "OpenSSL: Python ssl, httpx and aiohttp, Ruby; Go; in place of their roots",
    ),
    variable(
        "CURL_CA_BUNDLE",
        Holds::Bundle,
        Join::Certificates,
        "curl and Python requests, in place of their roots",
    ),
    variable(
        "NODE_OPTIONS",
        Holds::NodeOption,
        Join::Words,
        "Node: loads the preload for clients that know no proxy",
    ),
    variable(
        "PYTHONPATH",
        Holds::PythonFolder,
        Join::Folders,
        "Python: finds the preload for clients that know no proxy",
    ),
];

impl Variable {
    /// Whether it is about a preload.
    pub const fn is_preload(&self) -> bool {
        matches!(self.holds, Holds::NodeOption | Holds::PythonFolder)
    }
}

impl Holds {
    /// What it is; none when preloads are switched off that it is about.
    pub(super) fn value(self, redirect: &Redirect, url: &str) -> Option<String> {
        match self {
            Self::Url => Some(url.to_owned()),
            Self::Loopback => Some(LOOPBACK.to_owned()),
            Self::Ca => Some(redirect.ca.clone()),
            Self::Bundle => Some(redirect.bundle.clone()),
            Self::NodeOption => Some(preload::node_option(&redirect.preloads.as_ref()?.node)),
            Self::PythonFolder => Some(redirect.preloads.as_ref()?.python.clone()),
        }
    }
}
