//! The table of routes: the rows of all groups of endpoints, and how one of them is found.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use emulator_core::RouteId;

use super::edges;
use super::outside;
use super::route::{NodeKind, Route, RouteMethod, RouteState};

/// Every row, group after group.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    edges::GROUPS.iter().copied().flatten()
}

/// The route of that id.
pub fn route(id: RouteId) -> &'static Route {
    static BY_ID: LazyLock<BTreeMap<RouteId, &'static Route>> =
        LazyLock::new(|| routes().map(|route| (route.id, route)).collect());
    BY_ID.get(&id).copied().expect("each route has a row, which a test holds")
}

/// The row of a method on an edge.
pub(super) fn row(node: NodeKind, method: RouteMethod, edge: &str) -> Option<&'static Route> {
    let mut rows = routes().filter(|row| row.method == method && row.node == node);
    rows.find(|row| row.edge == edge)
}

/// True for a word that stands in the place of a node.
pub(super) fn is_root(name: &str) -> bool {
    root(name).is_some()
}

/// A row that the root has for that word, whatever the method and what follows.
pub(super) fn root(name: &str) -> Option<&'static Route> {
    let is_first = |row: &&Route| first(row.edge) == name && !row.edge.is_empty();
    routes().filter(|row| row.node == NodeKind::Root).find(is_first)
}

/// True for an edge that Pages or apps have here with some method.
pub(super) fn is_modelled(edge: &str) -> bool {
    let here = |row: &Route| row.edge == edge && row.state() == RouteState::Modelled;
    routes().any(|row| matches!(row.node, NodeKind::Page | NodeKind::App) && here(row))
}

/// True for an edge that the node has on the platform, here or not.
pub(super) fn has_edge(node: NodeKind, edge: &str) -> bool {
    let has_row = !edge.is_empty() && routes().any(|row| row.node == node && row.edge == edge);
    has_row || outside::has_edge(node, edge)
}

/// True for an edge of something that is known by its id alone.
pub(super) fn is_edge_of_an_id(edge: &str) -> bool {
    let by_id = |row: &Route| row.edge == edge && row.node != NodeKind::Root;
    routes().any(by_id) || outside::is_edge_of_an_id(edge)
}

/// Why an edge is not there yet that is not found with its method and node: what a row of it says, or that it is not
/// about messaging.
pub(super) fn why_not(edge: &str) -> &'static str {
    let why = |row: &Route| row.state().why();
    routes().filter(|row| row.edge == edge).find_map(why).unwrap_or(outside::WHY)
}

/// Why there are no nodes of that kind yet.
pub(super) fn why_no(node: NodeKind) -> &'static str {
    let why = |row: &Route| row.state().why();
    routes().filter(|row| row.node == node).find_map(why).unwrap_or(outside::WHY)
}

/// The first part of a path.
pub(super) fn first(edge: &str) -> &str {
    edge.split('/').next().unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_route_has_exactly_one_row() {
        let ids: Vec<RouteId> = routes().map(|row| row.id).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "a route has two rows: {ids:?}");
        for id in RouteId::ALL {
            assert!(ids.contains(id), "{} has no row", id.name());
        }
    }

    #[test]
    fn no_two_rows_are_found_for_one_call() {
        let mut known = BTreeSet::new();
        for row in routes() {
            assert!(known.insert((row.node, row.edge, row.method)), "{:?} {}", row.node, row.edge);
        }
    }

    #[test]
    fn a_row_says_where_it_is_described_and_why_it_is_not_there_yet() {
        for row in routes() {
            assert!(!row.source.is_empty(), "{}", row.id.name());
            assert!(row.state().why().is_none_or(|why| !why.is_empty()), "{}", row.id.name());
            let mut names = BTreeSet::new();
            for param in row.params {
                assert!(names.insert(param.name), "{} has {} twice", row.id.name(), param.name);
                assert!(param.state.why().is_none_or(|why| !why.is_empty()), "{}", param.name);
            }
        }
    }

    #[test]
    fn an_edge_with_a_row_does_not_stand_among_the_others() {
        for row in routes().filter(|row| !row.edge.is_empty()) {
            assert!(!outside::has_edge(row.node, row.edge), "{:?} {}", row.node, row.edge);
        }
    }
}
