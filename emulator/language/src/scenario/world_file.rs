//! Finds the world of a scenario: in place, in a file that it names, or in the nearest file above it.

use std::path::Path;
use std::sync::Arc;

use super::WorldSpec;
use super::world::world;
use crate::diagnostics::{Diagnostic, SourceText};
use crate::node::{Node, NodeKind, Span};
use crate::step::{self, Loader};
use crate::{value, yaml};

/// The name of the file that describes a world for all scenarios below it.
const WORLD_FILE: &str = "emulator.yaml";

/// Finds the world of a scenario that names none: the nearest `emulator.yaml` above it, else an empty one; none if
/// that file cannot be understood.
pub(super) fn world_above(
    file: &Arc<SourceText>,
    path: &Path,
    loader: Loader<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<WorldSpec> {
    for folder in path.ancestors().skip(1) {
        let target = folder.join(WORLD_FILE);
        if let Ok(other) = step::read(loader, &target) {
            let (read, found) = only_world(&other);
            problems.extend(found.into_iter().map(|problem| problem.in_file(&other)));
            return read;
        }
    }
    Some(WorldSpec::empty(Arc::clone(file)))
}

/// Reads a text that must hold exactly one world.
fn only_world(file: &Arc<SourceText>) -> (Option<WorldSpec>, Vec<Diagnostic>) {
    let (nodes, mut found) = yaml::read(file);
    let mut read = None;
    if found.is_empty() {
        match nodes.as_slice() {
            [only] if only.get("scenario").is_none() => {
                value::check(only, None, &mut found);
                read = Some(world(only, file, &mut found));
            }
            _ => found.push(
                Diagnostic::new(Span::default(), format!("{} does not hold exactly one world", file.name))
                    .help("a world is one document with `page` or `pages`, `apps`, `people` and `protocol`"),
            ),
        }
    }
    (read, found)
}

/// Reads a world that stands in place, or the file that is named.
pub(super) fn referred_world(
    node: &Node,
    file: &Arc<SourceText>,
    loader: Loader<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<WorldSpec> {
    if node.kind != NodeKind::Text {
        value::check(node, None, problems);
        return Some(world(node, file, problems));
    }
    let target = step::target(file, &node.source);
    let other = match step::read(loader, &target) {
        Ok(other) => other,
        Err(error) => {
            let message = format!("the world {} cannot be read", crate::paths::shown(&target));
            problems.push(
                Diagnostic::new(node.span, message)
                    .label(error.to_string())
                    .help("the path is relative to the folder of this file"),
            );
            return None;
        }
    };
    let (read, found) = only_world(&other);
    problems.extend(found.into_iter().map(|problem| problem.in_file(&other)));
    read
}
