//! The language of steps and scenario files: text to typed steps, and what is wrong with the text.
//!
//! [`yaml`] reads text into the tree of [`node`], [`scenario`] and [`step`] build typed values from that tree by the
//! table in [`vocabulary`], [`value`] evaluates what was left open until run time, [`matcher`] compares expectations
//! with what happened, [`diagnostics`] renders errors, and [`schema`] makes the JSON Schema for editors out of the same
//! table. Files, the control API, recordings and the tables of rules share it.
//!
//! **Invariant:** nothing here does I/O or knows a server; a caller hands in text and a way to load another file.

pub mod check;
pub mod diagnostics;
pub mod globs;
pub mod matcher;
pub mod node;
pub mod paths;
pub mod scenario;
pub mod schema;
mod seen;
pub mod step;
pub mod value;
pub mod vocabulary;
pub mod yaml;
