//! Steps about a bot's process need one that the run starts.

use std::collections::HashMap;

use crate::diagnostics::Diagnostic;
use crate::scenario::{AppSpec, WorldSpec};
use crate::step::{Act, Step};

/// Says of which steps the world starts no bot.
pub fn bot_steps(steps: &[Step], world: &WorldSpec) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let apps: HashMap<&str, &AppSpec> = world.apps.iter().map(|app| (app.name.value.as_str(), app)).collect();
    for step in steps {
        let Act::Bot { who, .. } = &step.act else { continue };
        let Some(app) = apps.get(who.value.as_str()) else { continue };
        if app.start.is_some() {
            continue;
        }
        let name = &who.value;
        let message = match (&app.webhook, &app.given) {
            (_, Some(_)) => format!("the bot of `{name}` is given to this run, which does not start it"),
            (Some(_), None) => format!("the bot of `{name}` runs already, so this run cannot stop it"),
            (None, None) => format!("`{name}` is played by steps, so there is no process to stop"),
        };
        let problem = Diagnostic::new(who.span, message).label("no `start:` in its world");
        let help = format!("write for example `{name}: {{start: node bots/{name}.js}}` under `apps:`");
        problems.push(problem.help(help).in_file(&step.file));
    }
    problems
}

/// True when a step ends or starts a process, which scenarios beside this one would notice.
pub fn handles_bots(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step.act, Act::Bot { .. }))
}
