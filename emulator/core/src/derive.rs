//! Ids that are derived, not drawn.
//!
//! An id follows from the seed, the lane, its kind, who acts, what is named and how many the same
//! actor had made of that kind in that place before. So a concurrent call, work elsewhere or a
//! replay cannot shift it.

use std::fmt;
use std::sync::Arc;

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use crate::ids::{Mid, Psid};
use crate::platform::Platform;

/// What an id is for. The numbers go into the ids, so they are never changed or used again; a new kind takes the next
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// A message.
    Message = 0,
    /// A trace of a Graph answer.
    Trace = 1,
    /// A person on a Page.
    Person = 2,
}

/// A running hash of what an id is derived from. Stable for ever: ids in recordings depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    low: u64,
    high: u64,
}

impl Digest {
    const PRIME: u64 = 0x0000_0100_0000_01b3;

    /// The hash of nothing.
    pub const fn new() -> Self {
        Self { low: 0xcbf2_9ce4_8422_2325, high: 0x6c62_272e_07bb_0142 }
    }

    /// Adds bytes, with their length, so that neighbours cannot run into each other.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        let mut digest = self.number(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            digest = digest.number(u64::from_le_bytes(word));
        }
        digest
    }

    /// Adds a number.
    #[must_use]
    pub const fn number(self, number: u64) -> Self {
        let low = (self.low ^ mix(number)).wrapping_mul(Self::PRIME);
        let high = mix(self.high.wrapping_add(low).rotate_left(23) ^ number);
        Self { low, high }
    }

    fn generator(self) -> ChaCha8Rng {
        let mut seed = [0; 32];
        for (index, word) in
            [mix(self.low), mix(self.high), self.low ^ self.high, self.high].iter().enumerate()
        {
            seed[index * 8..index * 8 + 8].copy_from_slice(&word.to_le_bytes());
        }
        ChaCha8Rng::from_seed(seed)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}{:016x}", self.low, self.high)
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// The source of ids of one lane.
#[derive(Debug, Clone)]
pub struct Ids {
    root: Digest,
}

/// How message ids of Instagram begin.
pub const INSTAGRAM_MESSAGE: &str = "aWdfZAG1f";

const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Ids {
    /// The ids of a lane under a seed.
    pub fn new(seed: u64, lane: &str) -> Self {
        Self { root: Digest::new().number(seed).bytes(lane.as_bytes()) }
    }

    fn generator(&self, kind: IdKind, named: Digest, count: u64) -> ChaCha8Rng {
        self.root.number(kind as u64).number(named.low).number(named.high).number(count).generator()
    }

    fn spell<const N: usize>(&self, kind: IdKind, named: Digest, count: u64) -> [u8; N] {
        let mut bytes = [0; N];
        self.generator(kind, named, count).fill_bytes(&mut bytes);
        bytes.map(|byte| URL_SAFE[usize::from(byte & 63)])
    }

    /// A message id of a platform (M-03).
    pub fn message_on(&self, platform: Platform, named: Digest, count: u64) -> Mid {
        match platform {
            Platform::Messenger => self.message(named, count),
            Platform::Instagram => {
                let spelt: [u8; 64] = self.spell(IdKind::Message, named, count);
                let spelt = std::str::from_utf8(&spelt).unwrap_or_default();
                Mid(format!("{INSTAGRAM_MESSAGE}{spelt}ZDZD").into())
            }
        }
    }

    /// A message id of Messenger: `m_` and 64 characters (M-03).
    pub fn message(&self, named: Digest, count: u64) -> Mid {
        let spelt: [u8; 64] = self.spell(IdKind::Message, named, count);
        let mut text = [b'm'; 66];
        text[1] = b'_';
        text[2..].copy_from_slice(&spelt);
        Mid(Arc::from(std::str::from_utf8(&text).unwrap_or_default()))
    }

    /// The trace id of a Graph answer: `A` and 22 characters (M-04).
    pub fn trace(&self, named: Digest, count: u64) -> String {
        let spelt: [u8; 22] = self.spell(IdKind::Trace, named, count);
        std::iter::once('A').chain(spelt.iter().map(|byte| char::from(*byte))).collect()
    }

    /// A person's id on a Page: 16 digits (M-02).
    pub fn person(&self, named: Digest, count: u64) -> Psid {
        const FIRST: u64 = 1_000_000_000_000_000;
        let word = self.generator(IdKind::Person, named, count).next_u64();
        Psid(FIRST + word % (9 * FIRST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_what_it_is_derived_from_and_nothing_else() {
        let named = Digest::new().number(7).bytes(b"hello");
        let ids = Ids::new(1, "lane");
        assert_eq!(ids.message(named, 0), Ids::new(1, "lane").message(named, 0));
        let others = [
            ids.message(named, 1),
            ids.message(Digest::new().number(8).bytes(b"hello"), 0),
            ids.message(Digest::new().number(7).bytes(b"hellp"), 0),
            Ids::new(2, "lane").message(named, 0),
            Ids::new(1, "lane2").message(named, 0),
        ];
        for other in others {
            assert_ne!(ids.message(named, 0), other);
        }
    }

    #[test]
    fn ids_have_the_forms_of_the_platform() {
        let ids = Ids::new(1, "lane");
        let mid = ids.message(Digest::new(), 0).to_string();
        assert!(mid.starts_with("m_") && mid.len() == 66, "{mid}");
        let mid = ids.message_on(Platform::Instagram, Digest::new(), 0).to_string();
        assert!(mid.starts_with("aWdfZAG1f") && mid.ends_with("ZDZD"), "{mid}");
        let trace = ids.trace(Digest::new(), 0);
        assert!(trace.starts_with('A') && trace.len() == 23, "{trace}");
        for count in 0..1_000 {
            assert_eq!(ids.person(Digest::new(), count).to_string().len(), 16);
        }
    }

    #[test]
    fn spelling_is_pinned_so_that_recordings_stay_true() {
        let ids = Ids::new(1, "pinned");
        assert_eq!(ids.trace(Digest::new().bytes(b"x"), 0), "AyMWkxlZ7VsBwQZHDOPcF1m");
        assert_eq!(
            ids.message(Digest::new().bytes(b"x"), 0).to_string(),
            "m_q8TgVpa92JS5j4Mc-FDCCbLAjKy3I0tPtEgKdZyFc4g2o31mNQhBv0gO1I3o3ujO"
        );
        assert_eq!(ids.person(Digest::new().bytes(b"x"), 0), Psid(4_892_364_807_203_814));
        assert_eq!(Digest::new().bytes(b"x").to_string(), "15ffe157ea3fe63ed72f48f1aa6569ca");
        assert_eq!([IdKind::Message as u64, IdKind::Trace as u64, IdKind::Person as u64], [0, 1, 2]);
    }
}
