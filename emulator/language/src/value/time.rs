//! Durations and points in time, as they are written in a file.

use super::moment::{LAST_MOMENT_WRITTEN, MomentError, parse_moment};
use crate::diagnostics::Diagnostic;
use crate::node::Node;

const UNITS: &[(&str, i64)] =
    &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

/// Reads a duration such as `90s`, `1d 6h` or `+24h` as milliseconds.
pub fn parse_duration(node: &Node) -> Result<i64, Diagnostic> {
    let written = node.source.as_str();
    if !node.is_scalar() || node.is_null() {
        return Err(Diagnostic::new(node.span, "a duration is needed here")
            .label(format!("this is {}", node.kind_name()))
            .help("write for example `90s` or `1d 6h`"));
    }
    let wrong = || Diagnostic::new(node.span, format!("`{written}` is not a duration"));
    let trimmed = written.trim();
    let (negative, mut rest) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    if rest.is_empty() {
        return Err(wrong().help("write for example `90s`, `15m`, `24h`, `7d` or `1d 6h`"));
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
        let (number, behind) = rest.split_at(digits);
        let unit_length = behind.find(|letter: char| !letter.is_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_length);
        if number.is_empty() || (unit.is_empty() && !behind.trim().is_empty()) {
            return Err(wrong()
                .help("write whole numbers with a unit, for example `90s`, `15m`, `24h`, `7d` or `1d 6h`"));
        }
        if unit.is_empty() {
            return Err(wrong()
                .label("the unit is missing")
                .help(format!("add `ms`, `s`, `m`, `h` or `d`: `{number}s` is {number} seconds")));
        }
        let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(wrong()
                .label(format!("`{unit}` is no unit"))
                .help("the units are `ms`, `s`, `m`, `h`, `d` and `w`"));
        };
        let part = number.parse::<i64>().ok().and_then(|number| number.checked_mul(*factor));
        total =
            part.and_then(|part| total.checked_add(part)).ok_or_else(|| wrong().label("this is too long"))?;
        rest = behind.trim_start();
    }
    Ok(if negative { -total } else { total })
}

/// Reads a point in time in the notation of RFC 3339 as milliseconds since 1970.
pub fn parse_time(node: &Node) -> Result<i64, Diagnostic> {
    let written = node.source.as_str();
    if node.is_scalar() && !node.is_null() {
        match parse_moment(written) {
            Ok(at) => return Ok(at.0),
            Err(MomentError::TooLate) => {
                return Err(Diagnostic::new(node.span, format!("`{written}` is too late for the clock"))
                    .help(format!("the latest moment is `{LAST_MOMENT_WRITTEN}`")));
            }
            Err(MomentError::Unreadable) => {}
        }
    }
    let problem = Diagnostic::new(node.span, format!("`{written}` is not a point in time"));
    Err(if written.parse::<jiff::civil::DateTime>().is_ok() {
        let full =
            if written.contains(['T', ' ']) { format!("{written}Z") } else { format!("{written}T00:00:00Z") };
        problem
            .label("the zone is missing")
            .help(format!("write `{full}` for UTC, or an offset such as `+02:00`"))
    } else {
        problem.help("write it as in `2026-03-01T09:00:00Z`")
    })
}
