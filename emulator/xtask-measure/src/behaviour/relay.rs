//! The hidden command `relay`: a process between the emulator and a bot that records every exchange as bytes.
//!
//! The emulator starts it in place of the bot, with the same environment. It starts the bot on another port with itself
//! as the Graph API, and passes each webhook and each call on. It ends when the bot ends, with the same exit code, and
//! is unreachable while the bot is, so that stopped and crashed bots look as they do without it.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONNECTION, CONTENT_LENGTH, DATE, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::Sha256;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, watch};
use tokio::time::timeout;

use crate::bench::part::address_of;

/// Names the file to which a relay appends what it records.
pub(super) const RECORD: &str = "EMULATOR_BEHAVIOUR_RECORD";

/// How often the bot is looked for while it starts.
const LOOK_EVERY: Duration = Duration::from_millis(3);
/// How long exchanges that are open when the relay is told to end have to finish.
const FINISH_WITHIN: Duration = Duration::from_secs(1);

/// Headers of the transport, which say nothing about behaviour and differ from run to run.
const LEFT_OUT: &[hyper::header::HeaderName] = &[CONNECTION, CONTENT_LENGTH, DATE, HOST, TRANSFER_ENCODING];

/// Headers with trace ids, which an answer that is no error has at random.
const TRACES: &[&str] = &["x-fb-debug", "x-fb-request-id", "x-fb-trace-id"];

/// The command line of `relay`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The bot's command
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// Who asks whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    /// The emulator asks the bot.
    Webhook,
    /// The bot asks the emulator.
    Graph,
}

/// One line of a record.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    /// The process id of the relay: a bot that is started again has another.
    pub(super) relay: u32,
    /// Counts the exchanges of a relay.
    pub(super) number: u64,
    pub(super) what: What,
}

/// One side of an exchange. Bodies and header values are text; what is not UTF-8 is replaced.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    Request {
        way: Way,
        app: String,
        method: String,
        target: String,
        headers: Vec<(String, String)>,
        body: String,
    },
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
}

/// Where requests of one way go.
#[derive(Clone)]
struct Route {
    way: Way,
    to: SocketAddr,
    recorder: Arc<Recorder>,
    open: Arc<watch::Sender<usize>>,
}

/// Writes lines to the record.
struct Recorder {
    file: StdMutex<File>,
    app: String,
    secret: String,
    /// Addresses of this run, each of which is recorded as its word.
    addresses: Vec<(SocketAddr, &'static str)>,
    count: AtomicU64,
}

/// Runs the relay until the bot ends or it is told to end.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("failed to start a runtime")?.block_on(relay(&arguments.command))
}

async fn relay(command: &[String]) -> Result<ExitCode> {
    let setting = |name: &str| env::var(name).with_context(|| format!("{name} is not set"));
    let port: u16 = setting("PORT")?.parse().context("PORT is not a port")?;
    let emulator = address_of(&setting("GRAPH_API_URL")?)?;
    let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let calls = TcpListener::bind(here(0)).await.context("failed to open a port for calls")?;
    let calls_at = calls.local_addr().context("failed to read a port")?;
    let bot = free_address().await?;
    let mut child = start(command, bot, calls_at)?;
    let record = setting(RECORD)?;
    let file = OpenOptions::new().create(true).append(true).open(&record);
    let recorder = Arc::new(Recorder {
        file: StdMutex::new(file.with_context(|| format!("failed to open {record}"))?),
        app: setting("APP_ID")?,
        secret: setting("APP_SECRET")?,
        addresses: vec![(emulator, "EMULATOR"), (calls_at, "EMULATOR"), (here(port), "BOT"), (bot, "BOT")],
        count: AtomicU64::new(0),
    });
    let open = Arc::new(watch::Sender::new(0));
    let route = |way, to| Route { way, to, recorder: Arc::clone(&recorder), open: Arc::clone(&open) };
    tokio::spawn(accept(calls, route(Way::Graph, emulator)));
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen to signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen to signals")?;
    let serving = async {
        while TcpStream::connect(bot).await.is_err() {
            emulator_server::pause(LOOK_EVERY).await;
        }
        let webhooks = TcpListener::bind(here(port)).await;
        let webhooks = webhooks.with_context(|| format!("failed to open port {port}"))?;
        accept(webhooks, route(Way::Webhook, bot)).await;
        Ok::<_, anyhow::Error>(())
    };
    let code = tokio::select! {
        ended = child.wait() => ended.context("failed to wait for the bot")?.code().unwrap_or(1),
        served = serving => { served?; 1 }
        _ = terminate.recv() => 0,
        _ = interrupt.recv() => 0,
    };
    // What the emulator has answered already belongs into the record, even if the bot is gone.
    let _ = timeout(FINISH_WITHIN, open.subscribe().wait_for(|open| *open == 0)).await;
    let _ = child.start_kill();
    let _ = child.wait().await;
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// A port that is free now, for a bot that is told its port.
async fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    listener.and_then(|listener| listener.local_addr()).context("failed to find a free port")
}

fn start(command: &[String], bot: SocketAddr, calls_at: SocketAddr) -> Result<Child> {
    let (program, arguments) = command.split_first().context("there is no command")?;
    let graph = format!("http://{calls_at}");
    Command::new(program)
        .args(arguments)
        .env("PORT", bot.port().to_string())
        .env("GRAPH_API_URL", &graph)
        .env("MESSENGER_EMULATOR_URL", &graph)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("failed to start {program}"))
}

async fn accept(listener: TcpListener, route: Route) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let route = route.clone();
        // A client that keeps its connection keeps the one behind the relay too.
        let onward: Arc<Mutex<Option<SendRequest<Full<Bytes>>>>> = Arc::default();
        let service = service_fn(move |request| {
            let exchange = exchange(request, route.clone(), Arc::clone(&onward));
            // On a task of its own, so that a client that gives up does not lose the answer for the record.
            async move { tokio::spawn(exchange).await.context("the relay panicked")? }
        });
        // Where the other side breaks its connection, this one breaks as well.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn exchange(
    request: Request<Incoming>,
    route: Route,
    onward: Arc<Mutex<Option<SendRequest<Full<Bytes>>>>>,
) -> Result<Response<Full<Bytes>>> {
    route.open.send_modify(|open| *open += 1);
    let answer = pass_on(request, &route, &onward).await;
    route.open.send_modify(|open| *open -= 1);
    answer
}

async fn pass_on(
    request: Request<Incoming>,
    route: &Route,
    onward: &Mutex<Option<SendRequest<Full<Bytes>>>>,
) -> Result<Response<Full<Bytes>>> {
    let mut onward = onward.lock().await;
    let (mut head, body) = request.into_parts();
    let body = body.collect().await.context("failed to read a request")?.to_bytes();
    let number = route.recorder.request(route.way, &head, &body)?;
    head.headers.insert(HOST, HeaderValue::from_str(&route.to.to_string())?);
    let mut kept = onward.take();
    if let Some(connection) = &mut kept
        && connection.ready().await.is_err()
    {
        kept = None;
    }
    let mut connection = match kept {
        Some(connection) => connection,
        None => connect(route.to).await?,
    };
    let answer = connection.send_request(Request::from_parts(head, Full::new(body))).await;
    let (head, body) = answer.context("no answer")?.into_parts();
    let body = body.collect().await.context("failed to read an answer")?.to_bytes();
    *onward = Some(connection);
    route.recorder.answer(number, head.status.as_u16(), &head.headers, &body)?;
    let mut answer = Response::from_parts(head, Full::new(body));
    answer.headers_mut().remove(TRANSFER_ENCODING);
    Ok(answer)
}

async fn connect(to: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(to).await.context("failed to connect")?;
    let _ = stream.set_nodelay(true);
    let (sender, connection) = handshake(TokioIo::new(stream)).await.context("failed to connect")?;
    tokio::spawn(connection);
    Ok(sender)
}

impl Recorder {
    fn request(&self, way: Way, head: &hyper::http::request::Parts, body: &Bytes) -> Result<u64> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let mut headers = self.headers(&head.headers);
        for (name, value) in &mut headers {
            self.judge_signature(name, value, body);
        }
        let what = What::Request {
            way,
            app: self.app.clone(),
            method: head.method.to_string(),
            target: self.text(head.uri.to_string().as_bytes()),
            headers,
            body: self.text(body),
        };
        self.write(number, what)?;
        Ok(number)
    }

    fn answer(&self, number: u64, status: u16, headers: &HeaderMap, body: &Bytes) -> Result<()> {
        let (mut headers, body) = (self.headers(headers), self.text(body));
        for (name, value) in &mut headers {
            // That of an error is derived, and stands in the body as well.
            if TRACES.contains(&name.as_str()) && !body.contains(value.as_str()) {
                "random".clone_into(value);
            }
        }
        self.write(number, What::Answer { status, headers, body })
    }

    fn write(&self, number: u64, what: What) -> Result<()> {
        let mut line = serde_json::to_string(&Line { relay: std::process::id(), number, what })?;
        line.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).context("failed to write the record")
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let told = headers.iter().filter(|(name, _)| !LEFT_OUT.contains(name));
        let mut told: Vec<_> =
            told.map(|(name, value)| (name.to_string(), self.text(value.as_bytes()))).collect();
        told.sort();
        told
    }

    /// Bodies hold addresses of this run, so a signature differs from run to run: what is recorded is whether it holds.
    fn judge_signature(&self, name: &str, value: &mut String, body: &[u8]) {
        let expected = match name {
            "x-hub-signature" => format!("sha1={}", hex(&signed_sha1(&self.secret, body))),
            "x-hub-signature-256" => format!("sha256={}", hex(&signed_sha256(&self.secret, body))),
            _ => return,
        };
        *value = if *value == expected { "right".to_owned() } else { format!("wrong: {value}") };
    }

    /// Text in which the addresses of this run are words.
    fn text(&self, bytes: &[u8]) -> String {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        for (address, word) in &self.addresses {
            text = text.replace(&address.to_string(), word);
            text = text.replace(&format!("localhost:{}", address.port()), word);
        }
        text
    }
}

fn signed_sha1(secret: &str, body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

fn signed_sha256(secret: &str, body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a record.
pub(super) fn lines(text: &str) -> Result<Vec<Line>> {
    let lines = text.lines().map(|line| serde_json::from_str(line).context("a line of a record is broken"));
    let lines: Vec<Line> = lines.collect::<Result<_>>()?;
    let answers = lines.iter().filter(|line| matches!(line.what, What::Answer { .. })).count();
    ensure!(answers * 2 <= lines.len(), "a record has an answer without a request");
    Ok(lines)
}
