//! `keep -- CMD`: runs a program and makes sure that it never outlives the emulator, nor anything that it has started.
//!
//! Standard input is the *lifeline*, a pipe or socket that the emulator holds open. When it closes, for whatever reason
//! (SIGKILL of the emulator included), the program is ended: TERM, a grace of two seconds, KILL. The same happens when
//! `keep` itself is told to end and when the program has exited but left something behind. Over a socket the emulator is
//! told the process id of the program.
//!
//! A bot runs in a process group of its own and has no standard input; what it left behind is what is still in the group,
//! so a process that leaves it (`setsid`) is out of reach. A program that stands in for the emulator's own caller
//! (`--handed`, for `exec`) has the standard input that comes over the lifeline, is told the signals that come over it, and
//! may stay in the process group of the caller, to whom the terminal belongs. What it left behind is whatever descends from
//! it. `keep` itself survives a KILL of the emulator's whole process group (`timeout -s KILL`, CI servers).
//!
//! Invariant: `keep` does not exit while something is left that it can reach (unless even KILL does not end it).

mod lifeline;
mod reach;

use std::ffi::OsString;
use std::future::poll_fn;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::task::Poll;
use std::time::Duration;

use clap::Args;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use tokio::signal::unix::{Signal as SignalStream, SignalKind, signal};
use tokio::time::{self, Instant};

use self::lifeline::{Lifeline, handed_input};
use self::reach::{Reach, adopt_orphans};
use crate::exit::Exit;
use crate::signals::is_ignored;

/// How long what is kept may take to end itself after TERM.
const GRACE: Duration = Duration::from_secs(2);
/// How long to wait for the kernel to remove it after KILL.
const AFTER_KILL: Duration = Duration::from_secs(2);
/// How often to look whether something is left. No signal tells of processes that are not our children.
const LOOK: Duration = Duration::from_millis(10);

/// Runs CMD and ends it, with everything that it has started, when standard input closes.
#[derive(Debug, Args)]
pub(crate) struct KeepArguments {
    /// Gives the command the standard input and the signals that come over the lifeline
    #[arg(long)]
    handed: bool,
    /// Runs the command in this process group of the same session
    #[arg(long, value_name = "GROUP", requires = "handed")]
    group: Option<i32>,
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs the command to its end and passes on its exit code; 128 + N when signal N ended it.
pub(crate) fn run(arguments: &KeepArguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(keep(arguments))) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            say(&error.to_string());
            Exit::Bug.into()
        }
    }
}

async fn keep(arguments: &KeepArguments) -> io::Result<u8> {
    step_aside(arguments);
    let mut child = signal(SignalKind::child())?;
    let mut ends = Ends::install()?;
    let input = if arguments.handed { handed_input()?.into() } else { Stdio::null() };
    let mut lifeline = Lifeline::watch()?;
    adopt_orphans();
    let mut kept = match Kept::start(arguments, input) {
        Ok(kept) => kept,
        Err(error) => {
            let name = arguments.command.first().map_or_else(Default::default, |name| name.to_string_lossy());
            let folder =
                std::env::current_dir().map_or_else(|_| ".".into(), |folder| folder.display().to_string());
            say(&format!("cannot start `{name}` in {folder}: {}", reason(&error)));
            return Ok(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 });
        }
    };
    tell_process_id(kept.leader);
    while kept.leader_status.is_none() {
        tokio::select! {
            _ = child.recv() => kept.reap(),
            () = ends.come() => break,
            told = lifeline.next() => match told {
                Some(signal) if arguments.handed => kept.tell(signal),
                Some(_) => {}
                None => break,
            },
        }
    }
    kept.end().await;
    Ok(kept.exit_code())
}

/// What is kept: the command, called the leader, and what it starts.
struct Kept {
    leader: Pid,
    leader_status: Option<WaitStatus>,
    reach: Reach,
}

impl Kept {
    fn start(arguments: &KeepArguments, input: Stdio) -> io::Result<Self> {
        let (program, rest) = arguments.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let group = arguments.group.unwrap_or(0);
        let child = Command::new(program).args(rest).stdin(input).process_group(group).spawn()?;
        let leader = Pid::from_child(&child);
        let reach = if arguments.handed { Reach::Descendants } else { Reach::Group(leader) };
        Ok(Self { leader, leader_status: None, reach })
    }

    /// Collects every child that has exited: the leader and, where orphans are adopted, what it left behind.
    fn reap(&mut self) {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            if pid == self.leader {
                self.leader_status = Some(status);
            }
        }
    }

    /// Passes a signal on to the leader, whose number is its own until it has been collected.
    fn tell(&self, number: u8) {
        if self.leader_status.is_none()
            && let Some(signal) = Signal::from_named_raw(i32::from(number))
        {
            let _ = rustix::process::kill_process(self.leader, signal);
        }
    }

    /// Ends everything: TERM, the grace, KILL.
    async fn end(&mut self) {
        for (signal, patience) in [(Signal::TERM, GRACE), (Signal::KILL, AFTER_KILL)] {
            let deadline = Instant::now() + patience;
            let mut looks = time::interval(LOOK);
            let mut told = false;
            while !self.is_over() {
                if Instant::now() >= deadline {
                    break;
                }
                // A process that begins while others are killed is killed as well.
                if !told || signal == Signal::KILL {
                    self.reach.signal(signal);
                    told = true;
                }
                looks.tick().await;
            }
        }
    }

    fn is_over(&mut self) -> bool {
        self.reap();
        self.reach.is_empty()
    }

    fn exit_code(&self) -> u8 {
        let Some(status) = self.leader_status else { return Exit::Bug.code() };
        let code = status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal));
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(Exit::Bug.code())
    }
}

/// The signals that end `keep`. They are installed before the command starts, so that none is missed. One that the
/// caller wants ignored, as `nohup` does, stays ignored here and by the command.
struct Ends(Vec<SignalStream>);

impl Ends {
    fn install() -> io::Result<Self> {
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let heeded = kinds.into_iter().filter(|kind| !is_ignored(*kind)).map(signal);
        heeded.collect::<io::Result<_>>().map(Self)
    }

    /// Somebody wants `keep` to end.
    async fn come(&mut self) {
        poll_fn(|context| {
            let come = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if come { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Leaves the session of the runner, so that a KILL for its process group misses `keep`. This comes first: killed before
/// it, `keep` has started nothing that could stay behind. A command that is to be in the runner's process group needs
/// the runner's session, so there only the group is left.
fn step_aside(arguments: &KeepArguments) {
    // It fails for the leader of a process group, as which a shell starts it. Then nobody kills it with the runner.
    if arguments.group.is_some() {
        let _ = rustix::process::setpgid(None, None);
    } else {
        let _ = rustix::process::setsid();
    }
}

/// Tells the runner the process of the command, on one line. There is nobody to tell at the other end of a pipe.
fn tell_process_id(id: Pid) {
    let line = format!("{}\n", id.as_raw_nonzero());
    let _ = rustix::net::send(io::stdin(), line.as_bytes(), rustix::net::SendFlags::NOSIGNAL);
}

/// The text of an error without the number that the standard library appends.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Writes a line to standard error, which may be closed when the runner is gone.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "messenger-emulator: {text}");
}
