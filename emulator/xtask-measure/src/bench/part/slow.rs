//! A bot that takes its time: it answers each message after a pause and acknowledges the webhook only then, as bots
//! do that ask a language model in their handler.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::handshake;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::super::pause;
use super::{accept, address_of};

/// Where the bot answers.
struct Graph {
    address: std::net::SocketAddr,
    token: String,
}

/// Serves until it is killed: whoever runs bots gives them no input that could close.
pub(super) async fn run(listener: TcpListener, pause: Duration) -> Result<()> {
    let setting = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    let graph =
        Graph { address: address_of(&setting("GRAPH_API_URL")?)?, token: setting("PAGE_ACCESS_TOKEN")? };
    let graph = Arc::new(graph);
    accept(listener, move |request| handle(request, Arc::clone(&graph), pause)).await;
    Ok(())
}

async fn handle(request: Request<Incoming>, graph: Arc<Graph>, long: Duration) -> Response<Full<Bytes>> {
    if request.method() == Method::GET {
        let challenge = super::sink::challenge_in(request.uri().query().unwrap_or_default());
        return Response::new(Full::new(Bytes::from(challenge.unwrap_or_default().to_owned())));
    }
    let mut response = Response::new(Full::new(Bytes::new()));
    if let Err(error) = answer(request, &graph, long).await {
        eprintln!("{error:#}");
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    }
    response
}

async fn answer(request: Request<Incoming>, graph: &Graph, long: Duration) -> Result<()> {
    let body = request.into_body().collect().await.context("failed to read a webhook")?.to_bytes();
    let event: Value = serde_json::from_slice(&body).context("a webhook is no JSON")?;
    let event = &event["entry"][0]["messaging"][0];
    if event["message"]["text"].is_null() {
        return Ok(());
    }
    pause(long).await;
    let stream = TcpStream::connect(graph.address).await.context("failed to connect")?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.context("failed to connect")?;
    tokio::spawn(connection);
    let message = json!({"recipient": {"id": event["sender"]["id"]}, "message": {"text": "at last"}});
    let request = Request::post(format!("/v25.0/me/messages?access_token={}", graph.token))
        .header(HOST, graph.address.to_string())
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(message.to_string())))
        .context("failed to write a call")?;
    let answer = sender.send_request(request).await.context("failed to call")?;
    anyhow::ensure!(answer.status().is_success(), "the call got {}", answer.status());
    Ok(())
}
