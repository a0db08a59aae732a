//! Finds `${…}` in a text and evaluates what is inside.
//!
//! Finding is done here, so that an error can point at the expression; the inside goes to the expression language.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde_json::Value;

use super::known::{Known, Unknown};
use super::{Scope, Written};
use crate::diagnostics::{Diagnostic, did_you_mean, suggestion};
use crate::node::{Node, NodeKind};
use crate::vocabulary::Root;

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

/// Checks every expression of a tree as far as that goes without values: its syntax and, if they are known, its names
/// and their members.
pub(crate) fn check(node: &Node, known: Option<&Known>, problems: &mut Vec<Diagnostic>) {
    each_text(node, &mut |written| check_text(written, known, problems));
}

/// Refuses expressions that ask for the environment of this process, for a tree that anybody may have sent.
pub(crate) fn refuse_environment(node: &Node, problems: &mut Vec<Diagnostic>) {
    each_text(node, &mut |written| {
        // What cannot be read is told by `check`.
        for piece in pieces(written).unwrap_or_default() {
            let Piece::Expression { inside, start, end } = piece else { continue };
            let paths = paths(&environment(), inside, written, (start, end)).unwrap_or_default();
            if paths.iter().any(|path| root(path) == Root::Env.name()) {
                problems.push(
                    Diagnostic::new(
                        written.part(start, end),
                        "steps that are sent cannot read the environment",
                    )
                    .label("this would be that of the emulator")
                    .help("write the value itself; `env` is there in scenario files"),
                );
            }
        }
    });
}

/// Goes through every text of a tree, keys among them.
fn each_text(node: &Node, look: &mut dyn FnMut(&Written<'_>)) {
    match &node.kind {
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => {}
        NodeKind::Text => look(&Written::value(node)),
        NodeKind::List(items) => items.iter().for_each(|item| each_text(item, look)),
        NodeKind::Map(entries) => {
            for (key, value) in entries {
                let quoted = key.span.end - key.span.start != key.name.len();
                look(&Written { source: &key.name, span: key.span, quoted });
                each_text(value, look);
            }
        }
    }
}

fn check_text(written: &Written<'_>, known: Option<&Known>, problems: &mut Vec<Diagnostic>) {
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
        match paths(&environment, inside, written, (start, end)) {
            Err(problem) => problems.push(problem),
            // One that depends on nothing has its value already, or will never have one.
            Ok(paths) if paths.is_empty() => {
                problems.extend(one(inside, written, (start, end), &serde_json::Map::new()).err());
            }
            Ok(paths) => {
                let Some(known) = known else { continue };
                let unknown = paths.iter().find_map(|path| Some((path, known.look(path).err()?)));
                problems.extend(unknown.map(|(path, unknown)| why(path, unknown, written, (start, end))));
            }
        }
    }
}

/// Says why a dotted name has no value.
fn why(path: &str, unknown: Unknown<'_>, written: &Written<'_>, at: (usize, usize)) -> Diagnostic {
    match unknown {
        Unknown::Name(names) => undefined(root(path), &names, written, at),
        Unknown::Member { of, part, members } => no_member(&of, part, &members, written, at),
        Unknown::OfText { of, part } => member_of_none(&of, part, "a text", written, at),
        Unknown::Missing(when) => {
            Diagnostic::new(written.part(at.0, at.1), format!("`{path}` has no value in {when}"))
                .help("give it there, or to all cases under `vars:`")
        }
    }
}

/// The part of a dotted name before the first dot.
fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
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

/// The filters there are.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "trim",
    "unique",
    "upper",
    "zip",
];

fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // It shows the machinery, which is of no use in a message.
    environment.remove_global("debug");
    environment
}

/// Gives the dotted names an expression needs, in alphabetical order.
fn paths(
    environment: &Environment<'_>,
    inside: &str,
    written: &Written<'_>,
    at: (usize, usize),
) -> Result<BTreeSet<String>, Diagnostic> {
    if inside.trim().is_empty() {
        return Err(Diagnostic::new(written.part(at.0, at.1), "this expression is empty")
            .help("write a name in it, as in `${page.id}`, or `$${` for the two characters themselves"));
    }
    let expression = environment.compile_expression(inside).map_err(|error| {
        Diagnostic::new(written.part(at.0, at.1), "this expression cannot be read")
            .label(error.detail().unwrap_or("it has a syntax error").to_owned())
            .help("an expression is a name with members and filters, as in `${livechat.id | int}`")
    })?;
    if let Some(filter) = filters(inside).find(|name| !FILTERS.contains(name)) {
        return Err(Diagnostic::new(written.part(at.0, at.1), format!("there is no filter `{filter}`"))
            .help(suggestion(filter, FILTERS, "")));
    }
    let functions: Vec<&str> = environment.globals().map(|(name, _)| name).collect();
    let found = expression.undeclared_variables(true);
    Ok(found.into_iter().filter(|path| !functions.contains(&root(path))).collect())
}

/// The names of the filters in an expression that can be read: those behind a bar outside of quotes.
fn filters(inside: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    let bars = inside.char_indices().filter(move |(_, character)| {
        match (quote, *character) {
            (Some(open), character) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(*character),
            (Some(_) | None, _) => {}
        }
        quote.is_none() && *character == '|'
    });
    bars.map(|(at, _)| {
        let name = inside[at + 1..].trim_start();
        let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        &name[..end.unwrap_or(name.len())]
    })
}

/// Evaluates one expression.
fn one(
    inside: &str,
    written: &Written<'_>,
    at: (usize, usize),
    scope: &dyn Scope,
) -> Result<Value, Diagnostic> {
    let environment = environment();
    let paths = paths(&environment, inside, written, at)?;
    let mut context = BTreeMap::new();
    for name in paths.iter().map(|path| root(path)) {
        if context.contains_key(name) {
            continue;
        }
        match scope.lookup(name) {
            Some(value) => drop(context.insert(name.to_owned(), value)),
            None => {
                let names = scope.names();
                let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
                names.sort_unstable();
                return Err(undefined(name, &names, written, at));
            }
        }
    }
    let missing = || paths.iter().find_map(|path| member_missing(path, &context, written, at));
    let failed = |message: &str, why: String| {
        missing().unwrap_or_else(|| {
            let why = super::shown::secrets(scope).hidden_in(&why);
            Diagnostic::new(written.part(at.0, at.1), message).label(why)
        })
    };
    let no_value = |why: &str| failed("this expression has no value", why.to_owned());
    let result = environment
        .compile_expression(inside)
        .and_then(|expression| expression.eval(minijinja::Value::from(Serde(&context))))
        .map_err(|error| {
            let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            if error.kind() == ErrorKind::UndefinedError {
                return no_value(&detail);
            }
            failed("this expression cannot be evaluated", detail)
        })?;
    if result.is_undefined() {
        return Err(no_value("it is not defined"));
    }
    let unspelt = |error: serde_json::Error| failed("this expression cannot be evaluated", error.to_string());
    serde_json::to_value(&result).map_err(unspelt)
}

fn undefined(root: &str, names: &[&str], written: &Written<'_>, at: (usize, usize)) -> Diagnostic {
    let problem = Diagnostic::new(written.part(at.0, at.1), format!("there is no `{root}` here"))
        .help_if(did_you_mean(root, names.iter().copied()).map(|near| format!("did you mean `{near}`?")));
    if names.is_empty() {
        problem.note("no names are defined")
    } else {
        problem.note(format!("the names are {}", names.join(", ")))
    }
}

/// Says that a mapping has no such member.
fn no_member(
    of: &str,
    part: &str,
    members: &[&str],
    written: &Written<'_>,
    at: (usize, usize),
) -> Diagnostic {
    let problem = Diagnostic::new(written.part(at.0, at.1), format!("`{of}` has no `{part}`"));
    let near = did_you_mean(part, members.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    let has = if members.is_empty() { "no members".to_owned() } else { members.join(", ") };
    problem.help_if(near).note(format!("`{of}` has {has}"))
}

/// Says that something which is no mapping has no members.
fn member_of_none(of: &str, part: &str, what: &str, written: &Written<'_>, at: (usize, usize)) -> Diagnostic {
    Diagnostic::new(written.part(at.0, at.1), format!("`{of}` has no `{part}`"))
        .label(format!("`{of}` is {what}"))
}

/// Finds the member of a dotted name that its object does not have.
fn member_missing(
    path: &str,
    context: &BTreeMap<String, Value>,
    written: &Written<'_>,
    at: (usize, usize),
) -> Option<Diagnostic> {
    let mut parts = path.split('.');
    let mut name = parts.next()?.to_owned();
    let mut value = context.get(&name)?;
    for part in parts {
        let Some(next) = value.get(part) else {
            return Some(match value {
                Value::Object(object) => {
                    let members: Vec<&str> = object.keys().map(String::as_str).collect();
                    no_member(&name, part, &members, written, at)
                }
                Value::String(_) => member_of_none(&name, part, "a text", written, at),
                Value::Array(_) => member_of_none(&name, part, "a list", written, at),
                Value::Null | Value::Bool(_) | Value::Number(_) => {
                    member_of_none(&name, part, &value.to_string(), written, at)
                }
            });
        };
        value = next;
        name = format!("{name}.{part}");
    }
    None
}
