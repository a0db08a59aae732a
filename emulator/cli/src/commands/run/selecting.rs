//! Which scenarios are run.

use std::collections::BTreeSet;

use emulator_language::diagnostics::{did_you_mean, render_all};
use emulator_scenario::given::give;
use emulator_scenario::select::{Selected, Selection, select};
use emulator_scenario::shard::Shard;

use super::arguments::{RunArguments, ShardChoice};
use crate::output;

/// What is run.
pub(super) enum Choice {
    /// These scenarios, which are a part of all of them if one is named.
    Run { scenarios: Vec<Selected>, shard: Option<Shard> },
    /// None, for this reason, which is no mistake.
    Nothing(String),
}

/// A tag that scenarios must have, or must not have when it begins with `!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tag {
    With(String),
    Without(String),
}

impl std::str::FromStr for Tag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (tag, name): (fn(String) -> Self, _) = match text.strip_prefix('!') {
            Some(name) => (Self::Without, name),
            None => (Self::With, text),
        };
        if name.trim().is_empty() {
            Err("it names no tag".to_owned())
        } else {
            Ok(tag(name.trim().to_owned()))
        }
    }
}

/// Reads what is asked for; a path that cannot be read is given as it is printed.
pub(super) fn read(arguments: &RunArguments) -> Result<Selection, String> {
    select(&arguments.files, arguments.filter.as_deref()).map_err(|error| format!("error: {error}"))
}

/// Chooses by tags and parts; what is wrong is given as it is printed.
pub(super) fn choose(arguments: &RunArguments, mut selection: Selection) -> Result<Choice, String> {
    in_order(&selection)?;
    let tags = selection.scenarios.iter().flat_map(|selected| selected.scenario.tags.clone());
    let tags: BTreeSet<String> = tags.collect();
    selection.scenarios.retain(|selected| is_tagged(&selected.scenario.tags, &arguments.tag));
    if selection.scenarios.is_empty() {
        let found = nothing_selected(arguments, &selection, &tags);
        if arguments.allow_empty {
            return Ok(Choice::Nothing(found));
        }
        return Err(format!("error: {found}; --allow-empty lets that pass"));
    }
    give(&arguments.bot, &mut selection.scenarios).map_err(|why| format!("error: --bot: {why}"))?;
    let mut scenarios = selection.scenarios;
    if let Some(until) = &arguments.until {
        scenarios = vec![until.cut(&scenarios).map_err(|why| format!("error: --until: {why}"))?];
        return Ok(Choice::Run { scenarios, shard: None });
    }
    if let Some(times @ 2..) = arguments.repeat {
        let again = |selected: &Selected| {
            let first = std::iter::once(selected.clone());
            first.chain((2..=times).map(|number| selected.numbered(number))).collect::<Vec<_>>()
        };
        scenarios = scenarios.iter().flat_map(again).collect();
    }
    let Some(shard) = shard(arguments) else { return Ok(Choice::Run { scenarios, shard: None }) };
    let all = scenarios.len();
    scenarios.retain(|selected| shard.holds(&selected.name));
    if scenarios.is_empty() {
        // Which scenarios fall to which machine is chance, so that this is nobody's mistake.
        return Ok(Choice::Nothing(format!("none of {all} scenarios falls to shard {shard}")));
    }
    Ok(Choice::Run { scenarios, shard: Some(shard) })
}

fn in_order(selection: &Selection) -> Result<(), String> {
    if selection.problems.is_empty() {
        return Ok(());
    }
    let count = selection.problems.len();
    let noun = if count == 1 { "error" } else { "errors" };
    Err(format!(
        "{}\n{count} {noun}; nothing was run",
        render_all(&selection.problems, output::colour_of_stderr())
    ))
}

/// Whether a scenario has one of the tags that are wanted, if any is, and none of those that are not.
fn is_tagged(tags: &[String], wanted: &[Tag]) -> bool {
    let has = |name: &String| tags.contains(name);
    let with: Vec<&String> =
        wanted.iter().filter_map(|tag| if let Tag::With(name) = tag { Some(name) } else { None }).collect();
    let unwanted = wanted.iter().any(|tag| if let Tag::Without(name) = tag { has(name) } else { false });
    !unwanted && (with.is_empty() || with.into_iter().any(has))
}

/// The part that is named, or else the one that a CI server gives to this machine, which is told.
fn shard(arguments: &RunArguments) -> Option<Shard> {
    match arguments.shard {
        Some(ShardChoice::All) => None,
        Some(ShardChoice::Part(shard)) => Some(shard),
        None => {
            let (shard, server) = Shard::of_server(|name| std::env::var(name).ok())?;
            eprintln!("running shard {shard}, which {server} gives to this machine; --shard none runs all");
            Some(shard)
        }
    }
}

/// What there is beside scenarios.
const fn beside(selection: &Selection) -> &'static str {
    match (selection.worlds, selection.parts) {
        (_, 0) => "worlds",
        (0, _) => "parts, which are run by the scenarios that use them",
        (_, _) => "worlds and parts",
    }
}

/// Why nothing is selected. The tags are those of scenarios that were left out for their tags.
fn nothing_selected(arguments: &RunArguments, selection: &Selection, tags: &BTreeSet<String>) -> String {
    let paths: Vec<String> = arguments.files.iter().map(|path| path.display().to_string()).collect();
    let paths = paths.join(", ");
    if selection.files == 0 {
        return format!("there is no file ending in .yaml or .yml in {paths}");
    }
    if arguments.tag.is_empty() {
        return match &arguments.filter {
            Some(filter) => format!("there is no scenario whose full name holds `{filter}` in {paths}"),
            None => format!("there is no scenario in {paths}, only {}", beside(selection)),
        };
    }
    let near = arguments.tag.iter().find_map(|tag| match tag {
        Tag::With(name) if !tags.contains(name) => did_you_mean(name, tags.iter().map(String::as_str)),
        Tag::With(_) | Tag::Without(_) => None,
    });
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let wanted = arguments.tag.iter().map(|tag| match tag {
        Tag::With(name) => format!("`{name}`"),
        Tag::Without(name) => format!("not `{name}`"),
    });
    let wanted: Vec<String> = wanted.collect();
    format!("there is no scenario tagged {} in {paths}{near}", wanted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_select_with_any_and_without_all() {
        let tagged = |tags: &[&str], wanted: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            let wanted: Vec<Tag> = wanted.iter().map(|tag| tag.parse().expect("a tag")).collect();
            is_tagged(&tags, &wanted)
        };
        assert!(tagged(&[], &[]));
        assert!(tagged(&["a"], &["a", "b"]));
        assert!(!tagged(&["c"], &["a", "b"]));
        assert!(tagged(&["c"], &["!a"]) && tagged(&[], &["!a"]));
        assert!(!tagged(&["a", "c"], &["!a"]) && !tagged(&["a", "c"], &["c", "!a"]));
        assert!("".parse::<Tag>().is_err() && "!".parse::<Tag>().is_err());
    }
}
