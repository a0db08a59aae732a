//! The interval of a median: between which two of the sorted values it lies, with 95 % confidence at least.
//!
//! Ratios of times measured on a busy machine have outliers, and nobody knows their distribution. So nothing is assumed
//! of it: each value lies below the true median with probability one half, which is all that the interval of the sign
//! test needs. Its ends are values that were measured, an outlier more extreme than them moves neither, and no random
//! numbers are drawn.

use std::fmt;

use anyhow::{Result, ensure};

use super::super::table::median;

/// What lies outside of the interval at each end, at most.
const TAIL: f64 = 0.025;

/// A median and the interval around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) median: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    /// The interval of these values.
    ///
    /// # Errors
    ///
    /// There are fewer than six values, with which no interval is that sure, or a value is no number.
    pub(super) fn of(values: &[f64]) -> Result<Self> {
        ensure!(values.iter().all(|value| value.is_finite()), "a ratio that is no number");
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = rank(sorted.len());
        ensure!(rank > 0, "{} values are too few for an interval", sorted.len());
        Ok(Self { median: median(&sorted), low: sorted[rank - 1], high: sorted[sorted.len() - rank] })
    }

    pub(super) fn is_below(self, bound: f64) -> bool {
        self.high < bound
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.3} to {:.3}", self.low, self.high)
    }
}

/// The rank of the lower end among so many sorted values, from 1; 0 when they are too few.
///
/// The true median lies below the value of rank `k` only if fewer than `k` values lie below it, which has the
/// probability that fewer than `k` of so many coins show heads.
fn rank(count: usize) -> usize {
    let mut probability = 0.5_f64.powi(i32::try_from(count).unwrap_or(i32::MAX));
    let mut below = 0.0;
    for rank in 0..count {
        below += probability;
        if below > TAIL {
            return rank;
        }
        probability *= (count - rank) as f64 / (rank + 1) as f64;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_tables_of_the_sign_test() {
        let table = [(5, 0), (6, 1), (8, 1), (9, 2), (11, 2), (12, 3), (15, 4), (18, 5), (20, 6), (30, 10)];
        for (count, expected) in table {
            assert_eq!(rank(count), expected, "{count} values");
        }
    }

    #[test]
    fn an_outlier_moves_neither_end() {
        let calm = Interval::of(&[0.98, 0.99, 0.99, 1.0, 1.0, 1.01, 1.01, 1.02, 1.03]).unwrap();
        let disturbed = Interval::of(&[0.2, 0.99, 0.99, 1.0, 1.0, 1.01, 1.01, 1.02, 7.0]).unwrap();
        assert_eq!(calm, disturbed);
        assert_eq!(calm, Interval { median: 1.0, low: 0.99, high: 1.02 });
    }

    #[test]
    fn the_interval_holds_the_median_in_95_of_100_series() {
        // A fixed generator, and ratios that are far from normal: one in four is disturbed, always downwards.
        let mut state = 1_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut held = 0;
        for _ in 0..2_000 {
            let values: Vec<f64> = (0..9)
                .map(|_| {
                    let (place, disturbed) = (draw(), draw());
                    // Above and below 1 with one half each, however far.
                    if place < 0.5 {
                        1.0 - place * if disturbed < 0.25 { 1.5 } else { 0.1 }
                    } else {
                        place + 0.5
                    }
                })
                .collect();
            let interval = Interval::of(&values).unwrap();
            held += usize::from(interval.low <= 1.0 && 1.0 <= interval.high);
        }
        // 96.1 % is what nine values give.
        assert!((1_900..=1_950).contains(&held), "{held} of 2000");
    }

    #[test]
    fn too_few_values_and_no_numbers_are_errors() {
        assert!(Interval::of(&[1.0; 5]).is_err());
        assert!(Interval::of(&[1.0, 1.0, f64::NAN, 1.0, 1.0, 1.0]).is_err());
    }
}
