//! The two ends around a demo bot: a Graph API that records its calls, and a real process that is sent webhooks.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::process::{ExitStatus, Stdio};
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
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

pub(crate) const PAGE: &str = "100000000000001";
pub(crate) const APP: u64 = 200_000_000_000_001;
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the recorder keeps a connection open after an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connections {
    Kept,
    Closed,
}

/// A Graph API that records what it is told and accepts it, unless it was told to refuse.
pub(crate) struct Graph {
    pub(crate) url: String,
    calls: mpsc::UnboundedReceiver<(String, Value)>,
    refusals: Arc<Mutex<VecDeque<Value>>>,
}

impl Graph {
    pub(crate) async fn start(connections: Connections) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, calls) = mpsc::unbounded_channel();
        let refusals = Arc::new(Mutex::new(VecDeque::<Value>::new()));
        let next_refusal = Arc::clone(&refusals);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (sender, refusals) = (sender.clone(), Arc::clone(&next_refusal));
                let service = service_fn(move |request: Request<Incoming>| {
                    let (sender, refusals) = (sender.clone(), Arc::clone(&refusals));
                    async move {
                        let target = format!("{} {}", request.method(), request.uri());
                        assert_eq!(request.headers()["content-type"], "application/json");
                        let body = request.into_body().collect().await.unwrap().to_bytes();
                        let refusal = refusals.lock().unwrap().pop_front();
                        let status = if refusal.is_some() { 400 } else { 200 };
                        let answer = refusal.unwrap_or_else(|| json!({ "message_id": "m_1" })).to_string();
                        sender.send((target, serde_json::from_slice(&body).unwrap())).unwrap();
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

    /// Makes the next call fail.
    pub(crate) fn refuse_next(&self, error: &Value) {
        self.refusals.lock().unwrap().push_back(json!({ "error": error }));
    }

    /// The next call: method and target, body.
    pub(crate) async fn call(&mut self) -> (String, Value) {
        timeout(PATIENCE, self.calls.recv()).await.expect("the bot makes a call").unwrap()
    }

    /// The recipient and the text of the next call, which must be a send.
    pub(crate) async fn sent(&mut self) -> (String, String) {
        let (target, body) = self.call().await;
        assert!(target.starts_with("POST /v25.0/me/messages?"), "{target} {body}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&body["recipient"]["id"]), text(&body["message"]["text"]))
    }

    /// The text of the next call, which must be a send to `psid`.
    pub(crate) async fn said_to(&mut self, psid: &str) -> String {
        let (recipient, text) = self.sent().await;
        assert_eq!(recipient, psid, "{text}");
        text
    }

    pub(crate) fn assert_quiet(&mut self) {
        assert!(self.calls.try_recv().is_err(), "the bot made a call too many");
    }
}

/// A demo bot in its own process.
pub(crate) struct Bot {
    process: Child,
    stderr: Lines<BufReader<ChildStderr>>,
    address: String,
}

impl Bot {
    pub(crate) async fn start(graph_url: &str) -> Self {
        Self::start_with(graph_url, &[]).await
    }

    pub(crate) async fn start_with(graph_url: &str, environment: &[(&str, &str)]) -> Self {
        let mut process = command()
            .env("PORT", "0")
            .env("GRAPH_API_URL", graph_url)
            .envs(environment.iter().copied())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut bot = Self { process, stderr, address: String::new() };
        let line = bot.line().await;
        let url = line.strip_prefix("demo-bot listening on http://").expect(&line);
        bot.address = url.strip_suffix("/webhook").expect(&line).to_owned();
        bot
    }

    /// The next line on standard error.
    pub(crate) async fn line(&mut self) -> String {
        timeout(PATIENCE, self.stderr.next_line()).await.expect("the bot prints a line").unwrap().unwrap()
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
        let request = Request::get(target).header("host", &self.address).body(Full::default()).unwrap();
        self.request(request).await
    }

    pub(crate) async fn post(&self, signature: Option<&str>, body: &str) -> (u16, String) {
        let mut request = Request::post("/webhook").header("host", &self.address);
        if let Some(signature) = signature {
            request = request.header("X-Hub-Signature-256", signature);
        }
        self.request(request.body(Full::new(Bytes::from(body.to_owned()))).unwrap()).await
    }

    /// Delivers an event, signed, on `channel` (`messaging` or `standby`).
    pub(crate) async fn deliver(&self, channel: &str, psid: &str, key: &str, event: Value) {
        let mut item = json!({ "sender": { "id": psid }, "recipient": { "id": PAGE }, "timestamp": 2 });
        item[key] = event;
        let body =
            json!({ "object": "page", "entry": [{ "id": PAGE, "time": 1, channel: [item] }] }).to_string();
        let answer = self.post(Some(&signature("bot-app-secret", &body)), &body).await;
        assert_eq!(answer, (200, "EVENT_RECEIVED".to_owned()));
    }

    /// Lets a person say something.
    pub(crate) async fn hears(&self, psid: &str, text: &str) {
        self.deliver("messaging", psid, "message", json!({ "mid": "m_2", "text": text })).await;
    }

    async fn request(&self, request: Request<Full<Bytes>>) -> (u16, String) {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let (mut connection, driver) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(driver);
        let response = connection.send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

/// The bot's command without the settings that the machine may have.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_messenger-emulator"));
    command.arg("demo-bot").env_clear().stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

pub(crate) fn signature(secret: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body).finalize();
    let hex: String = mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}
