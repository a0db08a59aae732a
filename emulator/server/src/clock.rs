//! The only place that reads the system's time.
//!
//! Virtual time of a lane is either frozen, moved by steps alone, or real: the system's time plus
//! whatever was advanced. It never goes back. [`Wall`] is time of this run: for time-outs of sockets,
//! for waiting for bots, and for the `wall` part of journal entries; no rule ever sees it.

mod alarm;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(crate) use alarm::Alarm;
use emulator_core::{Span, Timestamp};

/// How virtual time passes in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockMode {
    /// Only steps move it.
    Frozen {
        /// Where it stands at first.
        at: Timestamp,
    },
    /// It follows the system's time.
    Real,
}

/// A lane's clock.
#[derive(Debug)]
pub(crate) struct Clock {
    mode: ClockMode,
    now: Timestamp,
    advanced: Span,
}

impl Clock {
    pub(crate) fn new(mode: ClockMode) -> Self {
        let now = match mode {
            ClockMode::Frozen { at } => at,
            ClockMode::Real => system_time(),
        };
        Self { mode, now, advanced: Span(0) }
    }

    /// The virtual time, which on a real clock may have moved since the last look.
    pub(crate) fn read(&mut self) -> Timestamp {
        if self.mode == ClockMode::Real {
            self.now = self.now.max(system_time() + self.advanced);
        }
        self.now
    }

    /// Moves to a later moment; an earlier one changes nothing.
    pub(crate) fn move_to(&mut self, to: Timestamp) {
        if to > self.now {
            if self.mode == ClockMode::Real {
                self.advanced = Span(self.advanced.0 + (to - self.now).0);
            }
            self.now = to;
        }
    }

    /// Notes that a deadline has come, without counting it as an advance of a real clock.
    pub(crate) fn reach(&mut self, deadline: Timestamp) {
        match self.mode {
            ClockMode::Frozen { .. } => self.move_to(deadline),
            ClockMode::Real => self.now = self.now.max(deadline),
        }
    }

    pub(crate) const fn mode(&self) -> ClockMode {
        self.mode
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for the time")]
fn system_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A moment of this run, in milliseconds since 1970 by the system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wall(pub i64);

impl Wall {
    /// Now.
    pub fn now() -> Self {
        Self(system_time().0)
    }
}

/// A moment of this run for measuring how long something took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Waits for real time to pass. Only for what lives in real time: bots and sockets.
#[expect(clippy::disallowed_methods, reason = "quiet and time-outs of sockets are real time by definition")]
pub async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// The moment in RFC 3339, UTC: whole seconds, or exactly three digits of milliseconds where there are any.
pub fn rfc3339(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.0);
    let precision = if at.0.rem_euclid(1_000) == 0 { 0 } else { 3 };
    moment.map_or_else(|_| at.0.to_string(), |moment| format!("{moment:.precision$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_forward_and_only_when_told() {
        let mut clock = Clock::new(ClockMode::Frozen { at: Timestamp(1_000) });
        assert_eq!(clock.read(), Timestamp(1_000));
        clock.move_to(Timestamp(500));
        assert_eq!(clock.read(), Timestamp(1_000));
        clock.reach(Timestamp(2_000));
        assert_eq!(clock.read(), Timestamp(2_000));
    }

    #[test]
    fn a_real_clock_keeps_what_it_was_advanced_by() {
        let mut clock = Clock::new(ClockMode::Real);
        let before = clock.read();
        clock.move_to(before + Span::DAY);
        assert!(clock.read() >= before + Span::DAY);
        assert!(clock.read() < before + Span(Span::DAY.0 + Span::HOUR.0));
    }

    #[test]
    fn moments_are_written_in_rfc_3339() {
        assert_eq!(rfc3339(Timestamp(1_783_328_400_000)), "2026-07-06T09:00:00Z");
        assert_eq!(rfc3339(Timestamp(1_783_328_400_001)), "2026-07-06T09:00:00.001Z");
        assert_eq!(rfc3339(Timestamp(1_783_328_400_500)), "2026-07-06T09:00:00.500Z");
    }
}
