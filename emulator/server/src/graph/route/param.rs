//! Parameters of routes.

use emulator_core::{Permission, RuleId};

use super::RouteState;
use crate::graph::error::GraphError;

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamType {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// A boolean.
    Flag,
    /// An object.
    Object,
    /// A list of texts or numbers.
    List,
    /// A list of objects.
    Objects,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of these words.
    Words(&'static [&'static str]),
}

/// A parameter of a route.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ParamType,
    /// Whether a call without it is refused.
    pub required: bool,
    /// Whether the emulator reads it.
    pub state: RouteState,
    /// The most characters of a text, or items of a list.
    pub limit: Option<usize>,
    /// Values that need a permission beside those of the route.
    pub needs: &'static [(&'static str, Permission)],
    /// The rules that it follows.
    pub rules: &'static [RuleId],
    /// Its members, if it is an object.
    pub members: &'static [Self],
    /// What a call without it gets, where that is not `The parameter … is required` (M-73).
    pub(in crate::graph) absent: Option<fn() -> GraphError>,
}

impl Param {
    /// One that a call may leave out.
    pub(in crate::graph) const fn optional(name: &'static str, kind: ParamType) -> Self {
        let (state, required, limit, absent) = (RouteState::Modelled, false, None, None);
        Self { name, kind, required, state, limit, needs: &[], rules: &[], members: &[], absent }
    }

    /// One that a call has to have.
    pub(in crate::graph) const fn required(name: &'static str, kind: ParamType) -> Self {
        Self { required: true, ..Self::optional(name, kind) }
    }

    /// The same one, which nothing follows from here.
    pub(in crate::graph) const fn ignored(self, why: &'static str) -> Self {
        Self { state: RouteState::Ignored(why), ..self }
    }

    /// The same one, which is refused with code 3.
    pub(in crate::graph) const fn not_yet(self, why: &'static str) -> Self {
        Self { state: RouteState::NotYet(why), ..self }
    }

    /// The same one, at most so long.
    pub(in crate::graph) const fn at_most(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The same one, which follows these rules.
    pub(in crate::graph) const fn follows(self, rules: &'static [RuleId]) -> Self {
        Self { rules, ..self }
    }

    /// The same one, of which these values need permissions of their own.
    pub(in crate::graph) const fn needs(self, needs: &'static [(&'static str, Permission)]) -> Self {
        Self { needs, ..self }
    }

    /// The same one, with its members.
    pub(in crate::graph) const fn members(self, members: &'static [Self]) -> Self {
        Self { members, ..self }
    }

    /// The same one, with what a call without it gets.
    pub(in crate::graph) const fn else_refused(self, absent: fn() -> GraphError) -> Self {
        Self { absent: Some(absent), ..self }
    }
}

/// The names of parameters.
pub(in crate::graph) const fn names<const COUNT: usize>(params: &[Param; COUNT]) -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let mut index = 0;
    while index < COUNT {
        names[index] = params[index].name;
        index += 1;
    }
    names
}

/// The first of these parameters that is given and not there yet.
pub(in crate::graph) fn not_there_yet(
    params: &[Param],
    is_given: impl Fn(&str) -> bool,
) -> Option<(&Param, &'static str)> {
    params.iter().find_map(|param| match param.state {
        RouteState::NotYet(why) if is_given(param.name) => Some((param, why)),
        RouteState::NotYet(_) | RouteState::Modelled | RouteState::Ignored(_) => None,
    })
}
