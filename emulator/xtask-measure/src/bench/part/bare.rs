//! The bare server: what HTTP and the reading of the body cost without any engine behind.

use std::borrow::Cow;

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{accept, json_answer};

/// The body of a text message, as far as the load has one.
#[derive(Deserialize)]
struct SendBody<'a> {
    #[serde(borrow)]
    recipient: Recipient<'a>,
    #[serde(borrow)]
    messaging_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Message<'a>,
}

#[derive(Deserialize)]
struct Recipient<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

pub(super) async fn run(
    listener: TcpListener,
    answer: String,
    mut commands: UnboundedReceiver<String>,
) -> Result<()> {
    let answer = Bytes::from(answer);
    tokio::select! {
        () = accept(listener, move |request| handle(request, answer.clone())) => {}
        _ = commands.recv() => {}
    }
    Ok(())
}

async fn handle(request: Request<Incoming>, answer: Bytes) -> Response<Full<Bytes>> {
    let Ok(body) = request.into_body().collect().await else {
        return refusal();
    };
    let body = body.to_bytes();
    match serde_json::from_slice::<SendBody<'_>>(&body) {
        // Everything that was read is looked at, so that none of the reading can be left out.
        Ok(body)
            if !body.recipient.id.is_empty()
                && !body.message.text.is_empty()
                && body.messaging_type.as_ref().is_none_or(|kind| !kind.is_empty()) =>
        {
            json_answer(answer)
        }
        _ => refusal(),
    }
}

fn refusal() -> Response<Full<Bytes>> {
    let mut response = json_answer(Bytes::from_static(b"{}"));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}
