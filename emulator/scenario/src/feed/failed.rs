//! Deliveries that failed, and whether anything in the scenario speaks of it.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::AppId;
use emulator_server::journal::{AttemptResult, BotOrder};

/// Why a bot does not answer that steps have to do with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Down {
    /// A step stopped it.
    Stopped,
    /// A step started it, and it has not answered anything since.
    ComesUp,
}

/// The deliveries that failed. All tries of one are one thing.
#[derive(Debug, Default)]
pub(super) struct Failed {
    /// The number of the first try that went wrong, by that of the delivery.
    tries: BTreeMap<u64, u64>,
    /// Those that an expectation has spoken of.
    spoken_of: BTreeSet<u64>,
    down: BTreeMap<AppId, Down>,
}

impl Failed {
    /// A step has to do with a bot's process.
    pub(super) fn ordered(&mut self, app: AppId, order: BotOrder) {
        let down = match order {
            BotOrder::Stops => Down::Stopped,
            BotOrder::Starts | BotOrder::Restarts => Down::ComesUp,
        };
        self.down.insert(app, down);
    }

    /// A delivery was tried. That a bot does not answer which a step stopped is what the step is for.
    pub(super) fn tried(&mut self, app: AppId, (delivery, seq): (u64, u64), result: &AttemptResult) {
        let down = self.down.get(&app).copied();
        if result.has_answered() && down == Some(Down::ComesUp) {
            self.down.remove(&app);
        }
        let excused = match down {
            Some(Down::Stopped) => true,
            Some(Down::ComesUp) => !result.has_answered(),
            None => false,
        };
        if result.has_failed() && !excused {
            self.tries.entry(delivery).or_insert(seq);
        }
    }

    pub(super) fn speak_of(&mut self, delivery: u64) {
        self.spoken_of.insert(delivery);
    }

    /// The deliveries that failed and that nothing spoke of, each with the first try that went wrong.
    pub(super) fn unspoken(&self) -> impl Iterator<Item = (u64, u64)> {
        let unspoken = self.tries.iter().filter(|(delivery, _)| !self.spoken_of.contains(delivery));
        unspoken.map(|(delivery, seq)| (*delivery, *seq))
    }

    pub(super) fn forget(&mut self, first: u64) {
        self.tries = self.tries.split_off(&first);
        self.spoken_of = self.spoken_of.split_off(&first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOT: AppId = AppId(7);

    fn refused() -> AttemptResult {
        AttemptResult::Refused { status: 500, excerpt: None }
    }

    fn unreachable() -> AttemptResult {
        AttemptResult::Unreachable { why: "refused".into() }
    }

    fn unspoken(failed: &Failed) -> Vec<(u64, u64)> {
        failed.unspoken().collect()
    }

    #[test]
    fn a_delivery_with_all_its_tries_is_one_thing() {
        let mut failed = Failed::default();
        failed.tried(BOT, (1, 2), &refused());
        failed.tried(BOT, (1, 3), &AttemptResult::TimedOut);
        failed.tried(BOT, (1, 4), &AttemptResult::Acknowledged { status: 200 });
        failed.tried(BOT, (5, 6), &AttemptResult::Acknowledged { status: 200 });
        assert_eq!(unspoken(&failed), [(1, 2)]);
        failed.speak_of(1);
        assert_eq!(unspoken(&failed), []);
    }

    #[test]
    fn what_a_bot_misses_that_a_step_stopped_needs_no_word() {
        let mut failed = Failed::default();
        failed.ordered(BOT, BotOrder::Stops);
        failed.tried(BOT, (1, 2), &unreachable());
        failed.ordered(BOT, BotOrder::Starts);
        failed.tried(BOT, (1, 3), &unreachable());
        assert_eq!(unspoken(&failed), [], "it is still coming up");
        failed.tried(BOT, (1, 4), &AttemptResult::Acknowledged { status: 200 });
        failed.tried(BOT, (5, 6), &unreachable());
        assert_eq!(unspoken(&failed), [(5, 6)], "now it should be there");
    }

    #[test]
    fn what_a_bot_answers_wrongly_while_it_comes_up_counts() {
        let mut failed = Failed::default();
        failed.ordered(BOT, BotOrder::Restarts);
        failed.tried(BOT, (1, 2), &refused());
        assert_eq!(unspoken(&failed), [(1, 2)]);
    }

    #[test]
    fn what_is_not_sent_because_webhooks_are_switched_off_was_not_to_be_sent() {
        let mut failed = Failed::default();
        failed.tried(BOT, (1, 2), &AttemptResult::Dropped { why: "its webhooks are switched off".into() });
        assert_eq!(unspoken(&failed), []);
    }
}
