//! Values of the mappings of a file: they are needed before anything can be evaluated.

use super::{Checker, Mode};
use crate::diagnostics::Diagnostic;
use crate::node::{Node, NodeKind};
use crate::vocabulary::ValueKind;
use emulator_core::GraphVersion;

impl Checker<'_> {
    /// Checks a text that is written out.
    pub(super) fn literal(&mut self, name: &str, node: &Node) {
        if node.is_expression() {
            self.report(
                Diagnostic::new(node.span, format!("`{name}` takes no expression"))
                    .help("write the value itself; it is needed before anything can be evaluated"),
            );
        } else {
            self.text(name, node);
        }
    }

    /// Checks that something is written as a glob; [`crate::globs::check`] reads it.
    pub(super) fn glob(&mut self, name: &str, node: &Node) {
        if matches!(node.kind, NodeKind::Bool(_) | NodeKind::Number(_)) {
            let help = format!(
                "write for example `{name}: [src/, '*.py']`; a file that is called so stands in quotes: `'{}'`",
                node.source
            );
            self.wrong(name, node, "takes globs of files", &help);
        } else {
            self.literal(name, node);
        }
    }

    /// Checks the reason for something.
    pub(super) fn reason(&mut self, name: &str, node: &Node) {
        if matches!(node.kind, NodeKind::Bool(_)) {
            self.report(
                Diagnostic::new(node.span, format!("`{name}` needs a reason"))
                    .help(format!("write for example `{name}: waits for the new menu`, or leave it out")),
            );
        } else {
            self.literal(name, node);
        }
    }

    /// Checks an id: digits without a leading zero, below a power of two.
    pub(super) fn id(&mut self, node: &Node, bits: u32) {
        let written = node.source.as_str();
        let digits = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
        let label = if !digits {
            "an id is made of digits only".to_owned()
        } else if written.starts_with('0') {
            "an id does not begin with a zero".to_owned()
        } else if written.parse::<u64>().map_or(true, |number| number >= 1 << bits) {
            let why = if bits == 53 { ", so that JavaScript reads it without loss" } else { "" };
            format!("it must be below 2^{bits}{why}")
        } else {
            return;
        };
        let what = if node.is_scalar() { format!("`{written}`") } else { node.kind_name().to_owned() };
        self.report(
            Diagnostic::new(node.span, format!("{what} is not an id"))
                .label(label)
                .help("use a number such as `100200300400500`, or leave the id out to get one"),
        );
    }

    /// Checks a whole number within its limits.
    pub(super) fn whole(&mut self, name: &str, least: i64, most: u64, node: &Node) {
        let number = if let NodeKind::Number(number) = &node.kind { number.as_i128() } else { None };
        if number.is_some_and(|number| (i128::from(least)..=i128::from(most)).contains(&number)) {
            return;
        }
        let limits =
            if most == u64::MAX { format!("from {least} on") } else { format!("from {least} to {most}") };
        let problem = Diagnostic::new(node.span, format!("`{name}` takes a whole number {limits}"));
        let problem = match &node.kind {
            NodeKind::Number(number) => problem.label(format!("{number} is none of these")),
            NodeKind::Text if node.quoted => problem.label("in quotes it is a text"),
            NodeKind::Text | NodeKind::Null | NodeKind::Bool(_) | NodeKind::List(_) | NodeKind::Map(_) => {
                problem.label(format!("this is {}", node.kind_name()))
            }
        };
        self.report(problem.help(format!("write for example `{name}: {}`, without quotes", least.max(1))));
    }

    /// Checks a version of the Graph API.
    pub(super) fn version(&mut self, name: &str, node: &Node) {
        if !node.is_scalar() || GraphVersion::parse(&node.source).is_none() {
            let what =
                if node.is_scalar() { format!("`{}`", node.source) } else { node.kind_name().to_owned() };
            let problem = Diagnostic::new(node.span, format!("{what} is no version of the Graph API"));
            self.report(problem.help(format!("write for example `{name}: v25.0`")));
        }
    }

    /// Checks the command of a bot: a text or a list of texts.
    pub(super) fn command(&mut self, name: &str, node: &Node) {
        let parts = node.items().unwrap_or(std::slice::from_ref(node));
        if parts.is_empty() || parts.iter().any(|part| !part.is_scalar()) {
            self.report(
                Diagnostic::new(node.span, format!("`{name}` takes a command")).help(format!(
                    "write `{name}: node bots/shopbot.js` or `{name}: [node, bots/shopbot.js]`"
                )),
            );
        }
    }

    /// Checks a value for the first Page, or a mapping from Pages. Which Pages there are is known when the whole
    /// world was read.
    pub(super) fn or_per_page(&mut self, name: &str, kind: ValueKind, node: &Node, mode: Mode) {
        match node.entries() {
            Some(entries) => entries.iter().for_each(|(key, value)| self.value(&key.name, kind, value, mode)),
            None => self.value(name, kind, node, mode),
        }
    }

    /// Checks a mapping whose keys are free.
    pub(super) fn free(&mut self, name: &str, kind: ValueKind, node: &Node, mode: Mode) {
        match node.entries() {
            Some(entries) => entries.iter().for_each(|(key, value)| self.value(&key.name, kind, value, mode)),
            None => self.wrong(name, node, "takes a mapping", &format!("write `{name}: {{name: value}}`")),
        }
    }
}
