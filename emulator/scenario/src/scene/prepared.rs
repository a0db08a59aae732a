//! Expectations with their expressions evaluated.

use emulator_core::{AppId, PageId, Psid};
use serde_json::json;

use super::plan::{Branch, Leaf, Plan, Tree};
use super::{Outcome, Scene};
use crate::matcher::Pattern;
use crate::node::Node;
use crate::step::{Awaited, Expectation, Owner};
use crate::value;
use crate::vocabulary::{Source, ValueKind, Verb};

/// An expectation that is ready to be compared.
pub(super) enum Prepared {
    /// Something that happens or is the case.
    Plan(Plan),
    /// Nothing at all, for that long.
    Nothing { for_ms: u64 },
}

/// A single thing that is waited for.
pub(super) enum Wanted {
    /// A message that reaches the person.
    Message { app: AppId, person: Option<Psid>, pattern: Pattern },
    /// A call of an app.
    Call {
        app: AppId,
        page: PageId,
        person: Option<Psid>,
        verb: &'static Verb,
        pattern: Option<Pattern>,
        refused: Option<Pattern>,
    },
    /// A delivery to an app.
    Webhook {
        app: AppId,
        page: PageId,
        person: Option<Psid>,
        pattern: Pattern,
        acknowledged: bool,
        attempts: Option<Pattern>,
    },
    /// A state of a conversation.
    State { person: Option<Psid>, state: State },
}

/// What a conversation can be like.
pub(super) enum State {
    Owner { expected: String },
    Folder(&'static str),
    Window(&'static str),
}

impl Scene {
    /// Evaluates an expectation.
    pub(super) fn prepare(&self, expectation: &Expectation) -> Outcome<Prepared> {
        if let Awaited::Nothing { for_ms } = expectation.what {
            return Ok(Prepared::Nothing { for_ms });
        }
        let mut leaves = Vec::new();
        let root = self.branch(expectation, &mut leaves)?;
        Ok(Prepared::Plan(Plan { root, leaves }))
    }

    /// Adds what an expectation waits for to the leaves, and says how they belong together.
    fn branch(&self, expectation: &Expectation, leaves: &mut Vec<Leaf>) -> Outcome<Branch> {
        let mut all = |parts: &[Expectation]| {
            parts.iter().map(|part| self.branch(part, leaves)).collect::<Outcome<Vec<_>>>()
        };
        let tree = match &expectation.what {
            Awaited::AnyOrder(parts) => Tree::AnyOrder(all(parts)?),
            Awaited::OneOf(parts) => Tree::OneOf(all(parts)?),
            Awaited::App { .. }
            | Awaited::Webhook { .. }
            | Awaited::Owner(_)
            | Awaited::Folder(_)
            | Awaited::Window(_)
            | Awaited::Nothing { .. } => {
                leaves.extend(self.wanted(expectation)?.map(|what| Leaf { span: expectation.span, what }));
                Tree::Leaf(leaves.len().saturating_sub(1))
            }
        };
        Ok(Branch { tree, capture: expectation.capture.as_ref().map(|name| name.value.clone()) })
    }

    /// What a single expectation waits for; none for quiet and for combinations.
    fn wanted(&self, expectation: &Expectation) -> Outcome<Option<Wanted>> {
        let page = self.page_on(expectation.on.as_ref())?;
        let person = self.person_or_only(expectation.of.as_ref(), page)?;
        let named = || expectation.of.as_ref().map(|who| self.person(who, page)).transpose();
        let build = |node| Pattern::build(node, self).map_err(|problem| self.error(problem));
        Ok(Some(match &expectation.what {
            Awaited::App { who, verb, params, beside, refused } => {
                let app = self.app_id(who)?;
                let refused = refused.as_deref().map(|refusal| self.refusal_pattern(refusal)).transpose()?;
                let mut members = Vec::new();
                for (name, node) in beside {
                    members.push(((*name).to_owned(), build(node)?));
                }
                if verb.sends_message() {
                    if let Some(params) = params {
                        let message =
                            Pattern::of_message(params, self).map_err(|problem| self.error(problem))?;
                        members.push(("message".to_owned(), message));
                    }
                    let pattern = Pattern::of_members(members);
                    return Ok(Some(match refused {
                        None => Wanted::Message { app, person, pattern },
                        Some(_) => Wanted::Call { app, page, person, verb, pattern: Some(pattern), refused },
                    }));
                }
                let asked = self.asked_pattern(verb, params.as_ref())?;
                let pattern = match (asked, members.is_empty()) {
                    (asked, true) => asked,
                    (None, false) => Some(Pattern::of_members(members)),
                    (Some(asked), false) => Some(Pattern::both(asked, Pattern::of_members(members))),
                };
                // Not every call is about a person, so only one who is named limits them.
                let person = if verb.is_written_call() { named()? } else { person };
                Wanted::Call { app, page, person, verb, pattern, refused }
            }
            Awaited::Webhook { app, channel, field, event, acknowledged, attempts } => {
                let mut members = Vec::new();
                members.extend(
                    channel.map(|channel| ("channel".to_owned(), Pattern::of_value(&json!(channel.name())))),
                );
                members.extend(
                    field.as_ref().map(|field| ("field".to_owned(), Pattern::of_value(&json!(field)))),
                );
                if let Some(event) = event {
                    members.push(("event".to_owned(), build(event)?));
                }
                Wanted::Webhook {
                    app: self.app_id(app)?,
                    page,
                    // Nor is every event.
                    person: named()?,
                    pattern: Pattern::of_members(members),
                    acknowledged: *acknowledged,
                    attempts: attempts.as_ref().map(build).transpose()?,
                }
            }
            Awaited::Owner(owner) => {
                let expected = match owner {
                    Owner::App(app) => {
                        self.app_id(app)?;
                        app.value.clone()
                    }
                    Owner::Word(word) => word.name().to_owned(),
                };
                Wanted::State { person, state: State::Owner { expected } }
            }
            Awaited::Folder(folder) => Wanted::State { person, state: State::Folder(folder.name()) },
            Awaited::Window(window) => Wanted::State { person, state: State::Window(window.name()) },
            Awaited::Nothing { .. } | Awaited::AnyOrder(_) | Awaited::OneOf(_) => return Ok(None),
        }))
    }

    /// What a call must have asked for; none where anything will do.
    fn asked_pattern(&self, verb: &Verb, params: Option<&Node>) -> Outcome<Option<Pattern>> {
        let Some(params) = params.filter(|params| !params.is_yes()) else { return Ok(None) };
        let wrong = |problem| self.error(problem);
        let member = |name: &str, pattern| Some(Pattern::of_members(vec![(name.to_owned(), pattern)]));
        let whole = verb.parameters().iter().find_map(|parameter| match parameter.source {
            Source::Value => Some((parameter.name, None)),
            Source::Switch { on, off } => Some((parameter.name, Some((on, off)))),
            Source::Key(_) | Source::Beside(_) | Source::Word(_) => None,
        });
        Ok(match whole {
            Some((name, Some((on, off)))) => {
                let word = if params.as_switch() == Some(false) { off } else { on };
                member(name, Pattern::of_value(&json!(word)))
            }
            Some((name, None)) if verb.expected == ValueKind::Duration && params.is_scalar() => {
                let ms = value::duration(params, self).map_err(wrong)?;
                member(name, Pattern::of_value(&json!(ms / 1_000)))
            }
            Some((name, None)) => member(name, Pattern::build(params, self).map_err(wrong)?),
            None => Some(Pattern::build(params, self).map_err(wrong)?),
        })
    }
}
