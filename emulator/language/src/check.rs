//! Checks values by the table: unknown keys, the kind of each value, and the names of the world.
//!
//! It reports and builds nothing, so that the typed builders behind it can take what they need and rely on it.

mod bots;
mod files;
mod kinds;
mod names;
mod refusal;
mod taps;

use crate::diagnostics::{Diagnostic, did_you_mean, listed, missing_space, one_of};
use crate::node::{Key, Node, NodeKind};
use crate::step::Names;
use crate::vocabulary::{self as words, Field, ValueKind};

pub use bots::{bot_steps, handles_bots};
use refusal::ErrorNumber;
pub(crate) use taps::early_taps;
pub use taps::{NOT_THERE_YET, begin_with_words, is_get_started};

/// Whether a value is given or waited for; one that is waited for may be a matcher.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Given,
    Awaited,
}

impl Mode {
    /// What it is that has the value.
    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::Given => "step",
            Self::Awaited => "expectation",
        }
    }
}

/// What the checks need to know and where they report.
pub(crate) struct Checker<'a> {
    pub(crate) names: &'a Names,
    pub(crate) problems: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    pub(crate) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Checks the value of a key.
    pub(crate) fn value(&mut self, name: &str, kind: ValueKind, node: &Node, mode: Mode) {
        if mode == Mode::Awaited && is_matcher(node) {
            return;
        }
        match kind {
            ValueKind::Text => self.text(name, node),
            ValueKind::Message => self.message(name, node, mode),
            ValueKind::Flag if node.is_yes() => {}
            ValueKind::Flag => self.wrong(name, node, "takes `true`", &format!("write `{name}: true`")),
            ValueKind::FlagOr(fields) => {
                if node.entries().is_some() {
                    self.fields(name, fields, node, mode);
                } else if name == "refused" && self.refused_by_number(name, node) {
                    // It has been reported.
                } else if !node.is_yes() {
                    let keys: Vec<&str> = fields.iter().map(|field| field.name).collect();
                    self.wrong(
                        name,
                        node,
                        "takes `true` or a mapping",
                        &format!("write `{name}: true`, or a mapping of {}", one_of(&keys)),
                    );
                }
            }
            ValueKind::Mapping(fields) => {
                if node.entries().is_some() {
                    self.fields(name, fields, node, mode);
                } else if !(node.is_yes()) {
                    let example = fields.first().map_or("key", |field| field.name);
                    let written = match node.kind {
                        NodeKind::Text if node.is_expression() => format!("\"{}\"", node.source),
                        NodeKind::Text => node.source.clone(),
                        NodeKind::Null
                        | NodeKind::Bool(_)
                        | NodeKind::Number(_)
                        | NodeKind::List(_)
                        | NodeKind::Map(_) => "…".to_owned(),
                    };
                    self.wrong(
                        name,
                        node,
                        "takes a mapping",
                        &format!("write `{name}: {{{example}: {written}}}`"),
                    );
                }
            }
            ValueKind::Duration if node.kind == NodeKind::Bool(true) => {}
            ValueKind::Duration => self.duration(node),
            ValueKind::RealTime => drop(self.real_time(name, node)),
            ValueKind::ClockMove => self.clock(name, node),
            ValueKind::Bool => drop(self.boolean(name, node)),
            ValueKind::App => drop(self.app(name, node)),
            ValueKind::Receiver => self.receiver(name, node),
            ValueKind::Person => drop(self.person(name, node)),
            ValueKind::Page => drop(self.page(name, node)),
            // These are looked at where they are used.
            ValueKind::Owner
            | ValueKind::Capture
            | ValueKind::Any
            | ValueKind::Expectation
            | ValueKind::Prohibition => {}
            ValueKind::Regex | ValueKind::Number | ValueKind::Range => {}
            ValueKind::Pattern => self.members(node),
            ValueKind::Status => self.error_number(name, ErrorNumber::Status, node),
            ValueKind::Code => self.error_number(name, ErrorNumber::Code, node),
            ValueKind::Subcode => self.error_number(name, ErrorNumber::Subcode, node),
            ValueKind::Protocol
            | ValueKind::Protocols
            | ValueKind::Cases
            | ValueKind::Beginning
            | ValueKind::World
            | ValueKind::Steps
            | ValueKind::Switches => {}
            ValueKind::Section(_) | ValueKind::Named(_) => {}
            ValueKind::Word(choice) => drop(self.word(name, choice, node)),
            ValueKind::OnOff => drop(self.on_or_off(name, node)),
            ValueKind::Earlier => self.earlier(name, node),
            ValueKind::Url => self.url(name, node),
            ValueKind::Domain => self.domain(name, node),
            ValueKind::Path => self.path(name, node),
            ValueKind::Media => self.media(name, node),
            ValueKind::Primary => self.primary(name, node),
            ValueKind::ListOf(kind) => self.list(name, *kind, node, mode),
            ValueKind::PerApp(kind) => self.per_app(name, *kind, node),
            ValueKind::PerReceiver(kind) => self.per_receiver(name, *kind, node),
            ValueKind::Needed(kind) => self.value(name, *kind, node, mode),
            ValueKind::OneOrMore(kind) => {
                let items = node.items().unwrap_or(std::slice::from_ref(node));
                items.iter().for_each(|item| self.value(name, *kind, item, mode));
            }
            ValueKind::OrPerPage(kind) => self.or_per_page(name, *kind, node, mode),
            ValueKind::Free(kind) => self.free(name, *kind, node, mode),
            ValueKind::Literal => self.literal(name, node),
            ValueKind::Glob => self.glob(name, node),
            ValueKind::Reason => self.reason(name, node),
            ValueKind::Id(bits) => self.id(node, bits),
            ValueKind::Whole(least, most) => self.whole(name, least, most, node),
            ValueKind::RealTimeOrAuto if node.source == "auto" => {}
            ValueKind::RealTimeOrAuto => drop(self.real_time(name, node)),
            ValueKind::Command => self.command(name, node),
            ValueKind::Version => self.version(name, node),
            ValueKind::GraphPath => self.graph_path(name, node, mode),
        }
    }

    /// Checks a mapping whose keys are these fields.
    fn fields(&mut self, name: &str, fields: &[Field], node: &Node, mode: Mode) {
        let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
        for (key, value) in node.entries().unwrap_or_default() {
            match fields.iter().find(|field| field.name == key.name) {
                None if key.name == "exact" && mode == Mode::Awaited && name != "refused" => {
                    self.value("exact", ValueKind::Flag, value, Mode::Given);
                }
                Some(field) => self.value(field.name, field.kind, value, mode),
                None => self.unknown_key(key, &format!("`{name}`"), &known, words::not_yet_within(name)),
            }
        }
    }

    /// Checks the keys beside a verb or an expectation, and the values of those that are known.
    pub(crate) fn keys(
        &mut self,
        place: &str,
        known: (&[Field], &[&str]),
        others: &[&(Key, Node)],
        mode: Mode,
    ) {
        let (beside, not_yet) = known;
        for (key, value) in others {
            match beside.iter().find(|field| field.name == key.name) {
                // People and captures are looked at where they are used.
                Some(Field { kind: ValueKind::Person | ValueKind::Capture, .. }) => {}
                // One of several words or names is never a matcher.
                Some(Field {
                    kind: kind @ (ValueKind::Word(_) | ValueKind::Bool | ValueKind::Page),
                    name,
                    ..
                }) => {
                    self.value(name, *kind, value, Mode::Given);
                }
                Some(field) => self.value(field.name, field.kind, value, mode),
                None => {
                    let known: Vec<&str> = beside.iter().map(|field| field.name).collect();
                    self.unknown_key(key, place, &known, not_yet);
                }
            }
        }
    }

    fn list(&mut self, name: &str, kind: ValueKind, node: &Node, mode: Mode) {
        match node.items() {
            Some(items) => items.iter().for_each(|item| self.value(name, kind, item, mode)),
            None => self.wrong(name, node, "takes a list", &format!("write `{name}: […]`")),
        }
    }

    /// Reports a key that a mapping does not have.
    pub(crate) fn unknown_key(&mut self, key: &Key, place: &str, known: &[&str], not_yet: &[&str]) {
        let problem = if not_yet.contains(&key.name.as_str()) {
            Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet")
        } else {
            let help = match did_you_mean(&key.name, known.iter().copied()) {
                _ if let Some(help) = missing_space(&key.name, known) => help,
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "leave it out".to_owned(),
                None if known.len() == 1 => format!("the only key here is {}", listing(known)),
                None => format!("the possible keys are {}", listing(known)),
            };
            Diagnostic::new(key.span, format!("{place} has no key `{}`", key.name))
                .label("unknown key")
                .help(help)
        };
        self.report(problem);
    }

    /// Reports a value of the wrong kind.
    pub(crate) fn wrong(&mut self, name: &str, node: &Node, takes: &str, help: &str) {
        let span = node.span;
        self.report(
            Diagnostic::new(span, format!("`{name}` {takes}"))
                .label(format!("this is {}", node.kind_name()))
                .help(help),
        );
    }
}

/// Tells whether a node is a mapping whose keys are all matchers.
pub(crate) fn is_matcher(node: &Node) -> bool {
    node.entries().is_some_and(|entries| {
        !entries.is_empty() && entries.iter().all(|(key, _)| words::matcher(&key.name).is_some())
    })
}

pub(crate) fn listing(words: &[&str]) -> String {
    let shown = listed(words);
    let mut quoted: Vec<String> = shown.iter().map(|word| format!("`{word}`")).collect();
    if words.len() > shown.len() {
        quoted.push(format!("and {} others", words.len() - shown.len()));
    }
    quoted.join(", ")
}
