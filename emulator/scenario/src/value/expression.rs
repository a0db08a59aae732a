//! Finds `${…}` in a text and evaluates what is inside.
//!
//! Finding is done here, so that an error can point at the expression; the inside goes to the expression language.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde_json::Value;

use super::{Scope, Written};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::node::{Node, NodeKind};

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Literal(&'a str),
    /// The inside of `${…}`, and where it begins and ends including the braces.
    Expression {
        inside: &'a str,
        start: usize,
        end: usize,
    },
}

/// Evaluates a text: alone, an expression keeps its type; among other text it becomes text.
pub(super) fn evaluate(written: &Written<'_>, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    let pieces = pieces(written)?;
    if let [Piece::Expression { inside, start, end }] = pieces.as_slice() {
        return one(inside, written, (*start, *end), scope);
    }
    let mut text = String::new();
    for piece in &pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Expression { inside, start, end } => {
                text.push_str(&super::spelt(&one(inside, written, (*start, *end), scope)?));
            }
        }
    }
    Ok(Value::String(text))
}

/// Checks every expression of a tree as far as that goes without values: its syntax and, if they are known, its names.
pub(crate) fn check(node: &Node, names: Option<&[String]>, problems: &mut Vec<Diagnostic>) {
    match &node.kind {
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => {}
        NodeKind::Text => check_text(&Written::value(node), names, problems),
        NodeKind::List(items) => items.iter().for_each(|item| check(item, names, problems)),
        NodeKind::Map(entries) => {
            for (key, value) in entries {
                let quoted = key.span.end - key.span.start != key.name.len();
                check_text(&Written { source: &key.name, span: key.span, quoted }, names, problems);
                check(value, names, problems);
            }
        }
    }
}

fn check_text(written: &Written<'_>, names: Option<&[String]>, problems: &mut Vec<Diagnostic>) {
    let pieces = match pieces(written) {
        Ok(pieces) => pieces,
        Err(problem) => return problems.push(problem),
    };
    if pieces.iter().all(|piece| matches!(piece, Piece::Literal(_))) {
        return;
    }
    let environment = environment();
    for piece in pieces {
        let Piece::Expression { inside, start, end } = piece else { continue };
        match roots(&environment, inside, written, (start, end)) {
            Err(problem) => problems.push(problem),
            Ok(roots) => {
                let Some(names) = names else { continue };
                let missing = roots.iter().find(|root| !names.contains(root));
                problems.extend(missing.map(|root| undefined(root, names, written, (start, end))));
            }
        }
    }
}

/// Splits a text at its expressions.
fn pieces<'a>(written: &Written<'a>) -> Result<Vec<Piece<'a>>, Diagnostic> {
    let source = written.source;
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(found) = source[from..].find("${") {
        let start = from + found;
        if source[..start].ends_with('$') && start > from {
            // `$${` stands for itself without its first `$`.
            pieces.push(Piece::Literal(&source[from..start - 1]));
            pieces.push(Piece::Literal("${"));
            from = start + 2;
            continue;
        }
        if start > from {
            pieces.push(Piece::Literal(&source[from..start]));
        }
        let Some(length) = closing_brace(&source[start + 2..]) else {
            return Err(Diagnostic::new(
                written.part(start, source.len()),
                "this expression has no closing brace",
            )
            .label("begins here")
            .help("close it with `}`, or write `$${` for the two characters themselves"));
        };
        let end = start + 2 + length + 1;
        pieces.push(Piece::Expression { inside: &source[start + 2..end - 1], start, end });
        from = end;
    }
    if from < source.len() || pieces.is_empty() {
        pieces.push(Piece::Literal(&source[from..]));
    }
    Ok(pieces)
}

/// Finds the brace that closes an expression, past braces and quotes inside it.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
}

/// Gives the names an expression needs, in alphabetical order.
fn roots(
    environment: &Environment<'_>,
    inside: &str,
    written: &Written<'_>,
    at: (usize, usize),
) -> Result<Vec<String>, Diagnostic> {
    if inside.trim().is_empty() {
        return Err(Diagnostic::new(written.part(at.0, at.1), "this expression is empty")
            .help("write a name in it, as in `${page.id}`, or `$${` for the two characters themselves"));
    }
    let expression = environment.compile_expression(inside).map_err(|error| {
        Diagnostic::new(written.part(at.0, at.1), "this expression cannot be read")
            .label(error.detail().unwrap_or("it has a syntax error").to_owned())
            .help("an expression is a name with members and filters, as in `${livechat.id | int}`")
    })?;
    let functions: Vec<&str> = environment.globals().map(|(name, _)| name).collect();
    let found: std::collections::BTreeSet<String> =
        expression.undeclared_variables(false).into_iter().collect();
    Ok(found.into_iter().filter(|name| !functions.contains(&name.as_str())).collect())
}

/// Evaluates one expression.
fn one(
    inside: &str,
    written: &Written<'_>,
    at: (usize, usize),
    scope: &dyn Scope,
) -> Result<Value, Diagnostic> {
    let environment = environment();
    let mut context = BTreeMap::new();
    for root in roots(&environment, inside, written, at)? {
        match scope.lookup(&root) {
            Some(value) => drop(context.insert(root, value)),
            None => return Err(undefined(&root, &scope.names(), written, at)),
        }
    }
    let failed = |what: String| {
        member_missing(inside, &context, written, at).unwrap_or_else(|| {
            Diagnostic::new(written.part(at.0, at.1), "this expression has no value").label(what)
        })
    };
    let result = environment
        .compile_expression(inside)
        .and_then(|expression| expression.eval(minijinja::Value::from(Serde(&context))))
        .map_err(|error| {
            if error.kind() == ErrorKind::UnknownFilter {
                return Diagnostic::new(written.part(at.0, at.1), "this filter does not exist")
                    .label(error.detail().unwrap_or_default().to_owned());
            }
            failed(error.detail().map_or_else(|| error.kind().to_string(), str::to_owned))
        })?;
    if result.is_undefined() {
        return Err(failed("it is not defined".to_owned()));
    }
    serde_json::to_value(&result).map_err(|error| failed(error.to_string()))
}

fn undefined(root: &str, names: &[String], written: &Written<'_>, at: (usize, usize)) -> Diagnostic {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    let problem = Diagnostic::new(written.part(at.0, at.1), format!("there is no `{root}` here"))
        .help_if(did_you_mean(root, names.iter().copied()).map(|near| format!("did you mean `{near}`?")));
    if names.is_empty() {
        problem.note("no names are defined")
    } else {
        problem.note(format!("the names are {}", names.join(", ")))
    }
}

/// Finds the member of a dotted name that its object does not have.
fn member_missing(
    inside: &str,
    context: &BTreeMap<String, Value>,
    written: &Written<'_>,
    at: (usize, usize),
) -> Option<Diagnostic> {
    let path = inside.split('|').next()?.trim();
    let mut parts = path.split('.');
    let mut name = parts.next()?.to_owned();
    let mut value = context.get(&name)?;
    for part in parts {
        let Some(next) = value.get(part) else {
            let problem = Diagnostic::new(written.part(at.0, at.1), format!("`{name}` has no `{part}`"));
            let Some(object) = value.as_object() else {
                return Some(problem.label(format!("`{name}` is {value}")));
            };
            let members: Vec<&str> = object.keys().map(String::as_str).collect();
            let near =
                did_you_mean(part, members.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            return Some(problem.help_if(near).note(format!("`{name}` has {}", members.join(", "))));
        };
        value = next;
        name = format!("{name}.{part}");
    }
    None
}
