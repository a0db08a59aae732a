//! How clients get in: over TLS, as a proxy, and what is told of those that do not.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use serde_json::json;
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

/// What a proxy answers to one request in absolute form.
fn passed_on(serve: &Serve, target: &str) -> crate::support::Answer {
    let host = target.split('/').nth(2).unwrap_or_default();
    crate::support::request(&serve.url, "GET", target, &[("host", host)], b"")
}

#[test]
fn serve_tells_of_calls_for_other_hosts_once_for_each_host_and_reason() {
    let folder = Folder::new();
    let mut serve = Serve::start(&folder, &["--hermetic", "--ca-dir", "ca"]);
    for _ in 0..2 {
        for (target, text) in [
            ("http://www.facebook.com/", "belongs to the real platform"),
            (
                "https://api.example.com/x",
                "bot called `api.example.com:443`, and --hermetic passes nothing on",
            ),
            ("http://127.0.0.1:9/", "NO_PROXY=localhost,127.0.0.1,::1"),
        ] {
            let answer = passed_on(&serve, target);
            assert_eq!(answer.status, 403, "{target}");
            assert!(answer.body.contains(text), "{}", answer.body);
        }
    }
    serve.process.prints("proxy: refused: `127.0.0.1:9` is on this machine");
    serve.process.signal("TERM");
    serve.process.ends();
    let told = serve.process.stdout();
    for host in ["`www.facebook.com:80`", "`api.example.com:443`", "`127.0.0.1:9`"] {
        assert_eq!(told.matches(host).count(), 1, "{told}");
    }
}

#[test]
fn calls_for_other_hosts_stand_in_the_journal_that_everything_else_stands_in() {
    let folder = Folder::new();
    let arguments = ["--hermetic", "--ca-dir", "ca", "--clock", "frozen", "--journal", "j.jsonl"];
    let says = |serve: &Serve, text: &str| {
        let step = format!("{{user: user, says: {text}}}");
        assert_eq!(serve.post("/_emulator/steps", step).status, 200);
    };
    let mut serve = Serve::start(&folder, &arguments);
    says(&serve, "one");
    assert_eq!(passed_on(&serve, "http://nosuch.invalid/").status, 403);
    let refused = "proxy: refused: bot called `nosuch.invalid:80`";
    serve.process.prints(refused);
    let told = serve.process.stdout();
    let line = told.lines().find(|line| line.contains(refused)).expect("it was printed");
    let number: u64 = line.split_whitespace().next().expect("a number").parse().expect("its number");
    let journal = serve.get("/_emulator/journal").json();
    let entries = journal.as_array().expect("a list");
    let numbers: Vec<_> = entries.iter().map(|entry| entry["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=number).map(Some).collect::<Vec<_>>());
    let last = &entries[entries.len() - 1];
    assert_eq!((&last["kind"], &last["data"]["host"]), (&json!("proxied"), &json!("nosuch.invalid:80")));
    let number = number.to_string();
    for from in [["--url", &*serve.url], ["--journal", "j.jsonl"]] {
        let explained = folder.run(&["explain", &number, from[0], from[1]]);
        assert_eq!(explained.code, Some(0), "{}", explained.told());
        assert!(explained.stdout.contains("nosuch.invalid:80"), "{}", explained.told());
    }
    serve.process.signal("TERM");
    serve.process.ends();

    let mut serve = Serve::start(&folder, &arguments);
    serve.process.prints(&format!("went on with `j.jsonl`: {number} entries"));
    says(&serve, "two");
    assert_eq!(passed_on(&serve, "http://nosuch.invalid/").status, 403);
    assert_eq!(serve.get("/_emulator/journal").json()[numbers.len()]["seq"], numbers.len() + 1);
    serve.process.signal("TERM");
    serve.process.ends();
    let written = std::fs::read_to_string(folder.path("j.jsonl")).expect("the journal is there");
    assert_eq!(written.matches("\"kind\":\"proxied\"").count(), 2, "{written}");
    assert!(written.lines().skip(1).all(|line| line.starts_with("{\"lane\":\"serve\",")), "{written}");
    let exported = folder.run(&["export", "j.jsonl"]);
    assert_eq!(exported.code, Some(0), "{}", exported.told());
    assert!(
        exported.stdout.contains("says: \"two\"") && !exported.told().contains("nosuch"),
        "{}",
        exported.told()
    );
}

#[test]
fn callers_that_graph_refuses_are_told_without_a_word_about_their_token() {
    let mut serve = Serve::start(&Folder::new(), &[]);
    let me = "/me?access_token=bot-page-token";
    let foreign = crate::support::request(&serve.url, "GET", me, &[("host", "evil.example")], b"");
    let nowhere = crate::support::request(&serve.url, "GET", me, &[("origin", "null")], b"");
    assert_eq!((foreign.status, nowhere.status), (403, 403));
    let advice = "Pages without an address, such as files and sandboxed frames (Origin `null`), may not call";
    assert!(nowhere.body.contains(advice) && !nowhere.body.contains("--allow-host"), "{}", nowhere.body);
    serve.process.prints(advice);
    serve.process.signal("TERM");
    serve.process.ends();
    let told = serve.process.stdout();
    assert_eq!(told.matches(" somebody calls GET /me\n").count(), 2, "{told}");
    assert!(!told.contains("token"), "{told}");
}

#[test]
fn the_app_that_calls_another_host_is_known_by_its_process() {
    let world = "apps:\n  first: {}\n  second:\n    start: [sh, -c, \
                 'curl -s -x $GRAPH_API_URL http://api.example.com/x; sleep 60']\npeople: {ana: {}}\n";
    let folder = Folder::with("emulator.yaml", world);
    let serve = Serve::start(&folder, &["--hermetic", "--ca-dir", "ca"]);
    serve
        .process
        .prints("proxy: refused: second called `api.example.com:80`, and --hermetic passes nothing on");
}

#[test]
fn a_second_port_for_hosts_files_is_told_and_known_to_worlds() {
    let world = "apps:\n  bot:\n    start: [sh, -c, 'echo it is $WHERE; sleep 60']\n    \
                 env: {WHERE: '${emulator.tls}'}\npeople: {ana: {}}\n";
    let folder = Folder::with("emulator.yaml", world);
    let serve = Serve::start(&folder, &["--tls-port", "0", "--ca-dir", "ca"]);
    serve.process.prints(
        "; a client comes here by a line of its hosts file:\n    127.0.0.1 graph.facebook.com graph-",
    );
    let told = serve.process.stderr();
    let address =
        told.split_once("TLS at ").and_then(|(_, rest)| rest.split_once(';')).expect(&told).0.to_owned();
    assert_ne!(address, authority(&serve));
    serve.process.prints(&format!("it is {address}"));
    let config = trusting(Some(&folder.path("ca/ca.pem")));
    let answer = over_tls(&address, "", "graph.facebook.com", config).expect("it speaks TLS");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    // It is the same: plain HTTP too, and both are the emulator's own.
    let world = crate::support::request(&format!("http://{address}"), "GET", "/_emulator/health", &[], b"");
    assert_eq!(world.status, 200);
    assert_eq!(passed_on(&serve, &format!("http://{address}/_emulator/health")).status, 200);

    let taken = address.rsplit_once(':').expect("a port").1;
    let ended = folder.run(&["serve", "--port", "0", "--tls-port", taken, "--ca-dir", "ca"]);
    assert_eq!(ended.code, Some(3), "{}", ended.told());
    assert!(ended.stderr.contains(&format!("cannot listen on port {taken}")), "{}", ended.told());
    assert!(ended.stderr.contains("choose another with --tls-port"), "{}", ended.told());
    let ended = folder.run(&["serve", "--port", "7381", "--tls-port", "7381", "--ca-dir", "ca"]);
    assert!(
        ended.stderr.contains("--tls-port 7381 is the port of --port, which speaks TLS already"),
        "{}",
        ended.told()
    );
}

#[test]
fn a_bot_that_never_called_is_told_with_the_handshake_that_was_broken_off() {
    // It acknowledges what it hears, and has no root of ours when it wants to answer.
    let bot = "import http.server, os, urllib.request\n\
        class Bot(http.server.BaseHTTPRequestHandler):\n    \
            def do_GET(self):\n        \
                challenge = self.path.split('hub.challenge=')[1].split('&')[0]\n        \
                self.answer(challenge.encode())\n    \
            def do_POST(self):\n        \
                self.rfile.read(int(self.headers['content-length']))\n        \
                try: urllib.request.urlopen('https://graph.facebook.com/me')\n        \
                except OSError: pass\n        \
                self.answer(b'ok')\n    \
            def answer(self, body):\n        \
                self.send_response(200)\n        \
                self.send_header('content-length', str(len(body)))\n        \
                self.end_headers()\n        \
                self.wfile.write(body)\n\
        http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Bot).serve_forever()\n";
    let world = "apps:\n  bot:\n    start: [python3, bot.py]\n    env: {SSL_CERT_FILE: /dev/null}\npeople: {ana: {}}\n";
    let play = "scenario: silent\nworld: emulator.yaml\ntimeouts: {reply: 2s}\nsteps:\n  \
                - {user: ana, says: hello}\n  - expect: {app: bot, sends: true}\n";
    let folder = Folder::with("play.yaml", play);
    folder.write("emulator.yaml", world);
    folder.write("bot.py", bot);
    let ended = folder.run(&["run", "play.yaml", "--ca-dir", "ca"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    let told = ended.told();
    assert!(told.contains("note: bot has made no call to this emulator"), "{told}");
    assert!(
        told.contains(" broke off the TLS handshake for graph.facebook.com: it sent the alert “unknown CA”"),
        "{told}"
    );
    assert!(told.contains("help: start it with REQUESTS_CA_BUNDLE="), "{told}");
}
