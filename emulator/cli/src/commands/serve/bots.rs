//! What `serve` tells of bots: what those print that it started, how they end and come back, and when each is ready.

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_scenario::bots::BotNews;
use emulator_scenario::cast::Cast;
use emulator_scenario::transcript;
use emulator_server::Stage;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{DEFAULT_PORT, wait_for};

/// How somebody gets a bot back.
#[derive(Clone, Copy)]
pub(crate) struct Again {
    /// Whether lines are typed here.
    pub(crate) typed: bool,
    /// Where the emulator listens.
    pub(crate) port: u16,
    /// Whether a change of a file restarts it as well.
    pub(crate) watched: bool,
}

impl Again {
    /// The commands that restart the bot of an app.
    pub(super) fn commands(self, app: &str) -> String {
        let typed = if self.typed { format!("`/restart {app}`, or ") } else { String::new() };
        let url = match self.port {
            DEFAULT_PORT => String::new(),
            port => format!(" --url http://127.0.0.1:{port}"),
        };
        format!("{typed}`messenger-emulator step '{{bot: {app}, restarts: true}}'{url}`")
    }

    fn tell_end(self, app: &str, status: &str) {
        let saved = if self.watched { ", or save one of its files" } else { "" };
        eprintln!(
            "the bot `{app}` has ended by itself ({status})\nhelp: start it again with {}{saved}",
            self.commands(app)
        );
    }
}

fn tell_printed(app: &str, line: &str) {
    eprintln!("{app} | {}", transcript::printable(line));
}

/// Tells how bots end for as long as there is news, and what they print if `printed`; nobody waits for them. `restarts`
/// hears of each one that was started again.
pub(crate) async fn tell_ends(
    mut news: mpsc::UnboundedReceiver<BotNews>,
    printed: bool,
    again: Again,
    restarts: mpsc::UnboundedSender<String>,
) {
    while let Some(news) = news.recv().await {
        match news {
            BotNews::Printed { app, line } if printed => tell_printed(&app, &line),
            BotNews::Printed { .. } => {}
            BotNews::Ended { app, status } => again.tell_end(&app, &status),
            BotNews::StartedAgain { app } => drop(restarts.send(app)),
        }
    }
}

/// Tells of bots for as long as there is news; `restarts` hears of each one that was started again.
pub(super) async fn tell(
    mut news: mpsc::UnboundedReceiver<BotNews>,
    (stage, cast): (Arc<Stage>, Arc<Cast>),
    again: Again,
    restarts: mpsc::UnboundedSender<String>,
) {
    let mut waits = Waits { stage, cast, tasks: BTreeMap::new() };
    waits.for_all();
    while let Some(news) = news.recv().await {
        match news {
            BotNews::Printed { app, line } => tell_printed(&app, &line),
            BotNews::Ended { app, status } => again.tell_end(&app, &status),
            BotNews::StartedAgain { app } => {
                waits.for_bot(&app);
                // Nobody listens where nothing is watched.
                let _ = restarts.send(app);
            }
        }
    }
}

/// Those who wait until a bot is ready, by the names of the apps.
struct Waits {
    stage: Arc<Stage>,
    cast: Arc<Cast>,
    tasks: BTreeMap<String, JoinHandle<()>>,
}

impl Waits {
    fn for_all(&mut self) {
        let cast = Arc::clone(&self.cast);
        let real = cast.apps.iter().filter(|app| app.webhook.is_some());
        real.for_each(|app| self.for_bot(&app.name));
    }

    /// Waits for a bot, unless that is still being done.
    fn for_bot(&mut self, name: &str) {
        if self.tasks.get(name).is_some_and(|task| !task.is_finished()) {
            return;
        }
        let Some(app) = self.cast.apps.iter().find(|app| app.name == name) else { return };
        let started = self.cast.starts.iter().any(|start| start.app == app.id);
        let task = tokio::spawn(wait_for(Arc::clone(&self.stage), app.id, app.name.clone(), started));
        self.tasks.insert(name.to_owned(), task);
    }
}
