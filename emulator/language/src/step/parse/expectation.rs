//! Builds what stands behind `expect:` and `never:`.

use super::{Builder, spanned};
use crate::check::Mode;
use crate::diagnostics::{Diagnostic, one_of, suggestion};
use crate::node::{Key, Node, Spanned};
use crate::step::expectation::MOST_WAYS;
use crate::step::{Act, Awaited, Expectation, Need};
use crate::vocabulary::{self as words, Head};

/// Where an expectation stands.
#[derive(Clone, Copy)]
struct Position<'n> {
    /// `expect` or `never`.
    word: &'static str,
    /// The combination that it is an item of.
    combination: Option<&'static str>,
    /// The Page it is about unless it names one itself.
    on: Option<&'n Node>,
}

impl Position<'_> {
    fn noun(self) -> String {
        self.combination.map_or_else(|| format!("`{}`", self.word), |name| format!("an item of `{name}`"))
    }

    fn is_never(self) -> bool {
        self.word == "never"
    }

    /// Why a key of an expectation has no place here, and what to do instead.
    fn forbids(self, key: &str) -> Option<String> {
        match (self.is_never(), self.combination, key) {
            (true, _, "within") => Some(
                "it waits for nothing; it holds to the end of the scenario, or to the step that `until:` beside it names"
                    .to_owned(),
            ),
            (true, _, "as") => Some("it holds to the end of the scenario and matches nothing".to_owned()),
            (true, _, "optional") => Some("leave it out; what need not come is no `never`".to_owned()),
            (false, Some(name), "within") => {
                Some(format!("write it beside `{name}`: there is one wait for all items"))
            }
            (false, Some(name), "optional") => {
                Some(format!("write it beside `{name}`, or write a step of its own for what need not come"))
            }
            (_, _, _) => None,
        }
    }
}

impl Builder<'_> {
    /// Builds the step of an expectation; `step` is the whole step and `word` the key of it that it stands behind.
    pub(super) fn expectation(&mut self, step: &Node, node: &Node, word: &'static str) -> Option<Act> {
        let position = Position { word, combination: None, on: step.get("on") };
        if let Some((key, _)) = step.entry("on") {
            self.beside(key, node);
        }
        let mut what = self.awaited(node, position)?;
        if what.ways() > MOST_WAYS {
            let problem = Diagnostic::new(node.span, format!("this can be met in {} ways", what.ways()));
            self.check
                .report(problem.label(format!("more than {MOST_WAYS}")).help("write it in several steps"));
        }
        // The name of the whole is that of the step.
        what.capture = None;
        if position.is_never() {
            let until = step.get("until").map(|until| self.name_of_step(until));
            return Some(Act::Never { what, until });
        }
        let within = node.get("within").and_then(|within| self.real_time_quietly(within));
        let optional = node.get("optional").is_some_and(is_true);
        let need = if optional { Need::Optional } else { Need::Required };
        Some(Act::Expect { what, within, need })
    }

    /// Takes the name of a later step.
    fn name_of_step(&mut self, node: &Node) -> Spanned<String> {
        if !node.is_scalar() || node.is_null() || !super::is_identifier(&node.source) {
            let problem = Diagnostic::new(node.span, "`until` takes the name of a later step");
            self.check.report(problem.help("give that step a name with `as: NAME`, and write `until: NAME`"));
        }
        spanned(node)
    }

    /// Builds an expectation or a part of one.
    fn awaited(&mut self, node: &Node, position: Position<'_>) -> Option<Expectation> {
        let Some(entries) = node.entries() else {
            let example = match position.combination {
                Some(name) => {
                    format!("write for example `{name}: [{{app: NAME, sends: some text}}, {{owner: NAME}}]`")
                }
                None => format!("write for example `{}: {{app: NAME, sends: some text}}`", position.word),
            };
            let problem = Diagnostic::new(node.span, format!("{} takes a mapping", position.noun()));
            self.check.report(problem.label(format!("this is {}", node.kind_name())).help(example));
            return None;
        };
        let (head, key) = self.subject(entries, node, position)?;
        let value = node.get(head.name)?;
        for (key, _) in entries {
            if let Some(help) = position.forbids(&key.name) {
                let problem =
                    Diagnostic::new(key.span, format!("{} takes no `{}`", position.noun(), key.name));
                self.check.report(problem.help(help));
            }
        }
        let until = node.entry("until").filter(|_| position.is_never()).map(|(key, _)| {
            Diagnostic::new(key.span, "`until` stands beside `never`, not in it")
                .help("write `until: NAME` on a line of its own below `never: {…}`")
        });
        if let Some(problem) = misplaced(head, key, position).or(until) {
            self.check.report(problem);
            return None;
        }
        let on = node.get("on").or(position.on);
        let position = Position { on, ..position };
        let what = match head.name {
            "app" => self.awaited_call(head, node, value),
            "webhook" => self.awaited_delivery(head, node, value),
            _ => {
                let known = (head.beside, head.not_yet);
                self.keys_beside(head.name, known, entries, &[head.name], Mode::Awaited);
                if words::COMBINATIONS.contains(&head.name) {
                    self.combination(head.name, value, position)
                } else {
                    self.awaited_state(head, node, value)
                }
            }
        };
        let about_nobody = ["asks_receivers", "calls"].iter().any(|verb| node.get(verb).is_some());
        let of_nobody = about_nobody && head.name == "app"
            || ["webhook", "nothing"].contains(&head.name)
            || words::COMBINATIONS.contains(&head.name);
        let named = node.get("of").filter(|_| !words::COMBINATIONS.contains(&head.name));
        let of = if !of_nobody || named.is_some() {
            let person = self.check.understood_person(named, "of", node.span);
            person.map(|name| Spanned::new(name, named.unwrap_or(value).span))
        } else {
            None
        };
        // That of the whole is taken with the step, where it may also stand beside it.
        let capture = position.combination.and_then(|_| self.capture(node.get("as")));
        Some(Expectation { span: node.span, what: what?, of, on: on.map(spanned), capture })
    }

    /// Checks the Page that stands beside an expectation; its name was checked with the other keys.
    fn beside(&mut self, on: &Key, node: &Node) {
        let entries = node.entries().unwrap_or_default();
        let head = entries.iter().find_map(|(key, _)| words::expectation(&key.name));
        let takes = head.is_none_or(|head| head.beside.iter().any(|field| field.name == "on"));
        let problem = if let (false, Some(head)) = (takes, head) {
            Diagnostic::new(on.span, format!("`{}` is about all Pages", head.name)).help("leave `on` out")
        } else if node.get("on").is_some() {
            Diagnostic::new(on.span, "`on` stands here and in the expectation").help("leave one of them out")
        } else {
            return;
        };
        self.check.report(problem);
    }

    /// Builds the items of a combination.
    fn combination(&mut self, name: &'static str, value: &Node, position: Position<'_>) -> Option<Awaited> {
        let Some(items) = value.items() else {
            let help = format!("write `{name}: [{{…}}, {{…}}]`");
            self.check.wrong(name, value, "takes a list of expectations", &help);
            return None;
        };
        if items.is_empty() {
            let problem = Diagnostic::new(value.span, format!("`{name}` needs an expectation at least"));
            self.check.report(problem.help(format!("write `{name}: [{{app: NAME, sends: some text}}, …]`")));
            return None;
        }
        let position = Position { combination: Some(name), ..position };
        let parts: Vec<Option<Expectation>> = items.iter().map(|item| self.awaited(item, position)).collect();
        let parts: Vec<Expectation> = parts.into_iter().collect::<Option<_>>()?;
        if name == "one_of" {
            return Some(Awaited::OneOf(parts));
        }
        // Alternatives may share a name, since one of them is met; these are met all.
        let mut known: Vec<&Spanned<String>> = Vec::new();
        for capture in parts.iter().flat_map(Expectation::captures) {
            if known.iter().any(|other| other.value == capture.value) {
                let problem =
                    Diagnostic::new(capture.span, format!("two items are called `{}`", capture.value));
                self.check.report(problem.help("give each a name of its own"));
            }
            known.push(capture);
        }
        Some(Awaited::AnyOrder(parts))
    }

    /// Finds the key that says what the expectation is about.
    fn subject<'n>(
        &mut self,
        entries: &'n [(Key, Node)],
        node: &Node,
        position: Position<'_>,
    ) -> Option<(&'static Head, &'n Key)> {
        let mut heads =
            entries.iter().filter_map(|(key, _)| words::expectation(&key.name).map(|head| (head, key)));
        let problem = match (heads.next(), heads.next()) {
            (Some(found), None) => return Some(found),
            (Some((first, _)), Some((second, key))) => Diagnostic::new(
                key.span,
                format!("`{}` and `{}` are two expectations", first.name, second.name),
            )
            .help(if position.combination.is_some() {
                "write an item for each"
            } else {
                "write a step for each"
            }),
            (None, _) => {
                let all: Vec<&str> = words::EXPECTATIONS.iter().map(|head| head.name).collect();
                let lacking = words::EXPECTATIONS_NOT_YET;
                if let Some((key, _)) = entries.iter().find(|(key, _)| lacking.contains(&key.name.as_str())) {
                    Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet")
                } else if let Some((key, _)) =
                    entries.iter().find(|(key, _)| words::head(&key.name).is_none())
                {
                    let message = format!("{} has no key `{}`", position.noun(), key.name);
                    let problem = Diagnostic::new(key.span, message);
                    let calls = words::APP_VERBS.iter().any(|verb| verb.name == key.name);
                    if calls {
                        problem.label("which app?").help("name the app: `app: NAME` before it")
                    } else {
                        problem.label("unknown key").help(suggestion(&key.name, &all, ""))
                    }
                } else {
                    Diagnostic::new(node.span, format!("{} does not say what it is about", position.noun()))
                        .help(format!("use {}", one_of(&all)))
                }
            }
        };
        self.check.report(problem);
        None
    }

    /// Reads real time that was checked already with the other keys.
    pub(super) fn real_time_quietly(&mut self, node: &Node) -> Option<u64> {
        let before = self.check.problems.len();
        let milliseconds = self.check.real_time("within", node);
        self.check.problems.truncate(before);
        milliseconds
    }
}

/// Says what makes no sense where it stands.
fn misplaced(head: &Head, key: &Key, position: Position<'_>) -> Option<Diagnostic> {
    let (message, help) = match (head.name, position.combination) {
        ("nothing", _) if position.is_never() => {
            ("`never` cannot wait for quiet".to_owned(), "write `expect: {nothing: true, for: 300ms}`")
        }
        ("nothing", Some(name)) => (
            format!("`{name}` cannot wait for quiet"),
            "write a step of its own: `expect: {nothing: true, for: 300ms}`",
        ),
        ("any_order", _) if position.is_never() => (
            "`never` takes no `any_order`".to_owned(),
            "write a `never` for each, or `one_of`: it is broken by any of them",
        ),
        _ => return None,
    };
    Some(Diagnostic::new(key.span, message).help(help))
}

/// True for a flag that is set; its shape was checked with the other keys.
pub(super) fn is_true(node: &Node) -> bool {
    ["true", "True", "TRUE", "on"].contains(&node.source.as_str())
}
