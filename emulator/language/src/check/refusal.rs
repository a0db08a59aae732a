//! What `refused:` says of an error: its status, its code and its subcode, which are easily taken for each other.

use super::{Checker, is_matcher};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::node::{Node, NodeKind};
use emulator_core::{codes_with, subcodes, subcodes_of};

/// The statuses of HTTP.
const STATUSES: std::ops::RangeInclusive<i64> = 100..=599;
/// The most codes or subcodes that an error lists.
const MOST_NUMBERS: usize = 8;

/// A number of an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorNumber {
    Status,
    Code,
    Subcode,
}

impl Checker<'_> {
    /// Checks a number of an error. It may be a matcher: then the numbers of `one_of` are looked at.
    pub(super) fn error_number(&mut self, name: &str, which: ErrorNumber, node: &Node) {
        if is_matcher(node) {
            let items = node.get("one_of").and_then(Node::items).unwrap_or_default();
            return items.iter().for_each(|item| self.error_number(name, which, item));
        }
        let number = match &node.kind {
            NodeKind::Number(number) => number.as_i64(),
            NodeKind::Text if node.is_expression() => return,
            NodeKind::Null if !node.source.is_empty() => return,
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Text | NodeKind::List(_) | NodeKind::Map(_) => {
                None
            }
        };
        let problem = match (number, which) {
            (None, _) => Some(no_number(name, node)),
            (Some(number), ErrorNumber::Status) => no_status(number, node),
            (Some(number), ErrorNumber::Code) => no_code(number, node),
            (Some(number), ErrorNumber::Subcode) => no_subcode(number, node),
        };
        self.problems.extend(problem);
    }

    /// Says what one number in place of a mapping was meant to be.
    pub(super) fn refused_by_number(&mut self, name: &str, node: &Node) -> bool {
        let NodeKind::Number(number) = &node.kind else { return false };
        let Some(number) = number.as_i64() else { return false };
        let codes = codes_with(number);
        let (what, key) = if subcodes_of(number).is_some() {
            (format!("{number} is a code"), "code")
        } else if !codes.is_empty() {
            (format!("{number} is a subcode, of code {}", listed(&codes, "or")), "subcode")
        } else if STATUSES.contains(&number) {
            (format!("{number} is a status"), "status")
        } else {
            return false;
        };
        let problem = Diagnostic::new(node.span, format!("`{name}` takes `true` or a mapping"));
        self.report(problem.label(what).help(format!("write `{name}: {{{key}: {number}}}`")));
        true
    }
}

/// What is no number, while errors have numbers.
fn no_number(name: &str, node: &Node) -> Diagnostic {
    let problem = Diagnostic::new(node.span, format!("`{name}` is a number in errors of the platform"));
    let problem = problem.label(format!("this is {}", node.kind_name()));
    match node.source.trim().parse::<i64>() {
        Ok(number) if node.is_scalar() => problem.help(format!("write `{name}: {number}`, without quotes")),
        Ok(_) | Err(_) => problem.help(format!(
            "write for example `{name}: {}`",
            if name == "subcode" { "2018300" } else { "100" }
        )),
    }
}

fn no_status(number: i64, node: &Node) -> Option<Diagnostic> {
    if STATUSES.contains(&number) {
        return None;
    }
    let help = match key_of(number) {
        Some(key) => format!("write `{key}: {number}`, or the status of the answer, such as `status: 400`"),
        None => "errors of the platform have the status 400, 403 or 500".to_owned(),
    };
    Some(Diagnostic::new(node.span, format!("{number} is no HTTP status")).help(help))
}

/// The key to which a number belongs.
fn key_of(number: i64) -> Option<&'static str> {
    if subcodes_of(number).is_some() {
        return Some("code");
    }
    (!codes_with(number).is_empty()).then_some("subcode")
}

fn no_code(number: i64, node: &Node) -> Option<Diagnostic> {
    let codes = codes_with(number);
    // The platform has more codes than anybody has listed; that one of the subcodes is none of them is known.
    if subcodes_of(number).is_some() || codes.is_empty() {
        return None;
    }
    let problem =
        Diagnostic::new(node.span, format!("{number} is a subcode, of code {}", listed(&codes, "or")));
    let help = match codes.as_slice() {
        [code] => format!("write `subcode: {number}`, and `code: {code}` if that matters too"),
        _ => format!("write `subcode: {number}`"),
    };
    Some(problem.help(help))
}

fn no_subcode(number: i64, node: &Node) -> Option<Diagnostic> {
    if !codes_with(number).is_empty() {
        return None;
    }
    if let Some(subcodes) = subcodes_of(number) {
        let problem = Diagnostic::new(node.span, format!("{number} is a code"));
        let problem = problem.help(format!("write `code: {number}`"));
        if subcodes.is_empty() {
            return Some(problem);
        }
        return Some(problem.note(format!("its subcodes are {}", listed(subcodes, "and"))));
    }
    let known: Vec<String> = subcodes().map(|subcode| subcode.to_string()).collect();
    let near = did_you_mean(&number.to_string(), known.iter().map(String::as_str));
    let help = match near {
        Some(near) => format!("did you mean `subcode: {near}`?"),
        None => "leave it out, or write `subcode: {any: true}` for whatever subcode".to_owned(),
    };
    let problem = Diagnostic::new(node.span, format!("no error that is known has the subcode {number}"));
    Some(problem.help(help).note(format!("an expression is not looked at: `subcode: \"${{{number}}}\"`")))
}

/// Numbers as a list with a word before the last; of very many the first.
fn listed<T: std::fmt::Display>(numbers: &[T], word: &str) -> String {
    let mut shown: Vec<String> = numbers.iter().take(MOST_NUMBERS).map(T::to_string).collect();
    if numbers.len() > MOST_NUMBERS {
        return format!("{} and others", shown.join(", "));
    }
    match shown.pop() {
        Some(last) if shown.is_empty() => last,
        Some(last) => format!("{} {word} {last}", shown.join(", ")),
        None => String::new(),
    }
}
