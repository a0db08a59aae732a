//! The connections to one app's webhook.
//!
//! Built on hyper's client connections with a pool of our own, since it must be known whether a
//! request failed on a connection that had been used before: such a request is repeated once and
//! counts as no attempt.

use emulator_core::Hidden;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HeaderValue;
use hyper::rt::{Read, Write};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::ServerName;

use super::backlog::Backlog;
use super::ear::{Ear, Heard};
use super::opening::Opening;
use super::signature::{Signatures, Signer};
use super::url::WebhookUrl;
use crate::journal::AttemptResult;
use crate::tls;

/// How many connections one app gets at most.
const CONNECTIONS: usize = 64;
/// How long a server may take to show that it speaks TLS.
const GREETING: Duration = Duration::from_secs(1);
/// What is wrong where https was asked for.
pub(super) const NO_TLS: &str = "it does not speak TLS; is the webhook http?";
/// How much of an answer's body is read, in bytes; the rest closes the connection.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Who asks for the verification of a webhook (M-186).
const VERIFIER: &str = "facebookplatform/1.0 (+http://developers.facebook.com)";
/// Who delivers events (M-188).
const DELIVERER: &str = "facebookexternalua";

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
                let greeted = self.within_time(self.greet(stream), || self.is_alive()).await;
                Ok((greeted.ok_or(AttemptResult::TimedOut)??, false))
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

    /// True for a webhook over http where something speaks TLS. Asks it, which takes a second at most.
    pub(super) async fn is_https_instead(&self) -> bool {
        let (None, Ok(name)) = (self.url.server_name(), ServerName::try_from("localhost")) else {
            return false;
        };
        let greeting = async {
            let stream = TcpStream::connect(&self.url.authority).await?;
            tls::trusting().connect(name, stream).await
        };
        tokio::time::timeout(GREETING, greeting).await.is_ok_and(|greeted| greeted.is_ok())
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
        let name = self.url.server_name();
        let ear = Ear::new(&stream, name.is_some(), Arc::clone(&self.backlog));
        let ear = ear.map_err(|error| unreachable(&error))?;
        let sender = match name {
            None => speak(Heard::new(TokioIo::new(stream), Arc::clone(&ear))).await,
            Some(name) => {
                let stream = tls::trusting().connect(name, stream).await;
                let stream = stream.map_err(|error| AttemptResult::Broken { why: no_tls(&error).into() })?;
                speak(Heard::new(TokioIo::new(stream), Arc::clone(&ear))).await
            }
        };
        Ok(Connection { sender: sender.map_err(|error| broken(&error))?, ear })
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

/// Begins to speak HTTP over a connection.
async fn speak(
    stream: impl Read + Write + Send + Unpin + 'static,
) -> hyper::Result<SendRequest<Full<Bytes>>> {
    let (sender, driver) = http1::Builder::new().title_case_headers(true).handshake(stream).await?;
    tokio::spawn(async move {
        // How a connection ends shows in the exchange that uses it.
        let _ = driver.await;
    });
    Ok(sender)
}

/// Why there is no TLS with a bot.
fn no_tls(error: &std::io::Error) -> String {
    let about = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    match about {
        Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)) => NO_TLS.to_owned(),
        Some(error) => format!("no TLS: {error}"),
        None => format!("no TLS: {error}"),
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
