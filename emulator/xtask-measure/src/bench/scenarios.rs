//! Whole scenario files against the demo bot: reading, running and reporting them.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tokio::time::timeout;

use super::emulator::Binary;
use super::process::{Process, Talk};
use super::table::{Aim, Figure, Row, Unit, median};
use super::{Setting, until_some};

const COUNTS: [usize; 3] = [100, 1_000, 10_000];
const PATIENCE: Duration = Duration::from_mins(10);

pub(super) async fn scenarios(setting: &Setting) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut smallest = None;
    for count in COUNTS {
        let folder = written(count)?;
        let mut times = Vec::new();
        for _ in 0..setting.pace.repeats {
            times.push(run(&setting.binary, folder.path(), &[]).await?.as_secs_f64());
        }
        let time = Figure { value: median(&times), unit: Unit::Seconds };
        let each = Figure { value: time.value / count as f64, ..time };
        let row = Row::new(format!("{count} scenarios of ten steps"), time);
        rows.push(if count == 1_000 { row.aim(Aim::AtMost(3.0)) } else { row });
        let row = Row::new("  for each scenario", each);
        rows.push(match smallest {
            Some(smallest) if count == 10_000 => row.beside(smallest, "at 100").aim(Aim::RatioAtMost(1.3)),
            Some(smallest) => row.beside(smallest, "at 100"),
            None => row,
        });
        smallest.get_or_insert(each);
        if count != 100 {
            let peak = Figure::bytes(peak_memory(&setting.binary, folder.path()).await?);
            rows.push(Row::new("  most memory", peak));
        }
        if count == 1_000 {
            let one = Figure::time(run(&setting.binary, folder.path(), &["--jobs", "1"]).await?);
            rows.push(Row::new("  with one job", one).beside(time, "default"));
        }
    }
    Ok(rows)
}

/// A folder with so many scenarios.
pub(super) fn written(count: usize) -> Result<TempDir> {
    let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
    for number in 1..=count {
        let path = folder.path().join(format!("{number:05}.yaml"));
        std::fs::write(&path, scenario(number)).context("failed to write a scenario")?;
    }
    Ok(folder)
}

/// Runs a folder of scenarios, and tells how long that took.
pub(super) async fn run(binary: &Binary, folder: &Path, options: &[&str]) -> Result<Duration> {
    let mut command = tokio::process::Command::from(binary.command("run", options)?);
    command.arg(folder).stdin(Stdio::null()).kill_on_drop(true);
    let begun = Instant::now();
    let output = timeout(PATIENCE, command.output()).await.context("`run` did not end")??;
    let elapsed = begun.elapsed();
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text += &String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(15)..].join("\n    ");
    ensure!(output.status.success(), "`run` ended with {}:\n    {last}", output.status);
    Ok(elapsed)
}

/// The most memory that a run had, in bytes, as far as it was seen before it ended. It is not the run that is timed.
pub(super) async fn peak_memory(binary: &Binary, folder: &Path) -> Result<u64> {
    let mut command = binary.command("run", &[])?;
    command.arg(folder);
    let mut process = Process::start("run", &mut command, Talk::None)?;
    let mut most = 0;
    until_some(PATIENCE, "the end of `run`", async || {
        // It is gone between being asked whether it has ended and being looked at, if at all, just once.
        most = process.most_resident().unwrap_or(most).max(most);
        process.ended()
    })
    .await?;
    Ok(most)
}

/// A person and the bot, five times to and fro. All files describe the same world, so they share one bot.
fn scenario(number: usize) -> String {
    let turns: String = (1..=5)
        .map(|turn| {
            format!(
                "  - user: ana\n    says: \"hello {number} {turn}\"\n  - expect: {{app: bot, sends: {{any: true}}}}\n"
            )
        })
        .collect();
    format!(
        "scenario: Small talk {number}
world:
  apps:
    bot:
      start: ${{emulator.bin}} demo-bot
      fields: [messages]
  people:
    ana: {{first_name: Ana}}
steps:
{turns}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_has_ten_steps_and_a_name_of_its_own() {
        let text = scenario(7);
        assert_eq!(text.lines().filter(|line| line.starts_with("  - ")).count(), 10);
        assert!(text.starts_with("scenario: Small talk 7\n"), "{text}");
        assert!(text.contains("start: ${emulator.bin} demo-bot\n"), "{text}");
    }
}
