//! Names and addresses of files that people send: they follow from what a file holds.

use crate::derive::Digest;

/// What the paths of kept files begin with.
pub const MEDIA_FOLDER: &str = "/_emulator/media/";
/// The largest file that can be sent, in bytes.
pub const MEDIA_LIMIT: usize = 25 * 1024 * 1024;
/// The longest ending of a file's name that is kept.
const LONGEST_ENDING: usize = 8;

/// A file that is too large to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is larger than 25 MiB")]
pub struct MediaTooLarge;

/// A file that a person sends; how its content is held is up to its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media<C> {
    name: String,
    content: C,
}

impl<C: AsRef<[u8]>> Media<C> {
    /// A file of that content. Its name is a digest of it, with this ending, which is given without the dot.
    ///
    /// # Errors
    ///
    /// When it is larger than [`MEDIA_LIMIT`].
    pub fn new(ending: &str, content: C) -> Result<Self, MediaTooLarge> {
        let bytes = content.as_ref();
        if bytes.len() > MEDIA_LIMIT {
            return Err(MediaTooLarge);
        }
        let plain = !ending.is_empty()
            && ending.len() <= LONGEST_ENDING
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let ending = if plain { ending.to_ascii_lowercase() } else { "bin".to_owned() };
        Ok(Self { name: format!("{}.{ending}", Digest::new().bytes(bytes)), content })
    }

    /// Its name, under which it is served.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it holds.
    pub const fn content(&self) -> &C {
        &self.content
    }

    /// Its address without the base URL, as messages hold it.
    pub fn address(&self) -> String {
        format!("{MEDIA_FOLDER}{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(ending: &str, content: &[u8]) -> Media<Vec<u8>> {
        Media::new(ending, content.to_vec()).unwrap()
    }

    #[test]
    fn a_file_is_called_by_what_it_holds_and_its_ending() {
        let cat = media("PNG", b"cat");
        assert_eq!(cat, media("png", b"cat"));
        assert_ne!(cat.name(), media("png", b"dog").name());
        assert!(cat.address().starts_with("/_emulator/media/") && cat.name().ends_with(".png"));
        assert!(cat.name().len() > ".png".len() && cat.address().ends_with(cat.name()));
        assert_eq!(cat.content(), b"cat");
        assert!(media("eightlet", b"").name().ends_with(".eightlet"));
        for odd in ["", "a/b", "tar gz", "nineletrs", "averyverylongone"] {
            assert!(media(odd, b"").name().ends_with(".bin"), "{odd}");
        }
        assert_eq!(MEDIA_LIMIT, 26_214_400);
        assert!(Media::new("png", vec![0; MEDIA_LIMIT]).is_ok());
        assert_eq!(Media::new("png", vec![0; MEDIA_LIMIT + 1]), Err(MediaTooLarge));
    }
}
