//! Builds steps that act: by the row of their verb, and those of admins and the clock.

use emulator_core::Platform;

use super::{Builder, spanned};
use crate::check::Mode;
use crate::diagnostics::{Diagnostic, one_of};
use crate::node::{Node, Spanned};
use crate::step::{Act, AppVerb, Argument, ClockMove, RouteCall};
use crate::vocabulary::{
    AppDoes, ClockWord, Does, Head, PAGE_CHANGES, Parameter, Source, ValueKind, Verb, VerbNodes, page_changes,
};

impl Builder<'_> {
    /// Builds what an actor does; the row of the verb says who that is.
    pub(super) fn act(&mut self, head: &'static Head, step: &Node, who: &Node) -> Option<Act> {
        self.check.value(head.name, head.value, who, Mode::Given);
        let (verb, value) = self.verb(head, step, Mode::Given)?;
        let sound = self.sound(verb.name, verb.value, value);
        let nodes = VerbNodes { step, value };
        if let Does::App(does) = verb.does {
            return self.app(who, (verb, does), &nodes);
        }
        if !sound {
            return None;
        }
        let who = spanned(who);
        Some(match verb.does {
            Does::Person(build) => Act::User { who, verb: build(self, &nodes)? },
            Does::Inbox(build) => Act::Inbox { person: who, verb: build(self, &nodes)? },
            Does::Bot(verb) => Act::Bot { who, verb },
            Does::App(_) => return None,
        })
    }

    /// Says that a part can be used in files alone, which have its steps put in before they are built.
    pub(crate) fn unused_part(&mut self, step: &Node) -> Option<Act> {
        let problem = Diagnostic::new(step.span, "only a file can use a part");
        self.check.report(problem.help("send the steps of the part themselves"));
        None
    }

    /// Builds the call of an app. What is beside it is looked at even if its value is not sound.
    fn app(
        &mut self,
        who: &Node,
        (verb, does): (&'static Verb, AppDoes),
        nodes: &VerbNodes<'_>,
    ) -> Option<Act> {
        let of = if verb.is_about_a_person() { Some(self.person_of(nodes.step, who)) } else { None };
        let refused = self.refused(nodes.step);
        if let (Some(_), Some((answers, _))) = (&refused, nodes.step.entry("answers")) {
            self.check.report(
                Diagnostic::new(answers.span, "a refused call has no success answer to look at")
                    .help("match the error with `refused: {code: …, message: …}` and leave `answers` out"),
            );
        }
        let verb = match does {
            AppDoes::Written => AppVerb::Calls(Box::new(self.raw_call(nodes.value)?)),
            AppDoes::Call(route, parameters) => {
                let given = |parameter: &Parameter| Some((parameter.name, argument(verb, parameter, nodes)?));
                AppVerb::Route(RouteCall {
                    verb,
                    route,
                    arguments: parameters.iter().filter_map(given).collect(),
                })
            }
        };
        let of = match of {
            Some(found) => Some(found?),
            None => None,
        };
        Some(Act::App { who: spanned(who), of, verb, refused, answers: nodes.beside("answers") })
    }

    /// The person in whose conversation an app acts, named or understood.
    fn person_of(&mut self, node: &Node, who: &Node) -> Option<Spanned<String>> {
        if let (Some((key, _)), Some(_)) = (node.entry("to"), node.get("of")) {
            self.check.report(
                Diagnostic::new(key.span, "`of` and `to` both name the person").help("leave one of them out"),
            );
        }
        let (named, key) = match (node.get("of"), node.get("to")) {
            (None, Some(to)) => (Some(to), "to"),
            (of, _) => (of, "of"),
        };
        let person = self.check.understood_person(named, key, node.span)?;
        Some(Spanned::new(person, named.unwrap_or(who).span))
    }
}

/// Builds the changes of an admin; their keys and values were checked.
pub(crate) fn page(builder: &mut Builder<'_>, step: &Node, value: &Node) -> Option<Act> {
    let entries = value.entries().unwrap_or_default();
    if entries.is_empty() {
        let keys: Vec<&str> = PAGE_CHANGES.iter().map(|field| field.name).collect();
        let problem = Diagnostic::new(value.span, "`page` does not say what is changed");
        builder.check.report(problem.help(format!("use {}", one_of(&keys))));
        return None;
    }
    let changes = entries.iter().flat_map(|(key, value)| page_changes(&key.name, value)).collect();
    let platform = step.get("platform").and_then(|node| Platform::parse(&node.source));
    Some(Act::Page { changes, platform, refused: builder.refused(step) })
}

/// What a step gives for a parameter, if it gives anything.
fn argument(verb: &Verb, parameter: &Parameter, nodes: &VerbNodes<'_>) -> Option<Argument> {
    let node = match parameter.source {
        Source::Word(word) => return Some(Argument::Word(word)),
        Source::Switch { on, off } => {
            let is_off = nodes.value.as_switch() == Some(false);
            return Some(Argument::Word(if is_off { off } else { on }));
        }
        // The platform has a length of its own.
        Source::Value if verb.value == ValueKind::Duration && nodes.value.is_yes() => return None,
        Source::Value => nodes.value.clone(),
        Source::Key(key) => nodes.value.get(key)?.clone(),
        Source::Beside(key) => nodes.beside(key)?,
    };
    Some(Argument::of(verb.kind_of(parameter)?, node))
}

/// The move of a clock that was checked.
pub(crate) fn clock_move(value: &Node) -> ClockMove {
    match (value.get("to"), ClockWord::parse(&value.source)) {
        (Some(time), _) => ClockMove::To(time.clone()),
        (None, Some(ClockWord::Next)) => ClockMove::Next,
        (None, None) => ClockMove::By(value.clone()),
    }
}
