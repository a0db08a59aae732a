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
/// How long to wait for the program on a port to identify itself.
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

/// What it means for `serve` that its port is like this.
pub(super) fn judge(port: u16, seen: &Port) -> Finding {
    let check = Check::Port;
    match seen {
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

/// What it means for `serve --tls-port`. Where nobody asked for it, nothing fails: few clients need name mapping.
pub(super) fn judge_tls(port: u16, seen: &Port, asked: Asked) -> Finding {
    let check = Check::TlsPort;
    let (why, help) = match seen {
        Port::Free => return Finding::ok(check, format!("port {port} may be used for name mapping")),
        Port::Emulator(version) => (
            format!("is taken by messenger-emulator {version}"),
            "end that one, or leave --tls-port to it".to_owned(),
        ),
        Port::Taken => ("is taken by another program".to_owned(), "end that program".to_owned()),
        Port::NotAllowed => {
            ("may not be used by this user".to_owned(), ALLOW.replace("PORT", &port.to_string()))
        }
        Port::Failed(why) => (format!("cannot be used: {why}"), "choose another with --tls-port".to_owned()),
    };
    match asked {
        Asked::For => Finding::fail(check, format!("port {port} {why}"), help),
        Asked::Not => {
            let text = format!(
                "port {port} {why}; only clients that take neither proxy nor preload need it (--tls-port)"
            );
            Finding::skipped(check, text)
        }
    }
}

/// Whether somebody wants a port for name mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    For,
    Not,
}

/// How a user may use a low port.
const ALLOW: &str =
    "allow it with `sudo sysctl net.ipv4.ip_unprivileged_port_start=PORT`, or run serve in a container";

/// Looks at the ports at which `serve` would listen. Any free port will do where the number is 0.
pub(super) async fn findings(port: u16, tls_port: Option<u16>) -> Vec<Finding> {
    let picked =
        |check, flag: &str| Finding::skipped(check, format!("{flag} 0: the system picks a free port"));
    let first = match port {
        0 => picked(Check::Port, "--port"),
        port => judge(port, &look(port).await),
    };
    let second = match tls_port {
        Some(0) => picked(Check::TlsPort, "--tls-port"),
        Some(same) if same == port => Finding::fail(
            Check::TlsPort,
            format!("--tls-port {port} is the port of --port, which speaks TLS already"),
            "leave --tls-port out, or name another port",
        ),
        Some(port) => judge_tls(port, &look(port).await, Asked::For),
        None => judge_tls(HTTPS, &look(HTTPS).await, Asked::Not),
    };
    vec![first, second]
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_port_that_serve_cannot_have_is_a_failure_and_one_that_nobody_asked_for_is_not() {
        let failed = || Port::Failed("no such address".to_owned());
        let emulator = || Port::Emulator("0.1.0".to_owned());
        let cases = [
            (Port::Free, Verdict::Ok, Verdict::Ok, Verdict::Ok),
            (emulator(), Verdict::Warn, Verdict::Fail, Verdict::Skipped),
            (Port::Taken, Verdict::Fail, Verdict::Fail, Verdict::Skipped),
            (Port::NotAllowed, Verdict::Fail, Verdict::Fail, Verdict::Skipped),
            (failed(), Verdict::Fail, Verdict::Fail, Verdict::Skipped),
        ];
        for (seen, main, asked, not) in cases {
            let found =
                [judge(443, &seen), judge_tls(443, &seen, Asked::For), judge_tls(443, &seen, Asked::Not)];
            assert_eq!(found.each_ref().map(|finding| finding.verdict), [main, asked, not], "{seen:?}");
            assert!(found.iter().all(|finding| finding.text.contains("443")), "{found:?}");
        }
        let help = judge_tls(443, &Port::NotAllowed, Asked::For).help.unwrap_or_default();
        assert!(help.contains("ip_unprivileged_port_start=443"), "{help}");
    }
}
