//! How tables write times.

use std::fmt;

use emulator_core::Span;
use emulator_language::node::Node;
use emulator_language::value::parse_duration;
use serde::Deserialize;

/// A stretch of time: `24h`, `7d 1s`, `+23h 59m 59s 999ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Length(pub(crate) Span);

const UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl std::str::FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let node = Node::text(text, emulator_language::node::Span::default());
        parse_duration(&node).map(|ms| Self(Span(ms))).map_err(|problem| problem.message)
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
