//! Builds typed steps from the tree, by the table of the vocabulary.

mod acts;
mod awaited;
mod blame;
mod calls;
mod expectation;
mod media;
mod shape;

use std::sync::Arc;

use emulator_core::Protocol;

use super::{Names, Origin, Refusal, Step};
use crate::check::{Checker, Mode};
use crate::diagnostics::Diagnostic;
use crate::node::{Key, Node, Span, Spanned};
use crate::vocabulary::{self as words, BuildStep, Field, Head, StepHead, ValueKind, Verb};
pub(crate) use acts::{clock_move, page};
use blame::{no_head, no_verb};
pub(crate) use expectation::{Position, expect, never};

/// Builds the steps of a list, or the one step that stands in place of a list.
pub(crate) fn steps(
    node: &Node,
    origin: Origin<'_>,
    names: &Names,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Step> {
    let items = node.items().unwrap_or(std::slice::from_ref(node));
    items.iter().filter_map(|item| Builder::new(origin, names, problems).step(item)).collect()
}

/// The names under which a step, right or wrong, keeps what it gives.
pub(crate) fn captured(step: &Node) -> Vec<String> {
    let Some(expected) = step.get("expect") else { return name(step) };
    let outside = name(step);
    if outside.is_empty() { inside(expected) } else { outside.into_iter().chain(parts(expected)).collect() }
}

fn name(node: &Node) -> Vec<String> {
    node.get("as").map(|name| name.source.clone()).into_iter().collect()
}

fn inside(expectation: &Node) -> Vec<String> {
    name(expectation).into_iter().chain(parts(expectation)).collect()
}

/// The names in the items of a combination.
fn parts(expectation: &Node) -> Vec<String> {
    let lists = words::combinations().filter_map(|name| expectation.get(name)?.items());
    lists.flatten().flat_map(inside).collect()
}

/// Builds one step; what it reports makes the step void.
pub(crate) struct Builder<'a> {
    pub(crate) check: Checker<'a>,
    origin: Origin<'a>,
}

impl<'a> Builder<'a> {
    fn new(origin: Origin<'a>, names: &'a Names, problems: &'a mut Vec<Diagnostic>) -> Self {
        Self { check: Checker { names, problems }, origin }
    }

    fn step(&mut self, node: &Node) -> Option<Step> {
        let before = self.check.problems.len();
        let Some(entries) = node.entries() else {
            self.check.report(
                Diagnostic::new(node.span, "a step is a mapping")
                    .label(format!("this is {}", node.kind_name()))
                    .help("write for example `- user: ana` and, on the next line, `says: hello`"),
            );
            return None;
        };
        let StepHead { head, build } = self.head(entries, node.span)?;
        let value = node.get(head.name)?;
        let act = match build {
            BuildStep::ByVerb => self.act(head, node, value),
            BuildStep::Alone(build) => {
                let known = (head.beside, head.not_yet);
                self.keys_beside(head.name, known, entries, &[head.name], Mode::Given);
                if self.sound(head.name, head.value, value) { build(self, node, value) } else { None }
            }
        };
        let inside = value.get("as").filter(|_| head.value == ValueKind::Expectation);
        let capture = self.capture(node.get("as").or(inside));
        let on = node.get("on").map(spanned);
        let under = self.under(node);
        let act = act.filter(|_| self.check.problems.len() == before)?;
        let file = Arc::clone(self.origin.file);
        Some(Step { span: node.span, file, used: None, on, act, capture, under })
    }

    /// Finds the key that says who acts or what kind of step this is.
    fn head(&mut self, entries: &[(Key, Node)], span: Span) -> Option<&'static StepHead> {
        let mut heads = entries.iter().filter_map(|(key, _)| words::head(&key.name).map(|row| (row, key)));
        match (heads.next(), heads.next()) {
            (Some((row, _)), None) => Some(row),
            (Some((first, _)), Some((second, key))) => {
                self.check.report(
                    Diagnostic::new(
                        key.span,
                        format!("`{}` and `{}` are two steps", first.head.name, second.head.name),
                    )
                    .label("a second step begins here")
                    .help("begin it with a dash of its own"),
                );
                None
            }
            (None, _) => {
                let problem = no_head(entries, span);
                self.check.report(problem);
                None
            }
        }
    }

    /// Finds the one verb of an actor and checks everything beside it. The value of a verb is left to be checked.
    fn verb<'n>(
        &mut self,
        head: &'static Head,
        node: &'n Node,
        mode: Mode,
    ) -> Option<(&'static Verb, &'n Node)> {
        let what = mode.what();
        let entries = node.entries()?;
        let mut found =
            head.verbs.iter().filter_map(|verb| node.entry(verb.name).map(|(key, value)| (verb, key, value)));
        let Some((verb, _, value)) = found.next() else {
            let problem = no_verb(head, entries, node.span, what);
            self.check.report(problem);
            return None;
        };
        if let Some((second, key, _)) = found.next() {
            let message = format!("`{}` and `{}` are two {what}s", verb.name, second.name);
            let problem = Diagnostic::new(key.span, message).label("a second verb");
            self.check.report(problem.help(match mode {
                Mode::Given => format!("begin a step of its own for it: `- {}: …`", head.name),
                Mode::Awaited => "write a step for each".to_owned(),
            }));
            return None;
        }
        let beside = match mode {
            Mode::Given => verb.beside,
            Mode::Awaited => verb.expected_beside,
        };
        let beside = [beside, head.beside].concat();
        self.keys_beside(verb.name, (&beside, head.not_yet), entries, &[head.name, verb.name], mode);
        Some((verb, value))
    }

    /// Checks a value by the table; false if something is wrong with it, so that nothing more is to be said of it.
    fn sound(&mut self, name: &str, kind: ValueKind, value: &Node) -> bool {
        let before = self.check.problems.len();
        self.check.value(name, kind, value, Mode::Given);
        self.check.problems.len() == before
    }

    /// Checks the keys beside a verb or a state, and the values of those that are known.
    fn keys_beside(
        &mut self,
        verb: &str,
        known: (&[Field], &[&str]),
        entries: &[(Key, Node)],
        taken: &[&str],
        mode: Mode,
    ) {
        let place = match mode {
            Mode::Given if begins_with_vowel(verb) => format!("an `{verb}` step"),
            Mode::Given => format!("a `{verb}` step"),
            Mode::Awaited => format!("an expectation of `{verb}`"),
        };
        let (fields, not_yet) = known;
        let with_under = [fields, &[words::UNDER]].concat();
        let known = match mode {
            Mode::Given => (with_under.as_slice(), not_yet),
            Mode::Awaited => known,
        };
        let others: Vec<_> = entries.iter().filter(|(key, _)| !taken.contains(&key.name.as_str())).collect();
        self.check.keys(&place, known, &others, mode);
    }

    /// Takes the `refused:` of a step or an expectation; its shape was checked with the other keys.
    fn refused(&mut self, node: &Node) -> Option<Box<Refusal>> {
        let (key, value) = node.entry("refused")?;
        let part = |name: &str| value.get(name).cloned();
        Some(Box::new(Refusal {
            span: key.span.to(value.span),
            status: part("status"),
            code: part("code"),
            subcode: part("subcode"),
            kind: part("type"),
            message: part("message"),
            user_title: part("user_title"),
            user_msg: part("user_msg"),
        }))
    }

    /// Takes the protocols under which a step is played.
    fn under(&mut self, node: &Node) -> Option<Vec<Protocol>> {
        let (key, value) = node.entry(words::UNDER.name)?;
        let items = value.items().unwrap_or(std::slice::from_ref(value));
        let protocols: Vec<Protocol> =
            items.iter().filter_map(|item| Protocol::parse(&item.source)).collect();
        if Protocol::ALL.iter().all(|protocol| protocols.contains(protocol)) {
            let problem = Diagnostic::new(key.span, "`under` names every protocol");
            self.check.report(problem.help("leave it out: a step without it is played under all of them"));
        }
        Some(protocols)
    }

    /// Takes the name behind `as:`.
    fn capture(&mut self, node: Option<&Node>) -> Option<Spanned<String>> {
        let node = node?;
        let Names { apps, people, pages, .. } = self.check.names;
        let world = apps.iter().chain(people).chain(pages);
        if !node.is_scalar() || !is_identifier(&node.source) {
            self.check.report(
                Diagnostic::new(node.span, "`as` takes a name made of letters, digits and `_`")
                    .help("write for example `as: greeting`, and use it as `${greeting.message_id}`"),
            );
        } else if words::RESERVED_NAMES.contains(&node.source.as_str())
            || world.clone().any(|name| *name == node.source)
        {
            self.check.report(
                Diagnostic::new(
                    node.span,
                    format!("`{}` already means something else in an expression", node.source),
                )
                .help("choose another name"),
            );
        }
        Some(spanned(node))
    }
}

pub(crate) fn spanned(node: &Node) -> Spanned<String> {
    Spanned::new(node.source.clone(), node.span)
}

/// Tells whether a word of the language takes `an`; `user` is spoken with a consonant.
fn begins_with_vowel(word: &str) -> bool {
    word.starts_with(['a', 'e', 'i', 'o']) || word.starts_with("un")
}

/// Tells whether a name can stand in an expression.
pub fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}
