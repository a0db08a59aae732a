//! The runs of a scenario: one for each protocol that it lists and each of its cases.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use emulator_core::Protocol;

use super::section::Section;
use super::{Case, Protocols, Run, Scenario};
use crate::diagnostics::{Diagnostic, suggestion};
use crate::node::{Key, Node, NodeKind, Span, Spanned};
use crate::value::{self, Known, Shape};

/// The key of a case that is its name and no variable.
const NAME: &str = "case";
/// The key of a case that is the protocol under which alone it is played, and no variable.
const PROTOCOL: &str = "protocol";

impl Scenario {
    /// Gives its runs: one for each protocol of a list, and for each of these one for each case.
    #[must_use]
    pub fn runs(&self) -> Vec<Run<'_>> {
        let protocols: Vec<(Option<Protocol>, String)> = match &self.protocols {
            Protocols::OfWorld => vec![(None, String::new())],
            Protocols::One(protocol) => vec![(Some(protocol.value), String::new())],
            Protocols::Each(list) => {
                list.iter().map(|it| (Some(it.value), format!("@{}", it.value.name()))).collect()
            }
        };
        let mut cases: Vec<(Option<&Case>, String)> =
            self.cases.iter().map(|case| (Some(case), format!(".{}", case.name.value))).collect();
        if cases.is_empty() {
            cases.push((None, String::new()));
        }
        let mut runs = Vec::new();
        for (protocol, at) in &protocols {
            for (case, dot) in &cases {
                let own = case.and_then(|case| case.protocol);
                let elsewhere = own.is_some_and(|own| protocol.is_some_and(|protocol| protocol != own));
                if elsewhere {
                    continue;
                }
                let called = format!("{}{dot}{at}", self.name.value);
                runs.push(Run { called, protocol: own.or(*protocol), case: *case });
            }
        }
        runs
    }

    /// Gives the variables of a case, those of the scenario among them.
    pub fn variables<'a>(&'a self, case: Option<&'a Case>) -> impl Iterator<Item = &'a (Key, Node)> {
        let own = case.map(|case| case.vars.as_slice()).unwrap_or_default();
        let own_names: HashSet<&str> = own.iter().map(|(key, _)| key.name.as_str()).collect();
        self.vars.iter().filter(move |(key, _)| !own_names.contains(key.name.as_str())).chain(own)
    }
}

/// Takes the cases; each is a mapping of variables, and may have a name among them.
pub(super) fn cases(section: &mut Section<'_, '_>) -> Vec<Case> {
    let Some(node) = section.get("cases") else { return Vec::new() };
    let help = "write a list of variables for each run: `cases: [{size: small}, {size: large}]`";
    let Some(items) = node.items() else {
        section.report(
            Diagnostic::new(node.span, "`cases` takes a list")
                .label(format!("this is {}", node.kind_name()))
                .help(help),
        );
        return Vec::new();
    };
    if items.is_empty() {
        section.report(Diagnostic::new(node.span, "there is no case in this list").help(help));
    }
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for (number, item) in (1..).zip(items) {
        let Some(case) = case(number, item, section.problems) else { continue };
        if !names.insert(case.name.value.clone()) {
            let message = format!("two cases are called `{}`", case.name.value);
            section.report(
                Diagnostic::new(case.name.span, message).help(
                    "give each a name of its own with `case: NAME`; one without is called by its number",
                ),
            );
        }
        cases.push(case);
    }
    cases
}

fn case(number: usize, node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Case> {
    let Some(entries) = node.entries() else {
        problems.push(
            Diagnostic::new(node.span, "a case is a mapping of variables")
                .label(format!("this is {}", node.kind_name()))
                .help("write for example `- {case: small, size: S}`"),
        );
        return None;
    };
    let vars: Vec<(Key, Node)> =
        entries.iter().filter(|(key, _)| key.name != NAME && key.name != PROTOCOL).cloned().collect();
    check_variables(&vars, problems);
    let protocol = node.get(PROTOCOL).and_then(|node| {
        let protocol = Protocol::parse(&node.source);
        if protocol.is_none() {
            let message = format!("there is no protocol `{}`", node.source);
            problems.push(Diagnostic::new(node.span, message).help(suggestion(
                &node.source,
                Protocol::WORDS,
                "",
            )));
        }
        protocol
    });
    let Some((key, name)) = node.entry(NAME) else {
        let start = entries.first().map_or(node.span, |(key, _)| key.span);
        return Some(Case { name: Spanned::new(number.to_string(), start), protocol, vars });
    };
    if !name.is_scalar() || name.is_expression() || name.source.trim().is_empty() {
        problems.push(
            Diagnostic::new(if name.is_null() { key.span } else { name.span }, "`case` takes a name")
                .help("write for example `case: small`; it becomes part of the name of this run"),
        );
        return None;
    }
    Some(Case { name: Spanned::new(name.source.clone(), name.span), protocol, vars })
}

/// Checks the values of variables, which can use the environment and nothing else.
pub(super) fn check_variables(vars: &[(Key, Node)], problems: &mut Vec<Diagnostic>) {
    let known = Known::environment();
    vars.iter().for_each(|(_, value)| value::check(value, Some(&known), problems));
}

/// What is known of the variables: one that only some cases give is missing in the others.
pub(super) fn shape(vars: &[(Key, Node)], cases: &[Case]) -> Shape {
    // In how many of the first cases each is, and the first one that lacks it.
    let mut given: BTreeMap<&str, (usize, Option<&Case>)> = BTreeMap::new();
    for (index, case) in cases.iter().enumerate() {
        for (key, _) in &case.vars {
            let (count, lacking) = given.entry(&key.name).or_default();
            if *count < index && lacking.is_none() {
                *lacking = cases.get(*count);
            }
            *count += 1;
        }
    }
    let shape = |(count, lacking): (usize, Option<&Case>)| {
        let lacking = lacking.or_else(|| cases.get(count));
        lacking.map_or(Shape::Open, |case| Shape::Missing(format!("the case `{}`", case.name.value)))
    };
    let mut members: BTreeMap<String, Shape> =
        given.into_iter().map(|(name, found)| (name.to_owned(), shape(found))).collect();
    members.extend(vars.iter().map(|(key, _)| (key.name.clone(), Shape::Open)));
    Shape::Members(members)
}

/// Takes the protocols of a scenario.
pub(super) fn protocols(section: &mut Section<'_, '_>) -> Protocols {
    let Some(node) = section.get("protocol") else { return Protocols::OfWorld };
    let mut list = section.protocols();
    let NodeKind::List(_) = node.kind else {
        return list.pop().map_or(Protocols::OfWorld, Protocols::One);
    };
    for (index, protocol) in list.iter().enumerate() {
        if list[..index].iter().any(|before| before.value == protocol.value) {
            let message = format!("the protocol `{}` is listed twice", protocol.value.name());
            section.report(Diagnostic::new(protocol.span, message).help("leave one of them out"));
        }
    }
    if node.items().is_some_and(<[_]>::is_empty) {
        section.report(
            Diagnostic::new(node.span, "`protocol` lists no protocol")
                .help("write `protocol: handover`, or leave it out"),
        );
    }
    Protocols::Each(list)
}

/// Reports runs that are called like one of another scenario of the file; `called` has those so far, each with the
/// place of its scenario.
pub(super) fn check_names(
    scenario: &Scenario,
    called: &mut BTreeMap<String, Span>,
    problems: &mut Vec<Diagnostic>,
) {
    for run in scenario.runs() {
        let other = called.entry(run.called.clone()).or_insert(scenario.span);
        if *other != scenario.span {
            let span = run.case.map_or(scenario.name.span, |case| case.name.span);
            let message = format!("this file has two scenarios called `{}`", run.called);
            problems.push(Diagnostic::new(span, message).help("give each a name of its own"));
        }
    }
}
