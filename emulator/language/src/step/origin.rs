//! Where steps come from, and what the paths in them lead to.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::diagnostics::SourceText;
use crate::paths::lexical;

/// Gives what a file holds.
pub type Loader<'l> = &'l dyn Fn(&Path) -> io::Result<Bytes>;

/// The text that steps stand in.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    /// The text; its name is its path, where it has one.
    pub(crate) file: &'a Arc<SourceText>,
    /// What reads the files that the steps name; none where steps come without a file of their own.
    pub(crate) loader: Option<Loader<'a>>,
}

/// What a path that stands in a file leads to.
pub(crate) fn target(file: &SourceText, written: &str) -> PathBuf {
    lexical(&Path::new(&file.name).parent().unwrap_or(Path::new("")).join(written))
}

/// Reads a file of text.
pub(crate) fn read(loader: Loader<'_>, path: &Path) -> io::Result<Arc<SourceText>> {
    let text = String::from_utf8(loader(path)?.into());
    let text = text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))?;
    Ok(SourceText::new(path.display().to_string(), text))
}
