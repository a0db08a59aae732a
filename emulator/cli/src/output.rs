//! Printing: data on stdout, everything else on stderr, colour only on a terminal.

use std::io::{self, IsTerminal, Write};

use emulator_language::diagnostics::Colour;

use crate::exit::Exit;

/// Whether text on stderr may be coloured.
pub(crate) fn colour_of_stderr() -> Colour {
    colour(io::stderr().is_terminal())
}

/// Where text for people goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    /// Because standard output is data for a program.
    Stderr,
}

impl Stream {
    /// Whether text on it may be coloured.
    pub(crate) fn colour(self) -> Colour {
        match self {
            Self::Stdout => colour(io::stdout().is_terminal()),
            Self::Stderr => colour_of_stderr(),
        }
    }

    /// Prints text on the way. That its reader may have gone ends nothing here.
    pub(crate) fn data(self, text: &str) {
        match self {
            Self::Stdout => data(text),
            Self::Stderr => drop(io::stderr().lock().write_all(text.as_bytes())),
        }
    }
}

fn colour(terminal: bool) -> Colour {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if terminal && !refused { Colour::Always } else { Colour::Never }
}

/// Prints data that is all a command is for. Whoever reads it may have gone, which ends nothing here; a full disk is told.
pub(crate) fn result(text: &str, exit: Exit) -> Exit {
    match write(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("error: cannot write to standard output: {error}");
            Exit::Bug
        }
        Ok(()) | Err(_) => exit,
    }
}

/// Prints data on the way. Whoever reads it may have gone, which ends nothing here.
pub(crate) fn data(text: &str) {
    let _ = write(text);
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}
