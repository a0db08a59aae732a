//! Names in steps: those of apps, people and earlier messages.

use std::collections::BTreeSet;

use super::{Checker, Mode, listing};
use crate::diagnostics::{Diagnostic, did_you_mean, one_of};
use crate::node::{Node, Span, Spanned};
use crate::scenario::unknown_page;
use crate::step::{Certainty, Names, is_identifier};
use crate::vocabulary::ValueKind;

impl Checker<'_> {
    /// Checks the name of an app; false if there is none of that name.
    pub(crate) fn app(&mut self, name: &str, node: &Node) -> bool {
        let names = self.names;
        self.name(name, Named::App, (&names.apps, None), node)
    }

    /// Checks the name of a person; false if there is none of that name.
    pub(crate) fn person(&mut self, name: &str, node: &Node) -> bool {
        let names = self.names;
        self.name(name, Named::Person, (&names.people, None), node)
    }

    /// Checks the name of a Page; false if there is none of that name.
    pub(crate) fn page(&mut self, name: &str, node: &Node) -> bool {
        let complete = self.names.certainty == Certainty::Complete;
        if self.names.pages.is_empty() && complete && node.is_scalar() && !node.is_null() {
            self.report(unknown_page(&Spanned::new(node.source.clone(), node.span), self.names));
            return false;
        }
        let names = self.names;
        self.name(name, Named::Page, (&names.pages, None), node)
    }

    pub(super) fn receiver(&mut self, name: &str, node: &Node) {
        let is_id = !node.source.is_empty() && node.source.bytes().all(|byte| byte.is_ascii_digit());
        if node.is_expression() || (node.is_scalar() && is_id) {
            return;
        }
        let names = self.names;
        self.name(name, Named::App, (&names.apps, Some("inbox")), node);
    }

    /// Checks a name by the set that it must be in; one more word may stand there.
    fn name(
        &mut self,
        key: &str,
        named: Named,
        (names, more): (&BTreeSet<String>, Option<&str>),
        node: &Node,
    ) -> bool {
        let what = named.words().0;
        // A world can have very many names, and most of those that are used are right.
        let is_known = names.contains(&node.source) || more == Some(node.source.as_str());
        if is_known && node.is_scalar() && !node.is_null() {
            return true;
        }
        let known: Vec<&str> = names.iter().map(String::as_str).chain(more).collect();
        let known = known.as_slice();
        if !node.is_scalar() || node.is_null() {
            self.wrong(
                key,
                node,
                &format!("takes the name of {}", with_article(what)),
                &listed(named, known),
            );
            return false;
        }
        if self.names.certainty == Certainty::Open {
            if !is_identifier(&node.source) {
                let message = format!("`{}` cannot be the name of {}", node.source, with_article(what));
                let help = "names are made of letters, digits and `_`, and stand here without an expression";
                self.report(Diagnostic::new(node.span, message).help(help));
            }
            return true;
        }
        let mut problem = Diagnostic::new(node.span, format!("the world has no {what} `{}`", node.source));
        problem = if node.is_expression() {
            problem.help(format!("write the name itself, without an expression; {}", listed(named, known)))
        } else {
            let Names { apps, people, pages, .. } = self.names;
            let kinds = [("an app", apps), ("a person", people), ("a Page", pages)];
            if let Some((other, _)) = kinds.iter().find(|(_, names)| names.contains(&node.source)) {
                problem = problem.label(format!("this is {other}"));
            }
            match did_you_mean(&node.source, known.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(listed(named, known)),
            }
        };
        self.report(problem);
        false
    }

    /// Finds the person a step is about, where the step may leave her to be understood.
    pub(crate) fn understood_person(
        &mut self,
        named: Option<&Node>,
        key: &str,
        span: Span,
    ) -> Option<String> {
        if let Some(node) = named {
            return self.person(key, node).then(|| node.source.clone());
        }
        if self.names.certainty == Certainty::Open {
            return Some(String::new());
        }
        let mut people = self.names.people.iter();
        match (people.next(), people.next()) {
            (Some(only), None) => Some(only.clone()),
            (None, _) => {
                self.report(
                    Diagnostic::new(span, "there is no person whose conversation this could be")
                        .help("declare one in the world: `people: {ana: {first_name: Ana}}`"),
                );
                None
            }
            (Some(first), Some(_)) => {
                let first = first.clone();
                let people: Vec<&str> = self.names.people.iter().map(String::as_str).collect();
                let people = one_of(&people);
                self.report(
                    Diagnostic::new(span, "it is not clear which person is meant")
                        .label(format!("could be {people}"))
                        .help(format!("add `{key}: {first}`")),
                );
                None
            }
        }
    }

    /// Checks who is to be primary receiver.
    pub(super) fn primary(&mut self, name: &str, node: &Node) {
        if node.is_scalar() && (node.is_null() || ["none", "inbox"].contains(&node.source.as_str())) {
            return;
        }
        let names = self.names;
        self.name(name, Named::App, (&names.apps, Some("none")), node);
    }

    /// Checks a mapping from apps to values of one kind.
    pub(super) fn per_app(&mut self, name: &str, kind: ValueKind, node: &Node) {
        self.by_name(name, kind, node, &[]);
    }

    /// Checks a mapping from apps and `inbox` to values of one kind.
    pub(super) fn per_receiver(&mut self, name: &str, kind: ValueKind, node: &Node) {
        self.by_name(name, kind, node, &["inbox"]);
    }

    fn by_name(&mut self, name: &str, kind: ValueKind, node: &Node, words: &[&str]) {
        let Some(entries) = node.entries() else {
            let example = self.names.apps.first().map_or("APP", String::as_str);
            let help = format!("write `{name}: {{{example}: …}}`");
            self.wrong(name, node, "takes a mapping from apps", &help);
            return;
        };
        for (key, value) in entries {
            if !words.contains(&&*key.name) {
                self.app(name, &Node::text(key.name.clone(), key.span));
            }
            self.value(name, kind, value, Mode::Given);
        }
    }

    /// Checks the name of a message that an earlier step captured, or the id of one.
    pub(super) fn earlier(&mut self, name: &str, node: &Node) {
        if !node.is_scalar() || node.is_null() {
            let help = format!("capture it with `as: NAME` and write `{name}: NAME`");
            return self.wrong(name, node, "takes a message", &help);
        }
        let Some(captures) = &self.names.captures else { return };
        if node.is_expression() || captures.contains(&node.source) || node.source.starts_with(MESSAGE_ID) {
            return;
        }
        let captures: Vec<&str> = captures.iter().map(String::as_str).collect();
        let help = match (did_you_mean(&node.source, captures.iter().copied()), captures.as_slice()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, []) => "give the step of that message a name with `as: NAME`".to_owned(),
            (None, some) => format!("the names so far are {}", listing(some)),
        };
        let message = format!("no step before this one captured `{}`", node.source);
        self.report(Diagnostic::new(node.span, message).label("unknown name").help(help));
    }
}

/// What message ids begin with.
const MESSAGE_ID: &str = "m_";

/// What a name is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    App,
    Person,
    Page,
}

impl Named {
    /// One of them, and several.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::App => ("app", "apps"),
            Self::Person => ("person", "people"),
            Self::Page => ("Page", "Pages"),
        }
    }
}

fn with_article(what: &str) -> String {
    if what.starts_with(['a', 'e', 'i', 'o', 'u']) { format!("an {what}") } else { format!("a {what}") }
}

fn listed(named: Named, known: &[&str]) -> String {
    let (what, plural) = named.words();
    if known.is_empty() && named == Named::Page {
        "leave it out: the only Page of the world has no name".to_owned()
    } else if known.is_empty() {
        format!("the world declares no {plural}: add one to `{plural}:`")
    } else if known.len() == 1 {
        format!("the only {what} is {}", listing(known))
    } else {
        format!("the {plural} are {}", listing(known))
    }
}
