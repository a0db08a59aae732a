//! `explain`: the rule, the state and the causes behind one journal entry.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use emulator_scenario::explain::{Explained, explain};
use emulator_scenario::input::read_input;
use emulator_scenario::record::rules_apart;
use emulator_server::journal::{Entry, ReadLine, Reader};
use hyper::Method;
use serde_json::Value;

use super::export::shown;
use crate::client::ask;
use crate::exit::Exit;
use crate::output;

/// Explains one journal entry: the rule, what it saw, and what led to it
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The number of the entry; with a lane in front in a journal of several lanes
    #[arg(value_name = "[LANE:]SEQ")]
    entry: String,
    /// Reads the entry from a journal file, and asks no emulator; `-` reads standard input
    #[arg(long, value_name = "FILE")]
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
        eprintln!(
            "error: `{number}` is not the number of an entry; serve prints the numbers in front of its lines"
        );
        return Exit::Usage.into();
    };
    let result = match &arguments.journal {
        Some(path) => from_file(path, lane, number).map_err(|text| (Exit::Usage, text)),
        None => from_server(&arguments.url, lane, number),
    };
    match result {
        Ok(text) => output::result(&text, Exit::Passed).into(),
        Err((exit, text)) => {
            eprintln!("error: {text}");
            exit.into()
        }
    }
}

fn from_server(url: &str, lane: Option<&str>, number: u64) -> Result<String, (Exit, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| (Exit::Bug, error.to_string()))?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(lane.map(|lane| ("lane", lane)));
    let path = format!("/_emulator/explain/{number}?{}", query.finish());
    let answer = runtime.block_on(ask(url, Method::GET, &path, String::new()));
    let answer = answer.map_err(|text| (Exit::Unreachable, text))?;
    if answer.status == 200 {
        return Ok(answer.body);
    }
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let why = body["error"].as_str().map(|why| (Exit::Usage, why.to_owned()));
    Err(why.unwrap_or_else(|| (Exit::Unreachable, format!("what answers at {url} is no messenger-emulator"))))
}

fn from_file(path: &Path, lane: Option<&str>, number: u64) -> Result<String, String> {
    let shown = shown(path);
    let cannot_read = |why: &dyn std::fmt::Display| format!("cannot read {shown}: {why}");
    let bytes = read_input(path, u64::MAX).map_err(|error| cannot_read(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot_read(&"it is not UTF-8 text"))?;
    let mut lines = text.lines();
    let begun = Reader::begin(lines.next().unwrap_or_default());
    let (header, names, reader) = begun.map_err(|error| format!("{shown}: {error}"))?;
    if let Some(lane) = lane.filter(|lane| *lane != header.lane) {
        return Err(format!("{shown} is the journal of the lane `{}`, not of `{lane}`", header.lane));
    }
    if let Some(apart) = rules_apart(&header) {
        eprintln!("warning: {shown}: {apart}");
    }
    let mut entries: Vec<ReadLine> = Vec::new();
    for (index, line) in lines.enumerate() {
        let read = reader.entry(line);
        entries.extend(
            read.map_err(|why| format!("{shown}:{}: this line is not a journal entry: {why}", index + 2))?,
        );
    }
    let line = entries.iter().find(|line| line.entry.seq == number);
    let ReadLine { entry, foreign_rule, .. } =
        line.ok_or_else(|| format!("{shown} holds no entry {number}"))?;
    let find = |number: u64| entries.iter().map(|line| &line.entry).find(|entry| entry.seq == number);
    let is_effect = |entry: &&Entry| entry.cause.is_some_and(|cause| cause.seq == number);
    let effects: Vec<&Entry> = entries.iter().map(|line| &line.entry).filter(is_effect).collect();
    let foreign_rule = foreign_rule.as_deref();
    let explained = Explained { entry, foreign_rule, names: &names, find: &find, effects: &effects };
    Ok(format!("{}\n", explain(&explained)))
}
