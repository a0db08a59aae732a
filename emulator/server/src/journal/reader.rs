//! Reading a journal file without letting it happen again: its header, and its lines as typed entries.

use serde::Deserialize;

use super::Names;
use super::header::{Header, HeaderError};
use super::line::{ReadLine, read};
use super::names::Known;

/// What is needed to read the lines of a journal, once its header is known.
#[derive(Debug, Clone)]
pub struct Reader {
    lane: String,
    known: Known,
}

/// The lane of a line, which nothing else is needed to know.
#[derive(Deserialize)]
struct OfLane {
    lane: Option<String>,
}

impl Reader {
    /// Reads the first line.
    ///
    /// # Errors
    ///
    /// When it is not the header of a journal of this format.
    pub fn begin(line: &str) -> Result<(Header, Names, Self), HeaderError> {
        let header = Header::read(line)?;
        let names = header.names();
        let reader = Self { known: header.known(&names), lane: header.lane.clone() };
        Ok((header, names, reader))
    }

    /// Reads any other line; none when it belongs to another lane, whose people the header does not know.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn entry(&self, line: &str) -> Result<Option<ReadLine>, String> {
        let of: OfLane =
            serde_json::from_str(line).map_err(|error| format!("it is not an entry: {error}"))?;
        if of.lane.is_some_and(|lane| lane != self.lane) {
            return Ok(None);
        }
        read(line, &self.known).map(Some)
    }
}
