//! Builds patterns from nodes.

use regex::Regex;
use serde_json::{Number, Value};

use super::{Pattern, PatternKind, float};
use crate::check::is_matcher;
use crate::diagnostics::Diagnostic;
use crate::node::{Key, Node, NodeKind};
use crate::value::{self, ReadAs, Scope, Written};
use crate::vocabulary::{self as words, COMBINATIONS, ValueKind};

impl Pattern {
    /// Builds the pattern that a node describes.
    ///
    /// # Errors
    /// Gives the error of an expression or of a matcher; its file is left open.
    pub fn build(node: &Node, scope: &dyn Scope) -> Result<Self, Diagnostic> {
        match &node.kind {
            NodeKind::Map(entries) if is_matcher(node) => {
                let mut all =
                    entries.iter().map(|entry| matcher(entry, scope)).collect::<Result<Vec<_>, _>>()?;
                Ok(if all.len() == 1 { all.remove(0) } else { Self(PatternKind::All(all)) })
            }
            NodeKind::Map(entries) => {
                let mut built = Vec::new();
                let mut exact = false;
                for (key, value) in entries {
                    if key.name == "exact" && value.kind == NodeKind::Bool(true) {
                        exact = true;
                    } else {
                        built.push((value::evaluate_key(key, scope)?, Self::build(value, scope)?));
                    }
                }
                Ok(Self(PatternKind::Map { entries: built, exact }))
            }
            NodeKind::List(items) => Ok(Self(PatternKind::List(
                items.iter().map(|item| Self::build(item, scope)).collect::<Result<_, _>>()?,
            ))),
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Text => scalar(node, scope),
        }
    }

    /// Builds the pattern of a message: a text, or a matcher of texts, is one of its `text`.
    ///
    /// # Errors
    /// Gives the error of an expression or of a matcher; its file is left open.
    pub fn of_message(node: &Node, scope: &dyn Scope) -> Result<Self, Diagnostic> {
        let pattern = Self::build(node, scope)?;
        let is_message = node.entries().is_some() && !is_matcher(node);
        if is_message || matches!(&pattern.0, PatternKind::Scalar { value: Value::Object(_), .. }) {
            return Ok(pattern);
        }
        let exactly = node.get("exactly").is_some_and(|inner| inner.entries().is_some());
        if exactly {
            return Ok(pattern);
        }
        Ok(Self(PatternKind::Map { entries: vec![("text".to_owned(), pattern)], exact: false }))
    }

    /// Makes a pattern that equals a value, mappings being subsets.
    #[must_use]
    pub fn of_value(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self(PatternKind::List(items.iter().map(Self::of_value).collect())),
            Value::Object(object) => {
                let entries =
                    object.iter().map(|(name, value)| (name.clone(), Self::of_value(value))).collect();
                Self(PatternKind::Map { entries, exact: false })
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Self(PatternKind::Scalar { value: value.clone(), as_written: None })
            }
        }
    }

    /// Makes a pattern of a mapping with these members.
    pub fn of_members(members: impl IntoIterator<Item = (String, Self)>) -> Self {
        Self(PatternKind::Map { entries: members.into_iter().collect(), exact: false })
    }
}

fn scalar(node: &Node, scope: &dyn Scope) -> Result<Pattern, Diagnostic> {
    let value = value::evaluate(node, scope, ReadAs::Any)?;
    if value.is_object() || value.is_array() {
        return Ok(Pattern::of_value(&value));
    }
    let written = matches!(node.kind, NodeKind::Bool(_) | NodeKind::Number(_));
    Ok(Pattern(PatternKind::Scalar { value, as_written: written.then(|| node.source.clone()) }))
}

/// Builds one matcher.
fn matcher((key, node): &(Key, Node), scope: &dyn Scope) -> Result<Pattern, Diagnostic> {
    let inner = || Pattern::build(node, scope).map(Box::new);
    Ok(Pattern(match key.name.as_str() {
        "contains" => PatternKind::Contains(value::text(node, scope)?),
        "starts_with" => PatternKind::StartsWith(value::text(node, scope)?),
        "matches" => PatternKind::Matches(regex(node, &value::text(node, scope)?)?),
        "one_of" => {
            let items = node.items().filter(|items| !items.is_empty());
            let items = items.ok_or_else(|| wrong(key, node, "a list", "one_of: [yes, maybe]"))?;
            PatternKind::OneOf(
                items.iter().map(|item| Pattern::build(item, scope)).collect::<Result<_, _>>()?,
            )
        }
        "not" => PatternKind::Not(inner()?),
        "has" => PatternKind::Has(inner()?),
        "count" => PatternKind::Count(inner()?),
        "any" | "absent" if !node.is_yes() => {
            return Err(wrong(key, node, "`true`", &format!("{}: true", key.name)));
        }
        "any" => PatternKind::Any,
        "absent" => PatternKind::Absent,
        "gt" => PatternKind::Greater(number(key, node, scope)?),
        "lt" => PatternKind::Less(number(key, node, scope)?),
        "between" => match node.items() {
            Some([low, high]) => {
                let (low, high) = (number(key, low, scope)?, number(key, high, scope)?);
                in_order(node, &low, &high)?;
                PatternKind::Between(low, high)
            }
            _ => return Err(wrong(key, node, "a list of two numbers", "between: [1, 5]")),
        },
        _ => return literal(node, scope),
    }))
}

/// Builds a pattern that takes its node literally: no matchers, no further keys.
fn literal(node: &Node, scope: &dyn Scope) -> Result<Pattern, Diagnostic> {
    Ok(Pattern(match &node.kind {
        NodeKind::Map(entries) => {
            let build =
                |(key, value): &(Key, Node)| Ok((value::evaluate_key(key, scope)?, literal(value, scope)?));
            PatternKind::Map {
                entries: entries.iter().map(build).collect::<Result<_, Diagnostic>>()?,
                exact: true,
            }
        }
        NodeKind::List(items) => {
            PatternKind::List(items.iter().map(|item| literal(item, scope)).collect::<Result<_, _>>()?)
        }
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Text => {
            return scalar(node, scope);
        }
    }))
}

fn number(key: &Key, node: &Node, scope: &dyn Scope) -> Result<Number, Diagnostic> {
    let value = value::evaluate(node, scope, ReadAs::Any)?;
    let number = value.as_number().cloned();
    number.ok_or_else(|| wrong(key, node, "a number", &format!("{}: 5", key.name)))
}

/// Reads a regular expression; an error points at the place in it, if it stands there as it is.
fn regex(node: &Node, text: &str) -> Result<Regex, Diagnostic> {
    Regex::new(text).map_err(|error| {
        let (reason, at) = match regex_syntax::parse(text) {
            Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), Some(*error.span())),
            Err(regex_syntax::Error::Translate(error)) => (error.kind().to_string(), Some(*error.span())),
            // What is too large can be read all the same.
            Ok(_) | Err(_) => (error.to_string().lines().last().unwrap_or_default().to_owned(), None),
        };
        let written = Written::value(node);
        let part = at.filter(|_| node.source == text);
        let span = part.map_or(node.span, |part| {
            // An end of the text has no width, and a caret needs some.
            let start = part.start.offset.min(text.len().saturating_sub(1));
            written.part(start, part.end.offset.max(start + 1))
        });
        Diagnostic::new(span, "this is not a regular expression").label(reason)
    })
}

/// Says when a range holds nothing because its ends are the wrong way round.
fn in_order(node: &Node, low: &Number, high: &Number) -> Result<(), Diagnostic> {
    if float(low) <= float(high) {
        return Ok(());
    }
    let problem = Diagnostic::new(node.span, format!("there is no number from {low} to {high}"));
    Err(problem.help(format!("write `between: [{high}, {low}]`")))
}

fn wrong(key: &Key, node: &Node, takes: &str, example: &str) -> Diagnostic {
    Diagnostic::new(node.span, format!("the matcher `{}` takes {takes}", key.name))
        .label(format!("this is {}", node.kind_name()))
        .help(format!("write for example `{example}`"))
}

/// Checks the matchers of a step, or of a list of steps, as far as that goes without values.
pub(crate) fn check(step: &Node, problems: &mut Vec<Diagnostic>) {
    for step in step.items().unwrap_or(std::slice::from_ref(step)) {
        for place in ["refused", "answers"] {
            step.get(place).into_iter().for_each(|pattern| check_pattern(pattern, problems));
        }
        for place in ["expect", "never"] {
            step.get(place).into_iter().for_each(|expectation| check_expectation(expectation, problems));
        }
    }
}

/// Checks the patterns of an expectation, whose own keys are no matchers.
fn check_expectation(node: &Node, problems: &mut Vec<Diagnostic>) {
    for (key, value) in node.entries().unwrap_or_default() {
        match value.items() {
            Some(items) if COMBINATIONS.contains(&key.name.as_str()) => {
                items.iter().for_each(|item| check_expectation(item, problems));
            }
            _ => check_pattern(value, problems),
        }
    }
}

fn check_pattern(node: &Node, problems: &mut Vec<Diagnostic>) {
    let matchers = is_matcher(node);
    problems.extend(exact_matcher(node));
    for (key, value) in node.entries().unwrap_or_default() {
        if matchers
            && !value.is_expression()
            && let Some(field) = words::matcher(&key.name)
        {
            problems.extend(misfit(key, value, field.kind));
        }
        if !(matchers && key.name == "exactly") {
            check_pattern(value, problems);
        }
    }
    node.items().unwrap_or_default().iter().for_each(|item| check_pattern(item, problems));
}

/// Says why a matcher does not take this value.
fn misfit(key: &Key, value: &Node, takes: ValueKind) -> Option<Diagnostic> {
    let is_number = |node: &Node| matches!(node.kind, NodeKind::Number(_)) || node.is_expression();
    let (fits, what, example) = if takes == ValueKind::Regex && value.is_scalar() {
        return regex(value, &value.source).err();
    } else if takes == ValueKind::Text || takes == ValueKind::Regex {
        (value.is_scalar() && !value.is_null(), "a text", "tea")
    } else if takes == ValueKind::Flag {
        (value.is_yes(), "`true`", "true")
    } else if takes == ValueKind::Number {
        (is_number(value), "a number", "5")
    } else if takes == ValueKind::Range {
        if let Some([Node { kind: NodeKind::Number(low), .. }, Node { kind: NodeKind::Number(high), .. }]) =
            value.items()
        {
            return in_order(value, low, high).err();
        }
        let two = value.items().is_some_and(|items| items.len() == 2 && items.iter().all(is_number));
        (two, "a list of two numbers", "[1, 5]")
    } else if matches!(takes, ValueKind::ListOf(_)) {
        (value.items().is_some_and(|items| !items.is_empty()), "a list", "[yes, maybe]")
    } else if key.name == "count" {
        (is_number(value) || is_matcher(value), "a number, or a matcher of one", "{gt: 1}")
    } else {
        (true, "a value", "")
    };
    (!fits).then(|| wrong(key, value, what, &format!("{}: {example}", key.name)))
}

/// Says when `exact: true` stands beside matchers, which would make plain keys of them.
fn exact_matcher(node: &Node) -> Option<Diagnostic> {
    let (key, value) = node.entry("exact")?;
    let mut others = node.entries()?.iter().filter(|(other, _)| other != key).peekable();
    let matchers = others.peek().is_some() && others.all(|(other, _)| words::matcher(&other.name).is_some());
    if value.kind != NodeKind::Bool(true) || !matchers {
        return None;
    }
    let problem = Diagnostic::new(key.span, "`exact` tightens a mapping, and this is a matcher");
    Some(problem.help("leave it out; a mapping that has such keys is written `{exactly: {…}}`"))
}
