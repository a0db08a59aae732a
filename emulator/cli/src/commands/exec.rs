//! `exec -- CMD`: the platform for as long as one command runs, which finds it through its environment.
//!
//! Standard input and output are the command's alone; what there is to say goes to standard error, at the end.

mod command;
mod forwarded;
mod knocking;
mod seat;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use emulator_server::journal::JournalFile;
use tokio::sync::mpsc;

use self::command::Running;
use self::forwarded::Forwarded;
use self::knocking::Knocking;
use self::seat::take_seat;
use super::serve::{self, Again, Failed, Platform, ServeArguments, failed};
use crate::exit::Exit;
use crate::output::{self, Stream};
use crate::worlds;

/// The exit code when the emulator itself failed, and not the command.
pub(crate) const FAILED: u8 = 125;

const AFTER: &str = "\
The command gets the environment that `messenger-emulator env` prints, with a free PORT. Its bot is
expected at http://127.0.0.1:$PORT/webhook. For example:
  messenger-emulator exec -- node bot.js
  messenger-emulator exec -- npm test
  messenger-emulator exec --journal run.jsonl -- pytest -x

Exit codes: that of the command; 128+N when signal N ended it, 127 when it was not found, 126 when
it cannot be run, 125 when the emulator itself failed.";

/// Runs a command, such as a bot or the tests of one, against a platform of its own
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(crate) struct ExecArguments {
    #[command(flatten)]
    serve: ServeArguments,
    /// Runs the command as the bot of this app (default: the first that has neither `start:` nor a webhook)
    #[arg(long, value_name = "NAME")]
    app: Option<String>,
    /// Prints a line for what happens, and what bots print that were started beside the command, on standard error
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs the command to its end and passes on its exit code.
pub(crate) fn run(arguments: &ExecArguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return FAILED.into();
        }
    };
    let code = runtime.block_on(go(arguments)).unwrap_or_else(|(_, text)| {
        eprintln!("{}", text.trim_end());
        FAILED
    });
    runtime.shutdown_background();
    code.into()
}

async fn go(arguments: &ExecArguments) -> Result<u8, Failed> {
    let colour = output::colour_of_stderr();
    let usage = |text: String| (Exit::Usage, text);
    // As long as it reads what may be a pipe, a signal simply ends it.
    let mut world = worlds::world(arguments.serve.world(), colour).map_err(usage)?;
    let seat = take_seat(&mut world, arguments.app.as_deref()).map_err(|why| failed(Exit::Usage, why))?;
    let mut signals = Forwarded::heed().map_err(|error| failed(Exit::Bug, error))?;
    let files = serve::watched(&arguments.serve, &world)?;
    let (platform, heard) = Platform::open(&arguments.serve, &world, arguments.serve.port_or(0)).await?;
    let Platform { stage, lane, cast, surroundings, port, bots, file, origin: _, before } = platform;
    let environment = cast.environment(seat, &surroundings);
    let environment = environment.map_err(|problem| usage(problem.render(colour)))?;
    let again = Again { typed: false, port, watched: !files.is_empty() };
    let (restarts, restarted) = mpsc::unbounded_channel();
    let told = tokio::spawn(serve::tell_ends(heard, arguments.verbose, again, restarts));
    let own = serve::own_files(&arguments.serve, None);
    serve::watch(&world, (files, own), &bots, again, restarted).await?;
    serve::warn(&stage);
    if arguments.verbose {
        let why = format!("why: messenger-emulator explain --url {}", surroundings.url);
        serve::tell_all(&lane, before, why, Stream::Stderr);
    }
    let knocking = Knocking::at_all(&stage, &cast);
    let running = Running::start(&surroundings.bin, &arguments.command, &environment);
    let mut running = running.map_err(|error| failed(Exit::Bug, error))?;
    let ended = loop {
        tokio::select! {
            code = running.ended() => break Ok(code),
            signal = signals.next() => running.tell(signal),
            error = broken(file.as_ref()) => break Err(failed(Exit::Bug, error)),
        }
    };
    running.stop().await;
    told.abort();
    serve::sum_up(&stage, &lane, &cast);
    for remark in knocking.in_vain(&lane) {
        eprintln!("note: {remark}");
    }
    bots.stop().await;
    let code = ended?;
    match &file {
        Some(file) => file.flush().map(|()| code).map_err(|error| failed(Exit::Bug, error)),
        None => Ok(code),
    }
}

/// Resolves when the journal cannot be written any more.
async fn broken(file: Option<&Arc<JournalFile>>) -> impl std::fmt::Display {
    match file {
        Some(file) => Arc::clone(file).keep_written().await,
        None => std::future::pending().await,
    }
}
