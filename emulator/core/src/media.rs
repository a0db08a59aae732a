//! Names and addresses of files that people send: they follow from what a file holds.

use crate::derive::Digest;

/// What the paths of kept files begin with.
pub const MEDIA_FOLDER: &str = "/_emulator/media/";
/// The largest file that can be sent, in bytes (M-156).
pub const MEDIA_LIMIT: usize = 25 * 1024 * 1024;
/// The longest ending of a file's name that is kept.
const LONGEST_ENDING: usize = 8;

/// A file that is too large to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is larger than 25 MiB")]
pub struct MediaTooLarge;

/// The name of a file of that content: a digest and the ending, given without its dot. Its address without the base URL
/// is [`MEDIA_FOLDER`] followed by the name.
///
/// # Errors
///
/// When it is larger than [`MEDIA_LIMIT`].
pub fn media_name(ending: &str, content: &[u8]) -> Result<String, MediaTooLarge> {
    if content.len() > MEDIA_LIMIT {
        return Err(MediaTooLarge);
    }
    let plain = !ending.is_empty()
        && ending.len() <= LONGEST_ENDING
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let ending = if plain { ending.to_ascii_lowercase() } else { "bin".to_owned() };
    Ok(format!("{}.{ending}", Digest::new().bytes(content)))
}
