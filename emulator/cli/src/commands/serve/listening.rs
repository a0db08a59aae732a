//! Where `serve` listens.

use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::exit::Exit;

/// What it listens on: each serves the same, plain and over TLS.
pub(super) struct Listeners {
    /// The port of the base URL.
    pub(super) main: TcpListener,
    /// The port for clients that are brought here by name.
    pub(super) tls: Option<TcpListener>,
    /// The number of the main port.
    pub(super) port: u16,
    /// Where TLS is spoken for such clients, as host and port.
    pub(super) tls_address: String,
}

impl Listeners {
    /// Listens on both ports at 127.0.0.1; 0 means a free one.
    ///
    /// # Errors
    ///
    /// Which port cannot be had and what to do, printed as it is.
    pub(super) async fn bind(port: u16, tls_port: Option<u16>) -> Result<Self, (Exit, String)> {
        if tls_port == Some(port) && port != 0 {
            let text = format!(
                "error: --tls-port {port} is the port of --port, which speaks TLS already\nhelp: leave --tls-port away, \
                 or name another port"
            );
            return Err((Exit::Usage, text));
        }
        let main = bind(port).await.map_err(|error| refused(port, "--port", &error))?;
        let tls = match tls_port {
            Some(port) => Some(bind(port).await.map_err(|error| refused(port, "--tls-port", &error))?),
            None => None,
        };
        let number = |listener: &TcpListener, asked| listener.local_addr().map_or(asked, |it| it.port());
        let port = number(&main, port);
        let tls_number = tls.as_ref().map_or(port, |tls| number(tls, tls_port.unwrap_or_default()));
        Ok(Self { main, tls, port, tls_address: format!("127.0.0.1:{tls_number}") })
    }
}

async fn bind(port: u16) -> Result<TcpListener, Error> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Why there is no listening on a port, and what to do.
fn refused(port: u16, flag: &str, error: &Error) -> (Exit, String) {
    let choose = format!("choose another with {flag}, or {flag} 0 for a free one");
    let text = if error.kind() == ErrorKind::PermissionDenied {
        format!(
            "error: cannot listen on port {port}: {error}\nhelp: low ports need a privilege, which on Linux this gives: \
             sudo sysctl net.ipv4.ip_unprivileged_port_start={port}; or {choose}"
        )
    } else {
        format!("error: cannot listen on port {port}: {error}; {choose}")
    };
    (Exit::Unreachable, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_port_is_explained() {
        let (exit, text) = refused(443, "--tls-port", &Error::from(ErrorKind::PermissionDenied));
        assert_eq!(exit, Exit::Unreachable);
        assert_eq!(
            text,
            "error: cannot listen on port 443: permission denied\nhelp: low ports need a privilege, which on Linux this \
             gives: sudo sysctl net.ipv4.ip_unprivileged_port_start=443; or choose another with --tls-port, or \
             --tls-port 0 for a free one"
        );
    }
}
