//! Servers and drivers that a bench starts as processes of their own, from this same program.
//!
//! Each prints its base URL first and ends when its input closes, so that none outlives the bench.

mod bare;
mod engine;
mod pair;
mod sink;
mod slow;

use std::convert::Infallible;
use std::future::Future;
use std::io::{BufRead as _, Write as _};
use std::net::SocketAddr;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use clap::{Subcommand, ValueEnum};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::process::{Process, Talk};

/// How long a part may take for what it is asked at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// The command line of a part.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    kind: Kind,
    /// Threads of the part
    #[arg(long, value_enum, default_value_t = RuntimeKind::One, global = true)]
    runtime: RuntimeKind,
}

#[derive(Subcommand)]
enum Kind {
    /// Parse each body and answer the same
    Bare {
        /// The body of every answer
        #[arg(long)]
        answer: String,
    },
    /// Take every webhook
    Sink,
    /// Speak with a bot through the engine
    Engine,
    /// Speak with a bot without an engine between
    Pair,
    /// Be a bot that pauses before each answer, at the port that the variable PORT names
    Slow {
        /// Milliseconds
        #[arg(long)]
        pause: u64,
    },
}

/// How many threads a server runs on.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuntimeKind {
    One,
    Several,
}

impl RuntimeKind {
    fn shown(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Several => "several",
        }
    }
}

/// Runs a part until its input closes.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut builder = match arguments.runtime {
        RuntimeKind::One => tokio::runtime::Builder::new_current_thread(),
        RuntimeKind::Several => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.enable_all().build().context("failed to start a runtime")?;
    runtime.block_on(async {
        let port = match arguments.kind {
            Kind::Slow { .. } => std::env::var("PORT").context("PORT is not set")?.parse()?,
            Kind::Bare { .. } | Kind::Sink | Kind::Engine | Kind::Pair => 0,
        };
        let address = (std::net::Ipv4Addr::LOCALHOST, port);
        let listener = TcpListener::bind(address).await.context("failed to open a port")?;
        println!("http://{}", listener.local_addr().context("failed to read a port")?);
        let commands = commands();
        match &arguments.kind {
            Kind::Bare { answer } => bare::run(listener, answer.clone(), commands).await,
            Kind::Engine => engine::run(listener, commands).await,
            Kind::Sink => sink::run(listener, commands).await,
            Kind::Pair => pair::run(listener, commands).await,
            Kind::Slow { pause } => slow::run(listener, Duration::from_millis(*pause)).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The lines that come in; closed when the input is.
fn commands() -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn reply(line: &str) {
    println!("{line}");
    // A closed output means that nobody waits for the line.
    let _ = std::io::stdout().flush();
}

/// Serves every connection with one function.
async fn accept<H, F>(listener: TcpListener, handle: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let handle = handle.clone();
        let service = service_fn(move |request| {
            let answering = handle(request);
            async move { Ok::<_, Infallible>(answering.await) }
        });
        // A connection that breaks is seen on the other side.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn json_answer(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A running part, seen from the bench.
pub(crate) struct Part {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Part {
    pub(crate) async fn bare(runtime: RuntimeKind, answer: &str) -> Result<Self> {
        Self::start("the bare server", &["bare", "--answer", answer], runtime).await
    }

    pub(crate) async fn sink(runtime: RuntimeKind) -> Result<Self> {
        Self::start("the sink", &["sink"], runtime).await
    }

    /// The engine runs on one thread, as `serve` does.
    pub(crate) async fn engine() -> Result<Self> {
        Self::start("the engine", &["engine"], RuntimeKind::One).await
    }

    pub(crate) async fn pair(runtime: RuntimeKind) -> Result<Self> {
        Self::start("the pair", &["pair"], runtime).await
    }

    async fn start(name: &str, arguments: &[&str], runtime: RuntimeKind) -> Result<Self> {
        let program = std::env::current_exe().context("failed to find this program")?;
        let mut command = Command::new(program);
        command.arg("part").args(arguments).args(["--runtime", runtime.shown()]);
        let mut process = Process::start(name, &mut command, Talk::Lines)?;
        let url = process.line(PATIENCE).await?;
        let address = address_of(&url)?;
        Ok(Self { process, address })
    }

    /// Writes a command and waits for its answer.
    pub(crate) async fn ask(&mut self, command: &str, length: Duration) -> Result<String> {
        self.process.say(command)?;
        self.process.line(length + PATIENCE).await
    }
}

/// The address in a base URL.
pub(crate) fn address_of(url: &str) -> Result<SocketAddr> {
    url.trim()
        .strip_prefix("http://")
        .and_then(|address| address.trim_end_matches('/').replace("localhost", "127.0.0.1").parse().ok())
        .with_context(|| format!("{url:?} is no base URL"))
}
