//! The sink: a webhook that takes everything and counts what it took.
//!
//! `count` answers with the number of echoes so far, `handshakes` with the number of verifications.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{accept, reply};

#[derive(Default)]
struct Counts {
    echoes: AtomicU64,
    handshakes: AtomicU64,
}

pub(super) async fn run(listener: TcpListener, mut commands: UnboundedReceiver<String>) -> Result<()> {
    let counts = Arc::new(Counts::default());
    let counted = Arc::clone(&counts);
    tokio::spawn(accept(listener, move |request| handle(request, Arc::clone(&counted))));
    while let Some(command) = commands.recv().await {
        match command.as_str() {
            "count" => reply(&counts.echoes.load(Ordering::Relaxed).to_string()),
            "handshakes" => reply(&counts.handshakes.load(Ordering::Relaxed).to_string()),
            other => reply(&format!("unknown command {other}")),
        }
    }
    Ok(())
}

async fn handle(request: Request<Incoming>, counts: Arc<Counts>) -> Response<Full<Bytes>> {
    if request.method() == Method::GET {
        let challenge = challenge_in(request.uri().query().unwrap_or_default()).unwrap_or_default();
        let answer = Response::new(Full::new(Bytes::from(challenge.to_owned())));
        counts.handshakes.fetch_add(1, Ordering::Relaxed);
        return answer;
    }
    if let Ok(body) = request.into_body().collect().await
        && is_echo(&body.to_bytes())
    {
        counts.echoes.fetch_add(1, Ordering::Relaxed);
    }
    Response::new(Full::new(Bytes::new()))
}

/// The challenge in the query of a verification.
pub(super) fn challenge_in(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("hub.challenge="))
}

fn is_echo(body: &[u8]) -> bool {
    str::from_utf8(body).is_ok_and(|text| text.contains("\"is_echo\":true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_stands_anywhere_in_the_query() {
        assert_eq!(challenge_in("hub.mode=subscribe&hub.challenge=123&hub.verify_token=x"), Some("123"));
        assert_eq!(challenge_in("hub.mode=subscribe"), None);
    }
}
