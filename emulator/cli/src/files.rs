//! Files that appear whole: written beside and renamed.

use std::io::Write as _;
use std::path::Path;

/// Writes a file so that whoever looks sees all of it or what was there before.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    beside.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    beside.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// Makes sure that a file can be written into a folder.
pub(crate) fn can_hold(folder: &Path) -> Result<(), String> {
    tempfile::NamedTempFile::new_in(folder).map(drop).map_err(|error| failed(&error))
}

fn failed(error: &std::io::Error) -> String {
    // The path of the file beside it would only confuse.
    error.to_string().split(" at path ").next().unwrap_or_default().to_owned()
}
