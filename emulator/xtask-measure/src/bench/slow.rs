//! Scenarios side by side against a bot that takes long for each answer: their time should be that of one.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::Setting;
use super::emulator::Binary;
use super::scenarios::run;
use super::table::{Aim, Figure, Row, median};

/// How long the bot takes for an answer.
const LONG: Duration = Duration::from_secs(2);
/// So many scenarios should take no longer than one.
pub(super) const AT_ONCE: usize = 64;

pub(super) async fn slow(setting: &Setting) -> Result<Vec<Row>> {
    let mut times = Vec::new();
    for count in [1, AT_ONCE] {
        times.push(Figure::time(rounds(&setting.binary, count, setting.pace.repeats).await?));
    }
    let [one, many] = times[..] else { unreachable!("there are two counts") };
    let row = Row::new(format!("{AT_ONCE} scenarios, a bot that takes {} s", LONG.as_secs()), many);
    Ok(vec![
        Row::new(format!("one scenario, a bot that takes {} s", LONG.as_secs()), one),
        row.beside(one, "for one").aim(Aim::RatioAtMost(1.3)),
    ])
}

/// The median of the times that so many scenarios take at once.
pub(super) async fn rounds(binary: &Binary, count: usize, repeats: usize) -> Result<Duration> {
    let program = std::env::current_exe().context("failed to find this program")?;
    let program = program.to_str().context("a folder whose name is not UTF-8")?;
    let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
    for number in 1..=count {
        let path = folder.path().join(format!("{number:02}.yaml"));
        std::fs::write(&path, scenario(program, number)).context("failed to write a scenario")?;
    }
    let mut times = Vec::new();
    for _ in 0..repeats {
        times.push(run(binary, folder.path(), &[]).await?.as_secs_f64());
    }
    Ok(Duration::from_secs_f64(median(&times)))
}

fn scenario(program: &str, number: usize) -> String {
    format!(
        "scenario: A slow answer {number}
world:
  apps:
    bot:
      start: [{program:?}, part, slow, --pause, \"{}\"]
      fields: [messages]
  people:
    ana: {{first_name: Ana}}
steps:
  - user: ana
    says: \"hello {number}\"
  - expect: {{app: bot, sends: at last}}
",
        LONG.as_millis()
    )
}
