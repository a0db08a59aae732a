//! `keep -- CMD`: runs a bot in a process group of its own and makes sure that the group never outlives the runner.
//!
//! Standard input is a pipe that the runner holds open. When it closes, for whatever reason (SIGKILL of the
//! runner included), the group is ended: TERM, a grace of two seconds, KILL. The same happens when `keep` itself
//! is told to end and when the command has exited but left members of its group behind. A process that leaves the
//! group (`setsid`) is out of reach, and so is the group when `keep` itself is killed with SIGKILL.
//!
//! `keep` runs in a session of its own, so that a SIGKILL for the whole process group of the runner (`timeout -s KILL`,
//! CI servers) does not reach it: it outlives the runner for as long as it takes to end the bot.
//!
//! Where standard input is a socket, the runner is told the process id of the command over it.
//!
//! Invariant: `keep` does not exit while a member of the group lives (unless even KILL does not end it).

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use clap::Args;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use tokio::signal::unix::{Signal as SignalStream, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::{self, Instant};

use crate::exit::Exit;

/// How long the group may take to end itself after TERM.
const GRACE: Duration = Duration::from_secs(2);
/// How long to wait for the kernel to remove the group after KILL.
const AFTER_KILL: Duration = Duration::from_secs(2);
/// How often to look whether the group is empty. No signal tells of members that are not our children.
const LOOK: Duration = Duration::from_millis(10);

/// Runs CMD in its own process group and ends the group when standard input closes.
#[derive(Debug, Args)]
pub(crate) struct KeepArguments {
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs the command to its end and passes on its exit code; 128 + N when signal N ended it.
pub(crate) fn run(arguments: &KeepArguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(keep(&arguments.command))) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            say(&error.to_string());
            Exit::Bug.into()
        }
    }
}

async fn keep(command: &[OsString]) -> io::Result<u8> {
    leave_session();
    let mut signals = Signals::install()?;
    let mut closed = standard_input_closed()?;
    adopt_orphans();
    let mut group = match Group::start(command) {
        Ok(group) => group,
        Err(error) => {
            let name = command.first().map_or_else(Default::default, |name| name.to_string_lossy());
            let folder =
                std::env::current_dir().map_or_else(|_| ".".into(), |folder| folder.display().to_string());
            say(&format!("cannot start `{name}` in {folder}: {}", reason(&error)));
            return Ok(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 });
        }
    };
    tell_process_id(group.id);
    while group.leader_status.is_none() {
        tokio::select! {
            _ = signals.child.recv() => group.reap(),
            _ = signals.terminate.recv() => break,
            _ = signals.interrupt.recv() => break,
            _ = signals.hang_up.recv() => break,
            _ = &mut closed => break,
        }
    }
    group.end().await;
    Ok(group.exit_code())
}

/// The process group of the command. Its id is the process id of the command, the leader.
struct Group {
    id: Pid,
    leader_status: Option<WaitStatus>,
}

impl Group {
    fn start(command: &[OsString]) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let child = Command::new(program).args(arguments).stdin(Stdio::null()).process_group(0).spawn()?;
        Ok(Self { id: Pid::from_child(&child), leader_status: None })
    }

    /// Collects every child that has exited: the leader and, where orphans are adopted, what it left behind.
    fn reap(&mut self) {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            if pid == self.id {
                self.leader_status = Some(status);
            }
        }
    }

    /// Ends every member: TERM, the grace, KILL.
    async fn end(&mut self) {
        for (signal, patience) in [(Signal::TERM, GRACE), (Signal::KILL, AFTER_KILL)] {
            if self.is_empty() {
                return;
            }
            // The group may empty itself between the look and the signal; then there is nobody to tell.
            let _ = rustix::process::kill_process_group(self.id, signal);
            self.wait_until_empty(patience).await;
        }
    }

    async fn wait_until_empty(&mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut looks = time::interval(LOOK);
        while !self.is_empty() && Instant::now() < deadline {
            looks.tick().await;
        }
    }

    fn is_empty(&mut self) -> bool {
        self.reap();
        rustix::process::test_kill_process_group(self.id).is_err()
    }

    fn exit_code(&self) -> u8 {
        let Some(status) = self.leader_status else { return Exit::Bug.code() };
        let code = status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal));
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(Exit::Bug.code())
    }
}

/// The signals that `keep` listens to. They are installed before the command starts, so that none is missed.
struct Signals {
    child: SignalStream,
    terminate: SignalStream,
    interrupt: SignalStream,
    hang_up: SignalStream,
}

impl Signals {
    fn install() -> io::Result<Self> {
        Ok(Self {
            child: signal(SignalKind::child())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }
}

/// Resolves when standard input ends or fails.
///
/// A thread reads it, because it may be a pipe, a terminal or a file. The thread is never joined: it may sit in
/// its read until the process exits.
fn standard_input_closed() -> io::Result<oneshot::Receiver<()>> {
    let (open, closed) = oneshot::channel::<()>();
    thread::Builder::new().name("stdin".into()).spawn(move || {
        let mut input = io::stdin().lock();
        let mut discarded = [0; 256];
        loop {
            match input.read(&mut discarded) {
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
            }
        }
        drop(open);
    })?;
    Ok(closed)
}

/// Leaves the process group and the session of the runner. This comes first: killed before it, `keep` has started
/// nothing that could stay behind.
fn leave_session() {
    // It fails for the leader of a process group, as which a shell starts it. Then nobody kills it with the runner.
    let _ = rustix::process::setsid();
}

/// Tells the runner the process of the command, on one line. There is nobody to tell at the other end of a pipe.
fn tell_process_id(id: Pid) {
    let line = format!("{}\n", id.as_raw_nonzero());
    let _ = rustix::net::send(io::stdin(), line.as_bytes(), rustix::net::SendFlags::NOSIGNAL);
}

/// Makes orphans of the group children of this process, so that it can reap them; without a reaper a dead member
/// would keep the group from being empty.
#[cfg(target_os = "linux")]
fn adopt_orphans() {
    // Without it the end is only noticed later, after the grace.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Elsewhere the first process of the system reaps orphans.
#[cfg(not(target_os = "linux"))]
fn adopt_orphans() {}

/// The text of an error without the number that the standard library appends.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Writes a line to standard error, which may be closed when the runner is gone.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "messenger-emulator: {text}");
}
