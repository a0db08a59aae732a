//! The port as a proxy: CONNECT and absolute form, for the platform's hosts, for others and for this machine.

use std::net::SocketAddr;
use std::time::Duration;

use emulator_server::Entrance;
use emulator_server::journal::{Passage, Passed, Record};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{Call, Client, Message};
use crate::stand::{BOT, Says as _, Setup, Stand, entries, journal, sending, token};

/// The answer to one CONNECT, and the client.
async fn connect(stand: &Stand, request: &str) -> (Message, Client) {
    let mut client = stand.client().await;
    client.write(request.as_bytes()).await;
    let answer = client.answer().await.expect("CONNECT is answered");
    (answer, client)
}

/// What passed, as the lane has it that gets the calls which name nobody: the stage's own, for these open none.
fn passed(stand: &Stand) -> Vec<Value> {
    let lines = journal(stand.stage.own_lane());
    let passed = lines.into_iter().filter(|line| line["kind"] == "proxied");
    passed.map(|line| line["data"].clone()).collect()
}

/// An entrance that calls these hosts at these addresses.
fn leading(hosts: &[(&str, SocketAddr)]) -> Entrance {
    let addresses = hosts.iter().map(|(host, address)| ((*host).to_owned(), *address)).collect();
    Entrance { addresses, ..Entrance::default() }
}

/// Somewhere that nobody listens.
async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn hosts_of_the_platform_are_served_by_connect() {
    let stand = Setup::new().serve().await;
    let me = Call::get(&format!("/me?access_token={}", token(BOT)));
    let requests = [
        "CONNECT graph.facebook.com:443 HTTP/1.1\r\nHost: graph.facebook.com:443\r\n\r\n",
        "CONNECT graph.facebook.com:80 HTTP/1.1\r\nHost: graph.facebook.com:80\r\n\r\n",
        "CONNECT graph-video.facebook.com:443 HTTP/1.1\r\nHost: graph-video.facebook.com:443\r\n\r\n",
        "CONNECT GRAPH.Instagram.com.:443 HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n",
        // As http.client of Python writes it.
        "CONNECT graph.facebook.com:443 HTTP/1.0\r\n\r\n",
    ];
    for request in requests {
        let (answer, mut client) = connect(&stand, request).await;
        assert_eq!(answer.status(), 200, "{request}");
        assert_eq!((answer.header("content-length"), answer.header("transfer-encoding")), (None, None));
        // Requests that come in the clear are served too, as many as do.
        for _ in 0..2 {
            let answer = client.call(&me.clone().header("X-Host", "graph.facebook.com")).await;
            assert_eq!((answer.status(), &answer.json()["name"]), (200, &json!("Harbour Café")), "{request}");
        }
    }
    assert_eq!(passed(&stand), [] as [Value; 0], "nothing left this machine");
}

#[tokio::test]
async fn what_comes_in_one_piece_with_connect_is_served() {
    let stand = Setup::new().serve().await;
    let get = Call::get(&format!("/me?access_token={}", token(BOT))).bytes();
    let mut client = stand.client().await;
    client.write(&[b"CONNECT graph.facebook.com:443 HTTP/1.0\r\n\r\n".as_slice(), &get, &get].concat()).await;
    for _ in 0..3 {
        assert_eq!(client.answer().await.expect("an answer").status(), 200);
    }
    // More than the emulator keeps of it at first.
    let long = Call::get(&format!("/me?access_token={}", token(BOT))).header("X-Padding", &"x".repeat(5_000));
    let mut client = stand.client().await;
    client
        .write(&[b"CONNECT graph.facebook.com:443 HTTP/1.0\r\n\r\n".as_slice(), &long.bytes()].concat())
        .await;
    for _ in 0..2 {
        assert_eq!(client.answer().await.expect("an answer").status(), 200);
    }
}

#[tokio::test]
async fn connect_needs_a_host_and_a_port() {
    let stand = Setup::new().serve().await;
    for (target, why) in [
        ("graph.facebook.com", "`graph.facebook.com` has no port"),
        ("/me", "`/me` is neither"),
        ("http://graph.facebook.com/me", "`http://graph.facebook.com/me` is neither"),
        ("[::1]", "`[::1]` has no port"),
        (":443", "`:443` has no host"),
        ("graph.facebook.com:0", "the port of `graph.facebook.com:0` is wrong: ports go from 1 to 65535"),
        ("graph.facebook.com:99999", "the port of `graph.facebook.com:99999` is wrong"),
    ] {
        for version in ["1.0", "1.1"] {
            let (answer, mut client) =
                connect(&stand, &format!("CONNECT {target} HTTP/{version}\r\nHost: x\r\n\r\n")).await;
            assert_eq!(answer.status(), 400, "{target}");
            assert!(answer.text().contains(why) && answer.text().contains("\nhelp: "), "{}", answer.text());
            // It is HTTP that goes on.
            if version == "1.1" {
                let answer = client.call(&Call::get(&format!("/me?access_token={}", token(BOT)))).await;
                assert_eq!(answer.status(), 200, "{target}");
            }
        }
    }
}

#[tokio::test]
async fn hosts_of_the_platform_are_served_in_absolute_form() {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    let mut client = stand.client().await;
    for base in [
        "https://graph.facebook.com/v6.0",
        "http://graph.facebook.com/v6.0",
        "https://graph.facebook.com:443/v6.0",
        "HTTPS://Graph.facebook.com",
        "https://graph-video.facebook.com/v25.0",
        "https://graph.instagram.com",
        "https://u:p@graph.facebook.com/v6.0",
    ] {
        // As axios 0.21 sends it, whose Host is the platform's.
        let target = format!("{base}/me/messages?access_token={}", token(BOT));
        let answer = client.call(&Call::post(&target).json(&sending(ann, base))).await;
        assert_eq!(answer.status(), 200, "{base}: {answer:?}");
    }
    // Over the port's own address, with its path or without.
    for base in [format!("http://{}", stand.address), format!("http://localhost:{}", stand.address.port())] {
        let answer = client.call(&Call::get(&format!("{base}/me?access_token={}", token(BOT)))).await;
        assert_eq!(answer.status(), 200, "{base}: {answer:?}");
        assert_eq!(client.call(&Call::get(&format!("{base}/_emulator/world"))).await.text(), "control");
    }
    let close = Call::get("https://graph.facebook.com/me").header("Connection", "close");
    assert_eq!(client.call(&close).await.header("connection"), Some("close"));
    assert!(client.answer().await.is_none());
    assert_eq!(passed(&stand), [] as [Value; 0]);
}

#[tokio::test]
async fn the_rest_of_the_platform_is_refused_and_named() {
    // Whatever its name leads to, it is not called.
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = far.local_addr().unwrap();
    let hosts = ["www.facebook.com", "api.instagram.com", "messenger.com", "scontent.xx.fbcdn.net"];
    let stand = Setup::new().serve_behind(leading(&hosts.map(|host| (host, address)))).await;
    for host in hosts {
        let (answer, _) = connect(&stand, &format!("CONNECT {host}:443 HTTP/1.1\r\n\r\n")).await;
        let absolute = stand.call(&Call::post(&format!("https://{host}/v25.0/me/messages"))).await;
        for answer in [answer, absolute] {
            assert_eq!(answer.status(), 403, "{host}");
            let expected = format!("error: `{host}:443` belongs to the real platform");
            assert!(answer.text().starts_with(&expected), "{}", answer.text());
            assert!(answer.text().contains("\nhelp: these hosts are served here"), "{}", answer.text());
            // Clients that show nothing but the first line name it too.
            assert!(answer.start.contains(host), "{}", answer.start);
        }
    }
    // A served host on a port of its own.
    let (answer, _) = connect(&stand, "CONNECT graph.facebook.com:8443 HTTP/1.1\r\n\r\n").await;
    assert_eq!(answer.status(), 403);
    let refused = passed(&stand);
    assert_eq!(refused.len(), 9);
    assert_eq!(refused[0]["host"], "www.facebook.com:443");
    assert_eq!((&refused[0]["passage"], &refused[0]["outcome"]), (&json!("tunnel"), &json!("refused")));
    assert_eq!((&refused[1]["passage"], &refused[1]["count"]), (&json!("forward"), &json!(1)));
    drop(stand);
    let accepted = tokio::time::timeout(Duration::from_millis(1), far.accept()).await;
    assert!(accepted.is_err(), "it was called");
}

#[tokio::test]
async fn this_machine_is_not_called_whatever_its_name() {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = far.local_addr().unwrap().port();
    let stand = Setup::new().serve().await;
    for host in [
        "127.0.0.1",
        "127.9.9.9",
        "localhost",
        "LOCALHOST.",
        "bot.localhost",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
        "169.254.169.254",
    ] {
        let (answer, _) = connect(&stand, &format!("CONNECT {host}:{port} HTTP/1.1\r\n\r\n")).await;
        let absolute = stand.call(&Call::get(&format!("http://{host}:{port}/"))).await;
        for answer in [answer, absolute] {
            assert_eq!(answer.status(), 403, "{host}");
            assert!(answer.text().contains("NO_PROXY=localhost,127.0.0.1,::1"), "{}", answer.text());
        }
    }
    drop(stand);
    assert!(tokio::time::timeout(Duration::from_millis(1), far.accept()).await.is_err(), "it was called");
}

#[tokio::test]
async fn the_ports_own_address_is_served_by_connect() {
    let stand = Setup::new().serve().await;
    let port = stand.address.port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let (answer, mut client) = connect(&stand, &format!("CONNECT {host}:{port} HTTP/1.1\r\n\r\n")).await;
        assert_eq!(answer.status(), 200, "{host}");
        assert_eq!(client.call(&Call::get("/_emulator/world")).await.text(), "control");
    }
    // Round and round goes so far and no further.
    let mut client = stand.client().await;
    let connect = Call::new("CONNECT", &format!("127.0.0.1:{port}"));
    for _ in 0..3 {
        assert_eq!(client.call(&connect).await.status(), 200);
    }
    assert_eq!(client.call(&connect).await.status(), 400);
}

#[tokio::test]
async fn who_came_for_the_platform_does_not_reach_the_control_api() {
    let stand = Setup::new().serve().await;
    let (answer, mut client) = connect(&stand, "CONNECT graph.facebook.com:443 HTTP/1.1\r\n\r\n").await;
    assert_eq!(answer.status(), 200);
    let answer = client.call(&Call::get("/_emulator/world")).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().contains("not at graph.facebook.com"), "{}", answer.text());
}

#[tokio::test]
async fn other_hosts_are_tunnelled() {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stand = Setup::new().serve_behind(leading(&[("api.example.com", far.local_addr().unwrap())])).await;
    for count in 1..=2 {
        // What came with CONNECT goes with it.
        let (answer, mut client) =
            connect(&stand, "CONNECT Api.example.com:443 HTTP/1.1\r\n\r\n\x16\x03hello").await;
        assert_eq!(answer.status(), 200);
        let (mut there, _) = far.accept().await.unwrap();
        let mut said = [0; 7];
        there.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"\x16\x03hello");
        // It looks like an answer of HTTP, and is none of ours.
        there.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let mut stream = client.into_stream();
        let mut heard = [0; 28];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        // One side can end before the other.
        stream.shutdown().await.unwrap();
        assert_eq!(there.read(&mut said).await.unwrap(), 0);
        there.write_all(b"bye").await.unwrap();
        drop(there);
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"bye");
        let opened = passed(&stand);
        let expected =
            json!({"host": "api.example.com:443", "passage": "tunnel", "outcome": "opened", "count": count});
        assert_eq!(opened.last(), Some(&expected));
        client = stand.client().await;
        drop(client);
    }
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_ends_when_nothing_comes_for_ten_minutes() {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stand = Setup::new().serve_behind(leading(&[("api.example.com", far.local_addr().unwrap())])).await;
    let (_, client) = connect(&stand, "CONNECT api.example.com:443 HTTP/1.1\r\n\r\n").await;
    let mut stream = client.into_stream();
    let (mut there, _) = far.accept().await.unwrap();
    let begun = tokio::time::Instant::now();
    // It is the idle time that counts: far longer than that in all.
    for _ in 0..3 {
        tokio::time::sleep_until(tokio::time::Instant::now() + Duration::from_secs(540)).await;
        there.write_all(b"x").await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'x');
    }
    let last = tokio::time::Instant::now();
    assert!(last - begun >= Duration::from_secs(1_620));
    let mut rest = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(3_600), stream.read_to_end(&mut rest));
    read.await.expect("the tunnel ends").unwrap();
    let idle = last.elapsed();
    assert!((Duration::from_secs(599)..Duration::from_secs(602)).contains(&idle), "{idle:?}");
}

#[tokio::test]
async fn at_most_256_tunnels_are_open() {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = far.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = far.accept().await {
            // It ends when the other side does.
            tokio::spawn(async move { stream.read_to_end(&mut Vec::new()).await });
        }
    });
    let stand = Setup::new().serve_behind(leading(&[("api.example.com", address)])).await;
    let mut open = Vec::new();
    loop {
        let (answer, client) = connect(&stand, "CONNECT api.example.com:443 HTTP/1.1\r\n\r\n").await;
        if answer.status() == 503 {
            assert!(answer.text().contains("256 connections to other hosts are open"), "{}", answer.text());
            break;
        }
        assert_eq!(answer.status(), 200);
        open.push(client);
        assert!(open.len() <= 256, "there is a limit");
    }
    assert_eq!(open.len(), 256);
    // Graph is served all the same.
    let me = Call::get(&format!("/me?access_token={}", token(BOT)));
    assert_eq!(stand.call(&me).await.status(), 200);
    drop(open);
    while connect(&stand, "CONNECT api.example.com:443 HTTP/1.1\r\n\r\n").await.0.status() == 503 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_tunnel_holds_no_more_than_a_little_of_what_nobody_reads() {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stand = Setup::new().serve_behind(leading(&[("api.example.com", far.local_addr().unwrap())])).await;
    let (_, client) = connect(&stand, "CONNECT api.example.com:443 HTTP/1.1\r\n\r\n").await;
    let mut stream = client.into_stream();
    let (_there, _) = far.accept().await.unwrap();
    // The other side reads nothing: what the system's sockets hold and 64 KiB, and then no more.
    let piece = vec![0; 1024 * 1024];
    let mut written = 0;
    while let Ok(more) = tokio::time::timeout(Duration::from_millis(300), stream.write(&piece)).await {
        written += more.unwrap();
        assert!(written < 100 * 1024 * 1024, "somebody takes all of it");
    }
}

/// A host that answers one request on each connection, with what it got as a body.
async fn echo(answer: &'static str) -> SocketAddr {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = far.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = far.accept().await {
            tokio::spawn(echoes(stream, answer));
        }
    });
    address
}

async fn echoes(stream: TcpStream, answer: &str) {
    let mut stream = tokio::io::BufReader::new(stream);
    let Ok(Some(request)) = Message::read(&mut stream).await else { return };
    let body = format!("{request:?}");
    let head = format!("HTTP/1.1 {answer}\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await;
}

#[tokio::test]
async fn requests_for_other_hosts_are_passed_on_without_what_is_for_the_proxy() {
    let address = echo("201 Made\r\nX-Kept: yes\r\nConnection: X-Hop\r\nX-Hop: no\r\nKeep-Alive: no").await;
    let stand = Setup::new().serve_behind(leading(&[("api.example.com", address)])).await;
    let mut client = stand.client().await;
    for count in 1..=2 {
        let call = Call::post("http://user:secret@Api.example.com:8080/a/b?c=d")
            .header("Proxy-Authorization", "Basic x")
            .header("Proxy-Connection", "keep-alive")
            .header("Connection", "X-Mine, keep-alive")
            .header("X-Mine", "no")
            .header("Keep-Alive", "no")
            .header("TE", "trailers")
            .header("Authorization", "Bearer kept")
            .body("hello");
        let answer = client.call(&call).await;
        assert_eq!(answer.status(), 201, "{answer:?}");
        assert_eq!(answer.header("x-kept"), Some("yes"));
        assert_eq!((answer.header("x-hop"), answer.header("keep-alive")), (None, None));
        let got = answer.text().to_ascii_lowercase();
        assert!(got.starts_with("post /a/b?c=d http/1.1\n"), "{got}");
        assert!(got.ends_with("\nhello") && got.contains("authorization: bearer kept\n"), "{got}");
        assert!(got.contains("\nhost: api.example.com:8080\n"), "{got}");
        for gone in ["proxy-", "x-mine", "keep-alive", "\nte:", "secret"] {
            assert!(!got.contains(gone), "{gone}: {got}");
        }
        let expected = json!({
            "host": "api.example.com:8080", "passage": "forward", "outcome": "answered", "status": 201, "count": count,
        });
        assert_eq!(passed(&stand).last(), Some(&expected));
    }
    assert!(
        !format!("{:?}", journal(stand.stage.own_lane())).contains("hello"),
        "bodies are written nowhere"
    );
    let other = client.call(&Call::get("ftp://api.example.com/x")).await;
    assert_eq!(other.status(), 400);
    assert!(other.text().contains("only http and https are passed on, not `ftp`"), "{}", other.text());
}

#[tokio::test]
async fn bodies_are_passed_on_while_they_come() {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stand = Setup::new().serve_behind(leading(&[("api.example.com", far.local_addr().unwrap())])).await;
    let mut client = stand.client().await;
    client
        .write(b"POST http://api.example.com/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        .await;
    let (mut there, _) = far.accept().await.unwrap();
    let mut got = Vec::new();
    while !got.ends_with(b"3\r\none\r\n") {
        assert_ne!(there.read_buf(&mut got).await.unwrap(), 0, "{}", String::from_utf8_lossy(&got));
    }
    client.write(b"0\r\n\r\n").await;
    while !got.ends_with(b"0\r\n\r\n") {
        assert_ne!(there.read_buf(&mut got).await.unwrap(), 0, "{}", String::from_utf8_lossy(&got));
    }
    there.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n").await.unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"3\r\ntwo\r\n") {
        assert_ne!(client.stream().read_buf(&mut heard).await.unwrap(), 0);
    }
    // It breaks off, and the client can tell.
    drop(there);
    client.stream().read_to_end(&mut heard).await.unwrap();
    assert!(!heard.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&heard));
}

#[tokio::test]
async fn a_host_that_is_not_there_is_told_in_words() {
    let closed = nobody().await;
    let stand = Setup::new().serve_behind(leading(&[("api.example.com", closed)])).await;
    let rows = [
        ("api.example.com", "`api.example.com:443` cannot be reached: Connection refused"),
        ("nowhere.invalid", "`nowhere.invalid` was not found: "),
    ];
    for (host, why) in rows {
        let (answer, _) = connect(&stand, &format!("CONNECT {host}:443 HTTP/1.1\r\n\r\n")).await;
        let absolute = stand.call(&Call::get(&format!("http://{host}:443/"))).await;
        for answer in [answer, absolute] {
            assert_eq!(answer.status(), 502, "{host}");
            assert!(answer.text().starts_with(&format!("error: {why}")), "{}", answer.text());
            assert!(answer.text().contains("\nhelp: "), "{}", answer.text());
        }
    }
    let outcomes: Vec<Value> = passed(&stand).into_iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, ["failed"; 4]);
}

#[tokio::test]
async fn a_host_that_breaks_off_or_speaks_no_tls_is_told_in_words() {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = far.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = far.accept().await {
            let mut some = [0; 10];
            let _ = stream.read(&mut some).await;
            let _ = stream.write_all(b"SSH-2.0-nothing\r\n").await;
        }
    });
    let stand = Setup::new().serve_behind(leading(&[("api.example.com", address)])).await;
    let plain = stand.call(&Call::get("http://api.example.com/")).await;
    assert_eq!(plain.status(), 502);
    assert!(plain.text().starts_with("error: `api.example.com:80` gave no answer: "), "{}", plain.text());
    let secure = stand.call(&Call::get("https://api.example.com/")).await;
    assert_eq!(secure.status(), 502);
    assert!(
        secure.text().starts_with("error: no TLS connection to `api.example.com:443`: "),
        "{}",
        secure.text()
    );
}

#[tokio::test]
async fn a_hermetic_emulator_passes_nothing_on() {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let leading = leading(&[("api.example.com", far.local_addr().unwrap())]);
    let stand = Setup::new().serve_behind(Entrance { hermetic: true, ..leading }).await;
    let (answer, _) = connect(&stand, "CONNECT api.example.com:443 HTTP/1.1\r\n\r\n").await;
    let absolute = stand.call(&Call::get("https://api.example.com/x")).await;
    for answer in [answer, absolute] {
        assert_eq!(answer.status(), 403);
        let text = answer.text();
        assert!(text.contains("called `api.example.com:443`, and --hermetic passes nothing on"), "{text}");
        assert!(text.contains("\nhelp: start the emulator without --hermetic"), "{text}");
    }
    let (answer, _) = connect(&stand, "CONNECT graph.facebook.com:443 HTTP/1.1\r\n\r\n").await;
    assert_eq!(answer.status(), 200);
    let refused = entries(stand.stage.own_lane());
    let [tunnel, forward] = refused.as_slice() else { panic!("{refused:?}") };
    for (entry, way) in [(tunnel, Passage::Tunnel), (forward, Passage::Forward)] {
        let Record::Proxied { passage, passed: Passed::Refused { why }, count: 1, .. } = &entry.record else {
            panic!("{entry:?}")
        };
        assert!(*passage == way && why.contains("api.example.com:443"), "{entry:?}");
    }
    drop(stand);
    assert!(tokio::time::timeout(Duration::from_millis(1), far.accept()).await.is_err(), "it was called");
}
