//! TLS on the port of everything else, recognised by its first byte.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use emulator_server::{Authority, Breach, Entrance};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{AlertDescription, ClientConfig, RootCertStore};

use crate::http::{Call, Client, Message};
use crate::stand::{BOT, Setup, Stand, token};

/// One authority for all tests here, in a folder that is there as long as they run.
fn authority() -> Arc<Authority> {
    static OPENED: OnceLock<(TempDir, Arc<Authority>)> = OnceLock::new();
    let (_, authority) = OPENED.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let authority = Authority::open(folder.path()).unwrap();
        (folder, authority)
    });
    Arc::clone(authority)
}

fn entrance() -> Entrance {
    Entrance { authority: Some(authority()), ..Entrance::default() }
}

/// A client that trusts the roots in a file, or nobody.
fn connector(roots: Option<&Path>) -> TlsConnector {
    let mut store = RootCertStore::empty();
    for root in roots.into_iter().flat_map(|file| CertificateDer::pem_file_iter(file).unwrap()) {
        store.add(root.unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(store).with_no_client_auth()))
}

/// Speaks TLS with whoever is at the other end of a stream.
async fn over(stream: TcpStream, name: &str) -> Client<TlsStream<TcpStream>> {
    let ca = authority().files().ca();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    Client::over(connector(Some(&ca)).connect(name, stream).await.expect("the handshake works"))
}

async fn client(stand: &Stand, name: &str) -> Client<TlsStream<TcpStream>> {
    over(TcpStream::connect(stand.address).await.unwrap(), name).await
}

/// A connection on which CONNECT for a host was answered.
async fn connected(stand: &Stand, host: &str) -> TcpStream {
    let mut client = stand.client().await;
    client.write(format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n").as_bytes()).await;
    assert_eq!(client.answer().await.unwrap().status(), 200);
    client.into_stream()
}

fn me() -> Call {
    Call::get(&format!("/me?access_token={}", token(BOT)))
}

#[tokio::test]
async fn the_port_speaks_tls_with_who_begins_it_by_every_name_and_by_address() {
    let stand = Setup::new().serve_behind(entrance()).await;
    for name in
        ["127.0.0.1", "localhost", "graph.facebook.com", "graph-video.facebook.com", "graph.instagram.com"]
    {
        let mut client = client(&stand, name).await;
        for _ in 0..2 {
            let answer = client.call(&me()).await;
            assert_eq!((answer.status(), &answer.json()["name"]), (200, &json!("Harbour Café")), "{name}");
        }
        assert_eq!(client.call(&Call::get("/_emulator/world")).await.text(), "control", "{name}");
    }
    for host in ["graph.facebook.com", "graph.instagram.com"] {
        let mut client = over(connected(&stand, host).await, host).await;
        assert_eq!(client.call(&me()).await.status(), 200, "{host}");
        assert_eq!(client.call(&Call::get("/_emulator/world")).await.status(), 403, "{host}");
    }
    assert_eq!(stand.stage.broken_handshakes(), []);
}

#[tokio::test]
async fn a_hello_may_come_with_connect_in_one_piece_and_byte_by_byte() {
    let stand = Setup::new().serve_behind(entrance()).await;
    // The proxy of a client can be reached over TLS itself, and what it asks for as well.
    let outer = client(&stand, "127.0.0.1").await;
    let mut outer = outer.into_stream();
    outer.write_all(b"CONNECT graph.facebook.com:443 HTTP/1.0\r\n\r\n").await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(outer.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.0 200"), "{}", String::from_utf8_lossy(&head));
    let name = ServerName::try_from("graph.facebook.com").unwrap();
    let ca = authority().files().ca();
    let inner = connector(Some(&ca)).connect(name, outer).await.unwrap();
    assert_eq!(Client::over(inner).call(&me()).await.status(), 200);

    // All of it goes through a pipe that is one byte wide, with CONNECT in front.
    let (near, far) = tokio::io::duplex(1);
    let address = stand.address;
    tokio::spawn(async move {
        let mut tcp = TcpStream::connect(address).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        let mut far = far;
        let _ = tokio::io::copy_bidirectional_with_sizes(&mut far, &mut tcp, 1, 16_384).await;
    });
    let name = ServerName::try_from("localhost").unwrap();
    let slow = connector(Some(&ca)).connect(name, near).await.unwrap();
    assert_eq!(Client::over(slow).call(&me()).await.status(), 200);
}

#[tokio::test]
async fn no_answer_over_tls_is_cut_off() {
    let stand = Setup::new().serve_behind(entrance()).await;
    let calls = [
        me().header("Connection", "close"),
        Call::get("/me").header("Connection", "close"),
        // Java asks for HTTP/2 like that, and takes no for an answer.
        me().header("Connection", "Upgrade, HTTP2-Settings, close").header("Upgrade", "h2c"),
    ];
    for tunnelled in [false, true] {
        for call in &calls {
            let mut client = if tunnelled {
                over(connected(&stand, "graph.facebook.com").await, "graph.facebook.com").await
            } else {
                client(&stand, "localhost").await
            };
            client.write(&call.bytes()).await;
            let mut told = Vec::new();
            // Without close_notify the end is an error.
            client.stream().read_to_end(&mut told).await.expect("the end is announced");
            let told = String::from_utf8(told).unwrap();
            assert!(told.starts_with("HTTP/1.1 ") && told.contains("\r\nconnection: close\r\n"), "{told}");
            assert!(told.ends_with('}'), "{told}");
        }
    }
    // Bytes that are no request, and a refused CONNECT.
    for (bytes, status) in [
        ("nonsense\r\n\r\n", " 400 "),
        ("CONNECT www.facebook.com:443 HTTP/1.1\r\nConnection: close\r\n\r\n", " 403 "),
    ] {
        let mut client = client(&stand, "localhost").await;
        client.write(bytes.as_bytes()).await;
        let mut told = Vec::new();
        client.stream().read_to_end(&mut told).await.expect("the end is announced");
        assert!(String::from_utf8_lossy(&told).contains(status), "{}", String::from_utf8_lossy(&told));
    }
}

/// What comes until the connection ends, and after how long, on a clock that jumps to what is due next.
async fn ending(client: &mut Client<TlsStream<TcpStream>>) -> (String, Duration) {
    let begun = tokio::time::Instant::now();
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(600), client.stream().read_to_end(&mut bytes));
    read.await.expect("the connection ends").expect("the end is announced");
    (String::from_utf8(bytes).unwrap(), begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn connections_over_tls_have_the_limits_of_plain_ones() {
    let about = |seconds: u64, took: Duration| {
        let over = took.checked_sub(Duration::from_secs(seconds)).unwrap_or(Duration::MAX);
        assert!(over < Duration::from_secs(1), "{took:?}");
    };
    let stand = Setup::new().serve_behind(entrance()).await;
    // Idle after the handshake, and after an answer.
    let mut quiet = client(&stand, "localhost").await;
    let (told, took) = ending(&mut quiet).await;
    assert_eq!(told, "");
    about(60, took);
    let mut served = client(&stand, "localhost").await;
    served.write(&me().bytes()).await;
    let (told, took) = ending(&mut served).await;
    assert!(told.starts_with("HTTP/1.1 200 OK"), "{told}");
    about(60, took);
    // A header that does not end, and one that is too large.
    let mut slow = client(&stand, "localhost").await;
    slow.write(b"GET /me HTTP/1.1\r\n").await;
    let (told, took) = ending(&mut slow).await;
    assert!(told.starts_with("HTTP/1.1 408 Request Timeout"), "{told}");
    about(30, took);
    let mut large = client(&stand, "localhost").await;
    let answer = large.call(&me().header("X-Padding", &"x".repeat(17 * 1024))).await;
    assert_eq!(answer.status(), 431);
    assert_eq!(stand.stage.broken_handshakes(), [], "who was idle has broken nothing off");
    // A handshake that does not go on.
    let mut stuck = TcpStream::connect(stand.address).await.unwrap();
    stuck.write_all(&[0x16, 3, 1]).await.unwrap();
    let begun = tokio::time::Instant::now();
    let mut told = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(600), stuck.read_to_end(&mut told));
    let _ = read.await.expect("the connection ends");
    about(30, begun.elapsed());
    let broken = stand.stage.broken_handshakes();
    assert_eq!(broken.iter().map(|it| it.breach.clone()).collect::<Vec<_>>(), [Breach::TimedOut]);
}

#[tokio::test]
async fn who_is_one_too_many_is_told_over_tls_too() {
    let stand = Setup::new().serve_behind(entrance()).await;
    let mut open = Vec::new();
    loop {
        let mut client = stand.client().await;
        if client.call(&Call::get("/")).await.status() == 503 {
            break;
        }
        open.push(client);
        assert!(open.len() <= 1_024, "there is a limit");
    }
    let mut one_more = client(&stand, "localhost").await;
    one_more.write(&me().bytes()).await;
    let answer: Message = one_more.answer().await.expect("it is told");
    assert_eq!((answer.status(), &answer.json()["error"]["code"]), (503, &json!(2)));
    assert!(one_more.answer().await.is_none());
}

/// The handshakes that were broken off so far, once there are that many.
async fn broken(stand: &Stand, count: usize) -> Vec<(String, Breach)> {
    let waiting = stand.stage.handshakes_broke(count - 1);
    tokio::time::timeout(crate::http::PATIENCE, waiting).await.expect("it is noticed");
    stand.stage.broken_handshakes().iter().map(|it| (it.asked.clone(), it.breach.clone())).collect()
}

#[tokio::test]
async fn a_handshake_that_is_broken_off_is_noted_once_for_each_name() {
    let stand = Setup::new().serve_behind(entrance()).await;
    let distrusting = connector(None);
    for _ in 0..2 {
        let name = ServerName::try_from("graph.facebook.com").unwrap();
        let stream = connected(&stand, "graph.facebook.com").await;
        assert!(distrusting.connect(name, stream).await.is_err());
    }
    let unknown = || Breach::Alert(AlertDescription::UnknownCA);
    assert_eq!(broken(&stand, 1).await, [("graph.facebook.com".to_owned(), unknown())]);

    // By address there is no name to be asked for.
    let name = ServerName::try_from("127.0.0.1").unwrap();
    assert!(distrusting.connect(name, TcpStream::connect(stand.address).await.unwrap()).await.is_err());
    assert_eq!(broken(&stand, 2).await[1], (stand.address.to_string(), unknown()));

    // Node looks at certificates when the handshake is over, and then says nothing.
    drop(client(&stand, "localhost").await);
    assert_eq!(broken(&stand, 3).await[2], ("localhost".to_owned(), Breach::Closed));

    let ca = authority().files().ca();
    let name = ServerName::try_from("www.facebook.com").unwrap();
    let other = connector(Some(&ca)).connect(name, TcpStream::connect(stand.address).await.unwrap()).await;
    assert!(other.is_err());
    assert_eq!(broken(&stand, 4).await[3], ("www.facebook.com".to_owned(), Breach::OtherName));

    let stand = Setup::new().serve_behind(entrance()).await;
    let mut nonsense = TcpStream::connect(stand.address).await.unwrap();
    nonsense.write_all(&[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]).await.unwrap();
    let _ = nonsense.read_to_end(&mut Vec::new()).await;
    assert!(matches!(broken(&stand, 1).await[0].1, Breach::NoAgreement(_)));
}

#[tokio::test]
async fn without_certificates_tls_is_no_http() {
    let stand = Setup::new().serve().await;
    let mut client = stand.client().await;
    client.write(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]).await;
    assert_eq!(client.answer().await.unwrap().status(), 400);
}
