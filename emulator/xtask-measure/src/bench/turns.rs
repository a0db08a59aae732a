//! Turns of a conversation, person to bot to person, beside the same bot without an engine between.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::Setting;
use super::part::Part;
use super::process::Process;
use super::table::{Aim, Figure, Row, Unit, median};

const CHATS: [usize; 2] = [1, 64];

pub(super) async fn turns(setting: &Setting) -> Result<Vec<Row>> {
    let (mut engine, bot) = talkers(setting, Part::engine().await?).await?;
    let (mut pair, paired_bot) = talkers(setting, Part::pair(setting.runtime).await?).await?;

    let mut rows = Vec::new();
    for chats in CHATS {
        let mut ours = Vec::new();
        let mut theirs = Vec::new();
        round(&mut engine, &bot, chats, setting.pace.round / 4).await?;
        round(&mut pair, &paired_bot, chats, setting.pace.round / 4).await?;
        for _ in 0..setting.pace.rounds {
            ours.push(round(&mut engine, &bot, chats, setting.pace.round).await?);
            theirs.push(round(&mut pair, &paired_bot, chats, setting.pace.round).await?);
        }
        let rates = |turns: &[Turns]| turns.iter().map(|turns| turns.per_second).collect::<Vec<_>>();
        let p50 = |turns: &[Turns]| {
            let value = median(&turns.iter().map(|turns| turns.p50).collect::<Vec<_>>());
            Figure { value, unit: Unit::Seconds }
        };
        let what = format!("turns, {chats} {}", if chats == 1 { "chat" } else { "chats" });
        let row = Row::rates(what, &rates(&ours), &rates(&theirs), "no engine");
        rows.push(row.aim(Aim::RatioAtLeast(0.5)));
        let row = Row::new("  p50", p50(&ours)).beside(p50(&theirs), "no engine");
        rows.push(if chats == 1 { row.aim(Aim::AtMost(0.000_15)) } else { row });
    }
    Ok(rows)
}

/// A part and a bot that know each other.
async fn talkers(setting: &Setting, mut part: Part) -> Result<(Part, Process)> {
    let bot_address = super::emulator::free_address()?;
    let bot = setting.binary.demo_bot(bot_address, part.address).await?;
    part.process.say(&format!("bot {bot_address}"))?;
    Ok((part, bot))
}

/// What a part measured in a round.
struct Turns {
    per_second: f64,
    p50: f64,
}

async fn round(part: &mut Part, bot: &Process, chats: usize, length: Duration) -> Result<Turns> {
    let line = part.ask(&format!("round {chats} {}", length.as_millis()), length).await?;
    let told: Value = serde_json::from_str(&line).context("the part told no JSON")?;
    if let Some(error) = told["error"].as_str() {
        bail!("{error}{}", bot.last_words());
    }
    let number = |name: &str| told[name].as_f64().with_context(|| format!("the part told no {name}"));
    Ok(Turns { per_second: number("turns")? / number("seconds")?, p50: number("p50")? })
}
