//! `demo-bot`: a small real bot, a process of its own that speaks plain HTTP like any other bot.
//!
//! It greets, repeats what a person says and hands over to a person when asked; `menu` gets buttons, `size` quick
//! replies, `picture` a picture, and at `break` its webhook fails. The whole conversation is the table of
//! `fixtures/bots/README.md`. Quick start, tests and benchmarks use the bot, so it knows nothing of the emulator: its
//! settings come from the environment that every bot gets, and it would work against the real platform behind a
//! proxy that adds TLS.
//!
//! `webhook` receives, `events` reads the bodies, `people` keeps who was seen and the order of the work,
//! `conversation` decides what to say, `message` writes it, `graph` sends it.

mod conversation;
mod events;
mod graph;
mod message;
mod people;
mod settings;
mod webhook;

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

use self::conversation::Bot;
use self::settings::Settings;
use self::webhook::{Acknowledge, Webhook};
use crate::exit::Exit;

/// Runs a small bot that repeats what it is told and hands over to a person when asked.
///
/// Say `human` to be handed over, `menu` for buttons, `size` for quick replies, `picture` for a picture, `break` to
/// make its webhook fail.
///
/// Its settings come from the environment: GRAPH_API_URL, PAGE_ACCESS_TOKEN, PAGE_ID, APP_ID, APP_SECRET,
/// VERIFY_TOKEN, and HANDOVER_APP_ID, APP_ID_LIVECHAT or PAGE_INBOX_APP_ID for the app it hands over to. Each has
/// the default of an emulator without configuration. PAGE_ID_NAME and PAGE_ACCESS_TOKEN_NAME are another Page each.
#[derive(Debug, Args)]
pub(crate) struct DemoBotArguments {
    /// The port to listen on at 127.0.0.1; 0 picks a free one.
    #[arg(long, env = "PORT", default_value_t = 3000)]
    port: u16,
    /// When to answer a webhook.
    #[arg(long, value_enum, default_value_t = Acknowledge::First)]
    acknowledge: Acknowledge,
}

/// Runs the bot until it is told to end.
pub(crate) fn run(arguments: &DemoBotArguments) -> ExitCode {
    let settings = match Settings::from_environment() {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("demo-bot: {error}");
            return Exit::Usage.into();
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("demo-bot: {error}");
            return Exit::Bug.into();
        }
    };
    let exit = runtime.block_on(serve(arguments, settings));
    // A name look-up may still be running in the background; it must not hold up the end.
    runtime.shutdown_background();
    exit.into()
}

async fn serve(arguments: &DemoBotArguments, settings: Settings) -> Exit {
    let port = arguments.port;
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let (listener, address) = match bound.and_then(|listener| listener.local_addr().map(|at| (listener, at)))
    {
        Ok(bound) => bound,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            eprintln!("demo-bot: port {port} is taken; choose another with --port or PORT");
            return Exit::Unreachable;
        }
        Err(error) => {
            eprintln!("demo-bot: cannot listen on port {port}: {error}");
            return Exit::Unreachable;
        }
    };
    let (mut terminate, mut interrupt) =
        match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
            (Err(error), _) | (_, Err(error)) => {
                eprintln!("demo-bot: cannot listen to signals: {error}");
                return Exit::Bug;
            }
        };
    eprintln!("demo-bot listening on http://{address}/webhook");
    let webhook = Arc::new(Webhook::new(&settings, Bot::new(&settings), arguments.acknowledge));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tokio::spawn(receive(stream, Arc::clone(&webhook)))),
                // The caller gave up, or too many files are open; the connections that exist go on.
                Err(_) => tokio::task::yield_now().await,
            },
            _ = terminate.recv() => return Exit::Passed,
            _ = interrupt.recv() => return Exit::Passed,
        }
    }
}

async fn receive(stream: TcpStream, webhook: Arc<Webhook>) {
    // Without it answers are only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let webhook = Arc::clone(&webhook);
        async move { webhook.answer(request).await }
    });
    // A connection that breaks concerns its caller, who sees it too.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Writes a line about the work to standard error, which may be closed by now.
fn log(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}
