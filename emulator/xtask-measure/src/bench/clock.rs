//! What it costs to move the clock over many conversations with a timer each.

use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::json;
use tempfile::TempDir;

use super::Setting;
use super::emulator::{Binary, Emulator, person_name};
use super::table::{Aim, Figure, Row, median};

const CONVERSATIONS: [usize; 3] = [1_000, 10_000, 100_000];

/// The app has no webhook, so it takes what people say at once, and being primary it becomes the owner.
const WORLD: &str = "page: {primary_receiver: bot}\napps:\n  bot: {}\n";

/// So many steps go into one call.
const STEPS_OF_A_CALL: usize = 1_000;

pub(super) async fn clock(setting: &Setting) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut smallest = None;
    for conversations in CONVERSATIONS {
        let moved = moved(&setting.binary, conversations, setting.pace.repeats).await?;
        let time = Figure { value: moved.moving, unit: super::table::Unit::Seconds };
        let each = Figure { value: time.value / conversations as f64, ..time };
        let row = Row::new(format!("30 days over {conversations} conversations"), time);
        rows.push(if conversations == 10_000 { row.aim(Aim::AtMost(0.050)) } else { row });
        let row = Row::new("  for each timer", each);
        rows.push(match smallest {
            Some(smallest) if conversations == 100_000 => {
                row.beside(smallest, "at 1,000").aim(Aim::RatioAtMost(5.0))
            }
            Some(smallest) => row.beside(smallest, "at 1,000"),
            None => row,
        });
        smallest.get_or_insert(each);
    }
    Ok(rows)
}

/// The medians of what was measured, in seconds.
pub(super) struct Moved {
    /// Everybody writes.
    pub(super) writing: f64,
    /// The clock moves by 30 days.
    pub(super) moving: f64,
}

/// Lets everybody write and moves the clock over all their timers, so often.
pub(super) async fn moved(binary: &Binary, conversations: usize, repeats: usize) -> Result<Moved> {
    let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
    let file = folder.path().join("world.yaml");
    std::fs::write(&file, WORLD).context("failed to write a world")?;
    let path = file.to_str().context("a folder whose name is not UTF-8")?;
    let people = conversations.to_string();
    let arguments = ["--config", path, "--people", &people, "--clock", "frozen"];
    let emulator = binary.serve(&arguments).await?;
    let (mut writing, mut moving) = (Vec::new(), Vec::new());
    for _ in 0..repeats {
        let begun = Instant::now();
        own(&emulator, conversations).await?;
        writing.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        emulator.steps("", r#"{"clock":"+30d"}"#).await?;
        moving.push(begun.elapsed().as_secs_f64());
        expect_owner(&emulator, "idle").await?;
    }
    Ok(Moved { writing: median(&writing), moving: median(&moving) })
}

/// Lets everybody write, so that the app owns every conversation and each has its timer.
async fn own(emulator: &Emulator, conversations: usize) -> Result<()> {
    let people: Vec<_> = (0..conversations).collect();
    for some in people.chunks(STEPS_OF_A_CALL) {
        let steps: Vec<_> =
            some.iter().map(|index| json!({"user": person_name(*index), "says": "hi"})).collect();
        emulator.steps("", &json!(steps).to_string()).await?;
    }
    expect_owner(emulator, "bot").await
}

/// Makes sure that the timers measured are there and have fired.
async fn expect_owner(emulator: &Emulator, owner: &str) -> Result<()> {
    let expectation = json!({"expect": {"owner": owner, "of": "user"}}).to_string();
    emulator.steps("", &expectation).await.with_context(|| format!("the owner should be {owner}"))?;
    Ok(())
}
