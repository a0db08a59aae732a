//! The vocabulary of steps, scenario files, expectations and the runner.
//!
//! The front half turns text into typed steps and says what is wrong with it: [`yaml`] reads text into the tree of
//! [`node`], [`scenario`] and [`step`] build typed values from that tree by the table in [`vocabulary`], [`value`]
//! evaluates what was left open until run time, and [`matcher`] compares expectations with what happened. Nothing in
//! these modules does I/O; a caller hands in text and a way to load another file. [`input`] and [`select`] read what is
//! named on the command line.

pub mod bots;
pub mod calls;
pub mod cast;
mod check;
pub mod diagnostics;
pub mod explain;
pub mod failure;
mod feed;
pub mod given;
pub mod input;
pub mod kept;
pub mod matcher;
pub mod node;
pub mod outward;
mod paths;
pub mod record;
pub mod redirect;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod scene;
pub mod schema;
mod secrets;
mod seen;
pub mod select;
pub mod shard;
pub mod step;
pub mod transcript;
pub mod value;
pub mod vocabulary;
pub mod yaml;
