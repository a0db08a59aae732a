//! How often the files of a bot may restart it: a bot that writes into its own folder would never come up.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use emulator_scenario::bots::Change;
use tokio::time::Instant;

/// So many restarts are in order …
pub(super) const MOST: usize = 5;
/// … within this time.
pub(super) const WITHIN: Duration = Duration::from_secs(10);

/// The restarts of a bot lately, each with the files that led to it.
#[derive(Debug, Default)]
pub(super) struct Limit {
    restarts: VecDeque<(Instant, Vec<String>)>,
}

impl Limit {
    /// Counts a restart because of these changes; gives the file that changed most often if it would be one too many.
    pub(super) fn reached(&mut self, changes: &[Change]) -> Option<String> {
        self.reached_at(Instant::now(), changes.iter().map(|change| change.shown.clone()).collect())
    }

    fn reached_at(&mut self, now: Instant, files: Vec<String>) -> Option<String> {
        while self.restarts.front().is_some_and(|(at, _)| now.duration_since(*at) > WITHIN) {
            self.restarts.pop_front();
        }
        if self.restarts.len() < MOST {
            self.restarts.push_back((now, files));
            return None;
        }
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        for file in self.restarts.iter().flat_map(|(_, files)| files).chain(&files) {
            *counts.entry(file).or_default() += 1;
        }
        // Of equals one that has changed just now.
        let most = counts.into_iter().max_by_key(|(file, count)| (*count, files.contains(file)));
        most.map(|(file, _)| file.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_restart_in_ten_seconds_names_the_file_that_changes_most() {
        let mut limit = Limit::default();
        let begin = Instant::now();
        let mut at = |ms: u64, files: &[&str]| {
            let files = files.iter().map(|file| (*file).to_owned()).collect();
            limit.reached_at(begin + Duration::from_millis(ms), files)
        };
        assert_eq!(at(0, &["a.js"]), None);
        for ms in [2_000, 4_000, 6_000, 8_000] {
            assert_eq!(at(ms, &["a.js", "people.db"]), None, "{ms}");
        }
        assert_eq!(at(9_999, &["b.js"]).as_deref(), Some("a.js"));
        assert_eq!(at(10_000, &["people.db", "b.js"]).as_deref(), Some("people.db"), "of equals the newest");
        // The first one is long enough ago.
        assert_eq!(at(10_001, &["people.db"]), None);
        assert_eq!(at(10_002, &["people.db"]).as_deref(), Some("people.db"));
    }
}
