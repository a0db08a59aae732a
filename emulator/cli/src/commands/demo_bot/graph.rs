//! The Graph API as the demo bot uses it: two calls over plain HTTP on connections that are kept.
//!
//! Invariant: a call is never sent twice. A call that a dead connection did not take goes out on another one; a
//! call that was written and not answered counts as failed.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time;

use super::message::Message;
use super::settings::{Page, Settings};

const VERSION: &str = "v25.0";
/// The error subcode for a send into a conversation that another app owns.
const ANOTHER_APP_IN_CONTROL: u64 = 2_018_300;
const CONNECTIONS: usize = 128;
const PATIENCE: Duration = Duration::from_secs(30);
const LARGEST_ANSWER: usize = 1024 * 1024;

type Connection = SendRequest<Full<Bytes>>;

/// The client. It keeps its connections open and uses the one that was used last.
pub(super) struct Graph {
    host: String,
    port: u16,
    host_header: HeaderValue,
    /// The calls for each Page, in the order of the settings.
    pages: Vec<Calls>,
    idle: Mutex<Vec<Connection>>,
    free: Semaphore,
}

/// The addresses of the calls for one Page, with its token.
struct Calls {
    messages: Uri,
    pass_thread_control: Uri,
}

/// Why a call had no effect.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another app owns the conversation.
    AnotherAppInControl,
    /// Graph answered with another error.
    Refused(Refusal),
    /// There was no answer.
    Unreachable(String),
}

/// An error of the Graph API.
#[derive(Debug)]
pub(super) struct Refusal {
    code: u64,
    subcode: Option<u64>,
    message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code {}", self.code)?;
        if let Some(subcode) = self.subcode {
            write!(f, ", subcode {subcode}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Graph {
    pub(super) fn new(settings: &Settings) -> Self {
        let authority = settings.graph.authority().expect("the settings accept only addresses with a host");
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let below = settings.graph.path().trim_end_matches('/');
        let call = |token: &str, name: &str| -> Uri {
            let target = format!("{below}/{VERSION}/me/{name}?access_token={token}");
            target.parse().expect("an encoded token keeps the address valid")
        };
        let calls = |page: &Page| {
            let token: String = form_urlencoded::byte_serialize(page.token.as_bytes()).collect();
            let pass_thread_control = call(&token, "pass_thread_control");
            Calls { messages: call(&token, "messages"), pass_thread_control }
        };
        Self {
            host,
            port: authority.port_u16().unwrap_or(80),
            host_header: HeaderValue::from_str(authority.as_str())
                .expect("an authority is a valid header value"),
            pages: settings.pages.iter().map(calls).collect(),
            idle: Mutex::default(),
            free: Semaphore::new(CONNECTIONS),
        }
    }

    pub(super) async fn send(
        &self,
        (page, psid): (usize, &str),
        message: &Message<'_>,
    ) -> Result<(), Failure> {
        let recipient = Recipient { id: psid };
        self.call(&self.pages[page].messages, &Send { messaging_type: "RESPONSE", recipient, message }).await
    }

    /// Passes the conversation to the app with the id `to`.
    pub(super) async fn pass_thread_control(
        &self,
        (page, psid): (usize, &str),
        to: &str,
        metadata: &str,
    ) -> Result<(), Failure> {
        let pass = Pass { recipient: Recipient { id: psid }, target_app_id: Target::new(to), metadata };
        self.call(&self.pages[page].pass_thread_control, &pass).await
    }

    async fn call(&self, call: &Uri, body: &impl Serialize) -> Result<(), Failure> {
        let mut json = Vec::with_capacity(256);
        serde_json::to_writer(&mut json, body).expect("a call is always JSON");
        let mut request = Request::new(Full::new(Bytes::from(json)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = call.clone();
        request.headers_mut().insert(HOST, self.host_header.clone());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));

        let _connection = self.free.acquire().await.expect("the semaphore is never closed");
        match time::timeout(PATIENCE, self.exchange(request)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(failed)) => Err(Failure::Unreachable(failed.to_string())),
            Err(_) => Err(Failure::Unreachable(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    /// Sends on a kept connection when there is one that takes the request, else on a new one.
    async fn exchange(&self, mut request: Request<Full<Bytes>>) -> Result<Result<(), Failure>, BoxError> {
        while let Some(mut connection) = self.kept() {
            if connection.ready().await.is_err() {
                continue;
            }
            match connection.try_send_request(request).await {
                Ok(response) => return self.finish(connection, response).await,
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(failed.into_error().into()),
                },
            }
        }
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        let (mut connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
        // Its errors reach the request that was under way.
        tokio::spawn(driver);
        let response = connection.send_request(request).await?;
        self.finish(connection, response).await
    }

    /// Reads the answer to its end, so that the connection can be used again.
    async fn finish(
        &self,
        connection: Connection,
        response: Response<Incoming>,
    ) -> Result<Result<(), Failure>, BoxError> {
        let status = response.status();
        let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await?.to_bytes();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(if status.is_success() { Ok(()) } else { Err(failure(status.as_u16(), &body)) })
    }

    fn kept(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

type BoxError = Box<dyn std::error::Error + std::marker::Send + Sync>;

fn failure(status: u16, body: &[u8]) -> Failure {
    match serde_json::from_slice::<Envelope<'_>>(body) {
        Ok(Envelope { error }) if error.error_subcode == Some(ANOTHER_APP_IN_CONTROL) => {
            Failure::AnotherAppInControl
        }
        Ok(Envelope { error }) => Failure::Refused(Refusal {
            code: error.code,
            subcode: error.error_subcode,
            message: error.message.into_owned(),
        }),
        Err(_) => Failure::Unreachable(format!("HTTP status {status} without a Graph error")),
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    error: GraphError<'a>,
}

#[derive(Deserialize)]
struct GraphError<'a> {
    #[serde(borrow, default)]
    message: Cow<'a, str>,
    code: u64,
    error_subcode: Option<u64>,
}

#[derive(Serialize)]
struct Send<'a> {
    messaging_type: &'static str,
    recipient: Recipient<'a>,
    message: &'a Message<'a>,
}

#[derive(Serialize)]
struct Pass<'a> {
    recipient: Recipient<'a>,
    target_app_id: Target<'a>,
    metadata: &'a str,
}

#[derive(Serialize)]
struct Recipient<'a> {
    id: &'a str,
}

/// An app id as the documentation writes it in a call: a number. Anything else is sent as it is, to be refused.
#[derive(Serialize)]
#[serde(untagged)]
enum Target<'a> {
    Number(u64),
    Text(&'a str),
}

impl<'a> Target<'a> {
    fn new(app_id: &'a str) -> Self {
        app_id.parse().map_or(Self::Text(app_id), Self::Number)
    }
}
