//! What is written into a file: values of the language before they are text.

use serde_json::Number;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// A word of the language, a name, a duration or a number: written as it is wherever YAML leaves it as it is.
    Word(String),
    /// A text, always in quotes. Its expressions are in place, and what only looks like one is escaped.
    Text(String),
    /// A name that people gave, alone on its line: without quotes where that says the same.
    Title(String),
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A list.
    List(Vec<Self>),
    /// A mapping in the order of the file.
    Map(Vec<(String, Self)>),
}

impl Tree {
    /// A word.
    pub(crate) fn word(word: impl Into<String>) -> Self {
        Self::Word(word.into())
    }

    /// The name of an app, a person or a capture.
    pub(crate) fn name(name: &str) -> Self {
        if is_taken(name) { Self::Text(name.to_owned()) } else { Self::word(name) }
    }

    /// A mapping of entries that may be missing.
    pub(crate) fn map<'k>(entries: impl IntoIterator<Item = Option<(&'k str, Self)>>) -> Self {
        Self::Map(entries.into_iter().flatten().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

/// Words that some YAML readers take for something else than a text.
const TAKEN: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// True for a word that is safe in quotes only, where a text is meant.
pub(crate) fn is_taken(word: &str) -> bool {
    TAKEN.contains(&word.to_ascii_lowercase().as_str())
}

/// A line of `steps:`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    /// A step: its keys in their order.
    Step(Vec<(String, Tree)>),
    /// Something that no step can say, for whoever reads the file.
    Remark(String),
}

impl Line {
    /// A step of entries that may be missing.
    pub(crate) fn step<'k>(entries: impl IntoIterator<Item = Option<(&'k str, Tree)>>) -> Self {
        Self::Step(entries.into_iter().flatten().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// True for an expectation.
    pub(crate) fn awaits(&self) -> bool {
        match self {
            Self::Step(entries) => entries.first().is_some_and(|(key, _)| key == "expect"),
            Self::Remark(_) => false,
        }
    }

    /// A step with one key alone.
    pub(crate) fn only(key: &str, value: Tree) -> Self {
        Self::Step(vec![(key.to_owned(), value)])
    }
}
