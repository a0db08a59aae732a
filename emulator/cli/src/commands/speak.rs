//! `say`, `tap` and `step`: act on a running `serve` and print what came back until it is quiet.

use std::io;
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use emulator_scenario::input::{is_stdin, read_input};
use hyper::Method;
use serde_json::{Value, json};

use crate::client::{Answer, ask};
use crate::exit::Exit;
use crate::output;

/// After what time it is said that something is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long steps from standard input may be: as long as the emulator takes.
const MOST_STEPS: u64 = 26 * 1024 * 1024;

/// Says something as a person to a running serve, and prints what comes back
#[derive(Debug, Args)]
pub(crate) struct SayArguments {
    /// What to say
    #[arg(required = true, value_name = "TEXT")]
    text: Vec<String>,
    /// Who says it (default: the first person there is)
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
    #[command(flatten)]
    target: Target,
}

/// Taps a quick reply or a button as a person on a running serve, and prints what comes back
#[derive(Debug, Args)]
pub(crate) struct TapArguments {
    /// The title or the payload; what fits several is the newest
    #[arg(required = true, value_name = "TITLE")]
    title: Vec<String>,
    /// Who taps it (default: the first person there is)
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
    #[command(flatten)]
    target: Target,
}

/// Plays a step, or a list of steps, on a running serve, and prints what comes back
#[derive(Debug, Args)]
pub(crate) struct StepArguments {
    /// The step as YAML or JSON, as it would stand in a scenario file; `-` reads it from standard input
    #[arg(value_name = "YAML")]
    step: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
struct Target {
    /// The base URL of the running emulator
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7380", env = "MESSENGER_EMULATOR_URL")]
    url: String,
    /// Prints text or JSON
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

pub(crate) fn say(SayArguments { text, person, target }: &SayArguments) -> ExitCode {
    act(&Play::Person { person: person.as_deref(), verb: "says", words: text }, target)
}

pub(crate) fn tap(TapArguments { title, person, target }: &TapArguments) -> ExitCode {
    act(&Play::Person { person: person.as_deref(), verb: "taps", words: title }, target)
}

pub(crate) fn step(arguments: &StepArguments) -> ExitCode {
    let StepArguments { step, target } = arguments;
    if !is_stdin(Path::new(step)) {
        return act(&Play::Step(step), target);
    }
    let read = read_input(Path::new(step), MOST_STEPS).and_then(|bytes| {
        String::from_utf8(bytes)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
    });
    match read {
        Ok(step) => act(&Play::Step(&step), target),
        Err(error) => {
            eprintln!("error: cannot read standard input: {error}");
            Exit::Usage.into()
        }
    }
}

/// What is to be played.
enum Play<'a> {
    /// Something that a person does with words, the first one unless named.
    Person { person: Option<&'a str>, verb: &'static str, words: &'a [String] },
    /// A step as it is written.
    Step(&'a str),
}

impl Play<'_> {
    /// The step, given what the emulator says of its world.
    fn step(&self, world: &Value) -> String {
        match self {
            Self::Step(step) => (*step).to_owned(),
            Self::Person { person, verb, words } => {
                let first = world["people"][0]["name"].as_str().unwrap_or("user");
                json!({"user": person.unwrap_or(first), *verb: spoken(&words.join(" "))}).to_string()
            }
        }
    }
}

/// The text of a step in which nothing is an expression: whoever speaks is taken at her word.
pub(crate) fn spoken(text: &str) -> String {
    text.replace("${", "$${")
}

fn act(what: &Play<'_>, target: &Target) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Bug.into();
        }
    };
    match runtime.block_on(play(what, target)) {
        Ok(exit) => exit.into(),
        Err(text) => {
            eprintln!("error: {text}");
            Exit::Unreachable.into()
        }
    }
}

async fn play(what: &Play<'_>, target: &Target) -> Result<Exit, String> {
    let world = ask(&target.url, Method::GET, "/_emulator/world", String::new()).await?;
    let world: Value = serde_json::from_str(&world.body).unwrap_or_default();
    let before = world["last"].as_u64();
    let before = before.ok_or_else(|| format!("what answers at {} is no messenger-emulator", target.url))?;
    let step = what.step(&world);
    let mut follower = Follower { target, seen: before, printed: false };
    let mut played = pin!(ask(&target.url, Method::POST, "/_emulator/steps?wait=quiet", step));
    let mut impatient = pin!(emulator_server::pause(PATIENCE));
    let mut told = false;
    let answer = loop {
        tokio::select! {
            biased;
            answer = &mut played => break answer?,
            () = &mut impatient, if !told => {
                told = true;
                eprintln!("{}; Ctrl-C stops waiting", awaited(&target.url).await?);
            }
            followed = follower.goes_on() => followed?,
        }
    };
    follower.catches_up().await?;
    let Answer { status, body, .. } = answer;
    if status == 200 {
        return Ok(Exit::Passed);
    }
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    if status == 504 {
        eprintln!("{}", restless(&body));
        return Ok(Exit::Unreachable);
    }
    let text = body["text"].as_str().or(body["error"].as_str()).unwrap_or("the emulator gave no reason");
    eprintln!("{}", text.trim_end());
    Ok(match status {
        409 => Exit::ScenarioFailed,
        503 => Exit::Unreachable,
        _ => Exit::Usage,
    })
}

/// Prints what happens, as it does.
struct Follower<'a> {
    target: &'a Target,
    /// The number of the last entry that was printed.
    seen: u64,
    /// Whether there is a line before the next one.
    printed: bool,
}

impl Follower<'_> {
    /// Prints what has happened, or waits for something. A list of JSON can be printed as a whole alone.
    async fn goes_on(&mut self) -> Result<(), String> {
        if self.target.format == "json" {
            return std::future::pending().await;
        }
        self.prints("&wait=10s").await
    }

    /// Prints what has happened and was not printed yet.
    async fn catches_up(&mut self) -> Result<(), String> {
        self.prints("").await
    }

    async fn prints(&mut self, wait: &str) -> Result<(), String> {
        let Target { url, format } = self.target;
        let (after, goes_on) = (self.seen, self.printed);
        let path = format!("/_emulator/journal?after={after}&format={format}&goes_on={goes_on}{wait}");
        let answer = ask(url, Method::GET, &path, String::new()).await?;
        let Some(last) = answer.last else {
            let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            return Err(body["error"]
                .as_str()
                .unwrap_or("the emulator does not tell what happened")
                .to_owned());
        };
        self.seen = last;
        self.printed |= !answer.body.is_empty();
        output::data(&answer.body);
        Ok(())
    }
}

/// Who or what is waited for, for somebody who wonders.
async fn awaited(url: &str) -> Result<String, String> {
    let world = ask(url, Method::GET, "/_emulator/world", String::new()).await?;
    let world: Value = serde_json::from_str(&world.body).unwrap_or_default();
    Ok(unanswered(&world).map_or_else(|| "not done yet".to_owned(), |who| format!("{who} not answered yet")))
}

/// The apps that have not answered a delivery, with the verb.
fn unanswered(body: &Value) -> Option<String> {
    let apps: Vec<&str> = body["delivers_to"].as_array()?.iter().filter_map(Value::as_str).collect();
    let (last, others) = apps.split_last()?;
    Some(if others.is_empty() {
        format!("{last} has")
    } else {
        format!("{} and {last} have", others.join(", "))
    })
}

/// What is said when the bots do not come to rest.
fn restless(body: &Value) -> String {
    let seconds = body["after_ms"].as_u64().unwrap_or_default() / 1_000;
    match unanswered(body) {
        Some(who) => format!(
            "error: {who} not answered within {seconds} s\nhelp: the webhook was called and must answer with 200; what \
             the bot prints may say what it is doing"
        ),
        None => {
            let error = body["error"].as_str().unwrap_or("the bots did not come to rest");
            format!("error: {error}\nhelp: what the bots print may say what they are doing")
        }
    }
}
