//! Takes values out of the mappings of a file and reports those of the wrong kind.

use emulator_core::Protocol;
use serde_json::Number;

use crate::check::Checker;
use crate::diagnostics::Diagnostic;
use crate::node::{Key, Node, NodeKind, Span, Spanned};
use crate::step::Names;
use crate::vocabulary as words;

/// One mapping of a file, whose keys are known.
pub(super) struct Section<'n, 'p> {
    node: &'n Node,
    pub(super) problems: &'p mut Vec<Diagnostic>,
}

impl<'n, 'p> Section<'n, 'p> {
    /// Opens a mapping; nothing written there is an empty one. `place` names it in messages.
    pub(super) fn open(
        node: &'n Node,
        place: &str,
        known: &[&str],
        not_yet: &[&str],
        problems: &'p mut Vec<Diagnostic>,
    ) -> Self {
        if node.entries().is_none() && !node.is_null() {
            problems.push(
                Diagnostic::new(node.span, format!("{place} is a mapping"))
                    .label(format!("this is {}", node.kind_name()))
                    .help(format!("its keys are {}", known.join(", "))),
            );
        }
        let names = Names::default();
        for (key, _) in node.entries().unwrap_or_default() {
            if !known.contains(&key.name.as_str()) {
                Checker { names: &names, problems }.unknown_key(key, place, known, not_yet);
            }
        }
        Self { node, problems }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.node.get(key).filter(|value| !value.is_null() || value.quoted)
    }

    pub(super) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Checker<'_>) -> T) -> T {
        act(&mut Checker { names: &Names::default(), problems: self.problems })
    }

    /// Takes a text that is written out.
    pub(super) fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        let node = self.get(key)?;
        if !node.is_scalar() {
            self.with(|check| check.wrong(key, node, "takes a text", &format!("write `{key}: some text`")));
            return None;
        }
        if node.is_expression() {
            self.report(
                Diagnostic::new(node.span, format!("`{key}` takes no expression"))
                    .help("write the value itself; it is needed before anything can be evaluated"),
            );
            return None;
        }
        Some(Spanned::new(node.source.clone(), node.span))
    }

    /// Takes a text that may hold expressions.
    pub(super) fn template(&mut self, key: &str) -> Option<Node> {
        let node = self.get(key)?;
        if !node.is_scalar() {
            self.with(|check| check.wrong(key, node, "takes a text", &format!("write `{key}: some text`")));
            return None;
        }
        Some(node.clone())
    }

    /// Takes a list of words, or one word in place of a list.
    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<Spanned<String>>> {
        let node = self.get(key)?;
        let items = node.items().unwrap_or(std::slice::from_ref(node));
        if let Some(wrong) = items.iter().find(|item| !item.is_scalar() || item.is_null()) {
            self.with(|check| {
                check.wrong(key, wrong, "takes a list of words", &format!("write `{key}: [first, second]`"));
            });
            return None;
        }
        Some(items.iter().map(|item| Spanned::new(item.source.clone(), item.span)).collect())
    }

    pub(super) fn boolean(&mut self, key: &str) -> Option<bool> {
        let node = self.get(key)?;
        self.with(|check| check.boolean(key, node))
    }

    pub(super) fn word<'w>(&mut self, key: &str, choice: &[&'w str]) -> Option<&'w str> {
        let node = self.get(key)?;
        self.with(|check| check.word(key, choice, node))
    }

    pub(super) fn real_time(&mut self, key: &str) -> Option<u64> {
        let node = self.get(key)?;
        self.with(|check| check.real_time(key, node))
    }

    pub(super) fn number(&mut self, key: &str) -> Option<Number> {
        let node = self.get(key)?;
        if let NodeKind::Number(number) = &node.kind {
            return Some(number.clone());
        }
        self.with(|check| {
            check.wrong(key, node, "takes a number", &format!("write `{key}: 1`, without quotes"));
        });
        None
    }

    /// Takes the entries of a mapping whose keys are free.
    pub(super) fn mapping(&mut self, key: &str, example: &str) -> &'n [(Key, Node)] {
        let Some(node) = self.get(key) else { return &[] };
        if node.entries().is_none() {
            self.with(|check| {
                check.wrong(key, node, "takes a mapping", &format!("write `{key}: {{{example}}}`"));
            });
        }
        node.entries().unwrap_or_default()
    }

    /// Takes an id: digits without a leading zero, below a power of two.
    pub(super) fn id(&mut self, key: &str, bits: u32) -> Option<Spanned<String>> {
        let id = self.text(key)?;
        let digits = !id.value.is_empty() && id.value.bytes().all(|byte| byte.is_ascii_digit());
        let problem =
            |label: String| Diagnostic::new(id.span, format!("`{}` is not an id", id.value)).label(label);
        let problem = if !digits {
            problem("an id is made of digits only".to_owned())
        } else if id.value.starts_with('0') {
            problem("an id does not begin with a zero".to_owned())
        } else if id.value.parse::<u64>().map_or(true, |number| number >= 1 << bits) {
            let why = if bits == 53 { ", so that JavaScript reads it without loss" } else { "" };
            problem(format!("it must be below 2^{bits}{why}"))
        } else {
            return Some(id);
        };
        self.report(problem.help("use a number such as `100200300400500`, or leave the id out to get one"));
        None
    }

    /// Takes protocols: a word, or a list of words.
    pub(super) fn protocols(&mut self) -> Vec<Spanned<Protocol>> {
        let mut found = Vec::new();
        for word in self.texts("protocol").unwrap_or_default() {
            if let Some(protocol) = Protocol::parse(&word.value) {
                found.push(Spanned::new(protocol, word.span));
            } else if words::PROTOCOLS_NOT_YET.contains(&word.value.as_str()) {
                let message = format!("the protocol {}", words::not_yet(&word.value));
                self.report(Diagnostic::new(word.span, message).help("use `handover`"));
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
