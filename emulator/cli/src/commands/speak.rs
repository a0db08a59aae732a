//! `say`, `tap` and `step`: act on a running `serve` and print what came back until it is quiet.

use std::process::ExitCode;

use clap::Args;
use hyper::Method;
use serde_json::{Value, json};

use crate::client::{Answer, ask};
use crate::exit::Exit;
use crate::output;

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
    /// The step as YAML or JSON, as it would stand in a scenario file
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
    act(&Play::Step(&arguments.step), &arguments.target)
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
    let answer = ask(&target.url, Method::POST, "/_emulator/steps?wait=quiet", step).await?;
    let path = format!("/_emulator/journal?after={before}&format={}", target.format);
    let journal = ask(&target.url, Method::GET, &path, String::new()).await?;
    output::data(&journal.body);
    let Answer { status, body } = answer;
    if status == 200 {
        return Ok(Exit::Passed);
    }
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let text = body["text"].as_str().or(body["error"].as_str()).unwrap_or("the emulator gave no reason");
    eprintln!("{}", text.trim_end());
    Ok(match status {
        409 => Exit::ScenarioFailed,
        503 => Exit::Unreachable,
        _ => Exit::Usage,
    })
}
