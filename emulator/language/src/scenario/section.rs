//! Takes values out of the mappings of a file and reports those of the wrong kind.

use emulator_core::Protocol;

use crate::check::{Checker, Mode};
use crate::diagnostics::Diagnostic;
use crate::node::{Key, Node, Span, Spanned};
use crate::step::Names;
use crate::value;
use crate::vocabulary::{self as words, Field, ValueKind};

/// One mapping of a file, whose keys and values were checked by the table when it was opened.
///
/// What it gives is what was written: a value that is wrong has been reported, and its document goes no further.
pub(super) struct Section<'n, 'p> {
    node: &'n Node,
    fields: &'static [Field],
    pub(super) problems: &'p mut Vec<Diagnostic>,
}

impl<'n, 'p> Section<'n, 'p> {
    /// Opens a mapping; nothing written there is an empty one. `place` names it in messages.
    pub(super) fn open(
        node: &'n Node,
        place: &str,
        fields: &'static [Field],
        not_yet: &[&str],
        problems: &'p mut Vec<Diagnostic>,
    ) -> Self {
        let known = words::names(fields);
        if node.entries().is_none() && !node.is_null() {
            problems.push(
                Diagnostic::new(node.span, format!("{place} is a mapping"))
                    .label(format!("this is {}", node.kind_name()))
                    .help(format!("its keys are {}", known.join(", "))),
            );
        }
        let names = Names::default();
        let mut check = Checker { names: &names, problems };
        for (key, value) in node.entries().unwrap_or_default() {
            match fields.iter().find(|field| field.name == key.name) {
                Some(field) if is_given(value) => check.value(field.name, field.kind, value, Mode::Given),
                Some(_) => {}
                None => check.unknown_key(key, place, &known, not_yet),
            }
        }
        Self { node, fields, problems }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.node.get(key).filter(|value| is_given(value))
    }

    /// The key itself, if something stands after it.
    pub(super) fn key(&self, key: &str) -> Option<&'n Key> {
        self.node.entry(key).filter(|(_, value)| is_given(value)).map(|(key, _)| key)
    }

    /// Takes a value that is not a mapping.
    pub(super) fn only(&self, key: &str) -> Option<&'n Node> {
        self.get(key).filter(|node| node.entries().is_none())
    }

    pub(super) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Takes a text that is written out.
    pub(super) fn text(&self, key: &str) -> Option<Spanned<String>> {
        self.get(key).filter(|node| node.is_scalar() && !node.is_expression()).map(spanned)
    }

    /// Takes a value that is evaluated later.
    pub(super) fn later(&self, key: &str) -> Option<Node> {
        self.get(key).cloned()
    }

    /// Takes a list of texts, or one text in place of a list.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<Spanned<String>>> {
        let node = self.get(key)?;
        Some(node.items().unwrap_or(std::slice::from_ref(node)).iter().map(spanned).collect())
    }

    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        self.get(key).map(|node| node.as_switch() == Some(true))
    }

    /// Takes one of the words that the table lists.
    pub(super) fn word(&self, key: &str) -> Option<&'static str> {
        let node = self.get(key)?;
        let field = self.fields.iter().find(|field| field.name == key)?;
        let choice = if let ValueKind::Word(choice) = field.kind { choice } else { &[] };
        choice.iter().copied().find(|word| *word == node.source)
    }

    /// Takes a length of real time, in milliseconds; none for `auto`.
    pub(super) fn real_time(&self, key: &str) -> Option<u64> {
        value::parse_duration(self.get(key)?).ok().and_then(|milliseconds| u64::try_from(milliseconds).ok())
    }

    pub(super) fn whole<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.get(key)?.source.parse().ok()
    }

    /// Takes the entries of a mapping whose keys are free.
    pub(super) fn mapping(&self, key: &str) -> &'n [(Key, Node)] {
        self.get(key).and_then(Node::entries).unwrap_or_default()
    }

    /// Takes the entries of a mapping whose keys are names; `example` is one entry.
    pub(super) fn named(&mut self, key: &str, example: &str) -> &'n [(Key, Node)] {
        let Some(node) = self.get(key) else { return &[] };
        if node.entries().is_none() {
            let mut check = Checker { names: &Names::default(), problems: self.problems };
            check.wrong(key, node, "takes a mapping", &format!("write `{key}: {{{example}}}`"));
        }
        node.entries().unwrap_or_default()
    }

    /// Takes protocols: a word, or a list of words.
    pub(super) fn protocols(&mut self) -> Vec<Spanned<Protocol>> {
        let mut found = Vec::new();
        for word in self.texts("protocol").unwrap_or_default() {
            if let Some(protocol) = Protocol::parse(&word.value) {
                found.push(Spanned::new(protocol, word.span));
            } else {
                let message = format!("there is no protocol `{}`", word.value);
                let help = crate::diagnostics::suggestion(&word.value, words::PROTOCOLS, "");
                self.report(Diagnostic::new(word.span, message).help(help));
            }
        }
        found
    }

    /// Reports a name that cannot be used in steps and expressions.
    pub(super) fn name(&mut self, what: &str, key: &Key) -> Spanned<String> {
        if words::RESERVED_NAMES.contains(&key.name.as_str()) {
            self.report(
                Diagnostic::new(key.span, format!("{what} cannot be called `{}`", key.name))
                    .label("this word has a meaning of its own")
                    .help("choose another name"),
            );
        } else if !crate::step::is_identifier(&key.name) {
            self.report(
                Diagnostic::new(key.span, format!("`{}` cannot be a name", key.name))
                    .label("expressions such as `${name.id}` could not use it")
                    .help("use letters, digits and `_`, and begin with a letter"),
            );
        }
        Spanned::new(key.name.clone(), key.span)
    }

    pub(super) const fn node(&self) -> &'n Node {
        self.node
    }

    pub(super) fn span(&self) -> Span {
        self.node.span
    }
}

/// Whether something stands there; a key with nothing after it counts as left out.
fn is_given(node: &Node) -> bool {
    !node.is_null() || node.quoted
}

pub(super) fn spanned(node: &Node) -> Spanned<String> {
    Spanned::new(node.source.clone(), node.span)
}
