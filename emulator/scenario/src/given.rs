//! Bots that are given to a run instead of what its files start: another command, a bot that runs already, or one that
//! is started by hand.

use std::path::PathBuf;
use std::sync::Arc;

use emulator_core::real_token;
use emulator_server::WebhookUrl;

use crate::cast::split;
use crate::check::bot_steps;
use crate::diagnostics::{SourceText, suggestion};
use crate::node::{Node, Span};
use crate::scenario::{AppSpec, Given, Scenario};
use crate::select::{Selected, unusable_world};
use crate::step::Act;

/// The webhook of a bot that is told its port.
const WEBHOOK: &str = "/webhook";

/// A bot that is given to a run.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenBot {
    given: String,
    app: String,
    bot: Instead,
}

#[derive(Clone, Debug, PartialEq)]
enum Instead {
    Command(String),
    Runs(String),
    ByHand,
}

impl std::str::FromStr for GivenBot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const SHAPE: &str =
            "write APP=COMMAND, APP=http://127.0.0.1:3000/webhook for a bot that runs already, or none:APP";
        if real_token(text.as_bytes()).is_some() {
            return Err("this looks like an access token of the real platform; make one up".to_owned());
        }
        let of = |app: &str, bot| match app.trim() {
            "" => Err(format!("it names no app; {SHAPE}")),
            app => Ok(Self { given: text.to_owned(), app: app.to_owned(), bot }),
        };
        let Some((app, value)) = text.split_once('=') else {
            let app = text.strip_prefix("none:").ok_or_else(|| SHAPE.to_owned())?;
            return of(app, Instead::ByHand);
        };
        let value = value.trim();
        if value.starts_with("http://") || value.starts_with("https://") {
            value.parse::<WebhookUrl>().map_err(|error| error.to_string())?;
            return of(app, Instead::Runs(value.to_owned()));
        }
        if split(value)?.is_empty() {
            return Err(format!("it names no program; {SHAPE}"));
        }
        of(app, Instead::Command(value.to_owned()))
    }
}

/// Puts the given bots in place of those of the selected scenarios. A scenario without such an app stays as it is, and
/// so does one whose steps play it.
///
/// # Errors
///
/// When no selected scenario has a bot of that name, or two bots are given for one.
pub fn give(bots: &[GivenBot], scenarios: &mut [Selected]) -> Result<(), String> {
    for (index, bot) in bots.iter().enumerate() {
        if bots[..index].iter().any(|other| other.app == bot.app) {
            return Err(format!("two bots are given for `{}`", bot.app));
        }
        let mut taken = false;
        let mut played = false;
        for selected in &mut *scenarios {
            let plays = plays(&selected.scenario, &bot.app);
            let scenario = Arc::make_mut(&mut selected.scenario);
            let mut apps = scenario.world.apps.iter_mut();
            let Some(app) = apps.find(|app| app.name.value == bot.app) else { continue };
            if app.start.is_none() && app.webhook.is_none() && plays {
                played = true;
                continue;
            }
            taken = true;
            bot.replaces(app);
            let world = &scenario.world;
            let problems = unusable_world(world).into_iter().chain(bot_steps(&scenario.steps, world));
            if let Some(problem) = problems.into_iter().next() {
                let help = problem.help.map_or_else(String::new, |help| format!("; {help}"));
                return Err(format!("{}{help}", problem.message));
            }
        }
        if !taken {
            return Err(if played {
                format!("steps play `{}` in every selected scenario that has it, so it needs no bot", bot.app)
            } else {
                unknown(&bot.app, scenarios)
            });
        }
    }
    Ok(())
}

fn plays(scenario: &Scenario, app: &str) -> bool {
    scenario.steps.iter().any(|step| matches!(&step.act, Act::App { who, .. } if who.value == app))
}

fn unknown(app: &str, scenarios: &[Selected]) -> String {
    let apps = scenarios.iter().flat_map(|selected| &selected.scenario.world.apps);
    let mut names: Vec<&str> = apps.map(|app| app.name.value.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    format!("no selected scenario has an app `{app}`; {}", suggestion(app, &names, ""))
}

impl GivenBot {
    /// The text that it was read from.
    #[must_use]
    pub fn as_given(&self) -> &str {
        &self.given
    }

    fn replaces(&self, app: &mut AppSpec) {
        // Values of the command line stand in no file; only a command has places to point at.
        let nowhere = Span::default();
        let node = |text: &str| Some(Node::text(text, nowhere));
        match &self.bot {
            Instead::Command(command) => {
                app.webhook = node(&webhook_at_port(app));
                app.start = Some(Node::text(command.as_str(), Span::new(0, command.len())));
                let text = SourceText::new(format!("--bot {}", self.app), command.as_str());
                app.given = Some(Given::Command { text, folder: PathBuf::from(".") });
            }
            Instead::Runs(url) => {
                app.webhook = node(url);
                app.start = None;
            }
            Instead::ByHand => start_by_hand(app),
        }
    }
}

/// Leaves it to somebody else to start the bot of an app, at the webhook of the world or at a free port.
pub fn start_by_hand(app: &mut AppSpec) {
    // Whoever starts it by hand may have it at the address of the file.
    app.webhook = app.webhook.take().or_else(|| Some(Node::text(webhook_at_port(app), Span::default())));
    app.start = None;
    app.given = Some(Given::ByHand);
}

/// The webhook of a bot that is told its port: that of the world, if it asks for a port, else the same path at one.
fn webhook_at_port(app: &AppSpec) -> String {
    let webhook = app.webhook.as_ref().map(|node| node.source.as_str()).unwrap_or_default();
    if webhook.contains("${port") {
        return webhook.to_owned();
    }
    let path = webhook.split_once("://").and_then(|(_, rest)| rest.find('/').map(|slash| &rest[slash..]));
    format!("http://127.0.0.1:${{port}}{}", path.unwrap_or(WEBHOOK))
}
