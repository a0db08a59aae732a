//! The untyped tree that every step, scenario and world is built from.
//!
//! A node knows where it stands in its file and, for a scalar, how it was written there. What a scalar means is
//! decided by the place it stands in, never here: `42` is a number to a time-out and a text to a message.

use serde_json::{Map, Number, Value};

/// A range of bytes in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last one.
    pub end: usize,
}

impl Span {
    /// Makes a span of `start..end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Gives the span from the start of this one to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end)
    }
}

/// A value and the place it was written at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A value of the file, not yet evaluated: it may hold `${…}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What YAML makes of it.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
    /// A scalar as it was written, quotes and escapes resolved; empty for a list or a mapping.
    pub source: String,
    /// Whether a scalar stood in quotes or in a text block, which makes it a text for certain.
    pub quoted: bool,
}

/// The kinds of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as JSON knows it, unquoted.
    Number(Number),
    /// Every other scalar; the text is [`Node::source`].
    Text,
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file; no key comes twice.
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key as text; it may hold `${…}`.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
    /// Makes a text node, as if it had been written in quotes at `span`.
    pub fn text(text: impl Into<String>, span: Span) -> Self {
        Self { kind: NodeKind::Text, span, source: text.into(), quoted: true }
    }

    /// Tells whether the node is neither a list nor a mapping.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        self.entries().is_none() && self.items().is_none()
    }

    /// Tells whether nothing was written here, or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.kind == NodeKind::Null
    }

    /// Tells whether the value says yes: `true`, or nothing at all.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        self.is_null() || self.kind == NodeKind::Bool(true)
    }

    /// Gives the entries of a mapping.
    #[must_use]
    pub fn entries(&self) -> Option<&[(Key, Self)]> {
        if let NodeKind::Map(entries) = &self.kind { Some(entries) } else { None }
    }

    /// Gives the items of a list.
    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        if let NodeKind::List(items) = &self.kind { Some(items) } else { None }
    }

    /// Gives the value of a mapping's key.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entry(name).map(|(_, value)| value)
    }

    /// Gives the entry of a mapping's key.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<(&Key, &Self)> {
        self.entries()?.iter().find(|(key, _)| key.name == name).map(|(key, value)| (key, value))
    }

    /// Tells whether the scalar itself holds an expression (its children are not looked at).
    #[must_use]
    pub fn is_expression(&self) -> bool {
        self.kind == NodeKind::Text && self.source.replace("$${", "").contains("${")
    }

    /// Names the kind for a message: "a text", "a list", ….
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "empty",
            NodeKind::Bool(true) => "`true`",
            NodeKind::Bool(false) => "`false`",
            NodeKind::Number(_) => "a number",
            NodeKind::Text => "a text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a mapping",
        }
    }

    /// Gives the value as plain JSON, with every `${…}` left as it stands.
    #[must_use]
    pub fn literal(&self) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(value) => Value::Bool(*value),
            NodeKind::Number(number) => Value::Number(number.clone()),
            NodeKind::Text => Value::String(self.source.clone()),
            NodeKind::List(items) => items.iter().map(Self::literal).collect(),
            NodeKind::Map(entries) => Value::Object(
                entries.iter().map(|(key, value)| (key.name.clone(), value.literal())).collect::<Map<_, _>>(),
            ),
        }
    }
}
