//! The HTTP server: bytes, limits and connections, no rules.

mod body;
mod broken;
mod connection;
mod first;
mod handshake;
mod headers;
mod wire;

pub use body::AnswerBody;
pub(crate) use broken::Handshakes;
pub use broken::{Breach, BrokenHandshake};
pub(crate) use headers::of as headers_of;

use std::future::{Future, poll_fn};
use std::net::Ipv4Addr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use emulator_core::MEDIA_FOLDER;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::entrance::{Entrance, SERVED_HOSTS};
use crate::graph::{self, GraphError, Origin, Reply};
use crate::media;
use crate::proxy;
use crate::stage::Stage;
use connection::{Door, Visit};
use wire::{Connection, Next};

/// The largest header, in bytes.
const HEADER_LIMIT: usize = 16 * 1024;
/// The largest body, in bytes.
pub const BODY_LIMIT: usize = 26 * 1024 * 1024;
/// How much of a body above the limit is read to its end before it is refused, in bytes.
const SKIPPED_AT_MOST: usize = 4 * BODY_LIMIT;
/// How long a client may take to send a body, in real time.
const BODY_TIME: Duration = Duration::from_secs(60);
/// The most connections at a time.
const CONNECTIONS: usize = 1_024;
/// How many more are told that they are too many, rather than just closed.
const TURNED_AWAY: usize = 64;

/// A boxed future that can be sent between threads.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A request whose body was read.
pub type Read = Request<Bytes>;

/// What answers paths below `/_emulator`.
pub type ControlRoutes = Arc<dyn Fn(Read) -> BoxFuture<Response<AnswerBody>> + Send + Sync>;

/// Serves a stage on a listener until the future that calls it is dropped: plain or over TLS, and as a proxy.
pub async fn serve(
    listener: TcpListener,
    stage: Arc<Stage>,
    control: ControlRoutes,
    entrance: Arc<Entrance>,
) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let places = Arc::new(Semaphore::new(TURNED_AWAY));
    let address = listener.local_addr().unwrap_or_else(|_| (Ipv4Addr::LOCALHOST, 0).into());
    stage.shared().outward.listens_at(address);
    let door = Arc::new(Door { stage, control, entrance, address });
    loop {
        let Ok((stream, client)) = listener.accept().await else {
            // Out of file descriptors, or the client is gone already; others may still come.
            crate::clock::pause(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let visit = Visit::new(Arc::clone(&door), client);
        let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
            if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                let refusal = wire::refusal(&GraphError::too_many_connections(), &door.stage);
                tokio::spawn(async move {
                    connection::turn_away(stream, &refusal, &visit).await;
                    drop(place);
                });
            }
            continue;
        };
        tokio::spawn(async move {
            connection::serve(stream, visit).await;
            drop(permit);
        });
    }
}

async fn answer(
    mut request: Request<Incoming>,
    visit: &Visit,
    connection: &Connection,
) -> Response<AnswerBody> {
    // Hyper lets go of a connection unclosed when a request could have turned it into something else.
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let may_become = |leads| {
        if let Some(upgrade) = upgrade {
            connection.may_become(Next { upgrade, leads });
        }
    };
    if request.method() == Method::CONNECT {
        let (response, leads) = Box::pin(proxy::connect(request.uri(), visit.asker())).await;
        may_become(leads);
        return response;
    }
    may_become(None);
    let close = says_close(request.headers());
    let mut response = if request.uri().authority().is_some() {
        match Box::pin(proxy::absolute(request, visit.asker())).await {
            Ok(response) => response,
            Err(request) => serve_here(request, visit).await,
        }
    } else {
        serve_here(request, visit).await
    };
    if close {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Answers what is meant for the emulator itself.
async fn serve_here(request: Request<Incoming>, visit: &Visit) -> Response<AnswerBody> {
    let Door { stage, control, entrance, .. } = &*visit.door;
    let (head, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(unread) => {
            let refused = graph::refuse(stage, &head.method, head.uri.path(), unread.error);
            let mut response = told(refused).await;
            if unread.ends_connection {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            return response;
        }
    };
    let path = head.uri.path();
    let media = path.strip_prefix(MEDIA_FOLDER);
    if media.is_none() && (path == "/_emulator" || path.starts_with("/_emulator/")) {
        return match &visit.via {
            // By whatever name it calls now, it came for the platform.
            Some(host) if SERVED_HOSTS.contains(&&**host) => elsewhere(host),
            Some(_) | None => control(Request::from_parts(head, body)).await,
        };
    }
    if let Err(stranger) = entrance.lets_in(&head) {
        return told(graph::refuse(stage, &head.method, path, GraphError::stranger(&stranger))).await;
    }
    if let Some(name) = media {
        file(stage, &head.method, name)
    } else if head.method == Method::OPTIONS {
        preflight(&head.headers)
    } else {
        graph_call(&Request::from_parts(head, body), stage).await
    }
}

/// The control API is not at the hosts of the platform.
fn elsewhere(host: &str) -> Response<AnswerBody> {
    let text = format!("the control API is for this machine alone, and not at {host}\n");
    let mut response = Response::new(AnswerBody::from(Bytes::from(text)));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// Why a body is not there.
struct Unread {
    error: GraphError,
    /// True when nobody can tell where the next request would begin.
    ends_connection: bool,
}

/// Reads a body within its limits.
async fn read(mut body: Incoming) -> Result<Bytes, Unread> {
    let left = |error, ends_connection| Unread { error, ends_connection };
    // Who announces that much is not waited for.
    if body.size_hint().lower() > SKIPPED_AT_MOST as u64 {
        return Err(left(GraphError::body_too_large(), true));
    }
    let error = match in_time(Limited::new(&mut body, BODY_LIMIT).collect()).await {
        None => return Err(left(GraphError::body_too_slow(), true)),
        Some(Ok(body)) => return Ok(body.to_bytes()),
        Some(Err(error)) => error,
    };
    if !error.is::<LengthLimitError>() {
        return Err(left(GraphError::body_broken(), true));
    }
    let skipped = in_time(skip(&mut body)).await;
    Err(left(GraphError::body_too_large(), skipped.is_none()))
}

/// What comes within the time for a body. Most are there already, and need no timer.
async fn in_time<F: Future>(reading: F) -> Option<F::Output> {
    let mut reading = pin!(reading);
    let ready = poll_fn(|context| match reading.as_mut().poll(context) {
        Poll::Ready(read) => Poll::Ready(Some(read)),
        Poll::Pending => Poll::Ready(None),
    });
    match ready.await {
        Some(read) => Some(read),
        None => tokio::time::timeout(BODY_TIME, reading).await.ok(),
    }
}

/// Reads what a client still has to say, since many read the answer only when they have said all.
async fn skip(body: &mut Incoming) {
    let mut skipped = 0;
    while let Some(Ok(frame)) = body.frame().await {
        skipped += frame.data_ref().map_or(0, Bytes::len);
        if skipped > SKIPPED_AT_MOST {
            return;
        }
    }
}

/// Some clients reuse a connection that they announced to close, unless the answer repeats it.
fn says_close(headers: &HeaderMap) -> bool {
    let value = headers.get(CONNECTION).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.split(',').any(|token| token.trim().eq_ignore_ascii_case("close")))
}

async fn graph_call(request: &Read, stage: &Arc<Stage>) -> Response<AnswerBody> {
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let call = graph::Request {
        method: request.method(),
        path: request.uri().path(),
        query: request.uri().query(),
        body: request.body(),
        content_type: header(CONTENT_TYPE),
        bearer: header(AUTHORIZATION).and_then(bearer),
        if_none_match: header(IF_NONE_MATCH),
        origin: Origin::Bot,
    };
    let reply = graph::answer(stage, call).await;
    if reply.can_race() {
        // A call that has arrived by now was made before this one could be answered; it has to be
        // seen while this one is open, for their order is chance.
        tokio::task::yield_now().await;
    }
    told(reply).await
}

/// The answer, once it may leave.
async fn told(mut reply: Reply) -> Response<AnswerBody> {
    reply.uncrowded().await;
    if !reply.written().await {
        reply.give_up();
    }
    reply.echoed().await;
    respond(reply)
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth")).then(|| token.trim())
}

/// The answer with its headers.
fn respond(mut reply: Reply) -> Response<AnswerBody> {
    let headers = headers::of(&reply);
    let bytes = std::mem::take(&mut reply.body);
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(AnswerBody::of_reply(bytes, reply));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// A file that a person sent.
fn file(stage: &Stage, method: &Method, name: &str) -> Response<AnswerBody> {
    let (status, bytes) = match (method, stage.shared().media.get(name)) {
        (&Method::GET | &Method::HEAD, Some(content)) => (StatusCode::OK, content),
        (&Method::GET | &Method::HEAD, None) => {
            (StatusCode::NOT_FOUND, Bytes::from_static(b"no such file\n"))
        }
        _ => (StatusCode::METHOD_NOT_ALLOWED, Bytes::from_static(b"files take GET\n")),
    };
    let kind = if status == StatusCode::OK { media::content_type(name) } else { "text/plain" };
    let mut response = Response::new(AnswerBody::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // What a bot was sent by name is not to be run by a browser.
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// What a browser is told that asks whether a page may call (M-33). It is no call of Graph.
fn preflight(asked: &HeaderMap) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::from(Bytes::new()));
    *response.headers_mut() = headers::of_preflight(asked);
    response
}
