//! TLS on a connection whose first byte says so.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::server::TlsStream;

use super::broken::{Breach, BrokenHandshake};
use super::connection::Visit;
use super::wire::HEADER;
use crate::clock::Stopwatch;
use crate::entrance::SERVED_HOSTS;
use crate::proxy::{self, Process};
use crate::tls::Authority;

/// How soon after the handshake a client that says nothing has broken it off, in milliseconds: some check certificates
/// only then.
const SECOND_THOUGHTS: u128 = 5_000;

/// Who began a handshake that worked, until the client says something over it.
pub(super) struct Begun {
    authority: Arc<Authority>,
    asked: String,
    process: Option<Process>,
    ended: Stopwatch,
}

/// Makes the handshake; nothing when it came to nothing, which is noted.
pub(super) async fn shake<S>(
    stream: S,
    authority: &Arc<Authority>,
    visit: &Visit,
) -> Option<(TlsStream<S>, Begun)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut asked = None;
    let mut process = None;
    let shaken = tokio::time::timeout(HEADER, async {
        let acceptor = LazyConfigAcceptor::new(Acceptor::default(), stream);
        let start = acceptor.await?;
        asked = start.client_hello().server_name().map(str::to_ascii_lowercase);
        if visit.door.stage.shared().handshakes.looks() {
            process = proxy::process_at(visit.client, visit.door.address).await;
        }
        start.into_stream(Arc::clone(authority.server_config())).await
    });
    let shaken = shaken.await;
    let known = asked.as_deref().is_none_or(is_known);
    let begun = Begun {
        authority: Arc::clone(authority),
        asked: asked.unwrap_or_else(|| visit.door.address.to_string()),
        process,
        ended: Stopwatch::start(),
    };
    match shaken {
        Ok(Ok(stream)) => return Some((stream, begun)),
        Ok(Err(error)) => begun.broken(Breach::of(&error, known), visit),
        Err(_) => begun.broken(Breach::TimedOut, visit),
    }
    None
}

fn is_known(name: &str) -> bool {
    name == "localhost" || SERVED_HOSTS.contains(&name)
}

impl Begun {
    /// The client ended the connection without a word after the handshake.
    pub(super) fn left(self, error: Option<&std::io::Error>, visit: &Visit) {
        if self.ended.elapsed().as_millis() < SECOND_THOUGHTS {
            let breach = error.map_or(Breach::Closed, |error| Breach::of(error, true));
            self.broken(breach, visit);
        }
    }

    fn broken(self, breach: Breach, visit: &Visit) {
        let Self { authority, asked, process, ended: _ } = self;
        let files = authority.files().clone();
        let handshake = BrokenHandshake { asked, breach, process, files };
        visit.door.stage.shared().handshakes.note(handshake);
    }
}
