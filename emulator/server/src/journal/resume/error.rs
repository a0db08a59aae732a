//! Why a journal file cannot be used.

use std::io;
use std::path::PathBuf;

use crate::journal::HeaderError;

/// Why a journal file cannot be used. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be opened or read.
    #[error("cannot open the journal `{}`: {}", .0.display(), .1)]
    Open(PathBuf, #[source] io::Error),
    /// It is a pipe or a socket, which keeps nothing.
    #[error("the journal `{}` is a pipe or a socket, which keeps nothing; name a file", .0.display())]
    Pipe(PathBuf),
    /// It is a folder.
    #[error("the journal `{}` is a folder; name a file in it", .0.display())]
    Folder(PathBuf),
    /// Another process has it.
    #[error("another emulator has the journal `{}`; stop that one, or name another file", .0.display())]
    InUse(PathBuf),
    /// Its first line is not a header.
    #[error("`{}` is not a journal of `serve`: {why}; name another file", .path.display())]
    NoJournal {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// It has another format.
    #[error("cannot go on with the journal `{}`: {why}; or name another file", .path.display())]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// Which, and what to do.
        why: HeaderError,
    },
    /// It was written for another world.
    #[error(
        "the journal `{}` belongs to another world:{}\nStart with the flags and the --config that it was written with, or name another file",
        .path.display(), listed(.differences)
    )]
    Differs {
        /// The file.
        path: PathBuf,
        /// What differs, one thing each.
        differences: Vec<String>,
    },
    /// A line in it cannot have happened.
    #[error("line {line} of the journal `{}` cannot have happened: {why}\n  {text}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Why not.
        why: String,
        /// What it says.
        text: String,
    },
    /// A line says something else than what comes of the lines above it.
    #[error(
        "line {line} of the journal `{}` is not what the lines above it lead to; was it edited?\n  it says    {found}\n  expected   {expected}",
        .path.display()
    )]
    NotSame {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What it says.
        found: String,
        /// What comes of the lines above it.
        expected: String,
    },
}

fn listed(differences: &[String]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}
