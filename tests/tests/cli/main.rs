//! The command line through the real binary: its output, its exit codes, its signals and the control API of `serve`.
//!
//! Texts are held as golden files, because they are a feature: read a change to one as its user would.

mod support;

mod acts;
mod bots;
mod branching;
mod clock_waits;
mod control;
mod coverage;
mod crowds;
mod determinism;
mod doctor;
mod entrance;
mod env;
mod environment;
mod exec;
mod expectations;
mod failures;
mod files;
mod given;
mod help;
mod hostile;
mod init;
mod left_over;
mod many;
mod marks;
mod overwriting;
mod pages;
mod passes;
mod ports;
mod preloads;
mod processes;
mod recording;
mod recovery;
mod reports;
mod restarting;
mod rounds;
mod routes;
mod running;
mod selection;
mod serve;
mod set_up;
mod signals;
mod silence;
mod slow;
mod streams;
