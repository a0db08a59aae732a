//! Clients that trust our root: each asks a server over TLS and says whether it took the certificate.

use std::process::Output;
use std::sync::Arc;

use emulator_server::TRUSTSTORE_PASSWORD;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::leaves::{Leaf, Server};

/// Connects to ADDRESS PORT, asks for NAME, and trusts the roots in CA; prints `taken` or why not.
const NODE: &str = r#"
const [address, port, name, ca] = process.argv.slice(1);
const tls = require('tls'), net = require('net');
const servername = net.isIP(name) ? undefined : name;
const socket = tls.connect({ host: address, port, servername, ca: require('fs').readFileSync(ca) });
const ends = (said) => { console.log(said); process.exit(0); };
socket.on('secureConnect', () => ends('taken'));
socket.on('error', (error) => ends(`${error.code}: ${error.message}`));
"#;

/// The same in Python.
const PYTHON: &str = r#"
import socket, ssl, sys
address, port, name, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
try:
    with context.wrap_socket(socket.create_connection((address, int(port))), server_hostname=name):
        print("taken")
except ssl.SSLError as error:
    print(error)
"#;

/// The same in Java, whose trust store comes with the command line.
const JAVA: &str = r#"
import java.net.Socket;
import javax.net.ssl.*;

public class Probe {
    public static void main(String[] told) throws Exception {
        Socket plain = new Socket(told[0], Integer.parseInt(told[1]));
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, told[2], plain.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
            System.out.println("taken");
        } catch (SSLException error) {
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                System.out.println(cause);
            }
        }
    }
}
"#;

/// A client.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Client {
    Rustls,
    Node,
    Python,
    Java,
}

/// What it made of a certificate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Taken,
    Refused(String),
}

impl Client {
    /// Asks a server for what its leaf is for.
    pub(crate) async fn asks(self, server: &Server, leaf: Leaf) -> Verdict {
        let (address, port, name) = (leaf.listens_at(), server.port.to_string(), leaf.asked_for());
        let ca = server.ca();
        let mut command = match self {
            Self::Rustls => return rustls(server, leaf).await,
            Self::Node => {
                let mut command = Command::new("node");
                command.args(["-e", NODE]);
                command
            }
            Self::Python => {
                let mut command = Command::new("python3");
                command.args(["-c", PYTHON]);
                command
            }
            Self::Java => {
                let source = server.folder().join("Probe.java");
                std::fs::write(&source, JAVA).expect("the folder can be written");
                let mut command = Command::new("java");
                command.arg(format!("-Djavax.net.ssl.trustStore={}", server.truststore().display()));
                command.arg(format!("-Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}"));
                command.arg(source);
                command
            }
        };
        command.args([address, &port, name]).arg(ca);
        let ended = command.output().await;
        let Output { status, stdout, stderr } = ended.unwrap_or_else(|error| {
            panic!("{self:?} starts: {error}; `cargo xtask ci --stage sdk` installs it")
        });
        let (said, failed) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success() && !said.is_empty(), "{self:?} fails: {said}{failed}");
        if said.trim() == "taken" { Verdict::Taken } else { Verdict::Refused(said.into_owned()) }
    }

    /// True when the client says in the handshake what it asks for. Java does so for names with a dot alone, so that
    /// it is shown the leaf for addresses at `localhost`.
    pub(crate) fn names(self, leaf: Leaf) -> bool {
        match self {
            Self::Java => !matches!(leaf, Leaf::Name(name) if !name.contains('.')),
            Self::Rustls | Self::Node | Self::Python => true,
        }
    }

    /// True when a refusal is about what the issuer may sign for, and not about the name or the root.
    pub(crate) fn blames_the_issuer(self, why: &str) -> bool {
        let words = match self {
            Self::Rustls => "NameConstraintViolation",
            Self::Node | Self::Python => "permitted subtree violation",
            Self::Java => "name constraints check failed",
        };
        why.contains(words)
    }
}

async fn rustls(server: &Server, leaf: Leaf) -> Verdict {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(server.ca()).expect("the certificates are good"))
        .expect("the certificates are good");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the certificates are good")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect((leaf.listens_at(), server.port)).await.expect("it listens");
    let name = ServerName::try_from(leaf.asked_for()).expect("the certificates are good");
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(_) => Verdict::Taken,
        Err(error) => Verdict::Refused(error.to_string()),
    }
}
