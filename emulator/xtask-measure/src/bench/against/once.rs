//! What is done once by each side of a pair: a start, a run, a move of the clock.

use std::time::Duration;

use anyhow::Result;

use super::super::emulator::Binary;
use super::super::table::Unit;
use super::super::{clock as moves, scenarios as runs, slow as slow_bot, start as starts};
use super::{Better, Measure};

/// Conversations over which the clock moves.
const CONVERSATIONS: usize = 10_000;
/// Moves of the clock in one pair.
const MOVES: usize = 2;
/// Starts in one pair. They are short, so one alone would be noise.
const STARTS: usize = 7;
const SCENARIO_COUNT: usize = 500;
const SCENARIO_COUNT_ALONE: usize = 100;

const TIME: Measure = Measure { what: "", unit: Unit::Seconds, better: Better::Less };
const MEMORY: Measure = Measure { what: "", unit: Unit::Bytes, better: Better::Less };

pub(super) const CLOCK: &[Measure] = &[
    Measure { what: "10000 people who write", ..TIME },
    Measure { what: "30 days over 10000 conversations", ..TIME },
];
pub(super) const START: &[Measure] =
    &[Measure { what: "ready after start", ..TIME }, Measure { what: "memory at rest", ..MEMORY }];
pub(super) const SCENARIOS: &[Measure] = &[
    Measure { what: "500 scenarios of ten steps", ..TIME },
    Measure { what: "100 scenarios with one job", ..TIME },
    Measure { what: "most memory of 500", ..MEMORY },
];
pub(super) const SLOW: &[Measure] = &[Measure { what: "64 scenarios, a bot that takes 2 s", ..TIME }];

pub(super) async fn clock(binary: &Binary) -> Result<Vec<f64>> {
    let moved = moves::moved(binary, CONVERSATIONS, MOVES).await?;
    Ok(vec![moved.writing, moved.moving])
}

pub(super) async fn start(binary: &Binary) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    let mut memory = 0;
    for number in 1..=STARTS {
        let started = starts::one(binary, starts::Certificates::Kept).await?;
        times.push(started.after.as_secs_f64());
        if number == STARTS {
            memory = started.memory_at_rest().await?;
        }
    }
    // Whatever else the machine does can only make a start slower.
    let best = times.into_iter().fold(f64::INFINITY, f64::min);
    Ok(vec![best, memory as f64])
}

pub(super) async fn scenarios(binary: &Binary) -> Result<Vec<f64>> {
    let many = runs::written(SCENARIO_COUNT)?;
    let few = runs::written(SCENARIO_COUNT_ALONE)?;
    let time = runs::run(binary, many.path(), &[]).await?;
    let alone = runs::run(binary, few.path(), &["--jobs", "1"]).await?;
    let most = runs::peak_memory(binary, many.path()).await?;
    Ok(vec![time.as_secs_f64(), alone.as_secs_f64(), most as f64])
}

pub(super) async fn slow(binary: &Binary) -> Result<Vec<f64>> {
    let time: Duration = slow_bot::rounds(binary, slow_bot::AT_ONCE, 1).await?;
    Ok(vec![time.as_secs_f64()])
}
