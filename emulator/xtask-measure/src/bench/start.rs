//! What it costs to have the emulator there at all: time until it is ready, memory at rest, size on disk.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::emulator::{Binary, PATIENCE};
use super::part::address_of;
use super::process::{Process, Talk};
use super::table::{Aim, Figure, Row, Unit, median};
use super::{Setting, pause, skip, until_some};

/// After this time nothing of the start is still going on.
const REST: Duration = Duration::from_millis(300);

const MEBIBYTE: f64 = 1024.0 * 1024.0;

pub(super) async fn start(setting: &Setting) -> Result<Vec<Row>> {
    let (mut times, mut first_times) = (Vec::new(), Vec::new());
    let mut memory = Vec::new();
    // The first start reads the program from the disk; it warms up and is not counted.
    for counted in 0..=setting.pace.starts {
        let started = one(&setting.binary, Certificates::Kept).await?;
        let first = one(&setting.binary, Certificates::Lacking).await;
        if counted > 0 {
            times.push(started.after.as_secs_f64());
            first_times.extend(first.ok().map(|first| first.after.as_secs_f64()));
        }
        if counted % 5 == 0 {
            memory.push(started.memory_at_rest().await? as f64);
        }
    }
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let path = setting.binary.path();
    let size = std::fs::metadata(path).with_context(|| format!("failed to read {}", path.display()))?.len();
    let first = (!first_times.is_empty()).then(|| {
        Row::new("ready at the very first start", Figure { value: median(&first_times), unit: Unit::Seconds })
            .beside(
                Figure { value: first_times.iter().copied().fold(0.0, f64::max), unit: Unit::Seconds },
                "slowest",
            )
            .aim(Aim::AtMost(0.150))
    });
    let rows = vec![
        Row::new("ready after start", Figure { value: median(&times), unit: Unit::Seconds })
            .beside(Figure { value: slowest, unit: Unit::Seconds }, "slowest")
            .aim(Aim::AtMost(0.050)),
    ];
    let rest = vec![
        Row::new("memory at rest", Figure { value: median(&memory), unit: Unit::Bytes })
            .aim(Aim::AtMost(20.0 * MEBIBYTE)),
        Row::new("release binary", Figure::bytes(size)).aim(Aim::AtMost(15.0 * MEBIBYTE)),
    ];
    Ok(rows.into_iter().chain(first).chain(rest).collect())
}

/// Whether the certificates are there when it starts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Certificates {
    Kept,
    Lacking,
}

/// A `serve` that has started.
pub(super) struct Started {
    process: Process,
    /// How long it took to be ready.
    pub(super) after: Duration,
    _folder: TempDir,
}

impl Started {
    /// Resident memory in bytes, once nothing of the start is going on any more.
    pub(super) async fn memory_at_rest(&self) -> Result<u64> {
        pause(REST).await;
        self.process.resident()
    }
}

/// Starts `serve` and waits until it accepts connections.
pub(super) async fn one(binary: &Binary, certificates: Certificates) -> Result<Started> {
    let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
    let file = folder.path().join("url");
    let shown = file.to_str().context("a folder whose name is not UTF-8")?;
    let new = folder.path().join("ca");
    let new = new.to_str().context("a folder whose name is not UTF-8")?;
    let mut arguments = vec!["--port", "0", "--ready-file", shown];
    if certificates == Certificates::Lacking {
        arguments.extend(["--ca-dir", new]);
    }
    let mut command = binary.command("serve", &arguments)?;
    command.current_dir(folder.path());
    let begun = Instant::now();
    let mut process = Process::start("serve", &mut command, Talk::Lines)?;
    let url = process.line(PATIENCE).await.map_err(|error| skip(format!("{error:#}")))?;
    let address = address_of(&url).map_err(|error| skip(format!("the first line: {error:#}")))?;
    until_some(PATIENCE, "the writing of the ready file", async || Ok(file.exists().then_some(()))).await?;
    TcpStream::connect(address).await.context("it does not listen although it is ready")?;
    Ok(Started { process, after: begun.elapsed(), _folder: folder })
}
