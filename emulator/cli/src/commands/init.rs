//! `init`: writes a world, a first scenario, the schema for editors and a CI job, which pass at once.

mod files;
mod write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use emulator_language::diagnostics::{Diagnostic, render_all};
use emulator_scenario::select::select;
use emulator_server::WebhookUrl;

use crate::exit::Exit;
use crate::output;
use files::{Planned, SCENARIOS, plan};
use write::below;

/// Writes a world, a first scenario and a CI job
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is ever overwritten: if one of the files is there, none is written.
Without --bot and --webhook the scenario plays against the bot that is built in.")]
pub(crate) struct InitArguments {
    /// The folder to write into
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Starts your bot with this command
    #[arg(long, value_name = "CMD", conflicts_with = "webhook")]
    bot: Option<String>,
    /// Sends webhooks to your bot, which runs already, at this address
    #[arg(long, value_name = "URL")]
    webhook: Option<WebhookUrl>,
    /// Writes a job for this CI service
    #[arg(long, value_name = "SERVICE", default_value = "github")]
    ci: Ci,
}

/// Whose CI job is written, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ci {
    Github,
    Gitlab,
    None,
}

/// Where the bot of the world comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Bot {
    /// The one that is built in.
    Demo,
    /// It is started with this command.
    Started(String),
    /// It listens at this address.
    Runs(String),
}

pub(crate) fn run(arguments: &InitArguments) -> ExitCode {
    let bot = match (&arguments.bot, &arguments.webhook) {
        (Some(command), _) => Bot::Started(command.clone()),
        (None, Some(url)) => Bot::Runs(url.to_string()),
        (None, None) => Bot::Demo,
    };
    let planned = plan(&bot, arguments.ci);
    let made = match write::write(&arguments.folder, &planned) {
        Ok(made) => made,
        Err(error) => {
            eprintln!("error: {error}; nothing was written");
            return Exit::Usage.into();
        }
    };
    // The command of a bot may be one that no file can hold.
    if let Err(why) = in_order(&below(&arguments.folder, SCENARIOS), &planned, &bot) {
        made.undo();
        eprintln!("{}\n\nnothing was written", why.trim_end());
        return Exit::Usage.into();
    }
    output::data(&told(&arguments.folder, &planned, &bot));
    Exit::Passed.into()
}

/// Reads what was written, as `check` does. What is wrong in a file that will be gone again is said of the option.
fn in_order(scenarios: &Path, planned: &[Planned], bot: &Bot) -> Result<(), String> {
    let selection = select(&[scenarios.to_owned()], None).map_err(|error| format!("error: {error}"))?;
    let is_planned = |problem: &&Diagnostic| {
        let file = problem.file.as_ref().map(|file| Path::new(&file.name));
        let given = matches!(bot, Bot::Started(_));
        given && file.is_some_and(|file| planned.iter().any(|planned| file.ends_with(planned.path)))
    };
    if selection.problems.is_empty() {
        Ok(())
    } else if let Some(problem) = selection.problems.iter().find(is_planned) {
        let help = problem.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
        Err(format!("error: --bot: {}{help}", problem.message))
    } else {
        Err(render_all(&selection.problems, output::colour_of_stderr()))
    }
}

/// Tells what was written and what to do next.
fn told(folder: &Path, planned: &[Planned], bot: &Bot) -> String {
    let shown = |file: &Planned| below(folder, file.path).display().to_string();
    let width = planned.iter().map(|file| shown(file).chars().count()).max().unwrap_or_default();
    let mut out: String =
        planned.iter().map(|file| format!("wrote {:width$}  {}\n", shown(file), file.what)).collect();
    out.push_str("\nnext:\n");
    if folder != Path::new(".") {
        out.extend([format!("  cd {}\n", folder.display())]);
    }
    if let Bot::Runs(url) = bot {
        let settings = [
            ("GRAPH_API_URL", "http://127.0.0.1:7380"),
            ("PAGE_ACCESS_TOKEN", "bot-page-token"),
            ("APP_SECRET", "bot-app-secret"),
            ("VERIFY_TOKEN", "bot-verify-token"),
        ];
        let settings = settings.map(|(name, value)| format!("{name}={value}")).join(" ");
        out.extend([format!("  start your bot so that it listens at {url}, with\n    {settings}\n")]);
    }
    out.push_str("  messenger-emulator run scenarios   plays the scenario\n");
    out.push_str("  messenger-emulator serve           lets you talk to the bot yourself\n");
    out
}
