//! Builds the single things that an expectation waits for: calls, deliveries, states and quiet.

use emulator_core::Channel;

use super::{Builder, is_identifier, spanned};
use crate::check::{Mode, is_matcher};
use crate::diagnostics::{Diagnostic, suggestion};
use crate::node::Node;
use crate::step::{Awaited, Certainty, Owner};
use crate::vocabulary::{Head, OwnerWord, Source, ValueKind};

impl Builder<'_> {
    pub(crate) fn awaited_call(&mut self, head: &'static Head, node: &Node, app: &Node) -> Option<Awaited> {
        self.check.app("app", app);
        let (verb, value) = self.verb(head, node, Mode::Awaited)?;
        if !(value.is_yes() || verb.expected == ValueKind::Duration && is_matcher(value)) {
            self.check.value(verb.name, verb.expected, value, Mode::Awaited);
        }
        if verb.sends_message() {
            self.shape_of_message(node, value);
        }
        let beside = verb.parameters().iter().filter_map(|parameter| match parameter.source {
            Source::Beside(key) => Some((parameter.name, node.get(key)?.clone())),
            Source::Value | Source::Key(_) | Source::Word(_) | Source::Switch { .. } => None,
        });
        let beside = beside.collect();
        Some(Awaited::App {
            who: spanned(app),
            verb,
            params: (!value.is_yes()).then(|| value.clone()),
            beside,
            refused: self.refused(node),
        })
    }

    /// Builds the expectation of a delivery; its keys were checked.
    pub(crate) fn awaited_delivery(&mut self, node: &Node, app: &Node) -> Option<Awaited> {
        self.check.app("webhook", app);
        self.shape_of_delivery(node);
        let word = |name: &str| node.get(name).map(|value| value.source.as_str());
        Some(Awaited::Webhook {
            app: spanned(app),
            channel: word("channel").and_then(Channel::parse),
            field: word("field").map(str::to_owned),
            event: node.get("event").cloned(),
            acknowledged: node.get("acknowledged").and_then(Node::as_switch) != Some(false),
            attempts: node.get("attempts").cloned(),
        })
    }

    /// Reads the word of a state.
    pub(crate) fn word_of<T>(
        &mut self,
        head: &Head,
        value: &Node,
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let ValueKind::Word(words) = head.value else { return None };
        self.check.word(head.name, words, value).and_then(parse)
    }

    /// Builds the expectation of quiet.
    pub(crate) fn nothing(&mut self, node: &Node, value: &Node) -> Option<Awaited> {
        self.check.value("nothing", ValueKind::Flag, value, Mode::Given);
        let Some(length) = node.get("for") else {
            let problem = Diagnostic::new(node.span, "`nothing` needs to know for how long");
            self.check.report(problem.help("add `for: 300ms`"));
            return None;
        };
        self.real_time_quietly(length).map(|for_ms| Awaited::Nothing { for_ms })
    }

    /// Reads who owns a conversation.
    pub(crate) fn owner(&mut self, node: &Node) -> Option<Owner> {
        let word = if node.is_null() { Some(OwnerWord::None) } else { OwnerWord::parse(&node.source) };
        if let Some(word) = word {
            return Some(Owner::Word(word));
        }
        let open = self.check.names.certainty == Certainty::Open && is_identifier(&node.source);
        let known = open || self.check.names.apps.contains(&node.source);
        if known && node.is_scalar() {
            return Some(Owner::App(spanned(node)));
        }
        let mut owners: Vec<&str> = self.check.names.apps.iter().map(String::as_str).collect();
        owners.extend(OwnerWord::WORDS);
        let problem = if node.is_scalar() {
            Diagnostic::new(node.span, format!("`{}` cannot be an owner", node.source))
        } else {
            Diagnostic::new(node.span, "`owner` takes the name of an app or a word")
        };
        self.check.report(problem.help(suggestion(&node.source, &owners, "")));
        None
    }
}
