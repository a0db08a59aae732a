//! A bot and somebody who talks to it, without an engine between: an HTTP client posts signed webhooks and an HTTP
//! server takes the bot's answers. It is what a turn costs at least.
//!
//! `bot ADDRESS` names the bot; `round CHATS MILLISECONDS` talks in so many conversations at once and answers with
//! the turns, the seconds and the percentiles as JSON.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use sha1::Sha1;
use sha2::Sha256;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::super::histogram::Histogram;
use super::{accept, json_answer, reply};

const SECRET: &[u8] = b"bot-app-secret";
const PAGE: &str = "100000000000001";
const FIRST_PERSON: u64 = 7_000_000_000_000_001;
const MOST_CHATS: u64 = 256;
/// Nobody reads the clock in these bodies; it only has to rise.
const FIRST_TIMESTAMP: u64 = 1_780_000_000_000;
/// How long a bot may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the client and the server of the pair share.
struct Shared {
    answered: Vec<Notify>,
    answers: AtomicU64,
    turns: AtomicU64,
}

/// What a bot sends, as far as the turn depends on it.
#[derive(Deserialize)]
struct Sent<'a> {
    #[serde(borrow)]
    recipient: Recipient<'a>,
    message: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Recipient<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

pub(super) async fn run(listener: TcpListener, mut commands: UnboundedReceiver<String>) -> Result<()> {
    let shared = Arc::new(Shared {
        answered: (0..MOST_CHATS).map(|_| Notify::new()).collect(),
        answers: AtomicU64::new(0),
        turns: AtomicU64::new(0),
    });
    let served = Arc::clone(&shared);
    tokio::spawn(accept(listener, move |request| take(request, Arc::clone(&served))));
    let mut bot = None;
    while let Some(command) = commands.recv().await {
        let words: Vec<_> = command.split(' ').collect();
        let answer = match (words.as_slice(), bot) {
            (["bot", address], _) => {
                bot = Some(address.parse::<SocketAddr>().context("the bot has no address")?);
                continue;
            }
            (["round", chats, length], Some(bot)) => {
                let length = Duration::from_millis(length.parse()?);
                talk(&shared, bot, chats.parse()?, length).await
            }
            _ => bail!("unknown command {command}"),
        };
        match answer {
            Ok(answer) => reply(&answer),
            Err(error) => reply(&json!({"error": format!("{error:#}")}).to_string()),
        }
    }
    Ok(())
}

/// Takes a call of the bot.
async fn take(request: Request<Incoming>, shared: Arc<Shared>) -> Response<Full<Bytes>> {
    let is_send = request.uri().path().ends_with("/me/messages");
    let body = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    let sent = serde_json::from_slice::<Sent<'_>>(&body).ok().filter(|_| is_send);
    let Some(sent) = sent else {
        return json_answer(Bytes::from_static(b"{}"));
    };
    let count = shared.answers.fetch_add(u64::from(sent.message.is_some()), Ordering::Relaxed);
    if sent.message.is_some() {
        let chat = sent.recipient.id.parse::<u64>().ok().and_then(|id| id.checked_sub(FIRST_PERSON));
        let notify = chat.and_then(|chat| usize::try_from(chat).ok()).and_then(|at| shared.answered.get(at));
        if let Some(notify) = notify {
            notify.notify_one();
        }
    }
    let answer = format!(r#"{{"recipient_id":"{}","message_id":"m_{:0>60}"}}"#, sent.recipient.id, count);
    json_answer(Bytes::from(answer))
}

/// Talks in several conversations at once and tells how it went.
async fn talk(shared: &Arc<Shared>, bot: SocketAddr, chats: u64, length: Duration) -> Result<String> {
    ensure!(chats <= MOST_CHATS, "at most {MOST_CHATS} chats");
    let begun = Instant::now();
    let until = begun + length;
    let mut tasks = JoinSet::new();
    for chat in 0..chats {
        tasks.spawn(chat_with(Arc::clone(shared), bot, chat, until));
    }
    let mut latencies = Histogram::new();
    while let Some(ended) = tasks.join_next().await {
        latencies.merge(&ended.context("a chat's task failed")??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (turns, answers) = (shared.turns.load(Ordering::Relaxed), shared.answers.load(Ordering::Relaxed));
    ensure!(answers == turns, "the bot gave {answers} answers in {turns} turns");
    Ok(json!({
        "turns": latencies.count(),
        "seconds": seconds,
        "p50": latencies.percentile(50).as_secs_f64(),
        "p99": latencies.percentile(99).as_secs_f64(),
    })
    .to_string())
}

async fn chat_with(shared: Arc<Shared>, bot: SocketAddr, chat: u64, until: Instant) -> Result<Histogram> {
    let stream = TcpStream::connect(bot).await.context("failed to connect to the bot")?;
    stream.set_nodelay(true).context("failed to set up a connection")?;
    let (mut sender, connection) =
        handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.context("failed to set up a connection")?;
    tokio::spawn(connection);
    let answered = usize::try_from(chat).ok().and_then(|chat| shared.answered.get(chat));
    let answered = answered.context("too many chats")?;
    let mut latencies = Histogram::new();
    let mut begun = Instant::now();
    while begun < until {
        let turn = shared.turns.fetch_add(1, Ordering::Relaxed);
        // The answer may overtake the acknowledgement; it is kept until somebody waits for it.
        let posted = timeout(PATIENCE, post(&mut sender, bot, webhook(chat, turn)));
        posted.await.with_context(|| format!("turn {turn}: the bot did not take a webhook"))??;
        let answered = timeout(PATIENCE, answered.notified());
        answered.await.with_context(|| format!("turn {turn}: the bot did not answer"))?;
        let now = Instant::now();
        latencies.add(now - begun);
        begun = now;
    }
    Ok(latencies)
}

async fn post(sender: &mut SendRequest<Full<Bytes>>, bot: SocketAddr, body: String) -> Result<()> {
    let request = Request::post("/webhook")
        .header(HOST, bot.to_string())
        .header(ACCEPT, "*/*")
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "facebookexternalua")
        .header("X-Hub-Signature", format!("sha1={}", hex(&sha1_of(body.as_bytes()))))
        .header("X-Hub-Signature-256", format!("sha256={}", hex(&sha256_of(body.as_bytes()))))
        .body(Full::new(Bytes::from(body)))
        .context("failed to write a webhook")?;
    let answer = sender.send_request(request).await.context("failed to post a webhook")?;
    let status = answer.status();
    answer.into_body().collect().await.context("failed to read the bot's acknowledgement")?;
    ensure!(status.is_success(), "the bot took a webhook with {status}");
    Ok(())
}

fn webhook(chat: u64, turn: u64) -> String {
    let (person, now) = (FIRST_PERSON + chat, FIRST_TIMESTAMP + turn);
    format!(
        r#"{{"object":"page","entry":[{{"id":"{PAGE}","time":{now},"messaging":[{{"sender":{{"id":"{person}"}},"recipient":{{"id":"{PAGE}"}},"timestamp":{now},"message":{{"mid":"m_{turn:0>60}","text":"hello"}}}}]}}]}}"#
    )
}

fn sha1_of(body: &[u8]) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET).expect("a key of any length fits");
    mac.update(body);
    mac.finalize().into_bytes().into()
}

fn sha256_of(body: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).expect("a key of any length fits");
    mac.update(body);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_json_with_the_person_and_a_new_id_for_each_turn() {
        let body: serde_json::Value = serde_json::from_str(&webhook(3, 9)).unwrap();
        let event = &body["entry"][0]["messaging"][0];
        assert_eq!(event["sender"]["id"], "7000000000000004");
        assert_ne!(webhook(3, 9), webhook(3, 10));
    }

    #[test]
    fn signatures_are_lower_case_hexadecimal() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
        assert_eq!(hex(&sha256_of(b"{}")).len(), 64);
        assert_eq!(hex(&sha1_of(b"{}")).len(), 40);
    }
}
