//! The lifeline: what comes over it, and that it ends.

use std::io::{self, IoSliceMut, Read as _};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::thread;

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use tokio::sync::mpsc;

/// Standard input, read for as long as it is open.
pub(super) struct Lifeline {
    bytes: mpsc::UnboundedReceiver<u8>,
}

impl Lifeline {
    /// Begins to read.
    ///
    /// A thread does it, because standard input may be a socket, a pipe, a terminal or a file. The thread is never joined:
    /// it may sit in its read until the process exits.
    pub(super) fn watch() -> io::Result<Self> {
        let (sender, bytes) = mpsc::unbounded_channel();
        thread::Builder::new().name("lifeline".into()).spawn(move || {
            let mut input = io::stdin().lock();
            let mut buffer = [0; 256];
            loop {
                match input.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => {
                        for byte in &buffer[..read] {
                            let _ = sender.send(*byte);
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        })?;
        Ok(Self { bytes })
    }

    /// The next byte; none once the other end has closed.
    pub(super) async fn next(&mut self) -> Option<u8> {
        self.bytes.recv().await
    }
}

/// The standard input for the command, which comes over the lifeline before anything else.
pub(super) fn handed_input() -> io::Result<OwnedFd> {
    let mut byte = [0];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut handed = RecvAncillaryBuffer::new(&mut space);
    recvmsg(io::stdin(), &mut [IoSliceMut::new(&mut byte)], &mut handed, RecvFlags::empty())?;
    let mut input = None;
    for message in handed.drain() {
        if let RecvAncillaryMessage::ScmRights(files) = message {
            input = files.last();
        }
    }
    let missing = || io::Error::new(io::ErrorKind::InvalidInput, "no standard input came over the lifeline");
    let input = input.ok_or_else(missing)?;
    fcntl_setfd(&input, FdFlags::CLOEXEC)?;
    Ok(input)
}
