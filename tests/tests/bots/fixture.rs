//! The two ends around a bot: a Graph API that records its calls, and a real process that is sent webhooks.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::programs::Program;

pub(crate) const PAGE: &str = "100000000000001";
pub(crate) const APP: u64 = 200_000_000_000_001;
/// How long anything may take that normally takes milliseconds. A busy machine must not fail a test.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether the recorder keeps a connection open after an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connections {
    Kept,
    Closed,
}

/// A call of the Graph API.
pub(crate) struct Call {
    /// Method and path.
    pub(crate) target: String,
    /// The token, wherever it stood.
    pub(crate) token: String,
    pub(crate) body: Value,
}

impl Call {
    fn new(request: &Request<Incoming>, body: &[u8]) -> Self {
        assert_eq!(request.headers()["content-type"], "application/json");
        let query = request.uri().query().unwrap_or_default();
        let in_query = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "access_token");
        let token = match (request.headers().get("authorization"), in_query) {
            (Some(header), None) => {
                header.to_str().unwrap().strip_prefix("Bearer ").expect("a bearer").to_owned()
            }
            (None, Some((_, token))) => token.into_owned(),
            (header, query) => panic!("one token, not {header:?} and {query:?}"),
        };
        let target = format!("{} {}", request.method(), request.uri().path());
        Self { target, token, body: serde_json::from_slice(body).unwrap() }
    }
}

/// A Graph API that records what it is told and accepts it, unless it was told to refuse.
pub(crate) struct Graph {
    pub(crate) url: String,
    calls: mpsc::UnboundedReceiver<Call>,
    refusals: Arc<Mutex<VecDeque<Option<Value>>>>,
}

impl Graph {
    pub(crate) async fn start(connections: Connections) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, calls) = mpsc::unbounded_channel();
        let refusals = Arc::new(Mutex::new(VecDeque::<Option<Value>>::new()));
        let next_refusal = Arc::clone(&refusals);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (sender, refusals) = (sender.clone(), Arc::clone(&next_refusal));
                let service = service_fn(move |mut request: Request<Incoming>| {
                    let (sender, refusals) = (sender.clone(), Arc::clone(&refusals));
                    async move {
                        let body = request.body_mut().collect().await.unwrap().to_bytes();
                        let refusal = refusals.lock().unwrap().pop_front().flatten();
                        let status = if refusal.is_some() { 400 } else { 200 };
                        let answer = refusal.unwrap_or_else(|| json!({ "message_id": "m_1" })).to_string();
                        sender.send(Call::new(&request, &body)).unwrap();
                        let response =
                            Response::builder().status(status).body(Full::new(Bytes::from(answer)));
                        Ok::<_, Infallible>(response.unwrap())
                    }
                });
                let mut http = hyper::server::conn::http1::Builder::new();
                http.keep_alive(connections == Connections::Kept);
                tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, calls, refusals }
    }

    /// Makes the next call fail, or the one behind those that were spoken of before.
    pub(crate) fn refuse_next(&self, error: &Value) {
        self.refusals.lock().unwrap().push_back(Some(json!({ "error": error })));
    }

    /// Lets the next call pass, in front of one that is to fail.
    pub(crate) fn accept_next(&self) {
        self.refusals.lock().unwrap().push_back(None);
    }

    /// The next call.
    pub(crate) async fn call(&mut self) -> Call {
        timeout(PATIENCE, self.calls.recv()).await.expect("the bot makes a call").unwrap()
    }

    /// The message of the next call, which must be a send to `psid`.
    pub(crate) async fn sent_to(&mut self, psid: &str) -> Value {
        let Call { target, mut body, .. } = self.call().await;
        assert_eq!(target, "POST /v25.0/me/messages", "{body}");
        assert_eq!(body["recipient"], json!({ "id": psid }), "{body}");
        assert_eq!(body["messaging_type"], "RESPONSE", "{body}");
        body["message"].take()
    }

    /// The text of the next call, which must be a send to `psid`.
    pub(crate) async fn said_to(&mut self, psid: &str) -> String {
        let message = self.sent_to(psid).await;
        message["text"].as_str().unwrap_or_else(|| panic!("a text, not {message}")).to_owned()
    }

    /// The target of the next call, which must pass control of `psid` on, and what goes with it.
    pub(crate) async fn passed(&mut self, psid: &str) -> (u64, String) {
        let Call { target, body, .. } = self.call().await;
        assert_eq!(target, "POST /v25.0/me/pass_thread_control", "{body}");
        assert_eq!(body["recipient"], json!({ "id": psid }), "{body}");
        (body["target_app_id"].as_u64().unwrap(), body["metadata"].as_str().unwrap().to_owned())
    }

    pub(crate) fn assert_quiet(&mut self) {
        assert!(self.calls.try_recv().is_err(), "the bot made a call too many");
    }
}

/// A bot in its own process.
pub(crate) struct Bot {
    process: Child,
    lines: mpsc::UnboundedReceiver<String>,
    pub(crate) address: String,
    mids: AtomicU64,
}

impl Bot {
    pub(crate) async fn start(program: &Program, graph_url: &str) -> Self {
        Self::start_with(program, graph_url, &[]).await
    }

    pub(crate) async fn start_with(program: &Program, graph_url: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::from(command(program));
        command.env("GRAPH_API_URL", graph_url).envs(environment.iter().copied()).kill_on_drop(true);
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{}", program.cannot_start(&error)));
        let (sender, lines) = mpsc::unbounded_channel();
        tokio::spawn(read_lines(process.stdout.take().unwrap(), sender.clone()));
        tokio::spawn(read_lines(process.stderr.take().unwrap(), sender));
        let mut bot = Self { process, lines, address: String::new(), mids: AtomicU64::new(1) };
        let line = bot.line().await;
        let prefix = format!("{} listening on http://", program.calls_itself);
        bot.address =
            line.strip_prefix(&prefix).and_then(|url| url.strip_suffix("/webhook")).expect(&line).to_owned();
        bot
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> String {
        timeout(PATIENCE, self.lines.recv()).await.expect("the bot prints a line").expect("it is there")
    }

    pub(crate) fn port(&self) -> &str {
        self.address.rsplit(':').next().unwrap()
    }

    pub(crate) async fn end(mut self, signal: Signal) -> ExitStatus {
        let pid = i32::try_from(self.process.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
        timeout(PATIENCE, self.process.wait()).await.expect("the bot ends").unwrap()
    }

    pub(crate) async fn get(&self, target: &str) -> (u16, String) {
        self.request(Request::get(target)).await
    }

    /// A request without a body.
    pub(crate) async fn request(&self, request: hyper::http::request::Builder) -> (u16, String) {
        self.exchange(request, "").await
    }

    pub(crate) async fn post(&self, signature: Option<&str>, body: &str) -> (u16, String) {
        let mut request = Request::post("/webhook");
        if let Some(signature) = signature {
            request = request.header("X-Hub-Signature-256", signature);
        }
        self.exchange(request, body).await
    }

    /// Delivers a body with the right signature.
    pub(crate) async fn post_signed(&self, body: &str) -> (u16, String) {
        self.post(Some(&signature("bot-app-secret", body)), body).await
    }

    /// Delivers an event, signed, on `channel` (`messaging` or `standby`).
    pub(crate) async fn deliver(&self, channel: &str, psid: &str, key: &str, event: Value) {
        self.deliver_item(channel, 2, psid, key, event).await;
    }

    /// Delivers an event on `messaging` that happened at this time.
    pub(crate) async fn deliver_at(&self, timestamp: u64, psid: &str, key: &str, event: Value) {
        self.deliver_item("messaging", timestamp, psid, key, event).await;
    }

    async fn deliver_item(&self, channel: &str, timestamp: u64, psid: &str, key: &str, event: Value) {
        let mut item =
            json!({ "sender": { "id": psid }, "recipient": { "id": PAGE }, "timestamp": timestamp });
        item[key] = event;
        let body =
            json!({ "object": "page", "entry": [{ "id": PAGE, "time": 1, channel: [item] }] }).to_string();
        assert_eq!(self.post_signed(&body).await, (200, "EVENT_RECEIVED".to_owned()), "{body}");
    }

    /// Lets a person say something.
    pub(crate) async fn hears(&self, psid: &str, text: &str) {
        let mid = self.mid();
        self.deliver("messaging", psid, "message", json!({ "mid": mid, "text": text })).await;
    }

    /// An id for a message that is like no other.
    pub(crate) fn mid(&self) -> String {
        format!("m_in_{}", self.mids.fetch_add(1, Ordering::Relaxed))
    }

    async fn exchange(&self, request: hyper::http::request::Builder, body: &str) -> (u16, String) {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let (mut connection, driver) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(driver);
        let body = Full::new(Bytes::from(body.to_owned()));
        let request = request.header("host", &self.address).body(body).unwrap();
        let response = connection.send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

async fn read_lines(pipe: impl AsyncRead + Unpin, sender: mpsc::UnboundedSender<String>) {
    let mut lines = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // The test may have ended.
        let _ = sender.send(line);
    }
}

/// The bot's command with the settings that an emulator without configuration has.
pub(crate) fn command(program: &Program) -> std::process::Command {
    let mut command = program.command();
    command
        .envs([("PORT", "0"), ("PAGE_ID", PAGE), ("PAGE_ACCESS_TOKEN", "bot-page-token")])
        .envs([("APP_SECRET", "bot-app-secret"), ("VERIFY_TOKEN", "bot-verify-token")])
        .env("APP_ID", APP.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn signature(secret: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body).finalize();
    let hex: String = mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}
