//! `env`: the environment that the bot of a running `serve` needs, for a shell, a file or a container.

mod format;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use emulator_scenario::redirect::{Join, Joined, RENEWED};
use hyper::Method;
use serde_json::Value;

use self::format::{Format, NotWritable};
use crate::certificates::{Lost, ServedCertificates};
use crate::client::ask;
use crate::exit::Exit;
use crate::output;

const AFTER: &str = "\
Examples:
  eval \"$(messenger-emulator env)\"                             sh, bash, zsh
  messenger-emulator env --format fish | source
  messenger-emulator env --format dotenv > .env
  eval \"docker run $(messenger-emulator env --format docker) IMAGE\"
  php $(messenger-emulator env --for php) bot.php
  java $(messenger-emulator env --for java) -jar bot.jar";

/// Prints the environment that a bot needs to reach a running serve
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(crate) struct EnvArguments {
    /// The base URL of the running emulator
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:7380",
        env = "MESSENGER_EMULATOR_URL",
        hide_env_values = true
    )]
    url: String,
    /// Prints the environment of this app's bot; can be left out where there is only one
    #[arg(long, value_name = "NAME")]
    app: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Sh)]
    format: Format,
    /// Prints arguments for this runtime instead, which reads no variables
    #[arg(long = "for", value_enum, value_name = "RUNTIME")]
    runtime: Option<RuntimeArgument>,
    /// Leaves out the preloads for Node and Python, so that clients that know no proxy call the real platform
    #[arg(long)]
    no_preload: bool,
}

/// What `--for` names.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RuntimeArgument {
    Php,
    Java,
}

impl RuntimeArgument {
    const fn name(self) -> &'static str {
        match self {
            Self::Php => "php",
            Self::Java => "java",
        }
    }
}

/// What `serve` answers.
struct Told(Value);

pub(crate) fn run(arguments: &EnvArguments) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Bug.into();
        }
    };
    let told = match runtime.block_on(told(arguments)) {
        Ok(told) => told,
        Err((exit, text)) => {
            eprintln!("error: {text}");
            return exit.into();
        }
    };
    let certificates = ServedCertificates::read(&told.0["certificates"]);
    if let Some(certificates) = &certificates {
        if let Err(lost) = certificates.state() {
            eprintln!("error: {lost}\nhelp: {}", Lost::HELP);
            return Exit::Usage.into();
        }
        if certificates.renewed {
            eprintln!("note: {RENEWED}");
        }
    }
    let files = certificates.map(|certificates| certificates.files).unwrap_or_default();
    match text(arguments, &told, &files) {
        Ok(text) => output::result(&text, Exit::Passed).into(),
        Err(why) => {
            eprintln!("error: {why}");
            Exit::Usage.into()
        }
    }
}

/// Asks the running emulator.
async fn told(arguments: &EnvArguments) -> Result<Told, (Exit, String)> {
    let EnvArguments { url, app, .. } = arguments;
    let query = app.iter().map(|app| {
        let app: String = form_urlencoded::byte_serialize(app.as_bytes()).collect();
        format!("?app={app}")
    });
    let path = format!("/_emulator/env{}", query.collect::<String>());
    let answer = ask(url, Method::GET, &path, String::new()).await;
    let answer = answer.map_err(|text| (Exit::Unreachable, text))?;
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    if answer.status == 200 && body["variables"].is_array() {
        return Ok(Told(body));
    }
    let stranger = || format!("what answers at {url} is no messenger-emulator of this version");
    let text = body["error"].as_str().map_or_else(stranger, |text| text.replace("with app=", "with --app"));
    Err((Exit::Usage, text))
}

fn text(arguments: &EnvArguments, told: &Told, files: &[String]) -> Result<String, NotWritable> {
    let EnvArguments { format, runtime, no_preload, .. } = arguments;
    if let Some(runtime) = runtime {
        let words = strings(&told.0["flags"][runtime.name()]);
        return format.arguments(&words);
    }
    let mut variables = Vec::new();
    for variable in told.0["variables"].as_array().into_iter().flatten() {
        if *no_preload && variable["preload"] == true {
            continue;
        }
        let word = |key: &str| variable[key].as_str().unwrap_or_default().to_owned();
        let (name, value) = (word("name"), word("value"));
        let join = Join::named(&word("join")).unwrap_or(Join::Replace);
        let value = if format.is_of_this_machine() { joined(join, &name, value) } else { value };
        variables.push((name, value));
    }
    format.variables(&variables, files, &strings(&told.0["hosts"]))
}

/// Our value beside what this process has in its own environment, which is that of the shell.
fn joined(join: Join, name: &str, ours: String) -> String {
    let Some(theirs) = join.inherited(name, &|name| std::env::var(name).ok()) else { return ours };
    match join.with(name, &ours, &theirs) {
        Ok(Joined { value, remark }) => {
            remark.iter().for_each(|remark| eprintln!("warning: {remark}"));
            value
        }
        Err(error) => {
            eprintln!("warning: {name} could not be joined with what it holds: {error}");
            ours
        }
    }
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
