//! Webhooks over https on this machine, whatever their certificate.

use std::net::SocketAddr;
use std::sync::Arc;

use emulator_server::HandshakeError;
use emulator_server::journal::{AttemptResult, Record};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};

use crate::bot::{Arrival, Bot, Reaction};
use crate::registration::subscribe;
use crate::stand::{BOT, Says as _, Setup, entries, settled};

/// What takes TLS in front of a bot that speaks http.
struct Front {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Front {
    /// With a certificate that has ended, for another host, signed by itself.
    async fn before(bot: &Bot, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let key = KeyPair::generate().expect("the certificates are good");
        let mut params =
            CertificateParams::new(vec!["elsewhere.example".to_owned()]).expect("the certificates are good");
        (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
        let certificate = params.self_signed(&key).expect("the certificates are good");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("the certificates are good")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .expect("the certificates are good");
        let (acceptor, behind) = (TlsAcceptor::from(Arc::new(config)), bot.address());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut plain = TcpStream::connect(behind).await.expect("it listens");
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut plain).await;
                });
            }
        });
        Self { address, task }
    }

    fn url(&self) -> String {
        format!("https://{}/webhook", self.address)
    }
}

/// A bot that passes the verification and acknowledges everything else.
async fn friendly() -> Bot {
    Bot::reacting(|_, arrival: &Arrival| match arrival.request.target().split_once('?') {
        Some((_, query)) => {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let challenge = pairs.find(|(name, _)| name == "hub.challenge");
            Reaction::Answer(challenge.map_or_else(String::new, |(_, value)| value.into_owned()))
        }
        None => Reaction::Status(200),
    })
    .await
}

#[tokio::test]
async fn an_https_webhook_is_verified_and_delivered_to_whatever_its_certificate() {
    for versions in [&[&TLS12][..], &[&TLS13], &[&TLS12, &TLS13]] {
        let bot = friendly().await;
        let front = Front::before(&bot, versions).await;
        let stand = Setup::new().primary(BOT).webhook(BOT, front.url()).serve().await;
        assert_eq!(stand.stage.handshake(BOT).await, Ok(()));
        let (lane, ann) = stand.lane("https");
        for text in ["one", "two"] {
            lane.person_says(ann, text).unwrap();
            settled(&lane).await;
        }
        let arrivals = bot.arrivals();
        let texts: Vec<String> = arrivals[1..].iter().map(Arrival::text).collect();
        assert_eq!(texts, ["one", "two"]);
        for arrival in &arrivals[1..] {
            assert_eq!(arrival.connection, 0, "the connection is kept");
            assert_eq!(arrival.request.header("host").unwrap(), front.address.to_string());
            assert!(arrival.request.header("x-hub-signature").is_some());
            assert!(arrival.request.header("x-hub-signature-256").is_some());
        }
    }
}

#[tokio::test]
async fn a_webhook_that_speaks_http_in_place_of_https_is_told_so() {
    // What servers of http say to the beginning of a handshake.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/webhook", listener.local_addr().unwrap());
    let refusing = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1_024]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
        }
    });
    let stand = Setup::new().primary(BOT).webhook(BOT, &url).serve().await;
    let why = "it does not speak TLS; is the webhook http?";
    let told = HandshakeError::NoAnswer { url, why: why.to_owned() };
    assert_eq!(stand.stage.handshake(BOT).await, Err(told));
    let (lane, ann) = stand.lane("https");
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    let tries = entries(&lane).into_iter().filter_map(|entry| {
        let Record::Attempt { result, .. } = entry.record else { return None };
        Some(result)
    });
    let tries: Vec<_> = tries.collect();
    assert!(!tries.is_empty());
    assert!(tries.iter().all(|result| *result == AttemptResult::Broken { why: why.into() }), "{tries:?}");
    refusing.abort();
}

#[tokio::test]
async fn a_webhook_that_speaks_https_in_place_of_http_is_told_so() {
    let bot = friendly().await;
    let front = Front::before(&bot, &[&TLS12, &TLS13]).await;
    let url = front.url().replace("https://", "http://");
    let told = Setup::new().webhook(BOT, &url).stage().handshake(BOT).await.unwrap_err().to_string();
    assert_eq!(told, format!("{url} cannot be asked: it speaks TLS; is the webhook https?"));
}

#[tokio::test]
async fn a_webhook_that_never_finishes_the_tls_handshake_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/webhook", listener.local_addr().unwrap());
    let silent = tokio::spawn(async move {
        let mut all = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.flush().await;
            all.push(stream);
        }
    });
    let timeout = std::time::Duration::from_millis(50);
    let stage = Setup::new().webhook(BOT, &url).timeout(timeout).stage();
    let told = HandshakeError::NoAnswer { url, why: "no answer in time".to_owned() };
    assert_eq!(stage.handshake(BOT).await, Err(told));
    silent.abort();
}

#[tokio::test]
async fn an_https_callback_on_this_machine_is_verified_and_deliveries_follow_it() {
    let (before, bot) = (friendly().await, friendly().await);
    let front = Front::before(&bot, &[&TLS13]).await;
    let stand = Setup::new().primary(BOT).webhook(BOT, before.url()).serve().await;
    let url = front.url();
    let pairs = [("object", "page"), ("callback_url", &*url), ("verify_token", "bot-verify-token")];
    let answer = subscribe(&stand, BOT, &pairs).await;
    assert_eq!((answer.status(), answer.text()), (200, r#"{"success":true}"#));
    let (lane, ann) = stand.lane("https");
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    let arrivals = bot.arrivals();
    assert!(arrivals[0].request.target().contains("hub.challenge="), "the challenge comes first");
    assert_eq!(arrivals[1].text(), "one");
    assert!(before.arrivals().is_empty());
}
