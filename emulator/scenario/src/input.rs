//! What is named on the command line to be read: a file, standard input, or a pipe that somebody writes to.
//!
//! `-` is standard input, as `/dev/stdin` is. It has the name `stdin` and, like every other descriptor, lies in the
//! current folder, so that paths in it are those of the shell. A pipe is read to its end; one that nobody writes to is an
//! error after a moment, since opening it would wait for ever.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

/// The name of standard input in messages, and in the full names of scenarios.
pub const STDIN: &str = "stdin";

/// Paths that mean standard input.
const MEANS_STDIN: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// How long a pipe may have nobody who writes to it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a pipe without a writer is looked at again, where the system does not say that one has come.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Whether a path on the command line means standard input.
#[must_use]
pub fn is_stdin(path: &Path) -> bool {
    MEANS_STDIN.iter().any(|name| path == Path::new(name))
}

/// The path under which an input is known: `stdin` for standard input, a name in the current folder for what the shell
/// calls `/dev/fd/63`, and the path itself for a file.
#[must_use]
pub fn called(path: &Path) -> PathBuf {
    if is_stdin(path) {
        return PathBuf::from(STDIN);
    }
    match path.strip_prefix("/dev/fd").or_else(|_| path.strip_prefix("/proc/self/fd")) {
        Ok(number) => PathBuf::from(format!("fd{}", number.display())),
        Err(_) => path.to_owned(),
    }
}

/// What to name on the command line so that a scenario of an input is run again, and the filter that finds it then: a
/// stream has to be given anew, to standard input.
pub(crate) fn again(called: &Path, filter: &str) -> (String, String) {
    let name = called.display().to_string();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if name == STDIN || name.strip_prefix("fd").is_some_and(is_number) {
        let rest = filter.strip_prefix(&name).unwrap_or(filter);
        ("-".to_owned(), format!("{STDIN}{rest}"))
    } else {
        (name, filter.to_owned())
    }
}

/// Whether this is read as a stream: standard input, or a pipe.
#[must_use]
pub fn is_stream(path: &Path) -> bool {
    is_stdin(path) || std::fs::metadata(path).is_ok_and(|known| known.file_type().is_fifo())
}

/// Reads an input to its end.
///
/// # Errors
///
/// When it cannot be read, is a folder or a device, is a pipe that nobody writes to, or is longer than `most` bytes.
pub fn read_input(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if is_stdin(path) {
        return bounded(io::stdin().lock(), most);
    }
    let kind = std::fs::metadata(path)?.file_type();
    if kind.is_dir() {
        Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a folder"))
    } else if kind.is_fifo() {
        bounded(Pipe::open(path)?, most)
    } else if kind.is_file() {
        bounded(File::open(path)?, most)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "this is neither a file nor a pipe, but a device or a socket",
        ))
    }
}

fn bounded(from: impl io::Read, most: u64) -> io::Result<Vec<u8>> {
    // One more byte than there may be, so that what is too large is noticed whoever makes it grow.
    let mut read = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut read)?;
    if read.len() as u64 > most {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("this is longer than {} MiB", most / (1024 * 1024)),
        ));
    }
    Ok(read)
}

/// A pipe with a name, read without ever waiting for somebody to open it.
struct Pipe {
    file: File,
    /// Until when a writer has to come; none once one has come.
    until: Option<Instant>,
}

impl Pipe {
    fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        Ok(Self { file, until: Some(Instant::now() + PATIENCE) })
    }

    /// Waits until there is something to read, or the time is over.
    fn wait(&self, at_most: Option<Duration>) -> io::Result<()> {
        let time = at_most.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
        let mut polled = [PollFd::new(&self.file, PollFlags::IN)];
        match poll(&mut polled, time.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl io::Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match (self.file.read(buffer), self.until) {
                // Nothing, and nobody who could write something: the end, or nobody has come yet.
                (Ok(0), Some(until)) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        let why = format!(
                            "this is a pipe, and nobody has written to it for {} s",
                            PATIENCE.as_secs()
                        );
                        return Err(io::Error::new(io::ErrorKind::TimedOut, why));
                    }
                    self.wait(Some(left.min(LOOK_AGAIN)))?;
                }
                // There is a writer, who takes time.
                (Err(error), _) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.until = None;
                    self.wait(None)?;
                }
                (Err(error), _) if error.kind() == io::ErrorKind::Interrupted => {}
                (Ok(read), _) => {
                    self.until = None;
                    return Ok(read);
                }
                (Err(error), _) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_and_the_names_of_the_system_mean_standard_input() {
        for name in ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
            assert!(is_stdin(Path::new(name)), "{name}");
            assert_eq!(called(Path::new(name)), Path::new("stdin"));
        }
        for name in ["./-", "stdin", "/dev/fd/63"] {
            assert!(!is_stdin(Path::new(name)), "{name}");
        }
        assert_eq!(called(Path::new("/dev/fd/63")), Path::new("fd63"));
        assert_eq!(called(Path::new("a/b.yaml")), Path::new("a/b.yaml"));
    }

    #[test]
    fn what_came_from_a_stream_is_run_again_from_standard_input() {
        let again = |path: &str, filter: &str| again(Path::new(path), filter);
        let owned = |path: &str, filter: &str| (path.to_owned(), filter.to_owned());
        assert_eq!(again("stdin", "stdin/hi"), owned("-", "stdin/hi"));
        assert_eq!(again("fd63", "fd63/hi"), owned("-", "stdin/hi"));
        assert_eq!(again("fd.yaml", "fd/hi"), owned("fd.yaml", "fd/hi"));
        assert_eq!(again("a/stdin", "a/stdin/hi"), owned("a/stdin", "a/stdin/hi"));
    }

    #[test]
    fn a_device_is_no_input_and_length_is_bounded() {
        let error = read_input(Path::new("/dev/zero"), 10).unwrap_err().to_string();
        assert!(error.contains("a device"), "{error}");
        assert!(bounded(&b"0123456789"[..], 10).is_ok());
        assert!(bounded(&b"01234567890"[..], 10).is_err());
    }
}
