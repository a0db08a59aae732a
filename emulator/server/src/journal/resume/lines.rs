//! The lines of a journal file, and how it ends.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};

use serde_json::Value;

use super::Cut;

/// How much of a line an error shows, in characters.
const SHOWN: usize = 300;

/// How far the file goes before nothing but NUL bytes follow, which some file systems leave after a
/// crash of the machine.
pub(super) fn filled(mut file: &File, length: u64) -> io::Result<u64> {
    const BLOCK: u64 = 64 * 1024;
    let mut end = length;
    while end > 0 {
        let begin = end.saturating_sub(BLOCK);
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(begin))?;
        file.take(end - begin).read_to_end(&mut block)?;
        if let Some(last) = block.iter().rposition(|byte| *byte != 0) {
            return Ok(begin + last as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

/// What is cut off.
pub(super) fn tail(mut file: &File, keep: u64, filled: u64, length: u64) -> io::Result<Cut> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(keep))?;
    file.take((filled - keep).min(4 * SHOWN as u64)).read_to_end(&mut bytes)?;
    Ok(Cut { bytes: length - keep, text: shown(&String::from_utf8_lossy(&bytes)) })
}

pub(super) fn shown(line: &str) -> String {
    let line = line.trim_end();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Two lines from shortly before the first difference on.
pub(super) fn apart(found: &str, expected: &str) -> (String, String) {
    const BEFORE: usize = 60;
    let same = found.char_indices().zip(expected.chars()).find(|((_, left), right)| left != right);
    let same = same.map_or(found.len().min(expected.len()), |((index, _), _)| index);
    let begin = found.floor_char_boundary(same.saturating_sub(BEFORE));
    let from = |line: &str| format!("{}{}", if begin > 0 { "…" } else { "" }, shown(&line[begin..]));
    (from(found), from(expected))
}

/// The lines of a file, one at a time.
pub(super) struct Lines<'a> {
    reader: BufReader<io::Take<&'a File>>,
    pub(super) line: Vec<u8>,
    /// The number of the line that was read last, from 1.
    pub(super) number: u64,
    /// Where it begins.
    pub(super) begin: u64,
}

/// A line, or what there is of it.
pub(super) enum Piece {
    Whole,
    /// All of it but for its end.
    WithoutEnd,
    Torn,
}

impl<'a> Lines<'a> {
    pub(super) fn new(mut file: &'a File, filled: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let reader = BufReader::with_capacity(256 * 1024, file.take(filled));
        Ok(Self { reader, line: Vec::new(), number: 0, begin: 0 })
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        self.begin += self.line.len() as u64;
        self.line.clear();
        if self.reader.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(if self.line.ends_with(b"\n") {
            Piece::Whole
        } else if serde_json::from_slice::<Value>(&self.line).is_ok_and(|value| value.is_object()) {
            Piece::WithoutEnd
        } else {
            Piece::Torn
        }))
    }

    pub(super) fn text(&self) -> Result<&str, &'static str> {
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        std::str::from_utf8(line).map_err(|_| "it is not UTF-8")
    }
}
