//! The subcommands, one file each. A command reads its arguments, does its work and returns an exit code.

pub(crate) mod check;
pub(crate) mod demo_bot;
pub(crate) mod doctor;
pub(crate) mod env;
pub(crate) mod exec;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod init;
pub(crate) mod keep;
pub(crate) mod record;
pub(crate) mod routes;
pub(crate) mod rules;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod speak;

/// The exit code when the arguments could not be read: that of the command that was asked for.
pub(crate) fn code_of_bad_usage() -> u8 {
    let asked = std::env::args_os().nth(1);
    if asked.is_some_and(|asked| asked == "exec") { exec::FAILED } else { crate::exit::Exit::Usage.code() }
}
