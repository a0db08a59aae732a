//! Servers under load: both are up at once and take turns of a fraction of a second.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tempfile::TempDir;

use super::super::emulator::{Binary, Emulator, person_name};
use super::super::load::{self, Load, Round};
use super::super::part::{Part, RuntimeKind};
use super::super::secure;
use super::super::sends::{Sending, drain, echoing};
use super::super::table::Unit;
use super::super::{CONNECTIONS, Name, Side};
use super::{Better, Both, Measure, Order, Pair, Which, of};

/// Turns of each side in a pair.
const SLICES: u32 = 6;
const CHATS: usize = 64;

const RATE: Measure = Measure { what: "messages sent", unit: Unit::PerSecond, better: Better::More };
const MIDDLE: Measure = Measure { what: "p50", unit: Unit::Seconds, better: Better::Less };
const TAIL: Measure = Measure { what: "p99", unit: Unit::Seconds, better: Better::Less };
pub(super) const SEND: &[Measure] = &[RATE, MIDDLE, TAIL];
pub(super) const SEND_ECHO: &[Measure] =
    &[Measure { what: "messages with their echoes, to 16 people", ..RATE }, MIDDLE];
pub(super) const SEND_JOURNAL: &[Measure] = &[Measure { what: "messages sent with a file", ..RATE }, MIDDLE];
pub(super) const SEND_TLS: &[Measure] =
    &[Measure { what: "messages sent through CONNECT and TLS", ..RATE }, MIDDLE];
pub(super) const TURNS: &[Measure] =
    &[Measure { what: "turns, 64 chats", ..RATE }, MIDDLE, Measure { what: "turns, 1 chat", ..RATE }];

/// One binary, up and loaded.
struct Loaded {
    _emulator: Emulator,
    load: Load,
    /// A load that is measured besides.
    beside: Option<Load>,
    echoes: Option<Echoes>,
    /// What the emulator needs as long as it runs.
    _folder: TempDir,
}

/// Where echoes arrive, and how many messages there were.
struct Echoes {
    sink: Part,
    sent: u64,
}

/// What was measured of one side so far.
struct Measured {
    main: Side,
    beside: Side,
}

impl Loaded {
    async fn begin(binary: &Binary, name: Name) -> Result<Self> {
        let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
        match name {
            Name::Send => Self::sending(binary.serve(&[]).await?, 1, None, folder).await,
            Name::SendJournal => {
                let file = folder.path().join("journal.jsonl");
                let emulator = binary.serve(&["--journal", utf8(&file)?]).await?;
                Self::sending(emulator, 1, None, folder).await
            }
            Name::SendEcho => {
                let mut sink = Part::sink(RuntimeKind::Several).await?;
                let emulator = echoing(binary, &mut sink, CONNECTIONS).await?;
                Self::sending(emulator, CONNECTIONS, Some(Echoes { sink, sent: 1 }), folder).await
            }
            Name::SendTls => {
                let (Sending { emulator, .. }, load) = secure::begin(binary, folder.path()).await?;
                Ok(Self { _emulator: emulator, load, beside: None, echoes: None, _folder: folder })
            }
            Name::Turns => Self::talking(binary, folder).await,
            Name::Clock | Name::Start | Name::Scenarios | Name::Slow | Name::Itself => {
                bail!("`{}` loads no server", name.shown())
            }
        }
    }

    async fn sending(
        emulator: Emulator,
        people: usize,
        echoes: Option<Echoes>,
        folder: TempDir,
    ) -> Result<Self> {
        let Sending { emulator, load, .. } = Sending::begin(emulator, people).await?;
        Ok(Self { _emulator: emulator, load, beside: None, echoes, _folder: folder })
    }

    /// People who write through the control API and wait for the answer of a bot, which is the same for both binaries.
    async fn talking(binary: &Binary, folder: TempDir) -> Result<Self> {
        let program = std::env::current_exe().context("failed to find this program")?;
        let start = [utf8(&program)?, "part", "slow", "--pause", "0"];
        let world = json!({"apps": {"bot": {"start": start, "fields": ["messages"]}}});
        let file = folder.path().join("world.yaml");
        std::fs::write(&file, world.to_string()).context("failed to write a world")?;
        let people = (CHATS + 1).to_string();
        let emulator = binary.serve(&["--config", utf8(&file)?, "--people", &people]).await?;
        let turn = |index: usize| {
            let step = json!({"user": person_name(index), "says": "hello"}).to_string();
            load::post(emulator.address, "/_emulator/steps?wait=reply", &step)
        };
        let load = Load::open(emulator.address, (1..=CHATS).map(turn)).await?;
        let beside = Some(Load::open(emulator.address, [turn(0)]).await?);
        Ok(Self { _emulator: emulator, load, beside, echoes: None, _folder: folder })
    }

    /// One turn of this side.
    async fn slice(&mut self, length: Duration, measured: &mut Measured) -> Result<()> {
        let begun = Instant::now();
        let mut round = self.load.round(length).await?;
        if let Some(Echoes { sink, sent }) = &mut self.echoes {
            *sent += round.count();
            drain(sink, *sent).await?;
            // An emulator that only queues echoes gains nothing.
            round = Round { elapsed: begun.elapsed(), ..round };
        }
        measured.main.rounds.push(round);
        if let Some(beside) = &mut self.beside {
            measured.beside.rounds.push(beside.round(length / 2).await?);
        }
        Ok(())
    }
}

impl Measured {
    fn new() -> Self {
        Self { main: Side::new(), beside: Side::new() }
    }

    fn values(&self, name: Name) -> Vec<f64> {
        let main = &self.main;
        let percentile = |percent| main.percentile(percent).as_secs_f64();
        let mut values = vec![main.rate(), percentile(50)];
        match name {
            Name::Send => values.push(percentile(99)),
            Name::Turns => values.push(self.beside.rate()),
            Name::SendEcho
            | Name::SendJournal
            | Name::SendTls
            | Name::Clock
            | Name::Start
            | Name::Scenarios
            | Name::Slow
            | Name::Itself => {}
        }
        values
    }
}

/// Brings both up, lets them take turns, and ends both.
pub(super) async fn pair(both: &Both, name: Name, order: Order) -> Result<Pair> {
    let slice = both.pace.round / SLICES * 2;
    let mut sides = Vec::new();
    for which in order.sides() {
        let begun = async {
            let mut loaded = Loaded::begin(both.binary(which), name).await?;
            // The first calls warm up and do not count.
            loaded.slice(slice, &mut Measured::new()).await?;
            Ok(loaded)
        };
        let loaded = begun.await.map_err(|error: anyhow::Error| of(which, &error))?;
        sides.push((which, loaded, Measured::new()));
    }
    for number in 0..SLICES {
        // A B, B A, A B …: what drifts evenly meets both alike.
        if number > 0 {
            sides.reverse();
        }
        for (which, loaded, measured) in &mut sides {
            loaded.slice(slice, measured).await.map_err(|error| of(*which, &error))?;
        }
    }
    let mut pair = Pair { this: Vec::new(), base: Vec::new() };
    for (which, _, measured) in sides {
        match which {
            Which::This => pair.this = measured.values(name),
            Which::Base => pair.base = measured.values(name),
        }
    }
    Ok(pair)
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().context("a folder whose name is not UTF-8")
}
