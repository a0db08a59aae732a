//! Finds patterns that nothing could ever match, since a `never` of one would hold whatever happens.

use emulator_core::{EVENT_MEMBERS, MESSAGE_MEMBERS, MESSAGING_TYPES, Tag};

use super::Builder;
use crate::check::is_matcher;
use crate::diagnostics::{Diagnostic, did_you_mean, suggestion};
use crate::node::{Key, Node, NodeKind};
use crate::vocabulary::{self as words, MATCHERS};

/// What tightens a pattern, beside the members of what it matches.
const EXACT: &str = "exact";

impl Builder<'_> {
    /// Looks at what an expectation says of a message that reaches a person, and of its parameters.
    pub(super) fn shape_of_message(&mut self, node: &Node, message: &Node) {
        if !is_matcher(message) {
            for (key, value) in message.entries().unwrap_or_default() {
                let known = key.name == EXACT
                    || MESSAGE_MEMBERS.contains(&key.name.as_str())
                    || key.name.contains("${");
                // A key with nothing behind it is half of a text with a comma, which is told already.
                if !known && !value.is_null() {
                    self.check.unknown_key(key, "a message", MESSAGE_MEMBERS, &[]);
                } else if key.name == "text" {
                    self.shape_of_text(key, value);
                }
            }
        }
        if let Some(value) = written(node, "messaging_type") {
            self.one_of_words("messaging_type", value, MESSAGING_TYPES);
        }
        if let Some(value) = written(node, "tag")
            && Tag::spelt(&value.source).is_none()
        {
            let tags: Vec<&str> = Tag::ALL.iter().map(|tag| tag.name()).collect();
            self.one_of_words("tag", value, &tags);
        }
    }

    /// Looks at what an expectation says of a delivery.
    pub(super) fn shape_of_delivery(&mut self, node: &Node) {
        if let Some(attempts) = written(node, "attempts") {
            let number = if let NodeKind::Number(number) = &attempts.kind { number.as_u64() } else { None };
            if number.is_none_or(|number| number == 0) {
                let problem =
                    Diagnostic::new(attempts.span, "`attempts` takes a number from 1 on, or a matcher");
                self.check.report(problem.help("write `attempts: 2` or `attempts: {gt: 1}`"));
            }
        }
        let Some(event) = node.get("event").filter(|event| !is_matcher(event) && !event.is_expression())
        else {
            return;
        };
        let Some(members) = event.entries() else {
            self.check.wrong("event", event, "takes a mapping", "write `event: {message: {text: hello}}`");
            return;
        };
        for (key, value) in members {
            let near = did_you_mean(&key.name, EVENT_MEMBERS.iter().copied());
            if let (Some(near), false) = (near, EVENT_MEMBERS.contains(&key.name.as_str())) {
                let problem = Diagnostic::new(key.span, format!("no event has a member `{}`", key.name));
                self.check.report(problem.label("unknown member").help(format!("did you mean `{near}`?")));
            } else if key.name == "message" {
                self.shape_of_heard(value);
            }
        }
    }

    /// Looks at the message of a delivery, which has members beyond those of a message that is sent.
    fn shape_of_heard(&mut self, message: &Node) {
        if is_matcher(message) || message.is_expression() || message.is_null() {
            return;
        }
        match message.entries() {
            None => {
                self.check.wrong("message", message, "takes a mapping", "write `message: {text: hello}`");
            }
            Some(members) => {
                let text = members.iter().find(|(key, _)| key.name == "text");
                if let Some((key, value)) = text {
                    self.shape_of_text(key, value);
                }
            }
        }
    }

    fn shape_of_text(&mut self, key: &Key, value: &Node) {
        if value.is_scalar() || is_matcher(value) {
            return;
        }
        let first = value.entries().and_then(<[_]>::first);
        let problem = match first {
            Some((matcher, _)) => {
                let matchers = words::names(MATCHERS);
                Diagnostic::new(matcher.span, format!("there is no matcher `{}`", matcher.name))
                    .label("a text has no members")
                    .help(suggestion(&matcher.name, &matchers, ""))
            }
            None => Diagnostic::new(value.span, format!("`{}` takes a text or a matcher", key.name))
                .label(format!("this is {}", value.kind_name()))
                .help(format!("write `{0}: hello` or `{0}: {{contains: hello}}`", key.name)),
        };
        self.check.report(problem);
    }

    fn one_of_words(&mut self, name: &str, value: &Node, choice: &[&str]) {
        if !choice.contains(&value.source.as_str()) {
            let problem = Diagnostic::new(value.span, format!("`{name}` is never `{}`", value.source));
            self.check.report(problem.help(suggestion(&value.source, choice, "")));
        }
    }
}

/// The value of a key, if it is written out in the file.
fn written<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| value.is_scalar() && !value.is_null() && !value.is_expression())
}
