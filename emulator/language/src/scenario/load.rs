//! Reads the documents of a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use emulator_core::Protocol;

use super::cases::{cases, check_names, check_variables, protocols, shape};
use super::parts::{not_alone, part};
use super::section::Section;
use super::settings::{begin_at, timeouts};
use super::steps::{Assembly, given, list, unjudged};
use super::world::{unfit_protocol, world};
use super::world_file::{referred_world, world_above};
use super::{Case, Deliveries, Document, Protocols, Scenario, Unread, WorldSpec};
use crate::check::{bot_steps, early_taps};
use crate::diagnostics::{Diagnostic, SourceText, did_you_mean};
use crate::node::{Key, Node, Span, Spanned};
use crate::step::{Certainty, Loader, Names};
use crate::value::Known;
use crate::{vocabulary as words, yaml};

pub(super) fn load(path: &Path, text: String, loader: Loader<'_>) -> (Vec<Document>, Vec<Diagnostic>) {
    let file = SourceText::new(path.display().to_string(), text);
    let (nodes, broken) = yaml::read(&file);
    let mut problems = Vec::new();
    let mut documents: Vec<Document> = Vec::new();
    let mut called = BTreeMap::new();
    for node in &nodes {
        let before = problems.len();
        let document = document(node, &file, path, loader, &mut problems);
        if let Some(Document::Scenario(scenario)) = &document {
            check_names(scenario, &mut called, &mut problems);
        }
        if node.get("part").is_some() && nodes.len() > 1 {
            problems.push(not_alone(node));
        }
        let torn =
            broken.iter().any(|problem| (node.span.start..=node.span.end).contains(&problem.span.start));
        documents.extend(document.filter(|_| problems.len() == before && !torn));
    }
    if nodes.is_empty() && broken.is_empty() {
        problems.push(
            Diagnostic::new(Span::default(), "this file is empty")
                .help("a scenario begins with `scenario: NAME`, followed by `world:` and `steps:`"),
        );
    }
    problems.extend(broken);
    let mut problems: Vec<Diagnostic> = problems.into_iter().map(|problem| problem.in_file(&file)).collect();
    problems.sort_by_key(|problem| (problem.file.as_ref() != Some(&file), problem.span.start));
    // A part or a world may be read several times.
    let mut known = BTreeSet::new();
    problems.retain(|problem| known.insert(problem.identity()));
    (documents, problems)
}

/// Finds out what a document is, and reads it.
fn document(
    node: &Node,
    file: &Arc<SourceText>,
    path: &Path,
    loader: Loader<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Document> {
    let help = "a scenario begins with `scenario: NAME`, a part with `part: NAME`; a world has only `page` or `pages`, `apps`, \
                `people` and `protocol`";
    let Some(entries) = node.entries() else {
        let problem =
            Diagnostic::new(node.span, "this document is neither a scenario nor a part nor a world");
        problems.push(problem.label(format!("this is {}", node.kind_name())).help(help));
        return None;
    };
    if node.get("scenario").is_some() {
        return Some(Document::Scenario(Box::new(scenario(node, file, path, loader, problems)?)));
    }
    if node.get("part").is_some() {
        let (part, found) = part(node, file, path, loader);
        problems.extend(found);
        return part.map(Document::Part);
    }
    if let Some((key, _)) = node.entry("behaviour") {
        problems.push(Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet"));
        return None;
    }
    let world_keys = words::names(words::WORLD_KEYS);
    let of_world = |name: &str| world_keys.contains(&name);
    let of_scenario = |name: &str| words::names(words::SCENARIO_KEYS).contains(&name) && !of_world(name);
    let looks_like_world = entries.iter().any(|(key, _)| of_world(&key.name) && key.name != "protocol");
    if looks_like_world && !entries.iter().any(|(key, _)| of_scenario(&key.name)) {
        // An unknown key among those of a world is reported as such.
        return Some(Document::World(Box::new(world(node, file, problems).with_defaults())));
    }
    let near = |key: &Key| did_you_mean(&key.name, ["scenario", "part"]);
    let near = entries.iter().find_map(|(key, _)| Some((key, near(key)?)));
    problems.push(match near {
        Some((key, near)) => {
            Diagnostic::new(key.span, format!("a document cannot have the key `{}`", key.name))
                .label("unknown key")
                .help(format!("did you mean `{near}`?"))
        }
        None => {
            let first = entries.first().map_or(node.span, |(key, _)| key.span);
            Diagnostic::new(first, "this document is neither a scenario nor a part nor a world").help(help)
        }
    });
    None
}

fn scenario(
    node: &Node,
    file: &Arc<SourceText>,
    path: &Path,
    loader: Loader<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Scenario> {
    let mut section =
        Section::open(node, "a scenario", words::SCENARIO_KEYS, words::SCENARIO_NOT_YET, problems);
    let name = section.text("scenario").filter(|name| !name.value.trim().is_empty());
    if name.is_none()
        && let Some((key, _)) = node.entry("scenario")
    {
        section.report(
            Diagnostic::new(key.span, "a scenario needs a name").help("write `scenario: what it shows`"),
        );
    }
    let world = match section.get("world") {
        Some(node) => referred_world(node, file, loader, section.problems),
        None => world_above(file, path, loader, section.problems),
    };
    // Of the names of a world that cannot be read nothing is known, so that nothing is wrong with those of steps.
    let certainty = if world.is_some() { Certainty::Complete } else { Certainty::Open };
    let world = world.unwrap_or_else(|| WorldSpec::empty(Arc::clone(file))).with_defaults();
    let vars = section.mapping("vars").to_vec();
    check_variables(&vars, section.problems);
    let cases = cases(&mut section);
    let known = (certainty == Certainty::Complete).then(|| Known::of(&world.names(), &shape(&vars, &cases)));
    let items = list(&mut section, "scenario", words::SCENARIO_KEYS);
    let names = Names { captures: Some(BTreeSet::new()), certainty, ..world.names() };
    let lead = given(&mut section);
    let mut assembly = Assembly::new(path, loader, names, known);
    assembly.add(lead, file);
    let how_many_given = assembly.len();
    assembly.add(items, file);
    let (steps, found) = assembly.finish();
    section.problems.extend(unjudged(steps.get(..how_many_given).unwrap_or_default()));
    section.problems.extend(found);
    section.problems.extend(bot_steps(&steps, &world));
    section.problems.extend(early_taps(&steps));
    let steps = steps.into();
    let protocols = protocols(&mut section);
    if certainty == Certainty::Complete {
        let lacking = protocols_of(&protocols, &cases);
        let lacking = lacking.iter().filter_map(|protocol| unfit_protocol(&world, protocol));
        section.problems.extend(lacking);
    }
    Some(Scenario {
        name: name?,
        tags: section.texts("tags").unwrap_or_default().into_iter().map(|tag| tag.value).collect(),
        description: section.text("description").map(|text| text.value),
        skip: section.text("skip").map(|reason| reason.value),
        protocols,
        begin_at: begin_at(&mut section),
        seed: section.whole("seed"),
        vars,
        cases,
        alone: section.boolean("alone").unwrap_or(false),
        timeouts: section.get("timeouts").map(|node| timeouts(node, section.problems)).unwrap_or_default(),
        unread: section.word("unread").and_then(Unread::parse).unwrap_or(Unread::Fail),
        deliveries: section.word("deliveries").and_then(Deliveries::parse).unwrap_or(Deliveries::Fail),
        world,
        steps,
        given: how_many_given,
        file: Arc::clone(file),
        span: node.span,
    })
}

/// Every protocol that a scenario names, where it names it.
fn protocols_of(protocols: &Protocols, cases: &[Case]) -> Vec<Spanned<Protocol>> {
    let own = cases.iter().filter_map(|case| Some(Spanned::new(case.protocol?, case.name.span)));
    match protocols {
        Protocols::OfWorld => own.collect(),
        Protocols::One(protocol) => own.chain([protocol.clone()]).collect(),
        Protocols::Each(list) => own.chain(list.iter().cloned()).collect(),
    }
}
