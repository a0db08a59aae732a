//! A bot that records what arrives, in order and as bytes, and does with it what a test says.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::http::{Call, Client, Message, PATIENCE};

/// What the bot does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reaction {
    /// Answers with that status.
    Status(u16),
    /// Answers with 200 and that body.
    Answer(String),
    /// Writes these bytes and closes the connection.
    Bytes(&'static str),
    /// Closes the connection without an answer.
    Close,
    /// Waits for [`Bot::release`], then answers with 200.
    Hold,
    /// Makes these calls one after the other, and acknowledges before or after them.
    Works(Acknowledges, Vec<GraphCall>),
}

/// When a bot that works acknowledges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acknowledges {
    First,
    Last,
}

/// A call and the server that it goes to.
#[derive(Debug, Clone)]
pub(crate) struct GraphCall(pub(crate) SocketAddr, pub(crate) Call);

/// A request, as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The number of the connection, from 0.
    pub(crate) connection: usize,
    pub(crate) request: Message,
}

impl Arrival {
    /// The array in which it came.
    pub(crate) fn channel(&self) -> &'static str {
        let body = self.request.json();
        if body["entry"][0]["messaging"].is_array() { "messaging" } else { "standby" }
    }

    /// The text of the message in it.
    pub(crate) fn text(&self) -> String {
        let event = self.event();
        event["message"]["text"].as_str().unwrap_or_default().to_owned()
    }

    /// The only event in it.
    pub(crate) fn event(&self) -> serde_json::Value {
        let entry = &self.request.json()["entry"][0];
        [&entry["messaging"][0], &entry["standby"][0]]
            .into_iter()
            .find(|item| !item.is_null())
            .unwrap()
            .clone()
    }
}

const ACKNOWLEDGED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

type React = dyn Fn(usize, &Arrival) -> Reaction + Send + Sync;

struct Inner {
    react: Box<React>,
    arrivals: Mutex<Vec<Arrival>>,
    count: watch::Sender<usize>,
    gate: Semaphore,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

/// A bot that listens.
pub(crate) struct Bot {
    address: SocketAddr,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Bot {
    /// A bot that acknowledges everything.
    pub(crate) async fn start() -> Self {
        Self::reacting(|_, _| Reaction::Status(200)).await
    }

    /// A bot that decides by the number of the arrival, from 0, and what it is.
    pub(crate) async fn reacting(
        react: impl Fn(usize, &Arrival) -> Reaction + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        Self::on(listener, react)
    }

    pub(crate) fn on(
        listener: TcpListener,
        react: impl Fn(usize, &Arrival) -> Reaction + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("it is bound");
        let inner = Arc::new(Inner {
            react: Box::new(react),
            arrivals: Mutex::default(),
            count: watch::Sender::new(0),
            gate: Semaphore::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&inner);
        let task = tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::spawn(converse(Arc::clone(&serving), connection, stream));
            }
        });
        Self { address, inner, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/webhook", self.address)
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that has arrived so far.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        self.inner.arrivals.lock().unwrap().clone()
    }

    /// Waits until that many have arrived.
    pub(crate) async fn arrived(&self, count: usize) -> Vec<Arrival> {
        let mut seen = self.inner.count.subscribe();
        let wait = tokio::time::timeout(PATIENCE, seen.wait_for(|seen| *seen >= count));
        let came = wait.await.is_ok();
        assert!(came, "{count} deliveries expected, these came: {:?}", self.texts());
        self.arrivals()
    }

    /// The texts of the messages, in the order in which they arrived.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.arrivals().iter().map(Arrival::text).collect()
    }

    /// Lets that many held requests be answered.
    pub(crate) fn release(&self, count: usize) {
        self.inner.gate.add_permits(count);
    }

    /// The most requests that were ever open at once.
    pub(crate) fn most_open(&self) -> usize {
        self.inner.most_open.load(Ordering::SeqCst)
    }
}

async fn converse(bot: Arc<Inner>, connection: usize, stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    while let Ok(Some(request)) = Message::read(&mut stream).await {
        let open = bot.open.fetch_add(1, Ordering::SeqCst) + 1;
        bot.most_open.fetch_max(open, Ordering::SeqCst);
        let arrival = Arrival { connection, request };
        let reaction = {
            let mut arrivals = bot.arrivals.lock().unwrap();
            arrivals.push(arrival.clone());
            (bot.react)(arrivals.len() - 1, &arrival)
        };
        bot.count.send_modify(|count| *count += 1);
        let (answer, keep) = match reaction {
            Reaction::Status(204) => ("HTTP/1.1 204 X\r\n\r\n".to_owned(), true),
            Reaction::Status(status) => {
                (format!("HTTP/1.1 {status} X\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nok"), true)
            }
            Reaction::Answer(body) => {
                (format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()), true)
            }
            Reaction::Bytes(bytes) => (bytes.to_owned(), false),
            Reaction::Close => (String::new(), false),
            Reaction::Works(acknowledges, calls) => {
                if acknowledges == Acknowledges::First {
                    let _ = stream.get_mut().write_all(ACKNOWLEDGED.as_bytes()).await;
                }
                for GraphCall(server, call) in calls {
                    Client::connect(server).await.call(&call).await;
                }
                (
                    if acknowledges == Acknowledges::Last { ACKNOWLEDGED.to_owned() } else { String::new() },
                    true,
                )
            }
            Reaction::Hold => {
                if let Ok(permit) = bot.gate.acquire().await {
                    permit.forget();
                }
                (ACKNOWLEDGED.to_owned(), true)
            }
        };
        bot.open.fetch_sub(1, Ordering::SeqCst);
        let written = stream.get_mut().write_all(answer.as_bytes()).await;
        if written.is_err() || !keep {
            return;
        }
    }
}
