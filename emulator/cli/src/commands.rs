//! The subcommands, one file each. A command reads its arguments, does its work and returns an exit code.

pub(crate) mod check;
pub(crate) mod demo_bot;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod init;
pub(crate) mod keep;
pub(crate) mod record;
pub(crate) mod rules;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod speak;
