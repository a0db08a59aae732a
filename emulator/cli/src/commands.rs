//! The subcommands, one file each. A command reads its arguments, does its work and returns an exit code.

pub(crate) mod demo_bot;
pub(crate) mod keep;
