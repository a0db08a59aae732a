//! The command while it runs, under the keeper.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, send, sendmsg};
use tokio::process::{Child, Command};
use tokio::signal::unix::SignalKind;

use super::FAILED;
use super::forwarded::foreground;

/// How long the keeper may take to end it.
const END_WITHIN: Duration = Duration::from_secs(6);

/// The command. When this goes, whatever is left of it is ended.
pub(super) struct Running {
    keeper: Child,
    lifeline: UnixStream,
}

impl Running {
    /// Starts it, with our standard input, output and error. On a terminal that we have, it is in our process group.
    pub(super) fn start(
        bin: &Path,
        command: &[OsString],
        environment: &BTreeMap<String, String>,
    ) -> io::Result<Self> {
        let (lifeline, theirs) = UnixStream::pair()?;
        let mut keeper = Command::new(bin);
        keeper.args(["keep", "--handed"]);
        if let Some(group) = foreground() {
            keeper.arg("--group").arg(group.as_raw_nonzero().to_string());
        }
        keeper.arg("--").args(command).envs(environment).stdin(Stdio::from(OwnedFd::from(theirs)));
        let keeper = keeper.spawn()?;
        hand_over(&lifeline)?;
        Ok(Self { keeper, lifeline })
    }

    /// Passes a signal on. The command may have ended just now.
    pub(super) fn tell(&self, signal: SignalKind) {
        let number = u8::try_from(signal.as_raw_value()).unwrap_or_default();
        let _ = send(&self.lifeline, &[number], SendFlags::NOSIGNAL);
    }

    /// Waits for its end and that of everything it left behind; gives the exit code.
    pub(super) async fn ended(&mut self) -> u8 {
        let Ok(status) = self.keeper.wait().await else { return FAILED };
        let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED)
    }

    /// Ends it and everything that it has started.
    pub(super) async fn stop(self) {
        let Self { mut keeper, lifeline } = self;
        drop(lifeline);
        let _ = tokio::time::timeout(END_WITHIN, keeper.wait()).await;
    }
}

/// Gives the keeper our standard input, for the command.
fn hand_over(lifeline: &UnixStream) -> io::Result<()> {
    let input = io::stdin();
    let input = [input.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut handed = SendAncillaryBuffer::new(&mut space);
    handed.push(SendAncillaryMessage::ScmRights(&input));
    sendmsg(lifeline, &[IoSlice::new(&[0])], &mut handed, SendFlags::NOSIGNAL)?;
    Ok(())
}
