//! Builds the steps of a scenario, one after the other, since each knows the names that those before it have captured.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::section::Section;
use crate::diagnostics::{Diagnostic, SourceText, did_you_mean};
use crate::node::Node;
use crate::step::{self, Names};
use crate::{matcher, value, vocabulary as words};

/// Builds the steps, and checks the names in their expressions against what is defined before each.
pub(super) fn steps(
    section: &mut Section<'_, '_>,
    node: &Node,
    file: &Arc<SourceText>,
    names: &Names,
) -> Vec<step::Step> {
    let help = "add for example `steps: [{user: ana, says: hello}]`";
    let Some(list) = node.get("steps").filter(|steps| !steps.is_null()) else {
        let misspelt = |name: &str| {
            name != "steps" && did_you_mean(name, words::names(words::SCENARIO_KEYS)) == Some("steps")
        };
        if node.entries().is_some_and(|entries| entries.iter().any(|(key, _)| misspelt(&key.name))) {
            // The unknown key is an error of its own, and it is the one to mend.
            return Vec::new();
        }
        let at = node.entry("steps").or(node.entry("scenario")).map_or(node.span, |(key, _)| key.span);
        section.report(Diagnostic::new(at, "this scenario has no steps").help(help));
        return Vec::new();
    };
    let Some(items) = list.items() else {
        section.report(
            Diagnostic::new(list.span, "`steps` takes a list")
                .label(format!("this is {}", list.kind_name()))
                .help("begin each step with a dash: `- user: ana`"),
        );
        return Vec::new();
    };
    if items.is_empty() {
        section.report(Diagnostic::new(list.span, "this scenario has no steps").help(help));
    }
    let mut known: Vec<String> = words::EXPRESSION_NAMES.iter().map(|name| (*name).to_owned()).collect();
    known.extend(names.apps.iter().chain(&names.people).chain(&names.pages).cloned());
    let mut names = Names { captures: Some(BTreeSet::new()), ..names.clone() };
    let mut all = Vec::new();
    for item in items {
        let mut found = Vec::new();
        all.extend(step::steps(item, file, &names, &mut found));
        value::check(item, Some(&known), &mut found);
        matcher::check(item, &mut found);
        section.problems.extend(found);
        let inside = item.get("expect").and_then(|expected| expected.get("as"));
        let captured = item.get("as").or(inside).map(|name| name.source.clone());
        names.captures.iter_mut().for_each(|captures| captures.extend(captured.clone()));
        known.extend(captured);
    }
    all
}
