//! Checks values by the table: unknown keys, the kind of each value, and the names of the world.
//!
//! It reports and builds nothing, so that the typed builders behind it can take what they need and rely on it.

mod bots;
mod files;
mod kinds;
mod names;
mod refusal;
mod taps;

use crate::diagnostics::{Diagnostic, MOST_LISTED, did_you_mean, missing_space, one_of};
use crate::node::{Key, Node, NodeKind};
use crate::step::Names;
use crate::vocabulary::{self as words, Field, Kind};

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
    pub(crate) fn value(&mut self, name: &str, kind: Kind, node: &Node, mode: Mode) {
        if mode == Mode::Awaited && is_matcher(node) {
            return;
        }
        match kind {
            Kind::Text => self.text(name, node),
            Kind::Message => self.message(name, node, mode),
            Kind::Flag if node.is_yes() => {}
            Kind::Flag => self.wrong(name, node, "takes `true`", &format!("write `{name}: true`")),
            Kind::FlagOr(fields) => {
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
            Kind::Mapping(fields) => {
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
            Kind::Duration => self.duration(node),
            Kind::RealTime => drop(self.real_time(name, node)),
            Kind::ClockMove => self.clock(name, node),
            Kind::Bool => drop(self.boolean(name, node)),
            Kind::App => drop(self.app(name, node)),
            Kind::Receiver => self.receiver(name, node),
            Kind::Person => drop(self.person(name, node)),
            Kind::Page => drop(self.page(name, node)),
            // These are looked at where they are used.
            Kind::Owner | Kind::Capture | Kind::Any | Kind::Expectation | Kind::Prohibition => {}
            Kind::Regex | Kind::Number | Kind::Range => {}
            Kind::Pattern => self.members(node),
            Kind::Status => self.error_number(name, ErrorNumber::Status, node),
            Kind::Code => self.error_number(name, ErrorNumber::Code, node),
            Kind::Subcode => self.error_number(name, ErrorNumber::Subcode, node),
            Kind::Protocol
            | Kind::Protocols
            | Kind::Cases
            | Kind::Beginning
            | Kind::World
            | Kind::Steps
            | Kind::Switches => {}
            Kind::Section(_) | Kind::Named(_) => {}
            Kind::Word(choice) => drop(self.word(name, choice, node)),
            Kind::OnOff => drop(self.on_or_off(name, node)),
            Kind::Earlier => self.earlier(name, node),
            Kind::Url => self.url(name, node),
            Kind::Domain => self.domain(name, node),
            Kind::Path => self.path(name, node),
            Kind::Media => self.media(name, node),
            Kind::Primary => self.primary(name, node),
            Kind::ListOf(kind) => self.list(name, *kind, node, mode),
            Kind::PerApp(kind) => self.per_app(name, *kind, node),
            Kind::Needed(kind) => self.value(name, *kind, node, mode),
            Kind::OneOrMore(kind) => {
                let items = node.items().unwrap_or(std::slice::from_ref(node));
                items.iter().for_each(|item| self.value(name, *kind, item, mode));
            }
            Kind::OrPerPage(kind) => self.or_per_page(name, *kind, node, mode),
            Kind::Free(kind) => self.free(name, *kind, node, mode),
            Kind::Literal => self.literal(name, node),
            Kind::Glob => self.glob(name, node),
            Kind::Reason => self.reason(name, node),
            Kind::Id(bits) => self.id(node, bits),
            Kind::Whole(least, most) => self.whole(name, least, most, node),
            Kind::RealTimeOrAuto if node.source == "auto" => {}
            Kind::RealTimeOrAuto => drop(self.real_time(name, node)),
            Kind::Command => self.command(name, node),
            Kind::Version => self.version(name, node),
            Kind::GraphPath => self.graph_path(name, node, mode),
        }
    }

    /// Checks a mapping whose keys are these fields.
    fn fields(&mut self, name: &str, fields: &[Field], node: &Node, mode: Mode) {
        let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
        for (key, value) in node.entries().unwrap_or_default() {
            match fields.iter().find(|field| field.name == key.name) {
                None if key.name == "exact" && mode == Mode::Awaited && name != "refused" => {
                    self.value("exact", Kind::Flag, value, Mode::Given);
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
                Some(Field { kind: Kind::Person | Kind::Capture, .. }) => {}
                // One of several words or names is never a matcher.
                Some(Field { kind: kind @ (Kind::Word(_) | Kind::Bool | Kind::Page), name, .. }) => {
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

    fn list(&mut self, name: &str, kind: Kind, node: &Node, mode: Mode) {
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
    let mut listed: Vec<String> = words.iter().take(MOST_LISTED).map(|word| format!("`{word}`")).collect();
    if words.len() > MOST_LISTED {
        listed.push(format!("and {} others", words.len() - MOST_LISTED));
    }
    listed.join(", ")
}
