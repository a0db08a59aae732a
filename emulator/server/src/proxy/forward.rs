//! Requests in absolute form that are passed on to other hosts.

use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Response, Uri, Version};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OwnedSemaphorePermit;

use super::refusal::{Failure, Refusal};
use super::target::{Target, without_user};
use super::tunnel::IN_FLIGHT;
use super::watched::{Activity, IDLE_TEXT, Watched};
use crate::http::AnswerBody;

/// Headers that concern one connection alone, beside those that `Connection` names. What is expected before a body is
/// answered here.
const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("expect"),
];

/// Makes a request over a connection of its own. Both bodies are streamed.
pub(super) async fn forward<S>(
    mut request: Request<Incoming>,
    target: &Target,
    stream: S,
    place: OwnedSemaphorePermit,
) -> Result<Response<AnswerBody>, Refusal>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::begin();
    let failed = |error: hyper::Error, activity: &Activity| {
        let failure =
            if activity.is_over() { Failure::TimedOut(IDLE_TEXT) } else { Failure::Broken(root_of(&error)) };
        Refusal::Failed(target.clone(), failure)
    };
    to_origin_form(&mut request);
    let stream = TokioIo::new(Watched::new(stream, activity.clone()));
    let mut client = http1::Builder::new();
    client.max_buf_size(IN_FLIGHT);
    let (mut sender, connection) =
        client.handshake(stream).await.map_err(|error| failed(error, &activity))?;
    let watched = activity.clone();
    tokio::spawn(async move {
        tokio::select! {
            // What breaks it is seen in the answer.
            _ = connection => {}
            () = watched.over() => {}
        }
        drop(place);
    });
    let (mut head, body) =
        sender.send_request(request).await.map_err(|error| failed(error, &activity))?.into_parts();
    strip(&mut head.headers);
    head.version = Version::HTTP_11;
    head.extensions.clear();
    Ok(Response::from_parts(head, AnswerBody::from(body)))
}

/// The request as its target gets it.
fn to_origin_form(request: &mut Request<Incoming>) {
    strip(request.headers_mut());
    // The target that a request in absolute form names counts, whatever its Host says.
    let authority = request.uri().authority().map(|authority| without_user(authority).to_owned());
    if let Some(Ok(host)) = authority.map(HeaderValue::try_from) {
        request.headers_mut().insert(HOST, host);
    }
    let target = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::from(target.unwrap_or_else(|| PathAndQuery::from_static("/")));
    *request.version_mut() = Version::HTTP_11;
}

/// Takes out what concerns one connection alone.
fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// What is at the bottom of an error of hyper, which says less itself.
fn root_of(error: &hyper::Error) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    source.to_string()
}
