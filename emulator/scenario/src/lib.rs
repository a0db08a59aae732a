//! What plays scenarios: the cast of a world, scenes, bots, the runner, the recorder and reports.
//!
//! The language of steps and files is the crate `emulator-language`. [`input`] and [`select`] read what is named on the
//! command line.

pub mod bots;
mod call_verb;
pub mod calls;
pub mod cast;
pub mod coverage;
pub mod explain;
pub mod failure;
mod feed;
pub mod given;
pub mod input;
pub mod kept;
pub mod outward;
pub mod record;
pub mod redirect;
pub mod report;
pub mod runner;
pub mod scene;
mod secrets;
pub mod select;
pub mod shard;
pub mod transcript;

pub(crate) use emulator_language::{check, globs, paths};
pub(crate) use emulator_language::{diagnostics, matcher, node, scenario, step, value, vocabulary};
