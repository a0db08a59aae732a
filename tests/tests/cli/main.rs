//! The command line through the real binary: its output, its exit codes, its signals and the control API of `serve`.
//!
//! Texts are held as golden files, because they are a feature: read a change to one as its user would.

mod support;

mod acts;
mod bots;
mod control;
mod determinism;
mod environment;
mod expectations;
mod failures;
mod files;
mod given;
mod help;
mod hostile;
mod init;
mod many;
mod overwriting;
mod pages;
mod passes;
mod ports;
mod processes;
mod recording;
mod recovery;
mod reports;
mod running;
mod selection;
mod serve;
mod signals;
mod slow;
mod streams;
