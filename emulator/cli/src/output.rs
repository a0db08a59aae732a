//! Printing: data on stdout, everything else on stderr, colour only on a terminal.

use std::io::{self, IsTerminal, Write};

use emulator_scenario::diagnostics::Colour;

/// Whether text on stderr may be coloured.
pub(crate) fn colour_of_stderr() -> Colour {
    colour(io::stderr().is_terminal())
}

/// Whether text on stdout may be coloured.
pub(crate) fn colour_of_stdout() -> Colour {
    colour(io::stdout().is_terminal())
}

fn colour(terminal: bool) -> Colour {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if terminal && !refused { Colour::Always } else { Colour::Never }
}

/// Prints data. Whoever reads it may have gone, which ends nothing here.
pub(crate) fn data(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
