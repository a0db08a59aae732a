//! Ids become names: what a text says of people, apps and messages is written so that it holds in the next run as well.

use std::collections::BTreeMap;

use emulator_core::Hidden;
use regex::Regex;
use serde_json::{Map, Number, Value};

use super::times::Times;
use super::tree::Tree;
use crate::vocabulary as words;

/// A part of a text.
enum Segment<'a> {
    Literal(&'a str),
    /// The inside of `${…}`.
    Expression(&'a str),
    /// A regular expression for what is different each time.
    Varies(&'static str),
}

/// What stands for what.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Expressions for ids, by the id.
    known: BTreeMap<String, String>,
    /// Moments that are different in each run.
    times: Times,
    /// What must not be written down, wherever it stands.
    secrets: Hidden,
}

impl Names {
    /// Names for these ids; texts that are moments near those of the journal are none that can come again.
    pub(crate) fn new(known: BTreeMap<String, String>, times: Times) -> Self {
        Self { known, times, secrets: Hidden::default() }
    }

    /// The same names, and expressions for secrets.
    pub(crate) fn hiding(self, secrets: Hidden) -> Self {
        Self { secrets, ..self }
    }

    /// A word of the platform, which anybody may have replaced by a text of their own.
    pub(crate) fn word(&self, word: &str) -> Tree {
        if self.secrets.stand_in(word) { self.text(word) } else { Tree::word(word) }
    }

    /// A text for whoever reads the file, or a key, with nothing secret in it.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        if self.secrets.stand_in(text) { self.secrets.hidden_in(text) } else { text.to_owned() }
    }

    /// A text that somebody says again.
    pub(crate) fn text(&self, text: &str) -> Tree {
        Tree::Text(joined(&self.named(text), str::to_owned))
    }

    /// A text that a bot is expected to say: where a moment stands in it, it is a pattern.
    pub(crate) fn awaited(&self, text: &str) -> Tree {
        let parts: Vec<Segment<'_>> =
            self.named(text).into_iter().flat_map(|part| self.timed(part)).collect();
        if !parts.iter().any(|part| matches!(part, Segment::Varies(_))) {
            return Tree::Text(joined(&parts, str::to_owned));
        }
        let pattern = format!("^{}$", joined(&parts, regex::escape));
        Tree::map([Some(("matches", Tree::Text(pattern)))])
    }

    /// A value of JSON that somebody sends again.
    pub(crate) fn value(&self, value: &Value) -> Tree {
        self.tree(value, &|text| self.text(text), &|number| Tree::Number(number.clone()))
    }

    /// A value of JSON that a bot is expected to send.
    pub(crate) fn awaited_value(&self, value: &Value) -> Tree {
        let moment = |number: &Number| match self.times.is_moment(number.as_i64()) {
            true => Tree::map([Some(("any", Tree::Bool(true)))]),
            false => Tree::Number(number.clone()),
        };
        match value {
            // Taken literally; what varies in such a thing cannot be said.
            Value::Object(members) if reads_as_matcher(members) => {
                Tree::map([Some(("exactly", self.value(value)))])
            }
            Value::Object(members) => {
                let entries = members.iter();
                Tree::Map(
                    entries
                        .map(|(key, value)| (self.key(key), self.member(key, value, Self::awaited_value)))
                        .collect(),
                )
            }
            Value::Array(items) => Tree::List(items.iter().map(|item| self.awaited_value(item)).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.tree(value, &|text| self.awaited(text), &moment)
            }
        }
    }

    fn tree(&self, value: &Value, text: &dyn Fn(&str) -> Tree, number: &dyn Fn(&Number) -> Tree) -> Tree {
        match value {
            Value::Null => Tree::Null,
            Value::Bool(value) => Tree::Bool(*value),
            Value::Number(given) => match self.number(&given.to_string()) {
                Some(name) => Tree::Text(format!("${{{name} | int}}")),
                None => number(given),
            },
            Value::String(given) => text(given),
            Value::Array(items) => {
                Tree::List(items.iter().map(|item| self.tree(item, text, number)).collect())
            }
            Value::Object(members) => {
                let inner = |names: &Self, value: &Value| names.tree(value, text, number);
                let entries = members.iter();
                Tree::Map(
                    entries.map(|(key, value)| (self.key(key), self.member(key, value, inner))).collect(),
                )
            }
        }
    }

    /// The value behind a key. Words of the platform, such as kinds of templates, go without quotes.
    fn member(&self, key: &str, value: &Value, tree: impl Fn(&Self, &Value) -> Tree) -> Tree {
        let word = value.as_str().filter(|text| {
            let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
            let goes_on = text.chars().all(|it| it.is_ascii_lowercase() || it == '_');
            begins && goes_on && !words::is_wire_text(key) && !self.secrets.stand_in(text)
        });
        word.map_or_else(|| tree(self, value), Tree::name)
    }

    fn key(&self, key: &str) -> String {
        // No expression can stand in a key.
        escaped(&self.hidden_in(key))
    }

    /// The expression for a number that is an id or a secret.
    fn number(&self, number: &str) -> Option<&str> {
        let secret = self.secrets.at(number).filter(|(value, _)| *value == number);
        secret.map(|(_, name)| name).or_else(|| self.known.get(number).map(String::as_str))
    }

    /// The text cut at the ids and secrets in it.
    fn named<'a>(&'a self, text: &'a str) -> Vec<Segment<'a>> {
        let mut parts = Vec::new();
        let (mut from, mut before) = (0, None);
        let mut at = 0;
        while let Some(here) = text[at..].chars().next() {
            let begins = before.is_none_or(|before: char| !before.is_ascii_alphanumeric());
            let id = || if begins && here.is_ascii_alphanumeric() { self.id_at(&text[at..]) } else { None };
            let Some((id, name)) = self.secrets.at(&text[at..]).or_else(id) else {
                before = Some(here);
                at += here.len_utf8();
                continue;
            };
            if at > from {
                parts.push(Segment::Literal(&text[from..at]));
            }
            parts.push(Segment::Expression(name));
            before = id.chars().next_back();
            at += id.len();
            from = at;
        }
        if from < text.len() || parts.is_empty() {
            parts.push(Segment::Literal(&text[from..]));
        }
        parts
    }

    /// The longest id that a text begins with, as a word of its own.
    fn id_at(&self, text: &str) -> Option<(&str, &str)> {
        let ends = |id: &str| {
            let behind = text[id.len()..].chars().next();
            let of_mid = id.starts_with("m_");
            behind.is_none_or(|it| !(it.is_ascii_alphanumeric() || of_mid && matches!(it, '_' | '-')))
        };
        let found = self.known.iter().filter(|(id, _)| text.starts_with(id.as_str()) && ends(id));
        found.max_by_key(|(id, _)| id.len()).map(|(id, name)| (id.as_str(), name.as_str()))
    }

    /// A part cut at the moments in it.
    fn timed<'a>(&self, part: Segment<'a>) -> Vec<Segment<'a>> {
        let Segment::Literal(text) = part else { return vec![part] };
        let mut parts = Vec::new();
        let mut from = 0;
        for (range, pattern) in self.times.find(text) {
            if range.start > from {
                parts.push(Segment::Literal(&text[from..range.start]));
            }
            parts.push(Segment::Varies(pattern));
            from = range.end;
        }
        if from < text.len() || parts.is_empty() {
            parts.push(Segment::Literal(&text[from..]));
        }
        parts
    }
}

/// True for a mapping that an expectation would not take as it is.
fn reads_as_matcher(members: &Map<String, Value>) -> bool {
    let all = !members.is_empty()
        && members.keys().all(|key| words::MATCHERS.iter().any(|matcher| matcher.name == key));
    all || members.get("exact") == Some(&Value::Bool(true))
}

/// A text in which nothing is an expression.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

/// The parts as they stand in a file.
fn joined(parts: &[Segment<'_>], spelt: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Segment::Literal(text) => {
                let before = matches!(parts.get(index + 1), Some(Segment::Expression(_)));
                // `$${` would be the two characters themselves.
                let rest = if before { text.trim_end_matches('$') } else { text };
                let dollars = text.len() - rest.len();
                out.push_str(&escaped(&spelt(rest)));
                out.push_str(&spelt("$").replace('$', "${'$'}").repeat(dollars));
            }
            Segment::Expression(name) => {
                out.push_str("${");
                out.push_str(name);
                out.push('}');
            }
            Segment::Varies(pattern) => out.push_str(pattern),
        }
    }
    out
}

/// Finds ids of messages in a text.
pub(crate) fn mids(text: &str) -> impl Iterator<Item = &str> {
    static MID: std::sync::LazyLock<Option<Regex>> =
        std::sync::LazyLock::new(|| Regex::new("m_[A-Za-z0-9_-]{8,}").ok());
    MID.iter().flat_map(move |mid| mid.find_iter(text).map(|found| found.as_str()))
}
