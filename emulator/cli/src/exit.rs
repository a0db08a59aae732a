//! The exit codes of the binary; part of its public interface.
//!
//! Commands that pass on the code of another program (`exec`, `keep`) return that code and are not bound to
//! this list.

use std::process::ExitCode;

/// Why the process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything passed.
    Passed,
    /// At least one scenario failed.
    ScenarioFailed,
    /// The arguments or an input file are wrong; nothing was run. Clap ends with the same code.
    Usage,
    /// A bot or a port could not be reached.
    Unreachable,
    /// Everything passed, and less was touched than `--min-coverage` asks for.
    Gate,
    /// A bug in the emulator, or something that can no longer be written: a journal, a report, standard output.
    Bug,
    /// The person interrupted the run.
    Interrupted,
}

impl Exit {
    /// The number handed to the operating system.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::ScenarioFailed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Gate => 4,
            Self::Bug => 70,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_codes_are_those_of_the_documentation() {
        let all = [
            Exit::Passed,
            Exit::ScenarioFailed,
            Exit::Usage,
            Exit::Unreachable,
            Exit::Gate,
            Exit::Bug,
            Exit::Interrupted,
        ];
        assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 4, 70, 130]);
    }
}
