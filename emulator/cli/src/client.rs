//! A client for the control API of a running emulator.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The number of the last entry that it tells of, where it tells of entries.
    pub(crate) last: Option<u64>,
}

/// Asks a running emulator.
pub(crate) async fn ask(base: &str, method: Method, path: &str, body: String) -> Result<Answer, String> {
    let unreachable = |why: String| {
        format!(
            "no emulator answers at {base}: {why}; start one with `messenger-emulator serve`, or name it with --url"
        )
    };
    let wrong = || format!("`{base}` is no URL of an emulator; write it as http://127.0.0.1:7380");
    let uri: Uri = base.parse().map_err(|_| wrong())?;
    let host = uri.host().filter(|_| uri.scheme_str() == Some("http")).ok_or_else(wrong)?;
    let authority = format!("{host}:{}", uri.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(&authority).await.map_err(|error| unreachable(error.to_string()))?;
    let connected = http1::handshake(TokioIo::new(stream)).await;
    let (mut connection, driver) = connected.map_err(|error| unreachable(error.to_string()))?;
    tokio::spawn(async move {
        let _ = driver.await;
    });
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", authority)
        .body(Full::new(Bytes::from(body)));
    let request = request.map_err(|error| error.to_string())?;
    let response = connection.send_request(request).await.map_err(|error| unreachable(error.to_string()))?;
    let status = response.status().as_u16();
    let last = response.headers().get("x-emulator-last").and_then(|last| last.to_str().ok()?.parse().ok());
    let body = response.into_body().collect().await.map_err(|error| unreachable(error.to_string()))?;
    Ok(Answer { status, body: String::from_utf8_lossy(&body.to_bytes()).into_owned(), last })
}
