//! HTTP/1.1 as bytes, so that spelling, order and broken messages can be seen and made.

use std::fmt::{self, Write as _};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
};
use tokio::net::TcpStream;

/// How long anything may take before a test fails rather than hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A request or an answer as it came over the wire.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// The first line.
    pub(crate) start: String,
    /// The header lines in their order and spelling.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Message {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.start)?;
        for (name, value) in &self.headers {
            writeln!(out, "{name}: {value}")?;
        }
        write!(out, "{}", String::from_utf8_lossy(&self.body))
    }
}

impl Message {
    /// Reads one message; none when the other side has closed the connection before it.
    pub(crate) async fn read<S: AsyncBufRead + Unpin>(stream: &mut S) -> io::Result<Option<Self>> {
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            if stream.read_until(b'\n', &mut line).await? == 0 {
                return if lines.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let header = |line: &String| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            (name.to_owned(), value.trim().to_owned())
        };
        let mut message =
            Self { start: lines[0].clone(), headers: lines[1..].iter().map(header).collect(), body: vec![] };
        let length = message.header("content-length").map_or(Ok(0), str::parse);
        message.body = vec![0; length.map_err(|_| io::ErrorKind::InvalidData)?];
        stream.read_exact(&mut message.body).await?;
        Ok(Some(message))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        line.map(|(_, value)| value.as_str())
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        self.start.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("an answer has a status")
    }

    /// Method and target of a request.
    pub(crate) fn target(&self) -> &str {
        self.start.rsplit_once(' ').map_or("", |(target, _)| target)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// `error.code` and `error.error_subcode`, with 0 for what is not there.
    pub(crate) fn error(&self) -> (i64, i64) {
        let body = self.json();
        let number = |key: &str| body["error"][key].as_i64().unwrap_or_default();
        (number("code"), number("error_subcode"))
    }
}

/// A connection of a client, plain or over whatever carries its bytes.
pub(crate) struct Client<S = TcpStream> {
    stream: BufReader<S>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket takes options");
        Self::over(stream)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    pub(crate) fn stream(&mut self) -> &mut S {
        self.stream.get_mut()
    }

    /// The stream itself; nothing may have been read ahead.
    pub(crate) fn into_stream(self) -> S {
        assert!(self.stream.buffer().is_empty(), "bytes were read ahead");
        self.stream.into_inner()
    }

    /// Writes bytes as they are. The other side may have had enough of them.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes).await;
        let _ = self.stream.get_mut().flush().await;
    }

    /// Says that nothing more will be written.
    pub(crate) async fn end(&mut self) {
        let _ = self.stream.get_mut().shutdown().await;
    }

    /// The next answer; none when the connection was closed or broke.
    pub(crate) async fn answer(&mut self) -> Option<Message> {
        let read = tokio::time::timeout(PATIENCE, Message::read(&mut self.stream)).await;
        read.expect("an answer or the end of the connection comes").ok().flatten()
    }

    /// Makes one call.
    pub(crate) async fn call(&mut self, call: &Call) -> Message {
        self.write(&call.bytes()).await;
        self.answer().await.unwrap_or_else(|| panic!("no answer to {call:?}"))
    }
}

/// A Graph call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { method: method.into(), target: target.into(), ..Self::default() }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn post(target: &str) -> Self {
        Self::new("POST", target)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    pub(crate) fn form(self, pairs: &[(&str, &str)]) -> Self {
        self.header("Content-Type", "application/x-www-form-urlencoded").body(encoded(pairs))
    }

    /// The request as bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if !self.body.is_empty() || self.method == "POST" {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// Parameters in the encoding of queries and forms.
pub(crate) fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
