//! Builds the single things that an expectation waits for: calls, deliveries, states and quiet.

use super::acts::folder;
use super::{Builder, is_identifier, spanned};
use crate::check::{Mode, is_matcher};
use crate::diagnostics::{Diagnostic, suggestion};
use crate::node::Node;
use crate::step::{AppVerbKind, Awaited, Certainty, Channel, Owner, Window};
use crate::vocabulary::{self as words, Head, ValueKind};

impl Builder<'_> {
    pub(super) fn awaited_call(&mut self, head: &'static Head, node: &Node, app: &Node) -> Option<Awaited> {
        self.check.app("app", app);
        let (verb, value) = self.verb(head, node, Mode::Awaited)?;
        if !(value.is_yes() || verb.name == "extends_control" && is_matcher(value)) {
            self.check.value(verb.name, verb.expected, value, Mode::Awaited);
        }
        if verb.name == "sends" {
            self.shape_of_message(node, value);
        }
        Some(Awaited::App {
            who: spanned(app),
            verb: AppVerbKind::parse(verb.name)?,
            params: (!value.is_yes()).then(|| value.clone()),
            messaging_type: node.get("messaging_type").cloned(),
            tag: node.get("tag").cloned(),
            refused: self.refused(node),
        })
    }

    pub(super) fn awaited_delivery(
        &mut self,
        head: &'static Head,
        node: &Node,
        app: &Node,
    ) -> Option<Awaited> {
        self.check.app("webhook", app);
        let known = (head.beside, head.not_yet);
        self.keys_beside(head.name, known, node.entries()?, &[head.name], Mode::Awaited);
        self.shape_of_delivery(node);
        let word = |name: &str| node.get(name).map(|value| value.source.as_str());
        Some(Awaited::Webhook {
            app: spanned(app),
            channel: word("channel")
                .map(|name| if name == "standby" { Channel::Standby } else { Channel::Messaging }),
            field: word("field").map(str::to_owned),
            event: node.get("event").cloned(),
            acknowledged: !matches!(word("acknowledged"), Some("false" | "False" | "FALSE" | "off")),
            attempts: node.get("attempts").cloned(),
        })
    }

    pub(super) fn awaited_state(
        &mut self,
        head: &'static Head,
        node: &Node,
        value: &Node,
    ) -> Option<Awaited> {
        match head.name {
            "owner" => self.owner(value).map(Awaited::Owner),
            "folder" => {
                let word = self.check.word("folder", words::FOLDERS, value)?;
                Some(Awaited::Folder(folder(word)))
            }
            "window" => self
                .check
                .word("window", words::WINDOWS, value)
                .map(|word| Awaited::Window(if word == "open" { Window::Open } else { Window::Closed })),
            _ => {
                self.check.value("nothing", ValueKind::Flag, value, Mode::Given);
                let Some(length) = node.get("for") else {
                    let problem = Diagnostic::new(node.span, "`nothing` needs to know for how long");
                    self.check.report(problem.help("add `for: 300ms`"));
                    return None;
                };
                self.real_time_quietly(length).map(|for_ms| Awaited::Nothing { for_ms })
            }
        }
    }

    fn owner(&mut self, node: &Node) -> Option<Owner> {
        match node.source.as_str() {
            "inbox" => return Some(Owner::Inbox),
            "idle" => return Some(Owner::Idle),
            "none" => return Some(Owner::None),
            _ if node.is_null() => return Some(Owner::None),
            _ => {}
        }
        let open = self.check.names.certainty == Certainty::Open && is_identifier(&node.source);
        let known = open || self.check.names.apps.contains(&node.source);
        if known && node.is_scalar() {
            return Some(Owner::App(spanned(node)));
        }
        let mut owners: Vec<&str> = self.check.names.apps.iter().map(String::as_str).collect();
        owners.extend(words::OWNERS);
        let problem = if node.is_scalar() {
            Diagnostic::new(node.span, format!("`{}` cannot be an owner", node.source))
        } else {
            Diagnostic::new(node.span, "`owner` takes the name of an app or a word")
        };
        self.check.report(problem.help(suggestion(&node.source, &owners, "")));
        None
    }
}
