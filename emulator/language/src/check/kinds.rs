//! The kinds of single values: texts, words, lengths of time, addresses.

use super::{Checker, Mode, is_matcher};
use crate::diagnostics::{Diagnostic, one_of, suggestion};
use crate::node::Node;
use crate::value;
use emulator_core::{DomainError, GraphVersion, whitelisted_host};

impl Checker<'_> {
    /// Reads `on` or `off`.
    pub(crate) fn on_or_off(&mut self, name: &str, node: &Node) -> Option<bool> {
        match node.source.as_str() {
            "on" | "true" if node.is_scalar() => Some(true),
            "off" | "false" if node.is_scalar() => Some(false),
            _ if node.is_null() => Some(true),
            _ => {
                let help = format!("write `{name}: on` or `{name}: off`");
                self.wrong(name, node, "takes `on` or `off`", &help);
                None
            }
        }
    }

    pub(super) fn path(&mut self, name: &str, node: &Node) {
        if !node.is_scalar() || node.is_null() {
            self.wrong(name, node, "takes a path", &format!("write `{name}: folder/file.yaml`"));
        } else if node.is_expression() {
            let problem = Diagnostic::new(node.span, format!("`{name}` takes no expression"));
            self.report(problem.help("write the path itself; the file is read before anything is evaluated"));
        }
    }

    /// Checks how the path of a call is spelt; an expectation sees it without its version.
    pub(super) fn graph_path(&mut self, name: &str, node: &Node, mode: Mode) {
        if !node.is_scalar() || node.is_null() {
            return self.wrong(name, node, "takes a path", &format!("write `{name}: me/messages`"));
        }
        if node.is_expression() {
            return;
        }
        let text = node.source.as_str();
        let version = |first: &&str| GraphVersion::parse(first).is_some();
        let (message, help) = if let Some(rest) = text.strip_prefix('/') {
            ("a path has no slash before it", format!("write `{name}: {rest}`"))
        } else if text.contains("://") {
            (
                "a path has no host",
                format!("write what stands behind the host, such as `{name}: me/messages`"),
            )
        } else if let Some((before, _)) = text.split_once('?') {
            let help = match mode {
                Mode::Given => format!("write `{name}: {before}, query: {{NAME: value}}`"),
                Mode::Awaited => format!("write `{name}: {before}`; the query is not looked at"),
            };
            ("a path has no query", help)
        } else if let (Mode::Awaited, Some(version)) = (mode, text.split('/').next().filter(version)) {
            let rest = text.trim_start_matches(version).trim_start_matches('/');
            ("an expectation does not look at the version of a path", format!("write `{name}: {rest}`"))
        } else {
            return;
        };
        self.report(Diagnostic::new(node.span, message).help(help));
    }

    /// Checks that it is a URL or a path; the file behind a path is read where the step is built.
    pub(super) fn media(&mut self, name: &str, node: &Node) {
        if !node.is_scalar() || node.is_null() {
            self.wrong(
                name,
                node,
                "takes a URL or a path",
                &format!("write `{name}: https://…` or `{name}: ./cat.png`"),
            );
        }
    }

    pub(super) fn url(&mut self, name: &str, node: &Node) {
        let is_url = ["http://", "https://"].iter().any(|scheme| node.source.starts_with(scheme));
        if !node.is_scalar() || node.is_null() {
            self.wrong(name, node, "takes a URL", &format!("write `{name}: https://…`"));
        } else if !is_url && !node.is_expression() {
            let problem = Diagnostic::new(node.span, format!("`{name}` takes an http(s) URL"));
            self.report(problem.label("this is none").help(format!("write `{name}: https://…`")));
        }
    }

    /// Checks a domain that a Page whitelists. It is needed before anything can be evaluated.
    pub(super) fn domain(&mut self, name: &str, node: &Node) {
        if !node.is_scalar() || node.is_null() || node.is_expression() {
            let help = format!("write `{name}: [https://www.example.com]`");
            return self.wrong(name, node, "takes the https address of a domain", &help);
        }
        let Err(error) = whitelisted_host(&node.source) else { return };
        let bare = node.source.split_once("://").map_or(node.source.as_str(), |(_, rest)| rest);
        let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
        let better = format!("https://{}", host.trim());
        let help = match error {
            DomainError::NotHttps | DomainError::Path if host.contains('*') => {
                "name each domain, for example `https://www.example.com`: a subdomain is a domain of its own"
                    .to_owned()
            }
            DomainError::NotHttps | DomainError::Path if whitelisted_host(&better).is_ok() => {
                format!("write `{better}`")
            }
            DomainError::NotHttps | DomainError::Path => {
                "write for example `https://www.example.com`".to_owned()
            }
            DomainError::NotQualified => {
                "write the domain under which people reach the page, such as `https://www.example.com`"
                    .to_owned()
            }
        };
        let problem = Diagnostic::new(node.span, format!("`{}` cannot be whitelisted", node.source));
        self.report(problem.label(error.to_string()).help(help));
    }

    pub(super) fn text(&mut self, name: &str, node: &Node) {
        if node.is_null() {
            self.report(
                Diagnostic::new(node.span, format!("`{name}` needs a text"))
                    .label("there is none")
                    .help(format!("write `{name}: some text`")),
            );
        } else if !node.is_scalar() {
            let help = format!("write `{name}: some text`, in quotes if it begins with `[` or `{{`");
            self.wrong(name, node, "takes a text", &help);
        }
    }

    /// Checks that the members of a free mapping have values. One that has none is most often the rest of a text.
    pub(super) fn members(&mut self, node: &Node) {
        for (key, value) in node.entries().unwrap_or_default() {
            let left_out = value.is_null() && value.source.is_empty() && !value.quoted;
            if left_out && !is_matcher(node) {
                self.report(Diagnostic::new(key.span, format!("`{}` has no value", key.name)).help(format!(
                    "put a text that holds a comma in quotes, or write `{}: null` if null is meant",
                    key.name
                )));
            }
            self.members(value);
        }
        node.items().unwrap_or_default().iter().for_each(|item| self.members(item));
    }

    pub(super) fn message(&mut self, name: &str, node: &Node, mode: Mode) {
        self.members(node);
        let any = mode == Mode::Awaited && node.is_yes();
        if node.items().is_some() || (node.is_null() && !any) {
            self.wrong(
                name,
                node,
                "takes a text or a message",
                &format!("write `{name}: some text` or `{name}: {{text: some text}}`"),
            );
        }
        let text = node.get("text").filter(|text| mode == Mode::Given && is_matcher(text));
        if let Some(matcher) = text.or(Some(node).filter(|node| mode == Mode::Given && is_matcher(node))) {
            self.report(
                Diagnostic::new(matcher.span, "a message that is sent has no use for a matcher").help(
                    "write the text itself, or begin the step with `expect:` to wait for such a message",
                ),
            );
        }
    }

    pub(super) fn duration(&mut self, node: &Node) {
        if !node.is_expression()
            && let Err(problem) = value::parse_duration(node)
        {
            self.report(problem);
        }
    }

    /// Reads a length of real time, which is always written out.
    pub(crate) fn real_time(&mut self, name: &str, node: &Node) -> Option<u64> {
        if node.is_expression() {
            self.report(
                Diagnostic::new(node.span, format!("`{name}` is real time and takes no expression"))
                    .help(format!("write it out, as in `{name}: 300ms`")),
            );
            return None;
        }
        match value::parse_duration(node).map(u64::try_from) {
            Ok(Ok(milliseconds)) => Some(milliseconds),
            Ok(Err(_)) => {
                self.report(Diagnostic::new(node.span, format!("`{name}` cannot be negative")));
                None
            }
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    fn time(&mut self, node: &Node) {
        if !node.is_expression()
            && let Err(problem) = value::parse_time(node)
        {
            self.report(problem);
        }
    }

    pub(super) fn clock(&mut self, name: &str, node: &Node) {
        if let Some(entries) = node.entries() {
            for (key, value) in entries {
                if key.name == "to" {
                    self.time(value);
                } else {
                    self.unknown_key(key, "`clock`", &["to"], &[]);
                }
            }
            if entries.is_empty() {
                self.wrong(name, node, "needs a time", "write `clock: {to: \"2026-03-01T09:00:00Z\"}`");
            }
        } else if node.items().is_some() || node.is_yes() {
            self.wrong(
                name,
                node,
                "takes a move of the clock",
                "write `clock: +24h`, `clock: {to: TIME}` or `clock: next`",
            );
        } else if value::parse_duration(node).is_ok_and(|milliseconds| milliseconds < 0) {
            let problem = Diagnostic::new(node.span, "the clock cannot go back");
            self.report(problem.help(format!("write `clock: +{}`", node.source.trim_start_matches('-'))));
        } else if node.source != "next" {
            self.duration(node);
        }
    }

    /// Reads `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &str, node: &Node) -> Option<bool> {
        match node.source.as_str() {
            "true" | "True" | "TRUE" | "on" if node.is_scalar() => Some(true),
            "false" | "False" | "FALSE" | "off" if node.is_scalar() => Some(false),
            _ => {
                self.wrong(
                    name,
                    node,
                    "takes `true` or `false`",
                    &format!("write `{name}: true` or `{name}: false`"),
                );
                None
            }
        }
    }

    /// Reads one of several words.
    pub(crate) fn word<'w>(&mut self, name: &str, choice: &[&'w str], node: &Node) -> Option<&'w str> {
        let found = choice.iter().copied().find(|word| node.is_scalar() && *word == node.source);
        if found.is_none() {
            let problem =
                if node.is_scalar() && !node.is_null() {
                    Diagnostic::new(node.span, format!("`{name}` cannot be `{}`", node.source))
                        .help(suggestion(&node.source, choice, ""))
                } else {
                    Diagnostic::new(node.span, format!("`{name}` takes a word"))
                        .label(format!("this is {}", node.kind_name()))
                        .help(format!("use {}", one_of(choice)))
                };
            self.report(problem);
        }
        found
    }
}
