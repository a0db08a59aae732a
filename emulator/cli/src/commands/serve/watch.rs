//! `serve --watch`: restarts a bot when its files change.

mod limit;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use emulator_scenario::bots::{BotFiles, Change, How, OwnFiles, Seen, ServedBots};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::limit::{Limit, MOST, WITHIN};
use super::bots::Again;
use crate::watching::{Watcher, folder_of};

/// The files of the bots that `serve` started, and those who restart them.
pub(super) struct Watch {
    watcher: Watcher,
    bots: ServedBots,
    watched: Vec<Watched>,
    own: Arc<OwnFiles>,
    world: Option<World>,
    again: Again,
}

/// A bot whose files are watched.
struct Watched {
    files: BotFiles,
    seen: Seen,
    limit: Limit,
    /// Whether it was restarted too often, so that its files do not count until somebody restarts it.
    paused: bool,
}

/// The file of the world, which `serve` reads once.
struct World {
    path: PathBuf,
    text: Option<Vec<u8>>,
}

impl Watch {
    /// Begins to watch; what changes from now on counts.
    ///
    /// # Errors
    ///
    /// When something cannot be watched, in words.
    pub(super) async fn begin(
        bots: ServedBots,
        files: Vec<BotFiles>,
        own: OwnFiles,
        world: Option<&Path>,
        again: Again,
    ) -> Result<Self, String> {
        let watched =
            |files| Watched { files, seen: Seen::default(), limit: Limit::default(), paused: false };
        let world = world.map(|path| World { path: path.to_owned(), text: std::fs::read(path).ok() });
        let watched = files.into_iter().map(watched).collect();
        let mut watch = Self { watcher: Watcher::new()?, bots, watched, own: Arc::new(own), world, again };
        watch.look().await?;
        Ok(watch)
    }

    /// What is watched, for people.
    pub(super) fn told(&self) -> String {
        let line = |watched: &Watched| {
            let Watched { files, .. } = watched;
            let globs = files.globs().map(|globs| format!(" ({})", globs.join(", "))).unwrap_or_default();
            format!("watching {}{globs}: `{}` is restarted when a file changes\n", files.folder(), files.app)
        };
        self.watched.iter().map(line).collect()
    }

    /// Restarts bots for as long as the emulator runs. `restarted` tells of those that were restarted by anybody.
    pub(super) async fn go_on(mut self, mut restarted: mpsc::UnboundedReceiver<String>) {
        loop {
            tokio::select! {
                () = self.watcher.stirs() => {}
                Some(app) = restarted.recv() => {
                    self.resume(&app);
                    continue;
                }
            }
            self.world_changed();
            let changes = match self.look().await {
                Ok(changes) => changes,
                Err(why) => {
                    eprintln!("warning: {why}; what changes there restarts no bot");
                    continue;
                }
            };
            self.restart(changes).await;
        }
    }

    /// Finds out what has changed for each bot.
    async fn look(&mut self) -> Result<Vec<Vec<Change>>, String> {
        let before: Vec<Seen> = self.watched.iter().map(|watched| watched.seen.clone()).collect();
        // What happens in a folder before it is watched is found by looking once more.
        loop {
            let mut folders: BTreeSet<PathBuf> =
                self.world.iter().map(|world| folder_of(&world.path)).collect();
            for watched in &mut self.watched {
                // Calls are answered meanwhile.
                let (files, own, seen) = (watched.files.clone(), Arc::clone(&self.own), watched.seen.clone());
                let looked = tokio::task::spawn_blocking(move || files.look(&own, &seen)).await;
                watched.seen = looked.map_err(|error| error.to_string())?;
                folders.extend(watched.seen.folders().iter().cloned());
            }
            if !self.watcher.follow(&folders, "restarts no bot") {
                break;
            }
        }
        Ok(self.watched.iter().zip(&before).map(|(watched, before)| watched.seen.changes(before)).collect())
    }

    async fn restart(&mut self, changes: Vec<Vec<Change>>) {
        let mut restarting = JoinSet::new();
        for (watched, changes) in self.watched.iter_mut().zip(changes) {
            let Some(first) = changes.first() else { continue };
            let app = watched.files.app.clone();
            if watched.paused {
                continue;
            }
            if let Some(often) = watched.limit.reached(&changes) {
                watched.paused = true;
                eprintln!(
                    "warning: {often} keeps changing: `{app}` was restarted {MOST} times within {} s, so its files are not watched any more\n\
                     help: name the file in .gitignore, or the files that count with `watch:` in the world; to go on: {}",
                    WITHIN.as_secs(),
                    self.again.commands(&app),
                );
                continue;
            }
            let more = match changes.len() - 1 {
                0 => String::new(),
                1 => ", and 1 more file".to_owned(),
                more => format!(", and {more} more files"),
            };
            eprintln!("restarting `{app}`: {first}{more}");
            let bots = self.bots.clone();
            restarting.spawn(async move {
                if let Err(error) = bots.restart(&app).await {
                    eprintln!("error: {error}");
                }
            });
        }
        while restarting.join_next().await.is_some() {}
    }

    /// Watches a bot again that somebody has restarted.
    fn resume(&mut self, app: &str) {
        for watched in self.watched.iter_mut().filter(|watched| watched.paused && watched.files.app == app) {
            watched.paused = false;
            watched.limit = Limit::default();
            eprintln!("watching the files of `{app}` again");
        }
    }

    /// Says that the world has changed, which is read only once.
    fn world_changed(&mut self) {
        let Some(world) = &mut self.world else { return };
        let text = std::fs::read(&world.path).ok();
        if text.is_some() && text != world.text {
            let change = Change::new(&world.path, How::Changed);
            eprintln!("{change}: end `serve` and start it again to use it");
            world.text = text;
        }
    }
}
