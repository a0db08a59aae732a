//! The connections to one app's webhook.
//!
//! Built on hyper's client connections with a pool of our own, since it must be known whether a
//! request failed on a connection that had been used before: such a request is repeated once and
//! counts as no attempt.

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, StatusCode, Uri};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::ear::{Ear, Heard};
use super::signature::{Signatures, Signer};
use crate::journal::AttemptResult;
use crate::secrets::Hidden;

/// How many connections one app gets at most.
const CONNECTIONS: usize = 64;
/// How much of an answer's body is read, in bytes; the rest closes the connection.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Why a text is no webhook address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseWebhookError {
    /// It is no URL.
    #[error("`{0}` is no URL; write it as http://127.0.0.1:3000/webhook")]
    NoUrl(String),
    /// It is not plain HTTP.
    #[error("`{0}` is not plain http, and this version delivers over plain http only")]
    NotHttp(String),
    /// It leads away from this machine.
    #[error("`{0}` leads away from this machine; webhooks go to loopback addresses only")]
    NotLoopback(String),
}

/// The address of a webhook: plain HTTP on this machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebhookUrl {
    text: String,
    authority: String,
    target: String,
}

impl FromStr for WebhookUrl {
    type Err = ParseWebhookError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let no_url = || ParseWebhookError::NoUrl(text.to_owned());
        let uri: Uri = text.trim().parse().map_err(|_| no_url())?;
        let host = uri.host().ok_or_else(no_url)?;
        match uri.scheme_str() {
            Some("http") => {}
            Some(_) => return Err(ParseWebhookError::NotHttp(text.to_owned())),
            None => return Err(no_url()),
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let loopback =
            bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if !loopback {
            return Err(ParseWebhookError::NotLoopback(text.to_owned()));
        }
        let authority = format!("{host}:{}", uri.port_u16().unwrap_or(80));
        let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        Ok(Self { text: text.trim().to_owned(), authority, target })
    }
}

impl WebhookUrl {
    /// The port that it names, or that of its scheme.
    pub fn port(&self) -> u16 {
        self.authority.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(80)
    }
}

impl std::fmt::Display for WebhookUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.text)
    }
}

/// A connection to the webhook, and an ear on it.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    ear: Arc<Ear>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("connection")
    }
}

impl Connection {
    async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
        listen: &Listen<'_>,
    ) -> hyper::Result<Response<hyper::body::Incoming>> {
        self.ear.listen();
        listen(&self.ear);
        self.sender.send_request(request).await
    }
}

/// Is given the ear on the connection over which a request goes, just before it goes.
pub(super) type Listen<'a> = dyn Fn(&Arc<Ear>) + Send + Sync + 'a;

/// One app's webhook.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) url: WebhookUrl,
    pub(super) signer: Signer,
    pub(crate) verify_token: String,
    pub(crate) permits: Semaphore,
    /// What must not be shown of answers.
    pub(super) hidden: Arc<Hidden>,
    idle: Mutex<Vec<Connection>>,
    timeout: Duration,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Endpoint {
    pub(crate) fn new(
        url: WebhookUrl,
        secret: &str,
        verify_token: String,
        hidden: Arc<Hidden>,
        timeout: Duration,
    ) -> Arc<Self> {
        let idle = Mutex::new(Vec::new());
        let signer = Signer::new(secret.as_bytes());
        let permits = Semaphore::new(CONNECTIONS);
        Arc::new(Self { url, signer, verify_token, permits, hidden, idle, timeout })
    }

    /// Posts a signed body once.
    pub(super) async fn post(
        &self,
        body: Bytes,
        signatures: &Signatures,
        now: HeaderValue,
        listen: &Listen<'_>,
    ) -> AttemptResult {
        let header =
            |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
        let build = || {
            let mut request = Request::new(Full::new(body.clone()));
            *request.method_mut() = Method::POST;
            let headers = request.headers_mut();
            headers.insert("content-type", HeaderValue::from_static("application/json"));
            headers.insert("accept", HeaderValue::from_static("*/*"));
            headers.insert("user-agent", HeaderValue::from_static("facebookexternalua"));
            headers.insert("x-hub-signature", header(&signatures.sha1));
            headers.insert("x-hub-signature-256", header(&signatures.sha256));
            headers.insert("x-emulator-now", now.clone());
            request
        };
        match tokio::time::timeout(self.timeout, self.exchange(build, &self.url.target, listen)).await {
            Err(_) => AttemptResult::TimedOut,
            Ok(Err(failure)) => failure,
            Ok(Ok(answer)) if answer.status.is_success() => {
                AttemptResult::Acknowledged { status: answer.status.as_u16() }
            }
            Ok(Ok(answer)) => AttemptResult::Refused {
                status: answer.status.as_u16(),
                excerpt: self.hidden.excerpt(&answer.body),
            },
        }
    }

    /// Asks for a path of the webhook's server.
    pub(crate) async fn get(&self, query: &str) -> Result<Answer, AttemptResult> {
        let separator = if self.url.target.contains('?') { '&' } else { '?' };
        let target = format!("{}{separator}{query}", self.url.target);
        let build = || {
            let mut request = Request::new(Full::default());
            request.headers_mut().insert("accept", HeaderValue::from_static("*/*"));
            request.headers_mut().insert("user-agent", HeaderValue::from_static("facebookexternalua"));
            request
        };
        let exchange = tokio::time::timeout(self.timeout, self.exchange(build, &target, &|_| {})).await;
        exchange.unwrap_or(Err(AttemptResult::TimedOut))
    }

    async fn exchange(
        &self,
        build: impl Fn() -> Request<Full<Bytes>>,
        target: &str,
        listen: &Listen<'_>,
    ) -> Result<Answer, AttemptResult> {
        let request = || {
            let mut request = build();
            *request.uri_mut() = target.parse().unwrap_or_default();
            let host = HeaderValue::from_str(&self.url.authority);
            request
                .headers_mut()
                .insert("host", host.unwrap_or_else(|_| HeaderValue::from_static("localhost")));
            request
        };
        if let Some(mut connection) = self.reusable().await {
            match connection.send(request(), listen).await {
                Ok(response) => return self.read(connection, response).await,
                // Something came back, so the connection was alive.
                Err(error) if error.is_parse() => return Err(broken(&error)),
                Err(_) => {}
            }
        }
        let mut connection = self.connect().await?;
        let response = connection.send(request(), listen).await.map_err(|error| broken(&error))?;
        self.read(connection, response).await
    }

    /// Closes the connections that nothing goes over.
    pub(crate) fn hang_up(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn reusable(&self) -> Option<Connection> {
        loop {
            let mut connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if connection.sender.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<Connection, AttemptResult> {
        let unreachable =
            |error: std::io::Error| AttemptResult::Unreachable { why: error.to_string().into() };
        let stream = TcpStream::connect(&self.url.authority).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let (stream, ear) = Heard::new(stream).map_err(unreachable)?;
        let (sender, driver) = http1::Builder::new()
            .title_case_headers(true)
            .handshake(stream)
            .await
            .map_err(|error| broken(&error))?;
        tokio::spawn(async move {
            // How a connection ends shows in the exchange that uses it.
            let _ = driver.await;
        });
        Ok(Connection { sender, ear })
    }

    async fn read(
        &self,
        connection: Connection,
        response: Response<hyper::body::Incoming>,
    ) -> Result<Answer, AttemptResult> {
        let (head, body) = response.into_parts();
        let body = http_body_util::Limited::new(body, ANSWER_LIMIT).collect().await;
        let body = match body {
            Ok(body) => {
                let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                if idle.len() < CONNECTIONS {
                    idle.push(connection);
                }
                body.to_bytes()
            }
            // The status says all; what is wrong with the body does not matter.
            Err(_) => Bytes::new(),
        };
        Ok(Answer { status: head.status, body })
    }
}

fn broken(error: &hyper::Error) -> AttemptResult {
    AttemptResult::Broken { why: error.to_string().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_plain_http_on_this_machine() {
        for (text, authority, target) in [
            ("http://127.0.0.1:3000/webhook", "127.0.0.1:3000", "/webhook"),
            ("http://localhost/hook?a=1", "localhost:80", "/hook?a=1"),
            ("http://[::1]:99", "[::1]:99", "/"),
        ] {
            let url: WebhookUrl = text.parse().unwrap();
            assert_eq!((url.authority.as_str(), url.target.as_str()), (authority, target));
        }
        assert!(matches!("https://127.0.0.1/".parse::<WebhookUrl>(), Err(ParseWebhookError::NotHttp(_))));
        assert!(matches!(
            "http://example.com/".parse::<WebhookUrl>(),
            Err(ParseWebhookError::NotLoopback(_))
        ));
        for text in ["", "3000", "/webhook", "http://", "not a url"] {
            assert!(matches!(text.parse::<WebhookUrl>(), Err(ParseWebhookError::NoUrl(_))), "{text}");
        }
    }
}
