//! Moments as people write them, in RFC 3339, and the last one that a clock shows.

use emulator_core::Timestamp;

/// The last moment that a clock shows: no time zone is in the year 10000 then.
pub const LAST_MOMENT: Timestamp = Timestamp(253_402_128_000_000);
/// [`LAST_MOMENT`] in RFC 3339.
pub(super) const LAST_MOMENT_WRITTEN: &str = "9999-12-30T00:00:00Z";

/// Why a text names no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MomentError {
    /// It is not RFC 3339.
    Unreadable,
    /// It lies after [`LAST_MOMENT`].
    TooLate,
}

/// The moment that a text in RFC 3339 names, if a clock can show it.
///
/// # Errors
///
/// Why it names none.
pub fn parse_moment(text: &str) -> Result<Timestamp, MomentError> {
    match parsed(text) {
        Some(at) if at > LAST_MOMENT => Err(MomentError::TooLate),
        Some(at) => Ok(at),
        None => {
            // The same moment of a year that can be read tells whether only the year is wrong. It is a leap year.
            let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
            let is_late = digits > 4 || text.starts_with("9999");
            let reads = |year: &str| parsed(&format!("{year}{}", &text[digits..])).is_some();
            Err(if is_late && reads("2000") { MomentError::TooLate } else { MomentError::Unreadable })
        }
    }
}

fn parsed(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(|at: jiff::Timestamp| Timestamp(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_after_the_last_one_is_too_late_and_not_unreadable() {
        assert_eq!(parse_moment(LAST_MOMENT_WRITTEN), Ok(LAST_MOMENT));
        for late in [
            "9999-12-30T00:00:00.001Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59-05:00",
            "10000-02-29T00:00:00Z",
        ] {
            assert_eq!(parse_moment(late), Err(MomentError::TooLate), "{late}");
        }
        for wrong in ["9999-13-01T00:00:00Z", "9999-12-31", "10000", "noon", "", "12026-01-01T25:00:00Z"] {
            assert_eq!(parse_moment(wrong), Err(MomentError::Unreadable), "{wrong}");
        }
    }
}
