//! The load generator: prepared bytes over kept TCP connections, and just enough of HTTP/1.1 to read the answers.
//!
//! It must cost less than any server under test, so it knows no chunked bodies, no redirects and no pipelining, and
//! each connection has one request open at a time. Everything but 200 ends a round with an error.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::histogram::Histogram;
use super::skip;

/// How long an answer may take beyond the length of a round.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came back for one request.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// The body as a person reads it, cut to a line.
    pub(crate) fn shown(&self) -> String {
        let text: String = String::from_utf8_lossy(self.body).chars().take(300).collect();
        format!("status {}: {}", self.status, text.trim())
    }
}

/// What a connection goes over.
enum Stream {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

impl Stream {
    async fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).await,
            Self::Secure(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
        }
    }

    async fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into).await,
            Self::Secure(stream) => stream.read(into).await,
        }
    }
}

/// One kept connection.
pub(crate) struct Connection {
    stream: Stream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream =
            TcpStream::connect(address).await.with_context(|| format!("failed to connect to {address}"))?;
        stream.set_nodelay(true).context("failed to set up a connection")?;
        Ok(Self { stream: Stream::Plain(stream), buffer: vec![0; 16 * 1024] })
    }

    /// Asks a proxy for a tunnel to a host and speaks TLS through it.
    pub(crate) async fn through(proxy: SocketAddr, host: &'static str, tls: &TlsConnector) -> Result<Self> {
        let mut plain = TcpStream::connect(proxy).await.context("failed to connect to the proxy")?;
        plain.set_nodelay(true).context("failed to set up a connection")?;
        let asked = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n");
        plain.write_all(asked.as_bytes()).await.context("failed to ask for a tunnel")?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(plain.read_u8().await.context("failed to read the answer of the proxy")?);
        }
        if !answer.starts_with(b"HTTP/1.1 200") && !answer.starts_with(b"HTTP/1.0 200") {
            return Err(skip(format!("CONNECT is answered with {:?}", String::from_utf8_lossy(&answer))));
        }
        let name = ServerName::try_from(host).context("not the name of a host")?;
        let stream = tls.connect(name, plain).await.context("no TLS through the tunnel")?;
        Ok(Self { stream: Stream::Secure(Box::new(stream)), buffer: vec![0; 16 * 1024] })
    }

    /// Sends one request and waits for the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await.context("failed to send a request")?;
        let mut filled = 0;
        let mut head = None;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read =
                self.stream.read(&mut self.buffer[filled..]).await.context("failed to read an answer")?;
            ensure!(read > 0, "the connection was closed in the middle of an exchange");
            filled += read;
            if head.is_none() {
                head = parse_head(&self.buffer[..filled])?;
            }
            if let Some(Head { status, length, body }) = head
                && filled >= length + body
            {
                ensure!(filled == length + body, "more came back than the answer");
                return Ok(Answer { status, body: &self.buffer[length..filled] });
            }
        }
    }
}

/// What the head of an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    length: usize,
    body: usize,
}

/// Reads the head of an answer, if all of it is there.
fn parse_head(bytes: &[u8]) -> Result<Option<Head>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let mut lines = bytes[..end].split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let status = first
        .strip_prefix(b"HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(number)
        .and_then(|status| u16::try_from(status).ok())
        .ok_or_else(|| anyhow!("not an HTTP answer: {:?}", String::from_utf8_lossy(first)))?;
    for line in lines {
        if let Some((name, value)) = line.split_at_checked(15)
            && name.eq_ignore_ascii_case(b"content-length:")
        {
            let body = number(value.trim_ascii()).context("a content-length that is no number")?;
            return Ok(Some(Head { status, length: end + 4, body }));
        }
    }
    bail!("an answer without content-length")
}

fn number(digits: &[u8]) -> Option<usize> {
    str::from_utf8(digits).ok()?.parse().ok()
}

/// Writes out a request with a JSON body.
pub(crate) fn post(address: SocketAddr, path: &str, body: &str) -> Bytes {
    Bytes::from(format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// Writes out a request without a body.
pub(crate) fn get(address: SocketAddr, path: &str) -> Bytes {
    Bytes::from(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n"))
}

/// Several connections, each of which repeats its own request.
pub(crate) struct Load {
    lines: Vec<(Connection, Bytes)>,
}

/// What one round measured.
#[derive(Clone)]
pub(crate) struct Round {
    pub(crate) elapsed: Duration,
    pub(crate) latencies: Histogram,
}

impl Round {
    pub(crate) fn count(&self) -> u64 {
        self.latencies.count()
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.count() as f64 / self.elapsed.as_secs_f64()
    }
}

impl Load {
    /// Opens a connection for each request.
    pub(crate) async fn open(address: SocketAddr, requests: impl IntoIterator<Item = Bytes>) -> Result<Self> {
        let mut lines = Vec::new();
        for request in requests {
            lines.push((Connection::open(address).await?, request));
        }
        Ok(Self { lines })
    }

    /// The same through a proxy, with TLS to a host.
    pub(crate) async fn through(
        proxy: SocketAddr,
        host: &'static str,
        tls: &TlsConnector,
        requests: impl IntoIterator<Item = Bytes>,
    ) -> Result<Self> {
        let mut lines = Vec::new();
        for request in requests {
            lines.push((Connection::through(proxy, host, tls).await?, request));
        }
        Ok(Self { lines })
    }

    /// Keeps every connection busy for so long.
    pub(crate) async fn round(&mut self, length: Duration) -> Result<Round> {
        let begun = Instant::now();
        let until = begun + length;
        let mut tasks = JoinSet::new();
        for (connection, request) in self.lines.drain(..) {
            tasks.spawn(repeat(connection, request, until));
        }
        let mut latencies = Histogram::new();
        while let Some(ended) =
            timeout(length + PATIENCE, tasks.join_next()).await.context("an answer never came")?
        {
            let (line, measured) = ended.context("a connection's task failed")??;
            self.lines.push(line);
            latencies.merge(&measured);
        }
        Ok(Round { elapsed: begun.elapsed(), latencies })
    }
}

async fn repeat(
    mut connection: Connection,
    request: Bytes,
    until: Instant,
) -> Result<((Connection, Bytes), Histogram)> {
    let mut latencies = Histogram::new();
    let mut begun = Instant::now();
    while begun < until {
        let answer = connection.exchange(&request).await?;
        if answer.status != 200 {
            bail!("the load was answered with {}", answer.shown());
        }
        let now = Instant::now();
        latencies.add(now - begun);
        begun = now;
    }
    Ok(((connection, request), latencies))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-LENGTH:  12\r\n\r\nhello";
        let length = text.len() - 5;
        let head = parse_head(text).unwrap();
        assert_eq!(head, Some(Head { status: 200, length, body: 12 }));
        assert_eq!(parse_head(&text[..length - 1]).unwrap(), None);
    }

    #[test]
    fn other_framing_is_refused() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert!(parse_head(chunked).is_err());
        assert!(parse_head(b"SSH-2.0 hello\r\n\r\n").is_err());
    }

    #[test]
    fn a_request_counts_its_body_in_bytes() {
        let request = post(SocketAddr::from(([127, 0, 0, 1], 80)), "/", "\"é\"");
        assert!(request.windows(17).any(|window| window == b"Content-Length: 4"), "{request:?}");
    }
}
