//! Compares what was expected with what happened and says where they differ.
//!
//! A scalar equals, a mapping is a subset, a list matches item by item and in length, and matchers loosen each of
//! them. The result is a list of paths, never a mere yes or no.

mod build;

pub(crate) use build::check;

use std::fmt;

use regex::Regex;
use serde_json::{Number, Value};

/// An expected value, with its expressions evaluated.
#[derive(Clone, Debug)]
pub struct Pattern(PatternKind);

/// One place where the actual value differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where, as in `message.quick_replies[0].title`; empty for the value as a whole.
    pub path: String,
    /// What was expected there.
    pub expected: String,
    /// What was there.
    pub actual: String,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The places that differ; none if the value matches.
    pub mismatches: Vec<Mismatch>,
    /// How many places agree.
    pub agreed: usize,
}

#[derive(Clone, Debug)]
enum PatternKind {
    /// Equal; an unquoted number or truth value also equals the text it was written as.
    Scalar {
        value: Value,
        as_written: Option<String>,
    },
    Map {
        entries: Vec<(String, Pattern)>,
        exact: bool,
    },
    List(Vec<Pattern>),
    Contains(String),
    StartsWith(String),
    Matches(Regex),
    OneOf(Vec<Pattern>),
    Not(Box<Pattern>),
    Has(Box<Pattern>),
    Any,
    Absent,
    Count(Box<Pattern>),
    Greater(Number),
    Less(Number),
    Between(Number, Number),
    All(Vec<Pattern>),
}

impl Pattern {
    /// Compares a value; `None` is a value that is not there.
    #[must_use]
    pub fn compare(&self, actual: Option<&Value>) -> Comparison {
        let mut found = Comparison::default();
        self.walk(String::new(), actual, &mut found);
        found
    }

    /// Tells whether a value matches.
    #[must_use]
    pub fn matches(&self, actual: &Value) -> bool {
        self.compare(Some(actual)).is_match()
    }

    /// What is expected of a member, when it has to be there.
    pub fn member(&self, name: &str) -> Option<&Self> {
        let PatternKind::Map { entries, .. } = &self.0 else { return None };
        let (_, pattern) = entries.iter().find(|(known, _)| known == name)?;
        (!matches!(pattern.0, PatternKind::Absent)).then_some(pattern)
    }

    /// The text that is expected, when no other will do.
    pub fn text(&self) -> Option<&str> {
        let PatternKind::Scalar { value, .. } = &self.0 else { return None };
        value.as_str()
    }

    fn fits(&self, actual: Option<&Value>) -> bool {
        self.compare(actual).is_match()
    }

    fn walk(&self, path: String, actual: Option<&Value>, found: &mut Comparison) {
        if let PatternKind::All(patterns) = &self.0 {
            for pattern in patterns {
                pattern.walk(path.clone(), actual, found);
            }
            return;
        }
        let Some(value) = actual else {
            let agrees = match &self.0 {
                PatternKind::Absent => true,
                PatternKind::Not(inner) => !inner.fits(None),
                PatternKind::OneOf(choice) => choice.iter().any(|pattern| pattern.fits(None)),
                PatternKind::Scalar { .. }
                | PatternKind::Map { .. }
                | PatternKind::List(_)
                | PatternKind::All(_) => false,
                PatternKind::Contains(_)
                | PatternKind::StartsWith(_)
                | PatternKind::Matches(_)
                | PatternKind::Has(_)
                | PatternKind::Any => false,
                PatternKind::Count(_)
                | PatternKind::Greater(_)
                | PatternKind::Less(_)
                | PatternKind::Between(..) => false,
            };
            return found.note(agrees, path, || self.to_string(), None);
        };
        match &self.0 {
            PatternKind::Map { entries, exact } => {
                let Some(object) = value.as_object() else {
                    return found.note(false, path, || self.to_string(), actual);
                };
                for (name, pattern) in entries {
                    pattern.walk(member(&path, name), object.get(name), found);
                }
                let extra = object
                    .iter()
                    .filter(|(name, _)| *exact && !entries.iter().any(|(known, _)| known == *name));
                for (name, value) in extra {
                    found.note(false, member(&path, name), || "nothing".to_owned(), Some(value));
                }
                found.agreed += usize::from(entries.is_empty());
            }
            PatternKind::List(items) => {
                let Some(values) = value.as_array() else {
                    return found.note(false, path, || self.to_string(), actual);
                };
                for (index, (item, value)) in items.iter().zip(values).enumerate() {
                    item.walk(format!("{path}[{index}]"), Some(value), found);
                }
                let counted = |count: usize| format!("a list of {count}");
                if items.len() == values.len() {
                    found.agreed += 1;
                } else {
                    let (expected, actual) = (counted(items.len()), counted(values.len()));
                    found.mismatches.push(Mismatch { path, expected, actual });
                }
            }
            PatternKind::Scalar { value: wanted, as_written } => {
                let spelt = value.as_str().is_some_and(|text| as_written.as_deref() == Some(text));
                let expected = || if alike(wanted, value) { with_kind(wanted) } else { wanted.to_string() };
                let agrees = spelt || equal(wanted, value);
                if !agrees && alike(wanted, value) {
                    let actual = with_kind(value);
                    found.mismatches.push(Mismatch { path, expected: expected(), actual });
                } else {
                    found.note(agrees, path, expected, actual);
                }
            }
            PatternKind::Contains(_)
            | PatternKind::StartsWith(_)
            | PatternKind::Matches(_)
            | PatternKind::OneOf(_)
            | PatternKind::Not(_)
            | PatternKind::Has(_)
            | PatternKind::Any
            | PatternKind::Absent
            | PatternKind::Count(_)
            | PatternKind::Greater(_)
            | PatternKind::Less(_)
            | PatternKind::Between(..)
            | PatternKind::All(_) => found.note(self.holds(value), path, || self.to_string(), actual),
        }
    }

    /// Decides the matchers that look at one value.
    fn holds(&self, value: &Value) -> bool {
        let text = value.as_str();
        match &self.0 {
            PatternKind::Contains(part) => text.is_some_and(|text| text.contains(part)),
            PatternKind::StartsWith(start) => text.is_some_and(|text| text.starts_with(start)),
            PatternKind::Matches(regex) => text.is_some_and(|text| regex.is_match(text)),
            PatternKind::OneOf(choice) => choice.iter().any(|pattern| pattern.fits(Some(value))),
            PatternKind::Not(inner) => !inner.fits(Some(value)),
            PatternKind::Has(item) => {
                value.as_array().is_some_and(|values| values.iter().any(|value| item.fits(Some(value))))
            }
            PatternKind::Any => true,
            PatternKind::Absent => false,
            PatternKind::Count(count) => {
                value.as_array().is_some_and(|values| count.fits(Some(&Value::from(values.len()))))
            }
            PatternKind::Greater(limit) => number(value).is_some_and(|number| number > float(limit)),
            PatternKind::Less(limit) => number(value).is_some_and(|number| number < float(limit)),
            PatternKind::Between(low, high) => {
                number(value).is_some_and(|number| float(low) <= number && number <= float(high))
            }
            PatternKind::Scalar { .. }
            | PatternKind::Map { .. }
            | PatternKind::List(_)
            | PatternKind::All(_) => self.fits(Some(value)),
        }
    }
}

impl Comparison {
    /// Tells whether nothing differs.
    #[must_use]
    pub fn is_match(&self) -> bool {
        self.mismatches.is_empty()
    }

    /// Gives the share of places that agree, from 0 to 1; the nearest of several values has the highest.
    #[must_use]
    pub fn score(&self) -> f64 {
        let small = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        if self.is_match() { 1.0 } else { small(self.agreed) / small(self.agreed + self.mismatches.len()) }
    }

    fn note(
        &mut self,
        agrees: bool,
        path: String,
        expected: impl FnOnce() -> String,
        actual: Option<&Value>,
    ) {
        if agrees {
            self.agreed += 1;
        } else {
            let actual = actual.map_or_else(|| "absent".to_owned(), Value::to_string);
            self.mismatches.push(Mismatch { path, expected: expected(), actual });
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "it" } else { &self.path };
        write!(f, "{path} is {}, expected {}", self.actual, self.expected)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |patterns: &[Self], between: &str| {
            patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
        };
        match &self.0 {
            PatternKind::Scalar { value, .. } => write!(f, "{value}"),
            PatternKind::Map { entries, exact } => {
                let written = entries.iter().map(|(name, pattern)| format!("{name}: {pattern}"));
                let only = if *exact { "exactly " } else { "" };
                write!(f, "{only}{{{}}}", written.collect::<Vec<_>>().join(", "))
            }
            PatternKind::List(items) => write!(f, "[{}]", listed(items, ", ")),
            PatternKind::Contains(part) => write!(f, "a text that contains {part:?}"),
            PatternKind::StartsWith(start) => write!(f, "a text that starts with {start:?}"),
            PatternKind::Matches(regex) => write!(f, "a text that matches /{regex}/"),
            PatternKind::OneOf(choice) => write!(f, "one of {}", listed(choice, ", ")),
            PatternKind::Not(inner) => write!(f, "anything but {inner}"),
            PatternKind::Has(item) => write!(f, "a list that has {item}"),
            PatternKind::Any => f.write_str("anything"),
            PatternKind::Absent => f.write_str("nothing"),
            PatternKind::Count(count) => write!(f, "a list whose length is {count}"),
            PatternKind::Greater(limit) => write!(f, "a number greater than {limit}"),
            PatternKind::Less(limit) => write!(f, "a number less than {limit}"),
            PatternKind::Between(low, high) => write!(f, "a number from {low} to {high}"),
            PatternKind::All(patterns) => f.write_str(&listed(patterns, ", and ")),
        }
    }
}

/// Tells whether two scalars are equal; numbers by value, so that `1` equals `1.0`.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() != b.is_f64() => a.as_f64() == b.as_f64(),
        _ => left == right,
    }
}

/// Tells whether two values read the same although one is a text and the other is not.
fn alike(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(text), other) | (other, Value::String(text)) => {
            let spelt = other.to_string();
            !other.is_string() && !other.is_null() && *text == spelt
        }
        _ => false,
    }
}

fn with_kind(value: &Value) -> String {
    match value {
        Value::String(_) => format!("the text {value}"),
        Value::Number(_) => format!("the number {value}"),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => format!("the value {value}"),
    }
}

fn member(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn number(value: &Value) -> Option<f64> {
    value.as_number().map(float)
}

fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests;
