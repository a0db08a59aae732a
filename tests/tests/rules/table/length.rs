//! How tables write times.

use std::fmt;

use emulator_core::{Span, Timestamp};
use serde::Deserialize;

/// A stretch of time: `24h`, `7d 1s`, `+23h 59m 59s 999ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Length(pub(crate) Span);

const UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl std::str::FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a time such as `90s`, `24h` or `1d 6h`");
        let mut total = 0;
        for part in text.strip_prefix('+').unwrap_or(text).split(' ') {
            let digits = part.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
            let (count, unit) = part.split_at(digits);
            let (_, worth) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
            total += count.parse::<i64>().map_err(|_| wrong())? * worth;
        }
        Ok(Self(Span(total)))
    }
}

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Length {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.0;
        if rest <= 0 {
            return write!(out, "{rest}ms");
        }
        let mut gap = "";
        for (unit, worth) in UNITS {
            // 24h reads better than 1d, and 7d better than 168h.
            let skip = unit == "d" && rest < 2 * worth;
            let count = if skip { 0 } else { rest / worth };
            if count > 0 {
                write!(out, "{gap}{count}{unit}")?;
                (rest, gap) = (rest - count * worth, " ");
            }
        }
        Ok(())
    }
}

/// How long ago something was, if it ever was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Wrote {
    Never,
    Ago(Span),
}

impl TryFrom<String> for Wrote {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self::Never);
        }
        let length = text.strip_suffix(" ago").ok_or("expected `never` or a time such as `1h ago`")?;
        length.parse().map(|Length(span)| Self::Ago(span))
    }
}

impl fmt::Display for Wrote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => out.write_str("never"),
            Self::Ago(span) => write!(out, "{} ago", Length(*span)),
        }
    }
}

/// The standard window: closed, or open for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Window {
    Closed,
    Open(Length),
}

impl TryFrom<String> for Window {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "closed" { Ok(Self::Closed) } else { text.parse().map(Self::Open) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => out.write_str("closed"),
            Self::Open(length) => length.fmt(out),
        }
    }
}

/// The first moment of a day such as `2026-04-26`, in UTC.
pub(crate) fn midnight(date: &str) -> Option<Timestamp> {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    // The year begins in March, so that the day that is not always there comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(Timestamp(days * Span::DAY.0))
}
