//! An expectation taken apart: single things, and how they belong together.

use std::collections::BTreeMap;

use emulator_core::AppId;
use serde_json::Value;

use super::prepared::Wanted;
use crate::node::Span;

/// A whole expectation.
pub(super) struct Plan {
    /// How its leaves belong together.
    pub(super) root: Branch,
    /// The single things, in the order of the file.
    pub(super) leaves: Vec<Leaf>,
}

/// A single thing and where it stands.
pub(super) struct Leaf {
    pub(super) span: Span,
    pub(super) what: Wanted,
}

/// A part of an expectation, and the name that what meets it gets.
pub(super) struct Branch {
    pub(super) tree: Tree,
    pub(super) capture: Option<String>,
}

/// How leaves belong together.
pub(super) enum Tree {
    /// One of them, by its place among the leaves.
    Leaf(usize),
    /// All of these.
    AnyOrder(Vec<Branch>),
    /// One of these.
    OneOf(Vec<Branch>),
}

/// One way to meet an expectation: each slot by something else. A slot holds the leaves of which one is enough.
pub(super) type Way = Vec<Vec<usize>>;

impl Plan {
    /// The apps that it waits for; none where it may be any.
    pub(super) fn apps(&self) -> impl Iterator<Item = Option<AppId>> {
        self.leaves.iter().map(|leaf| match leaf.what {
            Wanted::Message { app, .. } | Wanted::Call { app, .. } | Wanted::Webhook { app, .. } => Some(app),
            Wanted::State { .. } => None,
        })
    }

    /// All ways to meet it, in the order of the file.
    pub(super) fn ways(&self) -> Vec<Way> {
        self.root.tree.ways()
    }

    /// What the whole gave, and what its named parts gave; what was not met is null.
    pub(super) fn results(&self, met: &BTreeMap<usize, Value>) -> (Value, BTreeMap<String, Value>) {
        let mut captures = BTreeMap::new();
        self.root.collect(met, &mut captures);
        (self.root.tree.value(met), captures)
    }
}

impl Branch {
    fn collect(&self, met: &BTreeMap<usize, Value>, captures: &mut BTreeMap<String, Value>) {
        if let Some(name) = &self.capture {
            let value = self.tree.value(met);
            // Alternatives may share a name; the one that was met counts.
            let known = captures.entry(name.clone()).or_default();
            if !value.is_null() {
                *known = value;
            }
        }
        self.tree.parts().iter().for_each(|part| part.collect(met, captures));
    }
}

impl Tree {
    /// The parts of a combination.
    pub(super) fn parts(&self) -> &[Branch] {
        match self {
            Self::Leaf(_) => &[],
            Self::AnyOrder(parts) | Self::OneOf(parts) => parts,
        }
    }

    /// The leaves below it.
    pub(super) fn leaves(&self) -> Vec<usize> {
        match self {
            Self::Leaf(leaf) => vec![*leaf],
            Self::AnyOrder(parts) | Self::OneOf(parts) => {
                parts.iter().flat_map(|part| part.tree.leaves()).collect()
            }
        }
    }

    fn ways(&self) -> Vec<Way> {
        match self {
            Self::Leaf(leaf) => vec![vec![vec![*leaf]]],
            Self::AnyOrder(parts) => parts.iter().fold(vec![Way::new()], |ways, part| {
                let more = part.tree.ways();
                ways.iter()
                    .flat_map(|way| more.iter().map(move |more| [way.as_slice(), more].concat()))
                    .collect()
            }),
            Self::OneOf(parts) => {
                let ways: Vec<Way> = parts.iter().flat_map(|part| part.tree.ways()).collect();
                if ways.iter().all(|way| way.len() == 1) {
                    return vec![vec![ways.into_iter().flatten().flatten().collect()]];
                }
                ways
            }
        }
    }

    /// What it gave: of a combination of all a list, of alternatives what the one gave that was met.
    fn value(&self, met: &BTreeMap<usize, Value>) -> Value {
        match self {
            Self::Leaf(leaf) => met.get(leaf).cloned().unwrap_or_default(),
            Self::AnyOrder(parts) => {
                let values: Vec<Value> = parts.iter().map(|part| part.tree.value(met)).collect();
                if values.iter().all(Value::is_null) { Value::Null } else { Value::Array(values) }
            }
            Self::OneOf(parts) => parts
                .iter()
                .map(|part| part.tree.value(met))
                .find(|value| !value.is_null())
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn leaf(leaf: usize, capture: Option<&str>) -> Branch {
        Branch { tree: Tree::Leaf(leaf), capture: capture.map(str::to_owned) }
    }

    fn branch(tree: Tree) -> Branch {
        Branch { tree, capture: None }
    }

    #[test]
    fn alternatives_that_each_ask_for_one_thing_are_one_slot() {
        let one_of = || Tree::OneOf(vec![leaf(1, None), leaf(2, None)]);
        assert_eq!(one_of().ways(), [vec![vec![1, 2]]]);
        let tree = Tree::AnyOrder(vec![leaf(0, None), branch(one_of())]);
        assert_eq!(tree.ways(), [vec![vec![0], vec![1, 2]]]);
        let tree = Tree::OneOf(vec![leaf(0, None), branch(one_of())]);
        assert_eq!(tree.ways(), [vec![vec![0, 1, 2]]]);
    }

    #[test]
    fn alternatives_that_ask_for_several_things_are_ways_of_their_own() {
        let both = |a, b| branch(Tree::AnyOrder(vec![leaf(a, None), leaf(b, None)]));
        let either = || Tree::OneOf(vec![both(0, 1), leaf(2, None)]);
        assert_eq!(either().ways(), [vec![vec![0], vec![1]], vec![vec![2]]]);
        let tree = Tree::AnyOrder(vec![branch(either()), leaf(3, None)]);
        assert_eq!(tree.ways(), [vec![vec![0], vec![1], vec![3]], vec![vec![2], vec![3]]]);
        assert_eq!(tree.leaves(), [0, 1, 2, 3]);
    }

    #[test]
    fn a_name_holds_what_met_it_and_null_if_nothing_did() {
        let either = Tree::OneOf(vec![leaf(1, Some("x")), leaf(2, Some("x")), leaf(3, Some("y"))]);
        let root = branch(Tree::AnyOrder(vec![leaf(0, Some("first")), branch(either)]));
        let plan = Plan { root, leaves: Vec::new() };
        let (value, captures) = plan.results(&BTreeMap::from([(0, json!("a")), (2, json!("b"))]));
        assert_eq!(value, json!(["a", "b"]));
        assert_eq!(json!(captures), json!({"first": "a", "x": "b", "y": null}));
        let (value, captures) = plan.results(&BTreeMap::new());
        assert_eq!((value, json!(captures)), (json!(null), json!({"first": null, "x": null, "y": null})));
    }
}
