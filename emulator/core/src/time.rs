//! Virtual time. There is no `now()` here: whoever steps the world says what time it is.

use std::ops::{Add, Sub};

/// A moment of virtual time, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// A stretch of virtual time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub i64);

impl Span {
    /// One second.
    pub const SECOND: Self = Self(1_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000);
    /// One day of 24 hours.
    pub const DAY: Self = Self(24 * Self::HOUR.0);
}

impl Timestamp {
    /// The moment in whole seconds since 1970, as `thread_owner` answers it.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub for Timestamp {
    type Output = Span;

    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_stretches_count_milliseconds() {
        let noon = Timestamp(1_782_907_200_000);
        assert_eq!((Span::SECOND, Span::HOUR, Span::DAY), (Span(1_000), Span(3_600_000), Span(86_400_000)));
        assert_eq!(noon + Span::DAY, Timestamp(1_782_993_600_000));
        assert_eq!((noon + Span::HOUR) - noon, Span::HOUR);
        assert_eq!(Timestamp(i64::MAX) + Span(1), Timestamp(i64::MAX), "an endless wait has no end");
        assert_eq!(Timestamp(1_782_907_200_999).seconds(), 1_782_907_200);
    }
}
