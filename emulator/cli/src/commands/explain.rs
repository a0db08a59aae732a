//! `explain`: the rule, the state and the causes behind one journal entry.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use emulator_scenario::explain::explain;
use hyper::Method;
use serde_json::Value;

use crate::client::ask;
use crate::exit::Exit;
use crate::output;

/// Explains one journal entry: the rule, what it saw, and what led to it
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The number of the entry; with a lane in front in a journal of several lanes
    #[arg(value_name = "[LANE:]SEQ")]
    entry: String,
    /// Reads the entry from a journal file
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    journal: Option<PathBuf>,
    /// Asks the running emulator with this base URL
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7380", env = "MESSENGER_EMULATOR_URL")]
    url: String,
}

pub(crate) fn run(arguments: &ExplainArguments) -> ExitCode {
    let (lane, number) = match arguments.entry.rsplit_once(':') {
        Some((lane, number)) => (Some(lane), number),
        None => (None, arguments.entry.as_str()),
    };
    let Ok(number) = number.parse::<u64>() else {
        eprintln!("error: `{number}` is no number of an entry");
        return Exit::Usage.into();
    };
    let (result, exit) = match &arguments.journal {
        Some(path) => (from_file(path, lane, number), Exit::Usage),
        None => (from_server(&arguments.url, number), Exit::Unreachable),
    };
    match result {
        Ok(text) => {
            output::data(&text);
            Exit::Passed.into()
        }
        Err(text) => {
            eprintln!("error: {text}");
            exit.into()
        }
    }
}

fn from_server(url: &str, number: u64) -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let path = format!("/_emulator/explain/{number}");
    let answer = runtime.block_on(ask(url, Method::GET, &path, String::new()))?;
    if answer.status == 200 {
        return Ok(answer.body);
    }
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    Err(body["error"].as_str().unwrap_or("the emulator gave no reason").to_owned())
}

fn from_file(path: &Path, lane: Option<&str>, number: u64) -> Result<String, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let mut entries = Vec::new();
    for (index, line) in text.lines().enumerate().skip(1) {
        let entry: Value = serde_json::from_str(line).map_err(|error| {
            format!("{}:{}: this line is no journal entry: {error}", path.display(), index + 1)
        })?;
        if lane.is_none_or(|lane| entry["lane"].is_null() || entry["lane"] == lane) {
            entries.push(entry);
        }
    }
    let find = |number: u64| entries.iter().find(|entry| entry["seq"] == number);
    let entry = find(number).ok_or_else(|| format!("{} holds no entry {number}", path.display()))?;
    Ok(format!("{}\n", explain(entry, &find)))
}
