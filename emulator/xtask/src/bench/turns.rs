//! Turns of a conversation, person to bot to person, beside the same bot without an engine between.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::emulator::{Emulator, PATIENCE, person_name};
use super::load::{self, Load};
use super::part::Part;
use super::process::Process;
use super::table::{Aim, Figure, Row, Unit, median};
use super::{Setting, Side, pause, skip};

const CHATS: [usize; 2] = [1, 64];

/// Speaks and is answered when the next message to the person has arrived.
const PATH: &str = "/_emulator/steps?wait=reply";

pub(super) async fn turns(setting: &Setting) -> Result<Vec<Row>> {
    // The bot's port is settled first: the emulator is told of it before the bot runs.
    let people = CHATS[1].to_string();
    let bot_address = super::emulator::free_address()?;
    let webhook = format!("http://{bot_address}/webhook");
    let arguments = ["--webhook", &webhook, "--fields", "messages", "--people", &people];
    let emulator = setting.binary.serve(&arguments).await?;
    let _bot = setting.binary.demo_bot(bot_address, emulator.address).await?;
    first_turn(&emulator).await?;

    let mut pair = Part::pair(setting.runtime).await?;
    let paired_address = super::emulator::free_address()?;
    let paired_bot = setting.binary.demo_bot(paired_address, pair.address).await?;
    pair.process.say(&format!("bot {paired_address}"))?;

    let mut rows = Vec::new();
    for chats in CHATS {
        let requests = (0..chats).map(|chat| {
            let step = json!({"user": person_name(chat), "says": "hello"});
            load::post(emulator.address, PATH, &step.to_string())
        });
        let mut load = Load::open(emulator.address, requests).await?;
        let mut ours = Side::new();
        let mut theirs = Vec::new();
        load.round(setting.pace.round / 4).await?;
        without_engine(&mut pair, &paired_bot, chats, setting.pace.round / 4).await?;
        for _ in 0..setting.pace.rounds {
            ours.rounds.push(load.round(setting.pace.round).await?);
            theirs.push(without_engine(&mut pair, &paired_bot, chats, setting.pace.round).await?);
        }
        let rates: Vec<_> = theirs.iter().map(|turns| turns.per_second).collect();
        let p50 = median(&theirs.iter().map(|turns| turns.p50).collect::<Vec<_>>());
        let what = format!("turns, {chats} {}", if chats == 1 { "chat" } else { "chats" });
        rows.push(Row::rates(what, &ours.rates(), &rates, "no engine").aim(Aim::RatioAtLeast(0.5)));
        let p50 = Row::new("  p50", Figure::time(ours.percentile(50)))
            .beside(Figure { value: p50, unit: Unit::Seconds }, "no engine");
        rows.push(if chats == 1 { p50.aim(Aim::AtMost(0.000_15)) } else { p50 });
    }
    Ok(rows)
}

/// Speaks until the bot answers: the emulator may still be looking for it.
async fn first_turn(emulator: &Emulator) -> Result<()> {
    let step = json!({"user": "user", "says": "hello"}).to_string();
    let begun = Instant::now();
    loop {
        match emulator.steps("?wait=reply", &step).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is::<super::Skip>() => return Err(error),
            Err(error) if begun.elapsed() > PATIENCE => {
                return Err(skip(format!("the demo-bot's answer never arrives: {error:#}")));
            }
            Err(_) => pause(Duration::from_millis(100)).await,
        }
    }
}

/// What the pair measured in a round.
struct Turns {
    per_second: f64,
    p50: f64,
}

async fn without_engine(pair: &mut Part, bot: &Process, chats: usize, length: Duration) -> Result<Turns> {
    let line = pair.ask(&format!("round {chats} {}", length.as_millis()), length).await?;
    let told: Value = serde_json::from_str(&line).context("the pair told no JSON")?;
    if let Some(error) = told["error"].as_str() {
        bail!("without an engine: {error}{}", bot.last_words());
    }
    let number = |name: &str| told[name].as_f64().with_context(|| format!("the pair told no {name}"));
    Ok(Turns { per_second: number("turns")? / number("seconds")?, p50: number("p50")? })
}
