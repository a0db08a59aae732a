//! Files that are written, none of which takes the place of another unasked.
//!
//! A scenario is never replaced ([`write_new`]); a report is, and the earlier one is kept ([`Output`]); a ready file is, if
//! it was one. Files appear whole: they are written beside and given their name at the end.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use emulator_scenario::kept::{self, Ours};
use rustix::fs::OFlags;
use tempfile::NamedTempFile;

/// Paths that mean standard output.
const MEANS_STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Whether a path on the command line means standard output.
pub(crate) fn is_stdout(path: &Path) -> bool {
    MEANS_STDOUT.iter().any(|name| path == Path::new(name))
}

/// Writes a file so that a reader sees all of it or what was there before, which is replaced.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), String> {
    let beside = written_beside(path, text.as_bytes()).map_err(|error| failed(&error))?;
    beside.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// Why a new file was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotWritten {
    /// It is there already.
    #[error("{} is there already; name another file, or remove it", .0.display())]
    There(PathBuf),
    /// The system does not let it.
    #[error("cannot write {}: {why}", .path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
}

/// Writes a file that must not be there yet.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), NotWritten> {
    let failed = |error: &io::Error| NotWritten::Failed { path: path.to_owned(), why: failed(error) };
    if let Some(mut stream) = stream(path).map_err(|error| failed(&error))? {
        return stream.write_all(text.as_bytes()).map_err(|error| failed(&error));
    }
    let beside = written_beside(path, text.as_bytes()).map_err(|error| failed(&error))?;
    match beside.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(NotWritten::There(path.to_owned()))
        }
        Err(error) => Err(failed(&error.error)),
    }
}

/// Says that a file is there already. A link that leads nowhere is there as well.
pub(crate) fn refuse_existing(path: &Path) -> Result<(), NotWritten> {
    match fs::symlink_metadata(path) {
        Ok(_) if !is_stream(path) => Err(NotWritten::There(path.to_owned())),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Writes a ready file. One that is left of an earlier run is replaced; anything else is somebody's work.
pub(crate) fn write_ready(path: &Path, url: &str) -> Result<(), String> {
    let text = format!("{url}\n");
    if let Some(mut stream) = stream(path).map_err(|error| failed(&error))? {
        return stream.write_all(text.as_bytes()).map_err(|error| failed(&error));
    }
    let is_ours = |bytes: &[u8]| {
        let text = str::from_utf8(bytes).unwrap_or("?").trim();
        text.is_empty() || (text.starts_with("http://") && !text.contains(char::is_whitespace))
    };
    match fs::read(path) {
        Ok(bytes) if !is_ours(&bytes) => Err(
            "it is there already and holds something else than a base URL; name another file, or remove it"
                .to_owned(),
        ),
        Ok(_) | Err(_) => write_whole(path, &text),
    }
}

/// Makes sure that a file can be written into a folder.
pub(crate) fn can_hold(folder: &Path) -> Result<(), String> {
    NamedTempFile::new_in(folder).map(drop).map_err(|error| failed(&error))
}

/// Where something goes that is written at the end of a run, or all along.
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Stdout,
    /// A pipe or a device, which is open.
    Stream(File),
    /// A file that appears whole; an earlier one is kept.
    Whole(PathBuf, Ours),
    /// A file that is there from the beginning and grows.
    Growing(File),
}

impl Output {
    /// For something that is written once, at the end.
    ///
    /// # Errors
    ///
    /// Why that will not be possible.
    pub(crate) fn whole(path: &Path, ours: &Ours) -> io::Result<Self> {
        Self::open(path, || {
            if path.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            beside(path).map(|_| (Self::Whole(path.to_owned(), ours.clone()), None))
        })
        .map(|(output, _)| output)
    }

    /// For something that is written line by line; gives also where an earlier file is kept.
    ///
    /// # Errors
    ///
    /// Why it cannot be created.
    pub(crate) fn growing(path: &Path, ours: &Ours) -> io::Result<(Self, Option<PathBuf>)> {
        Self::open(path, || {
            if path.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            let kept::Created { file, kept } = ours.create(path)?;
            Ok((Self::Growing(file), kept))
        })
    }

    fn open(
        path: &Path,
        file: impl FnOnce() -> io::Result<(Self, Option<PathBuf>)>,
    ) -> io::Result<(Self, Option<PathBuf>)> {
        if is_stdout(path) {
            return Ok((Self::Stdout, None));
        }
        match stream(path)? {
            Some(stream) => Ok((Self::Stream(stream), None)),
            None => file(),
        }
    }

    /// Writes; gives where an earlier file is kept whose place was taken just now.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<Option<PathBuf>> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush()).map(|()| None)
            }
            Self::Stream(file) | Self::Growing(file) => file.write_all(bytes).map(|()| None),
            Self::Whole(path, ours) if ours.wrote(path) => {
                let written = written_beside(path, bytes)?;
                written.persist(&path).map(|_| None).map_err(|error| error.error)
            }
            Self::Whole(path, ours) => {
                let mut written = Some(written_beside(path, bytes)?);
                let (_, kept) = kept::place(path, || {
                    let Some(beside) = written.take() else { return Err(io::ErrorKind::NotFound.into()) };
                    beside.persist_noclobber(&path).map_err(|error| {
                        written = Some(error.file);
                        error.error
                    })
                })?;
                ours.writes(path);
                Ok(kept)
            }
        }
    }
}

/// Whether there is something at a path that can only be written into, such as a pipe.
fn is_stream(path: &Path) -> bool {
    is_stdout(path) || fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir())
}

/// Opens what is no file to be written into. A pipe that nobody reads is an error, since opening it would wait for ever.
fn stream(path: &Path) -> io::Result<Option<File>> {
    if !is_stream(path) {
        return Ok(None);
    }
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let opened = OpenOptions::new().write(true).custom_flags(flags).open(path);
    let is_pipe = || fs::metadata(path).is_ok_and(|known| known.file_type().is_fifo());
    let file = opened.map_err(|error| {
        let nobody = error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) && is_pipe();
        if nobody {
            io::Error::new(io::ErrorKind::NotConnected, "it is a pipe that nobody reads")
        } else {
            error
        }
    })?;
    // From here on a slow reader is waited for.
    let flags = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
    Ok(Some(file))
}

/// A file beside that one, readable for whom other new files are readable: a CI server may be another user.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)
}

fn written_beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// What the system says, without the path of the file beside, which would only confuse.
pub(crate) fn failed(error: &io::Error) -> String {
    error.to_string().split(" at path ").next().unwrap_or_default().to_owned()
}
