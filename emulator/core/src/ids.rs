//! Identifiers as types of their own. On the wire all of them are digit strings or opaque text; a
//! number never loses its meaning by being mistaken for another kind of number.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is a string of digits without a leading zero, below {limit}")]
pub struct ParseIdError {
    /// The first number that is too large.
    pub limit: u64,
}

fn parse_digits(text: &str, limit: u64) -> Result<u64, ParseIdError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.starts_with('0') {
        return Err(ParseIdError { limit });
    }
    text.parse().ok().filter(|id| *id < limit).ok_or(ParseIdError { limit })
}

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident, $limit:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// The first number that is too large for this kind of id.
            pub const LIMIT: u64 = $limit;
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_digits(text, Self::LIMIT).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    };
}

numeric_id! {
    /// An app. Below 2^53, since webhooks carry app ids as JSON numbers.
    AppId, 1 << 53
}
numeric_id! {
    /// A Page. Below 2^63, since some clients parse ids into signed 64-bit integers.
    PageId, 1 << 63
}
numeric_id! {
    /// A professional account on Instagram. Below 2^63, as Pages are.
    AccountId, 1 << 63
}
numeric_id! {
    /// A page-scoped person id: unique for a person and a Page, shared by all apps of the Page.
    Psid, 1 << 63
}

/// A message id, opaque to everyone: `m_` and 64 url-safe characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mid(pub Arc<str>);

impl fmt::Display for Mid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_digit_strings_that_survive_a_round_trip() {
        for text in ["1", "100000000000001", "9007199254740991"] {
            assert_eq!(text.parse::<AppId>().unwrap().to_string(), text);
        }
        for text in ["", "0", "01", "-1", "+1", "1e5", "12a", "9007199254740992", "99999999999999999999999"] {
            assert!(text.parse::<AppId>().is_err(), "{text}");
        }
        assert!("9223372036854775807".parse::<Psid>().is_ok());
        assert!("9223372036854775808".parse::<Psid>().is_err());
    }
}
