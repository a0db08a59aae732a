//! How clients get in: over TLS, as a proxy, and what is told of those that do not.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

use crate::support::{Folder, PATIENCE, Serve};

/// What a client trusts: the roots in a file of the emulator, or nobody.
fn trusting(file: Option<&std::path::Path>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for root in file.into_iter().flat_map(|file| CertificateDer::pem_file_iter(file).expect("it can be read"))
    {
        roots.add(root.expect("it is a certificate")).expect("it is a root");
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("ring has them");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// One request over TLS, after what is said in the clear; the whole answer.
fn over_tls(authority: &str, before: &str, name: &str, config: Arc<ClientConfig>) -> io::Result<String> {
    let mut tcp = TcpStream::connect(authority)?;
    tcp.set_read_timeout(Some(PATIENCE))?;
    if !before.is_empty() {
        tcp.write_all(before.as_bytes())?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            tcp.read_exact(&mut byte)?;
            answer.extend(byte);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
    }
    let name = ServerName::try_from(name.to_owned()).expect("it is a name or an address");
    let mut tls = ClientConnection::new(config, name).expect("a client can be made");
    let mut stream = Stream::new(&mut tls, &mut tcp);
    let token = "bot-page-token";
    write!(
        stream,
        "GET /me?access_token={token} HTTP/1.1\r\nHost: graph.facebook.com\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    // An end without close_notify is an error here.
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn authority(serve: &Serve) -> String {
    serve.url.trim_start_matches("http://").to_owned()
}

#[test]
fn one_port_serves_plain_http_tls_and_proxies() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &["--ca-dir", "ca"]);
    let authority = authority(&serve);
    let config = trusting(Some(&folder.path("ca/ca.pem")));
    let connect = "CONNECT graph.facebook.com:443 HTTP/1.1\r\n\r\n";
    for (before, name) in
        [("", "127.0.0.1"), ("", "localhost"), ("", "graph.facebook.com"), (connect, "graph.facebook.com")]
    {
        let answer = over_tls(&authority, before, name, Arc::clone(&config)).expect(name);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{name}: {answer}");
        assert!(answer.ends_with('}'), "{name}: {answer}");
    }
    assert_eq!(serve.get("/_emulator/health").status, 200);
    assert!(!serve.process.stderr().contains("warning"), "{}", serve.process.stderr());
}

#[test]
fn a_handshake_that_a_client_breaks_off_is_told_once_for_each_address() {
    let folder = Folder::new();
    let mut serve = Serve::start(&folder, &["--ca-dir", "ca"]);
    let authority = authority(&serve);
    let connect = "CONNECT graph.facebook.com:443 HTTP/1.1\r\n\r\n";
    for _ in 0..2 {
        for (before, name) in [(connect, "graph.facebook.com"), ("", "127.0.0.1"), ("", "www.facebook.com")] {
            assert!(over_tls(&authority, before, name, trusting(None)).is_err(), "{name}");
        }
    }
    serve
        .process
        .prints(" broke off the TLS handshake for graph.facebook.com: it sent the alert “unknown CA”\n");
    serve
        .process
        .prints(&format!(" broke off the TLS handshake for {authority}: it sent the alert “unknown CA”\n"));
    serve.process.prints(" for www.facebook.com: there is no certificate for that name\n");
    assert_eq!(serve.get("/_emulator/health").status, 200);
    serve.process.signal("TERM");
    serve.process.ends();
    let told = serve.process.stderr();
    assert_eq!(told.matches("broke off").count(), 3, "{told}");
    // Nothing is known of this test's runtime, so all variables are named, with the files that are there.
    let ca = folder.path("ca/ca.pem");
    assert!(told.contains("NODE_EXTRA_CA_CERTS=") && told.contains("ca/ca.pem (Node)"), "{told}");
    assert!(told.contains("`messenger-emulator env` prints all"), "{told}");
    assert!(ca.is_file());
}
