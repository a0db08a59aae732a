//! Times counted in buckets that are at most 1/64 wide, so that millions of them cost a few kilobytes.

use std::time::Duration;

/// Values below this have a bucket each; every power of two above has this many.
const STEPS: u64 = 64;
const STEP_BITS: u32 = STEPS.ilog2();
const BUCKETS: u64 = (u64::BITS as u64 - STEP_BITS as u64 + 1) * STEPS;

/// A distribution of durations.
#[derive(Clone)]
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self { buckets: vec![0; index_from(BUCKETS)], count: 0 }
    }

    pub(crate) fn add(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[index_from(bucket_of(nanoseconds))] += 1;
        self.count += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The time that `percent` of all values do not exceed; zero when there are none.
    pub(crate) fn percentile(&self, percent: u64) -> Duration {
        let wanted = (self.count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, count) in (0_u64..).zip(&self.buckets) {
            seen += count;
            if seen >= wanted {
                return Duration::from_nanos(middle_of(bucket));
            }
        }
        Duration::ZERO
    }
}

fn bucket_of(value: u64) -> u64 {
    if value < STEPS {
        return value;
    }
    let shift = value.ilog2() - STEP_BITS;
    (u64::from(shift) + 1) * STEPS + (value >> shift) - STEPS
}

fn middle_of(bucket: u64) -> u64 {
    if bucket < STEPS {
        return bucket;
    }
    let shift = bucket / STEPS - 1;
    ((STEPS + bucket % STEPS) << shift) + ((1 << shift) >> 1)
}

fn index_from(bucket: u64) -> usize {
    usize::try_from(bucket).expect("there are a few thousand buckets")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_bucket_near_it() {
        for power in 0..64 {
            for value in [1_u64 << power, (1 << power) + (1 << power) / 3, u64::MAX >> power] {
                let bucket = bucket_of(value);
                assert!(bucket < BUCKETS, "{value}");
                let middle = middle_of(bucket);
                assert!(middle.abs_diff(value) <= value / STEPS, "{value} is counted as {middle}");
            }
        }
    }

    #[test]
    fn percentiles_of_a_hundred_values() {
        let mut half = Histogram::new();
        let mut all = Histogram::new();
        (1..=50).for_each(|nanoseconds| half.add(Duration::from_nanos(nanoseconds)));
        (51..=100).for_each(|nanoseconds| all.add(Duration::from_nanos(nanoseconds)));
        all.merge(&half);
        assert_eq!(all.count(), 100);
        assert_eq!(all.percentile(50), Duration::from_nanos(50));
        assert!(all.percentile(99).as_nanos().abs_diff(99) <= 1);
        assert_eq!(Histogram::new().percentile(99), Duration::ZERO);
    }
}
