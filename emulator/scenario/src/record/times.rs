//! Moments and durations: which numbers and texts are times that come only once, and how lengths of time are written.

use std::fmt::Write as _;
use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

use regex::Regex;

const DAY: i64 = 86_400_000;
const UNITS: &[(&str, i64)] = &[("d", DAY), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// A time of RFC 3339, with or without its zone, and numbers that may be moments.
static SPELT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?|\d+").ok()
});
/// What stands for a time in words.
const ANY_TIME: &str = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?";
/// What stands for milliseconds since 1970.
const ANY_MILLISECONDS: &str = r"\d{13}";
/// What stands for seconds since 1970.
const ANY_SECONDS: &str = r"\d{10}";

/// The moments near which a bot may speak of the time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times {
    spans: Vec<RangeInclusive<i64>>,
}

impl Times {
    /// The days around these spans, given as first and last moment in milliseconds since 1970.
    pub(crate) fn around(spans: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let spans = spans.into_iter();
        Self {
            spans: spans.map(|(first, last)| first.saturating_sub(DAY)..=last.saturating_add(DAY)).collect(),
        }
    }

    fn hold(&self, milliseconds: i64) -> bool {
        self.spans.iter().any(|span| span.contains(&milliseconds))
    }

    /// True for a number that is a moment, in milliseconds or seconds.
    pub(crate) fn is_moment(&self, number: Option<i64>) -> bool {
        number.is_some_and(|number| {
            self.hold(number) || number.checked_mul(1_000).is_some_and(|seconds| self.hold(seconds))
        })
    }

    /// Where moments stand in a text, and what stands for them.
    pub(crate) fn find(&self, text: &str) -> Vec<(Range<usize>, &'static str)> {
        let all = SPELT.iter().flat_map(|spelt| spelt.find_iter(text));
        all.filter_map(|found| Some((found.range(), self.pattern(found.as_str())?))).collect()
    }

    fn pattern(&self, spelt: &str) -> Option<&'static str> {
        let number = spelt.parse::<i64>().ok();
        match (spelt.len(), number) {
            (13, Some(number)) if self.hold(number) => Some(ANY_MILLISECONDS),
            (10, Some(number)) if self.hold(number.saturating_mul(1_000)) => Some(ANY_SECONDS),
            (_, Some(_)) => None,
            (_, None) => self.hold(moment(spelt)?).then_some(ANY_TIME),
        }
    }
}

/// A time in words, taken for UTC where it names no zone.
fn moment(spelt: &str) -> Option<i64> {
    let spelt = spelt.replacen(' ', "T", 1);
    let zoned = spelt.parse::<jiff::Timestamp>().ok();
    zoned.or_else(|| format!("{spelt}Z").parse().ok()).map(jiff::Timestamp::as_millisecond)
}

/// A length of time as it is written in a file: `24h`, `1d 6h` or `90s`.
pub(crate) fn duration(milliseconds: i64) -> String {
    let mut left = milliseconds.max(0);
    let mut out = String::new();
    for (unit, length) in UNITS {
        // One day is 24 hours to whoever speaks of control and windows.
        if *unit == "d" && left < 2 * DAY {
            continue;
        }
        if left >= *length {
            let _ = write!(out, "{}{}{unit}", if out.is_empty() { "" } else { " " }, left / length);
            left %= length;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}
