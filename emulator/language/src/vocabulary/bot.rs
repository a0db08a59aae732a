//! What becomes of a bot's process.

use super::verb::Does;
use super::{ValueKind, Verb};
use crate::step::BotVerb;

/// What becomes of a bot's process.
pub static BOT_VERBS: &[Verb] = &[
    verb("stops", BotVerb::Stops, "ends the process; its port stays closed until it is started again"),
    verb("starts", BotVerb::Starts, "starts the process again and waits until its webhook is ready"),
    verb("restarts", BotVerb::Restarts, "ends the process, if it runs, and starts it again"),
];

const fn verb(name: &'static str, does: BotVerb, meaning: &'static str) -> Verb {
    let value = ValueKind::Flag;
    Verb { name, value, expected: value, beside: &[], expected_beside: &[], meaning, does: Does::Bot(does) }
}
