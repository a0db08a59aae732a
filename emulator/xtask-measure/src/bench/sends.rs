//! The Send API under load, beside a bare server and beside itself without a journal.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tempfile::TempDir;

use super::emulator::{Binary, Emulator, person_name};
use super::load::{self, Connection, Load};
use super::part::Part;
use super::process::is_installed;
use super::table::{Aim, Figure, Row};
use super::{CONNECTIONS, Pace, Setting, alternate, skip, until_some};

/// Where messages are sent to.
pub(super) const PATH: &str = "/v25.0/me/messages?access_token=bot-page-token";

/// How long echoes may be on their way after the last send.
const ECHO_PATIENCE: Duration = Duration::from_secs(30);

/// Memory may grow by this factor and this much in the second half of a long run and still count as bounded.
const MEMORY_FACTOR: f64 = 1.1;
const MEMORY_SLACK: f64 = 4.0 * 1024.0 * 1024.0;

/// The body of one text message.
pub(super) fn body_for(person: &str) -> String {
    let text = "Your order 4711 has left the roastery and will be with you on Friday.";
    json!({"recipient": {"id": person}, "messaging_type": "RESPONSE", "message": {"text": text}}).to_string()
}

/// An emulator that has heard of its people, and a load of messages to them.
pub(super) struct Sending {
    pub(super) emulator: Emulator,
    pub(super) load: Load,
    answer: String,
    body: String,
}

impl Sending {
    pub(super) async fn begin(emulator: Emulator, people: usize) -> Result<Self> {
        let greetings: Vec<_> =
            (0..people).map(|index| json!({"user": person_name(index), "says": "hi"})).collect();
        emulator.steps("?wait=settled", &json!(greetings).to_string()).await?;
        let ids = emulator.people().await?;
        ensure!(ids.len() >= people, "there are {} people in place of {people}", ids.len());
        let bodies: Vec<_> = ids[..people].iter().map(|id| body_for(id)).collect();
        let requests: Vec<_> = (0..CONNECTIONS)
            .map(|index| load::post(emulator.address, PATH, &bodies[index % people]))
            .collect();

        let mut connection = Connection::open(emulator.address).await?;
        let answer = connection.exchange(&requests[0]).await?;
        if matches!(answer.status, 404 | 501) {
            return Err(skip(format!("POST {PATH} is answered with {} so far", answer.status)));
        }
        ensure!(answer.status == 200, "a message was answered with {}", answer.shown());
        let answer = String::from_utf8_lossy(answer.body).into_owned();
        ensure!(answer.contains("message_id"), "a message was answered with {answer}");
        let load = Load::open(emulator.address, requests).await?;
        let body = bodies[0].clone();
        Ok(Self { emulator, load, answer, body })
    }

    /// A bare server that answers as much, and the same load on it.
    async fn bare(&self, setting: &Setting) -> Result<(Part, Load)> {
        let part = Part::bare(setting.runtime, &self.answer).await?;
        let request = load::post(part.address, PATH, &self.body);
        let load = Load::open(part.address, std::iter::repeat_n(request, CONNECTIONS)).await?;
        Ok((part, load))
    }
}

pub(super) async fn send(setting: &Setting) -> Result<Vec<Row>> {
    let emulator = setting.binary.serve(&[]).await?;
    let before = emulator.process.resident()?;
    let mut sending = Sending::begin(emulator, 1).await?;
    let (part, mut bare) = sending.bare(setting).await?;
    let (ours, theirs) = alternate(setting.pace, &mut sending.load, &mut bare).await?;

    let bare_p99 = theirs.percentile(99);
    let mut rows = vec![
        Row::rates("messages sent", &ours.rates(), &theirs.rates(), "bare").aim(Aim::RatioAtLeast(0.5)),
        Row::new("p50", Figure::time(ours.percentile(50)))
            .beside(Figure::time(theirs.percentile(50)), "bare"),
        Row::new("p99 (≤ 2 × bare + 0.5 ms)", Figure::time(ours.percentile(99)))
            .beside(Figure::time(bare_p99), "bare")
            .aim(Aim::AtMost(2.0 * bare_p99.as_secs_f64() + 0.000_5)),
    ];

    rows.push(Row::new("memory before", Figure::bytes(before)));
    let mut samples = Vec::new();
    for quarter in ["1/4", "1/2", "3/4", "end"] {
        let round = sending.load.round(setting.pace.long_run / 4).await?;
        let resident = sending.emulator.process.resident()?;
        samples.push(resident);
        let row = Row::new(
            format!("memory at {quarter} of a long run (+{} messages)", round.count()),
            Figure::bytes(resident),
        );
        rows.push(match (quarter, samples.get(1)) {
            ("end", Some(half)) => row
                .beside(Figure::bytes(*half), "at 1/2")
                .aim(Aim::AtMost(*half as f64 * MEMORY_FACTOR + MEMORY_SLACK)),
            _ => row,
        });
    }

    let ours = with_wrk(setting.pace, sending.emulator.address, &sending.body).await?;
    let theirs = with_wrk(setting.pace, part.address, &sending.body).await?;
    if let (Some(ours), Some(theirs)) = (ours, theirs) {
        rows.push(
            Row::new("under wrk -t1 -c16", Figure::per_second(ours))
                .beside(Figure::per_second(theirs), "bare")
                .aim(Aim::RatioAtLeast(0.5)),
        );
    }
    Ok(rows)
}

pub(super) async fn send_echo(setting: &Setting) -> Result<Vec<Row>> {
    let mut rows = echoes(setting, 1, "to one person").await?;
    rows.extend(echoes(setting, CONNECTIONS, "to 16 people").await?);
    Ok(rows)
}

/// Sends with an echo to a sink for each message. The time until the last echo has arrived counts too, so that an
/// emulator that only queues echoes gains nothing.
async fn echoes(setting: &Setting, people: usize, name: &str) -> Result<Vec<Row>> {
    let mut sink = Part::sink(setting.runtime).await?;
    let emulator = echoing(&setting.binary, &mut sink, people).await?;
    let mut sending = Sending::begin(emulator, people).await?;
    let (_part, mut bare) = sending.bare(setting).await?;
    bare.round(setting.pace.round / 4).await?;

    // The message of the beginning has an echo as well.
    let mut sent = 1;
    let (mut answered, mut echoed, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..setting.pace.rounds {
        let begun = Instant::now();
        let round = sending.load.round(setting.pace.round).await?;
        sent += round.count();
        drain(&mut sink, sent).await.context(name.to_owned())?;
        echoed.push(round.count() as f64 / begun.elapsed().as_secs_f64());
        answered.push(round.per_second());
        theirs.push(bare.round(setting.pace.round).await?.per_second());
    }
    Ok(vec![
        Row::rates(format!("messages with their echoes, {name}"), &echoed, &theirs, "bare")
            .aim(Aim::RatioAtLeast(0.2)),
        Row::rates("  of these calls alone", &answered, &theirs, "bare"),
    ])
}

/// An emulator that sends echoes to a sink, once the two know each other.
pub(super) async fn echoing(binary: &Binary, sink: &mut Part, people: usize) -> Result<Emulator> {
    let webhook = format!("http://{}/webhook", sink.address);
    let count = people.to_string();
    let mut arguments = vec!["--webhook", &webhook, "--fields", "messages,message_echoes"];
    if people > 1 {
        arguments.extend(["--people", &count]);
    }
    let emulator = binary.serve(&arguments).await?;
    until_some(ECHO_PATIENCE, "the handshake with the sink", async || {
        Ok((asked(sink, "handshakes").await? > 0).then_some(()))
    })
    .await?;
    Ok(emulator)
}

/// Waits until the echoes of so many messages have arrived.
pub(super) async fn drain(sink: &mut Part, sent: u64) -> Result<()> {
    let drained = until_some(ECHO_PATIENCE, "the arrival of all echoes", async || {
        Ok((asked(sink, "count").await? >= sent).then_some(()))
    });
    if let Err(error) = drained.await {
        let arrived = asked(sink, "count").await?;
        return Err(error.context(format!("{arrived} echoes of {sent} messages arrived")));
    }
    Ok(())
}

async fn asked(part: &mut Part, command: &str) -> Result<u64> {
    let answer = part.ask(command, Duration::ZERO).await?;
    answer.parse().with_context(|| format!("the part answered {answer:?}"))
}

pub(super) async fn send_journal(setting: &Setting) -> Result<Vec<Row>> {
    let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
    let file = folder.path().join("journal.jsonl");
    let path = file.to_str().context("a folder whose name is not UTF-8")?;
    let mut with = Sending::begin(setting.binary.serve(&["--journal", path]).await?, 1).await?;
    let mut without = Sending::begin(setting.binary.serve(&[]).await?, 1).await?;
    let before = size(&file)?;
    let (ours, theirs) = alternate(setting.pace, &mut with.load, &mut without.load).await?;
    let written = size(&file)? - before;
    let messages: u64 = ours.rounds.iter().map(load::Round::count).sum();
    Ok(vec![
        Row::rates("messages sent with a file", &ours.rates(), &theirs.rates(), "without")
            .aim(Aim::RatioAtLeast(0.7)),
        Row::new("p99", Figure::time(ours.percentile(99)))
            .beside(Figure::time(theirs.percentile(99)), "without"),
        // The warm-up round wrote as well, so this is an upper bound.
        Row::new("written for each message, at most", Figure::bytes(written / messages.max(1))),
    ])
}

fn size(file: &Path) -> Result<u64> {
    let metadata = std::fs::metadata(file);
    Ok(metadata.with_context(|| format!("{} was not written", file.display()))?.len())
}

/// Requests per second under `wrk`, if that is installed.
pub(super) async fn with_wrk(pace: Pace, address: SocketAddr, body: &str) -> Result<Option<f64>> {
    if !is_installed("wrk") {
        return Ok(None);
    }
    let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
    let script = folder.path().join("post.lua");
    let text = format!(
        "wrk.method = \"POST\"\nwrk.body = {}\nwrk.headers[\"Content-Type\"] = \"application/json\"\n",
        json!(body)
    );
    std::fs::write(&script, text).context("failed to write a script")?;
    let seconds = pace.round.as_secs().max(1);
    let output = tokio::process::Command::new("wrk")
        .args(["-t1", "-c16", &format!("-d{seconds}s"), "-s"])
        .arg(&script)
        .arg(format!("http://{address}{PATH}"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("failed to start wrk")?;
    rate_told_by_wrk(&String::from_utf8_lossy(&output.stdout)).map(Some)
}

fn rate_told_by_wrk(text: &str) -> Result<f64> {
    ensure!(!text.contains("Non-2xx"), "wrk met errors:\n{text}");
    let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    let rate = rate.with_context(|| format!("wrk told no rate:\n{text}"))?;
    rate.trim().parse().context("wrk told a rate that is no number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_found_in_the_words_of_wrk() {
        let text =
            "  220398 requests in 2.00s, 41.83MB read\nRequests/sec: 110161.82\nTransfer/sec:     20.90MB\n";
        assert!((rate_told_by_wrk(text).unwrap() - 110_161.82).abs() < 0.001);
        assert!(
            rate_told_by_wrk(&text.replace("Transfer", "  Non-2xx or 3xx responses: 7\nTransfer")).is_err()
        );
        assert!(rate_told_by_wrk("unable to connect").is_err());
    }
}
