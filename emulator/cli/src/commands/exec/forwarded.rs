//! The signals that the command gets.

use std::fs::File;
use std::future::poll_fn;
use std::io;
use std::task::Poll;

use rustix::process::{Pid, getpgrp};
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::signals::is_ignored;

/// Signals that are passed on; those that were ignored from the beginning stay so.
pub(super) struct Forwarded {
    heeded: Vec<(SignalKind, Signal)>,
    /// A file that may not grow any more is an error of `write` like any other, no reason to die.
    _too_large: Signal,
}

impl Forwarded {
    /// Takes them from now on.
    pub(super) fn heed() -> io::Result<Self> {
        let kinds = [
            SignalKind::hangup(),
            SignalKind::interrupt(),
            SignalKind::quit(),
            SignalKind::terminate(),
            SignalKind::user_defined1(),
            SignalKind::user_defined2(),
        ];
        let heeded = kinds.into_iter().filter(|kind| !is_ignored(*kind));
        let heeded = heeded.map(|kind| Ok((kind, signal(kind)?))).collect::<io::Result<_>>()?;
        let too_large = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
        Ok(Self { heeded, _too_large: signal(too_large)? })
    }

    /// The next one that the command has not got already.
    pub(super) async fn next(&mut self) -> SignalKind {
        loop {
            let kind = poll_fn(|context| {
                let mut come = self
                    .heeded
                    .iter_mut()
                    .filter_map(|(kind, signal)| signal.poll_recv(context).is_ready().then_some(*kind));
                come.next().map_or(Poll::Pending, Poll::Ready)
            });
            let kind = kind.await;
            // Ctrl-C and Ctrl-\ go to everybody in the foreground. Twice they would mean something else to many programs.
            let typed = [SignalKind::interrupt(), SignalKind::quit()].contains(&kind);
            if !(typed && foreground().is_some()) {
                return kind;
            }
        }
    }
}

/// Our process group, if the terminal belongs to it.
pub(super) fn foreground() -> Option<Pid> {
    let terminal = File::open("/dev/tty").ok()?;
    tcgetpgrp(&terminal).ok().filter(|group| *group == getpgrp())
}
