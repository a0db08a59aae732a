//! The HTTP server: bytes, limits and connections, no rules.

mod headers;
mod wire;

pub(crate) use headers::of as headers_of;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::entrance::Entrance;
use crate::graph::{self, GraphError, Origin, Reply};
use crate::media::{self, MEDIA_FOLDER};
use crate::stage::Stage;
use wire::{Connection, Wire};

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

/// The body of an answer. It holds what must not leave before the answer did.
#[derive(Debug)]
pub struct AnswerBody {
    bytes: Option<Bytes>,
    reply: Option<Reply>,
    connection: Option<Connection>,
}

impl From<Bytes> for AnswerBody {
    fn from(bytes: Bytes) -> Self {
        Self { bytes: Some(bytes), reply: None, connection: None }
    }
}

impl Drop for AnswerBody {
    /// The answer is in the buffer of its connection, whose flush lets go of the rest.
    fn drop(&mut self) {
        let mut reply = self.reply.take();
        if let Some(reply) = &mut reply {
            reply.leaves();
        }
        if let Some(connection) = &self.connection {
            connection.answered(reply);
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// A boxed future that can be sent between threads.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A request whose body was read.
pub type Read = Request<Bytes>;

/// What answers paths below `/_emulator`.
pub type ControlRoutes = Arc<dyn Fn(Read) -> BoxFuture<Response<AnswerBody>> + Send + Sync>;

/// Serves a stage on a listener until the future that calls it is dropped.
pub async fn serve(
    listener: TcpListener,
    stage: Arc<Stage>,
    control: ControlRoutes,
    _entrance: Arc<Entrance>,
) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let door = Arc::new(Semaphore::new(TURNED_AWAY));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, or the client is gone already; others may still come.
            crate::clock::pause(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
            if let Ok(place) = Arc::clone(&door).try_acquire_owned() {
                let refusal = wire::refusal(&GraphError::too_many_connections(), &stage);
                tokio::spawn(async move {
                    turn_away(stream, &refusal).await;
                    drop(place);
                });
            }
            continue;
        };
        let stage = Arc::clone(&stage);
        let control = Arc::clone(&control);
        tokio::spawn(async move {
            let connection = Connection::default();
            let wire = Wire::new(TokioIo::new(stream), connection.clone(), Arc::clone(&stage));
            let service = service_fn(|request| {
                let stage = Arc::clone(&stage);
                let control = Arc::clone(&control);
                let connection = connection.clone();
                connection.asked();
                async move {
                    let mut response = answer(request, &stage, &control).await;
                    response.body_mut().connection = Some(connection);
                    Ok::<_, Infallible>(response)
                }
            });
            // A connection that breaks concerns nobody but its client.
            let _ = http1::Builder::new()
                // The wire does that, for less.
                .header_read_timeout(None)
                .max_buf_size(HEADER_LIMIT)
                .serve_connection(wire, service)
                .await;
            drop(permit);
        });
    }
}

/// Tells a client that there are too many, and waits a little for it to hear that.
async fn turn_away(mut stream: TcpStream, refusal: &[u8]) {
    let told = async {
        stream.write_all(refusal).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
    };
    // Whoever is gone meanwhile has no use for it.
    let _ = tokio::time::timeout(Duration::from_secs(1), told).await;
}

async fn answer(
    request: Request<Incoming>,
    stage: &Arc<Stage>,
    control: &ControlRoutes,
) -> Response<AnswerBody> {
    let (head, body) = request.into_parts();
    let mut close = says_close(&head.headers);
    let mut response = match read(body).await {
        Err(unread) => {
            close |= unread.ends_connection;
            told(graph::refuse(stage, &head.method, head.uri.path(), unread.error)).await
        }
        Ok(body) => {
            let request = Request::from_parts(head, body);
            let path = request.uri().path();
            if let Some(name) = path.strip_prefix(MEDIA_FOLDER) {
                file(stage, request.method(), name)
            } else if path == "/_emulator" || path.starts_with("/_emulator/") {
                control(request).await
            } else if request.method() == Method::OPTIONS {
                preflight(request.headers())
            } else {
                graph_call(&request, stage).await
            }
        }
    };
    if close {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
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
    let mut response = Response::new(AnswerBody { bytes: Some(bytes), reply: Some(reply), connection: None });
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
