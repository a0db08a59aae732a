//! How fast the bots of a stage are, as far as it has been seen: the times between their 2xx and their calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use emulator_core::AppId;

/// How long an app that has acknowledged an event may think, as long as little is known about it.
const FIRST_PATIENCE: Duration = Duration::from_millis(500);
/// From how many gaps on an app is known.
const KNOWN: u32 = 10;
/// How many times its longest gap an app is given.
const MARGIN: u32 = 4;
const LEAST: Duration = Duration::from_millis(20);
const MOST: Duration = Duration::from_secs(1);

/// What has been seen of one app.
#[derive(Debug, Clone, Copy, Default)]
struct Habit {
    /// How many events it has answered with a message or a control call.
    answered: u32,
    /// The longest time from its 2xx to such a call.
    longest: Duration,
}

/// What has been seen of all apps of a stage.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    /// The longest time between a 2xx and any call, in microseconds.
    longest_us: AtomicU64,
    apps: Mutex<BTreeMap<AppId, Habit>>,
}

impl Habits {
    /// Notes how long after its 2xx an app made a call.
    pub(crate) fn called_after(&self, gap: Duration) {
        let us = u64::try_from(gap.as_micros()).unwrap_or(u64::MAX);
        self.longest_us.fetch_max(us, Ordering::Relaxed);
    }

    /// Notes that an app answered an event with a message or a control call: how long after its 2xx, which is no
    /// time at all where the call came first.
    pub(crate) fn answered_after(&self, app: AppId, gap: Duration) {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        let habit = apps.entry(app).or_default();
        habit.answered = habit.answered.saturating_add(1);
        habit.longest = habit.longest.max(gap);
    }

    /// How long a lane must have stayed settled to count as quiet: 20 ms, or four times the longest gap, at most 1 s.
    pub(crate) fn quiet(&self) -> Duration {
        with_margin(Duration::from_micros(self.longest_us.load(Ordering::Relaxed)))
    }

    /// How long an app may still take to answer what it has acknowledged: 500 ms, and once ten of its gaps are known
    /// four times the longest, 20 ms to 1 s.
    pub(crate) fn patience(&self, app: AppId) -> Duration {
        let apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        match apps.get(&app) {
            Some(habit) if habit.answered >= KNOWN => with_margin(habit.longest),
            Some(_) | None => FIRST_PATIENCE,
        }
    }
}

fn with_margin(gap: Duration) -> Duration {
    (gap * MARGIN).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_grows_with_the_slowest_bot_and_has_bounds() {
        for (gap_ms, quiet_ms) in [(0, 20), (5, 20), (30, 120), (2_000, 1_000)] {
            let habits = Habits::default();
            habits.called_after(Duration::from_millis(gap_ms));
            assert_eq!(habits.quiet().as_millis(), quiet_ms, "a gap of {gap_ms} ms");
        }
    }

    #[test]
    fn an_app_is_given_half_a_second_until_ten_of_its_gaps_are_known() {
        let (habits, bot, other) = (Habits::default(), AppId(1), AppId(2));
        for gap_ms in [0, 1, 2, 60, 3, 4, 5, 6, 7] {
            assert_eq!(habits.patience(bot).as_millis(), 500);
            habits.answered_after(bot, Duration::from_millis(gap_ms));
        }
        assert_eq!(habits.patience(bot).as_millis(), 500, "nine are not enough");
        habits.answered_after(bot, Duration::ZERO);
        assert_eq!(habits.patience(bot).as_millis(), 240);
        habits.answered_after(bot, Duration::from_secs(3));
        assert_eq!(habits.patience(bot).as_millis(), 1_000);
        assert_eq!(habits.patience(other).as_millis(), 500, "each app has its own");
    }
}
