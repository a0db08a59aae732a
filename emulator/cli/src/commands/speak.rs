//! `say` and `step`: act on a running `serve` and print what came back until it is quiet.

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
    /// Who says it
    #[arg(long = "as", value_name = "PERSON", default_value = "user")]
    person: String,
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

pub(crate) fn say(arguments: &SayArguments) -> ExitCode {
    let step = json!({"user": arguments.person, "says": arguments.text.join(" ")});
    act(&step.to_string(), &arguments.target)
}

pub(crate) fn step(arguments: &StepArguments) -> ExitCode {
    act(&arguments.step, &arguments.target)
}

fn act(step: &str, target: &Target) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Bug.into();
        }
    };
    match runtime.block_on(play(step, target)) {
        Ok(exit) => exit.into(),
        Err(text) => {
            eprintln!("error: {text}");
            Exit::Unreachable.into()
        }
    }
}

async fn play(step: &str, target: &Target) -> Result<Exit, String> {
    let before = newest(target).await?;
    let answer = ask(&target.url, Method::POST, "/_emulator/steps?wait=quiet", step.to_owned()).await?;
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
    Ok(if status == 409 { Exit::ScenarioFailed } else { Exit::Usage })
}

/// The number of the newest entry before the step.
async fn newest(target: &Target) -> Result<u64, String> {
    let world = ask(&target.url, Method::GET, "/_emulator/world", String::new()).await?;
    let body: Value = serde_json::from_str(&world.body).unwrap_or_default();
    body["last"].as_u64().ok_or_else(|| format!("what answers at {} is no messenger-emulator", target.url))
}
