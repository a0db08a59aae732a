//! The only place that reads the system's time.
//!
//! Virtual time of a lane is either frozen, moved by steps alone, or runs: with the system's time or
//! at a pace of its own, plus whatever was advanced. It never goes back. [`Wall`] is time of this run:
//! for time-outs of sockets, for waiting for bots, and for the `wall` part of journal entries; no rule
//! ever sees it.

mod alarm;

use std::str::FromStr;
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
    /// It runs faster or slower than the system's time.
    Scaled {
        /// Where it begins; at the system's time when none.
        from: Option<Timestamp>,
        /// How fast it runs.
        pace: Pace,
    },
}

impl ClockMode {
    /// How fast it runs; not at all when none.
    const fn pace(self) -> Option<Pace> {
        match self {
            Self::Frozen { .. } => None,
            Self::Real => Some(Pace::REAL),
            Self::Scaled { pace, .. } => Some(pace),
        }
    }
}

/// How many milliseconds of virtual time pass in one of real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    millionths: u32,
}

/// Why a text is no pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pace is a number from 0.001 to 4000 with at most six decimals, such as 60 or 0.5")]
pub struct ParsePaceError;

impl FromStr for Pace {
    type Err = ParsePaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
            return Err(ParsePaceError);
        }
        let millionths = format!("{whole}{decimals:0<6}").parse().map_err(|_| ParsePaceError)?;
        if (1_000..=4_000 * Self::REAL.millionths).contains(&millionths) {
            return Ok(Self { millionths });
        }
        Err(ParsePaceError)
    }
}

impl Pace {
    /// That of the system's time.
    pub const REAL: Self = Self { millionths: 1_000_000 };

    /// The virtual time that passes in a real one.
    fn of(self, real: Span) -> Span {
        let scaled = i128::from(real.0) * i128::from(self.millionths) / i128::from(Self::REAL.millionths);
        Span(i64::try_from(scaled).unwrap_or(i64::MAX))
    }

    /// The real time after which a virtual one has passed.
    fn real(self, span: Span) -> Duration {
        let ms = i128::from(span.0.max(0)) * i128::from(Self::REAL.millionths);
        let ms = (ms + i128::from(self.millionths) - 1) / i128::from(self.millionths);
        Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX))
    }
}

/// A clock that runs: where it stood at a moment of the system's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    stood: Timestamp,
    system: Timestamp,
    pace: Pace,
}

impl Run {
    fn at(self, system: Timestamp) -> Timestamp {
        self.stood + self.pace.of(system - self.system)
    }
}

/// A lane's clock.
#[derive(Debug)]
pub(crate) struct Clock {
    mode: ClockMode,
    now: Timestamp,
    run: Option<Run>,
}

impl Clock {
    pub(crate) fn new(mode: ClockMode) -> Self {
        let system = system_time();
        let now = match mode {
            ClockMode::Frozen { at } => at,
            ClockMode::Real => system,
            ClockMode::Scaled { from, .. } => from.unwrap_or(system),
        };
        let run = mode.pace().map(|pace| Run { stood: now, system, pace });
        Self { mode, now, run }
    }

    /// The same clock, standing still at a moment of the past until it is told to run on.
    pub(crate) const fn stopped(&self, at: Timestamp) -> Self {
        Self { mode: self.mode, now: at, run: None }
    }

    /// Where a stopped clock would stand by now, had it run on since it stood there. Nowhere else than
    /// it does when only steps move it.
    pub(crate) fn would_stand(&self, stood: Timestamp, since: Wall) -> Timestamp {
        let run = self.mode.pace().map(|pace| Run { stood, system: Timestamp(since.0), pace });
        run.map_or(self.now, |run| run.at(system_time())).max(self.now)
    }

    /// Lets a stopped clock run on from where it stands, if it is one that runs.
    pub(crate) fn run_on(&mut self) {
        self.run = self.mode.pace().map(|pace| Run { stood: self.now, system: system_time(), pace });
    }

    /// The virtual time, which on a clock that runs may have moved since the last look.
    pub(crate) fn read(&mut self) -> Timestamp {
        if let Some(run) = self.run {
            self.now = self.now.max(run.at(system_time()));
        }
        self.now
    }

    /// Moves to a later moment, from which a clock that runs runs on; an earlier one changes nothing.
    pub(crate) fn move_to(&mut self, to: Timestamp) {
        if to > self.read() {
            self.now = to;
            if let Some(run) = &mut self.run {
                (run.stood, run.system) = (to, system_time());
            }
        }
    }

    /// How long it takes in real time until the clock shows a later moment by itself; for ever when none.
    pub(crate) fn reaches(&mut self, to: Timestamp) -> Option<Duration> {
        let now = self.read();
        self.run.map(|run| run.pace.real(to - now))
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

/// The moment that a text in RFC 3339 names.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(|at: jiff::Timestamp| Timestamp(at.as_millisecond()))
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
        clock.move_to(Timestamp(2_000));
        assert_eq!((clock.read(), clock.reaches(Timestamp(3_000))), (Timestamp(2_000), None));
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
    fn time_goes_on_where_it_was_moved_to_in_several_strides() {
        let mut clock = Clock::new(ClockMode::Real);
        let before = clock.read();
        for hours in 1..=3 {
            clock.move_to(before + Span(hours * Span::HOUR.0));
        }
        let system = clock.run.unwrap().system;
        assert_eq!(clock.run.unwrap().at(system + Span::SECOND), before + Span(3 * Span::HOUR.0 + 1_000));
    }

    #[test]
    fn a_scaled_clock_runs_at_its_pace_from_where_it_begins() {
        let pace = |text: &str| text.parse::<Pace>();
        let run = |text| Run { stood: Timestamp(1_000), system: Timestamp(50), pace: pace(text).unwrap() };
        let rows = [
            ("60", 150, 7_000),
            ("0.5", 150, 1_050),
            ("1.25", 54, 1_005),
            ("1", 49, 999),
            ("0.001", 2_050, 1_002),
        ];
        for (text, system, virtual_time) in rows {
            assert_eq!(run(text).at(Timestamp(system)), Timestamp(virtual_time), "{text}");
        }
        for wrong in
            ["", "0", "-1", "+1", "x", "1e3", ".5", "5.", "0.0001", "4000.1", "0.1234567", "99999999999"]
        {
            assert_eq!(pace(wrong), Err(ParsePaceError), "{wrong}");
        }
        let real = |text, ms| pace(text).unwrap().real(Span(ms)).as_millis();
        assert_eq!([real("60", 60_000), real("60", 1), real("0.5", 10), real("1", -5)], [1_000, 1, 20, 0]);
        let from = Some(Timestamp(5));
        let mut clock = Clock::new(ClockMode::Scaled { from, pace: pace("4000").unwrap() });
        let first = clock.read();
        assert!((Timestamp(5)..Timestamp(400_000)).contains(&first), "{first:?}");
    }

    #[test]
    fn a_stopped_clock_knows_what_it_has_missed() {
        let now = Wall::now();
        let rows = [
            (ClockMode::Real, 5_000, 5_000),
            (ClockMode::Scaled { from: None, pace: "60".parse().unwrap() }, 5_000, 300_000),
            (ClockMode::Frozen { at: Timestamp(1) }, 5_000, 0),
            (ClockMode::Real, -60_000, 0),
        ];
        for (mode, away, missed) in rows {
            let stood = Timestamp(1_000_000);
            let mut clock = Clock::new(mode).stopped(stood);
            assert_eq!(clock.read(), stood);
            let would = clock.would_stand(stood, Wall(now.0 - away));
            assert!((missed..missed + 60_000).contains(&(would - stood).0), "{mode:?} {would:?}");
            clock.move_to(would);
            clock.run_on();
            assert!(clock.read() >= would);
        }
    }

    #[test]
    fn moments_are_written_in_rfc_3339() {
        assert_eq!(rfc3339(Timestamp(1_783_328_400_000)), "2026-07-06T09:00:00Z");
        assert_eq!(rfc3339(Timestamp(1_783_328_400_001)), "2026-07-06T09:00:00.001Z");
        assert_eq!(rfc3339(Timestamp(1_783_328_400_500)), "2026-07-06T09:00:00.500Z");
    }
}
