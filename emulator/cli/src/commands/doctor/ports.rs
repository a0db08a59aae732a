//! The ports of `serve`: free, or taken by whom.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hyper::Method;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::finding::{Check, Finding};
use crate::client::ask;

/// The port of https, for name mapping.
const HTTPS: u16 = 443;
/// How long whoever has the port may take to say who it is.
const SAYS_WHO: Duration = Duration::from_secs(2);

/// Whether a port can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Port {
    Free,
    /// An emulator of this version listens there.
    Emulator(String),
    /// Something else does.
    Taken,
    /// The system lets this user have no such port.
    NotAllowed,
    /// What the system says besides.
    Failed(String),
}

/// Looks at a port of 127.0.0.1.
pub(super) async fn look(port: u16) -> Port {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Err(error) = TcpListener::bind(address).await else { return Port::Free };
    if error.kind() == ErrorKind::PermissionDenied {
        return Port::NotAllowed;
    }
    if error.kind() != ErrorKind::AddrInUse {
        return Port::Failed(error.to_string());
    }
    emulator_at(&format!("http://127.0.0.1:{port}")).await.map_or(Port::Taken, Port::Emulator)
}

/// The version of the emulator at an address; none when something else answers there, or nothing.
pub(super) async fn emulator_at(url: &str) -> Option<String> {
    let answer = timeout(SAYS_WHO, ask(url, Method::GET, "/_emulator/health", String::new())).await;
    let body: Value = serde_json::from_str(&answer.ok()?.ok()?.body).ok()?;
    (body["status"] == "ok").then(|| body["version"].as_str().unwrap_or("?").to_owned())
}

/// What it means for `serve`.
pub(super) fn judge(port: u16, seen: &Port) -> Finding {
    let check = Check::Port;
    match seen {
        _ if port == 0 => Finding::skipped(check, "--port 0: the system picks a free one"),
        Port::Free => Finding::ok(check, format!("port {port} is free")),
        Port::Emulator(version) => Finding::warn(
            check,
            format!("port {port} is taken by messenger-emulator {version}"),
            format!(
                "`doctor --url http://127.0.0.1:{port}` checks the bots of that one; `--port` gives serve another port"
            ),
        ),
        Port::Taken => Finding::fail(
            check,
            format!("port {port} is taken by another program"),
            "end that program, or choose another port with --port (0 picks a free one)",
        ),
        Port::NotAllowed => Finding::fail(
            check,
            format!("port {port} may not be used by this user"),
            "choose a port above 1023 with --port",
        ),
        Port::Failed(why) => {
            Finding::fail(check, format!("port {port} cannot be used: {why}"), "choose another with --port")
        }
    }
}

/// What it means for name mapping that port 443 is like this. Most clients need none of it.
pub(super) fn judge_https(seen: &Port) -> Finding {
    let check = Check::TlsPort;
    let why = match seen {
        Port::Free => return Finding::ok(check, format!("port {HTTPS} may be used for name mapping")),
        Port::Emulator(_) | Port::Taken => "is taken by another program".to_owned(),
        Port::NotAllowed => "may not be used by this user".to_owned(),
        Port::Failed(why) => format!("cannot be used: {why}"),
    };
    Finding::skipped(
        check,
        format!("port {HTTPS} {why}; only clients that take neither proxy nor preload need it"),
    )
}

/// Looks at the ports that `serve` would listen at.
pub(super) async fn findings(port: u16) -> Vec<Finding> {
    let seen = if port == 0 { Port::Free } else { look(port).await };
    vec![judge(port, &seen), judge_https(&look(HTTPS).await)]
}
