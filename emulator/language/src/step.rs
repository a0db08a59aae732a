//! Steps: one actor doing one thing, one move of the clock, or one expectation.
//!
//! A step that was built is sound as far as that can be told before it runs: its names exist in the world, its words
//! are known, its literal durations and times can be read. What may hold `${…}` is still a [`Node`].

mod expectation;
mod origin;
pub(crate) mod parse;
mod verb;

use std::collections::BTreeSet;
use std::sync::Arc;

use emulator_core::{Platform, Protocol};

use crate::diagnostics::{Diagnostic, SourceText, did_you_mean};
use crate::node::{Node, Span, Spanned};
use crate::{matcher, value, yaml};

pub use crate::vocabulary::{TokenWord, Window};
pub use emulator_core::{Channel, Folder};
pub use expectation::{Awaited, Expectation, Need, Owner};
pub use origin::Loader;
pub(crate) use origin::{Origin, read, target};
pub use parse::is_identifier;
pub(crate) use parse::{Builder, Position, captured, clock_move, spanned, steps};
pub use verb::{
    AdRouteNames, AppVerb, Argument, BotVerb, CallContent, CallFile, CallToken, Entrance, InboxVerb,
    PageChange, RawCall, Role, RouteCall, RouteNames, UserVerb,
};

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The whole step in its file.
    pub span: Span,
    /// The text that its spans point into; the steps of a part have another one than those around them.
    pub file: Arc<SourceText>,
    /// For the step of a part: where that part is used.
    pub used: Option<Arc<str>>,
    /// The Page on which a person, an app, the inbox or an admin acts; the first one unless given. An expectation has
    /// its own.
    pub on: Option<Spanned<String>>,
    /// What it does.
    pub act: Act,
    /// The name under which later steps find the result (`as:`).
    pub capture: Option<Spanned<String>>,
    /// The protocols under which it is played; none where it is played under all.
    pub under: Option<Vec<Protocol>>,
}

impl Step {
    /// The names under which later steps find something of this one.
    pub fn captures(&self) -> impl Iterator<Item = &Spanned<String>> {
        let inside = if let Act::Expect { what, .. } = &self.act { what.captures() } else { Vec::new() };
        self.capture.iter().chain(inside)
    }
}

/// Says which `until:` names no later step.
pub(crate) fn unknown_untils(steps: &[Step]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let Act::Never { until: Some(until), .. } = &step.act else { continue };
        let names = |steps: &[Step]| -> Vec<String> {
            steps.iter().flat_map(|step| step.captures().map(|name| name.value.clone())).collect()
        };
        let (before, later) = (names(&steps[..index]), names(&steps[index + 1..]));
        if later.contains(&until.value) {
            continue;
        }
        let near = did_you_mean(&until.value, later.iter().map(String::as_str));
        let problem =
            Diagnostic::new(until.span, format!("no step after this one is called `{}`", until.value));
        let problem = match near {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if before.contains(&until.value) => problem
                .label("a step before this one is")
                .help("it holds from here on, so name a later step, or leave `until` out"),
            None => {
                problem.help(format!("give the step to which it holds a name with `as: {}`", until.value))
            }
        };
        problems.push(problem.in_file(&step.file));
    }
    problems
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// A person does something.
    User {
        /// The person's name.
        who: Spanned<String>,
        /// What she does.
        verb: UserVerb,
    },
    /// An agent does something in the Page Inbox.
    Inbox {
        /// The name of the person in whose conversation.
        person: Spanned<String>,
        /// What the agent does.
        verb: InboxVerb,
    },
    /// An admin changes settings.
    Page {
        /// The changes, in the order of the file.
        changes: Vec<PageChange>,
        /// On which platform, where it matters; the main one of the Page if none.
        platform: Option<Platform>,
        /// How they must fail; without it they must succeed.
        refused: Option<Box<Refusal>>,
    },
    /// A played app does something.
    App {
        /// The app's name.
        who: Spanned<String>,
        /// The person in whose conversation it acts; there also where the step leaves it to be understood, and
        /// none for a call that is about nobody.
        of: Option<Spanned<String>>,
        /// What it does.
        verb: AppVerb,
        /// How the call must fail; without it the call must succeed.
        refused: Option<Box<Refusal>>,
        /// What the answer must hold, as a pattern.
        answers: Option<Node>,
    },
    /// The process of a bot ends or begins.
    Bot {
        /// The app's name.
        who: Spanned<String>,
        /// What becomes of it.
        verb: BotVerb,
    },
    /// The clock moves.
    Clock(ClockMove),
    /// A text for the report.
    Note(Node),
    /// Something must happen or be the case.
    Expect {
        /// What.
        what: Expectation,
        /// How long to wait at most, in milliseconds of real time.
        within: Option<u64>,
        /// Whether the scenario needs it.
        need: Need,
    },
    /// Something must not happen from here on.
    Never {
        /// What.
        what: Expectation,
        /// The name of the later step to which it holds; to the end without it.
        until: Option<Spanned<String>>,
    },
}

/// How a call must fail; each part that is given is a value or a matcher.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Where it stands.
    pub span: Span,
    /// The HTTP status.
    pub status: Option<Node>,
    /// The error's code.
    pub code: Option<Node>,
    /// The error's subcode.
    pub subcode: Option<Node>,
    /// The error's type.
    pub kind: Option<Node>,
    /// The message on the wire.
    pub message: Option<Node>,
    /// The title for people.
    pub user_title: Option<Node>,
    /// The explanation for people.
    pub user_msg: Option<Node>,
}

impl Refusal {
    /// Gives the parts that are there, under the keys they have in a file.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &Node)> {
        [
            ("status", &self.status),
            ("code", &self.code),
            ("subcode", &self.subcode),
            ("type", &self.kind),
            ("message", &self.message),
            ("user_title", &self.user_title),
            ("user_msg", &self.user_msg),
        ]
        .into_iter()
        .filter_map(|(name, part)| Some((name, part.as_ref()?)))
    }
}

/// A move of the clock.
#[derive(Clone, Debug, PartialEq)]
pub enum ClockMove {
    /// Forward by a duration; [`crate::value::duration`] reads it.
    By(Node),
    /// Forward to a point in time; [`crate::value::time`] reads it.
    To(Node),
    /// To whatever is due next.
    Next,
}

/// The names of a world that steps can use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The apps.
    pub apps: BTreeSet<String>,
    /// The people.
    pub people: BTreeSet<String>,
    /// The Pages that have names; none where the world has `page:`.
    pub pages: BTreeSet<String>,
    /// What earlier steps have captured; none where steps come one by one, since that is not known then.
    pub captures: Option<BTreeSet<String>>,
    /// Whether there are others.
    pub certainty: Certainty,
}

/// Whether the names of a world are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certainty {
    /// All of them are.
    #[default]
    Complete,
    /// There may be any, since the steps are those of a part and its users have the world.
    Open,
}

/// Reads steps that came without a file: one step or a list, as YAML or JSON. `name` is shown in place of a path.
///
/// # Errors
/// Gives every error that can be told before the steps run.
pub fn parse_steps(name: &str, text: &str, names: &Names) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let file = SourceText::new(name, text);
    let (documents, mut problems) = yaml::read(&file);
    let mut built = Vec::new();
    match documents.as_slice() {
        [document] => {
            built = steps(document, Origin { file: &file, loader: None }, names, &mut problems);
            value::check(document, None, &mut problems);
            value::refuse_environment(document, &mut problems);
            matcher::check(document, &mut problems);
        }
        [] if problems.is_empty() => {
            problems.push(
                Diagnostic::new(Span::default(), "there is no step").help("send one step or a list of steps"),
            );
        }
        [] => {}
        [_, second, ..] => {
            problems.push(
                Diagnostic::new(second.span, "more than one document").help("send several steps as one list"),
            );
        }
    }
    if problems.is_empty() {
        Ok(built)
    } else {
        Err(problems.into_iter().map(|problem| problem.in_file(&file)).collect())
    }
}

/// Builds the step that a node of a file is, or the steps of a list; such steps can read no other file.
///
/// # Errors
/// Gives every error that can be told before the steps run.
pub fn steps_of(node: &Node, file: &Arc<SourceText>, names: &Names) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let built = steps(node, Origin { file, loader: None }, names, &mut problems);
    value::check(node, None, &mut problems);
    matcher::check(node, &mut problems);
    if problems.is_empty() {
        Ok(built)
    } else {
        Err(problems.into_iter().map(|problem| problem.in_file(file)).collect())
    }
}

#[cfg(test)]
mod tests;
