//! Where the webhooks of a row's app go: it passes verifications, acknowledges events, and keeps them as they came.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::answer;
use crate::http::Message;
use crate::request::{Names, filled};
use crate::table::Delivered;

/// A listener.
pub(crate) struct Listener {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Message>>>,
}

impl Listener {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let heard = Arc::default();
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&kept)));
            }
        });
        Self { address, heard }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/webhook", self.address)
    }

    /// The newest body that came.
    pub(crate) fn newest(&self) -> Option<Value> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.last().map(Message::json)
    }

    /// What differs between the events that came and those that are expected; `secret` signs them.
    pub(crate) fn differences(&self, expected: &[Delivered], names: &Names, secret: &str) -> Vec<String> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wrong = Vec::new();
        for (index, (got, expected)) in heard.iter().zip(expected).enumerate() {
            let mut names = names.clone();
            names.insert("sha1".to_owned(), sha1(secret, &got.body));
            names.insert("sha256".to_owned(), sha256(secret, &got.body));
            let said = delivered_otherwise(expected, got, &names);
            wrong.extend(said.into_iter().map(|what| format!("delivery {}: {what}", index + 1)));
        }
        for missing in expected.iter().skip(heard.len()) {
            wrong.push(format!("it is not delivered: {missing:?}"));
        }
        for more in heard.iter().skip(expected.len()) {
            wrong.push(format!("it is delivered as well: {}", more.text()));
        }
        wrong
    }
}

fn delivered_otherwise(expected: &Delivered, got: &Message, names: &Names) -> Vec<String> {
    let mut wrong = answer::headers(&expected.headers, got, names);
    if let Some(text) = &expected.text {
        let text = filled(text, names);
        if got.text() != text {
            wrong.push(format!("the body is\n    {}\n  and not\n    {text}", got.text()));
        }
    }
    if let Some(event) = &expected.event {
        wrong.extend(answer::json_differs(event, &got.json()["entry"][0][&expected.channel][0], names));
    }
    wrong
}

fn sha1(secret: &str, body: &[u8]) -> String {
    let mut hmac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    hmac.update(body);
    hex(&hmac.finalize().into_bytes())
}

fn sha256(secret: &str, body: &[u8]) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    hmac.update(body);
    hex(&hmac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn converse(stream: TcpStream, heard: Arc<Mutex<Vec<Message>>>) {
    let mut stream = BufReader::new(stream);
    while let Ok(Some(request)) = Message::read(&mut stream).await {
        let challenge = match request.target().split_once('?') {
            Some((target, query)) if target.starts_with("GET ") => {
                let pairs = form_urlencoded::parse(query.as_bytes());
                pairs.into_owned().find(|(name, _)| name == "hub.challenge").map(|(_, value)| value)
            }
            Some(_) | None => None,
        };
        let body = challenge.unwrap_or_default();
        if body.is_empty() {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        }
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
