//! The connections to one app's webhook.
//!
//! Built on hyper's client connections with a pool of our own, since it must be known whether a
//! request failed on a connection that had been used before: such a request is repeated once and
//! counts as no attempt.

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, StatusCode, Uri};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::backlog::Backlog;
use super::ear::{Ear, Heard};
use super::opening::Opening;
use super::signature::{Signatures, Signer};
use crate::journal::AttemptResult;
use crate::secrets::Hidden;

/// How many connections one app gets at most.
const CONNECTIONS: usize = 64;
/// How much of an answer's body is read, in bytes; the rest closes the connection.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Who asks for the verification of a webhook (M-186).
const VERIFIER: &str = "facebookplatform/1.0 (+http://developers.facebook.com)";
/// Who delivers events (M-188).
const DELIVERER: &str = "facebookexternalua";

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
    /// Host and port.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

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
    opening: Opening,
    backlog: Arc<Backlog>,
    timeout: Duration,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// As far as it came, and no further than the limit.
    pub(crate) body: Bytes,
    /// False when there is more of the body, or it broke off.
    pub(crate) is_whole: bool,
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
        let (permits, opening) = (Semaphore::new(CONNECTIONS), Opening::default());
        let backlog = Arc::new(Backlog::new(timeout));
        Arc::new(Self { url, signer, verify_token, permits, hidden, idle, opening, backlog, timeout })
    }

    /// Posts a signed body once.
    pub(super) async fn post(
        &self,
        body: Bytes,
        signatures: &Signatures,
        now: HeaderValue,
        listen: &Listen<'_>,
    ) -> AttemptResult {
        match self.send(body, signatures, now, listen).await {
            Err(failure) => failure,
            Ok(answer) if answer.status.is_success() => {
                AttemptResult::Acknowledged { status: answer.status.as_u16() }
            }
            Ok(answer) => AttemptResult::Refused {
                status: answer.status.as_u16(),
                excerpt: self.hidden.excerpt(&answer.body),
            },
        }
    }

    /// Posts a signed body once, and gives the answer whatever its status.
    pub(super) async fn send(
        &self,
        body: Bytes,
        signatures: &Signatures,
        now: HeaderValue,
        listen: &Listen<'_>,
    ) -> Result<Answer, AttemptResult> {
        let header =
            |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
        let build = || {
            let mut request = Request::new(Full::new(body.clone()));
            *request.method_mut() = Method::POST;
            let headers = request.headers_mut();
            headers.insert("content-type", HeaderValue::from_static("application/json"));
            headers.insert("accept", HeaderValue::from_static("*/*"));
            headers.insert("user-agent", HeaderValue::from_static(DELIVERER));
            headers.insert("x-hub-signature", header(&signatures.sha1));
            headers.insert("x-hub-signature-256", header(&signatures.sha256));
            headers.insert("x-emulator-now", now.clone());
            request
        };
        self.exchange(build, &self.url.target, listen).await
    }

    /// Asks for a path of the webhook's server.
    pub(crate) async fn get(&self, query: &str) -> Result<Answer, AttemptResult> {
        let separator = if self.url.target.contains('?') { '&' } else { '?' };
        let target = format!("{}{separator}{query}", self.url.target);
        let build = || {
            let mut request = Request::new(Full::default());
            request.headers_mut().insert("accept", HeaderValue::from_static("*/*"));
            request.headers_mut().insert("user-agent", HeaderValue::from_static(VERIFIER));
            request
        };
        self.exchange(build, &target, &|_| {}).await
    }

    /// True as long as the app answers something from time to time, however busy it is.
    pub(crate) fn is_alive(&self) -> bool {
        self.backlog.is_alive()
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
        let (connection, used) = self.connection(Reuse::Allowed).await?;
        match self.ask(connection, request(), listen).await {
            // Something came back, so the connection was alive.
            Err(Failed::Sending(error)) if used && !error.is_parse() => {
                let (connection, _) = self.connection(Reuse::Forbidden).await?;
                self.ask(connection, request(), listen).await.map_err(Failed::result)
            }
            answered => answered.map_err(Failed::result),
        }
    }

    /// Sends a request and reads the answer. The time for it begins when the bot begins to read.
    async fn ask(
        &self,
        mut connection: Connection,
        request: Request<Full<Bytes>>,
        listen: &Listen<'_>,
    ) -> Result<Answer, Failed> {
        let ear = Arc::clone(&connection.ear);
        let answer = async move {
            let response = connection.send(request, listen).await.map_err(Failed::Sending)?;
            self.backlog.answered();
            self.opening.answered();
            Ok(self.read(connection, response).await)
        };
        let answer = self.within_time(answer, || ear.is_unread()).await;
        answer.unwrap_or(Err(Failed::TimedOut))
    }

    /// A connection, and whether it was used before. Waits for one as long as the bot is merely busy.
    async fn connection(&self, reuse: Reuse) -> Result<(Connection, bool), AttemptResult> {
        let found = self.within_time(self.free_or_new(reuse), || self.is_alive()).await;
        match found.ok_or(AttemptResult::TimedOut)? {
            Found::Free(connection) => Ok((connection, true)),
            Found::New(stream) => {
                let stream = stream.map_err(|error| unreachable(&error))?;
                Ok((self.greet(stream).await?, false))
            }
        }
    }

    async fn free_or_new(&self, reuse: Reuse) -> Found {
        if let Some(connection) = self.reusable(reuse).await {
            return Found::Free(connection);
        }
        let mut turn = self.opening.turn().await;
        loop {
            // One may have become free meanwhile.
            if let Some(connection) = self.reusable(reuse).await {
                return Found::Free(connection);
            }
            if let Some(stream) = turn.open(&self.url.authority).await {
                return Found::New(stream);
            }
        }
    }

    /// Gives something its time, and more of it as long as it is the bot that has not come to it. Nothing when the
    /// time is over.
    async fn within_time<T>(&self, work: impl Future<Output = T>, goes_on: impl Fn() -> bool) -> Option<T> {
        let mut work = std::pin::pin!(work);
        loop {
            match tokio::time::timeout(self.timeout, &mut work).await {
                Ok(done) => return Some(done),
                Err(_) if goes_on() => {}
                Err(_) => return None,
            }
        }
    }

    /// Closes the connections that nothing goes over.
    pub(crate) fn hang_up(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn reusable(&self, reuse: Reuse) -> Option<Connection> {
        loop {
            let mut connection = match reuse {
                Reuse::Allowed => self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?,
                Reuse::Forbidden => return None,
            };
            if connection.sender.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    async fn greet(&self, stream: TcpStream) -> Result<Connection, AttemptResult> {
        stream.set_nodelay(true).map_err(|error| unreachable(&error))?;
        let heard = Heard::new(stream, Arc::clone(&self.backlog));
        let (stream, ear) = heard.map_err(|error| unreachable(&error))?;
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

    async fn read(&self, connection: Connection, response: Response<hyper::body::Incoming>) -> Answer {
        let (head, body) = response.into_parts();
        let (body, is_whole) = beginning(body).await;
        if is_whole {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < CONNECTIONS {
                idle.push(connection);
            }
        }
        Answer { status: head.status, body, is_whole }
    }
}

/// Reads a body up to the limit. Gives what came of it, and whether that is all.
async fn beginning(mut body: impl hyper::body::Body<Data = Bytes> + Unpin) -> (Bytes, bool) {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // The status says how it went; what came before the body broke off is still worth reading.
        let Ok(frame) = frame else { return (read.freeze(), false) };
        let Ok(data) = frame.into_data() else { continue };
        let room = ANSWER_LIMIT - read.len();
        read.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return (read.freeze(), false);
        }
    }
    (read.freeze(), true)
}

/// Whether a connection may be one that was used before.
#[derive(Clone, Copy)]
enum Reuse {
    Allowed,
    Forbidden,
}

/// A connection to send something over.
enum Found {
    Free(Connection),
    New(std::io::Result<TcpStream>),
}

/// Why there is no answer.
enum Failed {
    Sending(hyper::Error),
    TimedOut,
}

impl Failed {
    fn result(self) -> AttemptResult {
        match self {
            Self::Sending(error) => broken(&error),
            Self::TimedOut => AttemptResult::TimedOut,
        }
    }
}

fn unreachable(error: &std::io::Error) -> AttemptResult {
    AttemptResult::Unreachable { why: error.to_string().into() }
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
