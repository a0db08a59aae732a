//! Playing scenarios with a binary, and collecting what was recorded of each run.
//!
//! Each binary plays twice. First all scenarios together, as they are shipped, side by side on shared stages: their
//! journals say what happened. Then each scenario by itself, with a relay in front of every bot: the records say what
//! went over the wire, calls about nobody in particular included, which in company could belong to any scenario.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::relay::RECORD;
use super::streams::Streams;
use super::{journal, wire};
use xtask::cargo;

/// How many scenarios are played at a time where each has a process of its own; most of their time they wait.
const AT_A_TIME: usize = 8;
/// How long a run may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// What was recorded of a run of a scenario.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    /// The file of the scenario, by its path from the root.
    pub(super) file: PathBuf,
    pub(super) streams: Streams,
    /// Why it failed, in the words of `run`.
    pub(super) failure: Option<String>,
}

/// Runs by the full names of their scenarios.
pub(super) type Runs = BTreeMap<String, Run>;

/// The bots that play all scenarios: those that the files start, and the samples in their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bots {
    /// The one that the files start
    DemoBot,
    /// The sample in Node
    Node,
    /// The sample in Python
    Python,
}

impl Bots {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DemoBot => "demo-bot",
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    /// The program that the machine needs for it.
    pub(super) fn needs(self) -> Option<&'static str> {
        match self {
            Self::DemoBot => None,
            Self::Node => Some("node"),
            Self::Python => Some("python3"),
        }
    }

    /// Scenarios that only the demo bot can play have a tag that says so.
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::DemoBot => &[],
            Self::Node => &["--bot", "shopbot=node fixtures/bots/node/bot.js", "--tag", "!demo-bot"],
            Self::Python => &["--bot", "shopbot=python3 fixtures/bots/python/bot.py", "--tag", "!demo-bot"],
        }
    }
}

/// Plays the files together and gives what happened in each run.
pub(super) async fn together(binary: &Path, files: &[PathBuf], bots: Bots) -> Result<Runs> {
    let folder = folder()?;
    let mut command = Command::new(binary);
    command.arg("run").args(bots.options()).arg("--journal").arg(folder.path()).args(files);
    let output = reported(command, cargo::root()).await?;
    let mut runs = Runs::new();
    for event in output.events.iter().filter(|event| event["event"] == "scenario_finished") {
        let (name, mut run) = finished(event)?;
        if let Some(path) = event["journal"].as_str() {
            let text = fs::read_to_string(path).with_context(|| format!("failed to read {path}"))?;
            let lines = journal::lines(&text).with_context(|| format!("{name}: {path}"))?;
            run.streams.insert("what happened".to_owned(), lines);
        }
        runs.insert(name, run);
    }
    if runs.is_empty() {
        bail!("no scenario was played:\n{}", output.told);
    }
    Ok(runs)
}

/// Plays each scenario by itself, below a folder with relays, and gives what went over the wire. Scenarios are named,
/// each with its file.
pub(super) async fn apart(binary: &Path, relayed: &Path, scenarios: &[(String, PathBuf)]) -> Result<Runs> {
    let records = folder()?;
    let permits = Arc::new(Semaphore::new(AT_A_TIME));
    let mut playing = JoinSet::new();
    for (number, (name, file)) in scenarios.iter().enumerate() {
        let record = records.path().join(format!("{number}.jsonl"));
        let (binary, relayed, name, file) =
            (binary.to_owned(), relayed.to_owned(), name.clone(), file.clone());
        let permits = Arc::clone(&permits);
        playing.spawn(async move {
            let _permit = permits.acquire_owned().await.context("the run is over")?;
            let run = one(&binary, &relayed, (&name, &file), &record).await.with_context(|| name.clone())?;
            Ok::<_, anyhow::Error>((name, run))
        });
    }
    let mut runs = Runs::new();
    while let Some(played) = playing.join_next().await {
        let (name, run) = played.context("playing a scenario panicked")??;
        runs.insert(name, run);
    }
    Ok(runs)
}

async fn one(binary: &Path, relayed: &Path, (name, file): (&str, &Path), record: &Path) -> Result<Run> {
    let mut command = Command::new(binary);
    // A filter that is a full name takes that scenario alone.
    command.arg("run").arg(file).args(["--filter", name]).env(RECORD, record);
    let output = reported(command, relayed).await?;
    let events: Vec<_> = output.events.iter().filter(|event| event["event"] == "scenario_finished").collect();
    let [event] = events[..] else { bail!("{} scenarios were played:\n{}", events.len(), output.told) };
    let (_, mut run) = finished(event)?;
    let text = if record.exists() { fs::read_to_string(record)? } else { String::new() };
    run.streams.extend(wire::streams(&text)?);
    Ok(run)
}

/// What `run` reported.
struct Reported {
    events: Vec<Value>,
    /// What it said to people.
    told: String,
}

async fn reported(mut command: Command, folder: &Path) -> Result<Reported> {
    command.args(["--report", "json=-"]).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.context("`run` did not end")?;
    let output = output.context("failed to start the binary")?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = String::from_utf8_lossy(&output.stdout);
    let events: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    // Scenarios that fail are part of what is compared; a run that did not take place is not.
    if !events.iter().any(|event| event["event"] == "run_finished") {
        bail!("`run` ended with {}:\n{told}", output.status);
    }
    Ok(Reported { events, told })
}

/// How a scenario came out: its full name, and a run with no more than its verdict.
fn finished(event: &Value) -> Result<(String, Run)> {
    let name = event["name"].as_str().context("a report names no scenario")?.to_owned();
    let verdict = event["verdict"].as_str().context("a report has no verdict")?.to_owned();
    let text = ["/failure/text", "/failure/message", "/reason"];
    let text = text.iter().find_map(|place| event.pointer(place)?.as_str());
    let file = event["file"].as_str().context("a report names no file")?.into();
    let failure = (verdict != "passed").then(|| text.unwrap_or(&verdict).to_owned());
    Ok((name, Run { file, streams: Streams::from([("verdict".to_owned(), vec![verdict])]), failure }))
}

fn folder() -> Result<TempDir> {
    TempDir::with_prefix("emulator-behaviour-").context("failed to make a folder")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failed_run_says_why() {
        let event = json!({"name": "a/b", "file": "a.yaml", "verdict": "failed", "failure": {"message": "m", "text": "error: m"}});
        let (name, run) = finished(&event).unwrap();
        assert_eq!((name.as_str(), run.failure.as_deref()), ("a/b", Some("error: m")));
        assert_eq!(run.streams["verdict"], ["failed"]);
        let (_, run) =
            finished(&json!({"name": "a/b", "file": "a.yaml", "verdict": "passed", "failure": null}))
                .unwrap();
        assert_eq!(run.failure, None);
    }
}
