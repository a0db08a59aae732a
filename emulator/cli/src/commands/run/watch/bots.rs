//! The files of the bots of a run: whose scenarios are played again because of them.
//!
//! Each round starts its bots anew. A bot that writes into its own folder would lead from one round to the next, without
//! end: a file that changes while rounds are played, again and again, does not count until it changes between two.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use emulator_scenario::bots::{BotFiles, Change, OwnFiles, Seen};
use emulator_scenario::select::Selected;
use tokio::time::Instant;

/// After so many rounds in a row that a file has changed in, it is taken for one that the bot writes.
const MOST: u32 = 3;
/// A file that changes so soon after a round has changed because of it.
const SOON: Duration = Duration::from_secs(2);

/// The files of all bots, as they stood when somebody looked last.
#[derive(Default)]
pub(super) struct Bots {
    seen: BTreeMap<BotFiles, Seen>,
    /// The folders that are watched for other reasons.
    pub(super) elsewhere: BTreeSet<PathBuf>,
    /// What had changed when the last round was over.
    meanwhile: BTreeSet<PathBuf>,
    /// When the last round was over.
    over: Option<Instant>,
    /// In how many rounds in a row a file has changed.
    rounds: BTreeMap<PathBuf, u32>,
}

/// A bot whose files have changed.
pub(super) struct Restarted {
    pub(super) app: String,
    pub(super) changes: Vec<Change>,
    /// The full names of the scenarios that it plays in.
    pub(super) scenarios: Vec<String>,
}

impl Bots {
    /// Finds out which bots of these scenarios are not what they were. Those that were not known count from now on.
    pub(super) fn look(&mut self, scenarios: &[Selected], own: &OwnFiles) -> Vec<Restarted> {
        let mut users: BTreeMap<BotFiles, Vec<String>> = BTreeMap::new();
        for selected in scenarios {
            for files in BotFiles::of(&selected.scenario.world) {
                users.entry(files).or_default().push(selected.name.clone());
            }
        }
        let mut all = Vec::new();
        let mut seen = BTreeMap::new();
        for (files, scenarios) in users {
            let before = self.seen.get(&files);
            let now = files.look(own, before.unwrap_or(&Seen::default()));
            let changes = before.map(|before| now.changes(before)).unwrap_or_default();
            if !changes.is_empty() {
                all.push(Restarted { app: files.app.clone(), changes, scenarios });
            }
            seen.insert(files, now);
        }
        self.seen = seen;
        self.leave_out_written(&mut all);
        all
    }

    /// Notes which files have changed while a round was played.
    pub(super) fn round_is_over(&mut self, own: &OwnFiles) {
        let changes = self.seen.iter().flat_map(|(files, seen)| files.look(own, seen).changes(seen));
        self.meanwhile = changes.map(|change| change.path).collect();
        self.over = Some(Instant::now());
    }

    fn leave_out_written(&mut self, restarted: &mut Vec<Restarted>) {
        let changed: BTreeSet<PathBuf> =
            restarted.iter().flat_map(|it| &it.changes).map(|change| change.path.clone()).collect();
        let meanwhile = std::mem::take(&mut self.meanwhile);
        let soon = self.over.is_some_and(|over| over.elapsed() < SOON);
        let (by_rounds, by_others): (Vec<&PathBuf>, Vec<&PathBuf>) =
            changed.iter().partition(|path| soon || meanwhile.contains(*path));
        self.rounds.retain(|path, count| {
            let goes_on = if *count < MOST { by_rounds.contains(&path) } else { !by_others.contains(&path) };
            goes_on && (by_others.is_empty() || *count >= MOST)
        });
        for path in by_rounds {
            *self.rounds.entry(path.clone()).or_default() += 1;
        }
        for bot in &mut *restarted {
            for change in &bot.changes {
                if self.rounds.get(&change.path) == Some(&MOST) {
                    eprintln!(
                        "warning: {} has changed in {MOST} rounds in a row; it looks like a file that `{}` writes, \
                         so its changes no longer start a round\n\
                         help: name it in .gitignore, or the files that count with `watch:` in the world",
                        change.shown, bot.app
                    );
                }
            }
            bot.changes.retain(|change| self.rounds.get(&change.path).is_none_or(|count| *count < MOST));
        }
        restarted.retain(|bot| !bot.changes.is_empty());
        if restarted.is_empty() && soon {
            // What is not played again goes on being written.
            self.over = Some(Instant::now());
        }
    }

    /// All folders that are to be watched.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let of_bots = self.seen.values().flat_map(|seen| seen.folders().iter().cloned());
        self.elsewhere.iter().cloned().chain(of_bots).collect()
    }
}
