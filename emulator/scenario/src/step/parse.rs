//! Builds typed steps from the tree, by the table of the vocabulary.

mod expectation;

use super::{Act, AppVerb, ClockMove, Names, Refusal, Step, UserVerb};
use crate::check::{Checker, Mode};
use crate::diagnostics::{Diagnostic, did_you_mean, one_of, suggestion};
use crate::node::{Key, Node, Span, Spanned};
use crate::vocabulary::{self as words, Field, Head, Kind, Verb};

/// Builds the steps of a list, or the one step that stands in place of a list.
pub(crate) fn steps(node: &Node, names: &Names, problems: &mut Vec<Diagnostic>) -> Vec<Step> {
    let items = node.items().unwrap_or(std::slice::from_ref(node));
    items.iter().filter_map(|item| Builder::new(names, problems).step(item)).collect()
}

/// Builds one step; what it reports makes the step void.
struct Builder<'a> {
    check: Checker<'a>,
}

impl<'a> Builder<'a> {
    fn new(names: &'a Names, problems: &'a mut Vec<Diagnostic>) -> Self {
        Self { check: Checker { names, problems } }
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
        let head = self.head(entries, node.span)?;
        let value = node.get(head.name)?;
        let act = match head.name {
            "user" => self.user(head, node, value),
            "app" => self.app(head, node, value),
            "expect" | "never" => {
                self.keys_beside(head.name, head.beside, head.not_yet, entries, &[head.name]);
                self.expectation(value, head.name)
            }
            _ => {
                self.keys_beside(head.name, head.beside, head.not_yet, entries, &[head.name]);
                self.check.value(head.name, head.value, value, Mode::Given);
                Some(if head.name == "clock" { Act::Clock(clock(value)) } else { Act::Note(value.clone()) })
            }
        };
        let inside = value.get("as").filter(|_| head.name == "expect");
        let capture = self.capture(node.get("as").or(inside));
        let act = act.filter(|_| self.check.problems.len() == before)?;
        Some(Step { span: node.span, act, capture })
    }

    /// Finds the key that says who acts or what kind of step this is.
    fn head(&mut self, entries: &[(Key, Node)], span: Span) -> Option<&'static Head> {
        let mut heads = entries.iter().filter_map(|(key, _)| words::head(&key.name).map(|head| (head, key)));
        match (heads.next(), heads.next()) {
            (Some((head, _)), None) => Some(head),
            (Some((first, _)), Some((second, key))) => {
                self.check.report(
                    Diagnostic::new(
                        key.span,
                        format!("`{}` and `{}` are two steps", first.name, second.name),
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

    /// Finds the one verb of an actor and checks everything beside it.
    fn verb<'n>(&mut self, head: &'static Head, node: &'n Node) -> Option<(&'static Verb, &'n Node)> {
        let entries = node.entries()?;
        let mut found =
            head.verbs.iter().filter_map(|verb| node.entry(verb.name).map(|(key, value)| (verb, key, value)));
        let Some((verb, _, value)) = found.next() else {
            let problem = no_verb(head, entries, node.span, "step");
            self.check.report(problem);
            return None;
        };
        if let Some((second, key, _)) = found.next() {
            self.check.report(
                Diagnostic::new(key.span, format!("`{}` and `{}` are two steps", verb.name, second.name))
                    .label("a second verb")
                    .help(format!("begin a step of its own for it: `- {}: …`", head.name)),
            );
            return None;
        }
        self.keys_beside(verb.name, verb.beside, head.not_yet, entries, &[head.name, verb.name]);
        self.check.value(verb.name, verb.value, value, Mode::Given);
        Some((verb, value))
    }

    /// Checks the keys beside a verb, and the values of those that are known.
    fn keys_beside(
        &mut self,
        verb: &str,
        beside: &[Field],
        not_yet: &[&str],
        entries: &[(Key, Node)],
        taken: &[&str],
    ) {
        for (key, value) in entries.iter().filter(|(key, _)| !taken.contains(&key.name.as_str())) {
            match beside.iter().find(|field| field.name == key.name) {
                // People and captures are looked at where they are used.
                Some(Field { kind: Kind::Person | Kind::Capture, .. }) => {}
                Some(field) => self.check.value(field.name, field.kind, value, Mode::Given),
                None => {
                    let known: Vec<&str> = beside.iter().map(|field| field.name).collect();
                    self.check.unknown_key(key, &format!("a `{verb}` step"), &known, not_yet);
                }
            }
        }
    }

    fn user(&mut self, head: &'static Head, node: &Node, who: &Node) -> Option<Act> {
        self.check.person("user", who);
        let (_, text) = self.verb(head, node)?;
        Some(Act::User { who: spanned(who), verb: UserVerb::Says { text: text.clone() } })
    }

    fn app(&mut self, head: &'static Head, node: &Node, who: &Node) -> Option<Act> {
        self.check.app("app", who);
        let (verb, value) = self.verb(head, node)?;
        if let (Some((key, _)), Some(_)) = (node.entry("to"), node.get("of")) {
            self.check.report(
                Diagnostic::new(key.span, "`of` and `to` both name the person").help("leave one of them out"),
            );
        }
        let (named, key) =
            if node.get("of").is_some() { (node.get("of"), "of") } else { (node.get("to"), "to") };
        let key = if named.is_none() { "of" } else { key };
        let person = self.check.understood_person(named, key, node.span);
        let refused = self.refused(node);
        if let (Some(_), Some((answers, _))) = (&refused, node.entry("answers")) {
            self.check.report(
                Diagnostic::new(answers.span, "a refused call has no success answer to look at")
                    .help("match the error with `refused: {code: …, message: …}` and leave `answers` out"),
            );
        }
        let of = Spanned::new(person?, named.unwrap_or(who).span);
        let verb = app_verb(verb.name, node, value);
        Some(Act::App { who: spanned(who), of, verb, refused, answers: node.get("answers").cloned() })
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

    /// Takes the name behind `as:`.
    fn capture(&mut self, node: Option<&Node>) -> Option<Spanned<String>> {
        let node = node?;
        let world = self.check.names.apps.iter().chain(&self.check.names.people);
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

fn clock(value: &Node) -> ClockMove {
    match value.get("to") {
        Some(time) => ClockMove::To(time.clone()),
        None if value.source == "next" => ClockMove::Next,
        None => ClockMove::By(value.clone()),
    }
}

fn app_verb(name: &str, node: &Node, value: &Node) -> AppVerb {
    let metadata = value.get("metadata").cloned();
    match name {
        "sends" => AppVerb::Sends {
            message: value.clone(),
            messaging_type: node.get("messaging_type").cloned(),
            tag: node.get("tag").cloned(),
        },
        "passes_control" => AppVerb::PassesControl { to: value.get("to").cloned(), metadata },
        "takes_control" => AppVerb::TakesControl { metadata },
        "releases_control" => AppVerb::ReleasesControl { metadata },
        "requests_control" => AppVerb::RequestsControl { metadata },
        "extends_control" => AppVerb::ExtendsControl { duration: value.clone() },
        _ => AppVerb::AsksOwner,
    }
}

/// Says why no key of a step tells who acts.
fn no_head(entries: &[(Key, Node)], span: Span) -> Diagnostic {
    let all: Vec<&str> = words::HEADS.iter().map(|head| head.name).collect();
    let Some((first, _)) = entries.first() else {
        return Diagnostic::new(span, "this step is empty").help(format!("begin it with {}", one_of(&all)));
    };
    if let Some((key, _)) = entries.iter().find(|(key, _)| words::HEADS_NOT_YET.contains(&key.name.as_str()))
    {
        return Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet");
    }
    let problem = Diagnostic::new(first.span, format!("a step cannot begin with `{}`", first.name));
    for (key, _) in entries {
        if let Some(near) =
            did_you_mean(&key.name, all.iter().copied().chain(words::HEADS_NOT_YET.iter().copied()))
        {
            let message = format!("a step cannot begin with `{}`", key.name);
            return Diagnostic::new(key.span, message)
                .label("unknown key")
                .help(format!("did you mean `{near}`?"));
        }
    }
    let actor = words::HEADS.iter().find(|head| {
        let knows =
            |name: &str| head.verbs.iter().any(|verb| verb.name == name) || head.not_yet.contains(&name);
        entries.iter().any(|(key, _)| knows(&key.name))
    });
    if let Some(actor) = actor {
        return problem.label("who does it?").help(format!("say who: put `{}: NAME` before it", actor.name));
    }
    if words::expectation(&first.name).is_some() || words::EXPECTATIONS_NOT_YET.contains(&first.name.as_str())
    {
        return problem.help(format!("if this is an expectation, write `expect: {{{}: …}}`", first.name));
    }
    problem.label("unknown key").help(format!("begin it with {}", one_of(&all)))
}

/// Says why no key of a step is something its actor does.
fn no_verb(head: &Head, entries: &[(Key, Node)], span: Span, what: &str) -> Diagnostic {
    let verbs: Vec<&str> = head.verbs.iter().map(|verb| verb.name).collect();
    let others: Vec<&Key> = entries.iter().map(|(key, _)| key).filter(|key| key.name != head.name).collect();
    if let Some(key) = others.iter().find(|key| head.not_yet.contains(&key.name.as_str())) {
        return Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet");
    }
    if let Some(key) = others.iter().find(|key| did_you_mean(&key.name, verbs.iter().copied()).is_some()) {
        return Diagnostic::new(key.span, format!("`{}` is nothing that {} does", key.name, actor(head)))
            .label("unknown key")
            .help(suggestion(&key.name, &verbs, ""));
    }
    let elsewhere = others.iter().find_map(|key| {
        let other = words::HEADS.iter().find(|other| other.verbs.iter().any(|verb| verb.name == key.name))?;
        (other.name != head.name).then_some((*key, other))
    });
    if let Some((key, other)) = elsewhere {
        return Diagnostic::new(key.span, format!("`{}` is nothing that {} does", key.name, actor(head)))
            .label(format!("{} does this", actor(other)))
            .help(format!("write `{}: NAME`, or use {}", other.name, one_of(&verbs)));
    }
    match others.iter().find(|key| !["as", "of", "to", "refused", "answers"].contains(&key.name.as_str())) {
        Some(key) => {
            Diagnostic::new(key.span, format!("`{}` is nothing that {} does", key.name, actor(head)))
                .label("unknown key")
                .help(format!("use {}", one_of(&verbs)))
        }
        None => Diagnostic::new(span, format!("this {what} does not say what the {} does", noun(head)))
            .help(format!("add {}", one_of(&verbs))),
    }
}

fn actor(head: &Head) -> String {
    if head.name == "app" { "an app".to_owned() } else { format!("a {}", noun(head)) }
}

fn noun(head: &Head) -> &'static str {
    if head.name == "user" { "person" } else { head.name }
}

fn spanned(node: &Node) -> Spanned<String> {
    Spanned::new(node.source.clone(), node.span)
}

/// Tells whether a name can stand in an expression.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}
