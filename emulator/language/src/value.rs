//! Evaluates nodes: `${…}`, durations and times.
//!
//! Literal durations and times can be read without a scope, which is how a file is checked before it runs.

mod expression;
mod known;
mod moment;
mod shown;
mod time;

use serde_json::{Map, Value};

use crate::diagnostics::Diagnostic;
use crate::node::{Node, NodeKind, Span};
use crate::vocabulary::is_wire_text;

pub(crate) use expression::{check, refuse_environment};
pub use known::{Known, Shape};
pub use moment::{LAST_MOMENT, MomentError, parse_moment};
pub use time::{parse_duration, parse_time};

/// The names an expression can use.
pub trait Scope {
    /// Gives the value of a name, the part of an expression before the first dot.
    fn lookup(&self, name: &str) -> Option<Value>;
    /// Lists the names there are, for a message about one that there is not.
    fn names(&self) -> Vec<String>;
}

/// A scope with fixed values.
impl Scope for Map<String, Value> {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// What a scalar becomes where it is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// Text on the wire: a scalar is taken as it is written, so `no` and `42` are texts. `null` stays null.
    Text,
    /// Whatever YAML makes of it.
    Any,
    /// The same for everything inside, whatever its key.
    AsWritten,
}

/// Evaluates a node and everything in it.
///
/// Inside a mapping the keys that are text on the wire (`text`, `title`, `payload`, …) are read as text.
///
/// # Errors
/// Gives the error of the first expression that cannot be evaluated; its file is left open.
pub fn evaluate(node: &Node, scope: &dyn Scope, read_as: ReadAs) -> Result<Value, Diagnostic> {
    match &node.kind {
        NodeKind::Null => Ok(Value::Null),
        NodeKind::Bool(_) | NodeKind::Number(_) if read_as == ReadAs::Text => {
            Ok(Value::String(node.source.clone()))
        }
        NodeKind::Bool(value) => Ok(Value::Bool(*value)),
        NodeKind::Number(number) => Ok(Value::Number(number.clone())),
        NodeKind::Text => {
            let value = expression::evaluate(&Written::value(node), scope)?;
            let spelt = read_as == ReadAs::Text && (value.is_boolean() || value.is_number());
            Ok(if spelt { Value::String(value.to_string()) } else { value })
        }
        NodeKind::List(items) => items.iter().map(|item| evaluate(item, scope, read_as)).collect(),
        NodeKind::Map(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let name = evaluate_key(key, scope)?;
                let inner = match read_as {
                    ReadAs::AsWritten => ReadAs::AsWritten,
                    ReadAs::Text | ReadAs::Any if is_wire_text(&name) => ReadAs::Text,
                    ReadAs::Text | ReadAs::Any => ReadAs::Any,
                };
                let value = evaluate(value, scope, inner)?;
                if object.insert(name.clone(), value).is_some() {
                    return Err(Diagnostic::new(
                        key.span,
                        format!("the key `{}` comes twice in one mapping", key.name),
                    ));
                }
            }
            Ok(Value::Object(object))
        }
    }
}

/// Evaluates a key, which is always a text.
///
/// # Errors
/// Gives the error of the expression in it.
pub fn evaluate_key(key: &crate::node::Key, scope: &dyn Scope) -> Result<String, Diagnostic> {
    let written = Written {
        source: &key.name,
        span: key.span,
        quoted: key.span.end - key.span.start != key.name.len(),
    };
    Ok(spelt(&expression::evaluate(&written, scope)?))
}

/// Evaluates a node to a text.
///
/// # Errors
/// Gives the error of an expression, or says that the value is no text.
pub fn text(node: &Node, scope: &dyn Scope) -> Result<String, Diagnostic> {
    let value = evaluate(node, scope, ReadAs::Text)?;
    value.as_str().map(str::to_owned).ok_or_else(|| shown::no_text(node, &value))
}

/// Evaluates what stands behind `sends:` into a message: a text becomes `{text: …}`.
///
/// # Errors
/// Gives the error of an expression.
pub fn message(node: &Node, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    let value = evaluate(node, scope, ReadAs::Text)?;
    Ok(if value.is_object() { value } else { Value::Object(Map::from_iter([("text".to_owned(), value)])) })
}

/// Evaluates a duration to milliseconds.
///
/// # Errors
/// Gives the error of an expression, or says what is wrong with the duration.
pub fn duration(node: &Node, scope: &dyn Scope) -> Result<i64, Diagnostic> {
    parsed(node, scope, parse_duration)
}

/// Evaluates a point in time to milliseconds since 1970.
///
/// # Errors
/// Gives the error of an expression, or says what is wrong with the time.
pub fn time(node: &Node, scope: &dyn Scope) -> Result<i64, Diagnostic> {
    parsed(node, scope, parse_time)
}

/// Reads a text that a node gives; an error shows it without secrets.
fn parsed(
    node: &Node,
    scope: &dyn Scope,
    parse: fn(&Node) -> Result<i64, Diagnostic>,
) -> Result<i64, Diagnostic> {
    let source = text(node, scope)?;
    parse(&Node { source: source.clone(), ..node.clone() }).map_err(|problem| {
        let source = shown::secrets(scope).hidden_in(&source);
        parse(&Node { source, ..node.clone() }).err().unwrap_or(problem)
    })
}

/// Gives a value as part of a text.
fn spelt(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A text and where it was written, to point at parts of it.
pub(crate) struct Written<'a> {
    pub(crate) source: &'a str,
    pub(crate) span: Span,
    pub(crate) quoted: bool,
}

impl<'a> Written<'a> {
    pub(crate) fn value(node: &'a Node) -> Self {
        Self { source: &node.source, span: node.span, quoted: node.quoted }
    }

    /// Gives the place of `start..end` of the text; of the whole text where escapes or line breaks hide it.
    pub(crate) fn part(&self, start: usize, end: usize) -> Span {
        let around = if self.quoted { 1 } else { 0 };
        if self.span.end - self.span.start == self.source.len() + 2 * around {
            Span::new(self.span.start + around + start, self.span.start + around + end)
        } else {
            self.span
        }
    }
}

#[cfg(test)]
mod tests;
