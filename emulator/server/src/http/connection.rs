//! One connection from its first byte to its last: plain or encrypted, and by CONNECT once more the same, or a tunnel.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::rt::Write as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::first::{First, Rewound, Silent};
use super::handshake::{self, Begun};
use super::wire::{Connection, IDLE, Next, Wire};
use super::{ControlRoutes, HEADER_LIMIT, answer};
use crate::clock::Alarm;
use crate::entrance::Entrance;
use crate::proxy::{Asker, Leads};
use crate::stage::Stage;

/// How long a broken connection is given for its end, in real time.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How often CONNECT may lead back here on one connection.
const DEPTH: u8 = 3;
/// How long somebody who is one too many is given to hear that, in real time.
const TURNING_AWAY: Duration = Duration::from_secs(1);
/// How long of that its first byte may take.
const FIRST_BYTE: Duration = Duration::from_millis(500);

/// What the connections of one listener share.
pub(super) struct Door {
    pub(super) stage: Arc<Stage>,
    pub(super) control: ControlRoutes,
    pub(super) entrance: Arc<Entrance>,
    /// Where it listens.
    pub(super) address: SocketAddr,
}

/// A client on its way in.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) door: Arc<Door>,
    /// The address of the client.
    pub(super) client: SocketAddr,
    /// The host that the last CONNECT named.
    pub(super) via: Option<Arc<str>>,
    /// How often CONNECT may still lead here.
    pub(super) depth: u8,
}

impl Visit {
    pub(super) const fn new(door: Arc<Door>, client: SocketAddr) -> Self {
        Self { door, client, via: None, depth: DEPTH }
    }

    /// The connection as one that asks for other hosts.
    pub(super) fn asker(&self) -> Asker<'_> {
        Asker {
            stage: &self.door.stage,
            entrance: &self.door.entrance,
            client: self.client,
            listener: self.door.address,
            may_enter: self.depth > 0,
        }
    }
}

/// Bytes both ways, whatever carries them.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

/// A stream that is no plain connection.
type Wrapped = Box<dyn Stream>;

/// What one step on a connection leaves for the next one.
struct Further {
    stream: Wrapped,
    visit: Visit,
    /// The handshake of the stream, when it is encrypted.
    begun: Option<Begun>,
}

/// Serves a connection until it ends.
pub(super) async fn serve(stream: TcpStream, visit: Visit) {
    let mut further = enter(stream, visit, None).await;
    while let Some(Further { stream, visit, begun }) = further {
        further = enter(stream, visit, begun).await;
    }
}

/// Looks at what a client says first, and goes on with it.
async fn enter<S: Stream>(mut stream: S, visit: Visit, begun: Option<Begun>) -> Option<Further> {
    let mut alarm = Alarm::default();
    let first = match First::read(&mut stream, &mut alarm, IDLE).await {
        Ok(first) => first,
        Err(Silent::Closed(error)) => {
            if let Some(begun) = begun {
                begun.left(error.as_ref(), &visit);
            }
            return None;
        }
        Err(Silent::Idle) => {
            let _ = stream.shutdown().await;
            return None;
        }
    };
    if first.is_tls()
        && begun.is_none()
        && let Some(authority) = &visit.door.entrance.authority
    {
        let stream = Rewound::new(Bytes::copy_from_slice(first.left()), stream);
        let (stream, begun) = Box::pin(handshake::shake(stream, authority, &visit)).await?;
        return Some(Further { stream: Box::new(stream), visit, begun: Some(begun) });
    }
    let (stream, leads) = converse(stream, (first, alarm), &visit).await?;
    match leads {
        Leads::Here(host) => {
            let visit = Visit { via: Some(host), depth: visit.depth.saturating_sub(1), ..visit };
            Some(Further { stream: Box::new(stream), visit, begun: None })
        }
        Leads::Away(tunnel) => {
            Box::pin(tunnel.carry(stream)).await;
            None
        }
    }
}

/// Speaks HTTP. Gives back the stream when it is to become something else, and where it leads.
async fn converse<S: Stream>(stream: S, first: (First, Alarm), visit: &Visit) -> Option<(Rewound<S>, Leads)> {
    let connection = Connection::default();
    let wire = Wire::new(stream, first, connection.clone(), Arc::clone(&visit.door.stage));
    let service = service_fn(|request| {
        let visit = visit.clone();
        let connection = connection.clone();
        connection.asked();
        async move {
            let mut response = answer(request, &visit, &connection).await;
            response.body_mut().leaves_over(connection);
            Ok::<_, Infallible>(response)
        }
    });
    let mut served = http1::Builder::new()
        // The wire does that, for less.
        .header_read_timeout(None)
        .max_buf_size(HEADER_LIMIT)
        .serve_connection(wire, service)
        .with_upgrades();
    // A connection that breaks concerns nobody but its client, who is told all the same that this is its end.
    if (&mut served).await.is_err() {
        let mut wire = served.into_parts()?.io;
        let ended = poll_fn(|context| Pin::new(&mut wire).poll_shutdown(context));
        let _ = tokio::time::timeout(LAST_WORDS, ended).await;
        return None;
    }
    let Next { upgrade, leads } = connection.becomes()?;
    let parts = upgrade.await.ok()?.downcast::<Wire<S>>().ok()?;
    let mut stream = Rewound::new(parts.read_buf, parts.io.into_stream());
    match leads {
        Some(leads) => Some((stream, leads)),
        None => {
            let _ = stream.shutdown().await;
            None
        }
    }
}

/// Tells a client that there are too many, and waits a little for it to hear that.
pub(super) async fn turn_away(mut stream: TcpStream, refusal: &[u8], visit: &Visit) {
    let told = async {
        let mut alarm = Alarm::default();
        // Nobody has to say something to be told.
        let first = First::read(&mut stream, &mut alarm, FIRST_BYTE).await;
        match (first, &visit.door.entrance.authority) {
            (Ok(first), Some(authority)) if first.is_tls() => {
                let stream = Rewound::new(Bytes::copy_from_slice(first.left()), stream);
                let shaken = handshake::shake(stream, authority, visit).await;
                let Some((stream, _)) = shaken else { return Ok(0) };
                tell(stream, refusal).await
            }
            (Ok(_) | Err(_), _) => tell(stream, refusal).await,
        }
    };
    // Whoever is gone meanwhile has no use for it.
    let _ = tokio::time::timeout(TURNING_AWAY, Box::pin(told)).await;
}

async fn tell<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, text: &[u8]) -> std::io::Result<u64> {
    stream.write_all(text).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
}
