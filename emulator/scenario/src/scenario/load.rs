//! Reads the documents of a file.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::section::Section;
use super::world::world;
use super::{Document, Scenario, Timeouts, Unread, WorldSpec};
use crate::check::bot_steps;
use crate::diagnostics::{Diagnostic, SourceText, did_you_mean};
use crate::node::{Node, NodeKind, Span, Spanned};
use crate::step::{self, Names};
use crate::{matcher, value, vocabulary as words, yaml};

type Loader<'l> = &'l dyn Fn(&Path) -> io::Result<String>;

pub(super) fn load(path: &Path, text: String, loader: Loader<'_>) -> (Vec<Document>, Vec<Diagnostic>) {
    let file = SourceText::new(path.display().to_string(), text);
    let (nodes, broken) = yaml::read(&file);
    let mut problems = Vec::new();
    let mut documents: Vec<Document> = Vec::new();
    let mut names: Vec<Spanned<String>> = Vec::new();
    for node in &nodes {
        let before = problems.len();
        let document = document(node, &file, path, loader, &mut problems);
        if let Some(Document::Scenario(scenario)) = &document {
            if names.iter().any(|name| name.value == scenario.name.value) {
                let message = format!("this file has two scenarios called `{}`", scenario.name.value);
                problems
                    .push(Diagnostic::new(scenario.name.span, message).help("give each a name of its own"));
            }
            names.push(scenario.name.clone());
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
    let help =
        "a scenario begins with `scenario: NAME`; a world has only `page`, `apps`, `people` and `protocol`";
    let Some(entries) = node.entries() else {
        let problem = Diagnostic::new(node.span, "this document is neither a scenario nor a world");
        problems.push(problem.label(format!("this is {}", node.kind_name())).help(help));
        return None;
    };
    if node.get("scenario").is_some() {
        return Some(Document::Scenario(Box::new(scenario(node, file, path, loader, problems)?)));
    }
    if let Some((key, _)) = entries.iter().find(|(key, _)| ["part", "behaviour"].contains(&key.name.as_str()))
    {
        problems.push(Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet"));
        return None;
    }
    let world_keys = words::names(words::WORLD_KEYS);
    let of_world = |name: &str| world_keys.contains(&name) || words::WORLD_NOT_YET.contains(&name);
    let of_scenario = |name: &str| words::names(words::SCENARIO_KEYS).contains(&name) && !of_world(name);
    let looks_like_world = entries.iter().any(|(key, _)| of_world(&key.name) && key.name != "protocol");
    if looks_like_world && !entries.iter().any(|(key, _)| of_scenario(&key.name)) {
        // An unknown key among those of a world is reported as such.
        return Some(Document::World(Box::new(world(node, file, problems).with_defaults())));
    }
    let near = entries.iter().find(|(key, _)| did_you_mean(&key.name, ["scenario"]).is_some());
    problems.push(match near {
        Some((key, _)) => Diagnostic::new(key.span, format!("a document cannot have the key `{}`", key.name))
            .label("unknown key")
            .help("did you mean `scenario`?"),
        None => {
            let first = entries.first().map_or(node.span, |(key, _)| key.span);
            Diagnostic::new(first, "this document is neither a scenario nor a world").help(help)
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
    let world =
        section.get("world").and_then(|node| referred_world(node, file, path, loader, section.problems));
    let world = match (world, node.get("world")) {
        (Some(world), _) => world,
        (None, Some(_)) => WorldSpec::empty(Arc::clone(file)),
        (None, None) => world_above(file, path, loader, section.problems),
    };
    let world = world.with_defaults();
    let vars = section.mapping("vars").to_vec();
    vars.iter().for_each(|(_, value)| value::check(value, None, section.problems));
    let steps: Arc<[step::Step]> = steps(&mut section, node, file, &world.names()).into();
    section.problems.extend(bot_steps(&steps, &world));
    Some(Scenario {
        name: name?,
        tags: section.texts("tags").unwrap_or_default().into_iter().map(|tag| tag.value).collect(),
        description: section.text("description").map(|text| text.value),
        skip: section.text("skip").map(|reason| reason.value),
        protocol: section.protocol(),
        begin_at: begin_at(&mut section),
        seed: section.whole("seed"),
        vars,
        alone: section.boolean("alone").unwrap_or(false),
        timeouts: section.get("timeouts").map(|node| timeouts(node, section.problems)).unwrap_or_default(),
        unread: match section.word("unread") {
            Some("allow") => Unread::Allow,
            _ => Unread::Fail,
        },
        world,
        steps,
        file: Arc::clone(file),
        span: node.span,
    })
}

/// Builds the steps, and checks the names in their expressions against what is defined before each.
fn steps(
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
    known.extend(names.apps.iter().chain(&names.people).cloned());
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

/// The name of the file that describes a world for all scenarios below it.
const WORLD_FILE: &str = "emulator.yaml";

/// Finds the world of a scenario that names none: the nearest `emulator.yaml` above it, else an empty one.
fn world_above(
    file: &Arc<SourceText>,
    path: &Path,
    loader: Loader<'_>,
    problems: &mut Vec<Diagnostic>,
) -> WorldSpec {
    for folder in path.ancestors().skip(1) {
        let target = folder.join(WORLD_FILE);
        if let Ok(text) = loader(&target) {
            let other = SourceText::new(target.display().to_string(), text);
            let (read, found) = only_world(&other);
            problems.extend(found.into_iter().map(|problem| problem.in_file(&other)));
            return read.unwrap_or_else(|| WorldSpec::empty(other));
        }
    }
    WorldSpec::empty(Arc::clone(file))
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
                    .help("a world is one document with `page`, `apps`, `people` and `protocol`"),
            ),
        }
    }
    (read, found)
}

/// Reads a world that stands in place, or the file that is named.
fn referred_world(
    node: &Node,
    file: &Arc<SourceText>,
    path: &Path,
    loader: Loader<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<WorldSpec> {
    if node.kind != NodeKind::Text {
        value::check(node, None, problems);
        return Some(world(node, file, problems));
    }
    let target = path.parent().unwrap_or(Path::new("")).join(&node.source);
    let text = match loader(&target) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("the world {} cannot be read", target.display());
            problems.push(
                Diagnostic::new(node.span, message)
                    .label(error.to_string())
                    .help("the path is relative to the folder of this file"),
            );
            return None;
        }
    };
    let other = SourceText::new(target.display().to_string(), text);
    let (read, found) = only_world(&other);
    problems.extend(found.into_iter().map(|problem| problem.in_file(&other)));
    read
}

fn begin_at(section: &mut Section<'_, '_>) -> Option<i64> {
    let node = section.get("begin_at")?;
    if node.source == "now" {
        section.report(Diagnostic::new(node.span, format!("`begin_at`: {}", words::not_yet("now"))));
        return None;
    }
    match value::parse_time(node) {
        Ok(time) => Some(time),
        Err(problem) => {
            section.report(problem);
            None
        }
    }
}

fn timeouts(node: &Node, problems: &mut Vec<Diagnostic>) -> Timeouts {
    let section = Section::open(node, "`timeouts`", words::TIMEOUT_KEYS, &[], problems);
    Timeouts {
        reply: section.real_time("reply"),
        quiet: section.real_time("quiet"),
        boot: section.real_time("boot"),
        settle: section.real_time("settle"),
    }
}
